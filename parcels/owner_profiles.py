"""What the attributes of a map service's answer say about a parcel's owner: a table that an administrator writes.

CSV with semicolons and the columns `attribute`, `value`, `owner_class`. A row without value and class keeps the
attribute and draws nothing from it. What no row names is never stored.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from parcels.enums import OwnerClass
from parcels.errors import OwnerProfileError

COLUMNS: Final = ["attribute", "value", "owner_class"]
Values = Iterable[tuple[str, str]]


@dataclass(frozen=True)
class OwnerProfile:
    """Attributes and values in lower case. `classes`: by attribute and value."""

    attributes: frozenset[str]
    classes: Mapping[tuple[str, str], OwnerClass]

    def kept(self, values: Values) -> list[tuple[str, str]]:
        """The values of an object that may be stored."""
        return [(name, value) for name, value in values if name.lower() in self.attributes]

    def owner_class(self, objects: Iterable[Values]) -> OwnerClass:
        """The one class that the objects' values say; UNKNOWN where they say none or contradict each other."""
        found = {
            self.classes[name.lower(), value.lower()]
            for values in objects
            for name, value in values
            if (name.lower(), value.lower()) in self.classes
        }
        return found.pop() if len(found) == 1 else OwnerClass.UNKNOWN


@lru_cache(maxsize=32)
def owner_profile_parse(text: str) -> OwnerProfile:
    """Reads the table. Raises OwnerProfileError."""
    lines = [line for line in text.splitlines() if line.strip()]
    rows = list(csv.reader(lines, delimiter=";"))
    if not rows or [cell.strip() for cell in rows[0]] != COLUMNS:
        raise OwnerProfileError("owner_profile_columns", columns=";".join(COLUMNS))
    classes: dict[tuple[str, str], OwnerClass] = {}
    attributes: set[str] = set()
    for number, row in enumerate(rows[1:], start=2):
        cells = [cell.strip() for cell in row]
        if len(cells) != len(COLUMNS) or not cells[0] or bool(cells[1]) != bool(cells[2]):
            raise OwnerProfileError("owner_profile_line", line=number)
        attribute, value, code = cells[0].lower(), cells[1].lower(), cells[2]
        attributes.add(attribute)
        if not value:
            continue
        if code not in OwnerClass.values:
            raise OwnerProfileError(
                "owner_profile_class", line=number, value=code, known=list(OwnerClass.values)
            )
        if (attribute, value) in classes:
            raise OwnerProfileError("owner_profile_twice", line=number, value=cells[1])
        classes[attribute, value] = OwnerClass(code)
    return OwnerProfile(frozenset(attributes), classes)
