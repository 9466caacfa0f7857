"""Keras and PyTorch beside the course's own rules: the same descent, recorded as the same Trajectory.

    tf = frameworks.tensorflow()            what `import tensorflow as tf` gives, without its log lines
    torch = frameworks.pytorch()            what `import torch` gives
    frameworks.descend_keras(function, start, tf.optimizers.SGD(0.1), steps)
    frameworks.descend_torch(function, start, lambda parameters: torch.optim.SGD(parameters, lr=0.1), steps)
    frameworks.concordance()                who calls what by which name, with the defaults

Neither framework is imported before it is asked for, and each of them can be absent while the other is used.
"""

import contextlib
import gc
import html
import inspect
import os
import sys
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from types import ModuleType
from typing import NamedTuple

import numpy as np

from helpers import arguments
from helpers.descent import Trajectory, descend
from helpers.functions import Function
from helpers.rules import Rule


class FrameworkMissing(ImportError):
    """A framework is not installed; the message says how to install it. A notebook shows the message alone."""

    def _render_traceback_(self):
        return [str(self)]


def tensorflow() -> ModuleType:
    """TensorFlow, imported in silence: `tf = frameworks.tensorflow()` is `import tensorflow as tf` without log lines.

    TensorFlow writes to the process's standard error while it is imported, below Python, at every log level. That
    is held back, and comes with the error if the import fails. Unless the environment says otherwise,
    TF_CPP_MIN_LOG_LEVEL becomes 3, so that the first operation is silent too, and KERAS_BACKEND "tensorflow", so
    that tf.optimizers are TensorFlow's whatever ~/.keras/keras.json says; both must be set before the import.

    Raises FrameworkMissing where TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _installed("TensorFlow", "tensorflow"), _garbage_left("tensorflow"), _standard_error_held_back():
        import tensorflow
    return tensorflow


def pytorch() -> ModuleType:
    """PyTorch: `torch = frameworks.pytorch()` is `import torch`. Raises FrameworkMissing where it is not installed."""
    with _installed("PyTorch", "torch"), _garbage_left("torch"):
        import torch
    return torch


def descend_keras(function: Function | Callable, start, optimizer, steps: int) -> Trajectory:
    """Take up to `steps` steps of a Keras optimiser from `start`, in float64; returns a `descent.Trajectory`.

    function    a Function: Keras is handed its gradient by hand, so that the optimiser alone is Keras's.
                Any other callable: a cost written with TensorFlow, called with θ, a tf.Variable of shape (d,), and
                returning J; its gradient is the tape's.
    start       θ at the beginning, shape (d,) or a number
    optimizer   a new keras.optimizers.Optimizer, such as tf.optimizers.SGD(0.1)

    Divergence ends the descent as it ends `descent.descend`. Raises FrameworkMissing without TensorFlow; TypeError or
    ValueError on arguments that cannot work, such as an optimiser that has run before.
    """
    tf = tensorflow()
    if not hasattr(optimizer, "apply_gradients"):
        raise TypeError(f"optimizer is {optimizer!r}, but one of Keras's is needed, such as tf.optimizers.SGD(0.1).")
    if getattr(optimizer, "built", False):
        raise ValueError(
            "this optimiser already belongs to another descent, whose velocities and count of steps would go on: "
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
                "the tape finds no way from the cost back to θ: compute the cost from the argument that the function "
                "is called with, by TensorFlow's operations, and not by NumPy's."
            )
        return cost.numpy(), tf.convert_to_tensor(gradient).numpy()

    def move(gradient):
        optimizer.apply_gradients([(tf.constant(gradient), variable)])
        return variable.numpy().copy()

    return _recorded(evaluate, move, start, steps, f"Keras's {type(optimizer).__name__}")


def descend_torch(function: Function | Callable, start, make_optimizer: Callable, steps: int) -> Trajectory:
    """Take up to `steps` steps of a PyTorch optimiser from `start`, in float64; returns a `descent.Trajectory`.

    function         a Function: PyTorch is handed its gradient by hand, so that the optimiser alone is PyTorch's.
                     Any other callable: a cost written with PyTorch, called with θ, a tensor of shape (d,), and
                     returning J; its gradient is autograd's.
    start            θ at the beginning, shape (d,) or a number
    make_optimizer   makes the torch.optim.Optimizer from the list of parameters, as in
                     lambda parameters: torch.optim.SGD(parameters, lr=0.1). Clipping and schedules can be hung on it
                     there, by register_step_pre_hook and register_step_post_hook.

    Divergence ends the descent as it ends `descent.descend`. Raises FrameworkMissing without PyTorch; TypeError or
    ValueError on arguments that cannot work.
    """
    torch = pytorch()
    parameter = torch.tensor(arguments.vector(start, "start"), requires_grad=True)
    with _garbage_left("torch._dynamo"):  # the first optimiser imports it
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
                "autograd finds no way from the cost back to θ: compute the cost from the argument that the function "
                "is called with, by PyTorch's operations, without .detach(), .item() or NumPy."
            )
        (gradient,) = torch.autograd.grad(cost.sum(), parameter)
        return _values(cost), _values(gradient)

    def move(gradient):
        parameter.grad = torch.tensor(gradient)
        optimizer.step()
        return _values(parameter)

    return _recorded(evaluate, move, start, steps, f"PyTorch's {type(optimizer).__name__}")


class Row(NamedTuple):
    """One line of the concordance: the optimiser, what is named, and each framework's `name = default`."""

    optimiser: str
    what: str
    keras: str
    pytorch: str


@dataclass(frozen=True)
class Concordance:
    """Names and defaults in both frameworks, one Row each; prints as a table, and is one in a notebook."""

    rows: tuple[Row, ...]

    def __repr__(self):
        lines = [_TITLES, *self.rows]
        widths = [max(map(len, column)) for column in zip(*lines, strict=True)]
        lines.insert(1, ["-" * width for width in widths])
        return "\n".join("  ".join(map(str.ljust, line, widths)).rstrip() for line in lines)

    def _repr_html_(self):
        head = "".join(f'<th scope="col" style="text-align: left">{title}</th>' for title in _TITLES)
        body = "".join(
            f'<tr><th scope="row" style="text-align: left">{html.escape(row.optimiser)}</th>'
            + "".join(f'<td style="text-align: left">{html.escape(cell)}</td>' for cell in row[1:])
            + "</tr>"
            for row in self.rows
        )
        return f"<table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


_TITLES = Row("optimiser", "what", "Keras", "PyTorch")

# What corresponds to what: (what, argument in Keras, argument in PyTorch); None where there is no such argument.
_RATE = ("learning rate α", "learning_rate", "lr")
_EPSILON = ("ε", "epsilon", "eps")
_DECAY = ("weight decay", "weight_decay", "weight_decay")
_ADAM = (_RATE, ("β₁", "beta_1", "betas[0]"), ("β₂", "beta_2", "betas[1]"), _EPSILON, ("AMSGrad", "amsgrad", "amsgrad"))
CORRESPONDING = {
    "SGD": (
        _RATE,
        ("momentum β", "momentum", "momentum"),
        ("dampening", None, "dampening"),
        ("Nesterov", "nesterov", "nesterov"),
        _DECAY,
    ),
    "Adagrad": (
        _RATE,
        ("1/t decay of the rate", None, "lr_decay"),
        ("start of the squares", "initial_accumulator_value", "initial_accumulator_value"),
        _EPSILON,
        _DECAY,
    ),
    "RMSprop": (
        _RATE,
        ("decay of the squares", "rho", "alpha"),
        _EPSILON,
        ("momentum", "momentum", "momentum"),
        ("centred", "centered", "centered"),
        _DECAY,
    ),
    "Adam": (*_ADAM, _DECAY, ("decoupled", None, "decoupled_weight_decay")),
    "AdamW": (*_ADAM, _DECAY),
}
# Arguments of every optimiser in Keras; functions in torch.nn.utils, called before `step`, in PyTorch.
CLIPPING = (
    ("clip each entry", "clipvalue", "clip_grad_value_"),
    ("clip each variable's norm", "clipnorm", None),
    ("clip the global norm", "global_clipnorm", "clip_grad_norm_"),
)


def concordance() -> Concordance:
    """The names and defaults of both frameworks' optimisers, read from the installed versions' own signatures.

    The column of a framework that is not installed says so. An argument that a version does not have is shown as
    missing, with its old name.
    """
    keras, torch = _or_none(tensorflow), _or_none(pytorch)
    rows = []
    for optimiser, lines in CORRESPONDING.items():
        for what, in_keras, in_torch in lines:
            left = _argument(keras and getattr(keras.optimizers, optimiser), in_keras)
            right = _argument(torch and getattr(torch.optim, optimiser), in_torch)
            rows.append(Row(optimiser, what, left, right))
    for what, in_keras, in_torch in CLIPPING:
        left = _argument(keras and keras.optimizers.SGD, in_keras)
        rows.append(Row("all five", what, left, _function(torch and torch.nn.utils, in_torch)))
    return Concordance(tuple(rows))


def _argument(optimiser, name: str | None) -> str:
    """`name = default` from the optimiser's signature; name may be betas[0], an entry of a tuple."""
    if optimiser is None:
        return "not installed"
    if name is None:
        return "–"
    outer, _, index = name.partition("[")
    parameter = inspect.signature(optimiser).parameters.get(outer)
    if parameter is None:
        return f"missing: {name}"
    default = parameter.default[int(index.rstrip("]"))] if index else parameter.default
    return f"{name} = {default}"


def _function(module, name: str | None) -> str:
    if module is None:
        return "not installed"
    if name is None:
        return "–"
    return f"{name}()" if hasattr(module, name) else f"missing: {name}"


def _or_none(framework: Callable) -> ModuleType | None:
    try:
        return framework()
    except FrameworkMissing:
        return None


def _by_hand(function: Function, theta):
    if function.value_and_gradient is not None:
        return function.value_and_gradient(theta)
    return function.value(theta), function.gradient(theta)


def _values(tensor) -> np.ndarray:
    """A PyTorch tensor's values in an array of their own: `numpy()` alone shares memory that the next step changes."""
    return tensor.detach().numpy().copy()


def _recorded(evaluate: Callable, move: Callable, start, steps: int, name: str) -> Trajectory:
    """`descent.descend` with a framework in the place of the rule and of the function.

    evaluate() -> (J, ∇J) where the framework's variable stands; move(gradient) -> θ, where it stands afterwards.
    The framework owns θ. What descend makes of it, θ + (new θ − θ), can differ from it in the last bit, so the
    cost is taken at the variable itself, and the path is the variable's own.
    """
    path = [arguments.vector(start, "start")]

    def update(gradient, state, theta):
        path.append(move(gradient))
        return path[-1] - theta, state

    function = Function(value=None, gradient=None, value_and_gradient=lambda theta: evaluate())
    trajectory = descend(function, path[0], Rule(name, init=lambda theta: None, update=update, lr=None), steps)
    return replace(trajectory, path=np.array(path[: len(trajectory.path)]))


@contextlib.contextmanager
def _installed(title: str, package: str) -> Iterator[None]:
    """Around an import: the package's absence becomes a sentence that says what to do."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise FrameworkMissing(
            f"{title} is not installed where this notebook runs. "
            f"In the course's folder, with its environment active, run\n"
            f"    python -m pip install -c requirements.txt {package}\n"
            f"then restart the kernel (menu Kernel, Restart) and run from the top. "
            f"`python -m helpers.doctor` finds what else may be missing.",
            name=package,
        ) from None


@contextlib.contextmanager
def _garbage_left(package: str) -> Iterator[None]:
    """Have Python look for garbage neither while a package is imported nor, later, among what the import has made.

    It would look each time that so many objects are new, and a framework makes hundreds of thousands, all to stay:
    that took a quarter of the import's time, and as much again later.
    """
    if package in sys.modules or not gc.isenabled():
        yield
        return
    gc.collect()  # so that what is garbage now is not kept
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _standard_error_held_back() -> Iterator[None]:
    """Keep back what the process writes to file descriptor 2; an error that leaves the block carries it as a note.

    sys.stderr stays as it is: a logger made meanwhile would keep a substitute for good. In a Jupyter kernel, where
    sys.stderr writes to the notebook by another way, descriptor 2 is still the one that code below Python uses.
    """
    try:
        original = os.dup(2)
    except OSError:  # a program without a console on Windows has no descriptor 2: nothing to keep back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            held.seek(0)
            if text := held.read().decode(errors="replace").strip():
                error.add_note(f"What was written to standard error before that:\n{text}")
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
