"""Many descents at once, each exactly as `descent.descend` takes it, with what happened told in a sentence.

The function and the rule may be a student's own: what they raise ends one descent with its own words, not the program.
"""

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from helpers import descent, rules
from helpers.functions import Function, domain_to_draw
from helpers.numerals import number, point
from helpers.rules import Rule

# A gradient that has grown by this factor may be diverging. Such a descent is left to `descent.descend`, which decides
# (its own limit is higher) and explains.
_SUSPECT = 1e6
# A noisy cost that has grown by this factor has diverged.
_DIVERGED = 1e8


class Run(NamedTuple):
    """One descent of a fixed number of steps.

    path, costs   shapes (steps + 1, d) and (steps + 1,), NaN from where the descent ended early
    says          what happened, in a sentence or two
    rule          the rule's name
    failed        whether the function could not even be evaluated at the start
    """

    path: np.ndarray
    costs: np.ndarray
    says: str
    rule: str
    failed: bool = False


def descents(function: Function, rule: Rule, starts: np.ndarray, steps: int) -> list[Run]:
    """A descent from each start, shape (k, d).

    All are taken together if the function and the rule accept many points at once; a sample, taken alone, checks that
    they handle them correctly. Otherwise, and for each descent that may diverge, `descent.descend` takes it alone.
    """
    together = _together(function, rule, starts, steps)
    if together is None:
        return [_alone(function, rule, start, steps) for start in starts]
    paths, costs, norms = together
    with np.errstate(invalid="ignore", over="ignore"):
        calm = (norms.max(axis=0) <= _SUSPECT * np.maximum(1.0, norms[0])) & np.isfinite(costs).all(axis=0)
    for k in {0, len(starts) // 2, len(starts) - 1, int(np.argmax(norms[0]))}:
        if calm[k] and not np.allclose(
            _alone(function, rule, starts[k], steps).path, paths[:, k], rtol=1e-6, atol=1e-9
        ):
            return [_alone(function, rule, start, steps) for start in starts]
    return [
        Run(paths[:, k], costs[:, k], _story(function, rule, paths[:, k], costs[:, k], norms[:, k]), rule.name)
        if calm[k]
        else _alone(function, rule, start, steps)
        for k, start in enumerate(starts)
    ]


def refuse_if_all_failed(runs: list[Run]) -> None:
    """Raise ValueError, with the first failure's words, if no descent could take a step."""
    if all(run.failed for run in runs):
        raise ValueError(f"there is nothing to explore: every start failed. The first: {runs[0].says}")


def _together(function, rule, starts, steps):
    """Paths, costs and gradient norms, shapes (steps + 1, k, …), of all descents in one loop; None if that fails."""
    record = np.empty((steps + 1, len(starts), starts.shape[1] + 2))
    theta = starts.copy()
    try:
        with np.errstate(all="ignore"):
            state = rule.init(theta)
            for t in range(steps + 1):
                gradient, cost = function.gradient(theta), function.value(theta)
                if np.shape(gradient) != theta.shape or np.shape(cost) != theta.shape[:1]:
                    return None
                record[t] = np.column_stack([theta, cost, np.linalg.norm(gradient, axis=1)])
                step, state = rule.update(gradient, state, theta)
                theta = theta + step
    except Exception:  # anyone's code, perhaps written for one point: each point is then tried alone
        return None
    return record[..., :-2], record[..., -2], record[..., -1]


def _alone(function: Function, rule: Rule, start: np.ndarray, steps: int) -> Run:
    """One descent by `descent.descend`; an exception of the function's ends it and is quoted."""
    raised = []

    def guarded(evaluate, missing):
        def guard(theta):
            try:
                return evaluate(theta)
            except Exception as error:  # anyone's code can raise anything
                raised.append(f"{type(error).__name__} at θ = {point(theta)}: {error}")
                return missing(theta)

        return evaluate and guard

    def nothing(theta):
        return np.full(theta.shape, np.nan)

    watched = replace(
        function,
        value=guarded(function.value, lambda theta: np.nan),
        gradient=guarded(function.gradient, nothing),
        value_and_gradient=guarded(function.value_and_gradient, lambda theta: (np.nan, nothing(theta))),
    )
    path, costs = np.full((steps + 1, len(start)), np.nan), np.full(steps + 1, np.nan)
    try:
        run = descent.descend(watched, start, rule, steps)
    except ValueError as error:
        says = f"The function raised {raised[0]}" if raised else str(error)
        return Run(path, costs, f"No step from θ = {point(start)}. {says}", rule.name, failed=True)
    path[: run.steps + 1], costs[: run.steps + 1] = run.path, run.costs
    if raised:
        says = f"Stopped at step {run.steps + 1}: the function raised {raised[0]}"
    elif run.stopped == "diverged":
        says = run.explanation[0].upper() + run.explanation[1:] + _leaves(function, run.path)
    else:
        says = _story(function, rule, run.path, run.costs, run.gradient_norms)
    return Run(path, costs, says, rule.name)


def _story(function, rule, path, costs, norms) -> str:
    """What happened on a path that took all its steps."""
    if norms[0] == 0:
        return "The gradient is zero at the start, so no step leads away from it."
    steps = len(costs) - 1
    story = f"After {steps} step{'s' * (steps != 1)} the cost went from {number(costs[0])} to {number(costs[-1])}"
    story += f", the gradient norm from {number(norms[0])} to {number(norms[-1])}."
    if function.minima is not None and len(function.minima):
        away = np.linalg.norm(function.minima - path[-1], axis=1).min()
        arrived = away <= 1e-9 * np.abs(path).max()  # closer than that, the digits are rounding
        story += " It is at a minimum." if arrived else f" The nearest minimum is {number(away)} away."
    return story + _too_fast(function, rule) + _leaves(function, path)


def _too_fast(function, rule) -> str:
    """A sentence if the rate is known to be at or above the border."""
    if rule.border is None or function.curvature is None or callable(rule.lr):
        return ""
    border = rule.border(function.curvature)
    if rule.lr > border:
        return f" The rate {number(rule.lr)} is above the border, {number(border)}."
    return f" The rate is the border itself, {number(border)}." if rule.lr == border else ""


def _leaves(function, path) -> str:
    """A sentence if the path leaves the picture."""
    low, high = function.domain.T
    outside = np.flatnonzero(((path < low) | (path > high)).any(axis=1))
    return f" Step {outside[0]} leaves the picture." if len(outside) else ""


def noisy_descent(cost: Function, x, y, start, batches: list[np.ndarray], lr: float) -> tuple[np.ndarray, str]:
    """A line's descent on one batch of points after another: its path, and a sentence if it diverged, else "".

    cost       the cost over all points, `functions.mean_squared_error(x, y)`, which decides about divergence
    x, y       shape (n,) each; batches are arrays of indices into them
    Returns the path with shape (steps + 1, 2), which ends before a step that diverges.
    """
    rule, theta, path = rules.gradient_descent(lr), start, [start]
    state, limit = rule.init(start), _DIVERGED * max(1.0, cost(start))
    for batch in batches:
        residual = theta[0] * x[batch] + theta[1] - y[batch]
        gradient = 2 / len(batch) * np.array([residual @ x[batch], residual.sum()])
        step, state = rule.update(gradient, state, theta)
        theta = theta + step
        if not cost(theta) <= limit:  # a NaN fails too
            return np.array(path), (
                f"Diverged: step {len(path)} took the cost to {number(cost(theta))}, from {number(cost(start))} at the "
                f"start. The rate {number(lr)} is too large for batches of {len(batch)}."
            )
        path.append(theta)
    return np.array(path), ""


def drawable(function: Function, d: int) -> Function:
    """A function of d variables that is safe to draw: its value takes many points at once, shape (…, d), and is masked
    where the original raises or is not finite.

    Raises TypeError if it is not a Function, ValueError if it has no domain of shape (d, 2) or no finite value there.
    """
    if not isinstance(function, Function):
        raise TypeError(
            f"function is {function!r}, but functions.Function(value, gradient, domain=…) is needed: it holds both, "
            "and what the picture should show."
        )
    domain_to_draw(function, d)
    return replace(function, value=lambda theta: _values(function, theta))


def _values(function: Function, theta: np.ndarray) -> np.ma.MaskedArray:
    """J at many points, shape (…, d) → (…), masked where it raises or is not finite."""
    with np.errstate(all="ignore"):
        costs = _values_at_once(function, theta)
        if costs is None:
            points = theta.reshape(-1, theta.shape[-1])
            costs = np.array([_value(function, one) for one in points]).reshape(theta.shape[:-1])
    if not np.isfinite(costs).any():
        raise ValueError(f"{function.name} has no finite value on its domain, so there is nothing to draw.")
    return np.ma.masked_invalid(costs)


def _values_at_once(function: Function, theta: np.ndarray) -> np.ndarray | None:
    """J at many points by one call; None if the function was written for one point, as a sample shows."""
    points = theta.reshape(-1, theta.shape[-1])
    sample = points[[0, len(points) // 3, -1]]
    try:
        costs = np.asarray(function.value(theta), dtype=float)
        alike = np.allclose(function.value(sample), [_value(function, one) for one in sample], equal_nan=True)
    except Exception:  # anyone's code can raise anything
        return None
    return costs if alike and costs.shape == theta.shape[:-1] else None


def _value(function: Function, theta: np.ndarray) -> float:
    """J at one point, NaN where it raises: a gap in the picture. A descent that gets there quotes the error."""
    try:
        return float(function.value(theta))
    except Exception:  # anyone's code can raise anything
        return np.nan
