"""What lesson 8 states and its own cells do not assert, on the functions as the lesson defines them.

References: exact fractions, and the closed form of descent on a quadratic.
"""

from fractions import Fraction

import numpy as np
import pytest
from lesson_code import functions_of

from helpers import frameworks

LESSON = "08_side_by_side"
X, Y = np.array([0.5, 1.0, -0.25, 2.0, 1.5]), np.array([2.0, -1.0, 4.0, 9.0, 0.5])
ROUNDED = Fraction(1, 2**24)  # the most by which float32 changes a number, as a part of it


@pytest.fixture(scope="module")
def lesson():
    return functions_of(LESSON, tf=frameworks.tensorflow(), torch=frameworks.pytorch())


@pytest.mark.parametrize("program, stored", [("by_numpy", float), ("by_pytorch", float), ("by_tensorflow", np.float32)])
def test_each_program_is_where_the_closed_form_has_it_at_the_rate_that_it_stores(lesson, program, stored):
    """On a quadratic, θₜ = θ* − (I − αH)ᵗ θ* from θ₀ = 0."""
    A = np.column_stack([X, np.ones(len(X))])
    H, best = 2 / len(X) * A.T @ A, np.linalg.lstsq(A, Y)[0]
    path = getattr(lesson, program)(X, Y, 0.1, 40)
    for t in [1, 7, 40]:
        shrunk = np.linalg.matrix_power(np.eye(2) - float(stored(0.1)) * H, t)
        np.testing.assert_allclose(path[t], best - shrunk @ best, rtol=1e-12)


def test_any_two_rates_up_to_one_over_the_curvature_keep_the_bound():
    """|δ|/α of the first error, with α the larger of the two; q = 0 is a rate of 0, at which nothing moves."""
    for p in [Fraction(k, 12) for k in range(1, 13)]:
        for q in [Fraction(k, 12) for k in range(13) if k < 12 * p]:
            assert max(parted(p, q / p - 1, 40)) <= 1 - q / p


def parted(p, off, steps):
    """How far two rates, one off by that part of itself, take the errors apart, at each step, first error 1."""
    one, other = 1 - p, 1 - p * (1 + off)
    return [abs(one**t - other**t) for t in range(steps + 1)]


@pytest.mark.parametrize("off", [ROUNDED, -ROUNDED, Fraction(1, 100), Fraction(-1, 100)])
def test_up_to_one_over_the_curvature_two_rates_part_by_no_more_than_their_relative_difference(off):
    for p in [Fraction(k, 16) / (1 + max(off, 0)) for k in range(1, 17)]:
        assert max(parted(p, off, 60)) <= abs(off)


def test_that_bound_is_reached_at_the_first_step_and_fails_beyond():
    assert parted(Fraction(1), -ROUNDED, 1)[1] == ROUNDED
    assert max(parted(Fraction(19, 10), ROUNDED, 20)) > 3 * ROUNDED
