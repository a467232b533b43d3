"""What left the house: the register of it, what is recalled on every channel, and words of authorities erased."""

from __future__ import annotations

import csv
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from gis_core.models import Jurisdiction
from issues.enums import ErasedKind, IssueStatus, ReplyState, Role
from issues.models import Deletion, Issue, LegalHold, Reporter
from issues.services.people import grant_give
from issues.services.reporting.own import call_allow, call_refuse, report_withdraw
from issues.services.retention.asking import data_erase
from issues.services.retention.running import retention_apply
from routing.enums import AnswerSource, ChannelKind, DeliveryState, NoticeKind, Part
from routing.forwarding.channels.webhook import schema
from routing.forwarding.notices import notices_send_due
from routing.forwarding.sending import deliveries_send_due
from routing.models import Authority, Decision, Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.answers import Said, delivery_heard, delivery_refused
from tests.routing.delivery_factories import contact_make, delivery_make, jurisdiction_make
from tests.routing.forwarding.servers import http_server, smtp_server

pytestmark = pytest.mark.django_db
PAGE = "/house/transfers/"
FILE = "/house/transfers.csv"
PHONE = "02305 7654"


@pytest.fixture
def mailbox(settings):
    with smtp_server() as (box, port):
        settings.EMAIL_BACKEND = "django.core.mail.backends.smtp.EmailBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
        yield box


@pytest.fixture
def keeper() -> Client:
    person = User.objects.create_user("stamm")
    grant_give(person=person, jurisdiction=jurisdiction_make(), role=Role.HOUSE, by=None)
    client = Client()
    client.force_login(person)
    return client


def rows(client: Client, **span: str) -> list[list[str]]:
    text = client.get(FILE, span).content.decode("utf-8-sig")
    return list(csv.reader(text.splitlines(), delimiter=";"))[1:]


def test_register_lists_what_left_on_which_ground_and_names_nobody(mailbox, keeper) -> None:
    contact_make("STRNRW", parts=[Part.TEXT.value, Part.PHOTOS.value])
    delivery = delivery_make()
    issue = delivery.decision.issue
    Reporter.objects.create(issue=issue, last_name="Beispiel")
    deliveries_send_due()
    call_allow(issue=issue, name="Maria Beispiel", phone=PHONE)
    notices_send_due()
    call_refuse(issue)
    notices_send_due()
    delivery_make("EUV")
    Delivery.objects.filter(authority__code="EUV").update(
        state=DeliveryState.FAILED, maybe_there=True
    )
    found = {(row[4], row[5], row[6], row[8]) for row in rows(keeper)}
    task = "Art. 6 Abs. 1 Buchst. e DSGVO: Aufgabe der Stelle"
    assert found == {
        ("Meldung", "Text der meldenden Person, Fotos", task, ""),
        ("Name und Telefonnummer", "", "Art. 6 Abs. 1 Buchst. a DSGVO: Einwilligung", ""),
        ("Rückruf", "", "Art. 19 DSGVO: Mitteilung der Löschung", ""),
        ("Meldung", "nicht vermerkt", task, "vielleicht angekommen"),
    }
    Decision.objects.update(legal_basis="KrWG 20 IV")
    page = keeper.get(PAGE).text
    assert "4 Übermittlungen" in page
    assert "§ 20 Abs. 4 KrWG" in page
    assert "1095" in page.replace(".", "")
    whole = page + keeper.get(FILE).text
    assert not any(word in whole for word in ("Maria", "Beispiel", PHONE, "Tiefes Loch"))
    # Another time, and another city.
    assert rows(keeper, first="2020-01-01", last="2020-12-31") == []
    other = Jurisdiction.objects.create(
        identifier="other.example", name="Anderstadt", issue_prefix="AND"
    )
    Authority.objects.update(jurisdiction=other)
    assert rows(keeper) == []


@pytest.mark.parametrize("count", [1, 3])
def test_register_costs_the_same_for_one_and_for_three(
    keeper, count, django_assert_num_queries
) -> None:
    for _ in range(count):
        delivery_make()
    Delivery.objects.update(state=DeliveryState.SENT, sent_at=timezone.now())
    keeper.get(PAGE)
    with django_assert_num_queries(11):
        keeper.get(PAGE)


def test_withdrawn_report_is_recalled_by_webhook_and_told_where_it_cannot_be(
    settings, monkeypatch, keeper
) -> None:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("WEBHOOK_SECRET_STRNRW", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")
    with http_server() as (receiver, address):
        contact_make(
            "STRNRW",
            channel=ChannelKind.WEBHOOK,
            address=address,
            settings={"secret_env": "WEBHOOK_SECRET_STRNRW"},
        )
        receiver.answer = lambda *_request: (200, "application/json", "{}")
        hooked = delivery_make()
        deliveries_send_due()
        report_withdraw(hooked.decision.issue)
        notices_send_due()
        assert b'"report.withdrawn"' in receiver.body
    assert "report.withdrawn" in str(schema())
    by_hand = delivery_make("DB", channel=ChannelKind.HAND, address="https://portal.example/")
    Delivery.objects.filter(pk=by_hand.pk).update(
        state=DeliveryState.DELIVERED, sent_at=timezone.now()
    )
    issue = by_hand.decision.issue
    Issue.objects.filter(pk=issue.pk).update(has_news=False)
    report_withdraw(issue)
    notices_send_due()
    states = dict(ReporterNotice.objects.values_list("delivery__authority__code", "state"))
    assert states == {"STRNRW": ReplyState.SENT, "DB": ReplyState.CANCELLED}
    assert Issue.objects.get(pk=issue.pk).has_news
    assert [row[8] for row in rows(keeper) if row[4] == "Rückruf"] == ["ließ sich nicht senden", ""]
    Decision.objects.update(evidence={})
    clerk = Client()
    clerk.force_login(User.objects.create_superuser("klara"))
    part = clerk.get(reverse("issue_part", args=[issue.number, "answers"])).text
    assert "Amt DB hat nicht erfahren: Meldung zurückgezogen (von Hand). Bitte anrufen." in part


@pytest.fixture
def answered() -> Issue:
    delivery = delivery_make()
    Delivery.objects.update(
        state=DeliveryState.DELIVERED, sent_at=timezone.now(), receipt={"notice": "Frau Müller"}
    )
    said = Said(source=AnswerSource.MAIL, text="Frau Müller rief an, 02305 123456")
    delivery_heard(delivery=delivery, said=said, sender="Kurt Meier <k@amt.example>")
    delivery_refused(delivery=delivery, said=Said(source=AnswerSource.STAFF), reason="Herr Meier")
    return delivery.decision.issue


def details() -> str:
    return str(list(DeliveryEvent.objects.values_list("detail", "delivery__receipt")))


def test_words_of_authorities_are_erased_with_the_texts_of_the_report(answered) -> None:
    long_ago = timezone.now() - timedelta(days=1096)
    Issue.objects.update(status=IssueStatus.DONE, status_changed_at=long_ago)
    hold = LegalHold.objects.create(
        issue=answered, reason="Klage", until=timezone.localdate() + timedelta(days=9)
    )
    assert not retention_apply()
    assert "Müller" in details()
    hold.delete()
    assert retention_apply()[ErasedKind.WORDS] == 2
    assert not any(word in details() for word in ("Müller", "Meier", "02305"))
    # That and when it was refused stays.
    assert DeliveryEvent.objects.filter(state=DeliveryState.REFUSED).exists()
    [entry] = Deletion.objects.filter(kind=ErasedKind.WORDS)
    assert (entry.number, entry.count, entry.rule) == (answered.number, 2, "report")
    assert not retention_apply()


def test_who_asks_for_erasing_is_masked_in_words_of_authorities(answered) -> None:
    Reporter.objects.create(issue=answered, last_name="Müller")
    data_erase(issue=answered, released_photos=False)
    assert "02305 123456" not in details()
    assert "rief an" in details()
    assert ReporterNotice.objects.filter(kind=NoticeKind.ERASED).count() == 0
