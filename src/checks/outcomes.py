"""One call of a function and its outcome, as plain data: what checks.json is made of.

    value     None, True, 2, 0.5, "text", {"float": "NaN"}, {"array": [flat], "shape": [2, 3], "dtype": "float64"},
              {"list": [values]}, {"dict": {key: value}}, {"function": "rosenbrock.gradient"} of helpers.functions;
              a tuple in an argument is {"list": [values], "tuple": true}; a result may be either, and is a list;
              of anything that cannot be a task's result only its kind: {"tensor": "PyTorch"}, {"other": "generator"}
    outcome   {"value": value} or {"raised": {"type", "message", "line", "by"}}; and if there is something to report
              "changed": names of the arguments that were changed, "printed": how the printed text begins;
              "line" is "" if no line of the notebook led to the error, and UNREAD if its text cannot be found

`call` makes an outcome, `same` compares two.
"""

import contextlib
import functools
import inspect
import io
import logging
import math
import re
import traceback
import warnings
from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from checks.timelimit import TimeLimit, limited
from helpers import functions

SECONDS = 10.0  # a call that takes longer is ended: no right answer takes half a second, but a first call may import
UNREAD = "…"
PRINTED = 1000  # characters of what a call prints that are kept
_DEEPEST = 6  # lists in lists; anything deeper, or that holds itself, is not a result of any task
_MOST = 100_000  # entries of an array or a list with all the lists in it, likewise
_LONGEST = 300  # characters of an error's message: TensorFlow's go on for pages


class Foreign(NamedTuple):
    """A value that is not a result of any task: a tensor, or anything else."""

    kind: str
    tensor: bool = False


# ---- calling


def call(function: Callable, arguments: list, parameters: list[str], seconds: float | None = SECONDS) -> dict:
    """One call as an outcome: plain data.

    arguments    values as in checks.json; the function gets new ones
    parameters   their names
    seconds      a Python loop is ended after so long, which is outcome["raised"]; None for no limit
    """
    passed = [decode(argument) for argument in arguments]
    printed = _Beginning(PRINTED)
    outcome = {}
    try:
        with _quiet(printed):
            outcome["value"] = encode(limited(lambda: function(*passed), seconds))
            changed = [n for n, a, p in zip(parameters, arguments, passed, strict=True) if encode(p, passed=True) != a]
    except KeyboardInterrupt:  # the student's own: Kernel, Interrupt
        raise
    except BaseException as error:
        outcome = {"raised": _described(error, function)}
    else:
        if changed:
            outcome["changed"] = changed
    if text := printed.getvalue().strip():
        outcome["printed"] = text
    return outcome


class _Beginning(io.StringIO):
    """Keeps the beginning of what is written to it, up to so many characters."""

    def __init__(self, most: int):
        super().__init__()
        self._left = most

    def write(self, text: str) -> int:
        kept = text[: self._left]
        self._left -= len(kept)
        super().write(kept)
        return len(text)


@contextlib.contextmanager
def _quiet(printed: io.StringIO) -> Iterator[None]:
    """Keep what is printed, and drop warnings and log lines: many calls would fill a page with them."""
    level = logging.root.manager.disable
    logging.disable(logging.CRITICAL)
    try:
        with (
            warnings.catch_warnings(),
            np.errstate(all="ignore"),
            contextlib.redirect_stdout(printed),
            contextlib.redirect_stderr(io.StringIO()),
        ):
            warnings.simplefilter("ignore")
            yield
    finally:
        logging.disable(level)


def _described(error: BaseException, function: Callable) -> dict:
    """An error as plain data: its type and message, the innermost line in the student's notebook that led to it, and
    the notebook's function that holds this line, if it is not the one that was called."""
    called = _python_function(function)
    code, names = getattr(called, "__code__", None), getattr(called, "__globals__", {})
    own = [
        (frame, line)
        for frame, line in traceback.walk_tb(error.__traceback__)
        if frame.f_globals is names or (code and frame.f_code.co_filename == code.co_filename)
    ]
    described = {"type": type(error).__name__, "message": _message(error), "line": ""}
    if own:
        frame, number = own[-1]
        described["line"] = traceback.FrameSummary(frame.f_code.co_filename, number, "").line or UNREAD
        holder = _python_function(names.get(frame.f_code.co_name))
        if frame.f_code is not code and getattr(holder, "__code__", None) is frame.f_code:
            described["by"] = frame.f_code.co_name
    return described


def _python_function(function):
    """The function that a student wrote, out of what wraps it: a decorator, functools.partial, an object's __call__."""
    for _ in range(10):
        if isinstance(function, functools.partial):
            function = function.func
        elif inner := inspect.getattr_static(function, "__wrapped__", None):
            function = inner
        elif inspect.ismethod(function):
            function = function.__func__
        elif inspect.isfunction(method := inspect.getattr_static(type(function), "__call__", None)):
            function = method
        else:
            break
    return function


def _message(error: BaseException) -> str:
    """An error's message in one line of bounded length."""
    try:
        text = str(error)
    except Exception:
        return ""
    # TensorFlow begins a message with the place in its own graph, in double braces, or names the places around it.
    places = r"\{\{.*?\}\} ?|\AGraph execution error:.*\nNode: '\S+'\n|\n\t \[\[.*"
    message = " ".join(re.sub(places, "", text, flags=re.DOTALL).split())
    return message if len(message) <= _LONGEST else message[:_LONGEST].rstrip() + " …"


def raised(outcome: dict) -> str | None:
    """The type of the error that ended the call; None if it returned."""
    return outcome["raised"]["type"] if "raised" in outcome else None


def timed_out(outcome: dict) -> bool:
    """Whether the call was ended at the time limit."""
    return raised(outcome) == TimeLimit.__name__


# ---- values as plain data


def encode(value, passed: bool = False):
    """A value as it is in checks.json. Anything but an array, number, string, list or dict keeps only its kind.

    passed   whether it is an argument, in which a tuple stays a tuple
    """
    return _encode(value, passed, 0, [_MOST])


def _encode(value, passed: bool, depth: int, left: list[int]):
    """`encode`, at a depth of lists in lists. left[0] is how many entries the whole may still have."""
    if value is None:
        return None
    if isinstance(value, str):
        return str.__str__(value)  # np.str_ and the like become plain strings
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < 2**63 else {"other": "number beyond 64 bits"}
    if isinstance(value, (float, np.floating)):
        number = float(value)
        return number if math.isfinite(number) else {"float": _word(number)}
    if isinstance(value, (np.ndarray, list, tuple, range, dict)):
        left[0] -= value.size if isinstance(value, np.ndarray) else len(value)
        if left[0] < 0:
            return {"other": f"collection of more than {_MOST} numbers"}
    if isinstance(value, np.ndarray):
        return _encode_array(np.asarray(value))
    if isinstance(value, (list, tuple, range)) and depth < _DEEPEST:
        data = {"list": [_encode(item, passed, depth + 1, left) for item in value]}
        return {**data, "tuple": True} if passed and isinstance(value, tuple) else data
    if isinstance(value, dict) and depth < _DEEPEST:
        return {"dict": {str(key): _encode(item, passed, depth + 1, left) for key, item in value.items()}}
    if callable(value) and (name := function_name(value)):
        return {"function": name}
    library = type(value).__module__.partition(".")[0]
    if library in ("tensorflow", "keras", "torch") and hasattr(value, "numpy"):
        return {"tensor": "PyTorch" if library == "torch" else "TensorFlow"}
    return {"other": type(value).__name__}


def _encode_array(array: np.ndarray):
    if array.dtype.kind in "biuf" and array.dtype.itemsize <= 8:
        numbers = array.ravel().tolist()
        if array.dtype.kind == "f":
            numbers = [x if math.isfinite(x) else _word(x) for x in numbers]
        return {"array": numbers, "shape": list(array.shape), "dtype": array.dtype.name}
    if array.dtype.kind == "U" and array.ndim == 0:  # what np.where makes of two strings
        return array.item()
    kinds = {"U": "strings", "c": "complex numbers", "O": "objects"}
    return {"other": f"array of {kinds.get(array.dtype.kind, array.dtype.name)}"}


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
        items = [decode(item) for item in data["list"]]
        return tuple(items) if "tuple" in data else items
    if "dict" in data:
        return {key: decode(item) for key, item in data["dict"].items()}
    if "function" in data:
        name, _, part = data["function"].partition(".")
        function = getattr(functions, name)
        return getattr(function, part) if part else function
    if "tensor" in data:
        return Foreign(data["tensor"], tensor=True)
    return Foreign(data["other"])


def function_name(value) -> str | None:
    """The name of a cost in helpers.functions, or of its value, gradient or Hessian: "rosenbrock.gradient"."""
    for name, cost in vars(functions).items():
        if isinstance(cost, functions.Function):
            if value is cost:
                return name
            for part in ("value", "gradient", "hessian"):
                if value is getattr(cost, part):
                    return f"{name}.{part}"
    return None


def _word(x: float) -> str:
    return "NaN" if math.isnan(x) else "Infinity" if x > 0 else "-Infinity"


# ---- comparing

# The last bits of a float differ between processors, so no comparison depends on them: two floats are the same where
# they agree to so much of their size, or to the task's own tolerance if that is wider.
DIGITS = 1e-12  # of a right result, in tasks where the digits are the point
RECOGNISABLE = 1e-9  # of a known mistake's result: it is already known to be wrong


def same(expected: dict, outcome: dict, task: dict, least: float = DIGITS) -> bool:
    """Whether two outcomes are the same: kind of error, changed arguments, value within the tolerance.

    task    has the tolerance: |got − expected| ≤ absolute + relative·|expected|, entry by entry
    least   what the relative tolerance is at least, DIGITS or RECOGNISABLE; whole numbers must be equal without it
    """
    if not ended_alike(expected, outcome):
        return False
    return "value" not in expected or close(decode(expected["value"]), decode(outcome["value"]), task, least)


def ended_alike(expected: dict, outcome: dict) -> bool:
    """Whether both calls returned and changed the same arguments, or both ended in the same kind of error."""
    if raised(expected) or raised(outcome):
        return raised(expected) == raised(outcome)
    return expected.get("changed") == outcome.get("changed")


def close(expected, got, task: dict, least: float = DIGITS) -> bool:
    """`same` for two decoded values; a list may stand for an array and the reverse."""
    if isinstance(expected, list):
        items = entries(got)
        return (
            items is not None
            and len(items) == len(expected)
            and all(close(e, g, task, least) for e, g in zip(expected, items, strict=True))
        )
    if isinstance(expected, dict):
        return (
            isinstance(got, dict)
            and expected.keys() == got.keys()
            and all(close(expected[key], got[key], task, least) for key in expected)
        )
    if expected is None or isinstance(expected, (str, Foreign)) or callable(expected):
        return type(got) is type(expected) and got == expected
    expected, got = np.asarray(expected), as_array(got)
    if got is None or got.shape != expected.shape:
        return False
    relative = max(task["relative"], least) if expected.dtype.kind == "f" else task["relative"]
    if not expected.ndim:
        return _near(expected.item(), got.item(), relative, task["absolute"])
    return np.allclose(got, expected, rtol=relative, atol=task["absolute"], equal_nan=True)


def _near(expected: float, got: float, relative: float, absolute: float) -> bool:
    """What np.allclose says of two numbers, in a tenth of its time: a check compares thousands."""
    if math.isfinite(expected) and math.isfinite(got):
        return abs(got - expected) <= absolute + relative * abs(expected)
    return got == expected or (math.isnan(got) and math.isnan(expected))


def entries(value) -> list | np.ndarray | None:
    """A list or an array, which has entries along its first axis; None for anything else."""
    return value if isinstance(value, list) or (isinstance(value, np.ndarray) and value.ndim) else None


def as_array(value) -> np.ndarray | None:
    """A number, an array or a list of them as one array; None for anything else."""
    if value is None or isinstance(value, (str, dict, Foreign)) or callable(value):
        return None
    if isinstance(value, list):
        parts = [as_array(item) for item in value]
        if any(part is None for part in parts) or len({part.shape for part in parts}) > 1:
            return None
        return np.array(parts)
    return np.asarray(value)
