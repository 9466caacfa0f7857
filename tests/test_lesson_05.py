"""What lesson 5 states and its own cells do not assert, on the functions as the lesson defines them.

References: NumPy's neighbours of a float32, the costs noted from the published runs, and the closed form of descent
on a quadratic.
"""

import numpy as np
import pytest
from lesson_code import functions_of
from scipy import stats

from helpers import data, frameworks

LESSON = "05_tensorflow_gradienttape"
RATE = 1e-5  # the tutorial's


@pytest.fixture(scope="module")
def lesson():
    tf = frameworks.tensorflow()
    x, y = (tf.constant(values.reshape(-1, 1), dtype=tf.float32) for values in data.points())
    lesson = functions_of(LESSON, tf=tf)
    lesson.descend = lambda *args: lesson.train(x, y, *args)
    lesson.cost = lambda W, b: lesson.cost_of(x, y, W, b).numpy()
    return lesson


def start(draw):
    return tuple(data.start_pairs()[draw].astype(np.float32))


@pytest.mark.parametrize("value", [2.6111314, -0.5400178, 0.36663133, 1.0, -2.0])
def test_units_in_the_last_place_are_steps_from_one_float32_to_the_next(lesson, value):
    moved = np.float32(value)
    for steps in range(4):
        assert lesson.units_apart(moved, value) == steps
        moved = np.nextafter(moved, np.float32(np.sign(value) * np.inf))  # away from zero: no power of two between


@pytest.mark.parametrize("draw, first, last, after", [(0, 28540.53, 1050.83, 1048.24), (2, 21753.14, None, 1021.96)])
def test_the_costs_of_the_published_runs_are_as_noted(lesson, draw, first, last, after):
    path, costs = lesson.descend(start(draw), RATE, 50)
    assert (len(path), len(costs)) == (51, 50)
    assert costs[0] == pytest.approx(first, abs=0.01)
    assert last is None or costs[-1] == pytest.approx(last, abs=0.01)
    assert lesson.cost(*path[-1]) == pytest.approx(after, abs=0.01)


@pytest.mark.parametrize("draw", [0, 1, 2])
def test_every_step_is_where_the_closed_form_has_it(lesson, draw):
    """On a quadratic, θₜ − θ* = (I − αH)ᵗ (θ₀ − θ*); in float32 it holds to about six digits."""
    x, y = data.points()
    H = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    line = stats.linregress(x, y)
    best = np.array([line.slope, line.intercept])
    path, _ = lesson.descend(start(draw), RATE, 50)
    for t in [1, 10, 50]:
        shrunk = np.linalg.matrix_power(np.eye(2) - RATE * H, t)
        np.testing.assert_allclose(path[t], best + shrunk @ (path[0] - best), rtol=3e-6)


def test_two_units_in_the_last_place_leave_no_room_for_another_run(lesson):
    """One step more or fewer, the second draw, or a rate off by a ten-thousandth: none would pass for the first run."""
    published = (2.6111314, -0.5400178)
    others = [
        lesson.descend(start(0), RATE, 49),
        lesson.descend(start(0), RATE, 51),
        lesson.descend(start(1), RATE, 50),
        lesson.descend(start(0), 1.0001 * RATE, 50),
    ]
    for path, _ in others:
        assert min(map(lesson.units_apart, path[-1], published)) > 2


@pytest.mark.parametrize("seed", [1, 23])
@pytest.mark.parametrize("sizes", [(1, 1), (5, 300)])
def test_the_pair_that_follows_depends_on_how_many_draws_came_before_and_not_on_their_sizes(lesson, seed, sizes):
    tf = frameworks.tensorflow()
    lesson.draw_data(seed)
    expected = lesson.draw_pair()
    tf.random.set_seed(seed)
    for size in sizes:
        tf.random.uniform(shape=(size,))
    assert lesson.draw_pair() == expected
    assert lesson.draw_pair() != expected
