"""What a predicate is: when it holds, what it rests on, and at which kinds of places it can hold."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from typing import Final, Protocol

Values = tuple[str, ...]

# An answer that only says yes.
YES: Final = "yes"


class Need(StrEnum):
    """What of the evidence a predicate rests on, beside report, answers, boundary, areas and assets."""

    LAND = "land"
    OWNER = "owner"
    ADJOINING_OWNER = "adjoining_owner"
    ROADS = "roads"
    ARMS = "arms"


class Kinds(Protocol):
    """Kinds of places as sets, one bit for each kind (`routing.engine.checks.places`)."""

    category: str

    @property
    def everything(self) -> int: ...

    def where(self, dimension: str, *values: str) -> int:
        """The kinds that have one of the values."""
        ...


@dataclass(frozen=True, slots=True)
class Asked:
    """A question that only conditions ask, the answers at which the predicate holds, and others that count.

    Predicates that ask the same question exclude each other by their answers.
    """

    question: str
    answers: Values = (YES,)
    others: Values = ()


@dataclass(frozen=True, slots=True)
class Predicate:
    """A predicate and all that is known of it.

    `asks`: what tells kinds of places apart for it; None where `sure` and `may` say by the columns where it holds
    for certain and where it can hold. With a question, `sure` takes the kinds with the right answer.
    """

    name: str
    holds: Callable[..., bool]
    needs: frozenset[Need]
    asks: Callable[[Values], Asked] | None
    sure: Callable[[Kinds, Values, int], int]
    may: Callable[[Kinds, Values], int]


PREDICATES: Final[dict[str, Predicate]] = {}


def predicate(
    *needs: Need,
    where: Callable[[Kinds, Values], int] | None = None,
    asks: Callable[[Values], Asked] | None = None,
    sure: Callable[[Kinds, Values, int], int] = lambda _kinds, _values, found: found,
    may: Callable[[Kinds, Values], int] = lambda kinds, _values: kinds.everything,
) -> Callable[[Callable[..., bool]], Callable[..., bool]]:
    """Makes a function a predicate. `where`: the columns alone tell at which kinds of places it holds."""

    def register(function: Callable[..., bool]) -> Callable[..., bool]:
        name = function.__name__
        PREDICATES[name] = Predicate(
            name=name,
            holds=function,
            needs=frozenset(needs),
            asks=None if where else asks or (lambda values: Asked(" ".join((name, *values)))),
            sure=(lambda kinds, values, _found: where(kinds, values)) if where else sure,
            may=where or may,
        )
        return function

    return register


@cache
def predicates_needing(*needs: Need) -> frozenset[str]:
    """The names of the predicates that rest on any of these; ask once all are registered."""
    return frozenset(one.name for one in PREDICATES.values() if not one.needs.isdisjoint(needs))


@cache
def predicates_groundless() -> frozenset[str]:
    """The names of those that need neither parcels, land use, owners nor roads, and so are known without these too."""
    return frozenset(PREDICATES) - predicates_needing(*Need)
