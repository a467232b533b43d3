"""The worked example of docs/howto/channel.md: installed as a package is, and sent through to a local server."""

from __future__ import annotations

import json
import sys
import tomllib
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.urls import reverse
from django.utils import timezone

from issues.enums import PhotoStatus
from issues.models import Photo
from routing.enums import DeliveryState
from routing.forwarding.channels import GROUP, ChannelTwice, channels_all
from routing.forwarding.sending import deliveries_send_due
from routing.models import AuthorityContact, Delivery
from tests.routing.delivery_factories import contact_make, delivery_make
from tests.routing.forwarding.servers import Receiver, http_server

pytestmark = pytest.mark.django_db
EXAMPLE = Path(__file__).parents[3] / "docs/howto/fit_channel"
DESTINATION = "879ee109-0690-4db8-ab19-424044a8b6ff"


def install(folder: Path, name: str, target: str) -> None:
    """What pip leaves of a package: its metadata beside its module."""
    info = folder / f"flurpost_{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: flurpost-{name}\nVersion: 1.0\n")
    (info / "entry_points.txt").write_text(f"[{GROUP}]\n{name} = {target}\n")


@pytest.fixture
def packages(tmp_path, monkeypatch) -> Iterator[Path]:
    (tmp_path / "flurpost_fit.py").write_text((EXAMPLE / "flurpost_fit.py").read_text())
    monkeypatch.syspath_prepend(tmp_path)
    channels_all.cache_clear()
    yield tmp_path
    channels_all.cache_clear()
    sys.modules.pop("flurpost_fit", None)


@pytest.fixture
def fit(packages: Path) -> None:
    declared = tomllib.loads((EXAMPLE / "pyproject.toml").read_text())
    [(name, target)] = declared["project"]["entry-points"][GROUP].items()
    install(packages, name, target)


class Destination:
    """Announce, upload, submit: what was announced and not submitted, nobody ever sees."""

    def __init__(self, receiver: Receiver) -> None:
        self.receiver = receiver
        self.announced: list[str] = []
        self.uploaded: dict[str, bytes] = {}
        self.submitted: list[dict[str, object]] = []
        self.loses_answer = False

    def __call__(self, method, path, fields, headers):
        assert headers["Authorization"] == "Bearer t0ken"
        match path.split("/v1/")[1].split("/"):
            case ["destinations", found]:
                return (200 if found == DESTINATION else 404), "application/json", "{}"
            case ["submissions"]:
                self.announced = json.loads(self.receiver.body)["announcedAttachments"]
                return 201, "application/json", '{"submissionId": "S-1"}'
            case ["submissions", "S-1", "attachments", one]:
                self.uploaded[one] = self.receiver.body
                return 204, "text/plain", ""
            case _:
                assert sorted(self.announced) == sorted(self.uploaded)
                self.submitted.append(json.loads(self.receiver.body))
                return None if self.loses_answer else (200, "application/json", "{}")


@pytest.fixture
def destination(fit, settings, monkeypatch) -> Iterator[Destination]:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("FIT_TOKEN_STRNRW", "t0ken")
    with http_server() as (receiver, address):
        receiver.answer = destination = Destination(receiver)
        contact_make(
            "STRNRW",
            channel="fit",
            address=address,
            settings={
                "fit_destination": DESTINATION,
                "fit_service": "urn:de:fim:leika:leistung:99108008001000",
                "fit_token_env": "FIT_TOKEN_STRNRW",
            },
        )
        yield destination


def attempt(delivery: Delivery) -> Delivery:
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))
    deliveries_send_due()
    return Delivery.objects.get(pk=delivery.pk)


def test_report_is_announced_uploaded_and_submitted(destination: Destination) -> None:
    delivery = delivery_make()
    photo = Photo(issue=delivery.decision.issue, status=PhotoStatus.STORED)
    photo.file.save("p.jpg", ContentFile(b"jpeg"), save=True)
    delivery = attempt(delivery)
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "S-1")
    assert list(destination.uploaded.values()) == [b"jpeg"]
    assert destination.submitted[0]["id"] == "CAS-2026-000001"


def test_lost_answer_to_the_submission_leads_to_a_person(destination: Destination) -> None:
    destination.loses_answer = True
    delivery = attempt(delivery_make())
    for _ in range(3):
        delivery = attempt(delivery)
    assert delivery.state == DeliveryState.FAILED
    assert len(destination.submitted) == 1


def test_channel_stands_on_the_page_of_contacts_and_is_tried(destination, activator) -> None:
    contact = AuthorityContact.objects.get()
    address = reverse("contact_edit", args=[contact.authority_id, contact.pk])
    page = activator.get(address).text
    assert "FIT-Connect: Zustellpunkt" in page
    data = {
        "channel": "fit",
        "address": contact.address,
        "is_active": "on",
        **contact.settings,
        "fit_token_env": "SECRET_KEY",
    }
    refused = activator.post(address, data)
    assert (refused.status_code, "Die Variable beginnt mit FIT_TOKEN_." in refused.text) == (
        422,
        True,
    )
    assert activator.post(address, data | {"fit_token_env": "FIT_TOKEN_X"}).status_code == 302
    contact.refresh_from_db()
    assert contact.settings["fit_destination"] == DESTINATION


def test_two_channels_of_one_name_are_refused(packages: Path) -> None:
    install(packages, "mail", "flurpost_fit:FitChannel")
    with pytest.raises(ChannelTwice, match="mail"):
        channels_all()
