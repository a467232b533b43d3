"""Who asks: the client's address and protocol behind the proxies that this installation trusts.

`settings.TRUSTED_PROXIES` are networks (CIDR). What any other peer says of itself in a header is not believed.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class ClientAddressMiddleware:
    """Puts the client's address where everybody looks for it, REMOTE_ADDR: limits, login locks and access log agree.

    It has to be the first: X-Forwarded-Proto of a peer that is no trusted proxy is taken away before anything reads it.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        trusted = networks_parse(tuple(settings.TRUSTED_PROXIES))
        peer = str(request.META.get("REMOTE_ADDR", ""))
        if is_trusted(peer, trusted):
            forwarded = str(request.META.get("HTTP_X_FORWARDED_FOR", ""))
            request.META["REMOTE_ADDR"] = address_of_client(peer, forwarded, trusted)
        else:
            request.META.pop("HTTP_X_FORWARDED_PROTO", None)
        return self.get_response(request)


def client_address(request: HttpRequest) -> str:
    """Who asks, as `ClientAddressMiddleware` found it; empty where the server has no peer's address."""
    return str(request.META.get("REMOTE_ADDR", ""))


@lru_cache(maxsize=8)
def networks_parse(networks: tuple[str, ...]) -> tuple[Network, ...]:
    """The networks of CIDR texts; a single address is a network of one. Raises ValueError naming the text."""
    return tuple(ipaddress.ip_network(one, strict=False) for one in networks)


def address_of_client(peer: str, forwarded: str, trusted: Sequence[Network]) -> str:
    """The first address from the right of X-Forwarded-For that is no trusted proxy.

    Each proxy appends whom it was asked by, so only what trusted ones appended is believed. Where an entry is no
    address, the last proxy that could be followed counts; where all are trusted, the leftmost.
    """
    found = peer
    for entry in reversed(forwarded.split(",")):
        address = _address_parse(entry)
        if address is None:
            break
        found = str(address)
        if not _is_within(address, trusted):
            break
    return found


def is_trusted(address: str, trusted: Iterable[Network]) -> bool:
    """Whether this is the address of a trusted proxy; False for text that is not an address."""
    parsed = _address_parse(address)
    return parsed is not None and _is_within(parsed, trusted)


def _is_within(address: Address, networks: Iterable[Network]) -> bool:
    return any(address in network for network in networks)


def _address_parse(text: str) -> Address | None:
    """An address as proxies write it: with a port, in brackets, IPv4 inside IPv6."""
    bare = text.strip()
    if bare.startswith("["):
        bare = bare[1:].partition("]")[0]
    elif bare.count(":") == 1:
        bare = bare.partition(":")[0]
    try:
        address = ipaddress.ip_address(bare)
    except ValueError:
        return None
    if isinstance(address, ipaddress.IPv6Address):
        if address.scope_id is not None:
            return None
        return address.ipv4_mapped or address
    return address
