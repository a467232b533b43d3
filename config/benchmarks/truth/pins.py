"""Where a report says that it is: the true place moved by an error of known size and shape (`domain/location.md`)."""

from __future__ import annotations

import math
import random
from dataclasses import dataclass
from typing import Final

# The size of an error is the radius that holds 68 % of it; phones state the radius of 95 %.
ERRORS_M: Final = (0.0, 5.0, 15.0, 50.0)
OF_68: Final = math.sqrt(-2 * math.log(1 - 0.68))
OF_95: Final = math.sqrt(-2 * math.log(1 - 0.95))
# Within this many σ of its scale lie 68 % of the heavy-tailed error (two axes, Student's t with 3 degrees, one scale).
OF_68_HEAVY: Final = 1.85
SHAPES: Final = ("uniform", "biased", "heavy-tailed")


@dataclass(frozen=True)
class Pin:
    """A place that is stated. `error_m` and `shape` are the truth about it, `accuracy_m` what is said."""

    x: float
    y: float
    accuracy_m: float | None
    error_m: float
    shape: str = "normal"

    @property
    def is_stated(self) -> bool:
        return self.accuracy_m is not None


def pins_of(x: float, y: float, dice: random.Random) -> list[Pin]:
    """The pins of one place: each error with its accuracy stated and without a word about it."""
    pins = []
    for error in ERRORS_M:
        east, north = shift("normal", error, dice)
        stated = error * OF_95 / OF_68
        pins += [Pin(x + east, y + north, accuracy, error) for accuracy in (stated, None)]
    return pins


def odd_pins_of(x: float, y: float, error: float, dice: random.Random) -> list[Pin]:
    """Pins whose error has other shapes than the one they state."""
    pins = []
    for shape in SHAPES:
        east, north = shift(shape, error, dice)
        pins.append(Pin(x + east, y + north, error * OF_95 / OF_68, error, shape))
    return pins


def shift(shape: str, error: float, dice: random.Random) -> tuple[float, float]:
    """(east, north) in metres; 68 % lie within `error`, whatever the shape."""
    angle = dice.uniform(0, 2 * math.pi)
    if shape == "uniform":
        distance = error * math.sqrt(dice.random() / 0.68)
        return distance * math.cos(angle), distance * math.sin(angle)
    if shape == "biased":
        # Most of it is one and the same step, away from the façade.
        sigma = 0.42 * error
        return (
            0.7 * error * math.cos(angle) + dice.gauss(0, sigma),
            0.7 * error * math.sin(angle) + dice.gauss(0, sigma),
        )
    sigma = error / OF_68
    if shape == "heavy-tailed":
        # Student's t: a normal error of a σ that is itself drawn.
        sigma = error / OF_68_HEAVY * math.sqrt(3 / dice.gammavariate(1.5, 2.0))
    return dice.gauss(0, sigma), dice.gauss(0, sigma)
