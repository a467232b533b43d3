"""Buildings and addresses: from the columns of the profiles to the fields of the models."""

from __future__ import annotations

import csv
from functools import lru_cache

from gis_core.datasets import Columns
from gis_core.models import Jurisdiction
from parcels.addresses import address_search_text, house_number
from parcels.importers.cadastre import PROFILES
from parcels.importers.values import dates_read, texts_read, texts_whole
from parcels.models import Address


def buildings_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    # ALKIS vereinfacht writes the class before the code: "31001_1000".
    codes = [text.rpartition("_")[2] for text in texts_read(columns["function"])]
    known = building_functions()
    return {
        "key": texts_read(columns["key"]),
        "function": codes,
        "description": [
            text or known.get(code, "")
            for text, code in zip(texts_read(columns["description"]), codes, strict=True)
        ],
        "name": texts_read(columns["name"]),
        "source_date": dates_read(columns, "source_date"),
    }


def functions_unknown(columns: Columns, jurisdiction: Jurisdiction) -> list[str]:
    """Of each row the code of a function that has no text, "" for the others."""
    known = building_functions()
    codes = (text.rpartition("_")[2] for text in texts_read(columns["function"]))
    return [
        "" if text or code in known else code
        for code, text in zip(codes, texts_read(columns["description"]), strict=True)
    ]


@lru_cache(maxsize=1)
def building_functions() -> dict[str, str]:
    """Code of a building's function → what it is called."""
    with (PROFILES / "building_functions.csv").open(encoding="utf-8", newline="") as file:
        return {row["function"]: row["description"] for row in csv.DictReader(file, delimiter=";")}


def addresses_convert(columns: Columns, jurisdiction: Jurisdiction) -> Columns:
    numbers = [
        house_number(_joined(number, suffix))
        for number, suffix in zip(
            texts_read(columns["number"]), texts_read(columns["number_suffix"]), strict=True
        )
    ]
    streets = [
        " ".join(street.split())
        for street in texts_whole(columns, jurisdiction, Address, "street", "key")
    ]
    return {
        "key": [
            key or f"{street} {number}, {place}"[:64]
            for key, street, number, place in zip(
                texts_read(columns["key"]),
                streets,
                numbers,
                texts_read(columns["place"]),
                strict=True,
            )
        ],
        "street": streets,
        "number": numbers,
        "postcode": texts_read(columns["postcode"]),
        "place": texts_read(columns["place"]),
        "search_text": [
            address_search_text(street, number)
            for street, number in zip(streets, numbers, strict=True)
        ],
        "source_date": dates_read(columns, "source_date"),
    }


def _joined(number: str, suffix: str) -> str:
    """Number and suffix as one: "2" and "a" are "2a", "2" and "1/2" are "2 1/2"; a dash is no suffix."""
    between = " " if suffix[:1].isdigit() else ""
    return f"{number}{between}{suffix.strip('-–')}"
