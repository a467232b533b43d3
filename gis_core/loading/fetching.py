"""What is fetched before it is read: a WFS, an OGC API Features, a file by its address."""

from __future__ import annotations

from pathlib import Path

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import DatasetSpec
from gis_core.enums import FetchKind
from gis_core.loading.fetch.download import file_fetch
from gis_core.loading.fetch.pages import Box
from gis_core.loading.ogcapi.features import ogcapi_fetch
from gis_core.loading.read.batches import Progress
from gis_core.loading.read.cut import boundary_drawn, margin_of
from gis_core.loading.read.profiles import profiles_select
from gis_core.loading.wfs.features import wfs_fetch
from gis_core.models import Jurisdiction


def box_of(spec: DatasetSpec, jurisdiction: Jurisdiction) -> Box | None:
    """What services are asked for; None, which is everything, where no boundary is known yet."""
    boundary = boundary_drawn(jurisdiction)
    if boundary is None:
        return None
    around = margin_of(spec, jurisdiction)
    west, south, east, north = boundary.bounds
    return west - around, south - around, east + around, north + around


def source_fetch(
    kind: FetchKind,
    url: str,
    path: Path,
    *,
    spec: DatasetSpec,
    jurisdiction: Jurisdiction,
    profile: str | None,
    layer: str,
    progress: Progress,
) -> tuple[list[Path], SourceCrs | None]:
    """The files that came, in `path`, and their CRS where they do not name it. LoadError names address and cause."""
    if kind == FetchKind.FILE:
        return [file_fetch(url, path)], None
    wanted = "xml" if kind == FetchKind.WFS else "table"
    profiles = profiles_select(spec, wanted, profile, url, jurisdiction)
    names = [name for one in profiles for name in one.features]
    box = box_of(spec, jurisdiction)
    if kind == FetchKind.WFS:
        pages = wfs_fetch(url, path, type_names=names, type_name=layer, box=box, progress=progress)
        return pages, None
    pages, crs = ogcapi_fetch(url, path, names=names, name=layer, box=box, progress=progress)
    return pages, crs_parse(crs) if crs else None
