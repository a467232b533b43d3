"""OpenStreetMap as GDAL exports it by default: most tags stand together in one column, `other_tags`.

Areas that are ways have their number in another column than all other objects; the others are relations, whose
numbers may be those of nodes.
"""

from __future__ import annotations

import json
import re
from typing import Any, Final

from gis_core.datasets import Columns
from gis_core.loading.read.profiles import Profile, columns_match

TAGS: Final = "other_tags"
KEY: Final = "key"
WAY: Final = "osm_way_id"
# "ref"=>"B 37","maxspeed"=>"50", with a backslash before quotes and backslashes.
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")


def columns_found(profile: Profile, fields: list[str]) -> tuple[dict[str, str], list[str]]:
    """As columns_match(); of objects of several layers what is required may stand among the tags as well."""
    matched, missing = columns_match(profile, fields)
    if profile.layers_together and TAGS in fields and KEY in matched:
        return matched, []
    return matched, missing


def stored_columns(
    matched: dict[str, str], tags: dict[str, list[str]], fields: list[str]
) -> dict[str, str]:
    """What has to be read of a table for the columns and the tags; tags_spread() makes the columns of it."""
    if not tags:
        return matched
    ways = {WAY: WAY} if WAY in fields and KEY in matched else {}
    return {**matched, TAGS: TAGS, **ways}


def tags_spread(columns: Columns, tags: dict[str, list[str]]) -> Columns:
    """The columns with those that stand among the tags, and the keys of areas that are ways."""
    if not tags:
        return columns
    spread = tags_columns(tags, columns[TAGS])
    rest = {name: values for name, values in columns.items() if name not in {TAGS, WAY}}
    if WAY in columns:
        keys = zip(columns[KEY], columns[WAY], strict=True)
        rest[KEY] = [f"relation/{key}" if key else way and f"way/{way}" for key, way in keys]
    return {**rest, **spread}


def tags_wanted(
    profile: Profile, matched: dict[str, str], fields: list[str]
) -> dict[str, list[str]]:
    """Columns of the profile that have none of their own, with the tags that may stand for each."""
    if TAGS not in fields:
        return {}
    return {
        column: names
        for column, names in profile.columns.items()
        if column not in matched and names and not names[0].startswith("@")
    }


def tags_columns(wanted: dict[str, list[str]], texts: list[Any]) -> Columns:
    """The values of these tags, None where a row has none of the names."""
    rows = [_tags(str(text)) if text else {} for text in texts]
    return {
        column: [next((row[name] for name in names if row.get(name)), None) for row in rows]
        for column, names in wanted.items()
    }


def _tags(text: str) -> dict[str, str]:
    if text.startswith("{"):
        try:
            found = json.loads(text)
        except json.JSONDecodeError:
            return {}
        return {name: str(value) for name, value in found.items()}
    return {_plain(name): _plain(value) for name, value in _PAIR.findall(text)}


def _plain(text: str) -> str:
    return _ESCAPED.sub(r"\1", text).strip()
