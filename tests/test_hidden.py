"""Hidden cases tell a function from a table: looking the nearest visible case up fails on every task there is."""

import numpy as np
import pytest

from checks.outcomes import decode
from classroom import ROOT
from grader import hidden, release, solution, verdicts
from grader.solution import VISIBLE, make_task

MODEL = "01_update_rule"


def leaves(value):
    """What a value holds, however deep: arrays, numbers, strings, functions."""
    if isinstance(value, (list, dict)):
        return [leaf for part in (value.values() if isinstance(value, dict) else value) for leaf in leaves(part)]
    return [value]


def numbers(arguments):
    """All numbers in a case's arguments, flat; a string or function counts as its own."""
    found = []
    for part in leaves([decode(argument) for argument in arguments]):
        is_number = isinstance(part, (bool, int, float, np.ndarray))
        found += np.ravel(np.asarray(part, float)).tolist() if is_number else [float(hash(str(part)) % 1000)]
    return np.clip(np.nan_to_num(found), -1e100, 1e100)  # so that infinity, too, has a distance


def shapes(arguments):
    return [np.shape(part) for part in leaves([decode(argument) for argument in arguments])]


def traces(arguments):
    """The sum of what is on the diagonal of all matrices in a case's arguments."""
    parts = leaves([decode(argument) for argument in arguments])
    return sum(np.trace(part) for part in parts if isinstance(part, np.ndarray) and part.ndim == 2)


def nearest(shown, arguments, measure):
    mine = numbers(arguments)
    alike = [case for case in shown if numbers(case["arguments"]).size == mine.size] or shown

    def distance(case):
        other = numbers(case["arguments"])
        return measure(mine, other) if other.size == mine.size else abs(other.size - mine.size)

    return min(alike, key=distance)


# What a student could do with the visible cases alone: (them, arguments, how many calls there were before) → a case.
TABLES = {
    "by order": lambda shown, arguments, k: shown[k % len(shown)],
    "by order, from the end": lambda shown, arguments, k: shown[-1 - k % len(shown)],
    "by shape": lambda shown, arguments, k: next(
        (case for case in shown if shapes(case["arguments"]) == shapes(arguments)), shown[0]
    ),
    "by shape, the last": lambda shown, arguments, k: next(
        (case for case in shown[::-1] if shapes(case["arguments"]) == shapes(arguments)), shown[0]
    ),
    "by distance": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: np.abs(x - y).sum()),
    "by largest difference": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: np.abs(x - y).max()),
    "by direction": lambda shown, arguments, k: nearest(
        shown, arguments, lambda x, y: -(x @ y) / (np.linalg.norm(x) * np.linalg.norm(y) or 1)
    ),
    "by signs": lambda shown, arguments, k: nearest(
        shown, arguments, lambda x, y: np.count_nonzero(np.sign(x) != np.sign(y))
    ),
    "by rank": lambda shown, arguments, k: nearest(
        shown, arguments, lambda x, y: np.abs(np.argsort(x) - np.argsort(y)).sum()
    ),
    "by sum": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: abs(x.sum() - y.sum())),
    "by least": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: abs(x.min() - y.min())),
    "by largest": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: abs(x.max() - y.max())),
    "by size": lambda shown, arguments, k: nearest(
        shown, arguments, lambda x, y: abs(np.abs(x).max() - np.abs(y).max())
    ),
    "by size, all numbers together": lambda shown, arguments, k: nearest(
        shown, arguments, lambda x, y: abs(np.abs(x).sum() - np.abs(y).sum())
    ),
    "by trace": lambda shown, arguments, k: min(
        (case for case in shown if shapes(case["arguments"]) == shapes(arguments)),
        key=lambda case: abs(traces(case["arguments"]) - traces(arguments)),
        default=shown[0],
    ),
    "by spread": lambda shown, arguments, k: nearest(shown, arguments, lambda x, y: abs(np.ptp(x) - np.ptp(y))),
    "by sum, of any shape": lambda shown, arguments, k: min(
        shown, key=lambda case: abs(numbers(case["arguments"]).sum() - numbers(arguments).sum())
    ),
    "always the first": lambda shown, arguments, k: shown[0],
    "always the last": lambda shown, arguments, k: shown[-1],
}


def passed_by(solved, task, secret):
    """The tables that get full points for a task."""
    bare = task._replace(mistakes=())
    visible = make_task(bare, solved.answers[task.name], VISIBLE)
    shown = visible["cases"]
    unseen = hidden.draw(task, solved, secret)
    right = [case["answer"] for case in [*shown, shown[0]]]  # each of them knows the visible cases by heart
    found = []
    for name, table in TABLES.items():
        looked_up = [table(shown, case["arguments"], k)["answer"] for k, case in enumerate(unseen["cases"])]
        if verdicts.verdict(task.name, visible, unseen, [*right, *looked_up], "").kind == verdicts.DONE:
            found.append(name)
    assert verdicts.verdict(task.name, visible, unseen, [*right, *(c["answer"] for c in unseen["cases"])], "").kind == (
        verdicts.DONE
    )
    return found


@pytest.mark.slow
@pytest.mark.parametrize("name", release.names(ROOT))
def test_no_table_of_the_visible_cases_passes_a_task(name):
    solved = solution.read(ROOT / "solutions" / name)
    found = {task.name: passed_by(solved, task, f"secret of {name}") for task in solved.tasks}
    assert not any(found.values()), found


@pytest.mark.parametrize(
    ("name", "task"),
    [
        (MODEL, "stationary_point"),
        ("08_side_by_side", "largest_difference"),
        ("12_train_a_classifier", "balanced_accuracy"),
    ],
)
def test_tasks_of_few_results_cannot_be_looked_up_whatever_the_secret(name, task):
    solved = solution.read(ROOT / "solutions" / name)
    (task,) = (one for one in solved.tasks if one.name == task)
    assert {k: found for k in range(10) if (found := passed_by(solved, task, f"secret {k}"))} == {}


@pytest.mark.long
def test_a_task_of_few_results_is_drawn_with_every_secret():
    solved = solution.read(ROOT / "solutions" / MODEL)
    (task,) = (one for one in solved.tasks if one.name == "stationary_point")
    assert all(hidden.draw(task, solved, f"secret{k}")["cases"] for k in range(100))


def test_the_secret_decides_the_order_of_the_cases():
    solved = solution.read(ROOT / "solutions" / MODEL)
    task = next(one for one in solved.tasks if one.name == "step")
    dimensions = [
        [case["arguments"][0]["shape"] for case in hidden.draw(task, solved, f"secret {k}")["cases"]] for k in range(4)
    ]
    assert hidden.draw(task, solved, "secret 0") == hidden.draw(task, solved, "secret 0")
    assert len({str(one) for one in dimensions}) == 4


def test_a_task_that_every_draw_leaves_to_a_table_is_refused():
    def cases(rng):
        yield (1.0,)
        yield (float(rng.integers(2, 10**9)),)

    constant = solution.Task("f", cases, (), (lambda x: 7.0,))
    model = solution.Solution(ROOT, None, (constant,), {"f": lambda x: 7.0})
    with pytest.raises(RuntimeError, match=r"a table of the visible ones is right on nearly all of f\.$"):
        hidden.draw(constant, model, "secret")


def test_a_task_whose_right_answers_disagree_on_a_draw_is_drawn_again():
    """The first draw of hidden cases has one on which a right function is off; a case that is visible is left out."""

    def cases(rng):
        draws.append(rng)
        yield (float(len(draws)),)
        yield (-1.0,)

    draws = []  # of the visible cases, then of hidden ones
    one = solution.Task("f", cases, (), (lambda x: x if x != 2 else 7.0,))
    model = solution.Solution(ROOT, None, (one,), {"f": lambda x: x})
    drawn = [case["arguments"] for case in hidden.draw(one, model, "secret")["cases"]]
    assert sorted(drawn) == [[3.0], [4.0], [5.0]]  # as many as a table of the visible ones is to fail on
    never = one._replace(right=(lambda x: x + 1,))
    with pytest.raises(RuntimeError, match="in 200 draws of cases the right functions of f never all passed"):
        hidden.draw(never, model, "secret")


def test_seeds_are_of_the_secret_the_task_and_the_draw_and_stay():
    assert hidden.seed_of("a", "step", 0) == hidden.seed_of("a", "step", 0)
    parts = [("a", "step", 0), ("b", "step", 0), ("a", "descend", 0), ("a", "step", 1), ("a", "step", 10)]
    assert len({hidden.seed_of(*part) for part in parts}) == len(parts)
