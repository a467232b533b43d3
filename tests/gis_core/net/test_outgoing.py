"""Outgoing requests: strangers' addresses never lead into this machine or its network."""

from __future__ import annotations

import ipaddress
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import suppress
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import httpx
import pytest

from config.settings import base
from gis_core.checks import private_networks_are_networks
from gis_core.net import outgoing

PHOTO = outgoing.Purpose.PHOTO


class Answers(BaseHTTPRequestHandler):
    """/redirect?URL leads there, /loop to itself; /large and /slow are what they say.

    Any other path answers with the Host header.
    """

    def do_GET(self) -> None:
        path, _mark, query = self.path.partition("?")
        if path in {"/redirect", "/loop"}:
            self.send_response(302)
            self.send_header("Location", query or self.path)
            self.end_headers()
            return
        self.send_response(404 if path == "/missing" else 200)
        self.send_header("Content-Type", "text/plain; charset=utf-8")
        self.end_headers()
        if path == "/slow":
            for _turn in range(20):
                self.wfile.write(b"x")
                time.sleep(0.05)
        else:
            self.wfile.write(b"x" * 5000 if path == "/large" else self.headers["Host"].encode())

    def log_message(self, *_args: object) -> None:
        """Says nothing."""


@pytest.fixture
def server() -> Iterator[str]:
    """The base address of an HTTP server on the loopback."""
    with ThreadingHTTPServer(("127.0.0.1", 0), Answers) as running:
        running.daemon_threads = True
        thread = threading.Thread(target=running.serve_forever, args=[0.01])
        thread.start()
        yield f"http://127.0.0.1:{running.server_port}"
        running.shutdown()
        thread.join()


@pytest.fixture
def loopback_allowed(settings) -> None:
    settings.PRIVATE_NETWORKS = {"photo": ["127.0.0.0/8"]}


@pytest.mark.parametrize(
    "host",
    [
        "127.0.0.1",
        "localhost",
        "127.1",
        "2130706433",
        "0x7f000001",
        "0.0.0.0",  # noqa: S104 - an address to refuse, none to listen on
        "10.0.0.1",
        "172.16.0.1",
        "192.168.1.1",
        "169.254.169.254",
        "100.64.0.1",
        "192.0.0.8",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "[::1]",
        "[::]",
        "[fe80::1]",
        "[fc00::1]",
        "[ff02::1]",
        "[::ffff:127.0.0.1]",
        "[::ffff:169.254.169.254]",
        "[::127.0.0.1]",
        "[64:ff9b::7f00:1]",
        "[2002:7f00:1::]",
        "[2001:0:4136:e378:8000:63bf:80ff:fffe]",
    ],
)
def test_address_that_must_not_be_reached_is_refused(host):
    with pytest.raises(outgoing.AddressRefused):
        outgoing.address_checked(httpx.URL(f"http://{host}/"), purpose=PHOTO)
    with (
        pytest.raises(outgoing.AddressRefused),
        outgoing.client(purpose=PHOTO, deadline_s=5) as http,
    ):
        http.get(f"http://{host}:9/")


@pytest.mark.parametrize("host", ["8.8.8.8", "[2606:4700::1111]", "[::ffff:8.8.8.8]"])
def test_public_address_may_be_reached(host):
    found = outgoing.address_checked(httpx.URL(f"https://{host}/"), purpose=PHOTO)
    assert found == ipaddress.ip_address(host.strip("[]"))


@pytest.mark.parametrize(
    "url",
    [
        *("ftp://8.8.8.8/", "file:///etc/passwd", "//8.8.8.8/", "http:///x", "gopher://8.8.8.8/"),
        *("x", "http://a:b/"),
    ],
)
def test_address_that_is_no_web_address_is_refused(url):
    with pytest.raises(outgoing.AddressRefused):
        outgoing.fetch(url, purpose=PHOTO, max_bytes=1, deadline_s=1)


def test_name_with_one_forbidden_address_is_refused(monkeypatch):
    def both(host: str, port: int, **_options: object) -> list[tuple[object, ...]]:
        return [(socket.AF_INET, 1, 6, "", (address, port)) for address in ("8.8.8.8", "10.0.0.1")]

    monkeypatch.setattr(socket, "getaddrinfo", both)
    with pytest.raises(outgoing.AddressRefused, match=r"10\.0\.0\.1"):
        outgoing.address_checked(httpx.URL("https://two-faced.example/"), purpose=PHOTO)


def test_name_that_does_not_resolve_is_a_failed_connection(monkeypatch):
    def none(*_args: object, **_options: object) -> None:
        raise socket.gaierror("not known")

    monkeypatch.setattr(socket, "getaddrinfo", none)
    with pytest.raises(httpx.ConnectError), outgoing.client(purpose=PHOTO, deadline_s=5) as http:
        http.get("https://nowhere.example/")


def test_name_is_resolved_once_and_the_checked_address_is_asked(server, settings, monkeypatch):
    """A name server that changes its answer after the check gains nothing."""
    settings.PRIVATE_NETWORKS = {"photo": ["127.0.0.1/32"]}
    asked: list[str] = []
    real = socket.getaddrinfo

    def changing(host: str, port: int, *args: object, **options: object) -> object:
        if host != "changing.example":
            return real(host, port, *args, **options)
        asked.append(host)
        address = "127.0.0.1" if len(asked) == 1 else "127.0.0.99"
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", changing)
    url = server.replace("127.0.0.1", "changing.example")
    with outgoing.client(purpose=PHOTO, deadline_s=5) as http:
        answer = http.get(url)
    assert answer.text == url.removeprefix("http://")
    assert asked == ["changing.example"]
    assert str(answer.url) == url


def test_redirect_into_a_forbidden_network_is_refused(server, loopback_allowed):
    for target in (
        "http://169.254.169.254/latest/meta-data/",
        "http://[::ffff:10.0.0.1]/",
        "file:///etc/passwd",
    ):
        with pytest.raises((outgoing.AddressRefused, httpx.UnsupportedProtocol)):
            outgoing.fetch(
                f"{server}/redirect?{target}", purpose=PHOTO, max_bytes=100, deadline_s=5
            )


def test_redirects_are_followed_three_times_only(server, loopback_allowed):
    once = f"{server}/redirect?{server}/end"
    assert (
        outgoing.fetch(once, purpose=PHOTO, max_bytes=100, deadline_s=5).media_type == "text/plain"
    )
    with pytest.raises(httpx.TooManyRedirects):
        outgoing.fetch(f"{server}/loop", purpose=PHOTO, max_bytes=100, deadline_s=5)


def test_answer_too_large_is_given_up(server, loopback_allowed):
    assert (
        len(outgoing.fetch(f"{server}/large", purpose=PHOTO, max_bytes=5000, deadline_s=5).content)
        == 5000
    )
    with pytest.raises(outgoing.AnswerTooLarge):
        outgoing.fetch(f"{server}/large", purpose=PHOTO, max_bytes=4999, deadline_s=5)


def test_answer_too_slow_is_given_up(server, loopback_allowed):
    with pytest.raises(outgoing.AnswerTooSlow):
        outgoing.fetch(f"{server}/slow", purpose=PHOTO, max_bytes=5000, deadline_s=0.1)


def test_answer_with_an_error_is_told(server, loopback_allowed):
    with pytest.raises(httpx.HTTPStatusError):
        outgoing.fetch(f"{server}/missing", purpose=PHOTO, max_bytes=5000, deadline_s=5)


def test_proxies_of_the_environment_are_not_used(server, loopback_allowed, monkeypatch):
    monkeypatch.setenv("HTTP_PROXY", "http://192.0.2.1:1")
    assert outgoing.fetch(server, purpose=PHOTO, max_bytes=100, deadline_s=5).content


def test_private_network_of_one_purpose_is_closed_to_the_others(settings):
    settings.PRIVATE_NETWORKS = {"map_service": ["10.0.0.0/8"]}
    inside = httpx.URL("http://10.1.2.3/")
    allowed = outgoing.address_checked(inside, purpose=outgoing.Purpose.MAP_SERVICE)
    assert str(allowed) == "10.1.2.3"
    for other in set(outgoing.Purpose) - {outgoing.Purpose.MAP_SERVICE}:
        with pytest.raises(outgoing.AddressRefused):
            outgoing.address_checked(inside, purpose=other)


def test_no_setting_of_an_installation_opens_a_private_network_to_photos():
    assert set(base.PRIVATE_NETWORKS) == set(outgoing.Purpose) - {PHOTO}


def test_closed_server_is_not_reached_by_any_name(server, loopback_allowed):
    port = httpx.URL(server).port
    for name in ("127.0.0.1", "localhost", "[::ffff:127.0.0.1]"):
        with pytest.raises(outgoing.AddressRefused):
            outgoing.fetch(
                f"http://{name}:{port}/a",
                purpose=PHOTO,
                max_bytes=100,
                deadline_s=5,
                closed=[f"{server}/wms", "http://nowhere.invalid/", "no address", "http://[::1"],
            )
    redirect, closed = f"{server}/redirect?http://127.0.0.1:1/secret", ["http://localhost:1/wms"]
    with pytest.raises(outgoing.AddressRefused):
        outgoing.fetch(redirect, purpose=PHOTO, max_bytes=100, deadline_s=5, closed=closed)


def test_client_ends_whatever_a_server_dribbles(loopback_allowed):
    """Header by header and byte by byte: each read is quick, the whole is not."""

    def dribble(listening: socket.socket) -> None:
        connection, _address = listening.accept()
        with connection, suppress(OSError):
            connection.sendall(b"HTTP/1.1 200 OK\r\n")
            while True:
                connection.sendall(b"X: y\r\n")
                time.sleep(0.02)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=dribble, args=[listening])
        thread.start()
        url = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        began = time.monotonic()
        with pytest.raises(outgoing.AnswerTooSlow):
            outgoing.fetch(url, purpose=PHOTO, max_bytes=100, deadline_s=0.3)
        assert time.monotonic() - began < 2
        thread.join()


@pytest.mark.parametrize("network", ["10.0.0.0/33", "10.0.0.1/8", "intranet"])
def test_network_that_is_none_is_told_at_the_start(settings, network):
    settings.PRIVATE_NETWORKS = {"receiver": ["10.0.0.0/8", network]}
    (error,) = private_networks_are_networks(None)
    assert network in error.msg
    assert error.id == "gis_core.E003"
