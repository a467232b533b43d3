"""Deadlines of authorities: what the city expects, and what was agreed with a contact or for a category."""

from __future__ import annotations

from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from gis_core.models import Jurisdiction
from issues.rights import reached
from mapui.rules.forms import errors_take
from mapui.rules.terms_form import TermsForm
from mapui.rules.views.editing import METHODS
from mapui.rules.views.sets import jurisdiction_or_404
from mapui.site.permissions import ACTIVATE_RULES, EDIT_RULES, jurisdiction_for, rules_page
from routing.answering.terms import terms_default, terms_remove, terms_store
from routing.models import ResponseTerms


@rules_page()
@require_safe
def terms_list(request: HttpRequest) -> HttpResponse:
    """Who has to answer until when: the widest entry first."""
    jurisdiction = jurisdiction_for(request, EDIT_RULES, ACTIVATE_RULES)
    known = ResponseTerms.objects.filter(jurisdiction=jurisdiction)
    rows = sorted(
        known.select_related("contact__authority", "category"),
        key=lambda one: (
            one.contact.authority.code if one.contact else "",
            one.category.code if one.category else "",
        ),
    )
    has_own = any(one.contact is None and one.category is None for one in rows)
    context = {
        "page": "rules",
        "jurisdiction": jurisdiction,
        "rows": rows if has_own else [terms_default(), *rows],
    }
    return render(request, "mapui/rules/terms.html", context)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def terms_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """New or known deadlines; they count at once, for what is under way as well."""
    terms = ResponseTerms(jurisdiction=jurisdiction_or_404(request)) if pk is None else None
    form = TermsForm(
        request.POST if request.method == "POST" else None,
        instance=terms or _terms(request, pk or 0),
    )
    if request.method == "POST" and form.is_valid():
        try:
            terms_store(terms=form.instance)
        except forms.ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, pgettext("terms", "The deadlines are stored."))
            return redirect(_list_of(form.instance.jurisdiction))
    context = {"page": "rules", "jurisdiction": form.instance.jurisdiction, "form": form}
    status = 422 if request.method == "POST" else 200
    return render(request, "mapui/rules/terms_edit.html", context, status=status)


@rules_page(ACTIVATE_RULES)
@require_POST
def terms_drop(request: HttpRequest, pk: int) -> HttpResponse:
    """What is wider counts from now on."""
    terms = _terms(request, pk)
    terms_remove(terms=terms)
    messages.success(request, pgettext("terms", "The deadlines are removed."))
    return redirect(_list_of(terms.jurisdiction))


def _terms(request: HttpRequest, pk: int) -> ResponseTerms:
    known = ResponseTerms.objects.filter(reached(request.user, ACTIVATE_RULES))
    return get_object_or_404(known.select_related("jurisdiction"), pk=pk)


def _list_of(jurisdiction: Jurisdiction) -> str:
    return f"{reverse('terms')}?{urlencode({'jurisdiction': jurisdiction.identifier})}"
