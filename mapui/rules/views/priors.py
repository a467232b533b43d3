"""What settled issues propose as priors: to read, and to take as a draft."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from mapui.rules.prior_tables import proposals_shown
from mapui.rules.views.editing import person
from mapui.rules.views.sets import jurisdiction_or_404
from mapui.site.permissions import EDIT_RULES, rules_page
from mapui.site.rule_words import RuleWords
from routing.errors import RuleSetError
from routing.rulebook.settled import LEAST_ISSUES, priors_draft, priors_proposed


@rules_page()
@require_safe
def priors_proposal(request: HttpRequest) -> HttpResponse:
    """For each category its kinds of ground, with present weight, issues, area and proposed weight; stores nothing."""
    jurisdiction = jurisdiction_or_404(request)
    context = {"page": "rules", "jurisdiction": jurisdiction, "least": LEAST_ISSUES}
    try:
        found = priors_proposed(jurisdiction)
    except RuleSetError as error:
        messages.error(request, str(error))
    else:
        context |= proposals_shown(found, RuleWords.of(jurisdiction))
    return render(request, "mapui/rules/priors.html", context)


@rules_page(EDIT_RULES)
@require_POST
def priors_take(request: HttpRequest) -> HttpResponse:
    """A draft with what is proposed now; its differences are shown next."""
    jurisdiction = jurisdiction_or_404(request)
    try:
        draft = priors_draft(jurisdiction=jurisdiction, by=person(request))
    except RuleSetError as error:
        messages.error(request, str(error))
        return redirect("priors_proposal")
    messages.success(
        request, _("Version %d is a draft now; nothing counts of it yet.") % draft.version
    )
    return redirect("rules_difference", pk=draft.pk)
