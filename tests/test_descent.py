"""`descend` takes the steps it says, keeps all of them, stops for the reason it gives, and explains divergence.

References: the closed form (I − αH)ᵗ of descent on a quadratic, and counts worked out by hand.
"""

import tracemalloc
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from helpers import data, functions, rules
from helpers.descent import descend
from helpers.functions import Function, quadratic

HALVING = quadratic([[1.0]])  # at the rate 0.5 each step halves θ, and the gradient is θ
HALF = rules.gradient_descent(0.5)


# ---- the steps -----------------------------------------------------------------------------------------------------


def test_it_takes_the_steps_of_the_closed_form_and_keeps_them_all():
    H, minimum, start = np.array([[2.0, 1.0], [1.0, 3.0]]), np.array([1.0, -1.0]), np.array([-2.0, 4.0])
    trajectory = descend(quadratic(H, minimum), start, rules.gradient_descent(0.1), steps=30)
    for t in range(31):
        error = np.linalg.matrix_power(np.eye(2) - 0.1 * H, t) @ (start - minimum)
        np.testing.assert_allclose(trajectory.path[t], minimum + error, rtol=1e-12)
        assert trajectory.costs[t] == pytest.approx(0.5 * error @ H @ error, rel=1e-12)
        assert trajectory.gradient_norms[t] == pytest.approx(np.linalg.norm(H @ error), rel=1e-12)
    assert trajectory.steps == 30
    assert trajectory.stopped == "steps"
    assert np.array_equal(trajectory.theta, trajectory.path[30])
    assert trajectory.rule == "gradient descent"


@pytest.mark.parametrize(
    ("pair", "w", "b"), [(0, 2.6111314, -0.5400178), (2, 2.6064723, 0.36663133)], ids=["full program", "step by step"]
)
def test_fifty_steps_on_the_courses_data_end_where_the_tutorial_ends(pair, w, b):
    """Its float32 is not repeated here, only its digits but the last."""
    cost = functions.mean_squared_error(*data.points())
    trajectory = descend(cost, data.start_pairs()[pair], rules.gradient_descent(1e-5), steps=50)
    np.testing.assert_allclose(trajectory.theta, [w, b], rtol=2e-6)
    if pair == 0:
        np.testing.assert_allclose(trajectory.costs[[0, 49, 50]], [28540.53, 1050.83, 1048.24], atol=0.01)


def test_no_steps_leave_the_start_alone():
    trajectory = descend(HALVING, 3.0, HALF, steps=0)
    assert trajectory.path.tolist() == [[3.0]]
    assert (trajectory.costs.tolist(), trajectory.gradient_norms.tolist()) == ([4.5], [3.0])
    assert (trajectory.steps, trajectory.stopped) == (0, "steps")


def test_the_function_is_evaluated_once_at_each_point():
    seen = []

    def value_and_gradient(theta):
        seen.append(theta[0])
        return theta[0] ** 2 / 2, theta

    descend(Function(None, None, value_and_gradient=value_and_gradient), 8.0, HALF, steps=3)
    assert seen == [8.0, 4.0, 2.0, 1.0]


def test_the_start_is_not_changed_and_the_path_is_its_own():
    start = np.array([3.0])
    trajectory = descend(HALVING, start, HALF, steps=2)
    trajectory.path[0] = 7.0
    assert start.tolist() == [3.0]


@pytest.mark.parametrize("start", [4, 4.0, [4], (4.0,), np.float32(4.0), np.array([4.0], dtype=np.float32)])
def test_a_start_can_be_a_number_or_a_list(start):
    path = descend(HALVING, start, HALF, steps=3).path
    assert path.ravel().tolist() == [4.0, 2.0, 1.0, 0.5]
    assert path.dtype == np.float64


def test_a_schedule_is_followed_from_t_0():
    rates = [0.5, 0.25, 0.75]  # θ ← (1 − α)θ
    path = descend(HALVING, 8.0, rules.gradient_descent(lambda t: rates[t]), steps=3).path
    assert path.ravel().tolist() == [8.0, 4.0, 3.0, 0.75]


def test_the_state_of_a_rule_goes_from_step_to_step():
    """Heavy ball on θ²/2 from 1, α = 0.5, β = 0.5: v: 1, 0.5 + 0.5 = 1, 0.5 + 0 = 0.5; θ: 1, 0.5, 0, −0.25."""
    path = descend(HALVING, 1.0, rules.momentum(0.5, beta=0.5), steps=3).path
    assert path.ravel().tolist() == [1.0, 0.5, 0.0, -0.25]


# ---- any convex quadratic: below 2/L down at every step, above it away ---------------------------------------------


@st.composite
def bowls(draw):
    """A positive definite Hessian, its largest eigenvalue with the direction, and a start off that direction's zero."""
    d = draw(st.integers(1, 5))
    eigenvalues = np.array(draw(st.lists(st.floats(0.01, 100), min_size=d, max_size=d)))
    random = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    directions = np.linalg.qr(random.normal(size=(d, d)))[0]
    hessian = (directions * eigenvalues) @ directions.T
    shares = random.uniform(0.5, 2, size=d) * random.choice([-1, 1], size=d)
    minimum = random.uniform(-3, 3, size=d)
    return (hessian + hessian.T) / 2, minimum, minimum + directions @ shares, eigenvalues.max()


@given(bowl=bowls(), part=st.floats(0.001, 0.999))
@settings(deadline=None)
def test_below_two_over_l_every_step_lowers_the_cost(bowl, part):
    hessian, minimum, start, largest = bowl
    trajectory = descend(quadratic(hessian, minimum), start, rules.gradient_descent(part * 2 / largest), steps=100)
    assert trajectory.stopped == "steps"
    before, after = trajectory.costs[:-1], trajectory.costs[1:]
    resolved = before > 1e-20 * trajectory.costs[0]  # below that, θ − θ* is all rounding
    assert np.all(after[resolved] < before[resolved])


@given(bowl=bowls(), part=st.floats(1.01, 3))
@settings(deadline=None)
def test_above_two_over_l_it_diverges_from_any_start_with_a_share_in_the_steepest_direction(bowl, part):
    hessian, minimum, start, largest = bowl
    rate = part * 2 / largest
    trajectory = descend(quadratic(hessian, minimum), start, rules.gradient_descent(rate), steps=2000)
    assert trajectory.stopped == "diverged"
    assert trajectory.gradient_norms[-1] > trajectory.gradient_norms[0]
    assert f"the border is {2 / largest:.4g}" in trajectory.explanation


# ---- divergence ----------------------------------------------------------------------------------------------------


def test_a_divergence_stops_keeps_the_path_and_names_the_step_and_the_stable_rate():
    """On θ² at α = 1.5 a step is times −2; from 1 the gradient is 2·2ᵗ, above 10⁸ times its first size when 2ᵗ is."""
    trajectory = descend(quadratic([[2.0]]), 1.0, rules.gradient_descent(1.5), steps=1000)
    assert trajectory.stopped == "diverged"
    assert trajectory.steps == 26
    assert trajectory.path.ravel().tolist() == [(-2.0) ** t for t in range(27)]
    assert np.isfinite(trajectory.costs).all()
    assert trajectory.explanation == (
        "diverged: step 27 took the cost from 4.5e+15 to 1.8e+16 (it was 1 at the start). "
        "The rate 1.5 is too large here: the border is 1, and any rate below it converges."
    )
    assert repr(trajectory) == "gradient descent: " + trajectory.explanation


def test_the_border_is_that_of_the_rule():
    """Heavy ball: 2(1 + β)/L."""
    trajectory = descend(quadratic([[2.0]]), 1.0, rules.momentum(2.5, beta=0.5), steps=1000)
    assert "The rate 2.5 is too large here: the border is 1.5" in trajectory.explanation


def test_a_divergence_below_the_border_points_at_the_gradient():
    climbing = replace(HALVING, gradient=lambda theta: -theta)
    trajectory = descend(climbing, 1.0, HALF, steps=1000)
    assert trajectory.stopped == "diverged"
    assert "The rate 0.5 is below the border, 2 here, so look at the gradient: is its sign right?" in repr(trajectory)


def test_a_schedule_that_diverges_is_told_the_border_for_all_its_rates():
    trajectory = descend(HALVING, 1.0, rules.gradient_descent(lambda t: 3.0), steps=1000)
    assert "Keep every rate of the schedule below the border, 2 here." in trajectory.explanation


@pytest.mark.parametrize(("function", "rule"), [(functions.double_well, HALF), (HALVING, rules.adam(1e9))])
def test_where_no_border_is_known_a_smaller_rate_is_advised(function, rule):
    trajectory = descend(function, 3.0, rule, steps=1000)
    assert trajectory.stopped == "diverged"
    assert trajectory.explanation.endswith("Try a smaller learning rate, a tenth say, or another start.")


def test_a_rate_above_the_border_is_named_even_where_the_steps_were_too_few_to_diverge():
    trajectory = descend(quadratic([[2.0]]), 1.0, rules.gradient_descent(1.5), steps=2)
    assert trajectory.stopped == "steps"
    assert trajectory.explanation == (
        "after 2 steps the cost went from 1 to 16. "
        "The rate 1.5 is too large here: the border is 1, and any rate below it converges."
    )


def test_at_the_border_it_swings_for_ever_and_does_not_diverge():
    trajectory = descend(quadratic([[2.0]]), 1.0, rules.gradient_descent(1.0), steps=5)
    assert trajectory.path.ravel().tolist() == [1, -1, 1, -1, 1, -1]
    assert trajectory.explanation == "after 5 steps the cost went from 1 to 1."


@pytest.mark.parametrize("bad", [float("nan"), float("inf")])
@pytest.mark.parametrize("where", ["cost", "gradient"])
def test_a_number_that_is_none_ends_the_descent_before_it_is_kept(where, bad):
    def value(theta):
        return bad if where == "cost" and theta[0] < 2 else theta[0] ** 2 / 2

    def gradient(theta):
        return theta * bad if where == "gradient" and theta[0] < 2 else theta

    trajectory = descend(Function(value, gradient), 8.0, HALF, steps=10)
    assert trajectory.stopped == "diverged"
    assert trajectory.path.ravel().tolist() == [8.0, 4.0, 2.0]
    assert "diverged: step 3 took the cost from 2 to" in trajectory.explanation


def test_an_overflow_is_a_divergence_and_no_warning():
    """From 10²⁰ the first step is to about −10⁶¹, where the gradient's square is more than a float can hold."""
    trajectory = descend(functions.rosenbrock, [1e20, 1.0], rules.gradient_descent(0.1), steps=10)
    assert (trajectory.stopped, trajectory.steps) == ("diverged", 0)


@pytest.mark.parametrize("start", [1e60, 1e120])
def test_a_start_that_is_too_far_away_is_refused_without_a_warning(start):
    with pytest.raises(ValueError, match=r"too large or NaN at start = .*: begin somewhere else"):
        descend(functions.rosenbrock, [start, 1.0], HALF, steps=10)


def test_a_start_on_flat_ground_may_become_steep():
    """The measure of divergence is at least 1, or a start near a maximum would count as one."""
    hilltop = np.sort(np.roots([4, 0, -8, 1]).real)[1]  # where the slope 4θ³ − 8θ + 1 is zero
    trajectory = descend(functions.double_well, hilltop + 1e-12, rules.gradient_descent(0.02), steps=3000)
    assert trajectory.gradient_norms[0] < 1e-10
    assert trajectory.gradient_norms.max() > 1
    assert trajectory.stopped == "steps"
    assert np.abs(functions.double_well.minima - trajectory.theta).min() < 1e-6


# ---- reasons to stop -----------------------------------------------------------------------------------------------


def test_it_stops_once_the_gradient_is_small_enough():
    trajectory = descend(HALVING, 1.0, HALF, steps=100, gradient_tolerance=0.125)
    assert trajectory.path.ravel().tolist() == [1.0, 0.5, 0.25, 0.125]
    assert trajectory.stopped == "gradient"
    assert trajectory.explanation == (
        "after 3 steps the cost went from 0.5 to 0.0078125; stopped, since the gradient norm is 0.12."
    )


def test_it_stops_at_once_where_the_start_is_good_enough():
    trajectory = descend(HALVING, 0.0, HALF, steps=100, gradient_tolerance=0)
    assert (trajectory.steps, trajectory.stopped) == (0, "gradient")


def test_it_stops_once_a_step_hardly_changes_the_cost():
    """Three steps at 0.5 and then at 0.01: 1 − 0.99² = 0.0199 of the cost, below the 0.02 asked for."""
    rule = rules.gradient_descent(lambda t: 0.5 if t < 3 else 0.01)
    trajectory = descend(HALVING, 1.0, rule, steps=100, cost_tolerance=0.02)
    assert (trajectory.steps, trajectory.stopped) == (4, "cost")
    assert trajectory.explanation.endswith("stopped, since the last step hardly changed it.")
    assert descend(HALVING, 1.0, rule, steps=100, cost_tolerance=0.0198).steps == 100


def test_the_cost_tolerance_is_a_part_of_a_negative_cost_too():
    """θ²/2 − 1 from 1: −0.5, −0.875, −0.96875: changes of 0.75 and 0.107 of the cost before."""
    below_zero = replace(HALVING, value=lambda theta: HALVING.value(theta) - 1)
    trajectory = descend(below_zero, 1.0, HALF, steps=100, cost_tolerance=0.11)
    assert (trajectory.steps, trajectory.stopped) == (2, "cost")


def test_a_cost_tolerance_of_zero_stops_where_the_cost_stays_and_needs_a_step_to_see_it():
    trajectory = descend(HALVING, 0.0, HALF, steps=100, cost_tolerance=0)
    assert (trajectory.steps, trajectory.stopped) == (1, "cost")
    assert descend(HALVING, 1.0, HALF, steps=0, cost_tolerance=0.5).stopped == "steps"


def test_without_tolerances_it_takes_all_its_steps_even_where_nothing_moves():
    trajectory = descend(HALVING, 0.0, HALF, steps=7)
    assert (trajectory.steps, trajectory.stopped) == (7, "steps")
    assert not trajectory.path.any()


def test_one_step_is_one_step():
    assert repr(descend(HALVING, 2.0, HALF, steps=1)) == ("gradient descent: after 1 step the cost went from 2 to 0.5.")


# ---- functions of a student's own ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("value", "gradient", "start", "error", "said"),
    [
        (lambda th: th**2, lambda th: 2 * th, [3.0], ValueError, r"the cost at start has shape \(1,\), .* one number"),
        (lambda th: th @ th, lambda th: 2 * th[0], [3.0], ValueError, r"gradient at start has shape \(\), .* \(1,\)"),
        (lambda th: th @ th, lambda th: th[:1], [3.0, 4.0], ValueError, r"gradient .* shape \(1,\), .* has \(2,\)"),
        (lambda th: th @ th, lambda th: th[:, None], [3.0], ValueError, r"gradient at start has shape \(1, 1\)"),
        (lambda th: th @ th, lambda th: [6.0], [3.0], TypeError, r"the gradient at start is a list: return np.array"),
        (lambda th: th[1], lambda th: th, [3.0], ValueError, r"cannot be evaluated at start, of shape \(1,\): index 1"),
        (lambda th: np.nan, lambda th: th, [3.0], ValueError, r"NaN at start = \[3.\]: begin somewhere else"),
        (lambda th: 1.0, lambda th: th * np.inf, [3.0], ValueError, r"too large or NaN at start"),
    ],
)
def test_a_function_that_cannot_work_is_refused_with_its_shape(value, gradient, start, error, said):
    with pytest.raises(error, match=said):
        descend(Function(value, gradient), start, HALF, steps=5)


# ---- what is kept --------------------------------------------------------------------------------------------------


def test_all_that_is_kept_is_one_array():
    trajectory = descend(functions.ravine, [3.0, 1.0], rules.gradient_descent(0.01), steps=100)
    kept = [trajectory.path, trajectory.costs, trajectory.gradient_norms]
    owners = {id(array.base) for array in kept}
    assert len(owners) == 1
    assert kept[0].base.shape == (101, 4)


def test_memory_is_that_of_one_row_a_step():
    steps = 20_000
    tracemalloc.start()
    try:
        descend(functions.ravine, [3.0, 1.0], rules.gradient_descent(0.01), steps)
        _, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    row = 8 * (2 + 2)  # θ, cost and gradient norm, 8 bytes each
    assert row * steps < peak < 1.1 * row * steps
