"""What a channel brings back: a receipt, or the reason why there is none."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from routing.enums import DeliveryState
from routing.errors import RoutingError


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
    asked before the message is sent again.
    """

    is_permanent = False

    def __init__(self, message: str, *, maybe_arrived: bool = False) -> None:
        super().__init__(message)
        self.maybe_arrived = maybe_arrived


class DeliveryDelayed(DeliveryError):
    """The receiver cannot take it now: down, busy, out of reach."""


class DeliveryRefused(DeliveryError):
    """The receiver does not want it as it is; sending it often again would not help."""

    is_permanent = True
