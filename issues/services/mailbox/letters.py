"""What a mail says: people's words and files out of whatever programs make of them. Nothing here asks the database."""

from __future__ import annotations

import codecs
import hashlib
import html
import re
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from email import policy
from email.errors import HeaderParseError
from email.header import decode_header, make_header
from email.message import Message
from email.parser import BytesParser
from email.utils import getaddresses, parseaddr
from typing import Any, Final

import nh3

from issues.services.texts import XML_FORBIDDEN

# Of a long thread so many former mails are looked at.
_ANSWERS_MAX: Final = 20
# Of one text no more is decoded; a report takes 4,000 characters of it.
TEXT_BYTES_MAX: Final = 1024 * 1024
# Encodings that take time by the square of the length, or write what is no text.
_CODECS_REFUSED: Final = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})
_BLOCKS: Final = re.compile(r"<\s*(?:br|/p|/div|/tr|/li|/h[1-6])\b[^>]*>", re.IGNORECASE)
_ADDRESSED: Final = ("To", "Cc", "Delivered-To", "X-Original-To", "Envelope-To")
_ATTRIBUTION: Final = re.compile(r"^.{0,200}(?:schrieb|wrote)\b.{0,200}:$")
_ORIGINAL: Final = re.compile(
    r"^[-_]{2,} ?(?:Ursprüngliche Nachricht|Original Message|Weitergeleitete Nachricht)",
    re.IGNORECASE,
)
_AT_END: Final = re.compile(r"<([^<>\s]{1,300}@[^<>\s]{1,300})>\s*$")
# How Outlook heads the letter that it quotes: at least sender and date below each other, in bold or not.
_HEADED: Final = re.compile(r"\**(?:Von|From):\**\s", re.IGNORECASE)
_DATED: Final = re.compile(r"\**(?:Gesendet|Datum|Sent|Date):\**\s", re.IGNORECASE)


@dataclass(frozen=True)
class MailFile:
    """What hangs on a mail. `media_type` is what the mail says, which need not be so."""

    name: str
    media_type: str
    content: bytes = field(repr=False)

    @property
    def is_picture(self) -> bool:
        return self.media_type.startswith("image/")


@dataclass(frozen=True, kw_only=True)
class Letter:
    """A mail as people read it: `recipients` are addresses, `text` is the words without the signature.

    `answers` are the Message-IDs that it answers, without their brackets, the nearest first.
    """

    message_id: str
    digest: bytes
    sender_name: str
    sender: str
    recipients: tuple[str, ...]
    answers: tuple[str, ...]
    subject: str
    text: str = field(repr=False)
    files: tuple[MailFile, ...] = field(repr=False)


def message_parse(raw: bytes) -> Message:
    """The mail with its parts. The old policy is meant: it reads broken headers where the new one raises."""
    return BytesParser(policy=policy.compat32).parsebytes(raw)


def letter_read(raw: bytes) -> Letter:
    """What the mail says. A hostile one may raise anything."""
    message = message_parse(raw)
    texts: list[str] = []
    pages: list[str] = []
    files: list[MailFile] = []
    _sort(message, texts, pages, files)
    text = "\n\n".join(filter(None, texts)) or "\n\n".join(filter(None, map(_page_text, pages)))
    name, sender = sender_of(message)
    message_id = header(message, "Message-ID")[:300]
    held = message_id.encode() + b"\0" + _body(raw) if message_id else raw
    return Letter(
        message_id=message_id,
        digest=hashlib.sha256(held).digest(),
        sender_name=name,
        sender=sender,
        recipients=tuple(recipients(message)),
        answers=tuple(_answers(message)),
        subject=header(message, "Subject"),
        text=signature_cut(_cleaned(text)),
        files=tuple(files),
    )


def header(message: Message, name: str) -> str:
    """The header decoded, on one line; "" where there is none."""
    return _decoded_words(str(message.get(name, "")))


def sender_of(message: Message) -> tuple[str, str]:
    """Name and address. They are told apart before the name is decoded: it may hold a comma."""
    told = str(message.get("From", ""))
    name, address = parseaddr(told)
    if "@" not in address and (found := _AT_END.search(told)):
        # A comma that should stand in quotes makes two of one sender.
        name, address = told[: found.start()].strip(), found[1]
    return _decoded_words(name), _decoded_words(address)


def recipients(message: Message) -> Iterator[str]:
    """All addresses that the mail was sent to."""
    for name in _ADDRESSED:
        values = [str(value) for value in message.get_all(name, [])]
        yield from (address for _name, address in getaddresses(values) if address)


def _answers(message: Message) -> Iterator[str]:
    for name in ("In-Reply-To", "References"):
        found = re.findall(r"<([^<>\s]{1,300})>", str(message.get(name, "")))
        yield from reversed(found[-_ANSWERS_MAX:])


def signature_cut(text: str) -> str:
    """The text before the mark of a signature, "-- " on a line of its own; whole where nothing stands before it."""
    before, _mark, _signature = f"\n{text}".partition("\n-- \n")
    return before.strip() or text.strip()


def quote_cut(text: str) -> str:
    """The answer without the letter that it answers; whole where nothing else is left."""
    lines = _below_quote(text.split("\n"))
    for place, line in enumerate(lines):
        if _ORIGINAL.match(line.strip()) or _is_headed(lines[place : place + 3]):
            lines = lines[:place]
            break
    while lines and re.fullmatch(r"[-_\s]*", lines[-1]):
        lines.pop()
    while lines and (not lines[-1].strip() or lines[-1].lstrip().startswith(">")):
        lines.pop()
    # Programs break the line that says who wrote when.
    for count in (1, 2):
        if _ATTRIBUTION.match(" ".join(one.strip() for one in lines[-count:])):
            lines = lines[:-count]
            break
    return "\n".join(lines).strip() or text


def _below_quote(lines: list[str]) -> list[str]:
    """What stands below the whole letter that it answers; all lines where that is not how the answer is written."""
    quoted = [place for place, line in enumerate(lines) if line.startswith(">")]
    if not quoted or quoted[-1] - quoted[0] >= len(quoted):
        return lines
    head = " ".join(line.strip() for line in lines[: quoted[0]]).strip()
    below = lines[quoted[-1] + 1 :]
    return below if _ATTRIBUTION.match(head) and any(map(str.strip, below)) else lines


def _is_headed(lines: list[str]) -> bool:
    """Whether the head of a quoted letter begins here."""
    first, *others = (line.strip() for line in lines)
    return bool(_HEADED.match(first)) and any(_DATED.match(one) for one in others)


def _sort(message: Any, texts: list[str], pages: list[str], files: list[MailFile]) -> None:
    """Puts each part where it belongs; a mail within the mail becomes a file with its text, beside its own files."""
    if message.get_content_maintype() == "message" and message.is_multipart():
        inner = message.get_payload()[0]
        words: list[str] = []
        inner_pages: list[str] = []
        found: list[MailFile] = []
        _sort(inner, words, inner_pages, found)
        head = "\n".join(f"{name}: {header(inner, name)}" for name in ("From", "Date", "Subject"))
        text = "\n\n".join([head, *words, *([] if words else map(_page_text, inner_pages))])
        files += [MailFile("mail.txt", "text/plain", _cleaned(text).encode()), *found]
    elif message.is_multipart():
        for part in message.get_payload():
            _sort(part, texts, pages, files)
    else:
        _sort_leaf(message, texts, pages, files)


def _sort_leaf(part: Any, texts: list[str], pages: list[str], files: list[MailFile]) -> None:
    content = part.get_payload(decode=True) or b""
    media_type = part.get_content_type()
    name = part.get_filename() or ""
    is_words = not name and part.get_content_disposition() != "attachment"
    if is_words and media_type == "text/plain":
        texts.append(_decoded(content, part.get_content_charset()))
    elif is_words and media_type == "text/html":
        pages.append(_decoded(content, part.get_content_charset()))
    elif content and media_type not in {"text/html", "text/calendar"}:
        files.append(MailFile(_decoded_words(name), media_type, content))


def _decoded_words(text: str) -> str:
    with suppress(LookupError, UnicodeError, HeaderParseError, ValueError):
        text = str(make_header(decode_header(text)))
    return " ".join(_cleaned(text).split())


def _decoded(content: bytes, charset: str | None) -> str:
    """Text in the encoding that it is in, whatever the mail says: hardly anything but UTF-8 can be read as UTF-8."""
    content = content[:TEXT_BYTES_MAX]
    if not content.isascii():
        with suppress(UnicodeDecodeError):
            return content.decode()
    with suppress(LookupError, ValueError):
        known = codecs.lookup(charset or "").name
        if known not in _CODECS_REFUSED:
            return content.decode(known)
    return content.decode("cp1252", "replace")


def _page_text(page: str) -> str:
    """The words of an HTML page."""
    plain = nh3.clean(_BLOCKS.sub("\n", page), tags=set())
    lines = (" ".join(line.split()) for line in html.unescape(plain).split("\n"))
    return re.sub(r"\n{3,}", "\n\n", "\n".join(lines)).strip()


def _cleaned(text: str) -> str:
    """Text that database and XML can hold, with plain ends of lines."""
    known = text.encode("utf-8", "surrogateescape").decode("utf-8", "replace")
    return XML_FORBIDDEN.sub("", known.replace("\r\n", "\n").replace("\r", "\n"))


def _body(raw: bytes) -> bytes:
    """What stands after the headers: on its way a mail gets other headers, and stays the same."""
    return raw.replace(b"\r\n", b"\n").partition(b"\n\n")[2]
