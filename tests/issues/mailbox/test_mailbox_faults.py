"""A mailbox under hard conditions: killed in the middle, a server that drops or keeps silent, mails made to hurt."""

from __future__ import annotations

import os
import random
import signal
import socket
import subprocess
import sys
from collections import Counter
from time import monotonic, sleep
from urllib.parse import quote

import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection

from config import env
from issues.enums import MailState
from issues.models import InboxMail, Issue
from issues.services.mailbox import server
from issues.services.mailbox.reading import mailbox_read
from issues.services.mailbox.server import MailboxError
from tests.issues.mailbox.dovecot import PASSWORD

COUNT = 60
PATIENCE_S = 120


def command_start(account, root) -> subprocess.Popen[bytes]:
    database = connection.settings_dict
    host = quote(str(database["HOST"]), safe="")
    port = f":{database['PORT']}" if database["PORT"] else ""
    address = f"postgis://{database['USER']}@{host}{port}/{database['NAME']}"
    own = {"DATABASE_URL": address, "INBOX_URL": account.url, "INBOX_PASSWORD": PASSWORD}
    own["FLURPOST_VAR"] = str(root)
    return subprocess.Popen(
        [sys.executable, str(django_settings.ROOT / "manage.py"), "read_mailbox"],
        env={**os.environ, **own},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )


@pytest.mark.django_db(transaction=True)
def test_run_that_is_killed_loses_no_mail_and_takes_none_twice(account, make_mail, tmp_path):
    account.put(*(make_mail(f"Schaden {n}").as_bytes() for n in range(COUNT)))
    process = command_start(account, tmp_path)
    until = monotonic() + PATIENCE_S
    while Issue.objects.count() < 5 and process.poll() is None and monotonic() < until:
        sleep(0.01)
    process.send_signal(signal.SIGKILL)
    process.wait()
    taken = Issue.objects.count()
    assert 5 <= taken < COUNT
    # PostgreSQL frees the dead run's lock when it sees that its client is gone.
    while mailbox_read() == 0 and monotonic() < until:
        sleep(0.1)
    texts = Counter(Issue.objects.values_list("description", flat=True))
    assert texts == Counter(f"Laterne\n\nSchaden {n}" for n in range(COUNT))
    assert set(InboxMail.objects.values_list("state", flat=True)) == {MailState.ISSUE}
    # The server may still do what the dead run asked for last while the next one asks for the same: a copy more.
    folders = account.folders()
    assert folders["INBOX"] == 0
    assert folders["Erledigt"] in {COUNT, COUNT + 1}


def mutated(raw: bytes, dice: random.Random) -> bytes:
    """The mail with some bytes changed, cut, doubled or exchanged."""
    data = bytearray(raw)
    for _change in range(dice.randint(1, 12)):
        place = dice.randrange(len(data))
        match dice.randrange(4):
            case 0:
                data[place] = dice.choice((0, 10, 13, 34, 59, 61, 63, 128, 255))
            case 1:
                del data[place : place + dice.randint(1, 40)]
            case 2:
                data[place:place] = data[place : place + dice.randint(1, 200)]
            case _:
                data[place:place] = dice.choice(
                    (b"=?utf-8?q?=FF?=", b"\ncharset=utf-7;", b"\nContent-Type: message/rfc822\n\n")
                )
    # IMAP itself takes no NUL.
    return bytes(data).replace(b"\0", b"\x01")


@pytest.mark.django_db
def test_mails_made_to_hurt_never_end_a_run_and_lose_no_other(account, make_mail):
    mail = make_mail("Die Laterne ist aus.", Subject="Straße")
    mail.add_alternative("<p>Die <b>Laterne</b></p>", subtype="html")
    mail.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="lä.pdf")
    mail.add_attachment(make_mail("Innen"))
    dice = random.Random(12)
    hurting = [mutated(mail.as_bytes(), dice) for _ in range(200)]
    deep = b"".join(
        b'Content-Type: multipart/mixed; boundary="%d"\n\n--%d\n' % (n, n) for n in range(3000)
    )
    account.put(*hurting, deep, b"\n", make_mail("Der letzte.").as_bytes())
    assert mailbox_read() == 203
    assert Issue.objects.filter(description__contains="Der letzte.").exists()
    states = Counter(InboxMail.objects.values_list("state", flat=True))
    assert states[MailState.READING] == 0
    assert states[MailState.ISSUE] > 100
    folders = account.folders()
    assert folders["INBOX"] == 0
    assert folders["Erledigt"] + folders["Fehler"] == 203


@pytest.mark.django_db
def test_server_that_keeps_silent_ends_the_run(settings, monkeypatch, jurisdiction):
    monkeypatch.setattr(server, "TIMEOUT_S", 0.3)
    settings.INBOX_PASSWORD = PASSWORD
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        monkeypatch.setenv("INBOX_URL", f"imap://a@127.0.0.1:{silent.getsockname()[1]}")
        settings.INBOX = env.mailbox("INBOX_URL")
        with pytest.raises(MailboxError, match="timed out"):
            mailbox_read()


@pytest.mark.django_db
def test_command_says_what_is_missing(settings, jurisdiction):
    settings.INBOX = None
    with pytest.raises(CommandError, match="INBOX_URL"):
        call_command("read_mailbox")
    settings.INBOX = env.MailboxAddress(False, "a", "127.0.0.1", 1, "x")
    with pytest.raises(CommandError, match="Refused"):
        call_command("read_mailbox")
