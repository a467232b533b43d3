"""What came into the queue, or changed in it, since somebody looked."""

from __future__ import annotations

from typing import Final

from django.contrib.auth.models import AbstractBaseUser, AnonymousUser
from django.db.models import Q
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.cache import get_conditional_response
from django.utils.http import quote_etag
from django.views.decorators.http import require_safe

from issues.enums import EventKind
from issues.models import IssueEvent
from mapui.maps.page import list_addresses
from mapui.site.logins import polled
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest
from mapui.triage.queue.listing import Queue

# Of so many of the latest events the news are made; who comes back after a night loads the page anyway.
EVENTS_MAX: Final = 500


def news_since(
    queue: Queue, *, since: int, person: AbstractBaseUser | AnonymousUser
) -> tuple[int, int]:
    """How many reports of the queue are new, and how many others have changed, since the event `since`.

    What the person did does not count. Costs the same in any city: only later events are read.
    """
    later = IssueEvent.objects.filter(pk__gt=since).exclude(Q(by=person.pk) & Q(by__isnull=False))
    kinds = list(later.order_by("-pk").values_list("issue_id", "kind")[:EVENTS_MAX])
    new = {issue for issue, kind in kinds if kind == EventKind.RECEIVED}
    told = {issue for issue, _kind in kinds}
    if not told:
        return 0, 0
    shown = set(queue.issues.filter(pk__in=told).order_by().values_list("pk", flat=True))
    return len(shown & new), len(shown - new)


@polled
@see_permission
@require_safe
def queue_news(request: PageRequest) -> HttpResponse:
    """`since` (the key of an event) and the queue's filter: a line that tells what is new, empty while nothing is."""
    given = request.GET.get("since", "")
    since = int(given) if given.isascii() and given.isdigit() and len(given) <= 18 else 0
    queue = Queue(request.GET, request.user)
    new, changed = news_since(queue, since=since, person=request.user)
    addresses = list_addresses(queue.form, page_name="triage", feed_name="triage_issues")
    context = {"new": new, "changed": changed, "list_address": f"{addresses['page_url']}1"}
    response = render(request, "mapui/triage/queue/_news.html", context)
    etag = quote_etag(f"{since}-{new}-{changed}-{request.LANGUAGE_CODE}")
    response["ETag"] = etag
    # Kept by the reader's browser alone, and asked for again each time: the right may have ended.
    response["Cache-Control"] = "private, no-cache"
    return get_conditional_response(request, etag=etag, response=response) or response
