"""Errors whose message means nothing to a beginner: `explain` says what the lessons say about them."""

import re

_NO_PATH = (
    "The value in front of the dot is None. `tape.gradient` returns None if the tape did not watch the source, or "
    "recorded no path from it to the target: it records TensorFlow's operations, inside its `with` block. Whole "
    "numbers have no gradient either: give a variable a `dtype`, such as `tf.float64`."
)
_EMPTY_GRAD = (
    "The value in front of the dot is None, as `.grad` is until `backward` has reached that tensor, and again after it "
    "has been emptied. Only a tensor that was made with `requires_grad=True`, and that the cost depends on, gets one."
)
_EXPLANATIONS = {
    # ---- TensorFlow
    r"has no attribute '_id'": (
        "A tape differentiates what TensorFlow computed from tensors or variables. Its sources have to be such, not "
        "plain numbers, and inside the tape use `tf` functions: it cannot follow what NumPy, `float(…)` or `.numpy()` "
        "returns."
    ),
    r"non-persistent GradientTape can only": (
        "A tape can be played back once: ask for all gradients in one call, as in `tape.gradient(cost, [w, b])`, and "
        "in a loop record the cost on a new tape in each turn."
    ),
    r"EagerTensor' object (has no attribute 'assign|does not support item assignment)": (
        "A tensor cannot change; only a `tf.Variable` can, by `assign_sub`. After `w = w - …`, w is a tensor."
    ),
    r"was expected to be a \w+ tensor but is a \w+ tensor": (
        "TensorFlow does not mix types: `float` is float32, `double` is float64. Convert one with `tf.cast`."
    ),
    r"No gradients provided for any variable": (
        "Every gradient was None: nothing recorded how the cost was computed from the variables. Compute it inside the "
        "tape's block, or inside the function that `minimize` is given: `lambda: error` hands over a number that was "
        "computed before. Whole numbers have no gradient either: give the variables a `dtype`, such as `tf.float32`."
    ),
    r"`target` should be a list or nested structure": (
        "The target is None, as a tape's gradient is if it found no path from its own target to its source."
    ),
    r"Unknown variable: ": "An optimiser keeps to the variables of its first step: make a new one for others.",
    r"'SGD' object has no attribute 'minimize'": "Keras 3 has no `minimize`: use a tape and `apply_gradients`.",
    r"has no attribute '_unique_id'": "`apply_gradients` takes pairs: a gradient, then its `tf.Variable`.",
    r"Cannot convert .* to EagerTensor of dtype u?int": (
        "Whole numbers take no decimals: make the tensor or variable with `dtype=tf.float64`."
    ),
    r"Value for attr 'T' of u?int": "Integers have no slope: make it with `dtype=tf.float64`.",
    r"module 'tensorflow\S*' has no attribute '(placeholder|Session|\w+_initializer|GradientDescentOptimizer)'": (
        "TensorFlow 1's names are in `tf.compat.v1` now."
    ),
    r"(should be a function when|is not compatible with) eager execution": (
        "No graph is being described here: that happens inside `with tf.Graph().as_default():`."
    ),
    r"Attempted to use a closed Session": "A session ends with its `with` block: run everything inside.",
    r"is out of scope and cannot be used here": "This belongs to a graph. Its value is what `session.run(…)` returns.",
    r"The Session graph is empty": "A session runs the default graph, unless it is made with `graph=` and another.",
    r"numpy\(\) is only available when eager": "What is in a graph has no value until a session runs it.",
    r"You must feed a value for placeholder": "A placeholder is a gap: every run has to fill it, with `feed_dict`.",
    r"apply_gradients\(\) takes 2 positional": "It takes pairs: `apply_gradients(zip(gradients, variables))`.",
    r"Cannot iterate over a scalar tensor": "A list of pairs is needed: `apply_gradients([(gradient, variable)])`.",
    # ---- PyTorch
    r"does not require grad and does not have a grad_fn": (
        "PyTorch has no record of how this was computed: nothing that it was computed from has `requires_grad=True`, "
        "or it was computed under `torch.no_grad()` or from `.detach()`. A gradient is recorded only with "
        "`create_graph=True`."
    ),
    r"backward through the graph a second time": "`backward` discards the record: compute the whole cost again first.",
    r"grad can be implicitly created only for scalar": "`backward` starts from one number: call it on a sum or a mean.",
    r"Can't call numpy\(\) on Tensor that requires grad": (
        "For a result, end with `.detach().numpy()`. While computing what is to be differentiated, use `torch` "
        "functions and tensors in place of NumPy's functions and arrays."
    ),
    r"a leaf Variable that requires grad": "Write an update by hand inside `with torch.no_grad():`.",
    r"modified by an inplace operation": (
        "Between the cost and `backward`, a tensor that `backward` needs was changed in place, by a step perhaps: take "
        "the step later, or make a new tensor."
    ),
    r"must have the same dtype|expected (m1 and m2|scalar type|dtype)|Found dtype": (
        "PyTorch does not mix types here: `Float` is float32, `Double` is float64. Make both with one `dtype`."
    ),
    r"Only Tensors of floating point": (
        "Whole numbers have no gradient: make the tensor with a `dtype`, `torch.float32` or `torch.float64`."
    ),
    r"can't optimize a non-leaf Tensor": (
        "The optimiser takes the tensors made with `requires_grad=True`, not what was computed from them."
    ),
    r"params argument given to the optimizer should be": "The optimiser takes a list of tensors, even for one.",
    r"got multiple values for argument 'lr'": (
        "The optimiser takes a list of tensors, then the rate; here the second tensor is where the rate belongs."
    ),
    r"'\w+' object is not iterable": (
        "A list, or something else to go through, is expected here. If it is an optimiser's first argument, it takes "
        "what `parameters()` of the module returns, with the brackets."
    ),
    r"can only optimize Tensors": "The optimiser takes tensors made with `requires_grad=True`, not arrays or numbers.",
    r"cannot assign .* as parameter": (
        "A parameter stays, and its numbers change: inside `with torch.no_grad():`, use `.copy_(…)`, `.fill_(…)` or "
        "`.zero_()` on it."
    ),
    r"appears to not have been used in the graph": "The cost was not computed from this tensor.",
    r"mat1 and mat2 shapes cannot be multiplied": (
        "The first matrix needs as many columns as the second has rows. `nn.Linear(d, 1)` takes inputs of shape "
        "(rows, d): the first pair of numbers is the shape of what it was given, the second begins with its d."
    ),
    r"Tensor with \d+ elements cannot be converted": (
        "`.item()` and `float(…)` take out a single number; for several, use `.detach().numpy()`."
    ),
    r"'(ndarray|numpy\.ndarray)' and 'Tensor'|'Tensor' and '(ndarray|numpy\.ndarray)'": (
        "One of the two is a NumPy array: make a tensor of it first."
    ),
    r"Size mismatch between tensors": "A `TensorDataset` needs the same number of rows in each tensor.",
    r"'int' object is not callable": (
        "A number is called like a function: entries are taken with square brackets. If you call none, a "
        "`TensorDataset` was given a NumPy array: it takes tensors."
    ),
    r"'[\w.]+' object is not callable": (
        "Round brackets call a function, and this is a value, which needs none. Entries are taken with square brackets."
    ),
    r"'Tensor' object has no attribute 'zero_grad'": (
        "Optimisers and modules have `zero_grad`. Without them, empty the tensor's `.grad` by hand."
    ),
    r"'NoneType' object has no attribute '(item|tolist|detach|zero_|mul_|add_|sub_)'": _EMPTY_GRAD,
    # ---- NumPy
    r"Integers to negative integer powers": "NumPy's integers allow no negative power: give the base a decimal point.",
    r"truth value of an array with more than one element": (
        "One True or False is needed here, and this is an array of them: in a condition, in what Python's own `max` "
        "compares, or for an argument that is a switch. NumPy's functions work on whole arrays."
    ),
    r"broadcast together with shapes (\((\d+),\d+\) \(\2,\)|\((\d+),\) \(\3,\d+\))": (
        "NumPy compares two shapes from their ends, so the array of one dimension is a row here. If it should be a "
        "column, index it with `[:, None]`. If it is a mean or sum: `axis=0` gives one for each column, `axis=1` one "
        "for each row."
    ),
    r"operands could not be broadcast together": (
        "NumPy compares two shapes from their ends: in each pair the numbers must be equal, or one of them 1. If one "
        "is a mean or sum: `axis=0` gives one for each column, `axis=1` one for each row."
    ),
    r"matmul: .* mismatch in its core dimension|^shapes .* not aligned": (
        "In `A @ B`, A has as many columns as B has rows. An array of shape (n,) has n of either."
    ),
    r"only (0-dimensional|length-1|size-1) arrays can be converted": "`float(…)` and `int(…)` take a single number.",
    r"'numpy\.ndarray' object has no attribute 'append'": "Arrays do not grow: append to a list, or use `np.append`.",
    r"Cannot interpret '.*' as a data type": "An array's sizes have brackets of their own: `np.zeros((2, 3))`.",
    r"does not result in an equal division": "`np.split` makes parts of equal length alone: slice what is left over.",
    r"Cannot cast ufunc .* to dtype\('u?int": (
        "An array of whole numbers takes no decimals in place: `x = x / n` makes a new array, `x /= n` does not."
    ),
    r"inhomogeneous shape": (
        "What should become an array has parts of different shapes, such as rows of different lengths or several "
        "results of one function."
    ),
    r"setting an array element with a sequence": (
        "An entry of an array holds one number, and here it is given several. A whole row of a matrix is `A[i]`, and a "
        "whole column `A[:, j]`."
    ),
    r"Eigenvalues did not converge|infs or NaNs": "The matrix contains NaN or infinity: where does that come from?",
    # ---- either
    r"values to unpack \(expected \d": (
        "Each name takes one value, as in `a, b = …`, and how many values there are may depend on the arguments."
    ),
    r"tuple index out of range": (
        "The tuple is shorter than that. A `shape` has one number for each dimension, so (n,) has `[0]` alone."
    ),
    r"cannot convert float (NaN|infinity) to integer": (
        "The number is NaN or infinite before it is rounded: a logarithm of 0 or less is, and what is divided by 0."
    ),
    r"math range error": "`math.exp` stops at numbers too large for a float; `np.exp` returns `inf`.",
    r"math domain error|expected a (positive|nonnegative) input": (
        "`math.log` takes numbers above 0, and `math.sqrt` none below 0."
    ),
    r"for \^=?:|[Bb]itwise_?[Xx]or": "A power is written `**`. The sign `^` compares the bits of whole numbers.",
    r"unsupported operand type\(s\) for .*: ('list' and|.* and 'list')": (
        "Lists do not calculate: make an array of it with `np.array(…)`, or take its entries one by one."
    ),
    r"can't multiply sequence by non-int": "A list is not an array: take its entries one by one.",
    r"'NoneType' object has no attribute 'numpy'.*\n.*\.grad\b": _EMPTY_GRAD,
    r"'NoneType' object has no attribute 'numpy'.*\n.*\.gradient\b": _NO_PATH,
    r"'NoneType' object has no attribute 'numpy'": f"{_NO_PATH} In PyTorch, `.grad` is None until `backward` fills it.",
    r"unsupported operand type\(s\) for .*'NoneType'": (
        "One of the two is None. Functions without `return` return None; so does `tape.gradient` where the tape found "
        "no path, and `.grad` before `backward`."
    ),
    r"'(numpy\.\w+|float|int|list|tuple)' object has no attribute '(numpy|detach|item)'": (
        "It is not a tensor, so it needs no such conversion."
    ),
    r"'(numpy\.\w+|float|int|list|tuple)' object has no attribute '(backward|grad|requires_grad_?|assign\w*|zero_)'": (
        "It is not a tensor or a variable: something turned it into a plain number or array, or never made it one."
    ),
}


def explain(message: str, line: str = "") -> str:
    """What an error's message means, as a sentence; "" if it needs no explanation.

    line   the line of code that raised it, which may show whose None it was
    """
    said = f"{message}\n{line}"
    return next((meaning for pattern, meaning in _EXPLANATIONS.items() if re.search(pattern, said)), "")
