"""Whether a receiver has a request whose answer was lost. That it is not in the list proves nothing by itself.

A receiver may show its list in pages, cut it off, or show a request only after somebody has looked at it. So the list
is walked to its end, and a request of ours whose number we know has to stand in it. Sent at about the same time, it
shows that requests stand there before anybody looks at them. Where the receiver gives one list and no pages, one from
before and one from after the lost answer have to stand there: then nothing between them is cut off.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from routing.enums import DeliveryState
from routing.forwarding.channels.open311_answers import record_text
from routing.forwarding.channels.open311_form import reference_marker
from routing.forwarding.envelope import Envelope
from routing.models import Delivery, DeliveryEvent
from routing.outbox.receipts import DeliveryUnclear

if TYPE_CHECKING:
    from routing.forwarding.channels.open311_endpoint import Endpoint

PAGES_MAX: Final = 100
# Of the receiver's clock against ours, and so long before the lost answer the list is read.
MARGIN: Final = timedelta(hours=24)
# A request of ours that is this much older than the lost one may have waited for somebody to look at it.
FRESH: Final = timedelta(hours=1)


class Known(NamedTuple):
    """A request of ours at the receiver."""

    number: str
    sent_at: datetime


def request_find(endpoint: Endpoint, envelope: Envelope) -> str:
    """The receiver's number of the request with our reference; empty: the receiver surely has none.

    Raises DeliveryUnclear where nobody but a person can tell, DeliveryDelayed where the receiver cannot be asked now.
    """
    began = _began(envelope)
    marker = reference_marker(envelope)
    shown: set[str] = set()
    is_whole = False
    for page in range(1, PAGES_MAX + 1):
        records = endpoint.requests_page(page, start=began - MARGIN)
        for record in records:
            if marker in record_text(record, "description"):
                return endpoint.number_of(record)
        numbers = _numbers(records)
        is_whole = not numbers
        if numbers <= shown:
            break
        shown |= numbers
    if not _is_absent(shown, _known(endpoint.contact_id, began), began, is_whole=is_whole):
        raise DeliveryUnclear(
            "it may have arrived, and the receiver's list does not tell: please look there"
        )
    return ""


def _numbers(records: Iterable[dict[str, Any]]) -> set[str]:
    return {number for one in records if (number := record_text(one, "service_request_id"))}


def _began(envelope: Envelope) -> datetime:
    """When the first attempt began."""
    first = DeliveryEvent.objects.filter(
        delivery__public_id=envelope.delivery_id, state=DeliveryState.SENDING
    )
    return first.earliest("at", "pk").at


def _known(contact_id: int | None, began: datetime) -> list[Known]:
    """What of ours the receiver has given a number to at about that time."""
    found = Delivery.objects.filter(contact=contact_id, sent_at__gte=began - FRESH)
    numbered = found.exclude(foreign_id="").values_list("foreign_id", "sent_at")
    return [Known(number, sent_at) for number, sent_at in numbered if sent_at]


def _is_absent(shown: set[str], known: list[Known], began: datetime, *, is_whole: bool) -> bool:
    there = [one for one in known if one.number in shown]
    is_before = any(one.sent_at < began for one in there)
    is_after = any(one.sent_at >= began for one in there)
    return bool(there) if is_whole else is_before and is_after
