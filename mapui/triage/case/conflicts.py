"""Two clerks saved the same thing: what stands now, by whom and when, and what the second one wanted."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Final

from django.contrib.auth.models import User
from django.forms import Form
from django.http import QueryDict
from django.template.defaultfilters import floatformat
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from gis_core.languages import text_in
from issues.enums import EventKind
from issues.models import Issue, IssueEvent
from issues.services.seen import ASPECTS, aspect_mark, event_latest
from mapui.site.cards.decisions import decision_in_force
from mapui.triage.case.seen import SeenForm

# What a decision of a clerk writes over; its forms know what was looked at by its number.
DECISION: Final = "decision"


@dataclass(frozen=True)
class Conflict:
    """What `mapui/triage/case/_conflict.html` shows. `rows` are labels and values that stand now; `form` is what was
    typed, to be sent again over them, None where nothing was: then `wanted` says it."""

    told: str
    rows: list[tuple[str, str]] = field(default_factory=list)
    form: Form | None = None
    wanted: str = ""


def conflict_of(issue: Issue, aspect: str, form: Form | None, wanted: str) -> Conflict:
    """`issue` as it is stored now; `aspect` is one of `issues.services.seen.ASPECTS` or DECISION."""
    if aspect == DECISION:
        decision = decision_in_force(issue)
        again = _again(form, "seen", decision.number if decision else "")
        return Conflict(
            changed_told(event_latest(issue, EventKind.DECIDED)), _decided(decision), again, wanted
        )
    name = form.add_prefix(form.seen_name) if isinstance(form, SeenForm) else ""
    again = _again(form, name, aspect_mark(issue, aspect))
    told = changed_told(event_latest(issue, *ASPECTS[aspect].events))
    return Conflict(told, _standing(issue, aspect), again, wanted)


def changed_told(event: IssueEvent | None) -> str:
    """Who changed it, and when."""
    if event is None:
        return pgettext("conflict", "Meanwhile this was changed. Nothing was stored yet.")
    when = date_format(timezone.localtime(event.at), "SHORT_DATETIME_FORMAT")
    if event.by is None:
        told = pgettext("conflict", "This changed by itself (%(when)s). Nothing was stored yet.")
        return told % {"when": when}
    told = pgettext("conflict", "%(name)s changed this (%(when)s). Nothing was stored yet.")
    return told % {"name": _name(event.by), "when": when}


def _name(person: User) -> str:
    return person.get_full_name() or person.get_username()


def _again(form: Form | None, name: str, mark: object) -> Form | None:
    """The form as it was sent; sent again, it writes over what stands now. None where nothing was typed or chosen."""
    if form is None or not form.visible_fields():
        return None
    data = QueryDict(mutable=True)
    data.update(form.data)
    data[name] = str(mark)
    form.data = data
    # It stands on the panel beside its like.
    form.auto_id = "conflict_%s"
    return form


def _standing(issue: Issue, aspect: str) -> list[tuple[str, str]]:
    return {
        "move": _state,
        "assign": _assignee,
        "priority": _priority,
        "follow_up": _follow_up,
        "place": _place,
        "answers": _answers,
        "category": _category,
    }[aspect](issue)


def _state(issue: Issue) -> list[tuple[str, str]]:
    return [
        (_("State"), str(issue.get_status_display())),
        *_filled(pgettext("work", "Reason for closing"), issue.closing_reason),
        *_filled(pgettext("work", "Note for the public"), issue.status_note),
    ]


def _assignee(issue: Issue) -> list[tuple[str, str]]:
    names = [
        *([_name(issue.assignee)] if issue.assignee else []),
        *([issue.department.name] if issue.department else []),
    ]
    told = ", ".join(names) or pgettext("work", "nobody")
    return [(pgettext("work", "Who works on it"), told)]


def _priority(issue: Issue) -> list[tuple[str, str]]:
    return [(pgettext("work", "Priority"), str(issue.get_priority_display()))]


def _follow_up(issue: Issue) -> list[tuple[str, str]]:
    day = issue.follow_up_on
    shown = date_format(day, "SHORT_DATE_FORMAT") if day else "–"
    return [(pgettext("work", "See again on"), shown)]


def _place(issue: Issue) -> list[tuple[str, str]]:
    accuracy = "" if issue.accuracy_m is None else floatformat(issue.accuracy_m, 0)
    return [
        (_("Latitude"), floatformat(issue.latitude, "6u")),
        (_("Longitude"), floatformat(issue.longitude, "6u")),
        *_filled(_("Accuracy in metres"), accuracy),
    ]


def _category(issue: Issue) -> list[tuple[str, str]]:
    return [(_("Category"), str(issue.category))]


def _answers(issue: Issue) -> list[tuple[str, str]]:
    """The answers that stand now, in the words of the questions."""
    shown = _category(issue)
    for question in issue.category.attributes.filter(is_variable=True):
        names = {one["key"]: text_in(one["names"]) for one in question.values}
        given = issue.answers.get(question.code, "")
        values = given if isinstance(given, list) else [given]
        text = ", ".join(names.get(one, str(one)) for one in values)
        shown.append((text_in(question.descriptions), text or "–"))
    return shown


def _filled(label: str, value: Any) -> list[tuple[str, str]]:
    return [(label, str(value))] if value else []


def _decided(decision: Any) -> list[tuple[str, str]]:
    if decision is None:
        return []
    authority = decision.authority or _("Unclear: to be triaged")
    return [(_("Responsible is"), str(authority)), *_filled(_("Reason"), decision.reason)]
