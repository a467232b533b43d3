"""“Who is responsible?” for a place that nobody has reported. Nothing is stored."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import Point

from gis_core.languages import Texts, text_in, texts_made
from gis_core.models import Edition
from issues.enums import LocationSource
from issues.models import Category
from routing.deciding.questions import question_for
from routing.deciding.results import results_of
from routing.enums import Outcome
from routing.evidence import Question
from routing.models import Authority
from routing.sentences import public_sentence
from routing.sentences.questions import QuestionWorded


@dataclass(frozen=True, kw_only=True)
class Responsibility:
    """The public answer. `authorities` has one entry if the answer is clear, otherwise all candidates.

    `question` would settle the matter, if one question can. `data_as_of` is the oldest date of the geodata
    that the answer rests on.
    """

    is_clear: bool
    authorities: tuple[Authority, ...]
    sentences: Texts
    question: QuestionWorded | None
    data_as_of: date | None


def responsibility_asked(
    *,
    category: Category,
    point: Point,
    at: datetime,
    answers: Mapping[str, Any],
    accuracy_m: float | None = None,
    source: LocationSource = LocationSource.COORDINATES,
    answer: tuple[str, str] | None = None,
) -> Responsibility | None:
    """The answer for a point in the storage CRS; None where the jurisdiction has no active rule set.

    `source` is how the place was given; it tells how exactly it is known where `accuracy_m` does not.
    `answer` is that to the question which a former answer came with, as (kind, code); it counts where this very
    question would be asked and offers it.
    """
    asked = Question(
        category_id=category.pk,
        x=point.x,
        y=point.y,
        at=at,
        answers=answers,
        accuracy_m=accuracy_m,
        source=source,
    )
    [(facts, evidence, result)] = results_of([asked])
    question = question_for(category_id=category.pk, facts=facts, evidence=evidence, result=result)
    if answer is not None and question is not None and question.allows(*answer):
        [(facts, evidence, result)] = results_of([replace(asked, clarifications=(answer,))])
        question = None
    if result is None:
        return None
    is_clear = result.outcome == Outcome.ASSIGNED
    codes = list(dict.fromkeys(candidate.body for candidate in result.candidates))
    named = {
        authority.code: authority.acts_through or authority
        for authority in Authority.objects.filter(
            jurisdiction_id=category.jurisdiction_id, code__in=codes
        ).select_related("acts_through")
    }
    told = codes[:1] if is_clear else codes
    return Responsibility(
        is_clear=is_clear,
        authorities=tuple(dict.fromkeys(named[code] for code in told if code in named)),
        sentences=texts_made(
            lambda language: public_sentence(
                result,
                language=language,
                category=text_in(category.names, language),
                authorities={
                    code: text_in(one.public_names, language) for code, one in named.items()
                },
            )
        ),
        question=question,
        data_as_of=_oldest(evidence.datasets.values()),
    )


def _oldest(editions: Any) -> date | None:
    dates = [
        as_of or (activated_at.date() if activated_at else None)
        for as_of, activated_at in Edition.objects.filter(pk__in=list(editions)).values_list(
            "as_of", "activated_at"
        )
    ]
    return min((day for day in dates if day), default=None)
