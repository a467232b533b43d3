"""Mutations that Cosmic Ray lacks: arguments left out or swapped, and membership turned round."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from cosmic_ray.operators.operator import Example, Operator
from cosmic_ray.plugins import get_operator, operator_names
from parso.python.tree import Name

Position = tuple[tuple[int, int], tuple[int, int]]


# A node is changed while its positions are looked at: they are listed before the first is told.
class ArgumentLeftOut(Operator):
    """Leaves a keyword argument out of a call, so that its default steps in."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        found = [node.children[place] for place in _named(node)]
        yield from [(one.start_pos, one.end_pos) for one in found]

    def mutate(self, node: Any, index: int) -> Any:
        place = _named(node)[index]
        # With the comma behind it, or the one before it where none follows.
        start = place if place + 1 < len(node.children) else place - 1
        del node.children[start : start + 2]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return Example("f(x, y=z)", "f(x)"), Example("f(x=1, y=z)", "f( y=z)")


class ArgumentsSwapped(Operator):
    """Gives two adjacent positional arguments in the wrong order."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        found = [node.children[place : place + 3] for place in _pairs(node)]
        yield from [(first.start_pos, second.end_pos) for first, _comma, second in found]

    def mutate(self, node: Any, index: int) -> Any:
        place = _pairs(node)[index]
        children = node.children
        children[place], children[place + 2] = children[place + 2], children[place]
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return (Example("f(x, y)", "f( y,x)"),)


class MembershipNegated(Operator):
    """Replaces `in` by `not in` and the other way round."""

    def mutation_positions(self, node: Any) -> Iterator[Position]:
        if node.type == "comparison":
            found = [child for child in node.children if _membership(child)]
            yield from [(one.start_pos, one.end_pos) for one in found]

    def mutate(self, node: Any, index: int) -> Any:
        places = [place for place, child in enumerate(node.children) if _membership(child)]
        old = node.children[places[index]]
        new = "in" if old.type == "comp_op" else "not in"
        node.children[places[index]] = Name(new, old.start_pos, " ")
        return node

    @classmethod
    def examples(cls) -> tuple[Example, ...]:
        return Example("x in y", "x not in y"), Example("x not in y", "x in y")


def _membership(node: Any) -> bool:
    return node.get_code().split() in (["in"], ["not", "in"])


def _named(node: Any) -> list[int]:
    """The places of the keyword arguments in a list of arguments."""
    if node.type != "arglist" or node.parent.type != "trailer":
        return []
    return [
        place
        for place, one in enumerate(node.children)
        if one.type == "argument" and one.children[1].get_code().strip() == "="
    ]


def _pairs(node: Any) -> list[int]:
    """The places of those plain arguments in a list of arguments that another one follows."""
    if node.type != "arglist" or node.parent.type != "trailer":
        return []
    plain = [one.type not in {"argument", "operator"} for one in node.children]
    return [place for place in range(len(plain) - 2) if plain[place] and plain[place + 2]]


OWN: Final = {
    operator.__name__: operator
    for operator in (ArgumentLeftOut, ArgumentsSwapped, MembershipNegated)
}


def operators_all() -> dict[str, Operator]:
    """Those of Cosmic Ray that need no arguments, by their names, and our own."""
    found = {name: get_operator(name) for name in operator_names()}
    plain = {name.removeprefix("core/"): one for name, one in found.items() if not one.arguments()}
    return {name: one() for name, one in {**plain, **OWN}.items()}
