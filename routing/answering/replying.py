"""What staff answer to a question of an authority: its clock goes on."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import pgettext

from issues.errors import TextNotClean
from issues.services.nudging import worker_nudge
from issues.services.texts import text_checked
from issues.services.workflow import issue_touched
from routing.enums import AnswerSource, DeliveryState, NoticeKind
from routing.models import Delivery, DeliveryEvent, ReporterNotice
from routing.outbox.changes import delivery_change, delivery_locked
from routing.outbox.notices import SEND_TASK

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REPLY_MAX: Final = 2000


@transaction.atomic
def question_reply(*, delivery: Delivery, text: str, by: User) -> DeliveryEvent:
    """The words go to the authority in the thread of the report, and stand on its page.

    Raises `TextNotClean`, `TextTooLong`.
    """
    words = text_checked(text, field="text", limit=REPLY_MAX)
    if not words:
        raise TextNotClean(pgettext("answer", "Please write an answer."), field="text")
    issue, current = delivery_locked(delivery)
    event = delivery_change(
        current,
        DeliveryState(current.state),
        source=AnswerSource.STAFF,
        by=by,
        text=words,
        replies=True,
    )
    ReporterNotice.objects.create(
        delivery=current, kind=NoticeKind.REPLIED, news=[event.pk], due_at=timezone.now()
    )
    issue_touched(issue)
    transaction.on_commit(lambda: worker_nudge(SEND_TASK))
    return event
