"""Errors of the cadastre."""

from __future__ import annotations


class ParcelError(Exception):
    """Base of all errors of the cadastre."""


class ParcelKeyError(ParcelError):
    """A text is no parcel key or parcel reference."""
