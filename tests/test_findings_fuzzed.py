"""Whatever a function returns, raises, changes or prints, in any mixture over real cases, a check ends in words."""

import copy
from functools import cache
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays

import checks
from checks.findings import examine
from checks.outcomes import decode, encode

EXERCISES = Path(__file__).parents[1] / "exercises"
OUTCOMES = 2_000
MANY = 100_000
_CASES = 4  # of a task, that one example draws outcomes for; the others are right


@cache
def tasks():
    """(name, task) of all exercises."""
    files = sorted(EXERCISES.glob("*/checks.json"))
    return [one for path in files for one in checks.read(path)["tasks"].items()]


# ---- values: any, and those that are nearly right

NUMBERS = st.integers(-(2**70), 2**70) | st.floats() | st.floats(width=32) | st.booleans()
ARRAYS = arrays.arrays(
    st.sampled_from(["f8", "f4", "f2", "i8", "u1", "?", "U2", "c16", "O"]),
    arrays.array_shapes(min_dims=0, max_dims=3, min_side=0, max_side=4),
)
FOREIGN = st.sampled_from([{"tensor": "PyTorch"}, {"tensor": "TensorFlow"}, {"other": "generator"},
                           {"function": "square.gradient"}, {"function": "rosenbrock"}])  # fmt: skip
ANY = st.recursive(
    (st.none() | NUMBERS | st.text(max_size=3) | ARRAYS).map(encode) | FOREIGN,
    lambda inside: (
        st.lists(inside, max_size=4).map(lambda items: {"list": items})
        | st.dictionaries(st.text(max_size=2), inside, max_size=3).map(lambda items: {"dict": items})
    ),
    max_leaves=8,
)
CHANGES = [
    lambda x: -x, lambda x: 2 * x, lambda x: x / 3, lambda x: x + 1, lambda x: x * np.nan, lambda x: x - np.inf,
    lambda x: np.round(x), lambda x: np.float32(x), lambda x: x.T, lambda x: x[:-1], lambda x: x[1:], lambda x: x[:0],
    lambda x: x[-1], lambda x: x[None], lambda x: x[..., None], lambda x: x.ravel(), lambda x: x[::-1],
    lambda x: np.append(x, x), lambda x: np.outer(x, x), lambda x: x.tolist(), lambda x: list(x), lambda x: x.mean(),
    lambda x: x != 0, lambda x: [x, x[:1]], lambda x: str(x), lambda x: x * (1 + 1e-5), lambda x: np.zeros_like(x),
    lambda x: np.empty((0, 3)),
]  # fmt: skip


@np.errstate(over="ignore")  # what is too large for a change becomes infinite
def altered(data, change, draw_index):
    """A right value with a change somewhere in it; as it is where the change does not fit."""
    value = decode(data)
    try:
        if isinstance(value, list):
            k = draw_index(len(value))
            return encode([change(np.asarray(v)) if i == k else v for i, v in enumerate(value)])
        if isinstance(value, dict):
            k = list(value)[draw_index(len(value))]
            return encode({key: change(np.asarray(v)) if key == k else v for key, v in value.items()})
        return encode(change(np.asarray(value)))
    except (ValueError, IndexError, TypeError):
        return data


def reordered(data, order):
    """A result of several in another order, or with some left out or repeated."""
    if not isinstance(data, dict) or not data.keys() & {"list", "dict"}:
        return {"list": [data] * len(order)}
    if "list" in data:
        return {"list": [data["list"][k % len(data["list"])] for k in order if data["list"]]}
    return {"dict": dict([*data["dict"].items()][: len(order)])}


@st.composite
def outcomes(draw):
    """(name, task, outcomes) of a real task."""
    name, task = draw(st.sampled_from(tasks()))
    result = [copy.copy(case["answer"]) for case in [*task["cases"], task["cases"][0]]]
    change = draw(st.sampled_from(CHANGES))
    for i in draw(st.lists(st.integers(0, len(result) - 1), min_size=_CASES, max_size=_CASES, unique=True)):
        case = task["cases"][i % len(task["cases"])]
        right = case["answer"]["value"]
        kind = draw(st.sampled_from(["any", "altered", "the same change", "reordered", "mistake", "raised"]))
        if kind == "any":
            outcome = {"value": draw(ANY)}
        elif kind in ("altered", "the same change"):
            one = draw(st.sampled_from(CHANGES)) if kind == "altered" else change
            outcome = {"value": altered(right, one, lambda n: draw(st.integers(0, n - 1)))}
        elif kind == "reordered":
            outcome = {"value": reordered(right, draw(st.lists(st.integers(0, 5), max_size=5)))}
        elif kind == "mistake" and case["mistakes"]:
            outcome = dict(draw(st.sampled_from(case["mistakes"])))
            if "raised" in outcome:
                outcome["raised"] = {"message": draw(st.text(max_size=9)), "line": "", **outcome["raised"]}
        else:
            outcome = {
                "raised": {
                    "type": draw(st.sampled_from(["ValueError", "NotImplementedError", "TimeLimit", "E"])),
                    "message": draw(st.text(max_size=9)),
                    "line": draw(st.sampled_from(["", "return 1 / 0", "raise NotImplementedError()"])),
                    **draw(st.sampled_from([{}, {"by": "step"}])),
                }
            }
        if "value" in outcome and draw(st.integers(0, 9)) == 0:
            outcome["changed"] = draw(st.lists(st.sampled_from(task["parameters"]), min_size=1, unique=True))
        if draw(st.integers(0, 4)) == 0:
            outcome["printed"] = draw(st.text(min_size=1, max_size=30))
        result[i] = outcome
    if draw(st.integers(0, 9)) == 0:  # ended at the time limit
        result = result[: draw(st.integers(1, len(result)))]
    return name, task, result


def is_told(name, task, result):
    """Whether the task's finding, if any, is a sentence with a case that can be shown."""
    finding = examine(task, result)
    if finding is None:
        return True
    said = checks.complaint(name, task, finding, result)
    return said.startswith(f"{name}: ") and finding.sentence.rstrip().endswith((".", "?", "!"))


FUZZED = {"deadline": None, "suppress_health_check": list(HealthCheck), "database": None}


@settings(max_examples=OUTCOMES // _CASES, derandomize=True, **FUZZED)
@given(outcomes())
def test_no_outcome_crashes_a_check(drawn):
    assert is_told(*drawn)


@pytest.mark.long
@settings(max_examples=MANY // _CASES, **FUZZED)
@given(outcomes())
def test_none_of_many_outcomes_crashes_a_check(drawn):
    assert is_told(*drawn)
