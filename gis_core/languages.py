"""Texts in several languages: one field, one mapping, however many languages an installation speaks.

`settings.LANGUAGES` lists them, the first is the one that every text has. A text that a language lacks is told in that.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

# Language code → text.
Texts = Mapping[str, str]


def languages() -> list[str]:
    """The codes of all languages, the one that every text has first."""
    return [code for code, _name in settings.LANGUAGES]


def language_first() -> str:
    """The language that every text has."""
    return languages()[0]


def language_shown() -> str:
    """The language of the screen, as texts have it."""
    active = (get_language() or "").partition("-")[0]
    return active if active in languages() else language_first()


def text_in(texts: Texts, language: str = "") -> str:
    """The text in a language, without one in that of the screen; "" where there is none at all."""
    return texts.get(language or language_shown()) or texts.get(language_first(), "")


def texts_made(make: Callable[[str], str]) -> dict[str, str]:
    """The same made in every language."""
    return {language: make(language) for language in languages()}


def columns_of(name: str) -> list[str]:
    """The columns of a table of texts that hold one text: `name_de`, `name_en` …"""
    return [f"{name}_{language}" for language in languages()]


def texts_read(row: Mapping[str, str], name: str) -> dict[str, str]:
    """One text of a row in all languages that the row has it in."""
    found = {language: row.get(f"{name}_{language}", "").strip() for language in languages()}
    return {language: text for language, text in found.items() if text}


def text_read(row: Mapping[str, str], name: str, language: str) -> str:
    """One text of a row in one language."""
    return text_in(texts_read(row, name), language)


class TextsField(models.JSONField):
    """A text in several languages. A field that must not be blank has it in the first one at least."""

    def __init__(self, *args: Any, length_max: int | None = None, **kwargs: Any) -> None:
        self.length_max = length_max
        super().__init__(*args, **{"default": dict, **kwargs})

    def validate(self, value: Any, model_instance: models.Model | None) -> None:
        first = language_first()
        if not isinstance(value, dict) or not all(isinstance(one, str) for one in value.values()):
            raise ValidationError(_("This is no text in languages."))
        if not self.blank and not value.get(first):
            raise ValidationError(
                _("The text in the language “%(language)s” is missing.") % {"language": first}
            )
        for language, text in value.items():
            if self.length_max and len(text) > self.length_max:
                raise ValidationError(
                    _("The text in the language “%(language)s” has more than %(limit)d characters.")
                    % {"language": language, "limit": self.length_max}
                )
