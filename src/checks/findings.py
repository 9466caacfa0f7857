"""What is wrong with a function, told from the outcomes of its calls: `examine(task, outcomes)`.

The order: not done yet; a known mistake, by its own sentence; stopped with an error; another answer at the second
call; an argument changed; then the values: None, another kind or shape; NaN, lost digits and other patterns in the
numbers; a slip found by machine; two things wrong at once, or what the arguments have to do with wrong numbers; where
the result is right; in the end only that it differs. `example` shows the case in numbers.

The function itself is not needed, so the outcomes may come from another process.
"""

import contextlib
import enum
import re
import warnings
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from checks import patterns, puzzles
from checks.compounds import compound, first_wrong
from checks.outcomes import (
    RECOGNISABLE,
    UNREAD,
    as_array,
    close,
    decode,
    encode,
    ended_alike,
    entries,
    raised,
    same,
    timed_out,
)
from checks.patterns import WHOLE, Part
from checks.traces import common_factor, misplaced, trace
from checks.wording import WIDTH, entry_of, enumerate_words, gave_and_expected, shorten, show

_LINES = 6  # of what a call printed
_MANY = 4  # known mistakes that show how two results depend on each other
_STUB = "raise NotImplementedError"
_ANY = encode(...)  # what a mistake returns in place of a result that depends on how it is written


class Kind(enum.Enum):
    """What sort of thing is wrong, in the order in which it is looked for."""

    NOT_DONE = "not done yet"
    KNOWN_MISTAKE = "a known mistake"
    TIME_LIMIT = "ended at the time limit"
    ERROR = "stopped with an error"
    UNSTEADY = "another answer at the second call"
    CHANGED = "an argument changed"
    PRINTED = "printed instead of returned"
    SWAPPED = "two results swapped"
    FORM = "another kind of value, or another shape"
    NUMBERS = "numbers that differ in a way that can be named"
    SLIP = "the results of a correct function with one slip in it"
    COMPOUND = "two mistakes at once, or numbers in which the arguments can be traced"
    PLACES = "values that are right in places that can be named"
    VALUE = "a value of which nothing more is known"


class Finding(NamedTuple):
    """What is wrong: a sentence that holds no expected value, and the number of the case that shows it, if any."""

    kind: Kind
    sentence: str
    case: int | None


class Trial(NamedTuple):
    """One case, and what the function made of it. Where it raised an error, `got` is None and `right` False."""

    number: int  # of the case
    case: dict
    arguments: dict  # name → decoded value
    outcome: dict
    expected: object  # decoded
    got: object  # decoded
    right: bool


def examine(task: dict, outcomes: list[dict], single: bool = False) -> Finding | None:
    """What is wrong with the outcomes of the task's cases, the first that applies; None if all are right.

    task       one of checks.json's
    outcomes   one for each case, in order; then, if there, the first case's once more (as `checks.run` gives them)
    single     whether to leave out what takes longest: two things that are wrong at once
    """
    with _silently():
        trials = [_trial(task, i, outcome) for i, outcome in enumerate(outcomes[: len(task["cases"])])]
        again = outcomes[len(trials)] if len(outcomes) > len(task["cases"]) else None
        return (
            _not_done(outcomes)
            or _known_mistake(task, trials)
            or _stopped(task, trials)
            or (again and _unsteady(task, trials[0].outcome, again))
            or _changed(trials)
            or _wrong_value(task, trials, single)
        )


@contextlib.contextmanager
def _silently() -> Iterator[None]:
    """Without NumPy's warnings about what was returned: the mean of nothing, a number beyond its range."""
    with np.errstate(all="ignore"), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def _trial(task: dict, number: int, outcome: dict) -> Trial:
    case = task["cases"][number]
    arguments = dict(zip(task["parameters"], map(decode, case["arguments"]), strict=True))
    expected = decode(case["answer"]["value"])
    if raised(outcome):
        return Trial(number, case, arguments, outcome, expected, None, False)
    got = decode(outcome["value"])
    right = "changed" not in outcome and close(expected, got, task)
    return Trial(number, case, arguments, outcome, expected, got, right)


# ---- findings that do not look at values


def _not_done(outcomes: list[dict]) -> Finding | None:
    """A stub's own error, which has no message and is raised in the notebook."""
    for outcome in outcomes:
        error = outcome.get("raised")
        if not error or error["type"] != "NotImplementedError" or error.get("message"):
            continue
        if error.get("line") and not error["line"].startswith((_STUB, UNREAD)):
            continue
        if other := error.get("by"):
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
    sentence = _recognised(task, trials, "mistakes") if wrong else None
    return Finding(Kind.KNOWN_MISTAKE, sentence, wrong[0].number) if sentence else None


def _recognised(task: dict, trials: list[Trial], among: str) -> str | None:
    """The sentence of the first of the task's "mistakes" or "slips" that has these outcomes in every case."""
    if len(trials) < len(task["cases"]):
        return None
    for k, sentence in enumerate(task[among]):
        if all(_is_of(trial.case[among][k], trial, task) for trial in trials):
            return sentence
    return None


def _is_of(mistake: dict, trial: Trial, task: dict) -> bool:
    """Whether a trial has the outcome of the mistake, as far as its digits can be relied on."""
    if not ended_alike(mistake, trial.outcome):
        return False
    if puzzle := mistake.get("raised", {}).get("message"):
        return puzzles.explain(puzzle) == puzzles.explain(trial.outcome["raised"]["message"])
    return "value" not in mistake or _is_like(mistake["value"], trial.got, task)


def _is_like(known, got, task: dict) -> bool:
    """Whether a decoded value is a known one, as plain data. `...` in it, or alone, stands for any value."""
    if known == _ANY:
        return True
    if isinstance(known, dict) and _ANY in known.get("list", ()):
        items = entries(got)
        return (
            items is not None
            and len(items) == len(known["list"])
            and all(_is_like(k, g, task) for k, g in zip(known["list"], items, strict=True))
        )
    return close(decode(known), got, task, RECOGNISABLE)


def _stopped(task: dict, trials: list[Trial]) -> Finding | None:
    for trial in trials:
        if error := trial.outcome.get("raised"):
            if timed_out(trial.outcome):
                said = (
                    f"no answer within {error['message']}{_place(error)}. Look for a loop whose condition never "
                    "becomes false, or one that runs far too many times."
                )
                return Finding(Kind.TIME_LIMIT, said, trial.number)
            return Finding(Kind.ERROR, _error(error, task["parameters"]), trial.number)
    return None


def _unsteady(task: dict, first: dict, again: dict) -> Finding | None:
    """Another outcome of the first case when it was called once more."""
    if first == again or same(first, again, task):
        return None
    if error := again.get("raised"):
        what = f"called a second time with the same arguments, it {_error(error, task['parameters'])}"
    else:
        what = "called twice with the same arguments, it gave two different answers."
    return Finding(
        Kind.UNSTEADY,
        f"{what} The result must depend on the arguments alone: look for a random number, a variable, list or array "
        "outside the function that it changes, a default argument that grows, or an `np.empty` that is never filled.",
        0,
    )


def _changed(trials: list[Trial]) -> Finding | None:
    for trial in trials:
        if names := trial.outcome.get("changed"):
            said = (
                f"changes its argument{'s' * (len(names) > 1)} {enumerate_words(names)}, which the caller still needs. "
            )
            return Finding(Kind.CHANGED, said + _how_changed(names[0], trial.arguments.get(names[0])), trial.number)
    return None


def _how_changed(name: str, argument) -> str:
    if isinstance(argument, np.ndarray):
        return (
            f"`{name} -= …`, `{name} *= …`, `{name}[i] = …`, `{name}.sort()`, `out={name}` and `{name}.shape = …` "
            f"change the caller's array, even under another name: after `new = {name}` both names refer to the same "
            f"array. Work on `{name}.copy()`, or write `new = {name} - …`."
        )
    return (
        f"`{name}[k] = …` and methods such as `.append(…)` change the caller's {type(argument).__name__}, and "
        f"`{name}[k] -= …`, or `-=` on a loop variable, writes into an array in it, as `out=…` does. Collect new "
        "arrays in a new one."
    )


def _error(error: dict, parameters: list[str]) -> str:
    """The sentence about an error: "stopped with …", where, and what it means."""
    message, meaning = error["message"].rstrip("."), puzzles.explain(error["message"], error.get("line", ""))
    if meaning:
        message = shorten(message)
    said = f"stopped with {error['type']}{f': {message}' if message else ''}{_place(error)}."
    if "positional argument" in message and not error["line"]:
        return f"{said} The check passes {', '.join(parameters)}: leave the line with `def` as it was."
    return f"{said} {meaning}".rstrip()


def _place(error: dict) -> str:
    if not error.get("line"):
        return f", in {error['by']}, which it calls" if error.get("by") else ""
    holder = f" of {error['by']}, which it calls" if error.get("by") else ""
    return f", in the line `{shorten(error['line'])}`{holder}"


# ---- findings about values


def _wrong_value(task: dict, trials: list[Trial], single: bool) -> Finding | None:
    """What can be said of the values: of two results that are swapped, of a wrong form, of wrong numbers."""
    wrong = [trial for trial in trials if not trial.right]
    if not wrong:
        return None
    if all(trial.got is None for trial in wrong) and wrong[0].outcome.get("printed"):
        said = "prints something but returns nothing. The caller does not get what is printed: end with `return …`."
        return Finding(Kind.PRINTED, said, wrong[0].number)
    counts = {len(trial.expected) for trial in trials if isinstance(trial.expected, list)}
    columns: dict[tuple, list[Part]] = {}
    for trial in trials:
        for part in patterns.parts(trial.expected, trial.got, trial.number, trial.arguments, task):
            if len(counts) > 1:  # "result 1 of 2" would hold in one case only
                part = part._replace(subject=re.sub(r" of \d+", "", part.subject))
            columns.setdefault(part.path, []).append(part)
    found = (
        _swapped(task, trials, columns)
        or _wrong_form(task, columns, len(counts) > 1)
        or _wrong_numbers(task, len(trials), columns)
    )
    if found.kind not in (Kind.PLACES, Kind.VALUE):
        return found
    if sentence := _recognised(task, trials, "slips"):
        doubt = " Only one case differs, so the cause may be something else." if len(wrong) == 1 else ""
        return Finding(Kind.SLIP, sentence + doubt, found.case)
    if not single and (seen := compound(task, columns) or _traced(task, columns)):
        return Finding(Kind.COMPOUND, *seen)
    return found


def _traced(task: dict, columns: dict[tuple, list[Part]]) -> tuple[str, int] | None:
    """What the arguments have to do with some wrong part, or what all of these have in common, and a case that shows
    it."""
    wrong = [column for column in columns.values() if not all(part.right for part in column)]
    for column in wrong:
        part = next(part for part in column if not part.right)
        if said := patterns.numbers(part, column, task) or trace(column, task):
            others = [other for other in wrong if other is not column]
            return f"{part.subject} {said}{f' {_too(said, others, part.case, task)}' if others else ''}", part.case
    if common_factor(wrong, task):
        said = (
            f"{_several([column[0].subject for column in wrong])} are wrong by one and the same factor, which differs "
            "from case to case: relative to each other they are right."
        )
        return said, first_wrong(wrong[0])
    if misplaced(list(columns.values()), task):
        return "the results, taken together, hold the right entries in the wrong places.", first_wrong(wrong[0])
    return None


def _swapped(task: dict, trials: list[Trial], columns: dict[tuple, list[Part]]) -> Finding | None:
    count = len(trials[0].expected) if isinstance(trials[0].expected, list) else 0
    results = [columns.get((k,), []) for k in range(count)]
    if count < 2 or any(len(column) != len(trials) for column in results):
        return None
    if (places := patterns.swapped(results, task)) is None:
        return None
    first = next(part for column in results for part in column if not part.right)
    i, j = (place + 1 for place in places)
    return Finding(Kind.SWAPPED, f"results {i} and {j} are swapped.", first.case)


def _wrong_form(task: dict, columns: dict[tuple, list[Part]], varying: bool) -> Finding | None:
    """The first part of another kind or shape, of more than one entry if there is such a case: of one, (1, 1) could
    have come about in many ways.

    varying   whether lists of several lengths are expected: what holds must then hold for all their entries
    """
    parts = [part for column in columns.values() for part in column]
    for part in sorted(parts, key=lambda part: (_is_small(part), len(part.path), part.case)):
        if said := patterns.form(part, parts if varying else columns[part.path], task):
            return Finding(Kind.FORM, f"{part.subject} {said}", part.case)
    return None


def _is_small(part: Part) -> bool:
    return isinstance(part.expected, np.ndarray) and part.expected.size == 1


def _wrong_numbers(task: dict, count: int, columns: dict[tuple, list[Part]]) -> Finding:
    """The wrong part that the others follow from, as far as that is known, and what its numbers show."""
    paths = [path for path, column in columns.items() if not all(part.right for part in column)]
    first = paths[0]
    if len(paths) > 1 and all(len(columns[path]) == count for path in paths):
        first = _leading(task, paths)
    column = columns[first]
    wrong = [part for part in column if not part.right]
    kind, said = Kind.NUMBERS, patterns.numbers(wrong[0], column, task)
    if not said:
        kind, said = Kind.PLACES, patterns.places(column, task)
    right = [column[0].subject for column in columns.values() if all(p.right for p in column) and len(column) == count]
    if not said:
        kind, said = Kind.PLACES if right else Kind.VALUE, patterns.differs(column, count)
    sentence = f"{wrong[0].subject} {said}"
    if right and kind is Kind.PLACES:
        sentence += f" {_first_capital(_several(right))} {'is' if len(right) == 1 else 'are'} right in every case."
    if others := [path for path in paths if path != first]:
        sentence += f" {_too(kind is Kind.NUMBERS and said, [columns[path] for path in others], wrong[0].case, task)}"
    return Finding(kind, sentence, wrong[0].case)


def _too(said: str, others: list[list[Part]], case: int, task: dict) -> str:
    """That other parts differ too, in the case that is shown or else in others; in the same way, if the same can be
    said of each."""
    shown = [column for column in others if any(part.case == case and not part.right for part in column)]
    others = shown or others
    wrong = [next(part for part in column if not part.right) for column in others]
    named = _several([part.subject for part in wrong])
    if said and all(patterns.numbers(p, column, task) == said for p, column in zip(wrong, others, strict=True)):
        return f"The same holds for {named}."
    differ = "differs" if len(wrong) == 1 else "differ"
    return f"{_first_capital(named)} {differ} {'too' if shown else 'in other cases'}."


def _several(subjects: list[str]) -> str:
    """Some parts of a result, in words; if they are many, how many."""
    return enumerate_words(subjects) if len(subjects) < 4 else f"{len(subjects)} other results"


def _first_capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _leading(task: dict, paths: list[tuple]) -> tuple:
    """The wrong part from which most others follow, as far as the known mistakes show it: many get the other part alone
    wrong, few the leading one alone."""
    mistakes = range(len(task["mistakes"]))
    wrong = {path: {k for k in mistakes if any(_misses(c, k, path, task) for c in task["cases"])} for path in paths}

    def followers(path: tuple) -> int:
        alone = [(len(wrong[other] - wrong[path]), len(wrong[path] - wrong[other])) for other in paths if other != path]
        return sum(its >= max(_MANY, 2 * own) for its, own in alone)

    return max(paths, key=followers)


def _misses(case: dict, k: int, path: tuple, task: dict) -> bool:
    """Whether a known mistake gets a part of a case wrong."""
    try:
        expected, got = case["answer"]["value"], case["mistakes"][k]["value"]
        for step in path:
            expected, got = (data["list"][step] if "list" in data else data["dict"][step] for data in (expected, got))
    except (KeyError, IndexError, TypeError):  # it raised an error, or its result has another form
        return False
    return not close(decode(expected), decode(got), task)


# ---- the case in numbers


def example(name: str, task: dict, i: int, outcomes: list[dict]) -> str:
    """A case in numbers: the call; where a value is wrong, what it gave and what is expected; what it printed."""
    trial = _trial(task, i, outcomes[i])
    called = f"{name}({', '.join(f'{n}={show(value)}' for n, value in trial.arguments.items())})"
    with _silently():
        shown = None if raised(trial.outcome) else _difference(task, trial)
    said = f"{called}\n{shown}" if shown else f"It was called as {called}."
    if printed := trial.outcome.get("printed"):
        lines = [shorten(line) for line in printed.splitlines()]
        said += "\nIt printed:\n" + "\n".join(f"    {line}" for line in lines[:_LINES])
        said += "\n    …" if len(lines) > _LINES else ""
    return said


def _difference(task: dict, trial: Trial) -> str | None:
    """What it gave and what is expected, at the first position that differs if the whole is too long for a line."""
    if close(trial.expected, trial.got, task):
        return None
    whole = gave_and_expected(trial.got, trial.expected)
    if whole and max(map(len, whole.split("\n"))) <= WIDTH:
        return whole
    found = patterns.parts(trial.expected, trial.got, trial.number, trial.arguments, task)
    part = next(part for part in found if not part.right)
    where, expected, got = "" if part.subject == WHOLE else part.subject, part.expected, part.got
    array = as_array(got)
    if isinstance(expected, np.ndarray) and expected.ndim and array is not None and array.shape == expected.shape:
        k = next((k for k in range(len(expected)) if not close(expected[k], array[k], task)), None)
        if k is not None:
            where, expected, got = f"{where}, {entry_of(expected)} [{k}]".lstrip(", "), expected[k], array[k]
    both = gave_and_expected(got, expected) or gave_and_expected(got, expected, 17)
    return "\n".join(filter(None, [where and f"The first difference is in {where}:", both]))
