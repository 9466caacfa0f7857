"""What can be seen in wrong values: their form, lost digits, and patterns such as a transposed matrix or a factor.

`form`, `numbers`, `places` and `differs` take a column: one part of the result, in every case. Each returns what to say
after the part's subject, or None. A pattern is named only if it holds in every case that can show it, and in two
entries at least.
"""

import itertools
from collections.abc import Callable, Iterator, Sequence
from typing import NamedTuple

import numpy as np

from checks.outcomes import RECOGNISABLE, Foreign, as_array, close, encode, entries
from checks.wording import describe, entry_of, enumerate_words, show

WHOLE = "the result"
SMALL = 1e-3  # relative: what differs by less is nearly right
_SHOWN = 5e-5  # relative: what differs by less looks the same to the four digits that are shown
_HALF = 0.55  # of the last decimal place: what rounding changes at most, and a little that float32 lost before it
_NO_FACTOR = 1e-6  # in size: what is less makes nearly nothing of any number
_SEVERAL = 200  # entries of a list that is searched for the result


class Part(NamedTuple):
    """One number, array or string of a result that may hold several, in one case."""

    subject: str  # WHOLE, or "result 2 of 3"
    path: tuple  # its positions and keys in the result, by which it is found in other cases
    case: int  # the case's number
    arguments: dict  # name → decoded value
    expected: object  # decoded
    got: object  # decoded
    right: bool


def parts(expected, got, case: int, arguments: dict, task: dict) -> list[Part]:
    """The parts of a result, in order; a list or dict that does not fit stays one part."""
    return [
        Part(subject or WHOLE, path, case, arguments, e, g, close(e, g, task))
        for subject, path, e, g in _walk("", (), expected, got)
    ]


def _walk(subject: str, path: tuple, expected, got) -> Iterator[tuple]:
    if isinstance(expected, list) and (items := entries(got)) is not None and len(items) == len(expected):
        of = f" of {subject}" if subject else f" of {len(expected)}"
        for k, (e, g) in enumerate(zip(expected, items, strict=True)):
            yield from _walk(f"result {k + 1}{of}", (*path, k), e, g)
    elif isinstance(expected, dict) and isinstance(got, dict) and expected.keys() == got.keys():
        for key in expected:
            yield from _walk(f'result "{key}"', (*path, key), expected[key], got[key])
    else:
        yield subject, path, expected, got


# ---- form: another kind of value, or another shape


def form(part: Part, column: list[Part], task: dict) -> str | None:
    """What is wrong with the kind or the shape of a part; None if nothing is."""
    return None if part.right else _kind(part, column, task) or _shape(part, column, task)


def _kind(part: Part, column: list[Part], task: dict) -> str | None:
    """None, a tensor, a string for a number and the like."""
    expected, got = part.expected, part.got
    if got is None:
        return _none(part)
    if isinstance(expected, list):
        return _count(part, column, task)
    if expected is None or isinstance(expected, Foreign) or callable(expected):
        return f"is {describe(got)}, but {describe(expected)} is expected."
    if isinstance(got, Foreign) and got.tensor:
        return f"is a {got.kind} tensor, but {_plain(expected)} is expected: end with {_to_numpy(got)}."
    if isinstance(expected, dict):
        if isinstance(got, dict):
            return f"has the keys {_keys(got)}, but {_keys(expected)} are expected."
        return f"is {describe(got)}, but a dict with the keys {_keys(expected)} is expected."
    if isinstance(expected, str):
        if not isinstance(got, str):
            return f"is {describe(got)}, but a string is expected."
        if got.strip().lower() == expected.strip().lower():
            return "is not spelled as in the task."
        if not any(got == p.expected for p in column):
            return f"is {show(got)}, which is not the answer in any case. Is it spelled as in the task?"
        return None
    if isinstance(got, list) and (said := _one_of_several(column, task)):
        return said
    if isinstance(got, list) and as_array(got) is None:
        return _no_array(got, expected)
    if as_array(got) is None:
        return f"is {describe(got)}, but {describe(expected)} is expected."
    if as_array(got).dtype.kind == "b" and np.asarray(expected).dtype.kind in "iuf":
        return (
            f"is {describe(got)} of True or False, but {describe(expected)} is expected."
            if np.ndim(got)
            else (f"is {show(got)}, but a number is expected.")
        )
    return None


def _none(part: Part) -> str:
    if part.path:
        return (
            "is None. Look at where it gets its value: a function without `return` returns None, and so do methods "
            "that change an object in place, such as `.append(…)` and `.sort()`, and a tape asked for the gradient of "
            "something that it did not watch."
        )
    return (
        "is None. Does every path through the function end in `return …`, and does what it returns get a value? "
        "Methods that change an object in place, such as `.append(…)` and `.sort()`, return None."
    )


def _count(part: Part, column: list[Part], task: dict) -> str:
    """A result of several that has another number of entries, or is one alone."""
    expected, got = part.expected, part.got
    items = entries(got)
    if said := _grouped(column, task):
        return said
    several = [p for p in column if isinstance(p.expected, list) and len(p.expected) == len(expected)]
    for k in range(len(expected) if len(several) == len(column) else 0):
        if all(close(p.expected[k], p.got, task) for p in column):
            which = ("first", "second", "third")[k] if k < 3 else f"{k + 1}th"
            return f"is only the {which} of the {len(expected)} expected: return them all, separated by commas."
    if isinstance(got, np.ndarray) or items is None:
        return f"is {describe(got)}, but a tuple or list of {len(expected)} is expected."
    count = abs(len(items) - len(expected))
    entries_got = f"{len(items)} {'entry' if len(items) == 1 else 'entries'}"
    off = f"{'one' if count == 1 else count} too {'few' if len(items) < len(expected) else 'many'}"
    said = f"has {entries_got}, but {len(expected)} {'is' if len(expected) == 1 else 'are'} expected"
    if name := _counted(column):
        return f"{said}. Wherever the number is wrong, it is `{name}`: do you keep something in each turn of a loop?"
    shapes = np.shape(as_array(expected)), np.shape(as_array(got))
    if len(expected) > 1 and shapes == ((len(expected),), (len(items), len(expected))):
        return f"holds {len(items)} groups of {len(expected)} numbers each, but {len(expected)} in all are expected."
    return f"{said}: {off}."


def _grouped(column: list[Part], task: dict) -> str | None:
    """A pair for each entry, say, where two arrays are expected."""
    right = True
    for p in column:
        got = as_array(p.got)
        expected = [as_array(e) for e in p.expected] if isinstance(p.expected, list) else []
        if got is None or got.ndim != 2 or not expected or len(expected) != got.shape[1]:
            return None
        if any(e is None or e.shape != got.shape[:1] for e in expected):
            return None
        right = right and all(alike(e, g, task) for e, g in zip(expected, got.T, strict=True))
    count = len(column[0].expected)
    return (
        f"holds a group of {count} numbers for each entry, but {count} results are expected, each with all its "
        "entries: make an array of each result, and return these arrays, separated by commas."
        f"{' The numbers themselves are right.' if right else ''}"
    )


def _counted(column: list[Part]) -> str | None:
    """The argument that is the number of entries in every case."""
    counts = [(p.arguments, entries(p.got)) for p in column]
    if any(items is None for _, items in counts) or len({len(items) for _, items in counts}) < 2:
        return None
    for name in column[0].arguments:
        if all(isinstance(values[name], int) and values[name] == len(items) for values, items in counts):
            return name
    return None


def _one_of_several(column: list[Part], task: dict) -> str | None:
    """A tuple or list of which one entry is the result, the same one in every case."""
    wrong = [p for p in column if not p.right]
    if len({len(p.got) if isinstance(p.got, list) else None for p in wrong}) != 1 or not isinstance(wrong[0].got, list):
        return None
    if len(wrong[0].got) > _SEVERAL:
        return None
    fitting = [k for k in range(len(wrong[0].got)) if all(close(p.expected, p.got[k], task) for p in wrong)]
    if len(fitting) != 1:
        return None
    if len(wrong[0].got) == 1:
        return "is a tuple or list of 1, whose only entry is right. Is there a comma after it, or a bracket around it?"
    return f"is {describe(wrong[0].got)}, but only its entry [{fitting[0]}] is expected."


def _no_array(got: list, expected) -> str:
    """Why a list of entries is not an array of numbers."""
    inside = list(_leaves(got))
    if tensor := next((leaf for leaf in inside if isinstance(leaf, Foreign) and leaf.tensor), None):
        graph = ", or by `session.run(…)` if they belong to a graph" if tensor.kind == "TensorFlow" else ""
        return (
            f"holds {tensor.kind} tensors, but plain numbers or NumPy arrays are expected: convert them with "
            f"{_to_numpy(tensor)}{graph}."
        )
    odd = [leaf for leaf in inside if as_array(leaf) is None]
    if odd:
        return f"holds {describe(odd[0])}, but numbers are expected."
    if all(np.ndim(as_array(item)) for item in got if as_array(item) is not None):
        return "has rows of different lengths, so it is not an array."
    return f"is {describe(got)} with arrays and numbers in it, but {describe(expected)} is expected."


def _leaves(value) -> Iterator:
    if isinstance(value, list):
        for item in value:
            yield from _leaves(item)
    else:
        yield value


# How a result of another shape is related to what is expected, a number or an array: what is made of both is alike.
# In each group, one line at most is said. They may fail on shapes that they are not made for.
_OF_A_NUMBER: list[dict[str, Callable]] = [
    {"Its only entry is right: `.item()` extracts it": lambda e, g: (e.ravel(), g.ravel())},
    {
        "Its last entry is right": lambda e, g: (e, g[-1]),
        "Its mean is right": lambda e, g: (e, g.mean()),
        "Its sum is right": lambda e, g: (e, g.sum()),
    },
]
_OF_AN_ARRAY: list[dict[str, Callable]] = [
    {"It is a diagonal matrix, and its diagonal is right": lambda e, g: (np.diagflat(e), g)},
    {"Only the diagonal is there": lambda e, g: (np.diagonal(e), g)},
    {"It is transposed: rows and columns are swapped": lambda e, g: (e, g.T)},
    {
        "There is one {entry} too many at the start": lambda e, g: (e, g[1:]),
        "There is one {entry} too many at the end": lambda e, g: (e, g[:-1]),
    },
    {"The first {entry} is missing": lambda e, g: (e[1:], g), "The last {entry} is missing": lambda e, g: (e[:-1], g)},
    {
        "Only the last {entry} is there": lambda e, g: (e[-1].ravel(), g.ravel()),
        "Only the first {entry} is there": lambda e, g: (e[0].ravel(), g.ravel()),
    },
    {
        "The mean of its rows is right": lambda e, g: (e, g.mean(axis=0)),
        "The sum of its rows is right": lambda e, g: (e, g.sum(axis=0)),
        "The mean of each of its rows is right": lambda e, g: (e, g.mean(axis=1)),
        "The sum of each of its rows is right": lambda e, g: (e, g.sum(axis=1)),
    },
    {"Its numbers are right: `.ravel()` gives them this shape": lambda e, g: (e, g[:].ravel())},
    {"Its numbers are right: `.reshape(…)` arranges them": lambda e, g: (e.ravel(), g[:].ravel())},
]


def _shape(part: Part, column: list[Part], task: dict) -> str | None:
    """Another shape, and how it is related to the expected one, if that is the same in every case."""
    if isinstance(part.expected, str):
        return None
    expected, got = np.asarray(part.expected), as_array(part.got)
    if expected.shape == got.shape:
        return None
    misshapen = [(np.asarray(p.expected), as_array(p.got)) for p in column if _is_misshapen(p)]
    if expected.ndim and got.ndim:
        said = f"has shape {got.shape}, but {expected.shape} is expected"
    else:
        said = f"is {describe(part.got)}, but {describe(part.expected)} is expected"
    if _ends_early(column, task):
        many = f"1 {entry_of(got)}" if len(got) == 1 else f"{len(got)} {'rows' if got.ndim > 1 else 'entries'}"
        return f"{said}. It never gets beyond {many}: is `return` inside the loop?"
    if relation := _relation(misshapen, task):
        return f"{said}. {relation.format(entry=entry_of(expected))}."
    if columns := _columns(misshapen, task):
        return f"{said}. {columns}."
    if _is_combined(part, misshapen):
        return (
            f"{said}. An array of shape (n,) and one of shape (n, 1) combine to (n, n): is one of them a column that "
            "should not be one?"
        )
    if expected.ndim == got.ndim and expected.shape[1:] == got.shape[1:] and abs(len(expected) - len(got)) == 1:
        said += f": one {entry_of(expected)} too {'few' if len(got) < len(expected) else 'many'}"
    return f"{said}. {_length(part, column, misshapen, task) or ''}".rstrip()


def _is_misshapen(part: Part) -> bool:
    """Whether both are arrays or numbers, of different shapes."""
    if isinstance(part.expected, (list, dict, str, Foreign)) or part.expected is None or callable(part.expected):
        return False
    got = as_array(part.got)
    return got is not None and got.shape != np.shape(part.expected)


def _relation(pairs: list[tuple[np.ndarray, np.ndarray]], task: dict) -> str | None:
    """The relation that explains every pair, of the first group in which just one does."""

    def holds(made: Callable, expected, got) -> bool:
        try:
            a, b = made(expected, got)
            return a.size == b.size == 0 or alike(a, b, task)
        except (IndexError, ValueError):
            return False

    for group in _OF_AN_ARRAY if pairs[0][0].ndim else _OF_A_NUMBER:
        fitting = [said for said, made in group.items() if all(holds(made, e, g) for e, g in pairs)]
        if len(fitting) == 1:
            return fitting[0]
    return None


def _columns(pairs: list[tuple[np.ndarray, np.ndarray]], task: dict) -> str | None:
    """Which columns of a matrix are missing or too many in the first pair, if in every pair the others are right."""
    if not all(e.ndim == g.ndim == 2 and len(e) == len(g) for e, g in pairs):
        return None
    for said, sides in (("should not be there", pairs), ("missing", [(g, e) for e, g in pairs])):
        more = [_further_columns(few, many, task) for few, many in sides]
        if all(more):
            several = len(more[0]) > 1
            verb = "" if said != "missing" else "are " if several else "is "
            names = enumerate_words([f"[{k}]" for k in more[0]])
            return f"Column{'s' if several else ''} {names} {verb}{said}; the others are right"
    return None


def _further_columns(few: np.ndarray, many: np.ndarray, task: dict) -> list[int]:
    """The columns of the second matrix that the first does not have; none if the others are not those of the first."""
    found, further = 0, []
    for k, column in enumerate(many.T):
        if found < few.shape[1] and alike(few[:, found], column, task):
            found += 1
        else:
            further.append(k)
    return further if 0 < found == few.shape[1] else []


def _is_combined(part: Part, pairs: list[tuple[np.ndarray, np.ndarray]]) -> bool:
    """Whether an array of shape (n, n) was returned for (n,) in every case, and for more than n = 2; not a diagonal
    matrix, which has other causes."""
    return (
        isinstance(part.got, np.ndarray)
        and all(e.ndim == 1 and g.shape == e.shape * 2 for e, g in pairs)
        and max(len(e) for e, _ in pairs) > 2
        and any(np.any(g != np.diag(np.diag(g))) for _, g in pairs)
    )


def _length(part: Part, column: list[Part], pairs: list[tuple[np.ndarray, np.ndarray]], task: dict) -> str | None:
    """What can be said of too many or too few entries: that it starts out right, or which one is wrong first."""
    if not all(e.ndim == g.ndim > 0 and e.shape[1:] == g.shape[1:] for e, g in pairs):
        return None
    shown = next(k for k, p in enumerate(p for p in column if _is_misshapen(p)) if p is part)
    differs = [
        next((k for k, (x, y) in enumerate(zip(e, g, strict=False)) if not alike(x, y, task)), None) for e, g in pairs
    ]
    if differs[shown] is not None:
        entry, (expected, got) = entry_of(part.expected), pairs[shown]
        if differs[shown] == 0 and len(got) == len(expected) + 1 and alike(expected[0], got[1], task):
            return f"The {entry} [1] is what [0] should be: is there one too many before it?"
        return f"Already {entry} [{differs[shown]}] differs from the expected one: look at that first."
    if any(k is not None for k in differs) or not all(p.right or _is_misshapen(p) for p in column):
        return None
    if max(min(len(e), len(g)) for e, g in pairs) < 2:  # the first may have been passed in
        return None
    cases, wrong = {p.case for p in column}, {p.case for p in column if _is_misshapen(p)}
    many = f"in {len(wrong)} of {len(cases)} cases" if len(wrong) < len(cases) else "in every case"
    ends = {"too late" if len(g) > len(e) else "too early" for e, g in pairs}
    when = f"{ends.pop()} {many}" if len(ends) == 1 else "too early in some cases and too late in others"
    return f"It starts out right, but ends {when}: look at what decides where it ends."


def _ends_early(column: list[Part], task: dict) -> bool:
    """Whether the result is the expected one up to the same length in every case, although that differs."""
    pairs = [(np.asarray(p.expected), as_array(p.got)) for p in column if p.right or _is_misshapen(p)]
    if any(not (p.right or p.got is None or _is_misshapen(p)) for p in column) or not all(e.ndim for e, _ in pairs):
        return False
    got = {len(g) if g.ndim else 0 for _, g in pairs}
    return (
        len(got) == 1
        and min(got) > 0
        and len({len(e) for e, _ in pairs}) > 1
        and all(alike(e[: len(g)], g, task) for e, g in pairs)
    )


# ---- numbers: patterns in values of the right form


def numbers(part: Part, column: list[Part], task: dict) -> str | None:
    """What has become of the right numbers; None if that cannot be seen."""
    if isinstance(part.expected, str) or any(as_array(p.got) is None for p in column):
        return None
    if not_finite := _not_finite(part):
        return not_finite
    return (column := comparable(column)) and (
        _lost_digits(column)
        or _is_an_argument(column, task)
        or _rearranged(column, task)
        or _offset(column, task)
        or _nearly(column)
        or _factor(column, task)
        or _moved(column, task)
        or _constant(column, task)
        or _one_array_repeated(column, task)
    )


def related(column: list[Part], right: list[Part], task: dict) -> str | None:
    """How numbers of the right form are made of others, such as a known mistake's; None if that cannot be seen.

    right   the same column with the right values expected: what would leave them right is no fault, and not named, as
            where a matrix is transposed that should be symmetric
    """
    column, right = comparable(column), comparable(right)
    if not column or all(_is_nothing_beside(p.got, p.expected) for p in column):  # 0 can be made of anything
        return None
    return (
        _rearranged(column, task, right or ()) or _offset(column, task) or _factor(column, task) or _moved(column, task)
    )


def places(column: list[Part], task: dict) -> str | None:
    """Where a wrong part is right; None if nowhere that can be named."""
    if all(isinstance(p.expected, str) for p in column):
        return _strings(column) or _right_where(column)
    if arrays := comparable(column):
        said = (
            _right_where(arrays, words=True)
            or _in_proportion(arrays, task)
            or _begins_elsewhere(arrays, task)
            or _begins_right(arrays, task)
            or _right_in_places(arrays, task)
            or _off_by_one_amount(arrays, task)
            or _same_although(arrays, task)
        )
        if said:
            return said
    return _right_where(column)


def differs(column: list[Part], count: int) -> str:
    """The least that can be said: in how many of so many cases, and whether it is 0 or always too large or small."""
    sizes = [(np.asarray(p.expected), as_array(p.got)) for p in column if not p.right]
    cases = f" in {len(sizes)} of {count} cases." if len(sizes) < count else " in every case."
    if all(e.dtype.kind in "iuf" and g is not None and g.ndim == e.ndim == 0 for e, g in sizes):
        if not any(g for _, g in sizes):
            return f"is 0{cases.rstrip('.')}, where another number is expected."
        signed = any(e < 0 or g < 0 for e, g in sizes)  # −1 is above −20, and yet smaller in size
        for said, above, holds in (("is too large", "is above", np.greater), ("is too small", "is below", np.less)):
            if all(holds(g, e) for e, g in sizes):
                return f"{f'{above} the expected value' if signed else said}{cases}"
    return "differs from the expected value" + (cases if len(sizes) < count else ".")


def comparable(column: list[Part]) -> list[Part] | None:
    """The column as arrays; None if some are not, or have another shape than is expected."""
    pairs = [(np.asarray(p.expected), as_array(p.got)) for p in column]
    if any(g is None or e.shape != g.shape or e.dtype.kind not in "iuf" for e, g in pairs):
        return None
    return [p._replace(expected=e, got=g) for p, (e, g) in zip(column, pairs, strict=True)]


def _strings(column: list[Part]) -> str | None:
    """One string whatever the case, or in all the cases that are wrong."""
    got, wrong = {p.got for p in column}, [p for p in column if not p.right]
    if len(got) == 1 and len({p.expected for p in column}) > 1:
        return f"is {show(got.pop())} in every case. Which arguments should decide, and do they?"
    if len(wrong) > 1 and len({p.got for p in wrong}) == 1:
        return (
            f"is {show(wrong[0].got)} in {len(wrong)} of {len(column)} cases where it should not be, and right in the "
            "others: look at what leads to it."
        )
    return None


def _not_finite(part: Part) -> str | None:
    got, fine = as_array(part.got), np.isfinite(part.expected)
    if np.all(np.isfinite(got) | ~fine):
        return None
    if names := [name for name, value in part.arguments.items() if _is_not_finite(value)]:
        word, verb = "NaN" if np.any(np.isnan(got) & fine) else "infinity", "does" if len(names) == 1 else "do"
        return (
            f"holds {word}. In this case {enumerate_words(names)} {verb} so too: look at how it gets into the result."
        )
    if np.any(np.isnan(got) & fine):
        return (
            "holds NaN. It comes from 0/0, ∞/∞, ∞ − ∞, 0·∞, the root or the logarithm of a negative number, or from "
            "`np.empty` where nothing was written."
        )
    if np.any(np.isinf(got) & fine):
        return (
            "holds infinity. It comes from a division by 0, the logarithm of 0, a number that outgrew the largest "
            "float, or from `np.inf` itself."
        )
    return None


def _is_not_finite(argument) -> bool:
    array = as_array(argument)
    return array is not None and array.dtype.kind == "f" and not np.all(np.isfinite(array))


def _lost_digits(column: list[Part]) -> str | None:
    """Whole numbers, rounded numbers or float32 where more digits are needed, in all cases."""
    expected, got = _flat(column)
    if not np.any(got):  # zeros have lost more than digits
        return None
    cut = expected != np.trunc(expected)
    whole = np.all(got == np.trunc(got)) and len(np.unique(got[cut])) > 2
    if whole and any(np.allclose(got, to_whole(expected)) for to_whole in (np.trunc, np.floor, np.ceil, np.round)):
        into = " Writing into an array of whole numbers also cuts them off." if column[0].got.ndim else ""
        return f"holds whole numbers only: the decimals are lost. `//`, `int(…)` and `round(…)` drop them.{into}"
    if all(p.got.dtype.kind in "iu" and p.got.ndim for p in column) and np.any(cut):
        return "is an array of whole numbers, but decimals are expected."
    off = np.max(np.abs(got - expected))
    fitting = [
        k
        for k in range(1, 7)
        if off <= _HALF * 10.0**-k and all(np.allclose(p.got, np.round(p.got, k), rtol=1e-12, atol=0) for p in column)
    ]
    if fitting and np.allclose(got[got != 0], expected[got != 0], rtol=RECOGNISABLE, atol=0):
        return "is 0 wherever it is wrong. Is it rounded, or are small values set to 0?"
    if fitting:  # by several, if the last digit is 0 throughout
        to = f" to {fitting[0]} decimal place{'s' * (fitting[0] > 1)}" if len(fitting) == 1 else ""
        return f"is rounded{to}. Return it unrounded."
    short = np.float32(got) == got
    if np.all(short) and np.any(np.float32(expected) != expected) and np.allclose(got, expected, rtol=1e-5, atol=0):
        return "has only the seven digits of float32, too few here: compute and return float64."
    return None


def _is_an_argument(column: list[Part], task: dict) -> str | None:
    for name in column[0].arguments:
        if _explained(column, lambda p, name=name: as_array(p.arguments.get(name)), task):
            return f"is the argument {name}, unchanged, in every case."
    return None


_REARRANGED: dict[str, Callable[[np.ndarray], np.ndarray | None]] = {
    "is transposed: rows and columns are swapped.": lambda e: e.T if e.ndim == 2 and len(e) == len(e.T) else None,
    "has the right size and the wrong sign, in every case.": lambda e: -e,
    "has lost its sign: no entry is negative.": np.abs,
    "holds the right entries in reverse order.": lambda e: e[::-1] if e.ndim else None,
    "holds the right entries, but in ascending order.": lambda e: np.sort(e) if e.ndim == 1 else None,
    "is the square of what it should be.": np.square,
    "is the square root of what it should be.": np.sqrt,
    "is the reciprocal of what it should be: numerator and denominator are swapped.": lambda e: 1 / e,
    "is the running sum of what it should be.": lambda e: np.cumsum(e, axis=0) if e.ndim else None,
}  # fmt: skip


def _rearranged(column: list[Part], task: dict, right: Sequence[Part] = ()) -> str | None:
    for said, change in _REARRANGED.items():
        if right and all((same := change(p.expected)) is not None and alike(same, p.expected, task) for p in right):
            continue
        if _explained(column, lambda p, change=change: change(p.expected), task):
            return said
    return None


def _offset(column: list[Part], task: dict) -> str | None:
    """The same difference in every case and entry."""
    difference = next(p.got - p.expected for p in column if not p.right).ravel()[0].item()
    if not _explained(column, lambda p: p.expected + difference, task):
        return None
    counts = all(p.expected.dtype.kind in "iu" for p in column) and difference == int(difference)
    amount = "one" if counts and abs(difference) == 1 else show(abs(difference))
    more, less = ("too many", "too few") if counts else ("too large", "too small")
    return f"is {amount} {more if difference > 0 else less}, in every case."


def factors_of(column: list[Part], task: dict) -> list[tuple[float, Part]]:
    """By what each case is multiplied, where anything but 0 is expected; empty if some case is no multiple at all."""
    factors = []
    for p in column:
        expected, got = p.expected.astype(float), p.got.astype(float)
        size = float(np.sum(expected**2))
        factor = float(np.sum(expected * got)) / size if size else 0.0
        if not (np.isfinite(factor) and alike(factor * expected, got, task)):
            return []
        if size:
            factors.append((factor, p))
    return factors


def _factor(column: list[Part], task: dict) -> str | None:
    """One factor in every case: 0, 2, ½, the length of an argument, or any other."""
    factors = factors_of(column, task)
    if len(factors) < 2:
        return None
    values = np.array([factor for factor, _ in factors])
    for times, ratio, one, other, too in (
        ("large", values, "sum", "mean", ""),
        ("small", 1 / values, "mean", "sum", ", or divided by n twice"),
    ):
        if name := _length_that_is([p for _, p in factors], ratio):
            return f"is n times too {times}, n being the length of {name}. Is it a {one} in place of a {other}{too}?"
    factor = values[0]
    if not np.allclose(values, factor, rtol=_SHOWN, atol=1e-12) or np.isclose(factor, 1):
        return None
    words = {2: "twice what it should be,", 0.5: "half of what it should be,", 0: "0"}
    known = next((said for value, said in words.items() if np.isclose(factor, value, atol=1e-12)), None)
    return f"is {known or f'{factor:.4g} times what it should be,'} in every case."


def _length_that_is(column: list[Part], numbers: np.ndarray) -> str | None:
    """The argument whose length is that number in every case, unless another count among the arguments is as well."""
    if len(set(numbers.round(6))) < 3:  # two may agree by chance
        return None
    fitting = []
    for name in column[0].arguments:
        values = [as_array(p.arguments[name]) for p in column]
        if any(v is None or v.ndim != values[0].ndim or v.dtype.kind not in "iuf" for v in values):
            continue
        counts = zip(*(v.shape or [v] for v in values), strict=True)
        fitting += [(name, k) for k, count in enumerate(counts) if np.allclose(count, numbers)]
    lengths = [name for name, k in fitting if k == 0 and np.ndim(column[0].arguments[name])]
    return lengths[0] if lengths and len(lengths) == len(fitting) else None


def _moved(column: list[Part], task: dict) -> str | None:
    """A step from an argument that has the right direction, and is too long or too short by one factor."""
    for name in column[0].arguments:
        starts = [as_array(p.arguments[name]) for p in column]
        if any(
            s is None or s.dtype.kind not in "iuf" or s.shape != p.got.shape
            for s, p in zip(starts, column, strict=True)
        ):
            continue
        moves = [p._replace(expected=p.expected - s, got=p.got - s) for s, p in zip(starts, column, strict=True)]
        factors = [factor for factor, _ in factors_of(moves, task)]
        if len(factors) < 3 or not factors[0] or np.isclose(factors[0], 1):  # 1: too small beside the start to show
            continue
        if np.allclose(factors, factors[0], rtol=1e-6, atol=0):
            words = {2: "twice as far", 0.5: "half as far", -1: "−1 times as far"}
            known = next((said for value, said in words.items() if np.isclose(factors[0], value)), None)
            return f"moves away from {name} {known or f'{factors[0]:.4g} times as far'} as it should, in every case."
    return None


def _constant(column: list[Part], task: dict) -> str | None:
    """One value whatever the case."""
    first = column[0].got
    if len(column) > 2 and all(p.got.shape == first.shape and alike(first, p.got, task) for p in column):
        return f"is {show(first.item() if not first.ndim else first)} in every case. Does it depend on the arguments?"
    return None


def _nearly(column: list[Part]) -> str | None:
    """Small differences in more than one case, and no others: to how many digits the result is right."""
    if sum(not p.right for p in column) < 2:
        return None
    expected, got = _flat(column)
    # A 0 among other numbers has their size; where all are 0, so must be the result.
    size = np.concatenate(
        [np.where(p.expected == 0, np.max(np.abs(p.expected), initial=0.0), np.abs(p.expected)).ravel() for p in column]
    )
    some = size != 0
    off = np.max(np.abs(got - expected)[some] / size[some], initial=0.0)
    if any(p.expected.dtype.kind != "f" for p in column) or not np.all(got[~some] == 0) or not 0 < off < SMALL:
        return None
    return (
        f"is nearly right: it agrees with the expected value to {int(-np.log10(off))} digits, in every case. Look for "
        "something small, such as an ε, a rounded constant, data in float32, or a finite difference in place of a "
        "derivative."
    )


def _one_array_repeated(column: list[Part], task: dict) -> str | None:
    """A list of one array again and again, which is the last row; the first may be another one."""
    longer = [p for p in column if p.expected.ndim > 1 and len(p.expected) > 2]
    if any(not p.right for p in longer) and all(
        alike(p.expected[1:] * 0 + p.expected[-1], p.got[1:], task) for p in longer
    ):
        return (
            "repeats its last row: the list holds one array many times, and each change of that array, as by `-=`, "
            "changes all its rows. Make a new array at each step, or append a copy."
        )
    return None


def _same_although(column: list[Part], task: dict) -> str | None:
    """The same array in two cases of which one argument of several differs, and with it what is expected."""
    if len(column[0].arguments) < 2:
        return None
    arguments = {p.case: {name: encode(value) for name, value in p.arguments.items()} for p in column}
    for p, q in itertools.combinations(column, 2):
        if p.got.size < 2 or alike(p.expected, q.expected, task) or not alike(p.got, q.got, task):
            continue
        differing = [name for name, value in arguments[p.case].items() if value != arguments[q.case][name]]
        if len(differing) == 1:
            return f"is the same in two cases that differ only in {differing[0]}: it should depend on {differing[0]}."
    return None


def _in_proportion(column: list[Part], task: dict) -> str | None:
    """Another factor in each case, where there are several numbers that it multiplies."""
    several = [
        p for _, p in factors_of(column, task) if not p.right and len(np.unique(p.expected[p.expected != 0])) > 1
    ]
    return "is the right one times a factor that differs from case to case." if len(several) > 1 else None


def _begins_elsewhere(column: list[Part], task: dict) -> str | None:
    """Arrays that should begin with an argument, and do not wherever they are wrong."""
    if not all(p.expected.ndim and len(p.expected) for p in column):
        return None
    wrong = [p for p in column if not p.right]
    for name in column[0].arguments:
        begins = all(np.array_equal(as_array(p.arguments[name]), p.expected[0]) for p in column)
        if begins and len(wrong) > 1 and not any(alike(p.expected[0], p.got[0], task) for p in wrong):
            return f"does not begin with {name}: look at {entry_of(wrong[0].expected)} [0]."
    return None


def _begins_right(column: list[Part], task: dict) -> str | None:
    """Arrays of which the same is right in every case: all but the last entry, all but the first, a beginning, or
    nothing of what is computed, where the first entry was passed in."""
    longer = [p for p in column if p.expected.ndim and len(p.expected) > 1 and not p.right]
    if len(longer) < 2:
        return None
    entry, given = entry_of(longer[0].expected), all(is_given(p.expected[0], p) for p in longer)
    right = [_places(p, task).reshape(len(p.expected), -1).all(axis=1) for p in longer]
    if all(r[:-1].all() and not r[-1] for r in right) and max(map(len, right)) > 1 + given:
        return f"is right except for the last {entry}, wherever it differs."
    if all(r[1:].all() and not r[0] for r in right):
        return f"is right except for the first {entry}, wherever it differs."
    first = min(int(np.argmin(r)) for r in right)
    if first > given and all(not r[first] for r in right if len(r) > first):
        return f"starts out right: {entry} [{first}] is the first that differs."
    if given and entry == "row" and len(longer) > 2 and not any(r[0] for r in right):
        return f"differs already in {entry} [0], where it starts."
    passed_in = given and all(np.any(p.expected[0]) for p in longer)
    if passed_in and len(longer) > 2 and all(r[0] and not r[1] for r in right):
        return f"differs already in {entry} [1], the first that is computed: work that one out by hand, and compare."
    return None


def is_given(entry: np.ndarray, part: Part) -> bool:
    """Whether an entry of the result is 0, or one of the arguments."""
    arguments = [as_array(value) for value in part.arguments.values()]
    return not np.any(entry) or any(a is not None and np.array_equal(a, entry) for a in arguments)


def _right_in_places(column: list[Part], task: dict) -> str | None:
    """Matrices that are right on the diagonal, off it, or in some columns, in every case."""
    if any(p.expected.ndim != 2 for p in column):
        return None
    places = [(_places(p, task), np.eye(*p.expected.shape, dtype=bool)) for p in column if min(p.expected.shape) > 1]
    if len(places) > 1 and all(len(r) == len(r.T) for r, _ in places):
        for said, fits in (("only on", lambda r, d: r[d].all() and not r[~d].any()),
                           ("except on", lambda r, d: r[~d].all() and not r[d].any())):  # fmt: skip
            if all(fits(r, d) for r, d in places):
                return f"is right {said} the diagonal, in every case."
    if len({p.expected.shape[1] for p in column}) == 1:
        columns = np.array([r.all(axis=0) for r, _ in places])
        if len(columns) > 1 and (columns == columns[0]).all() and columns[0].any() and not columns[0].all():
            wrong = [f"[{k}]" for k in np.flatnonzero(~columns[0])]
            return f"is wrong in column{'s' * (len(wrong) > 1)} {enumerate_words(wrong)}, and right elsewhere."
    return None


def _off_by_one_amount(column: list[Part], task: dict) -> str | None:
    """In each wrong case the same difference in every entry, and in two cases of several entries not the same."""
    wrong = [p for p in column if not p.right and p.expected.size]
    amounts = [float((p.got - p.expected).ravel()[0]) for p in wrong]
    if len({amount for p, amount in zip(wrong, amounts, strict=True) if p.expected.size > 1}) < 2:
        return None
    if not all(alike(p.expected + amount, p.got, task) for p, amount in zip(wrong, amounts, strict=True)):
        return None
    return (
        "is off by the same amount in every entry, but that amount differs from case to case: look at what is added to "
        "all of them."
    )


def _right_where(column: list[Part], words: bool = False) -> str | None:
    """What the arguments have in common in all cases that are right, or in all that are wrong, and in no other.

    words   whether to look only at arguments that choose between words

    A single case may differ from the others in many ways: by it alone, only a choice between words is told.
    """
    right = [p.right for p in column]
    if len(column) < 3 or len(set(right)) == 1:
        return None
    words = words or min(right.count(True), right.count(False)) == 1
    shared: dict[tuple, list[str]] = {}  # what, and whether the right cases have it → which arguments
    for name in column[0].arguments:
        if words and not all(_is_word(p.arguments[name]) for p in column):
            continue
        for said, holds in _conditions([p.arguments[name] for p in column]):
            if holds == right or [not held for held in holds] == right:
                shared.setdefault((said, holds == right), []).append(name)
                break
    if len(shared) != 1:
        return None
    (((said, held), names),) = shared.items()
    one, other = ("right", "wrong") if held else ("wrong", "right")
    cases = "the only case" if right.count(held) == 1 else "every case"
    return f"is {one} in {cases} with {said} {enumerate_words(names)}, and {other} in every other case."


def _is_word(value) -> bool:
    return isinstance(value, (str, bool)) or value is None


def _conditions(values: list) -> Iterator[tuple[str, list[bool]]]:
    """What may be special about an argument, and in which cases it is."""
    if all(map(_is_word, values)):
        for value in dict.fromkeys(values):
            yield f"{show(value)} for", [v == value for v in values]
    elif all(isinstance(v, (int, float)) for v in values):
        for number in (0, 1):
            yield f"{number} for", [v == number for v in values]
    elif all(isinstance(v, list) or np.ndim(v) for v in values):
        arrays = [as_array(v) for v in values]
        entry = "entry" if isinstance(values[0], list) else entry_of(values[0])
        yield "nothing in", [not len(v) for v in values]
        yield f"one {entry} in", [len(v) == 1 for v in values]
        if all(a is not None and a.dtype.kind in "iuf" for a in arrays):
            yield "only zeros in", [not np.any(a) for a in arrays]
            alone = "one entry or " * any(a.size == 1 for a in arrays)
            yield f"{alone}equal entries in", [a.size > 0 and bool(np.all(a == a.flat[0])) for a in arrays]
        else:
            yield "parts of equal length in", [len({np.shape(as_array(part))[:1] for part in v}) == 1 for v in values]


# ---- tools


def swapped(columns: list[list[Part]], task: dict) -> tuple[int, int] | None:
    """The two of several results that have changed places in every case, as their indices.

    columns   those of the results, in order, each with all cases
    """
    for i in range(len(columns)):
        for j in range(i + 1, len(columns)):
            others = all(p.right for k, column in enumerate(columns) if k not in (i, j) for p in column)
            pairs = list(zip(columns[i], columns[j], strict=True))
            if others and all(
                close(a.expected, b.got, task, RECOGNISABLE) and close(b.expected, a.got, task, RECOGNISABLE)
                for a, b in pairs
            ):
                return i, j
    return None


def _explained(column: list[Part], change: Callable[[Part], np.ndarray | None], task: dict) -> bool:
    """Whether `change` turns what is expected into what was returned, in every case, and in more than one number."""
    for p in column:
        changed = change(p)
        if changed is None or not alike(changed, p.got, task):
            return False
    return sum(int(np.sum(p.expected != p.got)) for p in column if not p.right) > 1


def _is_nothing_beside(got: np.ndarray, expected: np.ndarray) -> bool:
    return np.max(np.abs(got), initial=0.0) <= _NO_FACTOR * np.max(np.abs(expected), initial=0.0)


def alike(expected, got, task: dict) -> bool:
    return close(np.asarray(expected, dtype=float), np.asarray(got), task, RECOGNISABLE)


def _places(part: Part, task: dict) -> np.ndarray:
    """Where the numbers of a part are right, one by one."""
    relative = max(task["relative"], RECOGNISABLE)
    return np.isclose(part.got, part.expected, rtol=relative, atol=task["absolute"], equal_nan=True)


def _flat(column: list[Part]) -> tuple[np.ndarray, np.ndarray]:
    """All expected numbers of a column, and all that it has in their place."""
    return tuple(np.concatenate([getattr(p, side).ravel() for p in column]) for side in ("expected", "got"))


def _plain(expected) -> str:
    return "a NumPy array" if np.ndim(expected) else "a plain number"


def _to_numpy(tensor: Foreign) -> str:
    return "`.detach().numpy()`" if tensor.kind == "PyTorch" else "`.numpy()`"


def _keys(value: dict) -> str:
    return ", ".join(show(key) for key in list(value)[:6]) + (", …" if len(value) > 6 else "")
