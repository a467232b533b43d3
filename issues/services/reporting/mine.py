"""One's own reports by a mailed link: whoever enters an address learns nothing; whoever reads its mail does."""

from __future__ import annotations

import logging
from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from gis_core.languages import language_first, languages, text_in
from gis_core.models import Jurisdiction
from issues.enums import ReplyState
from issues.models import Issue, LinkRequest
from issues.services.nudging import worker_nudge
from issues.services.replies.letters import letter_build
from issues.services.replies.sending import LEASE, mail_hand_over

logger = logging.getLogger(__name__)

SEND_TASK: Final = "issues.tasks.links_send_due"
LINK_KEPT: Final = timedelta(hours=24)
RETRY_AFTER: Final = timedelta(minutes=2)
ATTEMPTS_MAX: Final = 6
# Nobody's mailbox is filled by strangers.
ADDRESS_PER_HOUR: Final = 3
_signer: Final = Signer(salt="issues.mine")


def link_order(*, jurisdiction: Jurisdiction, email: str, language: str) -> None:
    """Has the link mailed, if the address has reports there. What is stored is the same in either case.

    An address gets three mails an hour at most; more orders do nothing.
    """
    now = timezone.now()
    address = email.strip().lower()
    with transaction.atomic():
        # Two at once wait for each other, so that the count holds.
        Jurisdiction.objects.select_for_update(of=("self",)).only("pk").get(pk=jurisdiction.pk)
        begun = now + LINK_KEPT - timedelta(hours=1)
        lately = LinkRequest.objects.filter(
            jurisdiction=jurisdiction, email=address, expires_at__gt=begun
        )
        if lately.count() >= ADDRESS_PER_HOUR:
            return
        LinkRequest.objects.create(
            jurisdiction=jurisdiction,
            email=address,
            language=language if language in languages() else language_first(),
            expires_at=now + LINK_KEPT,
            due_at=now,
        )
        transaction.on_commit(lambda: worker_nudge(SEND_TASK))


def list_url(order: LinkRequest) -> str:
    """The absolute address of the list."""
    token = _signer.sign(order.public_id.hex)
    return f"{settings.PUBLIC_URL}{reverse('own_reports', args=[token])}"


def order_by_token(token: str) -> LinkRequest | None:
    """What a link stands for; None: it is invalid, or its day is over."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = LinkRequest.objects.select_related("jurisdiction").defer("jurisdiction__boundary")
    return found.filter(public_id=public_id, expires_at__gt=timezone.now()).first()


def reports_of(order: LinkRequest) -> QuerySet[Issue]:
    """The reports of the address in that jurisdiction, latest first; those to be erased are listed no more."""
    found: QuerySet[Issue] = (
        Issue.objects.alias(address=Lower("reporter__email"))
        .filter(
            jurisdiction=order.jurisdiction_id,
            address=order.email,
            reporter__erase_asked_at__isnull=True,
        )
        .exclude(reporter__email="")
    )
    return found.select_related("category").order_by("-received_at", "-pk")


def links_send_due() -> int:
    """Mails the links that are due; returns how many orders were looked at."""
    tried = 0
    while (order := _claim()) is not None:
        _send(order)
        tried += 1
    return tried


@transaction.atomic
def _claim() -> LinkRequest | None:
    now = timezone.now()
    due = LinkRequest.objects.select_for_update(skip_locked=True, of=("self",)).filter(
        state=ReplyState.QUEUED, due_at__lte=now, expires_at__gt=now
    )
    order = due.select_related("jurisdiction").order_by("due_at", "pk").first()
    if order is not None:
        order.attempts, order.due_at = order.attempts + 1, now + LEASE
        order.save(update_fields=["attempts", "due_at"])
    return order


def _send(order: LinkRequest) -> None:
    state, due_at = ReplyState.SENT, order.due_at
    try:
        if reports_of(order).exists():
            mail_hand_over(_mail(order))
    except Exception as error:  # noqa: BLE001 - smtplib raises anything about what a server answers
        logger.warning("link %s was not sent: %s", order.public_id, type(error).__name__)
        state = ReplyState.FAILED if order.attempts >= ATTEMPTS_MAX else ReplyState.QUEUED
        due_at = timezone.now() + RETRY_AFTER * order.attempts
    LinkRequest.objects.filter(pk=order.pk).update(state=state, due_at=due_at)


def _mail(order: LinkRequest) -> EmailMessage:
    city = text_in(order.jurisdiction.public_names, order.language) or order.jurisdiction.name
    with translation.override(order.language):
        until = date_format(timezone.localtime(order.expires_at), "SHORT_DATETIME_FORMAT")
        subject = pgettext("list mail", "Your reports to %(city)s")
        text = pgettext(
            "list mail",
            "Good day,\n\nhere are all reports of this e-mail address to %(city)s, until %(until)s:\n%(url)s\n\n"
            "Whoever has this address sees and changes them. You did not ask for it? Then do nothing.\n",
        )
        values = {"city": city, "until": until, "url": list_url(order)}
        return letter_build(
            jurisdiction=order.jurisdiction,
            to=order.email,
            subject=subject % values,
            text=text % values,
            language=order.language,
        )
