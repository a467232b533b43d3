"""Roads, tracks, assets, areas and agreements as editioned rows. Geometry in the storage CRS, lengths in metres."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import EditionedModel, Jurisdiction, spatial_index
from gis_core.srids import storage_srid
from issues.enums import RoadPart
from routing.enums import AreaKind, RoadClass, StretchStatus, TrackKind
from routing.road_signs import road_title


class RoadSection(EditionedModel):
    """A section of the road network; its `key` is the NWSIB section key (ABS) or that of the street register."""

    road_class = models.CharField(_("class"), max_length=1, choices=RoadClass)
    road_number = models.CharField(_("number"), max_length=10, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    start_station = models.FloatField(_("start station (m)"), default=0)
    length = models.FloatField(_("length (m)"))
    cleaning_class = models.CharField(_("cleaning class"), max_length=10, blank=True)
    geometry = models.MultiLineStringField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("road section")
        verbose_name_plural = _("road sections")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("roadsection_gist")]
        constraints = [
            *EditionedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(road_class__in=list("ABLKGSP")), name="roadsection_class_is_known"
            ),
        ]

    def title(self, jurisdiction: Jurisdiction) -> str:
        """The road as people call it in its jurisdiction: "B 235", "S 177" or the street's name."""
        return road_title(
            self.road_class, self.road_number, self.name, jurisdiction.municipality_key
        )


class ThroughRoad(EditionedModel):
    """A through-road stretch (Ortsdurchfahrt) on a section, by stations; a section without one lies outside.

    Status UNKNOWN says that the limits on this stretch are not known.
    """

    section_key = models.CharField(pgettext_lazy("road", "section"), max_length=64)
    from_station = models.FloatField(_("from station (m)"), null=True, blank=True)
    to_station = models.FloatField(_("to station (m)"), null=True, blank=True)
    status = models.CharField(
        _("status"), max_length=10, choices=StretchStatus, default=StretchStatus.FIXED
    )
    geometry = models.MultiLineStringField(srid=storage_srid(), null=True, spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("through-road stretch")
        verbose_name_plural = _("through-road stretches")
        indexes = [
            *EditionedModel.Meta.indexes,
            spatial_index("throughroad_gist"),
            models.Index(
                fields=["section_key"],
                condition=Q(edition_to__isnull=True),
                name="throughroad_section",
            ),
        ]


class RoadPartArea(EditionedModel):
    """A polygon of a part of the road: carriageway, footway, cycle path, parking area."""

    part = models.CharField(_("part"), max_length=15, choices=RoadPart)
    section_key = models.CharField(pgettext_lazy("road", "section"), max_length=64, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("part of a road")
        verbose_name_plural = _("parts of roads")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("roadpartarea_gist")]


class RailTrack(EditionedModel):
    """The axis of a railway's or tram's track, midway between its rails."""

    kind = models.CharField(_("kind"), max_length=10, choices=TrackKind)
    geometry = models.MultiLineStringField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("track")
        verbose_name_plural = _("tracks")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("railtrack_gist")]


class Asset(EditionedModel):
    """A lamp, gully, stop, bridge …: `kind` and `number` from the register, `owner` an authority's code."""

    kind = models.CharField(_("kind"), max_length=40)
    number = models.CharField(_("number"), max_length=40, blank=True)
    owner = models.CharField(_("owner"), max_length=20, blank=True)
    note = models.CharField(_("note"), max_length=200, blank=True)
    geometry = models.PointField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("asset")
        verbose_name_plural = _("assets")
        indexes = [
            *EditionedModel.Meta.indexes,
            spatial_index("asset_gist"),
            models.Index(
                fields=["kind", "number"], condition=Q(edition_to__isnull=True), name="asset_number"
            ),
        ]


class Area(EditionedModel):
    """An area that rules ask for: the municipality, its neighbours, built-up area, districts."""

    kind = models.CharField(_("kind"), max_length=20, choices=AreaKind)
    code = models.CharField(_("code"), max_length=40, blank=True)
    name = models.CharField(_("name"), max_length=200, blank=True)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("area")
        verbose_name_plural = _("areas")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("area_gist")]


class Agreement(EditionedModel):
    """An agreement that overrides the rules in an area, for some categories, between two dates (both included)."""

    categories = models.JSONField(_("categories"), default=list)
    body = models.CharField(_("authority"), max_length=20)
    valid_from = models.DateField(_("valid from"), null=True, blank=True)
    valid_to = models.DateField(_("valid until"), null=True, blank=True)
    document = models.CharField(_("document"), max_length=300)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("agreement")
        verbose_name_plural = _("agreements")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("agreement_gist")]
        constraints = [
            *EditionedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(valid_from__isnull=True)
                | Q(valid_to__isnull=True)
                | Q(valid_from__lte=models.F("valid_to")),
                name="agreement_dates_in_order",
            ),
        ]
