"""What the public filters by: the one filter of page, tiles and feeds, and what only the address of a feed can say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, Point, Polygon
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.coordinates import wgs84_to_storage
from gis_core.grid import GridBox
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.api.parameters import YEARS
from issues.models import Category
from issues.services.texts import XML_FORBIDDEN
from mapui.site.forms import FilterForm
from mapui.site.issues import issues_public
from mapui.site.triage_filter import CORNERS_MAX, area_parse

# Metres around a place: what is offered, what holds where nothing is said, and between which bounds any number may be.
METRES: Final = (100, 250, 500, 1000, 2000)
METRES_USUAL: Final = 500
NEAREST, FARTHEST = 10, 20_000
LIMIT: Final = 100
LIMIT_MAX: Final = 1000
_CURSOR: Final = re.compile(r"(\d{4}-\d\d-\d\dT\d\d)Z~([A-Za-z0-9-]{1,30})", re.ASCII)


@dataclass(frozen=True)
class Cursor:
    """The last entry of a page: what comes next changed earlier, or in the same hour with a smaller number."""

    hour: datetime
    number: str

    def __str__(self) -> str:
        return f"{self.hour.astimezone(UTC):%Y-%m-%dT%H}Z~{self.number}"


def cursor_parse(text: str) -> Cursor:
    """Raises ValueError."""
    match = _CURSOR.fullmatch(text)
    if match is None:
        raise ValueError(text)
    hour = datetime.strptime(match[1], "%Y-%m-%dT%H").replace(tzinfo=UTC)
    if hour.year not in YEARS:
        raise ValueError(text)
    return Cursor(hour, match[2])


def year_check(day: date) -> None:
    """Raises ValidationError for a day that no report is of, and that no calendar of the database may reach."""
    if day.year not in YEARS:
        raise forms.ValidationError(pgettext("feed", "There is no such day."))


@dataclass(frozen=True)
class Near:
    """The surroundings of a place: latitude and longitude in WGS84 degrees, radius in metres."""

    latitude: float
    longitude: float
    metres: int

    def __str__(self) -> str:
        return f"{self.latitude:.5f},{self.longitude:.5f},{self.metres}"

    @property
    def area(self) -> Polygon:
        """The circle in the storage CRS."""
        east, north = wgs84_to_storage(self.longitude, self.latitude)
        circle = Point(east, north, srid=storage_srid()).buffer(self.metres, quadsegs=16)
        assert isinstance(circle, Polygon)  # noqa: S101 - tells mypy what a point's buffer is
        return circle


def near_parse(text: str) -> Near:
    """Latitude, longitude and, if not METRES_USUAL, metres. Raises ValueError."""
    parts = [float(part) for part in text.split(",")]
    latitude, longitude, metres = [*parts, METRES_USUAL] if len(parts) == 2 else parts
    if not (abs(latitude) <= 85 and abs(longitude) <= 180 and NEAREST <= metres <= FARTHEST):
        raise ValueError(text)
    return Near(latitude, longitude, int(metres))


class PublicFilterForm(FilterForm):
    """State, topic, category, period of receipt, text, street, area, surroundings of a place, extent of the map."""

    q = forms.CharField(
        label=pgettext_lazy("public filter", "Street, parcel, number or text"),
        required=False,
        max_length=200,
        widget=forms.TextInput(
            {
                "type": "search",
                "autocomplete": "off",
                "placeholder": pgettext_lazy("public filter", "Street, parcel, number or text"),
            }
        ),
    )
    category = forms.ChoiceField(
        label=pgettext_lazy("public filter", "Category"),
        required=False,
        error_messages={"invalid_choice": pgettext_lazy("feed", "There is no such category.")},
    )
    since = forms.DateField(
        label=pgettext_lazy("public filter", "Reported from"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[year_check],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    until = forms.DateField(
        label=pgettext_lazy("public filter", "until"),
        required=False,
        input_formats=["%Y-%m-%d"],
        validators=[year_check],
        widget=forms.DateInput({"type": "date"}, format="%Y-%m-%d"),
    )
    street = forms.CharField(required=False, max_length=200, widget=forms.HiddenInput)
    area = forms.CharField(required=False, max_length=10_000, widget=forms.HiddenInput)
    near = forms.CharField(required=False, max_length=100, widget=forms.HiddenInput)
    field_order = ("q", "status", "group", "category", "since", "until")

    def __init__(self, data: Any, *, jurisdiction: Jurisdiction | None) -> None:
        super().__init__(data, jurisdiction=jurisdiction)
        named = [(one.code, one.name) for one in self.categories]
        self._choose("category", [("", pgettext_lazy("public filter", "all categories")), *named])

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in ("q", "street"):
            if XML_FORBIDDEN.search(data.get(name, "")):
                self.add_error(name, pgettext("feed", "This text holds control characters."))
        return data

    def clean_area(self) -> Polygon | None:
        text = self.cleaned_data["area"]
        try:
            return area_parse(text) if text else None
        except (ValueError, GEOSException, GDALException) as error:
            message = pgettext(
                "feed", "An area has from 3 to %(most)d corners and does not cross itself."
            )
            raise forms.ValidationError(message % {"most": CORNERS_MAX}) from error

    def clean_near(self) -> Near | None:
        text = self.cleaned_data["near"]
        try:
            return near_parse(text) if text else None
        except ValueError as error:
            message = pgettext("feed", "Write latitude, longitude and metres: 51.55,7.31,500.")
            raise forms.ValidationError(message) from error

    def fields_more(self) -> list[forms.BoundField]:
        """What stands behind “filter” on the page."""
        return [one for one in self.visible_fields() if one.name != "q"]

    def more_count(self) -> int:
        """How many of these are in use."""
        return sum(bool(one.data) for one in self.fields_more())

    def issues(self, jurisdiction: Jurisdiction | None, box: GridBox | None = None) -> Any:
        """The public issues of the filter, latest first; `box` takes the place of the extent in the filter."""
        data = self.cleaned_data
        found: Any = issues_public(
            jurisdiction=jurisdiction, chosen=self.chosen(), box=box or self.box()
        )
        if data["category"]:
            found = found.filter(
                category__in=Category.objects.filter(
                    jurisdiction=jurisdiction, code=data["category"]
                )
            )
        if data["since"]:
            found = found.filter(received_at__gte=_begins(data["since"]))
        if data["until"]:
            found = found.filter(received_at__lt=_begins(data["until"] + timedelta(days=1)))
        if data["street"]:
            found = found.on_street(data["street"])
        if data["area"] is not None:
            found = found.in_public_area(data["area"])
        if data["near"] is not None:
            found = found.in_public_area(data["near"].area)
        if data["q"]:
            found = found.with_public_words(data["q"])
        return found


class FeedForm(PublicFilterForm):
    """The filter with what a program says besides: changes since, and paging.

    A parameter that is not known is an error: a filter passed over in silence answers another question.
    """

    updated_after = forms.CharField(required=False, max_length=40)
    limit = forms.IntegerField(required=False, min_value=1, max_value=LIMIT_MAX)
    after = forms.CharField(required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean()
        for name in sorted(set(self.data) - set(self.fields)):
            shown = XML_FORBIDDEN.sub("", name)[:40]
            self.add_error(None, pgettext("feed", "Unknown parameter: %(name)s.") % {"name": shown})
        return data

    def clean_updated_after(self) -> datetime | None:
        text = self.cleaned_data["updated_after"]
        if not text:
            return None
        try:
            # A "+" that nobody encoded arrives as a blank.
            moment = datetime.fromisoformat(re.sub(r" (\d\d:?\d\d)$", r"+\1", text))
            aware = moment if moment.tzinfo else timezone.make_aware(moment)
            year_check(aware.date())
            return aware.astimezone(UTC).replace(minute=0, second=0, microsecond=0)
        except (ValueError, OverflowError) as error:
            message = pgettext("feed", "Write a date and time such as 2026-03-01T08:00:00Z.")
            raise forms.ValidationError(message) from error

    def clean_after(self) -> Cursor | None:
        text = self.cleaned_data["after"]
        try:
            return cursor_parse(text) if text else None
        except ValueError as error:
            message = pgettext("feed", "Take this value from the link to the next page.")
            raise forms.ValidationError(message) from error

    @property
    def limit_asked(self) -> int:
        return int(self.cleaned_data["limit"] or LIMIT)

    def issues(self, jurisdiction: Jurisdiction | None, box: GridBox | None = None) -> Any:
        """The same, the latest change first, from the cursor on."""
        data = self.cleaned_data
        found = super().issues(jurisdiction, box)
        if data["updated_after"] is not None:
            found = found.filter(public_hour__gte=data["updated_after"])
        if (after := data["after"]) is not None:
            later = Q(public_hour__lt=after.hour) | Q(number__lt=after.number)
            found = found.filter(later, public_hour__lte=after.hour)
        return found.order_by("-public_hour", "-number")


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
