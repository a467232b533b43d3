"""One step on many reports by its pages: chosen, looked at, taken by a worker, taken back; and heaps."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone

from issues.enums import IssueStatus, Role
from issues.models import Department, Issue, Step
from issues.services.people import grant_give
from routing.steps.working import steps_work
from tests.mapui.factories import category_create, issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def clerk(client):
    person = staff_create()
    client.force_login(person)
    return person


def bulk(client, **data):
    return client.post(reverse("bulk"), data, follow=True)


def test_a_filter_or_ticks_choose(client, clerk, town):
    first, second = issue_create(town), issue_create(town, status=IssueStatus.IN_PROGRESS)
    page = client.get(reverse("bulk"), {"status": "in_progress"})
    assert page.context["choice"].count == 1
    page = client.get(reverse("bulk"), {"numbers": f"{first.number},{second.number},nix"})
    assert page.context["choice"].count == 2
    page = client.get(reverse("bulk"), {"status": "nix"})
    assert page.context["choice"].count == 0
    assert "nix" in page.content.decode()


def test_looked_at_taken_and_taken_back(client, clerk, town):
    issues = [issue_create(town) for _ in range(3)]
    issue_create(town, status=IssueStatus.DONE)
    data = {"verb": "move", "query": "", "status": "done", "reason": "repaired", "tells": "on"}
    shown = bulk(client, **data)
    assert (shown.context["able"], shown.context["unable"]) == (3, 1)
    assert not Step.objects.exists()
    page = bulk(client, **data, do="1")
    assert "0 von 4 …" in page.content.decode()
    while steps_work():
        pass
    step = Step.objects.get()
    progress = client.get(reverse("step_shown", args=[step.public_id])).content.decode()
    assert "Fertig: an 3 von 4 Meldungen ausgeführt." in progress
    assert Issue.objects.filter(status=IssueStatus.DONE).count() == 4
    address = reverse("step_take_back", args=[step.public_id])
    page = client.post(address, {"back": "step"}, follow=True)
    assert "Zurückgenommen: 3 von 4." in page.content.decode()
    assert {one.status for one in Issue.objects.filter(pk__in=[i.pk for i in issues])} == {
        IssueStatus.RECEIVED
    }


def test_release_takes_only_what_was_on_the_screen(client, clerk, town):
    shown, hidden = issue_create(town, released=False), issue_create(town, released=False)
    page = bulk(client, verb="release", numbers=shown.number)
    text = page.content.decode()
    assert "Tiefes Loch" in text
    seen = re.findall(r'name="seen" value="([^"]+)"', text)
    assert [one.split(":")[0] for one in seen] == [shown.number]
    both = f"{shown.number},{hidden.number}"
    bulk(client, verb="release", numbers=both, seen=seen, do="1")
    while steps_work():
        pass
    public = Issue.objects.filter(released_at__isnull=False)
    assert [one.number for one in public] == [shown.number]


def test_what_changed_since_it_was_looked_at_is_left_alone(client, clerk, town):
    issue = issue_create(town, released=False)
    page = bulk(client, verb="release", numbers=issue.number).content.decode()
    seen = re.findall(r'name="seen" value="([^"]+)"', page)
    Issue.objects.update(description="ganz anders")
    bulk(client, verb="release", numbers=issue.number, seen=seen, do="1")
    while steps_work():
        pass
    assert not Issue.objects.filter(released_at__isnull=False).exists()
    [row] = Step.objects.get().issues.all()
    assert row.told


def test_wrong_fields_are_said_and_nothing_begins(client, clerk, town):
    issue_create(town)
    page = bulk(client, verb="move", query="", status="done", do="1")
    assert "Zum Abschließen gehört ein Grund." in page.content.decode()
    page = bulk(client, verb="delete", query="", do="1")
    assert not Step.objects.exists()


def test_nobody_reaches_farther_in_bulk(client, town):
    lamp, waste = category_create(town, code="LAMP"), category_create(town, code="WASTE")
    own, other = issue_create(town, category=lamp), issue_create(town, category=waste)
    person = staff_create("kollege", permissions=())
    department = Department.objects.create(jurisdiction=town, names={"de": "Licht"})
    department.categories.set([lamp])
    grant_give(person=person, jurisdiction=town, role=Role.CASEWORK, department=department, by=None)
    client.force_login(person)
    both = f"{own.number},{other.number}"
    bulk(client, verb="priority", numbers=both, priority="3", do="1")
    assert [row.issue for row in Step.objects.get().issues.all()] == [own]
    refused = client.post(reverse("bulk"), {"verb": "release", "numbers": both})
    assert refused.status_code == 403


def test_steps_of_others_are_not_shown(client, clerk, town):
    issue_create(town)
    bulk(client, verb="priority", query="", priority="3", do="1")
    client.force_login(staff_create("andere"))
    address = reverse("step_shown", args=[Step.objects.get().public_id])
    assert client.get(address).status_code == 404


def test_heaps_count_what_their_filter_finds(client, clerk, town):
    now = timezone.now()
    tree = category_create(town, code="TREE")
    for east in (50, 52, 55):
        issue_create(town, category=tree, east=east, received_at=now)
    issue_create(town, category=tree, received_at=now - timedelta(days=8))
    issue_create(town, category=tree, received_at=now, status=IssueStatus.DONE)
    [heap] = client.get(reverse("heaps")).context["heaps"]
    assert (heap.category, heap.count) == (tree, 3)
    assert client.get(heap.bulk_url).context["choice"].count == 3
    page = client.get(heap.bulk_url)
    assert [one["code"] for one in page.context["forms"] if one["is_open"]] == ["move"]


def test_a_heap_is_one_wherever_it_lies_and_counts_what_lies_between(client, clerk, town):
    now, tree, lamp = timezone.now(), category_create(town, code="TREE"), category_create(town)
    # A row of 90 m steps over 1.5 km: the former cells of 190 m cut it.
    for n in range(17):
        issue_create(town, category=tree, east=90 * n - 700, north=-300, received_at=now)
    # Two that are far from each other are none, and of another category neither.
    for east in (-600, 0):
        issue_create(town, category=tree, east=east, north=300, received_at=now)
    issue_create(town, category=lamp, east=0, north=-300, received_at=now)
    [heap] = client.get(reverse("heaps")).context["heaps"]
    assert (heap.category, heap.count) == (tree, 17)
    assert client.get(heap.bulk_url).context["choice"].count == 17
    # A triangle with one inside of its bounds that nothing is near to.
    for east, north in ((0, 600), (60, 600), (60, 660), (0, 700), (60, 760), (120, 700)):
        issue_create(town, category=lamp, east=east, north=north, received_at=now)
    heaps = client.get(reverse("heaps")).context["heaps"]
    assert [client.get(one.bulk_url).context["choice"].count for one in heaps] == [
        one.count for one in heaps
    ]
