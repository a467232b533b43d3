"""The deadlines of authorities as editors set them; they count for what is under way."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.utils import timezone

from routing.answering.watching import deadlines_watch
from routing.enums import DeliveryState
from routing.models import Delivery, ResponseTerms
from tests.routing.delivery_factories import delivery_make

pytestmark = pytest.mark.django_db
PAGE = "/rules/authorities/terms/"
DAYS = {"acknowledge_hours": "24", "answer_days": "1", "escalate_days": "4", "done_days": ""}


@pytest.fixture
def editor() -> Client:
    client = Client()
    client.force_login(User.objects.create_superuser("regina"))
    return client


def test_page_shows_what_the_program_brings_until_the_city_sets_its_own(editor: Client) -> None:
    delivery = delivery_make()
    month = timezone.now() - timedelta(days=30)
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=month, watch_at=month)
    deadlines_watch()
    before = Delivery.objects.get().deadline_at
    page = editor.get(PAGE).text
    assert "bringt das Programm mit" in page
    # A new entry begins with the same days.
    assert editor.get(f"{PAGE}new/").context["form"].initial["answer_days"] == 5
    editor.post(f"{PAGE}new/", DAYS)
    editor.post(f"{PAGE}new/", {**DAYS, "contact": str(delivery.contact_id), "done_days": "9"})
    page = editor.get(PAGE)
    assert "bringt das Programm mit" not in page.text
    assert [one.done_days for one in page.context["rows"]] == [None, 9]
    deadlines_watch()
    after = Delivery.objects.get().deadline_at
    assert before is not None
    assert after is not None
    assert after < before


def test_entry_is_changed_refused_in_words_and_removed(editor: Client) -> None:
    delivery_make()
    editor.post(f"{PAGE}new/", DAYS)
    terms = ResponseTerms.objects.get()
    twice = editor.post(f"{PAGE}new/", DAYS)
    assert twice.status_code == 422
    assert "Solche Fristen gibt es schon." in twice.text
    wrong = editor.post(f"{PAGE}{terms.pk}/", {**DAYS, "answer_days": "6"})
    assert wrong.status_code == 422
    assert "Eine Stelle wird erinnert, bevor jemand anderes klärt." in wrong.text
    editor.post(f"{PAGE}{terms.pk}/", {**DAYS, "escalate_days": "7"})
    assert ResponseTerms.objects.get().escalate_days == 7
    assert editor.get(f"{PAGE}{terms.pk}/remove/").status_code == 405
    editor.post(f"{PAGE}{terms.pk}/remove/")
    assert not ResponseTerms.objects.exists()
