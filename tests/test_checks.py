"""A check says what it saw, in one sentence that a beginner can act on; it always ends, and it always answers alike."""

import io
import json
import logging
import random
import signal
import subprocess
import sys
import threading
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path

import nbformat
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from nbclient import NotebookClient

from helpers import checks, functions
from helpers.findings import examine, example
from helpers.outcomes import call, close, decode, encode, same

CHECKS = Path(__file__).parents[1] / "exercises" / "01_update_rule" / "checks.json"

# ---- small tasks of our own, their expected values written out by hand


def task(parameters, cases, relative=1e-6, absolute=1e-9, mistakes=()):
    """A task as checks.json has it. cases: (arguments, expected value, value of each mistake …)."""
    return {
        "parameters": parameters.split(),
        "relative": relative,
        "absolute": absolute,
        "mistakes": list(mistakes),
        "cases": [
            {
                "arguments": [encode(a) for a in arguments],
                "answer": {"value": encode(value)},
                "mistakes": [{"value": encode(wrong)} for wrong in wrongs],
            }
            for arguments, value, *wrongs in cases
        ],
    }


def A(*entries):
    return np.array(entries)


# shift(x): x + 0.25
SHIFT = task("x", [([A(1.5)], A(1.75)), ([A(-2.5, 4.5, 0.5)], A(-2.25, 4.75, 0.75)), ([A(7.5, 8.5)], A(7.75, 8.75))])
# mean(x)
MEAN = task("x", [([A(1.0, 2.0)], 1.5), ([A(2.0, 3.0, 5.5)], 3.5), ([A(-1.0, -2.0, -3.0, -4.5, -9.0)], -3.9)])
# prefixes(x): the sums of the first 0, 1, … entries
PREFIXES = task("x", [([A(1.5)], A(0.0, 1.5)), ([A(2.5, -1.0, 4.0)], A(0.0, 2.5, 1.5, 5.5))])
# table(x): rows [k, k·x₀] for k = 1 … len(x)
TABLE = task(
    "x",
    [([A(2.5, 0.0)], A([1.0, 2.5], [2.0, 5.0])), ([A(3.5, 0.0, 0.0)], A([1.0, 3.5], [2.0, 7.0], [3.0, 10.5]))],
)
# split(x): the fractional and the whole part of a positive number
SPLIT = task("x", [([1.25], [0.25, 1.0]), ([6.75], [0.75, 6.0]), ([9.5], [0.5, 9.0])])
# count(x): how many entries
COUNT = task("x", [([A(1.5)], 1), ([A(2.0, 3.0, 5.0)], 3), ([A(2.0, 3.0)], 2)])
# kind(x): "rising" or "falling"
KIND = task("x", [([1.5], "rising"), ([-2.5], "falling")])
# sums(x): {"all": their sum, "squares": the sum of their squares}
SUMS = task("x", [([A(1.0, 2.5)], {"all": 3.5, "squares": 7.25}), ([A(0.5, 3.0)], {"all": 3.5, "squares": 9.25})])


def shift(x):
    return x + 0.25


def prefixes(x):
    return np.concatenate([[0.0], np.cumsum(x)])


def table(x):
    return np.outer(np.arange(1.0, len(x) + 1), [1.0, x[0]])


def split(x):
    return x % 1, x // 1


def found(function, task, seconds=10.0):
    return examine(task, checks.run(function, task, seconds))


def sentence(function, task):
    finding = found(function, task)
    return finding and finding.sentence


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


# What is told of each wrong function: (its task, the function, the sentence).
GENERAL = {
    "right": (SHIFT, shift, None),
    "right as a list": (SHIFT, lambda x: [float(v) for v in shift(x)], None),
    "right as float32": (SHIFT, lambda x: shift(x).astype(np.float32), None),
    "right and printing": (SHIFT, lambda x: print(x) or shift(x), None),
    "right as an array for a tuple": (SPLIT, lambda x: A(*split(x)), None),
    "right as an array without axes": (MEAN, lambda x: np.asarray(np.mean(x)), None),
    "negated": (SHIFT, lambda x: -shift(x), "the result has the right size and the wrong sign."),
    "times n": (
        MEAN,
        lambda x: np.sum(x),
        "the result is n times too large, n being the length of x. Is a sum taken for a mean?",
    ),
    "divided by n": (
        MEAN,
        lambda x: np.mean(x) / len(x),
        "the result is n times too small, n being the length of x. Is n divided by twice?",
    ),
    "twice": (SHIFT, lambda x: 2 * shift(x), "the result is twice what it should be."),
    "half": (SHIFT, lambda x: shift(x) / 2, "the result is half of what it should be."),
    "another factor": (SHIFT, lambda x: 3 * shift(x), "the result is 3 times what it should be, in every case."),
    "nothing": (SHIFT, lambda x: 0 * x, "the result is 0 in every case."),
    "factor in one part": (
        SPLIT,
        lambda x: (split(x)[0], -split(x)[1]),
        "result 2 of 2 has the right size and the wrong sign.",
    ),
    "factor in one key": (
        SUMS,
        lambda x: {"all": sum(x), "squares": 2 * sum(x * x)},
        'result "squares" is twice what it should be.',
    ),
    "transposed": (TABLE, lambda x: table(x).T, "the result is transposed: rows and columns have changed places."),
    "transposed square": (
        task("x", [([1.5], A([1.0, 2.0], [3.0, 4.0])), ([2.5], A([1.0, 5.0], [6.0, 7.0]))]),
        lambda x: A([1.0, 3.0], [2.0, 4.0]) if x < 2 else A([1.0, 6.0], [5.0, 7.0]),
        "the result is transposed: rows and columns have changed places.",
    ),
    "first missing": (
        PREFIXES,
        lambda x: prefixes(x)[1:],
        "the result has shape (1,), but (2,) is wanted: the first entry is missing.",
    ),
    "last missing": (
        PREFIXES,
        lambda x: prefixes(x)[:-1],
        "the result has shape (1,), but (2,) is wanted: the last entry is missing.",
    ),
    "one too few": (
        PREFIXES,
        lambda x: prefixes(x)[1:] + 1,
        "the result has shape (1,), but (2,) is wanted: one entry too few.",
    ),
    "one more at the end": (
        PREFIXES,
        lambda x: np.append(prefixes(x), 1.0),
        "the result has shape (3,), but (2,) is wanted: there is one entry too many at the end.",
    ),
    "one more at the start": (
        PREFIXES,
        lambda x: np.append(1.0, prefixes(x)),
        "the result has shape (3,), but (2,) is wanted: there is one entry too many at the start.",
    ),
    "row missing": (
        TABLE,
        lambda x: table(x)[:-1],
        "the result has shape (1, 2), but (2, 2) is wanted: the last row is missing.",
    ),
    "column": (
        SHIFT,
        lambda x: shift(x).reshape(-1, 1),
        "the result has shape (3, 1), but (3,) is wanted: `.ravel()` makes one row of numbers of it.",
    ),
    "row": (
        SHIFT,
        lambda x: shift(x).reshape(1, -1),
        "the result has shape (1, 3), but (3,) is wanted: `.ravel()` makes one row of numbers of it.",
    ),
    "broadcast": (
        SHIFT,
        lambda x: x.reshape(-1, 1) - x + 0.25,
        "the result has shape (3, 3), but (3,) is wanted. An array of shape (n,) and one of shape (n, 1) combine to "
        "(n, n): give both one shape first.",
    ),
    "another shape": (SHIFT, lambda x: np.zeros((2, 5)), "the result has shape (2, 5), but (3,) is wanted."),
    "array for a number": (
        MEAN,
        lambda x: x,
        "the result is an array of shape (2,), but a plain number is wanted.",
    ),
    "number for an array": (
        SHIFT,
        lambda x: 1.5,
        "the result is a plain number, but an array of shape (3,) is wanted.",
    ),
    "whole numbers": (
        SHIFT,
        into_whole_numbers,
        "the result holds whole numbers only: the digits behind the point are lost. An array of whole numbers cuts "
        "what is written into it; `//`, `int(…)` and `round(…)` cut too.",
    ),
    "whole number": (
        MEAN,
        lambda x: int(np.floor(np.mean(x))),
        "the result holds whole numbers only: the digits behind the point are lost. An array of whole numbers cuts "
        "what is written into it; `//`, `int(…)` and `round(…)` cut too.",
    ),
    "float32": (
        task("x", [([A(0.1)], A(0.1 / 3)), ([A(0.7)], A(0.7 / 3))], relative=1e-12),
        lambda x: np.float32(x) / np.float32(3),
        "the result has the seven digits of float32 only, too few here: compute in float64.",
    ),
    "float32 number": (
        task("x", [([0.1], 0.1 / 3), ([0.7], 0.7 / 3)], relative=1e-12),
        lambda x: np.float32(x) / np.float32(3),
        "the result has the seven digits of float32 only, too few here: compute in float64.",
    ),
    "rounded": (
        task("x", [([0.1], 0.1 / 3), ([0.7], 0.7 / 3)]),
        lambda x: round(x / 3, 3),
        "the result is rounded to 3 digits behind the point. Return it unrounded.",
    ),
    "NaN": (
        SHIFT,
        lambda x: with_entry(x, np.nan),
        "the result holds NaN, which comes from 0/0, ∞ − ∞, or the root or logarithm of a negative number.",
    ),
    "infinity": (
        SHIFT,
        lambda x: with_entry(x, -np.inf),
        "the result holds infinity: a number divided by 0, or grown beyond the largest float.",
    ),
    "None": (SHIFT, returning(None), "the result is None. Does every way through the function end in `return …`?"),
    "None in a part": (
        SPLIT,
        lambda x: (x % 1, None),
        "result 2 of 2 is None. Does every way through the function end in `return …`?",
    ),
    "prints": (
        SHIFT,
        lambda x: print(shift(x)),
        "prints its result instead of returning it. The last line should be `return …`.",
    ),
    "TensorFlow tensor": (
        SHIFT,
        lambda x: tensor("tensorflow"),
        "the result is a TensorFlow tensor. A NumPy array or plain number is wanted: end with `.numpy()`.",
    ),
    "Keras variable": (
        MEAN,
        lambda x: tensor("keras"),
        "the result is a TensorFlow tensor. A NumPy array or plain number is wanted: end with `.numpy()`.",
    ),
    "PyTorch tensor in a part": (
        SPLIT,
        lambda x: (x % 1, tensor("torch")),
        "result 2 of 2 is a PyTorch tensor. A NumPy array or plain number is wanted: end with `.detach().numpy()`.",
    ),
    "list of tensors": (
        SHIFT,
        lambda x: [tensor("tensorflow") for _ in x],
        "the result holds TensorFlow tensors. Plain numbers or NumPy arrays are wanted: `.numpy()` makes them.",
    ),
    "None in a list": (SHIFT, lambda x: [None, *x[1:]], "the result holds None where numbers are wanted."),
    "text in a list": (SHIFT, lambda x: ["1.75", *x[1:]], "the result holds a text where numbers are wanted."),
    "ragged rows": (
        TABLE,
        lambda x: [[1.0], [2.0, 5.0]],
        "the result has rows of different lengths, so that it makes no array.",
    ),
    "something else": (
        SHIFT,
        lambda x: (v for v in shift(x)),
        "the result is a `generator`, but an array of shape (1,) is wanted.",
    ),
    "a function": (
        SHIFT,
        lambda x: functions.square,
        "the result is a function, but an array of shape (1,) is wanted.",
    ),
    "an endless collection": (
        SHIFT,
        lambda x: np.zeros(10**6),
        "the result is a collection of more than 100000 numbers, but an array of shape (1,) is wanted.",
    ),
    "text for a number": (MEAN, lambda x: "1.5", "the result is a text, but a plain number is wanted."),
    "number for a text": (KIND, lambda x: 1.5, "the result is a plain number, but a text is wanted."),
    "spelling": (
        KIND,
        lambda x: "Rising" if x > 0 else "falling",
        "the result is spelt another way than the statement spells it.",
    ),
    "another text": (KIND, lambda x: "rising", "the result is another value than expected."),
    "one value of two": (
        SPLIT,
        lambda x: x % 1,
        "the result is a plain number, but 2 values are wanted, with commas between them.",
    ),
    "three values of two": (
        SPLIT,
        lambda x: (*split(x), x),
        "the result has 3 entries where 2 are wanted: one too many.",
    ),
    "no dict": (
        SUMS,
        lambda x: 1.5,
        "the result is a plain number, but a dict with the keys 'all', 'squares' is wanted.",
    ),
    "other keys": (
        SUMS,
        lambda x: {"all": sum(x)},
        "the result has the keys 'all', where 'all', 'squares' are wanted.",
    ),
    "one more": (COUNT, lambda x: len(x) + 1, "the result is one too many, in every case."),
    "one less": (COUNT, lambda x: len(x) - 1, "the result is one too few, in every case."),
    "whole in one case": (
        SHIFT,
        lambda x: np.ceil(shift(x)) if len(x) == 1 else shift(x),
        "the result is another value than expected.",
    ),
    "any other value": (SHIFT, lambda x: x + 0.375, "the result is another value than expected."),
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


def changing(x):
    x += 0.25
    return x


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
    assert sentence(changing, SHIFT).startswith("changes its argument x, which the caller still needs.")


def test_an_array_that_was_changed_and_changed_back_is_not_changed():
    def there_and_back(x):
        x += 1
        result = x - 0.75
        x -= 1
        return result

    assert sentence(there_and_back, SHIFT) is None


@pytest.mark.parametrize("make", [with_two_answers, lambda: lambda x: shift(x) + random.random()])
def test_answers_that_differ_from_call_to_call_are_told(make):
    assert sentence(make(), SHIFT).startswith("called twice with the same arguments it gave two answers.")


def test_an_error_at_the_second_call_is_told():
    said = sentence(refusing_the_second_call(), SHIFT)
    assert said.startswith("called a second time with the same arguments it stopped with ValueError: used up")


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


def not_done(x):
    raise NotImplementedError()


def test_a_stub_is_not_done_yet():
    assert sentence(not_done, SHIFT).startswith("not done yet. Write it in the cell above")


def test_a_stub_is_not_done_yet_though_a_known_mistake_raises_the_same():
    aware = json.loads(json.dumps(KNOWN))
    for case in aware["cases"]:
        case["mistakes"][0] = {"raised": {"type": "NotImplementedError"}}
    assert sentence(not_done, aware).startswith("not done yet.")


def test_a_function_that_calls_a_stub_names_it():
    assert (
        sentence(lambda x: not_done(x), SHIFT)
        == "it calls not_done, which is not done yet. Do that first, and run its cell."
    )


def test_what_a_library_has_not_implemented_is_an_error_and_no_stub():
    def symbolic(x):
        raise NotImplementedError("Cannot convert a symbolic tensor to a numpy array.")

    assert sentence(symbolic, SHIFT).startswith("stopped with NotImplementedError: Cannot convert")


# ---- cells that put the functions to use


def cell(source, capsys):
    """What a notebook's cell prints that has the stubs `half` and `whole` above it."""
    stubs = "def half(x):\n    raise NotImplementedError()\n\n\ndef whole(x):\n    return 2 * half(x)\n"
    exec(compile(stubs + source, "cell", "exec"), {"__name__": "__main__", "checks": checks})
    return capsys.readouterr().out


WAITS = "half is not done yet. When its check passes, run this cell again.\n"


def test_a_cell_that_reaches_a_stub_says_calmly_what_it_waits_for(capsys):
    source = "with checks.once_done():\n    print(1)\n    print({}(1.0))"
    assert cell(source.format("half"), capsys) == "1\n" + WAITS
    assert cell(source.format("whole"), capsys) == "1\n" + WAITS


def test_a_cell_whose_functions_are_done_runs_as_it_would_without(capsys):
    assert cell("half = abs\nwith checks.once_done():\n    y = whole(-1.5)\nprint(y)", capsys) == "3.0\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("whole('text') / 2", TypeError),
        ("raise NotImplementedError()", NotImplementedError),  # by the cell itself
        ("refuses()", NotImplementedError),  # with a message, so no stub
        ("numbers.Complex.conjugate(1)", NotImplementedError),  # a library's, without a message
    ],
)
def test_a_real_error_in_such_a_cell_stays_an_error(line, error, capsys):
    done = "import numbers\ndef half(x):\n    return x\ndef refuses():\n    raise NotImplementedError('not here')\n"
    with pytest.raises(error):
        cell(f"{done}with checks.once_done():\n    {line}", capsys)
    assert capsys.readouterr().out == ""


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
        pytest.param(lambda x: x.copy() if len(x) > 1 else -shift(x), KNOWN, "the result is another value", id="mixed"),
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


# ---- the message as a student sees it


@pytest.fixture
def check(tmp_path):
    """check(function) for the tasks above."""
    tasks = {"shift": SHIFT, "prefixes": PREFIXES, "split": SPLIT, "sums": SUMS, "kind": KIND}
    path = tmp_path / "checks.json"
    path.write_text(json.dumps({"format": checks.FORMAT, "exercise": "00_ours", "tasks": tasks}), encoding="utf-8")
    return checks.load(path)


def named(name, function):
    function.__name__ = name
    return function


def message(check, name, function):
    with pytest.raises(checks.CheckFailed) as caught:
        check(named(name, function))
    return str(caught.value)


def test_the_message_shows_the_call_what_it_gave_and_what_is_expected(check):
    assert message(check, "shift", lambda x: x + 0.375) == (
        "shift: the result is another value than expected.\nshift(x=[1.5])\ngave      [1.875]\nexpected  [1.75]"
    )


def test_numbers_that_differ_in_a_late_digit_are_shown_with_all_of_them(check):
    said = message(check, "shift", lambda x: shift(x) * (1 + 1e-5))
    gave, expected = said.split("\n")[-2:]
    assert gave.startswith("gave      [1.7500") and expected == "expected  [1.75]"
    assert gave != "gave      [1.75]"


def test_a_long_result_is_shown_at_the_entry_that_differs_first():
    long = task("n", [([30], np.arange(30.0)), ([25], np.arange(25.0))])
    outcomes = checks.run(lambda n: np.where(np.arange(n) == 17, -1.5, np.arange(n)), long)
    assert example("count", long, 0, outcomes) == (
        "count(n=30)\nentry [17] first differs:\ngave      -1.5\nexpected  17.0"
    )


def test_of_several_long_results_the_one_that_differs_is_shown():
    path = [[float(k), 1.5 * k] for k in range(12)]
    both = task("n", [([12], [0.5, np.array(path)])])
    wrong = np.array(path)
    wrong[7, 1] = 4.0
    outcomes = checks.run(lambda n: (0.5, wrong), both)
    assert example("fit", both, 0, outcomes) == (
        "fit(n=12)\nresult 2 of 2, row [7] first differs:\ngave      [7.0, 4.0]\nexpected  [7.0, 10.5]"
    )


def test_a_result_too_long_for_a_line_is_shown_at_the_place_that_differs():
    parts = [list(np.arange(9) + 0.12345), list(np.arange(9) + 0.54321)]
    two = task("n", [([9], [np.array(part) for part in parts])])
    outcomes = checks.run(lambda n: (parts[0], [0.25, *parts[1][1:]]), two)
    assert example("two", two, 0, outcomes) == (
        "two(n=9)\nresult 2 of 2, entry [0] first differs:\ngave      0.25\nexpected  0.54321"
    )


def test_a_long_result_of_another_shape_is_shown_as_it_is():
    outcomes = checks.run(lambda n: np.arange(1.0, 30.0), task("n", [([30], np.arange(30.0))]))
    assert example("count", task("n", [([30], np.arange(40.0) + 0.125)]), 0, outcomes) == (
        "count(n=30)\ngave      [1.0, 2.0, ..., 28.0, 29.0]\nexpected  [0.125, 1.125, ..., 38.125, 39.125]"
    )
    path = np.arange(24.0).reshape(12, 2)
    outcomes = checks.run(lambda n: path.reshape(-1, 1), task("n", [([12], path)]))
    assert example("descend", task("n", [([12], path)]), 0, outcomes).count("\n") == 2


def test_a_list_of_one_does_not_look_like_a_number(check):
    assert "gave      (9.5,)\n" in message(check, "shift", lambda x: [9.5])


def test_where_no_value_is_wrong_the_call_alone_is_shown(check):
    assert message(check, "shift", changing).endswith("\nIt was called as shift(x=[1.5]).")
    assert message(check, "shift", lambda x: x["a"]).endswith("\nIt was called as shift(x=[1.5]).")
    assert message(check, "shift", lambda x: not_done(x)).endswith("Do that first, and run its cell.")


def test_passing_says_how_many_visible_cases_passed(check, capsys):
    check(shift)
    assert capsys.readouterr().out == "shift: visible checks passed (3 cases)\n"


@pytest.mark.parametrize("function", [shift, changing, lambda x: -shift(x), lambda x: None, not_done])
def test_called_twice_a_check_answers_the_same(check, function, capsys):
    def answer():
        try:
            check(named("shift", lambda x: function(x)))
        except checks.CheckFailed as failed:
            return str(failed)
        return capsys.readouterr().out

    assert answer() == answer()


def test_a_check_leaves_no_trace(check):
    """Not on screen, nor in the settings of NumPy, warnings, logging, signals."""

    def noisy(x):
        warnings.warn("careful", stacklevel=1)
        logging.getLogger("student").error("so it is")
        print("to the error stream", file=sys.stderr)
        print("debugging")
        return x / 0 - x / 0 + shift(x)

    logging.disable(logging.NOTSET)
    settings = [np.geterr(), logging.root.manager.disable, signal.getsignal(signal.SIGINT), sys.gettrace()]
    seen = io.StringIO()
    handler = logging.StreamHandler(seen)
    logging.getLogger("student").addHandler(handler)
    try:
        with redirect_stdout(seen), redirect_stderr(seen):
            assert "holds NaN" in message(check, "shift", noisy)
    finally:
        logging.getLogger("student").removeHandler(handler)
    assert seen.getvalue() == ""
    assert [np.geterr(), logging.root.manager.disable, signal.getsignal(signal.SIGINT), sys.gettrace()] == settings


# ---- what check is called with, and checks.json


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (A(1.0, 2.0), "check wants the function itself, as in check(shift), without calling it; it was given an array"),
        (2.5, "it was given a plain number."),
        (None, "it was given None."),
        ("shift", "it was given a text."),
        (
            lambda x: x,
            "There is no task <lambda> in this checks.json, which belongs to exercise 00_ours. Its tasks: shift",
        ),
        (np.sort, "There is no task sort in this checks.json"),
    ],
)
def test_what_is_no_task_of_the_exercise_is_told(check, wrong, said):
    with pytest.raises(checks.CheckError) as caught:
        check(wrong)
    assert said in str(caught.value)


def refused(path):
    with pytest.raises(checks.CheckError) as caught:
        checks.load(path)
    return str(caught.value)


def test_a_missing_checks_json_is_told(tmp_path):
    assert refused(tmp_path / "checks.json") == (
        "There is no checks.json in the folder of this notebook. Take it again from the course's exercises folder; "
        "it stands beside the notebook."
    )
    (tmp_path / "checks.json").mkdir()
    assert "cannot be read" in refused(tmp_path / "checks.json")


def test_a_checks_json_that_was_cut_short_is_told_wherever_it_was_cut(tmp_path):
    whole = CHECKS.read_bytes()
    path = tmp_path / "checks.json"
    for length in [0, 1, 2, *range(50, len(whole) - 3, len(whole) // 40), len(whole) - 3]:
        path.write_bytes(whole[:length])
        assert refused(path).startswith("checks.json cannot be read: it is damaged or cut short. Take it again")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "holds no checks of this course"),
        ('"format"', "holds no checks of this course"),
        ('{"cells": []}', "holds no checks of this course"),
        ('{"format": 99, "tasks": {}}', "are of different versions: update the course"),
        ('{"format": 1, "tasks": []}', "some of its tasks are not whole"),
        ('{"format": 1, "tasks": {"step": {"cases": []}}}', "some of its tasks are not whole"),
        ("\x00\x01", "damaged or cut short"),
    ],
)
def test_a_file_that_is_no_checks_json_of_this_course_is_told(tmp_path, content, said):
    (tmp_path / "checks.json").write_text(content, encoding="utf-8")
    assert said in refused(tmp_path / "checks.json")


def test_the_checks_json_of_another_exercise_is_told():
    with pytest.raises(checks.CheckError) as caught:
        checks.load(CHECKS)(named("fit_line", lambda x: x))
    assert str(caught.value).startswith(
        "There is no task fit_line in this checks.json, which belongs to exercise 01_update_rule. Its tasks: step,"
    )


# ---- plain data

FLOATS = arrays.arrays(
    st.sampled_from(["f8", "f4", "i8", "?"]), arrays.array_shapes(min_dims=0, max_dims=3, max_side=4)
)
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**62), 2**62) | st.floats() | st.text(max_size=5) | FLOATS,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(st.text(max_size=3), inside, max_size=3),
    max_leaves=6,
)


@given(VALUES)
def test_a_value_comes_back_from_json_as_it_was(value):
    text = json.dumps(encode(value), allow_nan=False)
    back = decode(json.loads(text))
    assert encode(back) == encode(value)
    if isinstance(value, np.ndarray):
        assert back.dtype == value.dtype and back.shape == value.shape
        np.testing.assert_array_equal(back, value)


@pytest.mark.parametrize(
    ("value", "data"),
    [
        (np.array([[1.0, np.nan]]), {"array": [1.0, "NaN"], "shape": [1, 2], "dtype": "float64"}),
        (-np.inf, {"float": "-Infinity"}),
        (np.float32(0.5), 0.5),
        ((1, "a", None), {"list": [1, "a", None]}),
        ({"w": np.int8(2)}, {"dict": {"w": 2}}),
        (functions.rosenbrock.gradient, {"function": "rosenbrock.gradient"}),
        (functions.square, {"function": "square"}),
        (2**70, {"other": "number beyond 64 bits"}),
        (np.array([1j]), {"other": "array of complex numbers"}),
        (np.array(["a"]), {"other": "array of texts"}),
        ({1}, {"other": "set"}),
    ],
)
def test_the_plain_data_of_a_value_is_as_the_format_says(value, data):
    assert encode(value) == data


def test_a_list_that_holds_itself_comes_to_an_end():
    loop = []
    loop.append(loop)
    assert "list" in encode(loop)


def test_nan_equals_nan_and_no_number():
    exact = {"relative": 0, "absolute": 0}
    assert close(A(np.nan, np.inf), A(np.nan, np.inf), exact)
    assert not close(A(np.nan), A(0.0), exact)
    assert not close(A(np.inf), A(-np.inf), exact)


@pytest.mark.parametrize(("got", "passes"), [(100.0 + 1e-4, True), (100.0 + 3e-4, False), (100.0 - 1e-4, True)])
def test_the_tolerance_is_absolute_plus_relative_of_the_expected_value(got, passes):
    assert close(100.0, got, {"relative": 1e-6, "absolute": 1e-4}) is passes


def test_an_exact_task_refuses_the_next_float():
    exact = {"relative": 0, "absolute": 0}
    assert close(0.1, 0.1, exact) and not close(0.1, float(np.nextafter(0.1, 1)), exact)


def test_the_function_gets_fresh_arguments_at_each_call():
    given_arrays = []
    arguments = [encode(A(1.0, 2.0))]
    for _ in range(2):
        call(lambda x: given_arrays.append(x), arguments, ["x"])
    assert given_arrays[0] is not given_arrays[1]
    assert same(call(changing, arguments, ["x"]), call(changing, arguments, ["x"]), {"relative": 0, "absolute": 0})


# ---- the time limit

LOOPS = """
import contextlib, json, sys, time
import numpy as np
from helpers.outcomes import call

def plain():
    while True:
        pass

def sleeps():
    while True:
        time.sleep(0.01)

def catches_exceptions():
    while True:
        try:
            sum(range(100))
        except Exception:
            pass

def catches_interrupts():
    while True:
        try:
            sum(range(100))
        except KeyboardInterrupt:
            pass

def catches_all():
    while True:
        try:
            np.linalg.norm(np.zeros(100))
        except:
            pass

def catches_all_twice():
    def careful():
        try:
            time.sleep(0.001)
        except:
            return 1
    while True:
        try:
            careful()
        except:
            continue

def suppresses():
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass

def goes_on_at_last():
    while True:
        try:
            x = 1
        finally:
            continue

def recurses():
    try:
        while True:
            pass
    except:
        recurses()

for loop in (plain, sleeps, catches_exceptions, catches_interrupts, catches_all, catches_all_twice, suppresses,
             goes_on_at_last, recurses):
    print(loop.__name__, call(loop, [], [], seconds=0.2)["raised"]["type"], flush=True)
"""


def test_an_endless_loop_ends_whatever_it_catches():
    """In a process of its own, which can be ended if the limit does not."""
    done = subprocess.run([sys.executable, "-c", LOOPS], capture_output=True, text=True, timeout=120)
    ended = dict(line.split() for line in done.stdout.splitlines())
    assert len(ended) == 9, done.stdout + done.stderr
    assert set(ended.values()) == {"TimeLimit"}


def loops(x):
    while len(x):
        pass


def test_an_endless_loop_is_told_and_ends_the_check():
    given_outcomes = checks.run(loops, SHIFT, seconds=0.2)
    assert len(given_outcomes) == 1
    finding = examine(SHIFT, given_outcomes)
    assert finding.sentence == "no answer within 0.2 seconds. Look for a loop whose condition never becomes false."
    assert example("shift", SHIFT, finding.case, given_outcomes) == "It was called as shift(x=[1.5])."


def test_a_call_within_the_limit_is_not_disturbed():
    before = signal.getsignal(signal.SIGINT)
    for _ in range(50):
        assert call(shift, [encode(A(1.5))], ["x"], seconds=30)["value"]["array"] == [1.75]
    assert signal.getsignal(signal.SIGINT) is before
    assert sys.gettrace() is None or "helpers" not in sys.gettrace().__module__


def test_an_import_does_not_count(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(1)\nvalue = 2.5\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_to_import

        return slow_to_import.value

    assert call(imports, [], [], seconds=0.2) == {"value": 2.5}


def test_the_students_own_interrupt_is_no_finding():
    def interrupted(x):
        signal.raise_signal(signal.SIGINT)
        return x

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, [encode(A(1.5))], ["x"])


def test_outside_the_main_thread_a_check_runs_without_a_limit():
    results = []
    thread = threading.Thread(target=lambda: results.append(found(lambda x: -shift(x), SHIFT)))
    thread.start()
    thread.join()
    assert results[0].sentence == "the result has the right size and the wrong sign."


# ---- in a real kernel, and with real tensors


def run_cells(folder, *sources):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.slow
def test_a_notebook_shows_the_sentence_alone(tmp_path):
    (tmp_path / "checks.json").write_bytes(CHECKS.read_bytes())
    _, failed, missing, _, limited, after = run_cells(
        tmp_path,
        "from helpers import checks\ncheck = checks.load('checks.json')",
        "def step(theta, gradient, lr):\n    return 1 / 0\ncheck(step)",
        "checks.load('nowhere.json')",
        "def loops():\n    while True:\n        try:\n            sum(range(99))\n        except:\n            pass",
        "from helpers import outcomes\nprint(outcomes.call(loops, [], [], seconds=0.3)['raised']['type'])",
        "1 + 1",
    )
    assert [output.output_type for output in failed] == ["error"]
    assert failed[0].ename == "CheckFailed"
    assert failed[0].traceback == [
        "step: stopped with ZeroDivisionError: division by zero, in the line `return 1 / 0`.\n"
        "It was called as step(theta=[3.0], gradient=[6.0], lr=0.1)."
    ]
    assert missing[0].traceback[0].startswith("There is no nowhere.json in the folder of this notebook.")
    assert limited[0].text == "TimeLimit\n"
    assert after[0].data["text/plain"] == "2"


@pytest.mark.slow
def test_real_tensors_of_both_frameworks_are_known():
    from helpers import frameworks

    tf, torch = frameworks.tensorflow(), frameworks.pytorch()
    for value in (tf.constant(1.5), tf.Variable([1.5]), tf.keras.Variable(1.5)):
        assert encode(value) == {"tensor": "TensorFlow"}
    for value in (torch.tensor(1.5), torch.nn.Parameter(torch.ones(2)), torch.ones(2, requires_grad=True)):
        assert encode(value) == {"tensor": "PyTorch"}
    assert encode(tf.optimizers.SGD(0.1)) == {"other": "SGD"}
    assert encode([tf.constant(1.5).numpy(), torch.ones(2).numpy()])["list"][0] == 1.5


@pytest.mark.slow
def test_a_function_under_tf_function_is_found_by_its_name(check, capsys):
    from helpers import frameworks

    tf = frameworks.tensorflow()

    @tf.function
    def shift(x):
        return x + 0.25

    with pytest.raises(checks.CheckFailed, match=r"^shift: the result is a TensorFlow tensor\."):
        check(shift)
