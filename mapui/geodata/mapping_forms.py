"""What administrators say when they map a source that the program does not know."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, Final

from django import forms
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.coordinates import crs_parse
from gis_core.datasets import DatasetSpec, dataset_specs
from gis_core.enums import FetchKind
from gis_core.errors import CoordinateError
from gis_core.loading.look import Layer
from gis_core.loading.mapping import Target, mapping_content, targets_of
from mapui.geodata.contents import attribute_shown
from mapui.geodata.forms import FilesField, source_field

NAME_LENGTH: Final = 40
VALUES_MOST: Final = 50
# What the buttons say that store the mapping.
STORING: Final = frozenset({"save", "load"})


class SourceForm(forms.Form):
    """The file to be mapped, uploaded or by its address, and what it is to become."""

    dataset = forms.ChoiceField(label=pgettext_lazy("mapping", "Dataset"))
    uploads = FilesField(
        label=pgettext_lazy("mapping", "File"),
        required=False,
        help_text=pgettext_lazy(
            "mapping",
            "GeoJSON, GeoPackage, shapefile with its parts, FlatGeobuf, GML or CSV, also zipped. Of a large file a part"
            " is enough.",
        ),
    )
    url = forms.URLField(
        label=pgettext_lazy("mapping", "or address"),
        required=False,
        max_length=500,
        assume_scheme="https",
    )
    kind = forms.ChoiceField(
        label=pgettext_lazy("mapping", "What is there"),
        required=False,
        choices=FetchKind.choices,
        initial=FetchKind.FILE,
    )
    layer = forms.CharField(
        label=pgettext_lazy("mapping", "Collection or feature type"),
        required=False,
        max_length=100,
        help_text=pgettext_lazy(
            "mapping", "Only of a service that has several, where the address names none."
        ),
    )
    label_suffix = ""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        field = self.fields["dataset"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = [(one.dataset.value, one.dataset.label) for one in dataset_specs()]

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        if "uploads" in data and "url" in data and bool(data["uploads"]) == bool(data["url"]):
            told = pgettext("mapping", "Please give either a file or an address.")
            self.add_error("uploads", told)
        return data

    def address(self) -> dict[str, str]:
        """The address as profiles hold it."""
        data = self.cleaned_data
        return {
            "url": data["url"],
            "kind": data["kind"] or FetchKind.FILE.value,
            "layer": data["layer"],
        }


class LookForm(forms.Form):
    """Which layer, and whether the first line of a text names the columns."""

    layer = forms.ChoiceField(label=pgettext_lazy("mapping", "Layer"), required=False)
    has_header = forms.BooleanField(
        label=pgettext_lazy("mapping", "The first line names the columns"), required=False
    )
    label_suffix = ""

    def __init__(self, data: Any, *, layers: list[Layer], shown: Layer) -> None:
        super().__init__(data, initial={"layer": shown.name, "has_header": shown.has_header})
        field = self.fields["layer"]
        assert isinstance(field, forms.ChoiceField)  # noqa: S101 - tells mypy what the class body says
        field.choices = [(one.name, one.name) for one in layers]
        if len(layers) == 1:
            del self.fields["layer"]
        if shown.has_header is None:
            del self.fields["has_header"]


class MappingForm(forms.Form):
    """For each column of the dataset a column of the source or a fixed value; the place; the CRS; the name."""

    label_suffix = ""

    def __init__(
        self,
        data: Any,
        *,
        spec: DatasetSpec,
        layer: Layer,
        content: dict[str, Any],
        crs: str,
        name: str,
    ) -> None:
        super().__init__(data)
        self._spec, self._layer, self._content = spec, layer, content
        self.targets = [
            replace(one, label=str(attribute_shown(one.name))) if one.label == one.name else one
            for one in targets_of(spec)
        ]
        self.is_placed_by_columns = spec.geometry_field is not None and not (
            layer.shapes or layer.namespace
        )
        named = [(name, self._label(name)) for name in layer.columns]
        choices = [("", pgettext("mapping", "none")), *named]
        for one in self.targets:
            self._add(one, choices)
        needed = [(one.name, one.label) for one in self.targets if one.is_required]
        if needed:
            self.fields["leave_out"] = forms.MultipleChoiceField(
                label=pgettext("mapping", "Leave out rows without a value"),
                choices=needed,
                initial=content.get("leave_out", []),
                required=False,
                widget=forms.CheckboxSelectMultiple,
                help_text=pgettext(
                    "mapping",
                    "Otherwise such a row is a fault. The edition counts what is left out.",
                ),
            )
        if self.is_placed_by_columns:
            x, y, _crs = next(iter(content.get("points", [])), ("", "", ""))
            for axis, label, value in (
                ("x", pgettext("mapping", "East or longitude"), x),
                ("y", pgettext("mapping", "North or latitude"), y),
            ):
                self.fields[axis] = forms.ChoiceField(
                    label=label, choices=choices, initial=value, required=False
                )
        if spec.geometry_field is not None:
            self.fields["crs"] = forms.CharField(
                label=pgettext("mapping", "Coordinate reference system"),
                initial=crs or next((one[2] for one in content.get("points", [])), ""),
                required=False,
                max_length=100,
                help_text=pgettext("mapping", "Where the source names none, such as EPSG:25832."),
            )
        self.fields["name"] = forms.SlugField(
            label=pgettext("mapping", "Name of the mapping"),
            initial=name,
            required=False,
            max_length=NAME_LENGTH,
            allow_unicode=True,
            help_text=pgettext(
                "mapping", "Letters, digits and hyphens. A mapping of this name is replaced."
            ),
        )

        if spec.same:
            self.fields["source_name"] = source_field()

    def _label(self, name: str) -> str:
        """The column with a value of it: a number alone tells nothing."""
        values = self._layer.columns[name]
        return f"{name} ({values[0][:20]})" if values else name

    def _add(self, one: Target, choices: list[tuple[str, str]]) -> None:
        content = self._content
        self.fields[f"column_{one.name}"] = forms.ChoiceField(
            label=one.label,
            choices=choices,
            initial=next(iter(content["columns"].get(one.name, [])), ""),
            required=False,
        )
        self.fields[f"constant_{one.name}"] = forms.CharField(
            label=pgettext("mapping", "%(column)s, fixed value") % {"column": one.label},
            initial=content.get("constants", {}).get(one.name, ""),
            required=False,
            max_length=100,
        )
        if one.values:
            self.fields[f"codes_{one.name}"] = forms.CharField(
                label=pgettext("mapping", "%(column)s, what the values mean")
                % {"column": one.label},
                initial="\n".join(self._meanings(one)),
                required=False,
                max_length=10_000,
                widget=forms.Textarea({"rows": 4}),
                help_text=pgettext(
                    "mapping", "One line for each value: value = meaning. Meanings are %(known)s."
                )
                % {"known": ", ".join(one.values)},
            )

    def _meanings(self, one: Target) -> list[str]:
        """What was said of the values, else each value that was seen; one that is a meaning already means itself."""
        said = self._content.get("codes", {}).get(one.name)
        if said is None:
            source = next(iter(self._content["columns"].get(one.name, [])), "")
            seen = dict.fromkeys(self._layer.columns.get(source, []))
            said = {value: value if value in one.values else "" for value in seen}
        return [f"{value} = {meaning}" for value, meaning in said.items()][:VALUES_MOST]

    def gaps(self) -> list[str]:
        """What the dataset needs and the mapping does not say yet, by label."""
        said = {name for name, names in self._content["columns"].items() if names}
        said |= self._content.get("constants", {}).keys()
        return [one.label for one in self.targets if one.is_required and one.name not in said]

    def codes(self) -> list[forms.BoundField]:
        return [self[name] for name in self.fields if name.startswith("codes_")]

    def rows(self) -> Iterator[tuple[Target, forms.BoundField, forms.BoundField]]:
        """Each column of the dataset with its two fields."""
        for one in self.targets:
            yield one, self[f"column_{one.name}"], self[f"constant_{one.name}"]

    def clean_crs(self) -> str:
        text: str = self.cleaned_data["crs"]
        try:
            return crs_parse(text).name if text else ""
        except CoordinateError as error:
            raise forms.ValidationError(error.shown()) from error

    def clean(self) -> dict[str, Any]:
        data = super().clean() or self.cleaned_data
        for one in self.targets:
            given = data.get(f"column_{one.name}"), data.get(f"constant_{one.name}")
            if all(given):
                told = pgettext("mapping", "Either a column or a fixed value.")
                self.add_error(f"constant_{one.name}", told)
            elif one.is_required and not any(given):
                told = pgettext("mapping", "A column or a fixed value is needed.")
                self.add_error(f"column_{one.name}", told)
            self._codes_check(one, data)
        if self.data.get("act") in STORING and not data.get("name"):
            told = pgettext("mapping", "A name is needed to store the mapping.")
            self.add_error("name", told)
        if self.is_placed_by_columns and not (data.get("x") and data.get("y")):
            self.add_error("x", pgettext("mapping", "Two columns make the place."))
        return data

    def _codes_check(self, one: Target, data: dict[str, Any]) -> None:
        """Reads the lines of a column's values in place."""
        name = f"codes_{one.name}"
        if name not in data:
            return
        lines = [line.partition("=") for line in data[name].splitlines() if line.strip()]
        read = {value.strip(): meaning.strip() for value, _equals, meaning in lines}
        if data.get(f"column_{one.name}") and not set(read.values()) <= set(one.values):
            told = pgettext("mapping", "Each value needs one of these meanings: %(known)s.")
            self.add_error(name, told % {"known": ", ".join(one.values)})
        data[name] = read

    def content(self) -> dict[str, Any]:
        """The profile as JSON."""
        data = self.cleaned_data
        points = [[data["x"], data["y"], data["crs"]]] if self.is_placed_by_columns else []
        constants = {one.name: data[f"constant_{one.name}"] for one in self.targets}
        chosen = {one.name: data[f"column_{one.name}"] for one in self.targets}
        made = mapping_content(
            self._spec,
            {name: value for name, value in chosen.items() if value},
            layer=self._layer,
            points=points,
            constants={name: value for name, value in constants.items() if value},
            codes={
                one.name: data[f"codes_{one.name}"]
                for one in self.targets
                if chosen[one.name] and data.get(f"codes_{one.name}")
            },
            leave_out=data.get("leave_out", []),
        )
        features = self._content.get("features", [])
        return made | ({"features": features} if features else {})
