"""A square municipality round the model city's centre, its categories, a key and small pictures."""

from __future__ import annotations

import io
from collections.abc import Callable

import pytest
from django.contrib.gis.geos import MultiPolygon, Polygon
from django.core.cache import cache
from PIL import Image

from gis_core.models import Jurisdiction
from issues.enums import AttributeType, Channel
from issues.models import ApiKey, Category, CategoryAttribute, Issue
from issues.services import api_key_create, issue_receive
from issues.types import LocationInput

CENTRE_E, CENTRE_N = 382_943.0, 5_712_374.0
# The same place in degrees, see the test vector of the model city.
LAT, LONG = 51.5503, 7.3117


@pytest.fixture(autouse=True)
def _counters():
    """Requests are counted per minute and address; each test begins at nought."""
    cache.clear()


@pytest.fixture
def make_jurisdiction() -> Callable[..., Jurisdiction]:
    def make(identifier: str = "castrop-rauxel.de", **values: object) -> Jurisdiction:
        square = Polygon.from_bbox(
            (CENTRE_E - 2000, CENTRE_N - 2000, CENTRE_E + 2000, CENTRE_N + 2000)
        )
        defaults = {
            "name": identifier.partition(".")[0].title(),
            "municipality_key": "05562004",
            "issue_prefix": identifier[:3].upper(),
            "boundary": MultiPolygon(square, srid=25832),
            "acceptance_margin_m": 1000,
        }
        return Jurisdiction.objects.create(identifier=identifier, **{**defaults, **values})

    return make


@pytest.fixture
def make_category() -> Callable[..., Category]:
    def make(jurisdiction: Jurisdiction, code: str = "ROAD_SURFACE", **values: object) -> Category:
        names = {"names": {"de": f"{code} auf Deutsch", "en": f"{code} in English"}}
        return Category.objects.create(jurisdiction=jurisdiction, code=code, **{**names, **values})

    return make


@pytest.fixture
def make_question() -> Callable[..., CategoryAttribute]:
    def make(category: Category, code: str, keys: str = "", **values: object) -> CategoryAttribute:
        defaults: dict[str, object] = {
            "datatype": AttributeType.SINGLEVALUELIST,
            "descriptions": {"de": f"Frage {code}?", "en": f"Question {code}?"},
            "values": [
                {"key": key, "names": {"de": f"{key} (de)", "en": f"{key} (en)"}}
                for key in keys.split()
            ],
        }
        return CategoryAttribute.objects.create(
            category=category, code=code, **{**defaults, **values}
        )

    return make


@pytest.fixture
def jurisdiction(db, make_jurisdiction) -> Jurisdiction:
    return make_jurisdiction()


@pytest.fixture
def category(jurisdiction, make_category) -> Category:
    return make_category(jurisdiction)


@pytest.fixture
def sender(jurisdiction) -> tuple[ApiKey, str]:
    """The stored key and the clear one."""
    return api_key_create(jurisdiction=jurisdiction, name="App", reports_per_minute=0)


def picture(
    size: tuple[int, int] = (40, 30), form: str = "JPEG", mode: str = "RGB", **options: object
) -> bytes:
    """A picture whose left half is red and whose right half is blue."""
    image = Image.new(mode, size, "blue")
    image.paste("red", (0, 0, size[0] // 2, size[1]))
    target = io.BytesIO()
    image.save(target, form, **options)
    return target.getvalue()


@pytest.fixture
def report(category, sender) -> dict[str, str]:
    """The smallest report that is accepted."""
    return {
        "api_key": sender[1],
        "service_code": category.code,
        "lat": str(LAT),
        "long": str(LONG),
    }


@pytest.fixture
def make_issue(category):
    def make(text: str = "hole", **values: object) -> Issue:
        return issue_receive(
            **{
                "jurisdiction": category.jurisdiction,
                "category": category,
                "channel": Channel.WEB,
                "location": LocationInput(lat=LAT, long=LONG),
                "description": text,
                **values,
            }
        ).issue

    return make
