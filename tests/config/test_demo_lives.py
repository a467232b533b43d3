"""The demo shows every state, clock and list of the back office."""

from __future__ import annotations

import pytest
from django.urls import reverse

from config.demo.lives import lives_live
from gis_core.coordinates import storage_to_wgs84
from issues.enums import Channel, IssueStatus, Role
from issues.models import Department, InboxMail, Issue
from issues.services import issue_receive
from issues.services.people import grant_give
from issues.types import LocationInput, ReporterInput
from mapui.site.enums import Work
from tests.mapui.factories import SOUTH, WEST, category_create, staff_create, town_create

pytestmark = pytest.mark.django_db


def test_every_state_and_every_list_has_something_to_show(client):
    town, clerk = town_create(), staff_create()
    category = category_create(town, "OTHER")
    department = Department.objects.create(jurisdiction=town, names={"de": "Tiefbau"})
    grant_give(person=clerk, jurisdiction=town, role=Role.CASEWORK, department=department, by=None)
    longitude, latitude = storage_to_wgs84(WEST + 10, SOUTH + 10)
    numbers = [
        issue_receive(
            jurisdiction=town,
            category=category,
            channel=Channel.WEB,
            location=LocationInput(lat=latitude, long=longitude),
            description=f"Meldung {count}",
            reporter=ReporterInput(email="erika@example.org"),
        ).issue.number
        for count in range(22)
    ]
    # A second start of the demo takes other reports and no second mail.
    for run in (numbers[:20], numbers[20:]):
        lives_live(run, jurisdiction=town, by=clerk, people=[clerk])
    states = set(Issue.objects.values_list("status", flat=True))
    # What an authority was sent only a worker can say.
    assert states == set(IssueStatus.values) - {IssueStatus.FORWARDED}
    assert InboxMail.objects.count() == 2
    client.force_login(clerk)
    # What did not get through, and what nobody there answered, only a worker can say, too.
    for work in set(Work) - {Work.UNDELIVERED, Work.OVERDUE_THERE}:
        shown = client.get(reverse("triage"), {"work": work.value}).context["rows"]
        assert shown, work
