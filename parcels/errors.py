"""Errors of the cadastre."""

from __future__ import annotations

from gis_core.errors import CodedError


class ParcelError(Exception):
    """Base of all errors of the cadastre."""


class ParcelKeyError(ParcelError):
    """A text is no parcel key or parcel reference."""


class OwnerProfileError(CodedError, ParcelError):
    """A table of what a map service's attributes mean cannot be understood; the message names the line."""
