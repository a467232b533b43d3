"""How many reports wait for what, counted in one statement, each up to a most: it costs the same in any city."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Final
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import pgettext_lazy

from gis_core.db.counting import counts_of
from issues.enums import IssueStatus
from mapui.site.enums import Missing, Work
from mapui.site.issues import OPEN, PROPOSED, UNCLEAR
from mapui.site.triage_issues import issues_for_triage
from mapui.site.types import TriageFilter
from mapui.triage.queue.listing import Queue

# More than so many are "999+".
COUNTED_MAX: Final = 1000


@dataclass(frozen=True)
class Counter:
    """A link to a part of the queue with how many are in it; `is_chosen`: it is what the queue shows."""

    name: str
    text: str
    url: str
    is_chosen: bool


# Name and filter, in this order.
COUNTED: Final[tuple[tuple[str | Promise, TriageFilter], ...]] = (
    (pgettext_lazy("counter", "New"), TriageFilter(status=IssueStatus.RECEIVED.value)),
    (pgettext_lazy("counter", "Unclear"), TriageFilter(status=OPEN, authority=UNCLEAR)),
    (pgettext_lazy("counter", "Mine"), TriageFilter(work=Work.MINE.value)),
    (pgettext_lazy("counter", "Answered"), TriageFilter(work=Work.NEWS.value)),
    (pgettext_lazy("counter", "Due"), TriageFilter(work=Work.DUE.value)),
    (pgettext_lazy("counter", "Overdue"), TriageFilter(work=Work.OVERDUE.value)),
    (pgettext_lazy("counter", "Not delivered"), TriageFilter(work=Work.UNDELIVERED.value)),
    (pgettext_lazy("counter", "Proposals"), TriageFilter(status=OPEN, authority=PROPOSED)),
    (
        pgettext_lazy("counter", "Not placed"),
        TriageFilter(status=OPEN, missing=Missing.PLACE.value),
    ),
    (
        pgettext_lazy("counter", "Without decision"),
        TriageFilter(status=OPEN, missing=Missing.DECISION.value),
    ),
)


def counters(queue: Queue, given: dict[str, str]) -> list[Counter]:
    """The counters, of what the person may see; `given` is the filter in the address."""
    counted = [
        issues_for_triage(queue.person, jurisdiction=queue.jurisdiction, chosen=chosen)
        for _, chosen in COUNTED
    ]
    numbers = counts_of(counted, most=COUNTED_MAX)
    return [
        _counter(str(name), number, chosen, given)
        for (name, chosen), number in zip(COUNTED, numbers, strict=True)
    ]


def _number_text(number: int) -> str:
    return str(number) if number < COUNTED_MAX else f"{COUNTED_MAX - 1}+"


def _counter(name: str, number: int, chosen: TriageFilter, given: dict[str, str]) -> Counter:
    query = {name: value for name, value in asdict(chosen).items() if value}
    return Counter(
        name=name,
        text=_number_text(number),
        url=f"{reverse('triage')}?{urlencode(query)}",
        is_chosen=query == given,
    )
