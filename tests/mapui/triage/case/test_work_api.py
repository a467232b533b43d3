"""Steps on one report as JSON."""

from __future__ import annotations

import pytest
from django.urls import reverse

from issues.models import Issue, Step
from tests.mapui.factories import issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def issue(db) -> Issue:
    return issue_create(town_create())


def send(client, issue: Issue, verb: str, body: object):
    address = reverse("step_api", args=[issue.number, verb])
    return client.post(address, body, content_type="application/json")


def test_shows_what_may_follow_and_takes_a_step(client, issue):
    client.force_login(staff_create())
    shown = client.get(reverse("step_api", args=[issue.number, "move"])).json()
    assert shown["may_become"]["done"] is True
    assert "received" not in shown["may_become"]
    answer = send(client, issue, "move", {"status": "done", "reason": "repaired", "note": "Danke."})
    assert answer.status_code == 200, answer.content
    assert (answer.json()["status"], answer.json()["reason"]) == ("done", "repaired")
    assert answer.json()["step"] == str(Step.objects.get().public_id)


@pytest.mark.parametrize(
    ("verb", "body", "code"),
    [
        ("move", {"status": "done"}, 400),
        ("move", {"status": "nix"}, 400),
        ("move", [], 400),
        ("move", {"status": "done", "reason": "no_defect"}, 400),
        ("merge", {"into": "MST-2026-999999"}, 400),
        ("delete", {}, 404),
    ],
)
def test_what_is_wrong_is_a_problem_and_changes_nothing(client, issue, verb, body, code):
    client.force_login(staff_create())
    answer = send(client, issue, verb, body)
    assert (answer.status_code, answer["Content-Type"]) == (code, "application/problem+json")
    assert not Step.objects.exists()


def test_needs_a_login_and_the_right(client, issue):
    assert send(client, issue, "move", {}).status_code == 401
    client.force_login(staff_create(permissions=("release_issue",)))
    assert send(client, issue, "move", {}).status_code == 403
