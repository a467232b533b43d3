"""From sources to batches: archives unpacked, formats recognised, each file given to its reader.

The sequence of batches depends on the sources alone: a load that was interrupted can skip those it has staged.
"""

from __future__ import annotations

import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from functools import partial as bind
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import shapely
from django.conf import settings

from gis_core.coordinates import SourceCrs
from gis_core.datasets import DatasetSpec
from gis_core.enums import FetchKind
from gis_core.errors import LoadError
from gis_core.loading.digest import sources_digest
from gis_core.loading.fetch.pages import directory_for
from gis_core.loading.fetching import box_of, source_fetch
from gis_core.loading.gml.choosing import is_description, profile_read
from gis_core.loading.gml.nba import DeliveryPlan, active_check, deliveries_plan, is_nas
from gis_core.loading.gml.relocated import locations_tell, relocated_batches
from gis_core.loading.gml.source import xml_batches
from gis_core.loading.read.archives import archive_unpack, is_zip
from gis_core.loading.read.batches import Batch, LoadReport, Progress, no_progress
from gis_core.loading.read.contents import Contents
from gis_core.loading.read.csv_source import csv_batches, csv_fits
from gis_core.loading.read.cut import Cut
from gis_core.loading.read.edges import lines_measure, lines_placed, points_inside, shapes_mark
from gis_core.loading.read.formats import Format, data_files, files_expand, format_recognise
from gis_core.loading.read.layers import table_fits
from gis_core.loading.read.municipality import OwnRows, keys_read
from gis_core.loading.read.once import Once
from gis_core.loading.read.osm_source import osm_batches
from gis_core.loading.read.pages import pages_check
from gis_core.loading.read.prefetch import prefetched
from gis_core.loading.read.profiles import Profile, profiles_select
from gis_core.loading.read.table_source import table_batches
from gis_core.loading.wfs.changes import ServiceChanges, changes_fetch
from gis_core.loading.words import words_own
from gis_core.models import Jurisdiction

# A parcel of this many positions is none; the boundary of a Land has some hundred thousand.
POSITIONS_MAX: Final = 500_000


@dataclass(frozen=True)
class Source:
    """A file, or the directory of a delivery in parts, with what its content does not say by itself.

    With `url` it is fetched into `path`: of a service (`kind`) the feature type or collection `layer`, or the one that
    a profile reads; with `changes` only what changed, where the active edition came from the same WFS.
    """

    path: Path
    profile: str | None = None
    layer: str | None = None
    crs: SourceCrs | None = None
    url: str = ""
    changes: bool = False
    kind: FetchKind = FetchKind.WFS

    @property
    def name(self) -> str:
        """What people call it."""
        return self.url or self.path.name


@dataclass(frozen=True)
class _File:
    """One file of a source; `label` names it in messages ("delivery.zip/part1.xml")."""

    label: str
    path: Path
    source: Source
    kind: Format
    profiles: list[Profile]


def source_batches(
    spec: DatasetSpec,
    sources: Iterable[Source],
    jurisdiction: Jurisdiction,
    *,
    report: LoadReport,
    progress: Progress,
    take: Callable[[str], bool],
) -> Iterator[tuple[Profile, Batch]]:
    """All batches of the sources with the profile that fits each. LoadError names file, feature and cause.

    `take` is asked, with the sources' digest, whether their rows are at hand; then nothing is read.
    """
    own, contents, once = OwnRows(spec, jurisdiction, report), Contents(), Once()
    cut = own.cut
    with ExitStack() as stack:
        sources = list(sources)
        partial = _changed(spec, sources, jurisdiction, progress)
        files = (
            [_recognised(spec, sources[0], path.name, path, jurisdiction) for path in partial.pages]
            if partial
            else [
                file
                for source in sources
                for file in _files(spec, source, jurisdiction, stack, progress)
            ]
        )
        if partial is None and take(_digest(spec, jurisdiction, files, cut)):
            files = []
        plan, files = _delivery(spec, jurisdiction, files, report)
        again = bind(_again, spec, files, plan, cut)
        for number, file in enumerate(files):
            with _labelled(file.label, file.path):
                for profile, whole in _read(spec, file, report, progress, plan, number, cut):
                    whole.file = file.label
                    batch = own.take(profile, whole, again)
                    contents.take(file.label, profile, batch.layout, batch.columns)
                    _size_check(batch)
                    batch = _shaped(profile, lines_placed(batch, report), once)
                    batch.update = partial is not None or (plan is not None and plan.partial)
                    yield profile, batch
        if plan is not None:
            yield from _behind(spec, jurisdiction, plan)
            locations_tell(plan, report)
        if partial is not None:
            name = sources[0].name
            yield (
                partial.profile,
                Batch(name, {}, [], None, None, update=True, deleted=partial.vanished),
            )
        report.contents = contents.as_json()
        if not any(source.url and source.kind != FetchKind.FILE for source in sources):
            # Of a service all pages were fetched.
            pages_check(report.pages)
        once.tell(report)
        labels = ", ".join(file.label for file in files)
        own.finish(labels)
        if cut.area is None or plan is None or not plan.partial:
            # What changed may lie outside altogether.
            own.extent.finish(labels)
    for source in sources:
        if source.url:
            shutil.rmtree(source.path)


def _again(
    spec: DatasetSpec, files: list[_File], plan: DeliveryPlan | None, cut: Cut
) -> Generator[tuple[Profile, Batch], None, None]:
    """The batches of all files as they are read, seen by nobody else."""
    for number, file in enumerate(files):
        with _labelled(file.label, file.path):
            yield from _read(spec, file, LoadReport(), no_progress, plan, number, cut)


def _digest(spec: DatasetSpec, jurisdiction: Jurisdiction, files: list[_File], cut: Cut) -> str:
    """By which the same sources are known again."""
    described = [
        (
            # Of a named profile what it says: it may be the installation's own, which changes without the program.
            repr(
                (
                    file.label,
                    file.source.profile and file.profiles,
                    file.source.layer,
                    file.source.crs,
                )
            ),
            file.path,
            file.kind,
        )
        for file in files
    ]
    words = sorted((column, *own.items()) for column, own in words_own(spec, jurisdiction).items())
    return sources_digest(spec, jurisdiction, described, (cut.mark, words))


@contextmanager
def _labelled(label: str, path: Path) -> Iterator[None]:
    """Names the archive in errors of readers, which know the unpacked file only."""
    try:
        yield
    except LoadError as error:
        if error.file != path.name or label == path.name:
            raise
        raise LoadError(error.message, file=label, feature=error.feature) from error


def fetched_source(
    url: str,
    *,
    kind: FetchKind = FetchKind.WFS,
    layer: str = "",
    profile: str | None = None,
    crs: SourceCrs | None = None,
    changes: bool = False,
) -> Source:
    """A service or a file by its address as a source; each one is fetched anew, one that broke off goes on."""
    path = directory_for(Path(settings.FETCH_ROOT), url, layer, time.time())
    return Source(path, profile, layer or None, crs, url, changes, kind)


def _changed(
    spec: DatasetSpec, sources: list[Source], jurisdiction: Jurisdiction, progress: Progress
) -> ServiceChanges | None:
    """What changed of a service, where that is wanted and can be known."""
    if len(sources) != 1 or not sources[0].changes:
        return None
    source = sources[0]
    readable = profiles_select(spec, "xml", source.profile, source.url, jurisdiction)
    return changes_fetch(
        spec,
        jurisdiction,
        url=source.url,
        path=source.path,
        type_name=source.layer or "",
        profiles=readable,
        box=box_of(spec, jurisdiction),
        progress=progress,
    )


def _files(
    spec: DatasetSpec,
    source: Source,
    jurisdiction: Jurisdiction,
    stack: ExitStack,
    progress: Progress,
) -> Iterator[_File]:
    paths = [] if source.url else files_expand(source.path)
    if source.url:
        paths, crs = source_fetch(
            source.kind,
            source.url,
            source.path,
            spec=spec,
            jurisdiction=jurisdiction,
            profile=source.profile,
            layer=source.layer or "",
            progress=progress,
        )
        if source.kind != FetchKind.FILE:
            read = replace(source, layer=None, crs=crs or source.crs)
            yield from (_recognised(spec, read, path.name, path, jurisdiction) for path in paths)
            return
    for path in paths:
        if not is_zip(path):
            yield _recognised(spec, source, path.name, path, jurisdiction)
            continue
        if path.suffix.lower() != ".zip":
            raise LoadError("zip_named_otherwise", file=path.name)
        directory = Path(stack.enter_context(TemporaryDirectory(prefix="flurpost-")))
        held = archive_unpack(path, directory)
        names = data_files(held) or [name for name in held if _is_text(directory / name)]
        if not names:
            raise LoadError("zip_without_data", file=path.name)
        inside = [
            _recognised(spec, source, f"{path.name}/{name}", directory / name, jurisdiction)
            for name in names
        ]
        yield from _fitting(inside)


def _recognised(
    spec: DatasetSpec, source: Source, label: str, path: Path, jurisdiction: Jurisdiction
) -> _File:
    with _labelled(label, path):
        kind = format_recognise(path)
        wanted = "xml" if kind is Format.XML else "table"
        profiles = profiles_select(spec, wanted, source.profile, path.name, jurisdiction)
        if kind in {Format.CSV, Format.OSM} and source.layer:
            raise LoadError("layer_of_csv", file=path.name, layer=repr(source.layer))
        if kind is Format.XML and source.layer:
            profiles = _with_feature(profiles, source.layer, path.name)
        profiles = [keys_read(one, spec) for one in profiles]
    return _File(label, path, source, kind, profiles)


def _with_feature(profiles: list[Profile], layer: str, file: str) -> list[Profile]:
    """The profiles that read a feature type of this name, with or without a prefix."""
    name = layer.rpartition(":")[2]
    fitting = [profile for profile in profiles if name in profile.features]
    if not fitting:
        there = sorted({feature for profile in profiles for feature in profile.features})
        raise LoadError("layer_missing", file=file, layer=repr(layer), there=there)
    return fitting


def _fitting(files: list[_File]) -> list[_File]:
    """Of several tables in an archive those of the dataset; all where none fits, so that the reader says why."""
    data = [one for one in files if one.kind is not Format.XML or not is_description(one.path)]
    files = data or files
    if len(files) < 2 or any(file.kind is Format.XML for file in files):
        return files
    named = [
        file
        for file in files
        if any(file.path.stem.lower() == f.lower() for p in file.profiles for f in p.features)
    ]
    return named or [file for file in files if _fits(file)] or files


def _fits(file: _File) -> bool:
    if file.kind is Format.OSM:
        return True
    fits = csv_fits if file.kind is Format.CSV else table_fits
    return fits(file.path, file.profiles)


def _is_text(path: Path) -> bool:
    """Whether a file of another name holds a table of text."""
    try:
        return format_recognise(path) is Format.CSV
    except LoadError:
        return False


def _delivery(
    spec: DatasetSpec, jurisdiction: Jurisdiction, files: list[_File], report: LoadReport
) -> tuple[DeliveryPlan | None, list[_File]]:
    """What deliveries of NAS say together, and the files in their order; everything else comes behind them."""
    nas: dict[Path, _File] = {}
    chosen: Profile | None = None
    for file in files:
        if file.kind is Format.XML:
            with _labelled(file.label, file.path):
                profile = profile_read(file.path, file.profiles)
            if is_nas(profile):
                chosen, nas[file.path] = profile, file
    plan = deliveries_plan(list(nas), chosen, report) if chosen else None
    if plan is None or chosen is None:
        return None, files
    report.delivery = plan.delivery
    if plan.partial:
        active_check(spec, jurisdiction, plan, chosen)
    others = [file for file in files if file.path not in nas]
    return plan, [*(nas[path] for path in plan.files), *others]


def _read(
    spec: DatasetSpec,
    file: _File,
    report: LoadReport,
    progress: Progress,
    plan: DeliveryPlan | None,
    number: int,
    cut: Cut,
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of a file, each read while the former one is staged."""
    path, profiles, crs = file.path, file.profiles, file.source.crs
    if file.kind is Format.XML:
        delivery = (plan, number) if plan is not None and path in plan.files else None
        return prefetched(
            lambda show: xml_batches(
                path,
                profiles,
                surfaces=spec.is_of_areas,
                crs=crs,
                report=report,
                progress=show,
                delivery=delivery,
            ),
            progress,
        )
    if file.kind is Format.CSV:
        return csv_batches(path, profiles, crs=crs, progress=progress)
    if file.kind is Format.OSM:
        return prefetched(
            lambda show: osm_batches(path, profiles, report=report, progress=show), progress
        )
    layer = file.source.layer
    return prefetched(
        lambda show: table_batches(
            path, profiles, layer=layer, crs=crs, pages=report.pages, cut=cut, progress=show
        ),
        progress,
    )


def _shaped(profile: Profile, batch: Batch, once: Once) -> Batch:
    """The kind of geometry that the profile wants, its length where that is wanted, each object once."""
    points_inside(profile, batch)
    lines_measure(profile, batch)
    shapes_mark(profile, batch)
    return once.apply(profile, batch)


def _behind(
    spec: DatasetSpec, jurisdiction: Jurisdiction, plan: DeliveryPlan
) -> Iterator[tuple[Profile, Batch]]:
    """What updates delete, and what they change without bringing it.

    An empty batch also says that they are updates where nothing else comes.
    """
    if not plan.partial:
        return
    names = ", ".join(path.name for path in plan.files)
    yield plan.profile, Batch(names, {}, [], None, None, update=True, deleted=plan.ended)
    for batch in relocated_batches(spec, jurisdiction, plan):
        yield plan.profile, batch


def _size_check(batch: Batch) -> None:
    """One object of excessive detail would make every look-up near it slow."""
    if batch.geometry is None or not len(batch.geometry):
        return
    positions = shapely.get_num_coordinates(batch.geometry)
    largest = int(positions.argmax())
    if positions[largest] > POSITIONS_MAX:
        raise LoadError(
            "positions_many",
            file=batch.file,
            feature=batch.features[largest],
            count=int(positions[largest]),
            most=POSITIONS_MAX,
        )
