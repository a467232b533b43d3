"""Colours of a city: readable ones only."""

from __future__ import annotations

import re
from typing import Final

from django.core.exceptions import ValidationError
from django.utils.translation import pgettext

# WCAG 2.2, success criterion 1.4.3.
CONTRAST_LEAST: Final = 4.5
WHITE, INK = "#ffffff", "#111111"
_COLOUR: Final = re.compile(r"#[0-9a-fA-F]{6}", re.ASCII)


def contrast(first: str, second: str) -> float:
    """The contrast of two colours as WCAG 2.2 defines it: from 1 to 21."""
    lighter, darker = sorted((_luminance(first), _luminance(second)), reverse=True)
    return (lighter + 0.05) / (darker + 0.05)


def _luminance(colour: str) -> float:
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    red, green, blue = (
        part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts
    )
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def brand_check(colour: str) -> None:
    """White text stands on it. Raises ValidationError."""
    _check(colour, WHITE)


def accent_check(colour: str) -> None:
    """Black text stands on it. Raises ValidationError."""
    _check(colour, INK)


def _check(colour: str, text: str) -> None:
    if not _COLOUR.fullmatch(colour):
        raise ValidationError(pgettext("city", "Write a colour as #2140aa."))
    found = contrast(colour, text)
    if found < CONTRAST_LEAST:
        told = pgettext(
            "city", "%(colour)s is too weak: the contrast to the text is %(found).1f, not 4.5."
        )
        raise ValidationError(told % {"colour": colour, "found": found})
