"""Links of authorities taken back: of one delivery, or all that a contact was ever given."""

from __future__ import annotations

import logging
from collections.abc import Collection
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import F, QuerySet
from django.utils import timezone

from issues.services.nudging import worker_nudge
from routing.enums import DeliveryState, NoticeKind
from routing.errors import ChangeRefused
from routing.forwarding.links import links_revoke
from routing.models import AuthorityContact, Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.changes import delivery_change, delivery_locked
from routing.outbox.notices import SEND_TASK

if TYPE_CHECKING:
    from django.contrib.auth.models import User

logger = logging.getLogger(__name__)


@transaction.atomic
def delivery_links_revoke(*, delivery: Delivery, by: User) -> None:
    """Nobody comes to the page of the delivery any more by what was given out."""
    _issue, current = delivery_locked(delivery)
    links_revoke(current)
    delivery_change(current, DeliveryState(current.state), by=by, links="revoked")


@transaction.atomic
def delivery_links_renew(*, delivery: Delivery, by: User) -> None:
    """As above, and the authority is sent a new link. Raises `ChangeRefused` where it has nothing yet, or no more."""
    _issue, current = delivery_locked(delivery)
    if current.sent_at is None or current.state == DeliveryState.WITHDRAWN:
        raise ChangeRefused(f"{current}: {current.state}, so there is no link to renew")
    links_revoke(current)
    delivery_change(current, DeliveryState(current.state), by=by, links="renewed")
    ReporterNotice.objects.create(delivery=current, kind=NoticeKind.LINK, due_at=timezone.now())
    transaction.on_commit(lambda: worker_nudge(SEND_TASK))


def links_closed(deliveries: Collection[Delivery], *, since: datetime) -> set[int]:
    """Those (keys) whose links were taken back after `since`: what was given out before leads to them no more."""
    taken = DeliveryEvent.objects.filter(
        delivery__in=deliveries, at__gt=since, detail__has_key="links"
    )
    return set(taken.values_list("delivery", flat=True))


def contact_links(contact: AuthorityContact) -> int:
    """How many deliveries may have links that open their page: each later mail about one holds a new link."""
    return _linked(contact).count()


@transaction.atomic
def contact_links_revoke(*, contact: AuthorityContact, by: User) -> int:
    """Every link that the contact was given opens nothing any more; returns of how many deliveries."""
    revoked = _linked(contact).update(link_version=F("link_version") + 1)
    AuthorityContact.objects.filter(pk=contact.pk).update(link_version=F("link_version") + 1)
    logger.warning("contact %s: links of %s deliveries revoked by %s", contact.pk, revoked, by.pk)
    return revoked


def _linked(contact: AuthorityContact) -> QuerySet[Delivery]:
    """Also what a worker has in hands, or what may have arrived."""
    return Delivery.objects.filter(contact=contact, attempts__gt=0)
