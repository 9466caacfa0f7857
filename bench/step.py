"""What recording costs: a step of `descend` on linear regression beside the plain loop that keeps nothing.

Both work on the same table X of n rows and two columns. `descend` keeps θ, the cost and the norm of the gradient of
every step. Its evaluation at the start and its explanation at the end are counted too, spread over the steps.
"""

from collections.abc import Iterator

import numpy as np

from bench.measure import Result, ratio, seconds
from helpers import descent, functions, rules

LR = 0.1


def plain(X, y, steps):
    """Gradient descent on the mean squared error, with nothing kept but θ."""
    n, theta = len(y), np.zeros(X.shape[1])
    for _ in range(steps):
        r = X @ theta - y
        c = r @ r / n  # noqa: F841  the cost is computed and dropped
        theta -= 2 * LR / n * (X.T @ r)
    return theta


def run() -> Iterator[Result]:
    for n, steps, rounds, limit in [(100, 500, 101, 4.0), (1_000_000, 25, 41, 1.15)]:
        rng = np.random.default_rng(n)
        x = rng.uniform(-1, 1, size=n)
        y = 2 * x + 50 + rng.normal(0, 20, size=n)
        X = np.column_stack([x, np.ones(n)])
        cost, rule = functions.mean_squared_error(x, y), rules.gradient_descent(LR)

        def recorded(cost=cost, rule=rule, steps=steps):
            return descent.descend(cost, [0.0, 0.0], rule, steps)

        def loop(X=X, y=y, steps=steps):
            return plain(X, y, steps)

        assert np.allclose(recorded().theta, loop(), rtol=1e-9), "the two did not take the same steps"
        found = ratio(lambda: seconds(recorded), lambda: seconds(loop), rounds)
        yield Result(f"a recorded step of descend ÷ the plain loop, n = {n:,}, d = 2", found, limit)
