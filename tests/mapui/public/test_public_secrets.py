"""A crawl as nobody over everything that can be reached: no secret of any report, released or not, is found.

The addresses come from the program's own list, from the links that pages hold, and from Open311. Each is asked for
as a browser and as htmx does.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from io import BytesIO

import pytest
from django.core.cache import cache
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver
from PIL import ExifTags, Image

from issues.enums import IssueStatus
from issues.models import CategoryAttribute, Issue, Photo, Reporter
from issues.services import api_key_create, issue_release, issue_set_status
from issues.services.reporting.links import report_path
from issues.services.reporting.own import photo_add
from issues.services.work import note_write
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
# However a telephone number is written, none of its spellings is public.
PHONES = (
    *("0171 8362736", "0171-8362736", "0171/8362736", "0171.836.27.36", "(0171) 83 62 73 6"),
    *("+49 171 8362736", "+49-171-8362736", "+491718362736", "0049 171 8362736", "0049171/8362736"),
    *(
        "+49 (0) 171 8362736",
        "+49(0)171-8362736",
        "0171  836  2736",
        "0171 836 27 36",
        "01718362736",
    ),
    *(
        "0171 – 8362736",
        "0171/836-2736",
        "Tel.:0171 8362736",
        "Handy 0171_8362736",
        "0171 83.62.736",
        "0171|8362736",
        "0171=8362736",
        "0171\n8362736",
    ),
)
# As the database names what nobody outside may name.
PK = 864_209_753
TRACES = (
    str(PK),
    "musterowner",
    "kameranummer",
    "erika",
    "beispiel",
    "123456",
    "re-ab",
    "370400440532",
    "kowalski",
    "geheim",
    "8362736",
)
RECEIVED = datetime(2026, 3, 3, 10, 41, 37, tzinfo=UTC)
RECEIVED_TRACES = ("10:41", "11:41", "41:37")
LINK = re.compile(r"""(?:href|src|action|hx-get|data-feed)=["']([^"'#]+)""")
# What differs with each answer: the second, tokens against forged forms, the draft's number and its proof of work.
DRAWN = re.compile(
    r"'(?:Expires|Last-Modified)': '[^']+'|name=\"(?:csrfmiddlewaretoken|entry)\" value=\"\w+\""
    r"|data-challenge=\"[^\"]+\""
)
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
        traces.append(report_path(issue))
    withdrawn_like = issue_create(
        town, category=category_create(town, "HOMELESS", is_public=False), description="Geheim"
    )
    return [*traces, withdrawn_like.number]


def report_create(town, *, is_released: bool) -> Issue:
    text = f"Loch. {' '.join(PERSONAL)}. Tel. 0171 - 8 36 27 36. Frau Kowalski weiß Bescheid."
    text += "".join(f" Anruf {one}." for one in PHONES)
    issue = issue_create(
        town,
        pk=PK + is_released,
        released=False,
        description=text,
        address_text="bei Erika Beispiel, Tel. 02305 123456",
        address_id="Erika Beispiel",
        answers={"NOTE": "Erika Beispiel, geheim"},
        received_at=RECEIVED,
        status_changed_at=RECEIVED,
        sender_key=f"geheim-{is_released}",
    )
    note_write(issue=issue, text="Geheim: Frau Kowalski ruft an", by=None)
    Reporter.objects.create(
        pk=PK + is_released,
        issue=issue,
        first_name="Erika",
        last_name="Beispiel",
        email="erika.beispiel@example.org",
        phone="02305 123456",
        device_id="geheim",
        account_id="geheim",
    )
    for _turn in range(2):
        photo = photo_add(issue=issue, content=picture())
        Photo.objects.filter(pk=photo.pk).update(source_url="https://example.org/geheim.jpg")
    owned = {"situations": [{"parcels": [{"key": "x", "owner": "MUSTEROWNER"}]}]}
    decision_create(
        issue,
        authority_create(town, names={"de": "Geheimer Name", "en": "Geheim"}),
        evidence=owned,
        trace=[{"rule_id": "R1", "matched": True, "because": "Eigentum MUSTEROWNER"}],
        sentences={"de": "Es gehört MUSTEROWNER.", "en": "It belongs to MUSTEROWNER."},
    )
    issue_set_status(
        issue=issue,
        status=IssueStatus.IN_PROGRESS,
        note="Frau Kowalski dankt, 02305 123456, erika.beispiel@example.org",
    )
    Issue.objects.filter(pk=issue.pk).update(status_changed_at=RECEIVED)
    return Issue.objects.get(pk=issue.pk)


def picture() -> bytes:
    """A photo that says who took it, with what and where."""
    image = Image.new("RGB", (40, 30), "red")
    exif = image.getexif()
    exif[ExifTags.Base.Artist] = "Erika Beispiel"
    exif.get_ifd(ExifTags.IFD.Exif)[ExifTags.Base.BodySerialNumber] = "kameranummer"
    exif.get_ifd(ExifTags.IFD.GPSInfo)[ExifTags.GPS.GPSLatitudeRef] = "N"
    target = BytesIO()
    image.save(target, "JPEG", exif=exif)
    assert b"kameranummer" in target.getvalue()
    return target.getvalue()


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


def open311_addresses(numbers: Iterable[str]) -> Iterator[str]:
    base = "/open311/v2"
    names = ["discovery", "services", "services/ROAD_SURFACE", "requests", "requests/x", "tokens/x"]
    names += [*(f"requests/{number}" for number in numbers), "servicerequestupdates"]
    assert len(open311) == 9
    for name in names:
        for suffix in ("", ".xml", ".json"):
            yield f"{base}/{name}{suffix}"
    for query in (
        f"service_request_id={','.join(numbers)}",
        "status=open",
        "start_date=2026-03-01T00:00:00Z",
    ):
        yield f"{base}/requests.json?{query}"
        yield f"{base}/servicerequestupdates.json?{query}"
    for photo in Photo.objects.all():
        yield f"{base}/photos/{photo.public_id}.jpg"
        yield f"{base}/photos/{photo.copy_id or photo.public_id}.jpg"


METHODS = (("GET", {}), ("GET", {"HX-Request": "true"}), ("HEAD", {}), ("OPTIONS", {}))


def crawl(client: Client, start: list[str], methods=METHODS) -> Iterator[tuple[str, str]]:
    """Every address that can be reached from these, with what it answers, as (address, text)."""
    waiting, seen = list(start), set(start)
    while waiting:
        address = waiting.pop()
        for method, headers in methods:
            response = client.generic(method, address, headers=headers)
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
    monkeypatch.setattr("issues.services.limits.READS_PER_MINUTE", 0, raising=False)
    numbers = list(Issue.objects.values_list("number", flat=True))
    start = sorted({*addresses(get_resolver().url_patterns), *open311_addresses(numbers)})
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
    released = Issue.objects.public().get()
    assert f"/issues/{released.number}/" in asked
    assert any(address.startswith("/api/issues/") for address in asked)
    assert any(address.endswith(".jpg") for address in asked)


def test_the_crawl_would_find_a_secret(client, secrets):
    """The released report is there, with what was released of it."""
    issue = Issue.objects.public().get()
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


def told(client: Client, start: list[str]) -> dict[str, str]:
    """What every address answers, without what is drawn anew for each answer."""
    return {one: DRAWN.sub("", text) for one, text in crawl(client, start, METHODS[:1])}


def test_an_unreleased_report_changes_no_public_byte(client, town, settings, tmp_path, monkeypatch):
    """Whatever is done with it inside the house: no mark, count, list, validator or header tells of it."""
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setattr("issues.api.views.READS_PER_MINUTE", 0)
    category_create(town)
    issue_create(town, public_text="Loch")
    numbers = ("MST-2026-000001", "MST-2026-000002", "MST-2026-000003")
    start = sorted({*addresses(get_resolver().url_patterns), *open311_addresses(numbers)})
    # How many private pages a client may open is counted there.
    cache.clear()
    before = told(client, start)
    hidden = report_create(town, is_released=False)
    assert hidden.number in numbers
    cache.clear()
    after = told(client, start)
    assert after.keys() == before.keys()
    assert [one for one in before if after[one] != before[one]] == []


def test_an_unreleased_report_is_as_unknown_as_one_that_never_was(
    client, town, settings, tmp_path, monkeypatch
):
    settings.MEDIA_ROOT = tmp_path
    monkeypatch.setitem(EXAMPLES, "str", ["NUMBER"])
    hidden = report_create(town, is_released=False)
    numbers = (hidden.number, "MST-2026-999999")
    found = [one for one in addresses(get_resolver().url_patterns) if "NUMBER" in one]
    found += [f"/open311/v2/requests/NUMBER{suffix}" for suffix in ("", ".xml", ".json")]
    found += ["/open311/v2/requests.json?service_request_id=NUMBER"]
    for address in found:
        told = [client.get(address.replace("NUMBER", one)) for one in numbers]
        assert len({one.status_code for one in told}) == 1, address
        texts = [
            # The validator is made of the address as well.
            DRAWN.sub("", f"{dict(one.headers) | {'ETag': ''}}{one.content!r}".replace(number, ""))
            for one, number in zip(told, numbers, strict=True)
        ]
        assert texts[0] == texts[1], address
    for photo in hidden.photos.all():
        for name in (photo.public_id, photo.copy_id or photo.public_id, hidden.public_id):
            assert client.get(f"/open311/v2/photos/{name}.jpg").status_code == 404
        assert client.get(f"/media/{photo.file.name}").status_code == 404
