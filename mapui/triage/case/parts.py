"""The parts of a report that a panel loads when they are opened: forms whose choices are asked for, and long lists.

A page of one report has them all, so that nothing needs a script; with `open` in its address one of them is open.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, Final

from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.functional import SimpleLazyObject
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from issues.rights import ANSWER, DECIDE, SEE, WORK
from mapui.site.cards.decisions import decision_card
from mapui.site.permissions import see_permission
from mapui.site.types import PageRequest
from mapui.triage.case import work_forms
from mapui.triage.case.forms import (
    AnswersForm,
    CategoryForm,
    ContradictionForm,
    MoveForm,
    OverruleForm,
)
from mapui.triage.case.selectors import (
    authority_answers,
    issue_events,
    recalls_lost,
    service_answers,
)
from mapui.triage.case.shown import issues_shown

# Each part and the right that it needs; the template of each has its name.
PARTS: Final = {
    "overrule": DECIDE,
    "contradiction": DECIDE,
    "correct": WORK,
    "state": WORK,
    "assign": WORK,
    "split": WORK,
    "files": WORK,
    "contact": ANSWER,
    "hold": WORK,
    "replies": WORK,
    "parcel": SEE,
    "services": SEE,
    "evidence": SEE,
    "rules": SEE,
    "editions": SEE,
    "answers": SEE,
    "events": SEE,
}


def parts_context(issue: Any, card: Any) -> dict[str, Any]:
    """What the templates of the parts need. Each is made when a template asks for it."""
    known = {"jurisdiction": issue.jurisdiction, "issue": issue}

    def overrule() -> OverruleForm:
        return OverruleForm(None, issue=issue, decision=card.decision if card else None)

    made: dict[str, Callable[[], Any]] = {
        "overrule_form": overrule,
        "contradiction_form": partial(ContradictionForm, issue=issue),
        "category_form": partial(CategoryForm, None, issue=issue),
        "move_form": partial(MoveForm, None, issue=issue),
        "answers_form": partial(AnswersForm, None, issue=issue),
        "state_form": partial(work_forms.StateForm, **known),
        "assign_form": partial(work_forms.AssignForm, **known),
        "split_form": partial(work_forms.SplitForm, **known),
        "file_form": partial(work_forms.FileForm, **known),
        "contact_form": partial(work_forms.ContactForm, **known),
        "hold_form": partial(work_forms.HoldForm, **known),
        "attachments": lambda: list(issue.attachments.all()),
        "replies": lambda: list(issue.replies.select_related("by").order_by("-pk")),
        "service_answers": partial(service_answers, issue),
        "authority_answers": partial(authority_answers, issue),
        "recalls_lost": partial(recalls_lost, issue),
        "events": partial(issue_events, issue),
    }
    return {name: SimpleLazyObject(make) for name, make in made.items()}


@see_permission
@require_safe
@never_cache
def issue_part(request: PageRequest, number: str, name: str) -> HttpResponse:
    """One part of a report, for its panel. 404 for a part that does not exist or that the person may not use."""
    if name not in PARTS:
        raise Http404
    issue = get_object_or_404(issues_shown(request.user, PARTS[name]), number=number)
    card: Any = SimpleLazyObject(partial(decision_card, issue))
    context = {
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "card": card,
        "in_panel": True,
        **parts_context(issue, card),
    }
    return render(request, f"mapui/triage/case/parts/{name}.html", context)
