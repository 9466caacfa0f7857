"""Ways to pass without an answer: look up the nearest visible case, by form, value or order, and return its result.

Visible cases are in every student's checks.json. `failures` finds the other cases on which each of these ways is wrong;
hidden.py draws cases until each way is wrong on several.
"""

import json
from collections import Counter
from collections.abc import Callable

import numpy as np

from checks.outcomes import same

_APART = 1000.0  # a distance larger than that of any two cases of one form


def failures(task: dict, shown: list[dict], cases: list[dict]) -> dict[str, list[int]]:
    """Each way's name → the positions of the cases on which it is wrong.

    task    one of checks.json's, for its tolerance
    shown   the visible cases
    cases   the cases to be passed, in the order in which a function is called on them
    """
    found = {}
    for way in WAYS:
        answers = [way(shown, case["arguments"], k)["answer"] for k, case in enumerate(cases)]
        found[way.__name__] = [k for k, case in enumerate(cases) if not same(case["answer"], answers[k], task)]
    return found


def by_order(shown: list[dict], arguments: list, k: int) -> dict:
    """The k-th call gets the k-th result."""
    return shown[k % len(shown)]


def by_form(shown: list[dict], arguments: list, k: int) -> dict:
    """The first visible case with arguments of the same kinds and shapes."""
    return _of_one_form(shown, arguments)[0]


def by_form_from_the_end(shown: list[dict], arguments: list, k: int) -> dict:
    """The last visible case with arguments of the same kinds and shapes."""
    return _of_one_form(shown, arguments)[-1]


def by_value(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case whose numbers differ least, relative to their size."""
    return min(shown, key=lambda case: _distance(case["arguments"], arguments, lambda x: x))


def by_signs(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case most of whose numbers have the same signs."""
    return min(shown, key=lambda case: _distance(case["arguments"], arguments, np.sign))


def by_sum(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case whose numbers have the nearest sum."""
    return _nearest(shown, arguments, sum)


def by_least(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case with the nearest least number."""
    return _nearest(shown, arguments, lambda numbers: min(numbers, default=0.0))


def by_largest(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case with the nearest largest number."""
    return _nearest(shown, arguments, lambda numbers: max(numbers, default=0.0))


def by_size(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case whose numbers have the nearest sum, signs aside."""
    return _nearest(shown, arguments, lambda numbers: sum(map(abs, numbers)))


def by_diagonal(shown: list[dict], arguments: list, k: int) -> dict:
    """The visible case whose matrices have the nearest trace."""
    return _nearest(shown, arguments, sum, _diagonals)


def by_frequency(shown: list[dict], arguments: list, k: int) -> dict:
    """A visible case with the commonest result."""
    results = [json.dumps(case["answer"], sort_keys=True) for case in shown]
    return shown[results.index(Counter(results).most_common(1)[0][0])]


WAYS: tuple[Callable[[list[dict], list, int], dict], ...] = (
    by_order, by_form, by_form_from_the_end, by_value, by_signs, by_sum, by_least, by_largest, by_size, by_diagonal,
    by_frequency,
)  # fmt: skip


def _of_one_form(shown: list[dict], arguments: list) -> list[dict]:
    return [case for case in shown if _form(case["arguments"]) == _form(arguments)] or shown


def _form(data):
    """What remains of arguments, as in checks.json, without their numbers."""
    if isinstance(data, list):
        return [_form(part) for part in data]
    if isinstance(data, dict):
        return data["shape"] if "array" in data else {key: _form(part) for key, part in data.items()}
    return data if isinstance(data, str) else type(data).__name__


def _numbers(data) -> list[float]:
    """All numbers in arguments, as in checks.json, in order."""
    if isinstance(data, list):
        return [number for part in data for number in _numbers(part)]
    if isinstance(data, dict):
        parts = [data["array"]] if "array" in data else [part for part in data.values() if not isinstance(part, str)]
        return _numbers(parts)
    return [float(data)] if isinstance(data, (int, float)) else []


def _diagonals(data) -> list[float]:
    """The numbers on the diagonals of the matrices in arguments, as in checks.json."""
    if isinstance(data, list):
        return [number for part in data for number in _diagonals(part)]
    if isinstance(data, dict) and len(shape := data.get("shape", ())) == 2:
        return _numbers(data["array"][:: shape[1] + 1])
    return _diagonals(list(data.values())) if isinstance(data, dict) else []


def _nearest(shown: list[dict], arguments: list, feature: Callable[[list[float]], float], numbers=_numbers) -> dict:
    """Of the visible cases of one form, the one with the nearest feature of these of its numbers."""
    sought = feature(numbers(arguments))
    alike = _of_one_form(shown, arguments)
    return min(alike, key=lambda case: abs(feature(numbers(case["arguments"])) - sought))


def _distance(a: list, b: list, seen: Callable) -> float:
    """How far arguments are apart, of 0 to 1 if they have one form, `seen` being what is compared of their numbers."""
    total = 0.0 if _form(a) == _form(b) else _APART
    for x, y in zip(a, b, strict=True):
        p, q = (seen(np.array(_numbers(part))) / 2 for part in (x, y))  # halves: sums must not overflow
        if p.size != q.size:
            total += abs(p.size - q.size)
        elif p.size:
            total += float(np.mean(np.abs(p - q) / np.maximum(np.abs(p) + np.abs(q), 1e-300))) / len(a)
    return total
