"""The city's clearing unit: a department that decides where bodies cannot agree who has to act."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.db import transaction

from issues.models import Department, Issue
from issues.services.work import issue_assign
from issues.services.workflow import issue_news

if TYPE_CHECKING:
    from django.contrib.auth.models import User


def clearing_unit(jurisdiction_id: int) -> Department | None:
    """None where the city has named none."""
    return Department.objects.filter(jurisdiction=jurisdiction_id, is_clearing=True).first()


@transaction.atomic
def issue_to_clearing(*, issue: Issue, by: User | None = None) -> Department | None:
    """Gives the issue to the clearing unit, where it stands among the news; whoever of it has it already keeps it.

    None: the city has named none, and nothing is changed.
    """
    unit = clearing_unit(issue.jurisdiction_id)
    if unit is not None and issue.department_id != unit.pk:
        issue_assign(issue=issue, assignee=None, department=unit, by=by)
        issue_news(issue)
    return unit
