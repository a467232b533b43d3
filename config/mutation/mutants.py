"""All useful mutants of a file."""

from __future__ import annotations

import difflib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from cosmic_ray.ast import ast_nodes, get_ast
from cosmic_ray.mutating import mutate_code
from cosmic_ray.operators.operator import Operator

from config.mutation.operators import operators_all
from config.mutation.plan import ROOT, Plan

# What starts a statement inside another: the search for a statement's lines goes up to one of these.
COMPOUND = {
    *("async_stmt", "classdef", "file_input", "for_stmt", "funcdef", "if_stmt", "simple_stmt", "suite"),
    *("try_stmt", "while_stmt", "with_stmt"),
}  # fmt: skip


@dataclass(frozen=True)
class Mutant:
    """One fault in one file.

    `lines`: first and last line of its statement, whose run shows a test that reaches it.

    `at_import`: its code runs when the module is imported, so that no line tells which tests depend on it.
    """

    path: str
    line: int
    lines: tuple[int, int]
    at_import: bool
    name: str
    occurrence: int
    operator: Operator

    @cached_property
    def source(self) -> str:
        """The file with the fault in it."""
        return mutate_code((ROOT / self.path).read_text("utf-8"), self.operator, self.occurrence)

    @cached_property
    def difference(self) -> list[str]:
        """Removed and added lines, marked by their first character."""
        before = (ROOT / self.path).read_text("utf-8").splitlines()
        changes = difflib.unified_diff(before, self.source.splitlines(), n=0, lineterm="")
        return [line for line in changes if line[0] in "-+"][2:]

    def changed(self, mark: str) -> str:
        """The removed (`-`) or added (`+`) text on one line."""
        return " ".join(line[1:].strip() for line in self.difference if line[0] == mark)

    def compiles(self) -> bool:
        try:
            compile(self.source, self.path, "exec", dont_inherit=True)
        # Cosmic Ray's ExceptionReplacer has none for `except (*ERRORS, OSError)`.
        except (SyntaxError, AttributeError):
            return False
        return True


def mutants_of(path: str, plan: Plan) -> list[Mutant]:
    """Those of one file that the plan's operators make, without noise, in the order of lines."""
    return sorted(
        mutants_in((ROOT / path).read_text("utf-8"), path, plan),
        key=lambda one: (one.line, one.name, one.occurrence),
    )


def mutants_in(source: str, path: str, plan: Plan) -> Iterator[Mutant]:
    tree = get_ast(source)
    for name, operator in operators_all().items():
        if not plan.operators.fullmatch(name):
            continue
        leaves = (
            _leaf_at(node, start)
            for node in ast_nodes(tree)
            for start, _end in operator.mutation_positions(node)
        )
        for occurrence, leaf in enumerate(leaves):
            at_import = _at_import(leaf)
            if _is_noise(leaf, plan) or _changes_nothing(name, leaf, at_import, plan):
                continue
            yield Mutant(
                path, leaf.start_pos[0], _lines(leaf), at_import, name, occurrence, operator
            )


def _leaf_at(node: Any, start: tuple[int, int]) -> Any:
    """The leaf within a node that begins there."""
    leaf = node.get_first_leaf()
    while leaf.start_pos < start:
        leaf = leaf.get_next_leaf()
    return leaf


def _ancestors(node: Any) -> Iterator[tuple[Any, Any]]:
    """Each pair of a node and its parent, upwards."""
    while node.parent is not None:
        yield node, node.parent
        node = node.parent


def _lines(leaf: Any) -> tuple[int, int]:
    node = next(node for node, parent in _ancestors(leaf) if parent.type in COMPOUND)
    return node.start_pos[0], node.end_pos[0]


def _at_import(leaf: Any) -> bool:
    return not any(
        parent.type == "funcdef" and node is parent.children[-1]
        for node, parent in _ancestors(leaf)
    )


def _changes_nothing(name: str, leaf: Any, at_import: bool, plan: Plan) -> bool:
    if name == "ArgumentsSwapped":
        call = next(parent.parent for _, parent in _ancestors(leaf) if parent.type == "arglist")
        return plan.calls_symmetric.fullmatch(_callee(call)) is not None
    # Outside functions `|` joins types.
    return at_import and "BitOr" in name


def _is_noise(leaf: Any, plan: Plan) -> bool:
    return any(_is_noise_in(node, parent, plan) for node, parent in _ancestors(leaf))


def _is_noise_in(node: Any, parent: Any, plan: Plan) -> bool:
    """Whether what lies in `node` is no useful place for a fault because of where in `parent` that stands."""
    match parent.type:
        # Types are never evaluated.
        case "annassign":
            noise = node is parent.children[1]
        case "tfpdef":
            noise = node is parent.children[2]
        case "funcdef":
            noise = node is parent.annotation
        # Decorators are caches and options of dataclasses; what is raised or put into an f-string is text for people.
        case "decorator" | "import_from" | "import_name" | "raise_stmt" | "fstring":
            noise = True
        case "if_stmt":
            noise = parent.children[1].get_code().strip() == "TYPE_CHECKING"
        case "argument":
            noise = parent.children[0].get_code().strip() in plan.keywords_left_out
        case "trailer" if parent.children[0].value == "(":
            noise = plan.calls_left_out.fullmatch(_callee(parent)) is not None
        case _:
            noise = False
    return noise


def _callee(trailer: Any) -> str:
    """The source of what a call's parentheses follow, without line breaks."""
    siblings = trailer.parent.children
    before = siblings[: next(n for n, one in enumerate(siblings) if one is trailer)]
    return "".join("".join(one.get_code(include_prefix=False).split()) for one in before)
