"""The page behind the link of a weekly mail: all open cases of a contact, each with the link to its own page."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any, Final

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import pgettext
from django.views.decorators.http import require_safe

from mapui.partner.views import link_view
from mapui.site.lists import LongPaginator
from mapui.site.types import PageRequest
from parcels.keys import parcel_key_parse
from routing.answering.links import links_closed
from routing.answering.open_cases import deliveries_open
from routing.enums import Part
from routing.forwarding.links import contact_of_link, link_begun, link_expiry, partner_token
from routing.forwarding.wording import text_told
from routing.models import AuthorityContact, Delivery

UNREAD: Final = ("decision__evidence", "decision__issue__jurisdiction__boundary")


@require_safe
@link_view(contact_of_link)
def partner_open(request: PageRequest, contact: AuthorityContact, token: str) -> HttpResponse:
    """The oldest first. It changes nothing; whoever has the link can answer each case on its page."""
    rows = deliveries_open(contact).select_related(
        "authority", "decision__issue__category", "decision__issue__jurisdiction"
    )
    found = LongPaginator(rows.defer(*UNREAD), counting=rows).get_page(request.GET.get("page"))
    closed = links_closed(list(found), since=link_begun(token))
    context = {
        "page": "partner",
        "jurisdiction": contact.authority.jurisdiction,
        "authority": contact.authority,
        "found": found,
        "cases": [_case(one, contact, closed) for one in found],
        "expires": link_expiry(token),
    }
    return render(request, "mapui/partner/open.html", context)


def _case(delivery: Delivery, contact: AuthorityContact, closed: Collection[int]) -> dict[str, Any]:
    """A case of which the links were taken back after this one was given out has none here."""
    issue = delivery.decision.issue
    address = text_told(issue.address_text) if Part.ADDRESS in contact.parts else ""
    key = delivery.decision.parcel_key if Part.PARCEL in contact.parts else ""
    return {
        "delivery": delivery,
        "issue": issue,
        "where": address or delivery.decision.road or (key and _parcel_named(key)),
        "token": "" if delivery.pk in closed else partner_token(delivery),
    }


def _parcel_named(key: str) -> str:
    return pgettext("place", "parcel %(number)s") % {"number": parcel_key_parse(key).number}
