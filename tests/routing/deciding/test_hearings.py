"""Hearings: evidence services are asked about a new issue's place, and what comes of it for the decision."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.utils import timezone

from gis_core.coordinates import storage_to_wgs84
from gis_core.models import Edition
from issues.enums import Channel
from issues.models import Category, Issue
from issues.services import issue_move, issue_receive
from issues.types import LocationInput
from parcels.enums import OwnerClass
from parcels.models import AskedOwnership, Ownership
from routing.deciding import hearings
from routing.deciding.decisions import decisions_make_missing
from routing.deciding.hearings import hearing_hold, hearings_hold_due
from routing.enums import DecisionCause, Outcome
from routing.models import Authority, Decision, ServiceAnswer
from tests.gis_core.geodata_factories import EAST, NORTH
from tests.gis_core.maps.test_feature_info import answering, service_make
from tests.gis_core.maps.test_harvest import fake_host
from tests.mapui.factories import staff_create
from tests.mapui.geodata.geodata_factories import parcel_key
from tests.parcels.test_asked_owners import PROFILE, objects

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(city):
    """The cadastre has no class for parcels 3 and 4."""
    Ownership.objects.filter(key__in=[parcel_key(3), parcel_key(4)]).delete()
    return city


@pytest.fixture
def host(settings, db):
    settings.PRIVATE_NETWORKS = {"map_service": ["127.0.0.0/8"]}
    cache.clear()
    with fake_host() as fake:
        answering(fake, objects({"Werteart": "5500", "Name": "Erika"}))
        yield fake


@pytest.fixture
def service(host):
    return service_make(f"{host.url}/wms", title="Eigentum", evidence_profile=PROFILE)


@pytest.fixture
def ordered(monkeypatch):
    """The issues about which a worker shall ask."""
    orders: list[int] = []
    monkeypatch.setattr(hearings, "_ordered", lambda issue_id: orders.append(issue_id) or True)
    return orders


@pytest.fixture
def receive(city, ordered, django_capture_on_commit_callbacks):
    def receive(number: int, category: str = "WASTE_DUMP") -> Issue:
        longitude, latitude = storage_to_wgs84(EAST + 40 * number + 10, NORTH + 20)
        with django_capture_on_commit_callbacks(execute=True):
            return issue_receive(
                jurisdiction=city,
                category=Category.objects.get(jurisdiction=city, code=category),
                channel=Channel.STAFF,
                location=LocationInput(lat=latitude, long=longitude, accuracy=1),
                description="Sperrmüll",
            ).issue

    return receive


def current(issue: Issue) -> Decision | None:
    return Decision.objects.filter(issue=issue, is_current=True).first()


def owner_seen(decision: Decision) -> tuple[str, str]:
    parcel = decision.evidence["situations"][0]["parcels"][0]
    return parcel["owner"], parcel["owner_source"]


def test_without_evidence_services_nothing_waits_and_nobody_is_asked(receive, ordered):
    assert current(receive(3)) is not None
    assert ordered == []


def test_known_class_decides_at_once_and_the_service_is_asked_anyway(receive, service, ordered):
    issue = receive(1)
    first = current(issue)
    assert first is not None
    assert ordered == [issue.pk]
    hearing_hold(issue_id=issue.pk)
    assert current(issue) == first
    assert ServiceAnswer.objects.get().owner_class == OwnerClass.CITY
    # What the cadastre tells is what counts.
    assert Ownership.objects.active().get(key=parcel_key(1)).owner_class == "CITY"


def test_unknown_class_waits_for_the_service_and_is_decided_on_what_it_tells(
    receive, service, host
):
    issue = receive(3)
    assert current(issue) is None
    assert len(host.asked) == 0
    hearing_hold(issue_id=issue.pk)
    decision = current(issue)
    today = timezone.localdate().isoformat()
    assert owner_seen(decision) == ("CITY", f"Eigentum, {today}")
    assert decision.outcome == Outcome.ASSIGNED
    assert decision.cause == DecisionCause.RECEIVED
    answer = ServiceAnswer.objects.get(issue=issue)
    assert answer.objects_told == [[["Werteart", "5500"]]]
    assert (answer.source, answer.problem, answer.point) == ("Eigentum", {}, issue.point)


def test_parcel_that_was_asked_about_waits_no_more(receive, service, host):
    hearing_hold(issue_id=receive(3).pk)
    again = receive(3)
    assert owner_seen(current(again))[0] == "CITY"
    answering(host, objects({"Werteart": "1"}))
    hearing_hold(issue_id=receive(4).pk)
    assert AskedOwnership.objects.get(key=parcel_key(4)).owner_class == OwnerClass.UNKNOWN
    assert current(receive(4)) is not None


def test_emergency_never_waits(city, receive, service):
    Category.objects.filter(jurisdiction=city, code="WASTE_DUMP").update(is_emergency=True)
    assert current(receive(3)) is not None


def test_service_that_is_down_costs_the_bound_and_no_more(receive, service, host, settings):
    answering(host, "", status=503)
    issue = receive(3)
    assert decisions_make_missing() == 0
    Issue.objects.update(received_at=timezone.now() - timedelta(seconds=21))
    assert decisions_make_missing() == 1
    assert owner_seen(current(issue)) == ("UNKNOWN", "")
    hearing_hold(issue_id=issue.pk)
    assert ServiceAnswer.objects.get().problem["code"] == "info_status"
    assert not AskedOwnership.objects.exists()
    assert Decision.objects.count() == 1


def test_late_answer_renews_what_is_unclear(receive, service):
    issue = receive(3)
    Issue.objects.update(received_at=timezone.now() - timedelta(seconds=21))
    decisions_make_missing()
    Decision.objects.update(outcome=Outcome.TRIAGE)
    hearing_hold(issue_id=issue.pk)
    decision = current(issue)
    assert (decision.number, decision.cause) == (2, DecisionCause.TOLD)
    assert owner_seen(decision)[0] == "CITY"


@pytest.mark.parametrize(
    "standing", [{"outcome": Outcome.ASSIGNED}, {"cause": DecisionCause.OVERRULED}]
)
def test_late_answer_leaves_alone_what_is_clear_or_a_persons(receive, service, standing):
    issue = receive(3)
    Issue.objects.update(received_at=timezone.now() - timedelta(seconds=21))
    decisions_make_missing()
    values = {"outcome": Outcome.TRIAGE, "authority": Authority.objects.first(), **standing}
    if "cause" in standing:
        values |= {"reason": "so", "decided_by": staff_create()}
    Decision.objects.update(**values)
    hearing_hold(issue_id=issue.pk)
    assert Decision.objects.count() == 1


def test_broker_down_waits_for_nobody(city, service, receive, monkeypatch):
    monkeypatch.setattr(hearings, "_ordered", lambda _issue_id: False)
    assert current(receive(3)) is not None


def test_lost_order_is_made_up_for_once(receive, service, host):
    issue = receive(3)
    assert hearings_hold_due() == 0
    Issue.objects.update(received_at=timezone.now() - timedelta(seconds=60))
    assert hearings_hold_due() == 1
    assert hearings_hold_due() == 0
    assert len(host.asked) == 1
    assert owner_seen(current(issue))[0] == "CITY"


def test_moved_issue_is_asked_about_anew(
    receive, service, ordered, django_capture_on_commit_callbacks
):
    issue = receive(3)
    hearing_hold(issue_id=issue.pk)
    longitude, latitude = storage_to_wgs84(EAST + 40 * 4 + 10, NORTH + 20)
    with django_capture_on_commit_callbacks(execute=True):
        issue_move(issue=issue, location=LocationInput(lat=latitude, long=longitude))
    assert ordered == [issue.pk, issue.pk]
    hearing_hold(issue_id=issue.pk)
    hearing_hold(issue_id=issue.pk)
    assert ServiceAnswer.objects.count() == 2
    assert AskedOwnership.objects.filter(key=parcel_key(4)).exists()


def test_answer_decides_without_a_dataset_of_owners(city, receive, service):
    Edition.objects.filter(dataset="ownership").update(status="superseded")
    Ownership.objects.all().delete()
    issue = receive(3)
    hearing_hold(issue_id=issue.pk)
    decision = current(issue)
    assert decision.outcome == Outcome.ASSIGNED
    assert "no_data:ownership" in decision.evidence["doubts"]
    assert json.dumps(decision.evidence)
