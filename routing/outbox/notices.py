"""What authorities hear about whoever reported, after the report: put down with what it follows from."""

from __future__ import annotations

from typing import Final

from django.db import transaction
from django.utils import timezone

from issues.enums import ReplyState, ReporterNews
from issues.models import Reporter
from issues.services.nudging import worker_nudge
from routing.enums import ChannelKind, DeliveryKind, NoticeKind
from routing.models import Delivery, ReporterNotice
from routing.outbox.selectors import deliveries_not_called_off, delivery_may_be_there

SEND_TASK: Final = "routing.tasks.notices_send_due"


def notices_queue(*, issue_id: int, news: ReporterNews) -> None:
    """Tells the authorities concerned of the news. Call it in the transaction of what it follows from."""
    match news:
        case ReporterNews.CALL_ALLOWED:
            _store(_acting(issue_id), NoticeKind.CALL)
        case ReporterNews.CALL_REFUSED:
            _store(_called_back(issue_id), NoticeKind.NO_CALL)
        case ReporterNews.ERASED:
            _store(_called_back(issue_id), NoticeKind.ERASED)
        case ReporterNews.WITHDRAWN:
            _store(_told(issue_id), NoticeKind.WITHDRAWN)


def notice_after_delivery(delivery: Delivery) -> None:
    """The authority has the report now: whoever reported may have allowed to be phoned before."""
    allowed = Reporter.objects.filter(
        issue=delivery.decision.issue_id, may_call_since__isnull=False
    ).exclude(phone="")
    if delivery.contact.channel == ChannelKind.MAIL and allowed.exists():
        _store([delivery], NoticeKind.CALL)


def _told(issue_id: int) -> list[Delivery]:
    """The deliveries that an authority has or may have."""
    called = deliveries_not_called_off().filter(decision__issue_id=issue_id)
    found = called.select_related("decision", "contact").order_by("pk")
    return [one for one in found if delivery_may_be_there(one)]


def _acting(issue_id: int) -> list[Delivery]:
    """The delivery by mail to whoever has to act by the decision that counts."""
    return [
        one
        for one in _told(issue_id)
        if one.decision.is_current
        and one.kind == DeliveryKind.RESPONSIBLE
        and one.contact.channel == ChannelKind.MAIL
    ]


def _called_back(issue_id: int) -> list[Delivery]:
    """The deliveries whose receiver got the contact or may have, and was not asked to erase it since.

    What is still to be sent is taken back.
    """
    notices = ReporterNotice.objects.select_for_update(of=("self",)).select_related("delivery")
    there: dict[int, Delivery] = {}
    for one in notices.filter(delivery__decision__issue_id=issue_id).order_by("pk"):
        if one.kind in {NoticeKind.NO_CALL, NoticeKind.ERASED}:
            there.pop(one.delivery_id, None)
        elif one.kind == NoticeKind.CALL:
            if one.attempts:
                there[one.delivery_id] = one.delivery
            if one.state == ReplyState.QUEUED:
                one.state = ReplyState.CANCELLED
                one.save(update_fields=["state"])
    return list(there.values())


def _store(deliveries: list[Delivery], kind: NoticeKind) -> None:
    if not deliveries:
        return
    ReporterNotice.objects.bulk_create(
        ReporterNotice(delivery=one, kind=kind, due_at=timezone.now()) for one in deliveries
    )
    transaction.on_commit(lambda: worker_nudge(SEND_TASK))
