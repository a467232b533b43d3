"""Who else has a report open: kept in the cache for a short while, and told to the others. Nothing is locked."""

from __future__ import annotations

import time
from typing import Final

from django.contrib.auth.models import User
from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from issues.rights import issues_reached
from mapui.site.logins import polled
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest

# The page tells every 20 seconds that it is still open; who has missed two turns is gone.
GONE_S: Final = 50


def presence_tell(*, issue_pk: int, person: User) -> list[str]:
    """Notes that the person has the report open; returns the names of the others, in order."""
    key, now = f"presence:{issue_pk}", time.time()
    present: dict[int, tuple[str, float]] = cache.get(key, {})
    present = {pk: one for pk, one in present.items() if one[1] > now}
    present[person.pk] = (person.get_full_name() or person.get_username(), now + GONE_S)
    cache.set(key, present, GONE_S)
    return sorted(name for pk, (name, _until) in present.items() if pk != person.pk)


@polled
@see_permission
@require_POST
@never_cache
def presence(request: PageRequest, number: str) -> HttpResponse:
    """Tells that this person has the report open; answers who else has."""
    issue = get_object_or_404(issues_reached(request.user).only("pk"), number=number)
    person = request.user
    others = presence_tell(issue_pk=issue.pk, person=person) if isinstance(person, User) else []
    return render(request, "mapui/triage/_presence.html", {"others": others})
