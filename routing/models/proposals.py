"""What a change would make of issues that are decided: proposed to people, never done by itself."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis_core.languages import TextsField, text_in
from gis_core.models import Edition
from issues.models import Issue
from routing.enums import DecisionCause, Outcome, ProposalState
from routing.models.authorities import Authority
from routing.models.decisions import Decision


class Proposal(models.Model):
    """Another authority for an open issue, because something changed after its decision.

    `edition` is the geodata whose activation made the difference; none where the issue itself changed
    (`cause`). `decision` is the one that stands; outcome, authority and sentences are what would be decided now.
    """

    issue = models.ForeignKey(Issue, on_delete=models.PROTECT, related_name="proposals")
    edition = models.ForeignKey(
        Edition, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    cause = models.CharField(_("cause"), max_length=10, choices=DecisionCause, blank=True)
    decision = models.ForeignKey(Decision, on_delete=models.PROTECT, related_name="+")
    state = models.CharField(
        _("state"), max_length=10, choices=ProposalState, default=ProposalState.OPEN
    )
    outcome = models.CharField(_("outcome"), max_length=10, choices=Outcome)
    authority = models.ForeignKey(
        Authority, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    rule_id = models.CharField(_("rule"), max_length=20, blank=True)
    probability = models.FloatField(_("probability"))
    sentences = TextsField(_("reason"))
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    closed_at = models.DateTimeField(_("closed"), null=True, blank=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=Q(state=ProposalState.OPEN),
                name="proposal_one_open_per_issue",
            ),
            models.CheckConstraint(
                condition=Q(edition__isnull=True, cause__gt="")
                | Q(edition__isnull=False, cause=""),
                name="proposal_has_one_origin",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.issue_id}: {self.authority or self.outcome}"

    @property
    def sentence(self) -> str:
        return text_in(self.sentences)
