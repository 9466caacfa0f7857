"""Cases whose verdict depends on last digits, which differ between processors.

Processors round differently: a sum is taken in another order, a fused operation keeps digits that two separate ones
lose. So each case is run again on arguments moved by one or two units in the last place. Within the task's tolerance,
every function must return what it returned for the arguments as they are; otherwise a student with a different
processor could read a different verdict. Of a mistake found by machine (`grader.slips`) more is asked: it must return
the same even if NumPy's eigenvalues and solutions are moved, or else the check does without it.

What a case means by its numbers is kept: 0, whole numbers and all others that float32 holds stay as they are, and
numbers of equal size stay equal in size, so symmetry and ties survive.
"""

import contextlib
import math
from collections.abc import Callable, Iterator

import numpy as np

from checks.outcomes import DIGITS, RECOGNISABLE, call, same
from grader.solution import Task

_DRAWS = 4  # of moved arguments for each case
_SECONDS = 5  # for a call that other digits may keep from ending
_ALGEBRA = ("cond", "det", "eig", "eigh", "eigvals", "eigvalsh", "inv", "lstsq", "norm", "pinv", "solve", "svd")
_ROUNDING = 2 * np.finfo(float).eps  # of these, relative to the largest entry of a result


def fragile(task: Task, answer: Callable, data: dict) -> Iterator[str]:
    """A sentence for each function and case whose outcome, or verdict, changes with the arguments' last digits.

    data       the task in checks.json, made from the task and the answer
    """
    kept = [name in task.exact for name in data["parameters"]]
    for number, case in enumerate(data["cases"], 1):
        drawn = [moved(case["arguments"], kept, np.random.default_rng(draw)) for draw in range(_DRAWS)]
        for name, function, stored, least in [
            ("the answer", answer, case["answer"], DIGITS),
            *((f"the right function {f.__name__}", f, case["answer"], DIGITS) for f in task.right),
            *(
                (f"the mistake {f.__name__}", f, stored, RECOGNISABLE)
                for f, stored in zip(task.mistakes, case["mistakes"], strict=True)
            ),
        ]:
            right = same(case["answer"], stored, data)
            outcomes = [call(function, arguments, data["parameters"], seconds=None) for arguments in drawn]
            if not all(same(stored, o, data, least) and same(case["answer"], o, data) == right for o in outcomes):
                yield f"{task.name}: what {name} returns in case {number} depends on the last digits of its arguments."


def elsewhere(function: Callable, arguments: list, parameters: list[str], kept: list[bool]) -> Iterator[dict]:
    """Outcomes of a call, in the form of checks.outcomes, such as other processors might give at worst."""
    for draw in range(_DRAWS):
        rng = np.random.default_rng(draw)
        changed = moved(arguments, kept, rng)
        with _other_algebra(rng):
            outcome = call(function, changed, parameters, seconds=_SECONDS)
        yield outcome


@contextlib.contextmanager
def _other_algebra(rng: np.random.Generator):
    """While it lasts, np.linalg's results for matrices are moved by as much as libraries may differ, 0 as well."""
    originals = {name: getattr(np.linalg, name) for name in _ALGEBRA}

    def move(result):
        if isinstance(result, tuple):
            parts = [move(part) for part in result]
            return type(result)(*parts) if hasattr(result, "_fields") else tuple(parts)
        if not np.issubdtype(np.asarray(result).dtype, np.inexact) or not np.size(result):
            return result
        return result + _ROUNDING * np.max(np.abs(result)) * rng.uniform(-1, 1, np.shape(result))

    def other(original):
        def called(matrix, *args, **options):
            result = original(matrix, *args, **options)
            return move(result) if _is_worked_on(matrix) else result

        return called

    for name, original in originals.items():
        setattr(np.linalg, name, other(original))
    try:
        yield
    finally:
        for name, original in originals.items():
            setattr(np.linalg, name, original)


def moved(arguments: list, kept: list[bool], rng: np.random.Generator) -> list:
    """Arguments, in the form of checks.json, moved by 1 or 2 units in the last place; but not those to be kept."""
    sizes = {}  # the size of a number → where it has moved

    def move(data):
        if isinstance(data, list):
            return [move(item) for item in data]
        if isinstance(data, dict):
            return {key: move(item) for key, item in data.items()}
        if not isinstance(data, float) or _in_float32(data):
            return data
        size = abs(data)
        if size not in sizes:
            sizes[size] = size + int(rng.choice([-2, -1, 1, 2])) * math.ulp(size)
        return math.copysign(sizes[size], data)

    return [data if keep else move(data) for data, keep in zip(arguments, kept, strict=True)]


def _is_worked_on(matrix) -> bool:
    """Whether a library has sums to round: not for a diagonal matrix, nor for a vector's norm, so ties survive."""
    matrix = np.asarray(matrix)
    if matrix.ndim < 2 or matrix.shape[-1] != matrix.shape[-2]:
        return matrix.ndim > 1
    return bool(np.any(matrix * (1 - np.eye(matrix.shape[-1]))))


def _in_float32(number: float) -> bool:
    with np.errstate(over="ignore"):
        return float(np.float32(number)) == number
