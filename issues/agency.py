"""Who is responsible: an app above registers the answer, this module passes it on.

Routing registers one callable at start (`AppConfig.ready`). It gets the primary keys of issues and
answers {primary key: name for the public} in one query, whatever their number; an issue that nobody is
responsible for yet is left out.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping

from gis_core.languages import text_in

AgencyNames = Callable[[Collection[int]], Mapping[int, str]]
AgencyReason = Callable[[int], Mapping[str, str]]
QuestionsOpen = Callable[[Collection[int]], Mapping[int, Mapping[str, object]]]

_registered: list[AgencyNames] = []
_reasons: list[AgencyReason] = []
_questions: list[QuestionsOpen] = []


def register(names: AgencyNames) -> None:
    """Sets the source of the names; a later registration replaces the former."""
    _registered[:] = [names]


def agency_names(issue_ids: Collection[int]) -> Mapping[int, str]:
    """{issue's primary key: name of the responsible authority for the public}."""
    if not _registered or not issue_ids:
        return {}
    return _registered[0](issue_ids)


def register_reason(reason: AgencyReason) -> None:
    """Sets the source of the reasons, by language; a later registration replaces the former."""
    _reasons[:] = [reason]


def agency_reason(issue_id: int, language: str) -> str:
    """Why that authority, in the sentence that everybody may read; "" where nothing may be told (ADR 20)."""
    return text_in(_reasons[0](issue_id), language) if _reasons else ""


def register_questions(questions: QuestionsOpen) -> None:
    """Sets the source of what reporters are asked; a later registration replaces the former."""
    _questions[:] = [questions]


def questions_open(issue_ids: Collection[int]) -> Mapping[int, Mapping[str, object]]:
    """{issue's primary key: what its reporter is asked at present and where to answer}; for the sender alone."""
    if not _questions or not issue_ids:
        return {}
    return _questions[0](issue_ids)
