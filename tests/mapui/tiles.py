"""Tiles of issues as a map asks for them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.test import Client
from django.urls import reverse

from gis_core.grid import LEVEL
from issues.models import Issue
from mapui.maps.issue_tiles import MAX_ZOOM

# The tile of the whole world.
WORLD = "/api/issues/0/0/0.geojson"
TRIAGE_WORLD = "/api/triage/issues/0/0/0.geojson"
Place = tuple[int, int]


def place_of(issue: Issue, *, public: bool = True) -> Place:
    """Column and row of an issue on the grid, as the public or staff see it."""
    columns = ("public_x", "public_y") if public else ("grid_x", "grid_y")
    return Issue.objects.values_list(*columns).get(pk=issue.pk)


def tile_address(place: Place, *, zoom: int = MAX_ZOOM, name: str = "public_issues") -> str:
    x, y = (one >> (LEVEL - zoom) for one in place)
    return reverse(name, args=[zoom, x, y])


def features_at(
    client: Client, place: Place, *, zoom: int = MAX_ZOOM, name: str = "public_issues", **query: str
) -> list[dict[str, Any]]:
    """What the tile around a place holds."""
    answer = client.get(tile_address(place, zoom=zoom, name=name), query)
    assert answer.status_code == 200, answer.content
    features: list[dict[str, Any]] = answer.json()["features"]
    return features


def features_in_all(
    client: Client, places: Iterable[Place], *, zoom: int, name: str = "public_issues", **query: str
) -> list[dict[str, Any]]:
    """What the tiles of one zoom hold that lie around these places."""
    asked = sorted({tile_address(one, zoom=zoom, name=name) for one in places})
    return [one for address in asked for one in client.get(address, query).json()["features"]]


def count_of(features: Iterable[dict[str, Any]]) -> int:
    """How many issues these marks and clusters stand for."""
    return sum(one["properties"].get("count", 1) for one in features)


def numbers_of(answer: Any) -> list[str]:
    """The numbers on the page of a list: of the queue, or of the public's list."""
    if "rows" in answer.context:
        return [row.issue.number for row in answer.context["rows"]]
    return [one["id"] for one in answer.context["shown"].features]


def numbers_listed(client: Client, address: str = "/", **query: str) -> list[str]:
    """The numbers of the list beside a map, all its pages."""
    numbers: list[str] = []
    page = 1
    while True:
        answer = client.get(address, {**query, "page": page}, headers={"HX-Request": "true"})
        numbers += numbers_of(answer)
        shown = answer.context["shown"]
        if not getattr(shown, "page", shown).has_next():
            return numbers
        page += 1
