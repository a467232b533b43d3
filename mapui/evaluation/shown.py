"""A trial's findings in words: names instead of codes."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db.models import Max, Min
from django.urls import reverse
from django.utils.translation import gettext as _

from gis_core.models import Jurisdiction
from mapui.evaluation.forms import edition_named, rule_set_named
from mapui.site.types import Bounds
from routing.enums import Outcome
from routing.models import Authority, GoldenCase, Trial, TrialChange
from routing.outbox.authorities import authorities_named
from routing.outbox.contacts import area_names
from routing.trying.golden import GoldenFinding
from routing.trying.listed import changes_by_authority

# More markers than this serve nobody; the list pages through all of them.
FEATURE_LIMIT = 2000
MARGIN_DEGREES = 0.002


@dataclass(frozen=True)
class GroupShown:
    """How many issues go from one authority to another; the codes filter the list."""

    from_body: str
    to_body: str
    from_name: str
    to_name: str
    count: int
    percent: int


@dataclass(frozen=True)
class ChangeShown:
    change: TrialChange
    from_name: str
    to_name: str


class Names:
    """Authorities by what a trial calls them (`EUV`, `NEIGH/05916000`)."""

    def __init__(self, jurisdiction: Jurisdiction, bodies: Iterable[str]) -> None:
        parts = [body.partition("/") for body in bodies]
        self.authorities: dict[str, Authority] = authorities_named(
            jurisdiction.pk, {code for code, _slash, _area in parts}
        )
        self.areas = area_names(jurisdiction, {area for _code, _slash, area in parts if area})

    def of(self, body: str, outcome: str) -> str:
        """The name, and whether it is sent, proposed, asked or left to a person."""
        code, _slash, area = body.partition("/")
        if code not in self.authorities:
            return _("Unclear: to be triaged")
        named = " ".join(filter(None, (self.authorities[code].name, self.areas.get(area))))
        match outcome:
            case Outcome.ASSIGNED:
                return named
            case Outcome.PROPOSED:
                return _("only proposed: %(authority)s") % {"authority": named}
            case Outcome.ASKED:
                return _("the reporter is asked (perhaps %(authority)s)") % {"authority": named}
            case _other:
                return _("unclear (perhaps %(authority)s)") % {"authority": named}


def trial_named(trial: Trial) -> str:
    if trial.rule_set is not None:
        return _("Rules: %(name)s") % {"name": rule_set_named(trial.rule_set)}
    assert trial.edition is not None  # noqa: S101 - a constraint: it is of either
    return _("Geodata: %(name)s") % {"name": edition_named(trial.edition)}


def groups_shown(trial: Trial) -> list[GroupShown]:
    groups = changes_by_authority(trial)
    names = _names(trial, [body for one in groups for body in (one.from_body, one.to_body)])
    most = max((one.count for one in groups), default=1)
    return [
        GroupShown(
            from_body=one.from_body,
            to_body=one.to_body,
            from_name=names.of(one.from_body, one.from_outcome),
            to_name=names.of(one.to_body, one.to_outcome),
            count=one.count,
            percent=max(1, 100 * one.count // most),
        )
        for one in groups
    ]


def changes_shown(trial: Trial, changes: Iterable[TrialChange]) -> list[ChangeShown]:
    found = list(changes)
    names = _names(trial, [body for one in found for body in (one.from_body, one.to_body)])
    return [
        ChangeShown(
            change=one,
            from_name=names.of(one.from_body, one.from_outcome),
            to_name=names.of(one.to_body, one.to_outcome),
        )
        for one in found
    ]


def change_features(trial: Trial) -> tuple[list[dict[str, Any]], bool]:
    """The changed issues as GeoJSON points (WGS84); second, whether there are more than are shown."""
    changes = list(trial.changes.select_related("issue").order_by("issue_id")[: FEATURE_LIMIT + 1])
    names = _names(trial, [body for one in changes for body in (one.from_body, one.to_body)])
    features = [
        {
            "type": "Feature",
            "id": one.issue.number,
            "geometry": {
                "type": "Point",
                "coordinates": [one.issue.longitude, one.issue.latitude],
            },
            "properties": {
                "today": names.of(one.from_body, one.from_outcome),
                "then": names.of(one.to_body, one.to_outcome),
                "sentence": " → ".join(filter(None, (one.from_rule, one.to_rule))),
                "url": reverse("trial_issue", args=[trial.pk, one.issue.number]),
            },
        }
        for one in changes[:FEATURE_LIMIT]
    ]
    return features, len(changes) > FEATURE_LIMIT


def change_bounds(trial: Trial) -> Bounds | None:
    """Where the changed issues lie, in degrees with a margin of some hundred metres; None where there are none."""
    found = trial.changes.aggregate(
        south=Min("issue__latitude"),
        west=Min("issue__longitude"),
        north=Max("issue__latitude"),
        east=Max("issue__longitude"),
    )
    if found["south"] is None:
        return None
    return (
        (found["south"] - MARGIN_DEGREES, found["west"] - MARGIN_DEGREES),
        (found["north"] + MARGIN_DEGREES, found["east"] + MARGIN_DEGREES),
    )


def _names(trial: Trial, bodies: Iterable[str]) -> Names:
    return Names(trial.jurisdiction, bodies)


@dataclass(frozen=True)
class FindingShown:
    """A golden case; `state` is holds, breaks, mends or fails."""

    case: GoldenCase
    expected: str
    present: str
    tried: str
    state: str


def findings_shown(
    jurisdiction: Jurisdiction, findings: Iterable[GoldenFinding]
) -> list[FindingShown]:
    found = list(findings)
    bodies = [body for one in found for body in (one.expected, one.present, one.tried)]
    names = Names(jurisdiction, bodies)

    def named(body: str) -> str:
        return names.of(body, Outcome.ASSIGNED)

    return [
        FindingShown(
            case=one.case,
            expected=named(one.expected),
            present=named(one.present),
            tried=named(one.tried),
            state=one.state,
        )
        for one in found
    ]
