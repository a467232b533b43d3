"""The mail by which the clearing unit hears that it has to decide."""

from __future__ import annotations

from django.db import models
from django.utils.translation import pgettext_lazy

from issues.models import Issue
from issues.models.reporting import MailedOnce


class ClearingMail(MailedOnce):
    """Tells the city's clearing unit of an issue that came to it: one for each time."""

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="+")

    class Meta(MailedOnce.Meta):
        verbose_name = pgettext_lazy("clearing", "mail to the clearing unit")
        verbose_name_plural = pgettext_lazy("clearing", "mails to the clearing unit")
