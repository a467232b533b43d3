"""What a clerk does with one report on its panel: by Django's client, as a browser without a script sends it."""

from __future__ import annotations

import io
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core import mail
from django.urls import reverse
from django.utils import timezone
from PIL import Image

from issues.enums import EventKind, IssueStatus, PhotoOrigin, Role
from issues.models import ChecklistItem, Department, Inquiry, Issue, Rating, Reporter, Step
from issues.services.inquiries import inquiry_ask, inquiry_url
from issues.services.people import grant_give
from issues.services.replies.sending import replies_send_due
from tests.mapui.factories import decision_create, issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def town(db):
    return town_create()


@pytest.fixture
def issue(town) -> Issue:
    issue = issue_create(town, released=False)
    Reporter.objects.create(issue=issue, email="maria@example.org", last_name="Beispiel")
    return issue


@pytest.fixture
def clerk(client):
    person = staff_create()
    client.force_login(person)
    return person


def post(client, name: str, issue: Issue, *args, **data):
    return client.post(reverse(name, args=[issue.number, *args]), data, follow=True)


def test_closed_with_a_reason_the_public_reads(client, clerk, issue):
    page = post(client, "issue_step", issue, "move", status="done", reason="repaired", tells="on")
    issue.refresh_from_db()
    assert (issue.status, issue.closing_reason.code) == (IssueStatus.DONE, "repaired")
    assert "jetzt: erledigt." in page.content.decode()
    assert "zurückgehalten bis" in page.content.decode()


@pytest.mark.parametrize(
    ("data", "told"),
    [
        ({"status": "done"}, "Zum Abschließen gehört ein Grund."),
        ({"status": "done", "reason": "no_defect"}, "Dieser Grund gehört nicht zu diesem Stand."),
        ({"status": "received"}, "Neuer Stand:"),
        ({"status": ""}, "Neuer Stand:"),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_changed(client, clerk, issue, data, told):
    page = post(client, "issue_step", issue, "move", **data)
    assert told in page.content.decode()
    issue.refresh_from_db()
    assert issue.status == IssueStatus.RECEIVED
    assert not Step.objects.exists()


def test_taken_back_by_the_button(client, clerk, issue):
    post(client, "issue_step", issue, "move", status="in_progress", tells="on")
    step = Step.objects.get()
    page = client.post(reverse("step_take_back", args=[step.public_id]), follow=True)
    assert "Zurückgenommen: " in page.content.decode()
    issue.refresh_from_db()
    assert issue.status == IssueStatus.RECEIVED
    Step.objects.update(taken_back_at=None, holds_until=timezone.now() - timedelta(seconds=1))
    page = client.post(reverse("step_take_back", args=[step.public_id]), follow=True)
    assert "nicht mehr zurücknehmen" in page.content.decode()


def test_own_words_to_the_reporter_are_held_and_sent(client, clerk, issue):
    post(client, "issue_step", issue, "move", status="in_progress", tells="on", reply="Wir kommen.")
    post(client, "issue_step", issue, "move", status="triage", reply="ungesagt")
    assert replies_send_due() == 0
    issue.replies.update(due_at=timezone.now())
    replies_send_due()
    assert ["Wir kommen." in letter.body for letter in mail.outbox] == [True]


def test_preview_of_the_reply(client, clerk, issue):
    address = reverse("reply_preview", args=[issue.number])
    shown = client.get(address, {"status": "done", "reason": "repaired", "note": "Danke!"})
    assert "ist erledigt. Der Schaden ist behoben. Danke!" in shown.content.decode()
    shown = client.get(address, {"status": "forwarded"})
    assert "{stelle}" in shown.content.decode()
    Reporter.objects.all().delete()
    assert "keine E-Mail-Adresse" in client.get(address, {"status": "done"}).content.decode()


def test_given_taken_and_marked(client, clerk, issue):
    post(client, "issue_take", issue)
    post(client, "issue_step", issue, "priority", priority="3")
    post(client, "issue_step", issue, "follow_up", day="2026-12-24")
    issue.refresh_from_db()
    assert (issue.assignee, issue.priority, str(issue.follow_up_on)) == (clerk, 3, "2026-12-24")
    light = Department.objects.create(jurisdiction=issue.jurisdiction, names={"de": "Licht"})
    post(client, "issue_step", issue, "assign", to=f"department-{light.pk}")
    issue.refresh_from_db()
    assert (issue.assignee, issue.department) == (None, light)
    post(client, "issue_step", issue, "assign", to=f"assignee-{clerk.pk}")
    issue.refresh_from_db()
    assert (issue.assignee, issue.department) == (clerk, light)
    post(client, "issue_step", issue, "assign", to="")
    issue.refresh_from_db()
    assert (issue.assignee, issue.department) == (None, None)


def test_asked_and_answered_on_the_page_of_the_link(client, clerk, issue):
    post(client, "issue_ask", issue, text="Welche Laterne?")
    inquiry = Inquiry.objects.get()
    link = inquiry_url(inquiry).partition("//")[2].partition("/")[2]
    client.logout()
    page = client.get(f"/{link}")
    assert "Welche Laterne?" in page.content.decode()
    assert "maria" not in page.content.decode()
    assert client.post(f"/{link}", {"answer": ""}).status_code == 400
    answered = client.post(f"/{link}", {"answer": "Die <b>dritte</b>."}, follow=True)
    assert "Danke." in answered.content.decode()
    client.force_login(clerk)
    panel = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Die &lt;b&gt;dritte&lt;/b&gt;." in panel


def test_link_of_a_question_that_is_over(client, clerk, issue):
    inquiry = inquiry_ask(issue=issue, text="Welche?", by=clerk)
    Inquiry.objects.update(expires_at=timezone.now() - timedelta(seconds=1))
    path = inquiry_url(inquiry).partition("//")[2].partition("/")[2]
    assert client.get(f"/{path}").status_code == 410
    assert client.post(f"/{path}", {"answer": "zu spät"}).status_code == 410
    assert client.get("/inquiries/nothing/").status_code == 404


def test_contact_is_shown_for_a_reason_and_logged(client, clerk, issue):
    panel = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "Beispiel" not in panel
    refused = client.post(reverse("issue_contact", args=[issue.number]), {"reason": ""})
    assert "maria@example.org" not in refused.content.decode()
    assert not issue.events.filter(kind=EventKind.CONTACT_SEEN).exists()
    shown = client.post(reverse("issue_contact", args=[issue.number]), {"reason": "Rückruf"})
    assert "maria@example.org" in shown.content.decode()
    event = issue.events.get(kind=EventKind.CONTACT_SEEN)
    assert (event.by, event.detail) == (clerk, {"reason": "Rückruf"})


def test_notes_checklist_and_files(client, clerk, issue):
    item = ChecklistItem.objects.create(category=issue.category, texts={"de": "Mast-Nr. prüfen"})
    post(client, "issue_note", issue, text="Bauhof <i>weiß</i> Bescheid")
    post(client, "issue_tick", issue, item.pk, done="1")
    page = post(client, "issue_attach", issue, file=io.BytesIO(b"%PDF-1.7 x")).content.decode()
    assert "Bauhof &lt;i&gt;weiß&lt;/i&gt; Bescheid" in page
    assert "☑ Mast-Nr. prüfen" in page
    file = issue.attachments.get()
    got = client.get(reverse("attachment", args=[issue.number, file.public_id]))
    assert got["Content-Disposition"].startswith("attachment")
    assert b"".join(got.streaming_content) == b"%PDF-1.7 x"
    other = issue_create(issue.jurisdiction)
    assert client.get(reverse("attachment", args=[other.number, file.public_id])).status_code == 404


def test_photo_of_what_was_done_waits_for_its_release_like_any_other(
    client, clerk, issue, settings, tmp_path
):
    settings.MEDIA_ROOT = tmp_path
    picture = io.BytesIO()
    Image.new("RGB", (40, 30), "green").save(picture, "JPEG")
    given = {"is_of_work": "on"}
    page = post(client, "issue_attach", issue, file=io.BytesIO(picture.getvalue()), **given)
    assert "Nach der Freischaltung sehen es alle." in page.content.decode()
    photo = issue.photos.get()
    assert (photo.origin, photo.is_released) == (PhotoOrigin.STAFF, False)
    assert not issue.attachments.exists()
    assert issue.events.get(kind=EventKind.PHOTO_ADDED).by == clerk
    refused = post(client, "issue_attach", issue, file=io.BytesIO(b"%PDF-1.7 x"), **given)
    assert "notice error" in refused.content.decode()
    assert issue.photos.count() == 1


def test_near_reports_are_shown_and_put_together(client, clerk, issue, town):
    again = issue_create(town, east=55, category=issue.category)
    page = client.get(reverse("triage_issue", args=[again.number])).content.decode()
    assert "Vielleicht schon gemeldet" in page
    assert f"Zu {issue.number} stellen" in page
    # Old reports are not looked at; these two are of the same moment.
    post(client, "issue_step", again, "merge", into=issue.number)
    again.refresh_from_db()
    assert again.duplicate_of == issue
    page = post(client, "issue_take_out", again).content.decode()
    assert "steht wieder für sich" in page


def test_somebody_elses_step_is_not_found(client, clerk, issue):
    post(client, "issue_take", issue)
    client.force_login(staff_create("andere"))
    step = Step.objects.get()
    assert client.post(reverse("step_take_back", args=[step.public_id])).status_code == 404


def test_confirmed_is_held(client, clerk, issue, town):
    decision_create(issue, None)
    page = post(client, "issue_confirm", issue, seen="1")
    assert "Es gibt keinen Vorschlag" in page.content.decode()


def test_get_changes_nothing(client, clerk, issue):
    for name in ("issue_take", "issue_ask", "issue_note", "issue_contact"):
        assert client.get(reverse(name, args=[issue.number])).status_code == 405
    assert client.get(reverse("issue_step", args=[issue.number, "move"])).status_code == 405
    assert client.post(reverse("issue_step", args=[issue.number, "delete"])).status_code == 404


# --- Legal hold -------------------------------------------------------------------------------------


def test_hold_is_set_shown_and_ended(client, clerk, issue):
    until = timezone.localdate() + timedelta(days=30)
    part = client.get(reverse("issue_part", args=[issue.number, "hold"]))
    assert "Nichts löschen bis" in part.content.decode()
    page = post(client, "issue_hold", issue, until=until.isoformat(), reason="Klage 3 O 17/26")
    assert "Klage 3 O 17/26" in page.content.decode()
    assert issue.holds.get().by == clerk
    again = post(client, "issue_hold", issue, until=until.isoformat(), reason="Noch eine")
    assert "schon gesperrt" in again.content.decode()
    page = post(client, "issue_hold_end", issue)
    assert "Klage 3 O 17/26" not in page.content.decode()
    assert issue.holds.get().ended_at is not None


@pytest.mark.parametrize("data", [{}, {"until": "gestern", "reason": "x"}, {"until": "2026-01-01"}])
def test_hold_without_day_or_reason_is_refused(client, clerk, issue, data):
    post(client, "issue_hold", issue, **data)
    assert not issue.holds.exists()


def test_hold_is_set_by_nobody_without_the_right(client, town, issue):
    person = User.objects.create_user("auskunft")
    grant_give(person=person, jurisdiction=town, role=Role.INFORMATION, by=None)
    client.force_login(person)
    until = (timezone.localdate() + timedelta(days=3)).isoformat()
    for name in ("issue_hold", "issue_hold_end"):
        answer = post(client, name, issue, until=until, reason="x")
        assert answer.status_code in {403, 404}
    assert not issue.holds.exists()


def test_panel_shows_what_the_reporter_thinks_of_it(client, clerk, issue):
    Rating.objects.create(issue=issue, stars=2, words="Zu langsam <b>", at=timezone.now())
    page = client.get(reverse("triage_issue", args=[issue.number])).content.decode()
    assert "2 von 5 Sternen" in page
    assert "Zu langsam &lt;b&gt;" in page
