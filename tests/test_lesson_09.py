"""The mathematics that lesson 9 states, on the functions as the lesson defines them.

References: closed forms worked out by hand, and the roots of the heavy ball's characteristic polynomial.
"""

import numpy as np
import pytest
from lesson_code import functions_of
from scipy.integrate import quad

from helpers import functions

SPECTRA = pytest.mark.parametrize(("mu", "L"), [(1.0, 4.0), (1.0, 100.0), (0.3, 7.0)])


@pytest.fixture(scope="module")
def lesson():
    return functions_of("09_momentum")


def tuned(mu, L):
    """The constants of the heavy ball that are best in the long run: rate and β."""
    return (2 / (np.sqrt(L) + np.sqrt(mu))) ** 2, ((np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1)) ** 2


@pytest.mark.parametrize(("sign", "total"), [(1.0, 1 / (1 - 0.9)), (-1.0, 1 / (1 + 0.9))])
def test_pushes_that_agree_add_up_and_pushes_that_alternate_nearly_halve(lesson, sign, total):
    velocity = 0.0
    for t in range(400):
        _, velocity = lesson.momentum_step(0.0, velocity, sign**t, 0.1, 0.9)
    assert abs(velocity) == pytest.approx(total)


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_both_eigenvalues_are_of_size_root_beta_exactly_within_the_range_that_the_lesson_gives(lesson, beta):
    low, high = (1 - np.sqrt(beta)) ** 2, (1 + np.sqrt(beta)) ** 2
    for product in np.linspace(1.01 * low, 0.99 * high, 7):
        assert lesson.factor(1.0, beta, [product]) == pytest.approx(np.sqrt(beta), rel=1e-9)
    for product in (0.97 * low, 1.03 * high):
        assert lesson.factor(1.0, beta, [product]) > np.sqrt(beta) * 1.001


@pytest.mark.parametrize("beta", [0.0, 0.5, 0.9])
def test_the_heavy_ball_diverges_above_its_border(lesson, beta):
    border = 2 * (1 + beta) / 3.0
    assert lesson.factor(0.999 * border, beta, [3.0]) < 1 < lesson.factor(1.001 * border, beta, [3.0])


@SPECTRA
def test_no_other_constants_have_a_smaller_factor_in_the_long_run(lesson, mu, L):
    lr, beta = tuned(mu, L)
    best = (np.sqrt(L / mu) - 1) / (np.sqrt(L / mu) + 1)
    for other_lr in lr * np.array([0.8, 0.95, 1.0, 1.05, 1.2]):
        for other_beta in np.clip(beta + np.array([-0.1, -0.02, 0.0, 0.02, 0.1]), 0, 0.99):
            assert lesson.factor(other_lr, other_beta, [mu, L]) >= best - 1e-6


@SPECTRA
def test_at_the_tuned_constants_the_error_is_held_up_by_a_factor_that_grows_with_t(lesson, mu, L):
    lr, beta = tuned(mu, L)
    path = lesson.roll(lambda theta: np.array([mu, L]) * theta, np.ones(2), lr, beta, 60)
    t = np.arange(61)
    flat = (1 + (1 - np.sqrt(beta)) * t) * np.sqrt(beta) ** t
    steep = (1 + (1 + np.sqrt(beta)) * t) * np.sqrt(beta) ** t
    assert path[:, 0] == pytest.approx(flat, rel=1e-6)
    assert np.abs(path[:, 1]) == pytest.approx(steep, rel=1e-6)
    assert np.all(path[:-1, 1] * path[1:, 1] < 0)


def test_the_stored_path_of_nesterov_is_the_path_of_the_points_looked_ahead_to(lesson):
    gradient, start = functions.double_well.gradient, np.array([1.7])  # no quadratic
    _, ahead = lesson.nesterov_original(gradient, start, 0.01, 0.85, 80)
    theta, velocity, stored = start, np.zeros(1), [start]
    for _ in range(80):
        theta, velocity = lesson.nesterov_step(theta, velocity, gradient(theta), 0.01, 0.85)
        stored.append(theta)
    assert np.array(stored) == pytest.approx(ahead, abs=1e-12)


@pytest.mark.parametrize("start", [3.1, 3.3, 3.45])
def test_on_the_bent_curve_the_heavy_ball_goes_round_between_three_points(lesson, start):
    """The cycle by hand: two of its points lie below 1, one above 2, none on the flatter piece between."""
    path = lesson.roll(lesson.bent_slope, np.array([start]), 1 / 9, 4 / 9, 900)[:, 0]
    # a → b → c → a with θ' = (13/9)θ − (4/9)before − (1/9)slope; c alone lies above 2, where the slope is 25θ − 24
    a, b, c = np.linalg.solve(
        [[13 - 25, -9, -4], [-4, 13 - 25, -9], [-9, -4, 13 - 25]],
        [0.0, 0.0, -24.0],
    )
    assert a < 1
    assert b < 1
    assert c > 2
    assert sorted(path[-3:]) == pytest.approx(sorted([a, b, c]), abs=1e-9)


def test_the_bent_curve_has_one_slope_at_each_point_and_curvatures_from_1_to_25(lesson):
    for joint, slope in [(1, 25), (2, 26)]:
        assert lesson.bent_slope(joint - 1e-9) == pytest.approx(slope, abs=1e-6)
        assert lesson.bent_slope(joint + 1e-9) == pytest.approx(slope, abs=1e-6)
    for theta in np.linspace(-3, 5, 41) + 0.013:
        rise = (lesson.bent_slope(theta + 1e-4) - lesson.bent_slope(theta - 1e-4)) / 2e-4
        assert rise == pytest.approx(1 if 1 < theta < 2 else 25, abs=1e-6)


def test_keras_form_is_the_same_descent_at_a_constant_rate_and_another_after_a_cut(lesson):
    def both(rates):
        ours, keras, v, w = 3.0, 3.0, 0.0, 0.0
        for rate in rates:
            ours, v = lesson.momentum_step(ours, v, 2 * ours, rate, 0.8)
            keras, w = lesson.keras_momentum_step(keras, w, 2 * keras, rate, 0.8)
        return ours, keras, v, w

    ours, keras, v, w = both([0.05] * 12)
    assert keras == pytest.approx(ours, rel=1e-12)
    assert w == pytest.approx(-0.05 * v, rel=1e-12)
    ours, keras, _, _ = both([0.05] * 12 + [0.00625] * 4)
    assert abs(ours - keras) > 0.05


@pytest.mark.parametrize("beta", [0.5, 0.9, 0.99])
def test_on_flat_ground_a_velocity_fades_within_about_one_over_one_minus_beta_steps(lesson, beta):
    path = lesson.roll(lambda theta: np.zeros(1) if theta < 0 else np.ones(1), np.zeros(1), 1.0, beta, 5000)[:, 0]
    speed = -np.diff(path)
    span = round(1 / (1 - beta))
    assert speed[span] == pytest.approx(np.exp(-1), abs=0.13)
    assert speed[span] < np.exp(-1)
    assert -path[-1] == pytest.approx(1 / (1 - beta))  # the first step, and the coasting after it


@pytest.mark.parametrize(
    ("lr", "beta", "curvature"), [(0.01, 0.9, 1.0), (0.3, 0.5, 2.0), (1.0, 0.9, 1.5), (0.2, 0.0, 3.0)]
)
def test_the_noise_floor_is_the_stationary_variance(lesson, lr, beta, curvature):
    """The covariance of (θ, θ before) is that of the map plus that of the noise: P = M P Mᵀ + N, summed up."""
    matrix = np.array([[1 + beta - lr * curvature, -beta], [1.0, 0.0]])
    covariance, added = np.zeros((2, 2)), np.diag([lr**2 * 0.7, 0.0])
    for _ in range(20_000):
        covariance = matrix @ covariance @ matrix.T + added
    formula = lr * 0.7 * (1 + beta) / (curvature * (1 - beta) * (2 * (1 + beta) - lr * curvature))
    assert covariance[0, 0] == pytest.approx(formula, rel=1e-9)
    assert lesson.floor(lr, beta, curvature, 0.7) == pytest.approx(formula, rel=1e-9)


@SPECTRA
def test_no_other_constants_of_nesterov_have_a_smaller_factor_on_a_quadratic(mu, L):
    root = np.sqrt(3 * L / mu + 1)
    lr, beta = 4 / (3 * L + mu), (root - 2) / (root + 2)

    def factor(lr, beta):
        matrices = [[[(1 + beta) * (1 - lr * c), -beta * (1 - lr * c)], [1.0, 0.0]] for c in (mu, L)]
        return max(np.abs(np.linalg.eigvals(matrix)).max() for matrix in matrices)

    assert factor(lr, beta) == pytest.approx(1 - 2 / root, abs=1e-6)
    for other_lr in lr * np.array([0.8, 0.95, 1.0, 1.05, 1.2]):
        for other_beta in np.clip(beta + np.array([-0.1, -0.02, 0.0, 0.02, 0.1]), 0, 0.99):
            assert factor(other_lr, other_beta) >= 1 - 2 / root - 1e-6


def test_from_most_starts_even_the_bent_curve_lets_the_heavy_ball_arrive(lesson):
    starts = np.arange(-4.0, 4.3, 0.05)
    ends = np.abs(lesson.roll(lesson.bent_slope, starts, 1 / 9, 4 / 9, 2000)[-1])
    assert 0.7 < np.mean(ends < 1e-3) < 0.95


@pytest.mark.parametrize("lr", [0.01, 0.02])
@pytest.mark.parametrize("beta", [0.9, 0.95])
def test_inertia_leaves_the_better_valley_too_and_the_shallower_one_more_often(lesson, lr, beta):
    well = functions.double_well
    hill = np.sort(np.roots([4, 0, -8, 1]).real)[1]
    assert well.value(well.minima[0]) < well.value(well.minima[1])
    starts = np.linspace(-2.4, 2.4, 401)[:, None]
    ends = lesson.roll(well.gradient, starts, lr, beta, 2000)[-1]
    assert np.abs(ends - well.minima[:, 0]).min(axis=1).max() < 1e-6
    right = starts[:, 0] > hill
    better, worse = np.mean(ends[right] < hill), np.mean(ends[~right] > hill)
    assert 0 < worse < better < 0.5


WELL = functions.double_well
HILLTOP = np.sort(np.roots([4, 0, -8, 1]).real)[1]


@pytest.fixture(scope="module")
def curves():
    return functions_of("09_momentum", functions=functions, top=HILLTOP)


@pytest.mark.parametrize("width", [1, 5])
def test_stretching_the_shallower_valley_leaves_both_depths_alone(curves, width):
    low, far = WELL.minima[0, 0], HILLTOP + width * (WELL.minima[1, 0] - HILLTOP)
    for end in (low, far):
        assert curves.stretched(np.array([end]), width) == pytest.approx(0, abs=1e-9)
    depths = [
        quad(lambda theta: float(curves.stretched(np.array([theta]), width)[0]), HILLTOP, end)[0] for end in (low, far)
    ]
    assert depths == pytest.approx([WELL.value(low) - WELL.value([HILLTOP]) for low in WELL.minima], rel=1e-6)


@pytest.mark.slow
@pytest.mark.parametrize("count", [170, 300, 700])
def test_inertia_gains_on_one_curve_and_loses_on_the_other_as_the_lesson_prints(curves, count):
    left, right = -2.4, 2.254
    assert WELL.value([right]) == pytest.approx(WELL.value([left]), rel=1e-3)

    def crossing(width, edge):
        starts = np.linspace(edge, HILLTOP, count, endpoint=False)[:, None]
        ends = curves.roll(lambda theta: curves.stretched(theta, width), starts, 0.02, 0.9, 3000)[-1]
        return np.mean((ends < HILLTOP) != (starts < HILLTOP))

    out_of_the_deeper = crossing(1, left)
    assert 0.05 < out_of_the_deeper < 0.08
    assert crossing(1, right) > 1.7 * out_of_the_deeper
    assert crossing(5, HILLTOP + 5 * (right - HILLTOP)) == 0


def test_less_friction_lets_balls_out_of_the_stretched_valley(curves):
    """What keeps them in at β = 0.9 is friction: nearer to 1 they cross the same hill."""
    starts = np.linspace(HILLTOP + 5 * (2.254 - HILLTOP), HILLTOP, 100, endpoint=False)[:, None]
    ends = curves.roll(lambda theta: curves.stretched(theta, 5), starts, 0.02, 0.97, 3000)[-1]
    assert np.mean(ends < HILLTOP) > 0.05


@pytest.mark.parametrize(("start", "first"), [((1.0, 1.0), "heavy"), ((0.0, 1.0), "nesterov")])
def test_which_of_the_two_is_first_at_a_hundredth_depends_on_the_start(lesson, start, first):
    curvatures, root = np.array([1.0, 100.0]), np.sqrt(301)

    def steps(path):
        distance = np.linalg.norm(path, axis=1)
        return np.flatnonzero(distance > 0.01 * distance[0])[-1] + 1

    heavy = steps(lesson.roll(lambda theta: curvatures * theta, np.array(start), *tuned(1.0, 100.0), 300))
    constants = 4 / 301, (root - 2) / (root + 2)
    nesterov = steps(lesson.nesterov_original(lambda theta: curvatures * theta, np.array(start), *constants, 300)[1])
    assert min((heavy, "heavy"), (nesterov, "nesterov"))[1] == first
