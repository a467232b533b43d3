"""What the house does with an issue: assigning, priority, follow-up, notes, checklists, files."""

from __future__ import annotations

from datetime import date

import pytest
from django.contrib.auth.models import User

from issues.enums import EventKind, IssueStatus, Priority
from issues.errors import FileRefused, IssueChanged, TextNotClean
from issues.models import Attachment, ChecklistItem, Department, Issue
from issues.services import work
from tests.issues.conftest import picture


@pytest.fixture
def issue(make_issue) -> Issue:
    return make_issue()


@pytest.fixture
def otto(db) -> User:
    return User.objects.create_user("otto.meier")


def kinds(issue: Issue) -> list[str]:
    return [one.kind for one in issue.events.all()][1:]


def test_given_to_a_person_it_is_being_looked_at(issue, otto, admin_user):
    given = work.issue_assign(issue=issue, assignee=otto, department=None, by=admin_user)
    assert (given.assignee, given.status) == (otto, IssueStatus.TRIAGE)
    work.issue_assign(issue=issue, assignee=otto, department=None, by=admin_user)
    assert kinds(issue) == [EventKind.ASSIGNED, EventKind.STATUS_CHANGED]
    nobody = work.issue_assign(issue=issue, assignee=None, department=None, by=admin_user)
    assert (nobody.assignee, nobody.status) == (None, IssueStatus.TRIAGE)


def test_department_has_it_until_somebody_takes_it(issue, otto, admin_user, make_jurisdiction):
    light = Department.objects.create(jurisdiction=issue.jurisdiction, names={"de": "Licht"})
    work.issue_assign(issue=issue, assignee=None, department=light, by=admin_user)
    taken = work.issue_assign(issue=issue, assignee=otto, department=light, by=otto)
    assert (taken.assignee, taken.department, taken.status) == (otto, light, IssueStatus.TRIAGE)
    assert [one.detail.get("department") for one in issue.events.filter(kind="assigned")] == [
        "Licht",
        "Licht",
    ]
    foreign = Department.objects.create(
        jurisdiction=make_jurisdiction("herne.de"), names={"de": "Fern"}
    )
    with pytest.raises(IssueChanged, match="anderen Kommune"):
        work.issue_assign(issue=issue, assignee=None, department=foreign, by=admin_user)
    light.delete()
    taken.refresh_from_db()
    assert (taken.assignee, taken.department) == (otto, None)


def test_priority_and_follow_up_are_events_once(issue, admin_user):
    for _ in range(2):
        work.issue_prioritise(issue=issue, priority=Priority.HIGH, by=admin_user)
        work.issue_follow_up(issue=issue, day=date(2026, 12, 1), by=admin_user)
    assert kinds(issue) == [EventKind.PRIORITY, EventKind.FOLLOW_UP]
    issue.refresh_from_db()
    assert (issue.priority, issue.follow_up_on) == (3, date(2026, 12, 1))


def test_note_names_people_by_their_user_names(issue, otto, admin_user):
    anna = User.objects.create_user("anna")
    note = work.note_write(
        issue=issue,
        text="@otto.meier, siehst du das? anna@example.org ist keine Erwähnung.",
        by=admin_user,
        people=[otto, anna],
    )
    assert list(note.mentions.all()) == [otto]
    with pytest.raises(TextNotClean):
        work.note_write(issue=issue, text=" ", by=admin_user)


def test_a_step_ends_the_news(issue, admin_user):
    Issue.objects.update(has_news=True)
    issue.refresh_from_db()
    work.note_write(issue=issue, text="gesehen", by=admin_user)
    issue.refresh_from_db()
    assert not issue.has_news


def test_checklist_is_ticked_once_and_only_for_its_category(issue, make_category, admin_user):
    item = ChecklistItem.objects.create(category=issue.category, texts={"de": "Mast-Nr. prüfen"})
    strange = ChecklistItem.objects.create(
        category=make_category(issue.jurisdiction, "WASTE"), texts={"de": "wiegen"}
    )
    for one in (item, item, strange):
        work.checklist_tick(issue=issue, item=one, is_done=True, by=admin_user)
    assert [tick.item for tick in issue.ticks.all()] == [item]
    work.checklist_tick(issue=issue, item=item, is_done=False, by=admin_user)
    assert not issue.ticks.exists()
    assert kinds(issue) == [EventKind.TICKED] * 2


@pytest.mark.parametrize(
    ("content", "media_type"),
    [
        (b"%PDF-1.7 ...", "application/pdf"),
        (picture(), "image/jpeg"),
        (picture(form="PNG"), "image/png"),
        (b"PK\x03\x04...", "application/zip"),
        ("Grüße".encode(), "text/plain; charset=utf-8"),
    ],
)
def test_files_are_known_by_their_content(issue, admin_user, content, media_type):
    file = work.file_attach(issue=issue, name="C:\\x\\Plan.html", content=content, by=admin_user)
    assert (file.media_type, file.name, file.size) == (media_type, "Plan.html", len(content))
    assert "Plan" not in file.file.name
    assert file.file.read() == content


@pytest.mark.parametrize("content", [b"", b"MZ\x90\x00", b"\xff\xfe\x00", b"GIF89a\x00"])
def test_other_files_are_refused(issue, admin_user, content):
    with pytest.raises(FileRefused):
        work.file_attach(issue=issue, name="x", content=content, by=admin_user)
    assert not Attachment.objects.exists()


def test_no_file_is_larger_than_said(issue, admin_user, monkeypatch):
    monkeypatch.setattr(work, "FILE_BYTES_MAX", 10)
    work.file_attach(issue=issue, name="x", content=b"0123456789", by=admin_user)
    with pytest.raises(FileRefused, match="MB"):
        work.file_attach(issue=issue, name="x", content=b"0123456789a", by=admin_user)
