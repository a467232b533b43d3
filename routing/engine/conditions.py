"""Conditions of rules: a text of the matrix, or an expression of named predicates, compiled once.

An expression is predicate names with quoted arguments, joined by `and`, `or`, `not` and parentheses:
`usage("ROAD") and not bears_through_roads`. Nothing else is accepted, and nothing is ever evaluated as
Python: the text is only parsed, then walked.
"""

from __future__ import annotations

import ast
import csv
import inspect
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Final

from routing.engine.findings import TEXTS
from routing.engine.predicates import PREDICATES
from routing.errors import RuleSetError
from routing.types import Facts

CONDITIONS_FILE: Final = Path(__file__).with_name("conditions.csv")
LENGTH_MAX: Final = 200
DEPTH_MAX: Final = 20

Test = Callable[[Facts], bool]


class ConditionError(RuleSetError):
    """A condition that is not understood: `code` and `values` as in `findings.TEXTS`."""

    def __init__(self, code: str, **values: str) -> None:
        super().__init__(TEXTS[code] % values)
        self.code = code
        self.values = values


@dataclass(frozen=True, slots=True)
class Atom:
    """A predicate with its arguments."""

    name: str
    values: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Not:
    part: Tree


@dataclass(frozen=True, slots=True)
class Both:
    """All of the parts (and)."""

    parts: tuple[Tree, ...]


@dataclass(frozen=True, slots=True)
class Either:
    """One of the parts (or)."""

    parts: tuple[Tree, ...]


Tree = Atom | Not | Both | Either


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition; what it says in a sentence is put together in `routing.sentences.conditions`."""

    text: str
    tree: Tree
    holds: Test
    predicates: frozenset[str]


@cache
def known_conditions() -> dict[str, dict[str, str]]:
    """The texts that matrices use, each with its expression and its half sentences."""
    with CONDITIONS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["condition"]: row for row in csv.DictReader(file, delimiter=";")}


def condition_compile(text: str) -> Condition:
    """Compile a condition. Raises ConditionError naming what is not understood."""
    if len(text) > LENGTH_MAX:
        raise ConditionError("condition_syntax", text=f"{text[:50]}…")
    return _compile(text)


@lru_cache(maxsize=1024)
def _compile(text: str) -> Condition:
    known = known_conditions().get(text)
    expression = known["expression"] if known else text
    try:
        parsed = ast.parse(expression, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError) as error:
        raise ConditionError("condition_syntax", text=text) from error
    tree = _tree(parsed.body, text=text)
    return Condition(
        text=text,
        tree=tree,
        holds=_test(tree),
        predicates=frozenset(atom.name for atom in atoms_of(tree)),
    )


def _tree(node: ast.expr, *, text: str, depth: int = 0) -> Tree:
    if depth > DEPTH_MAX:
        raise ConditionError("condition_syntax", text=text)
    match node:
        case ast.BoolOp(op=op, values=values):
            parts = tuple(_tree(value, text=text, depth=depth + 1) for value in values)
            return Both(parts) if isinstance(op, ast.And) else Either(parts)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            return Not(_tree(operand, text=text, depth=depth + 1))
        case ast.Name(id=name):
            return _atom(name, (), text=text)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if all(
            isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in args
        ):
            texts = tuple(str(arg.value) for arg in args if isinstance(arg, ast.Constant))
            return _atom(name, texts, text=text)
    raise ConditionError("condition_not_predicate", text=text)


def _atom(name: str, values: tuple[str, ...], *, text: str) -> Atom:
    predicate = PREDICATES.get(name)
    if predicate is None:
        raise ConditionError("predicate_unknown", text=text, name=name)
    try:
        inspect.signature(predicate.holds).bind(None, *values)
    except TypeError as error:
        raise ConditionError("predicate_arguments", text=text, name=name) from error
    return Atom(name, values)


def _test(tree: Tree) -> Test:
    match tree:
        case Atom(name=name, values=values):
            holds = PREDICATES[name].holds
            return lambda facts: holds(facts, *values)
        case Not(part=part):
            test = _test(part)
            return lambda facts: not test(facts)
        case Both(parts=parts):
            tests = [_test(part) for part in parts]
            return lambda facts: all(test(facts) for test in tests)
        case Either(parts=parts):
            tests = [_test(part) for part in parts]
            return lambda facts: any(test(facts) for test in tests)


def atoms_of(tree: Tree) -> Iterator[Atom]:
    """The predicates of a condition, in the order in which they stand."""
    match tree:
        case Atom():
            yield tree
        case Not(part=part):
            yield from atoms_of(part)
        case Both(parts=parts) | Either(parts=parts):
            for part in parts:
                yield from atoms_of(part)
