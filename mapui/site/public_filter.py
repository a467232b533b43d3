"""What the public's data are filtered by: the filter of the map, and more that only an address can say."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any, Final

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, Polygon
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import pgettext

from gis_core.models import Jurisdiction
from issues.api.parameters import YEARS
from issues.models import Category
from issues.models.querysets import IssueQuerySet
from issues.services.texts import XML_FORBIDDEN
from mapui.site.forms import FilterForm
from mapui.site.issues import issues_public
from mapui.site.triage_filter import CORNERS_MAX, area_parse

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


class PublicFilterForm(FilterForm):
    """State, topic, extent as on the map; besides category, period of receipt, street, area, text, and paging.

    A parameter that is not known is an error: a filter passed over in silence answers another question.
    """

    category = forms.CharField(required=False, max_length=100)
    since = forms.DateField(required=False, input_formats=["%Y-%m-%d"], validators=[year_check])
    until = forms.DateField(required=False, input_formats=["%Y-%m-%d"], validators=[year_check])
    street = forms.CharField(required=False, max_length=200)
    area = forms.CharField(required=False, max_length=10_000)
    q = forms.CharField(required=False, max_length=200)
    updated_after = forms.CharField(required=False, max_length=40)
    limit = forms.IntegerField(required=False, min_value=1, max_value=LIMIT_MAX)
    after = forms.CharField(required=False, max_length=60)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for name in sorted(set(self.data) - set(self.fields)):
            shown = XML_FORBIDDEN.sub("", name)[:40]
            self.add_error(None, pgettext("feed", "Unknown parameter: %(name)s.") % {"name": shown})
        for name in ("q", "street"):
            if XML_FORBIDDEN.search(data.get(name, "")):
                self.add_error(name, pgettext("feed", "This text holds control characters."))
        return data

    def clean_category(self) -> str:
        code: str = self.cleaned_data["category"]
        if code and code not in {one.code for one in self.categories}:
            raise forms.ValidationError(pgettext("feed", "There is no such category."))
        return code

    def clean_area(self) -> Polygon | None:
        text = self.cleaned_data["area"]
        try:
            return area_parse(text) if text else None
        except (ValueError, GEOSException, GDALException) as error:
            message = pgettext(
                "feed", "An area has from 3 to %(most)d corners and does not cross itself."
            )
            raise forms.ValidationError(message % {"most": CORNERS_MAX}) from error

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

    def issues(self, jurisdiction: Jurisdiction) -> IssueQuerySet:
        """The public issues of the filter, the latest change first, from the cursor on."""
        data = self.cleaned_data
        found: Any = issues_public(jurisdiction=jurisdiction, chosen=self.chosen(), box=self.box())
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
        if data["q"]:
            found = found.with_public_words(data["q"])
        if data["updated_after"] is not None:
            found = found.filter(public_hour__gte=data["updated_after"])
        if (after := data["after"]) is not None:
            later = Q(public_hour__lt=after.hour) | Q(number__lt=after.number)
            found = found.filter(later, public_hour__lte=after.hour)
        return found.order_by("-public_hour", "-number")


def _begins(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))
