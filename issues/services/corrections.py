"""What staff put right in a report: its place, its category, its answers. Each change appends an event.

Whoever decides on the report hears of it by `issues.signals.issue_changed` after the commit.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Any, Final

from django.db import transaction
from django.utils.translation import gettext as _

from issues.enums import AttributeType, EventKind, LocationSource
from issues.errors import AnswerMissing, ReportInvalid, ServiceUnknown
from issues.models import Category, Issue
from issues.services.answers import answers_checked
from issues.services.events import issue_event_append
from issues.services.location import location_checked
from issues.services.release import issue_withdraw
from issues.services.texts import Problems
from issues.signals import issue_changed
from issues.types import Answers, LocationInput

if TYPE_CHECKING:
    from django.contrib.auth.models import User

MOVED: Final = "moved"
RECATEGORISED: Final = "category"
ANSWERED: Final = "answered"
_PLACE: Final = ("point", "latitude", "longitude", "accuracy_m", "location_source")


def issue_move(*, issue: Issue, location: LocationInput, by: User | None = None) -> Issue:
    """Puts the issue elsewhere; the place is checked as at the intake, an accuracy not given is unknown from now on.

    Coordinates count as set on the map: what their sender's key says of accuracies is of no account any more.
    What the reporter wrote of the place stays as it was sent. An issue that is public is so no longer: nobody has
    looked at it in its new place. Raises an `IssuesError`; then nothing is changed. The same place again changes
    nothing. Returns the issue as stored.
    """
    place = location_checked(issue.jurisdiction, location)
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
        former, was_placed = _place_of(stored), stored.is_placed
        stored.point, stored.accuracy_m = place.point, place.accuracy_m
        stored.latitude, stored.longitude = place.latitude, place.longitude
        stored.location_source = (
            LocationSource.MAP if place.source == LocationSource.COORDINATES else place.source
        )
        if was_placed and _place_of(stored) == former:
            return stored
        stored.save(update_fields=_PLACE)
        detail = {"from": former, "to": _place_of(stored)}
        _changed(stored, EventKind.MOVED, MOVED, by, detail)
        return issue_withdraw(issue=stored, reason=MOVED, by=by)


def issue_recategorise(*, issue: Issue, category: Category, by: User | None = None) -> Issue:
    """Gives the issue another category; answers that the new category does not know are dropped.

    An issue that is public is so no longer: nobody has looked at it under its new category.

    What the new category requires and nobody was asked stays open: a clerk does not know it either. Raises
    `ServiceUnknown` for a category that is not offered (any more) or belongs to another jurisdiction. Returns the
    issue as stored.
    """
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
        offered = stored.jurisdiction.categories.filter(pk=category.pk, is_active=True).first()
        if offered is None:
            raise ServiceUnknown(
                _("The category “%(category)s” is no longer offered.") % {"category": category.name}
            )
        if offered.pk == stored.category_id:
            return stored
        former = stored.category
        kept = _answers_known(offered, stored.answers)
        detail = {
            "from": former.code,
            "to": offered.code,
            "dropped": sorted(set(stored.answers) - set(kept)),
        }
        stored.category, stored.answers = offered, kept
        stored.save(update_fields=["category", "answers"])
        _changed(stored, EventKind.RECATEGORISED, RECATEGORISED, by, detail)
        return issue_withdraw(issue=stored, reason=RECATEGORISED, by=by)


def issue_answer(
    *, issue: Issue, answers: Mapping[str, str | Sequence[str]], by: User | None = None
) -> Issue:
    """Replaces answers to the category's questions by their codes; a blank one is taken back, others stay.

    What the category requires of a reporter may stay open: staff need not know it.
    Raises an `IssuesError` naming what is wrong; then nothing is changed. Returns the issue as stored.
    """
    with transaction.atomic():
        stored: Issue = Issue.objects.select_for_update().get(pk=issue.pk)
        problems = Problems()
        checked = answers_checked(stored.category, {**stored.answers, **answers}, problems)
        wrong = [one for one in problems if not isinstance(one, AnswerMissing)]
        if wrong:
            raise wrong[0] if len(wrong) == 1 else ReportInvalid(wrong)
        if checked == stored.answers:
            return stored
        differing = {
            code
            for code in {*checked, *stored.answers}
            if checked.get(code) != stored.answers.get(code)
        }
        stored.answers = checked
        stored.save(update_fields=["answers"])
        _changed(stored, EventKind.ANSWERED, ANSWERED, by, {"answers": sorted(differing)})
    return stored


def answers_closed(category: Category, answers: Mapping[str, Any]) -> Answers:
    """The answers that were chosen from a list or are numbers or dates; nothing that a person has written freely."""
    free = {AttributeType.STRING.value, AttributeType.TEXT.value}
    codes = {one.code for one in category.attributes.all() if one.datatype not in free}
    return {code: value for code, value in answers.items() if code in codes}


def _answers_known(category: Category, answers: Mapping[str, Any]) -> Answers:
    known: Answers = {}
    for code, value in answers.items():
        problems = Problems()
        checked = answers_checked(category, {code: value}, problems)
        if code in checked:
            known[code] = checked[code]
    return known


def _place_of(issue: Issue) -> dict[str, Any]:
    return {
        "latitude": issue.latitude,
        "longitude": issue.longitude,
        "accuracy_m": issue.accuracy_m,
    }


def _changed(
    issue: Issue, kind: EventKind, cause: str, by: User | None, detail: Mapping[str, Any]
) -> None:
    issue_event_append(issue=issue, kind=kind, by=by, detail=detail)
    transaction.on_commit(partial(_announce, issue.pk, cause))


def _announce(issue_id: int, cause: str) -> None:
    # Robust: the change is stored and stays, whatever a receiver does; Django logs its error.
    issue_changed.send_robust(sender=Issue, issue_id=issue_id, cause=cause)
