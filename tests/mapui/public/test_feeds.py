"""The public as data: Atom, GeoJSON and CSV say what the page says, in pages, and nothing more."""

from __future__ import annotations

import csv
import io
from datetime import timedelta

import pytest
from django.conf import settings
from django.core.cache import cache
from lxml import etree

from issues.enums import IssueStatus
from issues.models import Issue
from issues.services import issue_withdraw
from tests.mapui.factories import (
    NOON,
    authority_create,
    category_create,
    decision_create,
    issue_create,
    jurisdiction_create,
)

pytestmark = pytest.mark.django_db
ATOM = "{http://www.w3.org/2005/Atom}"
GEORSS = "{http://www.georss.org/georss}"
SCRIPT = "<script>alert(1)</script>"


@pytest.fixture(autouse=True)
def _counters():
    cache.clear()


def geojson(client, **query):
    answer = client.get("/feeds/issues.geojson", query)
    assert answer.status_code == 200, answer.content
    return answer.json()


def numbers(client, **query) -> list[str]:
    return [one["id"] for one in geojson(client, **query)["features"]]


def entries(answer) -> list[etree._Element]:
    return etree.fromstring(answer.content).findall(f"{ATOM}entry")


def link(root: etree._Element, relation: str) -> str | None:
    found = [one.get("href") for one in root.findall(f"{ATOM}link") if one.get("rel") == relation]
    return found[0] if found else None


def rows(answer) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")), delimiter=";"))


def test_geojson_names_only_whitelisted_fields(client, town):
    issue = issue_create(
        town,
        status_note="Wird geprüft, 02305 123456.",
        address_text="Geheimstr. 1",
        public_text="Loch.",
        public_address="Lange Straße 12, 44575 Musterstadt",
    )
    decision_create(issue, authority_create(town))
    found = geojson(client)
    [feature] = found["features"]
    assert feature == {
        "type": "Feature",
        "id": issue.number,
        "geometry": {
            "type": "Point",
            "coordinates": [round(issue.longitude, 5), round(issue.latitude, 5)],
        },
        "properties": {
            "number": issue.number,
            "title": "Schlagloch, Lange Straße 12",
            "category_code": "ROAD_SURFACE",
            "category": "Schlagloch",
            "status": "received",
            "status_text": "eingegangen",
            "note": "Wird geprüft, [Telefonnummer].",
            "text": "Loch.",
            "address": "Lange Straße 12, 44575 Musterstadt",
            "authority": "Stadtbetrieb",
            "received": "2026-03-03T13:00:00+01:00",
            "updated": "2026-03-03T13:00:00+01:00",
            "is_coarse": False,
            "accuracy_m": None,
            "url": f"{settings.PUBLIC_URL}/issues/{issue.number}/",
            "photos": [],
        },
    }
    assert [one["rel"] for one in found["links"]] == ["self", "license"]
    assert found["links"][1]["href"] == town.licence_url


def test_atom_is_what_rfc_4287_asks_for(client, town):
    issue = issue_create(town, public_text=SCRIPT, status_note="a\x08b & c")
    answer = client.get("/feeds/issues.atom")
    assert answer["Content-Type"] == "application/atom+xml; charset=utf-8"
    root = etree.fromstring(answer.content)
    for owner, name in ((root, "feed"), (root.find(f"{ATOM}entry"), "entry")):
        assert owner.tag == f"{ATOM}{name}"
        for part in ("id", "title", "updated"):
            assert len(owner.findall(f"{ATOM}{part}")) == 1
    assert root.find(f"{ATOM}author/{ATOM}name").text == "Musterstadt"
    assert root.find(f"{ATOM}rights").text == town.licence
    assert link(root, "self") == f"{settings.PUBLIC_URL}/feeds/issues.atom"
    assert link(root, "license") == town.licence_url
    [entry] = entries(answer)
    assert entry.find(f"{ATOM}id").text == f"tag:musterstadt.example,2026:issues/{issue.number}"
    assert entry.find(f"{ATOM}updated").text == "2026-03-03T13:00:00+01:00"
    latitude, longitude = entry.find(f"{GEORSS}point").text.split()
    assert (float(latitude), float(longitude)) == (
        round(issue.latitude, 5),
        round(issue.longitude, 5),
    )
    # Text of HTML in which whatever somebody wrote is text again.
    assert "&lt;script&gt;" in entry.find(f"{ATOM}summary").text
    assert "ab &amp; c" in entry.find(f"{ATOM}summary").text


def test_atom_id_stays_and_updated_follows_the_state(client, town):
    issue = issue_create(town)
    before = entries(client.get("/feeds/issues.atom"))[0]
    Issue.objects.filter(pk=issue.pk).update(
        status=IssueStatus.IN_PROGRESS, status_changed_at=NOON + timedelta(hours=3, minutes=7)
    )
    after = entries(client.get("/feeds/issues.atom"))[0]
    assert before.find(f"{ATOM}id").text == after.find(f"{ATOM}id").text
    assert after.find(f"{ATOM}updated").text == "2026-03-03T16:00:00+01:00"


def test_csv_neutralises_formulas_and_names_the_licence(client, town):
    issue_create(town, public_text="=cmd|' /C calc'!A0", public_address="+49")
    answer = client.get("/feeds/issues.csv")
    assert answer["Content-Type"] == "text/csv; charset=utf-8"
    [row] = rows(answer)
    assert (row["text"], row["address"]) == ("'=cmd|' /C calc'!A0", "'+49")
    assert row["licence"] == town.licence_url
    Issue.objects.all().delete()
    cache.clear()
    assert client.get("/feeds/issues.csv", {"q": "x"}).content.startswith(
        b"\xef\xbb\xbfnumber;title;"
    )


@pytest.mark.parametrize("kind", ["atom", "geojson", "csv"])
def test_unreleased_never_public_and_foreign_issues_are_in_no_feed(client, town, kind):
    other = jurisdiction_create("nachbar.example", "Nachbar")
    issue_create(town, released=False, public_text="geheim")
    issue_create(
        town, category=category_create(town, "HOMELESS", is_public=False), public_text="geheim"
    )
    issue_create(other, category=category_create(other), public_text="geheim")
    gone = issue_create(town, public_text="geheim")
    issue_withdraw(issue=gone)
    shown = issue_create(town, public_text="offen")
    answer = client.get(f"/feeds/issues.{kind}", {"jurisdiction": town.identifier})
    text = answer.content.decode()
    assert shown.number in text
    assert "geheim" not in text
    # What is not public changes nothing, nor what a filter counts.
    for query in ({"q": "geheim"}, {"q": gone.number}, {"category": "ROAD_SURFACE"}):
        found = numbers(client, jurisdiction=town.identifier, **query)
        assert found == ([shown.number] if "category" in query else [])


def test_sheltered_issue_is_coarse_and_has_no_address_in_any_filter(client, town):
    issue = issue_create(
        town,
        east=72,
        north=33,
        is_sheltered=True,
        public_address="Lange Straße 12",
        public_text="Loch",
    )
    decision_create(issue, authority_create(town))
    Issue.objects.filter(pk=issue.pk).update(status=IssueStatus.FORWARDED)
    [feature] = geojson(client)["features"]
    told = feature["properties"]
    assert (told["address"], told["status"], told["authority"], told["is_coarse"]) == (
        "",
        "received",
        "Musterstadt",
        True,
    )
    assert feature["geometry"]["coordinates"] != [
        round(issue.longitude, 5),
        round(issue.latitude, 5),
    ]
    assert numbers(client, street="Lange Straße") == []
    assert numbers(client, q="lange") == []
    assert numbers(client, q="loch") == [issue.number]
    # An area that holds the true place and not the shown one.
    d = 0.0001
    x, y = issue.longitude, issue.latitude
    corners = f"{x - d} {y - d},{x + d} {y - d},{x + d} {y + d},{x - d} {y + d}"
    assert numbers(client, area=corners) == []
    x, y = feature["geometry"]["coordinates"]
    corners = f"{x - d} {y - d},{x + d} {y - d},{x + d} {y + d},{x - d} {y + d}"
    assert numbers(client, area=corners) == [issue.number]


def test_street_in_any_spelling_and_no_other_street(client, town):
    found = [
        issue_create(town, public_address=one).number
        for one in (
            "Lange Straße 12, 44575 Ort",
            "lange str. 3",
            "Lange Strasse",
            "Lange Straße\nOrt",
        )
    ]
    for other in (
        "Lange Straßenbahn 1",
        "Kleine Lange Straße 1",
        "Langer Weg 2",
        "Lange Straße Nord 1",
    ):
        issue_create(town, public_address=other)
    for spelt in ("Lange Straße", "LANGE STR.", "lange strasse", "lange-str"):
        assert sorted(numbers(client, street=spelt)) == found
    for nothing in ("...", ".*", "(", "%"):
        assert numbers(client, street=nothing) == []


def test_filters_of_state_category_period_and_change(client, town):
    first = issue_create(town, status=IssueStatus.DONE)
    lamp = category_create(town, "LIGHT", names={"de": "Laterne"}, groups={"de": "Licht"})
    second = issue_create(
        town,
        category=lamp,
        received_at=NOON + timedelta(days=2),
        status_changed_at=NOON + timedelta(days=2),
    )
    assert numbers(client) == [second.number, first.number]
    assert numbers(client, status="done") == [first.number]
    assert numbers(client, group="Licht") == [second.number]
    assert numbers(client, category="LIGHT") == [second.number]
    assert numbers(client, since="2026-03-04") == [second.number]
    assert numbers(client, until="2026-03-03") == [first.number]
    assert numbers(client, updated_after="2026-03-05T12:59:00+01:00") == [second.number]
    assert numbers(client, updated_after="2026-03-05T14:00:00+01:00") == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ({"status": "x"}, "status"),
        ({"category": "x"}, "category"),
        ({"bbox": "1,2,3"}, "bbox"),
        ({"area": "1 2,3 4"}, "area"),
        ({"since": "gestern"}, "since"),
        ({"since": "0001-01-01"}, "since"),
        ({"until": "9999-12-31"}, "until"),
        ({"after": "0001-01-01T00Z~A"}, "after"),
        ({"updated_after": "9999-12-31T23:59:59-14:00"}, "updated_after"),
        ({"updated_after": "0001-01-01T00:00:00+14:00"}, "updated_after"),
        ({"limit": "0"}, "limit"),
        ({"limit": "1001"}, "limit"),
        ({"after": "2026-99-03T12Z~A-1"}, "after"),
        ({"after": "' OR 1=1"}, "after"),
        ({"q": "a\x08b"}, "q"),
        ({"stauts": "done"}, "__all__"),
    ],
)
def test_wrong_filter_is_400_and_names_it(client, town, query, field):
    for kind in ("atom", "geojson", "csv"):
        answer = client.get(f"/feeds/issues.{kind}", query)
        assert answer.status_code == 400
        assert answer["Content-Type"] == "application/problem+json"
        assert list(answer.json()["errors"]) == [field]


def test_unknown_city_or_format_is_404(client, town):
    assert client.get("/feeds/issues.atom", {"jurisdiction": "x"}).status_code == 404
    assert client.get("/feeds/issues.rss").status_code == 404


def test_pages_hold_each_issue_once_whatever_comes_between(client, town):
    made = [issue_create(town).number for _turn in range(5)]
    later = issue_create(town, status_changed_at=NOON + timedelta(hours=2)).number
    seen: list[str] = []
    answer = client.get("/feeds/issues.atom", {"limit": 2})
    while True:
        seen += [one.find(f"{ATOM}link").get("href").split("/")[-2] for one in entries(answer)]
        following = link(etree.fromstring(answer.content), "next")
        if following is None:
            break
        assert f'<{following}>; rel="next"' in answer["Link"]
        issue_create(town, status_changed_at=NOON + timedelta(hours=5))
        answer = client.get(following.removeprefix(settings.PUBLIC_URL))
    assert seen == [later, *reversed(made)]


@pytest.mark.parametrize("kind", ["atom", "geojson", "csv"])
def test_unchanged_is_304_and_a_withdrawn_issue_is_gone_at_once(client, town, kind):
    kept, withdrawn = issue_create(town), issue_create(town)
    first = client.get(f"/feeds/issues.{kind}")
    assert first["Last-Modified"] == "Tue, 03 Mar 2026 12:00:00 GMT"
    known = {"If-None-Match": first["ETag"]}
    again = client.get(f"/feeds/issues.{kind}", headers=known)
    assert (again.status_code, again.content) == (304, b"")
    issue_withdraw(issue=withdrawn)
    second = client.get(f"/feeds/issues.{kind}", headers=known)
    assert second.status_code == 200
    assert kept.number in second.content.decode()
    assert withdrawn.number not in second.content.decode()


def test_any_site_may_read_and_none_with_cookies(client, town):
    answer = client.get("/feeds/issues.geojson", headers={"Origin": "https://example.org"})
    assert answer["Access-Control-Allow-Origin"] == "*"
    assert "Access-Control-Allow-Credentials" not in answer
    assert not answer.cookies
    assert client.post("/feeds/issues.geojson").status_code == 405


@pytest.mark.parametrize("kind", ["atom", "geojson", "csv"])
@pytest.mark.parametrize("count", [1, 3])
def test_queries_are_constant(client, town, count, kind, django_assert_num_queries):
    for _turn in range(count):
        decision_create(issue_create(town), authority_create(town))
    # Jurisdiction, categories of the filter, version of the answer, issues, photos, authorities.
    with django_assert_num_queries(6):
        assert client.get(f"/feeds/issues.{kind}").status_code == 200


def test_map_names_the_same_choice_as_data(client, town):
    issue_create(town, status=IssueStatus.DONE)
    page = client.get("/", {"status": "done"}).content.decode()
    assert (
        '<link rel="alternate" type="application/atom+xml" title="Atom" '
        'href="/feeds/issues.atom?status=done&amp;jurisdiction=musterstadt.example">'
    ) in page
    assert town.licence in page


@pytest.mark.parametrize("kind", ["atom", "geojson", "csv"])
def test_what_no_database_holds_is_refused_in_the_form_of_programs(client, town, kind):
    answer = client.get(f"/feeds/issues.{kind}?text=%00")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")
