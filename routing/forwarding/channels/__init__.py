"""How authorities are told: each channel is a class, known by an entry point of the group `flurpost.channels`.

The program's own channels are listed here, because the program runs from its checkout and is never installed; those of
an installed package announce themselves. Both are loaded the same way.
"""

from __future__ import annotations

from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from routing.enums import ChannelKind
from routing.errors import RoutingError
from routing.forwarding.channels.base import Channel

GROUP: Final = "flurpost.channels"
OWN: Final = {
    ChannelKind.MAIL: "routing.forwarding.channels.mail:MailChannel",
    ChannelKind.OPEN311: "routing.forwarding.channels.open311:Open311Channel",
    ChannelKind.WEBHOOK: "routing.forwarding.channels.webhook:WebhookChannel",
    ChannelKind.HAND: "routing.forwarding.channels.hand:HandChannel",
}


class ChannelTwice(RoutingError):
    """Two channels go by one name."""


@cache
def channels_all() -> dict[str, Channel]:
    """Name of the channel → the channel, the program's own first. Raises ChannelTwice, and what loading one raises."""
    own = [EntryPoint(kind.value, target, GROUP) for kind, target in OWN.items()]
    found: dict[str, Channel] = {}
    for point in (*own, *entry_points(group=GROUP)):
        if point.name in found:
            raise ChannelTwice(f"there are two channels {point.name!r}; one is {point.value}")
        found[point.name] = point.load()()
    return found


def channel_of(kind: str) -> Channel:
    """Raises ValueError for an unknown channel."""
    try:
        return channels_all()[kind]
    except KeyError as error:
        raise ValueError(f"there is no channel {kind!r}") from error
