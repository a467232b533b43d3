"""A mailbox on a real server, and a city that reads it."""

from __future__ import annotations

from collections.abc import Callable
from email.message import EmailMessage
from uuid import uuid4

import pytest

from config import env
from issues.guesses import CATCH_ALL
from issues.models import Category
from tests.issues.mailbox.dovecot import PASSWORD, Account, dovecot, dovecot_found


@pytest.fixture(scope="session")
def imap_port():
    if dovecot_found() is None:
        pytest.skip("Dovecot is not installed: `./run setup` cannot, or this is no Debian.")
    with dovecot() as port:
        yield port


@pytest.fixture
def other(jurisdiction, make_category) -> Category:
    """The category for what fits no other."""
    return make_category(jurisdiction, CATCH_ALL)


@pytest.fixture
def account(imap_port, settings, other, monkeypatch):
    account = Account(imap_port, f"melden{uuid4().hex}")
    monkeypatch.setenv("INBOX_URL", account.url)
    settings.INBOX = env.mailbox("INBOX_URL")
    settings.INBOX_PASSWORD = PASSWORD
    settings.DEFAULT_FROM_EMAIL = "Stadt <stadt@example.org>"
    yield account
    account.close()


@pytest.fixture
def make_mail() -> Callable[..., EmailMessage]:
    """A mail of Maria's; `headers` replace hers."""

    def make(text: str | None = "Die Laterne ist aus.", **headers: str) -> EmailMessage:
        message = EmailMessage()
        values = {
            "From": "Maria Muster <maria@example.org>",
            "To": "stadt@example.org",
            "Subject": "Laterne",
            "Message-ID": f"<{uuid4()}@example.org>",
        } | {name.replace("_", "-"): value for name, value in headers.items()}
        for name, value in values.items():
            message[name] = value
        if text is not None:
            message.set_content(text)
        return message

    return make
