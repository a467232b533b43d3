"""The one question to the reporter that best tells the candidates apart."""

from __future__ import annotations

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis_core.languages import TextsField, text_in
from issues.models import Issue
from routing.models.decisions import Decision


class Clarification(models.Model):
    """A question to the reporter (Rückfrage), asked because a decision was in doubt.

    `options` is a list of {code, labels}; `answer` is the code of one of them, or
    `expired` or `withdrawn` where none was given. What an option says about the place is known to the engine by
    `kind` and code (`routing.engine.clarifications`).
    """

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="clarifications")
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="clarifications")
    kind = models.CharField(_("kind"), max_length=30)
    texts = TextsField(_("question"), length_max=300)
    options = models.JSONField(_("answers to choose from"))
    asked_at = models.DateTimeField(_("asked"))
    expires_at = models.DateTimeField(_("to be answered until"))
    answered_at = models.DateTimeField(_("answered"), null=True, blank=True)
    answer = models.CharField(_("answer"), max_length=100, blank=True)

    class Meta:
        verbose_name = _("question to the reporter")
        verbose_name_plural = _("questions to reporters")
        ordering = ["asked_at", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=Q(answered_at__isnull=True),
                name="clarification_one_open_per_issue",
            ),
            models.CheckConstraint(
                condition=Q(answered_at__isnull=True, answer="")
                | Q(answered_at__isnull=False, answer__gt=""),
                name="clarification_answered_has_answer",
            ),
        ]

    def __str__(self) -> str:
        return self.text

    @property
    def text(self) -> str:
        return text_in(self.texts)
