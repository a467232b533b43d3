"""How long a report waits before it is passed on by itself."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from issues.models import Category, Issue
from routing.models import Delivery
from tests.mapui.geodata.geodata_factories import report_make

pytestmark = pytest.mark.django_db


@pytest.fixture
def city(city, settings):
    settings.DUPLICATE_HOLD_MINUTES = 5
    return city


def waits(issue) -> timedelta:
    return Delivery.objects.get(decision__issue=issue, kind="responsible").due_at - timezone.now()


def test_first_report_goes_at_once_and_the_same_again_waits(city):
    assert waits(report_make(city, 1)) < timedelta(seconds=1)
    # Somebody else's, or the intake would know it as sent twice.
    Issue.objects.update(content_hash=b"1" * 32)
    assert timedelta(minutes=4) < waits(report_make(city, 1)) <= timedelta(minutes=5)


def test_category_waits_as_the_city_says(city):
    Category.objects.update(hold_minutes=20)
    assert timedelta(minutes=19) < waits(report_make(city, 1)) <= timedelta(minutes=20)


def test_emergency_never_waits(city):
    report_make(city, 1)
    Issue.objects.update(content_hash=b"1" * 32)
    Category.objects.update(hold_minutes=20, is_emergency=True)
    assert waits(report_make(city, 1)) < timedelta(seconds=1)


def test_installation_that_does_not_want_it(city, settings):
    settings.DUPLICATE_HOLD_MINUTES = 0
    report_make(city, 1)
    Issue.objects.update(content_hash=b"1" * 32)
    assert waits(report_make(city, 1)) < timedelta(seconds=1)
