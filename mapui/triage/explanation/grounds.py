"""What the priors did, in words: each kind of ground by the location alone, its weight and its probability."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from issues.enums import RoadPart
from mapui.site.rule_words import number_shown
from parcels.enums import Usage
from routing.deciding.explaining.body_shares import SMALL, percent_of
from routing.engine.priors import NO_PART
from routing.enums import RoadClass, ThroughRoadState


@dataclass(frozen=True)
class GroundLine:
    """A row of the table; shares in whole percent. `has_prior`: whether any row of the rule set is about it."""

    name: str
    by_location: int
    weight: str
    has_prior: bool
    settled: int | None
    percent: int


@dataclass(frozen=True)
class GroundsShown:
    """The kinds of ground, the likeliest first; those below SMALL by both figures are only counted."""

    sentence: str
    lines: tuple[GroundLine, ...]
    small: int


def grounds_shown(grounds: Sequence[dict[str, Any]]) -> GroundsShown | None:
    """Of the explanation's `grounds`. None where there is one kind of ground only: then no prior changes anything."""
    if len(grounds) < 2:
        return None
    told = [one for one in grounds if max(one["by_location"], one["probability"]) >= SMALL]
    states = {one["built_up"] for one in told}
    return GroundsShown(
        sentence=_sentence(told, with_state=len(states) > 1),
        lines=tuple(
            GroundLine(
                name=_name(one, with_state=len(states) > 1),
                by_location=percent_of(one["by_location"]),
                weight=number_shown(one["weight"]),
                has_prior=one["weight_from"] != "none",
                settled=one["settled"],
                percent=percent_of(one["probability"]),
            )
            for one in told
        ),
        small=len(grounds) - len(told),
    )


def _name(ground: dict[str, Any], *, with_state: bool) -> str:
    """Land use first, then what is known of the road: "Straße (Gehweg, Gemeindestraße)"."""
    labels = []
    if ground["part"] != NO_PART:
        labels.append(RoadPart(ground["part"]).label)
    if ground["road_class"] != RoadClass.NONE:
        labels.append(RoadClass(ground["road_class"]).label)
    if with_state:
        labels.append(ThroughRoadState(ground["built_up"]).label)
    usage = str(Usage(ground["usage"]).label)
    return f"{usage} ({', '.join(map(str, labels))})" if labels else usage


def _sentence(told: Sequence[dict[str, Any]], *, with_state: bool) -> str:
    """The likeliest ground against the one of another weight that the location speaks most for, of other land first."""
    first = told[0]
    others = [one for one in told[1:] if one["weight"] != first["weight"]]
    if not others:
        return _("All these kinds of ground have the same weight: the location alone decides.")
    other = max(others, key=lambda one: (one["usage"] != first["usage"], one["by_location"]))
    values = {
        "ground": _name(first, with_state=with_state),
        "other": _name(other, with_state=with_state),
        "location": percent_of(first["by_location"]),
        "probability": percent_of(first["probability"]),
        "times": number_shown(
            _rounded(max(first["weight"], other["weight"]) / min(first["weight"], other["weight"]))
        ),
    }
    if first["weight"] > other["weight"]:
        return (
            _(
                "By the location alone it is “%(ground)s” with %(location)s %%. Such reports come from there"
                " %(times)s times as often as from “%(other)s”, square metre by square metre. Together this"
                " makes %(probability)s %%."
            )
            % values
        )
    return (
        _(
            "By the location alone it is “%(ground)s” with %(location)s %%. Such reports come from “%(other)s”"
            " %(times)s times as often, square metre by square metre. Together this makes %(probability)s %%."
        )
        % values
    )


def _rounded(times: float) -> float:
    """Few digits: 2.5, 10, 120."""
    return float(f"{times:.2g}")
