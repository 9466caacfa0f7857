"""How wrong numbers depend on the arguments: by a factor, a first step or a term that is made of them.

`trace`, `common_factor` and `misplaced` take columns of `patterns.parts`. `trace` returns what to say after the part's
subject, or None. A formula is named only if it gives the numbers of every case, and several different ones.
"""

import itertools
from collections.abc import Callable, Iterator

import numpy as np

from checks.compounds import mistaken
from checks.outcomes import RECOGNISABLE, as_array, close
from checks.patterns import SMALL, Part, alike, comparable, factors_of, is_given
from checks.wording import entry_of, show

_EXACT = 1e-6  # relative: how well a formula must give every number
_POWERS = (1.0, -1.0, 2.0, -2.0, 0.5, -0.5)
_THREE, _FIVE = 3, 5  # cases that a formula with one quantity must explain, and one with two
_PLAIN = (0.5, 1, 2)  # constants with which two different values of a quantity are enough
_TWO, _FOUR = 2, 4  # cases and numbers in which something else must show
_KEPT: dict[str, Callable[[np.ndarray], np.ndarray | float]] = {
    "has entries of the right size, but some of them have the wrong sign.": np.abs,
    "holds the right entries in the wrong places.": lambda a: np.sort(a, axis=None),
    "has the right norm, but not the right direction.": np.linalg.norm,
    "has the right sum in every case, although its entries differ.": np.sum,
}


def trace(column: list[Part], task: dict) -> str | None:
    """What the arguments have to do with a wrong part; None if nothing that can be named."""
    column = comparable(column)
    if not column or not all(np.all(np.isfinite(p.got)) for p in column):
        return None
    return (
        _times(column, task)
        or _moves(column, task)
        or _first_step(column, task)
        or _term(column, task)
        or _wherever_wrong(column, task)
        or _sometimes_one_off(column)
        or _in_steps(column)
        or _kept(column, task)
    )


def common_factor(columns: list[list[Part]], task: dict) -> bool:
    """Whether all these parts are too large by one factor in each case, and by another one in another case."""
    cases = _by_case(columns)
    if len(columns) < 2 or any(len({part.right for part in parts}) > 1 for parts in cases):
        return False
    return len({round(factor, 6) for factor, _ in factors_of(list(map(_joined, cases)), task)}) >= _THREE


def misplaced(columns: list[list[Part]], task: dict) -> bool:
    """Whether all parts together are the right numbers in every case, in other places; of a few it may be chance."""
    joined = [_joined(parts) for parts in _by_case(columns)]
    wrong = [p for p in joined if not p.right]
    return (
        len(columns) > 1
        and len(wrong) >= _TWO
        and max(len(np.unique(p.expected)) for p in wrong) >= _FOUR
        and _keeps(joined, np.sort, task)
    )


def _by_case(columns: list[list[Part]]) -> list[list[Part]]:
    """The parts of each case as arrays; none if some are not."""
    arrays = [comparable(column) for column in columns]
    cases: dict[int, list[Part]] = {}
    for part in itertools.chain(*arrays) if all(arrays) else ():
        cases.setdefault(part.case, []).append(part)
    return list(cases.values())


def _joined(parts: list[Part]) -> Part:
    """One part with the numbers of several."""
    numbers = {side: np.concatenate([getattr(p, side).ravel() for p in parts]) for side in ("expected", "got")}
    return parts[0]._replace(**numbers, right=all(p.right for p in parts))


def _times(column: list[Part], task: dict) -> str | None:
    """A factor that is made of the arguments."""
    said = _formula(factors_of(column, task))
    return said and f"is {said} times what it should be, in every case."


def _moves(column: list[Part], task: dict) -> str | None:
    """A step from an argument that has the right direction, and a length that is made of the arguments."""
    for name, starts in _alike_in_shape(column):
        steps = [p._replace(expected=p.expected - s, got=p.got - s) for s, p in zip(starts, column, strict=True)]
        if said := _formula(factors_of(steps, task)):
            return f"moves away from {name} {said} times as far as it should, in every case."
    return None


def _first_step(column: list[Part], task: dict) -> str | None:
    """A path from a point that was passed in, or from 0, whose second row lies in the right direction, all in all or in
    one column, and not at the right distance."""
    paths = [p for p in column if p.expected.ndim == 2 and len(p.expected) > 1]
    if not all(is_given(p.expected[0], p) and np.allclose(p.got[0], p.expected[0]) for p in paths):
        return None
    steps = [p._replace(expected=p.expected[1] - p.expected[0], got=p.got[1] - p.got[0]) for p in paths]
    begins = "goes wrong at once: from row [0] to row [1]"
    if said := _length(steps, task):
        return f"{begins} it moves {said}, in every case."
    if len({p.expected.shape for p in steps}) == 1 and len(steps) >= _THREE:
        columns = [
            [p._replace(expected=p.expected[k : k + 1], got=p.got[k : k + 1]) for p in steps]
            for k in range(len(steps[0].expected))
        ]
        for k, column in enumerate(columns):
            if said := _length(column, task):
                return f"{begins}, in column [{k}], it moves {said}, in every case."
        right = [all(alike(p.expected, p.got, task) for p in column) for column in columns]
        if sum(right) == 1:
            return f"goes wrong at once: row [1] is right in column [{right.index(True)}] alone."
    factors = [factor for factor, p in factors_of(steps, task) if np.count_nonzero(p.expected) > 1]
    if len(factors) >= _THREE and min(factors) > 0 and not np.isclose(factors, 1).any():
        return f"{begins} it moves in the right direction, but not by the right distance."
    return None


def _length(steps: list[Part], task: dict) -> str | None:
    """How far steps go, relative to the right ones."""
    factors = factors_of(steps, task)
    if len(factors) < _THREE:
        return None
    first = factors[0][0]
    if not np.allclose([factor for factor, _ in factors], first, rtol=_EXACT, atol=0):
        said = _formula(factors)
        return said and f"{said} times as far as it should"
    if np.isclose(first, 1) or abs(first) < _EXACT:
        return None
    if np.isclose(first, -1):
        return "backwards, and as far as it should"
    return f"{first:.4g} times as far as it should"


def _term(column: list[Part], task: dict) -> str | None:
    """A difference that is an argument, times a constant or what is made of other arguments."""
    for name, terms in _alike_in_shape(column):
        parts = [p._replace(expected=t, got=p.got - p.expected) for t, p in zip(terms, column, strict=True)]
        factors = factors_of(parts, task)
        if len({tuple(p.expected.ravel()) for _, p in factors}) < _THREE or abs(factors[0][0]) < _EXACT:
            continue
        sign = np.sign(factors[0][0])
        sizes = [(sign * factor, p) for factor, p in factors]
        same = np.allclose([size for size, _ in sizes], sizes[0][0], rtol=_EXACT, atol=0)
        if said := _written(sizes[0][0], ()) if same else _formula(sizes):
            term = name if said == "1" else f"{said} · {name}"
            return f"is the right one {'plus' if sign > 0 else 'minus'} {term}, in every case."
    return None


def _wherever_wrong(column: list[Part], task: dict) -> str | None:
    """One value, or an argument's, in place of every number that is wrong."""
    wrong = [~np.isclose(p.got, p.expected, rtol=task["relative"], atol=task["absolute"]) for p in column]
    if sum(map(np.any, wrong)) < _TWO or sum(map(np.sum, wrong)) < _FOUR:
        return None
    got = np.concatenate([np.atleast_1d(p.got)[np.atleast_1d(w)] for p, w in zip(column, wrong, strict=True)])
    if np.all(got == got[0]):
        if not got[0] and (k := _zeros_from(column, wrong)):
            where = f"{entry_of(column[0].got)} [{k}]"
            return f"is 0 from {where} on, in every case. Does the loop end there, or is `return` inside it?"
        return f"is {show(got[0] + 0)} wherever it is wrong."
    numbers = [(name, [p.arguments[name] for p in column]) for name in column[0].arguments]
    numbers = [(name, values) for name, values in numbers if all(isinstance(v, (int, float)) for v in values)]
    for name, values in [*numbers, *_alike_in_shape(column)]:
        if all(
            np.array_equal(p.got[w], np.broadcast_to(v, p.got.shape)[w])
            for p, w, v in zip(column, wrong, values, strict=True)
        ):
            if any(np.ndim(p.got) for p in column):
                return f"holds an entry of {name}, unchanged, wherever it is wrong."
            return f"is the argument {name}, unchanged, wherever it is wrong."
    return None


def _zeros_from(column: list[Part], wrong: list[np.ndarray]) -> int | None:
    """The position of the first wrong row or entry, if that is the same in every case and all from there on are 0."""
    if not all(p.got.ndim for p in column):
        return None
    first, *others = {int(np.argmax(w.reshape(len(w), -1).any(axis=1))) for w in wrong if np.any(w)}
    return None if others or any(np.any(p.got[first:]) for p in column) else first


def _sometimes_one_off(column: list[Part]) -> str | None:
    """A count that is one too many, or one too few, in several cases."""
    if any(p.expected.ndim or p.expected.dtype.kind not in "iu" for p in column):
        return None
    off = [(p.got - p.expected).item() for p in column if not p.right]
    if len(off) < _THREE or set(off) not in ({1}, {-1}):
        return None
    return (
        f"is one too {'many' if off[0] > 0 else 'few'} in {len(off)} of {len(column)} cases, and right in the others. "
        "A formula that is a little off would do this, and so would wrong rounding or the last turn of a loop."
    )


def _in_steps(column: list[Part]) -> str | None:
    """Multiples of 0.01, say, each less than that from the right number, or from the nearest between the least and the
    largest of them."""
    if any(p.expected.ndim or p.expected.dtype.kind != "f" for p in column):
        return None
    expected, got = (np.array([getattr(p, side).item() for p in column]) for side in ("expected", "got"))
    for step in (0.1, 0.01, 0.001, 0.0001):
        if _whole(got / step).all():
            near = np.abs(got - np.clip(expected, got.min(), got.max())) < (1 + _EXACT) * step
            between = ~_whole(expected / step)
            if near.all() and between.sum() >= _THREE and len(np.unique((got / step).round())) >= _FIVE:
                return (
                    f"is a multiple of {step:g} in every case, which the right value need not be. Is something "
                    "rounded, or did you try such values in turn?"
                )
            return None
    return None


def _whole(numbers: np.ndarray) -> np.ndarray:
    return np.abs(numbers - numbers.round()) < _EXACT


def _kept(column: list[Part], task: dict) -> str | None:
    """Something of an array that is right in every case, although its numbers are not."""
    wrong = [p for p in column if not p.right]
    if len(column) < _THREE or len(wrong) < _TWO or any(p.expected.size < _TWO for p in wrong):
        return None
    if all(np.linalg.norm(p.got - p.expected) < SMALL * np.linalg.norm(p.expected) for p in wrong):  # all of it, nearly
        return None
    for said, of in _KEPT.items():
        if _keeps(column, of, task) and not _hardly_wrong(column, of, task):
            return said
    return None


def _keeps(column: list[Part], of: Callable, task: dict) -> bool:
    return all(close(of(p.expected), of(p.got), task, RECOGNISABLE) for p in column)


def _hardly_wrong(column: list[Part], of: Callable, task: dict) -> bool:
    """Whether most known mistakes keep it too, as they do the sum of probabilities: then it says nothing."""
    known = [mistaken(task, "mistakes", k, column) for k in range(len(task["mistakes"]))]
    numbers = [
        [p._replace(expected=part.expected, got=as_array(p.expected)) for p, part in zip(own, column, strict=True)]
        for own in known
        if own and all(np.shape(p.expected) == part.expected.shape for p, part in zip(own, column, strict=True))
    ]
    differing = [own for own in numbers if not all(close(p.expected, p.got, task) for p in own)]
    return 2 * sum(_keeps(own, of, task) for own in differing) > len(differing)


def _alike_in_shape(column: list[Part]) -> Iterator[tuple[str, list[np.ndarray]]]:
    """The arguments that hold numbers in the shape of the result, or a list of such, by name."""
    for name in column[0].arguments:
        values = [p.arguments[name] for p in column]
        if all(
            isinstance(v, list) and p.path and p.path[-1] in range(len(v)) for v, p in zip(values, column, strict=True)
        ):
            name, values = f"{name}[{column[0].path[-1]}]", [v[p.path[-1]] for v, p in zip(values, column, strict=True)]
        arrays = [as_array(v) for v in values]
        if all(
            a is not None and a.dtype.kind in "iuf" and a.shape == p.got.shape
            for a, p in zip(arrays, column, strict=True)
        ):
            yield name, arrays


def _formula(factors: list[tuple[float, Part]]) -> str | None:
    """What gives these numbers: a constant times a power of one quantity, or times or over two of them."""
    if len(factors) < _THREE:
        return None
    numbers = np.array([factor for factor, _ in factors])
    quantities = _quantities([p.arguments for _, p in factors])
    tried = [((name, power),) for name in quantities for power in _POWERS]
    if len(factors) >= _FIVE:
        pairs = itertools.combinations(quantities, 2)
        tried += [
            tuple(zip(pair, powers, strict=True)) for pair in pairs for powers in itertools.product((1, -1), repeat=2)
        ]
    for powers in tried:
        product = np.prod([quantities[name] ** power for name, power in powers], axis=0)
        constant = numbers / product
        values = len(np.unique(product.round(9)))
        varied = values >= _THREE or (
            values == _TWO and len(numbers) >= _FIVE and np.isclose(abs(constant[0]), _PLAIN).any()
        )
        if varied and constant[0] and np.allclose(constant, constant[0], rtol=_EXACT, atol=0):
            return _written(float(constant[0]), powers)
    return None


def _quantities(cases: list[dict]) -> dict[str, np.ndarray]:
    """Numbers above 0 that differ from case to case, by their names: arguments, what they leave of 1, lengths."""
    found: dict[str, np.ndarray] = {}
    for name in cases[0]:
        values = [case[name] for case in cases]
        if all(isinstance(v, (int, float)) and not isinstance(v, bool) for v in values):
            numbers = np.array(values, dtype=float)
            found[name], found[f"(1 − {name})"] = numbers, 1 - numbers
        elif all(isinstance(v, np.ndarray) and v.ndim for v in values):
            found[f"len({name})"] = np.array([len(v) for v in values], dtype=float)
    return {name: numbers for name, numbers in found.items() if np.all(numbers > 0) and len(set(numbers)) > 1}


def _written(constant: float, powers: tuple[tuple[str, float], ...]) -> str:
    """A constant and powers as a formula: "2 · lr", "1/h²"."""
    signs = {1: "{}", 2: "{}²", 0.5: "√{}"}
    above = [signs[power].format(name) for name, power in powers if power > 0]
    below = [signs[-power].format(name) for name, power in powers if power < 0]
    if not np.isclose(constant, 1) or not above:
        above.insert(0, f"{constant:.4g}")
    return "/".join([" · ".join(above), *below])
