"""A finding says what is wrong, in one sentence that a beginner can act on."""

import json
import random

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

from helpers import checks, findings, functions
from helpers.findings import Kind, examine, example
from helpers.outcomes import decode


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


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (shift, None),
        (not_done, Kind.NOT_DONE),
        (lambda x: not_done(x), Kind.NOT_DONE),
        (lambda x: -shift(x), Kind.KNOWN_MISTAKE),
        (lambda x: x[7], Kind.ERROR),
        (changing, Kind.CHANGED),
        (lambda x: shift(x) + random.random(), Kind.UNSTEADY),
        (lambda x: print(x), Kind.PRINTED),
        (lambda x: None, Kind.FORM),
        (lambda x: shift(x).reshape(-1, 1), Kind.FORM),
        (lambda x: 2 * shift(x), Kind.NUMBERS),
        (lambda x: x + 0.375, Kind.VALUE),
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
    both = 2 * len(KNOWN["cases"])
    assert len(decoded) <= both + len(KNOWN["mistakes"])  # which differ in the first case already


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


# ---- the case that shows it


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
