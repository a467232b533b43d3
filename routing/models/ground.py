"""Coverage on the ground: what a rule set says at places drawn over the city's own parcels."""

from __future__ import annotations

from django.conf import settings
from django.contrib.gis.db import models
from django.contrib.postgres.fields import ArrayField
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from gis_core.srids import storage_srid
from routing.enums import GroundVerdict, TrialState
from routing.models.rules import RuleSet


class GroundCoverage(models.Model):
    """One measurement of a rule set; the rows come at its end.

    `places` are drawn, up to `places_per_kind` of each land use and owner class, alike for the same `seed`; `done` of
    them have been asked about. `revision` and `editions` (dataset to edition id) are what it rests on: a measurement
    through which they change fails, saying so. `seconds` is the time of work, without waiting.
    """

    rule_set = models.ForeignKey(RuleSet, on_delete=models.CASCADE, related_name="ground_coverages")
    revision = models.PositiveIntegerField(default=0)
    editions = models.JSONField(_("editions"), default=dict)
    places_per_kind = models.PositiveIntegerField()
    seed = models.PositiveIntegerField()
    places = models.PositiveIntegerField(default=0)
    done = models.PositiveIntegerField(default=0)
    seconds = models.FloatField(default=0.0)
    state = models.CharField(
        _("state"), max_length=10, choices=TrialState, default=TrialState.WAITING
    )
    error = models.TextField(_("error"), blank=True)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    created_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, blank=True, related_name="+"
    )
    finished_at = models.DateTimeField(_("finished"), null=True, blank=True)

    class Meta:
        verbose_name = _("coverage on the ground")
        verbose_name_plural = _("coverages on the ground")
        ordering = ["-pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["rule_set"],
                condition=Q(state__in=[TrialState.WAITING, TrialState.RUNNING]),
                name="groundcoverage_one_at_a_time",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_set_id} {self.created_at:%Y-%m-%d %H:%M}"


class GroundRow(models.Model):
    """What the rules say about one category on one kind of ground.

    The columns are those of the matrix, as the facts at the places hold them (`unknown` and empty text occur).
    `share` is how many of the category's reports the row stands for; all rows of a category sum to one. `bodies` are
    those named, likelier ones first. `examples` are some of its `places`, in the storage CRS.
    """

    coverage = models.ForeignKey(GroundCoverage, on_delete=models.CASCADE, related_name="rows")
    category = models.CharField(_("category"), max_length=40)
    road_class = models.CharField(_("class"), max_length=30)
    through_road = models.CharField(_("through-road"), max_length=20)
    part = models.CharField(_("part"), max_length=100, blank=True)
    usage = models.CharField(_("land use"), max_length=100)
    owner = models.CharField(_("owner"), max_length=100)
    verdict = models.CharField(max_length=10, choices=GroundVerdict)
    bodies = ArrayField(models.CharField(max_length=30), blank=True)
    share = models.FloatField()
    places = models.PositiveIntegerField()
    examples = models.MultiPointField(srid=storage_srid(), spatial_index=False)

    class Meta:
        ordering = ["-share", "pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(share__gt=0, share__lte=1), name="groundrow_share_in_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.category}/{self.road_class}/{self.usage}/{self.owner}"
