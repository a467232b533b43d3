"""How a form of the panel is answered: the step is taken, refused in words, or somebody else was faster."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import nullcontext

from django.contrib import messages
from django.contrib.auth.models import User
from django.forms import Form
from django.http import HttpResponse
from django_htmx.http import trigger_client_event

from issues.errors import IssueOutdated, IssuesError
from issues.models import Issue
from issues.services.seen import issue_seen
from mapui.site.types import PageRequest
from mapui.triage.case.conflicts import DECISION, conflict_of
from mapui.triage.case.seen import SeenForm
from mapui.triage.case.views import conflict_respond, person_of, stays_respond
from routing.errors import DecisionOutdated, RoutingError

Respond = Callable[[PageRequest, str], HttpResponse]
# What the page hears when what was typed into the form of an address has arrived (`mapui/js/page/typed.js`).
STORED = "typed-stored"


def act_respond(
    request: PageRequest,
    issue: Issue,
    form: Form | None,
    do: Callable[[User], str],
    *,
    respond: Respond = stays_respond,
    aspect: str = "",
    wanted: str = "",
) -> HttpResponse:
    """Does it, or says what is wrong; then the report as it is now is shown, or after a step the next one.

    `aspect` is what it writes over (`issues.services.seen`), else what the form says. Where that has changed since
    it was looked at, nothing is done and both versions are shown; `wanted` says the second where nothing was typed.
    """
    if isinstance(form, SeenForm):
        aspect, mark = form.aspect, form.seen()
    else:
        mark = request.POST.get("seen", "")
    held = issue_seen(issue=issue, aspect=aspect, mark=mark) if aspect else nullcontext()
    try:
        with held:
            is_done = _do(request, form, do)
    except IssueOutdated:
        return conflict_respond(
            request, issue.number, lambda now: conflict_of(now, aspect, form, wanted)
        )
    except DecisionOutdated:
        return conflict_respond(
            request, issue.number, lambda now: conflict_of(now, DECISION, form, wanted)
        )
    response = respond(request, issue.number)
    return trigger_client_event(response, STORED, {"path": request.path}) if is_done else response


def _do(request: PageRequest, form: Form | None, do: Callable[[User], str]) -> bool:
    """Whether it was done; what was done or is wrong is a message. Raises IssueOutdated, DecisionOutdated."""
    person = person_of(request)
    if form is not None and not form.is_valid():
        for name, errors in form.errors.items():
            label = form.fields[name].label if name in form.fields else ""
            messages.error(request, " ".join(filter(None, [f"{label}:" if label else "", *errors])))
        return False
    if person is None:
        return False
    try:
        messages.success(request, do(person))
    except (IssueOutdated, DecisionOutdated):
        raise
    except (RoutingError, IssuesError) as error:
        messages.error(request, str(error))
        return False
    return True
