"""The question that would settle a doubtful report, for those that may be asked."""

from __future__ import annotations

from issues.enums import AttributeType
from issues.models import Category, CategoryAttribute
from routing.engine.questions import SETTLED, AttributeAsked, question_best
from routing.evidence import IssueFacts
from routing.rulebook.compiled import rule_set_compiled
from routing.sentences.questions import AttributeWords, QuestionWorded, question_worded
from routing.types import Evidence, Result


def question_for(
    *, category: Category, facts: IssueFacts, evidence: Evidence, result: Result | None
) -> QuestionWorded | None:
    """None where nothing is in doubt, one was asked before, or no answer would settle anything; in no emergency."""
    if result is None or facts.rule_set_id is None or category.is_emergency:
        return None
    if result.outcome in SETTLED or evidence.clarifications:
        return None
    own = CategoryAttribute.objects.filter(
        category=category, is_variable=True, datatype=AttributeType.SINGLEVALUELIST
    )
    asked = {one.code: one for one in own}
    question = question_best(
        evidence,
        rule_set_compiled(facts.rule_set_id, facts.bodies),
        attributes=[
            AttributeAsked(code, tuple(value["key"] for value in one.values))
            for code, one in asked.items()
        ],
    )
    if question is None:
        return None
    return question_worded(question, attributes={code: _words(one) for code, one in asked.items()})


def _words(attribute: CategoryAttribute) -> AttributeWords:
    return AttributeWords(
        text=attribute.descriptions,
        values={value["key"]: value["names"] for value in attribute.values},
    )
