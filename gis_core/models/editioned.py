"""Rows that are valid from one edition to another."""

from __future__ import annotations

from datetime import date, datetime, time
from typing import Any

from django.contrib.gis.db import models
from django.contrib.postgres.indexes import GistIndex
from django.db.models import F, Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from gis_core.models.editions import Edition
from gis_core.models.jurisdictions import Jurisdiction


class EditionedQuerySet(models.QuerySet[Any]):
    def active(self) -> EditionedQuerySet:
        """Rows of the active state."""
        return self.filter(edition_to__isnull=True)

    def as_of(self, moment: date) -> EditionedQuerySet:
        """Rows of the state that was active at a moment; of a date without time, at the end of that day."""
        if not isinstance(moment, datetime):
            moment = datetime.combine(moment, time.max)
        if timezone.is_naive(moment):
            moment = timezone.make_aware(moment)
        return self.filter(edition_from__activated_at__lte=moment).filter(
            Q(edition_to__isnull=True) | Q(edition_to__activated_at__gt=moment)
        )


class EditionedModel(models.Model):
    """A row that is valid from the activation of one edition until that of another.

    `edition_to` is null for rows of the active state. `content_hash` (16 bytes) is of everything the
    source says about the object, so that an unchanged object is recognised and not rewritten.
    """

    # Without an index of its own: the planner would read it whole beside the spatial index of a look-up.
    # Without constraints in the database: all rows of an activation have the same edition, which that transaction
    # holds, and asking for it a million times takes as long as writing the rows.
    jurisdiction = models.ForeignKey(
        Jurisdiction,
        on_delete=models.PROTECT,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )
    key = models.CharField(_("key"), max_length=64)
    content_hash = models.BinaryField(max_length=16)
    edition_from = models.ForeignKey(
        Edition, on_delete=models.PROTECT, related_name="+", db_index=False, db_constraint=False
    )
    edition_to = models.ForeignKey(
        Edition,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        db_constraint=False,
    )

    objects = EditionedQuerySet.as_manager()

    class Meta:
        abstract = True
        indexes = [models.Index(fields=["edition_from"], name="%(class)s_from")]
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "key"],
                condition=Q(edition_to__isnull=True),
                name="%(class)s_one_active_per_key",
            ),
            models.CheckConstraint(
                condition=Q(edition_to__isnull=True) | ~Q(edition_to=F("edition_from")),
                name="%(class)s_interval_not_empty",
            ),
        ]

    def __str__(self) -> str:
        return self.key


def spatial_index(name: str, field: str = "geometry") -> GistIndex:
    """A named spatial index over all rows: the active ones for decisions and maps, former ones for "as of" queries."""
    return GistIndex(fields=[field], name=name)
