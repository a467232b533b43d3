"""The page *Weiterleitungen*. A GET changes nothing; each step is a POST with the right to decide."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.models import User
from django.core.exceptions import ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import pgettext
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from issues.rights import DECIDE, SEE, issues_reached
from mapui.site.logins import polled
from mapui.site.permissions import page_for, see_permission
from mapui.site.types import PageRequest
from mapui.triage.deliveries.listing import (
    COUNTED_MAX,
    Deliveries,
    contacts_beside,
    endpoints_failing,
)
from routing.answering.links import delivery_links_renew, delivery_links_revoke
from routing.enums import DeliveryState
from routing.errors import ChangeRefused
from routing.models import AuthorityContact, Delivery
from routing.outbox.handling import delivery_hand_over, delivery_resend, delivery_stop
from routing.outbox.record import delivery_seen_there


@see_permission
@require_safe
@never_cache
def deliveries_page(request: PageRequest) -> HttpResponse:
    """Parts with their counts, endpoints out of order, and the deliveries of one part.

    `choose` (a delivery) adds the form by which it is handed over to another contact, or its links are taken back.
    """
    context = _context(request)
    if (chosen := request.GET.get("choose")) and context["may_act"]:
        delivery = _reached(request, chosen)
        context |= {"chosen": delivery, "contacts": contacts_beside(delivery)}
    return render(request, "mapui/triage/deliveries/page.html", context)


@polled
@see_permission
@require_safe
@never_cache
def deliveries_part(request: PageRequest) -> HttpResponse:
    """The same without the page around it, for the page that asks again and again."""
    return render(request, "mapui/triage/deliveries/_shown.html", _context(request))


@polled
@see_permission
@require_safe
@never_cache
def deliveries_badge(request: PageRequest) -> HttpResponse:
    """How many deliveries did not get through, for the head of pages that load htmx; nothing where all did."""
    issues = issues_reached(request.user, SEE)
    failed = Delivery.objects.filter(decision__issue__in=issues, state=DeliveryState.FAILED)
    number = failed.values("pk")[:COUNTED_MAX].count()
    return render(request, "mapui/triage/deliveries/_badge.html", {"number": number})


def _context(request: PageRequest) -> dict[str, Any]:
    found = Deliveries(request.GET, request.user)
    return {
        "page": "deliveries",
        "found": found.page(request.GET.get("page")),
        "parts": found.parts(),
        "part": found.part,
        "form": found.form,
        "here": found.query,
        "endpoints": endpoints_failing(found.reached),
        "may_act": request.user.has_perm(DECIDE),
    }


def _reached(request: PageRequest, public_id: str) -> Delivery:
    """The delivery, if this person may decide about its issue. Raises Http404."""
    reached = issues_reached(request.user, DECIDE)
    found = Delivery.objects.filter(decision__issue__in=reached).select_related(
        "authority", "contact", "decision__issue"
    )
    try:
        return get_object_or_404(found, public_id=public_id)
    except ValidationError as error:
        raise Http404 from error


@page_for(DECIDE)
@require_POST
def delivery_act(request: PageRequest, public_id: str, verb: str) -> HttpResponse:
    """`verb`: stop, resend, there (it arrived), hand-over (with the field `contact`), revoke and renew (links)."""
    delivery = _reached(request, public_id)
    person = request.user
    if not isinstance(person, User):
        raise Http404
    try:
        _act(delivery, verb, person, request.POST.get("contact", ""))
    except ChangeRefused:
        messages.warning(
            request,
            pgettext("deliveries", "Meanwhile the delivery has moved on. Nothing was changed."),
        )
    else:
        number = delivery.decision.issue.number
        messages.success(request, _done(verb) % {"number": number})
    return redirect(f"{reverse('deliveries')}?{request.POST.get('here', '')}")


def _act(delivery: Delivery, verb: str, person: User, contact: str) -> None:
    match verb:
        case "stop":
            delivery_stop(delivery=delivery, by=person)
        case "resend":
            delivery_resend(delivery=delivery, by=person)
        case "there":
            delivery_seen_there(delivery=delivery, by=person)
        case "revoke":
            delivery_links_revoke(delivery=delivery, by=person)
        case "renew":
            delivery_links_renew(delivery=delivery, by=person)
        case "hand-over":
            contacts = AuthorityContact.objects.filter(authority=delivery.authority_id)
            key = int(contact) if contact.isascii() and contact.isdigit() else 0
            chosen = get_object_or_404(contacts, pk=key)
            delivery_hand_over(delivery=delivery, contact=chosen, by=person)
        case _:
            raise Http404


def _done(verb: str) -> str:
    return {
        "stop": pgettext("deliveries", "%(number)s is stopped."),
        "resend": pgettext("deliveries", "%(number)s is sent again."),
        "there": pgettext("deliveries", "%(number)s counts as sent."),
        "revoke": pgettext("deliveries", "The links of %(number)s are taken back."),
        "renew": pgettext("deliveries", "The authority gets a new link to %(number)s."),
        "hand-over": pgettext("deliveries", "%(number)s goes to the other contact."),
    }[verb]
