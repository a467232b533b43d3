"""Two cities in one installation, by host and by path: each address tells of its own city alone."""

from __future__ import annotations

import json
import re
from io import BytesIO

import pytest
from django.core.cache import cache
from django.core.management import CommandError, call_command
from django.urls import get_resolver, get_script_prefix
from PIL import Image

from gis_core.errors import GisError
from gis_core.models import Jurisdiction
from gis_core.models.colours import contrast
from gis_core.net.cities import city_address
from gis_core.services import jurisdiction_save
from issues.enums import LegalKind
from issues.models import LegalPage
from issues.services.replies.letters import city_from
from issues.services.reporting.links import report_url
from tests.mapui.factories import (
    authority_create,
    category_create,
    decision_create,
    issue_create,
    jurisdiction_create,
    town_create,
)
from tests.mapui.public.test_public_secrets import addresses
from tests.mapui.tiles import WORLD, numbers_listed

pytestmark = pytest.mark.django_db
WORDS = ("Nachbarstadt", "nachbarstadt", "Bachgasse", "NBS-2026")
LINK = re.compile(r"""(?:href|src|action|hx-get|data-feed)=["']([^"'#]+)""")


@pytest.fixture
def cities(settings) -> tuple[Jurisdiction, Jurisdiction]:
    """One by host, one by path; the second's words are WORDS."""
    cache.clear()
    settings.ALLOWED_HOSTS = ["testserver", ".example"]
    town = town_create()
    other = jurisdiction_create("nachbarstadt.example", "Nachbarstadt")
    Jurisdiction.objects.filter(pk=town.pk).update(hosts=["melden.musterstadt.example"])
    Jurisdiction.objects.filter(pk=other.pk).update(path="nachbar")
    town, other = Jurisdiction.objects.order_by("pk")
    for city in (town, other):
        for kind in LegalKind:
            LegalPage.objects.get_or_create(
                jurisdiction=city, kind=kind, defaults={"texts": {"de": f"Text von {city.name}"}}
            )
    for released in (True, False):
        issue_create(town, released=released)
    for released in (True, False):
        issue = issue_create(
            other,
            number=f"NBS-2026-00000{1 + released}",
            released=released,
            category=category_create(other, names={"de": "Bachgasse", "en": "Bachgasse"}),
            public_address="Bachgasse 1",
        )
        decision_create(issue, authority_create(other, names={"de": "Nachbarstadt Bau"}))
    return town, other


def walk(client, start: list[str], **asked) -> dict[str, str]:
    """What every address of the program and every link of its answers says."""
    found: dict[str, str] = {}
    waiting = [*start]
    while waiting and len(found) < 400:
        address = waiting.pop()
        if address in found or not address.startswith("/") or "{z}" in address:
            continue
        if address.startswith("/static/"):
            continue
        answer = client.get(address, **asked)
        if answer.streaming:
            answer.close()
            continue
        # Pictures hold what texts they hold.
        found[address] = answer.content.decode(errors="replace")
        waiting += [one.replace("&amp;", "&") for one in LINK.findall(found[address])]
    return found


def every_address() -> list[str]:
    routes = list(addresses(get_resolver().url_patterns))
    numbers = ["NBS-2026-000001", "NBS-2026-000002"]
    return routes + [f"/issues/{one}/" for one in numbers]


@pytest.mark.parametrize("by", ["host", "path"])
def test_no_public_address_of_a_city_tells_of_the_other(client, cities, by):
    town, _other = cities
    prefix = ""
    asked: dict = {"headers": {"host": "melden.musterstadt.example"}}
    if by == "path":
        Jurisdiction.objects.filter(pk=town.pk).update(hosts=[], path="muster")
        prefix, asked = "/stadt/muster", {}
    start = [f"{prefix}{one}" for one in every_address()]
    start += [f"{prefix}{WORLD}", f"{prefix}/?q=Bachgasse", f"{prefix}/feeds/issues.csv"]
    start += [f"{prefix}/legal/{one}/" for one in LegalKind]
    start += [f"{prefix}/open311/v2/{one}" for one in ("services.json", "requests.json")]
    start.append(f"{prefix}/open311/v2/requests.json?jurisdiction_id=nachbarstadt.example")
    start += [f"{prefix}/?jurisdiction=nachbarstadt.example", f"{prefix}/embed/"]
    found = walk(client, start, **asked)
    assert len(found) > 60
    # The page does open, and is about the city.
    assert "Musterstadt" in found[f"{prefix}/"]
    # What was asked comes back in some pages; so the words are looked for where nobody asked for them.
    told = {
        address: word
        for address, text in found.items()
        for word in WORDS
        if word in text and word.lower() not in address.lower()
    }
    assert told == {}
    for address in (f"{prefix}/issues/NBS-2026-000002/", f"{prefix}/follow/?issue=NBS-2026-000002"):
        assert client.get(address, **asked).status_code == 404
    assert get_script_prefix() == "/"


def test_links_of_a_city_by_path_stay_below_it(client, cities):
    page = client.get("/stadt/nachbar/")
    assert page.context["jurisdiction"].name == "Nachbarstadt"
    links = [
        one
        for one in LINK.findall(page.content.decode())
        if not one.startswith(("/static/", "http", "/issues/{"))
    ]
    assert links
    assert [one for one in links if not one.startswith("/stadt/nachbar/")] == []
    assert client.get("/stadt/nachbar")["Location"] == "/stadt/nachbar/"
    assert client.get("/stadt/niemand/").status_code == 404
    assert client.get("/stadt/").status_code == 404


def test_address_of_no_city_lists_them_and_old_addresses_work(client, cities):
    town, other = cities
    page = client.get("/")
    assert page.status_code == 200
    text = page.content.decode()
    assert 'href="http://melden.musterstadt.example' in text
    assert f'href="{other.public_url}/"' in text
    assert client.get("/report/").status_code == 404
    assert client.get("/feeds/issues.atom").status_code == 404
    assert numbers_listed(client, jurisdiction=other.identifier) == ["NBS-2026-000002"]
    assert client.get("/issues/NBS-2026-000002/").status_code == 200
    assert client.get(f"/feeds/issues.csv?jurisdiction={town.identifier}").status_code == 200


def test_programs_stay_with_the_city_from_page_to_page(client, cities):
    town, other = cities
    for city in (town, other):
        issue_create(city, category=category_create(city))
    for base, asked in (
        ("http://melden.musterstadt.example:8000", {"headers": {"host": town.hosts[0]}}),
        ("http://127.0.0.1:8000/stadt/nachbar", {}),
    ):
        prefix = base.partition(":8000")[2]
        address = f"{prefix}/open311/v2/requests.json"
        answer = client.get(address, {"page_size": 1}, **asked)
        assert answer.status_code == 200
        assert f"<{base}/open311/v2/requests.json?" in answer["Link"]


def test_the_only_city_needs_no_name(client, town):
    assert client.get("/").context["jurisdiction"] == town


def test_mails_come_from_the_city_and_lead_to_it(cities, settings):
    _town, other = cities
    Jurisdiction.objects.filter(pk=other.pk).update(sender_mail="post@nachbarstadt.example")
    other.refresh_from_db()
    issue = issue_create(other, category=category_create(other))
    assert report_url(issue).startswith(f"{settings.PUBLIC_URL}/stadt/nachbar/report/")
    other.hosts = ["melden.nachbarstadt.example"]
    assert city_address(other, "legal_page", "imprint").startswith(
        "http://melden.nachbarstadt.example"
    )
    assert "post@nachbarstadt.example" in city_from(other, "de")


FACTS = {"id": "musterstadt.example", "name": "Musterstadt", "ags": "05999000"}


def test_looks_of_a_city(client, town, tmp_path, settings):
    settings.MEDIA_ROOT = tmp_path / "media"
    picture = BytesIO()
    Image.new("RGB", (900, 100), "red").save(picture, "JPEG")
    (tmp_path / "logo.jpg").write_bytes(picture.getvalue())
    looks = {
        "brand_colour": "#005f2f",
        "accent_colour": "#ffcc00",
        "logo": "logo.jpg",
        "leads": {"de": "Sagen Sie uns, was kaputt ist."},
    }
    file = tmp_path / "city.json"
    file.write_text(json.dumps({"jurisdiction": {**FACTS, **looks}}))
    call_command("load_jurisdiction", str(file))
    page = client.get("/").content.decode()
    assert "Sagen Sie uns, was kaputt ist." in page
    style = client.get("/cities/musterstadt.example.css")
    assert '<link rel="stylesheet" href="/cities/musterstadt.example.css">' in page
    assert "--brand: #005f2f;" in style.content.decode()
    logo = client.get("/cities/musterstadt.example.png")
    with Image.open(BytesIO(b"".join(logo.streaming_content))) as shown:
        assert (shown.format, shown.size) == ("PNG", (400, 44))
    (tmp_path / "logo.jpg").write_bytes(b"<svg onload='alert(1)'/>")
    with pytest.raises(CommandError, match="no PNG"):
        call_command("load_jurisdiction", str(file))


@pytest.mark.parametrize(
    ("facts", "told"),
    [
        ({"brand_colour": "#ffcc00"}, "4.5|4,5"),
        ({"accent_colour": "#222222"}, "4.5|4,5"),
        ({"brand_colour": "red; } body { display: none"}, "brand_colour"),
        ({"hosts": ["Melden.Example"]}, "hosts"),
        ({"hosts": ["a.example/x"]}, "hosts"),
        ({"path": "../x"}, "path"),
        ({"embedders": ["https://*.example"]}, "embedders"),
        ({"embedders": ["https://a.example; script-src *"]}, "embedders"),
        ({"hosts": ["vergeben.example"]}, "Nachbarstadt"),
    ],
)
def test_wrong_facts_are_refused_and_nothing_is_stored(town, facts, told):
    other = jurisdiction_create("nachbarstadt.example", "Nachbarstadt")
    Jurisdiction.objects.filter(pk=other.pk).update(hosts=["vergeben.example"])
    with pytest.raises(GisError, match=told):
        jurisdiction_save(facts={**FACTS, "name": "Anders", **facts})
    town.refresh_from_db()
    assert town.name == "Musterstadt"


def test_contrast_is_that_of_wcag():
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    # WCAG's own example of what is just enough and just not.
    assert contrast("#767676", "#ffffff") > 4.5 > contrast("#777777", "#ffffff")


def test_queries_of_a_city_by_host_are_no_more(client, cities, django_assert_num_queries):
    asked = {"headers": {"host": "melden.musterstadt.example"}}
    client.get("/", **asked)
    with django_assert_num_queries(8):
        assert client.get("/", **asked).status_code == 200
    # Besides: whose path it is.
    client.get("/stadt/nachbar/")
    with django_assert_num_queries(9):
        assert client.get("/stadt/nachbar/").status_code == 200
