"""From the columns of the profiles to the fields of the models. The profiles (JSON) are data, beside this file."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from django.contrib.gis.geos import GEOSGeometry

from gis_core.datasets import (
    Columns,
    DatasetSpec,
    RowError,
    UnreadableValues,
    dataset_register,
)
from gis_core.messages import Message
from gis_core.models import Jurisdiction
from parcels.importers.values import number_text, vital_dates_read
from routing.enums import AreaKind, NetworkDataset
from routing.importers.edition_checks import ROAD_CHECKS
from routing.models import (
    Agreement,
    Area,
    Asset,
    RailTrack,
    RoadPartArea,
    RoadSection,
    ThroughRoad,
)

PROFILES: Final = Path(__file__).parent / "profiles"
# "B 235", "L 651n", "B 1;B 57": what signs say. Bavaria and Saxony call the roads of the Land St and S.
_ROAD_REFERENCE = re.compile(r"\b(A|B|L|St|S|K)\s*(\d{1,4})\s*([a-z]?)\b", re.IGNORECASE)
_SIGN_CLASSES: Final = {"A": "A", "B": "B", "L": "L", "ST": "L", "S": "L", "K": "K"}
_SIGN_RANKS: Final = "ABLK"
SIGN_LENGTH: Final = 40
# Lists of categories come as "A|B", "A,B" or "A;B".
_LIST_SEPARATOR = re.compile(r"\s*[|,;]\s*")


def datasets_register() -> None:
    """Makes the datasets of the network loadable."""
    for spec in (
        DatasetSpec(
            NetworkDataset.ROAD_SECTIONS,
            RoadSection,
            _road_sections,
            PROFILES,
            checks=ROAD_CHECKS,
            is_wide=True,
        ),
        DatasetSpec(NetworkDataset.ROAD_PARTS, RoadPartArea, _road_parts, PROFILES),
        DatasetSpec(
            NetworkDataset.THROUGH_ROADS, ThroughRoad, _through_roads, PROFILES, is_wide=True
        ),
        DatasetSpec(NetworkDataset.ASSETS, Asset, _assets, PROFILES),
        DatasetSpec(
            NetworkDataset.AREAS,
            Area,
            _areas,
            PROFILES,
            boundary=municipality_boundary,
            boundary_rank=1,
            is_wide=True,
        ),
        DatasetSpec(NetworkDataset.AGREEMENTS, Agreement, _agreements, PROFILES),
        DatasetSpec(NetworkDataset.TRACKS, RailTrack, _tracks, PROFILES, is_wide=True),
    ):
        dataset_register(spec)


def municipality_boundary(jurisdiction: Jurisdiction) -> GEOSGeometry | None:
    """The active area of the municipality with the jurisdiction's own key (storage CRS), or None."""
    area = (
        Area.objects.active()
        .filter(
            jurisdiction=jurisdiction,
            kind=AreaKind.MUNICIPALITY,
            code=jurisdiction.municipality_key,
        )
        .first()
    )
    return area.geometry if area else None


def _road_sections(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    suffixes = _texts(columns["number_suffix"])
    numbers = [
        f"{number}{suffix}"
        for number, suffix in zip(_texts(columns["road_number"]), suffixes, strict=True)
    ]
    classes = _texts(columns["road_class"])
    unknown: dict[int, Message] = {}
    for row, reference in enumerate(_texts(columns.get("reference", []))):
        if sign := road_sign(reference):
            classes[row], numbers[row] = sign
        # NAS has one column for signs and names.
        elif reference and reference != columns["name"][row]:
            unknown[row] = Message("sign_unknown", {"sign": repr(reference[:SIGN_LENGTH])})
    if unknown:
        raise UnreadableValues("reference", unknown)
    return {
        "key": _texts(columns["key"]),
        "road_class": classes,
        "road_number": numbers,
        "name": _texts(columns["name"]),
        "start_station": [value or 0.0 for value in _floats(columns["start_station"])],
        "length": _floats(columns["length"]),
        "cleaning_class": _texts(columns["cleaning_class"]),
    }


def road_sign(text: str) -> tuple[str, str] | None:
    """Class and number of "L 596A"; of several signs the highest class, which bears the shared section, and of
    that the first. None where there is none."""
    signs = [
        (_SIGN_CLASSES[letters.upper()], f"{number}{suffix.lower()}")
        for letters, number, suffix in _ROAD_REFERENCE.findall(text)
    ]
    return min(signs, key=lambda sign: _SIGN_RANKS.index(sign[0]), default=None)


def _through_roads(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    sections = _texts(columns["section_key"])
    starts, ends = _floats(columns["from_station"]), _floats(columns["to_station"])
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if start is not None and end is not None and start > end:
            raise RowError(row, "stretch_reversed", start=f"{start:g}", end=f"{end:g}")
    return {
        "key": [
            section if start is None else f"{section}/{start:g}"
            for section, start in zip(sections, starts, strict=True)
        ],
        "section_key": sections,
        "from_station": starts,
        "to_station": ends,
        "status": columns["status"],
    }


def _road_parts(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": _texts(columns["key"]),
        "part": columns["part"],
        "section_key": [
            section or street
            for section, street in zip(
                _texts(columns["section_key"]), _texts(columns["street_key"]), strict=True
            )
        ],
        "name": _texts(columns["name"]),
    }


def _assets(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    kinds, numbers = _texts(columns["kind"]), _texts(columns["number"])
    return {
        "key": [f"{kind}/{number}" for kind, number in zip(kinds, numbers, strict=True)],
        "kind": kinds,
        "number": numbers,
        "owner": _texts(columns["owner"]),
        "note": _texts(columns["note"]),
    }


def _areas(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    codes, names = _texts(columns["code"]), _texts(columns["name"])
    kinds = [
        _area_kind(kind, code, jurisdiction)
        for kind, code in zip(columns["kind"], codes, strict=True)
    ]
    return {
        "key": [
            f"{kind}/{code or name}"[:64]
            for kind, code, name in zip(kinds, codes, names, strict=True)
        ],
        "kind": kinds,
        "code": codes,
        "name": names,
    }


def _area_kind(kind: str, code: str, jurisdiction: Jurisdiction) -> str:
    """A municipality with another key than the jurisdiction's own is a neighbour."""
    own = code == jurisdiction.municipality_key
    if kind == AreaKind.MUNICIPALITY and not own:
        return AreaKind.NEIGHBOUR.value
    return kind


def _agreements(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {
        "key": _texts(columns["key"]),
        "categories": [
            sorted(filter(None, _LIST_SEPARATOR.split(text)))
            for text in _texts(columns["categories"])
        ],
        "body": _texts(columns["body"]),
        "valid_from": vital_dates_read(columns, "valid_from"),
        "valid_to": vital_dates_read(columns, "valid_to"),
        "document": _texts(columns["document"]),
    }


def _tracks(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    return {"key": _texts(columns["key"]), "kind": columns["kind"]}


# --- Values ---------------------------------------------------------------------------------------


def _texts(values: list[Any]) -> list[str]:
    """Text; whole numbers without the ".0" that a column with gaps gives them."""
    return [_text(value) for value in values]


def _text(value: Any) -> str:
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return "" if value is None else str(value)


def _floats(values: list[Any]) -> list[float | None]:
    return _converted(values, lambda value: float(number_text(value)), "no_number")


def _converted(values: list[Any], convert: Callable[[Any], Any], code: str) -> list[Any]:
    result = []
    for row, value in enumerate(values):
        try:
            result.append(None if value is None else convert(value))
        except ValueError as error:
            raise RowError(row, code, value=repr(value)) from error
    return result
