"""Mails by which a server tells that a message of ours did not arrive, in RFC 3464 or in words of its own."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from email.message import Message
from typing import Any, Final
from uuid import UUID

from flufl.bounce import all_failures

from issues.services.mailbox.letters import TEXT_BYTES_MAX, header, sender_of

_TOLD_MAX: Final = 300
_PROGRAMS: Final = frozenset({"mailer-daemon", "postmaster", "mail-daemon"})
_ID: Final = r"<([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})@"
# Of the message that came back; then of what the report itself answers; then the address for answers.
_OWN_ID: Final = re.compile(rf"^(?:Original-)?Message-ID:\s*{_ID}", re.IGNORECASE | re.MULTILINE)
_ANY_ID: Final = re.compile(r"^Message-ID:\s*<([^<>\s]{1,300})>", re.IGNORECASE | re.MULTILINE)
_ANSWERED: Final = re.compile(_ID, re.IGNORECASE)
_ADDRESSED: Final = re.compile(r"\+([0-9a-f]{32})@", re.IGNORECASE)
_RECIPIENT: Final = re.compile(
    r"^(?:Original|Final)-Recipient:[ \t]*rfc822;[ \t]*<?([^\s<>]+)>?", re.IGNORECASE | re.MULTILINE
)
# The line in which a server quotes why: "550 5.1.1 User unknown".
_WHY: Final = re.compile(r"\b5\d\d[ -]\S.*")
# About what was sent and not about the mailbox (RFC 3463): too large, its content, the security of the way.
_OF_CONTENT: Final = re.compile(r"5\.(?:2\.3|3\.4|6\.\d+|7\.\d+)\b")


@dataclass(frozen=True)
class Bounce:
    """Which of our messages came back.

    `is_permanent`: trying again does not help (RFC 3463). `told` are the server's words, `recipients` the addresses
    that it did not reach, in lower case, as far as it names them.
    """

    public_id: UUID
    is_permanent: bool
    told: str
    recipients: frozenset[str] = frozenset()

    @property
    def is_of_address(self) -> bool:
        """Whether the next message would come back as well, whatever it says."""
        return self.is_permanent and not _OF_CONTENT.search(self.told)

    def is_behind(self, address: str) -> bool:
        """Whether it is about others alone, to whom the owner of the address passes mails on.

        The domain does not count: one house may have several names.
        """
        local = address.lower().partition("@")[0]
        return bool(self.recipients) and all(
            one.partition("@")[0] != local for one in self.recipients
        )


def is_of_server(message: Message) -> bool:
    """Whether a mail server wrote it, and nobody's absence."""
    local = sender_of(message)[1].lower().partition("@")[0]
    return not local or local in _PROGRAMS or _is_report(message)


def is_riddle(message: Message) -> bool:
    """Whether a mail server tells what nobody understands: neither what came back nor what is late or arrived."""
    return is_of_server(message) and not _is_report(message) and not all_failures(message)[0]


def ids_quoted(message: Message) -> tuple[str, ...]:
    """The Message-IDs, without their brackets, of the letters that a mail server's mail quotes."""
    return tuple(found for text in _texts(message) for found in _ANY_ID.findall(text))


def bounce_of(message: Message) -> Bounce | None:
    """What did not arrive for good, as a mail server reports it; None: no such report, or none of a message of ours."""
    if not (is_of_server(message) or header(message, "Return-Path") == "<>"):
        return None
    texts = list(_texts(message))
    public_id = _named(message, texts)
    if public_id is None:
        return None
    if _is_report(message):
        return _reported(public_id, texts)
    # What is only late comes with the others.
    _late, failed = all_failures(message)
    if not failed and not message.get("X-Failed-Recipients"):
        return None
    why = next((found for text in texts for found in [_WHY.search(text)] if found), None)
    told = why[0] if why else header(message, "Subject")
    return Bounce(
        public_id,
        is_permanent=True,
        told=told.strip()[:_TOLD_MAX],
        recipients=frozenset(one.decode(errors="replace").lower() for one in failed),
    )


def _is_report(message: Message) -> bool:
    return message.get_content_type() == "multipart/report" and any(
        part.get_content_type() == "message/delivery-status" for part in message.walk()
    )


def _reported(public_id: UUID, texts: list[str]) -> Bounce | None:
    """By RFC 3464; one that tells of a delay or of a success is none."""
    failed = [
        block
        for text in texts
        for block in text.split("\n\n")
        if re.search(r"^Action:\s*failed", block, re.IGNORECASE | re.MULTILINE)
    ]
    if not failed:
        return None
    status = _field(failed, "Status")
    told = " ".join(filter(None, (status, _field(failed, "Diagnostic-Code"))))
    named = {one.strip().lower() for block in failed for one in _RECIPIENT.findall(block)}
    return Bounce(public_id, not status.startswith("4"), told[:_TOLD_MAX], frozenset(named))


def _named(message: Message, texts: list[str]) -> UUID | None:
    found = [_OWN_ID.search(text) for text in texts]
    found += [
        _ANSWERED.search(str(message.get(name, ""))) for name in ("In-Reply-To", "References")
    ]
    found += [_ADDRESSED.search(text) for text in texts]
    return next((UUID(hex=one[1]) for one in found if one), None)


def _texts(message: Message) -> Iterator[str]:
    """The parts as text: what servers send in a mail of plain text, and the heads of what came back."""
    for part in message.walk():
        kind = part.get_content_type()
        if part.get_content_maintype() == "message" or kind == "text/rfc822-headers":
            yield str(part)[:TEXT_BYTES_MAX].replace("\r\n", "\n")
        elif kind == "text/plain":
            content: Any = part.get_payload(decode=True) or b""
            yield content[:TEXT_BYTES_MAX].decode(errors="replace").replace("\r\n", "\n")


def _field(texts: list[str], name: str) -> str:
    """The field of a report, on one line; "" where it is missing."""
    wanted = re.compile(rf"^{name}:[ \t]*(.*(?:\n[ \t]+.*)*)", re.IGNORECASE | re.MULTILINE)
    found = next((match for text in texts for match in [wanted.search(text)] if match), None)
    return " ".join(found[1].split()) if found else ""
