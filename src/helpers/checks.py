"""Checks that say what went wrong: `check = checks.load("checks.json")`, then `check(step)` after each task.

A check is data. checks.json, made by `make exercises`, holds for each task the arguments of some cases and what the
answer, and each known mistake, makes of them, in the form of `helpers.outcomes`; no answer's code is in it. `run`
calls a function on them, and `helpers.findings` compares.

A cell that puts the student's functions to use stands in `with checks.once_done():`.
"""

import contextlib
import json
import traceback
from collections.abc import Callable
from pathlib import Path

from helpers.findings import Finding, describe, examine, example
from helpers.outcomes import SECONDS, call, decode, encode, timed_out

FORMAT = 1  # of checks.json; raised when older helpers could not read a newer file
_TASK = {"parameters", "relative", "absolute", "mistakes", "cases"}


class _Sentence(Exception):
    """An error that a notebook shows as its sentence alone, without the way there."""

    def _render_traceback_(self):
        return [str(self)]


class CheckFailed(_Sentence, AssertionError):
    """A function does not do its task yet; the message says what was seen."""


class CheckError(_Sentence, ValueError):
    """A check could not be made: checks.json cannot be used, or `check` was called with something else."""


def load(path="checks.json") -> Callable[[Callable], None]:
    """Read a checks.json; the result is called with a function to check it.

    check(function) finds the task by the function's name, prints one line if every case comes out right, and raises
    CheckFailed with what it found if not. Raises CheckError where the file is missing, damaged or of another exercise.
    """
    exercise = read(Path(path))

    def check(function):
        """Run the function on its task's cases; print that they passed, or raise CheckFailed."""
        name = _name_of(function, exercise)
        task = exercise["tasks"][name]
        outcomes = run(function, task)
        if finding := examine(task, outcomes):
            raise CheckFailed(complaint(name, task, finding, outcomes))
        print(passed(name, task))

    return check


def complaint(name: str, task: dict, finding: Finding, outcomes: list[dict]) -> str:
    """What a student reads of a finding: its sentence, and the case that shows it in numbers."""
    said = f"{name}: {finding.sentence}"
    return said if finding.case is None else f"{said}\n{example(name, task, finding.case, outcomes)}"


def passed(name: str, task: dict) -> str:
    """What a student reads where all came out right."""
    return f"{name}: visible checks passed ({len(task['cases'])} cases)"


@contextlib.contextmanager
def once_done():
    """`with checks.once_done():` around code that uses the tasks' functions says calmly which is not done yet.

    The code runs as it would without. Where it reaches a stub, a function that the notebook defines and that raises
    a NotImplementedError without a message, it ends there, and a line names the function. All other errors are raised.
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
    """What a checks.json holds. Raises CheckError with a sentence where it cannot be used."""
    mend = "Take it again from the course's exercises folder; it stands beside the notebook."
    try:
        exercise = json.loads(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise CheckError(f"There is no {path.name} in the folder of this notebook. {mend}") from None
    except (OSError, ValueError):
        raise CheckError(f"{path.name} cannot be read: it is damaged or cut short. {mend}") from None
    if not isinstance(exercise, dict) or "format" not in exercise:
        raise CheckError(f"{path.name} holds no checks of this course. {mend}")
    if exercise["format"] != FORMAT:
        raise CheckError(f"{path.name} and the course's helpers are of different versions: update the course.")
    tasks = exercise.get("tasks")
    if not isinstance(tasks, dict) or not all(
        isinstance(t, dict) and t.keys() >= _TASK and t["cases"] for t in tasks.values()
    ):
        raise CheckError(f"{path.name} is damaged: some of its tasks are not whole. {mend}")
    return exercise


def _name_of(function, exercise: dict) -> str:
    if not callable(function):
        raise CheckError(
            f"check wants the function itself, as in check({next(iter(exercise['tasks']))}), without calling it; "
            f"it was given {describe(decode(encode(function)))}."
        )
    name = getattr(function, "__name__", type(function).__name__)
    if name not in exercise["tasks"]:
        raise CheckError(
            f"There is no task {name} in this checks.json, which belongs to exercise {exercise.get('exercise')}. "
            f"Its tasks: {', '.join(exercise['tasks'])}."
        )
    return name
