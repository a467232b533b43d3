"""What people decide: another authority with a reason, or the word that a proposal waits for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import TYPE_CHECKING, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from gis_core.languages import text_in, texts_made
from issues.enums import EventKind
from issues.models import Issue
from issues.services import issue_event_append
from routing.deciding.asking import clarifications_withdraw
from routing.deciding.decisions import decision_supersede, issue_locked
from routing.enums import DecisionCause, Outcome
from routing.errors import AuthorityRefused, DecisionOutdated, PlaceMissing, ReasonMissing
from routing.models import Decision
from routing.outbox.authorities import AuthorityChoice, authority_choices
from routing.outbox.queue import deliveries_queue
from routing.outbox.superseding import deliveries_cancel, deliveries_unsent, proposals_outdate
from routing.sentences.people import sentence_of_person

if TYPE_CHECKING:
    from django.contrib.auth.models import User

REASON_MAX: Final = 2000
# What a person's decision takes over: the placement that the message names, and what was proposed.
_KEPT: Final = ("evidence", "editions", "parcel_key", "road", "candidates", "trace")


def decision_overrule(
    *,
    issue_id: int,
    authority: str,
    reason: str,
    by: User,
    seen: int | None,
    hold: timedelta = timedelta(),
) -> Decision:
    """A clerk says who must act: a new decision of a person, in one transaction with what follows from it.

    `authority` is the value of one of `authority_choices` of today: a code of this jurisdiction, with an area where
    it needs one; no name is ever accepted. `seen` is the number of the decision that the clerk looked at, None where
    there was none. The message leaves the house after `hold`. What former decisions have not sent yet is cancelled, an
    open proposal is outdated, the proposal of the rules stays as the decision before this one.

    Raises DecisionOutdated when somebody has decided meanwhile, AuthorityRefused, PlaceMissing, ReasonMissing; then
    nothing is changed. Issue.DoesNotExist.
    """
    text = reason.strip()
    if not text or len(text) > REASON_MAX:
        raise ReasonMissing(
            _("Please give a reason of at most %(limit)d characters.") % {"limit": REASON_MAX}
        )
    with transaction.atomic():
        issue = issue_locked(issue_id)
        _place_check(issue)
        former = _decision_seen(issue, seen)
        chosen = _choice(issue, authority)
        if former and former.outcome == Outcome.ASSIGNED and _answer(former) == _answer_of(chosen):
            raise AuthorityRefused(
                _("%(authority)s is responsible already.") % {"authority": chosen.name}
            )
        return _decide(
            issue, former, chosen, area_code=chosen.area_code, reason=text, by=by, hold=hold
        )


def decision_confirm(
    *, issue_id: int, seen: int | None, by: User, hold: timedelta = timedelta()
) -> Decision:
    """A clerk says yes to what was proposed and not sent; else as `decision_overrule`.

    Raises AuthorityRefused where nothing was proposed, or what was proposed may not be chosen today.
    """
    with transaction.atomic():
        issue = issue_locked(issue_id)
        _place_check(issue)
        former = _decision_seen(issue, seen)
        if former is None or former.authority is None or former.outcome == Outcome.ASSIGNED:
            raise AuthorityRefused(_("There is no proposal that could be confirmed."))
        return _decide(
            issue,
            former,
            _choice(issue, former.authority.code, former.area_code),
            area_code=former.area_code,
            reason=_("The proposal was confirmed."),
            by=by,
            notify=former.notify,
            hold=hold,
        )


def _place_check(issue: Issue) -> None:
    if not issue.is_placed:
        raise PlaceMissing(_("Nobody has placed this issue yet. Please put it on the map first."))


def _decision_seen(issue: Issue, seen: int | None) -> Decision | None:
    """The decision in force, if it is still the one that the clerk looked at."""
    latest = issue.decisions.select_related("authority").filter(is_current=True).first()
    if (latest.number if latest else None) != seen:
        raise DecisionOutdated(
            _("Meanwhile somebody else has decided. Please look at the issue again.")
        )
    return latest


def _choice(issue: Issue, value: str, area_code: str = "") -> AuthorityChoice:
    """The choice of this value; an area that has no contact of its own is served by the general one."""
    choices = authority_choices(issue.jurisdiction, on=timezone.localdate())
    for wanted in (f"{value}/{area_code}", value):
        for one in choices:
            if one.value == wanted:
                return one
    raise AuthorityRefused(_("This authority cannot be chosen here."))


def _answer(decision: Decision) -> tuple[int | None, str]:
    return decision.authority_id, decision.area_code


def _answer_of(choice: AuthorityChoice) -> tuple[int | None, str]:
    return choice.authority.pk, choice.area_code


def _decide(
    issue: Issue,
    former: Decision | None,
    chosen: AuthorityChoice,
    *,
    area_code: str,
    reason: str,
    by: User,
    hold: timedelta,
    notify: Sequence[str] = (),
) -> Decision:
    deliveries_cancel(deliveries_unsent(issue.pk))
    proposals_outdate(issue.pk)
    clarifications_withdraw(issue.pk)
    decision = Decision.objects.create(
        issue=issue,
        number=decision_supersede(issue),
        outcome=Outcome.ASSIGNED,
        authority=chosen.authority,
        area_code=area_code,
        probability=1.0,
        notify=list(notify),
        cause=DecisionCause.OVERRULED,
        reason=reason,
        decided_at=timezone.now(),
        decided_by=by,
        sentences=texts_made(
            lambda language: sentence_of_person(
                language=language,
                category=text_in(issue.category.names, language),
                authority=text_in(chosen.authority.names, language),
            )
        ),
        **{name: getattr(former, name) for name in _KEPT if former is not None},
    )
    if deliveries_queue(decision, hold=hold):
        raise AuthorityRefused(
            _("There is no contact for %(authority)s, so nobody would be told.")
            % {"authority": chosen.name}
        )
    issue_event_append(
        issue=issue,
        kind=EventKind.DECIDED,
        by=by,
        detail={"decision": decision.pk, "number": decision.number},
    )
    return decision
