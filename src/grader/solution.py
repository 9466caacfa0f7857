"""A folder of solutions/: NN_topic.ipynb with the answers, tasks.py with their cases and known mistakes.

The answer to a task stands once, in the notebook, between the markers; from there it is run. The checks are made
of it: the cases' arguments, with what the answer and each known mistake make of them in the form of helpers.outcomes.
"""

import inspect
import json
import linecache
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple
from unittest import mock

import nbformat
import numpy as np

from helpers import checks
from helpers.outcomes import call, encode

VISIBLE = 23  # the seed of the cases that a student sees; hidden cases take another
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"


class Task(NamedTuple):
    """What tasks.py says of one task.

    name           the function that the student writes
    cases(rng)     yields tuples of arguments, the simplest case first: arrays, numbers, texts, and functions out of
                   helpers.functions. Draws from the NumPy generator `rng`, so that fresh cases can be had.
    mistakes       wrong functions; the docstring of each is the sentence that a student reads
    alternatives   right functions, written in other ways than the answer; at least two
    relative, absolute   what a result may be off: |got − expected| ≤ absolute + relative·|expected|, entry by entry
    """

    name: str
    cases: Callable[[np.random.Generator], Iterable[tuple]]
    mistakes: tuple[Callable, ...]
    alternatives: tuple[Callable, ...]
    relative: float = 1e-6
    absolute: float = 1e-9


@dataclass(frozen=True, eq=False)
class Solution:
    """One folder of solutions/, read: its notebook, its tasks in order, and the answers' functions by name."""

    folder: Path
    notebook: nbformat.NotebookNode
    tasks: tuple[Task, ...]
    answers: dict[str, Callable]

    @property
    def name(self) -> str:
        return self.folder.name


def read(folder: Path) -> Solution:
    """Read solutions/NN_topic. Runs tasks.py and the notebook's answer cells; their errors are raised as they are."""
    notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
    path = folder / "tasks.py"
    module = {"__name__": f"{folder.name}.tasks"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module)
    return Solution(folder, notebook, tuple(module["TASKS"]), run_answers(notebook))


def run_answers(notebook) -> dict[str, Callable]:
    """The namespace after the locked cells without points (imports) and the answers have run, in order."""
    namespace = {"__name__": "answers"}
    with mock.patch.object(checks, "load"):  # the checks are yet to be made
        for cell in notebook.cells:
            role = cell.metadata.get("nbgrader", {})
            if cell.cell_type == "code" and not role.get("grade") and (role.get("solution") or role.get("locked")):
                name = f"<{role['grade_id']} of {id(notebook)}>"
                lines = cell.source.splitlines(keepends=True)
                linecache.cache[name] = (len(cell.source), None, lines, name)  # tf.function reads a function's source
                exec(compile(cell.source, name, "exec"), namespace)
    return namespace


def make_checks(solution: Solution, seed=VISIBLE) -> dict:
    """What checks.json holds, as plain data; another seed gives fresh cases."""
    return {
        "generated": f"by `make exercises` from solutions/{solution.name}: change it there",
        "format": checks.FORMAT,
        "exercise": solution.name,
        "tasks": {task.name: make_task(task, solution.answers[task.name], seed) for task in solution.tasks},
    }


def make_task(task: Task, answer: Callable, seed) -> dict:
    """What checks.json holds of one task, as plain data."""
    parameters = list(inspect.signature(answer).parameters)
    cases = []
    for case in task.cases(np.random.default_rng(seed)):
        arguments = [_argument(value, task.name) for value in case]
        outcomes = [_outcome(function, arguments, parameters) for function in (answer, *task.mistakes)]
        cases.append({"arguments": arguments, "answer": outcomes[0], "mistakes": outcomes[1:]})
    return {
        "parameters": parameters,
        "relative": task.relative,
        "absolute": task.absolute,
        "mistakes": [" ".join(inspect.getdoc(mistake).split()) for mistake in task.mistakes],
        "cases": cases,
    }


def _argument(value, name: str):
    data = encode(value)
    if isinstance(data, dict) and data.keys() & {"other", "tensor"}:
        raise TypeError(
            f"a case of {name} passes {value!r}, which cannot be written in checks.json: "
            "use arrays, numbers, texts, or functions by their place in helpers.functions."
        )
    return data


def _outcome(function: Callable, arguments: list, parameters: list[str]) -> dict:
    """The outcome without the words of an error, which may hold code and differ between versions of Python."""
    outcome = call(function, arguments, parameters, seconds=None)
    if "raised" in outcome:
        outcome["raised"] = {"type": outcome["raised"]["type"]}
    return outcome


def checks_text(data: dict) -> str:
    """checks.json as it is stored: one case a line."""
    lines = json.dumps({**data, "tasks": None}, indent=1, ensure_ascii=False).removesuffix("null\n}").split("\n")
    tasks = []
    for name, task in data["tasks"].items():
        head = json.dumps({**task, "cases": None}, indent=1, ensure_ascii=False).removesuffix("null\n}")
        cases = ",\n".join(json.dumps(case, ensure_ascii=False, allow_nan=False) for case in task["cases"])
        tasks.append(f"{json.dumps(name)}: {head}[\n{cases}\n]}}")
    return "\n".join(lines) + "{\n" + ",\n".join(tasks) + "\n}}\n"
