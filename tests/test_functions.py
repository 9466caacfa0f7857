"""The curves and surfaces are what their formulas say, with the right gradient, Hessian and minima.

References: SciPy's Rosenbrock, SciPy's differences and minimiser, NumPy's fits, and values worked out by hand.
"""

import numpy as np
import pytest
from scipy.optimize import approx_fprime, check_grad, minimize, rosen, rosen_der, rosen_hess

from helpers import functions
from helpers.functions import mean_squared_error, quadratic

OBLIQUE = quadratic([[2.0, 1.0], [1.0, 3.0]], minimum=[1.0, -1.0])
LINE = mean_squared_error([0.0, 1.0, 2.0, 4.0], [1.0, 3.0, 2.0, 7.0])
PLANE = mean_squared_error([[0.0, 1.0], [1.0, -1.0], [2.0, 0.5], [-1.0, 3.0]], [1.0, 3.0, 2.0, 7.0])
SMOOTH = [
    functions.square,
    functions.double_well,
    functions.inflection,
    functions.plateau,
    functions.ravine,
    functions.saddle,
    functions.rosenbrock,
    functions.himmelblau,
    OBLIQUE,
    LINE,
    PLANE,
]
ALL = [*SMOOTH, functions.absolute]


def dimension(function):
    return len(function.domain)


def some_points(function, count=20):
    """Points of the function's domain, the same at every run."""
    low, high = function.domain.T
    return np.random.default_rng(7).uniform(low, high, size=(count, len(low)))


def by_name(function):
    return function.name


# ---- values and gradients --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("function", "theta", "value", "gradient"),
    [
        (functions.square, [3.0], 9.0, [6.0]),
        (functions.double_well, [1.0], -2.0, [-3.0]),  # 1 − 4 + 1, and 4 − 8 + 1
        (functions.double_well, [-2.0], -2.0, [-15.0]),  # 16 − 16 − 2, and −32 + 16 + 1
        (functions.inflection, [-2.0], -8.0, [12.0]),
        (functions.plateau, [1.0], 0.5, [0.5]),  # 2/(1 + 1)²
        (functions.plateau, [-2.0], 0.8, [-0.16]),  # −4/25
        (functions.absolute, [-2.5], 2.5, [-1.0]),
        (functions.absolute, [0.0], 0.0, [0.0]),
        (functions.ravine, [2.0, 1.0], 14.5, [2.0, 25.0]),  # ½ (4 + 25)
        (functions.saddle, [1.0, 2.0], 1.0, [2.0, 4.0]),  # 1 − 4 + 4, and 8 − 4
        (functions.himmelblau, [0.0, 0.0], 170.0, [-14.0, -22.0]),  # 121 + 49
        (functions.himmelblau, [1.0, 2.0], 68.0, [-36.0, -32.0]),  # 8² + 2²; −32 − 4; −16 − 16
        (OBLIQUE, [2.0, 1.0], 9.0, [4.0, 7.0]),  # (1, 2) away: ½ (2 + 4 + 12)
        (mean_squared_error([0.0, 1.0], [1.0, 3.0]), [1.0, 0.0], 2.5, [-2.0, -3.0]),  # residuals −1 and −2
        (mean_squared_error([[1.0, 2.0]], [10.0]), [1.0, 3.0, 1.0], 4.0, [-4.0, -8.0, -4.0]),  # residual −2
    ],
)
def test_values_and_gradients_worked_out_by_hand(function, theta, value, gradient):
    theta = np.array(theta)
    assert function(theta) == pytest.approx(value, rel=1e-15)
    assert function.value(theta) == function(theta)
    assert function.gradient(theta).tolist() == pytest.approx(gradient, rel=1e-15)


@pytest.mark.parametrize("theta", some_points(functions.rosenbrock), ids=str)
def test_rosenbrock_is_scipys(theta):
    assert functions.rosenbrock(theta) == pytest.approx(rosen(theta), rel=1e-13)
    np.testing.assert_allclose(functions.rosenbrock.gradient(theta), rosen_der(theta), rtol=1e-12, atol=1e-12)
    np.testing.assert_allclose(functions.rosenbrock.hessian(theta), rosen_hess(theta), rtol=1e-13)


@pytest.mark.parametrize("function", SMOOTH, ids=by_name)
def test_the_gradient_is_that_of_the_value_by_scipys_differences(function):
    for theta in some_points(function):
        scale = 1 + np.linalg.norm(function.gradient(theta)) + abs(function(theta))
        assert check_grad(function.value, function.gradient, theta) < 1e-6 * scale


@pytest.mark.parametrize("function", SMOOTH, ids=by_name)
def test_the_hessian_is_that_of_the_gradient_by_scipys_differences(function):
    for theta in some_points(function):
        hessian = function.hessian(theta)
        assert hessian.shape == (dimension(function),) * 2
        numerical = np.reshape(approx_fprime(theta, function.gradient), hessian.shape)
        np.testing.assert_allclose(hessian, numerical, rtol=1e-5, atol=1e-5 * (1 + np.abs(numerical).max()))


def test_the_slope_of_the_absolute_value_is_the_sign():
    assert functions.absolute.gradient(np.array([[-3.0], [-0.1], [0.0], [2.0]])).ravel().tolist() == [-1, -1, 0, 1]


# ---- many points at once ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", ALL, ids=by_name)
def test_many_points_at_once_give_what_each_gives_alone(function):
    grid = some_points(function, 12).reshape(3, 4, -1)
    values, gradients = function.value(grid), function.gradient(grid)
    assert values.shape == (3, 4)
    assert gradients.shape == grid.shape
    for i in range(3):
        for j in range(4):
            np.testing.assert_allclose(values[i, j], function.value(grid[i, j]), rtol=1e-11)
            np.testing.assert_allclose(gradients[i, j], function.gradient(grid[i, j]), rtol=1e-9, atol=1e-9)


@pytest.mark.parametrize("function", ALL, ids=by_name)
def test_one_point_gives_one_number_and_a_gradient_of_its_shape_and_stays_as_it_was(function):
    (theta,) = some_points(function, 1)
    before = theta.copy()
    assert np.shape(function.value(theta)) == ()
    assert function.gradient(theta).shape == theta.shape
    assert function.gradient(theta).dtype == np.float64
    assert np.array_equal(theta, before)
    assert function(list(theta)) == function(theta)


@pytest.mark.parametrize("function", ALL, ids=by_name)
def test_another_number_of_entries_is_refused(function):
    d = dimension(function)
    for shape in [(), (d + 1,), (2, d + 1)]:
        for call in (function.value, function.gradient):
            with pytest.raises(ValueError, match=rf"needs θ of shape \({d},\)"):
                call(np.ones(shape))


# ---- minima, domain, curvature -------------------------------------------------------------------------------------


@pytest.mark.parametrize("function", SMOOTH, ids=by_name)
def test_each_minimum_is_where_scipys_minimiser_ends_from_near_by(function):
    for minimum in function.minima:
        found = minimize(function.value, minimum + 0.05, method="Nelder-Mead", options={"xatol": 1e-8, "fatol": 1e-14})
        np.testing.assert_allclose(found.x, minimum, atol=1e-5)
        scale = np.abs(function.hessian(minimum)).max()
        np.testing.assert_allclose(function.gradient(minimum), 0, atol=1e-12 * scale)
        assert np.all(np.linalg.eigvalsh(function.hessian(minimum)) > 0)


@pytest.mark.parametrize(
    ("function", "minima"),
    [
        (functions.square, 1),
        (functions.double_well, 2),
        (functions.inflection, 0),
        (functions.plateau, 1),
        (functions.absolute, 1),
        (functions.saddle, 2),
        (functions.himmelblau, 4),
    ],
    ids=lambda value: getattr(value, "name", None),
)
def test_a_grid_over_the_domain_finds_those_minima_and_no_others(function, minima):
    """A cell that is lower than all its neighbours stands for a minimum."""
    axes = [np.linspace(low, high, 401) for low, high in function.domain]
    grid = np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1)
    cost = np.pad(function.value(grid), 1, constant_values=-np.inf)
    inner = (slice(1, -1),) * len(axes)
    lower = np.ones(cost[inner].shape, dtype=bool)
    for axis in range(len(axes)):
        for shift in (-1, 1):
            lower &= cost[inner] < np.roll(cost, shift, axis)[inner]
    assert len(function.minima) == minima
    assert lower.sum() == minima
    spacing = max(axis[1] - axis[0] for axis in axes)
    for found in grid[lower]:
        assert np.abs(function.minima - found).max(axis=1).min() < 2 * spacing


@pytest.mark.parametrize("function", ALL, ids=by_name)
def test_the_domain_goes_upwards_and_holds_every_minimum(function):
    low, high = function.domain.T
    assert np.all(low < high)
    assert np.all((low <= function.minima) & (function.minima <= high))


def test_the_curvature_of_a_bowl_is_its_largest_eigenvalue_and_of_others_unknown():
    assert quadratic([[2.0, 1.0], [1.0, 2.0]]).curvature == pytest.approx(3.0, rel=1e-14)  # λ are 1 and 3
    assert functions.ravine.curvature == pytest.approx(25.0, rel=1e-14)
    assert mean_squared_error([1.0, -1.0], [0.0, 0.0]).curvature == pytest.approx(2.0, rel=1e-14)  # H = 2 I
    X = np.array([[0.0, 1.0, 1.0], [1.0, -1.0, 1.0], [2.0, 0.5, 1.0], [-1.0, 3.0, 1.0]])
    assert PLANE.curvature == pytest.approx(2 / 4 * np.linalg.norm(X, 2) ** 2, rel=1e-12)  # largest singular value
    for function in (functions.square, functions.rosenbrock, functions.saddle):
        assert function.curvature is None


def test_a_quadratic_has_a_minimum_unless_it_bends_down_somewhere():
    flat, down = quadratic([[2.0, 0.0], [0.0, 0.0]]), quadratic([[2.0, 0.0], [0.0, -1.0]])
    assert flat.minima.tolist() == [[0.0, 0.0]]
    assert flat.curvature == 2.0
    assert down.minima.shape == (0, 2)
    assert down.curvature is None
    assert quadratic([[1.0, 1.0], [1.0, 1.0]]).curvature == pytest.approx(2.0)  # its zero may come out as −1e-17
    assert quadratic([[0.5]]).curvature == 0.5
    assert quadratic([[0.0]]).curvature is None  # level ground has no border to name


# ---- the cost of a line -------------------------------------------------------------------------------------------


def test_the_lowest_point_of_the_mean_squared_error_is_numpys_fit():
    rng = np.random.default_rng(3)
    x = rng.uniform(0, 100, size=50)
    y = 2 * x + 50 + rng.normal(0, 20, size=50)
    np.testing.assert_allclose(mean_squared_error(x, y).minima, [np.polyfit(x, y, deg=1)], rtol=1e-9)


def test_the_mean_squared_error_of_columns_is_the_mean_of_squares():
    rng = np.random.default_rng(4)
    X, y, theta = rng.normal(size=(7, 3)), rng.normal(size=7), np.array([1.0, -2.0, 0.5, 3.0])
    assert mean_squared_error(X, y)(theta) == pytest.approx(np.mean((X @ theta[:3] + 3.0 - y) ** 2), rel=1e-13)


def test_its_value_and_gradient_are_the_two_at_once():
    theta = np.array([0.5, -1.0])
    value, gradient = LINE.value_and_gradient(theta)
    assert value == LINE.value(theta)
    assert np.array_equal(gradient, LINE.gradient(theta))


def test_a_cost_keeps_the_data_and_the_matrix_that_it_was_made_from():
    x, y, H = np.array([0.0, 1.0]), np.array([1.0, 3.0]), np.array([[2.0]])
    line, bowl = mean_squared_error(x, y), quadratic(H)
    x[:], y[:], H[:] = 9.0, 9.0, 9.0
    bowl.hessian(np.zeros(1))[:] = 9.0
    line.hessian(np.zeros(2))[:] = 9.0
    assert line(np.array([1.0, 0.0])) == 2.5
    assert line.hessian(np.zeros(2)).tolist() == [[1.0, 1.0], [1.0, 2.0]]
    assert bowl(np.array([3.0])) == 9.0  # ½ · 2 · 3²
    assert bowl.hessian(np.zeros(1)).tolist() == [[2.0]]


def test_whole_numbers_as_data_are_taken_as_floats():
    assert mean_squared_error(np.array([0, 1]), np.array([1, 3]))(np.array([0.5, 0.0])) == (1.0 + 2.5**2) / 2


def test_a_function_says_what_it_is():
    assert repr(functions.square) == r"<square: \theta^2>"
