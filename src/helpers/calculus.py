"""Numerical gradients, by central differences, to check those derived by hand."""

from collections.abc import Callable

import numpy as np

from helpers import arguments

# The truncation error of a central difference grows as h², its rounding error as ε/h: their sum is least
# near the cube root of ε. Press et al., Numerical Recipes (3rd ed. 2007), section 5.7.
_STEP = np.finfo(np.float64).eps ** (1 / 3)


def numerical_gradient(f: Callable, theta, h: float | None = None) -> np.ndarray:
    """∇f at θ by central differences, (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h.

    f       callable of a point of shape (d,), returning a number
    theta   shape (d,)
    h       one step for every entry; by default ε^(1/3) times the entry's own scale, max(1, |θᵢ|)
    Returns shape (d,). Raises TypeError or ValueError if θ or h cannot work, if h is too small to move an entry of θ,
    and if f does not return a single number.
    """
    theta = arguments.vector(theta, "theta")
    steps = _STEP * np.maximum(1.0, np.abs(theta)) if h is None else np.full_like(theta, arguments.positive(h, "h"))
    gradient = np.empty_like(theta)
    for i, step in enumerate(steps):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += step
        behind[i] -= step
        moved = ahead[i] - behind[i]  # 2h, after rounding
        if moved == 0:
            raise ValueError(f"h = {step:g} is too small: adding it leaves theta[{i}] = {theta[i]:g} unchanged.")
        gradient[i] = (_number(f, ahead) - _number(f, behind)) / moved
    return gradient


def _number(f: Callable, theta: np.ndarray) -> float:
    """f(θ), which must be one number: differences of an array of costs are not a gradient."""
    value = f(theta)
    if np.shape(value) != ():
        raise ValueError(f"f returned an array of shape {np.shape(value)}, but a cost is one number: is a sum missing?")
    return value
