"""Trying a contact in the browser, and mapping our categories to the services of its receiver."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.urls import reverse

from issues.models import Issue
from routing.enums import ChannelKind
from routing.forwarding.channels import open311_endpoint
from routing.forwarding.probes import contacts_watch, probes_run_due
from routing.models import AuthorityContact, ContactProbe, Delivery
from tests.routing.delivery_factories import contact_make, issue_make
from tests.routing.forwarding.servers import Receiver, http_server, smtp_server

pytestmark = pytest.mark.django_db
JSON = "application/json"


class Offering:
    """An Open311 receiver with services; POST is told as a mistake."""

    def __init__(self) -> None:
        self.services: list[dict[str, Any]] = [
            {"service_code": "FB", "service_name": "Fahrbahn", "metadata": True},
            {"service_code": "SO", "service_name": "Sonstiges", "metadata": False},
        ]
        self.required = ["GROUND"]

    def __call__(self, method, path, fields, headers) -> tuple[int, str, str]:
        assert method == "GET", "a test posts nothing"
        if path.endswith("/services.json"):
            return 200, JSON, json.dumps(self.services)
        if path.endswith("/services/FB.json"):
            attributes = [
                {"code": one, "required": "true" if one in self.required else "false"}
                for one in ("GROUND", "DEPTH")
            ]
            return 200, JSON, json.dumps({"service_code": "FB", "attributes": attributes})
        return 404, "text/plain", ""


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[Receiver]:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setattr(open311_endpoint, "_spoken", {})
    with http_server() as (receiver, address):
        receiver.answer = Offering()
        contact_make(
            "STRNRW",
            channel=ChannelKind.OPEN311,
            address=address,
            settings={"service_codes": {"ROAD_SURFACE": "FB", "*": "GONE"}},
        )
        yield receiver


def page_of(name: str) -> str:
    contact = AuthorityContact.objects.get()
    return reverse(name, args=[contact.authority_id, contact.pk])


def outcome_of(activator) -> str:
    assert activator.post(page_of("contact_probe")).status_code == 302
    assert 'hx-trigger="every 2s"' in activator.get(page_of("contact_probe")).text
    assert probes_run_due() == 1
    return activator.get(page_of("contact_probe_watch")).text


def test_open311_receiver_is_read_and_compared(activator, receiver: Receiver) -> None:
    page = outcome_of(activator)
    assert "2 Leistungen, in JSON: FB, SO" in page
    assert "Fahrbahn verlangt Angaben, die keine Einstellung füllt: GROUND" in page
    assert "Diese Leistung gibt es beim Empfänger nicht." in page
    assert "every 2s" not in page
    assert not Issue.objects.exists()
    assert not Delivery.objects.exists()


def test_receiver_that_is_down_is_told_as_it_is(activator, receiver: Receiver) -> None:
    receiver.answer = lambda *_: (503, "text/html", "<html>")
    assert "HTTP 503 (a web page)" in outcome_of(activator)


def test_mail_contact_gets_a_message_that_is_no_report(activator, settings) -> None:
    contact_make("EUV")
    settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
    with smtp_server() as (mailbox, port):
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        page = outcome_of(activator)
        [message] = mailbox.messages
        assert message["Subject"] == "Test von Flurpost: nichts zu tun"
        assert message["To"] == "euv@authority.example"
        assert f"127.0.0.1:{port} hat sie für euv@authority.example angenommen" in page
        mailbox.recipient_answers.append("550 5.1.1 no such user")
        assert "SMTP 550 5.1.1 no such user" in outcome_of(activator)


def test_services_are_mapped_after_a_look_that_stores_nothing(activator, receiver) -> None:
    issue_make()  # brings the category ROAD_SURFACE
    contact = AuthorityContact.objects.get()
    assert "Ein Test liest sie." in activator.get(page_of("contact_services")).text
    outcome_of(activator)
    page = activator.get(page_of("contact_services")).text
    assert "Fahrbahn (FB)" in page
    assert "GONE (gibt es dort nicht mehr)" in page

    data = {"service-ROAD_SURFACE": "FB", "service-*": "SO"}
    foreseen = activator.post(page_of("contact_services"), {**data, "try": "1"}).text
    assert "<td>GROUND</td>" in foreseen
    contact.refresh_from_db()
    assert contact.settings["service_codes"]["*"] == "GONE"

    assert activator.post(page_of("contact_services"), data).status_code == 302
    contact.refresh_from_db()
    assert contact.settings["service_codes"] == {"ROAD_SURFACE": "FB", "*": "SO"}
    wrong = activator.post(page_of("contact_services"), {"service-*": "NOBODY"})
    assert wrong.status_code == 422


def test_changed_services_are_told_after_the_daily_look(activator, receiver, caplog) -> None:
    contact_make("EUV")  # mail: nothing to look at
    contacts_watch()
    assert ContactProbe.objects.get().changes == []
    receiver.answer.services[1]["service_code"] = "NEU"
    receiver.answer.required.append("DEPTH")
    contacts_watch()
    assert ContactProbe.objects.first().changes == [
        "SO gibt es nicht mehr.",
        "NEU ist neu.",
        "FB verlangt jetzt DEPTH.",
    ]
    contact = AuthorityContact.objects.get(channel=ChannelKind.OPEN311)
    page = activator.get(reverse("contact_services", args=[contact.authority_id, contact.pk])).text
    assert "FB verlangt jetzt DEPTH." in page
    assert "services changed" in caplog.text


def test_contact_of_another_authority_cannot_be_tried(activator) -> None:
    contact, other = contact_make("EUV"), contact_make("ORD")
    for name in ("contact_probe", "contact_probe_watch", "contact_services"):
        assert (
            activator.get(reverse(name, args=[other.authority_id, contact.pk])).status_code == 404
        )
