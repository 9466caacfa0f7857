"""The mathematics that lesson 10 states beyond what its cells show, on the functions as the lesson defines them.

References: closed forms by hand, linear algebra, every sequence of signs counted one by one, and PyTorch.
"""

import itertools
from functools import partial

import numpy as np
import pytest
from lesson_code import functions_of

from helpers import data, frameworks, functions

LESSON = "10_adaptive_rates"


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON, partial=partial, functions=functions, bowl=None)


def rules_of(lesson, lr):
    """The three rules at that rate, as `walk` runs them, with how many memories each has."""
    return {
        "Adagrad": (lesson.adagrad(lr), 1),
        "RMSprop": (lesson.rmsprop(lr), 1),
        "Adam": (lesson.adam(lr), 2),
    }


# ---- one curve for each parameter


@pytest.mark.parametrize("name", ["Adagrad", "RMSprop", "Adam"])
def test_where_the_cost_is_a_sum_of_curves_a_factor_on_each_changes_nothing(lesson, name):
    slope = functions.double_well.gradient  # any curve will do
    start = np.array([1.9, -0.7, 0.3])
    factors = np.array([1e4, 1.0, 1e-3])  # ε is 1e-8 or less, and no slope comes near it
    step, memories = rules_of(lesson, 0.01)[name]

    def by_entries(factors):
        return lambda theta: factors * slope(theta[:, None])[:, 0]

    plain = lesson.walk(step, memories, by_entries(np.ones(3)), start, 40)
    scaled = lesson.walk(step, memories, by_entries(factors), start, 40)
    assert np.abs(plain[-1] - start).min() > 0.05
    assert scaled == pytest.approx(plain, abs=1e-4)


@pytest.mark.parametrize("name", ["Adagrad", "RMSprop", "Adam"])
def test_a_surface_with_its_axes_exchanged_or_mirrored_is_descended_alike_and_a_turned_one_is_not(lesson, name):
    ravine = lesson.turned(25.0, 20.0)
    start = np.array([3.0, -1.0])
    step, memories = rules_of(lesson, 0.3)[name]
    path = lesson.walk(step, memories, ravine.gradient, start, 30)

    def through(matrix):
        """The path on the surface that the matrix makes of the ravine, brought back."""
        gradient = lambda theta: ravine.gradient(theta @ matrix) @ matrix.T  # noqa: E731
        return lesson.walk(step, memories, gradient, matrix @ start, 30) @ matrix

    exchanged, mirrored = np.array([[0.0, 1.0], [1.0, 0.0]]), np.diag([1.0, -1.0])
    assert through(exchanged) == pytest.approx(path, abs=1e-12)
    assert through(mirrored) == pytest.approx(path, abs=1e-12)
    assert np.abs(through(lesson.turn(25.0)) - path).max() > 0.1


@pytest.mark.parametrize("degrees", [0, 7, 30, 45])
def test_a_turned_ravine_has_its_curvatures_and_past_45_degrees_is_a_mirror_image(lesson, degrees):
    H = lesson.turned(1000.0, degrees).hessian(np.zeros(2))
    assert np.linalg.eigvalsh(H) == pytest.approx([1, 1000], rel=1e-9)
    exchanged = np.array([[0.0, 1.0], [1.0, 0.0]])
    assert lesson.turned(1000.0, 90 - degrees).hessian(np.zeros(2)) == pytest.approx(exchanged @ H @ exchanged)


# ---- how long a step is


@pytest.mark.parametrize("slope", [-1e-3, 1.0, 40.0])
def test_on_a_constant_slope_the_steps_have_the_lengths_that_the_lesson_gives(lesson, slope):
    t = np.arange(1, 201)
    direction = np.sign(slope)
    slopes = np.full(200, slope)
    assert lesson.lengths(lesson.adagrad(0.5), 1, slopes) == pytest.approx(direction * 0.5 / np.sqrt(t), rel=1e-4)
    by_rmsprop = direction * 0.5 / np.sqrt(1 - 0.9**t)
    assert lesson.lengths(lesson.rmsprop(0.5, alpha=0.9), 1, slopes) == pytest.approx(by_rmsprop, rel=1e-4)
    assert lesson.lengths(lesson.adam(0.5), 2, slopes) == pytest.approx(np.full(200, direction * 0.5), rel=1e-4)
    uncorrected = direction * (1 - 0.9**t) / np.sqrt(1 - 0.999**t)
    assert lesson.lengths(lesson.uncorrected, 2, slopes) == pytest.approx(uncorrected, rel=1e-3)


@pytest.mark.parametrize("curvature", [0.01, 2.0, 500.0])
@pytest.mark.parametrize("rho", [0.5, 0.9, 0.95])
def test_rmsprop_swings_by_half_a_rate_to_either_side_whatever_the_curvature(lesson, curvature, rho):
    path = lesson.walk(lesson.rmsprop(0.2, rho), 1, lambda theta: curvature * theta, np.array([1.3]), 4000)[:, 0]
    assert np.abs(path[-20:]) == pytest.approx(np.full(20, 0.1), rel=1e-4)
    assert np.all(path[-20:-1] * path[-19:] < 0)


# ---- does Adam stay at a minimum?


@pytest.mark.parametrize("beta_1", [0.0, 0.5, 0.9])
@pytest.mark.parametrize("curvature", [0.3, 2.0])
def test_with_v_held_the_border_is_where_the_larger_eigenvalue_is_one(beta_1, curvature):
    """The state (θ, m) is mapped by a matrix: m ← β₁m + (1 − β₁)λθ, θ ← θ − r·m, with r for α/(√v + ε)."""
    border = 2 * (1 + beta_1) / ((1 - beta_1) * curvature)

    def radius(rate):
        gain = (1 - beta_1) * curvature
        return np.abs(np.linalg.eigvals([[1 - rate * gain, -rate * beta_1], [gain, beta_1]])).max()

    assert radius(0.99 * border) < 1 < radius(1.01 * border)
    assert radius(border) == pytest.approx(1, abs=1e-6)


@pytest.mark.parametrize(("lr", "curvature"), [(0.05, 3.0), (0.4, 1.0), (0.01, 40.0)])
def test_adam_stays_where_epsilon_is_above_the_border_and_leaves_where_it_is_below(lesson, lr, curvature):
    border = lr * curvature / 38
    eps = np.array([0.7, 1.3]) * border
    path = lesson.walk(lesson.adam(lr, 0.9, 0.99, eps), 2, lambda theta: curvature * theta, np.ones(2), 12_000)
    left, stayed = np.abs(path[4000:]).max(axis=0)
    assert stayed < 1e-30
    assert left > 1e-4


@pytest.mark.parametrize(("lr", "curvature", "eps"), [(0.1, 2.0, 1e-3), (0.02, 50.0, 1e-8), (0.5, 0.7, 0.004)])
def test_below_the_border_adam_has_a_cycle_of_two_points(lesson, lr, curvature, eps):
    """By hand: with slopes ±λa in turn m is ±λa/19 after each update, and a step of α·(λa/19)/(λa + ε) must be 2a."""
    a = lr / 38 - eps / curvature
    assert a > 0
    theta, m, v = a, -curvature * a / 19, (curvature * a) ** 2
    path = []
    for _ in range(20):  # t so late that nothing is left of the corrections
        theta, m, v = lesson.adam_step(theta, m, v, curvature * theta, 10**6, lr, 0.9, 0.999, eps)
        path.append(theta)
    assert path == pytest.approx([-a, a] * 10, rel=1e-9)


def test_with_a_falling_rate_adams_bursts_shrink_along_with_it(lesson):
    def falling(theta, m, v, gradient, t):
        return lesson.adam_step(theta, m, v, gradient, t, 0.1 / np.sqrt(t), 0.9, 0.99, 1e-8)

    distance = np.abs(lesson.walk(falling, 2, functions.square.gradient, np.array([3.0]), 40_000)[:, 0])
    constant = np.abs(lesson.walk(lesson.adam(0.1, beta_2=0.99), 2, functions.square.gradient, np.ones(1), 40_000))
    for start in (2500, 10_000, 20_000):
        assert distance[start:].max() < 0.2 / np.sqrt(start)
        assert constant[start:].max() > 0.01
    assert distance[20_000:].max() > 1e-6  # they do go on


def test_the_rare_steep_example_outweighs_the_others_in_the_mean(lesson):
    for rare in (500, 5000):
        slopes = lesson.examples(rare, 3 * rare)
        assert np.mean(slopes) == pytest.approx((2 * rare - (rare - 1)) / rare)
        assert np.mean(slopes) > 1


def test_amsgrad_is_pytorchs(lesson):
    torch = pytest.importorskip("torch")
    slopes = np.random.default_rng(0).normal(0, 1, (60, 3)) * np.linspace(5, 0.1, 60)[:, None]
    theta = torch.zeros(3, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.Adam([theta], lr=0.01, betas=(0.9, 0.99), amsgrad=True)
    expected = [theta.detach().numpy().copy()]
    for slope in slopes:
        theta.grad = torch.tensor(slope)
        optimizer.step()
        expected.append(theta.detach().numpy().copy())
    ours = lesson.walk(lesson.amsgrad, 3, lesson.given(slopes), np.zeros(3), 60)
    assert ours == pytest.approx(np.array(expected), abs=1e-14)
    without = lesson.walk(lesson.adam(0.01, beta_2=0.99), 2, lesson.given(slopes), np.zeros(3), 60)
    assert np.abs(ours - without).max() > 1e-3


def test_on_the_line_adam_leaves_again_after_the_steps_that_the_lesson_shows(lesson):
    line = functions.mean_squared_error(*data.points())
    path = lesson.walk(lesson.adam(1.0), 2, line.gradient, np.zeros(2), 4000)
    excess = line.value(path) - line(line.minima[0])
    assert excess[400:2001].max() < 1 < 100 < excess[2001:].max()


# ---- ε and weight decay


@pytest.mark.parametrize("t", [1, 2, 10, 500])
def test_an_epsilon_in_keras_is_a_larger_one_in_pytorch_and_at_each_step_another(lesson, t):
    rng = np.random.default_rng(t)
    theta, m, gradient = rng.normal(0, 1, (3, 5))
    v = rng.uniform(0, 2, 5)
    in_keras = lesson.adam_step_keras(theta, m, v, gradient, t, 0.1, 0.9, 0.999, 0.3)
    in_torch = lesson.adam_step(theta, m, v, gradient, t, 0.1, 0.9, 0.999, 0.3 / np.sqrt(1 - 0.999**t))
    assert np.array(in_keras) == pytest.approx(np.array(in_torch), rel=1e-12)


@pytest.mark.parametrize("scale", [0.01, 1.0, 30.0])
def test_decoupled_decay_shrinks_the_mean_by_the_same_factor_whatever_the_noise(lesson, scale):
    """The mean over every sequence of signs is exact: a flipped sequence makes the opposite of each of Adam's steps."""
    signs = np.array(list(itertools.product([-1.0, 1.0], repeat=8))).T[:, :, None]
    sizes = scale * np.linspace(0.5, 1.5, 8)[:, None, None]  # the noise need not be of one size
    constants = {"lr": 0.05, "beta_1": 0.9, "beta_2": 0.999, "eps": 1e-8, "weight_decay": 0.4}
    start = np.full((256, 1), 10.0)
    ends = {}
    for step in (lesson.adamw_step, lesson.coupled_step):
        path = lesson.walk(partial(step, **constants), 2, lesson.given(sizes * signs), start, 8)
        ends[step] = path[-1].mean()
    assert ends[lesson.adamw_step] == pytest.approx(10 * (1 - 0.05 * 0.4) ** 8, rel=1e-12)
    assert abs(ends[lesson.coupled_step] - ends[lesson.adamw_step]) > 0.1


def test_coupled_decay_is_adam_on_the_cost_with_the_penalty_and_decoupled_is_not(lesson):
    bowl = functions.quadratic([[3.0, 1.0], [1.0, 2.0]], minimum=[1.0, -1.0])
    constants = {"lr": 0.05, "beta_1": 0.9, "beta_2": 0.999, "eps": 1e-8}

    def path(step, gradient, **more):
        return lesson.walk(partial(step, **constants, **more), 2, gradient, np.array([3.0, 2.0]), 60)

    penalised = path(lesson.adam_step, lambda theta: bowl.gradient(theta) + 0.5 * theta)
    assert path(lesson.coupled_step, bowl.gradient, weight_decay=0.5) == pytest.approx(penalised, abs=1e-12)
    assert np.abs(path(lesson.adamw_step, bowl.gradient, weight_decay=0.5) - penalised).max() > 0.01


# ---- the race


def test_arrival_is_the_first_step_from_which_on_the_cost_stays_low(lesson):
    def arrival(costs):
        return lesson.arrival(np.array(costs)[:, None], target=0.5)[0]

    assert arrival([3, 1, 0, 0.5, 0]) == 2
    assert arrival([3, 0, 1, 0, 0]) == 3  # it had been low before, but did not stay
    assert arrival([0, 0, 0]) == 0
    assert arrival([3, 0, 0, 1]) == 4  # never: one more than the last step
    assert arrival([3, np.nan, np.inf, 0]) == 3
    assert arrival([0, 0, np.nan]) == 3


def test_the_momentum_of_the_race_is_that_of_lesson_9(lesson):
    theta, velocity, gradient = np.random.default_rng(3).normal(0, 1, (3, 4))
    expected = functions_of("09_momentum").momentum_step(theta, velocity, gradient, 0.3, 0.9)
    assert np.array(lesson.momentum(theta, velocity, gradient, 1, lr=0.3)) == pytest.approx(
        np.array(expected), rel=1e-15
    )


# ---- units, and the recipe


@pytest.mark.parametrize("name", ["Adagrad", "RMSprop", "Adam"])
def test_in_other_units_a_rule_takes_the_same_path_only_if_its_rate_changes_with_the_unit(lesson, name):
    surface = functions.quadratic([[3.0, 1.0], [1.0, 2.0]], minimum=[1.0, -1.0])
    start, units = np.array([3.0, 2.0]), np.array([100.0, 0.5])

    def path(lr, unit):
        step, memories = rules_of(lesson, lr)[name]
        return lesson.walk(step, memories, lambda theta: surface.gradient(theta / unit) / unit, start * unit, 40) / unit

    plain = path(0.02, np.ones(2))
    assert path(0.02 * units, units) == pytest.approx(plain, abs=1e-5)
    assert np.abs(path(0.02, units) - plain).max() > 0.1


@pytest.mark.parametrize("unit", [1e-3, 1.0, 1e3])
def test_with_both_standardised_the_best_slope_is_the_correlation_in_any_units(unit):
    x, y = data.points()
    scaled = [data.standardise(values)[0] for values in (x / unit, y * unit + 7)]
    best = functions.mean_squared_error(*scaled).minima[0]
    assert best == pytest.approx([np.corrcoef(x, y)[0, 1], 0.0], abs=1e-9)


def by_formula(lr, steps, warm_up):
    rise = [lr / warm_up + (lr - lr / warm_up) * t / warm_up for t in range(warm_up)]
    return rise + [lr / 2 * (1 + np.cos(np.pi * k / (steps - warm_up))) for k in range(steps - warm_up)]


@pytest.fixture(scope="module")
def recipes():
    return functions_of(LESSON, tf=frameworks.tensorflow(), torch=frameworks.pytorch(), bowl=None)


@pytest.mark.parametrize(("steps", "warm_up"), [(20, 4), (9, 8), (7, 1)])
def test_both_schedules_of_the_recipe_are_its_formula(recipes, steps, warm_up):
    torch = frameworks.pytorch()
    optimizer, schedule = recipes.recipe_torch(torch.nn.Linear(1, 1), 0.3, 0.1, steps, warm_up)
    rates = []
    for _ in range(steps):
        rates.append(optimizer.param_groups[0]["lr"])
        assert optimizer.param_groups[1]["lr"] == rates[-1]
        optimizer.step()
        schedule.step()
    assert rates == pytest.approx(by_formula(0.3, steps, warm_up), abs=1e-12)
    of_keras = recipes.recipe_keras(0.3, 0.1, steps, warm_up)[1]
    assert [float(of_keras(t)) for t in range(steps)] == pytest.approx(rates, abs=1e-6)


def test_the_recipe_shrinks_matrices_by_their_decay_and_leaves_biases_and_scales(recipes):
    torch, tf = frameworks.pytorch(), frameworks.tensorflow()
    rates = by_formula(0.3, 6, 2)
    left = np.prod(1 - 0.5 * np.array(rates))

    network = torch.nn.Sequential(torch.nn.Linear(3, 2), torch.nn.LayerNorm(2))
    before = [p.detach().clone() for p in network.parameters()]
    optimizer, schedule = recipes.recipe_torch(network, 0.3, 0.5, 6, 2)
    for _ in rates:
        for p in network.parameters():
            p.grad = torch.zeros_like(p)
        optimizer.step()
        schedule.step()
    for p, old in zip(network.parameters(), before, strict=True):
        assert p.detach().numpy() == pytest.approx(old.numpy() * (left if p.ndim > 1 else 1), rel=1e-5)

    layers = tf.keras.layers
    model = tf.keras.Sequential([layers.Input((3,)), layers.Dense(2), layers.LayerNormalization()])
    model.layers[0].bias.assign([0.7, -0.4])
    before = [v.numpy() for v in model.trainable_variables]
    optimizer, _ = recipes.recipe_keras(0.3, 0.5, 6, 2)
    for _ in rates:
        optimizer.apply([tf.zeros_like(v) for v in model.trainable_variables], model.trainable_variables)
    for v, old in zip(model.trainable_variables, before, strict=True):
        assert v.numpy() == pytest.approx(old * (left if old.ndim > 1 else 1), rel=1e-5)


def test_without_epsilon_a_gradient_that_was_always_0_makes_nan_in_both_frameworks_too():
    torch, tf = frameworks.pytorch(), frameworks.tensorflow()
    parameter = torch.ones(2, requires_grad=True)
    parameter.grad = torch.tensor([1.0, 0.0])
    torch.optim.Adam([parameter], lr=0.1, eps=0.0).step()
    variable = tf.Variable([1.0, 1.0])
    tf.optimizers.Adam(0.1, epsilon=0.0).apply_gradients([(tf.constant([1.0, 0.0]), variable)])
    for result in (parameter.detach().numpy(), variable.numpy()):
        assert list(np.isnan(result)) == [False, True]
