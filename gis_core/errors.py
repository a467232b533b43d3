"""Errors of gis_core. Each message names what it is about, so that it can be shown as it is."""

from __future__ import annotations


class GisError(Exception):
    """Base of all errors of gis_core."""


class CoordinateError(GisError):
    """A coordinate reference system is unknown, or coordinates do not fit the one that is named."""


class GeometryError(GisError):
    """A geometry cannot be read or is not of the kind that is wanted."""


class LoadError(GisError):
    """Geodata cannot be loaded; nothing was stored.

    The message names the file, the feature where there is one, and the cause.
    """

    def __init__(self, cause: str, *, file: str = "", feature: str = "") -> None:
        self.cause = cause
        self.file = file
        self.feature = feature
        super().__init__(": ".join(part for part in (file, feature, cause) if part))


class EditionError(GisError):
    """An edition cannot be activated, rolled back or discarded; the message says why and what would help."""


class LoadCancelled(LoadError):
    """A person cancelled the load; what was read so far is kept and can be resumed or discarded."""
