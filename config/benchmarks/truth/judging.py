"""What the answers come to: counts by verdict, calibration, and the figures that must hold."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from config.benchmarks.measure import Figure
from config.benchmarks.truth.asking import Told

VERDICTS: Final = ("right", "doubt+", "doubt-", "nobody", "open", "WRONG")
BINS: Final = 10
# Of so many answers chance alone moves a share by five points (one standard error at one half); of fewer by more.
BIN_LEAST: Final = 100
DEVIATION_MEAN: Final = 0.03
DEVIATION_WORST: Final = 0.08


@dataclass(frozen=True)
class Row:
    """Answers counted by verdict."""

    name: str
    counts: Counter[str]

    @property
    def total(self) -> int:
        return self.counts.total()

    def share(self, verdict: str) -> float:
        """Per cent of all."""
        return 100 * self.counts[verdict] / self.total if self.total else 0.0

    @property
    def sent_right(self) -> float:
        """Per cent sent by itself and right, of those that the law does not leave to a person."""
        clear = self.total - self.counts["open"] - self.counts["nobody"]
        return 100 * self.counts["right"] / clear if clear else 100.0

    @property
    def named(self) -> float:
        """Per cent with a right body among the candidates, of those for which there is one."""
        with_body = self.total - self.counts["nobody"]
        named = self.counts["right"] + self.counts["open"] + self.counts["doubt+"]
        return 100 * named / with_body if with_body else 100.0


def rows_by(told: Iterable[Told], key: Callable[[Told], str]) -> list[Row]:
    """A row for each value of the key, by name."""
    counts: dict[str, Counter[str]] = defaultdict(Counter)
    for one in told:
        counts[key(one)][one.verdict] += 1
    return [Row(name, counted) for name, counted in sorted(counts.items())]


def row_of(name: str, told: Iterable[Told]) -> Row:
    return Row(name, Counter(one.verdict for one in told))


@dataclass(frozen=True)
class Bin:
    """Answers whose first body has about this probability. `right`: how often it is right; all in 0 to 1."""

    count: int
    stated: float
    right: float

    @property
    def deviation(self) -> float:
        return abs(self.stated - self.right)


@dataclass(frozen=True)
class Calibration:
    bins: tuple[Bin, ...]

    @property
    def mean(self) -> float:
        """The mean deviation, each bin weighted by its answers."""
        count = sum(one.count for one in self.bins)
        return sum(one.count * one.deviation for one in self.bins) / count if count else 0.0

    @property
    def worst(self) -> float:
        """The largest deviation of a bin with enough answers to tell."""
        return max((one.deviation for one in self.bins if one.count >= BIN_LEAST), default=0.0)

    @property
    def count(self) -> int:
        return sum(one.count for one in self.bins)


def doubtful(told: Iterable[Told], *, stated: bool = True) -> list[Told]:
    """The pins that are not exact: of the others no probability is needed."""
    return [one for one in told if one.pin.error_m > 0 and one.pin.is_stated == stated]


def calibration_of(told: Iterable[Told]) -> Calibration:
    """Stated against found, where the law knows one answer and the product names a body first."""
    found: dict[int, list[tuple[float, bool]]] = defaultdict(list)
    for one in told:
        if one.case.expectation.kind != "clear" or one.first not in one.shares:
            continue
        stated = one.shares[one.first]
        is_right = one.first in one.case.expectation.bodies
        found[min(BINS - 1, int(stated * BINS))].append((stated, is_right))
    bins = [
        Bin(
            count=len(own),
            stated=sum(stated for stated, _is_right in own) / len(own),
            right=sum(is_right for _stated, is_right in own) / len(own),
        )
        for _number, own in sorted(found.items())
    ]
    return Calibration(tuple(bins))


def kinds_of(told: Iterable[Told], verdict: str) -> list[tuple[tuple[str, str, str], int, Told]]:
    """Answers of a verdict by (rule, category, stratum): how many, and one of them; the most frequent first."""
    kinds: dict[tuple[str, str, str], list[Told]] = defaultdict(list)
    for one in told:
        if one.verdict == verdict:
            kinds[one.rule_id, one.case.category, one.case.stratum].append(one)
    found = [(kind, len(own), own[0]) for kind, own in kinds.items()]
    return sorted(found, key=lambda one: (-one[1], str(one[0])))


def figures_of(
    drawn: Sequence[Told], footways: Sequence[Told], natural: Sequence[Told]
) -> list[Figure]:
    """What is to hold for any seed, each with its limit. A yardstick is how many answers were judged."""
    exact = row_of("", (one for one in drawn if one.pin.error_m == 0 and one.pin.is_stated))
    silent = row_of("", (one for one in drawn if one.pin.error_m == 0 and not one.pin.is_stated))
    near = row_of("", (one for one in drawn if one.pin.error_m == 5))
    against = sum(bool(one.contradictions) for one in [*drawn, *footways, *natural])
    figures = [
        _counted("exact pins, wrong and sent", exact, "WRONG", at_most=0),
        _percent("exact pins, sent and right", exact, exact.sent_right, at_least=90),
        _percent("exact pins, right body among the candidates", exact, exact.named, at_least=98),
        _percent("exact, not stated, wrong and sent", silent, silent.share("WRONG"), at_most=1),
        _percent("5 m of error, wrong and sent", near, near.share("WRONG"), at_most=1),
        _percent("5 m of error, right body among the candidates", near, near.named, at_least=98),
    ]
    for row in rows_by(footways, lambda one: one.case.stratum):
        figures.append(
            _percent(
                f"{row.name}, 8 m stated, sent and right", row, row.share("right"), at_least=60
            )
        )
        figures.append(
            _percent(f"{row.name}, 8 m stated, wrong and sent", row, row.share("WRONG"), at_most=1)
        )
    for name, own in (("drawn strata", drawn), ("as people report", natural)):
        figures += _calibrated(name, doubtful(own))
    figures.append(
        Figure(
            name="sentences that contradict their rule",
            value=float(against),
            unit="sentences",
            yardstick=float(sum(one.is_sent for one in [*drawn, *footways, *natural])) or 1.0,
            limit=0,
        )
    )
    return figures


def _calibrated(name: str, told: Sequence[Told]) -> list[Figure]:
    found = calibration_of(told)
    return [
        Figure(
            name=f"calibration, {name}, {what}",
            value=100 * value,
            unit="points",
            yardstick=float(found.count) or 1.0,
            limit=100 * limit,
        )
        for what, value, limit in (
            ("mean", found.mean, DEVIATION_MEAN),
            ("worst bin", found.worst, DEVIATION_WORST),
        )
    ]


def _counted(name: str, row: Row, verdict: str, *, at_most: float) -> Figure:
    return Figure(
        name=name,
        value=float(row.counts[verdict]),
        unit="cases",
        yardstick=float(row.total) or 1.0,
        limit=at_most,
    )


def _percent(
    name: str,
    row: Row,
    value: float,
    *,
    at_most: float | None = None,
    at_least: float | None = None,
) -> Figure:
    return Figure(
        name=name,
        value=value,
        unit="%",
        yardstick=float(row.total) or 1.0,
        limit=at_least if at_most is None else at_most,
        at_least=at_most is None,
    )
