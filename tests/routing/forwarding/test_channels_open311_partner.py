"""Open311 delivery to this program's own server, as to a partner that runs it."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.files.base import ContentFile
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import PhotoStatus
from issues.models import Category, Issue, Photo, Reporter
from issues.services import api_key_create
from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.channels import channel_of
from routing.forwarding.envelope import envelope_build
from routing.forwarding.sending import deliveries_send_due
from routing.models import Delivery
from routing.outbox.claim import delivery_claim
from tests.issues.conftest import picture
from tests.routing.delivery_factories import (
    EASTING,
    NORTHING,
    contact_make,
    delivery_make,
)

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture
def partner(live_server, settings, monkeypatch) -> Jurisdiction:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8", "::1/128"]}
    area = Polygon.from_bbox((EASTING - 500, NORTHING - 500, EASTING + 500, NORTHING + 500))
    jurisdiction = Jurisdiction.objects.create(
        identifier="strassen.nrw.example",
        name="Straßen.NRW",
        municipality_key="05000000",
        issue_prefix="SNRW",
        boundary=MultiPolygon(area, srid=25832),
    )
    Category.objects.create(
        jurisdiction=jurisdiction, code="FAHRBAHN", names={"de": "Fahrbahn", "en": "Carriageway"}
    )
    _, key = api_key_create(jurisdiction=jurisdiction, name="Castrop-Rauxel")
    monkeypatch.setenv("TEST_KEY_PARTNER", key)
    contact_make(
        "STRNRW",
        channel=ChannelKind.OPEN311,
        address=f"{live_server.url}/open311/v2",
        settings={
            "jurisdiction_id": "strassen.nrw.example",
            "api_key_env": "TEST_KEY_PARTNER",
            "photos": "upload",
            "service_codes": {"*": "FAHRBAHN"},
        },
    )
    return jurisdiction


def test_partner_gets_report_with_photo(partner: Jurisdiction) -> None:
    delivery = delivery_make()
    photo = Photo(issue=delivery.decision.issue, status=PhotoStatus.STORED)
    photo.file.save("photo.jpg", ContentFile(picture()), save=True)

    deliveries_send_due()

    delivery.refresh_from_db()
    received = Issue.objects.get(jurisdiction=partner)
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, received.number)
    assert received.description.startswith("[CAS-2026-000001/1] Schlagloch")
    assert (received.latitude, received.longitude) == (51.5503, 7.3117)
    assert received.photos.count() == 1
    assert not Reporter.objects.exists()


def test_partner_whose_answer_was_lost_gets_no_second_report(partner: Jurisdiction) -> None:
    delivery = delivery_make()
    # As a worker that is killed once the partner has stored it.
    assert delivery_claim() is not None
    channel_of(delivery.contact.channel).send(
        envelope_build(delivery), delivery.contact, maybe_arrived=False
    )
    Delivery.objects.update(due_at=timezone.now() - timedelta(seconds=1))

    deliveries_send_due()

    delivery.refresh_from_db()
    assert Issue.objects.get(jurisdiction=partner).number == delivery.foreign_id
    assert (delivery.state, delivery.receipt) == (
        DeliveryState.DELIVERED,
        {"found_in_list": True},
    )


def test_partner_that_never_got_it_is_asked_and_then_told(partner: Jurisdiction) -> None:
    """What it shows of ours, sent a moment before, proves that the lost one is not there."""
    delivery_make()
    deliveries_send_due()
    delivery = delivery_make()
    assert delivery_claim() is not None
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(seconds=1))

    deliveries_send_due()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == (DeliveryState.DELIVERED, 2)
    assert Issue.objects.filter(jurisdiction=partner).count() == 2
