"""Folium's page taken apart: its script and its style become resources of their own.

Folium writes one HTML page with inline script and style and with scripts of foreign hosts. A page of ours has
neither, so that the Content-Security-Policy needs no `unsafe-inline` and no browser asks another host.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from typing import Any

import folium
from branca.element import Element
from django.templatetags.static import static


@dataclass
class RenderedMap:
    """What a page needs to show a map. `scripts` and `styles` are addresses, in the order of loading."""

    html: str = ""
    script: str = ""
    style: str = ""
    scripts: list[str] = field(default_factory=list)
    styles: list[str] = field(default_factory=list)


class OwnMap(folium.Map):
    """A Folium map whose scripts and styles come from our own origin; no jQuery, Bootstrap or icon fonts."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.default_js = [("leaflet", static("npm/leaflet/leaflet.js"))]
        # The page's own style sheet brings Leaflet's, in a layer of its own.
        self.default_css = []


class HeaderParser(HTMLParser):
    """Sorts the header that Folium wrote: addresses apart from inline text; its meta elements are dropped.

    The dropped viewport would forbid zooming the page, which WCAG 1.4.4 asks for.
    """

    def __init__(self, rendered: RenderedMap) -> None:
        super().__init__()
        self.rendered = rendered
        self.inside = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "link" and given.get("href"):
            self.rendered.styles.append(str(given["href"]))
        elif tag == "script" and given.get("src"):
            self.rendered.scripts.append(str(given["src"]))
        elif tag in {"script", "style"}:
            self.inside = tag

    def handle_endtag(self, tag: str) -> None:
        self.inside = ""

    def handle_data(self, data: str) -> None:
        if self.inside == "style":
            self.rendered.style += data
        elif self.inside == "script":
            self.rendered.script += data


def map_render(built: folium.Map, *, name: str) -> RenderedMap:
    """Renders a map so that the same map always gives the same text: page and script are separate requests."""
    figure: Any = built.get_root()
    for index, element in enumerate(_elements(figure)):
        element._id = f"{name}_{index}"
    for child in list(figure._children.values()):
        child.render()
    rendered = RenderedMap()
    parser = HeaderParser(rendered)
    parser.feed(figure.header.render())
    parser.close()
    # Below everything that our own style sheet says (its layers stand in css/flurpost.css).
    rendered.style = f"@layer folium {{{rendered.style}}}"
    rendered.html = figure.html.render()
    rendered.script += figure.script.render()
    return rendered


def _elements(element: Element) -> Iterator[Element]:
    yield element
    for child in element._children.values():
        yield from _elements(child)
