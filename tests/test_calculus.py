"""Differences give the derivatives that are known in closed form, and tell a wrong gradient from a right one.

References: derivatives worked out by hand, the error formulas of central differences, SciPy's Rosenbrock.
"""

from dataclasses import replace

import numpy as np
import pytest
from scipy.optimize import approx_fprime, rosen, rosen_der, rosen_hess

from helpers import functions
from helpers.calculus import check_gradient, numerical_gradient, numerical_hessian


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


def test_the_default_step_of_the_hessian_grows_too():
    curvature = numerical_hessian(lambda theta: np.sin(theta[0] / 1e6), 1e6)
    assert curvature[0, 0] == pytest.approx(-np.sin(1.0) / 1e12, rel=1e-6)


@pytest.mark.parametrize("theta", [[-1.2, 1.0], [0.5, 2.0], [1.3, 0.7, 0.8]])
def test_the_numerical_hessian_is_that_of_scipys_rosenbrock(theta):
    hessian = numerical_hessian(rosen, theta)
    exact = rosen_hess(np.array(theta))
    np.testing.assert_allclose(hessian, exact, rtol=1e-5, atol=1e-5 * np.abs(exact).max())
    assert np.array_equal(hessian, hessian.T)


def test_the_numerical_hessian_of_the_wave_is_the_closed_form():
    a, b = 0.3, -1.0
    exact = np.exp(b) * np.array([[-np.sin(a), np.cos(a)], [np.cos(a), np.sin(a)]])
    np.testing.assert_allclose(numerical_hessian(wave, [a, b]), exact, atol=1e-6)


@pytest.mark.parametrize("function", [functions.double_well, functions.himmelblau, functions.ravine])
def test_a_right_gradient_is_found_right(function):
    theta = np.full(len(function.domain), 0.7)
    check = check_gradient(function, theta)
    assert check.agrees
    assert repr(check).startswith("the gradient by hand and the numerical one agree (relative difference ")
    np.testing.assert_allclose(check.by_hand, check.numerical, rtol=1e-6)


@pytest.mark.parametrize(
    ("wrong", "relative_difference"),
    [
        (lambda gradient: -gradient, 2.0),
        (lambda gradient: 2 * gradient, 0.5),  # |2g − g| / |2g|
        (lambda gradient: gradient / 2, 0.5),
        (lambda gradient: gradient * 1.00001, 1e-5),
        (lambda gradient: gradient * [1.0, 0.0], None),
        (lambda gradient: gradient[::-1], None),
    ],
)
def test_a_wrong_gradient_is_found_wrong_and_by_how_much(wrong, relative_difference):
    function = replace(functions.himmelblau, gradient=lambda theta: wrong(functions.himmelblau.gradient(theta)))
    check = check_gradient(function, [1.0, 2.5])
    assert not check.agrees
    assert "DISAGREE" in repr(check)
    if relative_difference is not None:
        assert check.relative_difference == pytest.approx(relative_difference, rel=1e-3)


def test_a_gradient_that_is_not_a_number_does_not_agree():
    assert not check_gradient(replace(functions.square, gradient=lambda theta: theta * np.nan), 1.0).agrees


def test_a_gradient_of_another_shape_is_refused():
    function = replace(functions.ravine, gradient=lambda theta: theta.reshape(2, 1))
    with pytest.raises(ValueError, match=r"the gradient has shape \(2, 1\), but theta has \(2,\): they must"):
        check_gradient(function, [1.0, 2.0])
