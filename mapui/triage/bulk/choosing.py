"""Which reports a step is meant for: those ticked in the list, or all that a filter finds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from django.http import QueryDict

from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.rights import issues_reached
from mapui.site.types import PageRequest
from mapui.triage.queue.listing import Queue
from routing.steps.taking import ISSUES_MAX

# Ticked reports stand in the address, so there are not many.
NUMBERS_MAX: Final = 500


@dataclass(frozen=True)
class Choice:
    """`numbers` were ticked, none if the filter `query` chooses; `error` says why neither can be used."""

    jurisdiction: Jurisdiction | None
    numbers: tuple[str, ...]
    query: str
    error: str
    found: Any

    @property
    def count(self) -> int:
        """How many there are, up to one more than a step takes."""
        return int(self.found.order_by()[: ISSUES_MAX + 1].count())

    def reached(self, request: PageRequest, right: str) -> Any:
        """Those with which the person may do it, in the order in which they came in."""
        return self.found.filter(pk__in=issues_reached(request.user, right).values("pk")).order_by(
            "pk"
        )


def choice_made(request: PageRequest) -> Choice:
    """From `numbers` (with commas between), or without them from the queue's filter.

    A page that is opened has the filter in its address; a form sends it as `query`, beside fields of its own.
    """
    is_sent = request.method == "POST"
    given = request.POST if is_sent else request.GET
    numbers = tuple(one for one in given.get("numbers", "").split(",") if one)[:NUMBERS_MAX]
    query = given.get("query", "")
    queue = Queue(QueryDict(query) if is_sent else given, request.user)
    found = queue.issues
    error = ""
    if numbers:
        found = issues_reached(request.user).filter(
            jurisdiction=queue.jurisdiction, number__in=numbers
        )
    elif not queue.form.is_valid():
        error = " ".join(
            f"{name}: {' '.join(str(one) for one in told)}"
            for name, told in queue.form.errors.items()
        )
        found = Issue.objects.none()
    chosen = "" if numbers else queue_query(queue)
    return Choice(queue.jurisdiction, numbers, chosen, error, found)


def queue_query(queue: Queue) -> str:
    """The filter of a queue as it stands in an address."""
    query = QueryDict(mutable=True)
    query.update(queue.filter_given())
    return query.urlencode()
