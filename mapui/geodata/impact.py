"""What an edition concerns: the open issues that would get another authority."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext

from gis_core.languages import text_in
from gis_core.models import Edition
from routing.deciding.explaining.body_shares import body_name
from routing.enums import Outcome
from routing.outbox.authorities import authorities_named
from routing.trying.edition_impact import impact_is_due


@dataclass(frozen=True)
class ImpactShown:
    """An open issue (place in WGS84 degrees), who is responsible today and who would be, in words."""

    number: str
    latitude: float
    longitude: float
    today: str
    then: str
    sentence: str


@dataclass(frozen=True)
class GoldenBroken:
    """A golden case with the expected and the new authority, in words."""

    name: str
    expected: str
    then: str


def impact_shown(edition: Edition) -> list[ImpactShown] | None:
    """The issues that would get another authority, as stored; None when that is still to be looked at."""
    stored = edition.report.get("impact")
    if stored is None or impact_is_due(edition):
        return None
    codes = {one[name] for one in stored for name in ("from", "to")}
    named = authorities_named(edition.jurisdiction_id, codes) if codes else {}

    def words(code: str, outcome: str) -> str:
        if outcome == Outcome.TRIAGE or not code:
            return gettext("Unclear: to be triaged")
        return body_name(code, named)

    return [
        ImpactShown(
            number=one["number"],
            latitude=one["latitude"],
            longitude=one["longitude"],
            today=words(one["from"], one["from_outcome"]),
            then=words(one["to"], one["to_outcome"]),
            sentence=text_in(one["sentences"]),
        )
        for one in stored
    ]


def golden_broken(edition: Edition) -> list[GoldenBroken]:
    """The golden cases that the edition would break, as stored when that was looked at."""
    stored = edition.report.get("golden_broken") or []
    codes = {one[name] for one in stored for name in ("expected", "then")}
    named = authorities_named(edition.jurisdiction_id, codes) if codes else {}
    return [
        GoldenBroken(one["name"], body_name(one["expected"], named), body_name(one["then"], named))
        for one in stored
    ]


def impact_features(edition: Edition) -> list[dict[str, Any]]:
    """The same as GeoJSON points (WGS84)."""
    return [
        {
            "type": "Feature",
            "id": one.number,
            "geometry": {"type": "Point", "coordinates": [one.longitude, one.latitude]},
            "properties": {
                "today": one.today,
                "then": one.then,
                "sentence": one.sentence,
                "url": reverse("triage_issue", args=[one.number]),
            },
        }
        for one in impact_shown(edition) or []
    ]
