"""The filter of the queue, which its list and the tiles of its map share. All of it stands in the address."""

from __future__ import annotations

from functools import cache, partial
from typing import Any, Final

from django import forms
from django.contrib.gis.gdal import GDALException
from django.contrib.gis.geos import GEOSException, Polygon
from django.core import signing
from django.core.validators import RegexValidator
from django.utils.choices import CallableChoiceIterator
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.coordinates import wgs84_to_storage
from gis_core.models import Jurisdiction
from gis_core.srids import storage_srid
from issues.enums import Channel
from mapui.site.enums import Age, Confidence, Missing, Sorting, Work
from mapui.site.forms import FilterForm
from mapui.site.issues import PROPOSED, UNCLEAR, authorities_in_use
from mapui.site.types import TriageFilter
from parcels.enums import OwnerClass
from parcels.selectors import districts_named
from routing.enums import RoadClass

CORNERS_MAX: Final = 500
REPORTS_SALT: Final = "triage.reports"
# What stands in the head of the queue; the others are behind "more filters".
FIRST: Final = ("q", "status", "authority", "sort")


class TriageFilterForm(FilterForm):
    """What triage staff filter by. `area` is a polygon: corners as "longitude latitude", commas between them."""

    q = forms.CharField(
        label=pgettext_lazy("queue", "Text, number, street, parcel"),
        required=False,
        max_length=100,
        widget=forms.HiddenInput,
    )
    authority = forms.ChoiceField(label=_("Authority"), required=False)
    sort = forms.ChoiceField(label=pgettext_lazy("queue", "Order"), required=False)
    category = forms.ChoiceField(label=_("Category"), required=False)
    road = forms.CharField(label=_("Road"), required=False, max_length=100)
    road_class = forms.ChoiceField(
        label=pgettext_lazy("queue", "Class of the road"), required=False
    )
    owner = forms.ChoiceField(label=pgettext_lazy("queue", "Owner class"), required=False)
    district = forms.CharField(
        label=pgettext_lazy("queue", "Cadastral district"),
        required=False,
        widget=forms.Select,
        validators=[RegexValidator(r"^\d{6}\Z")],
    )
    age = forms.ChoiceField(label=pgettext_lazy("queue", "Age"), required=False)
    confidence = forms.ChoiceField(label=pgettext_lazy("queue", "Confidence"), required=False)
    channel = forms.ChoiceField(label=pgettext_lazy("queue", "Came by"), required=False)
    released = forms.ChoiceField(
        label=pgettext_lazy("queue", "Shown to the public"), required=False
    )
    work = forms.ChoiceField(label=pgettext_lazy("queue", "To be done"), required=False)
    missing = forms.ChoiceField(label=pgettext_lazy("queue", "What is missing"), required=False)
    area = forms.CharField(
        label=pgettext_lazy("queue", "Area"),
        required=False,
        max_length=20_000,
        help_text=pgettext_lazy("queue", "Corners as longitude latitude, with commas between."),
    )
    # Of a search for somebody's reports: their keys, signed, so that nobody reads numbers off an address.
    reports = forms.CharField(required=False, max_length=2000, widget=forms.HiddenInput)
    field_order = ("q", "status", "authority", "group", "sort")

    def __init__(self, data: Any, *, jurisdiction: Jurisdiction | None) -> None:
        super().__init__(data, jurisdiction=jurisdiction, public_only=False)
        all_of: dict[str, list[tuple[Any, Any]]] = {
            "category": [(one.code, one.name) for one in self.categories],
            "road_class": [one for one in RoadClass.choices if one[0] in "ABLKG"],
            "owner": OwnerClass.choices,
            "age": Age.choices,
            "confidence": Confidence.choices,
            "channel": Channel.choices,
            "released": [("yes", _("yes")), ("no", _("no"))],
            "missing": Missing.choices,
            "work": Work.choices,
        }
        for name, choices in all_of.items():
            self._choose(name, [("", pgettext_lazy("queue", "all")), *choices])
        # Asked for once, when the form is drawn: the tiles of the map read the filter, too.
        self.fields["district"].widget.choices = CallableChoiceIterator(
            cache(partial(_districts, jurisdiction))
        )
        self._choose("sort", [("", Sorting.NEWEST.label), *Sorting.choices[1:]])
        named = [(one.code, one.name) for one in authorities_in_use(jurisdiction)]
        first = [
            ("", _("all authorities")),
            (UNCLEAR, _("Unclear: to be triaged")),
            (PROPOSED, _("With an open proposal")),
        ]
        self._choose("authority", [*first, *named])

    def clean_area(self) -> Polygon | None:
        text = self.cleaned_data["area"]
        if not text:
            return None
        try:
            return area_parse(text)
        except (ValueError, GEOSException, GDALException) as error:
            message = _("An area has from 3 to %(most)d corners and does not cross itself.")
            raise forms.ValidationError(message % {"most": CORNERS_MAX}) from error

    def clean_reports(self) -> tuple[int, ...]:
        text = self.cleaned_data["reports"]
        try:
            return tuple(signing.loads(text, salt=REPORTS_SALT)) if text else ()
        except signing.BadSignature as error:
            message = pgettext("queue", "This search is no longer valid. Please search again.")
            raise forms.ValidationError(message) from error

    def fields_first(self) -> list[forms.BoundField]:
        return [self[name] for name in FIRST if not self[name].is_hidden]

    def fields_more(self) -> list[forms.BoundField]:
        return [one for one in self.visible_fields() if one.name not in FIRST]

    def more_count(self) -> int:
        """How many of the filters behind "more filters" are in use."""
        return sum(bool(one.data) for one in self.fields_more())

    def chosen(self) -> TriageFilter:
        data = self.cleaned_data
        names = TriageFilter.__dataclass_fields__.keys() - {"text"}
        return TriageFilter(text=data["q"], **{name: data[name] for name in names})


def reports_sign(keys: list[int]) -> str:
    """The keys of issues as the filter `reports` has them."""
    return signing.dumps(keys, salt=REPORTS_SALT, compress=True)


def _districts(jurisdiction: Jurisdiction | None) -> list[tuple[str, Any]]:
    named = districts_named(jurisdiction) if jurisdiction else []
    return [("", pgettext_lazy("queue", "all")), *named]


def area_parse(text: str) -> Polygon:
    """A polygon in STORAGE_SRID of the corners in WGS84 degrees; raises ValueError."""
    corners = []
    for corner in text.split(","):
        longitude, latitude = (float(part) for part in corner.split())
        if not (-180 <= longitude <= 180 and -85 <= latitude <= 85):
            raise ValueError(corner)
        corners.append(wgs84_to_storage(longitude, latitude))
    if not 3 <= len(corners) <= CORNERS_MAX:
        raise ValueError(text)
    polygon = Polygon([*corners, corners[0]], srid=storage_srid())
    if not polygon.valid:
        raise ValueError(text)
    return polygon
