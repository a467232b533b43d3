"""Mutation testing: which faults are made, where none is made, and that a fault is noticed and leaves no trace."""

from __future__ import annotations

import re
import sys
from dataclasses import replace

import pytest
from cosmic_ray.mutating import mutate_code

from config.mutation.mutants import Mutant, mutants_in, mutants_of
from config.mutation.operators import OWN
from config.mutation.plan import (
    ROOT,
    PlanError,
    direct_tests,
    equivalents_read,
    files_of,
    part_of,
    plan_read,
)
from config.mutation.reach import Reach
from config.mutation.running import FAILED, Fault, RunError, alone, run, run_tests
from config.mutation.trial import mutants_drawn

PLAN = plan_read()


def operators_at(source: str) -> set[str]:
    return {mutant.name for mutant in mutants_in(source, "routing/engine/none.py", PLAN)}


@pytest.mark.parametrize(
    ("operator", "example"),
    [(operator, example) for operator in OWN.values() for example in operator.examples()],
    ids=lambda value: getattr(value, "__name__", None) or value.pre_mutation_code,
)
def test_own_operator_makes_what_its_example_shows(operator, example) -> None:
    made = mutate_code(example.pre_mutation_code, operator(), example.occurrence)
    assert made == example.post_mutation_code


@pytest.mark.parametrize(
    ("source", "operator"),
    [
        ("LIMIT = 3", "NumberReplacer"),
        ("def f(x):\n    return x < y", "ReplaceComparisonOperator_Lt_LtE"),
        ("def f(x):\n    return x and y", "ReplaceAndWithOr"),
        ("def f(x):\n    return x * y", "ReplaceBinaryOperator_Mul_Div"),
        ("def f(x):\n    return [x for x in y if x in z]", "MembershipNegated"),
        ("cursor.execute(SQL, [15.0])", "NumberReplacer"),
        ("f(x, y)", "ArgumentsSwapped"),
        ("f(x, y=z)", "ArgumentLeftOut"),
        ("@atomic\ndef f(x):\n    return 1", "NumberReplacer"),
    ],
)
def test_constants_comparisons_logic_sums_and_arguments_are_mutated(source, operator) -> None:
    assert operator in operators_at(source)


@pytest.mark.parametrize(
    "source",
    [
        '"""A docstring."""',
        "QUERY = 'SELECT 1'",
        "__all__ = ['f']",
        "x: int | None",
        "def f(x: Literal[1] = y) -> Literal[2]: ...",
        "Key = str | None",
        "if TYPE_CHECKING:\n    import x",
        "logger.warning('%s of %s', 1, x, extra=y)",
        "pgettext('title', 'Report')",
        "raise ValueError('more than', 3)",
        "@dataclass(frozen=True, slots=True)\nclass X: ...",
        "f(x, strict=True)",
        "np.minimum(x, y)",
        "max(x, y)",
        "f'{x:.3f} of {y + 1}'",
    ],
)
def test_text_types_and_decorators_are_left_alone(source) -> None:
    assert operators_at(source) == set()


def test_sample_of_a_seed_is_always_the_same() -> None:
    mutants = mutants_of("routing/engine/ranking.py", PLAN)
    drawn = [mutants_drawn(mutants, count=5, seed=seed) for seed in (1, 1, 2)]
    assert drawn[0] == drawn[1] != drawn[2]
    assert len(drawn[0]) == 5
    assert all(mutant.compiles() for mutant in drawn[0])


def test_part_of_a_file_is_the_one_that_holds_it() -> None:
    assert part_of(PLAN, "routing/engine/ranking.py") == "routing/engine"
    for name in ("routing", "routing/engine/none.py", "config/urls.py"):
        with pytest.raises(PlanError):
            part_of(PLAN, name)


@pytest.mark.parametrize("part", PLAN.parts)
def test_part_has_files_and_tests(part) -> None:
    assert files_of(part)
    assert direct_tests(PLAN, part)


def test_pattern_without_a_test_file_is_refused() -> None:
    with pytest.raises(PlanError, match=r"test_none\.py"):
        direct_tests(
            replace(PLAN, parts={"routing/engine": ["tests/test_none.py"]}), "routing/engine"
        )


def test_equivalent_mutants_exist_and_have_a_reason() -> None:
    for listed in equivalents_read():
        lines = (ROOT / listed.path).read_text("utf-8").splitlines()
        made = {
            (one.changed("-"), one.changed("+"))
            for one in mutants_of(listed.path, PLAN)
            if lines[one.line - 1].strip() in listed.before
        }
        assert (listed.before, listed.after) in made, listed
        assert listed.reason


def test_mutant_that_no_operator_can_make_is_not_drawn() -> None:
    """Cosmic Ray's operator fails on a list of exceptions that another one is unpacked into."""
    path = "gis_core/loading/read/formats.py"
    made = [one for one in mutants_of(path, PLAN) if one.name == "ExceptionReplacer"]
    assert {one.compiles() for one in made} == {False, True}
    assert len(mutants_drawn(made, count=len(made), seed=1)) < len(made)


def mutant_at(lines: tuple[int, int], *, at_import: bool = False) -> Mutant:
    return Mutant("a.py", lines[0], lines, at_import, "", 0, OWN["MembershipNegated"]())


def test_tests_of_a_statement_come_before_those_of_its_file() -> None:
    reach = Reach(
        seconds={"slow.py::a": 9.0, "quick.py::b": 1.0, "quick.py::c": 0.5, "far.py::d": 0.1},
        database=frozenset(),
        lines={
            "a.py": {3: frozenset({"slow.py::a"}), 8: frozenset({"quick.py::b", "quick.py::c"})}
        },
    )
    assert reach.rounds(mutant_at((2, 4))) == [["slow.py::a"], ["quick.py::c", "quick.py::b"]]
    assert reach.rounds(mutant_at((3, 8))) == [["quick.py::c", "quick.py::b", "slow.py::a"]]
    assert reach.rounds(mutant_at((5, 5))) == []
    assert reach.rounds(mutant_at((5, 5), at_import=True)) == [
        ["quick.py::c", "quick.py::b", "slow.py::a"],
        ["far.py::d"],
    ]


def test_fault_is_in_the_loaded_module_and_not_in_its_file() -> None:
    """In a process of its own, because this one has the module already."""
    path = "routing/engine/ranking.py"
    source = (ROOT / path).read_text("utf-8")
    faulty, count = re.subn(r"(STEPS: Final) = .*", r"\1 = 7", source)
    assert count == 1

    def steps() -> int:
        for name in [name for name in sys.modules if name.startswith("routing.engine")]:
            del sys.modules[name]
        Fault(path, faulty).put_in()
        from routing.engine.ranking import STEPS

        return STEPS

    assert run(steps, seconds=60) == 7
    assert (ROOT / path).read_text("utf-8") == source


class Unloadable:
    """A pytest plugin: the program fails where pytest-django loads it, before any test runs."""

    def pytest_load_initial_conftests(self) -> None:
        raise ZeroDivisionError


def test_program_that_does_not_start_has_failed_its_tests() -> None:
    def start() -> int:
        return run_tests(["tests/config/test_mutation.py"], database=None, plugins=[Unloadable()])

    assert run(start, seconds=60) == FAILED


def test_run_that_takes_too_long_is_ended() -> None:
    def forever() -> int:
        while True:
            pass

    assert run(forever, seconds=0.2) is None


def test_later_tests_are_those_that_are_quick_together() -> None:
    seconds = {"a.py::a": 1.0, "b.py::b": 3.0, "c.py::c": 5.0, "d.py::d": 20.0}
    reach = Reach(
        seconds=seconds,
        database=frozenset(),
        lines={
            "a.py": {3: frozenset({"d.py::d"}), 9: frozenset({"a.py::a", "b.py::b", "c.py::c"})}
        },
    )
    assert reach.rounds(mutant_at((3, 3))) == [["d.py::d"], ["a.py::a", "b.py::b", "c.py::c"]]
    slower = replace(reach, seconds=seconds | {"b.py::b": 4.0})
    assert slower.rounds(mutant_at((3, 3))) == [["d.py::d"], ["a.py::a", "b.py::b"]]
    all_slow = replace(reach, seconds=dict.fromkeys(seconds, 40.0))
    assert all_slow.rounds(mutant_at((3, 3))) == [["d.py::d"]]
    first = [["a.py::a", "b.py::b", "c.py::c", "d.py::d"]]
    assert reach.rounds(mutant_at((3, 9))) == first
    slow = replace(reach, seconds=seconds | {"d.py::d": 21.0})
    assert slow.rounds(mutant_at((3, 9))) == [first[0][:-1]]


def test_second_run_in_a_checkout_is_refused(tmp_path) -> None:
    lock = tmp_path / "lock"
    with alone(lock), pytest.raises(RunError, match="another run"), alone(lock):
        pass
    with alone(lock):
        pass
