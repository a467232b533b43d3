"""Who would have to act at one place, for every kind of report. Nothing is stored."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from django.contrib.gis.geos import Point

from gis_core.models import Jurisdiction
from issues.enums import LocationSource
from issues.models import Category
from routing.deciding.results import results_of
from routing.enums import Outcome
from routing.evidence import Question
from routing.models import Authority
from routing.outbox.authorities import authorities_named


@dataclass(frozen=True)
class BodyAtPlace:
    """An authority and the categories that a report of there would reach it with; None: a person would decide."""

    authority: Authority | None
    categories: tuple[Category, ...]


def bodies_at_place(*, jurisdiction: Jurisdiction, point: Point, at: datetime) -> list[BodyAtPlace]:
    """Who would get a report set on the map at `point` (storage CRS), who gets most first, the undecided last."""
    categories = list(Category.objects.filter(jurisdiction=jurisdiction, is_active=True))
    questions = [
        Question(
            category_id=category.pk,
            x=point.x,
            y=point.y,
            at=at,
            answers={},
            source=LocationSource.MAP,
        )
        for category in categories
    ]
    found: dict[str, list[Category]] = {}
    for category, (_facts, _evidence, result) in zip(
        categories, results_of(questions), strict=True
    ):
        is_clear = result is not None and result.outcome == Outcome.ASSIGNED
        body = result.candidates[0].body if result is not None and is_clear else ""
        found.setdefault(body, []).append(category)
    named = authorities_named(jurisdiction.pk, found.keys() - {""})
    told = [BodyAtPlace(named.get(body), tuple(some)) for body, some in found.items()]
    return sorted(told, key=lambda one: (one.authority is None, -len(one.categories)))
