"""How well texts are masked before they become public, on the labelled lists of `fixtures/redaction`."""

from __future__ import annotations

import csv
import re
from collections.abc import Callable, Iterable, Sequence
from time import perf_counter
from typing import Final, NamedTuple

from django.conf import settings

from config.benchmarks.measure import Figure
from issues.redaction import findings

PERSONAL_MIN: Final = 98.0
HARMLESS_MAX: Final = 3.0
HOSTILE_MAX: Final = 40.0
LENGTH: Final = 4000
Spans = Iterable[tuple[int, int]]
# What one writes in five minutes, to see what the rest is good for.
_PLAIN: Final = re.compile(
    r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+|\+?\d(?:[ /-]?\d){5,}|[A-Z]{1,3}[- ][A-Z]{1,2} ?\d{1,4}|(?<=Herr )\w+|(?<=Frau )\w+"
)
_HOSTILE: Final = (
    "0 2 3 0 5/ ", "(0", "02305 ", "+1234567", "00 12 34 56 ", "a@", "a.", "Anna ", "Herr ", "DE12 ", "A-", "Gruß\n",
    "tel: 1 ", "mast 0171 3920012 ", "a at b punkt ", "eins ", "von der ", "u\u0308", "RE-AB 1 ", " ", "0", "A",
    "Kennzeichen A ", "auto ab 1 ", "danke, ", "mfg ", "U.", "Ihr A. ", "von und zu ", "Bus A-B ", "a-at-b.",
)  # fmt: skip


class Labelled(NamedTuple):
    """A text, which third of the list it is in ("tune" or "held"), and what must disappear from it."""

    part: str
    text: str
    secrets: tuple[str, ...] = ()

    def is_covered(self, spans: Spans) -> bool:
        """Whether no letter and no digit of any secret is left."""
        covered = {position for start, end in spans for position in range(start, end)}
        return all(
            begin + offset in covered or not sign.isalnum()
            for begin, secret in ((self.text.index(one), one) for one in self.secrets)
            for offset, sign in enumerate(secret)
        )


def labelled(name: str, part: str = "") -> list[Labelled]:
    """The list `name` ("personal" or "harmless"), or one part of it."""
    path = settings.ROOT / "fixtures" / "redaction" / f"{name}.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file, delimiter=";"))
    read = [
        Labelled(row["part"], row["text"], tuple(filter(None, row.get("secrets", "").split("|"))))
        for row in rows
    ]
    return [one for one in read if part in {"", one.part}]


def share_masked(texts: Sequence[Labelled], find: Callable[[str], Spans]) -> float:
    """Per cent of the personal texts of which nothing personal is left."""
    return 100 * sum(one.is_covered(find(one.text)) for one in texts) / len(texts)


def share_touched(texts: Sequence[Labelled], find: Callable[[str], Spans]) -> float:
    """Per cent of the harmless texts in which something is masked."""
    return 100 * sum(bool(list(find(one.text))) for one in texts) / len(texts)


def found_spans(text: str) -> Spans:
    return [(one.start, one.end) for one in findings(text)]


def _plain_spans(text: str) -> Spans:
    return [found.span() for found in _PLAIN.finditer(text)]


def hostile_worst() -> tuple[float, float]:
    """Milliseconds for the worst text of 4,000 characters, and for plain prose of that length."""
    texts = [(piece * LENGTH)[:LENGTH] for piece in _HOSTILE]
    prose = ("Am Weg liegt Müll, bitte abholen lassen. " * LENGTH)[:LENGTH]
    return max(_milliseconds(text) for text in texts), _milliseconds(prose)


def _milliseconds(text: str) -> float:
    taken = []
    for _turn in range(3):
        began = perf_counter()
        findings(text)
        taken.append((perf_counter() - began) * 1000)
    return min(taken)


def redaction() -> list[Figure]:
    """Shares by part of the lists, against a plain expression; and the time for hostile texts, against prose."""
    figures = []
    for part in ("tune", "held"):
        personal, harmless = labelled("personal", part), labelled("harmless", part)
        figures += [
            Figure(
                name=f"redaction: {len(personal)} personal texts masked ({part})",
                value=share_masked(personal, found_spans),
                unit="%",
                yardstick=share_masked(personal, _plain_spans),
                limit=PERSONAL_MIN,
                at_least=True,
            ),
            Figure(
                name=f"redaction: {len(harmless)} harmless texts touched ({part})",
                value=share_touched(harmless, found_spans),
                unit="%",
                yardstick=share_touched(harmless, _plain_spans),
                limit=HARMLESS_MAX,
            ),
        ]
    worst, prose = hostile_worst()
    figures.append(
        Figure(
            name="redaction: 4,000 hostile characters",
            value=worst,
            unit="ms",
            yardstick=prose,
            limit=HOSTILE_MAX,
            limit_is_of_ratio=True,
        )
    )
    return figures
