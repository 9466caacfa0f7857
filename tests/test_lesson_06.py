"""What lesson 6 states and its own cells do not assert, on the functions as the lesson defines them.

The lesson's points make H diagonal, which would hide a gradient taken too late; here it is not. References: two
points worked by hand, and the gradient's formula.
"""

import numpy as np
import pytest
from lesson_code import functions_of

from helpers import data, frameworks

LESSON = "06_minimize"
STORED = float(np.float32(0.01))  # what TensorFlow makes of the lesson's rate
# Five points with a mean that is not zero: the slope along one variable depends on the other.
X, Y = np.array([0.5, 1.0, -0.25, 2.0, 1.5]), np.array([2.0, -1.0, 4.0, 9.0, 0.5])


@pytest.fixture(scope="module")
def tf():
    return frameworks.tensorflow()


@pytest.fixture(scope="module")
def lesson(tf):
    return functions_of(LESSON, tf=tf, v1=tf.compat.v1, x=100 * X, z=X, y=Y)


def by_formula(weight, steps):
    """The path of descent on weight · Σ (wxᵢ + b − yᵢ)² from (0, 0)."""
    path = [np.zeros(2)]
    for _ in range(steps):
        residual = path[-1][0] * X + path[-1][1] - Y
        path.append(path[-1] - STORED * 2 * weight * np.array([np.sum(residual * X), np.sum(residual)]))
    return np.array(path)


@pytest.mark.parametrize("training", ["in_one_call", "in_two_calls"])
def test_the_old_optimiser_descends_the_mean_by_the_formula(lesson, training):
    path = lesson.graph_path(lesson.mean_square, getattr(lesson, training), steps=50)
    np.testing.assert_allclose(path, by_formula(1 / len(X), 50), rtol=1e-12)


def test_a_cost_that_is_not_reduced_is_descended_as_the_sum(lesson, tf):
    for error_of in (lesson.sum_square, tf.square):
        path = lesson.graph_path(error_of, lesson.in_one_call, steps=50)
        np.testing.assert_allclose(path, by_formula(1, 50), rtol=1e-12)


def test_minimize_by_tape_takes_both_gradients_before_either_update(lesson, tf):
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])  # w = 1, b = 0: residuals −2 and −3
    w, b = tf.Variable(1.0, dtype=tf.float64), tf.Variable(0.0, dtype=tf.float64)

    def cost():
        return tf.reduce_mean((w * x + b - y) ** 2)

    assert [gradient.numpy() for gradient in lesson.compute_gradients(cost, [w, b])] == [-8.0, -5.0]
    lesson.minimize(cost, [w, b], 0.125)
    assert (w.numpy(), b.numpy()) == (2.0, 0.625)


@pytest.mark.parametrize("n", [2, 7, 100, 5000])
def test_the_border_of_standardised_points_is_1_for_the_mean_and_1_over_n_for_the_sum(n):
    z, _, _ = data.standardise(np.random.default_rng(n).gamma(2.0, 30.0, size=n))
    A = np.column_stack([z, np.ones(n)])
    largest = np.linalg.norm(A, ord=2) ** 2  # of AᵀA, by singular values
    assert 2 / (2 / n * largest) == pytest.approx(1, rel=1e-9)
    assert 2 / (2 * largest) == pytest.approx(1 / n, rel=1e-9)


def test_on_the_raw_points_the_rate_is_36_times_the_border():
    x, _ = data.points()
    A = np.column_stack([x, np.ones(len(x))])
    border = 2 / (2 / len(x) * np.linalg.norm(A, ord=2) ** 2)
    assert round(STORED / border) == 36


def test_coordinate_descent_takes_the_slope_of_b_where_w_has_arrived(lesson):
    """By the formula: with one_after_the_other, b's slope is taken at the new w; together, at the old one."""
    both = lesson.path_of(lambda w, b: lesson.minimize(lambda: lesson.cost_u(w, b), [w, b], 0.25), steps=1)[1]
    turns = lesson.path_of(lesson.one_after_the_other, steps=1)[1]
    w = 0.5 * np.mean(X * Y)
    np.testing.assert_allclose(both, [w, 0.5 * np.mean(Y)], rtol=1e-12)
    np.testing.assert_allclose(turns, [w, 0.5 * np.mean(Y - w * X)], rtol=1e-12)
