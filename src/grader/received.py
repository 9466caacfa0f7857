"""What comes out of the sandbox, made safe: written by a process that belongs to the student, so every byte may lie.

`message` reads a line; `outcome` and `outputs` build new data from the parts that have their proper form.
"""

import json
import math
import re

import numpy as np

from checks.outcomes import PRINTED
from checks.timelimit import TimeLimit
from helpers import functions

_DEEPEST = 8  # lists in lists; checks.outcomes goes to 6
_MOST = 10_000  # entries of an outcome, all its arrays, lists and dicts together; right ones have some dozens
_TEXT = 100_000  # characters
_WORDS = {"NaN", "Infinity", "-Infinity"}
_DTYPES = {"bool"} | {f"{kind}{bits}" for kind in ("int", "uint") for bits in (8, 16, 32, 64)} | {
    f"float{bits}" for bits in (16, 32, 64)
}  # fmt: skip
# What checks.outcomes says of a value that cannot be a result: the name of its type, or one of these.
_OTHERS = re.compile(
    r"[\w.-]+|number beyond 64 bits|collection of more than (?:\d+ numbers|can be compared)"
    r"|array of (?:complex numbers|[\w\[\]]+)"
)
_FUNCTIONS = {
    f"{name}{part}"
    for name, cost in vars(functions).items()
    if isinstance(cost, functions.Function)
    for part in ("", ".value", ".gradient", ".hessian")
}
_PICTURES = ("image/png", "image/jpeg", "image/gif")
_BASE64 = re.compile(r"[A-Za-z0-9+/=\s]*")
# The one form of HTML that is let through, that of helpers.plots.show. Any other could hold a script, which would run
# in your browser when you look at the graded notebook; such an output keeps its text.
_PICTURE_IN_HTML = re.compile(
    r'<img alt="[^"<>]*" src="data:image/(?:png|gif);base64,[A-Za-z0-9+/=]*"(?: (?:width|height)="\d+")*\s*/?>'
)


class Improper(ValueError):
    """Something was received that has no proper form."""


def message(line: bytes) -> dict:
    """A line as JSON. Raises Improper."""
    try:
        data = json.loads(line, parse_constant=_no_constant)
    except (ValueError, RecursionError):
        raise Improper("no JSON") from None
    if not isinstance(data, dict):
        raise Improper("no object")
    return data


def _no_constant(word):
    raise ValueError(word)


# ---- outcomes


def outcome(data, parameters: tuple[str, ...]) -> dict:
    """An outcome in the form of checks.outcomes, safe to decode. Raises Improper.

    One that claims to be the time limit is improper: only the grader measures time.
    """
    _need_few_entries(data)
    _need(isinstance(data, dict) and data.keys() <= {"value", "raised", "changed", "printed"})
    _need(("value" in data) != ("raised" in data))
    kept = {"value": _value(data["value"], 0)} if "value" in data else {"raised": _raised(data["raised"])}
    if "changed" in data:
        changed = data["changed"]
        _need(isinstance(changed, list) and changed and all(isinstance(name, str) for name in changed))
        kept["changed"] = [name for name in parameters if name in changed]
        _need(kept["changed"] == changed)
    if "printed" in data:
        kept["printed"] = _plain(data["printed"], PRINTED)
        _need(kept["printed"] != "")
    return kept


def _raised(data) -> dict:
    _need(isinstance(data, dict) and {"type", "message", "line"} <= data.keys() <= {"type", "message", "line", "by"})
    _need(data["type"] != TimeLimit.__name__)
    return {key: " ".join(_plain(part).splitlines())[:1000] for key, part in data.items()}


def _need_few_entries(data) -> None:
    """Arrays, lists and dicts of JSON data may hold so many values together."""
    count, waiting = 0, [data]
    while waiting:
        part = waiting.pop()
        if isinstance(part, (list, dict)):
            count += len(part)
            _need(count <= _MOST)
            waiting += part.values() if isinstance(part, dict) else part


def _value(data, depth: int):
    if data is None or isinstance(data, (bool, str)):
        return _plain(data, _TEXT) if isinstance(data, str) else data
    if isinstance(data, int):
        _need(abs(data) < 2**63)
        return data
    if isinstance(data, float):
        _need(math.isfinite(data))
        return data
    _need(isinstance(data, dict) and depth < _DEEPEST)
    if data.keys() == {"array", "shape", "dtype"}:
        return _array(data)
    _need(len(data) == 1)
    ((kind, part),) = data.items()
    if kind == "list":
        _need(isinstance(part, list))
        return {"list": [_value(item, depth + 1) for item in part]}
    if kind == "dict":
        _need(isinstance(part, dict))
        return {"dict": {_plain(key, _TEXT): _value(item, depth + 1) for key, item in part.items()}}
    _need(isinstance(part, str))
    if kind == "other":
        _need(len(part) <= 200 and _OTHERS.fullmatch(part))
        return {"other": part}
    known = {"float": _WORDS, "function": _FUNCTIONS, "tensor": {"PyTorch", "TensorFlow"}}
    _need(kind in known and part in known[kind])
    return {kind: part}


def _array(data: dict) -> dict:
    numbers, shape, dtype = data["array"], data["shape"], data["dtype"]
    _need(isinstance(dtype, str) and dtype in _DTYPES)
    _need(isinstance(numbers, list) and isinstance(shape, list) and len(shape) <= 32)
    _need(all(type(length) is int and 0 <= length <= _MOST for length in shape))
    _need(math.prod(shape) == len(numbers))
    # Of an array without entries, a sum over its axis of length 0 may have as many as the other lengths say.
    _need(math.prod(length or 1 for length in shape) <= _MOST)
    kind = np.dtype(dtype)
    if kind.kind == "b":
        proper = all(type(x) is bool for x in numbers)
    elif kind.kind in "iu":
        least, most = int(np.iinfo(kind).min), int(np.iinfo(kind).max)
        proper = all(type(x) is int and least <= x <= most for x in numbers)
    else:
        most = float(np.finfo(kind).max)
        proper = all(abs(x) <= most if type(x) is float else isinstance(x, str) and x in _WORDS for x in numbers)
    _need(proper)
    return {"array": numbers, "shape": shape, "dtype": dtype}


# ---- outputs


def outputs(data, most: int) -> list[dict]:
    """A cell's outputs in nbformat's form: text, errors and pictures. Raises Improper, even for too many characters."""
    _need(isinstance(data, list) and len(data) <= 1000)
    kept = [output for output in map(_output, data) if output]
    _need(characters(kept) <= most)
    return kept


def characters(kept: list[dict]) -> int:
    """How many characters outputs take, names and brackets included."""
    return len(json.dumps(kept, ensure_ascii=False))


def _output(data) -> dict | None:
    _need(isinstance(data, dict))
    kind = data.get("output_type")
    if kind == "stream":
        _need(data.get("name") in ("stdout", "stderr"))
        return {"output_type": "stream", "name": data["name"], "text": text(data.get("text"))}
    if kind == "error":
        traceback = data.get("traceback")
        _need(isinstance(traceback, list))
        return {
            "output_type": "error",
            "ename": text(data.get("ename")),
            "evalue": text(data.get("evalue")),
            "traceback": [text(line) for line in traceback],
        }
    _need(kind in ("display_data", "execute_result") and isinstance(data.get("data"), dict))
    shown = {name: text(part) for name, part in data["data"].items() if _is_harmless(name, part)}
    if not shown:
        return None
    kept = {"output_type": kind, "data": shown, "metadata": {}}
    if kind == "execute_result":
        count = data.get("execution_count")
        kept["execution_count"] = count if type(count) is int and 0 <= count < 2**31 else None
    return kept


def _is_harmless(name: str, part) -> bool:
    if not isinstance(part, str):
        return False
    if name == "text/html":
        return bool(_PICTURE_IN_HTML.fullmatch(part.strip()))
    return name == "text/plain" or (name in _PICTURES and bool(_BASE64.fullmatch(part)))


def text(data, most: int | None = None) -> str:
    """A string that any file can hold: no half characters, no control characters but tab, line end, return, escape."""
    _need(isinstance(data, str) and (most is None or len(data) <= most))
    whole = data.encode("utf-8", "replace").decode()
    return re.sub(r"[\x00-\x08\x0b\x0c\x0e-\x1a\x1c-\x1f\x7f-\x9f]", "�", whole)


def _plain(data, most: int | None = None) -> str:
    """A string that does nothing to a terminal either."""
    return text(data, most).replace("\x1b", "�")


def _need(condition) -> None:
    if not condition:
        raise Improper("not in the form of an outcome or an output")
