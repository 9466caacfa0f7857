"""The rules of helpers.rules are those of Keras and of PyTorch, step by step, in float64.

Reference: the installed frameworks. Hyperparameters are sums of a few powers of two, which float32 holds exactly,
so that Keras's rounding to float32 has nothing to round; the tests of that rounding say otherwise.
"""

import ast
import copy
import functools
import inspect
import itertools
import types
from typing import NamedTuple

import numpy as np
import pytest

from helpers import frameworks, optimisers, rules
from helpers.descent import descend
from helpers.functions import quadratic, rosenbrock

STEPS = 50
TOLERANCE = 1e-14
NEGLIGIBLE = 2.0**-100  # an ε that is lost in every sum, wherever it stands
PLAIN = 2.0**-10  # an ε that shows

SURFACES = {
    "ravine": (quadratic([[1.0, 0.0], [0.0, 4.0]]), [3.0, -2.0]),
    "turned": (quadratic([[3.0, 1.0], [1.0, 2.0]], minimum=[1.0, -1.0]), [3.0, 2.0]),
    "second coordinate flat": (quadratic([[2.0, 0.0], [0.0, 0.0]]), [3.0, -2.0]),
    "five parameters": (quadratic(np.diag([1.0, 2.0, 3.0, 0.0, 0.5])), [3.0, -2.0, 1.0, 0.5, -1.5]),
}


# ---- what is compared with what ---------------------------------------------------------------------------------


class Rate(NamedTuple):
    """A learning rate that begins at `first`; a falling one is halved before steps 10 and 25, counted from 0."""

    first: float
    falling: bool = False

    @property
    def numpy(self):
        return (lambda t: self.first / (1 + (t >= 10)) / (1 + (t >= 25))) if self.falling else self.first

    def keras(self, tf):
        if not self.falling:
            return self.first
        rates = [self.first, self.first / 2, self.first / 4]
        return tf.keras.optimizers.schedules.PiecewiseConstantDecay([9, 24], rates)  # the last step at each rate

    def torch(self, torch, optimizer):
        """The PyTorch optimiser, made with `first`, with the schedule hung on it."""
        if self.falling:
            schedule = torch.optim.lr_scheduler.MultiStepLR(optimizer, [10, 25], gamma=0.5)
            optimizer.register_step_post_hook(lambda *_: schedule.step())
        return optimizer


class Case(NamedTuple):
    """A rule and the optimiser whose form it is.

    rule        rule(rules) -> Rule, made by that module or by a mutant of it
    framework   framework(function, start) -> Trajectory of the same descent
    """

    rule: object
    framework: object


def keras(make, rate=None):
    """A framework for Case: make(optimizers, rate) -> a Keras optimiser."""

    def run(function, start):
        tf = frameworks.tensorflow()
        optimizer = make(tf.optimizers, rate.keras(tf)) if rate else make(tf.optimizers)
        return optimisers.descend_keras(function, start, optimizer, STEPS)

    return run


def torch(make, rate=None):
    """A framework for Case: make(optim, parameters, rate) -> a PyTorch optimiser."""

    def run(function, start):
        torch = frameworks.pytorch()

        def optimizer(parameters):
            if rate is None:
                return make(torch.optim, parameters)
            return rate.torch(torch, make(torch.optim, parameters, rate.first))

        return optimisers.descend_torch(function, start, optimizer, STEPS)

    return run


def pairs(rate: Rate, eps: float, second_set: bool = False) -> dict[str, tuple[Case, Case]]:
    """Every optimiser: PyTorch's form beside PyTorch, Keras's form beside Keras, with the same hyperparameters."""
    lr = rate.numpy
    beta, decay, start = (0.5, 1 - 2**-6, 0.25) if second_set else (0.875, 0.875, 0.0)
    b1, b2 = (0.5, 1 - 2**-10) if second_set else (0.875, 1 - 2**-6)
    wd = 2**-3 if second_set else 2**-6
    betas = {"beta_1": b1, "beta_2": b2}
    return {
        "SGD": (
            Case(lambda r: r.gradient_descent(lr), torch(lambda o, p, lr: o.SGD(p, lr), rate)),
            Case(lambda r: r.gradient_descent(lr), keras(lambda o, lr: o.SGD(lr), rate)),
        ),
        "momentum": (
            Case(lambda r: r.momentum(lr, beta), torch(lambda o, p, lr: o.SGD(p, lr, momentum=beta), rate)),
            Case(lambda r: r.momentum_keras(lr, beta), keras(lambda o, lr: o.SGD(lr, beta), rate)),
        ),
        "Nesterov": (
            Case(
                lambda r: r.nesterov(lr, beta),
                torch(lambda o, p, lr: o.SGD(p, lr, momentum=beta, nesterov=True), rate),
            ),
            Case(lambda r: r.nesterov_keras(lr, beta), keras(lambda o, lr: o.SGD(lr, beta, nesterov=True), rate)),
        ),
        "Adagrad": (
            Case(
                lambda r: r.adagrad(lr, eps, start),
                torch(lambda o, p, lr: o.Adagrad(p, lr, initial_accumulator_value=start, eps=eps), rate),
            ),
            Case(lambda r: r.adagrad_keras(lr, eps, start), keras(lambda o, lr: o.Adagrad(lr, start, eps), rate)),
        ),
        "RMSprop": (
            Case(lambda r: r.rmsprop(lr, decay, eps), torch(lambda o, p, lr: o.RMSprop(p, lr, decay, eps), rate)),
            Case(
                lambda r: r.rmsprop_keras(lr, decay, eps), keras(lambda o, lr: o.RMSprop(lr, decay, epsilon=eps), rate)
            ),
        ),
        "Adam": (
            Case(lambda r: r.adam(lr, b1, b2, eps), torch(lambda o, p, lr: o.Adam(p, lr, (b1, b2), eps), rate)),
            Case(
                lambda r: r.adam_keras(lr, b1, b2, eps),
                keras(lambda o, lr: o.Adam(lr, **betas, epsilon=eps), rate),
            ),
        ),
        "AdamW": (
            Case(
                lambda r: r.adamw(lr, b1, b2, eps, wd), torch(lambda o, p, lr: o.AdamW(p, lr, (b1, b2), eps, wd), rate)
            ),
            Case(
                lambda r: r.adamw_keras(lr, b1, b2, eps, wd),
                keras(lambda o, lr: o.AdamW(lr, weight_decay=wd, **betas, epsilon=eps), rate),
            ),
        ),
    }


def decayed() -> dict[str, Case]:
    """Weight decay: coupled in PyTorch unless told otherwise, decoupled in every optimiser of Keras."""
    lr, beta, wd, eps = 2**-4, 0.875, 2**-3, NEGLIGIBLE
    coupled = {
        "SGD": (lambda r: r.gradient_descent(lr), lambda o, p: o.SGD(p, lr, weight_decay=wd)),
        "momentum": (lambda r: r.momentum(lr, beta), lambda o, p: o.SGD(p, lr, momentum=beta, weight_decay=wd)),
        "Nesterov": (
            lambda r: r.nesterov(lr, beta),
            lambda o, p: o.SGD(p, lr, momentum=beta, nesterov=True, weight_decay=wd),
        ),
        "Adagrad": (lambda r: r.adagrad(lr, eps), lambda o, p: o.Adagrad(p, lr, eps=eps, weight_decay=wd)),
        "RMSprop": (lambda r: r.rmsprop(lr, eps=eps), lambda o, p: o.RMSprop(p, lr, eps=eps, weight_decay=wd)),
        "Adam": (lambda r: r.adam(lr, eps=eps), lambda o, p: o.Adam(p, lr, eps=eps, weight_decay=wd)),
    }
    decoupled = {
        "SGD": (lambda r: r.gradient_descent(lr), lambda o: o.SGD(lr, weight_decay=wd)),
        "momentum": (lambda r: r.momentum_keras(lr, beta), lambda o: o.SGD(lr, beta, weight_decay=wd)),
        "Nesterov": (lambda r: r.nesterov_keras(lr, beta), lambda o: o.SGD(lr, beta, nesterov=True, weight_decay=wd)),
        "Adagrad": (
            lambda r: r.adagrad_keras(lr, eps, 0.25),
            lambda o: o.Adagrad(lr, 0.25, epsilon=eps, weight_decay=wd),
        ),
        "RMSprop": (
            lambda r: r.rmsprop_keras(lr, 0.875, eps),
            lambda o: o.RMSprop(lr, 0.875, epsilon=eps, weight_decay=wd),
        ),
        "Adam": (
            lambda r: r.adam_keras(lr, 0.875, 1 - 2**-6, eps),
            lambda o: o.Adam(lr, 0.875, 1 - 2**-6, epsilon=eps, weight_decay=wd),
        ),
    }
    cases = {
        f"{name}, coupled, PyTorch": Case(lambda r, rule=rule: r.coupled_weight_decay(rule(r), wd), torch(make))
        for name, (rule, make) in coupled.items()
    }
    cases |= {
        f"{name}, decoupled, Keras": Case(lambda r, rule=rule: r.decoupled_weight_decay(rule(r), wd), keras(make))
        for name, (rule, make) in decoupled.items()
    }
    cases["Adam, decoupled, PyTorch"] = Case(
        lambda r: r.decoupled_weight_decay(r.adam(lr, eps=eps), wd),
        torch(lambda o, p: o.Adam(p, lr, eps=eps, weight_decay=wd, decoupled_weight_decay=True)),
    )
    return cases


def clipped() -> dict[str, Case]:
    """Clipping of one variable. The limit is no power of two: neither framework rounds it to float32."""
    lr, beta, limit = 2**-4, 0.875, 0.3

    def torch_clips(name):
        def make(o, parameters):
            def clip(*_):  # a hook's own result would count
                getattr(frameworks.pytorch().nn.utils, name)(parameters, limit)

            optimizer = o.SGD(parameters, lr, momentum=beta)
            optimizer.register_step_pre_hook(clip)
            return optimizer

        return torch(make)

    def keras_clips(argument):
        return keras(lambda o: o.SGD(lr, beta, **{argument: limit}))

    return {
        "by value, PyTorch": Case(
            lambda r: r.clipped_by_value(r.momentum(lr, beta), limit), torch_clips("clip_grad_value_")
        ),
        "by value, Keras": Case(
            lambda r: r.clipped_by_value(r.momentum_keras(lr, beta), limit), keras_clips("clipvalue")
        ),
        "by norm, PyTorch": Case(
            lambda r: r.clipped_by_norm(r.momentum(lr, beta), limit), torch_clips("clip_grad_norm_")
        ),
        "by norm, Keras": Case(
            lambda r: r.clipped_by_norm_keras(r.momentum_keras(lr, beta), limit), keras_clips("clipnorm")
        ),
        "by global norm, Keras": Case(
            lambda r: r.clipped_by_norm_keras(r.momentum_keras(lr, beta), limit), keras_clips("global_clipnorm")
        ),
    }


def rounded(value):
    """What float32 makes of a number."""
    return float(np.float32(value))


# Keras with the decimals that everybody types: what Keras rounds is rounded, and the rest is not.
_CORRECTION = (rounded(0.9), rounded(0.999))
ORDINARY_KERAS = {
    "SGD": Case(lambda r: r.gradient_descent(rounded(0.1)), keras(lambda o: o.SGD(0.1))),
    "momentum": Case(lambda r: r.momentum_keras(rounded(0.1), rounded(0.9)), keras(lambda o: o.SGD(0.1, 0.9))),
    "Nesterov": Case(
        lambda r: r.nesterov_keras(rounded(0.1), rounded(0.9)), keras(lambda o: o.SGD(0.1, 0.9, nesterov=True))
    ),
    "Adagrad": Case(lambda r: r.adagrad_keras(rounded(0.1), start=rounded(0.1)), keras(lambda o: o.Adagrad(0.1))),
    "RMSprop": Case(lambda r: r.rmsprop_keras(rounded(0.1)), keras(lambda o: o.RMSprop(0.1))),
    "Adam": Case(lambda r: r.adam_keras(rounded(0.1), correction=_CORRECTION), keras(lambda o: o.Adam(0.1))),
    "AdamW": Case(
        lambda r: r.adamw_keras(rounded(0.1), weight_decay=rounded(0.004), correction=_CORRECTION),
        keras(lambda o: o.AdamW(0.1)),
    ),
}
ORDINARY_TORCH = {
    "SGD": Case(lambda r: r.gradient_descent(0.1), torch(lambda o, p: o.SGD(p, 0.1))),
    "momentum": Case(lambda r: r.momentum(0.1, 0.9), torch(lambda o, p: o.SGD(p, 0.1, 0.9))),
    "Nesterov": Case(lambda r: r.nesterov(0.1, 0.9), torch(lambda o, p: o.SGD(p, 0.1, 0.9, nesterov=True))),
    "Adagrad": Case(lambda r: r.adagrad(0.1), torch(lambda o, p: o.Adagrad(p, 0.1))),
    "RMSprop": Case(lambda r: r.rmsprop(0.1), torch(lambda o, p: o.RMSprop(p, 0.1))),
    "Adam": Case(lambda r: r.adam(0.1), torch(lambda o, p: o.Adam(p, 0.1))),
    "AdamW": Case(lambda r: r.adamw(0.1), torch(lambda o, p: o.AdamW(p, 0.1))),
}
# The frameworks' own defaults, rate included. In NumPy only the rate is told: the rest are the rules' defaults.
_KERAS_RATE = rounded(0.001)
DEFAULTS = {
    "SGD, Keras": Case(lambda r: r.gradient_descent(rounded(0.01)), keras(lambda o: o.SGD())),
    "Adagrad, Keras": Case(lambda r: r.adagrad_keras(_KERAS_RATE, start=rounded(0.1)), keras(lambda o: o.Adagrad())),
    "RMSprop, Keras": Case(lambda r: r.rmsprop_keras(_KERAS_RATE), keras(lambda o: o.RMSprop())),
    "Adam, Keras": Case(lambda r: r.adam_keras(_KERAS_RATE, correction=_CORRECTION), keras(lambda o: o.Adam())),
    "AdamW, Keras": Case(
        lambda r: r.adamw_keras(_KERAS_RATE, weight_decay=rounded(0.004), correction=_CORRECTION),
        keras(lambda o: o.AdamW()),
    ),
    "SGD, PyTorch": Case(lambda r: r.gradient_descent(0.001), torch(lambda o, p: o.SGD(p))),
    "Adagrad, PyTorch": Case(lambda r: r.adagrad(0.01), torch(lambda o, p: o.Adagrad(p))),
    "RMSprop, PyTorch": Case(lambda r: r.rmsprop(0.01), torch(lambda o, p: o.RMSprop(p))),
    "Adam, PyTorch": Case(lambda r: r.adam(0.001), torch(lambda o, p: o.Adam(p))),
    "AdamW, PyTorch": Case(lambda r: r.adamw(0.001), torch(lambda o, p: o.AdamW(p))),
}
DAMPENED = Case(
    lambda r: r.momentum(2**-4, 0.875, dampening=0.25), torch(lambda o, p: o.SGD(p, 2**-4, 0.875, dampening=0.25))
)
CONSTANT = Rate(2**-4)
FALLING = Rate(2**-3, falling=True)
EXACT = pairs(CONSTANT, NEGLIGIBLE)
EXACT_TOO = pairs(Rate(2**-3 + 2**-5), NEGLIGIBLE, second_set=True)
SCHEDULED = pairs(FALLING, NEGLIGIBLE)
WITH_EPS = pairs(CONSTANT, PLAIN)


def gap(a, b) -> float:
    """The largest difference of two descents, over every step and entry; both must have taken all their steps."""
    assert a.stopped == b.stopped == "steps", (a, b)
    assert a.path.shape == b.path.shape == (STEPS + 1, a.path.shape[1])
    return float(np.abs(a.path - b.path).max())


def by_hand(case: Case, surface: str, module=rules):
    function, start = SURFACES[surface]
    return descend(function, start, case.rule(module), STEPS)


@functools.cache
def by_framework(case: Case, surface: str):
    return case.framework(*SURFACES[surface])


# ---- the same descent -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("surface", SURFACES)
@pytest.mark.parametrize("table", [EXACT, EXACT_TOO], ids=["one set", "another set"])
@pytest.mark.parametrize("name", EXACT)
def test_both_forms_by_hand_and_both_frameworks_make_one_descent(name, table, surface):
    four = [run(case, surface) for case in table[name] for run in (by_hand, by_framework)]
    assert gap(four[0], descend(*SURFACES[surface], _rule_that_stays(), STEPS)) > 0.1  # there is something to compare
    for a, b in itertools.combinations(four, 2):
        assert gap(a, b) <= TOLERANCE, (a.rule, b.rule)


def _rule_that_stays():
    return rules.Rule("none", lambda theta: None, lambda gradient, state, theta: (0 * theta, state), lr=0.0)


@pytest.mark.parametrize("name", EXACT)
def test_they_make_one_descent_on_rosenbrock_too(name):
    # No powers of two: to multiply by one is exact, and hides where the rate stands in a formula.
    lr = Rate({"SGD": 5 * 2**-13, "momentum": 5 * 2**-14, "Nesterov": 5 * 2**-14}.get(name, 5 * 2**-7))
    start = [-1.25, 1.5]
    four = []
    for case in pairs(lr, NEGLIGIBLE)[name]:
        four += [descend(rosenbrock, start, case.rule(rules), STEPS), case.framework(rosenbrock, start)]
    assert np.abs(four[0].path[-1] - start).max() > 0.01  # there is something to compare
    for a, b in itertools.combinations(four, 2):
        assert gap(a, b) <= 1e-12, (a.rule, b.rule)


@pytest.mark.parametrize("name", EXACT)
def test_a_falling_rate_gives_each_framework_its_own_form(name):
    for case in SCHEDULED[name]:
        assert gap(by_hand(case, "turned"), by_framework(case, "turned")) <= TOLERANCE


@pytest.mark.parametrize("name", ["momentum", "Nesterov"])
def test_a_rate_that_changes_parts_keras_from_pytorch_where_it_is_inside_the_velocity(name):
    in_torch, in_keras = (by_framework(case, "turned") for case in SCHEDULED[name])
    assert gap(in_torch, in_keras) > 0.01
    assert np.abs(in_torch.path[:11] - in_keras.path[:11]).max() <= TOLERANCE  # until the rate changes


def test_dampening_is_pytorchs():
    assert gap(by_hand(DAMPENED, "turned"), by_framework(DAMPENED, "turned")) <= TOLERANCE
    assert gap(by_hand(DAMPENED, "turned"), by_hand(EXACT["momentum"][0], "turned")) > 0.01


@pytest.mark.parametrize("surface", ["ravine", "turned", "second coordinate flat"])
@pytest.mark.parametrize("name", ["Adagrad", "RMSprop", "Adam", "AdamW"])
def test_epsilon_stands_where_each_framework_puts_it(name, surface):
    in_torch, in_keras = WITH_EPS[name]
    assert gap(by_hand(in_torch, surface), by_framework(in_torch, surface)) <= TOLERANCE
    assert gap(by_hand(in_keras, surface), by_framework(in_keras, surface)) <= TOLERANCE
    assert gap(by_hand(in_torch, surface), by_framework(in_keras, surface)) > 1e-5
    assert gap(by_hand(in_keras, surface), by_framework(in_torch, surface)) > 1e-5


# ---- Keras's float32 --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", DEFAULTS.values(), ids=DEFAULTS)
def test_each_framework_with_its_own_defaults_is_the_rule_with_its_own_defaults(case):
    for surface in ("ravine", "turned"):
        assert gap(by_hand(case, surface), by_framework(case, surface)) <= TOLERANCE


@pytest.mark.parametrize("name", ORDINARY_KERAS)
def test_ordinary_decimals_rounded_as_keras_rounds_them_give_keras(name):
    for surface in ("ravine", "turned", "five parameters"):
        case = ORDINARY_KERAS[name]
        assert gap(by_hand(case, surface), by_framework(case, surface)) <= TOLERANCE
        assert gap(by_hand(ORDINARY_TORCH[name], surface), by_framework(ORDINARY_TORCH[name], surface)) <= TOLERANCE


@pytest.mark.parametrize(
    ("name", "least", "most"), [("SGD", 1e-8, 3e-8), ("momentum", 2e-7, 5e-7), ("Adam", 9e-6, 2e-5)]
)
def test_with_ordinary_decimals_the_frameworks_part_by_what_float32_loses(name, least, most):
    for surface in ("ravine", "turned"):
        assert (
            least < gap(by_framework(ORDINARY_KERAS[name], surface), by_framework(ORDINARY_TORCH[name], surface)) < most
        )


# One hyperparameter that Keras rounds left as it is, or one that Keras leaves as it is rounded.
WRONGLY_ROUNDED = {
    "SGD, rate": lambda: rules.gradient_descent(0.1),
    "momentum, β": lambda: rules.momentum_keras(rounded(0.1), 0.9),
    "Nesterov, β": lambda: rules.nesterov_keras(rounded(0.1), 0.9),
    "Adagrad, start": lambda: rules.adagrad_keras(rounded(0.1), start=0.1),
    "RMSprop, ρ": lambda: rules.rmsprop_keras(rounded(0.1), rho=rounded(0.9)),
    "Adam, correction": lambda: rules.adam_keras(rounded(0.1)),
    "Adam, averages": lambda: rules.adam_keras(rounded(0.1), *_CORRECTION),
    "AdamW, decay": lambda: rules.adamw_keras(rounded(0.1), correction=_CORRECTION),
}


@pytest.mark.parametrize("what", WRONGLY_ROUNDED)
def test_keras_rounds_that_hyperparameter_and_no_other(what):
    function, start = SURFACES["turned"]
    by_keras = by_framework(ORDINARY_KERAS[what.split(",")[0]], "turned")
    assert gap(descend(function, start, WRONGLY_ROUNDED[what](), STEPS), by_keras) > 100 * TOLERANCE


def test_set_floatx_cures_the_rate_alone():
    tf = frameworks.tensorflow()
    tf.keras.backend.set_floatx("float64")
    try:
        plain = ORDINARY_KERAS["SGD"].framework(*SURFACES["turned"])
        heavy = ORDINARY_KERAS["momentum"].framework(*SURFACES["turned"])
    finally:
        tf.keras.backend.set_floatx("float32")
    function, start = SURFACES["turned"]
    assert gap(plain, descend(function, start, rules.gradient_descent(0.1), STEPS)) <= TOLERANCE
    assert gap(heavy, descend(function, start, rules.momentum_keras(0.1, rounded(0.9)), STEPS)) <= TOLERANCE
    assert gap(heavy, descend(function, start, rules.momentum_keras(0.1, 0.9), STEPS)) > 1e-10


def test_set_floatx_cures_neither_a_rate_from_a_schedule_nor_layers_after_the_first():
    tf = frameworks.tensorflow()
    tf.keras.layers.Dense(1)
    tf.keras.backend.set_floatx("float64")
    try:
        constant = tf.keras.optimizers.SGD(0.1)
        scheduled = tf.keras.optimizers.SGD(tf.keras.optimizers.schedules.ExponentialDecay(0.1, 10, 0.9))
        layer = tf.keras.layers.Dense(1)
    finally:
        tf.keras.backend.set_floatx("float32")
    assert (constant.learning_rate.dtype, layer.dtype) == ("float64", "float32")
    assert float(scheduled.learning_rate) == rounded(0.1) != 0.1


# ---- weight decay and clipping ----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", decayed().values(), ids=decayed())
def test_weight_decay_is_coupled_or_decoupled_as_each_framework_has_it(case):
    for surface in ("ravine", "turned"):
        assert gap(by_hand(case, surface), by_framework(case, surface)) <= TOLERANCE


def test_coupled_and_decoupled_decay_are_one_for_plain_descent_and_two_for_adam():
    cases = decayed()
    plain = [by_framework(cases[f"SGD, {kind}"], "turned") for kind in ("coupled, PyTorch", "decoupled, Keras")]
    adam = [by_framework(cases[f"Adam, {kind}"], "turned") for kind in ("coupled, PyTorch", "decoupled, PyTorch")]
    assert gap(*plain) <= TOLERANCE
    assert gap(*adam) > 0.01


@pytest.mark.parametrize("case", clipped().values(), ids=clipped())
def test_clipping_one_variable_is_the_frameworks(case):
    unclipped = EXACT["momentum"][0]
    for surface in ("ravine", "turned"):
        assert gap(by_hand(case, surface), by_framework(case, surface)) <= TOLERANCE
        assert gap(by_hand(case, surface), by_hand(unclipped, surface)) > 0.01


def test_pytorch_adds_a_millionth_to_the_norm_and_keras_does_not():
    cases = clipped()
    apart = gap(
        by_framework(cases["by norm, PyTorch"], "turned"), by_framework(cases["by global norm, Keras"], "turned")
    )
    assert 1e-8 < apart < 1e-4


def test_keras_takes_only_one_of_its_three_ways_to_clip():
    optimizers = frameworks.tensorflow().optimizers
    for two in itertools.combinations(("clipvalue", "clipnorm", "global_clipnorm"), 2):
        with pytest.raises(ValueError, match="Only one"):
            optimizers.SGD(0.1, **dict.fromkeys(two, 1.0))


# Three variables, of 2, 1 and 2 entries: what one norm each and one norm for all make different.
SIZES = [2, 1, 2]
CUTS = [2, 3]


def several_in_keras(make):
    tf = frameworks.tensorflow()
    function, start = SURFACES["five parameters"]
    variables = [tf.Variable(part) for part in np.split(np.array(start), CUTS)]
    optimizer = make(tf.optimizers)
    path = [np.array(start)]
    for _ in range(STEPS):
        gradients = np.split(function.gradient(path[-1]), CUTS)
        optimizer.apply_gradients(zip(map(tf.constant, gradients), variables, strict=True))
        path.append(np.concatenate([variable.numpy() for variable in variables]))
    return np.array(path)


def several_in_torch(make, clip=lambda parameters: None):
    torch = frameworks.pytorch()
    function, start = SURFACES["five parameters"]
    parameters = [torch.tensor(part, requires_grad=True) for part in np.split(np.array(start), CUTS)]
    optimizer = make(torch.optim, parameters)
    path = [np.array(start)]
    for _ in range(STEPS):
        for parameter, gradient in zip(parameters, np.split(function.gradient(path[-1]), CUTS), strict=True):
            parameter.grad = torch.tensor(gradient)
        clip(parameters)
        optimizer.step()
        path.append(np.concatenate([parameter.detach().numpy() for parameter in parameters]))
    return np.array(path)


def several_by_hand(rule):
    return descend(*SURFACES["five parameters"], rule, STEPS).path


def test_clipping_several_variables_by_one_norm_each_or_by_one_for_all():
    utils = frameworks.pytorch().nn.utils
    lr, beta, limit = 2**-4, 0.875, 0.75

    def each(parameters):
        for parameter in parameters:
            utils.clip_grad_norm_(parameter, limit)

    def together(parameters):
        utils.clip_grad_norm_(parameters, limit)

    inner, inner_keras = rules.momentum(lr, beta), rules.momentum_keras(lr, beta)
    found = {
        "each, PyTorch": several_in_torch(lambda o, p: o.SGD(p, lr, beta), each),
        "all, PyTorch": several_in_torch(lambda o, p: o.SGD(p, lr, beta), together),
        "each, Keras": several_in_keras(lambda o: o.SGD(lr, beta, clipnorm=limit)),
        "all, Keras": several_in_keras(lambda o: o.SGD(lr, beta, global_clipnorm=limit)),
    }
    expected = {
        "each, PyTorch": several_by_hand(rules.clipped_by_norm(inner, limit, SIZES)),
        "all, PyTorch": several_by_hand(rules.clipped_by_norm(inner, limit)),
        "each, Keras": several_by_hand(rules.clipped_by_norm_keras(inner_keras, limit, SIZES)),
        "all, Keras": several_by_hand(rules.clipped_by_norm_keras(inner_keras, limit)),
    }
    for name in found:
        assert np.abs(found[name] - expected[name]).max() <= TOLERANCE, name
    assert np.abs(found["each, Keras"] - found["all, Keras"]).max() > 0.01


@pytest.mark.parametrize("name", EXACT)
def test_a_rule_on_one_long_vector_is_the_optimiser_on_several_variables(name):
    makers = {
        "SGD": (lambda o, p: o.SGD(p, 0.25), lambda o: o.SGD(0.25), rules.gradient_descent(0.25)),
        "momentum": (lambda o, p: o.SGD(p, 0.25, 0.5), lambda o: o.SGD(0.25, 0.5), rules.momentum(0.25, 0.5)),
        "Nesterov": (
            lambda o, p: o.SGD(p, 0.25, 0.5, nesterov=True),
            lambda o: o.SGD(0.25, 0.5, nesterov=True),
            rules.nesterov(0.25, 0.5),
        ),
        "Adagrad": (
            lambda o, p: o.Adagrad(p, 0.25, eps=NEGLIGIBLE),
            lambda o: o.Adagrad(0.25, 0.0, NEGLIGIBLE),
            rules.adagrad(0.25, NEGLIGIBLE),
        ),
        "RMSprop": (
            lambda o, p: o.RMSprop(p, 0.25, 0.875, NEGLIGIBLE),
            lambda o: o.RMSprop(0.25, 0.875, epsilon=NEGLIGIBLE),
            rules.rmsprop(0.25, 0.875, NEGLIGIBLE),
        ),
        "Adam": (
            lambda o, p: o.Adam(p, 0.25, (0.5, 0.875), NEGLIGIBLE),
            lambda o: o.Adam(0.25, 0.5, 0.875, NEGLIGIBLE),
            rules.adam(0.25, 0.5, 0.875, NEGLIGIBLE),
        ),
        "AdamW": (
            lambda o, p: o.AdamW(p, 0.25, (0.5, 0.875), NEGLIGIBLE, 0.125),
            lambda o: o.AdamW(0.25, 0.125, 0.5, 0.875, NEGLIGIBLE),
            rules.adamw(0.25, 0.5, 0.875, NEGLIGIBLE, 0.125),
        ),
    }
    in_torch, in_keras, rule = makers[name]
    assert np.abs(several_in_torch(in_torch) - several_by_hand(rule)).max() <= TOLERANCE
    assert np.abs(several_in_keras(in_keras) - several_by_hand(rule)).max() <= TOLERANCE


# ---- can these tests fail? --------------------------------------------------------------------------------------

_OPPOSITE = {ast.Add: ast.Sub, ast.Sub: ast.Add, ast.Mult: ast.Div, ast.Div: ast.Mult, ast.Pow: ast.Mult}
_FORMULAS = ("update", "clip", "init", "_zeros_and_count", "_two_zeros_and_count")  # the rest checks arguments


def all_cases() -> list[Case]:
    tables = (EXACT, EXACT_TOO, SCHEDULED, WITH_EPS)
    cases = [case for table in tables for pair in table.values() for case in pair]
    return [*cases, DAMPENED, *ORDINARY_KERAS.values(), *decayed().values(), *clipped().values()]


def mutants():
    """(rule, where, module): helpers.rules with one thing wrong in one formula, every such thing in turn.

    A sign or an operator turned round, the right-hand side of an operator lost, a minus lost, a number raised by
    one, ε under the root taken out or ε beside the root put under it.
    """
    tree = ast.parse(inspect.getsource(rules))
    for owner, parent, field, index, node in list(_formula_nodes(tree)):
        for new in filter(None, (change(node) for change in _CHANGES)):
            _put(parent, field, index, new)
            module = types.ModuleType("mutant")
            exec(compile(ast.fix_missing_locations(copy.deepcopy(tree)), "mutant", "exec"), module.__dict__)
            _put(parent, field, index, node)
            yield owner, f"{owner}, line {node.lineno}: {ast.unparse(node)} became {ast.unparse(new)}", module


def _put(parent, field, index, node):
    if index is None:
        setattr(parent, field, node)
    else:
        getattr(parent, field)[index] = node


def _formula_nodes(tree):
    """(rule, parent, field, index, node) for every expression in the formulas, in a fixed order."""
    for top in tree.body:
        if not isinstance(top, ast.FunctionDef):
            continue
        for inner in ast.walk(top):
            named = isinstance(inner, ast.FunctionDef) and inner.name in _FORMULAS
            begins = isinstance(inner, ast.Lambda) and [a.arg for a in inner.args.args] == ["theta"]
            if not (named or begins):
                continue
            for parent in ast.walk(inner):
                for field, value in ast.iter_fields(parent):
                    for index, node in enumerate(value) if isinstance(value, list) else [(None, value)]:
                        if isinstance(node, ast.expr):
                            yield top.name, parent, field, index, node


def _turned_round(node):
    if isinstance(node, ast.BinOp) and type(node.op) in _OPPOSITE:
        return ast.BinOp(node.left, _OPPOSITE[type(node.op)](), node.right)


def _right_side_lost(node):
    if isinstance(node, ast.BinOp):
        return node.left


def _minus_lost(node):
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return node.operand


def _raised_by_one(node):
    if isinstance(node, ast.Constant) and isinstance(node.value, (int, float)):
        return ast.Constant(node.value + 1)


def _eps_moved(node):
    if isinstance(node, ast.BinOp) and isinstance(node.op, ast.Add) and ast.unparse(node.right) == "eps":
        root = node.left
        if isinstance(root, ast.Call) and ast.unparse(root.func) == "np.sqrt":
            return ast.Call(root.func, [ast.BinOp(root.args[0], ast.Add(), node.right)], [])
    if isinstance(node, ast.Call) and ast.unparse(node.func) == "np.sqrt":
        inside = node.args[0]
        if isinstance(inside, ast.BinOp) and ast.unparse(inside.right) == "eps":
            return ast.BinOp(ast.Call(node.func, [inside.left], []), ast.Add(), inside.right)


_CHANGES = (_turned_round, _right_side_lost, _minus_lost, _raised_by_one, _eps_moved)


@pytest.mark.slow
def test_one_wrong_sign_number_or_epsilon_in_any_rule_is_found():
    uses = {case: _makers_used(case) for case in all_cases()}
    survivors, with_a_formula = [], set()
    for owner, where, module in mutants():
        with_a_formula.add(owner)
        nearest_first = sorted(uses, key=lambda case: owner not in uses[case])
        if not any(_differs(case, module) for case in nearest_first):
            survivors.append(where)
    assert survivors == []
    makers = {name for name, maker in vars(rules).items() if getattr(maker, "__module__", "") == rules.__name__}
    # Those without a formula of their own are made from the others.
    assert makers - with_a_formula == {
        "Rule", "_schedule", "adamw", "adamw_keras", "clipped_by_norm", "clipped_by_norm_keras",
    }  # fmt: skip


def _makers_used(case) -> set[str]:
    """The functions of helpers.rules that a case names."""
    used = set()

    class Spy:
        def __getattr__(self, name):
            used.add(name)
            return getattr(rules, name)

    case.rule(Spy())
    return used


def _differs(case, module) -> bool:
    """Whether a case's test fails with that module, by far more than by rounding."""
    reference = by_framework(case, "turned").path
    try:
        with np.errstate(all="ignore"):
            path = by_hand(case, "turned", module).path
    except (ArithmeticError, TypeError, ValueError):
        return True
    return path.shape != reference.shape or not np.abs(path - reference).max() <= 1e-10
