"""What an accuracy means: a circular normal distribution, and how far the disc reaches. Metres."""

from __future__ import annotations

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from routing.engine.location import is_vague, location_radius, location_sigma

# Within one standard deviation of a circular normal distribution lie 1 - exp(-1/2) of the places, within k of
# them 1 - exp(-k²/2).
WITHIN_ONE = 1 - math.exp(-0.5)


@pytest.mark.parametrize("deviations", [0.5, 1.0, 2.0, 3.0])
def test_accuracy_is_as_many_standard_deviations_as_its_confidence_says(deviations: float) -> None:
    confidence = 1 - math.exp(-(deviations**2) / 2)
    assert location_sigma(12.0, confidence) == pytest.approx(12.0 / deviations)


@pytest.mark.parametrize(("confidence", "share"), [(0.95, 0.4085), (0.68, 0.6624), (0.63, 0.7091)])
def test_standard_deviation_is_this_share_of_the_radius(confidence: float, share: float) -> None:
    assert location_sigma(100.0, confidence) == pytest.approx(100 * share, abs=0.01)


def test_root_mean_square_is_sixty_three_per_cent() -> None:
    """Of a photo's telephone: the mean of the squared distance is 2 σ²."""
    assert 2 * location_sigma(20.0, 1 - math.exp(-1)) ** 2 == pytest.approx(20.0**2)


@pytest.mark.parametrize("accuracy", [None, 0.0])
def test_place_without_an_accuracy_is_the_point(accuracy: float | None) -> None:
    assert (location_sigma(accuracy, 0.95), location_radius(accuracy, 0.95)) == (0.0, 0.0)
    assert not is_vague(accuracy, 0.95)


def test_disc_reaches_three_standard_deviations() -> None:
    assert location_radius(7.0, WITHIN_ONE) == pytest.approx(21.0)


@pytest.mark.parametrize(("accuracy", "vague"), [(83.33, False), (83.34, True)])
def test_disc_of_more_than_250_metres_is_vague(accuracy: float, *, vague: bool) -> None:
    assert is_vague(accuracy, WITHIN_ONE) is vague


@given(
    accuracy=st.floats(0.1, 1000),
    low=st.floats(0.05, 0.98),
    more=st.floats(0.01, 0.019),
)
def test_surer_statement_of_the_same_radius_is_a_smaller_disc(
    accuracy: float, low: float, more: float
) -> None:
    assert location_radius(accuracy, low + more) < location_radius(accuracy, low)
    assert location_radius(2 * accuracy, low) == pytest.approx(2 * location_radius(accuracy, low))
