"""Conditions of rules: a text of the matrix, or an expression of named predicates, compiled once.

An expression is predicate names with quoted arguments, joined by `and`, `or`, `not` and parentheses:
`usage("ROAD") and not bears_through_roads`. Nothing else is accepted, and nothing is ever evaluated as
Python: the text is only parsed, then walked.
"""

from __future__ import annotations

import ast
import csv
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from routing.engine.predicates import PREDICATES
from routing.errors import RuleSetError
from routing.types import Facts

CONDITIONS_FILE: Final = Path(__file__).resolve().parent.parent / "data" / "conditions.csv"

Test = Callable[[Facts], bool]


@dataclass(frozen=True, slots=True)
class Condition:
    """A compiled condition; `because_*` is the half sentence that explains that it holds."""

    text: str
    holds: Test
    predicates: frozenset[str]
    because_de: str
    because_en: str


@cache
def known_conditions() -> dict[str, dict[str, str]]:
    """The texts that matrices use, each with its expression and its half sentences."""
    with CONDITIONS_FILE.open(encoding="utf-8", newline="") as file:
        return {row["condition"]: row for row in csv.DictReader(file, delimiter=";")}


@cache
def condition_compile(text: str) -> Condition:
    """Compile a condition. Raises RuleSetError naming what is not understood."""
    known = known_conditions().get(text)
    expression = known["expression"] if known else text
    try:
        tree = ast.parse(expression, mode="eval")
    except SyntaxError as error:
        raise RuleSetError(f"The condition “{text}” is neither known nor an expression.") from error
    names: set[str] = set()
    holds = _compile(tree.body, text=text, names=names)
    return Condition(
        text=text,
        holds=holds,
        predicates=frozenset(names),
        because_de=known["because_de"] if known else text,
        because_en=known["because_en"] if known else text,
    )


def _compile(node: ast.expr, *, text: str, names: set[str]) -> Test:
    match node:
        case ast.BoolOp(op=op, values=values):
            tests = [_compile(value, text=text, names=names) for value in values]
            combine = all if isinstance(op, ast.And) else any
            return lambda facts: combine(test(facts) for test in tests)
        case ast.UnaryOp(op=ast.Not(), operand=operand):
            test = _compile(operand, text=text, names=names)
            return lambda facts: not test(facts)
        case ast.Name(id=name):
            return _predicate(name, (), text=text, names=names)
        case ast.Call(func=ast.Name(id=name), args=args, keywords=[]) if all(
            isinstance(arg, ast.Constant) and isinstance(arg.value, str) for arg in args
        ):
            texts = tuple(str(arg.value) for arg in args if isinstance(arg, ast.Constant))
            return _predicate(name, texts, text=text, names=names)
    raise RuleSetError(f"The condition “{text}” holds something that is not a named predicate.")


def _predicate(name: str, values: tuple[str, ...], *, text: str, names: set[str]) -> Test:
    predicate = PREDICATES.get(name)
    if predicate is None:
        raise RuleSetError(f"The condition “{text}” names an unknown predicate: {name}.")
    try:
        inspect.signature(predicate).bind(None, *values)
    except TypeError as error:
        raise RuleSetError(
            f"The condition “{text}” calls {name} with the wrong arguments."
        ) from error
    names.add(name)
    return lambda facts: predicate(facts, *values)
