"""The codes of a rule set in words: column values, authorities, computed authorities, fields."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.formats import localize
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from gis_core.languages import language_shown, text_read
from gis_core.models import Jurisdiction
from issues.models import Category
from routing.engine.columns import ANYTHING
from routing.engine.conditions import ConditionError
from routing.engine.priors import NO_PART
from routing.models import Authority
from routing.sentences.conditions import LABELS, condition_phrase, predicate_rows

COMPUTED: Final[Mapping[str, Any]] = {
    "TRIAGE": gettext_lazy("a person decides (triage)"),
    "(table)": gettext_lazy("who the agreement names"),
    "(asset owner)": gettext_lazy("the owner of the asset"),
    "(Baulast)": gettext_lazy("who bears the road maintenance duty"),
    "(higher class)": gettext_lazy("who bears the duty for the higher road"),
    "(highest class arm)": gettext_lazy("who bears the duty for the junction's highest road"),
    "(contractor)": gettext_lazy("the contractor of the construction site"),
}
FIELDS: Final[Mapping[str, Any]] = {
    "rule_id": gettext_lazy("Rule"),
    "priority": gettext_lazy("Rank"),
    "category": gettext_lazy("Category"),
    "road_class": gettext_lazy("Road class"),
    "through_road": gettext_lazy("Through road or built-up area"),
    "part": gettext_lazy("Part of the road"),
    "usage": gettext_lazy("Land use"),
    "owner": gettext_lazy("Owner"),
    "condition": gettext_lazy("Condition"),
    "body": gettext_lazy("Authority"),
    "notify": gettext_lazy("For information"),
    "confidence": gettext_lazy("Certainty"),
    "legal_basis": gettext_lazy("Legal basis"),
    "note": gettext_lazy("Note"),
    "precision_from": gettext_lazy("Proposes only, until this precision"),
    "assign_from": gettext_lazy("Sent by itself from this probability"),
    "assign_margin": gettext_lazy("and this lead over the next"),
    "is_proposed_only": gettext_lazy("Only ever proposed"),
    "built_up": gettext_lazy("Built-up area"),
    "beside_road": gettext_lazy("Beside the road"),
    "weight": gettext_lazy("Weight"),
    "settled": gettext_lazy("Proposed from so many settled issues"),
}


@dataclass(frozen=True)
class RuleWords:
    """The names of a jurisdiction's own codes, read once for a page."""

    categories: Mapping[str, Category]
    authorities: Mapping[str, Authority]

    @classmethod
    def of(cls, jurisdiction: Jurisdiction | None) -> RuleWords:
        return cls(
            {one.code: one for one in Category.objects.filter(jurisdiction=jurisdiction)},
            {one.code: one for one in Authority.objects.filter(jurisdiction=jurisdiction)},
        )

    def body(self, code: str) -> str:
        """The authority's name, a computed authority in words, or an unknown code as it is."""
        if code in COMPUTED:
            return str(COMPUTED[code])
        return self.authorities[code].name if code in self.authorities else code

    def category(self, code: str) -> str:
        return self.categories[code].name if code in self.categories else code

    def column(self, column: str, text: str) -> str:
        """What a column asks for; empty where it asks for nothing."""
        return "" if text in ANYTHING else self.values(column, text.split("|"))

    def values(self, column: str, values: Iterable[str]) -> str:
        return ", ".join(self.value(column, value) for value in values)

    def value(self, column: str, value: str) -> str:
        if column == "category":
            return self.category(value)
        if column == "beside_road":
            return _("yes") if value == "yes" else _("no")
        if column == "part" and value == NO_PART:
            return _("none of them")
        labels = LABELS["through_road" if column == "built_up" else column]
        return str(labels(value).label) if value in labels.values else value

    def most(self, column: str, values: tuple[str, ...]) -> str:
        """Values of the coverage matrix; more than half of what there is as what is left out."""
        known = LABELS["through_road" if column == "built_up" else column].values
        left_out = [value for value in known if value not in values]
        if len(values) > len(left_out) and len(known) > 2:
            return _("all but %s") % self.values(column, left_out)
        return self.values(column, values)

    def cell(self, field: str, value: Any) -> str:
        """A cell of a rule, threshold or prior, for the page of differences."""
        if value in (None, ""):
            return "–"
        if field in LABELS or field in {"built_up", "category"}:
            return self.column(field, value) or _("any")
        if field in {"body", "notify"}:
            return _("any") if value == "*" else self.body(value)
        if isinstance(value, bool):
            return _("yes") if value else _("no")
        return number_shown(value) if isinstance(value, float) else str(localize(value))


def number_shown(value: float) -> str:
    """In the language of the screen; a whole number without decimals."""
    return str(localize(int(value) if value.is_integer() else value))


def condition_shown(text: str) -> str:
    """The half sentence that a condition stands for, or the text as it is where it is not understood."""
    try:
        return condition_phrase(text, language_shown())
    except ConditionError:
        return text


def predicates_shown() -> list[tuple[str, str]]:
    """(example, meaning) of every predicate that a condition may use."""
    language = language_shown()
    return [
        (one["example"], text_read(one, "means", language)) for one in predicate_rows().values()
    ]
