"""What a channel brings back: a receipt, or the reason of the failure."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any, Final

from routing.enums import DeliveryState, FailureCode
from routing.errors import RoutingError

# Control characters, surrogates and what else neither the database nor XML can carry.
UNSTORABLE: Final = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
TOLD_MAX: Final = 1000


def told_plainly(text: str) -> str:
    """What a receiver told, in one line that can be stored; of a long one the beginning."""
    line = " ".join(UNSTORABLE.sub(" ", text[: 2 * TOLD_MAX]).split())
    return line if len(line) <= TOLD_MAX else f"{line[:TOLD_MAX]}…"


@dataclass(frozen=True)
class Receipt:
    """What a receiver answered. With a `token` and without a `foreign_id` its number comes later."""

    state: DeliveryState
    foreign_id: str = ""
    token: str = ""
    detail: dict[str, Any] = field(default_factory=dict)


class DeliveryError(RoutingError):
    """A delivery did not reach the authority.

    `maybe_arrived`: whether the receiver may have stored the message all the same, so that it has to be
    asked before the message is sent again. `code` is what people read of it. `wait`: for how long the receiver asks
    to be left alone.
    """

    is_permanent = False
    code = FailureCode.PROGRAM
    wait: timedelta | None = None

    def __init__(
        self, message: str, *, code: FailureCode | None = None, maybe_arrived: bool = False
    ) -> None:
        super().__init__(told_plainly(message))
        self.maybe_arrived = maybe_arrived
        self.code = code or self.code


class DeliveryDelayed(DeliveryError):
    """The receiver cannot take it now: down, busy, out of reach, moved, closed to us. It counts for its breaker."""

    code = FailureCode.OUT_OF_ORDER


class DeliveryShut(DeliveryDelayed):
    """The receiver answers that it is elsewhere, locked or not there: somebody will notice and put it right.

    `status` is the HTTP status of the answer.
    """

    def __init__(self, message: str, *, status: int = 0) -> None:
        super().__init__(message)
        self.status = status

    code = FailureCode.SHUT


class DeliveryRefused(DeliveryError):
    """The receiver does not want it as it is; sending it often again would not help."""

    is_permanent = True
    code = FailureCode.REFUSED


class DeliveryByHand(DeliveryError):
    """No program can pass it on: a person does, and says so."""

    is_permanent = True
    code = FailureCode.BY_HAND


class DeliveryUnclear(DeliveryError):
    """An earlier attempt may have arrived, and nobody can tell. Nothing was sent now: a person has to look."""

    is_permanent = True
    code = FailureCode.UNCLEAR

    def __init__(self, message: str) -> None:
        super().__init__(message, maybe_arrived=True)


# HTTP statuses that are about what was sent; all other failures are about a receiver that is out of order (RFC 9110).
CONTENT_REFUSED: Final = frozenset({400, 409, 413, 415, 422})
# Answers that mean "not now" although they are 4xx: time-out, too early, too many requests.
PASSING: Final = frozenset({408, 425, 429})


def failure_of_status(status: int, message: str) -> DeliveryError:
    """The failure that an HTTP answer means."""
    if status in CONTENT_REFUSED:
        return DeliveryRefused(message)
    if status >= 500 or status in PASSING:
        return DeliveryDelayed(message, maybe_arrived=status >= 500)
    return DeliveryShut(message, status=status)
