"""Mails composed of hostile texts and handed to a mail server that answers anything; and answers of Open311 servers."""

from __future__ import annotations

import json
import random
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from functools import partial
from typing import Final
from uuid import UUID
from xml.etree import ElementTree as ET

from django.test.utils import override_settings

from config.benchmarks.fuzzing import Case, Fuzzed, bytes_damaged, cases_run
from routing.forwarding.answers import Answer
from routing.forwarding.chain import Former
from routing.forwarding.channels.mail import MailChannel
from routing.forwarding.channels.open311_answers import (
    AnswerError,
    answer_errors,
    answer_records,
    record_text,
)
from routing.forwarding.envelope import Envelope
from routing.forwarding.places import Place
from routing.models import AuthorityContact
from routing.outbox.receipts import UNSTORABLE, DeliveryError, DeliveryRefused

ADDRESS: Final = "stelle@authority.example"
# What the fields of a report may hold: everything that the intake lets in.
TEXTS: Final = (
    *(
        "",
        " ",
        ".",
        "..",
        "\r\n.\r\n",
        "\n.\nRCPT TO:<a@b.example>",
        "From nobody",
        "Bcc: all@example.org",
        "\r\n\r\n",
    ),
    *(
        "a\nSubject: anderer",
        "=?utf-8?q?=41?=",
        "=?x?y?z?=",
        "ß" * 500,
        "x" * 4000,
        "\u2028\u2029",
        "\u202e",
        "\x85",
    ),
    *(
        "🚲" * 300,
        "{{ envelope }}{% now %}",
        "<script>",
        "%s %(x)s {0}",
        "\t" * 50,
        '"',
        "\\",
        "B 235; DROP",
        "é" * 998,
    ),
)
PHASES: Final = ("banner", "EHLO", "MAIL", "RCPT", "DATA", "message", "QUIT")
PROPER: Final = {
    "banner": b"220 mail.example ESMTP\r\n",
    "DATA": b"354 go on\r\n",
    "QUIT": b"221 bye\r\n",
}
ANSWERS: Final = (
    *(
        b"421 closing\r\n",
        b"450 4.2.0 later\r\n",
        b"550 5.1.1 no such user\r\n",
        b"554 no\r\n",
        b"250 OK\r\n",
    ),
    *(
        b"550-first\r\n550-second\r\n550 third\r\n",
        b"450-a\r\n451 b\r\n",
        b"550 \xfcberf\xfcllt \xff\xfe\r\n",
        b"550\r\n",
    ),
    *(
        b"",
        b"\r\n",
        b"garbage\r\n",
        b"HTTP/1.1 400 Bad Request\r\n\r\n",
        b"000 x\r\n",
        b"999 x\r\n",
        b"-50 x\r\n",
    ),
    *(
        b"2\xb2\xb3 x\r\n",
        b"550 a\0b\r\n",
        b"250-endless\r\n" * 50,
        b"550 " + b"x" * 9000 + b"\r\n",
        b"5" * 300 + b"\r\n",
    ),
)


def fuzz_mails(count: int, seed: int) -> Fuzzed:
    """`count` mails of hostile reports to a server that answers one phase at will.

    A mail that the server took is a receipt, whatever it answers to the goodbye; one that it refused is none. What is
    neither may have arrived, and says so. No text of a report becomes a header or ends the message.
    """
    draw = random.Random(seed)
    with odd_mail_server() as server:
        options = {
            "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
            "EMAIL_HOST": "127.0.0.1",
            "EMAIL_PORT": server.port,
            "EMAIL_TIMEOUT": 0.5,
        }
        with override_settings(**options):
            return cases_run(_mails(count, draw, server))


def _mails(count: int, draw: random.Random, server: Server) -> Iterator[Case]:
    for turn in range(count):
        phase = draw.choice((*PHASES, ""))
        answer = draw.choice(ANSWERS)
        envelope = envelope_draw(draw)
        yield f"{turn}: {phase} {answer[:40]!r}", partial(_send, envelope, phase, answer, server)


def envelope_draw(draw: random.Random) -> Envelope:
    """A message about a report whose texts are hostile."""

    def text() -> str:
        return draw.choice(TEXTS) + draw.choice(TEXTS)

    return Envelope(
        delivery_id=UUID(int=draw.getrandbits(128)),
        issue_id=0,
        number="CAS-2026-000001",
        reference="CAS-2026-000001/1",
        idempotency_key="0" * 64,
        reply_token="0" * 24,
        link="https://anliegen.example/partner/0/",
        follows=(),
        is_copy=draw.random() < 0.2,
        sender=text(),
        recipient=text(),
        category_code="ROAD_SURFACE",
        category=text(),
        is_emergency=draw.random() < 0.2,
        is_urgent=draw.random() < 0.2,
        description=text(),
        answers=(Answer("KIND", text(), text(), (text(),)),),
        received_at=datetime(2026, 11, 28, tzinfo=UTC),
        place=Place(
            latitude=51.55,
            longitude=7.31,
            srid=25832,
            easting=382943.34,
            northing=5712374.04,
            accuracy_m=draw.choice((None, 0.0, 5000.0)),
            address=text(),
            address_derived=text(),
            parcel_key="05528501400123____",
            parcel_label=text(),
            road=text(),
            section_key="",
            station_m=None,
        ),
        formers=(
            Former(
                name=text(),
                since=datetime(2026, 11, 28, tzinfo=UTC),
                has_it=False,
                refused_at=datetime(2026, 11, 29, tzinfo=UTC),
                named=text(),
                words=text(),
            ),
        ),
        reason=text(),
        rule_id="R1",
        legal_basis=text(),
        probability=0.9,
        photos=(),
        parts=(),
    )


def _send(envelope: Envelope, phase: str, answer: bytes, server: Server) -> str:
    server.told(phase, answer)
    error: DeliveryError | None = None
    try:
        MailChannel().send(envelope, AuthorityContact(address=ADDRESS), maybe_arrived=False)
    except DeliveryError as raised:
        error = raised
    if server.message:
        _message_check(server.message)
    is_sent = error is None
    assert is_sent == server.accepted, f"accepted: {server.accepted}, but {error!r}"  # noqa: S101
    if error is None:
        return "sent"
    assert not UNSTORABLE.search(str(error)), f"cannot be stored: {error!r}"  # noqa: S101
    if server.message and not server.refused:
        assert error.maybe_arrived, f"it may have arrived: {error!r}"  # noqa: S101
    return "refused" if isinstance(error, DeliveryRefused) else "delayed"


def _message_check(content: bytes) -> None:
    """The message is whole and nothing of a report became a header of it."""
    message = message_from_bytes(content, policy=policy.default)
    known = {
        *(
            "Content-Type",
            "MIME-Version",
            "Subject",
            "From",
            "To",
            "Reply-To",
            "Date",
            "Message-ID",
        ),
        *("Auto-Submitted", "X-Report-Id"),
    }
    assert set(message.keys()) == known, message.keys()  # noqa: S101
    assert message["To"] == ADDRESS, message["To"]  # noqa: S101
    _text, geojson, xml = message.iter_parts()
    json.loads(geojson.get_content())
    ET.fromstring(xml.get_content())  # noqa: S314 - our own


@dataclass
class Server:
    """A mail server that speaks properly but for one phase. After each session: what came of it."""

    port: int
    phase: str = ""
    answer: bytes = b""
    message: bytes = b""
    accepted: bool = False
    refused: bool = False

    def told(self, phase: str, answer: bytes) -> None:
        """How to answer in the next session."""
        self.phase, self.answer, self.message = phase, answer, b""
        self.accepted = self.refused = False

    def session(self, connection: socket.socket) -> None:
        with connection, connection.makefile("rb") as lines, suppress(OSError):
            if not self._reply(connection, "banner"):
                return
            for line in lines:
                verb = line[:4].upper().decode("latin-1")
                if not self._reply(connection, verb):
                    return
                if verb == "DATA" and self._says("DATA").startswith(b"354"):
                    self._message_read(lines)
                    code = self._says("message")
                    # What a server does that says 2yz at the end, in its last line (RFC 5321, 4.2).
                    self.accepted = _is_code(code, b"2")
                    self.refused = _is_code(code, b"4") or _is_code(code, b"5")
                    if not self._reply(connection, "message"):
                        return
                if verb == "QUIT":
                    return

    def _message_read(self, lines: Iterator[bytes]) -> None:
        content = bytearray()
        for line in lines:
            if line == b".\r\n":
                self.message = bytes(content)
                return
            content += line.removeprefix(b".")

    def _says(self, phase: str) -> bytes:
        if phase == self.phase:
            return self.answer
        return PROPER.get(phase, b"250 OK\r\n")

    def _reply(self, connection: socket.socket, phase: str) -> bool:
        """Answers; False where the session ends with it."""
        connection.sendall(self._says(phase))
        return bool(self._says(phase))


def _is_code(answer: bytes, first: bytes) -> bool:
    """Whether the answer's code begins so; smtplib takes no line of more than 8,192 bytes."""
    last = answer.splitlines()[-1] if answer.splitlines() else b""
    return len(last) < 8192 and last[:3].isdigit() and last[:1] == first and last[3:4] != b"-"


@contextmanager
def odd_mail_server() -> Iterator[Server]:
    """The server on loopback."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        server = Server(listening.getsockname()[1])

        def serve() -> None:
            with suppress(OSError):
                while True:
                    server.session(listening.accept()[0])

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield server
        listening.shutdown(socket.SHUT_RDWR)
        thread.join()


# --- Answers of Open311 servers -------------------------------------------------------------------

BODIES: Final = (
    b'[{"service_request_id": 5, "service_notice": "ok"}]',
    b'{"service_requests": {"request": [{"token": "abc"}]}}',
    b"<service_requests><request><service_request_id>A-1</service_request_id></request></service_requests>",
    b'<?xml version="1.0" encoding="utf-7"?><errors><error><code>400</code></error></errors>',
    b'<?xml version="1.0" encoding="no-such"?><request/>',
    b'[{"code": 400, "description": "lat is required"}]',
    b'{"request": ' * 900 + b"1" + b"}" * 900,
    b"[" * 90_000,
    b'{"error": ' + b"[" * 900 + b"]" * 900 + b"}",
    b'[{"service_request_id": "\\u0000\\ud800x"}]',
    b'[{"service_request_id": ' + b"9" * 5000 + b"}]",
    b'[{"service_request_id": NaN, "token": {"a": []}}]',
    b"<!DOCTYPE html><html><body>Wartung</body></html>",
    b"\xff\xfe[\0]\0",
)


NAMES: Final = (
    *("service_requests", "requests", "request", "service_request_id", "token", "service_notice"),
    *("errors", "error", "code", "description", "message", "status"),
)


def fuzz_answers(count: int, seed: int) -> Fuzzed:
    """`count` answers, half of them damaged, half with anything as values: read, or no answer.

    Every text of them can be stored.
    """
    return cases_run(_answers(count, random.Random(seed)))


def _answers(count: int, draw: random.Random) -> Iterator[Case]:
    for turn in range(count):
        whole = BODIES[turn % len(BODIES)]
        if turn < len(BODIES):
            body = whole
        elif turn % 2:
            body = bytes_damaged(whole, draw)
        else:
            body = json.dumps(_value(draw, depth=0)).encode()
        yield f"{turn}: {body[:200]!r}", partial(_read, body)


def _value(draw: random.Random, *, depth: int) -> object:
    """Any JSON, with the names of Open311 in its objects."""
    match draw.randrange(3 if depth < 4 else 1):
        case 1:
            return [_value(draw, depth=depth + 1) for _turn in range(draw.randint(0, 3))]
        case 2:
            return {
                name: _value(draw, depth=depth + 1)
                for name in draw.sample(NAMES, draw.randint(1, 4))
            }
        case _:
            return draw.choice(
                (None, True, 0, -1, 1e308, 10**400, "", "A-1", "\0", "\ud800", "x" * 5000, *TEXTS)
            )


def _read(body: bytes) -> str:
    told = [answer_errors("text/plain", body)]
    outcome = "read"
    try:
        for record in answer_records("text/plain", body):
            told += [record_text(record, name) for name in ("service_request_id", "token")]
    except AnswerError:
        outcome = "no answer"
    for text in told:
        assert not UNSTORABLE.search(text), f"cannot be stored: {text!r}"  # noqa: S101
    return outcome
