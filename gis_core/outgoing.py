"""Requests to other hosts. Every one of them goes through here, so that none reaches a network it must not.

An address that somebody else chose (a photo's address, an endpoint, a map service) may name this machine or
the network behind it. So the host is resolved here, every address it has is checked, and the connection goes
to exactly the address that was checked: a name server that answers differently a moment later changes nothing.
Redirects are new requests and are checked like the first.
"""

from __future__ import annotations

import ipaddress
import socket
import time
from dataclasses import dataclass
from typing import Final

import httpx
from django.conf import settings

from gis_core.errors import CodedError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address

TIMEOUT_S: Final = 10.0
MAX_REDIRECTS: Final = 3
USER_AGENT: Final = "Flurpost"
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class OutgoingError(CodedError):
    """The base of the errors of this module."""


class AddressRefused(OutgoingError):
    """The address is no http(s) address, or leads into a network that must not be reached."""


class AnswerTooLarge(OutgoingError):
    """The answer has more bytes than asked for."""


class AnswerTooSlow(OutgoingError):
    """The answer was not complete in the time given."""


@dataclass(frozen=True)
class Fetched:
    """The whole body of an answer and its media type, without parameters, in lower case."""

    content: bytes
    media_type: str


def client(*, timeout_s: float = TIMEOUT_S, follow_redirects: bool = True) -> httpx.Client:
    """An HTTP client that reaches public addresses and `settings.PRIVATE_NETWORKS_ALLOWED` only.

    `timeout_s` holds for connecting and for each read or write. It raises `AddressRefused` beside httpx's
    own errors. Proxies of the environment are not used: they would resolve the name again.
    """
    return httpx.Client(
        transport=_GuardedTransport(),
        timeout=timeout_s,
        follow_redirects=follow_redirects,
        max_redirects=MAX_REDIRECTS,
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
    )


def fetch(url: str, *, max_bytes: int, deadline_s: float) -> Fetched:
    """The body behind the address, read piece by piece and given up when it is too large or too slow.

    Raises `OutgoingError` or `httpx.HTTPError` (`httpx.HTTPStatusError` for an answer other than 2xx).
    """
    ends = time.monotonic() + deadline_s
    content = bytearray()
    with client() as http, http.stream("GET", _parsed(url)) as answer:
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > max_bytes:
                raise AnswerTooLarge("answer_large", most=max_bytes)
            if time.monotonic() > ends:
                raise AnswerTooSlow("answer_slow", seconds=f"{deadline_s:g}")
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return Fetched(bytes(content), media_type)


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("address_none", url=repr(url)) from error


def address_checked(url: httpx.URL) -> IpAddress:
    """The address to connect to; asks the name server. Raises `AddressRefused`."""
    if url.scheme not in {"http", "https"} or not url.host:
        raise AddressRefused("address_scheme", url=repr(str(url)))
    host = url.raw_host.decode("ascii")
    addresses = _resolved(host, url.port or (443 if url.scheme == "https" else 80))
    for address in addresses:
        if not _may_be_reached(address):
            raise AddressRefused("address_refused", host=host, address=str(address))
    return addresses[0]


def _resolved(host: str, port: int) -> list[IpAddress]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        # To httpx's callers a name that does not resolve is a failed connection, which may pass.
        raise httpx.ConnectError(f"{host} was not found: {error}") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _may_be_reached(address: IpAddress) -> bool:
    real = _embedded(address)
    allowed = (ipaddress.ip_network(network) for network in settings.PRIVATE_NETWORKS_ALLOWED)
    if any(real in network for network in allowed):
        return True
    return real.is_global and not real.is_multicast and not real.is_reserved


def _embedded(address: IpAddress) -> IpAddress:
    """The IPv4 address inside an IPv6 one (mapped, 6to4, Teredo, NAT64), for that is where it leads."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if address in _NAT64:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


class _GuardedTransport(httpx.BaseTransport):
    """Sends each request, redirects included, to the address that was checked."""

    def __init__(self) -> None:
        # Nothing is kept alive: a connection must never serve another host that has the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.HTTPTransport(limits=limits, trust_env=False)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = address_checked(request.url)
        # The Host header stays as it is; TLS asks for, and checks, the certificate of the name.
        pinned = httpx.Request(
            request.method,
            request.url.copy_with(host=str(address)),
            headers=request.headers,
            stream=request.stream,
            extensions={
                **request.extensions,
                "sni_hostname": request.url.raw_host.decode("ascii"),
            },
        )
        return self._inner.handle_request(pinned)

    def close(self) -> None:
        self._inner.close()
