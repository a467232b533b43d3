"""What a reporter answers, and what follows from it or from no answer at all."""

from __future__ import annotations

import logging
from typing import Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from routing.deciding.decisions import issue_locked
from routing.deciding.reviews import decision_review
from routing.enums import DecisionCause, Outcome
from routing.errors import AnswerRefused, QuestionClosed
from routing.models import Clarification, Decision, Proposal

logger = logging.getLogger(__name__)

EXPIRED: Final = "expired"


def clarification_answer(
    *, clarification: Clarification, answer: str
) -> Decision | Proposal | None:
    """Takes the answer, the code of one of the options, and looks at the decision again at once.

    Returns the new decision, or the proposal where something has been sent already. Raises QuestionClosed
    when it was answered or its time is over, AnswerRefused for anything that is no option.
    """
    with transaction.atomic():
        issue_locked(clarification.issue_id)
        question = Clarification.objects.select_for_update().get(pk=clarification.pk)
        if question.answered_at is not None or question.expires_at <= timezone.now():
            raise QuestionClosed(_("This question needs no answer any more."))
        if answer not in {option["code"] for option in question.options}:
            raise AnswerRefused(_("Please choose one of the answers."))
        question.answer, question.answered_at = answer, timezone.now()
        question.save(update_fields=["answer", "answered_at"])
        return decision_review(issue_id=question.issue_id, cause=DecisionCause.ANSWERED)


def clarifications_expire(*, limit: int = 500) -> int:
    """Closes questions whose time is over, and hands their issues to people; returns how many.

    An issue that cannot be decided anew is logged, its question stays for the next sweep.
    """
    over = Clarification.objects.filter(
        answered_at__isnull=True, expires_at__lte=timezone.now()
    ).order_by("expires_at", "pk")
    closed = 0
    for pk, issue_id in list(over.values_list("pk", "issue_id")[:limit]):
        try:
            closed += _expire(pk, issue_id)
        except Exception:
            logger.exception("question %s of issue %s could not be closed", pk, issue_id)
    return closed


def _expire(pk: int, issue_id: int) -> int:
    with transaction.atomic():
        issue = issue_locked(issue_id)
        changed = Clarification.objects.filter(pk=pk, answered_at__isnull=True).update(
            answered_at=timezone.now(), answer=EXPIRED
        )
        standing = issue.decisions.filter(is_current=True).first()
        if changed and standing is not None and standing.outcome == Outcome.ASKED:
            decision_review(issue_id=issue_id, cause=DecisionCause.RENEWED)
        return changed
