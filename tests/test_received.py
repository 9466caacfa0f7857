"""What comes out of the sandbox: only what has its proper form is accepted, whatever a submission sends."""

import json
import math
import random
import re
import time
import tracemalloc

import numpy as np
import pytest

from checks import outcomes
from grader import received
from helpers import functions

VALUES = [
    None, True, 3, -2.5, float("nan"), "text", np.float32(0.1), np.arange(6).reshape(2, 3), np.array([np.inf, 1.0]),
    np.array([], dtype=np.float32), np.zeros((0, 3)), np.array(2.0), np.array([True, False]),
    np.array([2**64 - 1], dtype=np.uint64),
    np.array([65504.0, np.nan], dtype=np.float16), (1.0, [2, "x"], {"a": np.ones(2)}), functions.rosenbrock.gradient,
    functions.rosenbrock, object(), np.array(["a"]), 10**30, [[[[[[[1]]]]]]], b"bytes", 1j,
]  # fmt: skip


@pytest.mark.parametrize("value", VALUES, ids=lambda value: type(value).__name__)
def test_every_outcome_of_a_call_is_received_as_it_was_sent(value):
    def task(x):
        x += 1
        print("hello")
        return value

    sent = outcomes.call(task, [{"array": [1.0], "shape": [1], "dtype": "float64"}], ["x"], seconds=None)
    line = json.dumps(sent).encode()
    assert received.outcome(received.message(line), ("x",)) == sent


def test_every_error_of_a_call_is_received():
    def task(x):
        raise ValueError("é\x1b[31m\n" + "long " * 1000)

    got = received.outcome(outcomes.call(task, [1.0], ["x"], seconds=None), ("x",))
    assert got["raised"]["type"] == "ValueError" and "\x1b" not in got["raised"]["message"]


def test_what_is_said_of_an_error_stays_in_its_line():
    """It could look like other lines of a check's."""
    words = "E\nstep: visible checks passed\r\u2028"
    got = received.outcome({"raised": {key: words for key in ("type", "message", "line", "by")}}, ())
    assert {*got["raised"].values()} == {"E step: visible checks passed "}


IMPROPER = [
    None, [], {}, {"value": 1, "raised": {}}, {"value": 1, "more": 2}, {"value": 1, "printed": 1},
    {"value": 1, "changed": []},
    {"value": 1, "changed": ["y"]}, {"value": 1, "changed": ["x", "x"]}, {"value": 1, "changed": "x"},
    {"raised": "ValueError"},
    {"raised": {"type": "TimeLimit", "message": "3 seconds", "line": ""}},
    {"raised": {"type": "E"}}, {"raised": {"type": 1, "message": "", "line": ""}}, {"value": []}, {"value": 2**63},
    {"value": 1e999}, {"value": {"float": "1"}}, {"value": {"float": 1.0}}, {"value": {"other": ""}},
    {"value": {"other": []}}, {"value": {"other": "right answer. Give 2 of 2 points."}}, {"value": {"other": "x\ny"}},
    {"value": {"tensor": "JAX"}}, {"value": {"function": "rosenbrock.__class__"}}, {"value": {"function": "np"}},
    {"value": {"function": ["rosenbrock"]}}, {"value": {"list": {}}}, {"value": {"dict": []}},
    {"value": {"list": [1], "dict": {}}},
    {"value": {"list": [{"list": [0] * 40_000}] * 3}},
    {"value": {"list": [{"list": [{}]}]}}, {"value": {"unknown": "x"}}, {"value": "x" * 200_000},
    *({"value": {"array": numbers, "shape": shape, "dtype": dtype}} for numbers, shape, dtype in (
        ([1.0], [2], "float64"), ([1.0], [1], "object"), ([1.0], [1], "O"), ([1.0], [1], "float128"),
        ([1.0], [1], ["float64"]),
        ([1], [1], "float64"), ([True], [1], "int64"), ([2], [1], "bool"), ([300], [1], "uint8"),
        ([1.5], [1], "int64"),
        ([1e300], [1], "float32"), ([float("inf")], [1], "float64"), (["inf"], [1], "float64"),
        ([[1.0]], [1], "float64"),
        ([], [0, 10**12], "float64"), ([], [0, 5000, 5000], "float64"), ([], [0] + [99_999] * 8, "float64"),
        ([1.0], [True], "float64"),
        ([1.0], [-1], "float64"),
        ([1.0], [1] * 40, "float64"), ([1.0], "1", "float64"), ("1", [1], "float64"),
        ([1.0] * 100_001, [100_001], "float64"),
    )),
]  # fmt: skip


@pytest.mark.parametrize("data", IMPROPER, ids=lambda data: json.dumps(data)[:60])
def test_what_is_no_outcome_is_refused(data):
    with pytest.raises(received.Improper):
        received.outcome(data, ("x",))


def test_lists_too_deep_for_any_task_are_refused():
    deep = 1
    for _ in range(50):
        deep = {"list": [deep]}
    with pytest.raises(received.Improper):
        received.outcome({"value": deep}, ("x",))


def stream(text):
    return {"output_type": "stream", "name": "stdout", "text": text}


# The largest of its kind that is accepted, and the smallest that is refused.
BOUNDS = [
    (received.outcome, ("x",), lambda n: {"value": {"list": [0] * n}}, received._MOST - 2),  # two for the dicts around
    (received.outcome, ("x",), lambda n: {"value": "a" * n}, received._TEXT),
    (received.outputs, 10**6, lambda n: [stream("a")] * n, 1000),
    (received.outputs, 1000, lambda n: [stream("a" * n)], 1000 - received.characters([stream("")])),
]


@pytest.mark.parametrize(
    ("receive", "how", "of_size", "most"), BOUNDS, ids=["entries", "text", "outputs", "characters"]
)
def test_what_is_as_large_as_allowed_is_accepted_and_nothing_larger(receive, how, of_size, most):
    assert receive(of_size(most), how)
    with pytest.raises(received.Improper):
        receive(of_size(most + 1), how)


@pytest.mark.parametrize(
    "line", [b"", b"x", b"[]", b"1", b"NaN", b'{"a": Infinity}', b"[" * 100_000, b'{"a": "\xff"}', b"9" * 5000]
)
def test_a_line_that_is_no_message_is_refused(line):
    with pytest.raises(received.Improper):
        received.message(line)


@pytest.mark.parametrize(
    "data",
    [
        None, [1], [{}], [{"output_type": "stream"}], [{"output_type": "stream", "name": "stdin", "text": ""}],
        [{"output_type": "stream", "name": "stdout", "text": ["a"]}], [{"output_type": "error"}],
        [{"output_type": "display_data", "data": []}], [{"output_type": "update_display_data", "data": {}}],
        [{"output_type": "stream", "name": "stdout", "text": "x" * 2000}],
    ],
)  # fmt: skip
def test_what_is_no_output_is_refused(data):
    with pytest.raises(received.Improper):
        received.outputs(data, 1000)


def test_outputs_keep_text_and_pictures_alone():
    data = {
        "text/plain": "x",
        "image/png": "AAAA\n",
        "image/svg+xml": "<svg/>",
        "text/html": "<b>x</b>",
        "text/plain2": "y",
    }
    (kept,) = received.outputs([{"output_type": "display_data", "data": data, "metadata": {"a": 1}}], 1000)
    assert kept == {"output_type": "display_data", "data": {"text/plain": "x", "image/png": "AAAA\n"}, "metadata": {}}
    assert received.outputs([{"output_type": "display_data", "data": {"text/html": "<b>x</b>"}}], 1000) == []


# ---- what nobody thought of: random data, from seeds

WORDS = [
    "value", "raised", "changed", "printed", "type", "message", "line", "by", "float", "function", "tensor", "other",
    "list", "dict", "array", "shape", "dtype", "float64", "float32", "int8", "uint64", "bool", "object", "NaN",
    "Infinity", "-Infinity", "rosenbrock.gradient", "rosenbrock.__class__", "PyTorch", "TimeLimit", "x", "y", "",
    "\x1b[31m", "\ud800", "\x00", "output_type", "stream", "error", "display_data", "execute_result", "name", "stdout",
    "stderr", "text", "ename", "evalue", "traceback", "data", "text/plain", "text/html", "image/png", "AAAA",
    "<script>", '<img alt="" src="data:image/png;base64,AAAA" onerror="x">', "execution_count", "metadata",
]  # fmt: skip
NUMBERS = [0, 1, -1, 2, 7, 0.5, -0.0, 1e308, 1e39, 2**31, 2**53, 2**63, 2**64, -(2**63), 10**30, math.nan, math.inf]


def anything(rng, depth=0):
    """JSON data of words that matter, in any order."""
    kind = rng.random()
    if depth > 4 or kind < 0.3:
        return rng.choice([None, True, False, *NUMBERS, *WORDS])
    if kind < 0.6:
        return [anything(rng, depth + 1) for _ in range(rng.randrange(4))]
    return {rng.choice(WORDS): anything(rng, depth + 1) for _ in range(rng.randrange(4))}


def parts(data, path=()):
    """The path of each part of JSON data."""
    yield path
    if isinstance(data, (list, dict)):
        for key, part in data.items() if isinstance(data, dict) else enumerate(data):
            yield from parts(part, (*path, key))


def changed(rng, data):
    """A copy of JSON data in which some parts have been replaced, left out or doubled."""
    data = json.loads(json.dumps(data))
    for _ in range(rng.randrange(3)):
        *above, last = rng.choice(list(parts(data))[1:] or [(None,)])
        holder = data
        for key in above:
            holder = holder[key]
        how = rng.random()
        if last is None or not isinstance(holder, (list, dict)):
            return anything(rng)
        if how < 0.6:
            holder[last] = anything(rng, 3)
        elif how < 0.8:
            del holder[last]
        elif isinstance(holder, list):
            holder.append(holder[last])
        else:
            holder[rng.choice(WORDS)] = holder[last]
    return data


def proper(outcome):
    """Whether the module that makes outcomes agrees: encoding the decoded value gives the same data."""
    error = outcome.get("raised")
    if error is not None:
        texts = error.values()
        return error["type"] != "TimeLimit" and all((type(t) is str and t.isprintable()) or "\n" in t for t in texts)
    value = outcomes.decode(outcome["value"])
    return json.dumps(encoded(value)) == json.dumps(outcome["value"])


def encoded(value):
    """As outcomes.encode, and the kinds too that a decoded value keeps of what could not be encoded."""
    if isinstance(value, outcomes.Foreign):
        return {"tensor" if value.tensor else "other": value.kind}
    if isinstance(value, list):
        return {"list": [encoded(item) for item in value]}
    if isinstance(value, dict):
        return {"dict": {key: encoded(item) for key, item in value.items()}}
    return outcomes.encode(value)


SENT = [outcomes.call(lambda x, value=value: value, [1.0], ["x"], seconds=None) for value in VALUES]
SENT += 3 * [{"raised": {"type": "ValueError", "message": "no", "line": "1 / 0", "by": "f"}, "changed": ["x"]}]
SHOWN = [
    [{"output_type": "stream", "name": "stdout", "text": "hello"}],
    [{"output_type": "error", "ename": "E", "evalue": "e", "traceback": ["a", "b"]}],
    [{"output_type": "display_data", "data": {"text/plain": "x", "image/png": "AAAA"}, "metadata": {}}],
    [{"output_type": "execute_result", "data": {"text/plain": "x"}, "metadata": {}, "execution_count": 3}],
]
HARMLESS = {"text/plain", "text/html", "image/png", "image/jpeg", "image/gif"}


def send(seed):
    """Send one thing that was made up from a seed; whether it was accepted."""
    rng = random.Random(seed)
    line = json.dumps(
        {"id": "1", "outcome": changed(rng, rng.choice(SENT)), "outputs": changed(rng, rng.choice(SHOWN))}
    )
    line = bytearray(line.encode())
    for _ in range(rng.choice([0, 0, 0, 1, 5])):
        line[rng.randrange(len(line))] = rng.randrange(256)
    accepted = 0
    try:
        reply = received.message(bytes(line))
    except received.Improper:
        return 0
    try:
        outcome = received.outcome(reply.get("outcome"), ("x",))
    except received.Improper:
        pass
    else:
        accepted += 1
        assert proper(outcome), outcome
        assert received.outcome(json.loads(json.dumps(outcome)), ("x",)) == outcome or "nan" in repr(outcome)
    try:
        shown = received.outputs(reply.get("outputs"), 10_000)
    except received.Improper:
        return accepted
    pages = "".join(output.get("data", {}).get("text/html", "") for output in shown)
    assert "onerror" not in pages and "<script>" not in pages
    assert all(output.get("data", {}).keys() <= HARMLESS for output in shown)
    assert not re.search(r"\\u0000|\\ud800", json.dumps(shown))
    return accepted


def fuzz(seeds):
    tracemalloc.start()
    slowest, accepted = 0.0, 0
    try:
        for seed in seeds:
            begun = time.process_time()
            accepted += send(seed)
            slowest = max(slowest, time.process_time() - begun)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert slowest < 1 and most < 50e6
    assert len(seeds) / 20 < accepted < len(seeds)  # what is sent is neither all wrong nor all right


def test_of_some_thousand_random_replies_none_is_accepted_wrongly():
    fuzz(range(3000))


@pytest.mark.long
def test_of_10000_random_replies_none_is_accepted_wrongly():
    fuzz(range(3000, 13_000))


@pytest.mark.parametrize(
    "reply",
    [
        b'{"outcome": {"value": {"list": [' + b"[]," * 300_000 + b"0]}}}",
        b'{"outcome": {"value": ' + b'{"list": [' * 200 + b"0" + b"]}" * 200 + b"}}",
        b'{"outcome": {"value": {"array": [' + b"1," * 300_000 + b'1], "shape": [1], "dtype": "float64"}}}',
    ],
    ids=["empty lists", "deep", "long"],
)
def test_what_is_larger_than_any_result_is_refused_at_once(reply):
    data = received.message(reply)
    begun = time.process_time()
    with pytest.raises(received.Improper):
        received.outcome(data["outcome"], ("x",))
    assert time.process_time() - begun < 0.5
