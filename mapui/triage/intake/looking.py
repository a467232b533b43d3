"""What has to be seen before a report is stored: place, category, danger, questions, and what is reported nearby."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

from issues.models import Category, Issue
from issues.rights import WORK, Person, issues_reached
from issues.services.duplicates import Likeness, duplicates_near
from mapui.site.answers import AnswersForm
from mapui.site.places import PlaceMeant
from mapui.triage.intake.forms import IntakeForm
from mapui.triage.intake.places import place_texts


@dataclass(frozen=True)
class Look:
    """What is known of a report while it is typed. `marks` name what the person has to have seen to store it.

    `offered`: where nobody knows the place, those that may be meant, as the field understands them.
    """

    place: PlaceMeant | None = None
    is_unplaced: bool = False
    offered: list[str] = field(default_factory=list)
    category: Category | None = None
    is_guessed: bool = False
    questions: AnswersForm | None = None
    near: list[Likeness] = field(default_factory=list)

    @property
    def marks(self) -> list[str]:
        return list(self._marks())

    def _marks(self) -> Iterator[str]:
        if self.is_unplaced:
            yield "unplaced"
        if self.category is not None and self.is_guessed:
            yield f"guessed:{self.category.code}"
        if self.category is not None and self.category.is_emergency:
            yield f"danger:{self.category.code}"
        if self.category is not None and self.questions is not None:
            yield f"questions:{self.category.code}"
        yield from (f"near:{one.issue.number}" for one in self.near)


def intake_look(form: IntakeForm, person: Person, data: Any) -> Look:
    """What the form tells by now, also one with errors: whatever was understood is shown."""
    form.is_valid()
    category = form.cleaned_data.get("category")
    place = form.place_found
    near: list[Likeness] = []
    if category is not None and place is not None:
        text = form.cleaned_data.get("text", "")
        found = duplicates_near(category=category, point=place.point, text=text)
        reached = set(
            issues_reached(person, WORK)
            .filter(pk__in=[one.issue.pk for one in found])
            .values_list("pk", flat=True)
        )
        near = [one for one in found if one.issue.pk in reached]
    is_unplaced = "place" in form.cleaned_data and place is None
    return Look(
        place=place,
        is_unplaced=is_unplaced,
        offered=place_texts(form.jurisdiction, form.cleaned_data["place"]) if is_unplaced else [],
        category=category,
        is_guessed=form.is_guessed,
        questions=_questions(category, data) if category else None,
        near=near,
    )


def _questions(category: Category, data: Any) -> AnswersForm | None:
    """The questions of the category with what was answered; None where it asks none."""
    form = AnswersForm(data, issue=Issue(category=category))
    form.is_valid()
    return form if form.fields else None
