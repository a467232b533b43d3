"""Streets and house numbers of NAS: parcels only refer to them, and a catalogue holds the names.

Updates bring only what changed: what the deliveries before them brought is kept with their editions.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final, NamedTuple

from lxml import etree

from gis_core.loading.gml.document import gml_identifier, local_name
from gis_core.models import Edition, EditionLocations

_CATALOGUE: Final = "AX_LagebezeichnungKatalogeintrag"
LOCATION_ELEMENTS: Final = frozenset(
    {_CATALOGUE, "AX_LagebezeichnungMitHausnummer", "AX_LagebezeichnungOhneHausnummer"}
)
# The key of a street: the parts of which "schluesselGesamt" is put together, with their lengths.
_KEY_PARTS: Final = (
    ("land", 2),
    ("regierungsbezirk", 1),
    ("kreis", 2),
    ("gemeinde", 3),
    ("lage", 5),
)
_MUNICIPALITY: Final = 8
_STREET: Final = 5


class Location(NamedTuple):
    """A street by name, or by its key in the catalogue, and a house number; each may be ""."""

    name: str
    key: str
    number: str


@dataclass
class Locations:
    """What deliveries say of locations; names from the catalogue are put in when asked for.

    `streets`: key → name. `places`: object identifier → location. `former`: what earlier deliveries said, of which
    everything holds that these do not change.
    """

    streets: dict[str, str] = field(default_factory=dict)
    places: dict[str, Location] = field(default_factory=dict)
    former: Locations | None = None
    # By which of the profile's ways house numbers got their points: object identifier → rank, 0 for the best.
    ranks: dict[str, int] = field(default_factory=dict)
    # What was asked for and not found: keys of the catalogue, object identifiers.
    streets_missing: set[str] = field(default_factory=set)
    places_missing: set[str] = field(default_factory=set)
    # When the version began that was taken: a later one counts, whatever the order of the files.
    _begun: dict[str, str] = field(default_factory=dict)

    def add(self, element: etree._Element) -> None:
        """Takes in one object of LOCATION_ELEMENTS; a version of the past is left out."""
        values = {
            local_name(child.tag): (child.text or "").strip()
            for child in element.iter()
            if isinstance(child.tag, str)
        }
        identifier = gml_identifier(element)[:16]
        begun = values.get("beginnt", "")
        if values.get("endet") or begun < self._begun.get(identifier, ""):
            return
        self._begun[identifier] = begun
        if local_name(element.tag) == _CATALOGUE:
            self.streets[_street_key(values)] = values.get("bezeichnung", "")
            return
        self.places[identifier] = Location(
            values.get("unverschluesselt", ""), _street_key(values), values.get("hausnummer", "")
        )

    def as_json(self) -> dict[str, Any]:
        """What EditionLocations keeps: what was taken in here, without what was known before."""
        return {"streets": self.streets, "places": self.places, "points": self.ranks}

    def text(self, identifiers: list[str], *, is_numbered: bool = True) -> tuple[str, bool]:
        """ "Brunnenstraße 1; Brunnenstraße 3; Feldweg" and whether all of these objects were known.

        `is_numbered`: False for the streets alone.
        """
        texts: dict[str, None] = {}
        complete = True
        for identifier in identifiers:
            place = self.location(identifier)
            name = place and (place.name or self._street(place.key))
            if name and place:
                texts[f"{name} {place.number}".strip() if is_numbered else name] = None
                continue
            complete = False
            if place is None:
                self.places_missing.add(identifier)
            else:
                self.streets_missing.add(place.key)
        return "; ".join(texts), complete

    def changed(self) -> set[str]:
        """Identifiers of the locations that are called otherwise than before, or came anew."""
        if self.former is None:
            return set(self.places)
        renamed = {
            key for key, name in self.streets.items() if name != self.former.streets.get(key)
        }
        return {
            identifier
            for identifier, place in (self.former.places | self.places).items()
            if place != self.former.places.get(identifier)
            or (not place.name and place.key in renamed)
        }

    def location(self, identifier: str) -> Location | None:
        """What these deliveries or earlier ones say of a location."""
        known = self.places.get(identifier)
        return self.former.places.get(identifier) if known is None and self.former else known

    def _street(self, key: str) -> str:
        return self.streets.get(key) or (self.former.streets.get(key, "") if self.former else "")


def _street_key(values: dict[str, str]) -> str:
    """The 13 digits of a street; blanks in it stand for zeros, or between its parts."""
    if values.get("lage"):
        return "".join(values.get(part, "").zfill(length) for part, length in _KEY_PARTS)
    whole = values.get("schluesselGesamt", "").replace(" ", "")
    return whole[:_MUNICIPALITY] + whole[_MUNICIPALITY:].zfill(_STREET)


def locations_known(edition: Edition | None) -> Locations | None:
    """What holds after an edition: its complete delivery and the updates up to it.

    None where nothing was kept of the complete delivery.
    """
    kept: list[EditionLocations] = []
    while edition is not None:
        edition = edition.restores or edition
        own = EditionLocations.objects.filter(edition=edition).first()
        kept += [own] if own else []
        if not edition.progress.get("update"):
            break
        edition = edition.base
    else:
        return None
    if own is None:
        return None
    found = Locations()
    for one in reversed(kept):
        found.streets |= one.streets
        found.ranks |= one.points
        found.places |= {name: Location(*place) for name, place in one.places.items()}
    return found
