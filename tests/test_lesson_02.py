"""The mathematics that lesson 2 states, on descents that helpers.descent runs.

Bowls are made from eigenvalues and a rotation that are chosen here, so that λ, L and κ are known and not computed.
What the lesson defines in its own cells (steps_for, backtrack, the schedules …) is taken from the notebook.
"""

import math

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import differentiate, integrate, optimize, stats

from helpers import functions, rules
from helpers.descent import descend

LESSON = "02_learning_rate"
SPECTRA = [[2.0], [1.0, 3.0], [1.0, 25.0], [0.5, 0.5, 4.0], [0.1, 2.0, 7.0, 10.0]]
MINIMUM = np.array([1.0, -2.0, 0.5, 3.0])

spectra = pytest.mark.parametrize("eigenvalues", SPECTRA, ids=str)


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON)


def bowl(eigenvalues):
    """(function, minimum, directions): a quadratic with these eigenvalues along the columns of a rotation."""
    d = len(eigenvalues)
    directions = stats.ortho_group.rvs(d, random_state=23) if d > 1 else np.eye(1)
    hessian = directions * eigenvalues @ directions.T
    return functions.quadratic((hessian + hessian.T) / 2, MINIMUM[:d]), MINIMUM[:d], directions


def run(function, start, lr, steps):
    return descend(function, start, rules.gradient_descent(lr), steps)


def errors(function, minimum, start, lr, steps):
    return np.linalg.norm(run(function, start, lr, steps).path - minimum, axis=1)


# ---- the border, from both sides


@spectra
def test_just_below_the_border_the_error_vanishes(eigenvalues):
    function, minimum, directions = bowl(eigenvalues)
    border = 2 / max(eigenvalues)
    slowest = max(abs(1 - 0.99 * border * value) for value in eigenvalues)
    steps = math.ceil(math.log(1e-6) / math.log(slowest))
    error = errors(function, minimum, minimum + directions.sum(axis=1), 0.99 * border, steps)
    assert error[-1] < 1.01e-6 * error[0]


@spectra
def test_on_the_border_the_steepest_share_keeps_its_length_and_changes_its_sign(eigenvalues):
    function, minimum, directions = bowl(eigenvalues)
    steepest = directions[:, np.argmax(eigenvalues)]
    path = run(function, minimum + directions.sum(axis=1), 2 / max(eigenvalues), steps=1000).path
    np.testing.assert_allclose((path - minimum) @ steepest, (-1.0) ** np.arange(1001), rtol=1e-9)


def test_on_the_border_a_descent_in_whole_numbers_swings_forever():
    # 1 − ½·4 = −1, without any rounding.
    path = run(functions.quadratic([[1.0, 0.0], [0.0, 4.0]]), [0.0, 3.0], 0.5, steps=10_000).path
    assert np.array_equal(path[:, 1], 3 * (-1.0) ** np.arange(10_001))


@spectra
def test_just_above_the_border_even_a_tiny_steep_share_takes_over(eigenvalues):
    function, minimum, directions = bowl(eigenvalues)
    steepest = directions[:, np.argmax(eigenvalues)]
    start = minimum + 1e-6 * steepest
    trajectory = run(function, start, 1.01 * 2 / max(eigenvalues), steps=3000)
    assert trajectory.stopped == "diverged"
    grown = np.linalg.norm(trajectory.path[1000] - minimum) / 1e-6
    assert grown == pytest.approx(1.02**1000, rel=1e-6)  # 1.01 · 2/L · L − 1


def test_without_a_steep_share_a_rate_above_the_border_converges():
    path = run(functions.ravine, [3.5, 0.0], 0.082, steps=300).path
    np.testing.assert_allclose(path[-1], [3.5 * 0.918**300, 0.0], rtol=1e-9)


def test_a_rate_above_the_border_can_lower_the_cost_at_first():
    costs = run(functions.ravine, [3.5, 0.001], 0.082, steps=300).costs
    t = np.arange(301)
    by_hand = 0.5 * (3.5 * 0.918**t) ** 2 + 12.5 * (0.001 * 1.05**t) ** 2
    np.testing.assert_allclose(costs, by_hand, rtol=1e-9)
    assert costs[40] < 0.0012 * costs[0] < costs[0] < costs[300]


def test_a_diverging_descent_names_the_border():
    trajectory = run(functions.quadratic([[2.0, 1.0], [1.0, 2.0]]), [3.0, 2.0], 0.8, steps=4000)  # λ = 1, 3
    assert trajectory.stopped == "diverged" and np.isfinite(trajectory.path).all()
    assert "too large" in trajectory.explanation and "0.6667" in trajectory.explanation


# ---- the rate of convergence, predicted and observed


@spectra
@pytest.mark.parametrize("part_of_border", [0.1, 0.5, 0.9])
def test_each_share_shrinks_by_its_own_factor(eigenvalues, part_of_border):
    function, minimum, directions = bowl(eigenvalues)
    lr = part_of_border * 2 / max(eigenvalues)
    path = run(function, minimum + directions @ np.ones(len(eigenvalues)), lr, steps=20).path
    predicted = (1 - lr * np.array(eigenvalues)) ** np.arange(21)[:, None]
    np.testing.assert_allclose((path - minimum) @ directions, predicted, atol=1e-12)


@spectra
def test_the_error_never_exceeds_the_prediction_and_in_the_end_falls_at_its_rate(eigenvalues):
    function, minimum, directions = bowl(eigenvalues)
    lr = 0.7 / max(eigenvalues)
    r = 1 - lr * min(eigenvalues)  # the flat direction's, since all factors are positive here
    late = math.ceil(math.log(1e-6) / math.log(r))  # the faster shares are gone, rounding is far away
    rng = np.random.default_rng(2)
    for _ in range(5):
        start = minimum + directions @ rng.uniform(0.5, 1, len(eigenvalues))
        trajectory = run(function, start, lr, steps=late + 1)
        error = np.linalg.norm(trajectory.path - minimum, axis=1)
        assert (error <= error[0] * r ** np.arange(late + 2) * (1 + 1e-9)).all()
        assert error[-1] / error[-2] == pytest.approx(r, rel=1e-6)
        assert trajectory.costs[-1] / trajectory.costs[-2] == pytest.approx(r**2, rel=1e-6)


@spectra
@pytest.mark.parametrize("shrink", [0.5, 0.01, 1e-5])
def test_the_predicted_number_of_steps_is_what_the_worst_start_needs(lesson, eigenvalues, shrink):
    function, minimum, directions = bowl(eigenvalues)
    lr = 0.83 / max(eigenvalues)
    slowest = directions[:, np.argmin(eigenvalues)]
    error = errors(function, minimum, minimum + slowest, lr, steps=1500)
    counted = np.flatnonzero(error <= shrink * error[0])[0]
    assert lesson.steps_for(1 - lr * min(eigenvalues), shrink) == counted


# ---- the best constant rate, and the cliff beside it


@spectra
def test_the_best_rate_is_where_the_observed_error_is_least(eigenvalues):
    function, minimum, directions = bowl(eigenvalues)

    def shrunk(lr):
        """The factor of one step, for the start that is worst at this rate."""
        return max(errors(function, minimum, minimum + v, lr, steps=1)[1] for v in directions.T)

    border = 2 / max(eigenvalues)
    found = optimize.minimize_scalar(shrunk, bounds=(0, border), method="bounded", options={"xatol": 1e-7 * border})
    kappa = max(eigenvalues) / min(eigenvalues)
    assert found.x == pytest.approx(2 / (min(eigenvalues) + max(eigenvalues)), rel=1e-5)
    assert found.fun == pytest.approx((kappa - 1) / (kappa + 1), rel=1e-5, abs=1e-5)
    assert found.x / border == pytest.approx(kappa / (kappa + 1), rel=1e-5)


@pytest.mark.parametrize("kappa", [10.0, 100.0, 1000.0])
def test_near_the_cliff_two_percent_cost_little_below_and_all_above(kappa):
    function = functions.quadratic([[1.0, 0.0], [0.0, kappa]])
    best = 2 / (1 + kappa)

    def counted(lr):
        largest = abs(run(function, [1.0, 1.0], lr, steps=int(5 * kappa)).path).max(axis=1)
        return int(np.argmax(largest <= 0.01)) or None

    at_best = counted(best)
    assert at_best == pytest.approx(kappa / 2 * math.log(100), abs=1)
    assert at_best < counted(0.98 * best) <= 1.021 * at_best + 1
    assert counted(1 / kappa) <= 2 * at_best
    assert (counted(1.02 * best) is None) == (kappa > 50)  # 1.02 κ/(κ + 1) reaches 1 at κ = 50


def test_one_over_l_takes_at_most_twice_the_steps_of_the_best_rate(lesson):
    for kappa in np.geomspace(1.01, 1e5, 500):
        for shrink in [0.5, 0.1, 0.01, 1e-6]:
            at_best = lesson.steps_for((kappa - 1) / (kappa + 1), shrink)
            assert lesson.steps_for(1 - 1 / kappa, shrink) <= 2 * at_best


def test_the_steps_at_the_best_rate_grow_with_kappa(lesson):
    for kappa in [100, 1000, 10_000]:
        at_best = lesson.steps_for((kappa - 1) / (kappa + 1), 0.01)
        assert at_best == pytest.approx(kappa / 2 * math.log(100), abs=1)


def ravine_cost(start, lr, steps):
    """The cost of a descent on the ravine, by its factors."""
    along, across = start
    return 0.5 * (along * (1 - lr) ** steps) ** 2 + 12.5 * (across * (1 - 25 * lr) ** steps) ** 2


def test_which_rate_ends_lowest_depends_on_start_and_steps():
    rates = [0.005, 0.01, 0.02, 0.03, 0.04, 0.05, 0.06, 0.07, 0.077, 0.079, 0.08, 0.0808]  # the explorer's dial

    def winner(start, steps):
        costs = [run(functions.ravine, start, lr, steps).costs[-1] for lr in rates]
        np.testing.assert_allclose(costs, [ravine_cost(start, lr, steps) for lr in rates], rtol=1e-6)
        return rates[np.argmin(costs)]

    above = [-3.267, 0.933]
    assert [winner(above, 30), winner(above, 300), winner([-3.267, 0.0], 30)] == [0.07, 0.077, 0.0808]


def test_a_sweep_brackets_the_border_and_its_winner_takes_over_twice_the_steps(lesson):
    rates = [0.001, 0.003, 0.01, 0.03, 0.1, 0.3]
    costs = [ravine_cost([3.5, 1.0], lr, 50) for lr in rates]
    winner = rates[np.argmin(costs)]
    assert winner == 0.03 < 2 / 25 < rates[rates.index(winner) + 1]
    assert run(functions.ravine, [3.5, 1.0], winner, 50).costs[-1] == pytest.approx(min(costs))
    assert run(functions.ravine, [3.5, 1.0], 0.1, 50).stopped == "diverged"
    assert (2 / 26) / winner == pytest.approx(2.6, abs=0.05)
    assert lesson.steps_for(0.97, 0.01) / lesson.steps_for(24 / 26, 0.01) == pytest.approx(2.6, abs=0.05)


def test_the_path_zigzags_exactly_above_half_of_the_border():
    for lr, zigzags in [(0.039, False), (0.041, True), (0.079, True), (0.081, True)]:
        across = run(functions.ravine, [3.5, 1.0], lr, steps=10).path[:, 1]
        assert (across[1:] * across[:-1] < 0).all() == zigzags


# ---- Newton's step


@spectra
def test_one_newton_step_lands_on_the_minimum_of_any_bowl(lesson, eigenvalues):
    function, minimum, directions = bowl(eigenvalues)
    start = minimum + 3 * directions.sum(axis=1)
    landed = lesson.newton_step(start, function.gradient(start), function.hessian(start))
    np.testing.assert_allclose(landed, minimum, atol=1e-10)


def test_a_newton_step_near_a_hilltop_climbs(lesson):
    theta = np.array([0.3])
    wells = functions.double_well
    there = lesson.newton_step(theta, wells.gradient(theta), wells.hessian(theta))
    # By hand: slope 4·0.3³ − 8·0.3 + 1 = −1.292, curvature 12·0.3² − 8 = −6.92.
    assert there[0] == pytest.approx(0.3 - 1.292 / 6.92)
    assert wells(there) > wells(theta)


# ---- off the quadratic: the border is local


def test_below_the_border_of_its_way_every_step_lowers_the_cost_by_what_was_promised():
    rng = np.random.default_rng(4)
    for start in rng.uniform(-2.2, 2.2, 50):
        lr = rng.uniform(0.1, 1) * 2 / (12 * 2.3**2 - 8)  # no curvature on [−2.3, 2.3] is larger
        trajectory = run(functions.double_well, start, lr, steps=20)
        assert abs(trajectory.path).max() < 2.3
        theta, after = trajectory.path[:-1, 0], trajectory.path[1:, 0]
        # 12θ² − 8 is largest at an end of the step.
        largest = 12 * np.maximum(theta**2, after**2) - 8
        promised = lr * (1 - lr * largest / 2) * (4 * theta**3 - 8 * theta + 1) ** 2
        assert (trajectory.costs[:-1] - trajectory.costs[1:] >= promised - 1e-12).all()


def test_between_the_two_borders_the_cost_may_rise_or_the_valley_be_missed():
    wells = functions.double_well
    between = run(wells, -1.6, 0.11, steps=1000)
    assert np.sum(np.diff(between.costs) > 1e-9) == 50 and between.theta[0] == pytest.approx(wells.minima[0, 0])
    leapt = run(wells, -2.2, 0.1, steps=1000)
    assert (np.diff(leapt.costs) <= 1e-9).all() and leapt.theta[0] == pytest.approx(wells.minima[1, 0])


def test_no_descent_settles_in_a_valley_above_the_border_there():
    valley = optimize.brentq(lambda t: 4 * t**3 - 8 * t + 1, -2, -1, xtol=1e-15)
    border = 2 / (12 * valley**2 - 8)
    near = valley + 1e-6
    below = run(functions.double_well, near, 0.99 * border, steps=2000).path[:, 0]
    above = run(functions.double_well, near, 1.01 * border, steps=2000).path[:, 0]
    assert abs(below[-1] - valley) < 1e-12
    assert abs(above[-1] - valley) > 0.01
    assert above[-1] == pytest.approx(above[-3]) and abs(above[-1] - above[-2]) > 0.02  # it swings


def test_on_the_fourth_power_a_rate_has_a_largest_start():
    quartic = functions.Function(lambda theta: theta[..., 0] ** 4 / 4, lambda theta: theta**3)
    for lr in [0.01, 0.1, 1.0]:
        largest = math.sqrt(2 / lr)
        assert run(quartic, 0.999 * largest, lr, steps=1000).stopped == "steps"
        assert run(quartic, 1.001 * largest, lr, steps=1000).stopped == "diverged"


# ---- without a Hessian


@spectra
def test_power_iteration_reaches_the_largest_curvature_from_below(lesson, eigenvalues):
    function, minimum, _ = bowl(eigenvalues)
    estimates = [lesson.largest_curvature(function.gradient, minimum + 1, rounds) for rounds in (1, 2, 5, 20, 200)]
    rounding = 1e-9 * max(eigenvalues)
    assert max(estimates) <= max(eigenvalues) + rounding
    assert (np.diff(estimates) >= -rounding).all()
    assert estimates[-1] == pytest.approx(max(eigenvalues), rel=1e-6)


def test_power_iteration_finds_the_eigenvalue_that_is_largest_in_size(lesson):
    saddle = functions.quadratic(np.diag([1.0, -3.0, 2.0]))
    assert lesson.largest_curvature(saddle.gradient, np.zeros(3), 100) == pytest.approx(3)


@spectra
@pytest.mark.parametrize("first", [1e-3, 0.7, 8.0])
def test_backtracking_accepts_no_less_than_half_of_one_over_l(lesson, eigenvalues, first):
    function, minimum, directions = bowl(eigenvalues)
    theta = minimum + directions.sum(axis=1)
    for _ in range(10):
        gradient, cost = function.gradient(theta), function(theta)
        if cost < 1e-20:  # from here on the costs differ by rounding alone
            break
        theta, lr = lesson.backtrack(function, theta, first)
        assert lr == first or lr > 0.5 / max(eigenvalues)
        assert function(theta) <= cost - lr / 2 * gradient @ gradient


def test_along_an_eigenvector_backtracking_accepts_the_first_rate_up_to_one_over_its_curvature(lesson):
    # ½λe²(1 − αλ)² ≤ ½λe² − ½αλ²e² is αλ(αλ − 1) ≤ 0.
    for theta, accepted in [([0.0, 1.0], 1 / 32), ([3.0, 0.0], 1.0)]:  # λ = 25 and λ = 1, halved from 1
        assert lesson.backtrack(functions.ravine, np.array(theta), 1.0)[1] == accepted


def test_twenty_backtracked_steps_leave_nearly_all_of_a_flat_share(lesson):
    minimum = np.array([1.0, -1.0])
    long_bowl = functions.quadratic([[5000.5, 4999.5], [4999.5, 5000.5]], minimum)
    theta = np.array([-2.0, -3.0])
    flat = np.array([1.0, -1.0]) / math.sqrt(2)  # λ = 1
    assert 0.5 * ((theta - minimum) @ flat) ** 2 == pytest.approx(0.25)
    for _ in range(20):
        theta, _ = lesson.backtrack(long_bowl, theta, 1.0)
    assert 0.24 < long_bowl(theta) < 0.25


# ---- where a large rate ends


HYPERBOLA = functions.Function(
    lambda theta: 0.5 * (theta[..., 0] * theta[..., 1] - 1) ** 2, lambda theta: (theta[0] * theta[1] - 1) * theta[::-1]
)


def largest_eigenvalue(theta):
    """Of the Hessian of ½(xy − 1)², by SciPy's differences."""
    hessian = differentiate.hessian(lambda theta: 0.5 * (theta[0] * theta[1] - 1) ** 2, np.asarray(theta)).ddf
    return np.linalg.eigvalsh(hessian)[-1]


def test_at_the_start_the_curvature_is_as_stated():
    assert largest_eigenvalue([4.0, 0.5]) == pytest.approx(16.6, abs=0.05)


@pytest.mark.parametrize(
    ("lr", "sharpness"), [(0.01, 15.9), (0.05, 15.8), (0.1, 15.6), (0.12, 15.0), (0.15, 9.4), (0.2, 2.2), (0.25, 2.0)]
)
def test_a_large_rate_ends_where_the_curvature_is_below_its_border(lr, sharpness):
    trajectory = run(HYPERBOLA, [4.0, 0.5], lr, steps=1000)
    assert trajectory.costs[-1] < 1e-20
    assert largest_eigenvalue(trajectory.theta) == pytest.approx(np.sum(trajectory.theta**2), rel=1e-5)
    assert np.sum(trajectory.theta**2) == pytest.approx(sharpness, abs=0.05) and sharpness < 2 / lr
    assert (trajectory.costs.max() > trajectory.costs[0]) == (lr >= 0.15)


def test_from_beside_a_minimum_that_is_too_sharp_the_descent_leaves():
    near = np.array([4.0, 0.25]) + 1e-6  # sharpness 16.06
    assert np.linalg.norm(run(HYPERBOLA, near, 0.12, steps=500).theta - near) < 1e-4
    assert np.linalg.norm(run(HYPERBOLA, near, 0.13, steps=500).theta - near) > 0.1


# ---- convex, and strongly convex


def test_a_convex_cost_without_a_least_curvature_falls_as_one_over_t(lesson):
    path = run(functions.Function(lesson.soft, lesson.soft_slope), 0.0, 1.0, steps=10_000)
    theta = 0.0
    for t in range(1, 10_001):
        theta += 1 / (1 + math.exp(theta))
        if t in (10, 100, 1000, 10_000):
            assert path.costs[t] == pytest.approx(math.log1p(math.exp(-theta)), rel=1e-9)
    assert 10_000 * path.costs[-1] == pytest.approx(1, abs=0.001)


def test_the_fourth_power_keeps_the_bound_for_convex_costs_and_falls_as_one_over_t_squared():
    quartic = functions.Function(lambda theta: theta[..., 0] ** 4 / 4, lambda theta: theta**3)
    costs = run(quartic, 2.0, 1 / 12, steps=10_000).costs  # 12 = 3 · 2², the largest curvature on the way
    t = np.arange(1, 10_001)
    assert (costs[1:] <= 2.0**2 / (2 / 12 * t)).all()
    # dθ/dt = −αθ³ has θ² = 1/(2αt) in the end, so J = 1/(16α²t²).
    assert costs[-1] * 1e8 == pytest.approx(144 / 16, rel=0.005)


def test_a_strongly_convex_cost_falls_by_the_factor_of_its_minimum(lesson):
    cost = functions.Function(
        lambda theta: lesson.soft(theta) + 0.05 * theta[..., 0] ** 2,
        lambda theta: lesson.soft_slope(theta) + 0.1 * theta,
    )
    lowest = optimize.brentq(lambda theta: -1 / (1 + math.exp(theta)) + 0.1 * theta, 0, 5, xtol=1e-15)
    curvature = math.exp(lowest) / (1 + math.exp(lowest)) ** 2 + 0.1
    excess = run(cost, 0.0, 1.0, steps=40).costs - (math.log1p(math.exp(-lowest)) + 0.05 * lowest**2)
    assert excess[31] / excess[30] == pytest.approx((1 - curvature) ** 2, rel=1e-3)
    assert 4 < math.log(10) / -math.log((1 - curvature) ** 2) < 5  # steps for a digit


# ---- schedules


def torch_rates(scheduler, steps, **arguments):
    """The rates that a scheduler of torch.optim.lr_scheduler sets, from a first rate of 0.3."""
    torch = pytest.importorskip("torch")
    optimiser = torch.optim.SGD([torch.zeros(1, requires_grad=True)], lr=0.3)
    schedule = getattr(torch.optim.lr_scheduler, scheduler)(optimiser, **arguments)
    rates = []
    for _ in range(steps):
        rates.append(optimiser.param_groups[0]["lr"])
        optimiser.step()
        schedule.step()
    return rates


def test_the_schedules_are_those_of_pytorch(lesson):
    t = np.arange(60)
    np.testing.assert_allclose(
        lesson.step_decay(0.3, factor=0.5, every=20)(t), torch_rates("StepLR", 60, step_size=20, gamma=0.5)
    )
    np.testing.assert_allclose(
        lesson.cosine(0.3, steps=60)(t), torch_rates("CosineAnnealingLR", 60, T_max=60), rtol=1e-9
    )
    np.testing.assert_allclose(
        lesson.warm_up(lambda t: 0.3, steps=10)(t),
        torch_rates("LinearLR", 60, start_factor=1 / 10, total_iters=9),
    )


def test_the_inverse_time_decay_halves_when_decay_times_t_is_one(lesson):
    rates = lesson.inverse_time(0.6, decay=0.5)(np.arange(5))
    np.testing.assert_allclose(rates, [0.6, 0.4, 0.3, 0.24, 0.2])  # 0.6 over 1, 1.5, 2, 2.5, 3


def test_the_cosine_stays_at_zero_after_its_end(lesson):
    assert lesson.cosine(0.3, steps=10)(np.array([10, 15, 20])) == pytest.approx([0, 0, 0], abs=1e-16)


@pytest.mark.parametrize("name", ["step_decay", "inverse_time", "cosine", "warm_up"])
def test_each_schedule_is_taken_by_the_rule_in_place_of_a_number(lesson, name):
    schedule = {
        "step_decay": lesson.step_decay(0.3, 0.5, 3),
        "inverse_time": lesson.inverse_time(0.3, 0.1),
        "cosine": lesson.cosine(0.3, 10),
        "warm_up": lesson.warm_up(lesson.cosine(0.3, 10), 4),
    }[name]
    path = run(functions.square, 2.0, schedule, steps=10).path[:, 0]
    by_hand = 2 * np.cumprod([1 - 2 * schedule(t) for t in range(10)])
    np.testing.assert_allclose(path[1:], by_hand)


def test_on_the_absolute_value_a_constant_rate_swings_and_a_decay_arrives(lesson):
    swinging = run(functions.absolute, 2.0, 0.3, steps=1000).path[-2:, 0]
    assert sorted(swinging) == pytest.approx([-0.1, 0.2])  # 2 − 6·0.3 = 0.2, one more −0.1
    schedule = lesson.inverse_time(0.3, decay=0.1)
    settled = run(functions.absolute, 2.0, schedule, steps=1000).path[100:, 0]
    assert (abs(settled) <= 0.3 / (1 + 0.1 * np.arange(99, 1000))).all()


def test_a_decay_with_a_finite_sum_stops_short_and_one_without_arrives(lesson):
    early = run(functions.absolute, 2.0, lesson.step_decay(0.3, factor=0.5, every=3), steps=5000)
    assert early.theta[0] == pytest.approx(2 - 0.3 * 3 * 2)  # 1 + ½ + ¼ + … = 2
    late = run(functions.absolute, 2.0, lesson.inverse_time(0.3, decay=1.0), steps=1000)
    # The sum of 1/k reaches 2/0.3 when ln k + γ does.
    arrival = np.argmax(late.path[:, 0] <= 0)
    assert arrival == pytest.approx(math.exp(2 / 0.3 - np.euler_gamma), rel=0.01)


def test_from_the_best_constant_rate_down_a_decay_slows_the_flat_share(lesson):
    best = 2 / 26
    constant = np.linalg.norm(run(functions.ravine, [1.0, 1.0], best, steps=100).theta)
    decayed = np.linalg.norm(run(functions.ravine, [1.0, 1.0], lesson.inverse_time(best, 0.1), steps=100).theta)
    assert constant == pytest.approx(math.sqrt(2) * (24 / 26) ** 100)
    # Along the ravine: the product of 1 − α_t, near exp(−Σα_t), and Σα_t near an integral.
    total, _ = integrate.quad(lambda t: best / (1 + 0.1 * t), -0.5, 99.5)
    assert decayed == pytest.approx(math.exp(-total), rel=0.03) and decayed == pytest.approx(300 * constant, rel=0.1)


def test_between_the_best_rate_and_the_border_a_slight_decay_helps_a_thousandfold(lesson):
    t = np.arange(100)
    rates = 0.0798 / (1 + 0.001 * t)
    by_hand = math.hypot(np.prod(1 - rates), np.prod(1 - 25 * rates))
    decayed = np.linalg.norm(run(functions.ravine, [1.0, 1.0], lesson.inverse_time(0.0798, 0.001), steps=100).theta)
    assert decayed == pytest.approx(by_hand)
    constant = math.hypot((1 - 0.0798) ** 100, (1 - 25 * 0.0798) ** 100)
    assert decayed < constant / 1000 and decayed < math.sqrt(2) * (24 / 26) ** 100


def test_the_cosine_wins_where_its_run_ends_and_not_half_way(lesson):
    schedules = {
        "step decay": lesson.step_decay(0.3, factor=0.5, every=20),
        "1/t": lesson.inverse_time(0.3, decay=0.1),
        "cosine": lesson.cosine(0.3, steps=100),
        "warm-up": lesson.warm_up(lesson.cosine(0.3, steps=100), steps=10),
    }
    middle, end = {}, {}
    for name, schedule in schedules.items():
        theta, steps = 2.0, []
        for t in range(101):
            steps.append(abs(theta))
            theta -= schedule(t) * np.sign(theta)
        middle[name], end[name] = max(steps[45:51]), max(steps[95:])
    assert max(end["cosine"], end["warm-up"]) < 0.002 < min(end["step decay"], end["1/t"])
    assert max(middle["step decay"], middle["1/t"]) < 0.06 < min(middle["cosine"], middle["warm-up"])


def test_a_warm_up_keeps_the_start_in_its_valley(lesson):
    valleys = np.sort(np.roots([4, 0, -8, 1]).real)[[0, 2]]
    cold = run(functions.double_well, -2.2, 0.1, steps=200).theta[0]
    warm = run(functions.double_well, -2.2, lesson.warm_up(lambda t: 0.1, steps=10), steps=200).theta[0]
    assert [warm, cold] == pytest.approx(valleys, abs=1e-9)


# ---- a rate belongs to a cost


def test_twice_the_cost_has_half_the_border():
    hessian = np.array([[2.0, 1.0], [1.0, 2.0]])  # λ = 1, 3
    assert run(functions.quadratic(hessian), [3.0, 2.0], 0.6, steps=3000).costs[-1] < 1e-20
    assert run(functions.quadratic(2 * hessian), [3.0, 2.0], 0.6, steps=3000).stopped == "diverged"
    assert run(functions.quadratic(2 * hessian), [3.0, 2.0], 0.3, steps=3000).costs[-1] < 1e-20
