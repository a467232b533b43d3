"""Enumerations of gis_core."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


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


class FetchKind(models.TextChoices):
    """What geodata are fetched from."""

    WFS = "wfs", "WFS"
    OGC_FEATURES = "ogc_features", "OGC API Features"
    FILE = "file", pgettext_lazy("geodata", "file")


class ServiceKind(models.TextChoices):
    """What a map service speaks. WFS and OGC API Features offer objects, which are loaded and not drawn as pictures.

    RASTER speaks nothing: it is a file of this installation, drawn here.
    """

    WMS = "wms", "WMS"
    WMTS = "wmts", "WMTS"
    WFS = "wfs", "WFS"
    OGC_MAPS = "ogc_maps", "OGC API Maps"
    OGC_FEATURES = "ogc_features", "OGC API Features"
    XYZ = "xyz", "XYZ"
    RASTER = "raster", _("own raster")


class RasterState(models.TextChoices):
    """The life of an own raster. A worker that was killed leaves it WORKING; another one begins it anew."""

    WAITING = "waiting", pgettext_lazy("own raster", "waiting")
    WORKING = "working", pgettext_lazy("own raster", "being prepared")
    READY = "ready", pgettext_lazy("own raster", "ready")
    FAILED = "failed", pgettext_lazy("own raster", "failed")


class Visibility(models.TextChoices):
    """Who sees a map service: everybody, who may triage, or who has one of its roles (Django's groups)."""

    PUBLIC = "public", pgettext_lazy("who sees it", "everybody")
    STAFF = "staff", pgettext_lazy("who sees it", "staff")
    ROLES = "roles", _("certain roles")
