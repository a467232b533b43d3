"""What would be decided elsewhere is told before a report is moved, and nothing is stored."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gis_core.coordinates import storage_to_wgs84
from issues.models import Issue, IssueEvent
from routing.models import Decision, Delivery
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import report_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(city) -> Issue:
    return report_make(city, 1)


def foreseen(client, issue: Issue, **given: str):
    address = reverse("place_foreseen", args=[issue.number])
    return client.get(address, {"lat": "", "long": "", "text": "", "accuracy": "", **given})


def test_tells_what_a_move_would_decide(client, issue):
    client.force_login(staff_create())
    longitude, latitude = storage_to_wgs84(EAST + 40 * 3 + 10, NORTH + 20)
    before = (IssueEvent.objects.count(), Decision.objects.count(), Delivery.objects.count())
    shown = foreseen(client, issue, lat=str(latitude), long=str(longitude), accuracy="2")
    decision = shown.context["decision"]
    assert decision.pk is None
    assert decision.sentence in shown.content.decode()
    assert "± 2 m" in shown.content.decode()
    after = (IssueEvent.objects.count(), Decision.objects.count(), Delivery.objects.count())
    assert after == before
    moved = {"lat": str(latitude), "long": str(longitude), "text": "", "accuracy": "2"}
    client.post(reverse("issue_place", args=[issue.number]), moved)
    issue.refresh_from_db()
    assert (issue.latitude, issue.accuracy_m) == (pytest.approx(latitude, abs=1e-6), 2)


@pytest.mark.parametrize("given", [{"lat": "10", "long": "10"}, {"text": "Nirgendwo 99"}])
def test_says_what_is_wrong_with_a_place(client, issue, given):
    client.force_login(staff_create())
    assert 'class="notice error"' in foreseen(client, issue, **given).content.decode()


def test_empty_form_tells_nothing(client, issue):
    client.force_login(staff_create())
    assert foreseen(client, issue).content.decode().strip() == ""
