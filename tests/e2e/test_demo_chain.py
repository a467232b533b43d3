"""The demo's look at both ends: what did not arrive, or came out otherwise, is named."""

from __future__ import annotations

from email.message import EmailMessage
from pathlib import Path

import pytest

from config.demo import chain
from config.demo.chain import reports_trace
from config.demo.places import Place, places_of_city
from config.demo.reports import Sent
from routing.enums import DeliveryState, Outcome
from routing.models import Delivery
from routing.outbox.claim import delivery_claim
from routing.outbox.receipts import Receipt
from routing.outbox.record import delivery_record_receipt
from tests.routing.delivery_factories import decision_make, delivery_make, issue_make

pytestmark = pytest.mark.django_db
IDENTITY = "<1@castrop-rauxel.example>"


@pytest.fixture
def mailbox(tmp_path: Path, monkeypatch) -> Path:
    monkeypatch.setattr(chain, "MAIL", tmp_path)
    return tmp_path


def sent_make(delivery: Delivery, expected: str = "STRNRW", **fields) -> Sent:
    place = Place("Loch", "ROAD_SURFACE", 51.5, 7.3, expected=expected, **fields)
    return Sent(place, delivery.decision.issue.number)


def delivery_sent() -> Delivery:
    delivery = delivery_make()
    claimed = delivery_claim()
    assert claimed is not None
    receipt = Receipt(state=DeliveryState.SENT, detail={"message_id": IDENTITY})
    delivery_record_receipt(delivery=claimed, receipt=receipt)
    return delivery


def mail_put(mailbox: Path, name: str) -> None:
    message = EmailMessage()
    message["Message-ID"] = IDENTITY
    message.set_content("text")
    (mailbox / f"{name}.eml").write_bytes(message.as_bytes())


def problems_of(sent: Sent) -> list[str]:
    [traced] = reports_trace([sent])
    return traced.problems


def test_trace_arrived(mailbox: Path) -> None:
    mail_put(mailbox, "a")
    [traced] = reports_trace([sent_make(delivery_sent(), expected_copies=())])
    assert traced.problems == []
    assert traced.receipts == [f"strnrw@authority.example: {IDENTITY}, 0 attachments"]


def test_trace_not_decided(mailbox: Path) -> None:
    sent = Sent(Place("Loch", "ROAD_SURFACE", 51.5, 7.3), issue_make().number)
    assert problems_of(sent) == ["was not decided"]


def test_trace_other_authority(mailbox: Path) -> None:
    mail_put(mailbox, "a")
    sent = sent_make(delivery_sent(), expected="EUV")
    assert problems_of(sent) == ["EUV was expected, STRNRW came out"]


def test_trace_triage_instead_of_authority(mailbox: Path) -> None:
    decision = decision_make("STRNRW", outcome=Outcome.TRIAGE)
    sent = Sent(Place("Loch", "ROAD_SURFACE", 51.5, 7.3, expected="STRNRW"), decision.issue.number)
    assert problems_of(sent) == ["STRNRW was expected, TRIAGE came out"]


def test_trace_missing_copy(mailbox: Path) -> None:
    mail_put(mailbox, "a")
    sent = sent_make(delivery_sent(), expected_copies=("POLICE",))
    assert problems_of(sent) == ["copies to POLICE were expected, [] were sent"]


@pytest.mark.parametrize("names", ["", "ab"])
def test_trace_mail_lost_or_doubled(mailbox: Path, names: str) -> None:
    for name in names:
        mail_put(mailbox, name)
    sent = sent_make(delivery_sent())
    assert problems_of(sent) == [f"STRNRW: {len(names)} messages {IDENTITY} are in the mailbox"]


def test_trace_not_sent(mailbox: Path) -> None:
    assert problems_of(sent_make(delivery_make())) == ["STRNRW: is queued: "]


def test_trace_nobody_told(mailbox: Path) -> None:
    decision = decision_make("STRNRW")
    sent = Sent(Place("Loch", "ROAD_SURFACE", 51.5, 7.3), decision.issue.number)
    assert problems_of(sent) == ["nobody was told"]


def test_places_of_city_one_for_each_authority(tmp_path: Path) -> None:
    def row(label: str, body: str, notify: str, *, opted_in: str = "false") -> str:
        return (
            f'{{"label": "{label}", "category": "X", "attributes": {{}}, "lat": 51, "long": 7,'
            f' "bears_through_roads": {opted_in}, "expect": {{"body": "{body}", "notify": {notify}}}}}'
        )

    rows = [
        row("one", "EUV", "null"),
        row("another", "EUV", "[]"),
        row("genau auf der Grenze", "EUV", "[]"),
        row("opted in", "STRNRW", "[]", opted_in="true"),
        row("copy", "EUV", '["UNB"]'),
        row("unclear", "TRIAGE", '["WSA"]'),
    ]
    path = tmp_path / "places.json"
    path.write_text(f"[{','.join(rows)}]", encoding="utf-8")
    labels = [place.label for place in places_of_city(path)]
    assert labels == ["one", "genau auf der Grenze", "unclear", "copy"]
