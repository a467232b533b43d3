"""How `./run bench truth` judges: the errors of pins, the verdicts, and whether probabilities mean what they say."""

from __future__ import annotations

import math
import random
from types import SimpleNamespace
from typing import Any

import pytest

from config.benchmarks.truth.asking import Told
from config.benchmarks.truth.judging import calibration_of, row_of
from config.benchmarks.truth.law import Expectation
from config.benchmarks.truth.pins import ERRORS_M, SHAPES, Pin, pins_of, shift

RIGHT = frozenset({"EUV"})


@pytest.mark.parametrize("shape", ["normal", *SHAPES])
def test_error_of_every_shape_holds_68_per_cent_within_its_size(shape: str) -> None:
    dice = random.Random(7)
    within = sum(math.hypot(*shift(shape, 5.0, dice)) <= 5.0 for _ in range(20_000)) / 20_000
    assert within == pytest.approx(0.68, abs=0.02)


def test_every_error_comes_with_its_accuracy_and_without_a_word() -> None:
    pins = pins_of(100.0, 200.0, random.Random(1))
    assert [(one.error_m, one.is_stated) for one in pins] == [
        (error, stated) for error in ERRORS_M for stated in (True, False)
    ]
    assert [(one.x, one.y) for one in pins[:2]] == [(100.0, 200.0)] * 2
    # Of a normal error 95 % lie within 1.62 times the radius of 68 %.
    assert pins[2].accuracy_m == pytest.approx(5 * 1.6214, abs=0.001)


def told(*, expectation: Expectation, outcome: str, first: str, shares: dict[str, float]) -> Told:
    case: Any = SimpleNamespace(expectation=expectation)
    return Told(case, Pin(0, 0, 8.0, 5.0), outcome, first, "R1", shares, (), "", ())


@pytest.mark.parametrize(
    ("bodies", "is_open", "outcome", "first", "verdict"),
    [
        (RIGHT, False, "assigned", "EUV", "right"),
        (RIGHT, False, "assigned", "PRIV", "WRONG"),
        (RIGHT, False, "triage", "EUV", "doubt+"),
        (RIGHT, False, "triage", "PRIV", "doubt-"),
        (RIGHT, True, "triage", "EUV", "open"),
        (RIGHT, True, "assigned", "EUV", "open"),
        (RIGHT, True, "triage", "PRIV", "doubt-"),
        (RIGHT, True, "assigned", "PRIV", "WRONG"),
        (frozenset(), False, "triage", "TRIAGE", "nobody"),
        (frozenset(), False, "assigned", "PRIV", "WRONG"),
    ],
)
def test_verdict_of_an_answer(
    bodies: frozenset[str], is_open: bool, outcome: str, first: str, verdict: str
) -> None:
    expectation = Expectation(bodies, is_open=is_open)
    one = told(expectation=expectation, outcome=outcome, first=first, shares={first: 1.0})
    assert one.verdict == verdict


def test_open_and_nameless_cases_count_in_no_share_of_what_was_sent_rightly() -> None:
    clear, open_one, nobody = (
        Expectation(RIGHT),
        Expectation(RIGHT, is_open=True),
        Expectation(frozenset()),
    )
    row = row_of(
        "",
        [
            told(expectation=clear, outcome="assigned", first="EUV", shares={"EUV": 1.0}),
            told(expectation=clear, outcome="triage", first="PRIV", shares={"PRIV": 1.0}),
            told(expectation=open_one, outcome="triage", first="EUV", shares={"EUV": 1.0}),
            told(expectation=nobody, outcome="triage", first="TRIAGE", shares={}),
        ],
    )
    assert (row.sent_right, row.named) == (50.0, pytest.approx(200 / 3))


def test_calibration_compares_what_was_stated_with_how_often_it_was_right() -> None:
    found = calibration_of(
        told(
            expectation=Expectation(RIGHT),
            outcome="triage",
            first="EUV" if number < 96 else "PRIV",
            shares={"EUV": 0.85, "PRIV": 0.85},
        )
        for number in range(120)
    )
    assert [(one.count, one.right) for one in found.bins] == [(120, 0.8)]
    assert (found.mean, found.worst) == (pytest.approx(0.05), pytest.approx(0.05))
    few = calibration_of(
        told(expectation=Expectation(RIGHT), outcome="triage", first="EUV", shares={"EUV": 0.5})
        for _number in range(29)
    )
    # Too few answers to tell anything of the worst bin.
    assert (few.mean, few.worst) == (pytest.approx(0.5), 0.0)
