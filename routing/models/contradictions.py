"""Two official sources that contradict each other about a place."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.dataset_names import dataset_label
from gis_core.models import Edition
from issues.models import Attachment, Issue
from routing.models.authorities import Authority


class Contradiction(models.Model):
    """A dataset and a body say something else about an issue's place: a task for the owner of the data.

    `edition` is the one on which the decision rested that the body refused; `said` is what the data say by that
    decision, `words` what the body says, as a clerk left them. `letter` is made by a worker.
    Nobody in `opened_by`: the program.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="contradictions")
    edition = models.ForeignKey(Edition, on_delete=models.PROTECT, related_name="+")
    authority = models.ForeignKey(Authority, on_delete=models.PROTECT, related_name="+")
    said = models.TextField(pgettext_lazy("contradiction", "what the data say"))
    words = models.TextField(pgettext_lazy("contradiction", "what the body says"))
    letter = models.ForeignKey(
        Attachment, on_delete=models.SET_NULL, null=True, blank=True, related_name="+"
    )
    opened_at = models.DateTimeField(pgettext_lazy("contradiction", "opened"), auto_now_add=True)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = pgettext_lazy("contradiction", "contradiction of two sources")
        verbose_name_plural = pgettext_lazy("contradiction", "contradictions of two sources")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue", "edition"],
                condition=Q(closed_at__isnull=True),
                name="contradiction_open_once",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.dataset_label}"

    @property
    def dataset_label(self) -> str:
        return dataset_label(self.edition.dataset)

    @property
    def owner(self) -> str:
        """Who the letter goes to, as the edition names whoever keeps the data."""
        return self.edition.attribution or self.edition.source
