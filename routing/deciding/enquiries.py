"""“Who is responsible?” for a place that nobody has reported. Nothing is stored."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.contrib.gis.geos import Point

from gis_core.languages import Texts, language_first, text_in, texts_made
from gis_core.models import Edition
from issues.enums import LocationSource
from issues.models import Category, Issue
from routing.deciding.in_force import agency_names, refusers_public
from routing.deciding.public_answers import LEAST_SHARE, PublicAnswer, public_answer
from routing.deciding.questions import question_for
from routing.deciding.results import evidence_by_rules
from routing.engine import CompiledRuleSet
from routing.evidence import IssueFacts, Question
from routing.models import Authority
from routing.rulebook.compiled import rule_set_compiled
from routing.sentences import public_sentence
from routing.sentences.questions import QuestionWorded
from routing.sentences.refusals import refused_phrase


@dataclass(frozen=True, kw_only=True)
class PublicBody:
    """Whom the public may turn to: an authority, a neighbouring municipality, or the municipality itself.

    `code`: the authority's, or the identifier of the jurisdiction.
    """

    code: str
    names: Texts
    website: str = ""
    phone: str = ""
    public_mail: str = ""

    @property
    def public_name(self) -> str:
        return text_in(self.names)


@dataclass(frozen=True, kw_only=True)
class Responsibility:
    """The public answer. `bodies` has one entry if the answer is clear, otherwise all candidates.

    It never is empty: the municipality is told where nobody else can be. `question` would settle the matter, if one
    question can. `data_as_of` is the oldest date of the geodata that the answer rests on.
    """

    is_clear: bool
    bodies: tuple[PublicBody, ...]
    sentences: Texts
    question: QuestionWorded | None
    data_as_of: date | None

    @property
    def sentence(self) -> str:
        return text_in(self.sentences)


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
    found = _Found.of(asked, category)
    question = found.question() if found else None
    if found and answer is not None and question is not None and question.allows(*answer):
        found, question = _Found.of(replace(asked, clarifications=(answer,)), category), None
    return found.told(question) if found else None


def issue_reason(issue_id: int) -> Texts:
    """`reason_told` of the issue and the authority that has it."""
    issue = Issue.objects.select_related("category").get(pk=issue_id)
    return reason_told(issue, agency_names([issue.pk]).get(issue.pk, ""))


def reason_told(issue: Issue, authority: str) -> Texts:
    """Why the authority has the issue, in the public sentence for its place; {} where none may be told (ADR 20).

    None is told of a sheltered issue, nor where the public answer names somebody else. What the reporter answered stays
    out of it. Who refused the issue before is told first.
    """
    if issue.is_sheltered or not authority or not issue.is_placed:
        return {}
    asked = Question(
        category_id=issue.category_id,
        x=issue.point.x,
        y=issue.point.y,
        at=issue.received_at,
        answers={},
        accuracy_m=issue.accuracy_m,
        source=LocationSource(issue.location_source),
    )
    found = _Found.of(asked, issue.category)
    told = found.told(None) if found is not None and found.is_clear else None
    is_same = told is not None and told.bodies[0].public_name == authority
    why = told.sentences if told is not None and is_same else {}
    refused = [one for one in refusers_public(issue.pk) if text_in(one) != authority]
    if not refused:
        return why
    return texts_made(
        lambda language: f"{refused_phrase(refused, language)} {why.get(language, '')}".rstrip()
    )


@dataclass(frozen=True)
class _Found:
    """What the rules say about the question, and whom the jurisdiction could name."""

    category: Category
    facts: IssueFacts
    rules: CompiledRuleSet
    answer: PublicAnswer
    is_municipality: bool
    authorities: Mapping[str, Authority]

    @classmethod
    def of(cls, asked: Question, category: Category) -> _Found | None:
        facts, evidence = evidence_by_rules(asked)
        if facts.rule_set_id is None:
            return None
        rules = rule_set_compiled(facts.rule_set_id, facts.bodies)
        known = Authority.objects.filter(jurisdiction_id=category.jurisdiction_id)
        authorities = {one.code: one for one in known}
        through = {code for code, one in authorities.items() if one.acts_through_id is not None}
        answer = public_answer(evidence, rules, municipality=through)
        _named, share = answer.shares()
        is_likely = share >= rules.threshold(category.code, "").assign_from
        is_alone = answer.leader is not None and answer.leader.body in through
        return cls(category, facts, rules, answer, is_likely or is_alone, authorities)

    @property
    def is_clear(self) -> bool:
        return self.is_municipality or self.answer.leader is not None

    def question(self) -> QuestionWorded | None:
        """Found without any owner of ground that is not public, as the answer is."""
        if self.is_clear:
            return None
        return question_for(
            category=self.category,
            facts=self.facts,
            evidence=self.answer.evidence,
            result=self.answer.results[0],
        )

    def told(self, question: QuestionWorded | None) -> Responsibility:
        bodies = self._bodies()
        facts, reason = self.answer.reason(self.rules)
        if self.is_municipality:
            facts, reason = self.answer.results[0].at_point, None
        return Responsibility(
            is_clear=self.is_clear,
            bodies=bodies or (self._municipality(),),
            sentences=texts_made(
                lambda language: public_sentence(
                    facts,
                    language=language,
                    category=text_in(self.category.names, language),
                    names=list(dict.fromkeys(text_in(one.names, language) for one in bodies)),
                    is_clear=self.is_clear,
                    is_municipality=self.is_municipality,
                    reason=reason,
                )
            ),
            question=question,
            data_as_of=_oldest(self.answer.evidence.datasets.values()),
        )

    def _bodies(self) -> tuple[PublicBody, ...]:
        """Who may have to act, the municipality last; nobody where no rule names anybody."""
        if self.is_municipality:
            return (self._municipality(),)
        if self.answer.leader is not None:
            return (self._body(self.answer.leader.addressee),)
        named, municipality = self.answer.shares()
        found = [self._body(one) for one in named]
        if municipality >= LEAST_SHARE:
            found.append(self._municipality())
        # Several offices of the city may have one name for the public; whoever asks gets it once.
        by_name: dict[str, PublicBody] = {}
        for one in found:
            by_name.setdefault(text_in(one.names, language_first()), one)
        return tuple(by_name.values())

    def _body(self, addressee: str) -> PublicBody:
        code, _slash, area = addressee.partition("/")
        one = self.authorities[code]
        names = one.public_names
        if area:
            named = self.answer.evidence.area_names.get(area, area)
            names = {language: f"{name} {named}" for language, name in names.items()}
        return PublicBody(
            code=code,
            names=names,
            website=one.website,
            phone=one.phone,
            public_mail=one.public_mail,
        )

    def _municipality(self) -> PublicBody:
        jurisdiction = self.category.jurisdiction
        return PublicBody(
            code=jurisdiction.identifier,
            names=jurisdiction.public_names or {language_first(): jurisdiction.name},
            website=jurisdiction.website,
            phone=jurisdiction.phone,
            public_mail=jurisdiction.public_mail,
        )


def _oldest(editions: Iterable[int]) -> date | None:
    dates = [
        as_of or (activated_at.date() if activated_at else None)
        for as_of, activated_at in Edition.objects.filter(pk__in=list(editions)).values_list(
            "as_of", "activated_at"
        )
    ]
    return min((day for day in dates if day), default=None)
