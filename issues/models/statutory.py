"""Periods that the law has a city wait before it may act."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from issues.models.issues import Issue


class StatutoryPeriod(models.Model):
    """From the day on which a notice was put up to the last day on which the law has the city wait.

    `law` is the category's at the time. `reminded_at` and `over_at`: when the house was told that the end comes, and
    that it has come. `taken_back_at`: the notice does not count. An issue has one that counts and is not over at most.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="statutory_periods")
    law = models.CharField(pgettext_lazy("statutory", "law"), max_length=100)
    begins_on = models.DateField(pgettext_lazy("statutory", "notice put up on"))
    remind_on = models.DateField(pgettext_lazy("statutory", "reminder on"))
    ends_on = models.DateField(pgettext_lazy("statutory", "ends with"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    reminded_at = models.DateTimeField(
        pgettext_lazy("statutory", "reminded"), null=True, blank=True
    )
    over_at = models.DateTimeField(pgettext_lazy("statutory", "over"), null=True, blank=True)
    taken_back_at = models.DateTimeField(
        pgettext_lazy("statutory", "taken back"), null=True, blank=True
    )

    class Meta:
        verbose_name = pgettext_lazy("statutory", "statutory period")
        verbose_name_plural = pgettext_lazy("statutory", "statutory periods")
        ordering = ["pk"]
        indexes = [
            models.Index(
                fields=["remind_on"],
                condition=Q(over_at__isnull=True, taken_back_at__isnull=True),
                name="statutoryperiod_running",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"],
                condition=Q(over_at__isnull=True, taken_back_at__isnull=True),
                name="statutoryperiod_one_running",
            ),
            models.CheckConstraint(
                condition=Q(begins_on__lte=F("remind_on")) & Q(remind_on__lte=F("ends_on")),
                name="statutoryperiod_in_order",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.law}: {self.ends_on}"
