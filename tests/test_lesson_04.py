"""The mathematics that lesson 4 states, on the functions as the lesson defines them.

References: all draws, all batches or all orders of a few examples, counted one by one, so that an expectation is a
plain mean; linear algebra on what is so counted; closed forms from textbooks.
"""

import itertools

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import special, stats

from helpers import calculus, data, descent, functions, rules

LESSON = "04_batch_stochastic_minibatch"
FEW_X = np.array([-1.0, 0.5, 2.0, 3.5, -2.5])
FEW_Y = np.array([2.0, -1.0, 4.0, 9.0, 0.5])


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON)


class Examples:
    """A data set, its lowest point by SciPy, and for each example Hessian and gradient there, by hand."""

    def __init__(self, x, y):
        self.x, self.y, self.n = x, y, len(x)
        line = stats.linregress(x, y)
        self.best = np.array([line.slope, line.intercept])
        self.residual = y - line.slope * x - line.intercept
        self.h = np.array([[[2 * v * v, 2 * v], [2 * v, 2.0]] for v in x])
        self.g = np.array([[-2 * r * v, -2 * r] for r, v in zip(self.residual, x, strict=True)])
        self.H = self.h.mean(axis=0)
        self.s2 = np.mean(np.sum(self.g**2, axis=1))

    def batches(self, m):
        """Hessian and gradient of every batch of m that can be drawn with replacement."""
        picks = np.array(list(itertools.product(range(self.n), repeat=m)))
        return self.h[picks].mean(axis=1), self.g[picks].mean(axis=1)

    def growth(self, lr, m):
        """The matrix that one step multiplies the flattened E[e eᵀ] by, and what the noise adds to it."""
        h, g = self.batches(m)
        steps = np.eye(2) - lr * h
        return np.mean([np.kron(a, a) for a in steps], axis=0), lr**2 * np.mean([np.kron(v, v) for v in g], axis=0)

    def floor(self, lr, m):
        """The excess cost ½ E[eᵀHe] that a step of rate lr leaves as it is."""
        matrix, noise = self.growth(lr, m)
        return 0.5 * self.H.ravel() @ np.linalg.solve(np.eye(4) - matrix, noise)


def followed(lesson, x, y, w, b, picks, rates):
    """The paths of w and of b of many descents on a line, each of shape (steps + 1, runs)."""
    return np.moveaxis(lesson.follow(np.column_stack([x, np.ones(len(x))]), y, np.array([w, b]), picks, rates), -1, 0)


def standardised(x):
    return (x - x.mean()) / x.std()


FEW = Examples(standardised(FEW_X), FEW_Y)
UNEVEN = Examples(FEW_X, FEW_Y)


@pytest.fixture(scope="module")
def course():
    x, y = data.points()
    return Examples(standardised(x), y)


# ---- one loop for all batch sizes


@pytest.mark.parametrize("batch", [[3], [0, 4], [1, 2, 3, 4, 0], [2, 2, 1]], ids=str)
def test_a_batch_gradient_is_that_of_the_mean_squared_error_of_its_own_examples(lesson, batch):
    numerical = calculus.numerical_gradient(
        lambda t: np.mean((t[0] * FEW_X[batch] + t[1] - FEW_Y[batch]) ** 2), [3, -2]
    )
    assert lesson.batch_gradient(FEW_X, FEW_Y, 3.0, -2.0, batch) == pytest.approx(numerical, rel=1e-7)


@pytest.mark.parametrize(
    ("batch_size", "batches"),
    [(1, [[4], [0], [3], [1], [2]]), (2, [[4, 0], [3, 1], [2]]), (5, [[4, 0, 3, 1, 2]]), (9, [[4, 0, 3, 1, 2]])],
)
def test_an_order_is_cut_into_batches_and_the_last_may_be_short(lesson, batch_size, batches):
    cut = lesson.split_into_batches(np.array([4, 0, 3, 1, 2]), batch_size)
    assert [batch.tolist() for batch in cut] == batches


@pytest.mark.parametrize("batch_size", [1, 2, 3, 5])
def test_an_epoch_is_one_step_of_descent_on_the_cost_of_each_batch_in_turn(lesson, batch_size):
    order = [4, 0, 3, 1, 2]
    theta = np.array([0.7, -0.3])
    for first in range(0, 5, batch_size):
        batch = order[first : first + batch_size]
        cost = functions.mean_squared_error(FEW_X[batch], FEW_Y[batch])
        theta = descent.descend(cost, theta, rules.gradient_descent(0.05), steps=1).theta
    epoch = lesson.one_epoch(FEW_X, FEW_Y, 0.7, -0.3, np.array(order), batch_size, 0.05)
    assert epoch == pytest.approx(theta, rel=1e-12)


def test_with_all_examples_in_a_batch_it_is_plain_descent_whatever_the_order(lesson):
    plain = descent.descend(functions.mean_squared_error(FEW_X, FEW_Y), [0.0, 0.0], rules.gradient_descent(0.05), 30)
    assert lesson.fit(FEW_X, FEW_Y, 5, 0.05, epochs=30, seed=3) == pytest.approx(plain.path, rel=1e-12)


@pytest.mark.parametrize(("batch_size", "steps"), [(1, 5), (2, 3), (4, 2), (5, 1)])
def test_fit_uses_each_example_once_an_epoch_in_an_order_of_its_own(lesson, monkeypatch, batch_size, steps):
    used = []
    monkeypatch.setitem(
        lesson.fit.__globals__, "step", lambda x, y, w, b, batch, lr: used.append(batch.tolist()) or (w, b)
    )
    lesson.fit(FEW_X, FEW_Y, batch_size, 0.1, epochs=40, seed=0)
    epochs = [list(itertools.chain(*used[k : k + steps])) for k in range(0, len(used), steps)]
    assert len(epochs) == 40
    assert all(sorted(order) == [0, 1, 2, 3, 4] for order in epochs)
    assert len({tuple(order) for order in epochs}) > 20


def test_many_descents_side_by_side_go_where_each_goes_alone(lesson):
    picks = np.random.default_rng(0).integers(5, size=(12, 3, 4))
    rates = 0.05 / (1 + np.arange(12))
    ws, bs = followed(lesson, FEW_X, FEW_Y, 1.0, 2.0, picks, rates)
    for run in range(4):
        theta = np.array([1.0, 2.0])
        for pick, lr in zip(picks[:, :, run], rates, strict=True):
            theta -= lr * functions.mean_squared_error(FEW_X[pick], FEW_Y[pick]).gradient(theta)
        assert [ws[-1, run], bs[-1, run]] == pytest.approx(theta, rel=1e-12)


def test_many_descents_go_with_any_number_of_features(lesson):
    rng = np.random.default_rng(5)
    X, y, start = rng.normal(size=(7, 4)), rng.normal(size=7), rng.normal(size=4)
    picks = rng.integers(7, size=(6, 2, 3))
    paths = lesson.follow(X, y, start, picks, [0.1] * 6)
    assert paths.shape == (7, 3, 4)
    for run in range(3):
        theta = start
        for pick in picks[:, :, run]:
            at = theta
            theta = at - 0.1 * calculus.numerical_gradient(lambda t, p=pick: np.mean((X[p] @ t - y[p]) ** 2), at)
        assert paths[-1, run] == pytest.approx(theta, rel=1e-6)


def test_dealt_picks_hold_each_example_once_an_epoch(lesson, monkeypatch):
    monkeypatch.setitem(lesson.deal.__globals__, "n", 6)
    picks = lesson.deal(6, 2, epochs=3, runs=4, rng=np.random.default_rng(0))
    assert picks.shape == (9, 2, 4)
    for epoch, run in itertools.product(range(3), range(4)):
        assert sorted(picks[3 * epoch : 3 * epoch + 3, :, run].ravel()) == list(range(6))


# ---- what a small batch buys


def test_far_from_the_lowest_cost_small_batches_need_the_fewest_epochs_and_near_it_the_whole_one():
    """Excess over lowest cost, on x in hundreds, after 9 and 55 epochs, each size at its best constant rate."""
    x, y = data.points()
    cost = functions.mean_squared_error(x / 100, y)
    X, lowest = np.column_stack([x / 100, np.ones(100)]), cost.value(cost.minima[0])
    lesson, rng, above = functions_of(LESSON, n=100), np.random.default_rng(6), {}
    for m, rates in [(100, [0.67]), (10, np.geomspace(0.4, 0.03, 12)), (1, np.geomspace(0.08, 0.003, 16))]:
        picks = lesson.deal(100, m, 55, 40 * len(rates), rng)
        each = np.repeat(rates, 40)[:, None]  # 40 descents at each rate
        ends = lesson.follow(X, y, np.zeros(2), picks, [each] * len(picks))[:: 100 // m]
        excess = cost.value(ends[[9, 55]]) / lowest - 1
        above[m] = excess.reshape(2, len(rates), 40).mean(axis=2).min(axis=1)
    assert max(above[1][0], above[10][0]) < 0.1 < above[100][0]
    assert above[100][1] < 0.001 < min(above[1][1], above[10][1]) / 2


def test_equal_rates_per_example_cost_nearly_the_same_after_20_epochs_but_not_after_one():
    """On x in hundreds: in a single epoch the steep direction tells many small steps from one long one."""
    x, y = data.points()
    cost = functions.mean_squared_error(x / 100, y)
    X, lowest = np.column_stack([x / 100, np.ones(100)]), cost.value(cost.minima[0])
    lesson, rng, above = functions_of(LESSON, n=100), np.random.default_rng(10), {}
    for m in (1, 5, 20, 100):
        picks = lesson.deal(100, m, 20, 10, rng)
        ends = lesson.follow(X, y, np.zeros(2), picks, [0.002 * m] * len(picks))[:: 100 // m]
        above[m] = cost.value(ends[[1, 20]]).mean(axis=1) - lowest
    first, late = np.array(list(above.values())).T
    assert first.max() > 1.4 * first.min()
    assert late.max() < 1.02 * late.min()


# ---- the noise floor, with replacement


@pytest.mark.parametrize("examples", [FEW, UNEVEN], ids=["standardised", "not standardised"])
@pytest.mark.parametrize("m", [1, 2, 3])
def test_the_noise_floor_is_a_quarter_of_rate_times_noise_for_small_rates_whatever_the_hessian(examples, m):
    small = functions_of(LESSON, s2=examples.s2).noise_floor
    errors = [examples.floor(lr, m) / small(lr, m) - 1 for lr in (2e-3, 1e-3, 5e-4)]
    assert abs(errors[-1]) < 0.01
    assert errors[0] / errors[1] == pytest.approx(2, rel=0.1)  # what is neglected is of first order in the rate
    assert errors[1] / errors[2] == pytest.approx(2, rel=0.1)


@pytest.mark.parametrize("m", [1, 2, 3])
@pytest.mark.parametrize("lr", [0.005, 0.05, 0.2])
def test_the_exact_floor_is_that_of_all_batches_that_can_be_drawn(lr, m):
    K, S = (np.mean([np.kron(v, v) for v in values], axis=0) for values in (FEW.h, FEW.g))
    assert functions_of(LESSON, K=K, S=S).exact_floor(lr, m) == pytest.approx(FEW.floor(lr, m), rel=1e-10)


@pytest.mark.parametrize(("lr", "m"), [(0.01, 1), (0.05, 1), (0.2, 1), (0.05, 2)])
def test_descents_on_the_course_data_hover_at_the_exact_floor(lesson, course, lr, m):
    settle, keep = int(3 / lr), int(12 / lr)
    picks = np.random.default_rng(1).integers(100, size=(settle + keep, m, 1000))
    ws, bs = followed(lesson, course.x, course.y, *course.best, picks, [lr] * len(picks))
    measured = np.mean((ws[settle:] - course.best[0]) ** 2 + (bs[settle:] - course.best[1]) ** 2)
    assert measured == pytest.approx(course.floor(lr, m), rel=0.04)


def test_the_floor_adds_to_the_statistical_error(course):
    """On new samples y at the same x, around the true line 0: the last point of a descent and the best line."""
    rng, runs, sigma = np.random.default_rng(8), 4000, 20
    X = np.column_stack([course.x, np.ones(100)])
    y = rng.normal(0, sigma, size=(runs, 100))
    best = y @ X / 100  # H = 2I
    theta = np.zeros((runs, 2))
    for _ in range(150):
        picks = rng.integers(100, size=(runs, 10))
        residual = np.einsum("rmd,rd->rm", X[picks], theta) - np.take_along_axis(y, picks, axis=1)
        theta = theta - 0.05 * 2 / 10 * np.einsum("rm,rmd->rd", residual, X[picks])
    statistical = sigma**2 * 2 / 100
    floor = 0.05 * course.s2 / 40 * sigma**2 * 0.98 / np.mean(course.residual**2)
    assert np.mean(np.sum(best**2, axis=1)) == pytest.approx(statistical, rel=0.05)
    assert np.mean(np.sum(theta**2, axis=1)) == pytest.approx(statistical + floor, rel=0.05)


def test_the_mean_of_a_path_at_a_constant_rate_has_no_floor(course):
    """The mean error shrinks to 0 by itself, so averaging leaves (1/t) tr(H⁻¹S)/2 of the excess and not a floor."""
    lr, runs = 0.05, 400
    rng = np.random.default_rng(9)
    e, total, kept = np.zeros((runs, 2)), np.zeros((runs, 2)), {}
    for t in range(1, 8001):
        i = rng.integers(100, size=runs)
        e = e - lr * (np.einsum("rij,rj->ri", course.h[i], e) + course.g[i])
        total += e
        kept[t] = np.mean(np.sum((total / t) ** 2, axis=1)) if t in (2000, 8000) else 0
    assert kept[8000] == pytest.approx(kept[2000] / 4, rel=0.25)
    assert kept[8000] == pytest.approx(course.s2 / 4 / 8000, rel=0.35)  # to first order in the rate
    assert kept[8000] < course.floor(lr, 1) / 100


# ---- the floor when shuffled


@pytest.mark.parametrize("lr", [0.02, 0.2, 0.45])
@pytest.mark.parametrize("shuffled", [True, False])
def test_the_floor_of_b_agrees_with_every_order_and_every_draw_of_five_residuals(lesson, lr, shuffled):
    residual = FEW_Y - FEW_Y.mean()
    orders = list(itertools.permutations(range(5)) if shuffled else itertools.product(range(5), repeat=5))
    picks = np.array(orders).T[:, None, :]
    at_end = []
    for start in (0.0, 1.0):  # e after an epoch is noise + factor · start, the noise having mean 0
        _, bs = followed(lesson, np.zeros(5), residual, 0.0, start, picks, [lr] * 5)
        at_end.append(bs[-1])
    noise, factor = np.mean(at_end[0] ** 2), np.mean(at_end[1] - at_end[0])
    assert np.mean(at_end[0]) == pytest.approx(0, abs=1e-12)
    floor = functions_of(LESSON, n=5, lowest=np.mean(residual**2)).floor_of_b(lr, shuffled)
    assert floor == pytest.approx(noise / (1 - factor**2), rel=1e-10)


def test_the_shuffled_floor_is_cubic_in_small_rates_and_the_other_linear():
    floor = functions_of(LESSON, n=100, lowest=289.5).floor_of_b
    assert floor(2e-4, False) / floor(1e-4, False) == pytest.approx(2, rel=0.01)
    assert floor(2e-4, True) / floor(1e-4, True) == pytest.approx(8, rel=0.01)
    assert floor(1e-3, True) < floor(1e-3, False) / 100
    assert floor(0.2, True) > 0.9 * floor(0.2, False)  # an epoch is much longer than the descent's memory


def test_shuffled_descents_on_the_course_data_are_lower_where_the_rate_is_small(lesson, course):
    space = functions_of(LESSON, n=100)
    rng = np.random.default_rng(2)
    ratios = []
    for lr, epochs in [(0.002, 20), (0.1, 8)]:
        picks = space.deal(100, 1, epochs, 300, rng)
        ws, bs = followed(lesson, course.x, course.y, *course.best, picks, [lr] * len(picks))
        ends = slice(epochs // 2 * 100, None, 100)
        excess = np.mean((ws[ends] - course.best[0]) ** 2 + (bs[ends] - course.best[1]) ** 2)
        ratios.append(excess / course.floor(lr, 1))
    assert ratios[0] < 0.03
    assert 0.8 < ratios[1] < 1.05


def shuffled_floor(examples, lr):
    """The excess cost that an epoch of batch size 1 leaves as it is, over all orders of the examples."""
    linear, constant = [], []  # an epoch takes e to A e + c
    for order in itertools.permutations(range(examples.n)):
        A, c = np.eye(2), np.zeros(2)
        for i in order:
            step = np.eye(2) - lr * examples.h[i]
            A, c = step @ A, step @ c - lr * examples.g[i]
        linear.append(A)
        constant.append(c)
    mean = np.linalg.solve(np.eye(2) - np.mean(linear, axis=0), np.mean(constant, axis=0))
    squares = np.mean([np.kron(A, A) for A in linear], axis=0)
    noise = [np.kron(c, c) + np.kron(A @ mean, c) + np.kron(c, A @ mean) for A, c in zip(linear, constant, strict=True)]
    return 0.5 * examples.H.ravel() @ np.linalg.solve(np.eye(4) - squares, np.mean(noise, axis=0))


def test_the_exact_floor_is_above_the_shuffled_one_well_below_the_border_but_not_near_it():
    border = 4 / functions_of(LESSON).largest_stretch(FEW.h)
    ratios = [shuffled_floor(FEW, f * border) / FEW.floor(f * border, 1) for f in (0.05, 0.2, 0.4, 0.75)]
    assert ratios[0] < ratios[1] < ratios[2] < 0.8
    assert ratios[3] > 1.02


# ---- decay


def every_draw(steps):
    """All ways to draw `steps` times from two examples, as picks."""
    return np.array(list(itertools.product(range(2), repeat=steps))).T[:, None, :]


def test_rates_of_a_half_over_t_make_b_the_running_mean(lesson):
    y = np.array([-3.0, 5.0])
    t = np.arange(12)
    _, bs = followed(lesson, np.zeros(2), y, 0.0, -1000.0, every_draw(12), 0.5 / (1 + t))
    drawn = y[every_draw(12)[:, 0]]
    assert bs[1:] == pytest.approx(np.cumsum(drawn, axis=0) / (1 + t)[:, None], abs=1e-9)
    assert np.mean((bs[1:] - 1) ** 2, axis=1) == pytest.approx(16 / (1 + t))  # σ²/t, with σ = 4


def spread_of_b(rates, variance):
    """E[(b − b*)²] after each step, from 0, for draws with replacement of y with this variance."""
    spread = [0.0]
    for lr in rates:
        spread.append((1 - 2 * lr) ** 2 * spread[-1] + 4 * lr**2 * variance)
    return np.array(spread)


SCHEDULES = {
    "constant": lambda t: 0.05 + 0 * t,
    "step decay": lambda t: np.where(t < 500, 0.05, 0.005),
    "1/t": lambda t: 0.05 / (1 + 0.05 * t),
    "1/√t": lambda t: 0.05 / np.sqrt(1 + t),
    "geometric": lambda t: 0.05 * 0.99**t,
}


@pytest.mark.parametrize("schedule", SCHEDULES.values(), ids=SCHEDULES)
def test_under_a_schedule_the_excess_goes_as_the_variances_add_up(lesson, course, schedule):
    rates = schedule(np.arange(2000.0))
    picks = np.random.default_rng(3).integers(100, size=(2000, 1, 2000))
    _, bs = followed(lesson, np.zeros(100), course.residual, 0.0, 0.0, picks, rates)
    expected = spread_of_b(rates, np.mean(course.residual**2))
    for t in (100, 500, 1000, 2000):
        assert np.mean(bs[t] ** 2) == pytest.approx(expected[t], rel=0.15)


def test_only_rates_with_an_infinite_sum_that_go_to_zero_remove_the_floor():
    spread = {name: spread_of_b(schedule(np.arange(64_000.0)), 1.0) for name, schedule in SCHEDULES.items()}
    late = {name: values[64_000] / values[16_000] for name, values in spread.items()}
    assert late["constant"] == pytest.approx(1)
    assert late["step decay"] == pytest.approx(1)
    assert spread["step decay"][-1] == pytest.approx(spread["constant"][-1] / 10, rel=0.1)
    assert late["geometric"] == pytest.approx(1)
    assert spread["geometric"][-1] > 1e-3
    assert late["1/t"] == pytest.approx(1 / 4, rel=0.05)
    assert late["1/√t"] == pytest.approx(1 / 2, rel=0.05)


@pytest.mark.parametrize("decay", [0.5, 1.0, 4.0])
def test_one_over_t_shrinks_the_mean_error_by_a_power_of_t(lesson, decay):
    lr, t = 0.1, np.arange(12)
    power = 2 * lr / decay  # the curvature of b is 2
    _, bs = followed(lesson, np.zeros(2), np.array([-3.0, 3.0]), 0.0, 1.0, every_draw(12), lr / (1 + decay * t))

    def left(steps):  # Π (t + 1/d − p)/(t + 1/d) as a ratio of Γ functions
        a = 1 / decay
        return np.exp(
            special.gammaln(steps + a - power)
            - special.gammaln(a - power)
            + special.gammaln(a)
            - special.gammaln(steps + a)
        )

    assert bs.mean(axis=1) == pytest.approx(left(np.arange(13)), rel=1e-10)
    steps = np.array([1e4, 1e6, 1e8])
    slopes = np.diff(np.log(left(steps))) / np.diff(np.log(1 + decay * steps))
    assert slopes == pytest.approx(-power, rel=1e-3)


# ---- the largest rate of a small batch


@pytest.mark.parametrize("m", [1, 2, 3])
def test_at_the_border_the_mean_square_neither_grows_nor_shrinks(m):
    space = functions_of("04_batch_stochastic_minibatch", k=functions_of(LESSON).largest_stretch(FEW.h))
    border = space.border(m)
    radius = {f: np.abs(np.linalg.eigvals(FEW.growth(f * border, m)[0])).max() for f in (0.99, 1, 1.01)}
    assert radius[1] == pytest.approx(1, rel=1e-9)
    assert radius[0.99] < 0.999 < 1.001 < radius[1.01]


def test_the_border_of_batch_size_1_on_the_course_data_is_well_below_that_of_the_whole_batch(course):
    space = functions_of("04_batch_stochastic_minibatch", k=functions_of(LESSON).largest_stretch(course.h))
    assert np.abs(np.linalg.eigvals(course.growth(space.border(1), 1)[0])).max() == pytest.approx(1, rel=1e-9)
    assert 2 / np.linalg.eigvalsh(course.H).max() == pytest.approx(1)
    assert space.border(1) < 0.4
    assert 0.98 < space.border(100) < 1


def test_with_one_number_the_border_is_twice_the_mean_curvature_over_the_mean_square(lesson):
    h = 2 * FEW_X**2
    border = 2 * h.mean() / np.mean(h**2)
    draws = np.array(list(itertools.product(range(5), repeat=4))).T
    for factor in (0.98, 1, 1.02):
        w = np.ones(5**4)
        for pick in draws:
            w = w - factor * border * 2 * FEW_X[pick] * (w * FEW_X[pick])
        growth = np.mean(w**2)
        assert growth == pytest.approx(1, rel=1e-9) if factor == 1 else (growth > 1) == (factor > 1)


@pytest.mark.parametrize(("d", "m"), [(1, 1), (2, 3), (5, 2), (20, 40)])
def test_with_normal_features_the_border_is_m_over_m_plus_d_plus_1(d, m):
    """The factor of the mean square for batches of m, from the Wishart distribution: E[A²] = (d + 1 + m)/m · I."""
    rng = np.random.default_rng(6)
    X = rng.normal(size=(4000, m, d))
    A = np.einsum("bij,bik->bjk", X, X) / m
    square = np.mean(np.einsum("bij,bjk->bik", A, A), axis=0)
    assert np.trace(square) / d == pytest.approx((m + d + 1) / m, rel=0.05)
    border = m / (m + d + 1)

    def factor(lr):
        return 1 - 4 * lr + 4 * lr**2 * (m + d + 1) / m

    assert factor(border) == pytest.approx(1)
    assert factor(border / 2) == pytest.approx(1 - border)
    assert factor(border / 2) < min(factor(0.49 * border), factor(0.51 * border))


def test_the_critical_batch_size_is_near_the_number_of_features():
    def steps(d, m):
        return np.log(1e-4) / np.log(1 - m / (m + d + 1))

    assert steps(100, 1) / steps(100, 10) > 9.5
    assert 5 < steps(100, 10) / steps(100, 100) < 8
    assert steps(100, 100) / steps(100, 1000) < 4
    assert steps(2, 1) / steps(2, 10) < 6


def test_below_two_over_its_curvature_no_step_makes_the_residual_of_its_example_larger(lesson, course):
    y = 3 * course.x + np.random.default_rng(7).normal(size=100)
    for lr, grows in [(0.999, False), (1.001, True)]:
        i = int(np.argmax(course.x**2))
        rate = lr / (course.x[i] ** 2 + 1)
        w, b = lesson.step(course.x, y, 0.0, 0.0, np.array([i]), rate)
        assert (abs(w * course.x[i] + b - y[i]) > abs(y[i])) == grows


def test_two_steps_multiply_the_mean_square_as_the_map_says_over_all_pairs_of_draws(lesson, course):
    lr = 0.45
    pairs = np.array(list(itertools.product(range(100), repeat=2))).T[:, None, :]
    ws, bs = followed(lesson, course.x, np.zeros(100), 1.0, 0.0, pairs, [lr] * 2)
    matrix, _ = course.growth(lr, 1)
    after = (matrix @ matrix @ [1, 0, 0, 0]).reshape(2, 2)
    assert np.mean(ws[-1] ** 2 + bs[-1] ** 2) == pytest.approx(np.trace(after), rel=1e-9)


def test_above_the_border_of_the_mean_square_most_descents_still_converge(lesson, course):
    picks = np.random.default_rng(4).integers(100, size=(300, 1, 1000))
    radius = np.abs(np.linalg.eigvals(course.growth(0.45, 1)[0])).max()
    ws, bs = followed(lesson, course.x, np.zeros(100), 1.0, 0.0, picks, [0.45] * 300)
    assert radius > 1.2
    assert np.median(ws[-1] ** 2 + bs[-1] ** 2) < 1e-12
    ws, bs = followed(lesson, course.x, np.zeros(100), 1.0, 0.0, picks, [0.6] * 300)
    assert np.median(ws[-1] ** 2 + bs[-1] ** 2) > 1e12


def test_below_two_over_the_largest_curvature_no_step_leads_away_from_the_line(course):
    border = 2 / max(np.linalg.eigvalsh(h).max() for h in course.h)
    assert border == pytest.approx(2 / np.max(2 * (course.x**2 + 1)))
    norms = {f: max(np.linalg.norm(np.eye(2) - f * border * h, 2) for h in course.h) for f in (0.999, 1.001)}
    assert norms[0.999] <= 1 + 1e-12 < norms[1.001]


# ---- mean or sum, and the mistakes


@pytest.mark.parametrize("batch", [[3], [0, 4, 1], [0, 1, 2, 3, 4]], ids=str)
def test_sum_and_division_by_n_are_off_by_the_factors_that_the_lesson_says(lesson, batch):
    right = np.array(lesson.batch_gradient(FEW_X, FEW_Y, 1.0, 1.0, batch))
    m = len(batch)
    assert lesson.sum_gradient(FEW_X, FEW_Y, 1.0, 1.0, batch) == pytest.approx(m * right)
    assert lesson.divided_by_n(FEW_X, FEW_Y, 1.0, 1.0, batch) == pytest.approx(m / 5 * right)


@pytest.mark.parametrize(("m", "used"), [(2, 4), (3, 3), (5, 5), (6, 0)])
def test_without_the_short_batch_the_rest_of_the_examples_is_never_used(lesson, m, used):
    assert sum(map(len, lesson.without_the_last(np.arange(5), m))) == used


@pytest.mark.parametrize(("key", "harm"), [("x", False), ("y", True)])
def test_a_fixed_order_comes_to_rest_at_the_fixed_point_of_its_epoch(lesson, course, key, harm):
    order = np.argsort(getattr(course, key))
    matrix, shift = np.eye(2), np.zeros(2)  # e after an epoch is matrix · e + shift
    for i in order:
        step = np.eye(2) - 0.05 * course.h[i]
        matrix, shift = step @ matrix, step @ shift - 0.05 * course.g[i]
    rest = course.best + np.linalg.solve(np.eye(2) - matrix, shift)
    w = b = 0.0
    for _ in range(60):
        w, b = lesson.one_epoch(course.x, course.y, w, b, order, 1, 0.05)
    assert [w, b] == pytest.approx(rest, rel=1e-9)
    excess = np.sum((rest - course.best) ** 2)
    assert excess > np.mean(course.residual**2) if harm else excess < course.floor(0.05, 1)


@pytest.mark.parametrize(
    ("m", "cut", "worst_at_the_end"),
    [(25, "split_into_batches", False), (32, "split_into_batches", True), (32, "without_the_last", False)],
)
def test_a_short_last_batch_makes_the_end_of_an_epoch_its_worst_moment(
    lesson, course, monkeypatch, m, cut, worst_at_the_end
):
    cut = getattr(lesson, cut)
    monkeypatch.setitem(lesson.fit.__globals__, "split_into_batches", cut)
    steps, (_, y) = len(cut(np.arange(100), m)), data.points()
    after = np.array([lesson.fit(course.x, y, m, 0.05, 60, seed)[30 * steps + 1 :] for seed in range(30)])
    excess = np.sum((after - course.best) ** 2, axis=-1)
    moments = [excess[:, k::steps].mean() for k in range(steps)]  # after each batch, the end being the last
    assert int(np.argmax(moments) if worst_at_the_end else np.argmin(moments)) == steps - 1
