"""An outcome as plain data comes back as it was; two are compared as far as their digits can be relied on."""

import functools
import json

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays
from small_tasks import A, changing

from checks.outcomes import PRINTED, RECOGNISABLE, call, close, decode, encode, same
from helpers import functions

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
        (np.array(["a"]), {"other": "array of strings"}),
        ({1}, {"other": "set"}),
        (np.str_("a"), "a"),
        (np.array("a"), "a"),
        (range(2), {"list": [0, 1]}),
        (np.ma.array([1.0, 2.0], mask=[0, 1]), {"array": [1.0, 2.0], "shape": [2], "dtype": "float64"}),
    ],
)
def test_the_plain_data_of_a_value_is_as_the_format_says(value, data):
    assert encode(value) == data


def test_a_tuple_that_is_passed_arrives_as_a_tuple_and_one_that_is_returned_as_a_list():
    argument = encode([(2, 3)], passed=True)
    outcome = call(lambda shapes: (shapes[0], isinstance(shapes[0], tuple)), [argument], ["shapes"])
    assert outcome == {"value": {"list": [{"list": [2, 3]}, True]}}


def test_a_list_that_holds_itself_comes_to_an_end():
    loop = []
    loop.append(loop)
    assert "list" in encode(loop)


def test_lists_in_lists_that_hold_too_much_together_come_to_an_end():
    rows = [[0.0] * 1000] * 1000
    assert json.dumps(encode(rows)).endswith('{"other": "collection of more than 100000 numbers"}]}')
    loop = []
    loop.extend([loop] * 1000)
    assert "list" in encode(loop)


def test_no_more_is_kept_of_what_is_printed_than_its_beginning():
    outcome = call(lambda: [print("x", end="") for _ in range(9999)], [], [])
    assert len(outcome["printed"]) == PRINTED
    assert "printed" not in call(lambda: print("  "), [], [])


# ---- errors


def divides(x):
    return 1 / x


def calls_what_divides(x):
    return divides(x - x)


class Calling:
    def __call__(self, x):
        return divides(x)


def test_of_an_error_the_innermost_line_of_the_notebook_is_kept_and_its_function():
    raised = {"type": "ZeroDivisionError", "message": "float division by zero", "line": "return 1 / x"}
    assert call(divides, [0.0], ["x"]) == {"raised": raised}
    for function in (calls_what_divides, lambda x: divides(x), Calling(), functools.partial(calls_what_divides)):
        assert call(function, [0.0], ["x"]) == {"raised": {**raised, "by": "divides"}}


def test_a_librarys_function_is_not_named_but_the_notebooks_line_is():
    raised = call(lambda x: np.linalg.inv(x * np.ones((2, 2))), [0.0], ["x"])["raised"]
    assert raised["type"] == "LinAlgError" and "np.linalg.inv" in raised["line"] and "by" not in raised


class Unprintable(Exception):
    def __str__(self):
        raise ValueError


@pytest.mark.parametrize("error", [Unprintable, KeyError("x"), SystemExit(), RecursionError("deep")])
def test_any_error_becomes_an_outcome(error):
    def raises():
        raise error

    raised = call(raises, [], [])["raised"]
    assert raised["type"] == (error if isinstance(error, type) else type(error)).__name__
    assert isinstance(raised["message"], str)


class Hostile:
    """Its attributes and its conversions fail, and one leads to another."""

    def __getattr__(self, name):
        return Hostile()

    def __str__(self):
        raise RuntimeError

    def __call__(self, *arguments):
        raise RuntimeError("enough")


def test_a_callable_that_has_every_attribute_is_called_and_described():
    assert call(Hostile(), [], [])["raised"]["message"] == "enough"
    assert call(lambda: {Hostile(): 1}, [], [])["raised"]["type"] == "RuntimeError"


def test_nan_equals_nan_and_no_number():
    exact = {"relative": 0, "absolute": 0}
    assert close(A(np.nan, np.inf), A(np.nan, np.inf), exact)
    assert not close(A(np.nan), A(0.0), exact)
    assert not close(A(np.inf), A(-np.inf), exact)


@pytest.mark.parametrize(("got", "passes"), [(100.0 + 1e-4, True), (100.0 + 3e-4, False), (100.0 - 1e-4, True)])
def test_the_tolerance_is_absolute_plus_relative_of_the_expected_value(got, passes):
    assert close(100.0, got, {"relative": 1e-6, "absolute": 1e-4}) is passes


EXACT = {"relative": 0, "absolute": 0}


def test_no_comparison_depends_on_the_last_bits_of_a_float():
    for x in (0.1, -7e-300, 1e300, 3.0):
        assert close(x, float(np.nextafter(x, 2 * x)), EXACT)
        assert close(A(x, x), A(x, np.nextafter(x, 0)), EXACT)
        assert not close(x, x * (1 + 1e-11), EXACT)


def test_where_the_digits_are_the_point_float32_is_told_from_float64():
    assert not close(float(np.float32(0.1)), 0.1, EXACT)
    assert not close(0.1, float(np.float32(0.1)), EXACT)


def test_a_dictionary_is_compared_key_by_key():
    expected = {"w": 1.0, "b": A(2.0, 3.0)}
    assert close(expected, {"b": A(2.0, 3.0), "w": 1.0}, EXACT)
    for wrong in ({"w": 1.0}, {"w": 1.5, "b": A(2.0, 3.0)}, {**expected, "more": 0.0}, [1.0, A(2.0, 3.0)]):
        assert not close(expected, wrong, EXACT)


def test_a_whole_number_is_exact_though_a_float_may_hold_it():
    assert close(22, 22.0, EXACT) and close(np.array([22, 7]), A(22.0, 7.0), EXACT)
    assert not close(22, 22.0 * (1 + 1e-15), EXACT)
    assert not close(10**13, 10**13 + 1, EXACT)


NUMBERS = st.one_of(st.floats(), st.integers(-(2**53), 2**53), st.booleans(), st.sampled_from([0.1, 0.1 + 1e-13]))


@given(NUMBERS, NUMBERS, st.sampled_from([EXACT, {"relative": 1e-6, "absolute": 1e-4}]))
def test_a_number_is_compared_as_one_in_an_array(expected, got, task):
    for other in (got, expected):
        assert close(expected, other, task) is close(np.array([expected]), np.array([other]), task)


def test_a_known_mistake_is_recognised_by_nine_digits():
    stored, other = {"value": 21.37}, {"value": 21.37 * (1 + 1e-10)}
    assert same(stored, other, EXACT, RECOGNISABLE) and not same(stored, other, EXACT)
    assert not same(stored, {"value": 21.37 * (1 + 1e-8)}, EXACT, RECOGNISABLE)
    assert same(stored, {"value": 21.37 * (1 + 1e-8)}, {"relative": 1e-6, "absolute": 0}, RECOGNISABLE)


def test_the_function_gets_fresh_arguments_at_each_call():
    given_arrays = []
    arguments = [encode(A(1.0, 2.0))]
    for _ in range(2):
        call(lambda x: given_arrays.append(x), arguments, ["x"])
    assert given_arrays[0] is not given_arrays[1]
    assert same(call(changing, arguments, ["x"]), call(changing, arguments, ["x"]), {"relative": 0, "absolute": 0})


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
