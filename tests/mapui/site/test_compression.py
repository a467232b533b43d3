"""Text leaves compressed; what is compressed already is left alone."""

from __future__ import annotations

import gzip

import pytest
from django.http import HttpResponse
from django.test import RequestFactory

from mapui.site.middleware import TextGZipMiddleware
from tests.mapui.factories import issue_create
from tests.mapui.tiles import place_of, tile_address

BODY = b"Meldung " * 100


def answered(kind: str, **headers: str) -> HttpResponse:
    middleware = TextGZipMiddleware(lambda _request: HttpResponse(BODY, content_type=kind))
    return middleware(RequestFactory().get("/", headers={"Accept-Encoding": "gzip", **headers}))


@pytest.mark.parametrize(
    "kind",
    [
        "text/html; charset=utf-8",
        "text/xml; charset=utf-8",
        "text/csv",
        "text/javascript",
        "application/json",
        "application/geo+json; charset=utf-8",
        "application/problem+json",
        "application/schema+json",
        "application/vnd.mapbox-vector-tile",
        "image/svg+xml",
    ],
)
def test_text_is_compressed(kind):
    response = answered(kind)
    assert response["Content-Encoding"] == "gzip"
    assert gzip.decompress(response.content) == BODY
    assert "Accept-Encoding" in response["Vary"]


@pytest.mark.parametrize("kind", ["image/jpeg", "image/png", "application/zip", ""])
def test_pictures_are_left_alone(kind):
    assert "Content-Encoding" not in answered(kind)


@pytest.mark.django_db
def test_feeds_are_compressed_and_still_answer_304(client, town):
    # The middleware pads with up to 100 random bytes and leaves alone what that makes longer.
    marks = [issue_create(town, east=50 + 2 * place) for place in range(8)]
    address = tile_address(place_of(marks[0]))
    plain = client.get(address)
    small = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert len(small.content) + 200 < len(plain.content)
    assert gzip.decompress(small.content) == plain.content
    again = client.get(
        address,
        headers={"Accept-Encoding": "gzip", "If-None-Match": small["ETag"]},
    )
    assert again.status_code == 304
