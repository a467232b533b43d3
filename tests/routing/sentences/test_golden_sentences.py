"""The sentences that a person has read, compared letter by letter; README.md says how to renew them."""

from __future__ import annotations

import os
import re

import pytest

from tests.routing.sentences.cases import (
    LANGUAGES,
    cases,
    sentences_of,
    sentences_read,
    sentences_write,
)

RENEW = "SENTENCES_RENEW"


@pytest.fixture(scope="module")
def read() -> dict[str, dict[str, str]]:
    if RENEW in os.environ:
        sentences_write()
    return sentences_read()


def test_file_holds_every_case_in_order(read: dict[str, dict[str, str]]) -> None:
    assert list(read) == list(cases())
    assert len(read) * len(LANGUAGES) >= 150


@pytest.mark.parametrize("name", cases())
def test_sentence_is_the_one_that_was_read(name: str, read: dict[str, dict[str, str]]) -> None:
    assert sentences_of(name, cases()[name]) == read[name]


@pytest.mark.parametrize("language", LANGUAGES)
def test_sentences_are_clean(language: str, read: dict[str, dict[str, str]]) -> None:
    flaws = re.compile(r"[{}]|  | [.,;:]|\.\.|,,|\(\)|None|unknown\b(?= \()")
    assert [row["case"] for row in read.values() if flaws.search(row[language])] == []
