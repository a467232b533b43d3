"""A map service as it describes itself: what every kind of service has in common."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Final

from gis_core.enums import ServiceKind
from gis_core.errors import CodedError
from gis_core.messages import Message

# Of a document in which everything is odd, this much is told.
NOTES_MAX: Final = 50
TEXT_MAX: Final = 200
Box = tuple[float, float, float, float]


class CapabilitiesError(CodedError):
    """The document describes no map service; the message says what it is instead."""


@dataclass(frozen=True)
class Style:
    """`legend_url`: an absolute http(s) address, or empty."""

    name: str
    title: str
    legend_url: str = ""


@dataclass(frozen=True)
class LayerDescription:
    """A layer, or with an empty name a group that cannot be asked for.

    `level` is the depth in the tree, whose layers stand in document order. `crs`: written `EPSG:n` or `CRS:84`.
    `box`: west, south, east, north in WGS84 degrees. `min_scale` and `max_scale`: denominators between which the
    layer is drawn. `address`: where it is not the service's; of a tile with `{z}`, `{x}`, `{y}` on the grid of Web
    Mercator with tiles of 256 pixels, or of the map of a collection (OGC API). `matrices`: the names of the zooms,
    where they have some.
    """

    name: str
    title: str
    abstract: str = ""
    level: int = 0
    styles: tuple[Style, ...] = ()
    crs: frozenset[str] = frozenset()
    box: Box | None = None
    min_scale: float | None = None
    max_scale: float | None = None
    is_queryable: bool = False
    attribution: str = ""
    address: str = ""
    matrices: tuple[str, ...] = ()


@dataclass(frozen=True)
class ServiceDescription:
    """`version` is the one to speak. `formats`: of pictures (of features where the service has no pictures).

    `licence`: what the service says of fees and constraints. `notes`: what was odd in the document and was left out.
    """

    kind: ServiceKind
    version: str = ""
    title: str = ""
    abstract: str = ""
    provider: str = ""
    licence: str = ""
    formats: tuple[str, ...] = ()
    info_formats: tuple[str, ...] = ()
    layers: tuple[LayerDescription, ...] = ()
    notes: tuple[Message, ...] = ()

    def layer_names(self) -> list[str]:
        """The names that can be asked for, each once, in the order of the document."""
        return list(dict.fromkeys(layer.name for layer in self.layers if layer.name))

    def layer_crs(self, name: str) -> frozenset[str]:
        """In which CRS the layer is offered. A layer that stands twice has what either has."""
        return frozenset[str]().union(*(one.crs for one in self.layers if one.name == name))


@dataclass
class Notes:
    """Collects what is odd in a document: what it is, and where it stands."""

    found: list[Message] = field(default_factory=list)

    def add(self, code: str, *, where: str, value: str = "") -> None:
        if len(self.found) < NOTES_MAX:
            self.found.append(Message(code, {"where": where, "value": value[:TEXT_MAX]}))


def licence_told(words: Iterable[str]) -> str:
    """Fees and constraints in one text; "none" says nothing."""
    said = dict.fromkeys(word for word in words if word.lower() not in {"", "none", "-"})
    return " ".join(said)
