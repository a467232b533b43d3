"""Answers as text, and as HTML, of which nothing but text is left."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any, Final

import nh3

from gis_core.maps.feature_info.answer import Found, Pair

_PAIR: Final = re.compile(r"\s*([^=:]{1,100}?)\s*(?:=|:(?=\s))\s*(.*)")
_LAYER: Final = re.compile(r"\s*(?:Layer|Results for FeatureType)\s+(.+?):?\s*")
# Lines that part objects or say nothing: `Feature 12:`, `-----`, `GetFeatureInfo results:`.
_BREAK: Final = re.compile(r"\s*(?:Feature\s+\S+|[-=*_]{3,}|GetFeatureInfo results:?)\s*")
_NOTHING: Final = re.compile(
    r"\s*(?:no features were found|Search returned no results)\.?\s*", re.IGNORECASE
)
ROWS: Final = frozenset({"table", "tr", "th", "td"})
BREAKING: Final = frozenset(
    {"br", "p", "div", "li", "dt", "dd", "h1", "h2", "h3", "h4", "h5", "h6"}
)
UNTOLD: Final = {"script", "style", "title", "template", "noscript"}


def text_objects(lines: Iterable[str]) -> Iterator[Found]:
    """`name = value` or `name: value` under headings of layers and objects; other lines are prose without a name."""
    layer, values = "", list[Pair]()
    for line in lines:
        if not line.strip() or _NOTHING.fullmatch(line):
            continue
        heading = _LAYER.fullmatch(line)
        if heading or _BREAK.fullmatch(line):
            yield Found(layer, values)
            layer, values = _unquoted(heading[1]) if heading else layer, []
        elif pair := _PAIR.fullmatch(line):
            if not pair[2].startswith("[GEOMETRY"):
                values.append((pair[1], _unquoted(pair[2].strip())))
        else:
            values.append(("", line))
    yield Found(layer, values)


def html_objects(text: str) -> Iterator[Found]:
    """Rows of tables as names and values, everything else as lines of text."""
    import lxml.html

    kept = nh3.clean(
        text, tags=set(ROWS | BREAKING), attributes={}, clean_content_tags=UNTOLD, link_rel=None
    )
    root = lxml.html.fragment_fromstring(kept, create_parent="div")
    for table in root.iter("table"):
        yield from _table_objects(table)
    for table in list(root.iter("table")):
        table.drop_tree()
    for element in root.iter(*BREAKING):
        element.tail = f"\n{element.tail or ''}"
        element.text = f"\n{element.text or ''}"
    yield from text_objects(str(root.text_content()).splitlines())


def _table_objects(table: Any) -> Iterator[Found]:
    """A row of headings over several columns makes each row below an object; two cells are a name and its value."""
    headings: list[str] = []
    values: list[Pair] = []
    for row in table.iter("tr"):
        if next(row.iterancestors("table")) is not table or row.find(".//table") is not None:
            continue
        cells = [str(cell.text_content()) for cell in row if cell.tag in {"th", "td"}]
        if len(cells) > 2 and all(cell.tag == "th" for cell in row):
            headings = cells
        elif len(cells) > 2 and len(cells) == len(headings):
            yield Found("", list(zip(headings, cells, strict=True)))
        elif len(cells) == 2:
            values.append((cells[0].strip().removesuffix(":"), cells[1]))
        else:
            values.append(("", " ".join(cells)))
    yield Found("", values)


def _unquoted(text: str) -> str:
    return text[1:-1] if len(text) > 1 and text[0] == text[-1] and text[0] in "'\"" else text
