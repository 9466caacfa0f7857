"""The two newer rules that lesson 15 writes by hand, on the functions as the lesson defines them.

References: all of z kept, so that their mean is taken as a mean; and the one length of a step that is a sign.
"""

import numpy as np
import pytest
from lesson_code import functions_of

H = np.array([[3.0, 1.0], [1.0, 2.0]])
START = np.array([3.0, -2.0])


@pytest.fixture(scope="module")
def lesson():
    return functions_of("15_where_next")


def test_schedule_free_is_between_z_and_the_mean_of_all_z(lesson):
    beta, beta_2, lr = 0.9, 0.999, 0.05
    y, z, squares = [START], [START], []
    for t in range(1, 31):
        slope = H @ y[-1]
        squares.append(slope**2)
        corrected = np.average(squares, axis=0, weights=beta_2 ** np.arange(t)[::-1])
        z.append(z[-1] - lr * slope / (np.sqrt(corrected) + 1e-8))
        y.append((1 - beta) * z[-1] + beta * np.mean(z[1:], axis=0))
    by_hand = lesson.schedule_free_by_hand(lambda theta: H @ theta, START, 30, lr, as_keras=False)
    np.testing.assert_allclose(by_hand, y, rtol=1e-12)
    as_keras = lesson.schedule_free_by_hand(lambda theta: H @ theta, START, 30, lr, as_keras=True)
    np.testing.assert_allclose(as_keras[:2], y[:2], rtol=1e-12)
    assert np.abs(as_keras - y).max() > 0.01


def test_every_entry_of_a_step_of_lion_is_one_rate_long(lesson):
    path = lesson.lion_by_hand(lambda theta: H @ theta, START, 20, 0.05)
    np.testing.assert_allclose(np.abs(np.diff(path, axis=0)), 0.05, rtol=1e-9)
