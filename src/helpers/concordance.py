"""A concordance of Keras and PyTorch: what each calls a hyperparameter, its default, and whether it means the same."""

import html
import inspect
from collections.abc import Callable
from dataclasses import dataclass
from types import ModuleType
from typing import NamedTuple

from helpers import frameworks


class Entry(NamedTuple):
    """One row: the optimiser, the hyperparameter, its `name = default` in each framework, if they agree."""

    optimiser: str
    what: str
    keras: str
    pytorch: str
    same: str


@dataclass(frozen=True)
class Concordance:
    """Names, defaults and meanings in both frameworks, an Entry for each hyperparameter; shown as a table."""

    rows: tuple[Entry, ...]

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


_TITLES = Entry("optimiser", "what", "Keras", "PyTorch", "same meaning?")

# (hyperparameter, argument in Keras, argument in PyTorch, whether the same value has the same effect); None, and "–",
# where a framework has no such argument.
_RATE = ("learning rate α", "learning_rate", "lr", "yes")
_MOMENTUM = ("momentum β", "momentum", "momentum", "while α is constant")  # Keras's velocity contains the rate
_EPSILON = ("ε", "epsilon", "eps", "no")
_DECAY = ("weight decay", "weight_decay", "weight_decay", "no")  # of the parameter in one, in the gradient in the other
_ADAM = (
    _RATE,
    ("β₁", "beta_1", "betas[0]", "yes"),
    ("β₂", "beta_2", "betas[1]", "yes"),
    _EPSILON,
    ("AMSGrad", "amsgrad", "amsgrad", "yes"),
)
CORRESPONDING = {
    "SGD": (
        _RATE,
        _MOMENTUM,
        ("dampening", None, "dampening", "–"),
        ("Nesterov", "nesterov", "nesterov", "while α is constant"),
        ("weight decay", "weight_decay", "weight_decay", "without momentum"),
    ),
    "Adagrad": (
        _RATE,
        ("1/t decay of the rate", None, "lr_decay", "–"),
        ("start of the squares", "initial_accumulator_value", "initial_accumulator_value", "yes"),
        _EPSILON,
        _DECAY,
    ),
    "RMSprop": (
        _RATE,
        ("decay of the squares", "rho", "alpha", "yes"),
        _EPSILON,
        _MOMENTUM,
        ("centred", "centered", "centered", "yes"),
        _DECAY,
    ),
    "Adam": (*_ADAM, _DECAY, ("decoupled", None, "decoupled_weight_decay", "–")),
    "AdamW": (*_ADAM, ("weight decay", "weight_decay", "weight_decay", "yes")),
}
# In Keras arguments of every optimiser; in PyTorch functions in torch.nn.utils, called before `step`.
CLIPPING = (
    ("clip each entry", "clipvalue", "clip_grad_value_", "yes"),
    ("clip each variable's norm", "clipnorm", None, "–"),
    ("clip the global norm", "global_clipnorm", "clip_grad_norm_", "but for 1e-6"),
)


def read() -> Concordance:
    """Names and defaults of both frameworks' optimisers, read from the signatures of the installed versions.

    The column of a framework that is not installed says so. An argument that the installed version lacks is shown as
    missing.
    """
    keras, torch = _or_none(frameworks.tensorflow), _or_none(frameworks.pytorch)
    rows = []
    for optimiser, lines in CORRESPONDING.items():
        for what, in_keras, in_torch, meaning in lines:
            left = _argument(keras and getattr(keras.optimizers, optimiser), in_keras)
            right = _argument(torch and getattr(torch.optim, optimiser), in_torch)
            rows.append(Entry(optimiser, what, left, right, meaning))
    for what, in_keras, in_torch, meaning in CLIPPING:
        left = _argument(keras and keras.optimizers.SGD, in_keras)
        rows.append(Entry("all five", what, left, _function(torch and torch.nn.utils, in_torch), meaning))
    return Concordance(tuple(rows))


def _argument(optimiser, name: str | None) -> str:
    """`name = default` from the optimiser's signature; name can be that of a tuple's entry, such as betas[0]."""
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
    """`name()` if the module has that function."""
    if module is None or name is None:
        return "–" if module else "not installed"
    return f"{name}()" if hasattr(module, name) else f"missing: {name}"


def _or_none(framework: Callable) -> ModuleType | None:
    try:
        return framework()
    except frameworks.FrameworkMissing:
        return None
