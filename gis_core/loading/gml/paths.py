"""Paths of column mappings (a/b, a/@attribute) in XML elements, by local names."""

from __future__ import annotations

from lxml import etree

from gis_core.loading.gml.document import local_name

# Where a column's value is found: the remaining steps of the path, the column, and which of its paths it is.
Wanted = dict[str, list[tuple[list[str], str, int]]]


def path_first(path: str) -> str:
    """The child of the feature at which a path begins."""
    return path.partition("/")[0]


def paths_compile(columns: dict[str, list[str]]) -> Wanted:
    """By the children of a feature which columns are read below them."""
    wanted: Wanted = {}
    for column, paths in columns.items():
        for rank, path in enumerate(paths):
            first, *rest = path.split("/")
            wanted.setdefault(first, []).append((rest, column, rank))
    return wanted


def path_text(element: etree._Element, steps: list[str]) -> str | None:
    """The text at the end of a path below the element, or None."""
    for step in steps:
        if step.startswith("@"):
            return next(
                (str(v) for k, v in element.items() if local_name(str(k)) == step[1:]), None
            )
        below = next((child for child in element if local_name(child.tag) == step), None)
        if below is None:
            return None
        element = below
    return (element.text or "").strip() or None
