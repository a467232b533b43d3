"""What came back: reports by RFC 3464, and what servers write in words of their own."""

from __future__ import annotations

from uuid import UUID

import pytest

from issues.services.mailbox.bounces import Bounce, bounce_of, is_riddle
from issues.services.mailbox.letters import message_parse

NAME = UUID("0190aaaa-bbbb-4ccc-8ddd-eeeeeeeeeeee")
COPY = f"Return-Path: <stadt@example.org>\nFrom: stadt@example.org\nMessage-ID: <{NAME}@example.org>\n\nSchlagloch\n"
EXIM = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example>
Subject: Mail delivery failed: returning message to sender
X-Failed-Recipients: amt@example.net
Auto-Submitted: auto-replied

This message was created automatically by mail delivery software.

A message that you sent could not be delivered to one or more of its
recipients. This is a permanent error. The following address(es) failed:

  amt@example.net
    SMTP error from remote mail server after RCPT TO:<amt@example.net>:
    550 5.1.1 User unknown

------ This is a copy of the message, including all the headers. ------

{COPY}"""
LATE = f"""\
From: Mail Delivery System <Mailer-Daemon@mx.example>
Subject: Warning: message 1abc delayed 24 hours
References: <{NAME}@example.org>

This message was created automatically by mail delivery software.
A message that you sent has not yet been delivered to one or more of its
recipients after more than 24 hours on the queue on mx.

The address to which the message has not yet been delivered is:

  amt@example.net
    Delay reason: Connection timed out
"""
QMAIL = f"""\
From: MAILER-DAEMON@mx.example
Subject: failure notice

Hi. This is the qmail-send program at mx.example.
I'm afraid I wasn't able to deliver your message to the following addresses.
This is a permanent error; I've given up. Sorry it didn't work out.

<amt@example.net>:
Remote host said: 550 5.1.1 User unknown

--- Below this line is a copy of the message.

{COPY}"""
GERMAN = f"""\
From: Mailer Daemon <mailer-daemon@mx.example>
Subject: Mail delivery failed
X-Failed-Recipients: amt@example.net

Ihre E-Mail konnte nicht zugestellt werden: 550 5.1.1 User unknown

{COPY}"""
# Without what came back: the report itself answers our message.
EXCHANGE = f"""\
From: postmaster@example.net
Subject: Unzustellbar: Schlagloch
In-Reply-To: <{NAME}@example.org>
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b
Content-Type: text/html

<b>Fehler bei der Nachrichtenzustellung</b>
--b
Content-Type: message/delivery-status

Reporting-MTA: dns;EX01

Final-Recipient: rfc822;amt@example.net
Action: failed
Status: 5.1.10
Diagnostic-Code: smtp;550 5.1.1 User unknown

--b--
"""


@pytest.mark.parametrize("mail", [EXIM, QMAIL, GERMAN, EXCHANGE])
def test_what_servers_write_of_their_own_is_understood(mail):
    found = bounce_of(message_parse(mail.encode()))
    assert found is not None
    assert (found.public_id, found.is_permanent, found.is_of_address) == (NAME, True, True)
    assert found.told.endswith("550 5.1.1 User unknown")


def test_only_those_that_failed_count_of_several_recipients():
    two = EXCHANGE.replace(
        "Final-Recipient: rfc822;amt@example.net\nAction: failed",
        "Final-Recipient: rfc822;amt@example.net\nAction: relayed\nStatus: 2.0.0\n\n"
        "Final-Recipient: rfc822;left@example.net\nAction: failed",
    )
    found = bounce_of(message_parse(two.encode()))
    assert found is not None
    assert (found.recipients, found.told[:6]) == ({"left@example.net"}, "5.1.10")
    assert found.is_behind("amt@example.net")
    assert not found.is_behind("left@other.example")


def test_what_is_only_late_is_no_bounce_and_no_riddle():
    message = message_parse(LATE.encode())
    assert bounce_of(message) is None
    assert not is_riddle(message)


def test_what_a_person_quotes_of_a_bounce_is_none():
    message = message_parse(EXIM.replace("Mailer-Daemon@mx.example", "a@example.net").encode())
    assert bounce_of(message) is None
    assert not is_riddle(message)


def test_what_a_server_says_in_words_that_nobody_knows_is_a_riddle():
    mail = f"From: postmaster@x.example\nReferences: <{NAME}@example.org>\n\nKontingent erreicht.\n"
    assert bounce_of(message_parse(mail.encode())) is None
    assert is_riddle(message_parse(mail.encode()))


BOUNCE = """\
From: mailer-daemon@example.net
Content-Type: multipart/report; report-type=delivery-status; boundary=b

--b

Es ging nicht.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; a

Final-Recipient: rfc822; x@example.org
Action: {action}

--b
Content-Type: {kind}

Message-ID: <{name}@example.org>

--b--
"""


def bounce(action: str, name: UUID, kind: str = "text/rfc822-headers") -> bytes:
    return BOUNCE.format(action=action, name=name, kind=kind).encode()


def test_bounce_names_the_message_that_did_not_arrive():
    name = UUID(int=7)
    for kind in ("text/rfc822-headers", "message/rfc822"):
        found = bounce_of(message_parse(bounce("failed", name, kind)))
        assert found == Bounce(
            name, is_permanent=True, told="", recipients=frozenset({"x@example.org"})
        )
    assert bounce_of(message_parse(bounce("delayed", name))) is None
    assert bounce_of(message_parse(b"Subject: x\n\nAction: failed")) is None


@pytest.mark.parametrize(
    ("status", "is_permanent"), [("5.1.1", True), ("4.2.2", False), ("", True), ("5.0.0", True)]
)
def test_bounce_tells_whether_it_is_for_good(status, is_permanent):
    told = f"Action: failed\nStatus: {status}\nDiagnostic-Code: smtp; 550\n no such user"
    raw = bounce("failed", UUID(int=7)).replace(b"Action: failed", told.encode())
    found = bounce_of(message_parse(raw))
    assert found is not None
    assert found.is_permanent is is_permanent
    assert found.told == f"{status} smtp; 550 no such user".strip()


@pytest.mark.parametrize(
    ("status", "is_of_address"),
    [("5.1.1", True), ("5.2.2", True), ("5.3.4", False), ("5.7.1", False), ("4.2.2", False)],
)
def test_bounce_about_what_was_sent_says_nothing_of_the_address(status, is_of_address):
    raw = bounce("failed", NAME).replace(
        b"Action: failed", f"Action: failed\nStatus: {status}".encode()
    )
    found = bounce_of(message_parse(raw))
    assert found is not None
    assert found.is_of_address is is_of_address
