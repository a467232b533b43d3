"""Mails of authorities: an answer is put to its delivery for a person to read, what came back is sent again or told.

No word of a mail is taken for an acceptance or a refusal: that is what links are for, and staff.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import override, pgettext

from issues.enums import ReplyState
from issues.errors import FileRefused
from issues.models import Issue
from issues.services.mailbox.bounces import Bounce
from issues.services.mailbox.letters import Letter, MailFile, quote_cut
from issues.services.work import file_attach
from issues.services.workflow import issue_news
from routing.enums import AnswerSource, DeliveryState
from routing.errors import ChangeRefused
from routing.forwarding.links import delivery_of_reply, mail_domain
from routing.forwarding.wording import LANGUAGE
from routing.models import AuthorityContact, Delivery, ReporterNotice
from routing.outbox.answers import Said, delivery_bounced, delivery_heard
from routing.outbox.changes import delivery_change, delivery_locked

WORDS_MAX: Final = 4000
FILES_MAX: Final = 20
# What a full mailbox or a server in trouble sent back is sent again: so often, after so long.
AGAIN: Final = (timedelta(hours=1), timedelta(hours=6), timedelta(days=1))


def answer_take(letter: Letter, is_automatic: bool) -> Issue | None:
    """Puts the mail to the delivery that it answers; None: it answers none.

    What a program wrote (an absence, a ticket's number) is no answer: it is kept, and brings nobody news.
    """
    delivery = _delivery_of(letter)
    if delivery is None:
        return None
    words = quote_cut(letter.text) or letter.subject
    said = Said(source=AnswerSource.MAIL, text=words[:WORDS_MAX])
    with transaction.atomic():
        delivery_heard(
            delivery=delivery,
            said=said,
            is_news=not is_automatic,
            sender=" ".join(filter(None, (letter.sender_name, letter.sender)))[:300],
            **({"automatic": True} if is_automatic else {}),
        )
        issue = delivery.decision.issue
        if not is_automatic:
            _files_put(issue, letter.files)
            # Attaching a file is a step of the house's: the issue is news all the same.
            issue_news(issue)
    return issue


def bounce_take(bounce: Bounce) -> Issue | None:
    """Records that a delivery or a later message about it came back; None: there is none such.

    For good: its address counts as broken until somebody changes or saves the contact, and a person looks. Not for
    good: a delivery is sent again some times before that.
    """
    found = Delivery.objects.select_related("contact", "decision__issue")
    with transaction.atomic():
        delivery = found.filter(public_id=bounce.public_id).first()
        told = delivery or found.filter(notices__public_id=bounce.public_id).first()
        if told is None:
            return None
        contact = told.contact
        # The contact may have another address since.
        address = str((delivery and delivery.receipt.get("address")) or contact.mail_address)
        if bounce.is_behind(address):
            _heard_behind(told, bounce)
            return told.decision.issue
        if delivery is None:
            _notice_came_back(told, bounce)
        else:
            with suppress(ChangeRefused):
                _delivery_came_back(delivery, bounce)
        if bounce.is_of_address and address == contact.address:
            AuthorityContact.objects.filter(pk=contact.pk).update(broken_address=address)
        return told.decision.issue


def _delivery_came_back(delivery: Delivery, bounce: Bounce) -> None:
    said = Said(source=AnswerSource.MAIL)
    if not delivery_bounced(delivery=delivery, said=said, reason=bounce.told):
        return
    again = delivery.events.filter(state=DeliveryState.FAILED, source=AnswerSource.MAIL).count()
    if not bounce.is_permanent and again <= len(AGAIN):
        _issue, current = delivery_locked(delivery)
        current.attempts, current.due_at = 0, timezone.now() + AGAIN[again - 1]
        delivery_change(current, DeliveryState.QUEUED, came_back=again)


def _heard_behind(delivery: Delivery, bounce: Bounce) -> None:
    """The address itself took the mail; a person looks whether it matters that somebody on its list did not get it."""
    with override(LANGUAGE):
        told = pgettext("answer", "It was not passed on to %(recipients)s: %(told)s") % {
            "recipients": ", ".join(sorted(bounce.recipients)),
            "told": bounce.told,
        }
    said = Said(source=AnswerSource.MAIL, text=told[:WORDS_MAX])
    delivery_heard(delivery=delivery, said=said, automatic=True)


def _notice_came_back(delivery: Delivery, bounce: Bounce) -> None:
    """News, a reminder, a recall that nobody there has read."""
    ReporterNotice.objects.filter(public_id=bounce.public_id).update(
        state=ReplyState.FAILED, last_error=bounce.told
    )
    with override(LANGUAGE):
        told = pgettext("answer", "Our later message came back: %(told)s") % {"told": bounce.told}
    delivery_heard(
        delivery=delivery, said=Said(source=AnswerSource.MAIL, text=told), automatic=True
    )


def _delivery_of(letter: Letter) -> Delivery | None:
    """By the token in an address that it went to, else by the Message-ID that it answers."""
    for address in letter.recipients:
        _local, plus, token = address.partition("@")[0].rpartition("+")
        delivery = delivery_of_reply(token) if plus else None
        if delivery is not None:
            return _whole(delivery.public_id)
    for name in _ids(letter):
        delivery = _whole(name)
        if delivery is not None:
            return delivery
    return None


def _ids(letter: Letter) -> Iterator[uuid.UUID]:
    """What it answers, as far as we may have written it."""
    for one in letter.answers:
        name, _at, domain = one.partition("@")
        if domain.lower() == mail_domain().lower():
            with suppress(ValueError):
                yield uuid.UUID(name)


def _whole(public_id: uuid.UUID) -> Delivery | None:
    found = Delivery.objects.select_related("decision__issue", "authority")
    return found.filter(public_id=public_id).first()


def _files_put(issue: Issue, files: tuple[MailFile, ...]) -> None:
    """Inside the house; what cannot be kept is in the mailbox."""
    for one in files[:FILES_MAX]:
        with suppress(FileRefused):
            file_attach(issue=issue, name=one.name, content=one.content, by=None)
