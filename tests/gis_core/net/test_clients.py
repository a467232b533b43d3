"""Who asks: behind which proxies what is believed."""

from __future__ import annotations

import ipaddress

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.http import HttpResponse
from django.test import RequestFactory
from hypothesis import given
from hypothesis import strategies as st

from config import env
from gis_core.net.clients import (
    ClientAddressMiddleware,
    address_of_client,
    client_address,
    is_trusted,
    networks_parse,
)

TRUSTED = networks_parse(("127.0.0.0/8", "::1", "172.29.83.0/24", "2001:db8::/32"))


@pytest.mark.parametrize(
    ("peer", "forwarded", "client"),
    [
        ("127.0.0.1", "", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "6.6.6.6, 192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "6.6.6.6, 192.0.2.7, 172.29.83.5", "192.0.2.7"),
        ("127.0.0.1", "172.29.83.9, 172.29.83.5", "172.29.83.9"),
        ("127.0.0.1", "192.0.2.7:4711", "192.0.2.7"),
        ("127.0.0.1", "[2001:db9::1]:443", "2001:db9::1"),
        ("127.0.0.1", "::ffff:192.0.2.7", "192.0.2.7"),
        ("127.0.0.1", "unknown", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, unknown, 172.29.83.5", "172.29.83.5"),
        ("127.0.0.1", "192.0.2.7,", "127.0.0.1"),
        ("127.0.0.1", "fe80::1%eth0", "127.0.0.1"),
        ("127.0.0.1", "192.0.2.7, 2001:db8::5", "192.0.2.7"),
    ],
)
def test_address_of_the_client_behind_proxies(peer, forwarded, client):
    assert address_of_client(peer, forwarded, TRUSTED) == client


@pytest.mark.parametrize("peer", ["192.0.2.1", "", "not an address", "::2"])
def test_stranger_is_no_proxy(peer):
    assert not is_trusted(peer, TRUSTED)


@given(st.text(max_size=60))
def test_any_header_gives_an_address(forwarded):
    ipaddress.ip_address(address_of_client("127.0.0.1", forwarded, TRUSTED))


@given(st.lists(st.ip_addresses(v=4), max_size=4), st.ip_addresses(v=4))
def test_what_the_client_adds_in_front_changes_nothing(claimed, client):
    if is_trusted(str(client), TRUSTED):
        return
    forwarded = ", ".join(str(one) for one in [*claimed, client])
    assert address_of_client("127.0.0.1", forwarded, TRUSTED) == str(client)


@pytest.mark.parametrize(
    ("networks", "peer", "address", "is_secure"),
    [
        (["127.0.0.0/8"], "127.0.0.1", "192.0.2.7", True),
        (["127.0.0.0/8"], "10.0.0.1", "10.0.0.1", False),
        (["10.0.0.0/8"], "10.0.0.1", "192.0.2.7", True),
        (["10.0.0.0/8"], "127.0.0.1", "127.0.0.1", False),
    ],
)
def test_middleware_believes_trusted_proxies_only(settings, networks, peer, address, is_secure):
    settings.TRUSTED_PROXIES = networks
    settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
    seen = {}

    def view(request):
        seen["client"] = (client_address(request), request.is_secure())
        return HttpResponse()

    headers = {"x-forwarded-for": "6.6.6.6, 192.0.2.7", "x-forwarded-proto": "https"}
    request = RequestFactory().get("/", REMOTE_ADDR=peer, headers=headers)
    ClientAddressMiddleware(view)(request)
    assert seen["client"] == (address, is_secure)


def test_network_that_is_none_is_refused_at_start(monkeypatch):
    monkeypatch.setenv("TRUSTED_PROXIES", "10.0.0.0/8,everybody")
    with pytest.raises(ImproperlyConfigured, match=r"TRUSTED_PROXIES.*everybody"):
        env.networks("TRUSTED_PROXIES", "")
