"""The coverage matrix in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from issues.models import Category
from mapui.site.rule_words import RuleWords, condition_shown
from routing.engine.checks.coverage import MATRIX, Coverage, CoverageCell, CoverageRow
from routing.enums import RoadClass


@dataclass(frozen=True)
class CellShown:
    """One road class inside or outside: the authorities' codes, how many holes, and all of it as a sentence."""

    cell: CoverageCell
    text: str


@dataclass(frozen=True)
class OverviewRow:
    category: Category
    cells: tuple[CellShown, ...]


@dataclass(frozen=True)
class Overview:
    """`classes` are the headings, each over two columns (inside, outside)."""

    classes: tuple[tuple[str, str], ...]
    rows: tuple[OverviewRow, ...]
    holes: int
    partly: int
    combinations: int


def overview_shown(coverage: Mapping[str, list[CoverageCell]], words: RuleWords) -> Overview:
    rows = tuple(
        OverviewRow(
            words.categories[code],
            tuple(CellShown(cell, _cell_text(cell, words)) for cell in cells),
        )
        for code, cells in coverage.items()
    )
    every = [cell for cells in coverage.values() for cell in cells]
    return Overview(
        classes=tuple((one.value, str(one.label)) for one in RoadClass),
        rows=rows,
        holes=sum(cell.holes for cell in every),
        partly=sum(cell.partly for cell in every),
        combinations=sum(cell.combinations for cell in every),
    )


def _cell_text(cell: CoverageCell, words: RuleWords) -> str:
    """For who cannot see the colour, and for who points at it."""
    where = f"{words.value('road_class', cell.road_class)}, {words.value('through_road', cell.through_road)}"
    names = ", ".join(words.body(body) for body in cell.bodies) or _("nobody")
    told = [f"{where}: {names}"]
    if cell.holes:
        told.append(
            _("%(holes)d of %(all)d combinations without a rule")
            % {"holes": cell.holes, "all": cell.combinations}
        )
    if cell.partly:
        told.append(_("%d without a rule where conditions fail") % cell.partly)
    return "; ".join(told)


@dataclass(frozen=True)
class AnswerShown:
    rule_id: str
    body: str
    condition: str


@dataclass(frozen=True)
class RowShown:
    """`columns`: in the order of the headings, empty for any; `more`: what else has to be known of the place."""

    columns: tuple[str, ...]
    more: str
    answers: tuple[AnswerShown, ...]
    state: Coverage


def category_shown(rows: Iterable[CoverageRow], words: RuleWords) -> list[RowShown]:
    return [_row(row, words) for row in rows]


def _row(row: CoverageRow, words: RuleWords) -> RowShown:
    columns = tuple(
        words.most(name, row.values[name]) if name in row.values else "" for name in MATRIX
    )
    more = []
    if "built_up" in row.values and row.values["built_up"] != row.values.get("through_road"):
        more.append(_("built-up area: %s") % words.values("built_up", row.values["built_up"]))
    if "beside_road" in row.values:
        beside = row.values["beside_road"] == ("yes",)
        more.append(_("beside the road") if beside else _("on the road itself"))
    answers = tuple(
        AnswerShown(one.rule_id, words.body(one.body), condition_shown(one.condition))
        for one in row.answers
    )
    return RowShown(columns, ", ".join(more), answers, row.state)
