"""What the public functions accept: each check here raises an error that says how to fix the call."""

import math
from collections.abc import Callable

import numpy as np


def vector(value, name: str) -> np.ndarray:
    """`value` as a new float64 array of shape (d,), d ≥ 1; a plain number becomes shape (1,).

    Raises TypeError for an array of whole numbers (steps written into it would be truncated), ValueError for another
    shape, no entries, NaN or infinity.
    """
    if isinstance(value, np.ndarray) and np.issubdtype(value.dtype, np.integer):
        raise TypeError(
            f"{name} is an array of {value.dtype}, and steps would be cut to that type: pass {name}.astype(float)."
        )
    try:
        array = np.array(value)
        if array.dtype.kind not in "fiu":  # strings, None, True and complex numbers cannot be entries of θ
            raise TypeError
        array = array.astype(np.float64)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be a number or a list of numbers, not {value!r}.") from error
    if array.ndim == 0:
        array = array.reshape(1)
    if array.ndim != 1:
        raise ValueError(
            f"{name} has shape {array.shape}, but one point of shape (d,) is needed: {name}.ravel() makes one."
        )
    if array.size == 0:
        raise ValueError(f"{name} is empty: give it at least one number.")
    bad = np.flatnonzero(~np.isfinite(array))
    if bad.size:
        raise ValueError(f"{name}[{bad[0]}] is {array[bad[0]]}: every entry must be a finite number.")
    return array


def positive(value, name: str) -> float:
    """`value` as a float that is finite and above zero; ValueError or TypeError otherwise."""
    number = _number(value, name)
    if not (math.isfinite(number) and number > 0):
        raise ValueError(f"{name} = {value} cannot be used: it must be a finite number above 0.")
    return number


def not_negative(value, name: str) -> float:
    """`value` as a float that is finite and at least zero; ValueError or TypeError otherwise."""
    number = _number(value, name)
    if not (math.isfinite(number) and number >= 0):
        raise ValueError(f"{name} = {value} cannot be used: it must be a finite number, 0 or above.")
    return number


def fraction(value, name: str) -> float:
    """`value` as a float with 0 ≤ value < 1, as a decay factor needs; ValueError or TypeError otherwise."""
    number = _number(value, name)
    if not 0 <= number < 1:
        raise ValueError(f"{name} = {value} cannot be used: it must be at least 0 and below 1.")
    return number


def count(value, name: str, least: int = 0) -> int:
    """`value` as an int of at least `least`; ValueError or TypeError otherwise."""
    if isinstance(value, bool) or not isinstance(value, (int, np.integer)):
        raise TypeError(f"{name} = {value!r} cannot be used: it must be a whole number, such as {max(least, 10)}.")
    if value < least:
        raise ValueError(f"{name} = {value} cannot be used: it must be at least {least}.")
    return int(value)


def rate(lr, name: str = "lr") -> float | Callable[[int], float]:
    """A learning rate: a finite number above zero, or a schedule, a callable of the iteration t = 0, 1, …"""
    return lr if callable(lr) else positive(lr, name)


def _number(value, name: str) -> float:
    if isinstance(value, (bool, str)) or np.ndim(value) != 0:
        raise TypeError(f"{name} must be one number, not {value!r}.")
    try:
        return float(value)
    except (TypeError, ValueError) as error:
        raise TypeError(f"{name} must be one number, not {value!r}.") from error
