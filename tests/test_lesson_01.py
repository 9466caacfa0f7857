"""The mathematics that lesson 1 states beyond what its cells show, on the lesson's own functions."""

import math
from fractions import Fraction

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import integrate, optimize

from helpers import descent, functions, rules


@pytest.fixture(scope="module")
def lesson():
    return functions_of("01_update_rule", functions=functions)


def test_every_step_on_the_square_multiplies_by_one_minus_two_alpha(lesson):
    for lr in [0.1, 0.4, 0.7]:
        path = lesson.descend(lesson.slope, np.array([3.0]), lr, steps=20)
        np.testing.assert_allclose(path[:, 0], [3 * (1 - 2 * lr) ** t for t in range(21)])


def test_the_central_difference_of_a_cube_is_off_by_exactly_h_squared(lesson):
    # ((θ + h)³ − (θ − h)³) / 2h = 3θ² + h²; all numbers here are exact in binary.
    for theta, h in [(2.0, 0.5), (-3.0, 0.25)]:
        found = lesson.numerical_gradient(lambda point: point[0] ** 3, np.array([theta]), h)
        assert found[0] == 3 * theta**2 + h**2


def test_the_numerical_gradient_moves_one_entry_at_a_time(lesson):
    found = lesson.numerical_gradient(lambda p: p[0] ** 2 * p[1] + 5 * p[2], np.array([2.0, 3.0, 4.0]), h=1e-5)
    np.testing.assert_allclose(found, [12, 4, 5], atol=1e-8)  # 2·2·3, 2², 5


# ---- why it goes down


def test_the_promise_is_missed_by_half_of_alpha_squared_times_the_curvature_along_the_step():
    bowl = functions.quadratic([[2.0, 0.8], [0.8, 1.0]])
    start = np.array([-3.5, 3.0])
    g = np.array([2 * -3.5 + 0.8 * 3, 0.8 * -3.5 + 3])
    for lr in [0.2, 0.1, 0.05]:
        fall = bowl(start) - bowl(start - lr * g)
        second_order = lr**2 / 2 * (2 * g[0] ** 2 + 1.6 * g[0] * g[1] + g[1] ** 2)
        assert lr * (g @ g) - fall == pytest.approx(second_order)


@pytest.mark.parametrize("unit", [[1.0, 1.0], [0.1, 1.0], [3.0, 0.5]])
def test_steepest_in_other_units_is_against_the_square_of_the_units_times_the_gradient(lesson, unit):
    unit, start = np.array(unit), np.array([-3.5, 3.0])
    bowl = functions.quadratic([[2.0, 0.8], [0.8, 1.0]])

    def cost(angle):
        return bowl(start + 1e-6 * unit * np.array([math.cos(angle), math.sin(angle)]))

    angles = np.linspace(0, 2 * np.pi, 3601)
    best = angles[np.argmin([cost(angle) for angle in angles])]
    found = lesson.degrees(unit * np.array([math.cos(best), math.sin(best)]))
    stated = lesson.degrees(-(unit**2) * bowl.gradient(start))
    assert abs((found - stated + 180) % 360 - 180) < 0.5


# ---- the best h


def test_the_best_h_is_where_the_sum_of_both_errors_is_least():
    epsilon = 2.0**-52
    for theta in [0.5, 3.0, 40.0]:
        J, third = 1 / theta, 6 / theta**4

        def total_error(log_h, J=J, third=third):
            return math.exp(2 * log_h) * third / 6 + epsilon * J / math.exp(log_h)

        total = optimize.minimize_scalar(total_error)
        assert math.exp(total.x) == pytest.approx((3 * epsilon * J / third) ** (1 / 3), rel=1e-4)
        assert math.exp(total.x) == pytest.approx((epsilon / 2) ** (1 / 3) * theta, rel=1e-4)


@pytest.mark.parametrize("k", [5, 10, 15])
def test_the_formulas_own_error_is_h_squared_times_the_third_derivative_over_six(lesson, k):
    # Of 1/θ, in exact arithmetic.
    theta, h = Fraction(3), Fraction(1, 2**k)
    central, one_sided = lesson.slope_error(theta, h)
    assert float(central) == pytest.approx(float(h) ** 2 / 3**4, rel=0.01)
    assert float(one_sided) == pytest.approx(float(h) / 3**3, rel=0.02)


@pytest.mark.parametrize(("c", "d", "theta"), [(1, 0, 3), (1, 0, 3000), (1, -2997, 3000), (1000, 3, 0), (7, 1, 0)])
def test_the_best_h_goes_with_the_distance_to_the_pole(lesson, c, d, theta):
    h, reach = lesson.best_h(c, d, theta)
    assert reach == pytest.approx(theta + d / c)
    assert 0.25 < h / ((2.0**-52 / 2) ** (1 / 3) * reach) < 2


def test_near_3000_powers_of_two_are_added_exactly_and_other_distances_are_rounded():
    points = 3000 + np.arange(200) / 1000
    for k in range(1, 42):
        assert all(Fraction(point + 2.0**-k) == Fraction(point) + Fraction(1, 2**k) for point in points)
    off = [abs(Fraction(point + 1e-5) - Fraction(point) - Fraction(1e-5)) for point in points]
    assert Fraction(1, 2**44) < max(off) <= Fraction(1, 2**42)  # half of the spacing, 2⁻⁴¹


# ---- where it stops


@pytest.mark.slow
@pytest.mark.parametrize("name", ["double_well", "saddle", "himmelblau"])
def test_from_almost_every_start_a_small_rate_comes_to_rest_in_a_local_minimum(name):
    function = getattr(functions, name)
    low, high = function.domain.T
    for start in np.random.default_rng(1).uniform(low, high, (20, len(low))):
        end = descent.descend(function, start, rules.gradient_descent(0.005), steps=5000).theta
        assert np.linalg.norm(function.minima - end, axis=1).min() < 1e-6


def test_leaving_a_maximum_or_a_saddle_grows_the_distance_by_one_factor():
    for gradient, factor in [(lambda t: 4 * t**3 - 4 * t, 1.4), (lambda t: t**3 - 2 * t, 1.2)]:  # 1 − α J''
        theta = 1e-6
        for t in range(1, 20):
            theta -= 0.1 * gradient(theta)
            assert theta == pytest.approx(1e-6 * factor**t, rel=1e-6)


def test_on_the_cube_the_right_creeps_towards_the_inflection_and_the_left_falls():
    theta = 0.5
    for _ in range(100_000):
        theta -= 0.1 * 3 * theta**2
    assert theta == pytest.approx(1 / (0.3 * 100_000), rel=0.01)  # 1/θ grows by 3α a step
    theta = -0.1
    for _ in range(40):
        theta -= 0.1 * 3 * theta**2
    assert theta < -1e5


def test_a_descent_that_enters_the_saddle_on_its_line_stays_there():
    run = descent.descend(functions.saddle, [1.5, 0.0], rules.gradient_descent(0.1), steps=1000)
    np.testing.assert_allclose(run.theta, [0, 0], atol=1e-12)


# ---- how long a plateau takes


@pytest.mark.parametrize(("start", "lr"), [(10.0, 0.5), (10.0, 0.1), (20.0, 0.5)])
def test_the_crossing_of_the_plateau_is_the_integral_of_one_over_the_slope(lesson, start, lr):
    # (1 + θ²)² / 2θ integrates to (ln θ + θ² + θ⁴/4) / 2.
    by_hand = (math.log(start) + start**2 - 1 + (start**4 - 1) / 4) / 2 / lr
    by_scipy, _ = integrate.quad(lambda t: (1 + t**2) ** 2 / (2 * t), 1, start)
    assert lesson.crossing(start, lr) == pytest.approx(by_hand, rel=1e-5)
    assert by_scipy / lr == pytest.approx(by_hand)
    run = descent.descend(functions.plateau, start, rules.gradient_descent(lr), steps=50_000)
    assert abs(int(np.argmax(run.path[:, 0] <= 1)) - by_hand) < 6


# ---- when to stop


def test_a_step_lowers_the_plateau_by_the_fraction_that_the_lesson_promises():
    theta = np.array([10.0])
    slope, cost = 20 / 101**2, 100 / 101
    fraction = 1 - functions.plateau(theta - 0.5 * slope) / cost
    assert fraction == pytest.approx(0.5 * slope**2 / cost, rel=1e-3)
    assert 1e-6 < fraction < 1e-5  # so a tolerance of 1e-5 stops there, and one of 1e-6 does not


def test_the_gradient_test_stops_elsewhere_when_the_cost_has_other_units_and_the_path_is_the_same():
    bowl = functions.quadratic([[2.0, 0.8], [0.8, 1.0]])
    lengths = {}
    for factor in [1000.0, 1.0]:
        scaled = functions.Function(
            lambda theta, k=factor: k * bowl.value(theta), lambda theta, k=factor: k * bowl.gradient(theta)
        )
        rule = rules.gradient_descent(0.3 / factor)
        run = descent.descend(scaled, [-3.5, 3.0], rule, 500, gradient_tolerance=1e-3)
        lengths[factor] = len(run.path)
        plain = descent.descend(bowl, [-3.5, 3.0], rules.gradient_descent(0.3), run.steps).path
        np.testing.assert_allclose(run.path, plain, rtol=1e-9)
    # In the long run the error shrinks by 1 − 0.3 λ_min a step, so a thousandth of the slope takes ln 1000 / −ln of it.
    shrink = 1 - 0.3 * (1.5 - math.sqrt(0.25 + 0.64))
    assert lengths[1000.0] - lengths[1.0] == pytest.approx(math.log(1000) / -math.log(shrink), abs=1)
