"""Checks that say what went wrong: `check = checks.load("checks.json")`, then `check(step)` after each task.

A check is data. checks.json, made by `make exercises`, holds for each task the arguments of some cases, and the
outcomes of the answer and of each known mistake, in the form of `checks.outcomes`; it holds no code. `run` calls a
function on these cases, and `checks.findings` compares.

A cell that uses the student's functions does so inside `with checks.once_done():`.

    timelimit     ends a call that takes too long
    outcomes      one call of a function and its outcome, as plain data
    wording       what a function returned, in words
    patterns      what can be seen in wrong values
    compounds     two things wrong at once
    traces        what the arguments have to do with wrong values
    puzzles       errors of the frameworks, explained
    findings      what is wrong with a function, in sentences

A module imports only modules listed above it, and `helpers`.
"""

import builtins
import contextlib
import json
import sys
import textwrap
import traceback
import types
from collections.abc import Callable
from pathlib import Path

from checks.findings import Finding, examine, example
from checks.outcomes import SECONDS, call, decode, encode, timed_out
from checks.wording import describe
from helpers import layout, record

WIDTH = 88  # of a message, in characters: what fits beside the file browser on a small laptop
FORMAT = 2  # of checks.json; raised when older helpers could not read a newer file
_TASK = {"parameters", "relative", "absolute", "mistakes", "slips", "cases"}


class _Sentence(Exception):
    """An error that a notebook shows as its sentence alone, without a traceback."""

    def _render_traceback_(self):
        # JupyterLab breaks a longer line inside a word.
        lines = str(self).split("\n")
        wrapped = [textwrap.fill(line, WIDTH, break_long_words=False, break_on_hyphens=False) for line in lines]
        return ["\n".join(wrapped)]


class CheckFailed(_Sentence, AssertionError):
    """A function does not do its task yet; the message says what the check saw."""


class CheckError(_Sentence, ValueError):
    """There was nothing to check: checks.json cannot be used, or `check` was not given a task's function."""


def load(path="checks.json") -> "Check":
    """Read a checks.json, and say so if the notebook beside it is the course's own and not a student's copy.

    Raises CheckError if the file is missing, damaged or of another exercise.
    """
    if record.lesson() and layout.find_work() is None:
        print(layout.ORIGINAL)
    return Check(read(Path(path)))


class Check:
    """The checks of one exercise: `check(function)` after each task, `check.summary()` at the end."""

    def __init__(self, exercise: dict):
        self._exercise = exercise
        self._passed: set[str] = set()

    def __call__(self, function: Callable) -> None:
        """Run the function on its task's cases; print that they passed, or raise CheckFailed with what was found."""
        name = _name_of(function, self._exercise, sys._getframe(1))
        task = self._exercise["tasks"][name]
        self._passed.discard(name)
        _refuse_without_eager_execution("before this check ran")
        outcomes = run(function, task)
        _refuse_without_eager_execution(f"while {name} ran")
        if finding := examine(task, outcomes):
            raise CheckFailed(complaint(name, task, finding, outcomes))
        self._passed.add(name)
        record.passed(str(self._exercise.get("exercise")), name)
        said = passed(name, task)
        print(f"\x1b[1;32m✓ {said}\x1b[0m" if hasattr(builtins, "__IPYTHON__") else said)

    def summary(self) -> None:
        """Print which tasks have passed since the kernel was started, and what their points depend on."""
        points = self._exercise.get("points", {})
        for name in self._exercise["tasks"]:
            print(f"{'✓' if name in self._passed else '·'} {name:28} {points.get(name, 0):3g} points"
                  f"{'' if name in self._passed else '   not passed yet'}")  # fmt: skip
        reached = sum(points.get(name, 0) for name in self._passed)
        print(f"\n{reached:g} of {sum(points.values()):g} points pass their visible checks, "
              "and count if the grader's other cases pass too.")  # fmt: skip
        if by_hand := self._exercise.get("by_hand", 0):
            print(f"{by_hand:g} more points: a person reads your answer in your own words.")


def _refuse_without_eager_execution(when: str) -> None:
    """Raise CheckFailed if TensorFlow no longer computes at once: for the rest of the kernel's life, nothing would."""
    tensorflow = sys.modules.get("tensorflow")
    if tensorflow is not None and not tensorflow.executing_eagerly():
        raise CheckFailed(
            f"TensorFlow's eager execution was switched off {when}, and cannot be switched on again: take out "
            "`disable_eager_execution` or `disable_v2_behavior`, restart the kernel (menu Kernel, Restart), and run "
            "the notebook from the top. A graph of your own, `with tf.Graph().as_default():`, needs neither."
        )


def complaint(name: str, task: dict, finding: Finding, outcomes: list[dict]) -> str:
    """What a student reads of a finding: its sentence, and the case that shows it in numbers."""
    said = f"{name}: {finding.sentence}"
    return said if finding.case is None else f"{said}\n{example(name, task, finding.case, outcomes)}"


def passed(name: str, task: dict) -> str:
    """What a student reads if every case is right."""
    return f"{name}: visible checks passed ({len(task['cases'])} cases)"


@contextlib.contextmanager
def once_done():
    """`with checks.once_done():` around code that uses the tasks' functions says calmly which is not done yet.

    The code runs as it would without it. If it reaches a stub, a function that the notebook defines and that raises a
    NotImplementedError without a message, it ends there, and a line names the function. Other errors are raised.
    """
    try:
        yield
    except NotImplementedError as error:
        frame = [frame for frame, _ in traceback.walk_tb(error.__traceback__)][-1]
        function = frame.f_code.co_name
        if error.args or function.startswith("<") or frame.f_globals.get("__name__") != "__main__":
            raise
        print(f"{function} is not done yet. When its check passes, run this cell again.")


def run(function: Callable, task: dict, seconds: float | None = SECONDS) -> list[dict]:
    """The outcomes of the task's cases in order, then the first case's once more. Ends early at the time limit."""
    outcomes = []
    for case in [*task["cases"], task["cases"][0]]:
        outcomes.append(call(function, case["arguments"], task["parameters"], seconds))
        if timed_out(outcomes[-1]):
            break
    return outcomes


def read(path: Path) -> dict:
    """The content of a checks.json. Raises CheckError with a sentence if it cannot be used."""
    remedy = "Copy it again from the course's exercises folder: it belongs beside the notebook."
    try:
        exercise = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckError(f"There is no {path.name} in {Path.cwd()}, where this notebook runs. {remedy}") from None
    except (OSError, ValueError):
        raise CheckError(f"{path.name} cannot be read: it is damaged or cut short. {remedy}") from None
    if not isinstance(exercise, dict) or "format" not in exercise:
        raise CheckError(f"{path.name} holds no checks of this course. {remedy}")
    if exercise["format"] != FORMAT:
        raise CheckError(f"{path.name} and the course's helpers are of different versions: update the course.")
    tasks = exercise.get("tasks")
    if not isinstance(tasks, dict) or not all(
        isinstance(t, dict) and t.keys() >= _TASK and t["cases"] for t in tasks.values()
    ):
        raise CheckError(f"{path.name} is damaged: some of its tasks are incomplete. {remedy}")
    return exercise


def _name_of(function, exercise: dict, caller: types.FrameType) -> str:
    """The task that a function is checked as: the one under whose name the notebook knows it, as the grader does.

    A lambda, a functools.partial and an object with `__call__` have that name alone.
    """
    tasks = exercise["tasks"]
    if not callable(function):
        raise CheckError(
            f"check needs the function itself, as in check({next(iter(tasks))}), without calling it; "
            f"it was given {describe(decode(encode(function)))}."
        )
    known = [name for name in tasks if caller.f_globals.get(name) is function]
    own = getattr(function, "__name__", None)
    if len(known) > 1:  # one function under several names: the one in the cell
        known = [name for name in known if name in caller.f_code.co_names] or known
    if len(known) == 1:
        return known[0]
    if own in tasks:
        return own
    if known:
        return known[0]
    listed = f"Its tasks: {', '.join(tasks)}."
    if not isinstance(own, str) or not own.isidentifier():
        raise CheckError(
            f"check cannot tell which task this is: it goes by the function's name, and this one has none. Write "
            f"`def {next(iter(tasks))}(…):`, or whichever task it is, and check that. {listed}"
        )
    raise CheckError(
        f"There is no task {own} in this checks.json, which belongs to exercise {exercise.get('exercise')}. {listed}"
    )
