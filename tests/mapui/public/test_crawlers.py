"""robots.txt, security.txt and the sitemap: what search engines may read, whom to tell of a hole, what is public."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.urls import reverse
from django.utils import timezone
from lxml import etree

from config import env
from mapui.public import crawlers
from tests.mapui.factories import category_create, issue_create, jurisdiction_create

pytestmark = pytest.mark.django_db
LOC = "{http://www.sitemaps.org/schemas/sitemap/0.9}loc"


def lines(client, address: str, **headers: str) -> list[str]:
    answer = client.get(address, **headers)
    assert (answer.status_code, answer["Content-Type"]) == (200, crawlers.TEXT)
    return answer.content.decode().splitlines()


def told(found: list[str], name: str) -> list[str]:
    return [one.partition(": ")[2] for one in found if one.startswith(f"{name}: ")]


def is_allowed(path: str, allowed: list[str]) -> bool:
    """As RFC 9309 reads these lines: no star is in them."""
    return any(path == one[:-1] if one.endswith("$") else path.startswith(one) for one in allowed)


def test_robots_may_read_public_pages_and_no_private_link(client, town):
    found = lines(client, "/robots.txt")
    assert told(found, "Disallow") == ["/"]
    allowed = told(found, "Allow")
    for path in ("/", "/issues/MST-2026-000001/", "/statistik/", "/legal/imprint/"):
        assert is_allowed(path, allowed), path
    for path in ("/?status=open", "/report/", "/triage/", "/follow/", "/open311/v2/requests.json"):
        assert not is_allowed(path, allowed), path
    [address] = told(found, "Sitemap")
    assert client.get(address).status_code == 200
    assert [one for one in found if "token" in one or "partner" in one] == []


def test_each_city_at_the_address_is_named(client, town, settings):
    other = jurisdiction_create("nachbar.example", "Nachbar")
    other.path = "nachbar"
    other.save()
    found = lines(client, "/robots.txt")
    assert is_allowed("/stadt/nachbar/issues/N-2026-000001/", told(found, "Allow"))
    assert f"{settings.PUBLIC_URL}/stadt/nachbar/sitemap.xml" in told(found, "Sitemap")
    assert len(told(lines(client, "/.well-known/security.txt"), "Contact")) == 2
    assert len(told(lines(client, "/stadt/nachbar/.well-known/security.txt"), "Contact")) == 1


def test_security_contact_is_the_imprint_unless_the_operator_says_otherwise(client, town, settings):
    found = lines(client, "/.well-known/security.txt")
    imprint = f"{settings.PUBLIC_URL}{reverse('legal_page', args=['imprint'])}"
    assert told(found, "Contact") == [imprint]
    [expires] = told(found, "Expires")
    ahead = datetime.fromisoformat(expires) - timezone.now()
    # RFC 9116: in the future, and less than a year ahead.
    assert timedelta(days=170) < ahead < timedelta(days=365)
    settings.SECURITY_CONTACT = "mailto:sicherheit@example.org"
    assert told(lines(client, "/.well-known/security.txt"), "Contact") == [
        "mailto:sicherheit@example.org"
    ]


def test_contact_is_an_address_to_write_to(monkeypatch):
    monkeypatch.setenv("SECURITY_CONTACT", "sicherheit@example.org")
    with pytest.raises(ImproperlyConfigured, match="mailto:"):
        env.contact("SECURITY_CONTACT")


def test_nothing_is_told_before_set_up(client):
    assert client.get("/.well-known/security.txt").status_code == 404
    assert client.get("/sitemap.xml").status_code == 404


def test_sitemap_names_what_is_public_the_latest_change_first(
    client, town, settings, monkeypatch, django_assert_num_queries
):
    monkeypatch.setattr(crawlers, "SITEMAP_MAX", 2)
    settings.SHARED_ANSWER_SECONDS = 0
    at = timezone.now()
    public = [
        issue_create(town, received_at=at, status_changed_at=at + timedelta(hours=hours))
        for hours in range(3)
    ]
    issue_create(town, released=False)
    issue_create(town, category=category_create(town, "HOMELESS", is_public=False))
    with django_assert_num_queries(2):
        answer = client.get("/sitemap.xml")
    found = [one.text for one in etree.fromstring(answer.content).iter(LOC)]
    latest = [f"{settings.PUBLIC_URL}/issues/{one.number}/" for one in reversed(public[1:])]
    assert [one for one in found if "/issues/" in one] == latest
    for address in found:
        assert client.get(address).status_code == 200
