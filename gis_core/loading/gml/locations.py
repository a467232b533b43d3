"""Streets and house numbers of NAS: parcels only refer to them, and a catalogue holds the names."""

from __future__ import annotations

from typing import Final

from lxml import etree

from gis_core.loading.gml.geometry import gml_identifier, local_name

_CATALOGUE: Final = "AX_LagebezeichnungKatalogeintrag"
LOCATION_ELEMENTS: Final = frozenset(
    {_CATALOGUE, "AX_LagebezeichnungMitHausnummer", "AX_LagebezeichnungOhneHausnummer"}
)
# The key of a street: the parts of which "schluesselGesamt" is put together.
_KEY_PARTS: Final = ("land", "regierungsbezirk", "kreis", "gemeinde", "lage")


class Locations:
    """The texts of locations by object identifier; names from the catalogue are put in when asked for."""

    def __init__(self) -> None:
        self.streets: dict[str, str] = {}
        # Object identifier → name, or key of the catalogue, and house number.
        self.places: dict[str, tuple[str, str, str]] = {}
        self._used: set[str] = set()

    @property
    def unused(self) -> int:
        """How many of the places no text was asked for."""
        return len(self.places.keys() - self._used)

    def add(self, element: etree._Element) -> None:
        """Takes in one object of LOCATION_ELEMENTS."""
        values = {
            local_name(child.tag): (child.text or "").strip()
            for child in element.iter()
            if isinstance(child.tag, str)
        }
        if local_name(element.tag) == _CATALOGUE:
            self.streets[values.get("schluesselGesamt", "")] = values.get("bezeichnung", "")
            return
        identifier = gml_identifier(element)
        key = "".join(values.get(part, "") for part in _KEY_PARTS)
        self.places[identifier[:16]] = (
            values.get("unverschluesselt", ""),
            key,
            values.get("hausnummer", ""),
        )

    def text(self, identifiers: list[str]) -> tuple[str, bool]:
        """ "Brunnenstraße 1; Brunnenstraße 3; Feldweg" and whether all of these objects were known."""
        texts: dict[str, None] = {}
        complete = True
        self._used.update(identifiers)
        for identifier in identifiers:
            name, key, number = self.places.get(identifier, ("", "", ""))
            name = name or self.streets.get(key, "")
            complete = complete and bool(name)
            if name:
                texts[f"{name} {number}".strip()] = None
        return "; ".join(texts), complete
