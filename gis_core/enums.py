"""Enumerations of gis_core."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Dataset(models.TextChoices):
    """The kinds of geodata that are loaded through the pipeline."""

    CADASTRAL_DISTRICTS = "cadastral_districts", _("Cadastral districts")
    PARCELS = "parcels", _("Parcels")
    LAND_USE = "land_use", _("Land use")
    OWNERSHIP = "ownership", _("Ownership classes")
    ROAD_SECTIONS = "road_sections", _("Road sections")
    ROAD_PARTS = "road_parts", _("Parts of the road")
    THROUGH_ROADS = "through_roads", _("Through-road stretches")
    ASSETS = "assets", _("Assets")
    AREAS = "areas", _("Areas")
    AGREEMENTS = "agreements", _("Agreements")


class EditionStatus(models.TextChoices):
    """The life of an edition: loaded beside the active state, then activated or discarded."""

    STAGED = "staged", _("staged")
    ACTIVE = "active", _("active")
    SUPERSEDED = "superseded", _("superseded")
    DISCARDED = "discarded", _("discarded")
    FAILED = "failed", _("failed")
