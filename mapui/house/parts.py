"""The parts of the master data: what is listed of each, in which words, and by which form it is edited."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.functional import Promise
from django.utils.text import Truncator
from django.utils.translation import pgettext, pgettext_lazy

from gis_core.languages import text_in
from gis_core.models import Jurisdiction
from issues.models import (
    Category,
    CategoryAttribute,
    ChecklistItem,
    ClosedDay,
    ClosingReason,
    LegalPage,
    ReplyTemplate,
    RetentionPeriod,
)
from mapui.house.forms import (
    CategoryForm,
    ChecklistForm,
    ClosedDayForm,
    EntryForm,
    LegalForm,
    ReasonForm,
    ReplyForm,
    RetentionForm,
)
from mapui.house.questions import QuestionForm

TEXT_SHOWN = 90
Words = str | Promise


@dataclass(frozen=True)
class Row:
    """A line of a list: its first cell is the link to the entry."""

    pk: int
    cells: Sequence[str]
    is_off: bool


@dataclass(frozen=True)
class Part:
    """`of` is the path from an entry to its jurisdiction; `cells` are the words of a line below `columns`.

    `add` is what adds an entry; "" where nobody does.
    """

    slug: str
    model: type[Any]
    form: type[EntryForm]
    of: str
    title: Words
    lead: Words
    add: Words
    columns: Sequence[Words]
    cells: Callable[[Any], Sequence[str]]
    is_removable: bool = False

    def entries(self, jurisdiction: Jurisdiction) -> QuerySet[Any]:
        """In their own order, those of a category together."""
        found = self.model.objects.filter(**{self.of: jurisdiction})
        if self.model in (CategoryAttribute, ChecklistItem):
            found = found.order_by("category__order", "category__code", "order", "pk")
        has_category = any(one.name == "category" for one in self.model._meta.fields)
        return found.select_related("category") if has_category else found

    def rows(self, entries: QuerySet[Any]) -> list[Row]:
        return [
            Row(one.pk, self.cells(one), is_off=not getattr(one, "is_active", True))
            for one in entries
        ]

    def new(self, jurisdiction: Jurisdiction) -> Any:
        return self.model(jurisdiction=jurisdiction) if self.of == "jurisdiction" else self.model()


def _category_cells(one: Category) -> list[str]:
    days = "–" if one.deadline_days is None else str(one.deadline_days)
    marks = {
        pgettext("house", "danger to life"): one.is_emergency,
        pgettext("house", "never public"): not one.is_public,
    }
    told = ", ".join(mark for mark, holds in marks.items() if holds)
    return [one.name, one.group, days, str(one.hold_minutes), told, one.code]


def _question_cells(one: CategoryAttribute) -> list[str]:
    kind = one.get_datatype_display() if one.is_variable else pgettext("house", "tells only")
    must = pgettext("house", "must be answered") if one.is_required else ""
    return [text_in(one.descriptions), one.category.name, str(kind), must]


def _reply_cells(one: ReplyTemplate) -> list[str]:
    of = one.category.name if one.category else pgettext("house", "all categories")
    return [str(one.get_status_display()), of, Truncator(one.text).chars(TEXT_SHOWN)]


def _legal_cells(one: LegalPage) -> list[str]:
    checked = pgettext("house", "checked")
    return [str(one), checked if one.is_checked else pgettext("house", "template, not checked")]


PARTS = (
    Part(
        slug="categories",
        model=Category,
        form=CategoryForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Categories"),
        lead=pgettext_lazy("house", "What people can report."),
        add=pgettext_lazy("house", "Add a category"),
        columns=(
            pgettext_lazy("house", "Name"),
            pgettext_lazy("house", "Group"),
            pgettext_lazy("house", "Working days"),
            pgettext_lazy("house", "Minutes held"),
            pgettext_lazy("house", "Marks"),
            pgettext_lazy("house", "Code"),
        ),
        cells=_category_cells,
    ),
    Part(
        slug="questions",
        model=CategoryAttribute,
        form=QuestionForm,
        of="category__jurisdiction",
        title=pgettext_lazy("house", "Questions"),
        lead=pgettext_lazy("house", "What is asked of whoever reports, by category."),
        add=pgettext_lazy("house", "Add a question"),
        columns=(
            pgettext_lazy("house", "Question"),
            pgettext_lazy("house", "Category"),
            pgettext_lazy("house", "Kind of answer"),
            pgettext_lazy("house", "Marks"),
        ),
        cells=_question_cells,
        is_removable=True,
    ),
    Part(
        slug="reasons",
        model=ClosingReason,
        form=ReasonForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Reasons for closing"),
        lead=pgettext_lazy("house", "Whoever closes a report chooses one; the public reads it."),
        add=pgettext_lazy("house", "Add a reason"),
        columns=(pgettext_lazy("house", "Reason"), pgettext_lazy("house", "Closes as")),
        cells=lambda one: [one.name, str(one.get_status_display())],
    ),
    Part(
        slug="replies",
        model=ReplyTemplate,
        form=ReplyForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Texts to reporters"),
        lead=pgettext_lazy(
            "house",
            "What reporters are told when their report comes to a state; greeting and regards are added.",
        ),
        add=pgettext_lazy("house", "Add a text"),
        columns=(
            pgettext_lazy("house", "State"),
            pgettext_lazy("house", "Category"),
            pgettext_lazy("house", "Text"),
        ),
        cells=_reply_cells,
    ),
    Part(
        slug="checklists",
        model=ChecklistItem,
        form=ChecklistForm,
        of="category__jurisdiction",
        title=pgettext_lazy("house", "Checklists"),
        lead=pgettext_lazy("house", "What is ticked off for each report of a category."),
        add=pgettext_lazy("house", "Add an item"),
        columns=(pgettext_lazy("house", "To be done"), pgettext_lazy("house", "Category")),
        cells=lambda one: [str(one), one.category.name],
    ),
    Part(
        slug="calendar",
        model=ClosedDay,
        form=ClosedDayForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Calendar"),
        lead=pgettext_lazy(
            "house",
            "Days on which the city does not work, besides weekends and holidays: no clock runs.",
        ),
        add=pgettext_lazy("house", "Add a closed day"),
        columns=(pgettext_lazy("house", "Day"), pgettext_lazy("house", "Occasion")),
        cells=lambda one: [date_format(one.day, "D, d. F Y"), one.name],
        is_removable=True,
    ),
    Part(
        slug="legal",
        model=LegalPage,
        form=LegalForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Legal pages"),
        lead=pgettext_lazy(
            "house",
            "Imprint, privacy and accessibility, in Markdown; {stadt} stands for the city's name, {frist_kontakt} and"
            " the like for the periods of erasing.",
        ),
        add="",
        columns=(pgettext_lazy("house", "Page"), pgettext_lazy("house", "State")),
        cells=_legal_cells,
    ),
    Part(
        slug="retention",
        model=RetentionPeriod,
        form=RetentionForm,
        of="jurisdiction",
        title=pgettext_lazy("house", "Erasing"),
        lead=pgettext_lazy(
            "house",
            "What is erased by itself, every night; a legal hold on a report stops that. "
            "Owners of accounts are told so many days before.",
        ),
        add="",
        columns=(
            pgettext_lazy("house", "What is erased"),
            pgettext_lazy("house", "After how many days"),
        ),
        cells=lambda one: [str(one), str(one.days)],
    ),
)
BY_SLUG = {one.slug: one for one in PARTS}
BY_MODEL = {one.model: one for one in PARTS}
