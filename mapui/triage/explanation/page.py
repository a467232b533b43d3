"""An explanation prepared for reading in the chosen language."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from gis_core.dataset_names import dataset_label
from gis_core.languages import language_shown
from mapui.site.rule_words import RuleWords
from mapui.triage.explanation.grounds import GroundsShown, grounds_shown
from routing.deciding.explaining.body_shares import percent_of
from routing.deciding.explaining.discs import disc_radius
from routing.deciding.explaining.explanations import explanation_of
from routing.engine.location import is_vague
from routing.enums import DecisionCause, Outcome
from routing.models import Decision, Rule


@dataclass(frozen=True)
class RuleLine:
    rule_id: str
    priority: int | None
    body: str
    matched: bool
    because: str


@dataclass(frozen=True)
class DataLine:
    dataset: str
    as_of: date | None
    age_days: int | None


@dataclass(frozen=True)
class QuestionLine:
    question: str
    answer: str
    asked_at: datetime
    answered_at: datetime | None


@dataclass(frozen=True)
class HistoryLine:
    number: int
    outcome: str
    authority: str
    cause: str
    rule_id: str
    decided_at: datetime
    is_shown: bool


@dataclass(frozen=True)
class AccuracyShown:
    """Metres within which the place lies with `percent`; the disc drawn reaches `radius` metres.

    `is_assumed`: the report said nothing of it. `is_cut`: the disc would reach further than anybody could act upon.
    """

    metres: float
    percent: int
    radius: float
    is_assumed: bool
    is_cut: bool


@dataclass(frozen=True)
class ExplanationShown:
    """`has_rule_set`: whether the rules that were tried are still there to be named."""

    accuracy: AccuracyShown | None
    grounds: GroundsShown | None
    rules: tuple[RuleLine, ...]
    has_rule_set: bool
    doubts: tuple[str, ...]
    questions: tuple[QuestionLine, ...]
    data: tuple[DataLine, ...]
    history: tuple[HistoryLine, ...]


def explanation_shown(decision: Decision) -> ExplanationShown:
    """The explanation's JSON as lines of tables."""
    explained = explanation_of(decision)
    language = language_shown()
    words = RuleWords.of(decision.issue.jurisdiction)
    rules = _rules_tried(decision)
    return ExplanationShown(
        accuracy=_accuracy(decision),
        grounds=grounds_shown(explained["grounds"]),
        rules=_rules(rules, explained["rules"], language, words),
        has_rule_set=bool(rules),
        doubts=tuple(doubt[language] for doubt in explained["doubts"]),
        questions=tuple(_question(one, language) for one in explained["clarifications"]),
        data=tuple(
            DataLine(
                dataset_label(one["dataset"]),
                date.fromisoformat(one["as_of"]) if one["as_of"] else None,
                one["age_days"],
            )
            for one in explained["data"]
        ),
        history=tuple(_former(one, decision, words) for one in explained["history"]),
    )


def _accuracy(decision: Decision) -> AccuracyShown | None:
    """None at the point itself, and where the decision rests on no place."""
    metres = decision.evidence.get("accuracy_m")
    if not metres:
        return None
    confidence = decision.evidence.get("confidence", 0.95)
    return AccuracyShown(
        metres=metres,
        percent=percent_of(confidence),
        radius=disc_radius(metres, confidence),
        is_assumed=decision.issue.accuracy_m is None,
        is_cut=is_vague(metres, confidence),
    )


def _rules_tried(decision: Decision) -> dict[str, Rule]:
    """The rules by their ids of the rule set that was tried: a person's decision keeps what was tried before it."""
    made = decision.issue.decisions.filter(rule_set__isnull=False, number__lte=decision.number)
    rule_set = made.order_by("-number").values("rule_set_id")[:1]
    return {rule.rule_id: rule for rule in Rule.objects.filter(rule_set_id__in=rule_set)}


def _rules(
    rules: dict[str, Rule], tried: list[dict[str, Any]], language: str, words: RuleWords
) -> tuple[RuleLine, ...]:
    lines = []
    for one in tried:
        rule = rules.get(one["rule_id"])
        lines.append(
            RuleLine(
                rule_id=one["rule_id"],
                priority=rule.priority if rule else None,
                body=words.body(rule.body) if rule else "",
                matched=one["matched"],
                because=one["because"][language] if one["because"] else "",
            )
        )
    return tuple(lines)


def _question(one: dict[str, Any], language: str) -> QuestionLine:
    text = one["answer_text"]
    return QuestionLine(
        question=one["question"][language],
        answer=text[language] if text else one["answer"] or "",
        asked_at=datetime.fromisoformat(one["asked_at"]),
        answered_at=datetime.fromisoformat(one["answered_at"]) if one["answered_at"] else None,
    )


def _former(one: dict[str, Any], decision: Decision, words: RuleWords) -> HistoryLine:
    return HistoryLine(
        number=one["number"],
        outcome=str(Outcome(one["outcome"]).label),
        authority=words.body(one["authority"]) if one["authority"] else "",
        cause=str(DecisionCause(one["cause"]).label),
        rule_id=one["rule_id"] or "",
        decided_at=datetime.fromisoformat(one["decided_at"]),
        is_shown=one["number"] == decision.number,
    )
