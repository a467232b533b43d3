"""Errors of routing; all share one base."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any


class RoutingError(Exception):
    """Base of everything that goes wrong in routing."""


class RuleSetError(RoutingError):
    """A rule set that cannot be used; the message names the rule and what is wrong with it."""


class DecisionOutdated(RoutingError):
    """Somebody else has decided since the person looked."""


class ChangeRefused(RoutingError):
    """A delivery cannot come to this state from the one that it is in."""


class AnswerOutdated(RoutingError):
    """Somebody else has answered for the authority since the page was opened."""


class AuthorityRefused(RoutingError):
    """An authority that may not be chosen: none of this jurisdiction, not valid today, or out of reach."""


class PlaceMissing(RoutingError):
    """The issue has no place yet: the authority would look in the wrong place."""


class ReasonMissing(RoutingError):
    """A person's decision needs a reason."""


class QuestionClosed(RoutingError):
    """A question to the reporter that was answered, withdrawn, or whose time is over."""


class AnswerRefused(RoutingError):
    """The answer is not one of the question's options."""


class ContradictionRefused(RoutingError):
    """Nothing that could become a task for the owner of the data; the message says why."""


class TrialRefused(RoutingError):
    """A trial run, or golden cases, that cannot be tried; the message says why."""


class RuleSetInvalid(RuleSetError):
    """A rule set with errors, which may not count; `findings` has them all."""

    def __init__(self, findings: Sequence[Any]) -> None:
        super().__init__(" ".join(str(finding) for finding in findings))
        self.findings = findings


class RuleSetChanged(RuleSetError):
    """Somebody else has changed the draft since it was shown."""


class WebhookRefused(RoutingError):
    """A message that nobody signed with the secret of the contact, or that is too old."""


class WebhookUnreadable(RoutingError):
    """A signed message that says nothing we know; the message names what is wrong."""
