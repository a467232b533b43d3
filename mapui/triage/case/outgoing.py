"""What leaves the house about an issue, as it leaves it; and what a person passes on by hand."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import pgettext, pgettext_lazy
from django.views.decorators.http import require_POST, require_safe

from issues.models import Issue
from issues.rights import DECIDE, issues_reached
from mapui.site.permissions import page_for
from mapui.site.types import PageRequest
from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.previews import previews_of
from routing.models import Delivery
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt


class ByHandForm(forms.Form):
    """The number that the portal gave; empty where it gives none."""

    foreign_id = forms.CharField(
        label=pgettext_lazy("delivery", "Number there"), required=False, max_length=200
    )


@page_for(DECIDE)
@require_safe
def issue_outgoing(request: PageRequest, number: str) -> HttpResponse:
    """Exactly what goes to each authority, or would go."""
    issue = _issue(request, number)
    context = {
        "page": "outgoing",
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "previews": previews_of(issue),
        "by_hand": ChannelKind.HAND.value,
        "form": ByHandForm(),
    }
    return render(request, "mapui/triage/outgoing.html", context)


@page_for(DECIDE)
@require_POST
def issue_by_hand(request: PageRequest, number: str, delivery: int) -> HttpResponse:
    """A person has passed it on by hand."""
    issue = _issue(request, number)
    known = Delivery.objects.filter(decision__issue=issue, contact__channel=ChannelKind.HAND)
    waiting = get_object_or_404(known, pk=delivery)
    form = ByHandForm(request.POST)
    if form.is_valid():
        receipt = Receipt(
            state=DeliveryState.DELIVERED,
            foreign_id=form.cleaned_data["foreign_id"],
            detail={"by_hand": request.user.get_username(), "parts": waiting.contact.parts},
        )
        delivery_record_receipt(delivery=waiting, receipt=receipt)
        messages.success(request, pgettext("delivery", "Passed on by hand."))
    return redirect("issue_outgoing", number)


def _issue(request: PageRequest, number: str) -> Issue:
    issues = issues_reached(request.user, DECIDE).select_related("category", "jurisdiction")
    return get_object_or_404(issues, number=number)
