"""The filters of the lists and maps."""

from __future__ import annotations

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from gis_core.grid import GridBox, box_of_degrees
from gis_core.languages import language_first, text_in
from gis_core.maps.geojson import BoundingBoxError, bbox_parse
from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from mapui.site.issues import OPEN, categories_shown, groups_of
from mapui.site.types import IssueFilter


class ToldForm(forms.Form):
    """A filter that says in sentences what of it does not hold."""

    @property
    def refused(self) -> list[str]:
        """Each with the name of its field, where it has one on the page."""
        told = []
        for name, errors in self.errors.items():
            label = "" if name not in self.fields or self[name].is_hidden else self[name].label
            told += [f"{label}: {error}" if label else str(error) for error in errors]
        return told


class FilterForm(ToldForm):
    """What the public may filter by. A value that does not exist is an error beside its field, never everything."""

    status = forms.ChoiceField(label=_("State"), required=False)
    group = forms.ChoiceField(label=_("Topic"), required=False)
    jurisdiction = forms.CharField(required=False, widget=forms.HiddenInput)
    # The extent of the map that the list follows: west,south,east,north in degrees.
    bbox = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(
        self, data: Any, *, jurisdiction: Jurisdiction | None, public_only: bool = True
    ) -> None:
        super().__init__(data)
        self.label_suffix = ""
        self._choose("status", [("", _("all states")), (OPEN, _("open")), *IssueStatus.choices])
        self.categories = categories_shown(jurisdiction, public_only=public_only)
        groups = groups_of(self.categories)
        named = [(text_in(one.groups, language_first()), one.group) for one in groups]
        self._choose("group", [("", _("all topics")), *named])

    def _choose(self, name: str, choices: list[tuple[Any, Any]]) -> None:
        field = self.fields[name]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = choices

    def clean_bbox(self) -> GridBox | None:
        try:
            bounds = bbox_parse(self.cleaned_data["bbox"]) if self.cleaned_data["bbox"] else None
        except BoundingBoxError as error:
            raise forms.ValidationError(str(error)) from error
        if bounds is None:
            return None
        west, south, east, north = bounds.extent
        return box_of_degrees(west=west, south=south, east=east, north=north)

    def box(self) -> GridBox | None:
        """The extent, if there is any; call only after `is_valid()`."""
        box: GridBox | None = self.cleaned_data["bbox"]
        return box

    def chosen(self) -> IssueFilter:
        """The filter; call only after `is_valid()`."""
        return IssueFilter(status=self.cleaned_data["status"], group=self.cleaned_data["group"])


class PlaceForm(forms.Form):
    """A place on the map in WGS84 degrees, or a parcel's number or key as people write it."""

    q = forms.CharField(
        label=_("Parcel number, key, address or coordinates"), required=False, max_length=100
    )
    lat = forms.FloatField(required=False, min_value=-90, max_value=90)
    lon = forms.FloatField(required=False, min_value=-180, max_value=180)

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if not data.get("q") and (data.get("lat") is None or data.get("lon") is None):
            raise forms.ValidationError(_("Please give a parcel number or a place."))
        return data
