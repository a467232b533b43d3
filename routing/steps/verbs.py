"""The verbs. Each says whether an issue can take it, takes it, and takes it back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext_lazy

from issues.enums import IssueStatus, Priority
from issues.errors import IssueChanged, IssuesError, ReasonMissing, ReleaseRefused
from issues.life import is_step, needs_reason
from issues.models import ClosingReason, Department, Issue
from issues.rights import DECIDE, RELEASE, WORK
from issues.services import issue_release, issue_step, issue_withdraw
from issues.services.duplicates import issue_merge, issue_unmerge
from issues.services.work import issue_assign, issue_follow_up, issue_prioritise
from issues.services.workflow import issue_state_restore, state_kept
from routing.deciding.overrule import decision_confirm, decision_overrule
from routing.deciding.taking_back import decision_take_back
from routing.enums import Outcome
from routing.models import Decision

Data = Mapping[str, Any]


@dataclass(frozen=True)
class Taken:
    """Who takes a step, when they began, and until when what it sends is held."""

    by: User
    at: datetime
    holds_until: datetime


@dataclass(frozen=True)
class Verb:
    """`check` says beforehand why an issue cannot take it, "" if it can, without changing anything. `take` returns what
    `undo` needs (JSON). Both raise an IssuesError or a RoutingError; then nothing is changed."""

    name: Any
    permission: str
    check: Callable[[Issue, Data], str]
    take: Callable[[Issue, Data, Taken], dict[str, Any]]
    undo: Callable[[Issue, Data, Taken], object]


# --- Deciding ---------------------------------------------------------------------------------------
def _standing(issue: Issue) -> Decision | None:
    return issue.decisions.filter(is_current=True).select_related("authority").first()


def _confirm_check(issue: Issue, _data: Data) -> str:
    decision = _standing(issue)
    if not issue.is_placed:
        return _("Nobody has placed this issue yet.")
    if decision is None or decision.authority is None:
        return _("There is no proposal that could be confirmed.")
    if decision.outcome == Outcome.ASSIGNED:
        return _("%(authority)s is responsible already.") % {"authority": decision.authority}
    return ""


def _confirm(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    decision = decision_confirm(
        issue_id=issue.pk,
        seen=data["seen"] if "seen" in data else _number(issue),
        by=taken.by,
        hold=_left(taken),
    )
    return {"decision": decision.number}


def _overrule_check(issue: Issue, _data: Data) -> str:
    return "" if issue.is_placed else _("Nobody has placed this issue yet.")


def _overrule(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    seen = data["seen"] if "seen" in data else _number(issue)
    decision = decision_overrule(
        issue_id=issue.pk,
        authority=data["authority"],
        reason=data["reason"],
        seen=seen,
        by=taken.by,
        hold=_left(taken),
    )
    return {"decision": decision.number}


def _decision_undo(issue: Issue, before: Data, taken: Taken) -> None:
    decision_take_back(issue_id=issue.pk, number=before["decision"], since=taken.at, by=taken.by)


def _number(issue: Issue) -> int | None:
    standing = _standing(issue)
    return standing.number if standing else None


def _left(taken: Taken) -> timedelta:
    """How long what is sent now is held."""
    return max(taken.holds_until - timezone.now(), timedelta())


# --- Releasing --------------------------------------------------------------------------------------
def _release_check(issue: Issue, _data: Data) -> str:
    if issue.released_at is not None:
        return _("The public sees it already.")
    if not issue.category.is_public:
        return _("Issues of this category are never public.")
    return "" if issue.is_placed else _("Nobody has placed this issue yet.")


def _release(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    """`data` names the state of each issue that was looked at, by number; of one issue what becomes public, too."""
    looked_at = data.get("looked_at", {}).get(issue.number)
    if looked_at is None:
        raise ReleaseRefused(_("Nobody has looked at what would become public."))
    shown = {name: data[name] for name in ("text", "address", "photos") if name in data}
    issue_release(issue=issue, seen=looked_at, by=taken.by, **shown)
    return {}


def _release_undo(issue: Issue, _before: Data, taken: Taken) -> None:
    issue_withdraw(issue=issue, reason="undone", by=taken.by)


# --- The life of a report ---------------------------------------------------------------------------
def _move_check(issue: Issue, data: Data) -> str:
    if issue.duplicate_of_id is not None:
        return _("It is put to another report.")
    if not is_step(issue.status, data["status"]):
        former, status = IssueStatus(issue.status).label, IssueStatus(data["status"]).label
        return _("An issue that is “%(former)s” cannot become “%(status)s”.") % {
            "former": former,
            "status": status,
        }
    if needs_reason(issue.status, data["status"]) and not data.get("reason"):
        return _("Please choose a reason.")
    return ""


def _move(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    if told := _move_check(issue, data):
        raise IssueChanged(told)
    before = state_kept(issue)
    issue_step(
        issue=issue,
        status=IssueStatus(data["status"]),
        reason=_reason(issue, data.get("reason", "")),
        note=data.get("note", ""),
        reply=data.get("reply"),
        due_at=taken.holds_until,
        by=taken.by,
    )
    return before


def _reason(issue: Issue, code: str) -> ClosingReason | None:
    if not code:
        return None
    offered = ClosingReason.objects.filter(jurisdiction=issue.jurisdiction_id, is_active=True)
    found = offered.filter(code=code).first()
    if found is None:
        raise ReasonMissing(_("This reason is no longer offered."), field="reason")
    return found


def _move_undo(issue: Issue, before: Data, taken: Taken) -> None:
    if not issue_state_restore(issue=issue, kept=before, since=taken.at, by=taken.by):
        raise IssueChanged(_("The reporter has been told already."))


# --- Work -------------------------------------------------------------------------------------------
def _anything(_issue: Issue, _data: Data) -> str:
    return ""


def _assign(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    """What `data` does not name stays: a person takes it and the department keeps it."""
    before = {"assignee": issue.assignee_id, "department": issue.department_id}
    state = state_kept(issue)
    _give(issue, {**before, **data}, taken)
    return {**before, "state": state}


def _give(issue: Issue, data: Data, taken: Taken) -> None:
    person, department = _person(data["assignee"]), _department(data["department"])
    issue_assign(issue=issue, assignee=person, department=department, by=taken.by)


def _assign_undo(issue: Issue, before: Data, taken: Taken) -> None:
    _give(issue, before, taken)
    if issue.status != before["state"]["status"]:
        _move_undo(issue, before["state"], taken)


def _person(pk: int | None) -> User | None:
    if pk is None:
        return None
    found = User.objects.filter(pk=pk, is_active=True).first()
    if found is None:
        raise IssueChanged(_("This person is no longer active."))
    return found


def _department(pk: int | None) -> Department | None:
    if pk is None:
        return None
    found = Department.objects.filter(pk=pk).first()
    if found is None:
        raise IssueChanged(_("This department no longer exists."))
    return found


def _prioritise(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    before = {"priority": issue.priority}
    issue_prioritise(issue=issue, priority=Priority(data["priority"]), by=taken.by)
    return before


def _follow_up(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    before = {"day": issue.follow_up_on and issue.follow_up_on.isoformat()}
    issue_follow_up(issue=issue, day=_day(data["day"]), by=taken.by)
    return before


def _day(text: str | None) -> date | None:
    return date.fromisoformat(text) if text else None


# --- Duplicates -------------------------------------------------------------------------------------
def _merge_check(issue: Issue, data: Data) -> str:
    if issue.number == data["into"]:
        return _("It is the report that the others are put to.")
    return _("It is put to another report.") if issue.duplicate_of_id is not None else ""


def _merge(issue: Issue, data: Data, taken: Taken) -> dict[str, Any]:
    into = Issue.objects.filter(jurisdiction=issue.jurisdiction_id, number=data["into"]).first()
    if into is None:
        raise IssueChanged(_("There is no report %(number)s.") % {"number": data["into"]})
    before = state_kept(issue)
    issue_merge(issue=issue, into=into, by=taken.by, due_at=taken.holds_until)
    return before


def _merge_undo(issue: Issue, before: Data, taken: Taken) -> None:
    issue_unmerge(issue=issue, by=taken.by)
    _move_undo(issue, before, taken)


VERBS: Final[Mapping[str, Verb]] = {
    "confirm": Verb(
        pgettext_lazy("verb", "confirm and pass on"),
        DECIDE,
        _confirm_check,
        _confirm,
        _decision_undo,
    ),
    "overrule": Verb(
        pgettext_lazy("verb", "decide otherwise"),
        DECIDE,
        _overrule_check,
        _overrule,
        _decision_undo,
    ),
    "release": Verb(
        pgettext_lazy("verb", "release"), RELEASE, _release_check, _release, _release_undo
    ),
    "move": Verb(pgettext_lazy("verb", "change the state"), WORK, _move_check, _move, _move_undo),
    "assign": Verb(
        pgettext_lazy("verb", "give to somebody"), WORK, _anything, _assign, _assign_undo
    ),
    "priority": Verb(
        pgettext_lazy("verb", "change the priority"),
        WORK,
        _anything,
        _prioritise,
        _prioritise,
    ),
    "follow_up": Verb(
        pgettext_lazy("verb", "see again"),
        WORK,
        _anything,
        _follow_up,
        _follow_up,
    ),
    "merge": Verb(
        pgettext_lazy("verb", "put to another report"), WORK, _merge_check, _merge, _merge_undo
    ),
}


def verb_find(code: str) -> Verb:
    """Raises IssuesError for a verb that does not exist."""
    if code not in VERBS:
        raise IssuesError(_("There is no such step."), field="verb")
    return VERBS[code]
