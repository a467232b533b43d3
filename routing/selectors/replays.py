"""Stored decisions decided again from their own evidence, by the recorded rule set or by another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any

from routing.engine import decide
from routing.models import Authority, Decision, RuleSet
from routing.selectors.results import rule_set_compiled
from routing.types import Candidate, Evidence


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What decisions are compared by: outcome, body, rule and every candidate."""

    outcome: str
    body: str
    rule_id: str
    candidates: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Replay:
    decision: Decision
    stored: Answer
    found: Answer

    @property
    def is_same(self) -> bool:
        return self.stored == self.found


def decisions_replayed(
    *, rule_set: RuleSet | None = None, limit: int | None = None
) -> Iterator[Replay]:
    """Replay the newest decisions of the engine, all or `limit`; nothing is written.

    With `rule_set` by that one, else each by the one it was made with. A decision that went to triage for
    want of a contact shows as assigned: whether somebody can be told is not the engine's question.
    """
    made = (
        Decision.objects.filter(rule_set__isnull=False, decided_by__isnull=True)
        .select_related("issue", "authority")
        .order_by("-pk")
    )
    if rule_set is not None:
        made = made.filter(issue__jurisdiction_id=rule_set.jurisdiction_id)
    bodies: dict[int, frozenset[str]] = {}
    for decision in made[:limit].iterator(chunk_size=500):
        jurisdiction_id = decision.issue.jurisdiction_id
        if jurisdiction_id not in bodies:
            bodies[jurisdiction_id] = frozenset(
                Authority.objects.filter(jurisdiction_id=jurisdiction_id).values_list(
                    "code", flat=True
                )
            )
        yield _replay(decision, rule_set, bodies[jurisdiction_id])


def _replay(decision: Decision, rule_set: RuleSet | None, bodies: frozenset[str]) -> Replay:
    rule_set_id = rule_set.pk if rule_set else decision.rule_set_id
    assert rule_set_id is not None  # noqa: S101 - the query asks for decisions with a rule set
    result = decide(Evidence.from_json(decision.evidence), rule_set_compiled(rule_set_id, bodies))
    first = result.candidates[0]
    return Replay(
        decision=decision,
        stored=Answer(
            outcome=decision.outcome,
            body=decision.authority.code if decision.authority else "",
            rule_id=decision.rule_id,
            candidates=[{**one, "notify": list(one["notify"])} for one in decision.candidates],
        ),
        found=Answer(
            outcome=result.outcome,
            body=first.body if first.body in bodies else "",
            rule_id=first.rule_id,
            candidates=_comparable(result.candidates, decision.candidates),
        ),
    )


def _comparable(
    candidates: tuple[Candidate, ...], stored: list[dict[str, Any]]
) -> list[dict[str, Any]]:
    """The candidates as they were stored: a decision of before knows fewer fields of them."""
    known = set().union(*stored)
    found = [
        {**asdict(one), "notify": list(one.notify), "narrowed": list(one.narrowed)}
        for one in candidates
    ]
    return [{key: value for key, value in one.items() if key in known} for one in found]
