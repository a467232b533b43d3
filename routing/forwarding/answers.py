"""What whoever reported answered to the category's questions, and to those that the decision led to."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from gis_core.languages import text_in
from issues.enums import AttributeType
from issues.models import CategoryAttribute, Issue
from routing.forwarding.wording import LANGUAGE, text_told


@dataclass(frozen=True)
class Answer:
    """`code` is the question's; `value` what was answered in words, `keys` as it is stored, for machines."""

    code: str
    question: str
    value: str
    keys: tuple[str, ...]


def answers_told(issue: Issue) -> tuple[Answer, ...]:
    """The answers in the order of the questions; questions without an answer are left out."""
    return (*_of_category(issue), *_of_decision(issue))


def _of_category(issue: Issue) -> Iterator[Answer]:
    for question in issue.category.attributes.filter(is_variable=True):
        if given := issue.answers.get(question.code):
            values = [str(one) for one in (given if isinstance(given, list) else [given])]
            is_chosen = question.datatype in {
                AttributeType.SINGLEVALUELIST,
                AttributeType.MULTIVALUELIST,
            }
            yield Answer(
                code=question.code,
                question=text_in(question.descriptions, LANGUAGE),
                value=_chosen(question, values) if is_chosen else text_told(", ".join(values)),
                keys=tuple(values if is_chosen else map(text_told, values)),
            )


def _chosen(question: CategoryAttribute, values: list[str]) -> str:
    names: dict[Any, str] = {one["key"]: text_in(one["names"], LANGUAGE) for one in question.values}
    return ", ".join(names.get(one, one) for one in values)


def _of_decision(issue: Issue) -> Iterator[Answer]:
    for asked in issue.clarifications.filter(answered_at__isnull=False):
        labels = {one["code"]: text_in(one["labels"], LANGUAGE) for one in asked.options}
        if asked.answer in labels:
            yield Answer(
                code=asked.kind,
                question=text_in(asked.texts, LANGUAGE),
                value=labels[asked.answer],
                keys=(asked.answer,),
            )
