"""A session that ended: the page stays as it is, and the login leads back to it."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from tests.mapui.factories import PASSWORD, issue_create, staff_create, town_create

pytestmark = pytest.mark.django_db
HTMX = {"HX-Request": "true", "HX-Current-URL": "http://testserver/triage/"}


@pytest.fixture
def note(db) -> str:
    """The address of a form that knows no GET."""
    return reverse("issue_note", args=[issue_create(town_create()).number])


def test_form_of_a_page_leads_back_to_the_page_and_not_to_its_own_address(client, note):
    page = note.removesuffix("notes/")
    sent = client.post(note, {"text": "x"}, headers={"Referer": f"http://testserver{page}?back=a"})
    assert sent["Location"] == f"/login/?next={page}%3Fback%3Da"
    elsewhere = client.post(
        note, {"text": "x"}, headers={"Referer": "https://evil.example/triage/"}
    )
    assert elsewhere["Location"] == f"/login/?next={note}"


def test_part_of_a_page_with_the_token_of_a_former_session_is_signed_out(note):
    client = Client(enforce_csrf_checks=True)
    client.force_login(staff_create())
    assert client.post(note, {"text": "x"}, headers=HTMX).status_code == 401
    assert client.post(note, {"text": "x"}).status_code == 403


def test_page_brings_along_what_says_that_the_session_ended(client, note):
    assert "data-signed-out" not in client.get("/login/").content.decode()
    person = staff_create()
    client.force_login(person)
    page = client.get("/triage/").content.decode()
    assert f'data-user="{person.pk}"' in page
    assert "Ihre Sitzung ist abgelaufen." in page


def test_too_many_failures_lead_back_to_where_one_wanted_to_go(client, db):
    staff_create()
    wanted = {"next": "/triage/?issue=MST-1&x=ä"}
    for _ in range(20):
        answer = client.post("/login/", {"username": "sichtung", "password": "x", **wanted})
        if answer.status_code == 429:
            break
    assert 'href="/login/?next=/triage/%3Fissue%3DMST-1%26x%3D%C3%A4"' in answer.content.decode()
    assert client.post("/login/", {"username": "sichtung", "password": PASSWORD}).status_code == 429
