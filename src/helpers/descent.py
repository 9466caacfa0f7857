"""Descent: runs a rule on a function, records the trajectory, stops in time and explains divergence."""

import math
from dataclasses import dataclass

import numpy as np

from helpers import arguments
from helpers.functions import Function
from helpers.rules import Rule

# A gradient this many times its first size (or this large, from a flat start) is on no way to a minimum.
# Well below float64's end, so that the recorded path can still be drawn and printed.
_DIVERGED = 1e8


@dataclass(frozen=True, eq=False)
class Trajectory:
    """What a descent did, the start included; `steps` is the number of steps taken.

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

    start                θ at the beginning, shape (d,) or a number
    gradient_tolerance   stop once ‖∇J‖ is at most this
    cost_tolerance       stop once a step changes the cost by at most this part of it

    A descent that diverges stops too: the trajectory then ends with its last finite point, `stopped` is
    "diverged", and the explanation says at which step, and what rate would have been stable where that is known.
    Raises TypeError or ValueError on arguments that cannot work.
    """
    theta = arguments.vector(start, "start")
    steps = arguments.count(steps, "steps")
    if gradient_tolerance is not None:
        gradient_tolerance = arguments.not_negative(gradient_tolerance, "gradient_tolerance")
    if cost_tolerance is not None:
        cost_tolerance = arguments.not_negative(cost_tolerance, "cost_tolerance")
    evaluate = function.value_and_gradient or (lambda theta: (function.value(theta), function.gradient(theta)))
    cost, gradient = _first_evaluation(evaluate, theta)

    record = np.empty((steps + 1, len(theta) + 2))  # θ, J and ‖∇J‖, side by side: one allocation
    norm = math.sqrt(gradient @ gradient)
    limit = _DIVERGED * max(1.0, norm)
    state = rule.init(theta)
    stopped, t, before = "steps", 0, cost
    with np.errstate(over="ignore", invalid="ignore", divide="ignore"):
        while True:
            row = record[t]
            row[:-2], row[-2], row[-1] = theta, cost, norm
            if gradient_tolerance is not None and norm <= gradient_tolerance:
                stopped = "gradient"
            elif t > 0 and cost_tolerance is not None and abs(before - cost) <= cost_tolerance * abs(before):
                stopped = "cost"
            if stopped != "steps" or t == steps:
                break
            before = cost
            step, state = rule.update(gradient, state, theta)
            theta = theta + step
            cost, gradient = evaluate(theta)
            norm = math.sqrt(gradient @ gradient)
            if not (norm <= limit and math.isfinite(cost)):  # a NaN fails both
                stopped = "diverged"
                break
            t += 1
    record = record[: t + 1]
    trajectory = Trajectory(record[:, :-2], record[:, -2], record[:, -1], rule.name, stopped, "")
    return _explained(trajectory, function, rule, cost)


def _first_evaluation(evaluate, theta):
    """Cost and gradient at the start, checked once here so that the loop need not."""
    try:
        cost, gradient = evaluate(theta)
    except (IndexError, ValueError) as error:
        raise ValueError(f"the function cannot be evaluated at start, of shape {theta.shape}: {error}") from error
    if np.shape(cost) != ():
        raise ValueError(f"the cost at start has shape {np.shape(cost)}, but J(θ) must be one number.")
    if np.shape(gradient) != theta.shape:
        raise ValueError(f"the gradient at start has shape {np.shape(gradient)}, but start has {theta.shape}.")
    if not (np.isfinite(cost) and np.isfinite(gradient).all()):
        raise ValueError(f"the cost or its gradient is not finite at start = {theta}: begin somewhere else.")
    return cost, gradient


def _explained(trajectory: Trajectory, function: Function, rule: Rule, last_cost: float) -> Trajectory:
    """The trajectory with its sentence."""
    first, last = trajectory.costs[0], trajectory.costs[-1]
    fell = f"after {trajectory.steps} steps the cost went from {first:.6g} to {last:.6g}"
    sentence = {
        "steps": f"{fell}.",
        "gradient": f"{fell}; stopped, since the gradient norm is {trajectory.gradient_norms[-1]:.2g}.",
        "cost": f"{fell}; stopped, since the last step hardly changed it.",
        "diverged": f"diverged: step {trajectory.steps + 1} took the cost from {last:.3g} to {last_cost:.3g} "
        f"(it was {first:.3g} at the start). {_mend(function, rule)}",
    }[trajectory.stopped]
    return Trajectory(
        trajectory.path, trajectory.costs, trajectory.gradient_norms, rule.name, trajectory.stopped, sentence
    )


def _mend(function: Function, rule: Rule) -> str:
    """What to do about a divergence."""
    if function.curvature is None or rule.border is None or callable(rule.lr):
        return "Try a smaller learning rate, a tenth say, or another start."
    border = rule.border(function.curvature)
    if rule.lr < border:
        return (
            f"The rate {rule.lr:g} is below the border, {border:.4g} here, so look at the gradient: is its sign right?"
        )
    return f"The rate {rule.lr:g} is too large here: the border is {border:.4g}, and any rate below it converges."
