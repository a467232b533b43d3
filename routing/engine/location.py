"""What coordinates with an accuracy mean: a circular normal distribution (docs/evidence.md). Metres."""

from __future__ import annotations

import math
from typing import Final

# A disc beyond this says nothing that could be acted upon; it bounds the work.
DISC_MAX_M: Final = 250.0
# The disc of a location reaches so many standard deviations out: 98.9 % of a normal distribution.
SIGMAS: Final = 3.0


def location_sigma(accuracy_m: float | None, confidence: float) -> float:
    """Standard deviation of each coordinate.

    `accuracy_m` is the radius within which the place lies with the probability `confidence`: the distance from
    the point has a Rayleigh distribution, so σ = r / √(−2 ln(1 − p)). Nothing and zero: at the point itself.
    """
    return (accuracy_m or 0.0) / math.sqrt(-2.0 * math.log(1.0 - confidence))


def location_radius(accuracy_m: float | None, confidence: float) -> float:
    """How far around the point a report may be: SIGMAS standard deviations."""
    return SIGMAS * location_sigma(accuracy_m, confidence)


def is_vague(accuracy_m: float | None, confidence: float) -> bool:
    """Whether the disc is larger than anybody could act upon."""
    return location_radius(accuracy_m, confidence) > DISC_MAX_M
