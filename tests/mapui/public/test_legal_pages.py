"""Imprint, privacy notice and accessibility statement: reachable, the city's own, and no way in for foreign code."""

from __future__ import annotations

import pytest
from django.core import mail
from django.core.cache import cache
from django.urls import reverse

from gis_core.models import Jurisdiction
from issues.enums import LegalKind, RetentionKind
from issues.models import LegalPage
from mapui.public.legal import FEEDBACK_PER_HOUR
from tests.mapui.factories import jurisdiction_create

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


def page_of(town: Jurisdiction, kind: LegalKind) -> LegalPage:
    return LegalPage.objects.get(jurisdiction=town, kind=kind)


def test_every_city_begins_with_templates_that_say_so(client, town):
    for kind in LegalKind:
        shown = client.get(reverse("legal_page", args=[kind.value])).content.decode()
        assert "Dieser Text ist eine Vorlage" in shown
        assert f"<h1>{kind.label}</h1>" in shown
        assert "{stadt}" not in shown
    assert town.name in client.get(reverse("legal_page", args=["imprint"])).content.decode()
    LegalPage.objects.update(is_checked=True)
    shown = client.get(reverse("legal_page", args=["imprint"])).content.decode()
    assert "Vorlage" not in shown


def test_privacy_notice_names_accounts_and_the_periods_of_the_city(client, town):
    town.retention_periods.filter(kind=RetentionKind.CONTACT).update(days=45)
    for language, account, contact in [
        ("de", "Konten: 2 Jahre nach", "Kontaktdaten: 45 Tage nach"),
        ("en", "accounts: 2 years after", "contact: 45 days after"),
    ]:
        client.post(reverse("set_language"), {"language": language})
        shown = client.get(reverse("legal_page", args=["privacy"])).content.decode()
        assert account in shown
        assert contact in shown
        assert "{frist_" not in shown


@pytest.mark.parametrize("name", ["public_map", "responsibility", "login"])
def test_every_page_leads_there(client, town, name):
    shown = client.get(reverse(name)).content.decode()
    for kind in LegalKind:
        assert reverse("legal_page", args=[kind.value]) in shown


def test_text_of_a_city_brings_no_code_and_no_pictures(client, town):
    page = page_of(town, LegalKind.IMPRINT)
    page.texts = {
        "de": "<script>alert(1)</script> [hier](javascript:alert(2)) ![x](https://evil.example/a.png)"
    }
    page.save()
    shown = client.get(reverse("legal_page", args=["imprint"])).content.decode()
    text = shown[shown.index('<div class="prose">') :]
    text = text[: text.index("</div>")]
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "<img" not in text


def test_each_city_has_its_own(client, town):
    other = jurisdiction_create("herne.example")
    LegalPage.objects.filter(jurisdiction=other).update(texts={"de": "Herne allein"})
    address = reverse("legal_page", args=["imprint"])
    assert (
        "Herne allein" in client.get(address, {"jurisdiction": other.identifier}).content.decode()
    )
    assert (
        "Herne allein"
        not in client.get(address, {"jurisdiction": town.identifier}).content.decode()
    )
    assert client.get(reverse("legal_page", args=["nothing"])).status_code == 404


def test_barrier_goes_to_the_city_by_mail_and_the_answer_to_whoever_wrote(client, town):
    address = reverse("legal_page", args=["accessibility"])
    assert client.post(address, {"text": "Die Karte"}).status_code == 404
    # Without an address of its own the page writes to the city's address for the public.
    Jurisdiction.objects.filter(pk=town.pk).update(public_mail="service@stadt.example")
    assert client.post(address, {"text": "Die Liste"}).status_code == 302
    assert mail.outbox.pop().to == ["service@stadt.example"]
    LegalPage.objects.filter(jurisdiction=town).update(feedback_mail="barriere@stadt.example")
    empty = client.post(address, {"text": ""})
    assert empty.status_code == 400
    assert "Bitte füllen Sie dieses Feld aus." in empty.content.decode()
    sent = {"text": "Die Karte\r\nSubject: x", "mail": "erika@example.org"}
    assert client.post(address, sent).status_code == 302
    [letter] = mail.outbox
    assert (letter.to, letter.reply_to) == (["barriere@stadt.example"], ["erika@example.org"])
    assert town.name in letter.subject
    assert client.post(reverse("legal_page", args=["imprint"]), sent).status_code == 404


def test_too_many_messages_are_refused_and_the_text_is_kept(client, town):
    LegalPage.objects.filter(jurisdiction=town).update(feedback_mail="barriere@stadt.example")
    address = reverse("legal_page", args=["accessibility"])
    for _ in range(FEEDBACK_PER_HOUR):
        assert client.post(address, {"text": "Die Karte"}).status_code == 302
    refused = client.post(address, {"text": "Noch einmal"})
    assert refused.status_code == 429
    assert "Noch einmal" in refused.content.decode()


def test_message_that_no_mail_server_takes_is_kept_and_the_address_told(client, town, monkeypatch):
    def refuse(*_: object, **__: object) -> None:
        raise ConnectionRefusedError

    monkeypatch.setattr("django.core.mail.EmailMessage.send", refuse)
    LegalPage.objects.filter(jurisdiction=town).update(feedback_mail="barriere@stadt.example")
    refused = client.post(reverse("legal_page", args=["accessibility"]), {"text": "Die Karte"})
    assert refused.status_code == 503
    shown = refused.content.decode()
    assert "Die Karte" in shown
    assert "barriere@stadt.example" in shown
