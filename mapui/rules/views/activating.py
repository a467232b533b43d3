"""A rule set begins to count, or is taken back: asked first, then done."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from mapui.rules.activation import activation_checks
from mapui.rules.forms import ActivationForm
from mapui.rules.tables import findings_shown
from mapui.rules.views.editing import METHODS, person
from mapui.rules.views.sets import context_of, draft_or_404, rule_set_or_404
from mapui.site.permissions import ACTIVATE_RULES, rules_page
from routing.engine.checks.content import difference_of
from routing.engine.findings import errors_of
from routing.errors import RuleSetError
from routing.rulebook import rule_set_activate, rule_set_retire
from routing.rulebook.activation import RETIRABLE
from routing.rulebook.checked import rule_set_findings
from routing.rulebook.listed import (
    rule_set_content,
    rule_set_in_effect,
    rule_set_listed,
    rule_set_without,
)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def rules_activate(request: HttpRequest, pk: int) -> HttpResponse:
    """Findings, what changes, what was tried; and from which day it shall count."""
    draft = draft_or_404(request, pk)
    form = ActivationForm(request.POST if request.method == "POST" else None, draft=draft)
    status = 200
    if request.method == "POST":
        status = 422
        if form.is_valid():
            try:
                rule_set_activate(
                    draft=draft,
                    revision=form.cleaned_data["revision"],
                    valid_from=form.cleaned_data["valid_from"],
                    by=person(request),
                )
            except RuleSetError as error:
                messages.error(request, str(error))
                return redirect("rules_activate", pk=draft.pk)
            day = date_format(form.cleaned_data["valid_from"], "SHORT_DATE_FORMAT")
            messages.success(
                request,
                _("Version %(version)d counts from %(day)s.")
                % {"version": draft.version, "day": day},
            )
            return redirect("rules_set", pk=draft.pk)
    findings = rule_set_findings(draft)
    counting = rule_set_in_effect(draft.jurisdiction, on=timezone.localdate())
    difference = None
    if counting is not None:
        difference = difference_of(rule_set_content(counting), rule_set_content(draft))
    context = context_of(
        draft,
        form=form,
        findings=findings_shown(findings),
        has_errors=bool(errors_of(findings)),
        checks=activation_checks(draft),
        counting=counting,
        difference=difference,
    )
    return render(request, "mapui/rules/activate.html", context, status=status)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def rules_retire(request: HttpRequest, pk: int) -> HttpResponse:
    """Taking back: what counts then is told before."""
    rule_set = rule_set_or_404(request, pk)
    listed = rule_set_listed(rule_set, on=timezone.localdate())
    if request.method == "POST":
        try:
            rule_set_retire(rule_set=rule_set, by=person(request))
        except RuleSetError as error:
            messages.error(request, str(error))
        else:
            messages.success(request, _("Version %d is taken back.") % rule_set.version)
        return redirect("rules_set", pk=rule_set.pk)
    context = context_of(
        rule_set,
        listed=listed,
        allowed=listed.phase in RETIRABLE,
        following=rule_set_without(
            rule_set, on=max(timezone.localdate(), rule_set.valid_from or timezone.localdate())
        ),
    )
    return render(request, "mapui/rules/retire.html", context)
