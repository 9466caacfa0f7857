"""What XᵀX buys: a recorded step from H = 2/n XᵀX and c = 2/n Xᵀy costs the same for any number of points.

J(θ) = ½ θᵀHθ − cᵀθ + yᵀy/n and ∇J(θ) = Hθ − c, as in lesson 3. Making H and c is not part of the step.
"""

from collections.abc import Iterator

import numpy as np

from bench.measure import Result, ratio, seconds
from helpers import descent, functions, rules

LIMITS = {1_000: 1.0, 10_000: 0.8, 100_000: 0.2, 1_000_000: 0.05}  # n → the ratio to a step from the points
GROWTH = 1.25  # the ratio to the same step at the fewest points
RULE = rules.gradient_descent(0.1)


def precomputed(x, y) -> functions.Function:
    """The mean squared error of a line from sums over the data, which is then needed no more."""
    n = len(y)
    X = np.column_stack([x, np.ones(n)])
    H, c, mean_square = 2 / n * X.T @ X, 2 / n * X.T @ y, y @ y / n

    def value_and_gradient(theta):
        curved = H @ theta
        return (curved / 2 - c) @ theta + mean_square, curved - c

    return functions.Function(None, None, value_and_gradient=value_and_gradient)


def points(n):
    rng = np.random.default_rng(n)
    x = rng.uniform(-1, 1, size=n)
    return x, 2 * x + 50 + rng.normal(0, 20, size=n)


def timed(function, steps):
    """A callable that returns the seconds of one step of `descend`."""
    return lambda: seconds(lambda: descent.descend(function, [0.0, 0.0], RULE, steps)) / steps


def run() -> Iterator[Result]:
    fewest = min(LIMITS)
    few = timed(precomputed(*points(fewest)), steps=500)
    for n, limit in LIMITS.items():
        x, y = points(n)
        from_points, from_sums = functions.mean_squared_error(x, y), precomputed(x, y)
        by_points, by_sums = (descent.descend(f, [0.0, 0.0], RULE, 20).costs for f in (from_points, from_sums))
        assert np.allclose(by_points, by_sums, rtol=1e-9), "the two did not take the same steps"
        many, slow = timed(from_sums, steps=500), timed(from_points, steps=min(500, max(5, 2_000_000 // n)))
        yield Result(f"a recorded step from XᵀX ÷ one from the points, n = {n:,}", ratio(many, slow, 21), limit)
        if n > fewest:
            yield Result(
                f"a recorded step from XᵀX, n = {n:,} ÷ the same at n = {fewest:,}", ratio(many, few, 41), GROWTH
            )
