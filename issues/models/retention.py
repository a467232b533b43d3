"""How long a city keeps what is personal, what stands against erasing it, and what was erased."""

from __future__ import annotations

from typing import Final

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.utils.translation import npgettext, pgettext, pgettext_lazy

from gis_core.models import Jurisdiction
from issues.enums import ErasedKind, RetentionKind
from issues.models.issues import Issue

# From and to, in days: no city keeps for ever, and what people still need is not erased at once.
LIMITS: Final = {
    RetentionKind.UNCONFIRMED: (1, 3),
    RetentionKind.CONTACT: (1, 365),
    RetentionKind.ORIGINAL: (1, 30),
    RetentionKind.UNRELEASED: (1, 365),
    RetentionKind.REPORT: (365, 1826),
    RetentionKind.ACCOUNT: (180, 1826),
    RetentionKind.NOTICE: (7, 90),
}
DAYS_OF_YEAR: Final = 365


class RetentionPeriod(models.Model):
    """After how many days a kind of personal data is erased; every jurisdiction has one of each kind."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.CASCADE, related_name="retention_periods"
    )
    kind = models.CharField(
        pgettext_lazy("retention", "what is erased"), max_length=12, choices=RetentionKind
    )
    days = models.PositiveSmallIntegerField(pgettext_lazy("retention", "after days"))

    class Meta:
        verbose_name = pgettext_lazy("retention", "period of retention")
        verbose_name_plural = pgettext_lazy("retention", "periods of retention")
        ordering = ["pk"]
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "kind"], name="retentionperiod_once"),
            models.CheckConstraint(
                condition=Q(kind__in=RetentionKind.values), name="retentionperiod_kind_is_known"
            ),
            models.CheckConstraint(condition=Q(days__gte=1), name="retentionperiod_is_a_day"),
        ]

    def __str__(self) -> str:
        return str(self.get_kind_display())

    @property
    def told(self) -> str:
        """In years where these are whole: nobody reads 1095 days."""
        years, rest = divmod(self.days, DAYS_OF_YEAR)
        if years and not rest:
            return npgettext("retention", "%(n)d year", "%(n)d years", years) % {"n": years}
        return npgettext("retention", "%(n)d day", "%(n)d days", self.days) % {"n": self.days}

    def clean(self) -> None:
        least, most = LIMITS[RetentionKind(self.kind)]
        if self.days is not None and not least <= self.days <= most:
            told = pgettext("retention", "Between %(least)d and %(most)d days are possible.")
            raise ValidationError({"days": told % {"least": least, "most": most}})


class LegalHoldQuerySet(models.QuerySet["LegalHold"]):
    def active(self) -> LegalHoldQuerySet:
        return self.filter(ended_at__isnull=True, until__gte=timezone.localdate())


class LegalHold(models.Model):
    """Nothing of the issue is erased until the end of `until`, for a claim for damages for instance.

    Whoever set it may end it sooner (`ended_at`). Appended, never edited but for its end.
    """

    issue = models.ForeignKey(Issue, on_delete=models.CASCADE, related_name="holds")
    reason = models.CharField(pgettext_lazy("hold", "reason"), max_length=300)
    until = models.DateField(pgettext_lazy("hold", "until"))
    at = models.DateTimeField(_("at"), auto_now_add=True)
    by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    ended_at = models.DateTimeField(pgettext_lazy("hold", "ended"), null=True, blank=True)

    objects = LegalHoldQuerySet.as_manager()

    class Meta:
        verbose_name = pgettext_lazy("hold", "legal hold")
        verbose_name_plural = pgettext_lazy("hold", "legal holds")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["issue"], condition=Q(ended_at__isnull=True), name="legalhold_one_open"
            )
        ]

    def __str__(self) -> str:
        return f"{self.issue_id} {self.until}"


class Deletion(models.Model):
    """What was erased: how many of what, of which report, by which rule. Holds nothing personal; never edited.

    `rule` is a `RetentionKind` with `days`, or "asked": the reporter wanted it, and `days` is null. `number` is the
    issue's; "" of reports that never were issues.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    number = models.CharField(_("number"), max_length=30, blank=True)
    kind = models.CharField(pgettext_lazy("erased", "what"), max_length=10, choices=ErasedKind)
    count = models.PositiveIntegerField(pgettext_lazy("erased", "how many"))
    rule = models.CharField(pgettext_lazy("erased", "rule"), max_length=12)
    days = models.PositiveSmallIntegerField(pgettext_lazy("erased", "days"), null=True, blank=True)
    at = models.DateTimeField(_("at"), auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("erased", "entry of the deletion log")
        verbose_name_plural = pgettext_lazy("erased", "deletion log")
        ordering = ["-pk"]
        indexes = [models.Index(fields=["jurisdiction", "-id"], name="deletion_latest")]
        constraints = [
            models.CheckConstraint(
                condition=Q(kind__in=ErasedKind.values), name="deletion_kind_is_known"
            ),
            models.CheckConstraint(
                condition=Q(rule__in=[*RetentionKind.values, "asked"]),
                name="deletion_rule_is_known",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.kind} {self.count}"

    @property
    def rule_text(self) -> str:
        """The rule in words."""
        if self.rule in RetentionKind:
            return str(RetentionKind(self.rule).label)
        return pgettext("erased", "the reporter asked for it")


class DoomedFile(models.Model):
    """A file that is to be deleted, noted with the change that no longer names it.

    So a process that is killed between the two leaves nothing behind: the next run deletes what is noted.
    """

    name = models.CharField(max_length=300)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = pgettext_lazy("erased", "file to be deleted")
        verbose_name_plural = pgettext_lazy("erased", "files to be deleted")

    def __str__(self) -> str:
        return self.name
