"""The mathematics that lesson 12 states beyond what its cells show, on the functions as the lesson defines them.

References: SciPy, closed forms by hand, Böhning's bound (1992) and the eigenvalues of a Hessian by differences.
"""

from types import SimpleNamespace

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import special, stats

from helpers import data

LESSON = "12_train_a_classifier"


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON, data=data, torch=SimpleNamespace(float64=None))  # named in a signature, not used here


def pictures(seed, n, d, classes):
    """Inputs with a column of ones, their labels, and weights."""
    rng = np.random.default_rng(seed)
    X = np.column_stack([np.ones(n), rng.normal(0, 2, (n, d - 1))])
    return X, rng.integers(0, classes, n), rng.normal(size=(d, classes))


# ---- scores, probabilities, cost


@pytest.mark.parametrize("size", [1.0, 100.0, 1000.0])
def test_softmax_and_cost_are_finite_and_right_for_scores_of_any_size(lesson, size):
    rng = np.random.default_rng(0)
    scores, labels = rng.normal(0, size, (7, 5)) + rng.normal(0, size, (7, 1)), rng.integers(0, 5, 7)
    assert lesson.softmax(scores) == pytest.approx(special.softmax(scores, axis=1), abs=1e-15)
    by_scipy = -special.log_softmax(scores, axis=1)[range(7), labels].mean()
    assert lesson.cross_entropy(scores, labels) == pytest.approx(by_scipy, rel=1e-12)


@pytest.mark.parametrize("s", [-3.0, 0.0, 1.7])
def test_for_two_classes_with_scores_s_and_0_the_cost_is_the_logistic_one(lesson, s):
    scores = np.array([[s, 0.0]])
    assert lesson.cross_entropy(scores, np.array([0])) == pytest.approx(np.log1p(np.exp(-s)))
    assert lesson.cross_entropy(scores, np.array([1])) == pytest.approx(np.log1p(np.exp(s)))


def test_doubled_scores_cost_less_where_every_answer_is_right_and_more_without_end_where_one_is_wrong(
    lesson,
):
    right = np.array([[2.0, 1.0, -1.0], [0.0, 0.3, 0.1]])
    scales = 2.0 ** np.arange(7)
    labels = right.argmax(axis=1)
    falling = np.array([lesson.cross_entropy(k * right, labels) for k in scales])
    assert np.all(np.diff(falling) < 0) and falling[-1] < 1e-5
    one_wrong = np.array([labels[0], 2])  # its score is 0.2 behind: at a large scale it costs 0.2 times that
    rising = lesson.cross_entropy(512 * right, one_wrong)
    assert rising == pytest.approx(512 * 0.2 / 2)


@pytest.mark.parametrize("classes", [2, 10])
def test_softmax_of_a_softmax_cannot_cost_less_than_the_perfect_answer_does(lesson, classes):
    least = np.log(np.e + classes - 1) - 1
    label = np.array([0])
    assert lesson.cross_entropy(np.eye(1, classes), label) == pytest.approx(least)
    answers = np.random.default_rng(1).dirichlet(np.full(classes, 0.1), 500)
    assert min(lesson.cross_entropy(answer[None], label) for answer in answers) >= least - 1e-12


# ---- descent


@pytest.mark.parametrize("classes", [2, 3, 6])
def test_no_curvature_is_above_half_the_largest_eigenvalue_and_two_equal_classes_come_near_it(lesson, classes):
    X, labels, W = pictures(classes, 12, 3, classes)
    bound = np.linalg.eigvalsh(X.T @ X / len(X))[-1] / 2

    def curvature(W, h=1e-5):
        def slope(w):
            w = w.reshape(W.shape)
            return lesson.cross_entropy_gradient(X, X @ w, labels).ravel()

        moved = h * np.eye(W.size)
        H = np.array([(slope(W.ravel() + e) - slope(W.ravel() - e)) / (2 * h) for e in moved])
        return np.linalg.eigvalsh((H + H.T) / 2)[-1]

    assert curvature(W) < bound and curvature(3 * W) < bound
    two_equal = np.zeros((3, classes))
    two_equal[0, 2:] = -40.0  # the column of ones leaves chances to two classes alone, a half to each
    assert curvature(two_equal) == pytest.approx(bound, rel=1e-6)


@pytest.mark.parametrize("seed", range(4))
def test_below_two_over_that_bound_every_step_lowers_the_cost(lesson, seed):
    X, labels, _ = pictures(seed, 30, 4, 3)
    L = np.linalg.eigvalsh(X.T @ X / len(X))[-1] / 2
    _, costs = lesson.train_softmax(X, labels, 3, lr=0.99 * 2 / L, steps=100)
    assert len(costs) == 101 and costs[0] == pytest.approx(np.log(3))
    assert np.all(np.diff(costs) < 1e-14)  # at the end nothing but rounding is left


# ---- the pictures


@pytest.mark.parametrize("n", [5, 300])
@pytest.mark.parametrize("ink", [1.0, 16.0])
def test_ink_in_one_picture_of_n_is_the_root_of_n_minus_1_spreads_above_the_mean_whatever_its_strength(n, ink):
    pixel = np.zeros(n)
    pixel[2] = ink
    z, _, _ = data.standardise(pixel)
    assert z[2] == pytest.approx(np.sqrt(n - 1))


def test_a_batch_of_one_picture_or_of_as_many_as_classes_hides_the_wrong_axis(lesson):
    scores = np.random.default_rng(3).normal(size=(12, 10))
    for m in [1, 10]:
        assert 0 <= lesson.wrong_accuracy(scores[:m], np.zeros(m, int)) <= 1
    with pytest.raises(ValueError, match="broadcast"):
        lesson.wrong_accuracy(scores, np.zeros(12, int))


@pytest.mark.parametrize(("right", "n"), [(292, 300), (300, 300), (0, 20), (7, 20)])
def test_at_both_ends_of_wilsons_interval_what_was_found_is_196_standard_errors_away(lesson, right, n):
    low, high = lesson.wilson(right / n, n)
    assert -1e-15 < low < high < 1 + 1e-15
    for p in (low, high):
        if 1e-12 < p < 1 - 1e-12:  # at 0 and 1 the ends are those of the share itself, to rounding
            assert abs(right / n - p) == pytest.approx(1.96 * np.sqrt(p * (1 - p) / n), abs=1e-9)


@pytest.mark.parametrize("share", [0.9, 0.95, 0.97, 0.98])
def test_wilsons_interval_misses_the_true_share_in_about_one_test_of_20(lesson, share):
    right = np.arange(301)
    low, high = lesson.wilson(right / 300, 300)
    missed = stats.binom.pmf(right, 300, share)[(share < low) | (share > high)].sum()
    assert 1 / 25 < missed < 1 / 16
