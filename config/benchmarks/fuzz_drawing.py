"""Drawing hostile requests: addresses of the URLconf, and what clients put into paths, queries, bodies and headers."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any, Final
from urllib.parse import quote, urlencode

from django.apps import apps
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from django.urls import URLPattern, URLResolver
from django.utils.regex_helper import normalize
from PIL import Image

from issues.models import Category, Issue

METHODS: Final = (
    ("GET",) * 10 + ("POST",) * 7 + ("HEAD", "OPTIONS", "PUT", "PATCH", "DELETE", "TRACE", "BREW")
)
# As they go over the wire: what a client may put into a path, a query or a form.
HOSTILE: Final = (
    "%00", "a%00b", "%FF%FE", "%ED%A0%80", "%C3%28", "%", "%2", "%zz", "..%2F..%2Fetc%2Fpasswd", "%0D%0AX:1", "%1B[0m",
    "%F0%9F%92%A3", "%E2%80%AE", "%EF%BF%BF", "%27%22%3E%3Cscript%3E", "{}", "{{7*7}}", "$(id)", "0", "-1", "-0",
    "00", "1e308", "NaN", "Infinity", "-Infinity", "1,5", "9" * 30, "9" * 5000, "-" + "9" * 30, "2147483648",
    "9223372036854775808", "%D9%A1%D9%A2", "%C2%B2", "true", "null", "None", "[]", "a" * 300, "%61" * 700,
    "9999-12-31", "0000-00-00", "2026-13-40T99:99:99Z", "0001-01-01T00:00:00+14:00", "1,2,3", "1,2,3,4",
    "-180,-90,180,90", "NaN,NaN,NaN,NaN", "180,90,-180,-90", "1e400,0,1e400,1", ",,,", "%20", "%09", "__all__", "id",
    "../", "./", "//", "http://[::1", "//evil.example", "javascript:1", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
NAMES: Final = (
    "jurisdiction", "jurisdiction_id", "status", "group", "authority", "page", "page_size", "bbox", "q", "lat", "lon",
    "long", "category", "place", "address_id", "address_string", "accuracy", "answer", "question", "next", "username",
    "password", "email", "language", "reason", "seen", "number", "service_code", "service_request_id", "api_key",
    "start_date", "end_date", "updated_after", "updated_before", "description", "media_url", "attribute[KIND]",
    "dataset", "edition", "profile", "as_of", "licence", "uploads", "file", "kind", "condition", "rule_id", "priority",
    "body", "confidence", "valid_from", "valid_to", "note", "rule_set", "against", "limit", "days", "code", "name_de",
    "name", "channel", "address", "settings", "assign_from", "row", "district", "layer", "SERVICE", "REQUEST", "BBOX",
    "WIDTH", "HEIGHT", "CRS", "LAYERS", "FORMAT", "o", "p", "all", "e", "_popup", "action", "_selected_action",
    "received_at__gte", "category__code", "id__exact", "jurisdiction__id__exact", "status__in", "is_active__exact",
    "old_password", "new_password1", "new_password2", "csrfmiddlewaretoken", "_to_field", "_changelist_filters",
    "app_label", "model_name", "field_name", "term",
)  # fmt: skip
HEADERS: Final[Mapping[str, Sequence[str]]] = {
    "HTTP_HX_REQUEST": ("true", "false", "x"),
    "HTTP_HX_CURRENT_URL": ("http://[::1", "http://localhost/triage/?page=1", "//", "%00", "http://a:b:c", "http://℀/"),
    "HTTP_HX_CURRENT_URL_URI_AUTOENCODED": ("true",),
    "HTTP_HX_HISTORY_RESTORE_REQUEST": ("true",),
    "HTTP_ACCEPT": ("application/json", "text/html;q=x", "*/*;q=2", ",,;", "text/xml", "a/b;c=\x00", "é/é"),
    "HTTP_ACCEPT_LANGUAGE": ("en", "de-" * 300, "*;q=9", "\x00", "x" * 5000, "en;q=NaN"),
    "HTTP_HOST": ("localhost", "a b", "[::1", "localhost:99999999", "evil.example", "", "é", "a\x00b"),
    "HTTP_X_FORWARDED_FOR": ("1.2.3.4", "[::1", "a, b", ",", "\x00", "9" * 999, "1.2.3.4:5:6", "fe80::1%eth0"),
    "HTTP_X_FORWARDED_PROTO": ("https", "x", ""),
    "HTTP_REFERER": ("http://[::1", "//", "\x00", "https://evil.example/"),
    "HTTP_ORIGIN": ("https://app.example", "null", "http://[::1", "é"),
    "HTTP_ACCESS_CONTROL_REQUEST_METHOD": ("GET", "BREW"),
    "HTTP_IF_NONE_MATCH": ('"x"', "*", 'W/"', "\x00"),
    "HTTP_IF_MODIFIED_SINCE": ("x", "Mon, 99 Abc 9999 99:99:99 GMT", "Thu, 01 Jan 1970 00:00:00 GMT"),
    "HTTP_IF_MATCH": ('"x"', "*"),
    "HTTP_RANGE": ("bytes=9-1", "bytes=-", "x"),
    "HTTP_IDEMPOTENCY_KEY": ("k", "~", "é", "x" * 300),
    "HTTP_X_API_KEY": ("wrong", "é", "\x00", "x" * 5000),
    "HTTP_AUTHORIZATION": ("Basic !!", "Bearer x", "\x00"),
    "HTTP_USER_AGENT": ("", "\x00", "é" * 300),
    "HTTP_X_REQUESTED_WITH": ("XMLHttpRequest",),
    "HTTP_TRANSFER_ENCODING": ("chunked",),
    "CONTENT_LENGTH": ("x", "-1", "9" * 30, "999999999999", ""),
}  # fmt: skip
COOKIES: Final = (
    'sessionid="abcdefghijklmnop\\000q"', "sessionid=x", "sessionid=" + "a" * 5000, "django_language=xx", "messages=[[",
    'messages="\\"\\\\"', "csrftoken=x", ";;=;", "=", "django_language=\\000", "é=é", '"', "a=b; a=c",
)  # fmt: skip
KINDS: Final = (
    "application/json", "application/json; charset=nonsense", "text/xml", "text/plain; charset=utf-7", "nonsense", "",
    "multipart/form-data", "multipart/form-data; boundary=", "multipart/form-data; boundary=x; charset=hex",
    "application/x-www-form-urlencoded; charset=hex", "text/plain; charset=idna", "text/plain; charset=punycode",
    "text/plain; charset=undefined", "application/json; charset=rot13", "text/html; charset=utf-16; q=\xe9",
    "application/x-www-form-urlencoded; charset=utf-16", "application/octet-stream",
)  # fmt: skip
JSON_BODIES: Final = (
    b"{", b"[" * 50_000, b"null", b"[]", b'{"answer": "\\ud800"}', b'{"answer": "\\u0000"}', b'{"answer": {}}',
    b'{"answer": 1e999}', b"\xff\xfe", b'{"attribute": {"a": "\\u0000"}}', b"9" * 5000, b'"' + b"x" * 2_000_000 + b'"',
)  # fmt: skip


@dataclass(frozen=True)
class Asked:
    """One request as it was sent; `address` with its query, as it goes over the wire."""

    role: str
    method: str
    address: str
    body: bytes
    content_type: str
    headers: Mapping[str, str]


@dataclass(frozen=True)
class Drawing:
    """Draws requests; `known` are values that exist, by the name of the parameter."""

    chance: random.Random
    patterns: Sequence[tuple[str, tuple[str, ...]]]
    roles: Sequence[str]
    known: Mapping[str, Sequence[str]]

    def request(self, number: int) -> Asked:
        """Each address comes in turn; everything else is drawn."""
        method = self.chance.choice(METHODS)
        if method in {"POST", "PUT", "PATCH"}:
            body, kind = self._body()
        else:
            body, kind = b"", self.chance.choice(KINDS) if self.chance.random() < 0.1 else ""
        return Asked(
            role=self.chance.choice(self.roles),
            method=method,
            address=self._address(number),
            body=body,
            content_type=kind,
            headers=self._headers(),
        )

    def _address(self, number: int) -> str:
        form, names = self.patterns[number % len(self.patterns)]
        values = {name: self._value(name) for name in names}
        path = f"/{form % values}"
        if self.chance.random() < 0.05:
            path += self.chance.choice(HOSTILE)
        if self.chance.random() < 0.6:
            fields = [self._pair() for _turn in range(self.chance.randint(1, 4))]
            path += "?" + "&".join("=".join(pair) for pair in fields)
        return path

    def _pair(self) -> tuple[str, str]:
        name = self.chance.choice(NAMES)
        if self.chance.random() < 0.05:
            return self.chance.choice(HOSTILE), ""
        return quote(name, safe="[]"), self._value(name)

    def _value(self, name: str) -> str:
        known = self.known.get(name)
        if known and self.chance.random() < 0.6:
            return quote(self.chance.choice(known), safe="")
        if name == "suffix":
            return self.chance.choice(["xml", "json", "yaml", "JSON"])
        return self.chance.choice(HOSTILE)

    def _body(self) -> tuple[bytes, str]:
        match self.chance.randrange(6):
            case 0:
                return self.chance.choice(JSON_BODIES), "application/json"
            case 1:
                raw = self.chance.randbytes(self.chance.randint(0, 300))
                return raw, self.chance.choice(KINDS)
            case 2:
                data: dict[str, Any] = dict.fromkeys(self.chance.sample(NAMES, 5), "x")
                file = BytesIO(self.chance.choice([b"", b"x", b"a;b\n\0", self._picture()]))
                file.name = self.chance.choice(["a.jpg", "../x", "a.csv", "\u202e.zip", "a.gml"])
                data[self.chance.choice(["media", "uploads", "file", "photo1"])] = file
                return encode_multipart(BOUNDARY, data), MULTIPART_CONTENT
            case 3:
                known = {name: self.chance.choice(one) for name, one in self.known.items()}
                return urlencode(known).encode(), "application/x-www-form-urlencoded"
            case _:
                pairs = [self._pair() for _turn in range(self.chance.randint(1, 8))]
                body = "&".join("=".join(pair) for pair in pairs)
                return body.encode(), "application/x-www-form-urlencoded"

    @staticmethod
    def _picture() -> bytes:
        target = BytesIO()
        Image.new("RGB", (4, 3), "red").save(target, "JPEG")
        return target.getvalue()

    def _headers(self) -> dict[str, str]:
        names = self.chance.sample([*HEADERS], self.chance.choice([0, 0, 0, 1, 1, 2, 3]))
        headers = {name: self.chance.choice(HEADERS[name]) for name in names}
        if self.chance.random() < 0.1:
            headers["HTTP_COOKIE"] = self.chance.choice(COOKIES)
        return headers


def patterns_found(
    resolver: URLResolver, before: str = ""
) -> Iterator[tuple[str, tuple[str, ...]]]:
    """All addresses as forms with the names of their parts: `issues/%(number)s/`."""
    for one in resolver.url_patterns:
        whole = before + one.pattern.regex.pattern.removeprefix("^").removeprefix("\\A")
        if isinstance(one, URLResolver):
            yield from patterns_found(one, whole)
        elif isinstance(one, URLPattern):
            for form, names in normalize(whole):
                yield form, tuple(names)


def known_values() -> dict[str, list[str]]:
    """Values that lead somewhere: numbers, keys and primary keys of what is stored."""
    numbers = list(Issue.objects.values_list("number", flat=True)[:20])
    keys = list(apps.get_model("parcels.Parcel").objects.values_list("key", flat=True)[:20])
    pks = {
        str(pk)
        for model in ("gis_core.Edition", "routing.RuleSet", "routing.Rule", "routing.Authority", "routing.GoldenCase")
        for pk in apps.get_model(model).objects.values_list("pk", flat=True)[:5]
    }  # fmt: skip
    ids = sorted({*pks, "1", "2"})
    codes = list(Category.objects.values_list("code", flat=True)[:20])
    authorities = list(apps.get_model("routing.Authority").objects.values_list("code", flat=True))
    known = {
        "number": numbers, "service_request_id": numbers, "key": keys, "address_id": keys, "q": keys, "pk": ids,
        "rule_pk": ids, "threshold_pk": ids, "contact_pk": ids, "object_id": ids, "edition": ids, "rule_set": ids,
        "code": codes, "category": codes, "service_code": codes, "authority": authorities, "body": authorities,
        "layer": ["parcels", "land_use", "roads"], "zoom": ["14", "15"], "column": ["8525"], "row": ["5450"],
        "name": ["public", "triage", "asking"], "action": ["activate", "discard", "rollback"], "page": ["1", "2"],
        "app_label": ["issues", "auth", "routing"], "status": ["open", "received"], "dataset": ["parcels"],
        "lat": ["51.5503"], "long": ["7.3117"], "lon": ["7.3117"], "bbox": ["7.30,51.54,7.32,51.56"],
        "seen": ["1"], "reason": ["weil"], "jurisdiction": ["castrop-rauxel.de"], "next": ["/triage/"],
    }  # fmt: skip
    return {name: values for name, values in known.items() if values}
