"""Which mails nobody wrote, and which tell that a message did not arrive."""

from __future__ import annotations

import re
from collections.abc import Collection
from dataclasses import dataclass
from email.message import Message
from typing import Final
from uuid import UUID

from issues.enums import MailReason
from issues.services.mailbox.letters import header, sender_of

_TOLD_MAX: Final = 300
_PROGRAMS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_MANY: Final = frozenset({"bulk", "list", "junk"})
# The names that our messages to reporters go by: in their Message-ID, and in the address for answers.
_OF_REPLY: Final = re.compile(
    r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@|\+([0-9a-f]{32})@", re.IGNORECASE
)


def reason_aside(message: Message, own: Collection[str]) -> MailReason | None:
    """Why the mail is no report and never gets an answer; None if a person wrote it. `own`: our addresses."""
    sender = sender_of(message)[1].lower()
    local, _at, domain = sender.rpartition("@")
    if f"{local.partition('+')[0]}@{domain}" in own:
        return MailReason.OWN
    is_automatic = header(message, "Auto-Submitted").lower() not in {"", "no"}
    is_reply = header(message, "Precedence").lower() == "auto_reply"
    is_looped = any(message.get(name) for name in ("X-Loop", "X-Autoreply", "X-Autorespond"))
    is_daemon = not sender or local in _PROGRAMS or header(message, "Return-Path") == "<>"
    if is_automatic or is_reply or is_looped or is_daemon:
        return MailReason.PROGRAM
    if header(message, "Precedence").lower() in _MANY or message.get("List-Id"):
        return MailReason.LIST
    return None


@dataclass(frozen=True)
class Bounce:
    """Which of our messages came back.

    `is_permanent`: trying again does not help (RFC 3463). `told` are the server's words.
    """

    public_id: UUID
    is_permanent: bool
    told: str


def bounce_of(message: Message) -> Bounce | None:
    """What did not arrive for good, as a mail server reports it (RFC 3464); None: no such report."""
    if message.get_content_type() != "multipart/report" or not message.is_multipart():
        return None
    texts = [str(part) for part in message.walk() if part.get_content_maintype() == "message"]
    texts += [
        str(part) for part in message.walk() if part.get_content_type() == "text/rfc822-headers"
    ]
    is_failed = any(
        re.search(r"^Action:\s*failed", text, re.IGNORECASE | re.MULTILINE) for text in texts
    )
    named = next((found for text in texts for found in [_OF_REPLY.search(text)] if found), None)
    if not is_failed or named is None:
        return None
    status = _field(texts, "Status")
    told = " ".join(filter(None, (status, _field(texts, "Diagnostic-Code"))))
    return Bounce(UUID(named[1] or named[2]), not status.startswith("4"), told[:_TOLD_MAX])


def _field(texts: list[str], name: str) -> str:
    """The field of a report, on one line; "" where it is missing."""
    wanted = re.compile(rf"^{name}:[ \t]*(.*(?:\n[ \t]+.*)*)", re.IGNORECASE | re.MULTILINE)
    found = next((match for text in texts for match in [wanted.search(text)] if match), None)
    return " ".join(found[1].split()) if found else ""


def reply_named(recipients: Collection[str]) -> UUID | None:
    """Which of our messages a mail answers, by the address that it went to."""
    for address in recipients:
        found = re.search(r"\+([0-9a-f]{32})@", address, re.IGNORECASE)
        if found:
            return UUID(hex=found[1])
    return None
