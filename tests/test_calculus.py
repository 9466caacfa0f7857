"""Central differences give the derivatives that are known in closed form.

References: derivatives worked out by hand, the error formulas of central differences, SciPy's Rosenbrock.
"""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, rosen, rosen_der

from helpers.calculus import numerical_gradient


def wave(theta):
    return np.sin(theta[0]) * np.exp(theta[1])


def wave_gradient(theta):
    return np.array([np.cos(theta[0]), np.sin(theta[0])]) * np.exp(theta[1])


@pytest.mark.parametrize("theta", [[0.3, -1.0], [2.0, 0.5], [-4.0, 2.0]])
def test_the_numerical_gradient_is_the_closed_form_to_ten_digits(theta):
    np.testing.assert_allclose(numerical_gradient(wave, theta), wave_gradient(theta), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("theta", [[-1.2, 1.0], [0.5, 2.0], [1.3, 0.7, 0.8, 1.9, 1.2]])
def test_it_agrees_with_scipys_on_rosenbrock_and_is_closer_to_the_truth(theta):
    ours, scipys, truth = numerical_gradient(rosen, theta), approx_fprime(theta, rosen), rosen_der(np.array(theta))
    np.testing.assert_allclose(ours, scipys, rtol=1e-4, atol=1e-4)
    assert np.linalg.norm(ours - truth) < np.linalg.norm(scipys - truth)


@pytest.mark.parametrize("h", [0.5, 0.25, 2.0**-10])
def test_with_a_given_h_it_is_the_central_difference_with_that_h(h):
    """On θ³ it is 3θ² + h² exactly; a forward difference would give 3θ² + 3θh + h²."""
    assert numerical_gradient(lambda theta: theta[0] ** 3, 1.0, h).tolist() == [3 + h**2]


def test_each_entry_is_moved_alone():
    visited = []
    numerical_gradient(lambda theta: visited.append(theta.tolist()) or 0.0, [1.0, 2.0], h=0.5)
    assert visited == [[1.5, 2.0], [0.5, 2.0], [1.0, 2.5], [1.0, 1.5]]


def test_the_default_step_grows_with_the_entry():
    """At 10⁹ a step of 6e-6 would lose most digits: 1e-16 · 10⁹ / 6e-6 is a relative error of 2 %."""
    slope = numerical_gradient(lambda theta: np.sin(theta[0] / 1e9), 1e9)
    assert slope[0] == pytest.approx(np.cos(1.0) / 1e9, rel=1e-9)
