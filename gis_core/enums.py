"""Enumerations of gis_core."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Dataset(models.TextChoices):
    """The kinds of geodata that are loaded through the pipeline."""

    CADASTRAL_DISTRICTS = "cadastral_districts", _("Cadastral districts")
    PARCELS = "parcels", _("Parcels")
    LAND_USE = "land_use", _("Land use")
    OWNERSHIP = "ownership", _("Ownership classes")
    BUILDINGS = "buildings", _("Buildings")
    ADDRESSES = "addresses", _("Addresses")
    ROAD_SECTIONS = "road_sections", _("Road sections")
    ROAD_PARTS = "road_parts", _("Parts of the road")
    THROUGH_ROADS = "through_roads", _("Through-road stretches")
    ASSETS = "assets", _("Assets")
    AREAS = "areas", _("Areas")
    AGREEMENTS = "agreements", _("Agreements")


class EditionStatus(models.TextChoices):
    """The life of an edition: loaded beside the active state, then activated or discarded.

    A load that was killed stays LOADING, one that went wrong or was cancelled is FAILED: both can be resumed or
    discarded. A rolled-back edition was active once; a restoring edition took its place.
    """

    LOADING = "loading", _("loading")
    STAGED = "staged", _("staged")
    ACTIVE = "active", pgettext_lazy("state", "active")
    SUPERSEDED = "superseded", _("superseded")
    DISCARDED = "discarded", _("discarded")
    FAILED = "failed", _("failed")
    ROLLED_BACK = "rolled_back", _("rolled back")


class Severity(models.TextChoices):
    """What a check's finding means: an error blocks activation until a named person gives a reason."""

    INFO = "info", _("note")
    WARNING = "warning", _("warning")
    ERROR = "error", _("error")


class ChangeKind(models.TextChoices):
    """How an object differs from the active state; split and merged objects are vanished ones with successors."""

    NEW = "new", _("new")
    CHANGED = "changed", _("changed")
    VANISHED = "vanished", _("vanished")
    SPLIT = "split", _("split")
    MERGED = "merged", _("merged")
