"""Which mails nobody wrote, and which message of ours a mail answers."""

from __future__ import annotations

import re
from collections.abc import Collection
from email.message import Message
from typing import Final
from uuid import UUID

from issues.enums import MailReason
from issues.services.mailbox.bounces import is_of_server
from issues.services.mailbox.letters import header, sender_of

_MANY: Final = frozenset({"bulk", "list", "junk"})
# How mail programs head an absence or a receipt of reading that no other header tells.
_BY_ITSELF: Final = re.compile(
    r"(?:automatische (?:antwort|rückantwort)|abwesenheits(?:notiz|assistent|meldung)|abwesend|out of (?:the )?office"
    r"|auto(?:matic)?[- ]?reply|gelesen|read)\b ?:",
    re.IGNORECASE,
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
    is_report = message.get_content_type() == "multipart/report"
    is_daemon = is_of_server(message) or header(message, "Return-Path") == "<>"
    is_headed = bool(_BY_ITSELF.match(header(message, "Subject")))
    if any((is_automatic, is_reply, is_looped, is_report, is_daemon, is_headed)):
        return MailReason.PROGRAM
    if header(message, "Precedence").lower() in _MANY or message.get("List-Id"):
        return MailReason.LIST
    return None


def reply_named(recipients: Collection[str]) -> UUID | None:
    """Which of our messages a mail answers, by the address that it went to."""
    for address in recipients:
        found = re.search(r"\+([0-9a-f]{32})@", address, re.IGNORECASE)
        if found:
            return UUID(hex=found[1])
    return None
