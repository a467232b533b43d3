"""OpenStreetMap as GDAL exports it by default: most tags stand together in one column, `other_tags`."""

from __future__ import annotations

import json
import re
from typing import Any, Final

from gis_core.datasets import Columns
from gis_core.loading.read.profiles import Profile

TAGS: Final = "other_tags"
# "ref"=>"B 37","maxspeed"=>"50", with a backslash before quotes and backslashes.
_PAIR: Final = re.compile(r'"((?:[^"\\]|\\.)*)"=>"((?:[^"\\]|\\.)*)"')
_ESCAPED: Final = re.compile(r"\\(.)")


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
