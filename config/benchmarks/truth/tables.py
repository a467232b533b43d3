"""The run as plain text."""

from __future__ import annotations

import csv
import json
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Final

from config.benchmarks.truth.asking import Told
from config.benchmarks.truth.judging import (
    BIN_LEAST,
    VERDICTS,
    Calibration,
    Row,
    calibration_of,
    doubtful,
    kinds_of,
    rows_by,
)
from config.benchmarks.truth.law import ACCEPTED
from config.benchmarks.truth.pins import SHAPES
from gis_core.coordinates import storage_to_wgs84

COLUMNS: Final = (
    "stratum", "category", "lat", "long", "accuracy", "answers", "error", "shape", "expectation", "bodies", "verdict",
    "outcome", "first", "rule", "shares", "doubts",
)  # fmt: skip


def report(
    drawn: Sequence[Told],
    footways: Sequence[Told],
    natural: Sequence[Told],
    odd: Sequence[Told],
) -> str:
    """All tables, one after the other."""
    exact = [one for one in drawn if one.pin.error_m == 0 and one.pin.is_stated]
    every = [*drawn, *footways, *natural]
    silent = [one for one in doubtful(drawn, stated=False) if one.pin.error_m == 5]
    contradicting = [one for one in every if one.contradictions]
    shapes = [
        (f"drawn strata, {shape}", [one for one in odd if one.pin.shape == shape])
        for shape in SHAPES
    ]
    return "\n\n".join(
        [
            _verdicts("By category, exact pins", rows_by(exact, lambda one: one.case.category)),
            _verdicts("By stratum, exact pins", rows_by(exact, lambda one: one.case.stratum)),
            _verdicts("By true error, accuracy stated or not", rows_by(drawn, _error)),
            _verdicts("By category, all pins", rows_by(drawn, lambda one: one.case.category)),
            _verdicts(
                "Footways, 68 % within 5 m, 8 m stated",
                rows_by(footways, lambda one: f"{one.case.stratum} {one.case.category}"),
            ),
            _verdicts("Places as people report", rows_by(natural, _error)),
            *(
                _calibration(name, calibration_of(own))
                for name, own in [
                    ("drawn strata", doubtful(drawn)),
                    ("drawn strata, 5 m, not stated", silent),
                    ("as people report", doubtful(natural)),
                    *shapes,
                ]
            ),
            _kinds("Wrong and sent, exact pins", exact, "WRONG"),
            _kinds("No right body named, exact pins", exact, "doubt-"),
            _kinds("Wrong and sent, all pins", every, "WRONG"),
            _lines("Sentences that contradict their rule", _contradicting(contradicting)),
            _lines("Accepted besides (config/benchmarks/truth/law/accepted.py)", _accepted()),
        ]
    )


def _error(one: Told) -> str:
    return f"{one.pin.error_m:2.0f} m, accuracy {'stated' if one.pin.is_stated else 'not stated'}"


def _verdicts(title: str, rows: Sequence[Row]) -> str:
    width = max([len(one.name) for one in rows] + [5])
    head = " ".join(f"{name:>13}" for name in VERDICTS)
    lines = [title, f"{'':{width}} {'n':>6} {head} {'sent right':>10} {'named':>6}"]
    total = Row("all", sum((one.counts for one in rows), rows[0].counts.__class__()))
    for row in [*rows, total]:
        cells = " ".join(f"{row.counts[v]:>6} {row.share(v):5.1f}%" for v in VERDICTS)
        lines.append(
            f"{row.name:{width}} {row.total:>6} {cells} {row.sent_right:9.1f}% {row.named:5.1f}%"
        )
    return "\n".join(lines)


def _calibration(name: str, found: Calibration) -> str:
    lines = [
        f"Calibration, {name}: mean deviation {found.mean:.3f}, worst bin {found.worst:.3f} of those with {BIN_LEAST}"
    ]
    lines += [f"{one.count:>7} stated {one.stated:.3f} right {one.right:.3f}" for one in found.bins]
    return "\n".join(lines)


def _kinds(title: str, told: Sequence[Told], verdict: str) -> str:
    return _lines(
        title,
        [
            f"{count:>5} {' '.join(kind)}: {place(one)}, {json.dumps(dict(one.case.answers))}, "
            f"came {one.first}, right {'/'.join(sorted(one.case.expectation.bodies)) or 'nobody'}"
            for kind, count, one in kinds_of(told, verdict)
        ],
    )  # fmt: skip


def _contradicting(told: Iterable[Told]) -> list[str]:
    return [f"{one.rule_id} {'; '.join(one.contradictions)}: {one.text}" for one in told]


def _accepted() -> list[str]:
    return [
        f"{what}: {'/'.join(sorted(bodies))}. {why}" for what, (bodies, why) in ACCEPTED.items()
    ]


def _lines(title: str, lines: Sequence[str], most: int = 60) -> str:
    left = [f"… and {len(lines) - most} more"] if len(lines) > most else []
    return "\n".join([f"{title}: {len(lines)}", *lines[:most], *left])


def place(one: Told) -> str:
    """Latitude and longitude of the pin, for a look at the map."""
    longitude, latitude = storage_to_wgs84(one.pin.x, one.pin.y)
    return f"{latitude:.8f} {longitude:.8f}"


def cases_write(path: Path, told: Iterable[Told]) -> None:
    """Every case as CSV, in the columns of golden cases and with what came out."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        for one in told:
            longitude, latitude = storage_to_wgs84(one.pin.x, one.pin.y)
            shares = sorted(one.shares.items(), key=lambda share: -share[1])
            writer.writerow(
                [
                    one.case.stratum,
                    one.case.category,
                    f"{latitude:.8f}",
                    f"{longitude:.8f}",
                    "" if one.pin.accuracy_m is None else f"{one.pin.accuracy_m:.1f}",
                    json.dumps(dict(one.case.answers)),
                    f"{one.pin.error_m:g}",
                    one.pin.shape,
                    one.case.expectation.kind,
                    "/".join(sorted(one.case.expectation.bodies)),
                    one.verdict,
                    one.outcome,
                    one.first,
                    one.rule_id,
                    " ".join(f"{body}:{share:.3f}" for body, share in shares),
                    " ".join(one.doubts),
                ]
            )
