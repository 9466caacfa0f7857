"""The mathematics that lesson 11 states, on the functions as the lesson defines them.

References: numerical slopes, closed forms worked out by hand, NumPy's logaddexp, and the frameworks themselves.
"""

import numpy as np
import pytest
from lesson_code import functions_of

from helpers import calculus, descent, functions, rules


def relu(x):
    return np.maximum(x, 0)


@pytest.fixture(scope="module")
def lesson():
    tf, torch = pytest.importorskip("tensorflow"), pytest.importorskip("torch")

    def sigmoid(x):
        return 1 / (1 + np.exp(-x))

    activations = {  # values as in the lesson; the slopes are numerical, and so a reference of their own
        name: (value, lambda x, value=value: (value(x + 1e-6) - value(x - 1e-6)) / 2e-6)
        for name, value in [("sigmoid", sigmoid), ("tanh", np.tanh)]
    }
    activations["relu"] = (relu, lambda x: (relu(2 * x) - relu(x)) / x)  # right for numbers of any size
    return functions_of("11_when_gradients_misbehave", ACTIVATIONS=activations, tf=tf, torch=torch)


# ---- depth


@pytest.mark.parametrize("activation", ["sigmoid", "tanh"])
def test_the_gradient_through_layers_is_the_slope_of_the_whole_chain(lesson, activation):
    value, _ = lesson.ACTIVATIONS[activation]
    weights = np.array([1.3, -0.6, 2.2, -1.1, 0.9])

    def chain(theta):
        h = theta[0]
        for w in weights:
            h = value(w * h)
        return h

    expected = calculus.numerical_gradient(chain, [0.4])[0]
    assert lesson.gradient_through_layers(weights, 0.4, activation) == pytest.approx(expected, rel=1e-5)


@pytest.mark.parametrize("weight", [0.5, 1.0, 1.5, 2.0, 3.0, 5.0])
def test_no_positive_weight_that_all_layers_share_keeps_the_gradient_of_the_sigmoid(lesson, weight):
    """With h = sigmoid(wh) a factor is (1 − h)·ln(h/(1 − h)), at most 0.2785 whatever w: Lambert's W of 1/e."""
    h = np.linspace(0.5, 1 - 1e-9, 100_001)
    largest = ((1 - h) * np.log(h / (1 - h))).max()
    assert largest == pytest.approx(0.278465, abs=1e-6)
    for x in (-2.0, 0.5, 3.0):
        left = lesson.gradient_through_layers(np.full(40, weight), x, "sigmoid")
        assert left < 4 * weight * largest**35


@pytest.mark.parametrize(("variance", "factor"), [(2, 1.0), (1, 0.5), (4, 2.0)])
def test_with_relu_the_squared_gradient_changes_by_half_the_variance_at_each_layer(lesson, variance, factor):
    norms = [lesson.gradient_norms("relu", variance, depth=12, seed=seed)[0, -1] for seed in range(60)]
    assert np.mean(np.square(norms)) == pytest.approx(factor**12, rel=0.25)


@pytest.mark.parametrize("activation", ["tanh", "relu"])
def test_the_second_norm_is_that_of_the_gradient_of_a_layers_weights(lesson, activation):
    """By PyTorch, on the same draws."""
    torch, n, depth = lesson.torch, 6, 4
    rng = np.random.default_rng(5)
    x = torch.tensor(rng.normal(size=n))
    weights = [torch.tensor(rng.normal(0, np.sqrt(1.5 / n), (n, n)), requires_grad=True) for _ in range(depth)]
    h = x
    for W in weights:
        h = getattr(torch, activation)(W @ h)
    (h @ torch.tensor(rng.normal(size=n)) / np.sqrt(n)).backward()
    _, by_weights = lesson.gradient_norms(activation, 1.5, depth, n, seed=5)
    assert by_weights == pytest.approx([W.grad.norm().item() for W in weights[::-1]], rel=1e-6)


@pytest.mark.parametrize("seed", range(3))
def test_with_relu_the_variance_changes_the_weights_gradients_of_all_layers_by_one_factor(lesson, seed):
    _, right = lesson.gradient_norms("relu", 2, seed=seed)
    for variance in (1, 4):
        _, wrong = lesson.gradient_norms("relu", variance, seed=seed)
        assert wrong / right == pytest.approx(np.full(40, (variance / 2) ** (39 / 2)))


def test_neither_recipe_saves_the_sigmoid_and_a_far_larger_variance_does(lesson):
    assert lesson.gradient_norms("sigmoid", 1)[0, -1] < 1e-20
    assert lesson.gradient_norms("sigmoid", 2)[0, -1] < 1e-15
    assert lesson.gradient_norms("sigmoid", 150)[0, -1] > 0.1  # so the lesson must not say that no variance would


# ---- clipping


def test_clipping_keeps_what_the_lesson_says_that_it_keeps(lesson):
    gradients = [np.array([3.0, -4.0]), np.array([[0.3, 0.0], [1.0, -2.0]]), np.zeros(2)]
    whole = np.concatenate([g.ravel() for g in gradients])
    by_array = lesson.clip_by_norm(gradients, 1.0)
    assert [np.linalg.norm(g) for g in by_array] == pytest.approx([1, 1, 0])
    assert by_array[0] / np.linalg.norm(by_array[0]) == pytest.approx(gradients[0] / 5)
    together = np.concatenate([g.ravel() for g in lesson.clip_by_global_norm(gradients, 1.0)])
    assert np.linalg.norm(together) == pytest.approx(1)
    assert together == pytest.approx(whole / np.linalg.norm(whole))
    assert lesson.clip_by_global_norm(gradients, 100.0)[0] == pytest.approx(gradients[0])


def test_clipping_brings_a_start_on_the_wall_to_the_minimum_at_a_rate_below_its_border():
    """Rosenbrock's Hessian at (1, 1) is ((802, −400), (−400, 200)): L is the larger root of λ² − 1002λ + 400."""
    border = 2 / (501 + np.sqrt(501**2 - 400))
    lr = 0.0018
    assert lr < border < 0.002
    steepest = 651 + np.sqrt(451**2 + 600**2)  # at the start the Hessian is ((1102, 600), (600, 200))
    assert 0.0012 < 2 / steepest < lr  # the smaller rate is below the border there, and this one above it
    plain = rules.gradient_descent(lr)
    assert descent.descend(functions.rosenbrock, [-1.5, 4.0], plain, 100).stopped == "diverged"
    assert descent.descend(functions.rosenbrock, [-1.5, 4.0], rules.gradient_descent(0.0012), 100).stopped == "steps"
    clipped = descent.descend(functions.rosenbrock, [-1.5, 4.0], rules.clipped_by_norm(plain, 1.0), 20_000)
    assert clipped.path[-1] == pytest.approx([1, 1], abs=1e-4)


@pytest.mark.parametrize("seed", range(3))
def test_under_adam_the_value_of_a_limit_that_is_always_active_cancels(seed):
    gradients = np.random.default_rng(seed).normal(0, 5, (200, 3))  # the shortest of them is longer than the limits

    def path(limit, shortened):
        rule = rules.clipped_by_norm(rules.adam(0.01, eps=1e-14), limit)
        theta, state, points = np.zeros(3), rule.init(np.zeros(3)), []
        for gradient in gradients / (np.linalg.norm(gradients, axis=1, keepdims=True) if shortened else 1):
            step, state = rule.update(gradient, state, theta)
            theta = theta + step
            points.append(theta)
        return np.array(points)

    assert path(0.01, False) == pytest.approx(path(0.0001, False), abs=1e-6)
    assert path(0.01, False) == pytest.approx(path(10.0, True), abs=1e-6)  # only the directions are left
    assert not np.allclose(path(0.01, False), path(1e9, False), atol=1e-2)  # not the same as no clipping


# ---- a gradient of one's own, the kink, the plateau


def test_log1pexp_is_numpys_logaddexp_and_its_slope_the_sigmoid(lesson):
    x = np.array([-1000.0, -745.0, -40.0, -1.0, 0.0, 1.0, 40.0, 1000.0])
    value, gradient = lesson.log1pexp(x)
    assert value == pytest.approx(np.logaddexp(0, x), rel=1e-14)
    assert gradient == pytest.approx(np.exp(-np.logaddexp(0, -x)), rel=1e-12)


def test_descent_on_the_kink_hops_for_ever_unless_a_step_lands_on_it():
    hopping = descent.descend(functions.absolute, 1.0, rules.gradient_descent(0.3), 400).path[:, 0]
    assert np.abs(hopping[-2:]) == pytest.approx([0.1, 0.2]) or np.abs(hopping[-2:]) == pytest.approx([0.2, 0.1])
    lucky = descent.descend(functions.absolute, 1.0, rules.gradient_descent(0.25), 400).path[:, 0]
    assert lucky[-1] == 0


def test_straight_through_has_the_value_of_rounding_and_the_slope_of_the_identity(lesson):
    tf, torch = lesson.tf, lesson.torch
    theta = torch.tensor([0.2, 1.7, -2.4], requires_grad=True)
    rounded = lesson.straight_through(theta)
    (slope,) = torch.autograd.grad(rounded.sum(), theta)
    assert rounded.tolist() == pytest.approx([0, 2, -2])
    assert slope.tolist() == [1, 1, 1]
    variable = tf.Variable([0.2, 1.7, -2.4])
    with tf.GradientTape() as tape:
        in_tensorflow = variable + tf.stop_gradient(tf.round(variable) - variable)
    assert in_tensorflow.numpy() == pytest.approx(rounded.detach().numpy())
    assert tape.gradient(in_tensorflow, variable).numpy().tolist() == [1, 1, 1]
