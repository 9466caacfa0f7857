"""Every update rule is its paper's formula: steps worked out by hand, and the border of its rate from both sides.

The gradients of the three steps are 2, 1 and −3. The numbers are those of the formula in the rule's docstring, written
out; β = 0.9 in momentum, 0.75 and 0.9375 in Adam, where they can be followed exactly and tell β from 1 − β.
"""

from math import sqrt

import numpy as np
import pytest

from helpers import rules
from helpers.descent import descend
from helpers.functions import quadratic

GRADIENTS = [2.0, 1.0, -3.0]
THETAS = [10.0, 20.0, 40.0]  # seen by the rules that look at θ, which weight decay does
RATES = [0.1, 0.2, 0.4]

CONSTANT = {
    "gradient descent": (rules.gradient_descent(0.1), [-0.2, -0.1, 0.3]),
    # v: 2, 0.9·2 + 1 = 2.8, 0.9·2.8 − 3 = −0.48
    "momentum": (rules.momentum(0.1, beta=0.9), [-0.2, -0.28, 0.048]),
    # v: 2, 0.9·2 + 0.5·1 = 2.3, 0.9·2.3 − 0.5·3 = 0.57; the first is not dampened
    "momentum, dampened": (rules.momentum(0.1, beta=0.9, dampening=0.5), [-0.2, -0.23, -0.057]),
    # v: −0.2, −0.18 − 0.1 = −0.28, −0.252 + 0.3 = 0.048
    "momentum (Keras)": (rules.momentum_keras(0.1, beta=0.9), [-0.2, -0.28, 0.048]),
    # g + 0.9·v: 2 + 1.8 = 3.8, 1 + 2.52 = 3.52, −3 − 0.432 = −3.432
    "Nesterov": (rules.nesterov(0.1, beta=0.9), [-0.38, -0.352, 0.3432]),
    "Nesterov (Keras)": (rules.nesterov_keras(0.1, beta=0.9), [-0.38, -0.352, 0.3432]),
    # s: 4, 4 + 1 = 5, 5 + 9 = 14
    "Adagrad": (rules.adagrad(0.1, eps=0.5), [-0.2 / (2 + 0.5), -0.1 / (sqrt(5) + 0.5), 0.3 / (sqrt(14) + 0.5)]),
    "Adagrad from 0.25": (
        rules.adagrad(0.1, eps=0.5, start=0.25),
        [-0.2 / (sqrt(4.25) + 0.5), -0.1 / (sqrt(5.25) + 0.5), 0.3 / (sqrt(14.25) + 0.5)],
    ),
    # s from 0.1: 4.1, 5.1, 14.1; ε = 0.5 under the root
    "Adagrad (Keras)": (rules.adagrad_keras(0.1, eps=0.5), [-0.2 / sqrt(4.6), -0.1 / sqrt(5.6), 0.3 / sqrt(14.6)]),
    # s: 0.25·4 = 1, 0.75 + 0.25 = 1, 0.75 + 0.25·9 = 3
    "RMSprop": (rules.rmsprop(0.1, alpha=0.75, eps=0.5), [-0.2 / 1.5, -0.1 / 1.5, 0.3 / (sqrt(3) + 0.5)]),
    "RMSprop (Keras)": (
        rules.rmsprop_keras(0.1, rho=0.75, eps=0.5),
        [-0.2 / sqrt(1.5), -0.1 / sqrt(1.5), 0.3 / sqrt(3.5)],
    ),
    # m: 0.5, 0.375 + 0.25 = 0.625, 0.46875 − 0.75 = −0.28125, over 1 − 0.75ᵗ: 0.25, 0.4375, 0.578125
    # v: 0.25, 0.234375 + 0.0625 = 0.296875, 0.2783203125 + 0.5625 = 0.8408203125,
    #    over 1 − 0.9375ᵗ: 0.0625, 0.12109375, 0.176025390625
    "Adam": (
        rules.adam(0.1, beta_1=0.75, beta_2=0.9375, eps=0.5),
        [
            -0.1 * 2 / (2 + 0.5),
            -0.1 * (0.625 / 0.4375) / (sqrt(0.296875 / 0.12109375) + 0.5),
            0.1 * (0.28125 / 0.578125) / (sqrt(0.8408203125 / 0.176025390625) + 0.5),
        ],
    ),
    "Adam (Keras)": (
        rules.adam_keras(0.1, beta_1=0.75, beta_2=0.9375, eps=0.5),
        [
            -0.1 * (sqrt(0.0625) / 0.25) * 0.5 / (0.5 + 0.5),
            -0.1 * (sqrt(0.12109375) / 0.4375) * 0.625 / (sqrt(0.296875) + 0.5),
            0.1 * (sqrt(0.176025390625) / 0.578125) * 0.28125 / (sqrt(0.8408203125) + 0.5),
        ],
    ),
    # the factor from another pair, (0.5, 0.75): √(1 − 0.75ᵗ)/(1 − 0.5ᵗ) is √0.25/0.5, √0.4375/0.75, √0.578125/0.875
    "Adam (Keras), corrected by another pair": (
        rules.adam_keras(0.1, beta_1=0.75, beta_2=0.9375, eps=0.5, correction=(0.5, 0.75)),
        [
            -0.1 * (0.5 / 0.5) * 0.5 / (0.5 + 0.5),
            -0.1 * (sqrt(0.4375) / 0.75) * 0.625 / (sqrt(0.296875) + 0.5),
            0.1 * (sqrt(0.578125) / 0.875) * 0.28125 / (sqrt(0.8408203125) + 0.5),
        ],
    ),
    # momentum's steps, and −0.1·0.25·θ: −0.25, −0.5, −1
    "momentum, decoupled decay": (
        rules.decoupled_weight_decay(rules.momentum(0.1, beta=0.9), 0.25),
        [-0.2 - 0.25, -0.28 - 0.5, 0.048 - 1.0],
    ),
    # g + 0.25·θ: 4.5, 6, 7; v: 4.5, 4.05 + 6 = 10.05, 9.045 + 7 = 16.045
    "momentum, coupled decay": (
        rules.coupled_weight_decay(rules.momentum(0.1, beta=0.9), 0.25),
        [-0.45, -1.005, -1.6045],
    ),
    "AdamW": (
        rules.adamw(0.1, beta_1=0.75, beta_2=0.9375, eps=0.5, weight_decay=0.25),
        [
            -0.1 * 2 / (2 + 0.5) - 0.25,
            -0.1 * (0.625 / 0.4375) / (sqrt(0.296875 / 0.12109375) + 0.5) - 0.5,
            0.1 * (0.28125 / 0.578125) / (sqrt(0.8408203125 / 0.176025390625) + 0.5) - 1.0,
        ],
    ),
    "AdamW (Keras)": (
        rules.adamw_keras(0.1, beta_1=0.75, beta_2=0.9375, eps=0.5, weight_decay=0.25),
        [
            -0.1 * (sqrt(0.0625) / 0.25) * 0.5 / (0.5 + 0.5) - 0.25,
            -0.1 * (sqrt(0.12109375) / 0.4375) * 0.625 / (sqrt(0.296875) + 0.5) - 0.5,
            0.1 * (sqrt(0.176025390625) / 0.578125) * 0.28125 / (sqrt(0.8408203125) + 0.5) - 1.0,
        ],
    ),
    # g: 1.5, 1, −1.5
    "gradient descent, clipped by value": (
        rules.clipped_by_value(rules.gradient_descent(0.1), 1.5),
        [-0.15, -0.1, 0.15],
    ),
    # g: 2·1.5/2.000001, 1, −3·1.5/3.000001
    "gradient descent, clipped by norm": (
        rules.clipped_by_norm(rules.gradient_descent(0.1), 1.5),
        [-0.3 / 2.000001, -0.1, 0.45 / 3.000001],
    ),
    "gradient descent, clipped by norm (Keras)": (
        rules.clipped_by_norm_keras(rules.gradient_descent(0.1), 1.5),
        [-0.15, -0.1, 0.15],
    ),
}


def steps_of(rule, gradients=GRADIENTS, thetas=THETAS):
    """The rule's steps on these gradients, one number each; what it is given must come back unchanged."""
    state, steps = rule.init(np.array([thetas[0]])), []
    for gradient, theta in zip(gradients, thetas, strict=True):
        g, at = np.array([gradient]), np.array([theta])
        step, state = rule.update(g, state, at)
        assert (g[0], at[0]) == (gradient, theta), "the rule changed its arguments"
        assert step.shape == (1,)
        steps.append(step[0])
    return steps


@pytest.mark.parametrize("name", CONSTANT)
def test_three_steps_are_those_of_the_formula(name):
    rule, steps = CONSTANT[name]
    assert steps_of(rule) == pytest.approx(steps, rel=1e-13)


@pytest.mark.parametrize("name", [name for name in CONSTANT if "norm" not in name])  # a norm is that of all entries
def test_entries_do_not_touch_each_other(name):
    rule, steps = CONSTANT[name]
    state = rule.init(np.array([10.0, 10.0]))
    for gradient, theta, step in zip(GRADIENTS, THETAS, steps, strict=True):
        both, state = rule.update(np.array([0.0, gradient]), state, np.array([0.0, theta]))
        assert both[0] == 0
        assert both[1] == pytest.approx(step, rel=1e-13)


SCHEDULED = {
    "gradient descent": (rules.gradient_descent, [-0.2, -0.2, 1.2]),
    # outside the velocity: −0.1·2, −0.2·2.8, +0.4·0.48
    "momentum": (rules.momentum, [-0.2, -0.56, 0.192]),
    # inside: v: −0.2, −0.18 − 0.2 = −0.38, −0.342 + 1.2 = 0.858
    "momentum (Keras)": (rules.momentum_keras, [-0.2, -0.38, 0.858]),
    # −0.1·3.8, −0.2·3.52, +0.4·3.432
    "Nesterov": (rules.nesterov, [-0.38, -0.704, 1.3728]),
    # 0.9·v − α·g: −0.18 − 0.2, −0.342 − 0.2, 0.7722 + 1.2
    "Nesterov (Keras)": (rules.nesterov_keras, [-0.38, -0.542, 1.9722]),
}


@pytest.mark.parametrize("name", SCHEDULED)
def test_a_schedule_acts_inside_or_outside_the_velocity(name):
    make, steps = SCHEDULED[name]
    assert steps_of(make(lambda t: RATES[t])) == pytest.approx(steps, rel=1e-13)


@pytest.mark.parametrize("name", ["adagrad", "rmsprop", "adam", "adamw"])
@pytest.mark.parametrize("form", ["", "_keras"])
def test_adaptive_rules_multiply_each_step_by_the_rate_of_its_iteration(name, form):
    make = getattr(rules, name + form)
    constant, scheduled = steps_of(make(0.1)), steps_of(make(lambda t: RATES[t]))
    assert scheduled == pytest.approx([constant[0], 2 * constant[1], 4 * constant[2]], rel=1e-13)


def test_decoupled_decay_follows_the_schedule_and_coupled_decay_passes_it_on():
    decoupled = rules.decoupled_weight_decay(rules.gradient_descent(lambda t: RATES[t]), 0.25)
    coupled = rules.coupled_weight_decay(rules.gradient_descent(lambda t: RATES[t]), 0.25)
    # −α(g + 0.25·θ): −0.1·4.5, −0.2·6, −0.4·7; for plain descent the two are one
    assert steps_of(decoupled) == pytest.approx([-0.45, -1.2, -2.8], rel=1e-13)
    assert steps_of(coupled) == pytest.approx([-0.45, -1.2, -2.8], rel=1e-13)


@pytest.mark.parametrize("name", [*SCHEDULED, "AdamW"])
def test_a_schedule_is_asked_for_t_0_1_2_in_that_order(name):
    asked = []
    make = SCHEDULED[name][0] if name in SCHEDULED else rules.adamw
    steps_of(make(lambda t: asked.append(t) or 0.1))
    assert list(dict.fromkeys(asked)) == [0, 1, 2] == sorted(set(asked))


def test_a_rate_of_zero_is_allowed_in_a_schedule_as_a_warm_up_begins_with_it():
    assert steps_of(rules.gradient_descent(lambda t: t / 10)) == pytest.approx([0.0, -0.1, 0.6])


@pytest.mark.parametrize(
    ("rule", "written_out"),
    [
        (rules.momentum(0.1), rules.momentum(0.1, beta=0.9, dampening=0)),
        (rules.nesterov(0.1), rules.nesterov(0.1, beta=0.9)),
        (rules.adagrad(0.1), rules.adagrad(0.1, eps=1e-10, start=0)),
        (rules.adagrad_keras(0.1), rules.adagrad_keras(0.1, eps=1e-7, start=0.1)),
        (rules.rmsprop(0.1), rules.rmsprop(0.1, alpha=0.99, eps=1e-8)),
        (rules.rmsprop_keras(0.1), rules.rmsprop_keras(0.1, rho=0.9, eps=1e-7)),
        (rules.adam(0.1), rules.adam(0.1, beta_1=0.9, beta_2=0.999, eps=1e-8)),
        (rules.adam_keras(0.1), rules.adam_keras(0.1, beta_1=0.9, beta_2=0.999, eps=1e-7)),
        (rules.adamw(0.1), rules.adamw(0.1, beta_1=0.9, beta_2=0.999, eps=1e-8, weight_decay=0.01)),
        (rules.adamw_keras(0.1), rules.adamw_keras(0.1, beta_1=0.9, beta_2=0.999, eps=1e-7, weight_decay=0.004)),
    ],
    ids=lambda rule: rule.name,
)
def test_defaults_are_those_of_the_courses_table(rule, written_out):
    """On small gradients, where ε shows."""
    tiny = [1e-7, 2e-7, -1e-8]
    assert steps_of(rule, tiny) == steps_of(written_out, tiny)


def test_the_norm_is_clipped_for_all_variables_together_or_for_each():
    g = np.array([3.0, 4.0, 12.0, 84.0])  # norm 85; the first two together 5
    together = rules.clipped_by_norm_keras(rules.gradient_descent(1.0), 8.5)
    each = rules.clipped_by_norm_keras(rules.gradient_descent(1.0), 2.5, sizes=[2, 1, 1])
    pytorch = rules.clipped_by_norm(rules.gradient_descent(1.0), 2.5, sizes=[2, 1, 1])
    np.testing.assert_allclose(together.update(g, together.init(g), g)[0], [-0.3, -0.4, -1.2, -8.4], rtol=1e-14)
    np.testing.assert_allclose(each.update(g, each.init(g), g)[0], [-1.5, -2.0, -2.5, -2.5], rtol=1e-14)
    expected = [-7.5 / 5.000001, -10 / 5.000001, -30 / 12.000001, -210 / 84.000001]
    np.testing.assert_allclose(pytorch.update(g, pytorch.init(g), g)[0], expected, rtol=1e-14)
    with pytest.raises(ValueError, match=r"sizes = \[2, 1\] adds up to 3, but theta has 4 entries"):
        rules.clipped_by_norm(rules.gradient_descent(1.0), 1.0, sizes=[2, 1]).init(g)


def test_value_clipping_cuts_each_entry():
    rule, g = rules.clipped_by_value(rules.gradient_descent(1.0), 2.0), np.array([-5.0, 1.0, 3.0])
    assert rule.update(g, rule.init(g), g)[0].tolist() == [2.0, -1.0, -2.0]


def test_a_state_does_not_round_where_theta_is_of_whole_numbers():
    rule = rules.adagrad_keras(0.1, eps=0.5)
    step, _ = rule.update(np.array([2.0]), rule.init(np.array([10])), np.array([10]))
    assert step[0] == pytest.approx(-0.2 / sqrt(4.6), rel=1e-13)


# ---- the border: the spectral radius of one step on ½λθ², written as a matrix on (θ, v) ----------------------------

MATRICES = {
    # θ − αλθ
    "gradient descent": (rules.gradient_descent, lambda a, c: [[1 - a * c]]),
    # v' = βv + λθ, θ' = θ − αv'
    "momentum": (lambda lr: rules.momentum(lr, 0.75), lambda a, c: [[1 - a * c, -a * 0.75], [c, 0.75]]),
    # v' = βv + 0.5·λθ
    "momentum, dampened": (
        lambda lr: rules.momentum(lr, 0.75, dampening=0.5),
        lambda a, c: [[1 - a * c / 2, -a * 0.75], [c / 2, 0.75]],
    ),
    # v' = βv − αλθ, θ' = θ + v'
    "momentum (Keras)": (lambda lr: rules.momentum_keras(lr, 0.75), lambda a, c: [[1 - a * c, 0.75], [-a * c, 0.75]]),
    # v' = βv + λθ, θ' = θ − α(λθ + βv')
    "Nesterov": (lambda lr: rules.nesterov(lr, 0.75), lambda a, c: [[1 - a * c * 1.75, -a * 0.5625], [c, 0.75]]),
    # v' = βv − αλθ, θ' = θ + βv' − αλθ
    "Nesterov (Keras)": (
        lambda lr: rules.nesterov_keras(lr, 0.75),
        lambda a, c: [[1 - a * c * 1.75, 0.5625], [-a * c, 0.75]],
    ),
}


@pytest.mark.parametrize("name", MATRICES)
@pytest.mark.parametrize("largest", [0.5, 7.0])
def test_the_border_parts_convergence_from_divergence(name, largest):
    make, matrix = MATRICES[name]
    border = make(0.1).border(largest)

    def radius(lr, curvature):
        return np.abs(np.linalg.eigvals(np.array(matrix(lr, curvature)))).max()

    assert radius(0.999 * border, largest) < 1 < radius(1.001 * border, largest)
    for curvature in largest * np.array([0.01, 0.1, 0.5, 0.9]):  # below the border no flatter direction diverges either
        assert radius(0.999 * border, curvature) < 1

    bowl = quadratic([[largest / 10, 0.0], [0.0, largest]])
    below, above = (descend(bowl, [1.0, 1.0], make(part * border), steps=2000) for part in (0.97, 1.03))
    assert below.costs[-1] < 1e-6 * below.costs[0]
    assert above.stopped == "diverged"


@pytest.mark.parametrize("name", MATRICES)
def test_the_matrix_is_that_of_the_rule(name):
    """What the border's test rests on: n steps of the rule are the n-th power of the matrix."""
    make, matrix = MATRICES[name]
    path = descend(quadratic([[4.0]]), 1.0, make(0.1), steps=6).path[:, 0]
    M = np.array(matrix(0.1, 4.0))
    vector = np.array([1.0, 0.0][: len(M)])
    if "dampened" in name:  # the first velocity is the gradient, undampened
        vector, path = np.array([1 - 0.1 * 4.0, 4.0]), path[1:]
    for theta in path:
        assert vector[0] == pytest.approx(theta, rel=1e-12)
        vector = M @ vector


def test_rules_without_a_known_border_have_none():
    for rule in (rules.adam(0.1), rules.adagrad(0.1), rules.clipped_by_value(rules.gradient_descent(0.1), 1.0)):
        assert rule.border is None
