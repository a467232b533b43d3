"""The cadastre as editioned rows. Geometry is in the storage CRS (metres)."""

from __future__ import annotations

from django.contrib.gis.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from gis_core.models import EditionedModel, Jurisdiction, MapService, spatial_index
from gis_core.srids import storage_srid
from parcels.enums import DistrictKind, OwnerClass, Usage


class CadastralDistrict(EditionedModel):
    """A Gemarkung (key of 6 digits) or a Flur (key of 9 digits)."""

    kind = models.CharField(_("kind"), max_length=10, choices=DistrictKind)
    name = models.CharField(_("name"), max_length=100)
    geometry = models.MultiPolygonField(srid=storage_srid(), null=True, spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("cadastral district")
        verbose_name_plural = _("cadastral districts")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("cadastraldistrict_gist")]


class Parcel(EditionedModel):
    """A parcel (Flurstück); its `key` is the parcel key of 20 characters.

    `official_area` is in m² and is not the area of the geometry. `location_ids` are the object identifiers of the
    streets and house numbers that a NAS parcel refers to.
    """

    object_id = models.CharField(_("object identifier"), max_length=32, blank=True)
    gemarkung_key = models.CharField(_("cadastral district"), max_length=6)
    gemarkung_name = models.CharField(
        _("name of the cadastral district"), max_length=100, blank=True
    )
    flur = models.PositiveSmallIntegerField(
        pgettext_lazy("cadastre", "section"), null=True, blank=True
    )
    numerator = models.PositiveIntegerField(_("numerator"))
    denominator = models.PositiveIntegerField(_("denominator"), null=True, blank=True)
    official_area = models.DecimalField(
        _("official area (m²)"), max_digits=12, decimal_places=2, null=True, blank=True
    )
    location_text = models.CharField(_("location"), max_length=300, blank=True)
    location_ids = models.JSONField(_("objects of the location"), default=list, blank=True)
    source_date = models.DateField(_("date in the source"), null=True, blank=True)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("parcel")
        verbose_name_plural = _("parcels")
        indexes = [
            *EditionedModel.Meta.indexes,
            spatial_index("parcel_gist"),
            models.Index(fields=["gemarkung_key", "flur", "numerator"], name="parcel_number"),
        ]

    @property
    def number(self) -> str:
        """Numerator and denominator as people write them: 123/4."""
        return f"{self.numerator}/{self.denominator}" if self.denominator else str(self.numerator)


class LandUse(EditionedModel):
    """Actual land use, clipped by parcel where the source delivers it so."""

    usage = models.CharField(_("use"), max_length=10, choices=Usage)
    use_type = models.CharField(_("type of use in the source"), max_length=254)
    description = models.CharField(_("description in the source"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=254, blank=True)
    parcel_key = models.CharField(_("parcel key"), max_length=20, blank=True)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("land use")
        verbose_name_plural = _("land uses")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("landuse_gist")]


class Ownership(EditionedModel):
    """The owner class of a parcel; its `key` is the parcel key. No person is ever stored."""

    owner_class = models.CharField(_("owner class"), max_length=10, choices=OwnerClass)
    source_date = models.DateField(_("date in the source"), null=True, blank=True)

    class Meta(EditionedModel.Meta):
        verbose_name = _("ownership class")
        verbose_name_plural = _("ownership classes")
        constraints = [
            *EditionedModel.Meta.constraints,
            models.CheckConstraint(
                condition=Q(owner_class__in=OwnerClass.values), name="ownership_class_is_known"
            ),
        ]


class AskedOwnership(models.Model):
    """The owner class of a parcel as a map service told it; it counts where the cadastre has none.

    `key` is the parcel key: the row outlives the parcel's versions. UNKNOWN: the service was asked and told none.
    `source` is the service's title at that time.
    """

    jurisdiction = models.ForeignKey(Jurisdiction, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(_("key"), max_length=64)
    owner_class = models.CharField(_("owner class"), max_length=10, choices=OwnerClass)
    service = models.ForeignKey(MapService, on_delete=models.SET_NULL, null=True, related_name="+")
    source = models.CharField(_("map service"), max_length=100)
    asked_at = models.DateTimeField(_("asked"))

    class Meta:
        verbose_name = _("asked ownership class")
        verbose_name_plural = _("asked ownership classes")
        constraints = [
            models.UniqueConstraint(fields=["jurisdiction", "key"], name="askedownership_once"),
            models.CheckConstraint(
                condition=Q(owner_class__in=OwnerClass.values), name="askedownership_class_is_known"
            ),
        ]

    def __str__(self) -> str:
        return self.key


class Building(EditionedModel):
    """The outline of a building; its `key` is the object identifier. `function` is a code of ALKIS ("1000")."""

    function = models.CharField(_("function"), max_length=10, blank=True)
    description = models.CharField(_("description of the function"), max_length=254, blank=True)
    name = models.CharField(_("name"), max_length=254, blank=True)
    source_date = models.DateField(_("date in the source"), null=True, blank=True)
    geometry = models.MultiPolygonField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("building")
        verbose_name_plural = _("buildings")
        indexes = [*EditionedModel.Meta.indexes, spatial_index("building_gist")]


class Address(EditionedModel):
    """A house number and where it is; its parcel is the one at that place.

    `search_text` is street and number in one spelling (parcels.addresses).
    """

    street = models.CharField(_("street"), max_length=200)
    number = models.CharField(_("house number"), max_length=20)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    place = models.CharField(_("town"), max_length=100, blank=True)
    search_text = models.CharField(max_length=230)
    source_date = models.DateField(_("date in the source"), null=True, blank=True)
    geometry = models.PointField(srid=storage_srid(), spatial_index=False)

    class Meta(EditionedModel.Meta):
        verbose_name = _("address")
        verbose_name_plural = _("addresses")
        indexes = [
            *EditionedModel.Meta.indexes,
            spatial_index("address_gist"),
            # Also for streets that begin so, whatever the collation.
            models.Index(
                fields=["search_text"],
                opclasses=["varchar_pattern_ops"],
                condition=Q(edition_to__isnull=True),
                name="address_search",
            ),
        ]

    @property
    def text(self) -> str:
        """As people write it: "Musterstraße 12a"."""
        return f"{self.street} {self.number}"
