"""The sender of mails is checked at the start."""

from __future__ import annotations

import pytest

from gis_core.checks import mail_sender_is_one_address


@pytest.mark.parametrize(
    ("sender", "code"),
    [
        ("flurpost@localhost", ""),
        ("Stadt <anliegenmanagement@castrop-rauxel.example>", ""),
        ('"Stadt, Amt" <a@b.example>', ""),
        ("Stadt <anliegen@rüdesheim.example>", ""),
        (f"{'a' * 31}@b.example", ""),
        (f"{'a' * 32}@b.example", "gis_core.E005"),
        ("Stadt, Amt <a@b.example>", "gis_core.E004"),
        ("a@b.example, c@d.example", "gis_core.E004"),
        ("Stadt", "gis_core.E004"),
        ("", "gis_core.E004"),
    ],
)
def test_sender_that_cannot_be_stops_the_start(settings, sender, code):
    settings.DEFAULT_FROM_EMAIL = sender
    assert [one.id for one in mail_sender_is_one_address(None)] == [code] * bool(code)
