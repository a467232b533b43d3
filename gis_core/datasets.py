"""The registry of datasets: each app says in AppConfig.ready() what can be loaded into which of its models."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.contrib.gis.db.models import GeometryField
from django.contrib.gis.geos import GEOSGeometry
from django.db.models import Field, TextChoices

from gis_core.dataset_names import dataset_name
from gis_core.errors import CodedError
from gis_core.messages import Message
from gis_core.models import Edition, EditionCheck, EditionedModel, Jurisdiction


class RowError(CodedError):
    """A row cannot be converted; `row` is its place in the batch."""

    def __init__(self, row: int, message: Message | str, **params: Any) -> None:
        self.row = row
        super().__init__(message, **params)


class UnreadableValues(Exception):
    """Values of a column on which nothing rests, by row: they count as unknown, and people are told."""

    def __init__(self, column: str, faults: dict[int, Message]) -> None:
        super().__init__(column)
        self.column, self.faults = column, faults


# Values by column name; all columns of one table are equally long.
Columns = dict[str, list[Any]]
# From the profile's columns to the model's fields (key included, geometry not); RowError names a row.
Convert = Callable[[Columns, Jurisdiction], Columns]


@dataclass(frozen=True)
class Dictionary:
    """Words of a source that a conversion understands, beside the codes of profiles.

    `column`: what it is about, for reports and own words. `unknown`: of each row the word that is not understood, or
    "". `target`: the column that the meaning of an own word goes to. `choices`: what a meaning may be, as (value,
    label); None: any text that `is_meaning` accepts.
    """

    column: str
    unknown: Callable[[Columns, Jurisdiction], list[str]]
    target: str
    choices: Callable[[Jurisdiction], list[tuple[str, Any]]] | None = None
    is_meaning: Callable[[str], bool] = bool


class StagedRows(Protocol):
    """What a check sees of the rows that are staged for an edition."""

    edition: Edition

    @property
    def is_update(self) -> bool:
        """Whether only changes are staged, not the whole."""
        ...

    def execute(self, text: str, values: dict[str, Any] | None = None) -> list[Any]:
        """The rows of a query; `{staging}` in it names the table of the staged rows."""
        ...


# Looks at what is staged and yields findings, not saved; the second argument holds the dataset's thresholds.
Check = Callable[[StagedRows, dict[str, Any]], Iterator[EditionCheck]]


@dataclass(frozen=True)
class DatasetSpec:
    """How one dataset is loaded.

    `profiles` is the directory of its column mappings. `boundary` gives the municipality's boundary from the
    active rows (a multipolygon in the storage CRS, or None); with several, the lowest `boundary_rank` wins.
    The first six characters of `district_field` are the key of the Gemarkung. `successions`: what took the place
    of a vanished object is found by area. `coverage`: the areas touch without overlaps and gaps. `checks` come
    on top of those that every dataset gets. `key_normalise`: a key as a source writes
    it as it is stored. `looks_up`: datasets whose active rows `convert` reads. `is_evidence`: decisions rest on
    it, so a change concerns open issues. `is_wide`: sources are cut by Land or country, not by municipality.
    `margin_m`: objects stay up to so far outside the municipality; of a generalised boundary (VG250) 100 m may be
    wrong, and reports at the boundary reach beyond it. `boundary_key`: the dataset holds the municipality's boundary,
    under this key; it cuts all datasets, this one as well.
    `internal`: fields that only help searching, and that nobody is given. `same`: SQL conditions, each of which says
    that rows `a` and `b` of two sources are one object, the first by the key; none: the dataset has one source.
    `apart`: the SQL condition that two such rows must not overlap; "": they may.
    `dictionaries`: what words of a source mean.
    `labels`: what people call the objects with these keys, active ones or former ones; None: by their keys.
    """

    dataset: TextChoices
    model: type[EditionedModel]
    convert: Convert
    profiles: Path
    boundary: Callable[[Jurisdiction], GEOSGeometry | None] | None = None
    boundary_rank: int = 0
    margin_m: float = 250.0
    boundary_key: Callable[[Jurisdiction], str] | None = None
    district_field: str = ""
    successions: bool = False
    coverage: bool = False
    checks: tuple[Check, ...] = ()
    key_normalise: Callable[[str], str] = str
    looks_up: tuple[str, ...] = ()
    is_evidence: bool = True
    is_wide: bool = False
    labels: Callable[[Jurisdiction, Iterable[str]], dict[str, str]] | None = None
    internal: tuple[str, ...] = ()
    same: tuple[str, ...] = ()
    apart: str = ""
    dictionaries: tuple[Dictionary, ...] = ()

    @property
    def attributes(self) -> list[Field[Any, Any]]:
        """What the dataset tells of an object besides its place, the key first: the columns of whatever leaves."""
        inner = {"id", *self.internal, *(one.name for one in EditionedModel._meta.local_fields)}
        own = [
            one
            for one in self.model._meta.concrete_fields
            if one.name not in inner and not isinstance(one, GeometryField)
        ]
        return [self.model._meta.get_field("key"), *own]

    @property
    def geometry_field(self) -> GeometryField[Any, Any] | None:
        """The model's geometry field, or None for a dataset without geometry."""
        for field in self.model._meta.get_fields():
            if isinstance(field, GeometryField):
                return field
        return None

    @property
    def is_of_areas(self) -> bool:
        """Whether it stores areas, not points or lines."""
        field = self.geometry_field
        return field is not None and field.geom_type == "MULTIPOLYGON"


_registry: dict[str, DatasetSpec] = {}


def dataset_register(spec: DatasetSpec) -> None:
    """Makes a dataset loadable. Its name and label are those of the app's own enumeration."""
    _registry[spec.dataset.value] = spec
    dataset_name(spec.dataset.value, spec.dataset.label)


def dataset_spec(dataset: str) -> DatasetSpec:
    """The registered specification; CodedError for a dataset that no app registered."""
    try:
        return _registry[dataset]
    except KeyError as error:
        raise CodedError("dataset_unknown", name=repr(dataset), known=sorted(_registry)) from error


def dataset_specs() -> list[DatasetSpec]:
    """All registered specifications, in the order of loading."""
    return list(_registry.values())
