"""A finding says what is wrong, in one sentence that a beginner can act on."""

import json
import numbers
import random
from pathlib import Path

import numpy as np
import pytest
from small_tasks import (
    COUNT,
    KIND,
    MEAN,
    PREFIXES,
    SHIFT,
    SPLIT,
    SUMS,
    TABLE,
    A,
    calls_the_stub,
    changing,
    found,
    not_done,
    prefixes,
    sentence,
    shift,
    split,
    table,
    task,
)

import checks
from checks import findings
from checks.findings import Kind, examine, example
from checks.outcomes import Foreign, decode, encode
from checks.wording import ONE_SLIP, alternatives, shorten, show
from helpers import functions


def returning(value):
    return lambda x: value


class Tensor:
    """What tensors have in common for a check: the module that they come from, and numpy()."""

    def numpy(self):
        return 1.5


def tensor(library):
    return type("Tensor", (Tensor,), {"__module__": f"{library}.framework.ops"})()


def with_entry(x, value):
    result = shift(x)
    result[0] = value
    return result


def into_whole_numbers(x):
    result = np.zeros(len(x), dtype=int)
    result[:] = shift(x)
    return result


STEP = task(
    "x g", [([x, g], x - g) for x, g in [(A(1.5, 2.0), A(0.5, -3.0)), (A(0.5, 4.0), A(1.0, 2.5)), (A(2.5), A(0.75))]]
)

# tiny(x): 0.01/x, so small beside x that a step from x to any such number is as long as the right one
TINY = task("x", [([x], 0.01 / x) for x in (A(900.0, -400.0), A(-500.0, -800.0), A(300.0, 700.0))])

# What is told of each wrong function: (its task, the function, the sentence).
GENERAL = {
    "right": (SHIFT, shift, None),
    "right as a list": (SHIFT, lambda x: [float(v) for v in shift(x)], None),
    "right as float32": (SHIFT, lambda x: shift(x).astype(np.float32), None),
    "right and printing": (SHIFT, lambda x: print(x) or shift(x), None),
    "right as an array for a tuple": (SPLIT, lambda x: A(*split(x)), None),
    "right as an array without axes": (MEAN, lambda x: np.asarray(np.mean(x)), None),
    "negated": (SHIFT, lambda x: -shift(x), "the result has the right size and the wrong sign, in every case."),
    "times n": (
        MEAN,
        lambda x: np.sum(x),
        "the result is n times too large, n being the length of x. Is it a sum in place of a mean?",
    ),
    "divided by n": (
        MEAN,
        lambda x: np.mean(x) / len(x),
        "the result is n times too small, n being the length of x. Is it a mean in place of a sum, or divided by n "
        "twice?",
    ),
    "twice": (SHIFT, lambda x: 2 * shift(x), "the result is twice what it should be, in every case."),
    "half": (SHIFT, lambda x: shift(x) / 2, "the result is half of what it should be, in every case."),
    "another factor": (SHIFT, lambda x: 3 * shift(x), "the result is 3 times what it should be, in every case."),
    "a step too long": (
        STEP,
        lambda x, g: x - 2 * g,
        "the result moves away from x twice as far as it should, in every case.",
    ),
    "a step too short": (
        STEP,
        lambda x, g: x - 0.3 * g,
        "the result moves away from x 0.3 times as far as it should, in every case.",
    ),
    "far from x, and as far as the right result": (
        TINY,
        lambda x: 3e-6 * np.sin(x),
        "the result differs from the expected value.",
    ),
    "steps of two lengths": (
        STEP,
        lambda x, g: x - (2 if x[0] > 1 else 3) * g,
        "the result differs from the expected value.",
    ),
    "too small beside an argument to be a step from it": (
        task("x", [([x], 1e-9 * x**2) for x in [0.5, 0.75, 1.5]], absolute=0),
        lambda x: 1e-9 * x**3,
        "the result is x times what it should be, in every case.",
    ),
    "nothing": (SHIFT, lambda x: 0 * x, "the result is 0 in every case."),
    "factor in one part": (
        SPLIT,
        lambda x: (split(x)[0], -split(x)[1]),
        "result 2 of 2 has the right size and the wrong sign, in every case.",
    ),
    "factor in one key": (
        SUMS,
        lambda x: {"all": sum(x), "squares": 2 * sum(x * x)},
        'result "squares" is twice what it should be, in every case.',
    ),
    "transposed": (
        TABLE,
        lambda x: table(x).T,
        ("the result has shape (2, 3), but (3, 2) is expected. It is transposed: rows and columns are swapped."),
    ),
    "transposed square": (
        task("x", [([1.5], A([1.0, 2.0], [3.0, 4.0])), ([2.5], A([1.0, 5.0], [6.0, 7.0]))]),
        lambda x: A([1.0, 3.0], [2.0, 4.0]) if x < 2 else A([1.0, 6.0], [5.0, 7.0]),
        "the result is transposed: rows and columns are swapped.",
    ),
    "first missing": (
        PREFIXES,
        lambda x: prefixes(x)[1:],
        "the result has shape (1,), but (2,) is expected. The first entry is missing.",
    ),
    "last missing": (
        PREFIXES,
        lambda x: prefixes(x)[:-1],
        "the result has shape (1,), but (2,) is expected. The last entry is missing.",
    ),
    "one too few": (
        PREFIXES,
        lambda x: prefixes(x)[1:] + 1,
        "the result has shape (1,), but (2,) is expected: one entry too few. Already entry [0] differs from the "
        "expected one: look at that first.",
    ),
    "one more at the end": (
        PREFIXES,
        lambda x: np.append(prefixes(x), 1.0),
        "the result has shape (3,), but (2,) is expected. There is one entry too many at the end.",
    ),
    "one more at the start": (
        PREFIXES,
        lambda x: np.append(1.0, prefixes(x)),
        "the result has shape (3,), but (2,) is expected. There is one entry too many at the start.",
    ),
    "another one at the start": (
        PREFIXES,
        lambda x: np.append(x[0] - 7, prefixes(x) * np.arange(1, len(prefixes(x)) + 1)),
        "the result has shape (3,), but (2,) is expected: one entry too many. The entry [1] is what [0] should be: is "
        "there one too many before it?",
    ),
    "a generator": (
        SHIFT,
        lambda x: (entry for entry in x),
        "the result is a `generator`, but an array of shape (3,) is expected.",
    ),
    "row missing": (
        TABLE,
        lambda x: table(x)[:-1],
        "the result has shape (1, 2), but (2, 2) is expected. The last row is missing.",
    ),
    "column": (
        SHIFT,
        lambda x: shift(x).reshape(-1, 1),
        ("the result has shape (3, 1), but (3,) is expected. Its numbers are right: `.ravel()` gives them this shape."),
    ),
    "row": (
        SHIFT,
        lambda x: shift(x).reshape(1, -1),
        ("the result has shape (1, 3), but (3,) is expected. Its numbers are right: `.ravel()` gives them this shape."),
    ),
    "broadcast": (
        SHIFT,
        lambda x: x.reshape(-1, 1) - x + 0.25,
        (
            "the result has shape (3, 3), but (3,) is expected. An array of shape (n,) and one of shape (n, 1) "
            "combine to (n, n): is one of them a column that should not be one?"
        ),
    ),
    "column too many": (
        TABLE,
        lambda x: np.column_stack([table(x), table(x).sum(axis=1)]),
        "the result has shape (2, 3), but (2, 2) is expected. Column [2] should not be there; the others are right.",
    ),
    "column missing": (
        TABLE,
        lambda x: table(x)[:, 1:],
        "the result has shape (2, 1), but (2, 2) is expected. Column [0] is missing; the others are right.",
    ),
    "columns missing": (
        task("x", [([x], np.outer(x, A(2.0, 3.0, 5.0))) for x in (A(1.0, 2.0), A(3.0, 5.0, 4.0))]),
        lambda x: np.outer(x, A(3.0)),
        "the result has shape (2, 1), but (2, 3) is expected. Columns [0] and [2] are missing; the others are right.",
    ),
    "a truth value": (
        task("x", [([x], x / 2) for x in (3.0, 5.0)]),
        lambda x: x > 4,
        "the result is False, but a number is expected.",
    ),
    "truth values": (
        SHIFT,
        lambda x: x > 4,
        "the result is an array of shape (3,) of True or False, but an array of shape (3,) is expected.",
    ),
    "another shape": (SHIFT, lambda x: np.zeros((2, 5)), "the result has shape (2, 5), but (3,) is expected."),
    "array for a number": (
        MEAN,
        lambda x: x,
        "the result is an array of shape (2,), but a plain number is expected. Its mean is right.",
    ),
    "number for an array": (
        SHIFT,
        lambda x: 1.5,
        "the result is a plain number, but an array of shape (3,) is expected.",
    ),
    "whole numbers": (
        SHIFT,
        into_whole_numbers,
        (
            "the result holds whole numbers only: the decimals are lost. `//`, `int(…)` and `round(…)` drop them. "
            "Writing into an array of whole numbers also cuts them off."
        ),
    ),
    "whole number": (
        MEAN,
        lambda x: int(np.floor(np.mean(x))),
        "the result holds whole numbers only: the decimals are lost. `//`, `int(…)` and `round(…)` drop them.",
    ),
    "float32": (
        task("x", [([A(0.1)], A(0.1 / 3)), ([A(0.7)], A(0.7 / 3))], relative=1e-12),
        lambda x: np.float32(x) / np.float32(3),
        "the result has only the seven digits of float32, too few here: compute and return float64.",
    ),
    "float32 number": (
        task("x", [([0.1], 0.1 / 3), ([0.7], 0.7 / 3)], relative=1e-12),
        lambda x: np.float32(x) / np.float32(3),
        "the result has only the seven digits of float32, too few here: compute and return float64.",
    ),
    "rounded": (
        task("x", [([0.1], 0.1 / 3), ([0.7], 0.7 / 3)]),
        lambda x: round(x / 3, 3),
        "the result is rounded to 3 decimal places. Return it unrounded.",
    ),
    "rounded in float32, near 0 as well": (
        task("x", [([x], x / 3) for x in (A(1.0, -3e-5), A(4e-5, 2.0), A(0.7, 2e-6))]),
        lambda x: (np.float32(x) / 3).round(3).astype(float).round(3),
        "the result is rounded to 3 decimal places. Return it unrounded.",
    ),
    "rounded to 0, or set to it": (
        task("x", [([x], x / 4) for x in (2.0, 6.0, 1e-5)]),
        lambda x: x / 4 if x > 1e-3 else 0.0,
        "the result is 0 wherever it is wrong. Is it rounded, or are small values set to 0?",
    ),
    "nearly right, but not near 0": (
        task("x", [([x], x / 3) for x in (A(1.0, -3e-5), A(4e-5, 2.0), A(0.7, 2e-6))]),
        lambda x: x / 3 + 1e-5 * (abs(x) < 0.1) * np.cos(7e5 * x),
        "the result differs from the expected value.",
    ),
    "a factor, up to the error of a difference quotient": (
        task("x", [([x], np.cos(x)) for x in (A(0.5, 1.0), A(2.0, -0.5), A(0.25))], absolute=1e-5),
        lambda x: (np.sin(x + 0.005) - np.sin(x - 0.005)) / 2,
        "the result is 0.005 times what it should be, in every case.",
    ),
    "as many as an argument says": (
        task("x n", [([x, n], [x, x / 2]) for x, n in [(1.5, 3), (2.5, 2), (3.5, 1)]]),
        lambda x, n: [[x, x / 2]] * n,
        "the result has 3 entries, but 2 are expected. Wherever the number is wrong, it is `n`: do you keep something "
        "in each turn of a loop?",
    ),
    "NaN": (
        SHIFT,
        lambda x: with_entry(x, np.nan),
        (
            "the result holds NaN. It comes from 0/0, ∞/∞, ∞ − ∞, 0·∞, the root or the logarithm of a negative "
            "number, or from `np.empty` where nothing was written."
        ),
    ),
    "infinity": (
        SHIFT,
        lambda x: with_entry(x, -np.inf),
        (
            "the result holds infinity. It comes from a division by 0, the logarithm of 0, a number that outgrew "
            "the largest float, or from `np.inf` itself."
        ),
    ),
    "None": (
        SHIFT,
        returning(None),
        (
            "the result is None. Does every path through the function end in `return …`, and does what it returns get "
            "a value? Methods that change an object in place, such as `.append(…)` and `.sort()`, return None."
        ),
    ),
    "None in a part": (
        SPLIT,
        lambda x: (x % 1, None),
        (
            "result 2 of 2 is None. Look at where it gets its value: a function without `return` returns None, and so "
            "do methods that change an object in place, such as `.append(…)` and `.sort()`, and a tape asked for the "
            "gradient of something that it did not watch."
        ),
    ),
    "prints": (
        SHIFT,
        lambda x: print(shift(x)),
        ("prints something but returns nothing. The caller does not get what is printed: end with `return …`."),
    ),
    "TensorFlow tensor": (
        SHIFT,
        lambda x: tensor("tensorflow"),
        "the result is a TensorFlow tensor, but a NumPy array is expected: end with `.numpy()`.",
    ),
    "Keras variable": (
        MEAN,
        lambda x: tensor("keras"),
        "the result is a TensorFlow tensor, but a plain number is expected: end with `.numpy()`.",
    ),
    "PyTorch tensor in a part": (
        SPLIT,
        lambda x: (x % 1, tensor("torch")),
        "result 2 of 2 is a PyTorch tensor, but a plain number is expected: end with `.detach().numpy()`.",
    ),
    "list of tensors": (
        SHIFT,
        lambda x: [tensor("tensorflow") for _ in x],
        (
            "the result holds TensorFlow tensors, but plain numbers or NumPy arrays are expected: convert them with "
            "`.numpy()`, or by `session.run(…)` if they belong to a graph."
        ),
    ),
    "None in a list": (SHIFT, lambda x: [None, *x[1:]], "the result holds None, but numbers are expected."),
    "text in a list": (SHIFT, lambda x: ["1.75", *x[1:]], ("the result holds a string, but numbers are expected.")),
    "ragged rows": (
        TABLE,
        lambda x: [[1.0], [2.0, 5.0]],
        "the result has rows of different lengths, so it is not an array.",
    ),
    "something else": (
        SHIFT,
        lambda x: (v for v in shift(x)),
        "the result is a `generator`, but an array of shape (3,) is expected.",
    ),
    "a function": (
        SHIFT,
        lambda x: functions.square,
        "the result is a function, but an array of shape (3,) is expected.",
    ),
    "an endless collection": (
        SHIFT,
        lambda x: np.zeros(10**6),
        "the result is a collection of more than 100000 numbers, but an array of shape (3,) is expected.",
    ),
    "text for a number": (MEAN, lambda x: "1.5", "the result is a string, but a plain number is expected."),
    "number for a text": (KIND, lambda x: 1.5, "the result is a plain number, but a string is expected."),
    "spelling": (
        KIND,
        lambda x: "Rising" if x > 0 else "falling",
        "the result is not spelled as in the task.",
    ),
    "another text": (
        KIND,
        lambda x: "rising",
        ("the result is 'rising' in every case. Which arguments should decide, and do they?"),
    ),
    "one value of two": (
        SPLIT,
        lambda x: x % 1,
        "the result is only the first of the 2 expected: return them all, separated by commas.",
    ),
    "no value of two": (
        SPLIT,
        lambda x: x,
        "the result is a plain number, but a tuple or list of 2 is expected.",
    ),
    "three values of two": (
        SPLIT,
        lambda x: (*split(x), x),
        "the result has 3 entries, but 2 are expected: one too many.",
    ),
    "no dict": (
        SUMS,
        lambda x: 1.5,
        "the result is a plain number, but a dict with the keys 'all', 'squares' is expected.",
    ),
    "other keys": (
        SUMS,
        lambda x: {"all": sum(x)},
        "the result has the keys 'all', but 'all', 'squares' are expected.",
    ),
    "one more": (COUNT, lambda x: len(x) + 1, "the result is one too many, in every case."),
    "one less": (COUNT, lambda x: len(x) - 1, "the result is one too few, in every case."),
    "whole in one case": (
        SHIFT,
        lambda x: np.ceil(shift(x)) if len(x) == 1 else shift(x),
        "the result differs from the expected value in 1 of 3 cases.",
    ),
    "any other value": (SHIFT, lambda x: x + 0.375, "the result is 0.125 too large, in every case."),
}


@pytest.mark.parametrize(("task", "function", "expected"), GENERAL.values(), ids=GENERAL)
def test_a_general_finding_says_what_was_seen(task, function, expected):
    assert sentence(function, task) == expected


@pytest.mark.parametrize(("task", "function", "expected"), GENERAL.values(), ids=GENERAL)
def test_no_finding_holds_an_expected_value_or_promises_too_much(task, function, expected):
    if finding := found(function, task):
        values = [decode(case["answer"]["value"]) for case in task["cases"]]
        shown = [f"{number}" for value in values for number in np.ravel(value) if isinstance(number, float)]
        assert not [number for number in shown if "." in number and number in finding.sentence]
        assert "test" not in finding.sentence
        assert finding.sentence.endswith((".", "?"))


def test_a_task_in_float32_takes_float64_and_back():
    exact = A(0.1, 0.2) / 3
    in_float32 = task("x", [([A(1.0)], exact.astype(np.float32)), ([A(2.0)], A(0.5))], relative=1e-5, absolute=1e-6)
    assert sentence(lambda x: exact if x[0] == 1 else [0.5], in_float32) is None
    assert sentence(lambda x: np.float16(exact) if x[0] == 1 else A(0.5), in_float32) is not None


# ---- findings that do not look at values


def with_two_answers():
    calls = []

    def unsteady(x):
        calls.append(x)
        return shift(x) + (len(calls) > len(SHIFT["cases"]))

    return unsteady


def refusing_the_second_call():
    calls = []

    def once(x):
        calls.append(x)
        if len(calls) > len(SHIFT["cases"]):
            raise ValueError("used up")
        return shift(x)

    return once


def test_changed_arguments_are_named():
    said = sentence(changing, SHIFT)
    assert said.startswith("changes its argument x, which the caller still needs. `x -= …`, `x *= …`,")


def test_an_array_that_was_changed_and_changed_back_is_not_changed():
    def there_and_back(x):
        x += 1
        result = x - 0.75
        x -= 1
        return result

    assert sentence(there_and_back, SHIFT) is None


@pytest.mark.parametrize("make", [with_two_answers, lambda: lambda x: shift(x) + random.random()])
def test_answers_that_differ_from_call_to_call_are_told(make):
    assert sentence(make(), SHIFT).startswith("called twice with the same arguments, it gave two different answers.")


def test_an_error_at_the_second_call_is_told():
    said = sentence(refusing_the_second_call(), SHIFT)
    assert said.startswith("called a second time with the same arguments, it stopped with ValueError: used up")


def test_a_raised_error_is_told_with_its_message_and_the_students_line():
    def divides(x):
        nothing = len(x) - len(x)
        return int(x[0]) // nothing

    assert sentence(divides, SHIFT) == (
        "stopped with ZeroDivisionError: integer division or modulo by zero, in the line `return int(x[0]) // nothing`."
    )


def test_the_line_of_an_error_is_the_students_own_though_a_library_raised_it():
    def inverts(x):
        return np.linalg.inv(np.zeros((2, 2)))

    assert sentence(inverts, SHIFT).endswith("in the line `return np.linalg.inv(np.zeros((2, 2)))`.")


def test_an_error_without_a_message_and_one_with_pages_of_it_read_well():
    def short(x):
        raise ValueError

    def long(x):
        raise ValueError("{{function_node __wrapped__MatMul}} Matrix size-incompatible\n" + "and so on\n" * 1000)

    assert sentence(short, SHIFT) == "stopped with ValueError, in the line `raise ValueError`."
    assert sentence(long, SHIFT).startswith("stopped with ValueError: Matrix size-incompatible and so on and so on")
    assert len(sentence(long, SHIFT)) < 500 and "\n" not in sentence(long, SHIFT)


def test_too_many_parameters_are_told():
    assert "missing 1 required positional argument: 'y'" in sentence(lambda x, y: x, SHIFT)


@pytest.mark.parametrize("error", [SystemExit, GeneratorExit, RecursionError, MemoryError])
def test_no_error_of_a_function_ends_the_check(error):
    def stops(x):
        raise error("enough")

    assert sentence(stops, SHIFT).startswith(f"stopped with {error.__name__}: enough")


def test_a_stub_is_not_done_yet():
    assert sentence(not_done, SHIFT).startswith("not done yet. Write it in the cell above")


def test_a_stub_is_not_done_yet_though_a_known_mistake_raises_the_same():
    aware = json.loads(json.dumps(KNOWN))
    for case in aware["cases"]:
        case["mistakes"][0] = {"raised": {"type": "NotImplementedError"}}
    assert sentence(not_done, aware).startswith("not done yet.")


def test_a_function_that_calls_a_stub_names_it():
    assert (
        sentence(calls_the_stub, SHIFT) == "it calls not_done, which is not done yet. Do that first, and run its cell."
    )


def test_what_a_library_has_not_implemented_is_an_error_and_no_stub():
    def symbolic(x):
        raise NotImplementedError("Cannot convert a symbolic tensor to a numpy array.")

    assert sentence(symbolic, SHIFT).startswith("stopped with NotImplementedError: Cannot convert")


# ---- the order of findings

KNOWN = task(
    "x",
    [([A(1.5)], A(1.75), A(-1.75), A(1.5)), ([A(2.5, 4.5)], A(2.75, 4.75), A(-2.75, -4.75), A(2.5, 4.5))],
    mistakes=("Look at the sign.", "Nothing was added."),
)


def half_done(x):
    if len(x) > 1:
        raise NotImplementedError
    return -shift(x)


def fails_later(x):
    x += 1
    return -x if len(x) == 1 else x[5]


def changes_and_differs():
    calls = []

    def function(x):
        x[0] = len(calls)
        calls.append(1)
        return x.copy()

    return function


@pytest.mark.parametrize(
    ("function", "task", "beginning"),
    [
        pytest.param(half_done, KNOWN, "not done yet", id="not done before all else"),
        pytest.param(lambda x: -shift(x), KNOWN, "Look at the sign.", id="a known mistake before a general finding"),
        pytest.param(lambda x: x.copy(), KNOWN, "Nothing was added.", id="each known mistake by its own sentence"),
        pytest.param(lambda x: x.copy() if len(x) > 1 else -shift(x), KNOWN, "the result differs", id="mixed"),
        pytest.param(fails_later, KNOWN, "stopped with IndexError", id="an error before changed arguments"),
        pytest.param(changes_and_differs(), KNOWN, "called twice", id="two answers before changed arguments"),
        pytest.param(changing, SHIFT, "changes its argument", id="changed arguments though the value is right"),
        pytest.param(
            lambda x: -shift(x) if len(x) == 1 else shift(x).reshape(-1, 1),
            SHIFT,
            "the result has shape (3, 1)",
            id="a shape before values",
        ),
        pytest.param(lambda x: -with_entry(x, np.nan), SHIFT, "the result holds NaN", id="NaN before a factor"),
        pytest.param(lambda x: -np.floor(-shift(x)) - 1, SHIFT, "the result holds whole", id="digits before a factor"),
    ],
)
def test_the_first_finding_that_applies_is_told(function, task, beginning):
    assert sentence(function, task).startswith(beginning)


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (shift, None),
        (not_done, Kind.NOT_DONE),
        (calls_the_stub, Kind.NOT_DONE),
        (lambda x: -shift(x), Kind.KNOWN_MISTAKE),
        (lambda x: x[7], Kind.ERROR),
        (changing, Kind.CHANGED),
        (lambda x: shift(x) + random.random(), Kind.UNSTEADY),
        (lambda x: print(x), Kind.PRINTED),
        (lambda x: None, Kind.FORM),
        (lambda x: shift(x).reshape(-1, 1), Kind.FORM),
        (lambda x: 2 * shift(x), Kind.NUMBERS),
        (lambda x: x**2, Kind.VALUE),
    ],
)
def test_a_finding_has_its_kind_so_that_nobody_reads_its_sentence(function, kind):
    finding = found(function, KNOWN)
    assert (finding and finding.kind) is kind


def test_every_value_is_decoded_once(monkeypatch):
    decoded = []
    monkeypatch.setattr(findings, "decode", lambda data: decoded.append(1) or decode(data))
    outcomes = checks.run(lambda x: x + 0.375, KNOWN)
    examine(KNOWN, outcomes)
    all_three = 3 * len(KNOWN["cases"])  # an argument, the expected value and the function's
    assert len(decoded) == all_three + len(KNOWN["mistakes"])  # which differ in the first case already


def test_a_known_mistake_is_recognised_on_a_processor_that_rounds_its_last_digits_in_another_way():
    """Though the task asks for whole numbers, and so has no tolerance."""
    parts = task("x", [([1.5], 4, 3.7 / 1.1), ([2.5], 8, 7.7 / 1.1)], 0, 0, ["Steps are whole numbers: round up."])
    assert sentence(lambda x: (3.7 if x < 2 else 7.7) / 1.1 * (1 + 1e-10), parts) == parts["mistakes"][0]
    assert sentence(lambda x: 4.0 if x < 2 else 8, parts) is None


def test_a_known_mistake_is_matched_by_its_changed_arguments_too():
    aware = json.loads(json.dumps(KNOWN))
    for case in aware["cases"]:
        case["mistakes"][0] = {"value": case["answer"]["value"], "changed": ["x"]}
    aware["mistakes"][0] = "The θ that was passed in is another one now."
    assert sentence(changing, aware) == "The θ that was passed in is another one now."


def test_a_known_mistake_is_matched_by_its_kind_of_error_too():
    aware = json.loads(json.dumps(KNOWN))
    for case in aware["cases"]:
        case["mistakes"][0] = {"raised": {"type": "IndexError"}}
    assert sentence(lambda x: x[7], aware) == "Look at the sign."
    assert sentence(lambda x: {}[7], aware).startswith("stopped with KeyError: 7")


def test_a_known_mistake_is_matched_by_the_frameworks_puzzle_too():
    aware = json.loads(json.dumps(KNOWN))
    for case in aware["cases"]:
        message = "Trying to backward through the graph a second time"
        case["mistakes"][0] = {"raised": {"type": "RuntimeError", "message": message}}

    def stops(message):
        def function(x):
            raise RuntimeError(message)

        return function

    assert sentence(stops("Trying to backward through the graph a second time (or …"), aware) == "Look at the sign."
    assert sentence(stops("grad can be implicitly created only for scalar outputs"), aware).endswith(
        "`backward` starts from one number: call it on a sum or a mean."
    )
    assert sentence(stops("enough"), aware).startswith("stopped with RuntimeError: enough")


def test_a_slip_that_a_single_case_shows_is_not_called_the_only_cause():
    slip, doubt = "a missing root".join(ONE_SLIP), " Only one case differs, so the cause may be something else."

    def said_of(function):
        part = task("x", [([x], x**2, function(x)) for x in (0.5, 2.0, 0.25)], mistakes=[slip])
        cases = [{**case, "mistakes": [], "slips": case["mistakes"]} for case in part["cases"]]
        return sentence(function, {**part, "mistakes": [], "slips": [slip], "cases": cases})

    assert said_of(lambda x: 7.0 if x > 1 else x**2) == slip + doubt
    assert said_of(lambda x: 7.0 + x if x < 1 else x**2) == slip


def test_a_mistake_may_leave_open_what_it_returns_in_a_case():
    open_once = task("x", [([1.0], 2.0, 3.0), ([2.0], 4.0, ...), ([3.0], 6.0, 9.0)], mistakes=["Three times."])
    assert sentence(lambda x: 3 * x, open_once) == "Three times."
    assert sentence(lambda x: 3 * x if x != 2 else None, open_once) == "Three times."
    assert sentence(lambda x: 3 * x if x != 3 else 7.0, open_once) != "Three times."
    assert sentence(lambda x: 3 * x if x != 2 else 1 / 0, open_once) != "Three times."


def test_of_several_results_a_mistake_may_leave_one_open():
    pair = task("x", [([k], (k + 1.0, 2.0 * k)) for k in (1.0, 2.0, 3.0)], mistakes=["One too many."])
    for case in pair["cases"]:
        case["mistakes"] = [{"value": encode([case["arguments"][0] + 2.0, ...])}]
    assert sentence(lambda x: (x + 2, 7.5), pair) == "One too many."
    assert sentence(lambda x: (x + 2, None), pair) == "One too many."
    assert sentence(lambda x: (x + 1, 7.5), pair) != "One too many."
    assert sentence(lambda x: (x + 2, 7.5, 1.0), pair) != "One too many."
    assert sentence(lambda x: x + 2, pair) != "One too many."


LINES = task(
    "x b",
    [
        ([A(1.0, 2.0), 3.0], A(4.0, 5.0)),
        ([A(5.0), 0.0], A(5.0)),
        ([A(2.0, 7.0, 1.0), 9.0], A(11.0, 16.0, 10.0)),
    ],
)


def test_an_amount_that_is_added_to_all_entries_is_told_from_one_that_is_not():
    said = "is off by the same amount in every entry, but that amount differs from case to case"
    assert said in sentence(lambda x, b: x + 2 * b, LINES)
    assert said not in sentence(lambda x, b: x + b * np.arange(len(x)), LINES)


def test_a_path_that_is_wrong_from_its_first_step_on_is_told_so_and_not_where_it_has_no_step():
    halves = lambda start, n: start * 0.5 ** np.arange(n + 1)[:, None]  # noqa: E731
    paths = task("start n", [([A(x), n], halves(A(x), n)) for x, n in [(1.5, 3), (2.5, 0), (-4.5, 2), (3.0, 5)]])
    said = "the result differs already in row [1], the first that is computed: work that one out by hand, and compare."
    assert (
        sentence(
            lambda start, n: start * 0.25 ** np.arange(n + 1)[:, None] + 0.1 * (np.arange(n + 1)[:, None] > 0), paths
        )
        == said
    )
    assert said not in sentence(lambda start, n: halves(start, n) + 0.1 * (np.arange(n + 1)[:, None] > 1), paths)


# ---- numbers in which the arguments can be traced

# moved(theta, lr): theta − lr·theta²
MOVED = task(
    "theta lr",
    [
        ([A(x, y), lr], A(x - lr * x**2, y - lr * y**2))
        for x, y, lr in [(1.5, 2.0, 0.1), (-3.0, 0.5, 0.25), (2.5, 4.0, 0.03), (1.0, 7.0, 0.4), (3.5, -1.0, 0.7)]
    ],
)
# area(a, b): a·b of two lengths
AREA = task("a b", [([a, b], a * b) for a, b in [(1.5, 2.5), (0.7, 3.0), (4.0, 0.3), (2.2, 1.1), (5.0, 6.5)]])
# inverse(x): 1/x
INVERSE = task("x", [([x], 1 / x) for x in (1.5, 2.3, 3.0, 0.6, 7.0, 60.0)])
# halves(start, n): n times half of the point before
HALVES = task(
    "start n",
    [
        ([A(x, y), n], A(x, y) * 0.5 ** np.arange(n + 1)[:, None])
        for x, y, n in [(1.5, 2, 3), (2.5, 1, 0), (-4.5, 3, 2), (3, 8, 5), (4, 6, 2)]
    ],
)


def halves_but(first):
    """The path with a first step that first(start) gives, and halves after it."""

    def path(start, n):
        points = start * 0.5 ** np.arange(n + 1)[:, None]
        points[1:] = (start + first(start)) * 0.5 ** np.arange(n)[:, None]
        return points

    return path


TRACED = {
    "a factor too many": (AREA, lambda a, b: 3 * a**2 * b, "is 3 · a times what it should be, in every case."),
    "one for another": (AREA, lambda a, b: a**2, "is a/b times what it should be, in every case."),
    "what is left of 1": (
        task("x share", [([x, q], x) for x, q in [(2.0, 0.1), (3.5, 0.25), (1.5, 0.6), (-7.0, 0.9)]]),
        lambda x, share: x * (1 - share),
        "is (1 − share) times what it should be, in every case.",
    ),
    "a step of another length": (
        MOVED,
        lambda theta, lr: theta - lr**2 * theta**2,
        "moves away from theta lr times as far as it should, in every case.",
    ),
    "a term too many": (
        MOVED,
        lambda theta, lr: theta - lr * theta**2 - lr * theta,
        "is the right one minus lr · theta, in every case.",
    ),
    "a term missing": (
        MOVED,
        lambda theta, lr: -lr * theta**2,
        "is the right one minus theta, in every case.",
    ),
    "a first step that is too short": (
        HALVES,
        halves_but(lambda start: -0.25 * start),
        "goes wrong at once: from row [0] to row [1] it moves 0.5 times as far as it should, in every case.",
    ),
    "a first step that is wrong in a column": (
        HALVES,
        halves_but(lambda start: start * A(-0.5, 0.5)),
        "goes wrong at once: from row [0] to row [1], in column [1], it moves backwards, and as far as it should, in "
        "every case.",
    ),
    "a first step that is right in one column": (
        HALVES,
        halves_but(lambda start: start * A(-0.5, 0.0) + A(0.0, 0.3)),
        "goes wrong at once: row [1] is right in column [0] alone.",
    ),
    "a first step of another length": (
        HALVES,
        halves_but(lambda start: -start * np.exp(-start[0])),
        "goes wrong at once: from row [0] to row [1] it moves in the right direction, but not by the right distance.",
    ),
    "another start": (
        HALVES,
        lambda start, n: start[0] ** 2 + 1.1 ** np.arange(n + 1)[:, None] * A(1, 3.5),
        "does not begin with start: look at row [0].",
    ),
    "another start than 0": (
        task("n", [([n], np.arange(n + 1)[:, None] * A(0.5, 2)) for n in (1, 3, 4, 6)]),
        lambda n: np.arange(n + 1)[:, None] ** 2 + A(1.5, 2.0),
        "differs already in row [0], where it starts.",
    ),
    "one value for all that is wrong": (
        MOVED,
        lambda theta, lr: np.where(theta > 1.9, 0.0, theta - lr * theta**2),
        "is 0.0 wherever it is wrong.",
    ),
    "one whole number for all that is wrong": (
        task("n", [([n], n // 3) for n in range(1, 9)]),
        lambda n: -1 if n % 2 else n // 3,
        "is -1 wherever it is wrong.",
    ),
    "a search in equal steps": (
        INVERSE,
        lambda x: np.ceil(100 / x) / 100,
        "is a multiple of 0.01 in every case, which the right value need not be. Is something rounded, or did you "
        "try such values in turn?",
    ),
    "a search in equal steps that ends too early": (
        INVERSE,
        lambda x: min(np.ceil(100 / x) / 100, 0.5),
        "is a multiple of 0.01 in every case, which the right value need not be. Is something rounded, or did you "
        "try such values in turn?",
    ),
    "numbers with few decimals that are far from the right ones": (
        INVERSE,
        lambda x: np.ceil(100 / x) / 100 + (x > 5) / 50,
        "is too large in every case.",
    ),
    "nothing written after the first turn": (
        task("n", [([n], np.arange(n) + 1.5) for n in (3, 5, 1, 8)]),
        lambda n: np.append(1.5, np.zeros(n - 1)),
        "is 0 from entry [1] on, in every case. Does the loop end there, or is `return` inside it?",
    ),
    "an argument where it is wrong": (
        MOVED,
        lambda theta, lr: np.where(theta > 1.9, theta, theta - lr * theta**2),
        "holds an entry of theta, unchanged, wherever it is wrong.",
    ),
    "a count that is sometimes one too many": (
        task("n", [([n], n // 3) for n in range(1, 8)]),
        lambda n: -(-n // 3),
        "is one too many in 5 of 7 cases, and right in the others. A formula that is a little off would do this, and "
        "so would wrong rounding or the last turn of a loop.",
    ),
    "some signs": (
        MOVED,
        lambda theta, lr: abs(theta - lr * theta**2) * np.sign(theta),
        "has entries of the right size, but some of them have the wrong sign.",
    ),
    "the right norm": (
        MOVED,
        lambda theta, lr: (theta - lr * theta**2) @ A([0.6, -0.8], [0.8, 0.6]),
        "has the right norm, but not the right direction.",
    ),
}  # fmt: skip


@pytest.mark.parametrize(("task", "function", "expected"), TRACED.values(), ids=TRACED)
def test_what_the_arguments_have_to_do_with_wrong_numbers_is_named(task, function, expected):
    assert sentence(function, task) == f"the result {expected}"


def test_a_sum_that_known_mistakes_keep_too_is_not_called_right():
    shares = [([x], A(x, 1 - x), A(1 - x, x), A(0.5, 0.5)) for x in (0.1, 0.2, 0.35, 0.7)]
    is_right = "has the right sum in every case, although its entries differ."
    assert is_right in sentence(lambda x: A(x**2, 1 - x**2), task("x", [case[:2] for case in shares]))
    assert is_right not in sentence(lambda x: A(x**2, 1 - x**2), task("x", shares, mistakes=["Swapped.", "Even."]))


def test_results_that_are_wrong_by_one_factor_are_told_together():
    both = task("x", [([x], [x, x**2]) for x in (1.5, 2.25, 4.0, 0.3)])
    assert sentence(lambda x: (x * np.exp(x), x**2 * np.exp(x)), both) == (
        "result 1 of 2 and result 2 of 2 are wrong by one and the same factor, which differs from case to case: "
        "relative to each other they are right."
    )


def test_results_of_which_one_is_right_in_a_case_are_not_wrong_by_one_factor():
    both = task("x", [([x], [x, max(x - 1, 0.0)]) for x in (0.5, 1.5, 2.25, 4.0, 7.0)])
    function = lambda x: (x * np.exp(x), max(x - 1, 0.0) * np.exp(x))  # noqa: E731
    assert "one and the same factor" not in sentence(function, both)


def test_what_is_no_result_of_any_task_is_shown_in_words():
    assert show(Foreign("generator")) == "a `generator`"


def test_slips_are_told_in_order_and_what_a_longer_one_begins_with_is_not():
    slips = ["a wrong sign", "a missing term", "a missing term `b`"]
    assert alternatives(slips) == "a missing term `b`, or a wrong sign"


def test_a_text_cut_after_a_word_has_one_space_before_the_ellipsis():
    assert shorten("four five six", 4) == shorten("four five six", 5) == "four …"


# ---- two things wrong at once

CUBED = "You cube x."
CUBES = task("x", [([x], x**2 + 1, x**3, 2 * (x**2 + 1)) for x in (1.5, 2.25, 4.0, 0.3)], mistakes=[CUBED, "Twice."])
PAIRS = task(
    "x",
    [([x], [x + 1, x**2 + 1], [x + 1, x**3], [np.exp(x), 0.5], [x - 3.5, x**4 + x]) for x in (1.5, 2.25, 4.0, 0.3)],
    mistakes=["The sum is right, but you cube x.", "You take the exponential.", "You subtract."],
)


def test_a_known_mistake_is_found_under_a_pattern():
    assert sentence(lambda x: -(x**3), CUBES) == (
        f"two things show, which may have one cause. {CUBED} Beyond that, the result has the right size and the wrong "
        "sign, in every case."
    )


def test_a_pattern_that_the_right_values_have_as_well_is_not_named_beside_a_mistake():
    """A symmetric matrix may be filled by rows or by columns, and a number above 0 has no sign to lose."""
    numbers = (1.5, 2.25, 4.0, 0.3)
    symmetric = task("x", [([x], A([x, 2], [2, x**2]), A([x, x], [5, x])) for x in numbers], mistakes=["Mixed."])
    other = task("x", [([x], A([x, 2], [x, x**2]), A([x, x], [5, x])) for x in numbers], mistakes=["Mixed."])
    assert "transposed" not in sentence(lambda x: A([x, 5], [x, x]), symmetric)
    assert "Mixed. Beyond that, the result is transposed" in sentence(lambda x: A([x, 5], [x, x]), other)
    sizes = task("x", [([x], x**2 + 1, -(x**3)) for x in numbers], mistakes=[CUBED])
    assert "lost its sign" not in sentence(lambda x: x**3, sizes)


def test_a_number_below_0_is_called_neither_too_large_nor_too_small():
    costs = task("x", [([x], -2 * x) for x in (1.5, 2.25, 4.0, 0.3)])
    assert sentence(lambda x: -2 * x + np.exp(x), costs) == "the result is above the expected value in every case."
    assert sentence(lambda x: -2 * x * (x < 4), costs) == (
        "the result is 0 in 1 of 4 cases, where another number is expected."
    )


def test_a_mistake_under_a_pattern_is_told_without_its_praise_of_the_rest():
    cases = [([x], [x + 1, x**2 + 1], [x + 1, x**3]) for x in (1.5, 2.25, 4.0, 0.3)]
    told = sentence(lambda x: (x + 1, -(x**3)), task("x", cases, mistakes=["The sum is right, but you cube x."]))
    assert told.startswith("two things are wrong. You cube x. Once that is fixed, result 2 of 2 has the right size and")


def test_a_mistake_that_is_a_pattern_itself_is_not_named_with_another_one():
    assert "Twice." not in sentence(lambda x: 1 / (2 * (x**2 + 1)) ** 0.5, CUBES)


def test_a_mistake_that_would_get_a_right_result_wrong_is_not_found_in_another():
    assert "exponential" not in sentence(lambda x: (x + 1, 0.5), PAIRS)
    assert "exponential" in sentence(lambda x: (x + 2.5 * x**2, 0.5), PAIRS)


def test_a_mistake_is_not_found_under_a_pattern_that_takes_it_back():
    means = [([x, n], x / n, x) for x, n in [(1.5, 2), (2.25, 3), (4.0, 5), (0.3, 2), (7.0, 4)]]
    assert "Undivided." not in sentence(lambda x, n: x / 2, task("x n", means, mistakes=["Undivided."]))


def test_nothing_is_made_of_a_mistake_beside_which_it_is_nothing():
    divided = task(
        "x", [([x], x**2 + 1, 1e17 * x) for x in (1.5, 2.25, 4.0, 0.3)], mistakes=["You divide by almost 0."]
    )
    assert "almost 0" not in sentence(lambda x: np.exp(x), divided)


def test_known_mistakes_are_found_in_single_results_without_what_they_say_of_the_others():
    assert sentence(lambda x: (np.exp(x), x**3), PAIRS) == (
        "result 1 of 2, taken alone, is what this mistake gives: “You take the exponential.” "
        "Result 2 of 2, taken alone, is what this mistake gives: “You cube x.”"
    )


def test_a_greek_letter_stays_small_at_the_beginning_of_what_is_left_of_a_sentence():
    greek = {**PAIRS, "mistakes": ["The sum is right, but α is cubed.", *PAIRS["mistakes"][1:]]}
    assert "“α is cubed.”" in sentence(lambda x: (np.exp(x), x**3), greek)


def test_a_known_mistake_that_calls_another_result_right_is_not_found_in_a_single_one():
    praising = {**PAIRS, "mistakes": ["The sum is right and x cubed.", *PAIRS["mistakes"][1:]]}
    assert "right" not in sentence(lambda x: (x**0.3, x**3), praising)


def test_nothing_is_found_of_which_only_a_factor_near_0_is_left():
    huge = task("x", [([x], x, 1e17 * x) for x in (1.5, 2.25, 4.0, 0.3)], mistakes=["Huge."])
    assert "Huge." not in sentence(lambda x: x**2, huge)


def test_a_slip_is_found_in_a_single_result():
    sliding = {**PAIRS, "slips": ["a missing root".join(ONE_SLIP)], "cases": [
        {**case, "slips": [{"value": {"list": [case["answer"]["value"]["list"][0], np.log(k + 2.0)]}}]}
        for k, case in enumerate(PAIRS["cases"])
    ]}  # fmt: skip
    logarithms = dict(zip((1.5, 2.25, 4.0, 0.3), np.log(np.arange(4) + 2.0), strict=True))
    assert sentence(lambda x: (x * 3 - x**3, logarithms[x]), sliding) == (
        "result 2 of 2, taken alone, is what a correct function with one slip gives: a missing root."
    )


def test_a_case_is_shown_in_which_the_result_that_is_spoken_of_is_wrong():
    cases = [([x], [x + 1, x**2 + 1], [x + 1, x**3]) for x in (1.5, 2.25, 4.0, 0.3)]
    unseen_at_first = task("x", [([1.1], *[[2.1, 2.21]] * 2), *cases], mistakes=[CUBED])
    finding = found(lambda x: (x**0.3, 2.21 if x == 1.1 else x**3), unseen_at_first)
    assert finding.sentence.startswith("result 2 of 2, taken alone") and finding.case == 1


def test_a_mistake_that_shows_in_one_case_alone_is_not_found_in_a_single_result():
    rare = task(
        "x",
        [([x], [x + 1, x**2 + 1], [x + 1, x**3 if x > 3 else x**2 + 1]) for x in (1.5, 2.25, 4.0, 0.3)],
        mistakes=[CUBED],
    )
    assert CUBED not in sentence(lambda x: (x**5, x**3 if x > 3 else x**2 + 1), rare)


def test_a_result_that_is_right_in_every_case_is_named_where_little_is_known_of_another():
    def faster(theta, velocity):
        return theta + velocity / 2 - theta, velocity / 2 - theta + velocity**2 * theta

    assert (
        sentence(faster, MOVE) == "result 2 of 2 differs from the expected value. Result 1 of 2 is right in every case."
    )


def test_a_result_is_not_called_nearly_right_after_one_case():
    one = task("x", [([x], x) for x in (0.0, 1.0, 2.0)])
    assert "nearly right" not in sentence(lambda x: x + (x == 2) * 1e-4, one)


def test_a_nearly_right_result_is_recognised_where_0_is_expected_too():
    zeros = task("x", [([A(1.0, 2.0)], A(0.0, 1.0)), ([A(3.0, 4.0)], A(2.0, 3.0))])
    assert "is nearly right: it agrees with the expected value to 5 digits" in sentence(
        lambda x: x - 1 + 2e-6 * x, zeros
    )
    nothing = task("x", [([A(1.0, 1.0)], A(0.0, 0.0)), ([A(3.0, 4.0)], A(2.0, 3.0))])
    assert "nearly right" not in sentence(lambda x: x - 1 + 2e-6 * x, nothing)


# ---- no wrong reason: a sentence is said only if it holds in every case that can show it


def depending(first, then):
    """A function that does one thing for an argument of one entry, and another for a longer one."""
    return lambda x: first(x) if np.size(x) < 2 else then(x)


def conjugates(x):
    return numbers.Complex.conjugate(x)


SQUARES = task(
    "x",
    [
        ([A(1.0)], A([1.0, 2.0], [3.0, 4.0])),
        ([A(2.0, 3.0)], A([2.0, 5.0], [7.0, 9.0])),
        ([A(2.0, 5.0, 1.0)], A([1.0, 5.0, 2.0], [3.0, 9.0, 4.0], [8.0, 6.0, 7.0])),
    ],
)
SQUARE = {len(case["arguments"][0]["array"]): decode(case["answer"]["value"]) for case in SQUARES["cases"]}


def square(x):
    return SQUARE[len(x)]


COUNTEREXAMPLES = {
    "the same in two cases, and right in one of two arguments that differ": (
        task("x y", [([x, y], x * y) for x, y in [(A(1.5, 0.5), 2.0), (A(2.5, 3.5), 3.0)]]),
        lambda x, y: A(0.25, 8.5),
        "should depend",
    ),
    "in other places in some cases, and with other numbers in one": (
        task("n", [([n], [n - 1.5, 2.0**n, np.arange(n) / 3]) for n in (5, 6, 7)]),
        lambda n: [np.pi**n if n == 6 else n - 1.5, 2.0**n, np.arange(n)[::-1] / 3],
        "wrong places",
    ),
    "transposed in one case only": (
        SQUARES,
        depending(lambda x: square(x).T, lambda x: square(x) + x[0] * np.eye(len(square(x)))),
        "transposed",
    ),
    "right though it is not symmetric, so not transposed": (
        SQUARES,
        depending(lambda x: square(x).T, square),
        "transposed",
    ),
    "of another shape, transposed in one case only": (
        TABLE,
        lambda x: table(x).T if len(x) == 2 else table(x).T + 1.5,
        "transposed",
    ),
    "too many at the end in one case, at the start in another": (
        PREFIXES,
        depending(lambda x: np.append(prefixes(x), 7.0), lambda x: np.append(7.0, prefixes(x))),
        "at the",
    ),
    "too many, and all the same": (
        task("x", [([A(1.5)], A(0.0, 0.0)), ([A(2.5)], A(3.0, 3.0))]),
        lambda x: np.full(3, 0.0 if x[0] < 2 else 3.0),
        "There is one",
    ),
    "(n, n) by the chance of n = 2": (
        task("x", [([A(1.5, 2.5)], A(1.0, 2.0)), ([A(2.5, 3.5)], A(3.0, 4.0))]),
        lambda x: np.ones((2, 2)),
        "combine to (n, n)",
    ),
    "(n, n) as a tuple": (
        SHIFT,
        lambda x: tuple(x + k for k in range(len(x))),
        "combine to (n, n)",
    ),
    "(n, n) as a diagonal matrix": (SHIFT, lambda x: np.diag(x**2), "combine to (n, n)"),
    "(n, n) in one case only": (
        SHIFT,
        lambda x: np.ones((3, 3)) if len(x) == 3 else np.ones((7, 2)),
        "combine to (n, n)",
    ),
    "n times too large by the chance of two cases": (
        task("x", [([A(1.0, 2.0)], 1.5), ([A(2.0, 3.0, 5.5)], 3.5)]),
        lambda x: np.mean(x) * len(x),
        "n times",
    ),
    "rounded to 4 decimal places, the last of which is 0": (
        task("x", [([0.1], 0.12304), ([0.7], 2.45702)]),
        lambda x: 0.123 if x < 0.5 else 2.457,
        "to 3",
    ),
    "n times too large, n being another count too": (
        task("x n", [([A(*range(1, n)), n - 1], 1.5 * n) for n in (3, 4, 6)]),
        lambda x, n: 1.5 * (n + 1) * n,
        "n times",
    ),
    "n times too large, n being the number of columns too": (
        task("x", [([np.ones((n, n))], 1.5 * n) for n in (2, 3, 5)]),
        lambda x: 1.5 * len(x) ** 2,
        "n times",
    ),
    "right only where the start was passed in": (
        task("start n", [([A(1.5, 2.0), n], np.outer(np.arange(1.0, n), A(1.5, 2.0))) for n in (4, 5, 7)]),
        lambda start, n: np.outer(np.arange(1.0, n) ** 2, start),
        "right",
    ),
    "one step from the start, of which only the start is right": (
        task("start", [([A(x)], A([x], [2 * x])) for x in (1.5, 2.0, 7.0)]),
        lambda start: np.array([start, start**2 + 7]),
        "right",
    ),
    "as far as it goes right in one case, other numbers in another": (
        PREFIXES,
        lambda x: prefixes(x)[:1] if len(x) == 1 else prefixes(x) + 1,
        "right",
    ),
    "rows that repeat, but another one than the last": (
        TABLE,
        lambda x: np.array([[1.0, x[0]]] * len(x)),
        "same array",
    ),
    "n times too large in one case only": (MEAN, lambda x: np.mean(x) * (2 if len(x) == 2 else 7), "n times"),
    "the wrong sign in one case only": (SHIFT, depending(lambda x: -shift(x), shift), "wrong sign"),
    "the wrong sign in one case, another value in another": (
        SHIFT,
        depending(lambda x: -shift(x), lambda x: x**2),
        "wrong sign",
    ),
    "0 in one case only": (SHIFT, depending(lambda x: 0 * x, lambda x: x**2), "is 0"),
    "one too many in one case only": (COUNT, lambda x: len(x) + (len(x) > 1), "too many"),
    "swapped in one case only": (SPLIT, lambda x: (x // 1, x % 1) if x > 2 else split(x), "swapped"),
    "whole numbers that are the signs": (
        task("x", [([0.7], 0.6), ([-0.7], -0.6), ([0.8], 0.7)]),
        lambda x: float(np.sign(x)),
        "decimals",
    ),
    "the argument in one case only": (SHIFT, depending(lambda x: x, lambda x: x**2), "argument x"),
    "returned early though right for short ones": (
        TABLE,
        lambda x: table(x)[:2] if len(x) == 2 else np.ones((5, 2)),
        "inside the loop",
    ),
    "None in a tuple": (SPLIT, lambda x: (None, x // 1), "path through the function"),
    "None without printing": (SHIFT, returning(None), "prints"),
    "None in one case though it prints": (SHIFT, depending(lambda x: print(x), lambda x: x**2), "prints"),
    "NotImplementedError of a library": (SHIFT, conjugates, "not done"),
    "right but for the first entry in one case only": (SHIFT, lambda x: abs(shift(x)), "first entry"),
}


@pytest.mark.parametrize(("task", "function", "reason"), COUNTEREXAMPLES.values(), ids=COUNTEREXAMPLES)
def test_a_reason_is_not_given_where_it_does_not_hold(task, function, reason):
    said = sentence(function, task)
    assert said and reason not in said


def test_where_nan_may_come_from_leaves_nothing_out():
    said = sentence(lambda x: shift(x) * np.inf / np.inf, SHIFT)
    assert "∞/∞" in said and "np.empty" in said


LISTS = task("arrays", [([[A(1.5), A(2.5)]], [A(2.5), A(3.5)]), ([[A(4.5)]], [A(5.5)])])


def fills(arrays):
    for k in range(len(arrays)):
        arrays[k] = arrays[k] + 1
    return arrays


def writes(arrays):
    for array in arrays:
        array += 1
    return arrays


@pytest.mark.parametrize("function", [fills, writes, lambda arrays: arrays.append(1) or [a + 1 for a in arrays[:-1]]])
def test_of_a_list_that_is_changed_no_copy_is_advised_that_would_not_help(function):
    said = sentence(function, LISTS)
    assert said.startswith("changes its argument arrays, which the caller still needs.")
    assert "`arrays[k] = …`" in said and "`-=` on a loop variable" in said and "`out=…`" in said
    assert ".copy()" not in said and "Collect new arrays in a new one" in said


def test_of_an_array_that_is_changed_under_another_name_that_is_said():
    def aliases(x):
        result = x
        result += 0.25
        return result

    assert "after `new = x` both names refer to the same array" in sentence(aliases, SHIFT)


def shares(x):
    return x / (len(x) - len(x))


def calls_shares(x):
    return float(shares(list(x)))


ARITY = """
def shift(x):
    return one_more(x, 1)

def one_more(x):
    return x + 1
"""


def test_too_many_arguments_within_the_students_code_are_not_blamed_on_the_line_with_def(tmp_path):
    message = "stopped with TypeError: one_more() takes 1 positional argument but 2 were given"
    read, unread = {}, {}
    exec(compile(ARITY, "<a cell that cannot be read>", "exec"), unread)
    (tmp_path / "cell.py").write_text(ARITY)
    exec(compile(ARITY, str(tmp_path / "cell.py"), "exec"), read)
    assert sentence(read["shift"], SHIFT) == f"{message}, in the line `return one_more(x, 1)`."
    assert sentence(unread["shift"], SHIFT) == f"{message}, in the line `…`."
    assert sentence(lambda: 0, SHIFT).endswith("The check passes x: leave the line with `def` as it was.")


def test_a_stub_whose_source_cannot_be_read_is_not_done():
    namespace = {}
    exec("def shift(x):\n    raise NotImplementedError()", namespace)
    assert found(namespace["shift"], SHIFT).kind is Kind.NOT_DONE


def test_of_an_error_in_another_function_of_the_notebook_that_function_is_named():
    assert sentence(calls_shares, SHIFT) == (
        "stopped with TypeError: unsupported operand type(s) for /: 'list' and 'int', in the line "
        "`return x / (len(x) - len(x))` of shares, which it calls. Lists do not calculate: make an array of it with "
        "`np.array(…)`, or take its entries one by one."
    )


# move(theta, velocity): the new velocity is half of the old one less θ, and θ moves by it
MOVE = task(
    "theta velocity",
    [
        ([t, v], [t + v / 2 - t, v / 2 - t], *([t + factor * v, v / 2 - t] for factor in (2.5, 3.5, 4.5, 5.5)))
        for t, v in [(1.25, 3.0), (-2.5, 4.0), (0.75, -1.0)]
    ],
    mistakes=[f"θ moves by {factor} times the old velocity." for factor in (2.5, 3.5, 4.5, 5.5)],
)


def test_of_several_wrong_results_the_one_is_told_that_the_others_follow_from():
    def slower(theta, velocity):
        velocity = velocity / 3 - theta**2
        return theta + velocity, velocity

    assert sentence(slower, MOVE) == ("result 2 of 2 differs from the expected value. Result 1 of 2 differs too.")
    finding = found(slower, MOVE)
    assert finding.kind is Kind.VALUE and finding.case == 0


def test_of_several_results_that_are_wrong_in_the_same_way_it_is_said_once():
    said = sentence(lambda x: tuple(2 * part for part in split(x)), SPLIT)
    assert said == "result 1 of 2 is twice what it should be, in every case. The same holds for result 2 of 2."


def test_of_several_wrong_results_those_of_the_case_that_is_shown_are_counted():
    rows = task("n", [([n], [A(k + 0.5, n) for k in range(n)]) for n in (2, 3, 9)])
    halves = sentence(lambda n: [A(k + 0.5, n) / 2 for k in range(n)], rows)
    assert halves == "result 1 is half of what it should be, in every case. The same holds for result 2."
    odd = sentence(lambda n: [A(k + 0.5 + (k != 1) * n**k, n) for k in range(n)], rows)
    assert odd.endswith(" Result 2 is right in every case. 7 other results differ in other cases.")


def test_an_argument_that_is_a_number_in_one_case_and_an_array_in_another_has_no_length():
    weighed = task("x", [([x], 2.0 + n) for n, x in enumerate([1.5, A(1.0, 2.0), A(1.0, 2.0, 5.0)])])
    said = sentence(lambda x: (2.0 + [1, 2, 3].index(np.size(x))) * np.size(x) ** 2, weighed)
    assert said == "the result is too large in 2 of 3 cases."


def test_what_differs_in_some_cases_says_in_how_many():
    assert sentence(lambda x: x**2 if len(x) == 3 else shift(x), SHIFT) == (
        "the result differs from the expected value in 1 of 3 cases."
    )


CHOICE = task("x kind", [([x, kind], x * 1.5) for x, kind in [(2.5, "up"), (5.5, "down"), (3.5, "flat"), (0.5, "up")]])
MEANS = task(
    "x weights",
    [
        ([x, weights], float(np.average(x, weights=weights)))
        for x, weights in [
            (A(2.5), A(3)),
            (A(2.5, 7.0), A(2, 2)),
            (A(2.5, 7.0, 1.0), A(4, 4, 4)),
            (A(1.0, 9.0), A(1, 3)),
            (A(3.0, 8.0, 0.0), A(2, 1, 4)),
        ]
    ],
)

PIECES = task("n", [([n], np.split(np.arange(n) + 0.5, range(3, n, 3))) for n in (5, 4, 6, 2)])
COUPLES = task(
    "x y",
    [([x, y], x * y) for x, y in [(A(1.5, 0.5), 2.0), (A(2.5, 3.5), 5.0), (A(2.5, 3.5), 3.0), (A(0.5, 4.0), 3.0)]],
)

MORE = {
    "swapped": (SPLIT, lambda x: (x // 1, x % 1), "results 1 and 2 are swapped."),
    "the argument": (SHIFT, lambda x: x + 0.0, "the result is the argument x, unchanged, in every case."),
    "an array of integers": (
        PREFIXES,
        lambda x: np.arange(len(x) + 1),
        "the result is an array of whole numbers, but decimals are expected.",
    ),
    "without its sign": (
        task("x", [([A(1.5, -2.5)], A(1.0, -3.0)), ([A(0.5, -2.0)], A(0.0, -2.5))]),
        lambda x: abs(x - 0.5),
        "the result has lost its sign: no entry is negative.",
    ),
    "squared": (MEAN, lambda x: np.mean(x) ** 2, "the result is the square of what it should be."),
    "upside down": (
        MEAN,
        lambda x: 1 / np.mean(x),
        "the result is the reciprocal of what it should be: numerator and denominator are swapped.",
    ),
    "in reverse": (PREFIXES, lambda x: prefixes(x)[::-1], "the result holds the right entries in reverse order."),
    "the same everywhere": (
        MEAN,
        lambda x: 1.5,
        "the result is 1.5 in every case. Does it depend on the arguments?",
    ),
    "nearly right": (
        MEAN,
        lambda x: np.mean(x) * (1 + 3e-5),
        "the result is nearly right: it agrees with the expected value to 4 digits, in every case. Look for something "
        "small, such as an ε, a rounded constant, data in float32, or a finite difference in place of a derivative.",
    ),
    "right but for the end": (
        task("n", [([3], np.arange(3.0)), ([5], np.arange(5.0))]),
        lambda n: np.append(np.arange(n - 1.0), n + 0.5),
        "the result is right except for the last entry, wherever it differs.",
    ),
    "ends late in some cases, early in others": (
        task("n", [([n], np.arange(n + 0.0)) for n in (3, 5, 8)]),
        lambda n: np.arange(5.0),
        "the result has shape (5,), but (3,) is expected. It starts out right, but ends too early in some cases "
        "and too late in others: look at what decides where it ends.",
    ),
    "ends late in one case": (
        task("n", [([n], np.arange(n + 0.0)) for n in (3, 5, 8)]),
        lambda n: np.arange(7.0) if n == 3 else np.arange(n + 0.0),
        "the result has shape (7,), but (3,) is expected. It starts out right, but ends too late in 1 of 3 cases: "
        "look at what decides where it ends.",
    ),
    "the last of several results filled up": (
        PIECES,
        lambda n: list(np.append(np.arange(n) + 0.5, np.zeros(-n % 3)).reshape(-1, 3)),
        "result 2 has shape (3,), but (2,) is expected: one entry too many. It starts out right, but ends too late in "
        "3 of 4 cases: look at what decides where it ends.",
    ),
    "the same whatever one argument is": (
        COUPLES,
        lambda x, y: np.exp(x) + x[0] * x[1],
        "the result is the same in two cases that differ only in y: it should depend on y.",
    ),
    "shuffled, then cut": (
        PIECES,
        lambda n: np.split(np.random.default_rng(0).permutation(n) + 0.5, range(3, n, 3)),
        "the results, taken together, hold the right entries in the wrong places.",
    ),
    "one array in every row": (
        TABLE,
        lambda x: np.array([[0.0, x[0]]] + [table(x)[-1]] * (len(x) - 1)),
        "the result repeats its last row: the list holds one array many times, and each change of that array, as by "
        "`-=`, changes all its rows. Make a new array at each step, or append a copy.",
    ),
    "on the diagonal": (
        task("x", [([x], A([x, 1.5], [2.5, x])) for x in (0.5, 3.5)]),
        lambda x: A([x, 9.5], [3.0, x]),
        "the result is right only on the diagonal, in every case.",
    ),
    "off the diagonal": (
        task("x", [([x], A([x, 1.5], [2.5, x])) for x in (0.5, 3.5)]),
        lambda x: A([x**2, 1.5], [2.5, 7.5]),
        "the result is right except on the diagonal, in every case.",
    ),
    "one column": (
        TABLE,
        lambda x: table(x) ** A(1.0, 2.0) + A(0.0, 0.5),
        "the result is wrong in column [1], and right elsewhere.",
    ),
    "in proportion": (
        SHIFT,
        lambda x: shift(x) * x[0],
        "the result is the right one times a factor that differs from case to case.",
    ),
    "right but for the end where it differs": (
        task("n", [([n], np.arange(n + 0.0)) for n in (2, 3, 5)]),
        lambda n: np.append(np.arange(n - 1.0), n + 0.5 if n > 2 else 1.0),
        "the result is right except for the last entry, wherever it differs.",
    ),
    "right for one value of an argument": (
        CHOICE,
        lambda x, kind: x * 1.5 if kind == "up" else x**2,
        "the result is right in every case with 'up' for kind, and wrong in every other case.",
    ),
    "wrong for one value of an argument": (
        CHOICE,
        lambda x, kind: x**2 if kind == "flat" else x * 1.5,
        "the result is wrong in the only case with 'flat' for kind, and right in every other case.",
    ),
    "right for one value of an argument, and in proportion for the others": (
        task("x kind", [([A(x, 2.0), kind], A(x, 2.0)) for x, kind in [(2.5, "up"), (5.5, "down"), (1.5, "down")]]),
        lambda x, kind: x if kind == "up" else x * x[0],
        "the result is right in the only case with 'up' for kind, and wrong in every other case.",
    ),
    "right for entries that are equal": (
        MEANS,
        lambda x, weights: np.mean(x),
        "the result is right in every case with one entry or equal entries in weights, and wrong in every other case.",
    ),
    "right for entries that are equal, none being single": (
        {**MEANS, "cases": MEANS["cases"][1:]},
        lambda x, weights: np.mean(x),
        "the result is right in every case with equal entries in weights, and wrong in every other case.",
    ),
    "right for two arguments with one entry": (
        MEANS,
        lambda x, weights: x[0] + len(x) ** 2 - 1,
        "the result differs from the expected value in 4 of 5 cases.",
    ),
    "right for parts that are single": (
        task(
            "parts",
            [
                ([parts], sum(map(len, parts)) + 0.5)
                for parts in ([A(1)], [A(1), A(2, 3)], [A(1, 2), A(3)], [A(4, 5, 6)])
            ],
        ),
        lambda parts: len(parts[0]) + 0.5 - (len(parts) - 1) ** len(parts[0]),
        "the result is right in every case with one entry in parts, and wrong in every other case.",
    ),
    "right at a number": (
        task("x n", [([x, n], x**n) for x, n in [(1.5, 0), (2.5, 1), (1.25, 1), (0.5, 2)]]),
        lambda x, n: x if n else x + 2.25,
        "the result is right in every case with 1 for n, and wrong in every other case.",
    ),
    "a string that is never right": (
        KIND,
        lambda x: "rising" if x > 0 else "sinking",
        "the result is 'sinking', which is not the answer in any case. Is it spelled as in the task?",
    ),
    "from another place": (
        task("start n", [([A(x), n], np.arange(n)[:, None] + A(x)) for x, n in [(1.5, 4), (2.5, 2), (4.5, 3)]]),
        lambda start, n: np.arange(n)[:, None] ** 2 + 7 / start,
        "the result does not begin with start: look at row [0].",
    ),
    "too large": (COUNT, lambda x: len(x) ** 2 + 1, "the result is too large in every case."),
    "too small in some cases": (COUNT, lambda x: min(len(x), 2), "the result is too small in 1 of 3 cases."),
    "one string too often": (
        task(
            "x", [([x], kind) for x, kind in [(1.5, "up"), (0.0, "flat"), (-1.0, "down"), (-2.5, "down"), (2.5, "up")]]
        ),
        lambda x: "flat" if x == 0 else "up",
        "the result is 'up' in 2 of 5 cases where it should not be, and right in the others: look at what leads to it.",
    ),
    "from some place on": (
        task("n", [([4], np.arange(4.0)), ([5], np.arange(5.0))]),
        lambda n: np.where(np.arange(n) > 1, np.arange(n) ** 1.5, np.arange(n)),
        "the result starts out right: entry [2] is the first that differs.",
    ),
    "returned inside the loop": (
        task("n", [([n], np.arange(n + 1.0)[:, None] * 0.5) for n in (2, 4, 5)]),
        lambda n: np.arange(2.0)[:, None] * 0.5,
        "the result has shape (2, 1), but (3, 1) is expected. It never gets beyond 2 rows: is `return` "
        "inside the loop?",
    ),
    "returned inside the loop, which need not run": (
        task("n", [([n], np.arange(n + 1.0)[:, None] * 0.5) for n in (2, 4, 0, 5)]),
        lambda n: np.arange(2.0)[:, None] * 0.5 if n else None,
        "the result has shape (2, 1), but (3, 1) is expected. It never gets beyond 2 rows: is `return` inside the "
        "loop?",
    ),
    "a diagonal matrix": (
        SHIFT,
        lambda x: np.diag(shift(x)),
        "the result has shape (3, 3), but (3,) is expected. It is a diagonal matrix, and its diagonal is right.",
    ),
    "the diagonal of a matrix": (
        task("x", [([x], A([x, 1.5], [2.5, 3 * x])) for x in (0.5, 3.5)]),
        lambda x: A(x, 3 * x),
        "the result has shape (2,), but (2, 2) is expected. Only the diagonal is there.",
    ),
    "an array of one": (
        MEAN,
        lambda x: A(np.mean(x)),
        "the result is an array of shape (1,), but a plain number is expected. Its only entry is right: `.item()` "
        "extracts it.",
    ),
    "the path for its end": (
        MEAN,
        lambda x: A(7.5, np.mean(x)),
        "the result is an array of shape (2,), but a plain number is expected. Its last entry is right.",
    ),
}


@pytest.mark.parametrize(("task", "function", "expected"), MORE.values(), ids=MORE)
def test_a_pattern_that_holds_in_every_case_is_named(task, function, expected):
    assert sentence(function, task) == expected


def test_a_result_is_not_counted_among_others_whose_number_changes_from_case_to_case():
    halves = task("x", [([x], [x / 2] * int(x)) for x in (1.0, 2.0, 3.0)])
    said = sentence(lambda x: [x / 2 + x**3, *[x / 2] * (int(x) - 1)], halves)
    assert said.startswith("result 1 ") and not said.startswith("result 1 of")


# ---- the ragged case


def test_a_return_inside_the_loop_of_a_descent_is_told():
    checks_json = Path(__file__).parents[1] / "exercises" / "07_pytorch_sgd" / "checks.json"
    fit_line = checks.read(checks_json)["tasks"]["fit_line_pytorch"]

    def returns_early(x, y, w, b, lr, steps):
        costs = []
        for _ in range(steps):
            r = w * x + b - y
            costs.append(np.mean(r**2))
            w, b = w - lr * 2 * np.mean(r * x), b - lr * 2 * np.mean(r)
            return w, b, np.array(costs)
        return w, b, np.array(costs)

    finding = found(returns_early, fit_line)
    assert finding.sentence.startswith("result 3 of 3 has shape (1,), but ")
    for first in (0.5, None, (1.0, 2.0), np.ones(3), [[1.0], [2.0, 3.0]]):
        outcomes = checks.run(lambda *_, first=first: first, fit_line)
        finding = examine(fit_line, outcomes)
        assert checks.complaint("fit_line", fit_line, finding, outcomes).startswith("fit_line: ")


def test_batches_with_strides_are_told():
    checks_json = Path(__file__).parents[1] / "exercises" / "04_batch_stochastic_minibatch" / "checks.json"
    split_into_batches = checks.read(checks_json)["tasks"]["split_into_batches"]
    for function in (
        lambda order, batch_size: [order[k::batch_size] for k in range(batch_size)],
        lambda order, batch_size: [list(order[k : k + batch_size]) for k in range(len(order))],
        lambda order, batch_size: order.tolist(),
        lambda order, batch_size: np.array(order, dtype=object),
    ):
        outcomes = checks.run(function, split_into_batches)
        finding = examine(split_into_batches, outcomes)
        assert checks.complaint("split", split_into_batches, finding, outcomes).startswith("split: ")


# ---- the case that shows it


def test_a_long_result_is_shown_at_the_entry_that_differs_first():
    long = task("n", [([30], np.arange(30.0)), ([25], np.arange(25.0))])
    outcomes = checks.run(lambda n: np.where(np.arange(n) == 17, -1.5, np.arange(n)), long)
    assert example("count", long, 0, outcomes) == (
        "count(n=30)\nThe first difference is in entry [17]:\ngave      -1.5\nexpected  17.0"
    )


def test_of_several_long_results_the_one_that_differs_is_shown():
    path = [[float(k), 1.5 * k] for k in range(12)]
    both = task("n", [([12], [0.5, np.array(path)])])
    wrong = np.array(path)
    wrong[7, 1] = 4.0
    outcomes = checks.run(lambda n: (0.5, wrong), both)
    assert example("fit", both, 0, outcomes) == (
        "fit(n=12)\nThe first difference is in result 2 of 2, row [7]:\ngave      [7.0, 4.0]\nexpected  [7.0, 10.5]"
    )


def test_a_result_too_long_for_a_line_is_shown_at_the_place_that_differs():
    parts = [list(np.arange(9) + 0.12345), list(np.arange(9) + 0.54321)]
    two = task("n", [([9], [np.array(part) for part in parts])])
    outcomes = checks.run(lambda n: (parts[0], [0.25, *parts[1][1:]]), two)
    assert example("two", two, 0, outcomes) == (
        "two(n=9)\nThe first difference is in result 2 of 2, entry [0]:\ngave      0.25\nexpected  0.54321"
    )


def test_a_long_result_of_another_shape_is_shown_as_it_is():
    outcomes = checks.run(lambda n: np.arange(1.0, 30.0), task("n", [([30], np.arange(30.0))]))
    assert example("count", task("n", [([30], np.arange(40.0) + 0.125)]), 0, outcomes) == (
        "count(n=30)\ngave      [1.0, 2.0, ..., 28.0, 29.0]\nexpected  [0.125, 1.125, ..., 38.125, 39.125]"
    )
    path = np.arange(24.0).reshape(12, 2)
    outcomes = checks.run(lambda n: path.reshape(-1, 1), task("n", [([12], path)]))
    assert example("descend", task("n", [([12], path)]), 0, outcomes).count("\n") == 2


# ---- results grouped by entry

BOTH = task("x", [([x], [2 * x, x**2]) for x in (np.array([1.5, 3.0]), np.array([2.5, -1.0, 4.0]), np.array([0.5]))])


@pytest.mark.parametrize("as_", [list, np.array])
def test_a_pair_for_each_entry_is_not_counted_as_many_results(as_):
    told = sentence(lambda x: as_([(2 * e, e**2) for e in x]), BOTH)
    assert told.startswith("the result holds a group of 2 numbers for each entry, but 2 results are expected")
    assert told.endswith("The numbers themselves are right.")
    assert "right" not in sentence(lambda x: as_([(2 * e, e**3) for e in x]), BOTH)


def test_groups_are_not_counted_as_results_where_these_are_numbers():
    two = task("x", [([x], [float(x.sum()), float(x.max())]) for x in (np.array([1.5, 3.0, 2.0]), np.array([2.5]))])
    told = sentence(lambda x: [(e, 2 * e) for e in x], two)
    assert told == "the result holds 3 groups of 2 numbers each, but 2 in all are expected."


def test_infinity_that_was_passed_in_is_not_put_down_to_a_division():
    cut = task("x", [([A(1.0, np.inf)], A(1.0, 9.0)), ([A(20.0, 3.0)], A(9.0, 3.0))])
    assert sentence(lambda x: x * 1.0, cut) == (
        "the result holds infinity. In this case x does so too: look at how it gets into the result."
    )
