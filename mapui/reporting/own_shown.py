"""What the private page shows: the state as everybody but staff sees it, and what is the reporter's own."""

from __future__ import annotations

from typing import Any, Final

from django.urls import reverse
from django.utils import timezone
from django.utils.text import Truncator

from gis_core.languages import text_in
from issues.enums import IssueStatus, PhotoStatus, ReplyState, RetentionKind
from issues.models import Issue, LegalHold, Rating, Reply, Reporter, RetentionPeriod
from issues.public_steps import public_steps
from issues.public_view import note_public
from issues.selectors import photos_of_reporter, work_photos_released
from issues.services.inquiries import inquiry_is_open, inquiry_url
from issues.services.reporting.links import report_token, report_url
from issues.services.reporting.own import STARS_MAX, is_withdrawn, rating_open_until
from mapui.reporting.around import place_near
from routing.deciding.enquiries import reason_told
from routing.deciding.in_force import agency_names
from routing.deciding.question_links import clarification_token
from routing.models import Clarification

EXCERPT: Final = 90


def own_context(issue: Issue) -> dict[str, Any]:
    """What the private page of the issue and its questions need."""
    reporter = Reporter.objects.filter(issue=issue).first()
    rating = Rating.objects.filter(issue=issue).first()
    until = rating_open_until(rating)
    is_closed = IssueStatus(issue.public_status).is_closed
    agency = agency_names([issue.pk]).get(issue.pk, "")
    return {
        "page": "own_report",
        "jurisdiction": issue.jurisdiction,
        "issue": issue,
        "near": (issue.road or place_near(issue.jurisdiction, issue.point))
        if _is_bare(issue)
        else "",
        "token": report_token(issue.public_id),
        "link": report_url(issue),
        "status": issue.public_status,
        "steps": public_steps(issue),
        "note": note_public(issue),
        "is_closed": is_closed,
        "is_withdrawn": is_withdrawn(issue),
        "agency": agency,
        "why": text_in(reason_told(issue, agency)),
        "photos": photos_of_reporter(issue).filter(status=PhotoStatus.STORED),
        "work_photos": work_photos_released(issue),
        "question_url": _question_url(issue),
        "inquiries": [
            (one, inquiry_url(one) if inquiry_is_open(one) else "")
            for one in issue.inquiries.order_by("pk")
        ],
        "replies": [
            (one, _excerpt(one.text))
            for one in Reply.objects.filter(reporter_of=issue, state=ReplyState.SENT).order_by("pk")
        ],
        "reporter": reporter,
        "name": f"{reporter.first_name} {reporter.last_name}".strip() if reporter else "",
        "has_mail": bool(reporter and reporter.email),
        "may_rate": is_closed
        and not is_withdrawn(issue)
        and (until is None or until > timezone.now()),
        "rating": rating,
        "rating_until": until,
        "stars": range(1, STARS_MAX + 1),
        "is_public": Issue.objects.filter(pk=issue.pk).public().exists(),
        **_kept(issue, reporter),
    }


def _is_bare(issue: Issue) -> bool:
    """Whether the report says in no words where it is."""
    return issue.is_placed and not (issue.address_text or issue.public_address)


def _excerpt(text: str) -> str:
    """How the letter begins, behind its greeting."""
    _greeting, _blank, words = text.partition("\n\n")
    return Truncator(words.partition("\n")[0]).chars(EXCERPT)


def _question_url(issue: Issue) -> str:
    """Where the question is answered that would settle who is responsible; "" while there is none."""
    open_questions = Clarification.objects.filter(issue=issue, answered_at__isnull=True)
    question = open_questions.filter(expires_at__gt=timezone.now()).first()
    return reverse("question", args=[clarification_token(question.public_id)]) if question else ""


def _kept(issue: Issue, reporter: Reporter | None) -> dict[str, Any]:
    """What is kept of whoever reported, and how long."""
    periods = RetentionPeriod.objects.filter(jurisdiction=issue.jurisdiction_id)
    by_kind = {RetentionKind(one.kind): one for one in periods}
    return {
        "has_contact": bool(
            reporter
            and any((reporter.first_name, reporter.last_name, reporter.email, reporter.phone))
        ),
        "erase_asked_at": reporter.erase_asked_at if reporter else None,
        "is_held": LegalHold.objects.active()
        .filter(issue__in=[issue.pk, issue.duplicate_of_id])
        .exists(),
        "kept": {kind.value: one.days for kind, one in by_kind.items()},
        "kept_for": by_kind[RetentionKind.REPORT].told,
    }
