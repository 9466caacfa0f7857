"""Keras's and PyTorch's optimisers run the course's descents, and what cannot work is refused with a sentence.

References: descent on a quadratic solved by hand, NumPy's least squares, each framework's own loop.
"""

import numpy as np
import pytest

from helpers import data, frameworks, optimisers
from helpers.descent import Trajectory
from helpers.functions import double_well, mean_squared_error, quadratic, rosenbrock

RATE = 0.125  # exact in float32
BOWL = quadratic([[1.0, 0.0], [0.0, 4.0]])
START = [3.0, -2.0]


@pytest.fixture(params=["Keras", "PyTorch"])
def sgd(request):
    """sgd(function, start, lr, steps) -> the Trajectory of plain descent run by a framework, whose name is sgd.name."""
    if request.param == "Keras":
        tf = frameworks.tensorflow()

        def run(function, start, lr, steps):
            return optimisers.descend_keras(function, start, tf.optimizers.SGD(lr), steps)
    else:
        torch = frameworks.pytorch()

        def run(function, start, lr, steps):
            return optimisers.descend_torch(function, start, lambda p: torch.optim.SGD(p, lr=lr), steps)

    run.name = request.param
    return run


def line_cost(name, x, y):
    """The mean squared error of a line, written with the framework."""
    if name == "Keras":
        tf = frameworks.tensorflow()
        return lambda theta: tf.reduce_mean((theta[0] * x + theta[1] - y) ** 2)
    torch = frameworks.pytorch()
    x, y = torch.tensor(x), torch.tensor(y)
    return lambda theta: torch.mean((theta[0] * x + theta[1] - y) ** 2)


# ---- the trajectory ---------------------------------------------------------------------------------------------


def test_a_descent_is_recorded_as_descend_records_it(sgd):
    trajectory = sgd(BOWL, START, RATE, 30)
    expected = np.array(START) * (1 - RATE * np.array([1.0, 4.0])) ** np.arange(31)[:, None]  # θ ← θ − αHθ, solved
    assert isinstance(trajectory, Trajectory)
    np.testing.assert_allclose(trajectory.path, expected, rtol=0, atol=1e-14)
    np.testing.assert_allclose(trajectory.costs, expected**2 @ [0.5, 2.0], rtol=0, atol=1e-13)
    np.testing.assert_allclose(trajectory.gradient_norms, np.hypot(*(expected * [1, 4]).T), rtol=0, atol=1e-13)
    assert trajectory.path.dtype == np.float64
    assert trajectory.stopped == "steps" and trajectory.steps == 30
    assert trajectory.rule == f"{sgd.name}'s SGD"
    assert repr(trajectory) == f"{trajectory.rule}: after 30 steps the cost went from 12.5 to {4.5 * 0.875**60:.6g}."


def test_the_frameworks_own_derivative_makes_the_descent_of_the_one_by_hand(sgd):
    x, y = data.points()
    z = data.standardise(x)[0]
    by_hand = sgd(mean_squared_error(z, y), [0.0, 0.0], RATE, 50)
    own = sgd(line_cost(sgd.name, z, y), [0.0, 0.0], RATE, 50)
    # On standardised data H = 2·I: the error shrinks by 1 − 2α with every step.
    least = np.linalg.lstsq(np.column_stack([z, np.ones(100)]), y, rcond=None)[0]
    expected = least * (1 - (1 - 2 * RATE) ** np.arange(51)[:, None])
    for trajectory in (by_hand, own):
        np.testing.assert_allclose(trajectory.path, expected, rtol=1e-12)
    np.testing.assert_allclose(own.costs, by_hand.costs, rtol=1e-12)
    np.testing.assert_allclose(own.gradient_norms, by_hand.gradient_norms, rtol=1e-6, atol=1e-10)


def test_a_cost_of_plain_operators_can_be_differentiated_by_the_framework_itself(sgd):
    by_hand = sgd(rosenbrock, [-1.25, 1.5], 2**-10, 50)
    own = sgd(rosenbrock.value, [-1.25, 1.5], 2**-10, 50)  # the bare formula: no gradient comes with it
    np.testing.assert_allclose(own.path, by_hand.path, rtol=0, atol=1e-12)


def test_the_path_is_the_frameworks_own_to_the_last_bit():
    tf, torch = frameworks.tensorflow(), frameworks.pytorch()
    variable, parameter = tf.Variable(START, dtype="float64"), torch.tensor(START, dtype=torch.float64)
    keras, sgd = tf.optimizers.SGD(0.3), torch.optim.SGD([parameter], lr=0.3)
    in_keras, in_torch = [variable.numpy().tolist()], [parameter.tolist()]
    # A rate at which θ jumps over the minimum: the new θ is then no exact sum of the old one and their difference.
    for _ in range(50):
        keras.apply_gradients([(tf.constant(BOWL.gradient(variable.numpy())), variable)])
        parameter.grad = torch.tensor(BOWL.gradient(parameter.numpy()))
        sgd.step()
        in_keras.append(variable.numpy().tolist())
        in_torch.append(parameter.tolist())
    recorded = optimisers.descend_keras(BOWL, START, tf.optimizers.SGD(0.3), 50)
    assert recorded.path.tolist() == in_keras
    recorded = optimisers.descend_torch(BOWL, START, lambda p: torch.optim.SGD(p, lr=0.3), 50)
    assert recorded.path.tolist() == in_torch


def test_a_number_is_a_start_and_no_step_leaves_it(sgd):
    trajectory = sgd(double_well, 1.5, RATE, 0)
    assert trajectory.path.tolist() == [[1.5]]
    assert trajectory.steps == 0


def test_the_start_that_was_passed_in_stays_as_it_is(sgd):
    start = np.array(START)
    sgd(BOWL, start, RATE, 5)
    assert start.tolist() == START


def test_divergence_ends_the_descent_at_a_finite_point_and_is_explained(sgd):
    trajectory = sgd(BOWL, START, 1.0, 500)  # the border is 2/4
    assert trajectory.stopped == "diverged"
    assert trajectory.steps < 500 and np.isfinite(trajectory.path).all()
    assert len(trajectory.path) == len(trajectory.costs) == len(trajectory.gradient_norms)
    assert "smaller learning rate" in trajectory.explanation
    np.testing.assert_allclose(trajectory.path[:, 1], -2.0 * (-3.0) ** np.arange(trajectory.steps + 1))


def test_a_descent_changes_no_setting_of_the_frameworks():
    tf, torch = frameworks.tensorflow(), frameworks.pytorch()

    def settings():
        return tf.keras.backend.floatx(), torch.get_default_dtype(), torch.get_num_threads(), torch.is_grad_enabled()

    before = settings()
    optimisers.descend_keras(BOWL, START, tf.optimizers.SGD(RATE), 2)
    optimisers.descend_torch(BOWL, START, lambda p: torch.optim.SGD(p, lr=RATE), 2)
    assert settings() == before


# ---- what cannot work says so -----------------------------------------------------------------------------------


def test_a_keras_optimiser_that_has_run_is_refused():
    optimizer = frameworks.tensorflow().optimizers.SGD(RATE, momentum=0.5)
    optimisers.descend_keras(BOWL, START, optimizer, 1)
    with pytest.raises(ValueError, match="make a new one"):
        optimisers.descend_keras(BOWL, START, optimizer, 1)


@pytest.mark.parametrize("wrong", [0.1, "SGD"])
def test_what_is_no_optimiser_is_refused_with_an_example(wrong):
    with pytest.raises(TypeError, match=r"tf\.optimizers\.SGD\(0\.1\)"):
        optimisers.descend_keras(BOWL, START, wrong, 1)
    with pytest.raises(TypeError, match=r"lambda parameters: torch\.optim\.SGD"):
        optimisers.descend_torch(BOWL, START, wrong, 1)


def test_a_pytorch_optimiser_in_place_of_its_maker_is_refused_with_an_example():
    torch = frameworks.pytorch()
    optimizer = torch.optim.SGD([torch.zeros(2)], lr=RATE)
    with pytest.raises(TypeError, match="lambda parameters"):
        optimisers.descend_torch(BOWL, START, optimizer, 1)


def test_a_cost_that_leaves_the_framework_is_named_as_the_cause(sgd):
    def through_numpy(theta):
        values = theta.numpy() if sgd.name == "Keras" else theta.detach().numpy()
        return float((values**2).sum())

    with pytest.raises(TypeError, match="no path from the cost back to θ"):
        sgd(through_numpy, START, RATE, 1)


def test_a_cost_that_is_no_single_number_is_refused(sgd):
    with pytest.raises(ValueError, match="must be one number"):
        sgd(lambda theta: theta**2, START, RATE, 1)


@pytest.mark.parametrize("start", [[np.nan, 1.0], [[1.0, 2.0]], []])
def test_a_start_that_cannot_be_one_is_refused(sgd, start):
    with pytest.raises(ValueError, match="start"):
        sgd(BOWL, start, RATE, 1)
