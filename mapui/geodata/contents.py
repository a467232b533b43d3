"""What the files of an edition hold, in words: which column became which attribute, and what was not read."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import shapely
from django.utils.functional import Promise
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.coordinates import storage_to_wgs84
from gis_core.messages import feature_shown, message_from_json
from gis_core.models import Edition

# So many rows that cannot be stored stand on the page.
FAULTS_SHOWN: Final = 100
# The columns of the profiles, and what people call them.
ATTRIBUTES: Final[dict[str, str | Promise]] = {
    "body": pgettext_lazy("attribute", "authority"),
    "categories": pgettext_lazy("attribute", "categories"),
    "cleaning_class": pgettext_lazy("attribute", "cleaning class"),
    "code": pgettext_lazy("attribute", "key of the area"),
    "description": pgettext_lazy("attribute", "description"),
    "document": pgettext_lazy("attribute", "document"),
    "element": pgettext_lazy("attribute", "class of object"),
    "from_station": pgettext_lazy("attribute", "from station"),
    "function": pgettext_lazy("attribute", "function"),
    "gemarkung_name": pgettext_lazy("attribute", "name of the Gemarkung"),
    "key": pgettext_lazy("attribute", "key"),
    "kind": pgettext_lazy("attribute", "kind"),
    "land_or_water": pgettext_lazy("attribute", "land or water"),
    "length": pgettext_lazy("attribute", "length"),
    "location_ids": pgettext_lazy("attribute", "streets and house numbers referred to"),
    "location_text": pgettext_lazy("attribute", "location text"),
    "name": pgettext_lazy("attribute", "name"),
    "note": pgettext_lazy("attribute", "note"),
    "number": pgettext_lazy("attribute", "number"),
    "number_suffix": pgettext_lazy("attribute", "suffix of the number"),
    "object_id": pgettext_lazy("attribute", "object identifier"),
    "official_area": pgettext_lazy("attribute", "official area"),
    "owner": pgettext_lazy("attribute", "owner"),
    "owner_class": pgettext_lazy("attribute", "owner class"),
    "parcel_key": pgettext_lazy("attribute", "parcel key"),
    "part": pgettext_lazy("attribute", "part of the road"),
    "place": pgettext_lazy("attribute", "town"),
    "postcode": pgettext_lazy("attribute", "postcode"),
    "reference": pgettext_lazy("attribute", "road sign"),
    "road_class": pgettext_lazy("attribute", "road class"),
    "road_number": pgettext_lazy("attribute", "road number"),
    "section_key": pgettext_lazy("attribute", "key of the section"),
    "shape": pgettext_lazy("attribute", "course of the line"),
    "source_date": pgettext_lazy("attribute", "date in the source"),
    "start_station": pgettext_lazy("attribute", "first station"),
    "status": pgettext_lazy("attribute", "status"),
    "street": pgettext_lazy("attribute", "street"),
    "street_key": pgettext_lazy("attribute", "key of the street"),
    "to_station": pgettext_lazy("attribute", "to station"),
    "use_type": pgettext_lazy("attribute", "type of use"),
    "valid_from": pgettext_lazy("attribute", "valid from"),
    "valid_to": pgettext_lazy("attribute", "valid until"),
}
# What rows are left out by, and what dictionaries are about, beside the columns.
_BESIDE: Final[dict[str, str | Promise]] = {
    "distance": pgettext_lazy("attribute", "distance from the municipality"),
    "municipality": pgettext_lazy("attribute", "municipality"),
    "usage": pgettext_lazy("attribute", "land use"),
}


@dataclass(frozen=True)
class ContentShown:
    """Files that are made alike: (column in the source, attribute, rows with a value), what found no column with the
    names that were looked for, and the columns that were not read."""

    file: str
    more_files: int
    rows: int
    columns: list[tuple[str, str, int]]
    missing: list[tuple[str, str]]
    unread: list[str]
    encoding: str


def contents_shown(edition: Edition) -> list[ContentShown]:
    """In the order in which the files were read."""
    return [_shown(one) for one in edition.report.get("contents", [])]


def attribute_shown(column: str) -> str:
    """What people call a column of a profile."""
    return str(ATTRIBUTES.get(column) or _BESIDE.get(column.partition("/")[0], column))


def left_out_shown(edition: Edition) -> list[tuple[str, int]]:
    """What the column mapping left out: ("road class = footway", how many rows), most of them first."""
    found = []
    for text, count in edition.report.get("left_out", {}).items():
        column, sign, value = text.split(" ", 2)
        shown = f"{attribute_shown(column)} {sign} {value}"
        if not value:
            shown = pgettext("geodata", "without %(attribute)s") % {
                "attribute": attribute_shown(column)
            }
        found.append((shown, count))
    return sorted(found, key=lambda one: -one[1])


def faults_shown(edition: Edition) -> list[tuple[str, str, str, str, str, str]]:
    """Rows that cannot be stored, and values beside them that cannot be read, the first ones of each: (feature,
    attribute, value, what is wrong, latitude, longitude). None where all rows can be stored."""
    report = edition.report
    faults = report.get("faults", [])
    return [
        (
            feature_shown(fault.get("feature", "")),
            attribute_shown(fault["column"]),
            fault["value"],
            message.shown() if (message := message_from_json(fault)) else fault["text"],
            *place_degrees(fault.get("wkt", "")),
        )
        for fault in (*faults, *(report["unknown"] if faults else ()))
    ]


def place_degrees(wkt: str) -> tuple[str, str]:
    """Latitude and longitude of a place in the storage CRS; "" for none."""
    if not wkt:
        return "", ""
    [(x, y)] = shapely.get_coordinates(shapely.from_wkt(wkt)).tolist()
    longitude, latitude = storage_to_wgs84(x, y)
    return f"{latitude:.6f}", f"{longitude:.6f}"


def _shown(one: dict[str, Any]) -> ContentShown:
    return ContentShown(
        one["files"][0],
        one["file_count"] - 1,
        one["rows"],
        [(c["source"], attribute_shown(c["column"]), c["values"]) for c in one["columns"]],
        [(attribute_shown(column), ", ".join(names)) for column, names in one["missing"].items()],
        one["unread"],
        one.get("encoding", ""),
    )
