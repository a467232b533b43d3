"""Pages of the master data: what is stored, what is refused, what two people do at once, and who did it."""

from __future__ import annotations

from collections import Counter
from datetime import date

import pytest
from django.contrib.auth.models import User
from django.urls import reverse

from issues.enums import ErasedKind, IssueStatus, Role
from issues.models import (
    Category,
    CategoryAttribute,
    ChecklistItem,
    ClosedDay,
    ClosingReason,
    HouseEvent,
    ReplyTemplate,
)
from issues.services.people import grant_give
from issues.services.retention.log import deletions_log
from tests.mapui.factories import PASSWORD, category_create, jurisdiction_create

pytestmark = pytest.mark.django_db


@pytest.fixture
def keeper(town):
    person = User.objects.create_user("haus", password=PASSWORD, first_name="Hanna")
    grant_give(person=person, jurisdiction=town, role=Role.HOUSE, by=None)
    return person


@pytest.fixture
def page(client, keeper):
    client.force_login(keeper)
    return client


@pytest.fixture
def category(town):
    return category_create(town)


def form_of(page, slug: str, pk: int | None = None) -> tuple[str, dict]:
    """Address of a form, and what its fields hold."""
    address = reverse("house_entry", args=[slug, pk]) if pk else reverse("house_new", args=[slug])
    response = page.get(address)
    form = response.context["form"]
    given = {one.html_name: one.value() for one in form}
    given["seen"] = response.context["seen"]
    sent = {
        name: value for name, value in given.items() if value is not None and value is not False
    }
    return address, {name: "on" if value is True else value for name, value in sent.items()}


def text_of(response) -> str:
    return response.content.decode()


@pytest.mark.parametrize(
    ("slug", "model", "fields"),
    [
        (
            "reasons",
            ClosingReason,
            {"status": "done", "code": "painted", "names_de": "Neu gestrichen.", "order": 7},
        ),
        ("calendar", ClosedDay, {"day": "2026-12-24", "name": "Heiligabend"}),
        (
            "categories",
            Category,
            {
                "code": "BENCH",
                "names_de": "Bank",
                "order": 3,
                "hold_minutes": 5,
                "notice_remind_days": 3,
                "reporter_check": "mail",
            },
        ),
        ("checklists", ChecklistItem, {"category": "", "texts_de": "Foto?", "order": 1}),
        (
            "questions",
            CategoryAttribute,
            {
                "category": "",
                "code": "deep",
                "datatype": "singlevaluelist",
                "descriptions_de": "Wie tief?",
                "order": 1,
                "answer_0_key": "flat",
                "answer_0_de": "flach",
                "answer_0_en": "flat",
            },
        ),
        (
            "replies",
            ReplyTemplate,
            {"status": "done", "category": "", "texts_de": "{nummer} fertig"},
        ),
    ],
)
def test_entry_is_added_changed_and_logged(page, category, keeper, slug, model, fields):
    if "category" in fields:
        fields = {**fields, "category": category.pk}
    address, _given = form_of(page, slug)
    stored = page.post(address, {**fields, "is_active": "on"}, follow=True)
    assert "ist gespeichert." in text_of(stored)
    entry = model.objects.latest("pk")
    [event] = HouseEvent.objects.all()
    assert (event.action, event.entry, event.by) == ("added", entry.pk, keeper)

    address, given = form_of(page, slug, entry.pk)
    page.post(address, given)
    assert HouseEvent.objects.count() == 1
    [text] = [name for name in given if name.endswith("_de") and "answer" not in name][:1] or [
        "name"
    ]
    page.post(address, {**given, text: "Ganz anders"})
    event = HouseEvent.objects.first()
    assert (event.action, len(event.changes)) == ("changed", 1)
    assert "Ganz anders" in text_of(page.get(reverse("house_history")))
    assert "Ganz anders" in text_of(page.get(reverse("house_part", args=[slug])))


def test_answers_of_a_question_are_kept_in_their_order(page, category):
    address, _given = form_of(page, "questions")
    given = {
        "category": category.pk,
        "code": "deep",
        "datatype": "singlevaluelist",
        "descriptions_de": "Wie tief?",
        "order": 1,
        "answer_0_key": "flat",
        "answer_0_de": "flach",
        "answer_1_key": "deep",
        "answer_1_de": "tief",
        "answer_1_en": "deep",
    }
    twice = page.post(address, {**given, "answer_1_key": "flat"})
    assert twice.status_code == 422
    assert "Zwei Antworten haben dieselbe Kurzbezeichnung." in text_of(twice)
    page.post(address, given)
    assert CategoryAttribute.objects.get().values == [
        {"key": "flat", "names": {"de": "flach"}},
        {"key": "deep", "names": {"de": "tief", "en": "deep"}},
    ]
    assert page.post(address, {**given, "code": "x", "datatype": "string"}).status_code == 422


def test_unknown_placeholder_is_told_beside_the_text(page, town):
    reply = ReplyTemplate.objects.get(jurisdiction=town, status=IssueStatus.DONE)
    address, given = form_of(page, "replies", reply.pk)
    told = page.post(address, {**given, "texts_de": "Hallo {nahme}"})
    assert told.status_code == 422
    assert "{nahme}" in str(told.context["form"].errors["texts_de"])
    reply.refresh_from_db()
    assert "nahme" not in reply.text


def test_preview_fills_the_text_and_stores_nothing(page, town):
    reply = ReplyTemplate.objects.get(jurisdiction=town, status=IssueStatus.DONE)
    address, given = form_of(page, "replies", reply.pk)
    sent = {**given, "texts_de": "Zu {nummer}: <b>", "preview": "1"}
    shown = page.post(address, sent)
    assert "-000123: &lt;b&gt;" in text_of(shown)
    assert not HouseEvent.objects.exists()


def test_two_at_once_see_both_versions(page, category):
    address, mine = form_of(page, "categories", category.pk)
    theirs = {name: value for name, value in mine.items() if name != "is_active"}
    page.post(address, theirs)
    told = page.post(address, {**mine, "names_de": "Loch"})
    assert told.status_code == 409
    assert "Hanna hat diesen Eintrag inzwischen geändert" in text_of(told)
    errors = told.context["form"].errors
    assert "Schlagloch" in str(errors["names_de"])
    assert "nein" in str(errors["is_active"])
    page.post(address, {**mine, "names_de": "Loch", "seen": told.context["seen"]})
    category.refresh_from_db()
    assert (category.names["de"], category.is_active) == ("Loch", True)


def test_form_for_what_is_gone_says_so(page, town, category):
    day = ClosedDay.objects.create(jurisdiction=town, day=date(2026, 12, 24))
    address, given = form_of(page, "calendar", day.pk)
    page.post(reverse("house_remove", args=["calendar", day.pk]))
    assert not ClosedDay.objects.exists()
    told = page.post(address, given, follow=True)
    assert "inzwischen entfernt" in text_of(told)
    Category.objects.update(is_active=False)
    address, _given = form_of(page, "checklists")
    told = page.post(address, {"category": category.pk, "texts_de": "Foto?", "order": 1})
    assert "Diese Kategorie wurde inzwischen entfernt oder abgeschaltet." in text_of(told)


def test_what_issues_may_name_is_never_removed(page, category):
    told = page.post(reverse("house_remove", args=["categories", category.pk]), follow=True)
    assert "nur abgeschaltet" in text_of(told)
    assert Category.objects.filter(pk=category.pk).exists()


def test_calendar_shows_the_holidays_of_a_year(page):
    shown = text_of(page.get(reverse("house_part", args=["calendar"]), {"year": "2027"}))
    assert "Fronleichnam" in shown
    assert "27. Mai" in shown
    assert page.get(reverse("house_part", args=["calendar"]), {"year": "x"}).status_code == 200


def test_master_data_of_another_city_are_out_of_reach(page, town):
    other = jurisdiction_create("nachbar.example", "Nachbarstadt")
    reason = other.closing_reasons.first()
    assert page.get(reverse("house_entry", args=["reasons", reason.pk])).status_code == 404
    assert page.get(reverse("house"), {"jurisdiction": other.identifier}).status_code == 403


@pytest.mark.parametrize("slug", ["reasons", "categories"])
def test_list_costs_the_same_however_long_it_is(page, town, slug, django_assert_num_queries):
    page.get(reverse("house_part", args=[slug]))
    with django_assert_num_queries(7):
        page.get(reverse("house_part", args=[slug]))
    for number in range(3):
        category_create(town, f"MORE_{number}")
    with django_assert_num_queries(7):
        page.get(reverse("house_part", args=[slug]))


def test_period_is_changed_within_its_limits_and_the_log_names_what_went(page, town):
    period = town.retention_periods.get(kind="original")
    address, fields = form_of(page, "retention", period.pk)
    refused = page.post(address, {**fields, "days": 31})
    assert refused.status_code == 422
    assert "1 bis 30 Tage" in text_of(refused)
    assert page.post(address, {**fields, "days": 7, "kind": "report"}).status_code == 302
    period.refresh_from_db()
    assert (period.days, period.kind) == (7, "original")
    [event] = HouseEvent.objects.all()
    assert (event.part, event.changes) == ("retention", {"days": [30, 7]})
    assert page.get(reverse("house_new", args=["retention"])).status_code == 404
    counts = Counter({ErasedKind.PHOTO: 3})
    deletions_log(town, counts, rule="original", days=7, number="MST-2026-000001")
    log = text_of(page.get(reverse("house_deletions")))
    for words in ("MST-2026-000001", "Originale von Fotos, nach der Freischaltung", "7 Tage"):
        assert words in log


def test_log_is_that_of_the_own_city(page, town):
    other = jurisdiction_create("other.example", "Anderstadt")
    deletions_log(other, Counter({ErasedKind.TEXT: 1}), rule="asked", days=None, number="AND-1")
    assert "AND-1" not in text_of(page.get(reverse("house_deletions")))
    foreign = page.get(f"{reverse('house_deletions')}?jurisdiction=other.example")
    assert foreign.status_code == 403
