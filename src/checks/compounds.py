"""Two things wrong at once: `compound` finds known mistakes and slips in single results, or under another pattern."""

import re
from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from checks import patterns
from checks.outcomes import RECOGNISABLE, as_array, close, decode
from checks.patterns import Part
from checks.wording import ONE_SLIP, alternatives, enumerate_words

_CASES, _NUMBERS = 2, 4  # in which a mistake must show itself, to be told from chance
_EITHER = 2  # mistakes that one result may come from, to be named
_PRAISE = re.compile(r"\b(?:is|are) right\b")
_ALL_ELSE_RIGHT = re.compile(r"^[^.]*?\b(?:is|are) right(?: now)?(?:, but|\.(?: But)?) (.)")

Columns = dict[tuple, list[Part]]


class _Known(NamedTuple):
    """A known mistake or slip, as if its results were the right ones."""

    sentence: str
    is_slip: bool
    columns: Columns  # expected: what the mistake gives; right: whether that is what was returned
    wrong: set[tuple]  # paths of the results that show the mistake
    right: set[tuple]  # and of those that it leaves right


def compound(task: dict, columns: Columns) -> tuple[str, int] | None:
    """What is known of a result of which no single mistake is known, and a case that shows it; None if nothing.

    columns   the parts of the result by their paths, each with all cases
    """
    wrong = {path: column for path, column in columns.items() if not all(part.right for part in column)}
    if all(sum(not part.right for part in column) < _CASES for column in wrong.values()):
        return None
    known = [one for one in _known(task, columns) if one.wrong & wrong.keys()]
    return _beyond(known, columns, wrong, task) or (_apart(known, wrong) if len(columns) > 1 else None)


def first_wrong(column: list[Part]) -> int:
    """The number of the first case in which a part is wrong."""
    return next(part.case for part in column if not part.right)


def _known(task: dict, columns: Columns) -> Iterator[_Known]:
    for among in ("mistakes", "slips"):
        for k, sentence in enumerate(task[among]):
            own = {path: mistaken(task, among, k, column) for path, column in columns.items()}
            own = {path: column for path, column in own.items() if column}
            shown = {
                path: [_differing(p.expected, q.expected, task) for p, q in zip(own[path], columns[path], strict=True)]
                for path in own
            }
            wrong = {path for path, many in shown.items() if sum(map(bool, many)) >= _CASES and sum(many) >= _NUMBERS}
            right = {path for path, many in shown.items() if not any(many)}
            yield _Known(sentence, among == "slips", own, wrong, right)


def mistaken(task: dict, among: str, k: int, column: list[Part]) -> list[Part]:
    """A column whose expected values are those of a mistake; empty if it has no numbers there in some case.

    among, k   the mistake: the k-th of the task's "mistakes" or "slips"
    """
    own = []
    for part in column:
        try:
            data = task["cases"][part.case][among][k]["value"]
            for step in part.path:
                data = data["list"][step] if "list" in data else data["dict"][step]
        except (KeyError, IndexError, TypeError):
            return []
        value = decode(data)
        array = as_array(value)
        if array is None or array.dtype.kind not in "iuf":
            return []
        own.append(part._replace(expected=value, right=close(value, part.got, task, RECOGNISABLE)))
    return own


def _differing(value, expected, task: dict) -> int:
    """How many numbers of a mistake differ from the right ones."""
    a, b = as_array(value), as_array(expected)
    if b is None or a.shape != b.shape:
        return a.size
    relative = max(task["relative"], RECOGNISABLE)
    return int(np.sum(~np.isclose(a, b, rtol=relative, atol=task["absolute"], equal_nan=True)))


def _beyond(known: list[_Known], columns: Columns, wrong: Columns, task: dict) -> tuple[str, int] | None:
    """A mistake and, on top of it, a pattern such as a factor."""
    for one in known:
        if one.columns.keys() != columns.keys() or not one.right >= columns.keys() - wrong.keys():
            continue
        differing = [path for path in wrong if not all(p.right for p in one.columns[path])]
        said = differing and patterns.related(one.columns[differing[0]], wrong[differing[0]], task)
        if (
            said
            and not _undoes(one, differing, wrong, task)
            and all(patterns.related(one.columns[path], wrong[path], task) == said for path in differing[1:])
            and not _is_plain(one, wrong, task)
        ):
            first = f"One is a slip: {_slips(one.sentence)}." if one.is_slip else _without_praise(one.sentence)
            subjects = [wrong[path][0].subject for path in differing]
            too = f" The same holds for {enumerate_words(subjects[1:])}." if subjects[1:] else ""
            found = f"two things show, which may have one cause. {first} Beyond that, {subjects[0]} {said}{too}"
            return found, first_wrong(wrong[differing[0]])
    return None


def _undoes(one: _Known, differing: list[tuple], wrong: Columns, task: dict) -> bool:
    """Whether some result is right where the mistake alone would have made it wrong."""
    return any(
        part.right and _differing(own.expected, part.expected, task)
        for path in differing
        for own, part in zip(one.columns[path], wrong[path], strict=True)
    )


def _is_plain(one: _Known, wrong: Columns, task: dict) -> bool:
    """Whether a mistake is itself no more than a pattern in the right values, which could be named first as well."""
    return all(
        patterns.related(
            [
                part._replace(got=np.asarray(own.expected), right=False)
                for own, part in zip(one.columns[path], wrong[path], strict=True)
            ],
            wrong[path],
            task,
        )
        for path in one.wrong & wrong.keys()
    )


def _apart(known: list[_Known], wrong: Columns) -> tuple[str, int] | None:
    """Mistakes in single results of several, without those that would get a result wrong that is right here. Of those
    with the same result, the ones that explain most results count, and of these the ones that get few others wrong."""
    matched = {
        id(one): {path for path in one.wrong & wrong.keys() if all(p.right for p in one.columns[path])} for one in known
    }
    given: dict[str, list[list[Part]]] = {}  # columns by what gives them
    for path, column in wrong.items():
        fitting = [one for one in known if path in matched[id(one)]]
        ranks = {
            _without_praise(one.sentence): (-len(matched[id(one)]), len(one.wrong))
            for one in fitting
            if not one.is_slip and one.wrong <= wrong.keys()
        }
        mistakes = [said for said, rank in ranks.items() if rank == min(ranks.values()) and not _PRAISE.search(said)]
        slips = {slip for one in fitting if one.is_slip for slip in _slips(one.sentence).split(", or ")}
        if 0 < len(mistakes) <= _EITHER:
            gives = f"what this mistake gives: {', or '.join(f'“{said}”' for said in mistakes)}"
        elif slips:
            gives = f"what a correct function with one slip gives: {alternatives(slips)}."
        else:
            continue
        given.setdefault(gives, []).append(column)
    if not given:
        return None
    said = [
        f"{enumerate_words([column[0].subject for column in those])}, taken alone, "
        f"{'is' if len(those) == 1 else 'are'} {gives}"
        for gives, those in given.items()
    ]
    first = next(iter(given.values()))[0]
    return " ".join(part[0].upper() + part[1:] if k else part for k, part in enumerate(said)), first_wrong(first)


def _without_praise(sentence: str) -> str:
    """A mistake's sentence without a beginning that calls all else right; a Greek letter stays as it is."""
    return _ALL_ELSE_RIGHT.sub(lambda found: found[1].upper() if found[1].isascii() else found[1], sentence)


def _slips(sentence: str) -> str:
    return sentence.removeprefix(ONE_SLIP[0]).removesuffix(ONE_SLIP[1])
