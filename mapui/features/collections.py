"""What is offered as features: public reports to everybody; all reports and the geodata to whoever may see them."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any, Final, Protocol

import numpy as np
import shapely
from django.contrib.gis.db.models.functions import AsWKB
from django.db.models import F, Q
from django.utils.translation import pgettext

from gis_core.datasets import DatasetSpec, dataset_specs
from gis_core.models import Edition, Jurisdiction
from gis_core.selectors import editions_active, editions_origin
from gis_core.services.exports import SOURCE_OF_ROW, shapes_geojson, value_plain
from gis_core.srids import WGS84, storage_srid
from issues.public_view import hour_shown, public_view
from issues.rights import MANAGE_GEODATA, SEE, Person, issues_reached, reach_of
from issues.selectors import issues_for_view, issues_shown
from mapui.features.asked import Asked, AskedWrongly, Crs, times_filter
from mapui.site.issue_rows import ISSUE_COLUMNS, UNREAD, issue_row
from mapui.site.issues import authorities_by_pk, issues_decided, issues_public
from mapui.site.public_filter import Cursor, cursor_parse
from mapui.site.public_records import public_record
from mapui.site.types import IssueFilter
from parcels.selectors import districts_named
from routing.deciding.in_force import agency_names

PUBLIC: Final = "issues"
STAFF: Final = "staff-issues"
PLACES: Final = ("longitude", "latitude")


@dataclass(frozen=True)
class Page:
    """GeoJSON features of a page, how many there are altogether, and the cursor of the next page, "" for none."""

    features: list[dict[str, Any]]
    matched: int
    after: str


class Collection(Protocol):
    """`name` as in the address; `licence`: name and address, "" for what is not known."""

    name: str
    title: str
    attribution: str
    licence: tuple[str, str]
    is_dated: bool

    def page(self, asked: Asked) -> Page:
        """Raises AskedWrongly for a cursor that is none."""
        ...

    def item(self, key: str, crs: Crs) -> dict[str, Any] | None: ...


def collections_for(person: Person, jurisdiction: Jurisdiction) -> Iterator[Collection]:
    """Those that the person may see. The geodata are for staff: their licences do not let everybody have each."""
    yield PublicIssues(jurisdiction)
    is_staff = reach_of(person, SEE).holds(jurisdiction)
    if issues_reached(person).filter(jurisdiction=jurisdiction).exists() or is_staff:
        yield StaffIssues(jurisdiction, person)
    if is_staff or reach_of(person, MANAGE_GEODATA).holds(jurisdiction):
        editions: dict[str, list[Edition]] = defaultdict(list)
        for one in editions_active(jurisdiction):
            editions[one.dataset].append(one)
        for spec in dataset_specs():
            if spec.dataset.value in editions:
                yield Dataset(jurisdiction, spec, editions[spec.dataset.value])


class PublicIssues:
    """Released reports, the latest change first, as the one public view shows them."""

    name, is_dated = PUBLIC, True

    def __init__(self, jurisdiction: Jurisdiction) -> None:
        self.jurisdiction = jurisdiction
        self.title = pgettext("features", "Public reports")
        self.attribution = jurisdiction.public_name
        self.licence = (jurisdiction.licence, jurisdiction.licence_url)

    def _found(self) -> Any:
        return issues_public(jurisdiction=self.jurisdiction, chosen=IssueFilter())

    def page(self, asked: Asked) -> Page:
        found = self._found()
        if asked.area is not None:
            found = found.in_public_area(asked.area)
        found = found.filter(**times_filter("received_at", _in_hours(asked)))
        matched = found.order_by().count()
        if asked.after:
            try:
                after = cursor_parse(asked.after)
            except ValueError as error:
                raise AskedWrongly(cursor_wrong()) from error
            later = Q(public_hour__lt=after.hour) | Q(number__lt=after.number)
            found = found.filter(later, public_hour__lte=after.hour)
        found = issues_for_view(issues_shown(found.order_by("-public_hour", "-number")))
        rows, last = _cut(found, asked.limit)
        cursor = str(Cursor(last.public_hour, last.number)) if last else ""
        return Page(self._features(rows, asked.crs), matched, cursor)

    def item(self, key: str, crs: Crs) -> dict[str, Any] | None:
        rows = list(issues_for_view(self._found().filter(number=key)))
        return self._features(rows, crs)[0] if rows else None

    def _features(self, rows: Sequence[Any], crs: Crs) -> list[dict[str, Any]]:
        agencies = agency_names([one.pk for one in rows])
        views = [
            public_view(one, authority=agencies.get(one.pk, ""), photos=one.photos.all())
            for one in rows
        ]
        # From the place as it is shown: the one that is stored is finer.
        places = [shapely.Point(one.longitude, one.latitude) for one in views]
        told = [public_record(one, self.jurisdiction) for one in views]
        return _features(places, WGS84, crs, [one.number for one in views], told)


def _in_hours(asked: Asked) -> Asked:
    """Whole hours: a finer question would tell when somebody was where."""
    until = asked.until and hour_shown(asked.until) + timedelta(hours=1, microseconds=-1)
    return replace(asked, since=asked.since and hour_shown(asked.since), until=until)


class StaffIssues:
    """The reports that a person may see, released or not, the latest first; without what tells who reported."""

    name, is_dated = STAFF, True

    def __init__(self, jurisdiction: Jurisdiction, person: Person) -> None:
        self.jurisdiction, self.person = jurisdiction, person
        self.title = pgettext("features", "Reports, internal")
        self.attribution, self.licence = jurisdiction.public_name, ("", "")

    def _found(self) -> Any:
        return issues_reached(self.person).filter(jurisdiction=self.jurisdiction)

    def page(self, asked: Asked) -> Page:
        found = self._found().filter(**times_filter("received_at", asked))
        if asked.area is not None:
            found = found.filter(point__intersects=asked.area)
        matched = found.order_by().count()
        if asked.after:
            if not (asked.after.isascii() and asked.after.isdigit() and len(asked.after) < 18):
                raise AskedWrongly(cursor_wrong())
            found = found.filter(pk__lt=int(asked.after))
        rows, last = _cut(issues_decided(found.order_by("-pk")).defer(*UNREAD), asked.limit)
        return Page(self._features(rows, asked.crs), matched, str(last.pk) if last else "")

    def item(self, key: str, crs: Crs) -> dict[str, Any] | None:
        rows = list(issues_decided(self._found().filter(number=key)).defer(*UNREAD))
        return self._features(rows, crs)[0] if rows else None

    def _features(self, rows: Sequence[Any], crs: Crs) -> list[dict[str, Any]]:
        authorities = {pk: one.name for pk, one in authorities_by_pk(self.jurisdiction).items()}
        districts = dict(districts_named(self.jurisdiction))
        told = [
            dict(zip(ISSUE_COLUMNS, issue_row(one, authorities, districts), strict=True))
            for one in rows
        ]
        places = [
            None if None in place else shapely.Point(place)
            for place in ([one.pop(name) for name in PLACES] for one in told)
        ]
        return _features(places, WGS84, crs, [one.number for one in rows], told)


class Dataset:
    """The active state of a dataset, by key."""

    is_dated = False

    def __init__(
        self, jurisdiction: Jurisdiction, spec: DatasetSpec, editions: Sequence[Edition]
    ) -> None:
        self.jurisdiction, self.spec = jurisdiction, spec
        self.name, self.title = spec.dataset.value, str(spec.dataset.label)
        origin = editions_origin(editions)
        self.attribution, self.licence = origin.attribution, (origin.licence, "")

    def _found(self) -> Any:
        found = self.spec.model.objects.active().filter(jurisdiction=self.jurisdiction)
        names = [one.name for one in self.spec.attributes]
        if self.spec.same:
            found = found.annotate(source_name=F(SOURCE_OF_ROW))
            names.append("source_name")
        if (field := self.spec.geometry_field) is not None:
            return found.annotate(shape=AsWKB(field.name)).values(*names, "shape")
        return found.values(*names)

    def page(self, asked: Asked) -> Page:
        found, field = self._found(), self.spec.geometry_field
        if asked.area is not None and field is not None:
            found = found.filter(**{f"{field.name}__intersects": asked.area})
        matched = found.count()
        if asked.after:
            found = found.filter(key__gt=asked.after)
        rows, last = _cut(found.order_by("key"), asked.limit)
        return Page(self._features(rows, asked.crs), matched, last["key"] if last else "")

    def item(self, key: str, crs: Crs) -> dict[str, Any] | None:
        rows = list(self._found().filter(key=key))
        return self._features(rows, crs)[0] if rows else None

    def _features(self, rows: Sequence[Any], crs: Crs) -> list[dict[str, Any]]:
        shapes = [row.pop("shape", None) for row in rows]
        places = [shape and shapely.from_wkb(bytes(shape)) for shape in shapes]
        told = [{name: value_plain(value) for name, value in row.items()} for row in rows]
        return _features(places, storage_srid(), crs, [row["key"] for row in rows], told)


def cursor_wrong() -> str:
    return pgettext("features", "Take this value from the link to the next page.")


def _cut(found: Any, limit: int) -> tuple[list[Any], Any]:
    """The rows of a page, and its last one where others follow."""
    rows = list(found[: limit + 1])
    return rows[:limit], rows[limit - 1] if len(rows) > limit else None


def _features(
    places: Sequence[Any], srid: int, crs: Crs, keys: Sequence[str], told: Sequence[Any]
) -> list[dict[str, Any]]:
    shapes = np.array(places, dtype=object)
    texts = shapes_geojson(shapes, srid, crs.srid, is_swapped=crs.is_swapped)
    made = [text and json.loads(text) for text in texts]
    return [
        {"type": "Feature", "id": key, "geometry": shape, "properties": properties}
        for key, shape, properties in zip(keys, made, told, strict=True)
    ]
