"""The register of transfers (Art. 30 GDPR): what left to whom, when, how, which parts of a report, on which ground.

It is read from deliveries and notices, which are never deleted, and holds nothing personal itself.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from itertools import chain
from typing import Any, Final

from django.db.models import CharField, Q, QuerySet, Value
from django.db.models.functions import Coalesce
from django.utils import timezone

from gis_core.languages import language_shown
from gis_core.models import Jurisdiction
from issues.enums import ReplyState
from routing.enums import NoticeKind, Part, TransferGround, TransferKind
from routing.models import Delivery, ReporterNotice
from routing.sentences import legal_basis_shown

CHUNK: Final = 2000
# What each notice is, as a transfer. The others hold a number and a link and nothing of the report.
NOTICES: Final = {
    NoticeKind.CALL: (TransferKind.CONTACT, TransferGround.CONSENT),
    NoticeKind.NO_CALL: (TransferKind.RECALL, TransferGround.RECALL),
    NoticeKind.ERASED: (TransferKind.RECALL, TransferGround.RECALL),
    NoticeKind.WITHDRAWN: (TransferKind.RECALL, TransferGround.TASK),
    NoticeKind.TAKEN_BACK: (TransferKind.RECALL, TransferGround.TASK),
    NoticeKind.CHANGED: (TransferKind.NEWS, TransferGround.TASK),
}
# Of a recall that could not be sent the register says so.
RECALLS: Final = tuple(
    kind.value for kind, (what, _ground) in NOTICES.items() if what == TransferKind.RECALL
)


@dataclass(frozen=True)
class Transfer:
    """One message to one body. `law` is the legal basis of its task; `parts` is None where nobody noted them.

    `is_unsure`: it may have arrived, and nobody can tell. `is_lost`: a recall that could not be sent.
    """

    at: datetime
    number: str
    recipient: str
    channel: str
    kind: TransferKind
    ground: TransferGround
    law: str
    parts: tuple[str, ...] | None
    is_unsure: bool = False
    is_lost: bool = False


class Transfers:
    """Those of a jurisdiction from one day to another, both included, the latest first; can be counted and sliced."""

    def __init__(self, jurisdiction: Jurisdiction, first: date, last: date) -> None:
        span = (_midnight(first), _midnight(last + timedelta(days=1)))
        of_city = {"authority__jurisdiction": jurisdiction}
        sent = Q(sent_at__range=span)
        unsure = Q(sent_at=None, maybe_there=True, waits_since__range=span)
        self._deliveries = Delivery.objects.filter(sent | unsure, **of_city)
        lost = Q(kind__in=RECALLS, created_at__range=span) & Q(
            state__in=(ReplyState.CANCELLED, ReplyState.FAILED)
        )
        of_notice = {f"delivery__{name}": value for name, value in of_city.items()}
        self._notices = ReporterNotice.objects.filter(kind__in=NOTICES, **of_notice).filter(
            Q(state=ReplyState.SENT) & sent | lost
        )

    def __len__(self) -> int:
        return self._deliveries.count() + self._notices.count()

    def __getitem__(self, part: slice) -> list[Transfer]:
        keys = list(self._keys()[part])
        deliveries = self._deliveries.filter(pk__in=[pk for what, pk, _at in keys if what == "d"])
        notices = self._notices.filter(pk__in=[pk for what, pk, _at in keys if what == "n"])
        found = {
            **{("d", one.pk): _of_delivery(one) for one in _read(deliveries, "")},
            **{("n", one.pk): _of_notice(one) for one in _read(notices, "delivery__")},
        }
        return [found[what, pk] for what, pk, _at in keys]

    def __iter__(self) -> Iterator[Transfer]:
        return chain.from_iterable(
            self[begin : begin + CHUNK] for begin in range(0, len(self), CHUNK)
        )

    def _keys(self) -> QuerySet[Any, Any]:
        deliveries = self._deliveries.annotate(
            what=_said("d"), at=Coalesce("sent_at", "waits_since")
        )
        notices = self._notices.annotate(what=_said("n"), at=Coalesce("sent_at", "created_at"))
        columns = ("what", "pk", "at")
        both = (
            deliveries.order_by()
            .values_list(*columns)
            .union(notices.order_by().values_list(*columns), all=True)
        )
        return both.order_by("-at", "-pk")


def _said(letter: str) -> Value:
    return Value(letter, output_field=CharField())


def _midnight(day: date) -> datetime:
    return timezone.make_aware(datetime.combine(day, time()))


def _read(rows: QuerySet[Any], path: str) -> QuerySet[Any]:
    names = ("authority", "contact", "decision__issue")
    unread = ("decision__evidence", "decision__trace", "decision__issue__point")
    return rows.select_related(*(path + one for one in names)).defer(
        *(path + one for one in unread)
    )


def _of_delivery(one: Delivery) -> Transfer:
    parts = one.receipt.get("parts")
    return Transfer(
        at=one.sent_at or one.waits_since,
        kind=TransferKind.REPORT,
        ground=TransferGround.TASK,
        parts=_parts(parts) if parts is not None else None,
        is_unsure=one.sent_at is None,
        **_common(one),
    )


def _of_notice(one: ReporterNotice) -> Transfer:
    kind, ground = NOTICES[NoticeKind(one.kind)]
    return Transfer(
        at=one.sent_at or one.created_at,
        kind=kind,
        ground=ground,
        parts=None if one.parts is None else _parts(one.parts),
        is_lost=one.state != ReplyState.SENT,
        **_common(one.delivery),
    )


def _common(delivery: Delivery) -> dict[str, Any]:
    return {
        "number": delivery.decision.issue.number,
        "recipient": delivery.authority.name,
        "channel": delivery.contact.channel_label,
        "law": legal_basis_shown(delivery.decision.legal_basis, language_shown()),
    }


def _parts(names: Sequence[str]) -> tuple[str, ...]:
    return tuple(str(Part(one).label) for one in names if one in Part)
