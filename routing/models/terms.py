"""What was agreed with authorities: until when they answer."""

from __future__ import annotations

from django.core.validators import MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.models import Jurisdiction
from issues.models import Category
from routing.models.authorities import AuthorityContact


def _days(name: object, **more: object) -> models.PositiveSmallIntegerField:
    return models.PositiveSmallIntegerField(name, validators=[MinValueValidator(1)], **more)  # type: ignore[arg-type]


class ResponseTerms(models.Model):
    """Until when a body answers: hours of any day until the message has arrived, else working days of the recipient.

    Without a contact for all that have none of their own, without a category for every category. What the city has not
    set stands in `routing/defaults/response_terms.csv`. `done_days` count from the acceptance; empty: nothing agreed.
    """

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="response_terms"
    )
    contact = models.ForeignKey(
        AuthorityContact,
        verbose_name=_("contact of an authority"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="response_terms",
    )
    category = models.ForeignKey(
        Category,
        verbose_name=_("category"),
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
    )
    acknowledge_hours = _days(pgettext_lazy("terms", "has arrived after hours"))
    answer_days = _days(pgettext_lazy("terms", "reminded after working days"))
    escalate_days = _days(pgettext_lazy("terms", "given up after working days"))
    done_days = _days(
        pgettext_lazy("terms", "done within working days of the acceptance"), null=True, blank=True
    )

    class Meta:
        verbose_name = pgettext_lazy("terms", "deadlines of an authority")
        verbose_name_plural = pgettext_lazy("terms", "deadlines of authorities")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "contact", "category"],
                nulls_distinct=False,
                name="responseterms_once",
                violation_error_message=pgettext_lazy("terms", "There are such deadlines already."),
            ),
            models.CheckConstraint(
                condition=Q(acknowledge_hours__gte=1, answer_days__gte=1)
                & Q(escalate_days__gt=F("answer_days")),
                name="responseterms_in_order",
                violation_error_message=pgettext_lazy(
                    "terms", "An authority is reminded before it is given up."
                ),
            ),
        ]

    def __str__(self) -> str:
        who = str(self.contact) if self.contact else pgettext("terms", "all authorities")
        return f"{who}, {self.category}" if self.category else who
