"""The one field for the place of a report that staff enter."""

from __future__ import annotations

from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.services.location import location_checked
from mapui.site.places import PlaceMeant, places_meant, places_offered


def places_found(jurisdiction: Jurisdiction, text: str) -> list[PlaceMeant]:
    """What the text means, of the surest kind that finds anything; [] for a place that nobody knows.

    Raises an `IssuesError` for coordinates outside the jurisdiction.
    """
    found = places_meant(jurisdiction, text)
    if len(found) == 1 and found[0].source is LocationSource.COORDINATES:
        location_checked(jurisdiction, found[0].given)
    return found


def place_texts(jurisdiction: Jurisdiction, text: str) -> list[str]:
    """What the field offers while somebody types; each is understood by itself when it is chosen."""
    return [_written(one) for one in places_offered(jurisdiction, text)]


def _written(place: PlaceMeant) -> str:
    """A parcel by its Gemarkung, Flur and number, as people write it."""
    if place.source is LocationSource.PARCEL:
        return place.label.removeprefix(f"{place.address}, ")
    return place.text
