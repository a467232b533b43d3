"""The list of the queue: one page of rows of the filter in an address, and which report comes after another."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from django.http import QueryDict
from django.urls import reverse

from gis_core.models import Jurisdiction
from issues.models import Issue, IssueEvent
from issues.rights import Person
from mapui.maps.page import SELECTED, list_addresses, with_query
from mapui.site.jurisdictions import jurisdiction_shown
from mapui.site.lists import PAGE_SIZE
from mapui.site.triage_filter import TriageFilterForm
from mapui.site.triage_issues import issues_for_triage, issues_sorted
from mapui.site.types import PageRequest
from mapui.triage.queue.paging import QueuePaginator
from mapui.triage.queue.rows import issues_of_rows, rows_made

# The header in which the script tells the report that the list shows after the open one.
NEXT = "Queue-Next"


@dataclass
class Queue:
    """The queue that an address means. A wrong filter means nothing: its form says what is wrong."""

    given: QueryDict
    person: Person
    jurisdiction: Jurisdiction | None = field(init=False)
    form: TriageFilterForm = field(init=False)
    issues: Any = field(init=False)
    sort: str = field(init=False, default="")

    def __post_init__(self) -> None:
        self.jurisdiction = jurisdiction_shown(self.given.get("jurisdiction", ""))
        self.form = TriageFilterForm(self.given, jurisdiction=self.jurisdiction)
        self.issues = Issue.objects.none()
        if self.form.is_valid():
            chosen = self.form.chosen()
            self.sort = chosen.sort
            self.issues = issues_for_triage(
                self.person, jurisdiction=self.jurisdiction, chosen=chosen, box=self.form.box()
            )

    def filter_given(self) -> dict[str, str]:
        """The filter as it stands in the address, without what is empty and without the jurisdiction."""
        names = self.form.fields.keys() - {"jurisdiction"}
        return {name: str(self.given[name]) for name in names if self.given.get(name)}

    def _given(self) -> dict[str, str]:
        """The filter with the jurisdiction, where the address names one."""
        named = self.given.get("jurisdiction", "")
        return {**self.filter_given(), **({"jurisdiction": named} if named else {})}

    def _news_query(self) -> dict[str, str]:
        """What asks for all that happens to these reports from now on."""
        return {**self._given(), "since": str(_event_latest())}

    @property
    def page(self) -> int:
        """The page that the address names; the first where that is no number."""
        return _page(self.given.get("page", ""))

    def sorted(self) -> Any:
        return issues_sorted(issues_of_rows(self.issues), self.sort)

    def context(self, page: str | None) -> dict[str, Any]:
        """What the template of the list needs. A page that does not exist gives the nearest that does."""
        shown = QueuePaginator(self.issues, sorting=self.sort).get_page(page)
        shown.object_list = list(shown.object_list)
        addresses = list_addresses(self.form, page_name="triage", feed_name="triage_issues")
        if not self.form.is_valid():
            # The tiles would refuse the filter too, each with an error of its own.
            addresses["feed_url"] = ""
        return {
            "news_url": with_query(reverse("queue_news"), self._news_query()),
            "jurisdiction": self.jurisdiction,
            "form": self.form,
            "shown": shown,
            "rows": rows_made(shown.object_list, self.jurisdiction),
            "export_query": urlencode(self._given()),
            **addresses,
        }


def _event_latest() -> int:
    """The key of the latest event; 0 before the first."""
    latest: int | None = IssueEvent.objects.order_by("-pk").values_list("pk", flat=True).first()
    return latest or 0


def queue_left(request: PageRequest) -> Queue | None:
    """The queue beside which the browser shows a report; None where it shows none."""
    parts = urlsplit(request.htmx.current_url_abs_path or "")
    if not request.htmx or parts.path != reverse("triage"):
        return None
    return Queue(QueryDict(parts.query), request.user)


def issue_following(request: PageRequest, queue: Queue, number: str) -> tuple[str, int]:
    """The number of the report after this one ("" at the end of the queue), and the page of the list that shows it.

    The script names it, as the list shows it. At the end of a page it names none: then it is the first of the next
    page, which has moved up by one if the report has left the queue.
    """
    page = queue.page
    named = request.headers.get(NEXT, "")
    if named and named != number and queue.issues.filter(number=named).exists():
        return named, page
    stays = queue.issues.filter(number=number).exists()
    at = page * PAGE_SIZE - (0 if stays else 1)
    [following] = queue.sorted().values_list("number", flat=True)[at : at + 1] or [""]
    return following, page + 1 if stays and following else page


def address_of(queue: Queue, *, page: int, number: str) -> str:
    """The address of the queue with the page and the report that is open."""
    query = dict(parse_qsl(queue.given.urlencode()))
    for name in ("page", SELECTED):
        query.pop(name, None)
    if page > 1:
        query["page"] = str(page)
    query[SELECTED] = number
    return f"{reverse('triage')}?{urlencode(query)}"


def _page(text: str) -> int:
    return max(1, int(text)) if text.isascii() and text.isdigit() and len(text) <= 9 else 1
