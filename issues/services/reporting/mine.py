"""One's own reports, by a mailed link or an account: whoever enters an address learns nothing, its owner does."""

from __future__ import annotations

from datetime import timedelta
from typing import Final
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.db.models import Q, QuerySet
from django.db.models.functions import Lower
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import pgettext

from gis_core.languages import language_first, languages, text_in
from gis_core.models import Jurisdiction
from issues.models import Citizen, Issue, LinkRequest
from issues.services.nudging import worker_nudge
from issues.services.replies.letters import letter_build
from issues.services.replies.mailing import mails_send_due

SEND_TASK: Final = "issues.tasks.links_send_due"
LINK_KEPT: Final = timedelta(hours=24)
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
    return _reports(order.jurisdiction_id, Q(address=order.email))


def reports_of_citizen(citizen: Citizen) -> QuerySet[Issue]:
    """The same for an account: what was reported with it, and with its mail address, which it has proved."""
    known = Q(reporter__citizen=citizen)
    if citizen.email:
        known |= Q(address=citizen.email)
    return _reports(citizen.jurisdiction_id, known)


def _reports(jurisdiction_id: int, known: Q) -> QuerySet[Issue]:
    found: QuerySet[Issue] = Issue.objects.alias(address=Lower("reporter__email")).filter(
        known, jurisdiction=jurisdiction_id, reporter__erase_asked_at__isnull=True
    )
    return found.select_related("category").order_by("-received_at", "-pk")


def links_send_due() -> int:
    """Mails the links that are due; returns how many orders were looked at."""
    orders = LinkRequest.objects.select_related("jurisdiction")
    return mails_send_due(orders, lambda one: _mail(one) if reports_of(one).exists() else None)


def _mail(order: LinkRequest) -> EmailMessage:
    city = text_in(order.jurisdiction.public_names, order.language) or order.jurisdiction.name
    with translation.override(order.language):
        until = date_format(timezone.localtime(order.expires_at), "SHORT_DATETIME_FORMAT")
        subject = pgettext("list mail", "Your reports to %(city)s")
        text = pgettext(
            "list mail",
            "Good day,\n\nhere are all reports of this e-mail address to %(city)s, until %(until)s:\n%(url)s\n\n"
            "Whoever has this address sees and changes them. You did not ask for it? Then do nothing."
            "\n\nKind regards\n%(city)s\n",
        )
        values = {"city": city, "until": until, "url": list_url(order)}
        return letter_build(
            jurisdiction=order.jurisdiction,
            to=order.email,
            subject=subject % values,
            text=text % values,
            language=order.language,
        )
