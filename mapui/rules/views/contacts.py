"""Trying a contact, and mapping our categories to the services of its receiver."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_safe

from issues.rights import reached
from mapui.rules.forms import errors_take
from mapui.rules.services import ServicesForm
from mapui.rules.views.editing import METHODS, person
from mapui.site.logins import polled
from mapui.site.permissions import ACTIVATE_RULES, rules_page
from mapui.site.rule_words import RuleWords
from routing.answering.links import contact_links, contact_links_revoke
from routing.enums import ChannelKind
from routing.forwarding.channels import channel_of
from routing.forwarding.contacts import contact_store
from routing.forwarding.probes import probe_ask
from routing.models import Authority, AuthorityContact, ContactSync


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def contact_probe(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """What came out of the last test; POST has a worker make another one."""
    contact = contact_or_404(request, pk, contact_pk)
    if request.method == "POST":
        probe_ask(contact=contact, by=person(request))
        return redirect("contact_probe", pk, contact_pk)
    return render(request, "mapui/rules/probe.html", _context(contact))


@polled
@rules_page(ACTIVATE_RULES)
@require_safe
def contact_probe_watch(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """The result as it stands, for a page that waits for it."""
    contact = contact_or_404(request, pk, contact_pk)
    return render(request, "mapui/rules/_probe.html", _context(contact))


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def contact_links_page(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """How many links of the contact open a page; POST takes all of them back."""
    contact = contact_or_404(request, pk, contact_pk)
    if request.method == "POST":
        revoked = contact_links_revoke(contact=contact, by=person(request))
        told = pgettext("links", "Taken back: the links of %(count)s deliveries.")
        messages.success(request, told % {"count": revoked})
        return redirect("contact_links", pk, contact_pk)
    context = {**_context(contact), "count": contact_links(contact)}
    return render(request, "mapui/rules/links.html", context)


@rules_page(ACTIVATE_RULES)
@require_http_methods(METHODS)
def contact_services(request: HttpRequest, pk: int, contact_pk: int) -> HttpResponse:
    """Our categories beside the receiver's services; `try` shows what would become of each and stores nothing."""
    contact = contact_or_404(request, pk, contact_pk)
    context = _context(contact)
    known = contact.probes.exclude(services={}).first()
    if known is None:
        return render(request, "mapui/rules/services.html", context)
    words = RuleWords.of(contact.authority.jurisdiction)
    form = ServicesForm(
        *([request.POST] if request.method == "POST" else []),
        contact=contact,
        probe=known,
        categories={code: one.name for code, one in words.categories.items()},
    )
    context |= {"form": form, "known": known}
    if request.method == "POST" and form.is_valid():
        if "try" in request.POST:
            context["foreseen"] = form.foreseen()
            return render(request, "mapui/rules/services.html", context)
        contact.settings = {**contact.settings, "service_codes": form.mapping()}
        try:
            contact_store(contact=contact)
        except forms.ValidationError as error:
            errors_take(form, error)
        else:
            messages.success(request, pgettext("services", "The services are stored."))
            return redirect("contact_probe", pk, contact_pk)
    status = 422 if request.method == "POST" else 200
    return render(request, "mapui/rules/services.html", context, status=status)


def contact_or_404(request: HttpRequest, pk: int, contact_pk: int) -> AuthorityContact:
    known = Authority.objects.filter(reached(request.user, ACTIVATE_RULES), pk=pk)
    contacts = AuthorityContact.objects.select_related("authority__jurisdiction")
    return get_object_or_404(contacts, pk=contact_pk, authority__in=known)


def _context(contact: AuthorityContact) -> dict[str, object]:
    return {
        "page": "rules",
        "jurisdiction": contact.authority.jurisdiction,
        "authority": contact.authority,
        "contact": contact,
        "probe": contact.probes.first(),
        "names_services": channel_of(contact.channel).names_services,
        "answers_address": _answers_address(contact),
        "sync": ContactSync.objects.filter(contact=contact).first(),
    }


def _answers_address(contact: AuthorityContact) -> str:
    """Where the receiver's system may post its answers; empty for what is no webhook."""
    if contact.channel != ChannelKind.WEBHOOK:
        return ""
    return f"{settings.PUBLIC_URL}{reverse('webhook_answer', args=[contact.pk])}"
