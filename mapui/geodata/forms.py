"""What administrators say when they order a load, and when they activate in spite of errors."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.core.files.uploadedfile import UploadedFile
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.coordinates import SourceCrs, crs_parse
from gis_core.datasets import DatasetSpec, dataset_spec, dataset_specs
from gis_core.enums import FetchKind
from gis_core.errors import CoordinateError, LoadError
from gis_core.loading.read.profiles import Profile, profiles_of, profiles_own
from gis_core.loading.stage.sources import NAME_LENGTH, source_place
from gis_core.models import Jurisdiction
from gis_core.services.geodata_presets import (
    GeodataPreset,
    PresetUnusable,
    preset_check,
    presets,
)
from mapui.geodata.selectors import sources_known


class FilesInput(forms.FileInput):
    allow_multiple_selected = True


class FilesField(forms.FileField):
    """Any number of files; a delivery comes in parts."""

    widget = FilesInput

    def clean(self, data: Any, initial: Any = None) -> list[UploadedFile]:
        files: Sequence[Any] = data if isinstance(data, list | tuple) else [data] if data else []
        if not files and not self.required:
            return []
        return [super(FilesField, self).clean(one, initial) for one in files or [None]]


def source_field() -> forms.CharField:
    """The name of one of several sources of a dataset."""
    return forms.CharField(
        label=pgettext_lazy("geodata", "Name of the source"),
        required=False,
        max_length=NAME_LENGTH,
        widget=forms.TextInput(attrs={"list": "sources", "autocomplete": "off"}),
        help_text=pgettext_lazy(
            "geodata",
            "For areas, assets and addresses that come from several sources: a load replaces what has the same name.",
        ),
    )


class LoadForm(forms.Form):
    """One load of one dataset, from uploaded files, a service, or a file by its address."""

    dataset = forms.ChoiceField(label=_("Dataset"))
    source_name = source_field()
    uploads = FilesField(
        label=_("Files"),
        required=False,
        help_text=_(
            "GML, NAS, GeoPackage, shapefile, GeoJSON, FlatGeobuf, OpenStreetMap (.osm.pbf) or CSV, also zipped."
            " All parts of a delivery together."
        ),
    )
    url = forms.URLField(
        label=pgettext_lazy("geodata", "or address of a service or a file"),
        required=False,
        max_length=500,
        assume_scheme="https",
        help_text=pgettext_lazy(
            "geodata", "A service is asked for what lies in and around the municipality."
        ),
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("geodata", "What is there"),
        required=False,
        choices=FetchKind.choices,
        initial=FetchKind.WFS,
    )
    profile = forms.ChoiceField(
        label=_("Column mapping"),
        required=False,
        help_text=_("Usually the content says which one fits."),
    )
    crs = forms.CharField(
        label=_("Coordinate reference system"),
        required=False,
        max_length=100,
        help_text=_("Only for sources that name none, e.g. EPSG:25832."),
    )
    layer = forms.CharField(
        label=_("Layer or feature type"),
        required=False,
        max_length=100,
        help_text=pgettext_lazy(
            "geodata", "Only for a GeoPackage or a service in which several would fit."
        ),
    )
    as_of = forms.DateField(
        label=_("Date of the data"),
        required=False,
        widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"),
        input_formats=["%Y-%m-%d", "%d.%m.%Y"],
    )
    licence = forms.CharField(
        label=_("Licence"), required=False, max_length=100, help_text=_("e.g. dl-de/zero-2-0")
    )
    attribution = forms.CharField(label=_("Attribution"), required=False, max_length=300)
    # The known source that filled the form in.
    preset = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, jurisdiction: Jurisdiction | None = None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.label_suffix = ""
        self._jurisdiction = jurisdiction
        specs = dataset_specs()
        _choices(
            self.fields["dataset"], [(spec.dataset.value, spec.dataset.label) for spec in specs]
        )
        self.sources = [] if jurisdiction is None else sources_known(jurisdiction)
        named = sorted({name for spec in specs for name in self._profiles(spec)})
        _choices(self.fields["profile"], [("", _("by content")), *((name, name) for name in named)])
        if filled := self._filled(self["preset"].value()):
            self.fields["url"].widget.attrs["data-filled"] = filled["url"]

    def _filled(self, name: Any) -> dict[str, Any]:
        """What the known source of this name filled in; empty for none."""
        preset = next((one for one in presets() if one.name == name), None)
        if preset is None or self._jurisdiction is None:
            return {}
        return preset_values(preset, self._jurisdiction)

    def _profiles(self, spec: DatasetSpec) -> list[str]:
        """The names of those that map to a dataset; a file that is none takes away those of the folder."""
        own: list[Profile] = []
        try:
            own = profiles_own(spec, self._jurisdiction)
        except LoadError as error:
            self.fields["profile"].help_text = error.shown()
        return [one.name for one in (*profiles_of(spec), *own)]

    def clean_crs(self) -> SourceCrs | None:
        text = self.cleaned_data["crs"]
        try:
            return crs_parse(text) if text else None
        except CoordinateError as error:
            raise forms.ValidationError(error.shown()) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "uploads" in data and "url" in data and bool(data["uploads"]) == bool(data["url"]):
            told = pgettext("geodata", "Please give either files or an address.")
            self.add_error("uploads", told)
        if refused := self._preset_refused(data):
            self.add_error("url", refused)
        data["kind"] = data.get("kind") or FetchKind.WFS
        filled = self._filled(data.get("preset"))
        if filled and data.get("url") != filled["url"]:
            # Another source has a licence of its own.
            data |= {
                name: "" for name in ("licence", "attribution") if data.get(name) == filled[name]
            }
        self._source_check(data)
        if (profile := data.get("profile")) and (dataset := data.get("dataset")):
            known = self._profiles(dataset_spec(dataset))
            if profile not in known:
                self.add_error(
                    "profile",
                    _("This mapping does not fit the dataset; those that do: %(known)s")
                    % {"known": ", ".join(known)},
                )
        return data

    def _preset_refused(self, data: dict[str, Any]) -> str:
        """Why the municipality cannot load from the address of a preset yet."""
        url, jurisdiction = data.get("url"), self._jurisdiction
        if not url or jurisdiction is None:
            return ""
        of_dataset = (one for one in presets() if one.dataset == data.get("dataset"))
        found = (one for one in of_dataset if one.url_for(jurisdiction) == url)
        return preset_refused(next(found, None), jurisdiction)

    def _source_check(self, data: dict[str, Any]) -> None:
        if not data.get("dataset") or self._jurisdiction is None or "source_name" not in data:
            return
        loaded = [data.get("layer"), *(file.name for file in data.get("uploads") or ())]
        try:
            source_place(
                self._jurisdiction,
                dataset_spec(data["dataset"]),
                data["source_name"],
                loaded=next(filter(None, loaded), ""),
            )
        except LoadError as error:
            self.add_error("source_name", error.shown())


def preset_values(preset: GeodataPreset, jurisdiction: Jurisdiction) -> dict[str, Any]:
    """What a preset fills in."""
    return {
        "dataset": preset.dataset,
        "url": preset.url_for(jurisdiction),
        "kind": preset.kind,
        "layer": preset.layer,
        "profile": preset.profile,
        "licence": preset.licence,
        "attribution": preset.attribution,
        "preset": preset.name,
    }


def preset_refused(preset: GeodataPreset | None, jurisdiction: Jurisdiction | None) -> str:
    """Why the municipality cannot use it yet; "" where it can."""
    if preset is None or jurisdiction is None:
        return ""
    try:
        preset_check(preset, jurisdiction)
    except PresetUnusable as error:
        return error.shown()
    return ""


def _choices(field: forms.Field, choices: list[tuple[Any, Any]]) -> None:
    assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
    field.choices = choices


class OverrideForm(forms.Form):
    """Why an edition is activated although checks found errors; the reason is kept with the person's name."""

    override_reason = forms.CharField(
        label=_("Why the edition is activated in spite of the errors"),
        widget=forms.Textarea(attrs={"rows": 3}),
        min_length=10,
        max_length=1000,
    )
    label_suffix = ""
