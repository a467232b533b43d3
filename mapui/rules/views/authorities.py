"""Authorities and their contacts: who exists from when to when, and how each is reached."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlencode

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from issues.rights import reached
from mapui.rules.authority_forms import AuthorityForm, ContactForm
from mapui.rules.forms import categories_grouped, errors_take
from mapui.rules.views.editing import METHODS
from mapui.rules.views.sets import jurisdiction_or_404
from mapui.site.permissions import ACTIVATE_RULES, EDIT_RULES, jurisdiction_for, rules_page
from mapui.site.rule_words import RuleWords
from routing.forwarding.contacts import contact_store
from routing.models import Authority, AuthorityContact
from routing.outbox.authorities import authorities_listed, authority_store


@rules_page()
@require_safe
def authorities_list(request: HttpRequest) -> HttpResponse:
    """Every authority with its days and its contacts."""
    jurisdiction = jurisdiction_for(request, EDIT_RULES, ACTIVATE_RULES)
    context = {
        "page": "rules",
        "jurisdiction": jurisdiction,
        "authorities": authorities_listed(jurisdiction),
        "words": RuleWords.of(jurisdiction),
        "today": timezone.localdate(),
    }
    return render(request, "mapui/rules/authorities.html", context)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def authority_edit(request: HttpRequest, pk: int | None = None) -> HttpResponse:
    """A new or known authority. What is stored counts at once, so it takes the right to activate rules."""
    if pk is None:
        authority = Authority(jurisdiction=jurisdiction_or_404(request))
    else:
        authority = _authority(request, pk)
    form = AuthorityForm(request.POST if request.method == "POST" else None, instance=authority)
    if request.method == "POST" and form.is_valid():
        try:
            authority_store(authority=form.instance)
        except forms.ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("%s is stored.") % authority.name)
            return redirect(_list_of(authority))
    return _page(request, "mapui/rules/authority.html", authority, form)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def contact_edit(request: HttpRequest, pk: int, contact_pk: int | None = None) -> HttpResponse:
    """A new or known contact of an authority."""
    authority = _authority(request, pk)
    if contact_pk is None:
        contact = AuthorityContact(authority=authority)
    else:
        contact = get_object_or_404(AuthorityContact, pk=contact_pk, authority=authority)
    form = ContactForm(
        request.POST if request.method == "POST" else None,
        instance=contact,
        categories=categories_grouped(RuleWords.of(authority.jurisdiction)),
    )
    if request.method == "POST" and form.is_valid():
        try:
            contact_store(contact=form.instance)
        except forms.ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, _("The contact of %s is stored.") % authority.name)
            return redirect(_list_of(authority))
    return _page(request, "mapui/rules/contact.html", authority, form, contact=contact)


def _authority(request: HttpRequest, pk: int) -> Authority:
    known = Authority.objects.filter(reached(request.user, ACTIVATE_RULES))
    return get_object_or_404(known.select_related("jurisdiction"), pk=pk)


def _list_of(authority: Authority) -> str:
    identifier = authority.jurisdiction.identifier
    return f"{reverse('authorities')}?{urlencode({'jurisdiction': identifier})}#{authority.code}"


def _page(
    request: HttpRequest, template: str, authority: Authority, form: Any, **more: Any
) -> HttpResponse:
    context = {
        "page": "rules",
        "jurisdiction": authority.jurisdiction,
        "authority": authority,
        "form": form,
        **more,
    }
    return render(request, template, context, status=422 if request.method == "POST" else 200)
