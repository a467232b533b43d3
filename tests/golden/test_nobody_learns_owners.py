"""Can anybody infer from public answers who owns built-up land? A classifier tries, and does no better than chance.

Private and the city's own built-up parcels of the model city differ by where they lie and how large they are. So the
test throws the dice for who owns each of them: then nothing but the answers could tell, and chance is exactly one half.
"""

from __future__ import annotations

import json
import math
import random
import re
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count, islice
from typing import Any, Final

import pytest
from django.contrib.gis.geos import Point
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils.html import strip_tags

from gis_core.coordinates import storage_to_wgs84
from issues.enums import IssueStatus
from issues.models import Category, Issue
from issues.selectors import issues_version
from issues.services import issue_set_status
from mapui.public import responsibility
from parcels.enums import OwnerClass, Usage
from parcels.models import Ownership, Parcel
from parcels.selectors import parcels_at_point
from routing.deciding.decisions import decision_make
from routing.deciding.question_links import questions_open
from routing.models import Decision
from tests.golden.conftest import ModelCity

pytestmark = pytest.mark.django_db

PARCELS: Final = 24
# Where the owner mostly decides.
REPORTED: Final = (
    "GRAFFITI",
    "TREE_DANGER",
    "WASTE_DUMP",
    "OVERGROWTH",
    "DEAD_ANIMAL",
    "ABANDONED_VEHICLE",
)
RECEIVED: Final = datetime(2026, 3, 3, 10, tzinfo=UTC)
RELEASED: Final = RECEIVED + timedelta(days=1)
PASSED_ON: Final = RECEIVED + timedelta(days=2)
# What differs from one report or parcel to the next, and says nothing of an owner.
OWN_NUMBERS: Final = re.compile(r"CAS-\d+|Flur \d+|(?:Flurstück|parcel) [\d/]+")

Features = Mapping[str, str]


@dataclass(frozen=True)
class Place:
    key: str
    point: Point


@pytest.fixture
def places(model_city: ModelCity, monkeypatch: pytest.MonkeyPatch) -> list[Place]:
    """Built-up parcels of private people and of the city, as the register has them."""
    monkeypatch.setattr(responsibility, "QUESTIONS_PER_MINUTE", 10**9)
    cache.clear()
    found: list[Place] = []
    for owner in (OwnerClass.PRIV, OwnerClass.CITY):
        owned = Ownership.objects.active().filter(owner_class=owner).values("key")
        parcels = list(Parcel.objects.active().filter(key__in=owned).order_by("key"))
        random.Random(1).shuffle(parcels)
        built = (
            Place(parcel.key, parcel.geometry.point_on_surface)
            for parcel in parcels
            if is_built(model_city, parcel)
        )
        found += islice(built, PARCELS // 2)
    assert len(found) == PARCELS
    return found


def is_built(city: ModelCity, parcel: Parcel) -> bool:
    hits = parcels_at_point(jurisdiction=city.jurisdiction, point=parcel.geometry.point_on_surface)
    return [one.usage for one in hits] == [Usage.BUILT]


def owners_drawn(places: Collection[Place], *, seed: int) -> dict[str, str]:
    """Half of the parcels private, half the city's, by dice; the register says so from now on."""
    keys = [one.key for one in places]
    random.Random(seed).shuffle(keys)
    half = len(keys) // 2
    drawn = {key: OwnerClass.PRIV if n < half else OwnerClass.CITY for n, key in enumerate(keys)}
    owners_set(drawn)
    return {key: str(owner) for key, owner in drawn.items()}


def owners_set(owners: Mapping[str, str]) -> None:
    for owner in set(owners.values()):
        keys = [key for key, its in owners.items() if its == owner]
        Ownership.objects.active().filter(key__in=keys).update(owner_class=owner)


def asked(client: Client, city: ModelCity, place: Place, category: str, **fields: str) -> Features:
    """All that the look-up says."""
    longitude, latitude = storage_to_wgs84(place.point.x, place.point.y)
    query = {"category": category, "lat": f"{latitude:.7f}", "long": f"{longitude:.7f}", **fields}
    answer = client.get(
        reverse("responsibility_api"), {"jurisdiction": city.jurisdiction.identifier, **query}
    )
    told = json.loads(answer.content)
    told |= {"status": answer.status_code, "count": len(told["authorities"])}
    return {name: OWN_NUMBERS.sub("#", json.dumps(value)) for name, value in told.items()}


def reported(city: ModelCity, place: Place, category: str) -> Issue:
    """A released report, decided; it is passed on, but to private owners nothing is."""
    longitude, latitude = storage_to_wgs84(place.point.x, place.point.y)
    number = Issue.objects.count() + 1
    issue = Issue.objects.create(
        jurisdiction=city.jurisdiction,
        category=Category.objects.get(jurisdiction=city.jurisdiction, code=category),
        number=f"CAS-{number}",
        point=place.point,
        latitude=latitude,
        longitude=longitude,
        address_text="Musterweg 7",
        public_address="Musterweg 7",
        public_text="Bitte ansehen.",
        channel="open311",
        sender_key=str(number),
        content_hash=b"0" * 32,
        received_at=RECEIVED,
        status_changed_at=RECEIVED,
        released_at=RELEASED,
    )
    decision = decision_make(issue_id=issue.pk)
    if decision.authority is not None and decision.authority.acts_through_id is None:
        issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
        Issue.objects.filter(pk=issue.pk).update(status_changed_at=PASSED_ON)
    return issue


def shown(client: Client, city: ModelCity, issues: Collection[Issue]) -> dict[str, Features]:
    """All that GeoJSON with its filters, Open311 and the page say of each, by number."""
    named = {"jurisdiction": city.jurisdiction.identifier}
    filters = {
        one: {row["id"] for row in feed(client, named | {"status": one})}
        for one in ("", "open", *IssueStatus.values)
    }
    features = {row["id"]: row for row in feed(client, named)}
    numbers = ",".join(one.number for one in issues)
    requests = client.get(
        reverse("open311_requests", args=["json"]), {"service_request_id": numbers}
    ).json()
    told = {}
    for request in requests:
        number = request["service_request_id"]
        page = strip_tags(client.get(reverse("public_issue", args=[number])).content.decode())
        fields = {
            "page": " ".join(page.split()),
            "geojson geometry": features[number]["geometry"],
            **{f"geojson {name}": one for name, one in features[number]["properties"].items()},
            **{f"open311 {name}": one for name, one in request.items()},
            **{f"filter {name}": number in those for name, those in filters.items()},
        }
        told[number] = {name: OWN_NUMBERS.sub("#", json.dumps(one)) for name, one in fields.items()}
    return told


def feed(client: Client, query: Mapping[str, str]) -> list[dict[str, Any]]:
    """The features of the list beside the map, which are those of its marks."""
    features: list[dict[str, Any]] = []
    for page in count(1):
        answer = client.get(
            reverse("public_map"), {**query, "page": page}, headers={"HX-Request": "true"}
        )
        shown = answer.context["shown"]
        features += shown.features
        if not shown.page.has_next():
            break
    return features


# --- The classifier ---------------------------------------------------------------------------------

Judge = Callable[[Features], str]


def by_one_field(samples: Collection[tuple[Features, str]]) -> Judge:
    """The field that tells most; each of its values stands for the owner it was mostly seen with."""
    seen: dict[str, dict[str, Counter[str]]] = defaultdict(lambda: defaultdict(Counter))
    for features, owner in samples:
        for name, value in features.items():
            seen[name][value][owner] += 1
    best = max(sorted(seen), key=lambda name: sum(max(one.values()) for one in seen[name].values()))
    usual = Counter(owner for _features, owner in samples).most_common(1)[0][0]
    majority = {value: owners.most_common(1)[0][0] for value, owners in seen[best].items()}
    return lambda features: majority.get(features[best], usual)


def by_all_fields(samples: Collection[tuple[Features, str]]) -> Judge:
    """Naive Bayes: what each field's value says for one owner and against the other, added up."""
    seen: Counter[tuple[str, str, str]] = Counter(
        (name, value, owner) for features, owner in samples for name, value in features.items()
    )

    def judge(features: Features) -> str:
        def speaks_for(owner: str) -> float:
            return sum(math.log(seen[name, value, owner] + 1) for name, value in features.items())

        return max((OwnerClass.CITY, OwnerClass.PRIV), key=speaks_for)

    return judge


def share_told(samples: list[tuple[Features, str]], learn: Callable[..., Judge]) -> float:
    """The share of samples whose owner is told by what was learned of the others, in five parts."""
    right = 0
    for part in range(5):
        judge = learn([one for n, one in enumerate(samples) if n % 5 != part])
        right += sum(judge(features) == owner for features, owner in samples[part::5])
    return right / len(samples)


def chance_at_most(count: int) -> float:
    """What guessing reaches in 999 of 1,000 cases: three standard deviations above one half."""
    return 0.5 + 3 * math.sqrt(0.25 / count)


def told_apart(samples: list[tuple[Features, str]]) -> float:
    return max(share_told(samples, by_one_field), share_told(samples, by_all_fields))


# --- What it finds ----------------------------------------------------------------------------------


def test_look_up_tells_nobody_who_owns_built_up_land(
    model_city: ModelCity, places: list[Place], client: Client
) -> None:
    """Where the owner mostly decides, and a third of the others: every answer is the same, to the letter."""
    drawn = owners_drawn(places, seed=3)
    every = Category.objects.filter(is_active=True).order_by("code").values_list("code", flat=True)
    codes = sorted({*REPORTED, *every[::3]})
    told = {one.key: look_up(client, model_city, one, codes) for one in places}
    samples = [(told[one.key], drawn[one.key]) for one in places]
    assert told_apart(samples) <= chance_at_most(len(samples))
    pages = set()
    for owner, place in zip(OwnerClass, places, strict=False):
        owners_set(dict.fromkeys(drawn, owner))
        assert look_up(client, model_city, place, codes) == told[place.key]
        pages.add(look_up_page(client, places[0]))
    assert len(pages) == 1


def look_up_page(client: Client, place: Place) -> str:
    longitude, latitude = storage_to_wgs84(place.point.x, place.point.y)
    query = {"category": "GRAFFITI", "lat": f"{latitude:.7f}", "long": f"{longitude:.7f}"}
    page = client.get(reverse("responsibility"), query).content.decode()
    assert "kümmert sich darum" in page
    return " ".join(strip_tags(page).split())


def look_up(
    client: Client, city: ModelCity, place: Place, codes: Collection[str]
) -> dict[str, str]:
    """What is told of a place about all categories, with the assumed accuracy and at the very point in turn."""
    return {
        f"{code} {name}": value
        for n, code in enumerate(codes)
        for name, value in asked(
            client, city, place, code, **({"accuracy": "0"} if n % 2 else {})
        ).items()
        if name not in {"lat", "long"}
    }


def test_reports_tell_nobody_who_owns_built_up_land(
    model_city: ModelCity, places: list[Place], client: Client
) -> None:
    drawn = owners_drawn(places, seed=4)
    issues = {
        (place.key, code): reported(model_city, place, code)
        for place in places
        for code in REPORTED
    }
    told = shown(client, model_city, issues.values())
    samples: list[tuple[Features, str]] = [
        (
            {
                f"{code} {name}": value
                for code in REPORTED
                for name, value in told[issues[place.key, code].number].items()
            },
            drawn[place.key],
        )
        for place in places
    ]
    assert told_apart(samples) <= chance_at_most(len(samples))
    # It would find a leak: what staff see tells private from city.
    for field in ("authority_id", "issue__status"):
        seen = dict(Decision.objects.values_list("issue_id", field))
        inside = [
            (
                {code: str(seen[issues[place.key, code].pk]) for code in REPORTED},
                drawn[place.key],
            )
            for place in places
        ]
        assert told_apart(inside) > chance_at_most(len(inside)), field


def test_reports_at_a_place_look_alike_whoever_owns_it(
    model_city: ModelCity, places: list[Place], client: Client
) -> None:
    told = []
    for owner in (OwnerClass.PRIV, OwnerClass.CITY, OwnerClass.CHURCH):
        owners_set({place.key: owner for place in places})
        issues = [reported(model_city, place, code) for place in places[:4] for code in REPORTED]
        seen = shown(client, model_city, issues)
        told.append([seen[issue.number] for issue in issues])
        asked = questions_open([issue.pk for issue in issues])
        told[-1].append({"asked": str([issue.pk in asked for issue in issues])})
    assert told[0] == told[1] == told[2]


def test_report_off_public_ground_shows_no_exact_place(
    model_city: ModelCity, places: list[Place], client: Client
) -> None:
    issue = reported(model_city, places[0], "GRAFFITI")
    [request] = client.get(
        reverse("open311_requests", args=["json"]), {"service_request_id": issue.number}
    ).json()
    assert request["address"] is None
    assert request["agency_responsible"] == "Stadt Castrop-Rauxel"
    assert abs(request["lat"] - issue.latitude) + abs(request["long"] - issue.longitude) > 0.0001
    page = client.get(reverse("public_issue", args=[issue.number])).content.decode()
    assert "im Umkreis von 100 m" in page
    assert "Stadt Castrop-Rauxel" in page


def test_version_of_the_lists_does_not_tell_that_a_sheltered_report_was_passed_on(
    model_city: ModelCity, places: list[Place]
) -> None:
    owners_set({places[0].key: OwnerClass.UNKNOWN})
    issue = reported(model_city, places[0], "GRAFFITI")
    before = issues_version(model_city.jurisdiction)
    issue_set_status(issue=issue, status=IssueStatus.FORWARDED)
    assert issues_version(model_city.jurisdiction) == before
    issue_set_status(issue=issue, status=IssueStatus.DONE)
    assert issues_version(model_city.jurisdiction) != before
