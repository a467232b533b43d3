"""What is erased by itself: both sides of every period, dry run, repeats, runs that are killed, the log."""

from __future__ import annotations

from datetime import timedelta
from io import StringIO

import pytest
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.utils import timezone

from issues.enums import ErasedKind, EventKind, IssueStatus, PhotoStatus, ReplyState, RetentionKind
from issues.models import (
    AccountNotice,
    Attachment,
    Citizen,
    Deletion,
    DoomedFile,
    Issue,
    IssueEvent,
    LegalHold,
    Note,
    Passkey,
    Photo,
    Rating,
    Reply,
    Reporter,
    RetentionPeriod,
)
from issues.services import issue_release, issue_set_status, photo_edit
from issues.services.duplicates import issue_merge
from issues.services.retention import running
from issues.services.retention.files import files_delete_left
from issues.services.retention.running import retention_apply
from issues.types import Box, ReporterInput
from tests.issues.retention.conftest import WORDS, files, mail_sent

DAYS = {
    "unconfirmed": 2,
    "contact": 60,
    "original": 30,
    "unreleased": 30,
    "report": 1095,
    "account": 730,
    "notice": 30,
}


def closed(issue: Issue, days: float) -> None:
    issue_set_status(issue=issue, status=IssueStatus.DONE, note="Herr Meier war da")
    at = timezone.now() - timedelta(days=days)
    Issue.objects.filter(pk=issue.pk).update(status_changed_at=at)


def log() -> list[tuple[str, str, int, str, int | None]]:
    rows = Deletion.objects.order_by("pk")
    return list(rows.values_list("number", "kind", "count", "rule", "days"))


def test_every_city_begins_with_the_periods_and_keeps_within_limits(jurisdiction):
    assert dict(jurisdiction.retention_periods.values_list("kind", "days")) == DAYS
    for kind, days in [
        ("unconfirmed", 4),
        ("original", 31),
        ("report", 300),
        ("contact", 0),
        ("account", 90),
        ("notice", 91),
    ]:
        period = RetentionPeriod.objects.get(jurisdiction=jurisdiction, kind=kind)
        period.days = days
        with pytest.raises(ValidationError):
            period.full_clean()


@pytest.mark.parametrize(("days", "is_erased"), [(60.1, True), (59.9, False)])
def test_contact_goes_after_its_period(issue, days, is_erased):
    closed(issue, days)
    retention_apply()
    assert Reporter.objects.exists() != is_erased
    waiting = Reply.objects.filter(state=ReplyState.QUEUED).count()
    assert waiting == (0 if is_erased else 2)
    assert issue.events.filter(kind=EventKind.CONTACT_ERASED).exists() == is_erased
    assert Issue.objects.get().description == WORDS


def test_contact_of_an_open_report_stays_however_old(issue):
    Issue.objects.update(status_changed_at=timezone.now() - timedelta(days=2000))
    assert not retention_apply()
    assert Reporter.objects.get().email == "maria@example.org"


def test_contact_of_what_was_merged_stays_while_the_other_report_is_open(issue, make_issue):
    main = make_issue("the same hole")
    issue_merge(issue=issue, into=main, by=None)
    Issue.objects.filter(pk=issue.pk).update(status_changed_at=timezone.now() - timedelta(days=70))
    retention_apply()
    assert Reporter.objects.filter(issue=issue).exists()
    closed(main, 61)
    retention_apply()
    assert not Reporter.objects.filter(issue=issue).exists()


@pytest.mark.parametrize(("days", "is_erased"), [(30.1, True), (29.9, False)])
def test_photos_that_nobody_released_go_after_their_period(
    issue, folder, days, is_erased, django_capture_on_commit_callbacks
):
    closed(issue, days)
    with django_capture_on_commit_callbacks(execute=True):
        retention_apply()
    left = Photo.objects.filter(status=PhotoStatus.STORED).count()
    assert left == (0 if is_erased else 2)
    # Two photos and the file of the house.
    assert len(files(folder)) == (1 if is_erased else 3)
    assert not DoomedFile.objects.exists()


@pytest.mark.parametrize(("days", "is_erased"), [(30.1, True), (29.9, False)])
def test_copy_takes_the_place_of_the_original_after_the_release(
    issue, folder, days, is_erased, django_capture_on_commit_callbacks
):
    photo, plain = issue.photos.order_by("pk")
    photo_edit(photo=photo, boxes=[Box(0, 0, 16, 16)], turn=90, seen=photo.edits)
    photo.refresh_from_db()
    issue_release(issue=issue, photos=[photo, plain])
    Photo.objects.update(released_at=timezone.now() - timedelta(days=days))
    before = Photo.objects.get(pk=photo.pk)
    with django_capture_on_commit_callbacks(execute=True):
        counts = retention_apply()
    # Of the plain one the copy shows the same: nothing is to be erased.
    assert counts == ({ErasedKind.ORIGINAL: 1} if is_erased else {})
    after = Photo.objects.get(pk=photo.pk)
    assert (after.file.name != before.file.name) == is_erased
    assert (folder / before.file.name).exists() != is_erased
    if is_erased:
        assert (folder / after.file.name).read_bytes() == (folder / after.copy.name).read_bytes()
        assert (after.turned, after.boxes, after.copy_id) == (0, [], before.copy_id)
    assert not retention_apply()


def test_after_years_only_what_names_nobody_is_left(
    issue, folder, admin_user, django_capture_on_commit_callbacks
):
    mail_sent(issue)
    issue_release(issue=issue, text="Loch vor Haus 3", photos=issue.photos.all()[:1])
    closed(issue, 1095.1)
    with django_capture_on_commit_callbacks(execute=True):
        counts = retention_apply()
    assert counts[ErasedKind.TEXT] == 1
    stored = Issue.objects.get()
    said = (stored.description, stored.address_text, stored.public_text, stored.status_note)
    assert said == ("", "", "", "")
    assert (stored.status, stored.category, stored.point) == ("done", issue.category, issue.point)
    assert files(folder) == []
    assert not Reporter.objects.exists()
    assert not Note.objects.exists()
    assert not Attachment.objects.exists()
    assert not Reply.objects.exclude(text="").exists()
    assert Rating.objects.get().words == ""
    kept = [str(one.detail) for one in IssueEvent.objects.all()]
    for secret in ("Maria", "maria", "Müller", "Meier", "brief.pdf", "123456"):
        assert not any(secret in one for one in kept)
    entries = len(log())
    assert not retention_apply()
    assert len(log()) == entries


def test_log_tells_how_many_of_which_report_by_which_rule_and_names_nobody(issue):
    closed(issue, 61)
    retention_apply()
    assert log() == [
        (issue.number, "contact", 1, "contact", 60),
        (issue.number, "mail", 2, "contact", 60),
        (issue.number, "photo", 2, "unreleased", 30),
    ]


def test_dry_run_is_the_default_and_changes_nothing(issue):
    closed(issue, 61)
    told = StringIO()
    call_command("retention", stdout=told)
    assert f"60 d: 1 ({issue.number})" in told.getvalue()
    assert Reporter.objects.exists()
    assert not Deletion.objects.exists()
    call_command("retention", "--apply", stdout=told)
    assert not Reporter.objects.exists()


def test_run_that_is_killed_leaves_nothing_half_done_and_the_next_goes_on(
    issue, make_issue, monkeypatch
):
    others = [make_issue(str(n), reporter=ReporterInput(email="a@example.org")) for n in range(3)]
    for one in (issue, *others):
        closed(one, 61)
    monkeypatch.setattr(running, "CHUNK", 2)
    log_write, calls = running.deletions_log, []

    def killed(*args: object, **named: object) -> None:
        calls.append(named)
        if len(calls) == 2:
            raise SystemExit
        log_write(*args, **named)

    monkeypatch.setattr(running, "deletions_log", killed)
    # The first call is that of unconfirmed reports, the second that of the first report.
    with pytest.raises(SystemExit):
        retention_apply()
    assert Reporter.objects.count() == 4 - len({row[0] for row in log()})
    monkeypatch.setattr(running, "deletions_log", log_write)
    retention_apply()
    assert not Reporter.objects.exists()
    contacts = [row for row in log() if row[1] == "contact"]
    assert sorted(row[0] for row in contacts) == sorted(one.number for one in (issue, *others))


def test_file_that_a_killed_process_left_is_deleted_by_the_next_run(issue, folder):
    closed(issue, 31)
    # What is done with the commit is not done here, as if the process had ended.
    retention_apply()
    assert len(files(folder)) == 3
    assert DoomedFile.objects.count() == 2
    files_delete_left()
    assert len(files(folder)) == 1
    assert not DoomedFile.objects.exists()


def test_file_that_is_gone_already_stops_nobody(issue, make_issue, folder):
    other = make_issue("other", reporter=ReporterInput(email="b@example.org"))
    photo = issue.photos.order_by("pk")[0]
    photo_edit(photo=photo, boxes=[Box(0, 0, 16, 16)], seen=photo.edits)
    photo.refresh_from_db()
    issue_release(issue=issue, photos=[photo])
    Photo.objects.filter(pk=photo.pk).update(released_at=timezone.now() - timedelta(days=40))
    (folder / Photo.objects.get(pk=photo.pk).copy.name).unlink()
    closed(other, 61)
    retention_apply()
    assert not Reporter.objects.filter(issue=other).exists()
    assert Photo.objects.get(pk=photo.pk).boxes


def test_account_that_nobody_uses_goes_and_its_reports_stay(issue, make_jurisdiction):
    """Both sides of the period, the other city's, the dry run, the log, and a second run."""
    herne = make_jurisdiction("herne.de")
    RetentionPeriod.objects.filter(jurisdiction=herne, kind="account").update(days=800)
    for city, name, days in [
        (issue.jurisdiction, "gone", 730.1),
        (issue.jurisdiction, "kept", 729.9),
        (herne, "there", 730.1),
    ]:
        Citizen.objects.create(
            jurisdiction=city,
            email=f"{name}@example.org",
            used_at=timezone.now() - timedelta(days=days),
        )
    for one in Citizen.objects.all():
        AccountNotice.objects.create(
            citizen=one, email=one.email, due_at=one.used_at, expires_at=timezone.now()
        )
    gone = Citizen.objects.get(email="gone@example.org")
    Passkey.objects.create(citizen=gone, credential_id=b"1", data=b"2")
    Reporter.objects.update(citizen=gone)
    # While the report is open, and while a hold stands on it, the account stays.
    assert not retention_apply()
    closed(issue, 1)
    hold = LegalHold.objects.create(
        issue=issue, reason="Klage", until=timezone.localdate() + timedelta(days=9)
    )
    assert not retention_apply()
    LegalHold.objects.filter(pk=hold.pk).update(ended_at=timezone.now())
    out = StringIO()
    call_command("retention", stdout=out)
    assert "castrop-rauxel.de: Konten, nach der letzten Anmeldung, 730 d: 1\n" in out.getvalue()
    assert Citizen.objects.count() == 3
    for _turn in range(2):
        retention_apply()
        assert list(Citizen.objects.order_by("pk").values_list("email", flat=True)) == [
            "kept@example.org",
            "there@example.org",
        ]
    assert not Passkey.objects.exists()
    assert Reporter.objects.get().email == "maria@example.org"
    assert log() == [("", "account", 1, "account", 730)]


def test_other_city_has_its_own_periods(issue, make_jurisdiction, make_category, make_issue):
    herne = make_jurisdiction("herne.de")
    RetentionPeriod.objects.filter(jurisdiction=herne, kind=RetentionKind.CONTACT).update(days=10)
    there = make_issue(
        jurisdiction=herne,
        category=make_category(herne),
        reporter=ReporterInput(email="h@example.org"),
    )
    for one in (issue, there):
        closed(one, 20)
    retention_apply()
    assert list(Reporter.objects.values_list("issue", flat=True)) == [issue.pk]
    assert set(Deletion.objects.values_list("jurisdiction", flat=True)) == {herne.pk}
