"""What a body says against the geodata: a task with a letter, opened in triage, settled among the geodata."""

from __future__ import annotations

import pytest
from django.urls import reverse

from gis_core.models import Edition
from issues.enums import IssueStatus
from issues.models import Attachment
from mapui.sheets import letters
from mapui.sheets.letters import letters_make_due
from routing.enums import AnswerSource, DeliveryState
from routing.models import Contradiction, Decision, Delivery, DeliveryEvent
from routing.outbox.queue import deliveries_queue
from tests.mapui.factories import NOON, authority_create, staff_create
from tests.mapui.geodata.geodata_factories import HOSTILE, manager_create, report_make

pytestmark = pytest.mark.django_db
WORDS = f"Das Flurstück wurde geteilt, Frau Amt, 02305 123456 {HOSTILE}"


@pytest.fixture
def issue(city, settings, tmp_path):
    """A body has refused: it says something else than the ownership data."""
    settings.MEDIA_ROOT = tmp_path
    issue = report_make(city)
    Decision.objects.filter(issue=issue).update(
        outcome="assigned", authority=authority_create(city, "ORD")
    )
    Delivery.objects.all().delete()
    deliveries_queue(issue.decisions.get())
    delivery = Delivery.objects.filter(decision__issue=issue, kind="responsible").get()
    Delivery.objects.filter(pk=delivery.pk).update(state=DeliveryState.REFUSED, sent_at=NOON)
    DeliveryEvent.objects.create(
        delivery=delivery,
        state=DeliveryState.REFUSED,
        source=AnswerSource.PARTNER,
        detail={"reason": WORDS},
    )
    issue.status = IssueStatus.TRIAGE
    issue.save()
    return issue


def text_of(response) -> str:
    return response.content.decode()


def pdf_text(content: bytes) -> str:
    from pypdfium2 import PdfDocument

    with PdfDocument(content) as document:
        pages = [page.get_textpage().get_text_bounded() for page in document]
    return " ".join(" ".join(pages).split())


def test_contradiction_becomes_a_letter_and_is_settled(client, city, issue):
    client.force_login(staff_create())
    part = client.get(reverse("issue_part", args=[issue.number, "contradiction"]))
    form = part.context["contradiction_form"]
    # What is proposed holds no number of a person; the first edition is what the rule asks for.
    assert "123456" not in text_of(part)
    assert HOSTILE not in text_of(part)
    names = [name for _pk, name in form.fields["edition"].choices]
    assert len(names) >= 3
    edition = Edition.objects.get(dataset="ownership")
    given = {"edition": edition.pk, "words": form.initial["words"]}
    told = client.post(reverse("issue_contradiction", args=[issue.number]), given, follow=True)
    assert "Schreiben" in text_of(told)
    again = client.post(reverse("issue_contradiction", args=[issue.number]), given, follow=True)
    assert "schon offen" in text_of(again)
    opened = Contradiction.objects.get()
    assert (opened.edition, opened.authority.code) == (edition, "ORD")

    manager = type(client)()
    manager.force_login(manager_create())
    letter = reverse("contradiction_letter", args=[opened.pk])
    assert manager.get(letter).status_code == 404
    assert "wird geschrieben" in text_of(manager.get(reverse("contradictions")))
    assert (letters_make_due(), letters_make_due()) == (1, 0)
    answer = manager.get(letter)
    assert answer["Content-Type"] == "application/pdf"
    written = pdf_text(b"".join(answer.streaming_content))
    for word in (issue.number, "Das Flurstück wurde geteilt", HOSTILE, opened.owner, "Castrop"):
        assert word in written, word
    assert "123456" not in written
    # It lies with the files of the report, too.
    assert Attachment.objects.get(issue=issue).media_type == "application/pdf"

    listed = text_of(manager.get(reverse("contradictions")))
    assert HOSTILE not in listed
    manager.post(reverse("contradiction_done", args=[opened.pk]))
    assert "geklärt am" in text_of(manager.get(reverse("contradictions")))
    opened.refresh_from_db()
    assert opened.closed_by is not None
    # Should it turn up again, it is a task again.
    client.post(reverse("issue_contradiction", args=[issue.number]), given)
    assert Contradiction.objects.count() == 2


def test_only_what_somebody_said_against_data_that_counted(client, city, issue):
    client.force_login(staff_create())
    address = reverse("issue_contradiction", args=[issue.number])
    used = Decision.objects.get(issue=issue).editions.values()
    other = Edition.objects.exclude(pk__in=used).first() or Edition(pk=0)
    for given in ({"edition": other.pk, "words": "x"}, {"edition": next(iter(used)), "words": " "}):
        client.post(address, given)
    DeliveryEvent.objects.filter(state=DeliveryState.REFUSED).delete()
    client.post(address, {"edition": next(iter(used)), "words": "x"})
    assert not Contradiction.objects.exists()


def test_letter_that_fails_holds_up_no_other(city, issue, monkeypatch, caplog):
    edition = Edition.objects.get(dataset="ownership")
    for dataset in ("ownership", "parcels"):
        Contradiction.objects.create(
            issue=issue,
            edition=Edition.objects.get(dataset=dataset),
            authority=authority_create(city, "ORD"),
            said="So.",
            words="Anders.",
            opened_by=staff_create(dataset),
        )

    def make(contradiction: Contradiction) -> bytes:
        if contradiction.edition == edition:
            raise RuntimeError
        return b"%PDF-1.7 x"

    monkeypatch.setattr(letters, "letter_make", make)
    assert letters_make_due() == 1
    assert "could not be made" in caplog.text
    assert Contradiction.objects.get(edition=edition).letter is None
