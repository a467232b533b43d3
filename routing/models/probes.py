"""Trying how an authority is reached, without any report."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import pgettext_lazy

from routing.enums import TrialState
from routing.models.authorities import AuthorityContact


class ContactProbe(models.Model):
    """One try of a contact; whoever asked leaves the row, a worker fills it in. `asked_by` is null of the daily look.

    `steps` is a list of [title, outcome, is_well]; `services` maps the receiver's codes to [name, required attributes,
    optional attributes] where it names its services. `changes` tells what is other than at the last look.
    """

    contact = models.ForeignKey(AuthorityContact, on_delete=models.CASCADE, related_name="probes")
    state = models.CharField(max_length=10, choices=TrialState, default=TrialState.WAITING)
    asked_at = models.DateTimeField(auto_now_add=True)
    asked_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(null=True, blank=True)
    steps = models.JSONField(default=list, blank=True)
    services = models.JSONField(default=dict, blank=True)
    changes = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = pgettext_lazy("probe", "test of a contact")
        verbose_name_plural = pgettext_lazy("probe", "tests of contacts")
        ordering = ["-asked_at", "-pk"]
        indexes = [
            models.Index(
                fields=["asked_at"],
                condition=Q(state=TrialState.WAITING),
                name="contactprobe_waiting",
            ),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(state__in=TrialState.values), name="contactprobe_state_is_known"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.contact} {self.asked_at:%Y-%m-%d %H:%M}"

    @property
    def is_under_way(self) -> bool:
        return self.state in {TrialState.WAITING, TrialState.RUNNING}

    @property
    def is_well(self) -> bool:
        return self.state == TrialState.DONE and all(step[2] for step in self.steps)
