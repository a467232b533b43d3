"""Which column of a source became which attribute, which found none, what was not read: nothing is lost unsaid."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

from gis_core.loading.read.profiles import KEY_COLUMN, Profile
from gis_core.messages import Message

FILES_NAMED: Final = 20


@dataclass
class Layout:
    """What a reader found of one file or layer; it may still grow while the file is read.

    `columns`: what the source calls each column of the profile; `unread`: what else the source has, in its order;
    `encoding`: of texts where it was guessed.
    """

    columns: dict[str, str] = field(default_factory=dict)
    unread: dict[str, None] = field(default_factory=dict)
    encoding: str = ""


@dataclass
class _Part:
    file: str
    profile: Profile
    layout: Layout
    rows: int = 0
    values: Counter[str] = field(default_factory=Counter)


class Contents:
    """What the files of a load hold; files that are made alike are told together."""

    def __init__(self) -> None:
        self._parts: dict[tuple[str, int], _Part] = {}

    def take(
        self, file: str, profile: Profile, layout: Layout, columns: dict[str, list[Any]]
    ) -> None:
        """Counts the values that a batch of a file has; call it before anything is added to them."""
        key = (file, id(layout))
        part = self._parts.setdefault(key, _Part(file, profile, layout))
        part.rows += max(map(len, columns.values()), default=0)
        for name, values in columns.items():
            part.values[name] += len(values) - values.count(None)

    def as_json(self) -> list[dict[str, Any]]:
        """One object for all files that are alike: files (the first ones), file_count, profile, rows; columns, a list
        of {column, source, values}; missing {column: names that were looked for}; unread, a list of names; encoding,
        where it was guessed."""
        alike: dict[Any, list[_Part]] = {}
        for part in self._parts.values():
            layout = part.layout
            key = (
                part.profile.name,
                tuple(layout.columns.items()),
                tuple(layout.unread),
                layout.encoding,
            )
            alike.setdefault(key, []).append(part)
        return [_told(parts) for parts in alike.values()]


def _told(parts: list[_Part]) -> dict[str, Any]:
    profile, layout = parts[0].profile, parts[0].layout
    files = list(dict.fromkeys(part.file for part in parts))
    values = sum((part.values for part in parts), Counter[str]())
    return {
        "files": files[:FILES_NAMED],
        "file_count": len(files),
        "profile": profile.name,
        "rows": sum(part.rows for part in parts),
        "columns": [
            {"column": column, "source": name, "values": values[column]}
            for column, name in layout.columns.items()
        ]
        + [
            {"column": column, "source": f"= {value}", "values": sum(part.rows for part in parts)}
            for column, value in profile.constants.items()
        ],
        "missing": {
            column: wanted
            for column, names in profile.columns.items()
            if column not in layout.columns
            and not column.startswith(KEY_COLUMN)
            and column not in profile.constants
            and (wanted := [name for name in names if not name.startswith("@")])
        },
        "unread": list(layout.unread),
        "encoding": layout.encoding,
    }


def contents_told(contents: list[dict[str, Any]], left_out: dict[str, int]) -> Iterator[str]:
    """What as_json() kept, and what a profile left out, in lines for people."""
    for one in contents:
        read = [f"{c['source']} → {c['column']} ({c['values']})" for c in one["columns"]]
        named = {"file": one["files"][0], "profile": one["profile"], "columns": read}
        yield Message("contents_read", named).shown()
        if one["missing"]:
            yield Message("contents_missing", {"columns": list(one["missing"])}).shown()
        if one.get("encoding"):
            yield Message("contents_encoding", {"encoding": one["encoding"]}).shown()
        if one["unread"]:
            yield Message("contents_unread", {"columns": one["unread"]}).shown()
    if left_out:
        values = [f"{value} ({count})" for value, count in left_out.items()]
        yield Message("contents_left_out", {"values": values}).shown()
