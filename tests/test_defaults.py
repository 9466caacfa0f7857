"""Names and defaults of the frameworks' optimisers are those that the course teaches.

When one of these fails after an upgrade, a framework has changed, and the lessons that show the difference with it.
"""

import inspect
import sys
from html.parser import HTMLParser

import pytest

from helpers import concordance, frameworks, functions, optimisers, rules

OPTIMISERS = ("SGD", "Adagrad", "RMSprop", "Adam", "AdamW")

# The course's table "Where the frameworks differ", and what else the lessons say of defaults.
KERAS = {
    ("SGD", "learning_rate"): 0.01,
    ("SGD", "momentum"): 0.0,
    ("SGD", "nesterov"): False,
    ("Adagrad", "learning_rate"): 0.001,
    ("Adagrad", "initial_accumulator_value"): 0.1,
    ("Adagrad", "epsilon"): 1e-7,
    ("RMSprop", "learning_rate"): 0.001,
    ("RMSprop", "rho"): 0.9,
    ("RMSprop", "momentum"): 0.0,
    ("RMSprop", "centered"): False,
    ("RMSprop", "epsilon"): 1e-7,
    ("Adam", "learning_rate"): 0.001,
    ("Adam", "beta_1"): 0.9,
    ("Adam", "beta_2"): 0.999,
    ("Adam", "epsilon"): 1e-7,
    ("Adam", "amsgrad"): False,
    ("AdamW", "learning_rate"): 0.001,
    ("AdamW", "beta_1"): 0.9,
    ("AdamW", "beta_2"): 0.999,
    ("AdamW", "epsilon"): 1e-7,
    ("AdamW", "amsgrad"): False,
    ("AdamW", "weight_decay"): 0.004,
    **{(name, "weight_decay"): None for name in OPTIMISERS if name != "AdamW"},
    **{(name, clip): None for name in OPTIMISERS for clip in ("clipvalue", "clipnorm", "global_clipnorm")},
}
TORCH = {
    ("SGD", "lr"): 0.001,
    ("SGD", "momentum"): 0,
    ("SGD", "dampening"): 0,
    ("SGD", "nesterov"): False,
    ("Adagrad", "lr"): 0.01,
    ("Adagrad", "lr_decay"): 0,
    ("Adagrad", "initial_accumulator_value"): 0,
    ("Adagrad", "eps"): 1e-10,
    ("RMSprop", "lr"): 0.01,
    ("RMSprop", "alpha"): 0.99,
    ("RMSprop", "momentum"): 0,
    ("RMSprop", "centered"): False,
    ("RMSprop", "eps"): 1e-8,
    ("Adam", "lr"): 0.001,
    ("Adam", "betas"): (0.9, 0.999),
    ("Adam", "eps"): 1e-8,
    ("Adam", "amsgrad"): False,
    ("Adam", "decoupled_weight_decay"): False,
    ("AdamW", "lr"): 0.001,
    ("AdamW", "betas"): (0.9, 0.999),
    ("AdamW", "eps"): 1e-8,
    ("AdamW", "amsgrad"): False,
    ("AdamW", "weight_decay"): 0.01,
    **{(name, "weight_decay"): 0 for name in OPTIMISERS if name != "AdamW"},
}

# Arguments that change no formula of the course: how and where to compute, averaging, what to call it.
LEFT_OUT = {
    "use_ema", "ema_momentum", "ema_overwrite_frequency", "loss_scale_factor", "gradient_accumulation_steps", "name",
    "kwargs", "params", "maximize", "foreach", "differentiable", "fused", "capturable",
}  # fmt: skip


def live(framework):
    """{(optimiser, argument): default} of the installed framework, of the arguments that the course speaks of."""
    optimisers = frameworks.tensorflow().optimizers if framework == "Keras" else frameworks.pytorch().optim
    return {
        (name, argument): parameter.default
        for name in OPTIMISERS
        for argument, parameter in inspect.signature(getattr(optimisers, name)).parameters.items()
        if argument not in LEFT_OUT
    }


@pytest.mark.parametrize(("framework", "taught"), [("Keras", KERAS), ("PyTorch", TORCH)])
def test_every_argument_and_default_is_the_one_that_the_course_teaches(framework, taught):
    assert live(framework) == taught


@pytest.mark.parametrize("framework", ["Keras", "PyTorch"])
def test_the_concordance_names_every_argument_that_the_course_speaks_of(framework):
    column = 1 if framework == "Keras" else 2
    named = {
        (optimiser, line[column].partition("[")[0])
        for optimiser, lines in concordance.CORRESPONDING.items()
        for line in lines
        if line[column] is not None
    }
    if framework == "Keras":
        named |= {(optimiser, line[1]) for optimiser in OPTIMISERS for line in concordance.CLIPPING}
    assert named == set(live(framework))


# A rule's arguments, and those of the framework whose form it is.
RULES = [
    (rules.momentum, "PyTorch", "SGD", {"dampening": "dampening"}),
    (rules.adagrad, "PyTorch", "Adagrad", {"eps": "eps", "start": "initial_accumulator_value"}),
    (rules.adagrad_keras, "Keras", "Adagrad", {"eps": "epsilon", "start": "initial_accumulator_value"}),
    (rules.rmsprop, "PyTorch", "RMSprop", {"alpha": "alpha", "eps": "eps"}),
    (rules.rmsprop_keras, "Keras", "RMSprop", {"rho": "rho", "eps": "epsilon"}),
    (rules.adam, "PyTorch", "Adam", {"beta_1": "betas", "beta_2": "betas", "eps": "eps"}),
    (rules.adam_keras, "Keras", "Adam", {"beta_1": "beta_1", "beta_2": "beta_2", "eps": "epsilon"}),
    (
        rules.adamw,
        "PyTorch",
        "AdamW",
        {"beta_1": "betas", "beta_2": "betas", "eps": "eps", "weight_decay": "weight_decay"},
    ),
    (
        rules.adamw_keras,
        "Keras",
        "AdamW",
        {"beta_1": "beta_1", "beta_2": "beta_2", "eps": "epsilon", "weight_decay": "weight_decay"},
    ),
]


@pytest.mark.parametrize(
    ("rule", "framework", "optimiser", "names"), RULES, ids=lambda value: getattr(value, "__name__", None)
)
def test_a_rules_defaults_are_those_of_the_framework_whose_form_it_is(rule, framework, optimiser, names):
    own = {name: parameter.default for name, parameter in inspect.signature(rule).parameters.items()}
    assert own.pop("lr") is inspect.Parameter.empty  # the rate never has a default
    assert set(own) - set(names) <= {"beta", "correction"}  # without a counterpart: momentum is off in both frameworks
    for ours, theirs in names.items():
        default = live(framework)[optimiser, theirs]
        if theirs == "betas":
            default = default[("beta_1", "beta_2").index(ours)]
        assert own[ours] == default, ours


def test_clipping_is_an_argument_in_keras_and_a_function_in_pytorch():
    utils = frameworks.pytorch().nn.utils
    assert callable(utils.clip_grad_value_) and callable(utils.clip_grad_norm_)
    assert not any("clip" in argument for _, argument in live("PyTorch"))


def test_gradients_accumulate_in_pytorch_and_come_fresh_from_each_tape():
    tf, torch = frameworks.tensorflow(), frameworks.pytorch()
    variable, parameter = tf.Variable(3.0), torch.tensor(3.0, requires_grad=True)
    from_tape, from_backward = [], []
    for _ in range(3):
        with tf.GradientTape() as tape:
            cost = variable**2
        from_tape.append(tape.gradient(cost, variable).numpy().item())
        (parameter**2).backward()
        from_backward.append(parameter.grad.item())
    assert from_tape == [6, 6, 6]
    assert from_backward == [6, 12, 18]


# ---- the table itself -------------------------------------------------------------------------------------------


def cell(optimiser, what):
    (row,) = [row for row in concordance.read().rows if (row.optimiser, row.what) == (optimiser, what)]
    return row.keras, row.pytorch


def test_the_concordance_shows_names_with_their_defaults():
    assert cell("RMSprop", "decay of the squares") == ("rho = 0.9", "alpha = 0.99")
    assert cell("Adam", "β₂") == ("beta_2 = 0.999", "betas[1] = 0.999")
    assert cell("SGD", "dampening") == ("–", "dampening = 0")
    assert cell("all five", "clip the global norm") == ("global_clipnorm = None", "clip_grad_norm_()")


def test_the_concordance_follows_the_installed_version(monkeypatch):
    class SGD:
        def __init__(self, params, lr=0.5, momentum=0):
            pass

    monkeypatch.setattr(frameworks.pytorch().optim, "SGD", SGD)
    assert cell("SGD", "learning rate α") == ("learning_rate = 0.01", "lr = 0.5")
    assert cell("SGD", "dampening") == ("–", "missing: dampening")


def test_the_concordance_does_with_one_framework(monkeypatch):
    frameworks.tensorflow()
    monkeypatch.setitem(sys.modules, "torch", None)
    assert {row.pytorch for row in concordance.read().rows} == {"not installed"}
    assert cell("Adam", "ε")[0] == "epsilon = 1e-07"


_BETAS = {"beta_1": 0.875, "beta_2": 0.75}, {"betas": (0.875, 0.75)}
_SQUARES = {"rho": 0.875}, {"alpha": 0.875}
SAME_VALUE = [  # (optimiser, what, other arguments in Keras and in PyTorch, value), all of them exact in float32
    ("SGD", "momentum β", ({}, {}), 0.875),
    ("SGD", "Nesterov", ({"momentum": 0.875}, {"momentum": 0.875}), True),
    ("SGD", "weight decay", ({}, {}), 0.25),
    ("Adagrad", "start of the squares", ({}, {}), 0.25),
    ("Adagrad", "ε", ({}, {}), 0.25),
    ("Adagrad", "weight decay", ({"initial_accumulator_value": 0.0}, {}), 0.25),
    ("RMSprop", "ε", _SQUARES, 0.25),
    ("RMSprop", "momentum β", _SQUARES, 0.5),
    ("RMSprop", "centred", _SQUARES, True),
    ("RMSprop", "weight decay", _SQUARES, 0.25),
    ("Adam", "ε", _BETAS, 0.25),
    ("Adam", "AMSGrad", _BETAS, True),
    ("Adam", "weight decay", _BETAS, 0.25),
    ("AdamW", "weight decay", _BETAS, 0.25),
]


@pytest.mark.parametrize(("optimiser", "what", "others", "value"), SAME_VALUE)
def test_the_concordance_says_whether_the_same_value_has_the_same_effect(optimiser, what, others, value):
    (row,) = [row for row in concordance.read().rows if (row.optimiser, row.what) == (optimiser, what)]
    same = row.same in {"yes", "while α is constant", "without momentum"}
    assert same or row.same == "no"
    assert (parted(optimiser, row, others, value) < 1e-12) == same


def test_weight_decay_in_sgd_means_the_same_only_without_momentum():
    (row,) = [row for row in concordance.read().rows if (row.optimiser, row.what) == ("SGD", "weight decay")]
    assert parted("SGD", row, ({"momentum": 0.875}, {"momentum": 0.875}), 0.25) > 0.1


def parted(optimiser, row, others, value):
    """How far the frameworks part in 12 steps if this row's argument has that value in both, and ε is negligible."""
    tf, torch = frameworks.tensorflow(), frameworks.pytorch()
    epsilon = ({}, {}) if optimiser == "SGD" else ({"epsilon": 2.0**-100}, {"eps": 2.0**-100})
    in_keras, in_torch = (
        {**tiny, **other, said.split(" = ")[0]: value}
        for tiny, other, said in zip(epsilon, others, (row.keras, row.pytorch), strict=True)
    )
    bowl, start = functions.quadratic([[1.0, 0.25], [0.25, 4.0]]), [3.0, -2.0]
    keras = getattr(tf.optimizers, optimiser)(0.0625, **in_keras)

    def make(parameters):
        return getattr(torch.optim, optimiser)(parameters, lr=0.0625, **in_torch)

    one, other = optimisers.descend_keras(bowl, start, keras, 12), optimisers.descend_torch(bowl, start, make, 12)
    assert abs(one.path[-1] - start).max() > 0.1  # there is something to compare
    return abs(one.path - other.path).max()


def test_the_concordance_prints_in_columns():
    lines = str(concordance.read()).splitlines()
    start = lines[0].index("PyTorch")
    rows = concordance.read().rows
    assert len(lines) == len(rows) + 2
    assert [line[start:].split("  ")[0] for line in lines[2:]] == [row.pytorch for row in rows]


def test_the_concordance_is_a_table_in_a_notebook():
    class Cells(HTMLParser):
        def __init__(self):
            super().__init__()
            self.rows = []

        def handle_starttag(self, tag, attributes):
            if tag == "tr":
                self.rows.append([])

        def handle_data(self, text):
            self.rows[-1].append(text)

    table, parser = concordance.read(), Cells()
    parser.feed(table._repr_html_())
    assert [tuple(row) for row in parser.rows] == [
        ("optimiser", "what", "Keras", "PyTorch", "same meaning?"),
        *table.rows,
    ]
