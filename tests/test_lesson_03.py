"""The mathematics that lesson 3 states, on the functions as the lesson defines them.

References: SciPy's regression and minimisers, formulas worked out by hand for two parameters, and the numbers that
the published tutorial prints for its 50 steps in TensorFlow.
"""

import math
from types import SimpleNamespace

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import linalg, optimize, stats

from helpers import data, descent, functions, rules

LESSON = "03_linear_regression"
RATE = 1e-5  # the tutorial's


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON)


@pytest.fixture(scope="module")
def points():
    return data.points()


@pytest.fixture(scope="module")
def start():
    return [float(v) for v in data.start_pairs()[0]]


@pytest.fixture(scope="module")
def best(points):
    """The least-squares line by SciPy: slope and intercept."""
    line = stats.linregress(*points)
    return np.array([line.slope, line.intercept])


@pytest.fixture(scope="module")
def ravine(points):
    """Curvatures and slow direction from the formula for a symmetric 2 × 2 matrix, by sums that round once."""
    x = points[0]
    a, h, c = 2 * math.fsum(x * x) / 100, 2 * math.fsum(x) / 100, 2.0
    high = (a + c) / 2 + math.hypot((a - c) / 2, h)
    low = (a * c - h * h) / high  # their product is the determinant
    direction = np.array([-h, a - low])
    return SimpleNamespace(low=low, high=high, slow=direction / np.linalg.norm(direction))


# ---- the cost, its gradient, the closed form


def test_cost_and_gradient_agree_with_two_points_worked_by_hand(lesson):
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])  # w = 1, b = 0: residuals −2 and −3
    assert lesson.mse(x, y, 1.0, 0.0) == 6.5
    assert lesson.mse_gradient(x, y, 1.0, 0.0) == (-8.0, -5.0)


def test_the_best_line_and_its_cost_are_the_published_ones(points, best):
    cost = functions.mean_squared_error(*points)
    np.testing.assert_allclose(cost.minima[0], best, rtol=1e-10)
    np.testing.assert_allclose(best, [1.78752581, 59.34664203], atol=5e-9)
    assert cost(best) == pytest.approx(289.50097, abs=5e-6)
    assert cost(np.array([data.TRUE_SLOPE, data.TRUE_INTERCEPT])) == pytest.approx(326.95, abs=5e-3)


@pytest.mark.parametrize("draw, w, b, cost", [(0, 2.6111314, -0.5400178, 1048.24), (2, 2.6064723, 0.36663133, 1021.96)])
def test_fifty_steps_end_where_the_tutorial_says(lesson, points, draw, w, b, cost):
    path, costs = lesson.fit(*points, *data.start_pairs()[draw], lr=RATE, steps=50)
    assert len(path) == len(costs) == 51
    np.testing.assert_allclose(path[-1], [w, b], rtol=1e-6)  # it counts in float32
    assert costs[-1] == pytest.approx(cost, abs=5e-3)


def test_the_lessons_loop_is_the_courses_descent(lesson, points, start):
    path, costs = lesson.fit(*points, *start, lr=RATE, steps=50)
    run = descent.descend(functions.mean_squared_error(*points), start, rules.gradient_descent(RATE), 50)
    np.testing.assert_allclose(path, run.path, rtol=1e-12)
    np.testing.assert_allclose(costs, run.costs, rtol=1e-12)


# ---- why the intercept did not move


def test_curvatures_condition_and_border_are_as_stated(points, ravine):
    H = functions.mean_squared_error(*points).hessian(np.zeros(2))
    np.testing.assert_allclose(np.linalg.eigvalsh(H), [ravine.low, ravine.high], rtol=1e-9)
    assert (ravine.low, ravine.high) == (pytest.approx(0.414053, abs=5e-7), pytest.approx(7172.30, abs=5e-3))
    assert round(ravine.high / ravine.low) == 17322
    assert 2 / ravine.high == pytest.approx(2.7885e-4, abs=5e-9)
    assert abs(ravine.slow[1]) > 0.9998  # nearly the intercept itself


def test_the_slow_error_needs_over_a_million_steps_at_the_tutorials_rate(points, start, best, ravine):
    run = descent.descend(functions.mean_squared_error(*points), start, rules.gradient_descent(RATE), 20_000)
    errors = (run.path[[0, -1]] - best) @ ravine.slow
    factor = (errors[1] / errors[0]) ** (1 / 20_000)
    assert factor == pytest.approx(1 - RATE * ravine.low, abs=1e-12)
    assert math.ceil(math.log(0.01) / math.log(factor)) == 1_112_215


def test_the_slow_error_needs_about_forty_thousand_steps_at_the_best_rate(points, start, best, ravine):
    rule = rules.gradient_descent(2 / (ravine.low + ravine.high))
    run = descent.descend(functions.mean_squared_error(*points), start, rule, 40_000)
    errors = np.abs((run.path - best) @ ravine.slow)
    assert np.argmax(errors <= 0.01 * errors[0]) == 39_886


@pytest.mark.parametrize("part", [0.1, 0.5, 0.9, 1.0])
def test_no_rate_up_to_the_border_takes_a_hundredth_off_the_flat_share_in_fifty_steps(
    points, start, best, ravine, part
):
    rule = rules.gradient_descent(part * 2 / ravine.high)
    run = descent.descend(functions.mean_squared_error(*points), start, rule, 50)
    errors = (run.path[[0, -1]] - best) @ ravine.slow
    assert 0.99 < errors[1] / errors[0] < 1


def test_a_lower_slope_makes_up_for_about_half_of_a_higher_intercept(points, ravine):
    """The root mean square of what one unit along the flat direction, along b and along w adds to the predictions."""
    x = points[0]
    flat, along_b, along_w = (
        math.sqrt(math.fsum((w * x + b) ** 2) / 100) for w, b in [ravine.slow, (0.0, 1.0), (1.0, 0.0)]
    )
    assert (flat, along_b, along_w) == (pytest.approx(0.455, abs=1e-3), 1.0, pytest.approx(59.88, abs=5e-3))


def test_precomputed_sums_make_the_same_steps_as_the_points(lesson, points, start):
    path, _ = lesson.fit(*points, *start, lr=RATE, steps=1000)
    *end, taken = lesson.many_steps(*start, lesson.four_means(*points), lr=RATE, steps=1000)
    assert taken == 1000
    np.testing.assert_allclose(end, path[-1], rtol=1e-10)


def test_the_condition_number_of_the_products_is_the_square_of_the_datas(points, ravine):
    singular = linalg.svdvals(np.column_stack([points[0], np.ones(100)]))
    assert (singular[0] / singular[1]) ** 2 == pytest.approx(ravine.high / ravine.low, rel=1e-9)


# ---- a cost that barely changes is no end


def test_a_small_relative_decrease_stops_the_descent_far_from_the_end(points, start, best, ravine):
    """The reference needs no steps: on a quadratic the cost after t of them is a sum of two powers."""
    cost = functions.mean_squared_error(*points)
    run = descent.descend(cost, start, rules.gradient_descent(RATE), 1000, cost_tolerance=1e-5)
    fast = np.array([ravine.slow[1], -ravine.slow[0]])
    t = np.arange(1001)
    above = sum(
        0.5 * curvature * (direction @ (start - best)) ** 2 * (1 - RATE * curvature) ** (2 * t)
        for curvature, direction in [(ravine.low, ravine.slow), (ravine.high, fast)]
    )
    costs = 289.500972310 + above
    assert run.steps == 1 + np.argmax(costs[:-1] - costs[1:] <= 1e-5 * costs[:-1]) == 94
    assert run.costs[-1] > 3.5 * 289.5


@pytest.mark.parametrize("seed", range(20))
def test_the_gradient_bounds_error_and_excess_and_overstates_them_by_kappa_at_most(points, best, ravine, seed):
    """The bounds divide by the smallest curvature; divided by the largest instead they are bounds from below."""
    cost = functions.mean_squared_error(*points)
    theta = best + np.random.default_rng(seed).normal(0, 10, 2)
    norm, error, excess = np.linalg.norm(cost.gradient(theta)), np.linalg.norm(theta - best), cost(theta) - cost(best)
    assert norm / ravine.high < error < norm / ravine.low
    assert norm**2 / (2 * ravine.high) < excess < norm**2 / (2 * ravine.low)


def test_the_certificate_is_exact_once_only_the_flat_share_is_left(points, best, ravine):
    cost, line = functions.mean_squared_error(*points), best - 3 * ravine.slow
    certificate = functions_of(LESSON, x=points[0], y=points[1], low=ravine.low).certificate
    np.testing.assert_allclose(certificate(line), [3.0, cost(line) - cost(best)], rtol=1e-6)


def where_float32_stands(best, ravine):
    """Where α times the slope is half the gap between two float32 from 32 to 64, which is 2⁻¹⁸."""
    return best[1] - 2.0**-19 / (RATE * ravine.low)


def test_float32_stands_still_before_the_slope_is_zero(lesson, points, start, best, ravine):
    single = np.float32
    means = single(lesson.four_means(*points))
    w, b, steps = lesson.many_steps(single(start[0]), single(start[1]), means, single(RATE), 1_300_000)
    assert w.dtype == b.dtype == single
    assert 1_140_000 < steps < 1_155_000
    assert b == pytest.approx(where_float32_stands(best, ravine), abs=2e-3)
    assert best[1] - b > 0.45
    slope = functions.mean_squared_error(*points).gradient(np.array([w, b], dtype=float))
    assert slope[1] == pytest.approx(-0.191, abs=5e-4)
    assert np.linalg.norm(slope) / ravine.low == pytest.approx(np.linalg.norm([w, b] - best), rel=2e-3)


def test_float64_goes_on_where_float32_stands_still(lesson, points, start, best, ravine):
    _, b, steps = lesson.many_steps(*start, lesson.four_means(*points), RATE, 3_000_000)
    assert steps == 3_000_000
    left = ravine.slow @ (best - start) * (1 - RATE * ravine.low) ** 3_000_000
    assert best[1] - b == pytest.approx(left * ravine.slow[1], rel=1e-6)


@pytest.mark.slow
def test_float32_stands_still_there_with_the_gradient_of_all_points_too(points, start, best, ravine):
    """The whole descent in float32 over the hundred points, as the tutorial does it; TensorFlow's stops at the same
    step, 1,147,596."""
    x, y = (v.astype(np.float32) for v in points)
    lr, two, n = np.float32(RATE), np.float32(2), np.float32(len(x))
    w, b = np.float32(start[0]), np.float32(start[1])
    residual, product = np.empty_like(x), np.empty_like(x)

    def step(w, b):
        np.multiply(x, w, out=residual)
        np.add(residual, b, out=residual)
        np.subtract(residual, y, out=residual)
        np.multiply(residual, x, out=product)
        return w - lr * (two * (np.add.reduce(product) / n)), b - lr * (two * (np.add.reduce(residual) / n))

    steps = 0
    while steps < 1_300_000 and (after := step(w, b)) != (w, b):
        (w, b), steps = after, steps + 1
    assert w.dtype == b.dtype == np.float32
    assert 1_140_000 < steps < 1_155_000
    assert b == pytest.approx(where_float32_stands(best, ravine), abs=2e-3)


# ---- standardising


@pytest.fixture(params=["the course's points", "few", "far from zero", "tiny units"])
def any_points(request, points):
    rng = np.random.default_rng(3)
    x = {
        "the course's points": points[0],
        "few": np.array([-1.0, 4.0, 2.5]),
        "far from zero": rng.normal(2000.0, 3.0, 40),
        "tiny units": rng.exponential(1e-6, 77),
    }[request.param]
    y = points[1] if x is points[0] else 3 - 2 * x / x.std() + rng.normal(size=len(x))
    return x, y


def test_one_step_on_standardised_data_mapped_back_is_the_closed_form(lesson, any_points):
    x, y = any_points
    z, mean, std = lesson.standardise(x)
    path, costs = lesson.fit(z, y, 7.0, -3.0, lr=0.5, steps=1)
    line = stats.linregress(x, y)
    w, b = lesson.to_original_units(*path[1], mean, std)
    assert w == pytest.approx(line.slope, rel=1e-9)
    np.testing.assert_allclose(w * x + b, line.slope * x + line.intercept, rtol=1e-9, atol=1e-9)
    assert costs[1] == pytest.approx(np.var(y) * (1 - line.rvalue**2), rel=1e-6)


def test_standardised_data_make_a_round_bowl(lesson, any_points):
    x, y = any_points
    z, mean, std = lesson.standardise(x)
    assert (mean, std) == (pytest.approx(math.fsum(x) / len(x)), pytest.approx(stats.tstd(x, ddof=0)))
    H = functions.mean_squared_error(z, y).hessian(np.zeros(2))
    np.testing.assert_allclose(H, 2 * np.eye(2), atol=1e-9)


def test_columns_are_standardised_one_by_one(lesson):
    columns = np.array([[1.0, 10.0], [2.0, 40.0], [3.0, 10.0]])
    z, mean, std = lesson.standardise(columns)
    np.testing.assert_allclose(mean, [2.0, 20.0])
    np.testing.assert_allclose(std, [math.sqrt(2 / 3), math.sqrt(200)])
    np.testing.assert_allclose(z, (columns - [2.0, 20.0]) / [math.sqrt(2 / 3), math.sqrt(200)])


def test_centring_alone_leaves_the_variance_as_condition_number(lesson, points):
    low, high = lesson.curvatures_of(points[0] - points[0].mean())
    assert high / low == pytest.approx(np.var(points[0]), rel=1e-9)  # λ are 2 and twice the variance


def kappa(lesson, column):
    low, high = lesson.curvatures_of(column)
    return high / low


def test_centring_a_column_never_raises_the_condition_number(lesson):
    rng = np.random.default_rng(5)
    for _ in range(200):
        column = rng.normal(rng.normal(0, 5), 10 ** rng.uniform(-1.5, 1.5), rng.integers(3, 30))
        assert kappa(lesson, column - column.mean()) <= kappa(lesson, column) * (1 + 1e-9)


def test_scaling_alone_can_raise_the_condition_number(lesson):
    column = 10 + 0.1 * np.array([-1.0, 1.0])  # mean 10, std 0.1: H is worked out by hand
    assert kappa(lesson, column) == pytest.approx((100.01 + 1) ** 2 / 0.01 - 2, rel=1e-5)
    assert kappa(lesson, column / 0.1) == pytest.approx((10_001 + 1) ** 2 - 2, rel=1e-5)


# ---- the mistakes


def test_a_column_of_y_leads_to_the_flat_line_through_its_mean(lesson, points):
    x, y = points
    column = y.reshape(-1, 1)
    found = optimize.minimize(lambda theta: lesson.mse(x / 100, column, *theta), [1.0, 1.0], tol=1e-9)
    np.testing.assert_allclose(found.x, [0.0, math.fsum(y) / 100], atol=1e-3)
    np.testing.assert_allclose(lesson.mse_gradient(x, column, 0.0, math.fsum(y) / 100), 0.0, atol=1e-8)


@pytest.mark.parametrize("part, grows", [(0.99, False), (1.01, True)])
def test_the_border_of_the_sum_is_the_means_divided_by_n(points, start, ravine, part, grows):
    mean = functions.mean_squared_error(*points)
    total = functions.Function(lambda theta: 100 * mean(theta), lambda theta: 100 * mean.gradient(theta))
    rule = rules.gradient_descent(part * 2 / (100 * ravine.high))
    costs = descent.descend(total, start, rule, steps=100).costs
    assert (costs[-1] > costs[0]) == grows


# ---- the logistic cost


@pytest.fixture(scope="module")
def logistic(points):
    x, y = points
    z = stats.zscore(x)
    return functions_of(LESSON, n=100, label=(y > y.mean()) * 1.0, Z=np.column_stack([z, np.ones(100)]))


def test_logistic_gradient_and_hessian_are_the_derivatives_of_the_cost(logistic):
    for theta in np.array([[0.0, 0.0], [1.0, -0.5], [-3.0, 2.0]]):
        np.testing.assert_allclose(
            logistic.log_loss_gradient(theta), optimize.approx_fprime(theta, logistic.log_loss), atol=1e-6
        )
        np.testing.assert_allclose(
            logistic.log_loss_hessian(theta), optimize.approx_fprime(theta, logistic.log_loss_gradient), atol=1e-6
        )


def test_logistic_cost_is_the_mean_negative_log_of_the_chance_of_what_came_true(logistic):
    theta = np.array([1.0, -0.5])
    p = 1 / (1 + np.exp(-(logistic.Z @ theta)))
    expected = -stats.bernoulli.logpmf(logistic.label.astype(int), p).mean()
    assert logistic.log_loss(theta) == pytest.approx(expected, rel=1e-12)


def test_logistic_descent_finds_scipys_minimum_from_far_apart(logistic):
    reference = optimize.minimize(logistic.log_loss, [0.0, 0.0], method="BFGS", tol=1e-9).x
    cost = functions.Function(logistic.log_loss, logistic.log_loss_gradient)
    for begin in [(0.0, 0.0), (10.0, 10.0), (-10.0, 5.0), (5.0, -8.0)]:
        run = descent.descend(cost, begin, rules.gradient_descent(4.0), 5000, gradient_tolerance=1e-8)
        assert run.stopped == "gradient"
        assert run.steps > 400  # one step of 1/λ does not land, unlike on the quadratic
        np.testing.assert_allclose(run.theta, reference, atol=1e-4)


def test_logistic_cost_is_convex_and_nowhere_more_curved_than_a_quarter(logistic):
    rng = np.random.default_rng(0)
    eigenvalues = np.array([np.linalg.eigvalsh(logistic.log_loss_hessian(t)) for t in rng.normal(0, 5, (200, 2))])
    assert eigenvalues.min() > 0
    assert eigenvalues.max() <= 0.25
    np.testing.assert_allclose(np.linalg.eigvalsh(logistic.log_loss_hessian(np.zeros(2))), [0.25, 0.25])
