"""Checks that say what went wrong: `check = checks.load("checks.json")`, then `check(step)` after each task.

A check is data. checks.json holds, for each task, the arguments of some cases and what the answer, and each known
mistake, makes of them. `call` runs a function on one case and gives its outcome as plain data; `examine` compares
outcomes with checks.json and says what it found, without the function at hand.

    value     None, True, 2, 0.5, "text", {"float": "NaN"}, {"array": [flat], "shape": [2, 3], "dtype": "float64"},
              {"list": [values]}, {"dict": {key: value}}, {"function": "rosenbrock.gradient"} of helpers.functions
    outcome   {"value": value}, or {"raised": {"type", "message", "line"}}; and where there is something to say
              "changed": names of the arguments that were changed, "printed": true
"""

import contextlib
import inspect
import io
import json
import math
import signal
import threading
import traceback
import warnings
from _thread import interrupt_main
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import numpy as np

from helpers import functions

FORMAT = 1  # of checks.json; raised when older helpers could not read a newer file
SECONDS = 10.0  # a call that takes longer is ended: no task of the course needs one second
_DEEPEST = 6  # lists in lists; what goes deeper, or holds itself, is no result of any task


class _Sentence(Exception):
    """An error that a notebook shows as its sentence alone, without the way there."""

    def _render_traceback_(self):
        return [str(self)]


class CheckFailed(_Sentence, AssertionError):
    """A function does not do its task yet; the message says what was seen."""


class CheckError(_Sentence, ValueError):
    """A check could not be made: checks.json cannot be used, or `check` was called with something else."""


class Finding(NamedTuple):
    """What is wrong: a sentence that holds no expected value, and the number of the case that shows it."""

    sentence: str
    case: int


def load(path="checks.json") -> Callable[[Callable], None]:
    """Read a checks.json; the result is called with a function to check it.

    check(function) finds the task by the function's name, prints one line if every case comes out right, and raises
    CheckFailed with what it found if not. Raises CheckError where the file is missing, damaged or of another exercise.
    """
    exercise = read(Path(path))

    def check(function):
        """Run the function on its task's cases; print that they passed, or raise CheckFailed."""
        name = _name_of(function, exercise)
        task = exercise["tasks"][name]
        outcomes = run(function, task)
        finding = examine(task, outcomes)
        if finding:
            raise CheckFailed(f"{name}: {finding.sentence}{_example(name, task, finding.case, outcomes)}")
        print(f"{name}: visible checks passed ({len(task['cases'])} cases)")

    return check


def run(function: Callable, task: dict, seconds: float | None = SECONDS) -> list[dict]:
    """The outcomes of the task's cases in order, then the first case's once more. Ends early at the time limit."""
    outcomes = []
    for case in [*task["cases"], task["cases"][0]]:
        outcomes.append(call(function, case["arguments"], task["parameters"], seconds))
        if _raised(outcomes[-1]) == TimeLimit.__name__:
            break
    return outcomes


def call(function: Callable, arguments: list, parameters: list[str], seconds: float | None = SECONDS) -> dict:
    """One call as an outcome: plain data.

    arguments    values as in checks.json; the function gets them fresh
    parameters   their names
    seconds      a Python loop is ended after so long; None for no limit
    """
    passed = [decode(argument) for argument in arguments]
    printed = io.StringIO()
    outcome = {}
    try:
        with warnings.catch_warnings(), np.errstate(all="ignore"), contextlib.redirect_stdout(printed):
            warnings.simplefilter("ignore")
            outcome["value"] = encode(_limited(lambda: function(*passed), seconds))
    except KeyboardInterrupt:  # the student's own: Kernel, Interrupt
        raise
    except BaseException as error:
        outcome["raised"] = {"type": type(error).__name__, "message": str(error), "line": _line(error, function)}
    if changed := [n for n, a, p in zip(parameters, arguments, passed, strict=True) if encode(p) != a]:
        outcome["changed"] = changed
    if printed.getvalue().strip():
        outcome["printed"] = True
    return outcome


def examine(task: dict, outcomes: list[dict]) -> Finding | None:
    """What is wrong with the outcomes of the task's cases, the first that applies; None where all came out right.

    outcomes   one for each case, in order; then, if there, the first case's once more (as `run` gives them)
    """
    wrong = [
        i for i, (case, outcome) in enumerate(zip(task["cases"], outcomes, strict=False))
        if not same(case["answer"], outcome, task)
    ]  # fmt: skip
    if not wrong and not _unsteady(task, outcomes, wrong):
        return None
    for look in (_not_done, _known_mistake, _stopped, _unsteady, _changed):
        if finding := look(task, outcomes, wrong):
            return finding
    return _wrong_value(task, outcomes, wrong)


def same(expected: dict, outcome: dict, task: dict) -> bool:
    """Whether two outcomes are one and the same: kind of error, changed arguments, value within the tolerance."""
    if _raised(expected) or _raised(outcome):
        return _raised(expected) == _raised(outcome)
    return expected.get("changed") == outcome.get("changed") and _close(
        decode(expected["value"]), decode(outcome["value"]), task
    )


# ---- values as plain data


class _Foreign(NamedTuple):
    """A value that is no result of any task: a tensor, or whatever else."""

    kind: str
    tensor: bool = False


def encode(value, depth: int = 0):
    """A value as it stands in checks.json. What is no array, number, text, list or dict keeps its type's name only."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < 2**63 else {"other": "number beyond 64 bits"}
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": _word(float(value))}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        numbers = value.ravel().tolist()
        if value.dtype.kind == "f":
            numbers = [x if math.isfinite(x) else _word(x) for x in numbers]
        return {"array": numbers, "shape": list(value.shape), "dtype": value.dtype.name}
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return {"list": [encode(item, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < _DEEPEST:
        return {"dict": {str(key): encode(item, depth + 1) for key, item in value.items()}}
    if callable(value) and (name := _function_name(value)):
        return {"function": name}
    library = type(value).__module__.partition(".")[0]
    if library in ("tensorflow", "keras", "torch"):
        return {"tensor": "PyTorch" if library == "torch" else "TensorFlow"}
    if isinstance(value, np.ndarray):
        return {"other": f"{value.dtype} array"}
    return {"other": type(value).__name__}


def decode(data):
    """The value behind its plain data; arrays are new ones."""
    if not isinstance(data, dict):
        return data
    if "float" in data:
        return float(data["float"])
    if "array" in data:
        numbers = [float(x) if isinstance(x, str) else x for x in data["array"]]
        return np.array(numbers, dtype=data["dtype"]).reshape(data["shape"])
    if "list" in data:
        return [decode(item) for item in data["list"]]
    if "dict" in data:
        return {key: decode(item) for key, item in data["dict"].items()}
    if "function" in data:
        name, _, part = data["function"].partition(".")
        function = getattr(functions, name)
        return getattr(function, part) if part else function
    if "tensor" in data:
        return _Foreign(data["tensor"], tensor=True)
    return _Foreign(data["other"])


def _word(x: float) -> str:
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


def _function_name(value) -> str | None:
    """The name of a cost of helpers.functions, or of its value, gradient or Hessian: "rosenbrock.gradient"."""
    for name, cost in vars(functions).items():
        if isinstance(cost, functions.Function):
            if value is cost:
                return name
            for part in ("value", "gradient", "hessian"):
                if value is getattr(cost, part):
                    return f"{name}.{part}"
    return None


def _raised(outcome: dict) -> str | None:
    return outcome["raised"]["type"] if "raised" in outcome else None


def _close(expected, got, task: dict) -> bool:
    """Whether two decoded values are the same within the task's tolerance; a list may stand for an array and back."""
    if isinstance(expected, list):
        items = _items(got)
        return items is not None and len(items) == len(expected) and all(map(_close_in(task), expected, items))
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(_close(expected[key], got[key], task) for key in expected)
        )
    if isinstance(expected, str) or expected is None:
        return type(got) is type(expected) and got == expected
    if (numbers := _numbers(got)) is None:
        return False
    return numbers.shape == np.shape(expected) and np.allclose(
        numbers, expected, rtol=task["relative"], atol=task["absolute"], equal_nan=True
    )


def _close_in(task: dict) -> Callable:
    return lambda expected, got: _close(expected, got, task)


def _items(value) -> list | None:
    """The entries of a list or along an array's first axis; None where there are none."""
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, np.ndarray) and value.ndim else None


def _numbers(value) -> np.ndarray | None:
    """A number, an array or a list of them as one array; None for anything else."""
    if isinstance(value, (str, dict, _Foreign)) or value is None:
        return None
    if isinstance(value, list):
        parts = [_numbers(item) for item in value]
        if any(part is None for part in parts) or len({part.shape for part in parts}) > 1:
            return None
        return np.array(parts)
    return np.asarray(value)


# ---- findings that do not look at values; each (task, outcomes, wrong) → Finding or None


def _not_done(task, outcomes, wrong):
    for i, outcome in enumerate(outcomes):
        if _raised(outcome) == "NotImplementedError":
            return Finding(
                "not done yet. Write it in the cell above, in place of `raise NotImplementedError()`, "
                "run that cell, then run this one again.",
                i,
            )
    return None


def _known_mistake(task, outcomes, wrong):
    if len(outcomes) < len(task["cases"]):
        return None
    for k, sentence in enumerate(task["mistakes"]):
        if wrong and all(
            same(case["mistakes"][k], outcome, task) for case, outcome in zip(task["cases"], outcomes, strict=False)
        ):
            return Finding(sentence, wrong[0])
    return None


def _stopped(task, outcomes, wrong):
    for i, outcome in enumerate(outcomes):
        if _raised(outcome) == TimeLimit.__name__:
            return Finding(
                f"no answer within {SECONDS:.0f} seconds. Look for a loop whose condition never becomes false.", i
            )
        if error := outcome.get("raised"):
            where = f", in the line `{error['line']}`" if error["line"] else ""
            return Finding(f"stopped with {error['type']}: {error['message'].rstrip('.')}{where}.", i)
    return None


def _unsteady(task, outcomes, wrong):
    if len(outcomes) <= len(task["cases"]) or outcomes[0] == outcomes[-1] or same(outcomes[0], outcomes[-1], task):
        return None
    return Finding(
        "called twice with the same arguments it gave two answers. It must depend on its arguments alone: look for a "
        "random number, a list or array outside the function that it changes, or a default argument that grows.",
        0,
    )


def _changed(task, outcomes, wrong):
    for i, outcome in enumerate(outcomes):
        if names := outcome.get("changed"):
            return Finding(
                f"changes its argument {' and '.join(names)}, which the caller still needs. `{names[0]} -= …` and "
                f"`{names[0]}[i] = …` write into the caller's array: work on `{names[0]}.copy()`.",
                i,
            )
    return None


# ---- findings about values


class _Part(NamedTuple):
    """One number, array or text of a result that may hold several."""

    where: str  # "" for the whole result, "result 2 of 3 " otherwise
    expected: object
    got: object


def _wrong_value(task, outcomes, wrong) -> Finding:
    """The first part of the first wrong case that is wrong, and what can be said of it."""
    first = next((i for i in wrong if _shapes_differ(task, outcomes, i)), wrong[0])
    place, part = next(
        (k, part)
        for k, part in enumerate(_parts(task, outcomes, first))
        if not _close(part.expected, part.got, task)
    )  # fmt: skip
    if "value" in outcomes[first] and outcomes[first]["value"] is None and outcomes[first].get("printed"):
        return Finding("prints its result instead of returning it. The last line should be `return …`.", first)
    alike = []  # the same part in every case
    for i in range(len(task["cases"])):
        parts = _parts(task, outcomes, i)
        if place < len(parts):
            alike.append((i, parts[place]))
    sentence = (
        _kind(part)
        or _shape(part, task)
        or _not_finite(part)
        or _lost_digits(part)
        or _transposed(part, task)
        or _factor(alike, task)
        or f"{part.where or 'the result '}is another value than expected."
    )
    return Finding(sentence, first)


def _shapes_differ(task, outcomes, i) -> bool:
    """Whether a part has another shape, in a case with more than one entry: of one, (1, 1) could come by many ways."""
    return any(
        isinstance(e, np.ndarray) and e.size > 1 and (numbers := _numbers(g)) is not None and numbers.shape != e.shape
        for _, e, g in _parts(task, outcomes, i)
    )


def _parts(task, outcomes, i) -> list[_Part]:
    return list(_walk("", decode(task["cases"][i]["answer"]["value"]), decode(outcomes[i]["value"])))


def _walk(where, expected, got):
    """The parts of a result, in order; a list or dict that does not fit stays one part."""
    if isinstance(expected, list):
        items = _items(got)
        if items is not None and len(items) == len(expected):
            for k, (e, g) in enumerate(zip(expected, items, strict=True), 1):
                yield from _walk(f"result {k} of {len(expected)} ", e, g)
            return
    if isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield from _walk(f'result "{key}" ', expected[key], got[key])
        return
    yield _Part(where, expected, got)


def _kind(part: _Part) -> str | None:
    """None, a tensor, a text for a number and the like."""
    where, expected, got = part
    subject = where or "the result "
    if got is None:
        return f"{subject}is None. Does every way through the function end in `return …`?"
    if isinstance(got, _Foreign):
        if got.tensor:
            way = "`.detach().numpy()`" if got.kind == "PyTorch" else "`.numpy()`"
            return f"{subject}is a {got.kind} tensor. A NumPy array is wanted: end with {way}."
        return f"{subject}is a `{got.kind}`, but {_describe(expected)} is wanted."
    if isinstance(expected, list):
        items = _items(got)
        if items is None:
            return f"{subject}is {_describe(got)}, but {_describe(expected)} are wanted."
        few = "few" if len(items) < len(expected) else "many"
        count = "one" if abs(len(items) - len(expected)) == 1 else str(abs(len(items) - len(expected)))
        return f"{subject}has {len(items)} entries where {len(expected)} are wanted: {count} too {few}."
    if isinstance(expected, dict):
        return f"{subject}must be a dict with the keys {', '.join(map(repr, expected))}."
    if isinstance(expected, str):
        if not isinstance(got, str):
            return f"{subject}is {_describe(got)}, but a text is wanted."
        if got.strip().lower() == expected.lower():
            return f"{subject}is spelt another way than the statement spells it."
        return None
    if _numbers(got) is None:
        return f"{subject}is {_describe(got)}, but {_describe(expected)} is wanted."
    return None


def _shape(part: _Part, task) -> str | None:
    """Another shape, and the usual reasons for it."""
    if isinstance(part.expected, str):
        return None
    subject = part.where or "the result "
    expected, got = np.asarray(part.expected), _numbers(part.got)
    wanted, has = expected.shape, got.shape
    if wanted == has:
        return None
    if has == wanted[::-1] and _close(part.expected, got.T, task):
        return f"{subject}is transposed: rows and columns have changed places."
    said = f"{subject}has shape {has}, but {wanted} is wanted" if wanted and has else None
    if said is None:
        return f"{subject}is {_describe(part.got)}, but {_describe(part.expected)} is wanted."
    if len(wanted) == 1 and has == (*wanted, 1):
        return f"{said}: `.ravel()` makes one row of numbers of a column."
    if len(wanted) == 1 and has == wanted * 2:
        return f"{said}. An array of shape (n,) and one of shape (n, 1) combine to (n, n): give both one shape first."
    if len(wanted) == len(has) and wanted[1:] == has[1:] and abs(wanted[0] - has[0]) == 1:
        return f"{said}: {_off_by_one(part.expected, got, task)}."
    return f"{said}."


def _off_by_one(expected, got, task) -> str:
    if len(got) < len(expected):
        if _close(expected[1:], got, task):
            return "the first entry is missing"
        return "the last entry is missing" if _close(expected[:-1], got, task) else "one entry too few"
    if _close(expected, got[:-1], task):
        return "there is one entry too many at the end"
    return "there is one entry too many at the start" if _close(expected, got[1:], task) else "one entry too many"


def _not_finite(part: _Part) -> str | None:
    if isinstance(part.expected, str):
        return None
    subject = part.where or "the result "
    got, fine = _numbers(part.got), np.isfinite(part.expected)
    if np.any(np.isnan(got) & fine):
        return f"{subject}holds NaN, which comes from 0/0, ∞ − ∞, or the root or logarithm of a negative number."
    if np.any(np.isinf(got) & fine):
        return f"{subject}holds infinity: a number divided by 0, or grown beyond the largest float."
    return None


def _lost_digits(part: _Part) -> str | None:
    """Whole numbers, rounded numbers or float32 where the digits behind them are needed."""
    if isinstance(part.expected, str):
        return None
    subject = part.where or "the result "
    expected, got = np.asarray(part.expected), _numbers(part.got)
    whole = got.dtype.kind in "iu" or bool(np.all(got == np.trunc(got)))
    cut = got.dtype.kind in "iu" or np.allclose(got, np.trunc(expected)) or np.allclose(got, np.floor(expected))
    if np.any(got) and whole and cut and np.any(expected != np.trunc(expected)):
        return (
            f"{subject}holds whole numbers only: the digits behind the point are lost. An array of whole numbers "
            "cuts what is written into it; `//` and `int(…)` cut too."
        )
    if got.dtype.kind == "f" and np.allclose(got, expected, rtol=10 * np.finfo(got.dtype).eps, atol=0):
        return f"{subject}is right as far as {got.dtype} goes, which has too few digits: compute in float64."
    for digits in range(1, 7):
        if np.any(got) and np.allclose(got, np.round(expected, digits), rtol=1e-12, atol=0):
            return f"{subject}is rounded to {digits} digits behind the point. Return it unrounded."
    return None


def _transposed(part: _Part, task) -> str | None:
    if np.ndim(part.expected) == 2 and _close(part.expected, _numbers(part.got).T, task):
        return f"{part.where or 'the result '}is transposed: rows and columns have changed places."
    return None


def _factor(alike: list[tuple[int, _Part]], task) -> str | None:
    """One factor between result and expected value in every case: −1, 2, ½, the length of an argument, any other."""
    factors, lengths = [], []
    for i, (_, expected, got) in alike:
        expected, got = _numbers(expected), _numbers(got)
        if expected is None or got is None or expected.shape != got.shape or expected.dtype.kind not in "iuf":
            return None
        size = float(np.sum(expected.astype(float) ** 2))
        factor = float(np.sum(expected * got.astype(float))) / size if size else 0.0
        if not np.allclose(got, factor * expected, rtol=max(task["relative"], 1e-9), atol=task["absolute"]):
            return None
        if size:
            factors.append(factor)
            lengths.append(_lengths(task, i))
    if len(factors) < 2:
        return None
    subject = alike[0][1].where or "the result "
    for name in lengths[0]:
        n = np.array([length.get(name, 0) for length in lengths], dtype=float)
        if np.all(n > 0) and len(set(n)) > 1:
            if np.allclose(factors, n):
                return f"{subject}is n times too large, n being the length of {name}. Is a sum taken for a mean?"
            if np.allclose(factors, 1 / n):
                return f"{subject}is n times too small, n being the length of {name}. Is n divided by twice?"
    factor = factors[0]
    if not np.allclose(factors, factor) or np.isclose(factor, 1):
        return None
    if np.isclose(factor, -1):
        return f"{subject}has the right size and the wrong sign."
    if np.isclose(factor, 2):
        return f"{subject}is twice what it should be."
    if np.isclose(factor, 0.5):
        return f"{subject}is half of what it should be."
    if factor == 0:
        return f"{subject}is 0 in every case."
    return f"{subject}is {factor:.4g} times what it should be, in every case."


def _lengths(task, i) -> dict[str, int]:
    """Name → length of the array arguments of a case."""
    pairs = zip(task["parameters"], task["cases"][i]["arguments"], strict=True)
    return {name: a["shape"][0] for name, a in pairs if isinstance(a, dict) and a.get("shape")}


# ---- words


def _describe(value) -> str:
    if isinstance(value, bool):
        return f"the truth value {value}"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return f"{len(value)} results"
    if isinstance(value, dict):
        return "a dict"
    return f"an array of shape {np.shape(value)}" if np.ndim(value) else "a plain number"


def _example(name: str, task: dict, i: int, outcomes: list[dict]) -> str:
    """The case in numbers: how the function was called, what it gave, what is expected."""
    i %= len(task["cases"])
    outcome = outcomes[i]
    if _raised(outcome) == "NotImplementedError":
        return ""
    case = task["cases"][i]
    pairs = zip(task["parameters"], case["arguments"], strict=True)
    called = f"{name}({', '.join(f'{n}={_show(decode(a))}' for n, a in pairs)})"
    if "raised" in outcome:
        return f"\nIt was called as {called}."
    expected, got = decode(case["answer"]["value"]), decode(outcome["value"])
    if same(case["answer"], outcome, task):
        return f"\nIt was called as {called}."
    if "changed" in outcome and _close(expected, got, task):
        return f"\nIt was called as {called}."
    if isinstance(expected, np.ndarray) and expected.size > 6 and np.shape(got) == expected.shape:
        k = next(k for k in range(len(expected)) if not _close(expected[k], _numbers(got)[k], task))
        return f"\n{called}\nfirst differs in entry [{k}]: {_two(_numbers(got)[k], expected[k])}"
    return f"\n{called}\n{_two(got, expected)}"


def _two(got, expected) -> str:
    a, b = _show(got), _show(expected)
    if a == b:  # they differ in a later digit
        a, b = _show(got, 17), _show(expected, 17)
    return f"gave      {a}\nexpected  {b}"


def _show(value, digits: int = 6) -> str:
    """A value in one line, numbers to so many digits."""
    if isinstance(value, (float, np.floating)):
        text = f"{value:.{digits}g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if isinstance(value, np.ndarray):
        shown = np.array2string(
            value,
            separator=", ",
            threshold=16,
            edgeitems=2,
            formatter={"float_kind": lambda x: _show(float(x), digits)},
        )
        return " ".join(shown.split())
    if isinstance(value, list):
        shown = [_show(item, digits) for item in (value if len(value) <= 6 else value[:6])]
        return f"({', '.join(shown)}{', …' if len(value) > 6 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_show(item, digits)}" for key, item in value.items()) + "}"
    if isinstance(value, _Foreign):
        return f"a {value.kind}{' tensor' if value.tensor else ''}"
    if callable(value):
        return _function_name(value)
    return repr(value)


# ---- reading checks.json


def read(path: Path) -> dict:
    """What a checks.json holds. Raises CheckError with a sentence where it cannot be used."""
    mend = "Take it again from the course's exercises folder; it stands beside the notebook."
    try:
        exercise = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckError(f"There is no {path.name} in the folder of this notebook. {mend}") from None
    except (OSError, ValueError):
        raise CheckError(f"{path.name} cannot be read: it is damaged or cut short. {mend}") from None
    if not isinstance(exercise, dict) or not isinstance(exercise.get("tasks"), dict):
        raise CheckError(f"{path.name} holds no checks of this course. {mend}")
    if exercise.get("format") != FORMAT:
        raise CheckError(f"{path.name} and the course's helpers are of different versions: update the course.")
    return exercise


def _name_of(function, exercise: dict) -> str:
    if not callable(function):
        raise CheckError(
            f"check wants the function itself, as in check({next(iter(exercise['tasks']))}), without calling it; "
            f"it was given {_describe(function) if isinstance(function, (int, float, str)) else 'its result'}."
        )
    name = getattr(function, "__name__", type(function).__name__)
    if name not in exercise["tasks"]:
        raise CheckError(
            f"There is no task {name} in this checks.json, which belongs to exercise {exercise.get('exercise')}. "
            f"Its tasks: {', '.join(exercise['tasks'])}."
        )
    return name


def _line(error: BaseException, function) -> str:
    """The last line of the student's own code on the way to the error."""
    frames = traceback.extract_tb(error.__traceback__)
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = [frame for frame in frames if code and frame.filename == code.co_filename]
    return (own[-1].line or "") if own else ""


# ---- the time limit


class TimeLimit(Exception):
    """A call took too long and was ended."""


def _limited(function: Callable, seconds: float | None):
    """function(), ended by TimeLimit after so many seconds where it runs Python code.

    A timer interrupts the main thread again and again, so that a loop which catches one interrupt meets the next.
    It ends no long call into a library, and works in the main thread alone, where a notebook's cells run.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        return function()
    fired = over = False
    wake = threading.Event()

    def watch():
        nonlocal fired
        while not wake.wait(0.5 if fired else seconds) and not over:
            fired = True
            interrupt_main()

    watcher = threading.Thread(target=watch, daemon=True)
    before = signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored where a shell started us with `&`
    try:
        watcher.start()
        return function()
    except KeyboardInterrupt:
        if fired:
            raise TimeLimit from None
        raise
    finally:
        over = True
        while watcher.is_alive():
            with contextlib.suppress(KeyboardInterrupt):  # one sent in the last moment arrives here
                wake.set()
                watcher.join()
        signal.signal(signal.SIGINT, before)
