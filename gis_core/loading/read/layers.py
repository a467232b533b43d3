"""Which layers of a table are read, and by which profile."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Final

import pyogrio
from pyogrio.errors import DataLayerError, DataSourceError, FieldError, GeometryError

from gis_core.datasets import dataset_spec
from gis_core.errors import LoadError
from gis_core.loading.read.encodings import text_options
from gis_core.loading.read.profiles import Profile
from gis_core.loading.read.tags import columns_found
from gis_core.messages import Message

GDAL_ERRORS: Final = (DataSourceError, DataLayerError, FieldError, GeometryError)
# Kinds of geometry (GDAL's names) that are none of a field's.
_OTHER_SHAPES: Final = {
    "POLYGON": re.compile(r"^$|Point|Line|Circular|Compound|MultiCurve"),
    "LINESTRING": re.compile(r"^$|Point|Polygon|Surface"),
    "INSIDE": re.compile(r"^$|Line|Curve|Collection"),
}


def table_fits(path: Path, profiles: list[Profile]) -> bool:
    """Whether the table has a layer for one of the profiles."""
    try:
        layers_choose(path, profiles_for_tables(profiles), None)
    except (LoadError, *GDAL_ERRORS):
        return False
    return True


def layers_choose(
    path: Path, profiles: list[Profile], layer: str | None
) -> tuple[list[str], Profile]:
    """What to read: the layer that was asked for, else the first that a profile names, else what fits."""
    layers = [str(name) for name, _ in pyogrio.list_layers(path)]
    if layer is not None and layer not in layers:
        raise LoadError("layer_missing", file=path.name, layer=repr(layer), there=layers)
    candidates = [layer] if layer is not None else layers
    for name in candidates:
        for profile in profiles:
            if name.lower() in {feature.lower() for feature in profile.features}:
                return [name], profile
    return _layers_fitting(path, candidates, profiles)


def _layers_fitting(
    path: Path, candidates: list[str], profiles: list[Profile]
) -> tuple[list[str], Profile]:
    """The only layer with the columns of a profile, or those that go together; LoadError where there is no such."""
    fitting: dict[str, Profile] = {}
    gaps: list[Message] = []
    for name in candidates:
        fields = list(pyogrio.read_info(path, layer=name, **text_options(path))["fields"])
        for profile in profiles:
            _, missing = columns_found(profile, fields)
            if not missing:
                fitting[name] = profile
                break
            gap = columns_lack(missing, fields, name)
            gaps.append(Message("profile_misfit", {"profile": profile.name, "gap": gap}))
    if len(fitting) > 1:
        shaped = {name: one for name, one in fitting.items() if _may_hold(path, name, one)}
        fitting = shaped or fitting
    first = next(iter(fitting.values()), None)
    if first and (len(fitting) == 1 or all(one.layers_together for one in fitting.values())):
        return list(fitting), first
    if fitting:
        raise LoadError("layers_several", file=path.name, there=list(fitting))
    if not gaps:
        raise LoadError("layers_none", file=path.name)
    raise LoadError("profiles_misfit", file=path.name, gaps=gaps)


def _may_hold(path: Path, layer: str, profile: Profile) -> bool:
    """Whether a layer may hold shapes of the dataset's kind: labels of parcels have the same columns as parcels."""
    field = dataset_spec(profile.dataset).geometry_field
    kind = pyogrio.read_info(path, layer=layer)["geometry_type"] or ""
    wanted = "INSIDE" if profile.inside else field and field.geom_type.removeprefix("MULTI")
    other = _OTHER_SHAPES.get(wanted or "")
    return other is None or not other.search(kind)


def columns_lack(missing: list[str], available: list[str], layer: str) -> Message:
    return Message("columns_missing", {"layer": layer, "columns": missing, "there": available})


def profiles_for_tables(profiles: list[Profile]) -> list[Profile]:
    """Without those of files that lack names of columns, unless only such were asked for."""
    return [profile for profile in profiles if not profile.header] or profiles
