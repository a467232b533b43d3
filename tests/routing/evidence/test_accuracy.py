"""What an accuracy means: by the source of the location and by the sender, as a share of a normal distribution."""

from __future__ import annotations

import math
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from issues.enums import LocationSource
from issues.models import ApiKey
from issues.services.keys import api_key_create
from routing.engine.location import location_sigma
from routing.evidence import evidence_of, measured_of
from routing.evidence.reports import Question
from routing.types import Evidence
from tests.routing.evidence.normal import CUT
from tests.routing.evidence.test_evidence import E0, N0, Place, gather

pytestmark = pytest.mark.django_db
# Standard deviations of a radius of one metre: 1 / √(−2 ln(1 − p)), to four digits.
SIGMAS = {0.68: 0.6624, 0.95: 0.4085, 0.63: 0.7092}


@pytest.fixture
def place() -> Place:
    return Place()


@pytest.mark.parametrize("confidence", SIGMAS)
def test_standard_deviation_is_by_the_share_that_the_radius_holds(confidence: float) -> None:
    sigma = location_sigma(10.0, confidence)
    assert sigma == pytest.approx(10 * SIGMAS[confidence], abs=0.001)
    # Backwards: within 10 m lies what was said.
    assert 1 - math.exp(-((10 / sigma) ** 2) / 2) == pytest.approx(confidence)
    assert location_sigma(None, confidence) == location_sigma(0.0, confidence) == 0.0


def radius(place: Place, **known: Any) -> float:
    """Of the disc that is looked at around the issue."""
    [(_head, found)] = measured_of([place.issue(50, 10, **known).pk])
    return found.report.radius


@pytest.mark.parametrize(
    ("source", "assumed", "confidence"),
    [
        ("coordinates", 10.0, 0.95),
        ("address", 20.0, 0.95),
        ("photo", 20.0, 0.63),
        ("parcel", 0.0, 0.95),
        ("map", 3.0, 0.95),
    ],
)
def test_accuracy_means_what_its_source_means(
    place: Place, source: str, assumed: float, confidence: float
) -> None:
    """Browsers write the radius of 95 %, iPhones the root mean square, which holds 63 %."""
    known = {"location_source": LocationSource(source)}
    for given in (None, 12.0):
        metres = assumed if given is None else given
        [found] = gather(place.issue(50, 10, accuracy_m=given, **known))
        assert (found.accuracy_m, found.confidence) == (metres, confidence)
        wanted = CUT * SIGMAS[confidence] * metres
        assert radius(place, accuracy_m=given, **known) == pytest.approx(wanted, abs=0.02)


def key(place: Place, **says: float) -> ApiKey:
    made, _clear = api_key_create(jurisdiction=place.jurisdiction, name="App")
    for name, value in says.items():
        setattr(made, name, value)
    made.save()
    return made


def said(place: Place, sender: ApiKey, **known: Any) -> tuple[float | None, float]:
    [found] = gather(place.issue(50, 10, api_key=sender, **known))
    return found.accuracy_m, found.confidence


def test_sender_s_key_says_what_its_accuracy_means(place: Place) -> None:
    sender = key(place, accuracy_m=4.0, accuracy_confidence=0.68)
    assert said(place, sender) == (4.0, 0.68)
    assert said(place, sender, accuracy_m=7.0) == (7.0, 0.68)
    assert said(place, sender, accuracy_m=0.0) == (0.0, 0.68)
    wanted = CUT * SIGMAS[0.68] * 7.0
    assert radius(place, api_key=sender, accuracy_m=7.0) == pytest.approx(wanted, abs=0.02)


@pytest.mark.parametrize(
    ("source", "assumed", "confidence"),
    [("address", 20.0, 0.95), ("photo", 20.0, 0.63), ("parcel", 0.0, 0.95), ("map", 3.0, 0.95)],
)
def test_sender_s_key_speaks_of_its_coordinates_only(
    place: Place, source: str, assumed: float, confidence: float
) -> None:
    sender = key(place, accuracy_m=4.0, accuracy_confidence=0.68)
    known = {"location_source": LocationSource(source)}
    assert said(place, sender, **known) == (assumed, confidence)
    assert said(place, sender, accuracy_m=7.0, **known) == (7.0, confidence)


def test_sender_s_key_with_one_of_the_two_leaves_the_other_as_it_is(place: Place) -> None:
    only_metres = key(place, accuracy_m=4.0)
    assert said(place, only_metres) == (4.0, 0.95)
    assert said(place, only_metres, accuracy_m=7.0) == (7.0, 0.95)
    # What the sender means by an accuracy says nothing about the one that is assumed of everybody.
    only_share = key(place, accuracy_confidence=0.68)
    assert said(place, only_share) == (10.0, 0.95)
    assert said(place, only_share, accuracy_m=7.0) == (7.0, 0.68)
    assert said(place, key(place)) == (10.0, 0.95)


@pytest.mark.parametrize(
    ("field", "value", "is_allowed"),
    [
        ("accuracy_confidence", 0.0, False),
        ("accuracy_confidence", 0.0999, False),
        ("accuracy_confidence", 0.1, True),
        ("accuracy_confidence", 0.999, True),
        ("accuracy_confidence", 0.9991, False),
        ("accuracy_confidence", 1.0, False),
        ("accuracy_confidence", math.nan, False),
        ("accuracy_m", -0.001, False),
        ("accuracy_m", 0.0, True),
        ("accuracy_m", 5000.0, True),
        ("accuracy_m", 5000.1, False),
        ("accuracy_m", math.inf, False),
        ("accuracy_m", math.nan, False),
    ],
)
def test_database_refuses_a_sender_s_accuracy_that_has_no_distribution(
    place: Place, field: str, value: float, *, is_allowed: bool
) -> None:
    sender = key(place)
    rows = ApiKey.objects.filter(pk=sender.pk)
    if not is_allowed:
        with pytest.raises(IntegrityError, match="in_range"), transaction.atomic():
            rows.update(**{field: value})
        return
    rows.update(**{field: value})
    assert getattr(rows.get(), field) == value
    # And every decision of its reports can be made.
    assert radius(place, api_key=sender, accuracy_m=1.0) > 0


def asked(place: Place, **known: Any) -> Evidence:
    issue = place.issue(50, 10)
    question = Question(
        category_id=issue.category_id,
        x=E0 + 50,
        y=N0 + 10,
        at=issue.received_at,
        answers={},
        **known,
    )
    [(_facts, evidence)] = evidence_of([question])
    return evidence


@pytest.mark.parametrize("given", [None, 0.0, 7.5])
@pytest.mark.parametrize("source", ["coordinates", "address", "photo", "parcel"])
def test_question_is_as_accurate_as_a_report_from_the_same_source(
    place: Place, source: str, given: float | None
) -> None:
    issue = place.issue(50, 10, accuracy_m=given, location_source=LocationSource(source))
    [stored] = gather(issue)
    found = asked(place, accuracy_m=given, source=source)
    assert (found.accuracy_m, found.confidence) == (stored.accuracy_m, stored.confidence)
    assert found.situations == stored.situations
