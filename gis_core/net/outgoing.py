"""Requests to other hosts. Every one of them goes through here, so that none reaches a network it must not.

An address that somebody else chose (a photo's address, an endpoint, a map service) may name this machine or
the network behind it. So the host is resolved here, every address it has is checked, and the connection goes
to exactly the address that was checked: a name server that answers differently a moment later changes nothing.
Redirects are new requests and are checked like the first. Which private networks may be reached depends on the purpose:
what an administrator chose to ask is not what a stranger may make this installation ask.
"""

from __future__ import annotations

import enum
import ipaddress
import socket
import ssl
import time
from collections.abc import Collection, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Final

import httpcore
import httpx
from django.conf import settings

from gis_core.errors import CodedError

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
Server = tuple[IpAddress, int]

TIMEOUT_S: Final = 10.0
MAX_REDIRECTS: Final = 3
USER_AGENT: Final = "Flurpost"
_PORTS: Final = {"http": 80, "https": 443}
_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


class Purpose(enum.StrEnum):
    """What a request is for; the keys of `settings.PRIVATE_NETWORKS`.

    PHOTO is an address that anybody may send. No setting of an installation opens a private network to it.
    """

    MAP_SERVICE = "map_service"
    RECEIVER = "receiver"
    GEODATA = "geodata"
    PHOTO = "photo"


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
    """The whole body of an answer and its media type, without parameters, in lower case.

    `is_unchanged`: the server says (304) that what the request's validators name still holds; there is no body.
    """

    content: bytes
    media_type: str
    headers: Mapping[str, str] = field(default_factory=dict)
    is_unchanged: bool = False


def client(
    *,
    purpose: Purpose,
    deadline_s: float,
    timeout_s: float = TIMEOUT_S,
    follow_redirects: bool = True,
    closed: Collection[str] = (),
) -> httpx.Client:
    """An HTTP client that reaches public addresses and `settings.PRIVATE_NETWORKS` of the purpose only.

    `timeout_s` holds for connecting and for each read or write, `deadline_s` from now on for everything that the
    client does: a server that sends a byte now and then gains nothing. Both raise `httpx.TimeoutException`.
    The servers behind the addresses in `closed` are not reached, whatever name leads to them. It raises
    `AddressRefused` beside httpx's own errors. Proxies of the environment are not used: they would resolve the name
    again.
    """
    return httpx.Client(
        transport=_GuardedTransport(purpose, time.monotonic() + deadline_s, closed),
        timeout=timeout_s,
        follow_redirects=follow_redirects,
        max_redirects=MAX_REDIRECTS,
        headers={"User-Agent": USER_AGENT},
        trust_env=False,
    )


def fetch(
    url: str,
    *,
    purpose: Purpose,
    max_bytes: int,
    deadline_s: float,
    closed: Collection[str] = (),
    validators: Mapping[str, str] | None = None,
) -> Fetched:
    """The body behind the address, read piece by piece and given up when it is too large or too slow.

    `deadline_s` covers connecting, redirects, headers and body. `closed`: see `client`. `validators`: headers that ask
    whether something changed (If-None-Match, If-Modified-Since). Raises `OutgoingError` or `httpx.HTTPError`
    (`httpx.HTTPStatusError` for an answer other than 2xx and, with `validators`, 304).
    """
    ends = time.monotonic() + deadline_s
    try:
        with client(purpose=purpose, deadline_s=deadline_s, closed=closed) as http:
            return _read(http, url, max_bytes, validators or {})
    except httpx.TimeoutException as error:
        if time.monotonic() < ends:
            raise
        raise AnswerTooSlow("answer_slow", seconds=f"{deadline_s:g}") from error


def _read(http: httpx.Client, url: str, max_bytes: int, validators: Mapping[str, str]) -> Fetched:
    content = bytearray()
    with http.stream("GET", _parsed(url), headers=dict(validators)) as answer:
        if validators and answer.status_code == httpx.codes.NOT_MODIFIED:
            return Fetched(b"", "", answer.headers, is_unchanged=True)
        answer.raise_for_status()
        for piece in answer.iter_bytes():
            content += piece
            if len(content) > max_bytes:
                raise AnswerTooLarge("answer_large", most=max_bytes)
        media_type = answer.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        return Fetched(bytes(content), media_type, answer.headers)


def _parsed(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError) as error:
        raise AddressRefused("address_none", url=repr(url)) from error


def address_checked(
    url: httpx.URL, *, purpose: Purpose, closed: Collection[Server] = ()
) -> IpAddress:
    """The address to connect to; asks the name server. Raises `AddressRefused`."""
    if url.scheme not in _PORTS or not url.host:
        raise AddressRefused("address_scheme", url=repr(str(url)))
    host = url.raw_host.decode("ascii")
    port = url.port or _PORTS[url.scheme]
    addresses = _resolved(host, port)
    for address in addresses:
        if (_embedded(address), port) in closed or not _may_be_reached(address, purpose):
            raise AddressRefused("address_refused", host=host, address=str(address))
    return addresses[0]


def _resolved(host: str, port: int) -> list[IpAddress]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        # To httpx's callers a name that does not resolve is a failed connection, which may pass.
        raise httpx.ConnectError(f"{host} was not found: {error}") from error
    return [ipaddress.ip_address(str(entry[4][0]).partition("%")[0]) for entry in found]


def _may_be_reached(address: IpAddress, purpose: Purpose) -> bool:
    real = _embedded(address)
    allowed = settings.PRIVATE_NETWORKS.get(purpose, ())
    if any(real in ipaddress.ip_network(network) for network in allowed):
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
    """Sends each request, redirects included, to the address that was checked; until `ends` (time.monotonic)."""

    def __init__(self, purpose: Purpose, ends: float, closed: Collection[str]) -> None:
        # Nothing is kept alive: a connection must never serve another host that has the same address.
        limits = httpx.Limits(max_keepalive_connections=0)
        self._inner = httpx.HTTPTransport(limits=limits, trust_env=False)
        # httpx has no parameter for it; its timeouts are those of single reads.
        self._inner._pool._network_backend = _UntilBackend(ends)
        self._purpose = purpose
        self._closed = _servers(closed)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        address = address_checked(request.url, purpose=self._purpose, closed=self._closed)
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


def _servers(urls: Collection[str]) -> frozenset[Server]:
    """Addresses and ports of these servers; one that has none now cannot be reached by anybody."""
    found: set[Server] = set()
    for text in urls:
        with suppress(httpx.ConnectError, AddressRefused):
            url = _parsed(text)
            port = url.port or _PORTS.get(url.scheme, 0)
            found |= {(_embedded(address), port) for address in _resolved(url.host, port)}
    return frozenset(found)


class _UntilBackend(httpcore.SyncBackend):
    """Connections on which nothing lasts longer than to a moment, however little it waits at a time."""

    def __init__(self, ends: float) -> None:
        self._ends = ends

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Any = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, self._ends)
        stream = super().connect_tcp(host, port, left, local_address, socket_options)
        return _UntilStream(stream, self._ends)


class _UntilStream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream, ends: float) -> None:
        self._inner, self._ends = inner, ends

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout, self._ends))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout, self._ends))

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _left(timeout, self._ends)
        return _UntilStream(self._inner.start_tls(ssl_context, server_hostname, left), self._ends)

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)

    def close(self) -> None:
        self._inner.close()


def _left(timeout: float | None, ends: float) -> float:
    """The seconds that one step may take; raises where there is no time left."""
    left = ends - time.monotonic()
    if left <= 0:
        raise httpcore.ReadTimeout("the time given is over")
    return left if timeout is None else min(timeout, left)
