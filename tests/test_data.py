"""The course's data are what TensorFlow draws from the seed, and have the properties that the lessons build on.

References: TensorFlow itself, scikit-learn, NumPy's least squares, and the numbers published with the data.
"""

from pathlib import Path

import numpy as np
import pytest

from helpers import data, frameworks, functions

HELPERS = Path(data.__file__).parent


@pytest.mark.slow
def test_tensorflow_draws_these_points_and_pairs_from_the_seed():
    pytest.importorskip("tensorflow")
    frameworks.tensorflow()  # in silence, before make_points imports it
    import make_points

    for name, text in make_points.contents().items():
        assert (HELPERS / name).read_text(encoding="utf-8") == text


def test_there_are_a_hundred_points_each_a_float32_number():
    x, y = data.points()
    assert x.shape == y.shape == (100,)
    assert x.dtype == y.dtype == np.float64
    for values in (x, y, data.start_pairs()):
        assert np.array_equal(values, values.astype(np.float32))
    assert 0 <= x.min() < x.max() < 100


def test_the_patients_are_those_that_scikit_learn_ships():
    datasets = pytest.importorskip("sklearn.datasets")
    for ours, theirs in zip(data.diabetes(), datasets.load_diabetes(return_X_y=True, scaled=False), strict=True):
        assert ours.dtype == np.float64 and np.array_equal(ours, theirs)


def test_each_call_gives_new_arrays():
    data.points()[0][:] = 0
    assert data.points()[0].all()


def test_the_start_pairs_are_those_published():
    """A tutorial prints the first and, its cell run three times, the third."""
    pairs = data.start_pairs()
    assert pairs.shape == (3, 2)
    assert pairs[0].tolist() == [np.float32(-0.09094504), np.float32(-0.59260565)]
    assert pairs[2].tolist() == [np.float32(0.26008585), np.float32(0.31952116)]


def test_the_best_line_is_the_one_that_the_course_names():
    x, y = data.points()
    best, (squares,), *_ = np.linalg.lstsq(np.column_stack([x, np.ones(100)]), y, rcond=None)
    np.testing.assert_allclose(best, [1.78752581, 59.34664203], atol=5e-9)
    np.testing.assert_allclose(np.polyfit(x, y, deg=1), best, rtol=1e-10)
    assert squares / 100 == pytest.approx(289.50097, abs=5e-6)

    cost = functions.mean_squared_error(x, y)
    np.testing.assert_allclose(cost.minima, [best], rtol=1e-10)
    assert cost(best) == pytest.approx(squares / 100, rel=1e-12)


def test_the_true_line_costs_more_than_the_best_one():
    x, y = data.points()
    cost = functions.mean_squared_error(x, y)(np.array([data.TRUE_SLOPE, data.TRUE_INTERCEPT]))
    assert cost == pytest.approx(np.mean((2 * x + 50 - y) ** 2), rel=1e-13)
    assert cost == pytest.approx(326.95, abs=0.005)


def test_the_noise_is_as_wide_as_its_name_says():
    """For a hundred points the spread found is within two standard errors, 20/√200 each, of the true one."""
    x, y = data.points()
    spread = np.std(y - (data.TRUE_SLOPE * x + data.TRUE_INTERCEPT))
    assert abs(spread - data.NOISE) < 2 * data.NOISE / np.sqrt(200)


def test_the_ravine_is_as_narrow_as_the_course_says():
    x, y = data.points()
    cost = functions.mean_squared_error(x, y)
    H = 2 * np.array([[np.mean(x * x), np.mean(x)], [np.mean(x), 1.0]])
    low, high = np.linalg.eigvalsh(H)
    assert (round(low, 6), round(high, 2)) == (0.414053, 7172.30)
    assert round(high / low) == 17322
    assert 2 / cost.curvature == pytest.approx(2.7885e-4, abs=5e-9)
    np.testing.assert_allclose(cost.hessian(cost.minima[0]), H, rtol=1e-12)


# ---- standardising ------------------------------------------------------------------------------------------------


def test_standardising_by_hand():
    """Mean 3; squared distances 4, 0, 0, 4, so the population's variance is 2."""
    z, mean, std = data.standardise([1, 3, 3, 5])
    assert (mean, std) == (3.0, np.sqrt(2))
    np.testing.assert_allclose(z, [-np.sqrt(2), 0, 0, np.sqrt(2)], rtol=1e-15)


def test_columns_are_standardised_one_by_one():
    columns = np.array([[1.0, 10.0], [3.0, 40.0]])
    z, mean, std = data.standardise(columns)
    assert z.tolist() == [[-1, -1], [1, 1]]
    assert (mean.tolist(), std.tolist()) == ([2, 25], [1, 15])
    assert columns.tolist() == [[1, 10], [3, 40]]


def test_a_column_that_does_not_vary_is_refused_even_if_its_std_is_rounding():
    column = np.full(7, 0.1)
    assert column.std() > 0  # which is why the test is not std == 0
    for x in (column, np.column_stack([np.arange(7.0), column]), [5.0]):
        with pytest.raises(ValueError, match="the same value everywhere"):
            data.standardise(x)


def test_a_table_of_three_dimensions_is_refused():
    with pytest.raises(ValueError, match=r"x has shape \(2, 2, 2\), but \(n,\) or \(n, p\)"):
        data.standardise(np.ones((2, 2, 2)))


# ---- batches -------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("n", "size", "sizes"),
    [(10, 5, [5, 5]), (10, 4, [4, 4, 2]), (3, 1, [1, 1, 1]), (1, 1, [1]), (3, 3, [3]), (3, 100, [3])],
)
def test_an_epoch_uses_each_example_once_and_the_last_batch_may_be_short(n, size, sizes):
    batches = list(data.batches(n, size, np.random.default_rng(0)))
    assert [len(batch) for batch in batches] == sizes
    assert sorted(np.concatenate(batches).tolist()) == list(range(n))


def test_the_order_is_the_generators_own_and_another_in_each_epoch():
    rng = np.random.default_rng(5)
    first, second = (np.concatenate(list(data.batches(50, 8, rng))) for _ in range(2))
    reference = np.random.default_rng(5)
    assert np.array_equal(first, reference.permutation(50))
    assert np.array_equal(second, reference.permutation(50))
    assert not np.array_equal(first, second)
