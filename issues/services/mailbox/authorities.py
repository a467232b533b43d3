"""Mails of authorities: an app above registers what becomes of them, this module passes them on.

Routing registers two callables at start (`AppConfig.ready`). Both return the issue that the mail belongs to, None where
it is none of theirs; both store what they do in the transaction of the caller.
"""

from __future__ import annotations

from collections.abc import Callable

from issues.models import Issue
from issues.services.mailbox.bounces import Bounce
from issues.services.mailbox.letters import Letter

# The letter, and whether a program wrote it.
AnswerTaker = Callable[[Letter, bool], Issue | None]
BounceTaker = Callable[[Bounce], Issue | None]

_registered: list[tuple[AnswerTaker, BounceTaker]] = []


def register(answer: AnswerTaker, bounce: BounceTaker) -> None:
    """Sets who takes answers of authorities and what came back of them; a later registration replaces the former."""
    _registered[:] = [(answer, bounce)]


def answer_take(letter: Letter, *, is_automatic: bool) -> Issue | None:
    """The issue that an authority's mail was put to; None: it is no authority's."""
    return _registered[0][0](letter, is_automatic) if _registered else None


def bounce_take(bounce: Bounce) -> Issue | None:
    """The issue of the message to an authority that came back; None: it was none to an authority."""
    return _registered[0][1](bounce) if _registered else None
