"""Dates that nobody mistakes: Django's English has the month first, which readers in Germany take for the day."""

from __future__ import annotations

SHORT_DATE_FORMAT = "j M Y"
SHORT_DATETIME_FORMAT = "j M Y, H:i"
