"""Mails of the mailbox: each is read once, and what became of it."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import MailReason, MailState
from issues.models.issues import Issue

# A mail in one of these states was read to its end.
SETTLED = [state for state in MailState if state not in {MailState.READING, MailState.REPEAT}]


class InboxMail(models.Model):
    """A mail by its place on the server (`uid_validity`, `uid`) and by what it holds (`digest`).

    `digest` is the SHA-256 of Message-ID and body, without a Message-ID of the whole mail; null as long as the body is
    not read. Only of a mail that is set aside sender, subject and `file` (the mail as it came) are kept, for at most
    30 days. `attempts` counts the runs that began to read it: one that ends a run each time is set aside. `told` says
    more than `reason`.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.PROTECT, related_name="+")
    uid_validity = models.BigIntegerField()
    uid = models.BigIntegerField()
    message_id = models.CharField(max_length=300, blank=True)
    digest = models.BinaryField(max_length=32, null=True)
    state = models.CharField(
        pgettext_lazy("status", "state"),
        max_length=10,
        choices=MailState,
        default=MailState.READING,
    )
    reason = models.CharField(
        pgettext_lazy("mail", "reason"), max_length=10, choices=MailReason, blank=True
    )
    told = models.TextField(pgettext_lazy("mail", "details"), blank=True)
    sender = models.CharField(pgettext_lazy("mail", "sender"), max_length=300, blank=True)
    subject = models.CharField(pgettext_lazy("mail", "subject"), max_length=300, blank=True)
    file = models.FileField(pgettext_lazy("mail", "mail"), upload_to="mails/", blank=True)
    issue = models.ForeignKey(
        Issue, on_delete=models.SET_NULL, null=True, blank=True, related_name="mails"
    )
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("mail", "mail of the mailbox")
        verbose_name_plural = pgettext_lazy("mail", "mails of the mailbox")
        ordering = ["-at", "-pk"]
        indexes = [
            models.Index(
                fields=["jurisdiction", "-at"],
                condition=Q(state=MailState.ASIDE),
                name="inboxmail_aside",
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["uid_validity", "uid"], name="inboxmail_uid_once"),
            models.UniqueConstraint(
                fields=["digest"], condition=Q(state__in=SETTLED), name="inboxmail_read_once"
            ),
            models.CheckConstraint(
                condition=Q(state__in=MailState.values), name="inboxmail_state_is_known"
            ),
            models.CheckConstraint(
                condition=~Q(state=MailState.ASIDE) | Q(reason__in=MailReason.values),
                name="inboxmail_aside_has_reason",
            ),
        ]

    def __str__(self) -> str:
        return self.subject or self.message_id or str(self.uid)
