"""Speaking with an Open311 endpoint (GeoReport v2): posting, searching its list, asking for numbers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Collection
from contextlib import ExitStack
from datetime import datetime
from typing import Any, Final
from urllib.parse import quote

import httpx

from routing.enums import DeliveryState, FailureCode
from routing.forwarding.channels.open311_answers import (
    WRAPPERS,
    AnswerError,
    answer_errors,
    answer_items,
    answer_records,
    record_text,
    refusal_told,
)
from routing.forwarding.channels.open311_form import form_of
from routing.forwarding.channels.speaking import Answer, ask, success_check
from routing.forwarding.envelope import Envelope, photo_open
from routing.models import AuthorityContact
from routing.outbox.receipts import (
    DeliveryDelayed,
    DeliveryRefused,
    DeliveryShut,
    DeliveryUnclear,
    Receipt,
    failure_of_status,
    told_plainly,
)

# What a delivery can keep of a receiver's number.
NUMBER_MAX = 200
# Answers of a server that does not know the format it is asked in.
NO_SUCH_FORMAT: Final = {400, 404, 406, 415}
# The format by the base address of the endpoint, once it has been found out.
_spoken: dict[str, str] = {}
# For reading; GeoReport v2 knows a key for POST alone, and there it is a field of the form.
KEY_HEADER = "X-Api-Key"


class Endpoint:
    """One receiver's endpoint, as its contact describes it."""

    def __init__(self, client: httpx.Client, contact: AuthorityContact) -> None:
        self.client = client
        self.contact_id = contact.pk
        self.base = contact.address.rstrip("/")
        self.settings: dict[str, Any] = contact.settings

    # --- Requests ---------------------------------------------------------------------------------

    def post(self, envelope: Envelope) -> Receipt:
        """Raises DeliveryDelayed or DeliveryRefused; an answer that cannot be read may be a success."""
        key = self._key()
        form = form_of(envelope, self.settings) | ({"api_key": key} if key else {})
        with ExitStack() as stack:
            arguments: dict[str, Any] = {"data": form}
            if self.settings.get("photos") == "upload":
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
            status, content_type, body, _wait = self._request(
                "POST",
                "requests",
                headers={"Idempotency-Key": envelope.idempotency_key},
                **arguments,
            )
        if refusal := refusal_told(content_type, body):
            # GeoReport v2: the code of an error is the status that the answer should have had.
            code = refusal.partition(" ")[0]
            meant = int(code) if re.fullmatch("[45][0-9]{2}", code) else httpx.codes.BAD_REQUEST
            raise failure_of_status(meant, f"HTTP {status}, but {refusal}")
        try:
            records = answer_records(content_type, body)
        except AnswerError as error:
            raise DeliveryDelayed(
                f"HTTP {status}, but {error}", code=FailureCode.UNREADABLE, maybe_arrived=True
            ) from error
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
                        "parts": list(envelope.parts),
                    },
                )
        raise DeliveryDelayed(
            f"HTTP {status} without a number or token",
            code=FailureCode.UNREADABLE,
            maybe_arrived=True,
        )

    def requests_page(self, page: int, *, start: datetime) -> list[dict[str, Any]]:
        """A page of the receiver's list, of every service and state; raises DeliveryUnclear where it shows none."""
        try:
            return self._records(
                "requests",
                status="open,closed",
                start_date=start.isoformat(timespec="seconds"),
                page=str(page),
            )
        except (DeliveryRefused, DeliveryShut) as error:
            raise DeliveryUnclear(
                f"it may have arrived, and the receiver shows no list ({error}): please look there"
            ) from error

    def form_post(self, path: str, form: dict[str, str]) -> None:
        """Posts a form with the key; raises DeliveryDelayed or DeliveryRefused."""
        key = self._key()
        self._request(
            "POST", path, data=self._jurisdiction() | form | ({"api_key": key} if key else {})
        )

    def number_of(self, record: dict[str, Any]) -> str:
        return _number(record)

    def number_for_token(self, token: str) -> str:
        """The number behind a token; empty: the receiver has no number yet."""
        for record in self._records(f"tokens/{quote(token, safe='')}"):
            if number := _number(record):
                return number
        return ""

    def request_get(self, foreign_id: str) -> dict[str, Any]:
        """The receiver's own record of a request; empty when it shows none."""
        records = self._records(f"requests/{quote(foreign_id, safe='')}")
        return records[0] if records else {}

    def requests(self, **parameters: str) -> list[dict[str, Any]]:
        """The first page of the receiver's list."""
        return self._records("requests", **parameters)

    def _records(self, path: str, **parameters: str) -> list[dict[str, Any]]:
        return self.items(path, "request", WRAPPERS, **parameters)

    def items(
        self, path: str, name: str, wrappers: Collection[str], **parameters: str
    ) -> list[dict[str, Any]]:
        """What is called so in the answer (`answer_items`); raises DeliveryDelayed or DeliveryRefused."""
        # The key stays out of the address: addresses are logged on the way.
        key = self._key()
        status, content_type, body, _wait = self._request(
            "GET",
            path,
            params={**self._jurisdiction(), **parameters},
            headers={KEY_HEADER: key} if key else {},
        )
        try:
            return answer_items(content_type, body, name, wrappers)
        except AnswerError as error:
            raise DeliveryDelayed(
                f"HTTP {status}, but {error}", code=FailureCode.UNREADABLE
            ) from error

    @property
    def spoken(self) -> str:
        """The format in which the receiver answers, as far as it is known: json or xml."""
        return _spoken.get(self.base, "json")

    @staticmethod
    def quoted(code: str) -> str:
        return quote(code, safe="")

    # --- How it is spoken with ------------------------------------------------------------------

    def _key(self) -> str:
        """The receiver's key; empty where it wants none."""
        variable = self.settings.get("api_key_env")
        if not variable:
            return ""
        if not os.environ.get(variable):
            raise DeliveryRefused(
                f"the environment variable {variable} with the API key is not set",
                code=FailureCode.SECRET,
            )
        return os.environ[variable]

    def _jurisdiction(self) -> dict[str, str]:
        known = self.settings.get("jurisdiction_id")
        return {"jurisdiction_id": known} if known else {}

    def _request(self, method: str, path: str, **arguments: Any) -> Answer:
        """A successful answer in the receiver's format: JSON, or XML where it speaks no JSON."""
        spoken = self.spoken
        answer = self._ask(method, f"{path}.{spoken}", **arguments)
        if answer.status in NO_SUCH_FORMAT and self.base not in _spoken:
            _spoken[self.base] = "json" if _is_json(answer) else self._format_found()
            if _spoken[self.base] != spoken:
                # What it does not understand it has not stored.
                answer = self._ask(method, f"{path}.{_spoken[self.base]}", **arguments)
        success_check(answer, answer_errors(answer.content_type, answer.body))
        return answer

    def _format_found(self) -> str:
        """What the receiver's discovery names; without one XML if it gives its services so."""
        for path in ("discovery.xml", "discovery.json"):
            answer = self._ask("GET", path)
            if answer.status == httpx.codes.OK and b"json" in answer.body.lower():
                return "json"
            if answer.status == httpx.codes.OK and b"xml" in answer.body.lower():
                return "xml"
        services = self._ask("GET", "services.xml", params=self._jurisdiction())
        return "xml" if services.status == httpx.codes.OK else "json"

    def _ask(self, method: str, path: str, **arguments: Any) -> Answer:
        return ask(self.client, method, f"{self.base}/{path}", **arguments)


def _is_json(answer: Answer) -> bool:
    """Whether a refusal was written by somebody who speaks JSON."""
    try:
        return bool(answer.body.strip()) and json.loads(answer.body) is not None
    except Exception:  # noqa: BLE001 - a receiver may answer anything (ADR 13)
        return False


def _number(record: dict[str, Any]) -> str:
    """The receiver's number of a request; raises DeliveryDelayed for one that cannot be kept."""
    number = record_text(record, "service_request_id")
    if len(number) > NUMBER_MAX:
        raise DeliveryDelayed(
            f"its number has {len(number)} characters",
            code=FailureCode.UNREADABLE,
            maybe_arrived=True,
        )
    return number
