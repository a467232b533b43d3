"""Enumerations of the cadastre."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Usage(models.TextChoices):
    """Land use as far as it matters for who must act (column `usage` of the decision matrix)."""

    ROAD = "ROAD", _("road")
    PATH = "PATH", _("path")
    SQUARE = "SQUARE", _("square")
    RAIL = "RAIL", _("railway")
    WATER = "WATER", _("water")
    CANAL = "CANAL", _("canal")
    FOREST = "FOREST", _("forest")
    GREEN = "GREEN", _("green space")
    BUILT = "BUILT", _("built-up land")
    AGRI = "AGRI", _("farmland")
    UNKNOWN = "UNKNOWN", _("unknown")


class OwnerClass(models.TextChoices):
    """Who owns the land, as a class only: never a person (column `owner` of the decision matrix)."""

    CITY = "CITY", _("city")
    KREIS = "KREIS", _("county")
    LAND = "LAND", _("state")
    BUND_STR = "BUND_STR", _("federal roads")
    BUND_WSV = "BUND_WSV", _("federal waterways")
    DB = "DB", _("railway")
    EG = "EG", _("water association")
    RVR = "RVR", _("regional association")
    CHURCH = "CHURCH", _("church")
    PRIV = "PRIV", _("private")
    UNKNOWN = "UNKNOWN", _("unknown")


class DistrictKind(models.TextChoices):
    GEMARKUNG = "gemarkung", _("cadastral district")
    FLUR = "flur", _("cadastral section")


class CadastreDataset(models.TextChoices):
    """What of the cadastre can be loaded."""

    CADASTRAL_DISTRICTS = "cadastral_districts", _("Cadastral districts")
    PARCELS = "parcels", _("Parcels")
    LAND_USE = "land_use", _("Land use")
    OWNERSHIP = "ownership", _("Ownership classes")
    BUILDINGS = "buildings", _("Buildings")
    ADDRESSES = "addresses", _("Addresses")
