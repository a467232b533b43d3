"""A question of the house to the reporter, and the answer that comes back into the queue."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Final
from uuid import UUID

from django.core.signing import BadSignature, Signer
from django.db import transaction
from django.utils import timezone, translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.net.cities import city_address
from issues.enums import EventKind
from issues.errors import InquiryClosed, TextNotClean
from issues.models import Inquiry, Issue, Reporter
from issues.services.events import issue_event_append
from issues.services.replies.queue import reply_language, reply_send
from issues.services.texts import text_checked
from issues.services.workflow import clock_set, issue_news, issue_touched

if TYPE_CHECKING:
    from django.contrib.auth.models import User

QUESTION_MAX: Final = 2000
ANSWER_MAX: Final = 4000
ANSWER_WITHIN: Final = timedelta(days=14)
# The signature keeps anybody from trying identifiers; until when an answer counts stands in the row.
_signer: Final = Signer(salt="issues.inquiry")


def inquiry_ask(*, issue: Issue, text: str, by: User, due_at: datetime | None = None) -> Inquiry:
    """Asks the reporter by mail, from `due_at` on; the issue's clock stands still until the answer or its end.

    Raises `ReporterMissing`, `InquiryClosed` while another question is open, `TextNotClean`, `TextTooLong`.
    """
    words = text_checked(text, field="question", limit=QUESTION_MAX)
    if not words:
        raise TextNotClean(_("The question is empty."), field="question")
    with transaction.atomic():
        stored = _locked(issue)
        _close(stored, only_expired=True)
        if stored.inquiries.filter(closed_at__isnull=True).exists():
            raise InquiryClosed(_("A question to the reporter is open already."))
        now = timezone.now()
        inquiry = Inquiry.objects.create(
            issue=stored, text=words, asked_at=now, asked_by=by, expires_at=now + ANSWER_WITHIN
        )
        reply_send(issue=stored, text=_letter(inquiry), by=by, due_at=due_at)
        detail = {"inquiry": str(inquiry.public_id)}
        issue_event_append(issue=stored, kind=EventKind.ASKED, by=by, detail=detail)
        issue_touched(stored)
        clock_set(stored)
    return inquiry


def inquiry_answer(*, inquiry: Inquiry, text: str) -> Inquiry:
    """Takes the reporter's answer, once; the issue has news and its clock goes on.

    Raises `InquiryClosed`, `TextNotClean`, `TextTooLong`.
    """
    words = text_checked(text, field="answer", limit=ANSWER_MAX)
    if not words:
        raise TextNotClean(_("Please write an answer."), field="answer")
    with transaction.atomic():
        issue = _locked(inquiry.issue)
        stored = Inquiry.objects.select_for_update().get(pk=inquiry.pk)
        if not inquiry_is_open(stored):
            raise InquiryClosed(_("This question needs no answer any more."))
        stored.answer, stored.closed_at = words, timezone.now()
        stored.save(update_fields=["answer", "closed_at"])
        detail = {"inquiry": str(stored.public_id)}
        issue_event_append(issue=issue, kind=EventKind.HEARD, detail=detail)
        issue_news(issue)
        clock_set(issue)
    return stored


def inquiry_take_back(*, issue: Issue, by: User | None) -> None:
    """Closes the open question of an issue without an answer; nothing where none is open."""
    with transaction.atomic():
        stored = _locked(issue)
        if _close(stored, only_expired=False):
            issue_event_append(issue=stored, kind=EventKind.UNDONE, by=by, detail={"asked": True})
            clock_set(stored)


def inquiries_expire() -> int:
    """Closes questions whose time is over: their issues have news, and their clocks go on. Returns how many."""
    over = Inquiry.objects.filter(closed_at__isnull=True, expires_at__lte=timezone.now())
    closed = 0
    for issue_id in list(over.values_list("issue_id", flat=True)[:500]):
        with transaction.atomic():
            issue = _locked(Issue(pk=issue_id))
            closed += _close(issue, only_expired=True)
            issue_news(issue)
            clock_set(issue)
    return closed


def inquiry_is_open(inquiry: Inquiry) -> bool:
    return inquiry.closed_at is None and inquiry.expires_at > timezone.now()


def inquiry_url(inquiry: Inquiry) -> str:
    """The absolute address at which the reporter answers."""
    token = _signer.sign(inquiry.public_id.hex)
    return city_address(inquiry.issue.jurisdiction, "inquiry", token)


def inquiry_by_token(token: str) -> Inquiry | None:
    """The question of a link, open or closed; None: the link is invalid."""
    try:
        public_id = UUID(hex=_signer.unsign(token))
    except (BadSignature, ValueError):
        return None
    found = Inquiry.objects.select_related("issue__category", "issue__jurisdiction")
    return found.filter(public_id=public_id).first()


def _letter(inquiry: Inquiry) -> str:
    language = reply_language(Reporter.objects.filter(issue=inquiry.issue).first())
    with translation.override(language):
        until = date_format(timezone.localtime(inquiry.expires_at), "SHORT_DATE_FORMAT")
        asked = pgettext("reply", "we have a question about your report:")
        how = pgettext("reply", "Please answer here until %(until)s:") % {"until": until}
    return f"{asked}\n\n{inquiry.text}\n\n{how}\n{inquiry_url(inquiry)}"


def _close(issue: Issue, *, only_expired: bool) -> int:
    still = Inquiry.objects.filter(issue=issue, closed_at__isnull=True)
    if only_expired:
        still = still.filter(expires_at__lte=timezone.now())
    return still.update(closed_at=timezone.now())


def _locked(issue: Issue) -> Issue:
    stored: Issue = (
        Issue.objects.select_for_update(of=("self",))
        .select_related("category", "jurisdiction")
        .defer("jurisdiction__boundary")
        .get(pk=issue.pk)
    )
    return stored
