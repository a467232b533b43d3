"""A hundred thousand decided issues, copied in the database from the factories' own."""

from __future__ import annotations

from django.db import connection
from django.db.models import Model

from gis_core.models import Jurisdiction
from issues.enums import IssueStatus
from issues.models import Issue
from routing.enums import DecisionCause, Outcome
from routing.models import Decision, RuleSet
from tests.mapui.factories import (
    authority_create,
    decision_create,
    issue_create,
    staff_create,
)

COMMON, RARE = "EUV", "STRNRW"


def issues_multiply(jurisdiction: Jurisdiction, *, count: int) -> None:
    """`count` issues, one a minute. Of a thousand one is RARE's, ten are unclear, the rest is COMMON's.

    Every tenth has a second decision by a person; every second is released, every fifth is done.
    """
    rules = RuleSet.objects.create(jurisdiction=jurisdiction, version=1, source="drawn")
    rare, person = authority_create(jurisdiction, RARE), staff_create("prüfung")
    issue = issue_create(jurisdiction, released=False)
    first = decision_create(issue, authority_create(jurisdiction, COMMON), rule_set=rules)
    second = decision_create(
        issue,
        authority_create(jurisdiction, COMMON),
        number=2,
        cause=DecisionCause.OVERRULED,
        reason="x",
        decided_by=person,
    )
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute(
            rows_copy(
                Issue,
                "s.n + 50000000",
                "WHERE t.id = %(issue)s",
                number="'MANY-' || s.n",
                public_id="gen_random_uuid()",
                sender_key="'many-' || s.n",
                received_at="t.received_at + s.n * interval '1 minute'",
                released_at="CASE WHEN s.n %% 2 = 0 THEN t.received_at END",
                status="CASE WHEN s.n %% 5 = 0 THEN %(done)s ELSE t.status END",
            ),
            {"issue": issue.pk, "count": count, "done": IssueStatus.DONE.value},
        )
        # Else the check of the foreign keys would go by what it knew of the table when that was nearly empty.
        cursor.execute("ANALYZE issues_issue")
        for decision, start in ((first, 50_000_000), (second, 60_000_000)):
            chosen = "WHERE t.id = %(decision)s"
            cursor.execute(
                rows_copy(
                    Decision,
                    f"s.n + {start}",
                    chosen if decision is first else f"{chosen} AND s.n %% 10 = 0",
                    issue_id="s.n + 50000000",
                    is_current="t.number = 2 OR s.n %% 10 <> 0",
                    outcome="CASE WHEN s.n %% 1000 BETWEEN 1 AND 9 THEN %(triage)s ELSE t.outcome END",
                    authority_id="CASE WHEN s.n %% 1000 = 500 THEN %(rare)s ELSE t.authority_id END",
                ),
                {
                    "decision": decision.pk,
                    "count": count,
                    "rare": rare.pk,
                    "triage": Outcome.TRIAGE.value,
                },
            )
        cursor.execute("ANALYZE issues_issue, routing_decision, routing_authority, issues_category")


def rows_copy(model: type[Model], pk: str, where: str, **changed: str) -> str:
    """A statement that copies one row many times, some of its columns computed from s.n."""
    names = [one.column for one in model._meta.local_concrete_fields if not one.generated]
    table = model._meta.db_table
    values = [pk if one == "id" else changed.get(one, f"t.{one}") for one in names]
    return (
        f"INSERT INTO {table} ({', '.join(names)}) SELECT {', '.join(values)}"  # noqa: S608 - own names
        f" FROM {table} t, generate_series(1, %(count)s) s(n) {where}"
    )
