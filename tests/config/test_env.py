"""What the environment may say."""

from __future__ import annotations

import pytest
from django.core.exceptions import ImproperlyConfigured

from config import env


def test_mailbox_is_read_from_its_address(monkeypatch):
    monkeypatch.setenv("BOX", "imaps://melden%40example.org@mail.example.org/Ein%20Ordner")
    found = env.mailbox("BOX")
    assert found == (True, "melden@example.org", "mail.example.org", 993, "Ein Ordner")
    monkeypatch.setenv("BOX", "imap://a@127.0.0.1:1143")
    assert env.mailbox("BOX") == (False, "a", "127.0.0.1", 1143, "INBOX")
    monkeypatch.setenv("BOX", "")
    assert env.mailbox("BOX") is None


@pytest.mark.parametrize(
    "address", ["imap://a@mail.example.org", "https://a@example.org", "imaps://example.org", "x"]
)
def test_mailbox_that_is_none_stops_the_program(monkeypatch, address):
    monkeypatch.setenv("BOX", address)
    with pytest.raises(ImproperlyConfigured, match="imaps://"):
        env.mailbox("BOX")
