"""Mistakes found by machine: each is rejected or shown equal, and what a student is told of it is true of it."""

from collections import Counter
from pathlib import Path

import pytest

import checks
from checks.findings import Kind
from checks.outcomes import same
from grader import mutants, release, slips
from grader.slips import End
from grader.solution import read

ROOT = Path(__file__).parents[1]
NAMES = release.names(ROOT)
pytestmark = pytest.mark.slow

A_FEW, MANY = 10, 1000  # generated inputs on which a mutant that is called equal must be equal
MORE_THAN_DIFFERS = 0.9  # of the rejected: how many must be told more than that a value differs


def of(source, **namespace):
    """Mutants of a function, as slip → the bodies that it gives."""
    found = {}
    for one in mutants.mutants(source, namespace, {"a": "number", "b": "number"}):
        found.setdefault(one.slip, []).append(" ".join(one.source.split("\n    ")[1:]))
    return found


def test_operators_change_one_place_each():
    found = of("def f(a, b):\n    'Said.'\n    return (a + b) * a ** 2")
    assert found["a wrong sign"] == ["return (a - b) * a ** 2"]
    assert found[mutants.BRACKETS] == ["return a + b * a ** 2"]
    assert found["a product in place of a power"] == ["return (a + b) * (a * 2)"]
    assert found["a missing exponent"] == ["return (a + b) * a"]
    assert found["a missing term `b`"] == ["return a * a ** 2"]
    assert found["a missing factor"] == ["return a + b", "return a ** 2"]
    assert found["a factor that comes in twice"] == [
        "return (a + b) * a ** 2 * (a + b)",
        "return (a + b) * a ** 2 * a ** 2",
    ]
    assert sorted(found["`b` where another variable belongs"]) == [
        "return (a + b) * b ** 2",
        "return (b + b) * a ** 2",
    ]


def test_what_is_missing_is_named_as_a_student_may_have_left_it_out():
    assert of("def f(a, b):\n    return a * a")["a missing exponent or factor"] == ["return a"]
    assert of("def f(a, b):\n    return a ** 0.5")["a missing square root"] == ["return a"]
    assert of("def f(a, b):\n    return a / b")["a missing division by `b`"] == ["return a"]
    assert of("def f(a, b):\n    return 3 * (1 - b * 2)")["a missing term, factor or division"] == ["return 3 * 1"]
    assert of("def f(a, b):\n    return 2 ** (a - 7)")["a missing term, factor or division"] == [
        "return 2 ** a",
        "return 2 ** (-7)",
    ]
    assert of("def f(a, b):\n    return a / 7")["a missing division"] == ["return a"]


def test_of_a_difference_the_second_part_may_be_left_with_its_minus_or_without():
    found = of("def f(a, b):\n    return 1 - a ** b")
    assert "return -a ** b" in found["a missing term"]
    assert found["a difference of which only the second part is left"] == ["return a ** b"]


def test_only_one_factor_is_missing_at_a_time():
    found = of("def f(a, b):\n    return 3 * a * b")
    assert found["a missing factor"] == ["return a * b"]
    assert found["a missing factor `a`"] == ["return 3 * b"]
    assert found["a missing factor `b`"] == ["return 3 * a"]


def test_a_factor_may_come_in_twice_unless_it_is_a_constant():
    assert of("def f(a, b):\n    return 3 * (a + 2)")["a factor that comes in twice"] == [
        "return 3 * (a + 2) * (a + 2)"
    ]
    assert of("def f(a, b):\n    return a / b")["a division that is done twice"] == ["return a / b / b"]


def test_brackets_that_do_not_matter_are_no_slip():
    assert mutants.BRACKETS not in of("def f(a, b):\n    return (a * b) + (a + b)")
    assert of("def f(a, b):\n    return a / (a * b)")[mutants.BRACKETS] == ["return a / a * b"]


def test_operators_on_lines():
    found = of(
        "def f(a, b):\n    x = a\n    for k in range(b):\n        x = x - a * k\n    return x, b",
    )
    assert (
        "x = a for k in range(b):     x -= a * k return (x, b)"
        in found["an array changed in place where a new one is needed"]
    )
    assert (
        "x = a for k in range(b):     x = x - a * k     return (x, b)"
        in found["a `return` inside the loop, which ends it in its first turn"]
    )
    assert found["only some of the results"] == [
        "x = a for k in range(b):     x = x - a * k return x",
        "x = a for k in range(b):     x = x - a * k return b",
    ]
    assert "x = a for k in range(0 + 1, b):     x = x - a * k return (x, b)" in found[mutants.COUNT]
    found = of("def f(a, b):\n    x, y, z = g(a)\n    return x")
    assert found["results of a call in the wrong order"] == ["y, x, z = g(a) return x", "x, z, y = g(a) return x"]


def test_a_mutant_runs_beside_what_its_function_calls():
    (one,) = [m for m in mutants.mutants("def f(a):\n    return g(a) + 1", {"g": abs}) if m.slip == "a wrong sign"]
    assert one.function(-3) == 2


def test_a_sentence_names_every_slip_of_its_class_and_none_twice():
    assert mutants.sentence(["a wrong sign", "a missing exponent", "a wrong sign"]) == (
        "A correct function with one slip gives exactly these results: a missing exponent, or a wrong sign. Your code "
        "may look different and do the same."
    )


def test_written_mistakes_that_a_check_could_do_without_are_listed_with_what_is_said_then():
    solution = read(ROOT / "solutions" / "01_update_rule")
    listed = {mistake.__name__: finding for mistake, finding in slips.covered(solution, solution.tasks[0])}
    assert "a missing factor `lr`" in listed["without_rate"].sentence
    assert "own_rate" not in listed and "always_smaller" not in listed


def stored(exercise):
    return checks.read(ROOT / "exercises" / exercise / "checks.json")


def classes_as_stored(task, part, found):
    """The classes to be stored, without asking of those that are stored whether they are steady, which takes long."""
    for alike in slips.grouped([one for one in found if one.end is End.SLIP], part):
        if is_stored(alike, part) or slips.steady(alike[0], task, part):
            yield alike


def is_stored(alike, part):
    """Whether the checks hold a class, with its sentence and its outcomes."""
    said = mutants.sentence(one.mutant.slip for one in alike)
    return any(
        said == sentence
        and all(
            same(case["slips"][k], mine, part) for case, mine in zip(part["cases"], alike[0].outcomes, strict=False)
        )
        for k, sentence in enumerate(part["slips"])
    )


def hold(exercise, inputs, classes):
    """The promises about every mutant of every answer and of every right function of an exercise."""
    solution, data, kinds = read(ROOT / "solutions" / exercise), stored(exercise), Counter()
    for task in solution.tasks:
        part = data["tasks"][task.name]
        found = list(slips.judged(solution, task, part, inputs))
        for one in found:
            assert one.end is not End.UNSEEN, f"{task.name}: {one.mutant.slip}\n{one.mutant.source}"
            if one.end is not End.EQUAL:
                kinds[one.finding.kind] += 1
            if one.finding and one.finding.kind is Kind.SLIP:
                assert one.mutant.slip in one.finding.sentence, f"{task.name}: {one.mutant.source}"
        fresh = [mutants.sentence(one.mutant.slip for one in alike) for alike in classes(task, part, found)]
        assert fresh == part["slips"], f"{task.name}: run `make exercises`"
    assert kinds[Kind.VALUE] <= (1 - MORE_THAN_DIFFERS) * kinds.total(), kinds
    return kinds


@pytest.mark.slow
@pytest.mark.parametrize("exercise", NAMES)
def test_each_mutant_is_equal_or_rejected_with_a_sentence_that_is_true_of_it(exercise):
    assert hold(exercise, A_FEW, classes_as_stored).total() > 0


@pytest.mark.long
@pytest.mark.parametrize("exercise", NAMES)
def test_a_mutant_called_equal_is_equal_on_a_thousand_inputs(exercise):
    hold(exercise, MANY, slips.classes)
