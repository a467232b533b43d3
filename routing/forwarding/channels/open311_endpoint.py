"""Speaking with an Open311 endpoint (GeoReport v2): posting, searching its list, asking for numbers."""

from __future__ import annotations

import os
import time
from contextlib import ExitStack
from datetime import timedelta
from typing import Any
from urllib.parse import quote

import httpx
from django.utils import timezone

from gis_core.net import outgoing
from routing.enums import DeliveryState
from routing.forwarding.channels.open311_answers import (
    AnswerError,
    answer_errors,
    answer_records,
    record_text,
)
from routing.forwarding.envelope import Envelope, photo_open
from routing.models import AuthorityContact
from routing.outbox.receipts import (
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    Receipt,
    told_plainly,
)

ANSWER_BYTES_MAX = 5 * 1024 * 1024
DESCRIPTION_MAX = 4000
# What a delivery can keep of a receiver's number.
NUMBER_MAX = 200
# For connecting and for each read or write; for an answer as a whole; for all requests of one attempt, below the
# delivery's lease.
TIMEOUT_SECONDS = 20
DEADLINE_SECONDS = 60
SEND_SECONDS = 150
# Answers that mean "not now" although they are 4xx: time-out, too early, too many requests.
PASSING = {408, 425, 429}
# For reading; GeoReport v2 knows a key for POST alone, and there it is a field of the form.
KEY_HEADER = "X-Api-Key"
# httpx.ConnectTimeout is no ConnectError; in both cases and without a free connection nothing was sent.
NOTHING_SENT = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


def client_open() -> httpx.Client:
    """Follows no redirect: report and key go where the contact says and nowhere else."""
    return outgoing.client(
        purpose=outgoing.Purpose.RECEIVER,
        deadline_s=SEND_SECONDS,
        timeout_s=TIMEOUT_SECONDS,
        follow_redirects=False,
    )


class Endpoint:
    """One receiver's endpoint, as its contact describes it."""

    def __init__(self, client: httpx.Client, contact: AuthorityContact) -> None:
        self.client = client
        self.base = contact.address.rstrip("/")
        self.settings: dict[str, Any] = contact.settings

    # --- Requests ---------------------------------------------------------------------------------

    def post(self, envelope: Envelope) -> Receipt:
        """Raises DeliveryDelayed or DeliveryRefused; an answer that cannot be read may be a success."""
        with ExitStack() as stack:
            arguments: dict[str, Any] = {"data": self._form(envelope)}
            if self._sends_photos():
                arguments["files"] = [
                    (
                        "media",
                        (
                            f"{envelope.number}.jpg",
                            stack.enter_context(photo_open(photo)),
                            "image/jpeg",
                        ),
                    )
                    for photo in envelope.photos
                ]
            status, content_type, body = self._request(
                "POST",
                "requests.json",
                headers={"Idempotency-Key": envelope.idempotency_key},
                **arguments,
            )
        try:
            records = answer_records(content_type, body)
        except AnswerError as error:
            raise DeliveryDelayed(f"HTTP {status}, but {error}", maybe_arrived=True) from error
        for record in records:
            foreign_id = _number(record)
            token = record_text(record, "token")
            if foreign_id or token:
                return Receipt(
                    state=DeliveryState.DELIVERED if foreign_id else DeliveryState.SENT,
                    foreign_id=foreign_id,
                    token=token,
                    detail={
                        "notice": told_plainly(record_text(record, "service_notice")),
                        "http_status": status,
                    },
                )
        raise DeliveryDelayed(f"HTTP {status} without a number or token", maybe_arrived=True)

    def find(self, envelope: Envelope) -> str:
        """The receiver's number of the request that carries our reference; empty when it has none.

        Raises DeliveryRefused when the receiver does not let us see its list: then only a person can
        find out, and sending it twice would be worse than asking.
        """
        marker = reference_marker(envelope)
        window = {
            "service_code": self.service_code(envelope.category_code),
            "start_date": (timezone.now() - timedelta(days=89)).isoformat(timespec="seconds"),
        }
        for record in self._records("requests.json", **window):
            if marker in record_text(record, "description"):
                return _number(record)
        return ""

    def number_for_token(self, token: str) -> str:
        """The number behind a token; empty: the receiver has no number yet."""
        for record in self._records(f"tokens/{quote(token, safe='')}.json"):
            if number := _number(record):
                return number
        return ""

    def request_get(self, foreign_id: str) -> dict[str, Any]:
        """The receiver's own record of a request; empty when it shows none."""
        records = self._records(f"requests/{quote(foreign_id, safe='')}.json")
        return records[0] if records else {}

    def _records(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        # The key stays out of the address: addresses are logged on the way.
        key = self._key()
        status, content_type, body = self._request(
            "GET",
            path,
            params={**self._jurisdiction(), **parameters},
            headers={KEY_HEADER: key} if key else {},
        )
        try:
            return answer_records(content_type, body)
        except AnswerError as error:
            raise DeliveryDelayed(f"HTTP {status}, but {error}") from error

    # --- What is sent -----------------------------------------------------------------------------

    def service_code(self, category_code: str) -> str:
        codes: dict[str, str] = self.settings.get("service_codes", {})
        return codes.get(category_code) or codes.get("*") or category_code

    def _sends_photos(self) -> bool:
        return bool(self.settings.get("photos") == "upload")

    def _jurisdiction(self) -> dict[str, str]:
        known = self.settings.get("jurisdiction_id")
        return {"jurisdiction_id": known} if known else {}

    def _key(self) -> str:
        """The receiver's key; empty where it wants none."""
        variable = self.settings.get("api_key_env")
        if not variable:
            return ""
        if not os.environ.get(variable):
            raise DeliveryRefused(
                f"the environment variable {variable} with the API key is not set"
            )
        return os.environ[variable]

    def _form(self, envelope: Envelope) -> dict[str, Any]:
        place = envelope.place
        key = self._key()
        form: dict[str, Any] = {
            **self._jurisdiction(),
            **({"api_key": key} if key else {}),
            "service_code": self.service_code(envelope.category_code),
            "lat": f"{place.latitude:.7f}",
            "long": f"{place.longitude:.7f}",
            "description": description(envelope, with_photos=self._sends_photos()),
        }
        if place.address:
            form["address_string"] = place.address
        return form

    def _request(self, method: str, path: str, **arguments: Any) -> tuple[int, str, bytes]:
        """Status, content type and body of a successful answer."""
        ends = time.monotonic() + DEADLINE_SECONDS
        try:
            with self.client.stream(method, f"{self.base}/{path}", **arguments) as response:
                body = _body(response, ends)
        except outgoing.AddressRefused as error:
            raise DeliveryRefused(str(error)) from error
        except NOTHING_SENT as error:
            raise DeliveryDelayed(f"{type(error).__name__}: {error}") from error
        except DeliveryError:
            raise
        except Exception as error:
            # A receiver may answer anything, and the client raise anything about it (ADR 13).
            raise DeliveryDelayed(f"{type(error).__name__}: {error}", maybe_arrived=True) from error
        if response.is_success:
            return response.status_code, response.headers.get("content-type", ""), body
        text = answer_errors(response.headers.get("content-type", ""), body)
        message = f"HTTP {response.status_code} {text}".strip()
        if not response.is_server_error and response.status_code not in PASSING:
            raise DeliveryRefused(message)
        raise DeliveryDelayed(message, maybe_arrived=response.is_server_error)


def _body(response: httpx.Response, ends: float) -> bytes:
    """The whole answer, given up when it is too long or at `ends` (time.monotonic) not complete."""
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise DeliveryRefused("the answer is too long", maybe_arrived=True)
        if time.monotonic() > ends:
            raise DeliveryDelayed("the answer takes too long", maybe_arrived=True)
    return body


def _number(record: dict[str, Any]) -> str:
    """The receiver's number of a request; raises DeliveryDelayed for one that cannot be kept."""
    number = record_text(record, "service_request_id")
    if len(number) > NUMBER_MAX:
        raise DeliveryDelayed(f"its number has {len(number)} characters", maybe_arrived=True)
    return number


def reference_marker(envelope: Envelope) -> str:
    return f"[{envelope.reference}]"


def description(envelope: Envelope, *, with_photos: bool) -> str:
    """What the receiver's staff read; our reference comes first, where no receiver cuts it off."""
    place = envelope.place
    lines = [
        f"{reference_marker(envelope)} {envelope.category}",
        envelope.description,
        " · ".join(part for part in (place.road, place.address, place.parcel_label) if part),
        envelope.reason,
        f"Fotos auf Anfrage: {len(envelope.photos)}" if envelope.photos and not with_photos else "",
    ]
    return "\n\n".join(line for line in lines if line)[:DESCRIPTION_MAX]
