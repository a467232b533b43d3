"""Stored decisions decided again from their own evidence, by the recorded rule set or by another."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import asdict, dataclass, fields
from typing import Any, Final

from gis_core.models import Jurisdiction
from routing.engine import decide
from routing.enums import Outcome
from routing.models import Authority, Decision, RuleSet
from routing.rulebook.compiled import rule_set_compiled
from routing.types import Candidate, Evidence

# How a decision that nobody could be told of says so, where its evidence does not note it yet.
_NO_CONTACT: Final = "ist kein Kontakt hinterlegt."


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What decisions are compared by: who, what becomes of it, by which rule, who else is told, every candidate."""

    outcome: str
    body: str
    area_code: str
    rule_id: str
    legal_basis: str
    notify: list[str]
    candidates: list[dict[str, Any]]


@dataclass(frozen=True, kw_only=True)
class Replay:
    decision: Decision
    stored: Answer
    found: Answer

    @property
    def differs(self) -> list[str]:
        """The fields of `Answer` in which the two differ."""
        names = [one.name for one in fields(Answer)]
        return [name for name in names if getattr(self.stored, name) != getattr(self.found, name)]

    @property
    def is_same(self) -> bool:
        return not self.differs


def decisions_replayed(
    *,
    jurisdiction: Jurisdiction | None = None,
    rule_set: RuleSet | None = None,
    limit: int | None = None,
) -> Iterator[Replay]:
    """Replay the newest decisions that rules made, all or `limit`; nothing is written, memory stays flat.

    With `jurisdiction` its own only.

    With `rule_set` by that one, else each by the one it was made with. Decisions of people are left
    out. The engine does not know contacts, so a missing contact is taken over from the stored decision.
    """
    made = (
        Decision.objects.filter(rule_set__isnull=False)
        .select_related("issue", "authority")
        .order_by("-pk")
    )
    if jurisdiction is not None:
        made = made.filter(issue__jurisdiction=jurisdiction)
    if rule_set is not None:
        made = made.filter(issue__jurisdiction_id=rule_set.jurisdiction_id)
    bodies: dict[int, frozenset[str]] = {}
    for decision in made[:limit].iterator(chunk_size=200):
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
    untold = bool(decision.evidence.get("unreachable")) or _NO_CONTACT in decision.sentences.get(
        "de", ""
    )
    return Replay(
        decision=decision,
        stored=Answer(
            # To ask the reporter is what is done with a decision that waits for a person.
            outcome=Outcome.TRIAGE if decision.outcome == Outcome.ASKED else decision.outcome,
            body=decision.authority.code if decision.authority else "",
            area_code=decision.area_code,
            rule_id=decision.rule_id,
            legal_basis=decision.legal_basis,
            notify=decision.notify,
            candidates=[{**one, "notify": list(one["notify"])} for one in decision.candidates],
        ),
        found=Answer(
            outcome=Outcome.TRIAGE
            if untold and result.outcome == Outcome.ASSIGNED
            else result.outcome,
            body=first.body if first.body in bodies else "",
            area_code=first.area_code,
            rule_id=first.rule_id,
            legal_basis=first.legal_basis,
            notify=list(first.notify),
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
