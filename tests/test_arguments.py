"""Wrong input is refused at the door, by a sentence that names the argument and says how to mend the call."""

import numpy as np
import pytest

from helpers import arguments, data, functions, rules
from helpers.calculus import numerical_gradient
from helpers.descent import descend

NAN, INF = float("nan"), float("inf")
PLAIN = rules.gradient_descent(0.1)


@pytest.mark.parametrize(
    ("value", "entries"),
    [
        (3, [3.0]),
        (np.int64(3), [3.0]),
        (2.5, [2.5]),
        ([1, 2], [1.0, 2.0]),
        ((1, -2.5), [1.0, -2.5]),
        (np.array(4.0), [4.0]),
        (np.array([0.5, 1.5], dtype=np.float32), [0.5, 1.5]),
    ],
)
def test_a_number_or_a_list_of_numbers_becomes_a_float64_vector(value, entries):
    array = arguments.vector(value, "theta")
    assert array.dtype == np.float64
    assert array.ndim == 1
    assert array.tolist() == entries


def test_a_vector_is_a_copy_so_that_what_came_in_is_never_changed():
    original = np.array([1.0, 2.0])
    arguments.vector(original, "theta")[0] = 7
    assert original.tolist() == [1.0, 2.0]


@pytest.mark.parametrize(
    ("value", "error", "said"),
    [
        (
            np.array([1, 2]),
            TypeError,
            r"theta is an array of int\d+, and steps would be cut .* pass theta.astype\(float\)",
        ),
        (np.array([1, 2], dtype=np.uint8), TypeError, r"array of uint8.* pass theta.astype\(float\)"),
        ("3", TypeError, "theta must be a number or a list of numbers, not '3'"),
        ([1, "b"], TypeError, "theta must be a number or a list of numbers"),
        (None, TypeError, "theta must be a number or a list of numbers, not None"),
        ([True, False], TypeError, "theta must be a number or a list of numbers"),
        (1 + 2j, TypeError, "theta must be a number or a list of numbers"),
        ([[1.0], [1.0, 2.0]], TypeError, "theta must be a number or a list of numbers"),
        ([[1.0, 2.0]], ValueError, r"theta has shape \(1, 2\), but one point of shape \(d,\) .*theta.ravel\(\)"),
        ([], ValueError, "theta is empty: give it at least one number"),
        (NAN, ValueError, r"theta\[0\] is nan: every entry must be a finite number"),
        ([1.0, INF], ValueError, r"theta\[1\] is inf"),
    ],
)
def test_what_is_no_finite_vector_is_refused(value, error, said):
    with pytest.raises(error, match=said):
        arguments.vector(value, "theta")


@pytest.mark.parametrize("value", [0.1, 1, np.float32(0.5), np.float64(2), np.array(0.25)])
def test_a_positive_number_passes_as_a_float(value):
    assert arguments.positive(value, "lr") == float(value)
    assert type(arguments.positive(value, "lr")) is float


@pytest.mark.parametrize("check", [arguments.positive, arguments.not_negative, arguments.fraction])
@pytest.mark.parametrize("value", [-1, -1e-300, NAN, INF, -INF])
def test_numbers_out_of_range_are_refused(check, value):
    with pytest.raises(ValueError, match=r"eps = .* cannot be used: it must be"):
        check(value, "eps")


def test_where_zero_and_one_belong():
    assert arguments.not_negative(0, "eps") == 0
    assert arguments.fraction(0, "beta") == 0
    with pytest.raises(ValueError, match="lr = 0 cannot be used: it must be a finite number above 0"):
        arguments.positive(0, "lr")
    with pytest.raises(ValueError, match="beta = 1 cannot be used: it must be at least 0 and below 1"):
        arguments.fraction(1, "beta")


@pytest.mark.parametrize("check", [arguments.positive, arguments.not_negative, arguments.fraction])
@pytest.mark.parametrize("value", ["0.1", None, True, [0.1], np.array([0.1]), 1j])
def test_what_is_no_number_is_refused(check, value):
    with pytest.raises(TypeError, match="lr must be one number, not"):
        check(value, "lr")


def test_a_count_is_a_whole_number_of_at_least_the_least():
    assert arguments.count(0, "steps") == 0
    assert arguments.count(np.int32(5), "steps") == 5
    with pytest.raises(ValueError, match="steps = -1 cannot be used: it must be at least 0"):
        arguments.count(-1, "steps")
    with pytest.raises(ValueError, match="size = 0 cannot be used: it must be at least 1"):
        arguments.count(0, "size", least=1)
    for value in (10.0, "10", True, None):
        with pytest.raises(TypeError, match=r"steps = .* cannot be used: it must be a whole number"):
            arguments.count(value, "steps")


@pytest.mark.parametrize("lr", [0, -0.1, NAN, INF])
@pytest.mark.parametrize(
    "rule",
    [
        rules.gradient_descent,
        rules.momentum,
        rules.momentum_keras,
        rules.nesterov,
        rules.nesterov_keras,
        rules.adagrad,
        rules.adagrad_keras,
        rules.rmsprop,
        rules.rmsprop_keras,
        rules.adam,
        rules.adam_keras,
        rules.adamw,
        rules.adamw_keras,
    ],
)
def test_every_rule_refuses_a_rate_that_is_not_positive_and_finite(rule, lr):
    with pytest.raises(ValueError, match=r"lr = .* cannot be used: it must be a finite number above 0"):
        rule(lr)


@pytest.mark.parametrize(
    ("call", "error", "said"),
    [
        (lambda: descend(functions.ravine, [1.0], PLAIN, 1), ValueError, r"of shape \(1,\): ravine needs"),
        (lambda: descend(functions.square, [1.0, 2.0], PLAIN, 1), ValueError, r"of shape \(2,\): square needs"),
        (lambda: descend(functions.square, NAN, PLAIN, 1), ValueError, r"start\[0\] is nan"),
        (lambda: descend(functions.square, np.array([3]), PLAIN, 1), TypeError, r"start.astype\(float\)"),
        (lambda: descend(functions.square, 3.0, PLAIN, -1), ValueError, "steps = -1"),
        (lambda: descend(functions.square, 3.0, PLAIN, 2.5), TypeError, "steps = 2.5"),
        (lambda: descend(functions.square, 3.0, PLAIN, 1, gradient_tolerance=-1), ValueError, "gradient_tolerance"),
        (lambda: descend(functions.square, 3.0, PLAIN, 1, cost_tolerance=NAN), ValueError, "cost_tolerance"),
        (lambda: descend(functions.square, 3.0, 0.1, 1), TypeError, r"rule is 0.1, .* rules.gradient_descent\(0.1\)"),
        (lambda: descend(lambda theta: theta, 3.0, PLAIN, 1), TypeError, r"functions.Function\(value, gradient\)"),
        (lambda: functions.rosenbrock(3.0), ValueError, r"Rosenbrock needs θ of shape \(2,\).* this one has \(\)"),
        (lambda: functions.quadratic([[1.0, 2.0]]), ValueError, r"hessian has shape \(1, 2\), but a square matrix"),
        (lambda: functions.quadratic([[1.0, 2.0], [0.0, 1.0]]), ValueError, "must be finite and symmetric"),
        (lambda: functions.quadratic([[NAN]]), ValueError, "must be finite and symmetric"),
        (lambda: functions.quadratic([[1.0]], [1.0, 2.0]), ValueError, r"minimum has shape \(2,\), .* asks for \(1,\)"),
        (lambda: functions.ravine.value([1.0]), ValueError, r"ravine needs θ of shape \(2,\)"),
        (lambda: functions.mean_squared_error([], []), ValueError, "n ≥ 1 are needed"),
        (lambda: functions.mean_squared_error([1.0], [1.0, 2.0]), ValueError, r"x has shape \(1,\) and y \(2,\)"),
        (lambda: functions.mean_squared_error(np.ones((3, 1)), np.ones((3, 1))), ValueError, r"y.ravel\(\)"),
        (lambda: functions.mean_squared_error([1.0, NAN], [1.0, 2.0]), ValueError, "NaN or infinity: drop those"),
        (lambda: functions.mean_squared_error([1.0, 2.0], [1.0, INF]), ValueError, "NaN or infinity: drop those"),
        (lambda: numerical_gradient(functions.square, NAN), ValueError, r"theta\[0\] is nan"),
        (lambda: numerical_gradient(functions.square, 3.0, h=0), ValueError, "h = 0 cannot be used"),
        (lambda: numerical_gradient(functions.square, 3.0, h=1e-17), ValueError, "h = 1e-17 is too small"),
        (lambda: numerical_gradient(lambda theta: theta, [3.0]), ValueError, r"f returned an array of shape \(1,\)"),
        (lambda: data.standardise([]), ValueError, "n ≥ 1 is needed"),
        (lambda: data.standardise([1.0, NAN]), ValueError, "NaN or infinity: drop those"),
        (lambda: data.standardise([0.1] * 10), ValueError, "the same value everywhere: leave it out"),
        (lambda: data.batches(0, 1, np.random.default_rng(0)), ValueError, "n = 0"),
        (lambda: data.batches(5, 0, np.random.default_rng(0)), ValueError, "size = 0"),
        (lambda: data.batches(5, 2, 23), TypeError, r"such as np.random.default_rng\(0\), not 23"),
        (lambda: rules.momentum(0.1, beta=1.0), ValueError, "beta = 1.0"),
        (lambda: rules.momentum(0.1, dampening=1), ValueError, "dampening = 1"),
        (lambda: rules.adam(0.1, beta_1=-0.5), ValueError, "beta_1 = -0.5"),
        (lambda: rules.adam(0.1, beta_2=1.0), ValueError, "beta_2 = 1.0"),
        (lambda: rules.adam(0.1, eps=-1e-8), ValueError, "eps = -1e-08"),
        (lambda: rules.adagrad(0.1, start=-1), ValueError, "start = -1"),
        (lambda: rules.adamw(0.1, weight_decay=-1), ValueError, "weight_decay = -1"),
        (lambda: rules.coupled_weight_decay(PLAIN, NAN), ValueError, "weight_decay = nan"),
        (lambda: rules.clipped_by_value(PLAIN, 0), ValueError, "limit = 0"),
        (lambda: rules.clipped_by_norm(PLAIN, -1), ValueError, "limit = -1"),
    ],
)  # fmt: skip
def test_each_public_function_says_what_is_wrong_with_its_input(call, error, said):
    with pytest.raises(error, match=said):
        call()


@pytest.mark.parametrize("wrong", [-0.1, NAN, INF])
def test_a_schedule_that_goes_wrong_is_caught_at_the_step_where_it_does(wrong):
    rule = rules.gradient_descent(lambda t: 0.1 if t < 3 else wrong)
    with pytest.raises(ValueError, match=r"lr\(3\) = .* cannot be used: it must be a finite number, 0 or above"):
        descend(functions.square, 3.0, rule, 10)
