"""Edges of where reports are accepted, from both sides, in metres from the boundary."""

from __future__ import annotations

import pytest
from django.contrib.gis.geos import Point

from gis_core.models import Jurisdiction
from issues.selectors import jurisdiction_accepts
from tests.issues.conftest import CENTRE_E, CENTRE_N


def accepts(jurisdiction: Jurisdiction, east: float, north: float) -> bool | None:
    """Whether a place is accepted: metres from the middle of the square, whose edge is 2,000 m off."""
    return jurisdiction_accepts(jurisdiction, Point(CENTRE_E + east, CENTRE_N + north, srid=25832))


def test_margin_is_three_kilometres_where_nothing_else_is_said() -> None:
    assert Jurisdiction().acceptance_margin_m == 3000


@pytest.mark.parametrize(
    ("east", "north", "is_accepted"),
    [
        (2000, 0, True),
        (3000, 0, True),
        (3000.01, 0, False),
        (0, -3000, True),
        (0, -3000.01, False),
        # Around a corner the margin is round: 600 m by 800 m beyond it.
        (2600, 2800, True),
        (2600.01, 2800, False),
    ],
)
def test_place_is_accepted_up_to_the_margin(
    jurisdiction: Jurisdiction, east: float, north: float, *, is_accepted: bool
) -> None:
    assert accepts(jurisdiction, east, north) is is_accepted


@pytest.mark.parametrize(("margin", "edge"), [(0, 2000.0), (1, 2001.0), (3000, 5000.0)])
def test_margin_is_the_city_s_own(make_jurisdiction, db, margin: int, edge: float) -> None:
    jurisdiction = make_jurisdiction(acceptance_margin_m=margin)
    assert accepts(jurisdiction, edge, 0) is True
    assert accepts(jurisdiction, edge + 0.01, 0) is False


def test_city_without_a_boundary_neither_accepts_nor_refuses(make_jurisdiction, db) -> None:
    assert accepts(make_jurisdiction(boundary=None), 0, 0) is None
