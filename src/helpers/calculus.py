"""Derivatives by central differences, to check those that were derived by hand."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from helpers import arguments
from helpers.functions import Function

# The truncation error of a central difference grows as h², its rounding error as ε/h: their sum is least
# near the cube root of ε. For second differences (h² against ε/h²) it is the fourth root.
# Press et al., Numerical Recipes (3rd ed. 2007), section 5.7.
_STEP = np.finfo(np.float64).eps ** (1 / 3)
_SECOND_STEP = np.finfo(np.float64).eps ** (1 / 4)


def numerical_gradient(f: Callable, theta, h: float | None = None) -> np.ndarray:
    """∇f at θ by central differences, (f(θ + h eᵢ) − f(θ − h eᵢ)) / 2h.

    f       callable of a point of shape (d,), returning a number
    theta   shape (d,)
    h       one step for every entry; by default ε^(1/3) times the entry's own scale, max(1, |θᵢ|)
    Returns shape (d,). Raises TypeError or ValueError where θ or h cannot work, where h is too small to move an
    entry of θ, and where f returns no single number.
    """
    theta = arguments.vector(theta, "theta")
    steps = _STEP * np.maximum(1.0, np.abs(theta)) if h is None else np.full_like(theta, arguments.positive(h, "h"))
    gradient = np.empty_like(theta)
    for i, step in enumerate(steps):
        ahead, behind = theta.copy(), theta.copy()
        ahead[i] += step
        behind[i] -= step
        moved = ahead[i] - behind[i]  # 2h as it came out in floating point
        if moved == 0:
            raise ValueError(f"h = {step:g} is too small: theta[{i}] + h is theta[{i}] = {theta[i]:g} again.")
        gradient[i] = (_number(f, ahead) - _number(f, behind)) / moved
    return gradient


def numerical_hessian(f: Callable, theta) -> np.ndarray:
    """The Hessian of f at θ by second differences; f and theta as for `numerical_gradient`. Shape (d, d)."""
    theta = arguments.vector(theta, "theta")
    steps = np.diag(_SECOND_STEP * np.maximum(1.0, np.abs(theta)))
    d = len(theta)
    hessian = np.empty((d, d))
    for i in range(d):
        for j in range(i + 1):
            corners = (
                _number(f, theta + steps[i] + steps[j])
                - _number(f, theta + steps[i] - steps[j])
                - _number(f, theta - steps[i] + steps[j])
                + _number(f, theta - steps[i] - steps[j])
            )
            hessian[i, j] = hessian[j, i] = corners / (4 * steps[i, i] * steps[j, j])
    return hessian


def _number(f: Callable, theta: np.ndarray) -> float:
    """f(θ), if it is one number: an array of costs would be a derivative of something else."""
    value = f(theta)
    if np.shape(value) != ():
        raise ValueError(f"f returned an array of shape {np.shape(value)}, but a cost is one number: is a sum missing?")
    return value


@dataclass(frozen=True)
class GradientCheck:
    """A gradient beside the numerical one: both of shape (d,), and their relative difference."""

    by_hand: np.ndarray
    numerical: np.ndarray
    relative_difference: float

    @property
    def agrees(self) -> bool:
        """Whether the two agree to six digits, which a wrong formula does not reach by chance."""
        return self.relative_difference < 1e-6

    def __repr__(self):
        verdict = "agree" if self.agrees else "DISAGREE"
        return (
            f"the gradient by hand and the numerical one {verdict} (relative difference {self.relative_difference:.0e})"
        )


def check_gradient(function: Function, theta) -> GradientCheck:
    """Compare a function's gradient at θ, shape (d,), with central differences of its value.

    Raises ValueError where the gradient has not the shape of θ.
    """
    theta = arguments.vector(theta, "theta")
    by_hand = np.asarray(function.gradient(theta), dtype=np.float64)
    if by_hand.shape != theta.shape:
        raise ValueError(f"the gradient has shape {by_hand.shape}, but theta has {theta.shape}: they must be the same.")
    numerical = numerical_gradient(function.value, theta)
    scale = max(np.linalg.norm(by_hand), np.linalg.norm(numerical), np.finfo(float).tiny)
    return GradientCheck(by_hand, numerical, float(np.linalg.norm(by_hand - numerical) / scale))
