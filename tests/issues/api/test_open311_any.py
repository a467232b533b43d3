"""Whatever is sent to the server, it answers in its formats and never stumbles."""

from __future__ import annotations

import json
from urllib.parse import quote, urlencode

import pytest
from defusedxml.ElementTree import fromstring
from django.core.cache import cache
from hypothesis import example, given
from hypothesis import strategies as st
from hypothesis.extra.django import TestCase

from gis_core.models import Jurisdiction
from issues.models import Category, Issue
from issues.services import api_key_create
from tests.issues.conftest import LAT, LONG

BASE = "/open311/v2"
TEXT = st.text(st.characters(codec="utf-8"), max_size=30)
NAMES = st.sampled_from(
    [
        "jurisdiction_id", "service_code", "lat", "long", "address_id", "address_string", "accuracy", "description",
        "email", "first_name", "media_url", "attribute[KIND]", "attribute[KIND][]", "attribute[", "api_key", "status",
        "start_date", "end_date", "service_request_id",
    ]
)  # fmt: skip
KINDS = st.sampled_from(
    [
        "application/x-www-form-urlencoded",
        "application/json",
        "multipart/form-data; boundary=x",
        "multipart/form-data; boundary=",
        "multipart/form-data; boundary=x; charset=utf-7",
        "text/xml",
        "nonsense",
        "",
    ]
)


def read(response) -> None:
    """The answer is whole, in one of the two formats, and no stumble."""
    cache.clear()  # no limit on the number of examples
    assert response.status_code < 500
    if response["Content-Type"].startswith("application/json"):
        json.loads(response.content)
    else:
        assert response["Content-Type"] == "text/xml; charset=utf-8"
        fromstring(response.content)


class TestAnyRequest(TestCase):
    @classmethod
    def setUpTestData(cls) -> None:
        jurisdiction = Jurisdiction.objects.create(
            identifier="any.example",
            name="Any",
            issue_prefix="ANY",
            boundary="SRID=25832;MULTIPOLYGON(((380000 5710000,386000 5710000,386000 5716000,"
            "380000 5716000,380000 5710000)))",
        )
        Category.objects.create(jurisdiction=jurisdiction, code="C", names={"de": "C", "en": "C"})
        _stored, cls.clear = api_key_create(
            jurisdiction=jurisdiction, name="App", reports_per_minute=0
        )

    @given(TEXT, st.sampled_from(["", ".xml", ".json", ".yaml"]), st.dictionaries(NAMES, TEXT))
    @example("requests", ".json", {"service_request_id": "\x00"})
    @example("requests", ".xml", {f"n{turn}": "" for turn in range(2000)})
    @example("requests/\x00", ".xml", {})
    @example("tokens/\u2028", ".json", {})
    def test_any_address_is_answered(self, path, suffix, query):
        for prefix in ("", "services/", "requests/", "tokens/", "photos/"):
            read(self.client.get(f"{BASE}/{prefix}{quote(path)}{suffix}?{urlencode(query)}"))

    @given(st.dictionaries(NAMES, TEXT))
    def test_any_list_is_answered(self, query):
        read(self.client.get(f"{BASE}/requests.xml?{urlencode(query)}"))
        read(self.client.get(f"{BASE}/requests.json?{urlencode({**query, 'api_key': self.clear})}"))

    @given(st.binary(max_size=200), KINDS)
    def test_any_body_is_answered(self, body, kind):
        read(self.client.generic("POST", f"{BASE}/requests.xml", body, content_type=kind))
        assert not Issue.objects.exists()

    @given(st.dictionaries(NAMES, TEXT), st.booleans())
    def test_any_field_is_stored_or_refused(self, fields, as_json):
        report = {"service_code": "C", "lat": LAT, "long": LONG, **fields, "api_key": self.clear}
        kind = "application/json" if as_json else "application/x-www-form-urlencoded"
        body = json.dumps(report) if as_json else urlencode(report)
        response = self.client.generic("POST", f"{BASE}/requests.json", body, content_type=kind)
        read(response)
        assert Issue.objects.exists() == (response.status_code == 200)

    @given(st.recursive(st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
                        lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=8))  # fmt: skip
    def test_any_json_is_answered(self, content):
        body = json.dumps(content)
        read(
            self.client.generic(
                "POST", f"{BASE}/requests.json", body, content_type="application/json"
            )
        )


@pytest.mark.parametrize(
    "accept",
    [
        "",
        "nonsense",
        "text/xml;q=abc",
        "application/json;q=0.1,text/xml",
        ",,",
        "a/b/c",
        "*/*;q=-1",
        "text",
    ],
)
def test_any_accept_header_is_answered(client, jurisdiction, accept):
    read(client.get(f"{BASE}/services", headers={"accept": accept, "accept-language": accept}))
