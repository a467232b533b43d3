"""Signed links and addresses for answers: they name one delivery and cannot be made up."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core import signing
from django.utils import timezone

from routing.forwarding.links import (
    LinkExpired,
    LinkInvalid,
    delivery_of_link,
    delivery_of_reply,
    link_expiry,
    links_revoke,
    mail_domain,
    partner_link,
    partner_token,
    reply_address,
    reply_token,
)
from tests.routing.delivery_factories import delivery_make

pytestmark = pytest.mark.django_db


def test_link_opens_its_delivery(settings) -> None:
    settings.PUBLIC_URL = "https://anliegen.example"
    delivery, other = delivery_make(), delivery_make()
    link = partner_link(delivery)
    token = link.split("/")[-2]
    assert link == f"https://anliegen.example/partner/{token}/"
    assert delivery_of_link(token) == delivery
    assert delivery_of_link(partner_token(other)) == other
    left = link_expiry(token) - timezone.now()
    assert timedelta(days=89, hours=23) < left <= timedelta(days=90)


def test_link_that_was_changed_or_made_for_something_else_opens_nothing() -> None:
    delivery, other = delivery_make(), delivery_make()
    token, foreign = partner_token(delivery), partner_token(other)
    name = token.partition(".")[0]
    for wrong in (
        "",
        "x",
        name,
        f"{token}a",
        token.replace(".1:", ".2:"),
        foreign.partition(".")[0] + token[len(name) :],
        signing.TimestampSigner(salt="another").sign(token.partition(":")[0]),
    ):
        with pytest.raises(LinkInvalid):
            delivery_of_link(wrong)


def test_link_ends(settings) -> None:
    token = partner_token(delivery_make())
    settings.PARTNER_LINK_LIFETIME = timedelta(seconds=-1)
    with pytest.raises(LinkExpired):
        delivery_of_link(token)


def test_link_is_revoked_and_the_next_one_opens() -> None:
    delivery, other = delivery_make(), delivery_make()
    before, kept = partner_token(delivery), partner_token(other)
    links_revoke(delivery)
    with pytest.raises(LinkInvalid):
        delivery_of_link(before)
    assert delivery_of_link(partner_token(delivery)) == delivery
    assert delivery_of_link(kept) == other


def test_address_for_answers_is_short_and_names_one_delivery(settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Stadt <anliegenmanagement@castrop-rauxel.example>"
    delivery, other = delivery_make(), delivery_make()
    token = reply_token(delivery.public_id)
    local = reply_address(token).partition("@")[0]
    assert len(local) <= 64
    assert local == f"anliegenmanagement+{token}"
    assert delivery_of_reply(token) == delivery
    assert delivery_of_reply(token.upper()) == delivery
    assert delivery_of_reply(reply_token(other.public_id)) == other


def test_address_for_answers_cannot_be_made_up() -> None:
    token = reply_token(delivery_make().public_id)
    changed = token[:-1] + ("a" if token[-1] != "a" else "b")
    for wrong in ("", "a", "ä" * 24, changed, token[:-2], f"{token}aaaaaaaa", "1" * 24):
        assert delivery_of_reply(wrong) is None


def test_own_ids_are_ascii_with_an_idn_sender(settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Stadt <a@rüdesheim.example>"
    assert mail_domain() == "xn--rdesheim-65a.example"
