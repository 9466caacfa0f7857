"""The optimisers of Keras and PyTorch, run on a cost and recorded as a `descent.Trajectory`.

    optimisers.descend_keras(function, start, tf.optimizers.SGD(0.1), steps)
    optimisers.descend_torch(function, start, lambda parameters: torch.optim.SGD(parameters, lr=0.1), steps)

Each framework is imported only when one of its optimisers is run.
"""

from collections.abc import Callable
from dataclasses import replace

import numpy as np

from helpers import arguments, frameworks
from helpers.descent import Trajectory, descend
from helpers.functions import Function
from helpers.rules import Rule


def descend_keras(function: Function | Callable, start, optimizer, steps: int) -> Trajectory:
    """Take up to `steps` steps of a Keras optimiser from `start`, in float64; returns a `descent.Trajectory`.

    function    a Function, whose own gradient Keras is given, so that only the optimiser is Keras's;
                or any other callable: a cost written with TensorFlow, which takes θ, a tf.Variable of shape (d,), and
                returns J; the tape finds its gradient
    start       θ at the beginning, shape (d,) or a number
    optimizer   a new keras.optimizers.Optimizer, such as tf.optimizers.SGD(0.1)

    Divergence ends the descent as it ends `descent.descend`. Raises FrameworkMissing without TensorFlow; TypeError or
    ValueError for arguments that cannot work, such as an optimiser that has already been used.
    """
    tf = frameworks.tensorflow()
    if not hasattr(optimizer, "apply_gradients"):
        raise TypeError(f"optimizer is {optimizer!r}: pass a Keras optimiser, such as tf.optimizers.SGD(0.1).")
    if getattr(optimizer, "built", False):
        raise ValueError(
            "this optimiser was used in another descent and still has that descent's velocities and step count: "
            "make a new one."
        )
    variable = tf.Variable(arguments.vector(start, "start"))

    def evaluate():
        if isinstance(function, Function):
            return _by_hand(function, variable.numpy().copy())
        with tf.GradientTape() as tape:
            cost = function(variable)
        gradient = tape.gradient(cost, variable) if tf.is_tensor(cost) else None
        if gradient is None:
            raise TypeError(
                "the tape finds no path from the cost back to θ: compute the cost from the function's argument, with "
                "TensorFlow's operations, not NumPy's."
            )
        return cost.numpy(), tf.convert_to_tensor(gradient).numpy()

    def move(gradient):
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        return variable.numpy().copy()

    return _recorded(evaluate, move, start, steps, f"Keras's {type(optimizer).__name__}")


def descend_torch(function: Function | Callable, start, make_optimizer: Callable, steps: int) -> Trajectory:
    """Take up to `steps` steps of a PyTorch optimiser from `start`, in float64; returns a `descent.Trajectory`.

    function         a Function, whose own gradient PyTorch is given, so that only the optimiser is PyTorch's;
                     or any other callable: a cost written with PyTorch, which takes θ, a tensor of shape (d,), and
                     returns J; autograd finds its gradient
    start            θ at the beginning, shape (d,) or a number
    make_optimizer   makes the torch.optim.Optimizer from the list of parameters, as in
                     lambda parameters: torch.optim.SGD(parameters, lr=0.1). Add clipping and schedules there, by
                     register_step_pre_hook and register_step_post_hook.

    Divergence ends the descent as it ends `descent.descend`. Raises FrameworkMissing without PyTorch; TypeError or
    ValueError for arguments that cannot work.
    """
    torch = frameworks.pytorch()
    parameter = torch.tensor(arguments.vector(start, "start"), requires_grad=True)
    with frameworks.without_garbage_collection("torch._dynamo"):  # the first optimiser imports it
        optimizer = make_optimizer([parameter]) if callable(make_optimizer) else None
    if not isinstance(optimizer, torch.optim.Optimizer):
        raise TypeError(
            "make_optimizer must be a function that makes a PyTorch optimiser from the parameters, such as "
            "lambda parameters: torch.optim.SGD(parameters, lr=0.1)."
        )

    def evaluate():
        if isinstance(function, Function):
            return _by_hand(function, _values(parameter))
        cost = function(parameter)
        if not (torch.is_tensor(cost) and cost.requires_grad):
            raise TypeError(
                "autograd finds no path from the cost back to θ: compute the cost from the function's argument, with "
                "PyTorch's operations, without .detach(), .item() or NumPy."
            )
        (gradient,) = torch.autograd.grad(cost.sum(), parameter)
        return _values(cost), _values(gradient)

    def move(gradient):
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        return _values(parameter)

    return _recorded(evaluate, move, start, steps, f"PyTorch's {type(optimizer).__name__}")


def _by_hand(function: Function, theta: np.ndarray) -> tuple[float, np.ndarray]:
    """(J, ∇J) from the function's own formulas."""
    if function.value_and_gradient is not None:
        return function.value_and_gradient(theta)
    return function.value(theta), function.gradient(theta)


def _values(tensor) -> np.ndarray:
    """A copy of a PyTorch tensor's values: `numpy()` alone shares memory that the next step changes."""
    return tensor.detach().numpy().copy()


def _recorded(evaluate: Callable, move: Callable, start, steps: int, name: str) -> Trajectory:
    """`descent.descend` with a framework in place of the rule and the function.

    evaluate() -> (J, ∇J) at the framework's variable; move(gradient) -> θ, the variable after the step.
    The framework owns θ. What `descend` computes, θ + (new θ − θ), can differ from it in the last bit, so the cost is
    evaluated at the variable and the path is the variable's own.
    """
    path = [arguments.vector(start, "start")]

    def update(gradient, state, theta):
        path.append(move(gradient))
        return path[-1] - theta, state

    function = Function(value=None, gradient=None, value_and_gradient=lambda theta: evaluate())
    trajectory = descend(function, path[0], Rule(name, init=lambda theta: None, update=update, lr=None), steps)
    return replace(trajectory, path=np.array(path[: len(trajectory.path)]))
