"""Questions to reporters: when one is put, and when it no longer needs an answer."""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from django.conf import settings
from django.utils import timezone

from issues.enums import Channel
from issues.models import Issue
from routing.deciding.public_answers import PublicAnswer
from routing.deciding.questions import question_for
from routing.evidence import IssueFacts
from routing.models import Clarification, Decision
from routing.sentences.questions import QuestionWorded

# Whoever reported this way gets an answer with the question's address; nobody else could be asked.
ASKABLE_CHANNELS: Final = frozenset({Channel.OPEN311, Channel.WEB})
WITHDRAWN: Final = "withdrawn"


def question_to_put(
    issue: Issue, *, number: int, facts: IssueFacts, told: PublicAnswer
) -> QuestionWorded | None:
    """The question that an issue's reporter is asked: once for an issue, in no emergency.

    It is asked where the matter is in doubt as the public may know it, whatever the decision knows of owners: to ask
    or not to ask must not tell them. `number` is that of the decision; before the first one nothing can have been
    asked.
    """
    if issue.channel not in ASKABLE_CHANNELS:
        return None
    if number > 1 and Clarification.objects.filter(issue=issue).exists():
        return None
    return question_for(
        category=issue.category, facts=facts, evidence=told.evidence, result=told.results[0]
    )


def clarification_open(*, decision: Decision, question: QuestionWorded) -> Clarification:
    """The question put down, to be answered within QUESTION_HOURS."""
    return Clarification.objects.create(
        issue=decision.issue,
        decision=decision,
        kind=question.kind,
        texts=question.texts,
        options=[{"code": one.code, "labels": one.labels} for one in question.options],
        asked_at=decision.decided_at,
        expires_at=decision.decided_at + timedelta(hours=settings.QUESTION_HOURS),
    )


def clarifications_withdraw(issue_id: int) -> None:
    """Whatever is still asked about this issue needs no answer: it has been decided another way."""
    Clarification.objects.filter(issue_id=issue_id, answered_at__isnull=True).update(
        answered_at=timezone.now(), answer=WITHDRAWN
    )
