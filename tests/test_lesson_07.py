"""What lesson 7 states and its own cells do not assert.

References: the recurrence of a ball without friction, and the closed form of descent on a quadratic.
"""

import numpy as np
import pytest
from lesson_code import functions_of

from helpers import data, frameworks, functions


@pytest.fixture(scope="module")
def lesson():
    return functions_of("07_pytorch_sgd", torch=frameworks.pytorch())


def test_with_gradients_that_pile_up_descent_on_a_square_is_a_ball_without_friction(lesson):
    """θₜ₊₁ − 2θₜ + θₜ₋₁ = −2αθₜ, which keeps θₜ² + θₜ₋₁² − (2 − 2α)θₜθₜ₋₁."""
    theta = lesson.descend(200, lr=0.1, forget=True)
    np.testing.assert_allclose(np.diff(theta, 2), -0.2 * theta[1:-1], atol=1e-5)
    kept = theta[1:] ** 2 + theta[:-1] ** 2 - 1.8 * theta[1:] * theta[:-1]
    np.testing.assert_allclose(kept, kept[0], rtol=1e-4)


def test_a_rate_for_each_parameter_does_in_fifty_steps_what_one_rate_does_in_a_million():
    J = functions.mean_squared_error(*data.points())
    error = data.start_pairs()[0] - J.minima[0]

    def left(rates, steps):
        matrix = np.eye(2) - np.diag(rates) @ J.hessian(J.minima[0])
        return abs((np.linalg.matrix_power(matrix, steps) @ error)[1] / error[1])

    assert left([1e-4, 0.5], 50) < 0.01
    assert left([1e-5, 1e-5], 50) > 0.99
    assert left([1e-5, 1e-5], 1_000_000) > 0.01
    low, high = np.linalg.eigvalsh(J.hessian(J.minima[0]))
    for rate, steps in [(1e-5, 1.1e6), (1e-4, 1.1e5), (2 / (low + high), 4e4)]:
        assert left([rate] * 2, int(0.95 * steps)) > 0.01 > left([rate] * 2, int(1.05 * steps))
