"""What is wrong with a rule set, as codes with values; the sentences are put together in `routing.sentences`."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from gis_core.enums import Severity

# So many rules are named; of more, that there are more.
NAMED_MAX: Final = 3


def _(text: str) -> str:
    """Marks a text for the catalogues; `routing.sentences` translates it."""
    return text


TEXTS: Final[Mapping[str, str]] = {
    "set_empty": _("The rule set is empty."),
    "id_missing": _("a rule has no name."),
    "id_twice": _("the rule id stands twice."),
    "authority_unknown": _("the authority %(value)s does not exist."),
    "category_unknown": _("the category %(value)s does not exist."),
    "value_unknown": _("column %(column)s: “%(value)s” is not among %(known)s."),
    "confidence_range": _("the confidence %(value)s is not between 0 and 1."),
    "precision_range": _("the precision %(value)s is not between 0 and 1."),
    "threshold_authority_unknown": _(
        "a threshold is for the authority %(value)s, which does not exist."
    ),
    "threshold_category_unknown": _(
        "a threshold is for the category %(value)s, which does not exist."
    ),
    "threshold_range": _("the threshold %(value)s is not between 0 and 1."),
    "prior_category_unknown": _(
        "the prior %(prior)s is for the category %(value)s, which does not exist."
    ),
    "prior_value_unknown": _(
        "the prior %(prior)s: column %(column)s: “%(value)s” is not among %(known)s."
    ),
    "prior_range": _(
        "the prior %(prior)s has the weight %(value)s, which is not between %(least)s and %(most)s."
    ),
    "prior_twice": _("the priors %(prior)s and %(other)s are for the same ground."),
    "prior_ratio": _(
        "categories with priors more than %(ratio)s to 1 apart, which decide almost alone: %(count)s (%(value)s)."
    ),
    "condition_syntax": _("The condition “%(text)s” is neither known nor an expression."),
    "condition_not_predicate": _(
        "The condition “%(text)s” holds something that is not a named predicate."
    ),
    "predicate_unknown": _("The condition “%(text)s” names an unknown predicate: %(name)s."),
    "predicate_arguments": _("The condition “%(text)s” calls %(name)s with the wrong arguments."),
    "basis_missing": _("it names no legal basis."),
    "never_applies": _("no place can have all that its columns and its condition ask for."),
    "duty_unknown": _(
        "who %(body)s is follows from the rules for %(category)s, and there are none."
    ),
    "unreachable": _("it never gets its turn: %(others)s always match before."),
    "wildcard_swallows": _(
        "it comes before %(others)s and takes places of them, though they name what it leaves open."
    ),
    "body_excluded": _("%(body)s stands for private owners, but the row holds for %(owners)s too."),
    "works_astray": _(
        "it sends %(body)s, the city's own, to private ground, and names no owner of it."
    ),
    "contradiction": _(
        "%(rules)s match at the same places with the same rank, but name %(bodies)s."
    ),
    "possible_contradiction": _(
        "%(rules)s may match at the same places with the same rank, but name %(bodies)s."
    ),
    "duplicate": _("%(rules)s ask for the same and name the same authority."),
}


@dataclass(frozen=True, slots=True)
class Finding:
    """One fault: `rules` are the ids of the rules concerned, none where it is the whole set's.

    A rule set with an ERROR cannot be activated; a WARNING is for a person to judge.
    """

    severity: Severity
    code: str
    rules: tuple[str, ...] = ()
    values: Mapping[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        """The sentence in English, for errors and logs."""
        return finding_text(self, TEXTS[self.code])

    def to_json(self) -> dict[str, Any]:
        return {
            "severity": self.severity.value,
            "code": self.code,
            "rules": list(self.rules),
            "values": dict(self.values),
        }


def finding_text(finding: Finding, form: str) -> str:
    """A form of `TEXTS`, in whatever language, filled in; the rule it is about goes first."""
    text = form % finding.values
    return f"{finding.rules[0]}: {text}" if len(finding.rules) == 1 else text


def errors_of(findings: Iterable[Finding]) -> list[Finding]:
    return [finding for finding in findings if finding.severity == Severity.ERROR]


def names_listed(names: Iterable[str]) -> str:
    return ", ".join(names)


def names_some(names: Collection[str]) -> str:
    """The first of many names."""
    more = ["…"] if len(names) > NAMED_MAX else []
    return names_listed([*list(names)[:NAMED_MAX], *more])
