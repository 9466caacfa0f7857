"""What is wrong with a function, said of the outcomes of its calls: `examine(task, outcomes)`.

The order: not done yet; a known mistake, by its own sentence; stopped with an error; another answer at the second
call; arguments changed; then of the first wrong value: its kind, its shape, NaN and infinity, lost digits, a telling
pattern (transposed, a constant factor); at last that it is another value. `example` shows the case in numbers.

The function itself is not needed, so the outcomes may come from another process.
"""

import enum
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from helpers.outcomes import (
    RECOGNISABLE,
    Foreign,
    close,
    decode,
    ended_alike,
    entries,
    function_name,
    numbers,
    raised,
    same,
    timed_out,
)

_WIDTH = 90  # letters of a line that holds a result
_WHOLE = "the result"


class Kind(enum.Enum):
    """What sort of thing is wrong, in the order in which it is looked for."""

    NOT_DONE = "not done yet"
    KNOWN_MISTAKE = "a known mistake"
    TIME_LIMIT = "ended at the time limit"
    ERROR = "stopped with an error"
    UNSTEADY = "another answer at the second call"
    CHANGED = "an argument changed"
    PRINTED = "printed instead of returned"
    FORM = "another kind of value, or another shape"
    NUMBERS = "numbers of which more can be said than that they differ"
    VALUE = "a value of which nothing more is known"


class Finding(NamedTuple):
    """What is wrong: a sentence that holds no expected value, and the number of the case that shows it, if one does."""

    kind: Kind
    sentence: str
    case: int | None


class Trial(NamedTuple):
    """One case, and what the function made of it. Where it raised an error, `got` is None and `right` False."""

    number: int  # of the case
    case: dict
    outcome: dict
    expected: object  # decoded
    got: object  # decoded
    right: bool


def examine(task: dict, outcomes: list[dict]) -> Finding | None:
    """What is wrong with the outcomes of the task's cases, the first that applies; None where all came out right.

    task       one of checks.json's
    outcomes   one for each case, in order; then, if there, the first case's once more (as `checks.run` gives them)
    """
    with np.errstate(all="ignore"):
        trials = [_trial(task, i, outcome) for i, outcome in enumerate(outcomes[: len(task["cases"])])]
        again = outcomes[len(trials)] if len(outcomes) > len(task["cases"]) else None
        return (
            _not_done(outcomes)
            or _known_mistake(task, trials)
            or _stopped(trials)
            or (again and _unsteady(task, trials[0].outcome, again))
            or _changed(trials)
            or _wrong_value(task, trials)
        )


def _trial(task: dict, number: int, outcome: dict) -> Trial:
    case = task["cases"][number]
    expected = decode(case["answer"]["value"])
    if raised(outcome):
        return Trial(number, case, outcome, expected, None, False)
    got = decode(outcome["value"])
    return Trial(number, case, outcome, expected, got, "changed" not in outcome and close(expected, got, task))


# ---- findings that do not look at values


def _not_done(outcomes: list[dict]) -> Finding | None:
    """The stub's own error has no message; that of a library which cannot do something has one."""
    for outcome in outcomes:
        if raised(outcome) == "NotImplementedError" and not outcome["raised"].get("message"):
            if other := outcome["raised"].get("by"):
                said = f"it calls {other}, which is not done yet. Do that first, and run its cell."
            else:
                said = (
                    "not done yet. Write it in the cell above, in place of `raise NotImplementedError()`, "
                    "run that cell, then run this one again."
                )
            return Finding(Kind.NOT_DONE, said, None)
    return None


def _known_mistake(task: dict, trials: list[Trial]) -> Finding | None:
    """The first known mistake whose outcomes these are, in every case."""
    wrong = [trial for trial in trials if not trial.right]
    if not wrong or len(trials) < len(task["cases"]):
        return None
    for k, sentence in enumerate(task["mistakes"]):
        if all(_is_of(trial.case["mistakes"][k], trial, task) for trial in trials):
            return Finding(Kind.KNOWN_MISTAKE, sentence, wrong[0].number)
    return None


def _is_of(mistake: dict, trial: Trial, task: dict) -> bool:
    """Whether a trial came out as the mistake does, as far as its digits can be relied on."""
    if not ended_alike(mistake, trial.outcome):
        return False
    return "value" not in mistake or close(decode(mistake["value"]), trial.got, task, RECOGNISABLE)


def _stopped(trials: list[Trial]) -> Finding | None:
    for trial in trials:
        if error := trial.outcome.get("raised"):
            if timed_out(trial.outcome):
                said = f"no answer within {error['message']}. Look for a loop whose condition never becomes false."
                return Finding(Kind.TIME_LIMIT, said, trial.number)
            return Finding(Kind.ERROR, f"stopped with {_error(error)}.", trial.number)
    return None


def _unsteady(task: dict, first: dict, again: dict) -> Finding | None:
    """Another outcome of the first case when it was called once more."""
    if first == again or same(first, again, task):
        return None
    if error := again.get("raised"):
        what = f"called a second time with the same arguments it stopped with {_error(error)}."
    else:
        what = "called twice with the same arguments it gave two answers."
    return Finding(
        Kind.UNSTEADY,
        f"{what} It must depend on its arguments alone: look for a random number, a list or array outside the "
        "function that it changes, or a default argument that grows.",
        0,
    )


def _changed(trials: list[Trial]) -> Finding | None:
    for trial in trials:
        if names := trial.outcome.get("changed"):
            return Finding(
                Kind.CHANGED,
                f"changes its argument {' and '.join(names)}, which the caller still needs. `{names[0]} -= …` and "
                f"`{names[0]}[i] = …` write into the caller's array: work on `{names[0]}.copy()`.",
                trial.number,
            )
    return None


def _error(error: dict) -> str:
    message = error["message"].rstrip(".")
    where = f", in the line `{error['line']}`" if error["line"] else ""
    return f"{error['type']}{f': {message}' if message else ''}{where}"


# ---- findings about values


class _Part(NamedTuple):
    """One number, array or text of a result that may hold several, in one case."""

    subject: str  # _WHOLE, or "result 2 of 3"
    path: tuple  # its positions and keys in the result, by which it is found in other cases
    expected: object
    got: object
    trial: Trial


def _wrong_value(task: dict, trials: list[Trial]) -> Finding | None:
    """The first part of the first wrong case that is wrong, and what can be said of it."""
    wrong = [trial for trial in trials if not trial.right]
    if not wrong:
        return None
    parts = {trial.number: list(_walk("", (), trial.expected, trial.got, trial)) for trial in trials}
    first = next((trial for trial in wrong if _shapes_differ(parts[trial.number])), wrong[0])
    part = _first_wrong(parts[first.number], task)
    if part.got is None and first.outcome.get("printed"):
        said = "prints its result instead of returning it. The last line should be `return …`."
        return Finding(Kind.PRINTED, said, first.number)
    alike = [other for trial in trials for other in parts[trial.number] if other.path == part.path]
    kind = Kind.FORM
    if not (said := _kind(part) or _shape(part, task)):
        kind = Kind.NUMBERS
        said = (
            _not_finite(part)
            or _lost_digits(alike)
            or _transposed(part, task)
            or _offset(alike)
            or _factor(alike, task)
        )
    if not said:
        kind, said = Kind.VALUE, "is another value than expected."
    return Finding(kind, f"{part.subject} {said}", first.number)


def _shapes_differ(parts: list[_Part]) -> bool:
    """Whether a part has another shape, in a case with more than one entry: of one, (1, 1) could come by many ways."""
    return any(
        isinstance(part.expected, np.ndarray)
        and part.expected.size > 1
        and (array := numbers(part.got)) is not None
        and array.shape != part.expected.shape
        for part in parts
    )


def _first_wrong(parts: list[_Part], task: dict) -> _Part:
    """The first part of a wrong case that is wrong."""
    return next(part for part in parts if not close(part.expected, part.got, task))


def _walk(subject: str, path: tuple, expected, got, trial: Trial) -> Iterator[_Part]:
    """The parts of a result, in order; a list or dict that does not fit stays one part."""
    if isinstance(expected, list) and (items := entries(got)) is not None and len(items) == len(expected):
        of = f" of {subject}" if subject else f" of {len(expected)}"
        for k, (e, g) in enumerate(zip(expected, items, strict=True), 1):
            yield from _walk(f"result {k}{of}", (*path, k), e, g, trial)
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield from _walk(f'result "{key}"', (*path, key), expected[key], got[key], trial)
    else:
        yield _Part(subject or _WHOLE, path, expected, got, trial)


# What is said of a part, after its subject; None where it does not apply.


def _kind(part: _Part) -> str | None:
    """None, a tensor, a text for a number and the like."""
    expected, got = part.expected, part.got
    if got is None:
        return "is None. Does every way through the function end in `return …`?"
    if isinstance(got, Foreign) and got.tensor:
        return f"is a {got.kind} tensor. A NumPy array or plain number is wanted: end with {_to_numpy(got)}."
    if isinstance(expected, list):
        items = entries(got)
        if items is None:
            return f"is {describe(got)}, but {len(expected)} values are wanted, with commas between them."
        few = "few" if len(items) < len(expected) else "many"
        count = "one" if abs(len(items) - len(expected)) == 1 else str(abs(len(items) - len(expected)))
        entry = "entry" if len(items) == 1 else "entries"
        return f"has {len(items)} {entry} where {len(expected)} are wanted: {count} too {few}."
    if isinstance(expected, dict):
        if isinstance(got, dict):
            return f"has the keys {_keys(got)}, where {_keys(expected)} are wanted."
        return f"is {describe(got)}, but a dict with the keys {_keys(expected)} is wanted."
    if isinstance(expected, str):
        if not isinstance(got, str):
            return f"is {describe(got)}, but a text is wanted."
        return "is spelt another way than the statement spells it." if _letters(got) == _letters(expected) else None
    if isinstance(got, list) and numbers(got) is None:
        return _no_array(got)
    if numbers(got) is None:
        return f"is {describe(got)}, but {describe(expected)} is wanted."
    return None


def _no_array(got: list) -> str:
    """Why a list of entries makes no array of numbers."""
    inside = list(_leaves(got))
    if tensor := next((leaf for leaf in inside if isinstance(leaf, Foreign) and leaf.tensor), None):
        return f"holds {tensor.kind} tensors. Plain numbers or NumPy arrays are wanted: {_to_numpy(tensor)} makes them."
    if odd := next((leaf for leaf in inside if numbers(leaf) is None), None):
        return f"holds {describe(odd)} where numbers are wanted."
    if None in inside:
        return "holds None where numbers are wanted."
    return "has rows of different lengths, so that it makes no array."


def _leaves(value) -> Iterator:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    elif not isinstance(value, np.ndarray):
        yield value


def _shape(part: _Part, task) -> str | None:
    """Another shape, and the usual reasons for it."""
    if isinstance(part.expected, str):
        return None
    expected, got = np.asarray(part.expected), numbers(part.got)
    wanted, has = expected.shape, got.shape
    if wanted == has:
        return None
    if has == wanted[::-1] and close(part.expected, got.T, task):
        return "is transposed: rows and columns have changed places."
    if not (wanted and has):
        return f"is {describe(part.got)}, but {describe(part.expected)} is wanted."
    said = f"has shape {has}, but {wanted} is wanted"
    if len(wanted) == 1 and has in ((*wanted, 1), (1, *wanted)):
        return f"{said}: `.ravel()` makes one row of numbers of it."
    if len(wanted) == 1 and has == wanted * 2:
        return f"{said}. An array of shape (n,) and one of shape (n, 1) combine to (n, n): give both one shape first."
    if len(wanted) == len(has) and wanted[1:] == has[1:] and abs(wanted[0] - has[0]) == 1:
        return f"{said}: {_off_by_one(expected, got, task)}."
    return f"{said}."


def _off_by_one(expected, got, task) -> str:
    entry = _entry(expected)
    if len(got) < len(expected):
        if close(expected[1:], got, task):
            return f"the first {entry} is missing"
        return f"the last {entry} is missing" if close(expected[:-1], got, task) else f"one {entry} too few"
    if close(expected, got[:-1], task):
        return f"there is one {entry} too many at the end"
    return f"there is one {entry} too many at the start" if close(expected, got[1:], task) else f"one {entry} too many"


def _not_finite(part: _Part) -> str | None:
    if isinstance(part.expected, str):
        return None
    got, fine = numbers(part.got), np.isfinite(part.expected)
    if np.any(np.isnan(got) & fine):
        return "holds NaN, which comes from 0/0, ∞ − ∞, or the root or logarithm of a negative number."
    if np.any(np.isinf(got) & fine):
        return "holds infinity: a number divided by 0, or grown beyond the largest float."
    return None


def _lost_digits(alike: list[_Part]) -> str | None:
    """Whole numbers, rounded numbers or float32 where the digits behind them are needed, in all cases."""
    pairs = [(np.asarray(part.expected), numbers(part.got)) for part in alike if not isinstance(part.expected, str)]
    if not pairs or any(got is None or got.shape != expected.shape for expected, got in pairs):
        return None
    expected, got = (np.concatenate([array.ravel() for array in side]) for side in zip(*pairs, strict=True))
    if not np.any(got):  # zeros have lost more than digits
        return None
    whole = np.all(got == np.trunc(got)) and np.any(expected != np.trunc(expected))
    if whole and any(np.allclose(got, cut(expected)) for cut in (np.trunc, np.floor, np.round)):
        return (
            "holds whole numbers only: the digits behind the point are lost. An array of whole numbers cuts what is "
            "written into it; `//`, `int(…)` and `round(…)` cut too."
        )
    for digits in range(1, 7):
        if np.allclose(got, np.round(expected, digits), rtol=1e-12, atol=0):
            return f"is rounded to {digits} digits behind the point. Return it unrounded."
    short = np.float32(got) == got
    if np.all(short) and np.any(np.float32(expected) != expected) and np.allclose(got, expected, rtol=1e-5, atol=0):
        return "has the seven digits of float32 only, too few here: compute in float64."
    return None


def _transposed(part: _Part, task) -> str | None:
    if np.ndim(part.expected) == 2 and close(part.expected, numbers(part.got).T, task):
        return "is transposed: rows and columns have changed places."
    return None


def _offset(alike: list[_Part]) -> str | None:
    """A count that is one too many, or too few, in every case."""
    if not all(type(part.expected) is int and type(part.got) in (int, float) for part in alike):
        return None
    offsets = {part.got - part.expected for part in alike}
    return {1: "is one too many, in every case.", -1: "is one too few, in every case."}.get(
        offsets.pop() if len(offsets) == 1 else 0
    )


def _factor(alike: list[_Part], task) -> str | None:
    """One factor between result and expected value in every case: −1, 2, ½, the length of an argument, any other."""
    factors, lengths = [], []
    for part in alike:
        expected, got = numbers(part.expected), numbers(part.got)
        if expected is None or got is None or expected.shape != got.shape or expected.dtype.kind not in "iuf":
            return None
        size = float(np.sum(expected.astype(float) ** 2))
        factor = float(np.sum(expected * got.astype(float))) / size if size else 0.0
        if not np.allclose(got, factor * expected, rtol=max(task["relative"], 1e-9), atol=task["absolute"]):
            return None
        if size:
            factors.append(factor)
            lengths.append(_lengths(task, part.trial.case))
    if len(factors) < 2:
        return None
    for name in lengths[0]:
        n = np.array([length.get(name, 0) for length in lengths], dtype=float)
        if np.all(n > 0) and len(set(n)) > 1:
            if np.allclose(factors, n):
                return f"is n times too large, n being the length of {name}. Is a sum taken for a mean?"
            if np.allclose(factors, 1 / n):
                return f"is n times too small, n being the length of {name}. Is n divided by twice?"
    factor = factors[0]
    if not np.allclose(factors, factor) or np.isclose(factor, 1):
        return None
    if np.isclose(factor, -1):
        return "has the right size and the wrong sign."
    if np.isclose(factor, 2):
        return "is twice what it should be."
    if np.isclose(factor, 0.5):
        return "is half of what it should be."
    if factor == 0:
        return "is 0 in every case."
    return f"is {factor:.4g} times what it should be, in every case."


def _lengths(task: dict, case: dict) -> dict[str, int]:
    """Name → length of the array arguments of a case."""
    pairs = zip(task["parameters"], case["arguments"], strict=True)
    return {name: a["shape"][0] for name, a in pairs if isinstance(a, dict) and a.get("shape")}


# ---- words


def example(name: str, task: dict, i: int, outcomes: list[dict]) -> str:
    """A case in numbers: how the function was called, and where a value is wrong, what it gave and what is expected."""
    trial = _trial(task, i, outcomes[i])
    pairs = zip(task["parameters"], trial.case["arguments"], strict=True)
    called = f"{name}({', '.join(f'{n}={_show(decode(a))}' for n, a in pairs)})"
    if raised(trial.outcome) or close(trial.expected, trial.got, task):
        return f"It was called as {called}."
    whole = _gave(trial.got, trial.expected)
    if whole and max(map(len, whole.split("\n"))) <= _WIDTH:
        return f"{called}\n{whole}"
    part = _first_wrong(list(_walk("", (), trial.expected, trial.got, trial)), task)
    where, expected, got = part.subject, part.expected, part.got
    where = "" if where == _WHOLE else where
    if np.ndim(expected) and np.shape(expected) == np.shape(numbers(got)):
        got = numbers(got)
        k = next(k for k in range(len(expected)) if not close(expected[k], got[k], task))
        where, expected, got = f"{where}, {_entry(expected)} [{k}]".lstrip(", "), expected[k], got[k]
    lines = [called, where and f"{where} first differs:", _gave(got, expected) or _gave(got, expected, 17)]
    return "\n".join(filter(None, lines))


def describe(value) -> str:
    """What kind of thing a decoded value is, with its article."""
    if isinstance(value, Foreign):
        kind = f"{value.kind} tensor" if value.tensor else value.kind
        return f"a `{kind}`" if kind.isidentifier() else f"{'an' if kind[0] in 'aeiou' else 'a'} {kind}"
    if value is None:
        return "None"
    if isinstance(value, bool):
        return f"the truth value {value}"
    if isinstance(value, str):
        return "a text"
    if isinstance(value, list):
        return f"a tuple or list of {len(value)}"
    if isinstance(value, dict):
        return "a dict"
    if callable(value):
        return "a function"
    return f"an array of shape {np.shape(value)}" if np.ndim(value) else "a plain number"


def _gave(got, expected, digits: int = 6) -> str | None:
    """Both values in a line each; None where their texts are the same, because they differ further on."""
    a, b = _show(got, digits), _show(expected, digits)
    return f"gave      {a}\nexpected  {b}" if a != b else None


def _show(value, digits: int = 6) -> str:
    """A value in one line, numbers to so many digits."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
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
        shown = [_show(item, digits) for item in value[:6]]
        return f"({', '.join(shown)}{',' if len(value) == 1 else ', …' if len(value) > 6 else ''})"
    if isinstance(value, dict):
        return "{" + ", ".join(f"{key!r}: {_show(item, digits)}" for key, item in value.items()) + "}"
    if isinstance(value, Foreign):
        return describe(value)
    if callable(value):
        return function_name(value)
    text = repr(value)
    return text if len(text) <= _WIDTH else f"{text[:_WIDTH]} …"


def _to_numpy(tensor: Foreign) -> str:
    return "`.detach().numpy()`" if tensor.kind == "PyTorch" else "`.numpy()`"


def _entry(array) -> str:
    return "row" if np.ndim(array) > 1 else "entry"


def _keys(value: dict) -> str:
    return ", ".join(map(repr, value))


def _letters(text: str) -> str:
    return text.strip().lower()
