"""From the columns of the profiles to the fields of the models. The profiles (JSON) are data, beside this file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry

from gis_core.datasets import (
    Columns,
    DatasetSpec,
    Dictionary,
    RowError,
    UnreadableValues,
    dataset_register,
)
from gis_core.messages import Message
from gis_core.models import Jurisdiction
from parcels.importers.values import number_text, texts_read, vital_dates_read
from routing.enums import AreaKind, NetworkDataset, RoadClass, StretchStatus
from routing.importers.edition_checks import AREA_CHECKS, ROAD_CHECKS, asset_kinds_read
from routing.importers.stretch_checks import STRETCH_CHECKS, stretches_stay_placed
from routing.models import (
    Agreement,
    Area,
    Asset,
    RailTrack,
    RoadPartArea,
    RoadSection,
    ThroughRoad,
)
from routing.road_signs import sign_class

PROFILES: Final = Path(__file__).parent / "profiles"
# "B 235", "L 651n", "B 1;B 57": what signs say.
_ROAD_REFERENCE = re.compile(r"\b(A|B|L|St|S|K)\s*(\d{1,4})\s*([a-z]?)\b", re.IGNORECASE)
_SIGN_RANKS: Final = "ABLK"
# Sections that lead out stay whole anyway; a little more shows where they lead.
NETWORK_MARGIN_M: Final = 1_000.0
# Neighbours stay, and whoever acts where reports outside of the boundary are accepted.
NEIGHBOURS_M: Final = 10_000.0
SIGN_LENGTH: Final = 40
AGS_LENGTH: Final = 8
# A road that likely is a classified one, of which without a sign nothing says whose it is: it counts as municipal.
UNSIGNED: Final = "G?"
# Of two registers, assets of one kind that stand so near are one; so are areas of which one has so much of the other.
SAME_ASSET_M: Final = 2.0
SAME_AREA_SHARE: Final = 0.5
# No place lies in two of them; built-up areas of two sources may overlap.
_EXCLUSIVE: Final = (
    f"a.kind = b.kind AND a.kind IN ('{AreaKind.MUNICIPALITY.value}', '{AreaKind.NEIGHBOUR.value}',"
    f" '{AreaKind.DISTRICT.value}')"
)
_COVERS: Final = (
    f"{_EXCLUSIVE} AND a.geometry && b.geometry AND ST_Area(ST_Intersection(a.geometry, b.geometry))"
    f" > {SAME_AREA_SHARE} * least(ST_Area(a.geometry), ST_Area(b.geometry))"
)
# Lists of categories come as "A|B", "A,B" or "A;B".
_LIST_SEPARATOR = re.compile(r"\s*[|,;]\s*")


def datasets_register() -> None:
    """Makes the datasets of the network loadable."""
    for spec in (
        DatasetSpec(
            NetworkDataset.ROAD_SECTIONS,
            RoadSection,
            _road_sections,
            PROFILES,
            checks=(*ROAD_CHECKS, stretches_stay_placed),
            dictionaries=(
                Dictionary(
                    "reference",
                    _signs_unknown,
                    "reference",
                    is_meaning=lambda text: bool(road_sign(text)),
                ),
            ),
            margin_m=NETWORK_MARGIN_M,
            is_wide=True,
        ),
        DatasetSpec(NetworkDataset.ROAD_PARTS, RoadPartArea, _road_parts, PROFILES),
        DatasetSpec(
            NetworkDataset.THROUGH_ROADS,
            ThroughRoad,
            _through_roads,
            PROFILES,
            checks=STRETCH_CHECKS,
            margin_m=NETWORK_MARGIN_M,
            is_wide=True,
        ),
        DatasetSpec(
            NetworkDataset.ASSETS,
            Asset,
            _assets,
            PROFILES,
            # The key is kind and number.
            same=(
                "a.key = b.key",
                f"a.kind = b.kind AND ST_DWithin(a.geometry, b.geometry, {SAME_ASSET_M})",
            ),
            dictionaries=(Dictionary("kind", _kinds_unknown, "kind", _kind_choices),),
        ),
        DatasetSpec(
            NetworkDataset.AREAS,
            Area,
            _areas,
            PROFILES,
            checks=AREA_CHECKS,
            boundary=municipality_boundary,
            boundary_rank=1,
            margin_m=NEIGHBOURS_M,
            boundary_key=lambda city: f"{AreaKind.MUNICIPALITY.value}/{city.municipality_key}",
            is_wide=True,
            same=(
                "a.key = b.key",
                _COVERS,
            ),
            apart=_EXCLUSIVE,
        ),
        DatasetSpec(NetworkDataset.AGREEMENTS, Agreement, _agreements, PROFILES),
        DatasetSpec(
            NetworkDataset.TRACKS,
            RailTrack,
            _tracks,
            PROFILES,
            margin_m=NETWORK_MARGIN_M,
            is_wide=True,
        ),
    ):
        dataset_register(spec)


def municipality_boundary(jurisdiction: Jurisdiction) -> GEOSGeometry | None:
    """The active area of the municipality with the jurisdiction's own key (storage CRS), or None."""
    area = (
        Area.objects.active()
        .filter(
            jurisdiction=jurisdiction,
            kind=AreaKind.MUNICIPALITY,
            code=jurisdiction.municipality_key,
        )
        .first()
    )
    return area.geometry if area else None


def _road_sections(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    suffixes = texts_read(columns["number_suffix"])
    numbers = [
        f"{sign[1] if (sign := road_sign(number)) else number}{suffix}"
        for number, suffix in zip(texts_read(columns["road_number"]), suffixes, strict=True)
    ]
    classes = texts_read(columns["road_class"])
    for row, reference in enumerate(texts_read(columns.get("reference", []))):
        if sign := road_sign(reference, classes[row]):
            classes[row], numbers[row] = sign
    unsigned = {row: Message("sign_missing") for row, one in enumerate(classes) if one == UNSIGNED}
    if unsigned:
        raise UnreadableValues("road_class", unsigned)
    unknown = {
        row: Message("sign_unknown", {"sign": repr(sign[:SIGN_LENGTH])})
        for row, sign in enumerate(_signs_unknown(columns, jurisdiction))
        if sign
    }
    if unknown:
        raise UnreadableValues("reference", unknown)
    return {
        "key": texts_read(columns["key"]),
        "road_class": [one or RoadClass.G.value for one in classes],
        "road_number": numbers,
        "name": texts_read(columns["name"]),
        "start_station": [value or 0.0 for value in _floats(columns["start_station"])],
        "length": _floats(columns["length"]),
        "cleaning_class": texts_read(columns["cleaning_class"]),
    }


def _signs_unknown(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Of each row the sign that nobody understands. NAS has one column for signs and names."""
    classes = texts_read(columns["road_class"])
    return [
        "" if reference == columns["name"][row] or road_sign(reference, classes[row]) else reference
        for row, reference in enumerate(texts_read(columns.get("reference", [])))
    ]


def road_sign(text: str, road_class: str = "") -> tuple[str, str] | None:
    """Class and number of "L 596A"; of several signs the highest class, which bears the shared section, and of
    that the first. None where there is none.

    On a road whose class the source knows by itself, "A 5" is no motorway: Kreis Augsburg numbers its roads so.
    """
    signs = [
        (sign_class(letters).value, f"{number}{suffix.lower()}")
        for letters, number, suffix in _ROAD_REFERENCE.findall(text)
    ]
    if road_class not in {"", RoadClass.A}:
        signs = [sign for sign in signs if sign[0] != RoadClass.A]
    return min(signs, key=lambda sign: _SIGN_RANKS.index(sign[0]), default=None)


def _through_roads(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    sections = texts_read(columns["section_key"])
    starts, ends = _floats(columns["from_station"]), _floats(columns["to_station"])
    # A mapping of one's own may be older than this column.
    shapes, keys = texts_read(columns.get("shape") or [None] * len(sections)), []
    for row, (section, start, end) in enumerate(zip(sections, starts, ends, strict=True)):
        is_stationed = bool(section) and start is not None and end is not None
        if start is not None and end is not None and start > end:
            raise RowError(row, "stretch_reversed", start=f"{start:g}", end=f"{end:g}")
        if not is_stationed and not shapes[row]:
            raise RowError(row, "stretch_nowhere")
        at = f"{start:g}" if is_stationed else shapes[row]
        keys.append("/".join(filter(None, (section, at))))
    return {
        "key": keys,
        "section_key": sections,
        "from_station": starts,
        "to_station": ends,
        "status": [status or StretchStatus.FIXED.value for status in columns["status"]],
    }


def _road_parts(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": texts_read(columns["key"]),
        "part": columns["part"],
        "section_key": [
            section or street
            for section, street in zip(
                texts_read(columns["section_key"]), texts_read(columns["street_key"]), strict=True
            )
        ],
        "name": texts_read(columns["name"]),
    }


def _assets(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    kinds, numbers = texts_read(columns["kind"]), texts_read(columns["number"])
    return {
        "key": [f"{kind}/{number}" for kind, number in zip(kinds, numbers, strict=True)],
        "kind": kinds,
        "number": numbers,
        "owner": texts_read(columns["owner"]),
        "note": texts_read(columns["note"]),
    }


def _kinds_unknown(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Of each row the kind that nothing asks for."""
    known = asset_kinds_read(jurisdiction.pk)
    return ["" if kind in known or not known else kind for kind in texts_read(columns["kind"])]


def _kind_choices(jurisdiction: Jurisdiction) -> list[tuple[str, Any]]:
    return [(kind, kind) for kind in sorted(asset_kinds_read(jurisdiction.pk))]


def _areas(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    names = texts_read(columns["name"])
    # A number has lost the first zero of its key.
    codes = [
        code.zfill(AGS_LENGTH) if kind == AreaKind.MUNICIPALITY and code.isdigit() else code
        for kind, code in zip(columns["kind"], texts_read(columns["code"]), strict=True)
    ]
    kinds = [
        _area_kind(kind, code, jurisdiction)
        for kind, code in zip(columns["kind"], codes, strict=True)
    ]
    return {
        "key": [
            f"{kind}/{code or name}"[:64]
            for kind, code, name in zip(kinds, codes, names, strict=True)
        ],
        "kind": kinds,
        "code": codes,
        "name": names,
    }


def _area_kind(kind: str, code: str, jurisdiction: Jurisdiction) -> str:
    """A municipality with another key than the jurisdiction's own is a neighbour."""
    own = code == jurisdiction.municipality_key
    if kind == AreaKind.MUNICIPALITY and not own:
        return AreaKind.NEIGHBOUR.value
    return kind


def _agreements(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": texts_read(columns["key"]),
        "categories": [
            sorted(filter(None, _LIST_SEPARATOR.split(text)))
            for text in texts_read(columns["categories"])
        ],
        "body": texts_read(columns["body"]),
        "valid_from": vital_dates_read(columns, "valid_from"),
        "valid_to": vital_dates_read(columns, "valid_to"),
        "document": texts_read(columns["document"]),
    }


def _tracks(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {"key": texts_read(columns["key"]), "kind": columns["kind"]}


# --- Values ---------------------------------------------------------------------------------------


def _floats(values: list[Any]) -> list[float | None]:
    return _converted(values, lambda value: float(number_text(value)), "no_number")


def _converted(values: list[Any], convert: Callable[[Any], Any], code: str) -> list[Any]:
    result = []
    for row, value in enumerate(values):
        try:
            result.append(None if value is None else convert(value))
        except ValueError as error:
            raise RowError(row, code, value=repr(value)) from error
    return result
