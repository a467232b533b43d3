"""The page of an authority: what it shows, what each answer does, and every way to misuse its link."""

from __future__ import annotations

import io
from copy import deepcopy
from datetime import timedelta

import pytest
from django.contrib.auth.models import User
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from issues.enums import AttributeType, EventKind, IssueStatus, PhotoOrigin, PhotoStatus
from issues.models import CategoryAttribute, Issue, Photo, Reply, Reporter
from issues.services.reporting.links import report_path
from mapui.partner import views
from routing.deciding.overrule import decision_confirm
from routing.deciding.passing_on import refusal_follow
from routing.enums import AnswerSource, DeliveryKind, DeliveryState, Outcome
from routing.forwarding.links import links_revoke, partner_token
from routing.models import Authority, Decision, Delivery, DeliveryEvent
from routing.outbox.claim import delivery_claim
from routing.outbox.queue import deliveries_queue
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.mapui.factories import staff_create
from tests.routing.delivery_factories import (
    EVIDENCE,
    authority_make,
    contact_make,
    decision_make,
    delivery_make,
    issue_make,
)

pytestmark = pytest.mark.django_db
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _fresh(settings, tmp_path) -> None:
    settings.MEDIA_ROOT = tmp_path
    cache.clear()


@pytest.fixture
def delivery() -> Delivery:
    delivery_make()
    return send()


def send() -> Delivery:
    delivery = delivery_claim()
    assert delivery is not None
    delivery_record_receipt(delivery=delivery, receipt=Receipt(state=DeliveryState.SENT))
    delivery.refresh_from_db()
    return delivery


def issue_of(delivery: Delivery) -> Issue:
    return Issue.objects.get(decisions=delivery.decision_id)


def address(delivery: Delivery, *below: str) -> str:
    return "".join([f"/partner/{partner_token(delivery)}/", *(f"{one}/" for one in below)])


def mark_of(client: Client, delivery: Delivery) -> str:
    return client.get(address(delivery)).context["mark"]


def answer(client: Client, delivery: Delivery, verb: str, **typed):
    typed.setdefault("mark", mark_of(client, delivery))
    return client.post(address(delivery, verb), typed)


def text_of(response) -> str:
    return response.content.decode()


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 48), "green").save(file, "JPEG")
    return file.getvalue()


def photo(content: bytes, name: str = "fertig.jpg") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, content, "image/jpeg")


def test_legal_basis_stands_in_the_reason_and_as_no_code(client, delivery) -> None:
    # The rules' own mark of a source; the sentence names it in words.
    Decision.objects.update(legal_basis="S18")
    assert "S18" not in text_of(client.get(address(delivery)))


def test_page_shows_what_was_sent(client, delivery) -> None:
    issue = issue_of(delivery)
    Issue.objects.update(description=f"Tief {SCRIPT}, Tel. 02305 123456")
    Reporter.objects.create(issue=issue, last_name="Geheimnis", email="maria@example.org")
    page = client.get(address(delivery))
    shown = text_of(page)
    for word in (
        *("Schlagloch", issue.number, "Amt STRNRW", "B 235", "4409055O4409056O", "120 m"),
        *("Habinghorst-14-123/4", "geo:51.550300,7.311700", "gehört dem Bund"),
        *("&lt;script&gt;", "Castrop-Rauxel", "Übernehmen", "Nicht zuständig", "Erledigt"),
    ):
        assert word in shown, word
    for word in (SCRIPT, "123456", "Geheimnis", "maria@example.org"):
        assert word not in shown, word
    assert page["Cache-Control"].endswith("private")
    assert "no-store" in page["Cache-Control"]
    # With no referrer at all browsers would tell no origin, and no answer would be taken.
    assert (page["X-Robots-Tag"], page["Referrer-Policy"]) == ("noindex", "same-origin")


def test_page_shows_answers_and_objects_as_the_mail_does(client) -> None:
    issue = issue_make(answers={"LAMP_NUMBER": "L00123", "TOLD": f"{SCRIPT} Ruf 02305 1234567"})
    for code in ("LAMP_NUMBER", "TOLD"):
        CategoryAttribute.objects.create(
            category=issue.category,
            code=code,
            datatype=AttributeType.STRING,
            descriptions={"de": f"Frage {code}", "en": code},
        )
    evidence = deepcopy(EVIDENCE)
    lamp = {"kind": "lamp", "number": "L00123", "distance": 20.0}
    evidence["situations"][0]["assets"] = [lamp]
    evidence |= {"asset_kinds": ["lamp"], "answers": issue.answers}
    contact_make("STRNRW")
    deliveries_queue(decision_make(issue=issue, evidence=evidence))
    shown = text_of(client.get(address(send())))
    for word in ("Frage LAMP_NUMBER", "Nummer am Objekt (gemeldet)", "L00123", "[Telefonnummer]"):
        assert word in shown, word
    assert SCRIPT not in shown
    assert "1234567" not in shown


def test_bodies_with_one_public_name_can_be_told_apart(client, delivery) -> None:
    for code in ("UAB", "UWB"):
        authority = authority_make(code)
        names = {"de": f"Kreis, Behörde {code}", "en": f"County, office {code}"}
        Authority.objects.filter(pk=authority.pk).update(
            names=names, public_names={"de": "Kreis", "en": "County"}
        )
    shown = text_of(client.get(address(delivery)))
    for code in ("UAB", "UWB"):
        assert f'<option value="{code}">Kreis, Behörde {code}</option>' in shown


def test_map_and_photos_come_below_the_link(client, delivery) -> None:
    stored = Photo(issue=issue_of(delivery), status=PhotoStatus.STORED, width=64, height=48)
    stored.file.save("a.jpg", io.BytesIO(jpeg()))
    picture = client.get(f"{address(delivery)}map.svg")
    assert picture["Content-Type"] == "image/svg+xml"
    assert "sandbox" in picture["Content-Security-Policy"]
    assert b"<svg" in picture.content
    sent = client.get(address(delivery, "photos", "1"))
    assert b"".join(sent.streaming_content)[:2] == b"\xff\xd8"
    for place in ("0", "2"):
        assert client.get(address(delivery, "photos", place)).status_code == 404


def test_answers_take_one_form_each_and_move_the_issue(client, delivery) -> None:
    Reporter.objects.create(issue=issue_of(delivery), email="maria@example.org", last_name="B")
    page = client.get(address(delivery))
    assert [one.verb for one in page.context["choices"]] == ["accept", "refuse", "done", "ask"]
    taken = answer(client, delivery, "accept", number="M-77")
    assert taken.status_code == 302
    assert "Sie haben das übernommen" in text_of(client.get(taken.url))
    delivery.refresh_from_db()
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.ACCEPTED, "M-77")
    assert issue_of(delivery).status == IssueStatus.ACCEPTED
    assert answer(client, delivery, "progress", text="bis Freitag").status_code == 302
    assert issue_of(delivery).status == IssueStatus.IN_PROGRESS
    assert answer(client, delivery, "done", text="verfüllt", photo=photo(jpeg())).status_code == 302
    events = DeliveryEvent.objects.filter(source=AnswerSource.PARTNER).order_by("pk")
    assert [one.detail.get("text", "") for one in events] == ["", "bis Freitag", "verfüllt"]
    told = " ".join(Reply.objects.values_list("text", flat=True))
    assert "angenommen" in told
    assert "wird jetzt bearbeitet" in told
    # Their words stay in the house.
    assert "bis Freitag" not in told
    assert "verfüllt" not in told


def test_photo_of_an_authority_is_internal_until_it_is_released(client, delivery) -> None:
    issue = issue_of(delivery)
    answer(client, delivery, "done", photo=photo(jpeg()))
    stored = Photo.objects.get()
    assert stored.origin == PhotoOrigin.AUTHORITY
    assert not stored.is_released
    assert issue.events.filter(kind=EventKind.PHOTO_ADDED).count() == 1
    own = client.get(report_path(issue))
    assert str(stored.public_id) not in text_of(own)
    assert client.get(f"{report_path(issue)}photos/{stored.public_id}.jpg").status_code == 404
    # Nor does anybody else get it with the report.
    assert client.get(address(delivery, "photos", "1")).status_code == 404


@pytest.mark.parametrize(
    "content",
    [b"", b"GIF89a nothing", b"%PDF-1.7", b"<svg onload='alert(1)'/>", jpeg()[:200], b"\0" * 5000],
)
def test_hostile_photo_is_refused_and_nothing_is_stored(client, delivery, content) -> None:
    refused = answer(client, delivery, "done", text="fertig", photo=photo(content))
    assert refused.status_code == 422
    assert "fertig" in text_of(refused)
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert not Photo.objects.exists()


def test_refusal_names_who_is_responsible(client, delivery) -> None:
    authority_make("KREIS")
    shown = text_of(client.get(address(delivery)))
    assert 'value="KREIS"' in shown
    assert 'value="STRNRW"' not in shown
    assert answer(client, delivery, "refuse", text="").status_code == 422
    assert answer(client, delivery, "refuse", named="NOBODY").status_code == 422
    assert (
        answer(client, delivery, "refuse", named="KREIS", text=f"L 645 {SCRIPT}").status_code == 302
    )
    refused = DeliveryEvent.objects.get(state=DeliveryState.REFUSED)
    assert (refused.detail["named"], refused.detail["reason"]) == ("KREIS", f"L 645 {SCRIPT}")
    again = text_of(client.get(address(delivery)))
    assert "L 645 &lt;script&gt;" in again
    assert SCRIPT not in again


def test_every_body_of_the_chain_sees_who_had_it_and_who_has_it(client, delivery) -> None:
    authority_make("KREIS")
    words = f"L 645 {SCRIPT}, Ruf 02305 123456"
    answer(client, delivery, "refuse", named="KREIS", text=words)
    issue = issue_of(delivery)
    # Proposed is not passed on yet.
    decision = refusal_follow(issue_id=issue.pk)
    assert (decision.outcome, decision.authority.code) == (Outcome.PROPOSED, "KREIS")
    assert "sieht es sich jetzt an" in text_of(client.get(address(delivery)))
    contact_make("KREIS")
    decision_confirm(issue_id=issue.pk, seen=2, by=staff_create())
    following = send()
    shown = text_of(client.get(address(following)))
    assert "Amt STRNRW</strong>: hat am" in shown
    assert "und Amt KREIS genannt" in shown
    assert "L 645 &lt;script&gt;" in shown
    assert "123456" not in shown
    former = text_of(client.get(address(delivery)))
    assert "Amt KREIS hat es jetzt" in former
    assert "Amt KREIS</strong>: hat die Meldung jetzt" in former


def test_question_changes_no_state_and_is_news(client, delivery) -> None:
    assert answer(client, delivery, "ask", text="").status_code == 422
    assert answer(client, delivery, "ask", text="Welche Fahrtrichtung?").status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT
    assert issue_of(delivery).has_news
    assert "Welche Fahrtrichtung?" in text_of(client.get(address(delivery)))


def test_looking_changes_nothing(client, delivery) -> None:
    """A program that looks through mails opens the link and all that stands on the page."""
    before = (Delivery.objects.values().get(), DeliveryEvent.objects.count())
    for below in ([], ["accept"], ["refuse"], ["done"], ["ask"], ["progress"]):
        for method in (client.get, client.head):
            assert method(address(delivery, *below)).status_code in {200, 302}
    assert client.get(f"{address(delivery)}map.svg").status_code == 200
    assert client.get(address(delivery, "nothing")).status_code == 404
    assert (Delivery.objects.values().get(), DeliveryEvent.objects.count()) == before


def test_answer_needs_a_token_of_the_page(delivery) -> None:
    strict = Client(enforce_csrf_checks=True)
    page = strict.get(address(delivery))
    mark = page.context["mark"]
    assert strict.post(address(delivery, "accept"), {"mark": mark}).status_code == 403
    token = page.context["csrf_token"]
    typed = {"mark": mark, "csrfmiddlewaretoken": str(token)}
    assert strict.post(address(delivery, "accept"), typed).status_code == 302


def test_two_taps_are_one_answer(client, delivery) -> None:
    mark = mark_of(client, delivery)
    for _ in range(3):
        assert answer(client, delivery, "accept", mark=mark).status_code == 302
    assert DeliveryEvent.objects.filter(source=AnswerSource.PARTNER).count() == 1
    mark = mark_of(client, delivery)
    for _ in range(2):
        assert answer(client, delivery, "ask", mark=mark, text="Wo genau?").status_code == 302
    assert DeliveryEvent.objects.filter(source=AnswerSource.PARTNER).count() == 2


def test_second_person_sees_what_the_first_said(client, delivery) -> None:
    mark = mark_of(client, delivery)
    assert answer(client, delivery, "accept", mark=mark).status_code == 302
    late = answer(client, delivery, "refuse", mark=mark, named="?", text="nicht unsere Straße")
    assert late.status_code == 409
    shown = text_of(late)
    assert "inzwischen geantwortet" in shown
    assert "nicht unsere Straße" in shown
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.ACCEPTED
    # Who has seen it may say so all the same.
    typed = {"named": "?", "text": "nicht unsere Straße"}
    assert answer(client, delivery, "refuse", **typed).status_code == 302


def test_former_answer_sent_again_counts_no_more(client, delivery) -> None:
    first = {"mark": mark_of(client, delivery)}
    client.post(address(delivery, "accept"), first)
    answer(client, delivery, "done")
    assert client.post(address(delivery, "accept"), first).status_code == 409
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.DONE


def test_links_that_are_changed_revoked_or_too_old_open_nothing(client, delivery, settings) -> None:
    token = partner_token(delivery)
    mark = mark_of(client, delivery)
    pages = ["", "map.svg", "photos/1/", "accept/"]
    for wrong in (f"{token}x", token[:-1], token.replace(".1:", ".2:"), "x", "%00"):
        for below in pages:
            assert client.get(f"/partner/{wrong}/{below}").status_code == 404, (wrong, below)
        assert client.post(f"/partner/{wrong}/accept/", {"mark": mark}).status_code == 404
    links_revoke(delivery)
    assert client.post(f"/partner/{token}/accept/", {"mark": mark}).status_code == 404
    assert client.get(f"/partner/{token}/").status_code == 404
    settings.PARTNER_LINK_LIFETIME = timedelta(seconds=-1)
    old = client.get(address(delivery))
    assert old.status_code == 410
    assert "zu alt" in text_of(old)
    assert client.post(address(delivery, "accept"), {"mark": mark}).status_code == 410
    delivery.refresh_from_db()
    assert delivery.state == DeliveryState.SENT


def test_link_of_another_delivery_answers_for_that_one_alone(client, delivery) -> None:
    delivery_make()
    other = send()
    assert answer(client, other, "accept").status_code == 302
    delivery.refresh_from_db()
    other.refresh_from_db()
    assert (delivery.state, other.state) == (DeliveryState.SENT, DeliveryState.ACCEPTED)
    # Nor does a mark of the one fit the other.
    assert answer(client, delivery, "accept", mark=mark_of(client, other)).status_code == 409


def test_whoever_need_not_act_can_only_ask(client, delivery) -> None:
    Delivery.objects.update(kind=DeliveryKind.COPY)
    page = client.get(address(delivery))
    assert [one.verb for one in page.context["choices"]] == ["ask"]
    assert "muss handeln" in text_of(page)
    assert answer(client, delivery, "done").status_code == 409
    Delivery.objects.update(kind=DeliveryKind.RESPONSIBLE)
    Decision.objects.update(is_current=False)
    decision_make("KREIS", issue=issue_of(delivery), number=2, outcome=Outcome.ASSIGNED)
    page = client.get(address(delivery))
    assert "Amt KREIS hat es jetzt" in text_of(page)
    assert answer(client, delivery, "accept").status_code == 409
    Delivery.objects.update(state=DeliveryState.WITHDRAWN)
    page = client.get(address(delivery))
    assert "nichts mehr tun" in text_of(page)
    assert page.context["choices"] == []


def test_who_tries_many_links_is_stopped(client, monkeypatch) -> None:
    monkeypatch.setattr(views, "LOOKS_PER_MINUTE", 3)
    assert [client.get("/partner/x/").status_code for _ in range(4)] == [404, 404, 404, 429]


def test_page_names_the_day_the_pause_and_our_answer(client: Client, delivery: Delivery) -> None:
    assert "Bitte antworten Sie bis" in text_of(client.get(address(delivery)))
    answer(client, delivery, "ask", text="Welche Laterne?")
    page = text_of(client.get(address(delivery)))
    assert "Zurzeit läuft keine Frist: die Stelle hat eine Rückfrage gestellt." in page
    Decision.objects.update(evidence={})
    clerk = User.objects.create_superuser("klara")
    staff = Client()
    staff.force_login(clerk)
    event = DeliveryEvent.objects.get(detail__asks=True)
    number = issue_of(delivery).number
    assert "Der Stelle antworten" in text_of(staff.get(f"/triage/issues/{number}/"))
    reply = f"/triage/issues/{number}/answers/{event.pk}/reply/"
    staff.post(reply, {"text": "Die zweite von links."})
    page = text_of(client.get(address(delivery)))
    assert "Antwort auf Ihre Rückfrage" in page
    assert "Die zweite von links." in page
    assert "Bitte antworten Sie bis" in page


def test_staff_read_who_was_named_and_no_code(client, delivery) -> None:
    authority_make("EUV")
    answer(client, delivery, "refuse", named="EUV", text="Gehweg")
    Decision.objects.update(evidence={})
    staff = Client()
    staff.force_login(User.objects.create_superuser("klara"))
    page = text_of(staff.get(f"/triage/issues/{issue_of(delivery).number}/"))
    assert "abgelehnt (nennt Amt EUV)" in page


def test_address_thanks_for_no_answer_that_was_not_given(client, delivery) -> None:
    assert "Danke" not in text_of(client.get(f"{address(delivery)}?told=done"))
    assert "Danke" in text_of(client.get(answer(client, delivery, "done")["Location"]))
