"""A crawl as nobody over everything that can be reached: no secret of any report, released or not, is found.

The addresses come from the program's own list, from the links that pages hold, and from Open311. Each is asked for
as a browser and as htmx does.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.files.base import ContentFile
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import Image

from issues.enums import IssueStatus, PhotoStatus
from issues.models import CategoryAttribute, Issue, Photo, Reporter
from issues.services import api_key_create, issue_release, issue_set_status
from issues.urls import urlpatterns as open311
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
)

# Spelled so that each can be found again in whatever is sent; digits without any sign between them.
PERSONAL = (
    "Erika Beispiel",
    "02305 / 123456",
    "erika.beispiel@example.org",
    "RE-AB 123",
    "DE89 3704 0044 0532 0130 00",
)
TRACES = ("erika", "beispiel", "123456", "re-ab", "370400440532", "kowalski", "geheim", "8362736")
RECEIVED = datetime(2026, 3, 3, 10, 41, 37, tzinfo=UTC)
RECEIVED_TRACES = ("10:41", "11:41", "41:37")
LINK = re.compile(r"""(?:href|src|action|hx-get|data-feed)=["']([^"'#]+)""")
EXAMPLES = {
    "str": ["MST-2026-000001", "x"],
    "int": ["0", "1"],
    "slug": ["public", "triage", "asking", "reporting", "parcels"],
}


@pytest.fixture
def secrets(town, settings, tmp_path) -> list[str]:
    """Reports full of secrets; returns the traces that nobody may find."""
    settings.MEDIA_ROOT = tmp_path
    cache.clear()
    category = category_create(town)
    CategoryAttribute.objects.create(
        category=category, code="NOTE", datatype="text", descriptions={"de": "?", "en": "?"}
    )
    traces = list(TRACES)
    for is_released in (True, False):
        issue = report_create(town, is_released=is_released)
        shown, hidden = issue.photos.order_by("pk")
        if is_released:
            issue_release(issue=issue, photos=[shown])
            traces += [str(hidden.public_id), str(shown.public_id)]
        else:
            traces += [issue.number, str(issue.public_id), str(shown.public_id)]
    withdrawn_like = issue_create(
        town, category=category_create(town, "HOMELESS", is_public=False), description="Geheim"
    )
    return [*traces, withdrawn_like.number]


def report_create(town, *, is_released: bool) -> Issue:
    text = f"Loch. {' '.join(PERSONAL)}. Tel. 0171 - 8 36 27 36. Frau Kowalski weiß Bescheid."
    issue = issue_create(
        town,
        released=False,
        description=text,
        address_text="bei Erika Beispiel, Tel. 02305 123456",
        address_id="Erika Beispiel",
        answers={"NOTE": "Erika Beispiel, geheim"},
        received_at=RECEIVED,
        status_changed_at=RECEIVED,
        sender_key=f"geheim-{is_released}",
    )
    Reporter.objects.create(
        issue=issue,
        first_name="Erika",
        last_name="Beispiel",
        email="erika.beispiel@example.org",
        phone="02305 123456",
        device_id="geheim",
        account_id="geheim",
    )
    for _turn in range(2):
        picture = BytesIO()
        Image.new("RGB", (40, 30), "red").save(picture, "JPEG")
        photo = Photo(issue=issue, status=PhotoStatus.STORED, width=40, height=30)
        photo.source_url = "https://example.org/geheim.jpg"
        photo.file.save("geheim.jpg", ContentFile(picture.getvalue()))
    decision_create(issue, authority_create(town, names={"de": "Geheimer Name", "en": "Geheim"}))
    issue_set_status(
        issue=issue,
        status=IssueStatus.IN_PROGRESS,
        note="Frau Kowalski dankt, 02305 123456, erika.beispiel@example.org",
    )
    Issue.objects.filter(pk=issue.pk).update(status_changed_at=RECEIVED)
    return Issue.objects.get(pk=issue.pk)


def addresses(patterns: list[URLPattern | URLResolver], prefix: str = "") -> Iterator[str]:
    """An address for every pattern of the program, with examples for its parts."""
    for pattern in patterns:
        route = str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            if route != "admin/":
                yield from addresses(pattern.url_patterns, prefix + route)
        elif not pattern.pattern.regex.pattern.startswith("^(?P") and "<" in route:
            yield from filled(prefix + route)
        elif "(" not in route:
            yield f"/{prefix}{route}"


def filled(route: str) -> Iterator[str]:
    part = re.search(r"<(\w+):\w+>", route)
    if part is None:
        if "(" not in route:
            yield f"/{route}"
        return
    for example in EXAMPLES.get(part[1], ["00000000-0000-0000-0000-000000000000"]):
        yield from filled(route[: part.start()] + example + route[part.end() :])


def open311_addresses(secrets: list[str]) -> Iterator[str]:
    base = "/open311/v2"
    names = ["discovery", "services", "services/ROAD_SURFACE", "requests", "requests/x", "tokens/x"]
    names += [f"requests/{issue.number}" for issue in Issue.objects.all()]
    assert len(open311) == 8
    for name in names:
        for suffix in ("", ".xml", ".json"):
            yield f"{base}/{name}{suffix}"
    numbers = ",".join(Issue.objects.values_list("number", flat=True))
    for query in (
        f"service_request_id={numbers}",
        "status=open",
        "start_date=2026-03-01T00:00:00Z",
    ):
        yield f"{base}/requests.json?{query}"
    for photo in Photo.objects.all():
        yield f"{base}/photos/{photo.public_id}.jpg"
        yield f"{base}/photos/{photo.copy_id or photo.public_id}.jpg"


def crawl(client: Client, start: list[str]) -> Iterator[tuple[str, str]]:
    """Every address that can be reached from these, with what it answers, as (address, text)."""
    waiting, seen = list(start), set(start)
    while waiting:
        address = waiting.pop()
        for headers in ({}, {"HX-Request": "true"}):
            response = client.get(address, headers=headers)
            body = b"".join(response.streaming_content) if response.streaming else response.content
            text = f"{dict(response.items())} {body.decode('utf-8', 'replace')}"
            yield address, text
            if "json" in response.get("Content-Type", "") or "html" in response.get(
                "Content-Type", ""
            ):
                for link in {link.replace("&amp;", "&") for link in LINK.findall(text)} - seen:
                    if link.startswith("/") and not link.startswith("/static/"):
                        seen.add(link)
                        waiting.append(link)


def test_nobody_finds_a_secret_anywhere(client, secrets, monkeypatch):
    monkeypatch.setattr("issues.api.limits.READS_PER_MINUTE", 0, raising=False)
    start = sorted({*addresses(get_resolver().url_patterns), *open311_addresses(secrets)})
    assert len(start) > 100
    asked: dict[str, int] = {}
    for address, text in crawl(client, start):
        asked[address] = asked.get(address, 0) + 1
        # What was asked for comes back in some errors; that is no news to whoever asked.
        told = text.replace(address, "").casefold()
        digits = re.sub(r"[ /.()-]", "", told)
        for trace in secrets:
            if trace.casefold() in address.casefold():
                continue
            assert trace.casefold() not in told, (address, trace)
            assert not (trace.isdigit() and trace in digits), (address, trace)
        for moment in RECEIVED_TRACES:
            assert moment not in told, (address, moment)
    released = Issue.objects.order_by("pk").first()
    assert f"/issues/{released.number}/" in asked
    assert any(address.startswith("/api/issues/") for address in asked)
    assert any(address.endswith(".jpg") for address in asked)


def test_the_crawl_would_find_a_secret(client, secrets):
    """The released report is there, with what was released of it."""
    issue = Issue.objects.order_by("pk").first()
    page = client.get(f"/issues/{issue.number}/").content.decode()
    assert "[Telefonnummer]" in page
    assert "Loch." in page
    issue_release(issue=issue, text="Von Erika Beispiel gesehen")
    assert "Erika Beispiel" in client.get(f"/issues/{issue.number}/").content.decode()
    (shown,) = client.get(f"/open311/v2/requests/{issue.number}.json").json()
    assert shown["description"] == "Von Erika Beispiel gesehen"
    _key, clear = api_key_create(jurisdiction=issue.jurisdiction, name="fremd")
    (shown,) = client.get(f"/open311/v2/requests/{issue.number}.json", {"api_key": clear}).json()
    assert shown["description"] == "Von Erika Beispiel gesehen"
