"""Authorities answer: over their page as a browser would, by mail, and by a mail that comes back.

Each takes what it needs from the mail that it got. Whoever reported reads on the private page what became of it.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Final

import httpx
from django.contrib.auth.models import User

from config.demo.mailreceiver import mail_received
from config.demo.reports import photo_draw
from config.demo.surroundings import MAIL
from issues.enums import IssueStatus, PhotoStatus
from issues.models import ClosingReason, Issue
from issues.services import issue_release, issue_step
from issues.services.mailbox.reading import mail_read
from issues.services.reporting.links import report_url
from routing.enums import ChannelKind, DeliveryKind, DeliveryState
from routing.models import Delivery

DONE_WORDS: Final = "Die Stelle ist ausgebessert."
REPAIRED: Final = "repaired"
_LINK: Final = re.compile(r"https?://\S+/partner/\S+/")
_MARK: Final = re.compile(r'name="mark" value="(\w+)"')
_STEP: Final = re.compile(r'aria-current="step".*?<span>([^<]*)</span>', re.DOTALL)
BOUNCE: Final = """\
From: MAILER-DAEMON@mx.example
To: anliegen@castrop-rauxel.example
Subject: Undelivered Mail Returned to Sender
Auto-Submitted: auto-replied
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/plain

The mail could not be delivered.

--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example

Final-Recipient: rfc822; {address}
Action: failed
Status: 5.1.1
Diagnostic-Code: smtp; 550 5.1.1 user unknown

--b
Content-Type: text/rfc822-headers

Message-ID: {message_id}

--b--
"""


@dataclass(frozen=True)
class Answered:
    """What an authority did about a report, and what whoever reported reads of it at `link`."""

    number: str
    authority: str
    did: str
    reads: str
    link: str


def authorities_answer(numbers: Iterable[str], *, by: User) -> list[Answered]:
    """Each answer comes once, about as many of the reports that went out by mail; `by` closes what is done."""
    turns: list[tuple[str, Callable[[Delivery, EmailMessage], None]]] = [
        ("accepted it on its page", _accepts),
        ("refused it on its page", _refuses),
        ("answered by mail", _writes),
        (
            "finished it, with a photo; a clerk closed it",
            lambda one, mail: _finishes(one, mail, by),
        ),
        ("could not be reached: the mail came back", _bounces),
    ]
    mailbox = mail_received(MAIL)
    answered = []
    for delivery, (did, turn) in zip(_mailed(numbers), turns, strict=False):
        turn(delivery, mailbox[delivery.receipt["message_id"]][0])
        issue = Issue.objects.get(pk=delivery.decision.issue_id)
        code, link = delivery.authority.code, report_url(issue)
        answered.append(Answered(issue.number, code, did, _read(link), link))
    return answered


def _mailed(numbers: Iterable[str]) -> list[Delivery]:
    """Of each authority the latest report that it got by mail and has to act on."""
    found = (
        Delivery.objects.filter(
            decision__issue__number__in=list(numbers),
            decision__issue__category__is_emergency=False,
            # Of the others whoever reported learns nothing of who has it.
            decision__issue__is_sheltered=False,
            decision__is_current=True,
            kind=DeliveryKind.RESPONSIBLE,
            contact__channel=ChannelKind.MAIL,
            state=DeliveryState.SENT,
        )
        .select_related("authority", "contact", "decision")
        .order_by("pk")
    )
    return list({one.authority_id: one for one in found}.values())


def _accepts(_delivery: Delivery, mail: EmailMessage) -> None:
    _page_answer(mail, "accept", number="A-2026/17")


def _refuses(_delivery: Delivery, mail: EmailMessage) -> None:
    _page_answer(mail, "refuse", named="?", text="Das liegt nicht auf unserem Grundstück.")


def _writes(delivery: Delivery, mail: EmailMessage) -> None:
    answer = EmailMessage()
    answer["From"], answer["To"] = delivery.contact.address, mail["Reply-To"]
    answer["Subject"], answer["In-Reply-To"] = f"AW: {mail['Subject']}", mail["Message-ID"]
    answer.set_content("Wir sehen uns das am Donnerstag an.\n\n-- \nMeldestelle\n")
    mail_read(answer.as_bytes(), jurisdiction=delivery.authority.jurisdiction)


def _finishes(delivery: Delivery, mail: EmailMessage, by: User) -> None:
    _page_answer(mail, "accept")
    _page_answer(mail, "done", text=DONE_WORDS, photo=photo_draw("Erledigt"))
    issue = Issue.objects.get(pk=delivery.decision.issue_id)
    reason = ClosingReason.objects.get(
        jurisdiction=issue.jurisdiction_id, status=IssueStatus.DONE, code=REPAIRED
    )
    issue_step(issue=issue, status=IssueStatus.DONE, reason=reason, note=DONE_WORDS, by=by)
    issue_release(issue=issue, by=by, photos=issue.photos.filter(status=PhotoStatus.STORED))


def _bounces(delivery: Delivery, mail: EmailMessage) -> None:
    told = BOUNCE.format(address=delivery.contact.address, message_id=mail["Message-ID"])
    mail_read(told.encode(), jurisdiction=delivery.authority.jurisdiction)


def _client() -> httpx.Client:
    headers = {"Accept-Language": "de"}
    return httpx.Client(follow_redirects=True, timeout=30, trust_env=False, headers=headers)


def _page_answer(mail: EmailMessage, verb: str, *, photo: bytes = b"", **fields: str) -> None:
    """Opens the link of the mail and sends the form; the server's error is raised."""
    body = mail.get_body(("plain",))
    assert body is not None  # noqa: S101 - every mail of ours has words
    found = _LINK.search(str(body.get_content()))
    assert found is not None  # noqa: S101 - and a link
    with _client() as client:
        page = client.get(found[0]).raise_for_status()
        marks = _MARK.search(page.text)
        data = {
            **fields,
            "mark": marks[1] if marks else "",
            "csrfmiddlewaretoken": client.cookies.get("csrftoken", ""),
        }
        files = {"photo": ("erledigt.jpg", photo, "image/jpeg")} if photo else None
        address = f"{found[0]}{verb}/"
        client.post(
            address, data=data, files=files, headers={"Referer": found[0]}
        ).raise_for_status()


def _read(link: str) -> str:
    """The state that the private page shows."""
    with _client() as client:
        found = _STEP.search(client.get(link).raise_for_status().text)
    return found[1] if found else ""
