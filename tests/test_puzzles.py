"""The frameworks' puzzling errors, as the installed versions raise them, are explained as in the lessons."""

import math
import re

import numpy as np
import pytest

from checks import puzzles
from helpers import frameworks

pytestmark = pytest.mark.slow
X = np.array([1.0, 2.0])


@pytest.fixture(scope="module")
def tf():
    return frameworks.tensorflow()


@pytest.fixture(scope="module")
def torch():
    return frameworks.pytorch()


def recorded(tf, source, compute):
    with tf.GradientTape() as tape:
        target = compute(source)
    return tape, target


def after_its_block(v1, w):
    with v1.Session() as session:
        pass
    session.run(w)


def in_graph(tf, compute):
    with tf.Graph().as_default():
        return compute(tf.compat.v1, tf.compat.v1.Variable(1.0))


TENSORFLOW = {
    "a NumPy target": (lambda tf: recorded(tf, X, lambda x: x**2)[0].gradient(X, X), "A tape differentiates what"),
    "float inside the tape": (
        lambda tf: [tape.gradient(y, 1.0) for tape, y in [recorded(tf, tf.Variable(X), lambda x: float(x[0]))]],
        "A tape differentiates what",
    ),
    "a tensor that is not watched": (
        lambda tf: [tape.gradient(y, x).numpy() for x in [tf.constant(X)] for tape, y in [recorded(tf, x, tf.sin)]],
        "`tape.gradient` returns None if",
    ),
    "None times a number": (lambda tf: 0.1 * None, "One of the two is None."),
    "played twice": (
        lambda tf: [
            (tape.gradient(y, x), tape.gradient(y, x))
            for x in [tf.Variable(X)] for tape, y in [recorded(tf, x, tf.sin)]
        ],
        "can be played back once",
    ),
    "a tensor that should change": (lambda tf: tf.constant(X).assign_sub(X), "A tensor cannot change"),
    "an entry of a tensor": (lambda tf: exec("t[0] = 1.0", {"t": tf.constant(X)}), "A tensor cannot change"),
    "two types": (lambda tf: tf.constant(X) * tf.constant([1.0, 2.0]), "does not mix types"),
    "no gradients": (
        lambda tf: tf.optimizers.SGD(0.1).apply_gradients([(None, tf.Variable(1.0))]),
        "Every gradient was None",
    ),
    "minimize": (lambda tf: tf.optimizers.SGD(0.1).minimize, "Keras 3 has no `minimize`"),
    "an array for a variable": (
        lambda tf: tf.optimizers.SGD(0.1).apply_gradients([(1.0, np.array(1.0))]),
        "its `tf.Variable`",
    ),
    "one pair": (
        lambda tf: tf.optimizers.SGD(0.1).apply_gradients((tf.constant(1.0), tf.Variable(1.0))),
        "A list of pairs",
    ),
    "a gradient and a variable": (
        lambda tf: tf.optimizers.SGD(0.1).apply_gradients([tf.constant(1.0)], [tf.Variable(1.0)]),
        "It takes pairs",
    ),
    "a float with numpy()": (lambda tf: (1.5).numpy(), "needs no such conversion"),
    "an integer variable": (lambda tf: tf.exp(tf.Variable([1, 2])), "Integers have no slope"),
    "a step of an integer": (lambda tf: tf.Variable(3).assign_sub(0.5), "take no decimals"),
    "a name of TensorFlow 1": (lambda tf: tf.Session(), "are in `tf.compat.v1` now"),
    "an optimiser of TensorFlow 1": (lambda tf: tf.train.GradientDescentOptimizer(0.1), "are in `tf.compat.v1` now"),
    "a placeholder without a graph": (lambda tf: tf.compat.v1.placeholder(tf.float64), "No graph is being described"),
    "minimize without a graph": (
        lambda tf: tf.compat.v1.train.GradientDescentOptimizer(0.1).minimize(tf.constant(1.0)),
        "No graph is being described",
    ),
    "a session of no graph": (lambda tf: tf.compat.v1.Session().run([]), "A session runs the default graph"),
    "numpy() of a graph": (lambda tf: in_graph(tf, lambda v1, w: w.numpy()), "no value until a session runs it"),
    "an empty placeholder": (
        lambda tf: in_graph(tf, lambda v1, w: v1.Session().run(v1.placeholder(tf.float64))),
        "A placeholder is a gap",
    ),
    "an array of graph variables": (lambda tf: np.array(in_graph(tf, lambda v1, w: [w, w])), "belongs to a graph"),
    "a session that has ended": (lambda tf: in_graph(tf, after_its_block), "ends with its `with` block"),
    "a list times a number": (lambda tf: 0.1 * [1.0], "not an array"),
}  # fmt: skip


def wants(torch):
    return torch.tensor(X, requires_grad=True)


def twice(torch):
    cost = (wants(torch) ** 2).sum()
    cost.backward()
    cost.backward()


def in_place(torch):
    theta = wants(torch)
    theta -= 0.1


def modified(torch):
    power = wants(torch).exp()
    power.mul_(2)
    power.sum().backward()


PYTORCH = {
    "nothing wants a gradient": (lambda torch: torch.tensor(X).sum().backward(), "has no record of how"),
    "backward twice": (twice, "discards the record"),
    "backward from many": (lambda torch: (wants(torch) ** 2).backward(), "starts from one number"),
    "numpy of what has a gradient": (lambda torch: wants(torch).numpy(), "end with `.detach().numpy()`"),
    "NumPy's sine": (lambda torch: np.sin(wants(torch)), "use `torch` functions"),
    "a step by hand": (in_place, "inside `with torch.no_grad():`"),
    "an empty .grad": (lambda torch: wants(torch).grad.zero_(), "`.grad` is until `backward`"),
    "a number from an empty .grad": (lambda torch: wants(torch).grad.item(), "`.grad` is until `backward`"),
    "one number from several": (lambda torch: wants(torch).item(), "take out a single number"),
    "an array times a tensor": (lambda torch: X * wants(torch), "make a tensor of it first"),
    "features that do not fit": (
        lambda torch: torch.nn.Linear(5, 1)(torch.ones(3, 2)),
        "takes inputs of shape (rows, d)",
    ),
    "a parameter that is replaced": (
        lambda torch: setattr(torch.nn.Linear(1, 1), "weight", torch.zeros(1, 1)),
        "its numbers change",
    ),
    "a tensor's zero_grad": (lambda torch: wants(torch).zero_grad(), "empty the tensor's `.grad` by hand"),
    "a data set of arrays": (lambda torch: torch.utils.data.TensorDataset(X, X), "it takes tensors"),
    "a data set of unequal lengths": (
        lambda torch: torch.utils.data.TensorDataset(torch.ones(2), torch.ones(3)),
        "the same number of rows",
    ),
    "changed in place": (modified, "changed in place"),
    "two types": (lambda torch: torch.nn.Linear(1, 1)(torch.tensor(X).reshape(-1, 1)), "does not mix types"),
    "whole numbers": (lambda torch: torch.tensor([1, 2], requires_grad=True), "Whole numbers have no gradient"),
    "an optimiser of results": (lambda torch: torch.optim.SGD([wants(torch) * 1], lr=0.1), "not what was computed"),
    "an optimiser of one": (lambda torch: torch.optim.SGD(wants(torch), lr=0.1), "The optimiser takes a list"),
    "an optimiser of two": (
        lambda torch: torch.optim.SGD(wants(torch), wants(torch), lr=0.1),
        "where the rate belongs",
    ),
    "an optimiser of a module": (lambda torch: torch.optim.SGD(torch.nn.Linear(1, 1), lr=0.1), "with the brackets"),
    "an optimiser of a method": (
        lambda torch: torch.optim.SGD(torch.nn.Linear(1, 1).parameters, lr=0.1),
        "with the brackets",
    ),
    "an optimiser of arrays": (lambda torch: torch.optim.SGD([X], lr=0.1), "not arrays or numbers"),
    "another tensor": (
        lambda torch: torch.autograd.grad((wants(torch) ** 2).sum(), wants(torch)),
        "was not computed from this tensor",
    ),
    "backward of a float": (lambda torch: (1.5).backward(), "It is not a tensor or a variable"),
}


@pytest.mark.parametrize(("function", "said"), TENSORFLOW.values(), ids=TENSORFLOW)
def test_an_error_of_tensorflow_is_explained(function, said, tf):
    explained(lambda: function(tf), said)


@pytest.mark.parametrize(("function", "said"), PYTORCH.values(), ids=PYTORCH)
def test_an_error_of_pytorch_is_explained(function, said, torch):
    explained(lambda: function(torch), said)


@pytest.mark.parametrize(
    ("a", "b", "said"),
    [((5, 3), (5,), "is a row here"), ((5,), (5, 3), "is a row here"), ((5, 3), (4,), "or one of them 1")],
)
def test_shapes_that_do_not_combine_are_explained(a, b, said):
    explained(lambda: np.ones(a) * np.ones(b), said)


def explained(function, said):
    with pytest.raises(Exception) as caught:
        function()
    assert re.search(re.escape(said), puzzles.explain(" ".join(str(caught.value).split())))


def test_an_error_of_numpy_is_explained():
    explained(lambda: 2 ** np.int32(-3), "give the base a decimal point")
    explained(lambda: max(np.ones((2, 2))), "NumPy's functions work on whole arrays")
    explained(lambda: np.ones((5, 2)) - np.ones(5), "from their ends")
    explained(lambda: np.ones((5, 2)) @ np.ones(5), "as many columns as B has rows")
    explained(lambda: np.ones(3) @ np.ones((2, 3)), "as many columns as B has rows")
    explained(lambda: np.dot(np.ones((2, 3)), np.ones(2)), "as many columns as B has rows")
    explained(lambda: float(np.ones(2)), "a single number")
    explained(lambda: np.ones(2).append(1.0), "Arrays do not grow")
    explained(lambda: np.zeros(2, 3), "`np.zeros((2, 3))`")
    explained(lambda: [1.0] - 0.1 * 3, "make an array")
    explained(lambda: 0.1 * 3 - [1.0], "make an array")
    explained(lambda: np.mean([np.ones(2), np.ones(3)]), "parts of different shapes")
    explained(lambda: np.zeros(2).__setitem__(0, np.ones(2)), "a whole column `A[:, j]`")
    explained(lambda: np.linalg.eigvals(np.full((2, 2), np.nan)), "NaN or infinity")
    assert "NaN or infinity" in puzzles.explain("Eigenvalues did not converge")  # not raised by every LAPACK
    explained(lambda: np.linalg.norm(np.ones(2), np.ones(2)), "an argument that is a switch")
    explained(lambda: np.ones(2, dtype=int).__itruediv__(2), "makes a new array")
    explained(lambda: int(np.float64("-inf")), "a logarithm of 0 or less")
    explained(lambda: np.split(np.ones(5), 2), "slice what is left over")
    explained(lambda: np.ones(2)(0), "square brackets")
    explained(lambda: np.ones(2).shape[1], "one number for each dimension")
    explained(lambda: np.ones(2) ^ 2, "A power is written `**`")


def test_an_error_of_python_is_explained():
    explained(lambda: list("ab")(0), "square brackets")
    explained(lambda: math.exp(1000), "too large for a float")
    explained(lambda: math.log(0), "above 0")
    explained(lambda: math.sqrt(-1), "none below 0")
    explained(lambda: [low for low, high in [[4.0]]], "Each name takes one value")
    explained(lambda: [low for low, high in [[1.0, 5.0, 40.0]]], "Each name takes one value")
    explained(lambda: 0.9 ^ 2, "A power is written `**`")


def test_whose_none_it_was_is_told_by_the_line():
    message = "'NoneType' object has no attribute 'numpy'"
    of_a_tape = puzzles.explain(message, "return tape.gradient(cost, w).numpy()")
    of_pytorch = puzzles.explain(message, "return w.grad.numpy()")
    assert "`tape.gradient`" in of_a_tape and "`.grad`" not in of_a_tape
    assert "`.grad`" in of_pytorch and "`tape.gradient`" not in of_pytorch
    assert {"`tape.gradient`", "`.grad`"} <= set(puzzles.explain(message, "return dw.numpy()").split())


def test_what_is_no_puzzle_needs_no_explanation():
    assert puzzles.explain("division by zero") == ""
