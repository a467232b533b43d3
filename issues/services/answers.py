"""Answers to a category's questions (Open311 attributes)."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Final

from django.utils.translation import gettext as _

from issues.enums import AttributeType
from issues.errors import AnswerInvalid, AnswerMissing, AnswerUnknown, IssuesError
from issues.models import Category, CategoryAttribute
from issues.services.texts import DESCRIPTION_MAX, Problems, text_checked
from issues.types import Answers

STRING_MAX: Final = 500
# No more is named and kept of a code that somebody made up.
CODE_KEPT: Final = 60


def answers_checked(
    category: Category, answers: Mapping[str, str | Sequence[str]], problems: Problems
) -> Answers:
    """The answers by code, blank ones left out; a list for questions that take several."""
    questions = {
        question.code: question for question in category.attributes.all() if question.is_variable
    }
    checked: Answers = {}
    for code, given in answers.items():
        values = [given] if isinstance(given, str) else list(given)
        values = [value for value in values if value.strip()]
        with problems.collect():
            if code not in questions:
                raise AnswerUnknown(
                    _("The service %(service)s has no attribute %(code)s.")
                    % {"service": category.code, "code": code[:CODE_KEPT]},
                    field=f"attribute[{code}]",
                )
            if values:
                checked[code] = _answer_checked(questions[code], values)
    for code, question in questions.items():
        if question.is_required and code not in checked and not _was_refused(problems, code):
            problems.append(
                AnswerMissing(
                    _("attribute[%(code)s] is required.") % {"code": code},
                    field=f"attribute[{code}]",
                )
            )
    return checked


def answers_sorted(
    category: Category, answers: Mapping[str, str | Sequence[str]], problems: Problems
) -> tuple[Answers, Answers]:
    """The answers by code, and what was sent besides: to no question of the category, or not fitting an optional one.

    Whoever reports cannot help what a program sends: only what the category requires is a problem when it is missing
    or does not fit.
    """
    required = {one.code for one in category.attributes.all() if one.is_required}
    aside: dict[str, list[str | Sequence[str]]] = {}
    kept: dict[str, str | Sequence[str]] = {}
    for code, given in answers.items():
        found = Problems()
        answers_checked(category, {code: given}, found)
        if code not in required and any(one.field == f"attribute[{code}]" for one in found):
            aside.setdefault(code[:CODE_KEPT], []).append(given)
        else:
            kept[code] = given
    set_aside = {code: _together(given) for code, given in aside.items()}
    return answers_checked(category, kept, problems), set_aside


def _together(given: Sequence[str | Sequence[str]]) -> str | list[str]:
    """What was given to codes that begin alike: one answer as it is, several in one list."""
    if len(given) == 1:
        return given[0] if isinstance(given[0], str) else list(given[0])
    return [text for one in given for text in ([one] if isinstance(one, str) else one)]


def _was_refused(problems: Sequence[IssuesError], code: str) -> bool:
    return any(problem.field == f"attribute[{code}]" for problem in problems)


def _answer_checked(question: CategoryAttribute, values: list[str]) -> str | list[str]:
    field = f"attribute[{question.code}]"
    if question.datatype == AttributeType.MULTIVALUELIST:
        # Each once, in the order of the question.
        wanted = {_key_checked(question, value, field) for value in values}
        return [value["key"] for value in question.values if value["key"] in wanted]
    if len(values) > 1:
        raise AnswerInvalid(_("%(field)s takes one value only.") % {"field": field}, field=field)
    value = values[0].strip()
    match question.datatype:
        case AttributeType.SINGLEVALUELIST:
            return _key_checked(question, value, field)
        case AttributeType.NUMBER:
            return _number_checked(value, field)
        case AttributeType.DATETIME:
            return _datetime_checked(value, field)
        case AttributeType.STRING:
            return text_checked(value, field=field, limit=STRING_MAX)
        case _:
            return text_checked(value, field=field, limit=DESCRIPTION_MAX)


def _key_checked(question: CategoryAttribute, value: str, field: str) -> str:
    keys = [known["key"] for known in question.values]
    if value.strip() not in keys:
        raise AnswerInvalid(
            _("%(field)s must be one of: %(keys)s.") % {"field": field, "keys": ", ".join(keys)},
            field=field,
        )
    return value.strip()


def _number_checked(value: str, field: str) -> str:
    text = text_checked(value, field=field, limit=40).replace(",", ".")
    try:
        usable = math.isfinite(float(text)) and text.isascii() and "_" not in text
    except ValueError:
        usable = False
    if not usable:
        raise AnswerInvalid(_("%(field)s must be a number.") % {"field": field}, field=field)
    return text


def _datetime_checked(value: str, field: str) -> str:
    text = text_checked(value, field=field, limit=40)
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise AnswerInvalid(
            _("%(field)s must be a date and time with a time zone (ISO 8601).") % {"field": field},
            field=field,
        )
    return moment.isoformat()
