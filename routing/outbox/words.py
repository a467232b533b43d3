"""What authorities wrote about an issue, erased or masked with its texts: the one place that edits their events."""

from __future__ import annotations

from typing import Any, Final

from issues.redaction import masked
from routing.models import Delivery, DeliveryEvent

# Of an event's detail.
WRITTEN: Final = ("text", "reason")
# Who wrote a mail; what a receiver said beside its number or why it refused.
BESIDE: Final = ("sender", "notice", "error")


def words_erase(issue_id: int) -> int:
    """Returns how many texts there were. Who has it, states and times stay."""
    erased = 0
    for event in DeliveryEvent.objects.filter(delivery__decision__issue=issue_id):
        names = [name for name in (*WRITTEN, *BESIDE) if event.detail.get(name)]
        if names:
            event.detail |= dict.fromkeys(names, "")
            event.save(update_fields=["detail"])
            erased += 1
    for delivery in Delivery.objects.filter(decision__issue=issue_id):
        receipt = delivery.receipt | {name: "" for name in BESIDE if delivery.receipt.get(name)}
        Delivery.objects.filter(pk=delivery.pk).update(receipt=receipt, last_error="")
    return erased


def words_mask(issue_id: int) -> None:
    """Names, telephone numbers and addresses of whoever reported may stand in an answer."""
    for event in DeliveryEvent.objects.filter(delivery__decision__issue=issue_id):
        kept: dict[str, Any] = {
            name: masked(event.detail[name]) for name in WRITTEN if event.detail.get(name)
        }
        if any(event.detail[name] != text for name, text in kept.items()):
            event.detail |= kept
            event.save(update_fields=["detail"])
