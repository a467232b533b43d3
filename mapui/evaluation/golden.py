"""Golden cases: what is settled, whether it still holds, and the cases as a file."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import PermissionDenied
from django.core.paginator import Paginator
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from gis_core.models import Jurisdiction
from issues.models import Issue
from issues.rights import SEE, issues_reached
from mapui.evaluation.forms import GoldenFileForm
from mapui.evaluation.shown import findings_shown
from mapui.site.permissions import EDIT_RULES, jurisdiction_for, page_for
from mapui.site.types import PageRequest
from routing.errors import RoutingError
from routing.models import GoldenCase
from routing.trying.golden import (
    golden_check,
    golden_deactivate,
    golden_offered,
    golden_summary,
)
from routing.trying.golden_files import golden_export, golden_import

PAGE_SIZE = 50
OFFERED_MAX = 20


@page_for(SEE, EDIT_RULES)
@require_safe
@never_cache
def golden_list(request: PageRequest) -> HttpResponse:
    """Every active case with who is expected and who comes out today; those that fail come first."""
    jurisdiction = jurisdiction_for(request, SEE, EDIT_RULES)
    findings = golden_check(jurisdiction=jurisdiction) if jurisdiction else []
    page = Paginator(sorted(findings, key=lambda one: one.holds), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    context = {
        "page": "evaluation",
        "tab": "golden",
        "jurisdiction": jurisdiction,
        "summary": golden_summary(findings),
        "total": len(findings),
        "findings": page,
        "shown": findings_shown(jurisdiction, page) if jurisdiction else [],
        "offered": _offered(request, jurisdiction) if jurisdiction else [],
        "form": GoldenFileForm(),
        "may_edit": request.user.has_perm(EDIT_RULES),
    }
    return render(request, "mapui/evaluation/golden.html", context)


def _offered(request: PageRequest, jurisdiction: Jurisdiction) -> list[Issue]:
    """Refused and decided by a person since: of those that this person sees."""
    seen = issues_reached(request.user, SEE).filter(jurisdiction=jurisdiction)
    return list(golden_offered(seen).select_related("category")[:OFFERED_MAX])


@page_for(SEE, EDIT_RULES)
@require_safe
@never_cache
def golden_file(request: PageRequest) -> HttpResponse:
    """The active cases as CSV."""
    jurisdiction = jurisdiction_for(request, SEE, EDIT_RULES)
    text = golden_export(jurisdiction) if jurisdiction else ""
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="golden-cases.csv"'
    return response


@page_for(EDIT_RULES)
@require_POST
def golden_load(request: PageRequest) -> HttpResponse:
    """Adds the cases of a file, or says what is wrong with it and adds none."""
    jurisdiction = jurisdiction_for(request, EDIT_RULES)
    form = GoldenFileForm(request.POST, request.FILES)
    if not form.is_valid():
        messages.error(request, " ".join(str(error) for error in form.errors.get("file", [])))
    elif jurisdiction and isinstance(request.user, User):
        try:
            loaded = golden_import(
                jurisdiction=jurisdiction, text=form.cleaned_data["file"], by=request.user
            )
        except RoutingError as error:
            messages.error(request, str(error))
        else:
            messages.success(
                request,
                _("%(added)d cases added, %(changed)d changed.")
                % {"added": loaded.added, "changed": loaded.changed},
            )
    return redirect("golden")


@page_for(EDIT_RULES)
@require_POST
def golden_off(request: PageRequest, pk: int) -> HttpResponse:
    """Takes a case out of every check."""
    case = get_object_or_404(GoldenCase.objects.select_related("jurisdiction"), pk=pk)
    if not request.user.has_perm(EDIT_RULES, case.jurisdiction):
        raise PermissionDenied
    golden_deactivate(case=case)
    messages.success(request, _("“%(name)s” is no golden case any more.") % {"name": case.name})
    return redirect("golden")
