"""Rows of several models stored by one statement."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction
from django.forms.models import model_to_dict
from django.utils import timezone

from gis_core.db.inserts import rows_insert
from issues.enums import EventKind
from issues.models import Issue, IssueEvent
from routing.enums import DeliveryKind, DeliveryState
from routing.models import Decision, Delivery, DeliveryEvent
from tests.routing.delivery_factories import contact_make, decision_make, issue_make

pytestmark = pytest.mark.django_db


def events_make(issue: Issue, *kinds: EventKind) -> list[IssueEvent]:
    now = timezone.now()
    return [
        IssueEvent(issue=issue, kind=kind, at=now, detail={"place": number})
        for number, kind in enumerate(kinds)
    ]


@pytest.mark.parametrize("model", [Issue, Decision])
def test_rows_insert_stores_what_save_stores(model: type[Issue | Decision]) -> None:
    saved = decision_make() if model is Decision else issue_make()
    former = model.objects.get(pk=saved.pk)
    again = model.objects.get(pk=saved.pk)
    again.pk = None
    # What is unique of it.
    changed: dict[str, object] = {"number": "CAS-7", "sender_key": "other"}
    if model is Decision:
        changed = {"number": 7, "is_current": False}
    for name, value in changed.items():
        setattr(again, name, value)
    if isinstance(again, Issue):
        again.public_id = Issue().public_id
    rows_insert(again)
    stored = model.objects.get(pk=again.pk)
    assert stored.pk != former.pk
    assert model_to_dict(stored) == {**model_to_dict(former), **changed, "id": stored.pk}
    assert not again._state.adding


def test_rows_insert_leads_to_earlier_rows(django_assert_max_num_queries) -> None:
    contact = contact_make("STRNRW")
    decision = decision_make()
    decision.delete()
    deliveries = [
        Delivery(
            decision=decision,
            kind=DeliveryKind.COPY,
            authority_id=contact.authority_id,
            contact=contact,
            idempotency_key=f"key-{number}",
            due_at=timezone.now(),
        )
        for number in range(2)
    ]
    events = [DeliveryEvent(delivery=one, state=DeliveryState.QUEUED) for one in deliveries]
    with django_assert_max_num_queries(2):  # prepared at most, and stored
        rows_insert(decision, deliveries[0], events[0], deliveries[1], events[1])
    assert list(Delivery.objects.order_by("pk")) == deliveries
    assert list(decision.deliveries.order_by("pk")) == deliveries
    assert [one.delivery_id for one in events] == [one.pk for one in deliveries]
    assert list(DeliveryEvent.objects.order_by("pk").values_list("delivery_id", flat=True)) == [
        one.pk for one in deliveries
    ]
    # `auto_now_add` as with save().
    assert None not in {one.created_at for one in Delivery.objects.all()}


def test_rows_insert_keeps_the_order() -> None:
    issue = issue_make()
    events = events_make(issue, *[EventKind.PHOTO_ADDED] * 20)
    rows_insert(*events)
    assert [one.detail["place"] for one in IssueEvent.objects.order_by("pk")] == list(range(20))


def test_rows_insert_stores_all_or_nothing() -> None:
    issue = issue_make()
    events = events_make(issue, EventKind.RECEIVED, EventKind.MOVED)
    events[1].kind = "unheard-of"
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_insert(*events)
    assert not IssueEvent.objects.exists()
    assert [one.pk for one in events] == [None, None]


def test_rows_insert_does_not_lead_to_a_row_of_another_call() -> None:
    contact = contact_make("STRNRW")
    decision = decision_make()
    decision.pk = None
    delivery = Delivery(
        decision=decision,
        kind=DeliveryKind.COPY,
        authority_id=contact.authority_id,
        contact=contact,
        idempotency_key="key",
        due_at=timezone.now(),
    )
    with pytest.raises(IntegrityError), transaction.atomic():
        rows_insert(delivery)
    assert not Delivery.objects.exists()
