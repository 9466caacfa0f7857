"""Small tasks, their expected values written out by hand, and functions that do them or do not."""

import numpy as np

import checks
from checks.findings import examine
from checks.outcomes import encode


def task(parameters, cases, relative=1e-6, absolute=1e-9, mistakes=()):
    """A task as checks.json has it. cases: (arguments, expected value, value of each mistake …)."""
    return {
        "parameters": parameters.split(),
        "relative": relative,
        "absolute": absolute,
        "mistakes": list(mistakes),
        "slips": [],
        "cases": [
            {
                "arguments": [encode(a) for a in arguments],
                "answer": {"value": encode(value)},
                "mistakes": [{"value": encode(wrong)} for wrong in wrongs],
                "slips": [],
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


def changing(x):
    x += 0.25
    return x


def not_done(x):
    raise NotImplementedError()


def calls_the_stub(x):
    return not_done(x)


def named(name, function):
    function.__name__ = name
    return function
