"""What every channel offers."""

from __future__ import annotations

from typing import Protocol

from routing.forwarding.envelope import Envelope
from routing.models import AuthorityContact
from routing.outbox.receipts import Receipt


class Channel(Protocol):
    """Sends one envelope to one contact; blocks, never inside a transaction."""

    def send(
        self, envelope: Envelope, contact: AuthorityContact, *, maybe_arrived: bool
    ) -> Receipt:
        """Returns the receiver's receipt.

        `maybe_arrived`: an earlier attempt may have reached the receiver without our learning of it.
        Raises DeliveryDelayed or DeliveryRefused.
        """
        ...
