"""What is known around a draft: its place in words, likely categories, what is reported already, and who must act."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.contrib.gis.db.models.functions import Distance
from django.contrib.gis.geos import Point
from django.contrib.gis.measure import D
from django.db.models import Count
from django.utils import timezone

from gis_core.languages import language_first, text_in
from gis_core.models import Jurisdiction
from issues.models import Category, Issue
from issues.public_view import PublicIssue, public_view
from issues.selectors import categories_guessed
from issues.services.duplicates import duplicates_near
from mapui.reporting.draft import Draft
from parcels.models import Address
from routing.deciding.enquiries import Responsibility, responsibility_asked
from routing.enums import AreaKind
from routing.models import Area, Asset, RoadSection

ADDRESS_M: Final = 60.0
ROAD_M: Final = 250.0
ASSET_M: Final = 25.0
AROUND_M: Final = 500.0
LIKELY_MAX: Final = 6
FOUND_MAX: Final = 10
NEAR_MAX: Final = 3


@dataclass(frozen=True)
class Near:
    """A public report that may be about the same; `metres` away."""

    issue: PublicIssue
    metres: float


@dataclass(frozen=True)
class Group:
    """The categories of one group in their order."""

    name: str
    categories: list[Category]


def address_near(jurisdiction: Jurisdiction, point: Point) -> str:
    """The nearest address, "" for none: told to whoever chooses a place, and never stored with the report."""
    near = Address.objects.active().filter(
        jurisdiction=jurisdiction, geometry__dwithin=(point, D(m=ADDRESS_M))
    )
    address = near.annotate(away=Distance("geometry", point)).order_by("away", "key").first()
    return address.text if address else ""


def place_near(jurisdiction: Jurisdiction, point: Point) -> str:
    """The nearest address, else the nearest road by its name or number; "" for neither."""
    if address := address_near(jurisdiction, point):
        return address
    sections = RoadSection.objects.active().filter(
        jurisdiction=jurisdiction, geometry__dwithin=(point, D(m=ROAD_M))
    )
    near = sections.annotate(away=Distance("geometry", point)).order_by("away", "key")
    return next(filter(None, (one.title(jurisdiction) for one in near[:5])), "")


def neighbour_of(jurisdiction: Jurisdiction, point: Point) -> str:
    """The municipality beside this one in which the point lies; "" where it is not known."""
    areas = Area.objects.active().filter(jurisdiction=jurisdiction, kind=AreaKind.NEIGHBOUR)
    return areas.filter(geometry__covers=point).values_list("name", flat=True).first() or ""


def groups_of(categories: list[Category]) -> list[Group]:
    """The categories by their groups, as the city named and ordered them."""
    found: dict[str, list[Category]] = {}
    for one in categories:
        found.setdefault(text_in(one.groups, language_first()), []).append(one)
    return [Group(members[0].group, members) for members in found.values()]


def categories_found(draft: Draft, text: str) -> list[Category]:
    """The categories whose name or words begin so, then those that the words may mean."""
    begun = text.casefold()
    if not begun:
        return []
    by_code = {one.code: one for one in draft.categories}
    found = [
        one
        for one in draft.categories
        if begun in one.name.casefold()
        or any(word.strip().casefold().startswith(begun) for word in one.keywords.split(","))
    ]
    guessed = categories_guessed(draft.jurisdiction.pk, text)
    found = [*(by_code[one.code] for one in guessed if one.code in by_code), *found]
    return list({one.code: one for one in found}.values())[:FOUND_MAX]


def categories_here(draft: Draft) -> list[Category]:
    """What is likely at the place: of assets beside it, then what the public map shows around it, the most first."""
    point = draft.point
    if point is None:
        return []
    return list({one.code: one for one in _here(draft, point)}.values())[:LIKELY_MAX]


def _here(draft: Draft, point: Point) -> Iterator[Category]:
    assets = Asset.objects.active().filter(
        jurisdiction=draft.jurisdiction, geometry__dwithin=(point, D(m=ASSET_M))
    )
    near = assets.annotate(away=Distance("geometry", point)).order_by("away")
    for kind in dict.fromkeys(near.values_list("kind", flat=True)[:50]):
        yield from (one for one in draft.categories if kind in one.asset_kinds)
    by_pk = {one.pk: one for one in draft.categories}
    around = (
        Issue.objects.filter(
            jurisdiction=draft.jurisdiction,
            point__dwithin=(point, D(m=AROUND_M)),
            is_sheltered=False,
        )
        .public()
        .values_list("category")
        .annotate(count=Count("pk"))
        .order_by("-count", "category")
    )
    yield from (by_pk[pk] for pk, _count in around[:LIKELY_MAX] if pk in by_pk)


def reports_near(draft: Draft) -> list[Near]:
    """Public reports that may be about the same. Of sheltered ones the metres would tell where they are."""
    if draft.point is None or draft.category is None:
        return []
    found = duplicates_near(category=draft.category, point=draft.point, text=draft.values["text"])
    shown = set(
        Issue.objects.filter(pk__in=[one.issue.pk for one in found], is_sheltered=False)
        .public()
        .values_list("pk", flat=True)
    )
    public = [one for one in found if one.issue.pk in shown]
    return [Near(public_view(one.issue), one.metres) for one in public[:NEAR_MAX]]


def responsible_for(draft: Draft) -> Responsibility | None:
    """Who must act by what is known so far; None where nobody can say."""
    if draft.location is None or draft.category is None:
        return None
    question, answer = draft.values["question"], draft.values["answer"]
    return responsibility_asked(
        category=draft.category,
        point=draft.location.point,
        at=timezone.now(),
        answers=draft.answers(),
        accuracy_m=draft.location.accuracy_m,
        source=draft.location.source,
        answer=(question, answer) if question and answer else None,
    )
