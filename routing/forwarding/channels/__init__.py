"""How authorities are told: one module for each channel, named as its value of ChannelKind, each with its CHANNEL."""

from __future__ import annotations

from functools import cache
from importlib import import_module

from routing.enums import ChannelKind
from routing.forwarding.channels.base import Channel


@cache
def channel_of(kind: str) -> Channel:
    """Raises ValueError for an unknown kind."""
    channel: Channel = import_module(f"{__name__}.{ChannelKind(kind).value}").CHANNEL
    return channel


def channels_all() -> dict[ChannelKind, Channel]:
    return {kind: channel_of(kind) for kind in ChannelKind}
