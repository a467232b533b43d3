"""What is said between the house and the reporter."""

from __future__ import annotations

import uuid

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.enums import ReplyState
from issues.models.issues import Issue


class Reply(models.Model):
    """A message to a reporter by mail: stored with what it is about, sent by a worker from `due_at` on.

    `reporter_of` is the issue whose reporter reads it: of a duplicate the message is about the other issue.
    `text` is letter by letter what is sent; the address is read from the reporter when it is sent, so that erasing the
    reporter ends it. `attempts` count what the mail server was asked. `shows_work`: a released photo of what was done
    goes along.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="replies")
    reporter_of = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="+")
    language = models.CharField(_("language"), max_length=10)
    subject = models.CharField(pgettext_lazy("reply", "subject"), max_length=200)
    text = models.TextField(pgettext_lazy("reply", "text"), max_length=5000)
    state = models.CharField(
        pgettext_lazy("status", "state"),
        max_length=10,
        choices=ReplyState,
        default=ReplyState.QUEUED,
    )
    due_at = models.DateTimeField(_("due"))
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    sent_at = models.DateTimeField(_("sent"), null=True, blank=True)
    last_error = models.TextField(_("last error"), blank=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    shows_work = models.BooleanField(
        pgettext_lazy("reply", "with the photo of what was done"), default=False, db_default=False
    )

    class Meta:
        verbose_name = _("message to a reporter")
        verbose_name_plural = _("messages to reporters")
        ordering = ["created_at", "pk"]
        indexes = [
            models.Index(fields=["due_at"], condition=Q(state=ReplyState.QUEUED), name="reply_due"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=ReplyState.values), name="reply_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=ReplyState.SENT) | Q(sent_at__isnull=False),
                name="reply_sent_has_date",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Inquiry(models.Model):
    """A question that a person of the house asks the reporter, and the answer (Rückfrage).

    One is open at a time. Whoever has the link answers once, until `expires_at`. A closed inquiry without an answer
    was taken back, or its time is over.
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="inquiries")
    text = models.TextField(pgettext_lazy("inquiry", "question"), max_length=2000)
    asked_at = models.DateTimeField(_("asked"))
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    expires_at = models.DateTimeField(_("to be answered until"))
    closed_at = models.DateTimeField(pgettext_lazy("inquiry", "closed"), null=True, blank=True)
    answer = models.TextField(pgettext_lazy("inquiry", "answer"), max_length=4000, blank=True)

    class Meta:
        verbose_name = _("question of the house")
        verbose_name_plural = _("questions of the house")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(closed_at__isnull=True), name="inquiry_one_open"
            ),
            models.CheckConstraint(
                condition=Q(answer="") | Q(closed_at__isnull=False),
                name="inquiry_answered_is_closed",
            ),
        ]

    def __str__(self) -> str:
        return self.text
