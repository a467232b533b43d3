"""Speaking HTTP with a receiver: one request, its whole answer, and what a refusal means."""

from __future__ import annotations

import time
from datetime import timedelta
from email.utils import parsedate_to_datetime
from typing import Any, Final, NamedTuple

import httpx
from django.utils import timezone

from gis_core.net import outgoing
from routing.enums import FailureCode
from routing.outbox.receipts import (
    DeliveryDelayed,
    DeliveryError,
    DeliveryRefused,
    failure_of_status,
)

ANSWER_BYTES_MAX: Final = 5 * 1024 * 1024
# For connecting and for each read or write; for an answer as a whole; for all requests of one attempt, below the
# delivery's lease.
TIMEOUT_SECONDS: Final = 20
DEADLINE_SECONDS: Final = 60
SEND_SECONDS: Final = 150
# httpx.ConnectTimeout is no ConnectError; in both cases and without a free connection nothing was sent.
NOTHING_SENT: Final = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout)


class Answer(NamedTuple):
    """`wait`: for how long it asks to be left alone."""

    status: int
    content_type: str
    body: bytes
    wait: timedelta | None = None


def client_open(*, seconds: float = SEND_SECONDS) -> httpx.Client:
    """Follows no redirect: report and key go where the contact says and nowhere else. Ends after so many seconds."""
    return outgoing.client(
        purpose=outgoing.Purpose.RECEIVER,
        deadline_s=seconds,
        timeout_s=min(TIMEOUT_SECONDS, seconds),
        follow_redirects=False,
    )


def ask(client: httpx.Client, method: str, url: str, **arguments: Any) -> Answer:
    """The answer, whatever its status; raises DeliveryDelayed or DeliveryRefused where there is none."""
    ends = time.monotonic() + DEADLINE_SECONDS
    try:
        with client.stream(method, url, **arguments) as response:
            body = _body(response, ends)
    except outgoing.AddressRefused as error:
        raise DeliveryRefused(str(error), code=FailureCode.ADDRESS) from error
    except NOTHING_SENT as error:
        raise DeliveryDelayed(
            f"{type(error).__name__}: {error}", code=FailureCode.UNREACHABLE
        ) from error
    except DeliveryError:
        raise
    except Exception as error:
        # A receiver may answer anything, and the client raise anything about it (ADR 13).
        code = FailureCode.SLOW if isinstance(error, httpx.TimeoutException) else None
        raise DeliveryDelayed(
            f"{type(error).__name__}: {error}", code=code, maybe_arrived=True
        ) from error
    kind = response.headers.get("content-type", "")
    return Answer(response.status_code, kind, body, _wait(response.headers.get("retry-after", "")))


def success_check(answer: Answer, told: str) -> None:
    """Raises DeliveryDelayed or DeliveryRefused unless the answer is 2xx; `told` is what the receiver says of it."""
    if 200 <= answer.status < 300:
        return
    failure = failure_of_status(answer.status, f"HTTP {answer.status} {told}".strip())
    failure.wait = answer.wait
    raise failure


def _wait(retry_after: str) -> timedelta | None:
    """`Retry-After` of RFC 9110, 10.2.3: seconds, or a day and time; None for what is neither."""
    try:
        if retry_after.isdecimal():
            return timedelta(seconds=int(retry_after))
        return parsedate_to_datetime(retry_after) - timezone.now()
    except (ValueError, TypeError, OverflowError):
        return None


def _body(response: httpx.Response, ends: float) -> bytes:
    """The whole answer, given up when it is too long or at `ends` (time.monotonic) not complete."""
    body = b""
    for chunk in response.iter_bytes():
        body += chunk
        if len(body) > ANSWER_BYTES_MAX:
            raise DeliveryRefused(
                "the answer is too long", code=FailureCode.UNREADABLE, maybe_arrived=True
            )
        if time.monotonic() > ends:
            raise DeliveryDelayed(
                "the answer takes too long", code=FailureCode.SLOW, maybe_arrived=True
            )
    return body
