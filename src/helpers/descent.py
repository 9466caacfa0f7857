"""Descent: run a rule on a function, record the trajectory, stop in time and explain divergence."""

import math
from dataclasses import dataclass

import numpy as np

from helpers import arguments
from helpers.functions import Function
from helpers.rules import Rule

# A descent has diverged if the gradient norm exceeds this many times its first value (or this value, from a flat
# start). Well below float64's largest number, so that the recorded path can still be drawn and printed.
_DIVERGED = 1e8
# The largest entry that a gradient may have at the start: its square must not overflow.
_LARGEST = 1e150


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a descent did, including the start; `steps` is the number of steps taken.

    path             θ before the first step and after each, shape (steps + 1, d)
    costs            J at each point of the path, shape (steps + 1,)
    gradient_norms   ‖∇J‖ there, shape (steps + 1,)
    rule             the rule's name
    stopped          why it ended: "steps" (all that were asked for), "gradient", "cost" or "diverged"
    explanation      the same as a sentence
    """

    path: np.ndarray
    costs: np.ndarray
    gradient_norms: np.ndarray
    rule: str
    stopped: str
    explanation: str

    @property
    def steps(self) -> int:
        return len(self.path) - 1

    @property
    def theta(self) -> np.ndarray:
        """The last point, shape (d,)."""
        return self.path[-1]

    def __repr__(self):
        return f"{self.rule}: {self.explanation}"


def descend(
    function: Function,
    start,
    rule: Rule,
    steps: int,
    gradient_tolerance: float | None = None,
    cost_tolerance: float | None = None,
) -> Trajectory:
    """Take up to `steps` steps of `rule` from `start` and return the Trajectory.

    function             a Function; `functions.Function(value, gradient)` makes one of your own two
    start                the first θ, shape (d,) or a number
    rule                 such as `rules.gradient_descent(0.1)`
    gradient_tolerance   stop once ‖∇J‖ is at most this
    cost_tolerance       stop once a step changes the cost by at most this fraction of it

    A descent that diverges stops too: the trajectory then ends with its last finite point, `stopped` is
    "diverged", and the explanation names the step and, if known, the border that the rate must stay below.
    Raises TypeError or ValueError for arguments that cannot work.
    """
    theta = arguments.vector(start, "start")
    steps = arguments.count(steps, "steps")
    if gradient_tolerance is not None:
        gradient_tolerance = arguments.not_negative(gradient_tolerance, "gradient_tolerance")
    if cost_tolerance is not None:
        cost_tolerance = arguments.not_negative(cost_tolerance, "cost_tolerance")
    if not hasattr(rule, "update"):
        raise TypeError(f"rule is {rule!r}, but an update rule is needed, such as rules.gradient_descent(0.1).")
    evaluate = _evaluation(function)
    cost, gradient = _first_evaluation(evaluate, theta)
    norm = math.sqrt(gradient @ gradient)
    limit = _DIVERGED * max(1.0, norm)
    state = rule.init(theta)

    record = np.empty((steps + 1, len(theta) + 2))  # one allocation for everything recorded
    path, costs, norms = record[:, :-2], record[:, -2], record[:, -1]
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        for t in range(steps + 1):
            path[t], costs[t], norms[t] = theta, cost, norm
            if gradient_tolerance is not None and norm <= gradient_tolerance:
                stopped = "gradient"
                break
            if cost_tolerance is not None and t > 0 and abs(cost - costs[t - 1]) <= cost_tolerance * abs(costs[t - 1]):
                stopped = "cost"
                break
            if t == steps:
                stopped = "steps"
                break
            step, state = rule.update(gradient, state, theta)
            theta = theta + step
            cost, gradient = evaluate(theta)
            norm = math.sqrt(gradient @ gradient)
            if not (norm <= limit and math.isfinite(cost)):  # a NaN fails both
                stopped = "diverged"
                break
    path, costs, norms = path[: t + 1], costs[: t + 1], norms[: t + 1]
    return Trajectory(path, costs, norms, rule.name, stopped, _explanation(stopped, costs, norms, cost, function, rule))


def _evaluation(function: Function):
    """The function as a callable of θ that returns (J, ∇J)."""
    if not hasattr(function, "gradient"):
        raise TypeError(
            f"function is {function!r}, but its gradient is needed too: functions.Function(value, gradient) holds both."
        )
    return function.value_and_gradient or (lambda theta: (function.value(theta), function.gradient(theta)))


def _first_evaluation(evaluate, theta):
    """Cost and gradient at the start, checked once here so that the loop need not."""
    try:
        with np.errstate(all="ignore"):  # a number that is too large is refused below
            cost, gradient = evaluate(theta)
    except (IndexError, ValueError) as error:
        raise ValueError(f"the function cannot be evaluated at start, of shape {theta.shape}: {error}") from error
    if np.shape(cost) != ():
        raise ValueError(f"the cost at start has shape {np.shape(cost)}, but J(θ) must be one number.")
    if np.shape(gradient) != theta.shape:
        raise ValueError(f"the gradient at start has shape {np.shape(gradient)}, but start has {theta.shape}.")
    if not isinstance(gradient, np.ndarray):
        raise TypeError(f"the gradient at start is a {type(gradient).__name__}: return np.array(…) of it.")
    if not (np.isfinite(cost) and np.abs(gradient).max() < _LARGEST):  # a NaN fails both
        raise ValueError(f"the cost or its gradient is too large or NaN at start = {theta}: begin somewhere else.")
    return cost, gradient


def _explanation(stopped: str, costs, norms, next_cost: float, function: Function, rule: Rule) -> str:
    """Why the descent ended, in a sentence; next_cost is the cost after the step that diverged, if one did."""
    steps, first, last = len(costs) - 1, costs[0], costs[-1]
    after = f"after {steps} step{'' if steps == 1 else 's'} the cost went from {first:.6g} to {last:.6g}"
    if stopped == "gradient":
        return f"{after}; stopped, since the gradient norm is {norms[-1]:.2g}."
    if stopped == "cost":
        return f"{after}; stopped, since the last step hardly changed it."
    if stopped == "diverged":
        return (
            f"diverged: step {steps + 1} took the cost from {last:.3g} to {next_cost:.3g} "
            f"(it was {first:.3g} at the start). {_advice(function, rule)}"
        )
    return f"{after}. {_advice(function, rule)}" if _too_fast(function, rule) else f"{after}."


def _border(function: Function, rule: Rule) -> float | None:
    """The rate above which the rule diverges on the function; None if it is not known."""
    if function.curvature is None or rule.border is None:
        return None
    return rule.border(function.curvature)


def _too_fast(function: Function, rule: Rule) -> bool:
    """Whether the rate is known to be above the border, even if the descent has not yet diverged."""
    border = _border(function, rule)
    return border is not None and not callable(rule.lr) and rule.lr > border


def _advice(function: Function, rule: Rule) -> str:
    """What to do about a divergence."""
    border = _border(function, rule)
    if border is None:
        return "Try a smaller learning rate, a tenth say, or another start."
    if callable(rule.lr):
        return f"Keep every rate of the schedule below the border, {border:.4g} here."
    if rule.lr < border:
        return (
            f"The rate {rule.lr:g} is below the border, {border:.4g} here, so look at the gradient: is its sign right?"
        )
    return f"The rate {rule.lr:g} is too large here: the border is {border:.4g}, and any rate below it converges."
