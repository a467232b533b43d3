"""Texts in several languages: which one is told, what a table may leave out, what cannot be stored."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.utils.translation import override

from gis_core.languages import (
    TextsField,
    columns_of,
    language_shown,
    languages,
    text_in,
    text_read,
    texts_made,
    texts_read,
)

ROAD = {"de": "Straße", "en": "road"}


@pytest.fixture
def dutch(settings):
    settings.LANGUAGES = [*settings.LANGUAGES, ("nl", "Dutch")]


@pytest.mark.parametrize(
    ("active", "shown"), [("de", "de"), ("en", "en"), ("en-gb", "en"), ("fr", "de"), (None, "de")]
)
def test_language_shown_is_one_that_texts_have(active, shown) -> None:
    with override(active):
        assert language_shown() == shown
        assert text_in(ROAD) == ROAD[shown]


@pytest.mark.parametrize(
    ("texts", "language", "told"),
    [
        (ROAD, "en", "road"),
        ({"de": "Straße"}, "en", "Straße"),
        ({"de": "Straße", "en": ""}, "en", "Straße"),
        ({"en": "road"}, "de", ""),
        ({}, "en", ""),
    ],
)
def test_text_that_a_language_lacks_is_told_in_the_first(texts, language, told) -> None:
    assert text_in(texts, language) == told


def test_third_language_is_one_setting(dutch) -> None:
    assert languages() == ["de", "en", "nl"]
    assert columns_of("name") == ["name_de", "name_en", "name_nl"]
    assert texts_made(str.upper) == {"de": "DE", "en": "EN", "nl": "NL"}
    with override("nl"):
        assert text_in(ROAD) == "Straße"
        assert text_in({**ROAD, "nl": "weg"}) == "weg"


def test_table_may_lack_all_languages_but_the_first(dutch) -> None:
    row = {"name_de": " Straße ", "name_en": "", "code": "R"}
    assert texts_read(row, "name") == {"de": "Straße"}
    assert text_read(row, "name", "nl") == "Straße"
    assert text_read({**row, "name_nl": "weg"}, "name", "nl") == "weg"


@pytest.mark.parametrize("value", [{}, {"en": "road"}, {"de": ""}, {"de": 5}, ["Straße"], "Straße"])
def test_text_without_the_first_language_is_refused(value) -> None:
    with pytest.raises(ValidationError):
        TextsField().clean(value, None)


def test_text_may_be_as_long_as_the_field_says_in_each_language() -> None:
    field = TextsField(length_max=6)
    assert field.clean(ROAD, None) == ROAD
    with pytest.raises(ValidationError, match=r"en.*6"):
        field.clean({"de": "Straße", "en": "highway"}, None)


def test_blank_text_may_be_missing() -> None:
    assert TextsField(blank=True).clean({}, None) == {}
