"""One call of a function, and what came of it, as plain data: what checks.json is made of.

    value     None, True, 2, 0.5, "text", {"float": "NaN"}, {"array": [flat], "shape": [2, 3], "dtype": "float64"},
              {"list": [values]}, {"dict": {key: value}}, {"function": "rosenbrock.gradient"} of helpers.functions;
              of what is no result of any task its kind alone: {"tensor": "PyTorch"}, {"other": "generator"}
    outcome   {"value": value}, or {"raised": {"type", "message", "line", "by"}}; and where there is something to say
              "changed": names of the arguments that were changed, "printed": true

`call` makes an outcome, `same` compares two.
"""

import contextlib
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

from helpers import functions
from helpers.timelimit import TimeLimit, limited

SECONDS = 10.0  # a call that takes longer is ended: no right answer takes half a second, but a first call may import
_DEEPEST = 6  # lists in lists; what goes deeper, or holds itself, is no result of any task
_MOST = 100_000  # entries of an array or list, likewise
_LONGEST = 300  # letters of an error's message: TensorFlow's go on for pages


class Foreign(NamedTuple):
    """A value that is no result of any task: a tensor, or whatever else."""

    kind: str
    tensor: bool = False


# ---- calling


def call(function: Callable, arguments: list, parameters: list[str], seconds: float | None = SECONDS) -> dict:
    """One call as an outcome: plain data.

    arguments    values as in checks.json; the function gets them fresh
    parameters   their names
    seconds      a Python loop is ended after so long, which is outcome["raised"]; None for no limit
    """
    passed = [decode(argument) for argument in arguments]
    printed = io.StringIO()
    outcome = {}
    try:
        with _quiet(printed):
            outcome["value"] = encode(limited(lambda: function(*passed), seconds))
    except KeyboardInterrupt:  # the student's own: Kernel, Interrupt
        raise
    except BaseException as error:
        outcome["raised"] = _described(error, function)
    if changed := [n for n, a, p in zip(parameters, arguments, passed, strict=True) if encode(p) != a]:
        outcome["changed"] = changed
    if printed.getvalue().strip():
        outcome["printed"] = True
    return outcome


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
    """An error as plain data: its type and message, the student's line that led to it, and who raised it if another."""
    frames = [frame for frame, _ in traceback.walk_tb(error.__traceback__)]
    code = getattr(inspect.unwrap(function), "__code__", None)
    own = [f for f in traceback.extract_tb(error.__traceback__) if code and f.filename == code.co_filename]
    # TensorFlow begins a message with the place in its own graph, in double braces.
    message = " ".join(re.sub(r"\{\{.*?\}\} ?", "", str(error)).split())
    described = {
        "type": type(error).__name__,
        "message": message if len(message) <= _LONGEST else message[:_LONGEST] + " …",
        "line": (own[-1].line or "") if own else "",
    }
    if frames[-1].f_code is not code:
        described["by"] = frames[-1].f_code.co_name
    return described


def raised(outcome: dict) -> str | None:
    """The kind of error that the call ended in; None where it returned."""
    return outcome["raised"]["type"] if "raised" in outcome else None


def timed_out(outcome: dict) -> bool:
    """Whether the call was ended at the time limit."""
    return raised(outcome) == TimeLimit.__name__


# ---- values as plain data


def encode(value, depth: int = 0):
    """A value as it stands in checks.json. What is no array, number, text, list or dict keeps its kind only."""
    if value is None or isinstance(value, str):
        return value
    if isinstance(value, (bool, np.bool_)):
        return bool(value)
    if isinstance(value, (int, np.integer)):
        return int(value) if abs(int(value)) < 2**63 else {"other": "number beyond 64 bits"}
    if isinstance(value, (float, np.floating)):
        return float(value) if math.isfinite(value) else {"float": _word(float(value))}
    if isinstance(value, (np.ndarray, list, tuple, dict)) and _size(value) > _MOST:
        return {"other": f"collection of more than {_MOST} numbers"}
    if isinstance(value, np.ndarray) and value.dtype.kind in "biuf" and value.dtype.itemsize <= 8:
        numbers = value.ravel().tolist()
        if value.dtype.kind == "f":
            numbers = [x if math.isfinite(x) else _word(x) for x in numbers]
        return {"array": numbers, "shape": list(value.shape), "dtype": value.dtype.name}
    if isinstance(value, (list, tuple)) and depth < _DEEPEST:
        return {"list": [encode(item, depth + 1) for item in value]}
    if isinstance(value, dict) and depth < _DEEPEST:
        return {"dict": {str(key): encode(item, depth + 1) for key, item in value.items()}}
    if callable(value) and (name := function_name(value)):
        return {"function": name}
    library = type(value).__module__.partition(".")[0]
    if library in ("tensorflow", "keras", "torch") and hasattr(value, "numpy"):
        return {"tensor": "PyTorch" if library == "torch" else "TensorFlow"}
    if isinstance(value, np.ndarray):
        kinds = {"U": "texts", "c": "complex numbers", "O": "objects"}
        return {"other": f"array of {kinds.get(value.dtype.kind, value.dtype.name)}"}
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
        return Foreign(data["tensor"], tensor=True)
    return Foreign(data["other"])


def function_name(value) -> str | None:
    """The name of a cost of helpers.functions, or of its value, gradient or Hessian: "rosenbrock.gradient"."""
    for name, cost in vars(functions).items():
        if isinstance(cost, functions.Function):
            if value is cost:
                return name
            for part in ("value", "gradient", "hessian"):
                if value is getattr(cost, part):
                    return f"{name}.{part}"
    return None


def _size(collection) -> int:
    return collection.size if isinstance(collection, np.ndarray) else len(collection)


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
    expected, got = np.asarray(expected), numbers(got)
    if got is None or got.shape != expected.shape:
        return False
    relative = max(task["relative"], least) if expected.dtype.kind == "f" else task["relative"]
    return np.allclose(got, expected, rtol=relative, atol=task["absolute"], equal_nan=True)


def entries(value) -> list | None:
    """The entries of a list or along an array's first axis; None where there are none."""
    if isinstance(value, list):
        return value
    return list(value) if isinstance(value, np.ndarray) and value.ndim else None


def numbers(value) -> np.ndarray | None:
    """A number, an array or a list of them as one array; None for anything else."""
    if value is None or isinstance(value, (str, dict, Foreign)) or callable(value):
        return None
    if isinstance(value, list):
        parts = [numbers(item) for item in value]
        if any(part is None for part in parts) or len({part.shape for part in parts}) > 1:
            return None
        return np.array(parts)
    return np.asarray(value)
