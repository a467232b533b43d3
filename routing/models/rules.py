"""Rule sets: the decision matrix as dated data."""

from __future__ import annotations

from decimal import Decimal

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis_core.models import Jurisdiction
from routing.enums import RuleSetStatus


class RuleSet(models.Model):
    """One version of a jurisdiction's rules. Once active it is never edited, so decisions can be replayed."""

    jurisdiction = models.ForeignKey(
        Jurisdiction, on_delete=models.PROTECT, related_name="rule_sets"
    )
    version = models.PositiveIntegerField(_("version"))
    source = models.CharField(_("source"), max_length=300)
    status = models.CharField(
        _("status"), max_length=10, choices=RuleSetStatus, default=RuleSetStatus.DRAFT
    )
    assign_from = models.DecimalField(
        _("sent by itself from this confidence"),
        max_digits=3,
        decimal_places=2,
        default=Decimal("0.70"),
    )
    assign_margin = models.DecimalField(
        _("and this lead over the next"), max_digits=3, decimal_places=2, default=Decimal("0.30")
    )
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    activated_at = models.DateTimeField(_("activated"), null=True, blank=True)

    class Meta:
        verbose_name = _("rule set")
        verbose_name_plural = _("rule sets")
        ordering = ["-version"]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "version"], name="ruleset_version_once"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction"], condition=Q(status="active"), name="ruleset_one_active"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.jurisdiction_id}/{self.version}"


class Rule(models.Model):
    """A row of the decision matrix, columns as there; `*` matches anything, `|` separates alternatives."""

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="rules")
    rule_id = models.CharField(_("rule"), max_length=20)
    priority = models.PositiveSmallIntegerField(_("priority"))
    category = models.CharField(_("category"), max_length=300)
    road_class = models.CharField(_("class"), max_length=30)
    through_road = models.CharField(_("through-road"), max_length=20)
    part = models.CharField(_("part"), max_length=100)
    usage = models.CharField(_("land use"), max_length=100)
    owner = models.CharField(_("owner"), max_length=100)
    condition = models.CharField(_("condition"), max_length=200, blank=True)
    body = models.CharField(_("authority"), max_length=30)
    notify = models.CharField(_("for information"), max_length=30, blank=True)
    confidence = models.DecimalField(_("confidence"), max_digits=3, decimal_places=2)
    legal_basis = models.CharField(_("legal basis"), max_length=200)

    class Meta:
        verbose_name = _("rule")
        verbose_name_plural = _("rules")
        ordering = ["priority", "rule_id"]
        constraints = [
            models.UniqueConstraint(fields=["rule_set", "rule_id"], name="rule_id_once_per_set"),
            models.CheckConstraint(
                condition=Q(confidence__gte=0, confidence__lte=1), name="rule_confidence_in_range"
            ),
        ]

    def __str__(self) -> str:
        return self.rule_id
