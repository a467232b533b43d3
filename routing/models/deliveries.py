"""The outbox: who is told what. PostgreSQL is the truth; the broker only makes it quick."""

from __future__ import annotations

import uuid
from typing import Final

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.enums import ReplyState
from routing.enums import (
    AnswerSource,
    DeadlineKind,
    DeliveryKind,
    DeliveryState,
    NoticeKind,
    PauseKind,
)
from routing.models.authorities import Authority, AuthorityContact, failure_code
from routing.models.decisions import Decision

# The body has it, or may have: there is a day on which it was sent.
GONE_OUT: Final = (
    DeliveryState.SENT,
    DeliveryState.DELIVERED,
    DeliveryState.ACCEPTED,
    DeliveryState.IN_PROGRESS,
    DeliveryState.DONE,
    DeliveryState.REFUSED,
    DeliveryState.EXPIRED,
)


class Delivery(models.Model):
    """One message to one authority. Written in the decision's transaction, sent by a worker.

    `idempotency_key` = sha256(issue|authority|number of the decision), so the same message is never
    queued twice. `lease_until`: a worker that dies holds a delivery no longer than this. `said_at`: when the authority
    said what its state is, as far as anybody knows; what was said before that comes too late.

    `waits_since`: from then on its patience counts. `is_urgent`: danger to life, before everything. `maybe_there`: it
    failed, and nobody can tell whether the authority has it. `alarmed_at`: when a person was told that an urgent one
    does not get through.

    `deadline_kind` and `deadline_at`: what the body is awaited for, and until when; while `pause` says why the clock
    stands still there is no such day. `reminded_at`: when somebody was told that it is over. `watch_at`: when the
    program looks at all that again (`routing.answering.watching`); empty once nothing is awaited.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="deliveries")
    kind = models.CharField(_("kind"), max_length=12, choices=DeliveryKind)
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="deliveries")
    contact = models.ForeignKey(
        AuthorityContact, on_delete=models.PROTECT, related_name="deliveries"
    )
    idempotency_key = models.CharField(max_length=64, unique=True)
    state = models.CharField(
        _("state"), max_length=12, choices=DeliveryState, default=DeliveryState.QUEUED
    )
    is_urgent = models.BooleanField(
        pgettext_lazy("delivery", "urgent"), default=False, db_default=False
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    waits_since = models.DateTimeField(
        pgettext_lazy("delivery", "waiting since"), default=timezone.now, db_default=Now()
    )
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    said_at = models.DateTimeField(
        pgettext_lazy("delivery", "last answer of the authority"), null=True, blank=True
    )
    foreign_id = models.CharField(_("number at the authority"), max_length=200, blank=True)
    receipt = models.JSONField(_("receipt"), default=dict, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    error_code = failure_code()
    maybe_there = models.BooleanField(
        pgettext_lazy("delivery", "may have arrived"), default=False, db_default=False
    )
    alarmed_at = models.DateTimeField(
        pgettext_lazy("delivery", "person told"), null=True, blank=True
    )
    # Links to the partner page name it; one more, and those given out before open nothing.
    link_version = models.PositiveSmallIntegerField(default=1, db_default=1, editable=False)
    # The latest event of the issue that the receiver was told of, after the message itself.
    heard_event = models.BigIntegerField(default=0, db_default=0, editable=False)
    deadline_kind = models.CharField(
        pgettext_lazy("deadline", "awaited for"),
        max_length=12,
        choices=DeadlineKind,
        default="",
        db_default="",
        blank=True,
    )
    deadline_at = models.DateTimeField(pgettext_lazy("deadline", "until"), null=True, blank=True)
    pause = models.CharField(
        pgettext_lazy("pause", "clock stands still"),
        max_length=12,
        choices=PauseKind,
        default="",
        db_default="",
        blank=True,
    )
    reminded_at = models.DateTimeField(pgettext_lazy("deadline", "reminded"), null=True, blank=True)
    watch_at = models.DateTimeField(null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("delivery")
        verbose_name_plural = _("deliveries")
        indexes = [
            models.Index(
                fields=["contact", "is_urgent", "due_at"],
                condition=Q(state__in=["queued", "sending"]),
                name="delivery_due",
            ),
            models.Index(
                fields=["contact"],
                condition=Q(state=DeliveryState.SENDING),
                name="delivery_claimed",
            ),
            models.Index(
                fields=["due_at"],
                condition=Q(state=DeliveryState.SENT, receipt__has_key="token"),
                name="delivery_token",
            ),
            models.Index(fields=["state", "due_at"], name="delivery_state"),
            models.Index(
                fields=["watch_at"], condition=Q(watch_at__isnull=False), name="delivery_watched"
            ),
            models.Index(
                fields=["deadline_at"],
                condition=Q(deadline_at__isnull=False),
                name="delivery_deadline",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=DeliveryState.values), name="delivery_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=GONE_OUT) | Q(sent_at__isnull=False),
                name="delivery_sent_has_date",
            ),
            models.CheckConstraint(
                condition=Q(deadline_kind__in=["", *DeadlineKind.values])
                & Q(pause__in=["", *PauseKind.values]),
                name="delivery_clock_is_known",
            ),
        ]

    def __str__(self) -> str:
        return str(self.public_id)

    @property
    def is_overdue(self) -> bool:
        """Whether the body has let the day go by on which it was awaited."""
        return self.deadline_at is not None and self.deadline_at < timezone.now()


class DeliveryEvent(models.Model):
    """What happened to a delivery. Appended, never edited.

    `said_at`: when the authority said it, if it was the authority. `by`: the member of staff, if it was one.
    """

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="events")
    state = models.CharField(_("state"), max_length=12, choices=DeliveryState)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    source = models.CharField(
        pgettext_lazy("source", "source"),
        max_length=10,
        choices=AnswerSource,
        default=AnswerSource.PROGRAM,
        db_default=AnswerSource.PROGRAM,
    )
    said_at = models.DateTimeField(pgettext_lazy("delivery", "said"), null=True, blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    detail = models.JSONField(_("detail"), default=dict, blank=True)

    class Meta:
        verbose_name = _("event of a delivery")
        verbose_name_plural = _("events of deliveries")
        ordering = ["at", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(source__in=AnswerSource.values), name="deliveryevent_source_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.state} {self.at:%Y-%m-%d %H:%M}"


class ReporterNotice(models.Model):
    """What an authority hears after its delivery: that whoever reported may be phoned, what is new of the report.

    It goes to the contact that got the delivery; what tells of a person only where that is a mail address, because a
    mail can be called back. Name, telephone and report are read when it is sent, and stored nowhere with it. `news` are
    the kinds of the issue's events that it tells of; of a reply, the key of the event that holds our words. `attempts`
    above 0 of one that is queued: it may have arrived.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    delivery = models.ForeignKey(Delivery, on_delete=models.PROTECT, related_name="notices")
    kind = models.CharField(pgettext_lazy("notice", "kind"), max_length=10, choices=NoticeKind)
    news = models.JSONField(default=list, blank=True)
    # What of the report went out with it; null of what was sent before that was noted.
    parts = models.JSONField(null=True, blank=True)
    state = models.CharField(
        _("state"), max_length=10, choices=ReplyState, default=ReplyState.QUEUED
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    due_at = models.DateTimeField(_("due"))
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("notice", "notice about a reporter")
        verbose_name_plural = pgettext_lazy("notice", "notices about reporters")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["due_at"], condition=Q(state=ReplyState.QUEUED), name="reporternotice_due"
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=NoticeKind.values, state__in=ReplyState.values),
                name="reporternotice_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.public_id}"
