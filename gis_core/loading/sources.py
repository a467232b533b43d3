"""From sources to batches: archives unpacked, formats recognised, each file given to its reader.

The sequence of batches depends on the sources alone: a load that was interrupted can skip those it has staged.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from gis_core.coordinates import SourceCrs
from gis_core.datasets import DatasetSpec
from gis_core.loading.batches import Batch, LoadReport, Progress
from gis_core.loading.formats import Format, files_expand, format_recognise
from gis_core.loading.profiles import Profile, profiles_select
from gis_core.loading.table_source import csv_batches, table_batches
from gis_core.loading.xml_source import xml_batches
from gis_core.models import Jurisdiction


@dataclass(frozen=True)
class Source:
    """A file, or the directory of a delivery in parts, with what its content does not say by itself."""

    path: Path
    profile: str | None = None
    layer: str | None = None
    crs: SourceCrs | None = None


def source_batches(
    spec: DatasetSpec,
    sources: Iterable[Source],
    jurisdiction: Jurisdiction,
    *,
    report: LoadReport,
    progress: Progress,
) -> Iterator[tuple[Profile, Batch]]:
    """All batches of the sources with the profile that fits each. LoadError names file, feature and cause."""
    for source in sources:
        for path in files_expand(source.path):
            kind = format_recognise(path)
            wanted = "xml" if kind is Format.XML else "table"
            profiles = profiles_select(spec, wanted, source.profile, path.name)
            if kind is Format.XML:
                yield from xml_batches(
                    path, profiles, crs=source.crs, report=report, progress=progress
                )
            elif kind is Format.CSV:
                yield from csv_batches(path, profiles, progress=progress)
            else:
                yield from table_batches(
                    path, profiles, layer=source.layer, crs=source.crs, progress=progress
                )
