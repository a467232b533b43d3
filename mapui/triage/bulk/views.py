"""The pages of a step on many reports. A GET changes nothing."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_safe

from issues.enums import StepState
from issues.errors import IssuesError
from issues.models import Issue, Step
from issues.public_view import release_proposal
from mapui.site.permissions import may_any, see_permission
from mapui.site.types import PageRequest
from mapui.triage.bulk.choosing import Choice, choice_made
from mapui.triage.bulk.forms import BULK_FORMS, step_data
from mapui.triage.case.views import person_of
from mapui.triage.case.work_forms import StepForm
from routing.steps.taking import ISSUES_MAX, step_begin, step_foresee
from routing.steps.verbs import VERBS

# So many are looked at before; of a release nobody reads more at once, and no more are released.
SHOWN_MAX: Final = 500
READ_MAX: Final = 100


@see_permission
@require_http_methods(["GET", "HEAD", "POST"])
@never_cache
def bulk(request: PageRequest) -> HttpResponse:
    """GET: the reports that are meant, and what can be done with them. POST: what would become of each, or with `do`
    the step itself."""
    choice = choice_made(request)
    verb = request.POST.get("verb", "")
    if choice.jurisdiction is None or request.method != "POST" or verb not in BULK_FORMS:
        return _chosen_respond(request, choice, verb=request.GET.get("verb", ""))
    if not may_any(request.user, VERBS[verb].permission):
        raise PermissionDenied
    form = BULK_FORMS[verb](request.POST, jurisdiction=choice.jurisdiction)
    if not form.is_valid():
        return _chosen_respond(request, choice, refused=form, verb=verb)
    if "do" in request.POST:
        return _begin(request, choice, verb, form)
    return _foreseen_respond(request, choice, verb, form)


def _chosen_respond(
    request: PageRequest, choice: Choice, *, refused: StepForm | None = None, verb: str = ""
) -> HttpResponse:
    forms: list[dict[str, Any]] = []
    if choice.jurisdiction is not None:
        for code, kind in BULK_FORMS.items():
            if may_any(request.user, VERBS[code].permission):
                form = (
                    refused if refused and code == verb else kind(jurisdiction=choice.jurisdiction)
                )
                forms.append(
                    {"code": code, "name": VERBS[code].name, "form": form, "is_open": code == verb}
                )
    context = {
        "page": "triage",
        "jurisdiction": choice.jurisdiction,
        "choice": choice,
        "forms": forms,
        "too_many": choice.count > ISSUES_MAX,
        "limit": ISSUES_MAX,
    }
    status = 400 if refused else 200
    return render(request, "mapui/triage/bulk/choose.html", context, status=status)


def _foreseen_respond(
    request: PageRequest, choice: Choice, verb: str, form: StepForm
) -> HttpResponse:
    """A table: what becomes of each report, who cannot and why."""
    reached = choice.reached(request, VERBS[verb].permission).select_related("category")
    most = READ_MAX if verb == "release" else SHOWN_MAX
    issues: list[Issue] = list(reached[:most])
    foreseen = list(step_foresee(verb=verb, issues=issues, data=form.step_data()))
    proposals = {}
    if verb == "release":
        proposals = {
            one.issue.number: release_proposal(one.issue) for one in foreseen if not one.told
        }
    context = {
        "page": "triage",
        "jurisdiction": choice.jurisdiction,
        "choice": choice,
        "verb": verb,
        "verb_name": VERBS[verb].name,
        "form": form,
        "rows": [(one, proposals.get(one.issue.number)) for one in foreseen],
        "able": sum(not one.told for one in foreseen),
        "unable": sum(bool(one.told) for one in foreseen),
        "others": max(0, reached.count() - len(issues)),
        "out_of_reach": choice.count - reached.count(),
        "is_release": verb == "release",
    }
    return render(request, "mapui/triage/bulk/foreseen.html", context)


def _begin(request: PageRequest, choice: Choice, verb: str, form: StepForm) -> HttpResponse:
    """Hands the step to a worker and shows how it goes on."""
    reached = choice.reached(request, VERBS[verb].permission)
    looked_at = dict(one.split(":", 1) for one in request.POST.getlist("seen") if ":" in one)
    if verb == "release":
        reached = reached.filter(number__in=list(looked_at)[:READ_MAX])
    person = person_of(request)
    assert person is not None  # noqa: S101 - the page is for people who are logged in
    assert choice.jurisdiction is not None  # noqa: S101 - the caller looked
    try:
        step = step_begin(
            verb=verb,
            issues=list(reached.values_list("pk", flat=True)[: ISSUES_MAX + 1]),
            data=step_data(form, looked_at),
            by=person,
            jurisdiction_id=choice.jurisdiction.pk,
        )
    except IssuesError as error:
        messages.error(request, str(error))
        return _chosen_respond(request, choice)
    return redirect("step_shown", public_id=step.public_id)


@see_permission
@require_safe
@never_cache
def step_shown(request: PageRequest, public_id: UUID) -> HttpResponse:
    """How far a step has come, what was left alone and why; for htmx the progress alone."""
    step = get_object_or_404(Step, public_id=public_id, by=request.user.pk)
    rows = step.issues.all()
    whole = rows.count()
    waiting = rows.filter(state=StepState.WAITING).count()
    context = {
        "page": "triage",
        "step": step,
        "verb_name": VERBS[step.verb].name,
        "whole": whole,
        "ready": whole - waiting,
        "done": rows.filter(state=StepState.DONE).count(),
        "undone": rows.filter(state=StepState.UNDONE).count(),
        "refused": rows.exclude(told="").select_related("issue")[:SHOWN_MAX],
        "may_undo": step.taken_back_at is None and step.holds_until > timezone.now(),
        "title": pgettext("bulk", "Step on %(count)d reports") % {"count": whole},
    }
    template = "_progress.html" if request.htmx else "progress.html"
    return render(request, f"mapui/triage/bulk/{template}", context)
