"""Rule sets to read: the list, one set, its coverage, what differs from another, files."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from gis_core.models import Jurisdiction
from issues.rights import reached
from mapui.rules.coverage import category_shown, overview_shown
from mapui.rules.forms import RuleFilterForm
from mapui.rules.prior_tables import priors_shown
from mapui.rules.tables import (
    RuleFilter,
    differences_shown,
    findings_shown,
    rules_grouped,
    thresholds_shown,
)
from mapui.site.permissions import ACTIVATE_RULES, EDIT_RULES, jurisdiction_for, rules_page
from mapui.site.rule_words import RuleWords
from routing.engine.checks.content import difference_of
from routing.engine.checks.coverage import Coverage
from routing.engine.findings import errors_of
from routing.enums import RuleSetStatus
from routing.errors import RuleSetError
from routing.models import RuleSet
from routing.rulebook.checked import (
    category_coverage,
    coverage_rows_all,
    rule_set_coverage,
    rule_set_findings,
)
from routing.rulebook.listed import (
    rule_set_content,
    rule_set_in_effect,
    rule_set_listed,
    rule_sets_listed,
)
from routing.rulebook.written import content_csv, content_json, coverage_csv, coverage_json


def rule_set_or_404(request: HttpRequest, pk: int) -> RuleSet:
    known = RuleSet.objects.filter(reached(request.user, EDIT_RULES, ACTIVATE_RULES))
    known = known.select_related("jurisdiction", "drafted_from")
    return get_object_or_404(known, pk=pk)


def draft_or_404(request: HttpRequest, pk: int) -> RuleSet:
    rule_set = rule_set_or_404(request, pk)
    if rule_set.status != RuleSetStatus.DRAFT:
        raise Http404(_("Only a draft can be edited."))
    return rule_set


def context_of(rule_set: RuleSet, **more: Any) -> dict[str, Any]:
    return {"page": "rules", "jurisdiction": rule_set.jurisdiction, "rule_set": rule_set, **more}


def jurisdiction_or_404(request: HttpRequest) -> Jurisdiction:
    jurisdiction = jurisdiction_for(request, EDIT_RULES, ACTIVATE_RULES)
    if jurisdiction is None:
        raise Http404(_("There is no jurisdiction yet."))
    return jurisdiction


@rules_page()
@require_safe
def rules_list(request: HttpRequest) -> HttpResponse:
    """All versions, with what each is today."""
    jurisdiction = jurisdiction_for(request, EDIT_RULES, ACTIVATE_RULES)
    context = {
        "page": "rules",
        "jurisdiction": jurisdiction,
        "rule_sets": rule_sets_listed(jurisdiction, on=timezone.localdate()),
    }
    return render(request, "mapui/rules/list.html", context)


@rules_page()
@require_safe
def rules_set(request: HttpRequest, pk: int) -> HttpResponse:
    """One version: what is wrong with it, its rows, thresholds and priors. For htmx the rows alone."""
    rule_set = rule_set_or_404(request, pk)
    words = RuleWords.of(rule_set.jurisdiction)
    form = RuleFilterForm(request.GET, words=words)
    chosen = RuleFilter(**form.cleaned_data) if form.is_valid() else RuleFilter()
    findings = rule_set_findings(rule_set)
    priors = priors_shown(rule_set, words)
    errors = len(errors_of(findings))
    context = context_of(
        rule_set,
        listed=rule_set_listed(rule_set, on=timezone.localdate()),
        is_draft=rule_set.status == RuleSetStatus.DRAFT,
        form=form,
        groups=rules_grouped(
            rule_set, words, chosen=chosen, findings=findings, language=get_language() or "de"
        ),
        thresholds=thresholds_shown(rule_set, words),
        priors=priors,
        prior_count=sum(len(group.priors) for group in priors),
        findings=findings_shown(findings),
        errors=errors,
        warnings=len(findings) - errors,
    )
    template = "_rows" if request.headers.get("HX-Request") else "set"
    return render(request, f"mapui/rules/{template}.html", context)


@rules_page()
@require_safe
def rules_coverage(request: HttpRequest, pk: int) -> HttpResponse:
    """Who acts where: all categories at a glance, or every row of one."""
    rule_set = rule_set_or_404(request, pk)
    words = RuleWords.of(rule_set.jurisdiction)
    category = request.GET.get("category", "")
    only_holes = request.GET.get("show") == "holes"
    context = context_of(
        rule_set, category=words.categories.get(category), only_holes=only_holes, words=words
    )
    try:
        if category in words.categories:
            rows = category_coverage(rule_set, category)
            holes = [row for row in rows if row.state in {Coverage.HOLE, Coverage.PARTLY}]
            context["rows"] = category_shown(holes if only_holes else rows, words)
            context["holes"] = len(holes)
        else:
            context["overview"] = overview_shown(rule_set_coverage(rule_set), words)
    except RuleSetError:
        context["problems"] = findings_shown(errors_of(rule_set_findings(rule_set)))
    return render(request, "mapui/rules/coverage.html", context)


@rules_page()
@require_safe
def rules_coverage_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    rule_set = rule_set_or_404(request, pk)
    try:
        rows = list(coverage_rows_all(rule_set))
    except RuleSetError as error:
        return HttpResponse(str(error), status=409, content_type="text/plain; charset=utf-8")
    if kind == "json":
        return JsonResponse(coverage_json(rows), safe=False)
    return _csv(coverage_csv(rows), f"coverage-{rule_set.version}.csv")


@rules_page()
@require_safe
def rules_difference(request: HttpRequest, pk: int) -> HttpResponse:
    """What differs from another version: the one asked for, else the one in effect, else the one it is from."""
    rule_set = rule_set_or_404(request, pk)
    others = RuleSet.objects.filter(jurisdiction=rule_set.jurisdiction).exclude(pk=rule_set.pk)
    against = _against(request, rule_set)
    context = context_of(rule_set, others=others, against=against)
    if against is not None:
        difference = difference_of(rule_set_content(against), rule_set_content(rule_set))
        if request.GET.get("format") == "json":
            return JsonResponse(difference.to_json())
        words = RuleWords.of(rule_set.jurisdiction)
        context["differs"] = bool(difference)
        context |= differences_shown(difference, words)
    return render(request, "mapui/rules/difference.html", context)


def _against(request: HttpRequest, rule_set: RuleSet) -> RuleSet | None:
    asked = request.GET.get("against", "")
    if asked:
        if not asked.isdecimal():
            raise Http404
        found = rule_set_or_404(request, int(asked))
        if found.jurisdiction_id != rule_set.jurisdiction_id:
            raise Http404
        return found
    counting = rule_set_in_effect(rule_set.jurisdiction, on=timezone.localdate())
    if counting is None or counting.pk == rule_set.pk:
        return rule_set.drafted_from
    return counting


@rules_page()
@require_safe
def rules_file(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """The version as a file that can be loaded again."""
    rule_set = rule_set_or_404(request, pk)
    content = rule_set_content(rule_set)
    name = f"rules-{rule_set.version}"
    if kind == "csv":
        return _csv(content_csv(content), f"{name}.csv")
    response = JsonResponse(
        content_json(content), json_dumps_params={"ensure_ascii": False, "indent": 2}
    )
    response["Content-Disposition"] = f'attachment; filename="{name}.json"'
    return response


def _csv(text: str, name: str) -> HttpResponse:
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response
