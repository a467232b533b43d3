"""The text search over reports: numbers, and words with German stems, without accents, and with misspellings."""

from __future__ import annotations

import re
from functools import reduce
from itertools import chain, combinations
from operator import and_
from typing import Any, Final

from django.contrib.postgres.search import SearchQuery, SearchVector
from django.db import connection
from django.db.models import Q, QuerySet

from gis_core.models import Jurisdiction
from issues.models import Category, Issue

# PostgreSQL's German configuration without accents (migration 0017).
CONFIGURATION: Final = "flurpost"
_NUMBER: Final = re.compile(r"^(?:[A-Za-z]{2,6}-\d{4}-)?0*(\d{1,6})$")
_WORD: Final = re.compile(r"\w+")
# As people type umlauts without having them.
_WRITTEN_OUT: Final = re.compile(r"([aou])e")
_PLAIN: Final = str.maketrans({"ä": "a", "ö": "o", "ü": "u", "ß": "ss"})
WORDS_MAX: Final = 8
# So many of them may mean a category.
NAMING_MAX: Final = 4
# Of what is only similar no more is looked through.
SIMILAR_MAX: Final = 1000


def number_of(text: str) -> str | None:
    """The end of an issue's number that the text is ("123", "MST-2026-000123"); None where it is none."""
    match = _NUMBER.match(text.strip())
    return f"-{int(match[1]):06}" if match else None


def issues_with_words(jurisdiction: Jurisdiction | None, text: str) -> QuerySet[Any]:
    """Issues whose address, words or category begin like each word of the text; else those that are written alike."""
    issues = Issue.objects.filter(jurisdiction=jurisdiction).order_by()
    words = _WORD.findall(text.casefold())[:WORDS_MAX]
    if not words:
        return issues.none()
    # Named as the index has it.
    found = issues.alias(words=SearchVector("address_text", "description", config=CONFIGURATION))
    categories = list(Category.objects.filter(jurisdiction=jurisdiction))
    meant = []
    for word in words:
        named = [
            one.pk for one in categories if _plain(word) in _plain(" ".join(one.names.values()))
        ]
        meant.append((_beginning(word), named))
    found = found.filter(_all_of(meant))
    if found.exists():
        return found
    with connection.cursor() as cursor:
        # PostgreSQL's own 0.6 misses two letters that changed places.
        cursor.execute("SET pg_trgm.word_similarity_threshold = 0.5")
    alike = Q(description__trigram_word_similar=text) | Q(address_text__trigram_word_similar=text)
    # Looked for once: this is what costs most of a search.
    similar = issues.filter(alike).values_list("pk", flat=True)[:SIMILAR_MAX]
    return issues.filter(pk__in=list(similar))


def _plain(text: str) -> str:
    """Without umlauts, however they are written."""
    return _WRITTEN_OUT.sub(r"\1", text.casefold().translate(_PLAIN))


def _all_of(meant: list[tuple[SearchQuery, list[int]]]) -> Q:
    """Each of the words, in the text or as the name of one of its categories, of which most words have none.

    Written out as what any index finds at once: some words in the text, the others as categories.
    """
    naming = [n for n, (_word, categories) in enumerate(meant) if categories][:NAMING_MAX]
    whole = Q()
    for some in chain.from_iterable(combinations(naming, n) for n in range(len(naming) + 1)):
        said = [word for n, (word, _categories) in enumerate(meant) if n not in some]
        condition = Q(words=reduce(and_, said)) if said else Q()
        for n in some:
            condition &= Q(category__in=meant[n][1])
        whole |= condition
    return whole


def _beginning(word: str) -> SearchQuery:
    """Words that begin so, also if an umlaut is written out. `word` has letters and digits only."""
    query = SearchQuery(f"'{word}':*", config=CONFIGURATION, search_type="raw")
    short = _WRITTEN_OUT.sub(r"\1", word)
    if short == word:
        return query
    return query | SearchQuery(f"'{short}':*", config=CONFIGURATION, search_type="raw")
