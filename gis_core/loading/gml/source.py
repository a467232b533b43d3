"""GML and NAS as batches: wfs:FeatureCollection (1.1, 2.0), gml:featureMembers, NAS deliveries, single features."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from lxml import etree

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import Columns
from gis_core.errors import CoordinateError, GeometryError, LoadError
from gis_core.loading.gml.choosing import profile_choose
from gis_core.loading.gml.curves import CurveReader
from gis_core.loading.gml.document import GmlError, Head, gml_identifier, head_read, local_name
from gis_core.loading.gml.geometry import PolygonCollector, ShapeCollector
from gis_core.loading.gml.nba import DeliveryPlan
from gis_core.loading.gml.nba_scan import (
    CRS_ELEMENT,
    identifier_split,
    lifetime,
    standard_crs,
)
from gis_core.loading.gml.paths import path_first, path_text, paths_compile
from gis_core.loading.gml.pieces import elements_ahead
from gis_core.loading.gml.places import PointCollector
from gis_core.loading.gml.references import References, href_of
from gis_core.loading.read.batches import BATCH_ROWS, Batch, Geometries, LoadReport, Progress
from gis_core.loading.read.contents import Layout
from gis_core.loading.read.formats import GZIP_ERRORS, file_open
from gis_core.loading.read.pages import Page
from gis_core.loading.read.profiles import Profile
from gis_core.messages import Message

# Wrappers are listened to as well: their ends free whatever they held, wanted or not.
_MEMBERS: Final = frozenset({"member", "featureMember", "Insert"})
_CHANGES: Final = frozenset({"Replace", "Delete", "Update"})
# A service that broke off says so in its answer (WFS 2.0), and answers to several queries stand in one document.
_CUT: Final = "truncatedResponse"
_COLLECTION: Final = "FeatureCollection"
_NAS_PORTION: Final = "AX_Portionskennung"
# Of so many features, and of every fiftieth behind them, all elements are looked at to tell which are not read.
_LOOKED_AT: Final = 1000
_LOOKED_AT_THEN: Final = 50
# A batch ends here even with few features: memory stays flat whatever their size.
_BATCH_NUMBERS: Final = 4_000_000


def xml_batches(
    path: Path,
    profiles: list[Profile],
    *,
    surfaces: bool,
    crs: SourceCrs | None,
    report: LoadReport,
    progress: Progress,
    delivery: tuple[DeliveryPlan, int] | None = None,
) -> Iterator[tuple[Profile, Batch]]:
    """Batches of the wanted features with the profile that fits; `delivery` is a plan and the file's number in it.

    `surfaces`: the dataset stores areas, not points or lines. LoadError for what is not XML, not wanted, truncated
    or incomplete.
    """
    try:
        with file_open(path) as stream:
            head = head_read(stream)
        profile = profile_choose(head, profiles, path.name)
        collector = _collector(profile, surfaces, CurveReader(References(path), crs))
        reader = _Reader(path.name, profile, head, collector, crs, report, progress, delivery)
        for batch in reader.read(path):
            yield profile, batch
    except GmlError as error:
        raise LoadError(error.message, file=path.name, feature=error.feature) from error
    except GZIP_ERRORS as error:
        raise LoadError("gzip_damaged", file=path.name, cause=str(error)) from error


def _collector(profile: Profile, surfaces: bool, curves: CurveReader) -> Any:
    """What the geometry of the features becomes."""
    if profile.places:
        return PointCollector(curves)
    return PolygonCollector(curves) if surfaces or profile.outlines else ShapeCollector(curves)


class _Reader:
    """Reads one document; kept as a class for the state that many small steps share."""

    def __init__(
        self,
        file: str,
        profile: Profile,
        head: Head,
        collector: Any,
        crs: SourceCrs | None,
        report: LoadReport,
        progress: Progress,
        delivery: tuple[DeliveryPlan, int] | None,
    ) -> None:
        self.file, self.profile, self.head = file, profile, head
        self.report, self.progress = report, progress
        self.plan: DeliveryPlan | None
        self.plan, self.number = delivery or (None, 0)
        self.default_crs = self.batch_crs = crs
        self.members = self.found = self.passed = self.counted = 0
        self.wanted = paths_compile(profile.columns)
        self.own_ids = frozenset(column for _, column, _ in self.wanted.get("@id", ()))
        self.geometry_names = frozenset(profile.geometry)
        self.child_tags = [
            f"{{*}}{name}" for name in {*self.wanted, *profile.geometry} if name[0] != "@"
        ]
        self.layout, self.seen, self.elsewhere = Layout(), set[str](), set[str]()
        self.collector, self.curves = collector, collector.curves
        self._start()

    def _start(self) -> None:
        self.columns: Columns = {name: [] for name in self.profile.columns}
        self.features: list[str] = []
        self.faults: dict[int, Message] = {}

    def read(self, path: Path) -> Iterator[Batch]:
        features = frozenset(self.profile.features)
        others = frozenset(self.profile.others)
        wrappers = {*_MEMBERS, *_CHANGES, CRS_ELEMENT, _NAS_PORTION, _CUT, _COLLECTION, "Envelope"}
        for element in elements_ahead(path, features | others | wrappers):
            name = local_name(element.tag)
            self.passed += name in features or name in others
            if name in features:
                if batch := self._feature(element, name):
                    yield batch
            elif name in _MEMBERS:
                self.members += 1
            elif name in _CHANGES:
                self._change(name)
            elif name not in others:
                self._header(element, name)
        if self.features:
            yield self._flush()
        self._complete()

    def _change(self, name: str) -> None:
        """Changes are folded before; who meets one unprepared would take an update for the whole state."""
        if self.plan is None or not self.plan.updated:
            raise LoadError("nba_unprepared", file=self.file, kind=name)

    def _header(self, element: etree._Element, name: str) -> None:
        """Default CRS from the collection's envelope or a NAS header, and which part of a delivery this is."""
        if name == _CUT:
            raise LoadError("page_followed", file=self.file, sign=_CUT)
        if name == _COLLECTION:
            self._collected(element)
        elif name == "Envelope" and (srs_name := element.get("srsName")):
            self._default(self._crs(srs_name, "boundedBy"))
        elif name == CRS_ELEMENT:
            if href := standard_crs(element):
                self._default(self._crs(href, CRS_ELEMENT))
        elif name == _NAS_PORTION and not (self.plan and self.plan.updated):
            part = {local_name(child.tag): child.text or "" for child in element}
            number, total = part.get("laufendeNummerVonGesamtzahl", ""), part.get("gesamtzahl", "")
            if number.isdigit() and total.isdigit():
                self.report.parts.setdefault(int(total), set()).add(int(number))

    def _collected(self, element: etree._Element) -> None:
        """What a collection inside the document says of the answer that it is a page of."""
        if element.getparent() is None:
            return
        came = max(self.members, self.passed) - self.counted
        self.counted += came
        # The member that holds the collection is no feature.
        self.members -= 1
        matched, more = element.get("numberMatched", ""), "next" if element.get("next") else ""
        known = int(matched) if matched.isdigit() else None
        self.report.pages.append(Page(self.file, came, known, more))

    def _default(self, crs: SourceCrs) -> None:
        self.default_crs = self.curves.default_crs = crs

    def _feature(self, element: etree._Element, name: str) -> Batch | None:
        """Takes one feature in; a batch when it is full or when the CRS changes."""
        self.found += 1
        feature = gml_identifier(element) or f"no. {self.found}"
        if self.profile.object_id:
            feature, _ = identifier_split(feature)
            if not self._counts(element, feature):
                return None
        if self.found <= _LOOKED_AT or self.found % _LOOKED_AT_THEN == 0:
            self._look(element)
        values, holder = self._values(element, name, feature)
        geometry: Any = None
        if self.profile.places:
            geometry = self.plan.place(feature) if self.plan else None
            if geometry is None:
                self.report.counts["without a place"] += 1
                return None
        try:
            if holder is not None:
                geometry = next(iter(self.curves.references.held(holder)), None)
            self.collector.add(geometry)
        except GeometryError as error:
            self.faults[len(self.features)] = error.message
            self.collector.add(None)
            geometry = None
        crs = self._feature_crs(geometry, name, feature)
        full = None
        if geometry is not None and crs != self.batch_crs:
            full = self._split_last() if self.features else None
            self.batch_crs = crs
        for column, stored in self.columns.items():
            stored.append(values.get(column))
        self.features.append(f"{name} {feature}")
        many = len(self.features) >= BATCH_ROWS or len(self.collector.coordinates) >= _BATCH_NUMBERS
        return full or (self._flush() if many else None)

    def _feature_crs(self, geometry: Any, name: str, feature: str) -> SourceCrs | None:
        crs = self.default_crs
        if self.collector.srs_name:
            crs = self._crs(self.collector.srs_name, feature)
        if crs is None and geometry is not None:
            raise LoadError("crs_nowhere", file=self.file, feature=f"{name} {feature}")
        return crs

    def _look(self, element: etree._Element) -> None:
        """Notes the elements of which nothing is read."""
        for child in element.iterchildren(tag=etree.Element):
            name = local_name(child.tag)
            self.seen.add(name)
            if name not in self.wanted and name not in self.geometry_names:
                self.layout.unread.setdefault(name)

    def _counts(self, element: etree._Element, identifier: str) -> bool:
        """Whether this version is the one to load: not one of the past, nor one that a later delivery replaces."""
        if self.plan is not None and self.plan.updated:
            return self.plan.wanted(identifier, (self.number, self.found))
        if lifetime(element)[1]:
            self.report.counts["versions of the past left out"] += 1
            return False
        return True

    def _split_last(self) -> Batch:
        """Everything but the latest geometry, which is in another CRS and starts the next batch."""
        shapes = self._shapes()
        batch = self._batch(shapes[:-1])
        self._start()
        self.collector.add_shape(shapes[-1])
        return batch

    def _flush(self) -> Batch:
        batch = self._batch(self._shapes())
        self._start()
        self.progress(self.file, self.found)
        return batch

    def _batch(self, shapes: Geometries) -> Batch:
        for column, names in self.profile.columns.items():
            if column not in self.layout.columns and any(
                value is not None for value in self.columns[column]
            ):
                there = [name for name in names if name[0] == "@" or path_first(name) in self.seen]
                self.layout.columns[column] = " / ".join(there)
        return Batch(
            self.file,
            self.columns,
            self.features,
            shapes,
            self.batch_crs,
            faults=self.faults,
            layout=self.layout,
        )

    def _shapes(self) -> Geometries:
        self.report.counts["arcs linearised"] += self.collector.arcs
        self.report.counts["position lists flattened"] += self.collector.flattened
        shapes: Geometries = self.collector.finish()
        return shapes

    def _values(
        self, element: etree._Element, name: str, feature: str
    ) -> tuple[dict[str, Any], Any]:
        values: dict[str, Any] = {}
        ranks: dict[str, int] = {}
        places = [feature] if self.profile.location in self.own_ids else []
        holder = None
        for child in element.iterchildren(*self.child_tags):
            child_name = local_name(child.tag)
            if child_name in self.geometry_names:
                holder = child
            else:
                for steps, column, rank in self.wanted[child_name]:
                    if column == self.profile.location and (text := path_text(child, steps)):
                        places.append(identifier_split(text)[0])
                    elif rank < ranks.get(column, rank + 1) and (
                        text := self._text(child, steps, feature)
                    ):
                        values[column], ranks[column] = text, rank
        if self.plan is not None and self.profile.location:
            values[self.profile.location] = self.plan.location_text(places)
            if self.profile.location_ids:
                values[self.profile.location_ids] = places
        for step, value in (("@id", feature), ("@element", name)):
            for _, column, _ in self.wanted.get(step, ()):
                values.setdefault(column, value)
        return values, holder

    def _text(self, element: etree._Element, steps: list[str], feature: str) -> str | None:
        """The text at the end of a path below an element or below what it refers to; noted where that is elsewhere."""
        if (steps[:1] and steps[0][0] == "@") or not href_of(element):
            return path_text(element, steps)
        try:
            return path_text(self.curves.references.held(element), steps)
        except GeometryError as error:
            name = local_name(element.tag)
            if name not in self.elsewhere:
                self.elsewhere.add(name)
                message = Message("property_elsewhere", {"name": name, **error.message.params})
                self.report.note(message, file=self.file, feature=feature)
            return None

    def _crs(self, name: str, feature: str) -> SourceCrs:
        try:
            return crs_parse(name)
        except CoordinateError as error:
            raise LoadError(error.message, file=self.file, feature=feature) from error

    def _complete(self) -> None:
        """A WFS says how many features it returned: fewer means that the answer was cut."""
        attributes = self.head.attributes
        name = "numberReturned" if "numberReturned" in attributes else "numberOfFeatures"
        returned, matched = attributes.get(name, ""), attributes.get("numberMatched", "")
        # In gml:featureMembers there is no wrapper to count; where all feature types are known, they are counted.
        came = self.members or self.passed if self.profile.others else self.members
        if returned.isdigit() and int(returned) != came and (came or self.profile.others):
            raise LoadError(
                "xml_incomplete", file=self.file, name=name, said=int(returned), came=came
            )
        known = int(matched) if matched.isdigit() else None
        more = "next" if attributes.get("next") else ""
        self.report.pages.append(Page(self.file, came, known, more))
