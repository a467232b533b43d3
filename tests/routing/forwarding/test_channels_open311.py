"""Open311 against a real HTTP server that answers well, oddly or not at all."""

from __future__ import annotations

import codecs
import json
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.utils import timezone

from issues.enums import AttributeType, PhotoStatus
from issues.models import Photo
from routing.enums import ChannelKind, DeliveryState
from routing.forwarding.channels import open311_endpoint
from routing.forwarding.channels.open311_answers import AnswerError, answer_errors, answer_records
from routing.forwarding.channels.open311_endpoint import Endpoint
from routing.forwarding.sending import deliveries_send_due, numbers_poll
from routing.models import Delivery
from tests.routing.delivery_factories import contact_make, delivery_make
from tests.routing.forwarding.servers import Answer, Receiver, http_server

pytestmark = pytest.mark.django_db
JSON = "application/json; charset=utf-8"
REQUESTS = "/georeport/v2/requests.json"


@pytest.fixture
def receiver(settings, monkeypatch) -> Iterator[Receiver]:
    settings.PRIVATE_NETWORKS = {"receiver": ["127.0.0.0/8"]}
    monkeypatch.setenv("TEST_KEY_STRNRW", "s3cret")
    monkeypatch.setattr(open311_endpoint, "_spoken", {})
    with http_server() as (receiver, address):
        contact_make(
            "STRNRW",
            channel=ChannelKind.OPEN311,
            address=address,
            settings={
                "jurisdiction_id": "strassen.nrw.example",
                "api_key_env": "TEST_KEY_STRNRW",
                "service_codes": {"ROAD_SURFACE": "damage", "*": "other"},
            },
        )
        yield receiver


def attempt(delivery: Delivery) -> Delivery:
    Delivery.objects.filter(pk=delivery.pk).update(due_at=timezone.now() - timedelta(seconds=1))
    deliveries_send_due()
    return Delivery.objects.get(pk=delivery.pk)


def test_open311_key_is_in_no_address(receiver: Receiver) -> None:
    """A repeat looks into the list: the key goes by the form, then by the header."""
    headers: list[dict[str, str]] = []

    def answer(method, path, fields, sent) -> Answer:
        headers.append(dict(sent))
        return (500, JSON, "[]") if len(headers) == 1 else (200, JSON, "[]")

    receiver.answer = answer
    delivery = attempt(delivery_make())
    attempt(delivery)
    [first, listed] = receiver.requests
    assert (first[0], listed[0]) == ("POST", "GET")
    assert first[2]["api_key"] == "s3cret"
    assert "api_key" not in listed[2]
    assert "s3cret" not in listed[1]
    assert {name.lower(): value for name, value in headers[1].items()}["x-api-key"] == "s3cret"


def test_open311_post(receiver: Receiver) -> None:
    headers: dict[str, str] = {}

    def answer(method, path, fields, sent) -> Answer:
        headers.update(sent)
        return 200, JSON, '[{"service_request_id": 47, "service_notice": "Danke"}]'

    receiver.answer = answer
    delivery = attempt(delivery_make())

    [(method, path, fields)] = receiver.requests
    assert (method, path) == ("POST", REQUESTS)
    description = fields.pop("description")
    assert description.startswith(
        "[CAS-2026-000001/1] Schlagloch\n\nTiefes Loch in der Fahrbahn\n\nB 235 · Abschnitt"
    )
    assert "Lage laut Kataster, nicht gemeldet: Habinghorster Str." in description
    assert fields == {
        "jurisdiction_id": "strassen.nrw.example",
        "api_key": "s3cret",
        "service_code": "damage",
        "lat": "51.5503000",
        "long": "7.3117000",
    }
    assert headers["Idempotency-Key"] == delivery.idempotency_key
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "47")
    assert delivery.receipt["notice"] == "Danke"


@pytest.mark.parametrize(
    ("status", "content_type", "body"),
    [
        (201, JSON, '{"service_request_id": "A-1"}'),
        (200, JSON, '{"service_requests": [{"service_request_id": "A-1", "token": null}]}'),
        (200, JSON, '{"requests": [{"service_request_id": "A-1"}], "meta": {"total": 1}}'),
        (
            200,
            "text/xml; charset=utf-8",
            (
                '<?xml version="1.0" encoding="utf-8"?>\n<service_requests><request>'
                "<service_request_id>A-1</service_request_id><token/></request></service_requests>"
            ),
        ),
        (200, "text/html", "\n<request><service_request_id> A-1 </service_request_id></request>"),
    ],
)
def test_open311_answers_in_other_shapes(
    receiver: Receiver, status: int, content_type: str, body: str
) -> None:
    receiver.answer = lambda *_: (status, content_type, body)
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "A-1")


@pytest.mark.parametrize(
    ("status", "content_type", "body", "told"),
    [
        (503, "text/html", "<html><p>down", "HTTP 503 (a web page)"),
        (429, JSON, '[{"code": 429, "description": "slowly"}]', "HTTP 429 429 slowly"),
        (
            200,
            "text/html",
            "<html><body>Wartung</body></html>",
            "HTTP 200, but the answer is a web page",
        ),
        (200, JSON, "", "HTTP 200, but the answer is empty"),
        (200, JSON, "[]", "HTTP 200 without a number or token"),
        (200, JSON, "oops", f"HTTP 200, but the answer ({JSON}) is neither JSON nor XML"),
    ],
)
def test_open311_delayed_then_accepted(
    receiver: Receiver, status: int, content_type: str, body: str, told: str
) -> None:
    posts: list[str] = []

    def answer(method, path, fields, headers) -> Answer | None:
        if method == "GET":
            return 200, JSON, known if fields["page"] == "1" else "[]"
        posts.append(path)
        return (
            (status, content_type, body)
            if len(posts) == 2
            else (200, JSON, f'[{{"service_request_id": {3 + len(posts)}}}]')
        )

    known = '[{"service_request_id": 4}]'
    receiver.answer = answer
    attempt(delivery_make())
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.last_error) == (DeliveryState.QUEUED, told)

    delivery = attempt(delivery)
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "6")


@pytest.mark.parametrize(
    ("status", "state"),
    [
        (400, DeliveryState.FAILED),
        (422, DeliveryState.FAILED),
        (302, DeliveryState.QUEUED),
        (401, DeliveryState.QUEUED),
        (403, DeliveryState.QUEUED),
        (404, DeliveryState.QUEUED),
    ],
)
def test_open311_refused_or_out_of_order(receiver: Receiver, status: int, state) -> None:
    errors = (
        "<errors><error><code>403</code><description>Invalid api_key</description></error></errors>"
    )
    receiver.answer = lambda _method, path, *_: (
        (status, "text/xml", errors) if path == REQUESTS else (404, "text/plain", "")
    )
    delivery = delivery_make()
    for _ in range(3):
        delivery = attempt(delivery)
    assert (delivery.state, delivery.attempts, delivery.maybe_there) == (state, 3, False)
    assert delivery.last_error == f"HTTP {status} 403 Invalid api_key"
    # A clear no is no reason to look whether it arrived.
    asked = [path for method, path, _ in receiver.requests if method == "GET"]
    assert REQUESTS not in asked


@pytest.mark.parametrize(
    ("body", "state", "maybe_there"),
    [
        ('[{"code": 400, "description": "no"}]', DeliveryState.FAILED, False),
        ('{"errors": [{"code": "104", "description": "no"}]}', DeliveryState.FAILED, False),
        (
            "<errors><error><code>403</code><description>no</description></error></errors>",
            DeliveryState.QUEUED,
            False,
        ),
    ],
)
def test_open311_errors_with_status_200_are_a_no(
    receiver: Receiver, body: str, state, *, maybe_there: bool
) -> None:
    receiver.answer = lambda *_: (200, JSON, body)
    delivery = delivery_make()
    for _ in range(3):
        delivery = attempt(delivery)
    assert (delivery.state, delivery.maybe_there) == (state, maybe_there)
    assert delivery.last_error.startswith("HTTP 200, but ")
    assert delivery.last_error.endswith(" no")


def test_open311_record_without_a_number_is_no_refusal(receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, JSON, '[{"code": 1, "status": "open"}]')
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.last_error) == (
        DeliveryState.QUEUED,
        "HTTP 200 without a number or token",
    )


def test_open311_answer_lost_is_not_sent_again(receiver: Receiver) -> None:
    stored: list[str] = []

    def answer(method, path, fields, headers) -> Answer | None:
        if method == "POST":
            stored.append(fields["description"])
            return None
        assert "service_code" not in fields
        requests = [
            '{"service_request_id": "1", "description": "[CAS-2026-000001/2] other", "lat": null}',
            '{"service_request_id": "2", "description": null}',
            '{"service_request_id": "3", "description": "[CAS-2026-000001/1] Schlag"}',
        ]
        return 200, JSON, f"[{','.join(requests)}]"

    receiver.answer = answer
    delivery = attempt(delivery_make())
    assert delivery.state == DeliveryState.QUEUED
    assert "RemoteProtocolError" in delivery.last_error

    delivery = attempt(delivery)
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "3")
    assert len(stored) == 1


class Paged:
    """Report case 1: stores what it gets and closes the connection; shows 20 a page, the newest first.

    `shown` says which of its requests it shows; `knows_pages`: otherwise the 20 newest are all that it ever shows.
    """

    def __init__(self) -> None:
        self.stored: list[dict[str, str]] = []
        self.loses_answers = True
        self.knows_pages = True
        self.shown: Callable[[dict[str, str]], bool] = lambda _one: True

    def foreign(self, count: int) -> None:
        self.stored += [{"description": "foreign"} for _ in range(count)]

    def __call__(self, method, path, fields, headers) -> Answer | None:
        if method == "POST":
            self.stored.append(fields)
            number = json.dumps([{"service_request_id": len(self.stored)}])
            return None if self.loses_answers else (200, JSON, number)
        numbered = [
            {"service_request_id": number, "description": one["description"]}
            for number, one in enumerate(self.stored, start=1)
            if self.shown(one)
        ]
        page = int(fields["page"]) if self.knows_pages else 1
        return 200, JSON, json.dumps(numbered[::-1][20 * (page - 1) : 20 * page])

    def copies(self, delivery: Delivery) -> int:
        marker = f"[{delivery.decision.issue.number}/"
        return sum(marker in one["description"] for one in self.stored)


def test_open311_lost_answer_is_found_behind_pages_of_others(receiver: Receiver) -> None:
    receiver.answer = paged = Paged()
    delivery = attempt(delivery_make())
    paged.foreign(60)
    delivery = attempt(delivery)
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "1")
    assert paged.copies(delivery) == 1


@pytest.mark.parametrize("case", ["moderated", "cut off", "empty"])
def test_open311_list_that_proves_nothing_leads_to_a_person(receiver: Receiver, case: str) -> None:
    receiver.answer = paged = Paged()
    paged.loses_answers = False
    if case == "cut off":
        attempt(delivery_make())
    paged.loses_answers = True
    delivery = attempt(delivery_make())
    if case == "moderated":
        # It shows what somebody has looked at: what others reported, and nothing of ours.
        paged.shown = lambda one: one["description"] == "foreign"
        paged.foreign(30)
    elif case == "cut off":
        paged.knows_pages = False
        paged.foreign(60)
    else:
        paged.shown = lambda _one: False
    for _ in range(4):
        delivery = attempt(delivery)
    assert (delivery.state, paged.copies(delivery)) == (DeliveryState.FAILED, 1)
    assert "please look" in delivery.last_error


@pytest.mark.parametrize("knows_pages", [True, False])
def test_open311_sent_again_where_the_list_proves_that_it_is_absent(
    receiver: Receiver, knows_pages: bool
) -> None:
    paged = Paged()
    paged.knows_pages, paged.loses_answers = knows_pages, False
    receiver.answer = paged
    attempt(delivery_make())

    receiver.answer = lambda *_: None  # lost before it was stored
    delivery = attempt(delivery_make())
    receiver.answer = paged
    if not knows_pages:
        attempt(delivery_make())
    delivery = attempt(delivery)
    assert (delivery.state, paged.copies(delivery)) == (DeliveryState.DELIVERED, 1)


XML_ANSWER = "<service_requests><request><service_request_id>A-1</service_request_id></request></service_requests>"


@pytest.mark.parametrize("status", [404, 406, 400, 415])
@pytest.mark.parametrize(
    "discovery", ["", "<discovery><formats><format>text/xml</format></formats></discovery>"]
)
def test_open311_receiver_that_speaks_xml_alone(
    receiver: Receiver, status: int, discovery: str
) -> None:
    """Report case 2."""

    def answer(method, path, fields, headers) -> Answer:
        if path.endswith("discovery.xml") and discovery:
            return 200, "text/xml", discovery
        if path.endswith((".json", "discovery.xml")):
            return status, "text/html", "<html>no"
        return 200, "text/xml", XML_ANSWER

    receiver.answer = answer
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "A-1")
    receiver.requests.clear()
    attempt(delivery_make())
    # It is known by now.
    assert [path for _, path, _ in receiver.requests] == ["/georeport/v2/requests.xml"]


def test_open311_refusal_in_json_needs_no_other_format(receiver: Receiver) -> None:
    receiver.answer = lambda *_: (400, JSON, '[{"code": 400, "description": "email is required"}]')
    delivery = attempt(delivery_make())
    assert delivery.last_error == "HTTP 400 400 email is required"
    assert [path for _, path, _ in receiver.requests] == [REQUESTS]


def test_open311_fixed_fields_and_attributes(receiver: Receiver) -> None:
    """Report cases 4 and 5: what the receiver requires is filled in, and no answer stays in the house."""
    receiver.answer = lambda *_: (200, JSON, '[{"service_request_id": 5}]')
    delivery = delivery_make()
    issue = delivery.decision.issue
    issue.answers = {"DEPTH": "12", "KIND": ["a", "b"], "NOTE": "am Zaun"}
    issue.save()
    for code in ("DEPTH", "KIND", "NOTE"):
        kind = AttributeType.MULTIVALUELIST if code == "KIND" else AttributeType.STRING
        issue.category.attributes.create(
            code=code, datatype=kind, descriptions={"de": f"{code}?", "en": code}
        )
    contact = delivery.contact
    contact.settings |= {
        "fields": {"email": "anliegen@stadt.example"},
        "attributes": {
            "GROUND": '"public"',
            "DEEP": "answer DEPTH",
            "KINDS": "answer KIND",
            "OPEN": "answer NOBODY",
            "PARCEL": "parcel_key",
            "X": "easting",
        },
    }
    contact.save()
    fields = attempt(delivery) and receiver.requests[0][2]
    assert fields["email"] == "anliegen@stadt.example"
    assert {name: value for name, value in fields.items() if name.startswith("attribute")} == {
        "attribute[GROUND]": "public",
        "attribute[DEEP]": "12",
        "attribute[KINDS][]": "a",  # the first of two, as this server reads it
        "attribute[PARCEL]": "055285014001230004__",
        "attribute[X]": "382943.34",
    }
    assert "NOTE? am Zaun" in fields["description"]
    assert "DEPTH?" not in fields["description"]


def test_open311_list_closed_after_unclear_end_is_for_a_person(receiver: Receiver) -> None:
    receiver.answer = lambda method, *_: (404, JSON, "[]") if method == "GET" else None
    delivery = delivery_make()
    for _ in range(4):
        delivery = attempt(delivery)
    assert (delivery.state, delivery.maybe_there) == (DeliveryState.FAILED, True)
    posts = [method for method, _, _ in receiver.requests if method == "POST"]
    assert (len(posts), "please look" in delivery.last_error) == (1, True)


def test_open311_down_then_up_needs_no_list(receiver: Receiver) -> None:
    delivery = delivery_make()
    contact = delivery.contact
    address, contact.address = contact.address, "http://127.0.0.1:1/georeport/v2"
    contact.save()
    delivery = attempt(delivery)
    assert "ConnectError" in delivery.last_error

    contact.address = address
    contact.save()
    receiver.answer = lambda *_: (200, JSON, '[{"service_request_id": 5}]')
    assert attempt(delivery).state == DeliveryState.DELIVERED
    assert [method for method, _, _ in receiver.requests] == ["POST"]


def test_open311_token_becomes_a_number(receiver: Receiver) -> None:
    numbers = ["", "77"]

    def answer(method, path, fields, headers) -> Answer | None:
        if method == "POST":
            return 200, JSON, '[{"token": "t-1"}]'
        assert path == "/georeport/v2/tokens/t-1.json"
        return 200, JSON, f'[{{"token": "t-1", "service_request_id": "{numbers.pop(0)}"}}]'

    receiver.answer = answer
    delivery = attempt(delivery_make())
    assert (delivery.state, delivery.receipt["token"]) == (DeliveryState.SENT, "t-1")

    assert numbers_poll() == 0
    assert numbers_poll() == 0
    assert len(numbers) == 1
    Delivery.objects.update(due_at=timezone.now())
    assert numbers_poll() == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.foreign_id) == (DeliveryState.DELIVERED, "77")
    assert numbers_poll() == 0


def test_open311_token_expires(receiver: Receiver, caplog) -> None:
    receiver.answer = lambda *_: (200, JSON, '[{"token": "t-1"}]')
    delivery = attempt(delivery_make())
    Delivery.objects.update(sent_at=timezone.now() - timedelta(hours=73))

    numbers_poll()
    Delivery.objects.update(due_at=timezone.now())
    numbers_poll()

    delivery.refresh_from_db()
    assert (delivery.state, delivery.receipt["token_expired"]) == (DeliveryState.SENT, True)
    assert "never became a number" in caplog.text
    assert len(receiver.requests) == 2


def test_open311_private_address_is_refused(receiver: Receiver, settings) -> None:
    settings.PRIVATE_NETWORKS = {}
    delivery = attempt(delivery_make())
    assert "must not be reached" in delivery.last_error
    assert receiver.requests == []


def test_open311_without_key_in_environment(receiver: Receiver, monkeypatch) -> None:
    monkeypatch.delenv("TEST_KEY_STRNRW")
    delivery = attempt(delivery_make())
    assert "TEST_KEY_STRNRW" in delivery.last_error
    assert receiver.requests == []


def test_open311_photos_that_are_not_sent_are_mentioned(receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, JSON, '[{"service_request_id": 5}]')
    delivery = delivery_make()
    photo = Photo(issue=delivery.decision.issue, status=PhotoStatus.STORED)
    photo.file.save("photo.jpg", ContentFile(b"jpeg"), save=True)
    attempt(delivery)
    told = receiver.requests[0][2]["description"]
    assert "Fotos unter dem folgenden Link: 1\n\nAntworten: http" in told


def test_open311_endless_answer(receiver: Receiver) -> None:
    receiver.answer = lambda *_: (200, JSON, "x" * 6_000_000)
    delivery = attempt(delivery_make())
    assert delivery.last_error == "the answer is too long"


@pytest.mark.parametrize(
    ("status", "body"),
    [
        (200, '[{"service_request_id": "A\\u0000\\ud800-1", "service_notice": "\\u0000"}]'),
        (200, '[{"token": "\\u0000/../t", "service_notice": {"a": 1}}]'),
        (400, '[{"code": 400, "description": "\\u0000\\ud800"}]'),
        (200, '[{"service_request_id": "' + "9" * 300 + '"}]'),
        (400, '{"error": ' + "[" * 900 + "]" * 900 + "}"),
        (500, "[" * 100_000),
    ],
)
def test_open311_answer_with_what_cannot_be_stored(
    receiver: Receiver, status, body, caplog
) -> None:
    """The attempt is recorded all the same; nothing stays claimed, nothing is traced."""
    receiver.answer = lambda *_: (status, JSON, body)
    delivery = attempt(delivery_make())
    assert delivery.state != DeliveryState.SENDING
    assert delivery.lease_until is None
    assert "\0" not in delivery.foreign_id + delivery.last_error
    assert "Traceback" not in caplog.text
    numbers_poll()


def test_numbers_poll_goes_on_behind_one_that_fails(
    receiver: Receiver, monkeypatch, caplog
) -> None:
    receiver.answer = lambda *_: (200, JSON, '[{"token": "t"}]')
    attempt(delivery_make())
    Delivery.objects.update(due_at=timezone.now())

    def fail(*_args: object) -> str:
        raise RecursionError("too deep")

    monkeypatch.setattr(Endpoint, "number_for_token", fail)
    assert numbers_poll() == 0
    assert "RecursionError" in caplog.text
    assert "Traceback" not in caplog.text


def test_open311_answer_that_drips(receiver: Receiver, monkeypatch) -> None:
    monkeypatch.setattr("routing.forwarding.channels.speaking.DEADLINE_SECONDS", -1)
    receiver.answer = lambda *_: (200, JSON, '[{"service_request_id": 5}]')
    delivery = attempt(delivery_make())
    assert delivery.last_error == "the answer takes too long"
    assert delivery.events.get(state=DeliveryState.QUEUED, detail__maybe_arrived=True)


@pytest.mark.parametrize(
    "body",
    [
        b'<!DOCTYPE a [<!ENTITY a "aa"><!ENTITY b "&a;&a;">]><service_requests>&b;</service_requests>',
        b'<!DOCTYPE a SYSTEM "file:///etc/passwd"><request/>',
        b"<request>",
        b"\xff\xfe",
        b"7",
        b'<?xml version="1.0" encoding="no-such"?><request/>',
        b"[" * 100_000,
        b'{"request": ' * 900 + b"1" + b"}" * 900,
        b"[" + b"9" * 5000 + b"]",
    ],
)
def test_answer_records_hostile(body: bytes) -> None:
    with pytest.raises(AnswerError):
        answer_records("text/xml", body)


@pytest.mark.parametrize(
    ("content_type", "body"),
    [
        (
            "text/xml",
            b'<o:a xmlns:o="urn:x"><o:request><o:description>\xc3\xbc</o:description></o:request></o:a>',
        ),
        (
            "text/xml",
            b'<a xmlns="urn:x"><request><description>\xc3\xbc</description></request></a>',
        ),
        ("text/xml", codecs.BOM_UTF8 + b"<request><description>\xc3\xbc</description></request>"),
        (
            "text/xml",
            '<?xml version="1.0" encoding="utf-16"?><request><description>ü</description></request>'.encode(
                "utf-16"
            ),
        ),
        (
            "text/xml",
            '<?xml version="1.0" encoding="iso-8859-1"?><request><description>ü</description></request>'.encode(
                "latin-1"
            ),
        ),
        (
            "text/xml; charset=iso-8859-1",
            "<request><description>ü</description></request>".encode("latin-1"),
        ),
        ("text/xml", "<request><description>ü</description></request>".encode("cp1252")),
        (JSON, codecs.BOM_UTF8 + '[{"description": "ü"}]'.encode()),
        ("application/json; charset=iso-8859-1", '[{"description": "ü"}]'.encode("latin-1")),
        (JSON, '[{"description": "ü"}]'.encode("utf-16")),
    ],
)
def test_answer_records_in_any_dialect(content_type: str, body: bytes) -> None:
    assert answer_records(content_type, body) == [{"description": "ü"}]


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (
            b'[{"code": "403", "description": "no"}, {"code": 400, "description": "bad"}]',
            "403 no; 400 bad",
        ),
        (b'{"error": {"code": 500, "message": "x"}}', "500 x"),
        (b'{"errors": ["a", "b"]}', "a; b"),
        (b"<errors><error><code>1</code><description>d</description></error></errors>", "1 d"),
        (b"nothing of the kind", "(text/plain)"),
        (b"", ""),
    ],
)
def test_answer_errors(body: bytes, text: str) -> None:
    assert answer_errors("text/plain", body) == text
