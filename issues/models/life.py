"""What a city says when an issue comes to a state: the reasons for closing, and the texts to reporters."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.languages import TextsField, text_in
from gis_core.models import Jurisdiction
from issues.enums import CLOSED, IssueStatus
from issues.models.categories import Category


class ClosingReason(models.Model):
    """Why an issue is closed, as the public reads it. A reason that issues name is switched off and never deleted."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="closing_reasons"
    )
    status = models.CharField(
        pgettext_lazy("status", "state"),
        max_length=12,
        choices=[(one.value, one.label) for one in IssueStatus if one.is_closed],
    )
    code = models.CharField(_("code"), max_length=40)
    names = TextsField(pgettext_lazy("closing", "reason for the public"), length_max=200)
    order = models.PositiveSmallIntegerField(_("order"), default=0)
    is_active = models.BooleanField(pgettext_lazy("closing", "offered"), default=True)

    class Meta:
        verbose_name = _("reason for closing")
        verbose_name_plural = _("reasons for closing")
        ordering = ["status", "order", "code"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "code"], name="closingreason_code_once"
            ),
            models.CheckConstraint(
                condition=Q(status__in=sorted(CLOSED)), name="closingreason_closes"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        return text_in(self.names)


class ReplyTemplate(models.Model):
    """What a reporter is told when the issue comes to a state; a template of a category comes before the general one.

    Placeholders stand in braces; `issues.services.replies.placeholders` lists them.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="reply_templates"
    )
    status = models.CharField(pgettext_lazy("status", "state"), max_length=12, choices=IssueStatus)
    category = models.ForeignKey(
        Category, on_delete=models.CASCADE, null=True, blank=True, related_name="reply_templates"
    )
    texts = TextsField(pgettext_lazy("reply", "text"), length_max=4000)
    is_active = models.BooleanField(pgettext_lazy("reply", "is sent"), default=True)

    class Meta:
        verbose_name = _("text to reporters")
        verbose_name_plural = _("texts to reporters")
        ordering = ["status", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "status", "category"],
                nulls_distinct=False,
                name="replytemplate_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_status_display()} {self.category or ''}".strip()

    @property
    def text(self) -> str:
        return text_in(self.texts)
