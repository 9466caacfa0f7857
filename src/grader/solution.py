"""A folder of solutions/: NN_topic.ipynb with the answers, tasks.py with their cases and known mistakes.

A task's answer appears once, in the notebook, between the markers, and is run from there. The checks are made from it:
the arguments of each case, with the outcomes of the answer and of each known mistake in the form of checks.outcomes.

tasks.py describes each task in a class of the task's name, in the notebook's order:

    class steps_needed:
        relative, absolute = 0, 0  # only where they differ from the defaults

        def cases(rng): ...

        class mistakes:
            def steepest_only(hessian, lr, shrink):
                "The sentence that a student reads."
                ...

        class right:
            def by_matrix(hessian, lr, shrink): ...

The classes only group: none is instantiated, and their functions take no `self`. `class mistakes(wrong_fits)` takes
over the mistakes of another class. What several of them use is a function of the module, above the first class that
uses it.
"""

import inspect
import json
import linecache
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np

import checks
from checks.outcomes import call, encode
from checks.puzzles import explain
from grader.cells import checked_task, is_check, is_question, role

VISIBLE = 23  # the seed of the cases that a student sees; hidden cases take another
BEGIN, END = "### BEGIN SOLUTION", "### END SOLUTION"
_RUBRIC = re.compile(r"^\*Rubric\.\*(.+?)(?=^\*[^*\n]+\.\*|^### END|\Z)", re.MULTILINE | re.DOTALL)
_LOADS_CHECKS = re.compile(r"^check = checks\.load\(.*\)$", re.MULTILINE)


class Task(NamedTuple):
    """One task, as its class in tasks.py describes it.

    name           the function that the student writes
    cases(rng)     yields tuples of arguments, the simplest case first: arrays, numbers, strings, and functions from
                   helpers.functions. It draws from the NumPy generator `rng`, so that fresh cases can be made.
    mistakes       wrong functions; the docstring of each is the sentence that a student reads. Where the result
                   depends on how the mistake is written, it is `...`, which stands for any value. So does
                   `...` in place of one of several results.
    right          right functions, written in other ways than the answer; at least two
    relative, absolute   the tolerance of a result: |got − expected| ≤ absolute + relative·|expected|, entry by entry
    exact          parameters whose last digits are what the task is about
    """

    name: str
    cases: Callable[[np.random.Generator], Iterable[tuple]]
    mistakes: tuple[Callable, ...]
    right: tuple[Callable, ...]
    relative: float = 1e-6
    absolute: float = 1e-9
    exact: tuple[str, ...] = ()


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
    """Read solutions/NN_topic: run tasks.py and the notebook's answer cells, whose errors are raised unchanged.

    Raises ValueError with a sentence if a class in tasks.py does not describe a task.
    """
    notebook = nbformat.read(folder / f"{folder.name}.ipynb", as_version=4)
    path = folder / "tasks.py"
    module = {"__name__": f"{folder.name}.tasks"}
    exec(compile(path.read_text(encoding="utf-8"), str(path), "exec"), module)
    classes = [part for part in module.values() if inspect.isclass(part) and part.__module__ == module["__name__"]]
    try:
        tasks = tuple(_task(described) for described in classes)
    except ValueError as error:
        raise ValueError(f"{folder.name}: {error}") from None
    return Solution(folder, notebook, tasks, run_answers(notebook))


def _task(described: type) -> Task:
    """The Task that a class describes. Raises ValueError with a sentence if it does not describe one."""
    name, parts = described.__name__, _members(described)
    if unknown := [part for part in parts if part not in Task._fields[1:]]:
        raise ValueError(f"task {name} defines {', '.join(unknown)}; a task has only {', '.join(Task._fields[1:])}.")
    if not callable(parts.get("cases")):
        raise ValueError(f"task {name} has no `def cases(rng)`.")
    for group in ("mistakes", "right"):
        if not inspect.isclass(parts.get(group)):
            raise ValueError(f"task {name} has no `class {group}`.")
        functions = _members(parts[group])
        if strays := [member for member, value in functions.items() if not inspect.isfunction(value)]:
            raise ValueError(f"`class {group}` of task {name} holds {', '.join(strays)}, which is not a function.")
        parts[group] = tuple(functions.values())
    return Task(name, **parts)


def _members(described: type) -> dict:
    """What the body of a class defines, by name, in order; what it inherits comes first."""
    bodies = [vars(part) for part in reversed(described.__mro__[:-1])]
    return {name: value for body in bodies for name, value in body.items() if not name.startswith("__")}


def run_answers(notebook) -> dict[str, Callable]:
    """The namespace after the locked cells without points (imports) and the answers have run, in order."""
    namespace = {"__name__": "answers"}
    for cell in notebook.cells:
        role = cell.metadata.get("nbgrader", {})
        if cell.cell_type == "code" and not role.get("grade") and (role.get("solution") or role.get("locked")):
            name = f"<{role['grade_id']} of {id(notebook)}>"
            source = _LOADS_CHECKS.sub("check = None  # checks.json is yet to be made", cell.source)
            lines = source.splitlines(keepends=True)
            linecache.cache[name] = (len(source), None, lines, name)  # tf.function reads a function's source
            exec(compile(source, name, "exec"), namespace)
    return namespace


def rubrics(notebook) -> dict[str, str]:
    """Each question's grade_id → its rubric: in the solution, what follows *Rubric.*, up to a beginning like it."""
    found = {role(cell)["grade_id"]: _RUBRIC.search(cell.source) for cell in notebook.cells if is_question(cell)}
    return {name: part[1].strip() for name, part in found.items() if part}


def make_checks(solution: Solution, seed=VISIBLE) -> dict:
    """The content of checks.json, as plain data; another seed gives fresh cases."""
    return {
        "generated": f"by `make exercises` from solutions/{solution.name}: change it there",
        "format": checks.FORMAT,
        "exercise": solution.name,
        "points": {checked_task(cell): role(cell)["points"] for cell in solution.notebook.cells if is_check(cell)},
        "by_hand": sum(role(cell)["points"] for cell in solution.notebook.cells if is_question(cell)),
        "tasks": {task.name: make_task(task, solution.answers[task.name], seed) for task in solution.tasks},
    }


def make_task(task: Task, answer: Callable, seed) -> dict:
    """The part of checks.json for one task, as plain data."""
    parameters = list(inspect.signature(answer).parameters)
    cases = []
    for case in task.cases(np.random.default_rng(seed)):
        arguments = arguments_of(case, task.name)
        outcomes = [kept(call(function, arguments, parameters, seconds=None)) for function in (answer, *task.mistakes)]
        cases.append({"arguments": arguments, "answer": outcomes[0], "mistakes": outcomes[1:], "slips": []})
    return {
        "parameters": parameters,
        "relative": task.relative,
        "absolute": task.absolute,
        "mistakes": [" ".join(inspect.getdoc(mistake).split()) for mistake in task.mistakes],
        "slips": [],  # found by machine, once there are checks: grader.slips
        "cases": cases,
    }


def arguments_of(case: tuple, name: str) -> list:
    """A case of the task `name` as plain data. Raises TypeError for what checks.json cannot hold."""
    return [_argument(value, name) for value in case]


def _argument(value, name: str):
    data = encode(value, passed=True)
    if isinstance(data, dict) and data.keys() & {"other", "tensor"}:
        raise TypeError(
            f"a case of {name} passes {value!r}, which cannot be written in checks.json: "
            "use arrays, numbers, strings, or functions from helpers.functions."
        )
    return data


def kept(outcome: dict) -> dict:
    """The outcome without an error's message, which may contain code and differ between versions of Python.

    A framework's puzzle keeps its message: by it, a mistake is told from others that raise the same type.
    """
    if error := outcome.get("raised"):
        telling = ("type", "message") if explain(error["message"]) else ("type",)
        return {**outcome, "raised": {key: error[key] for key in telling}}
    return outcome


def checks_text(data: dict) -> str:
    """checks.json as it is stored: one case per line."""
    lines = json.dumps({**data, "tasks": None}, indent=1, ensure_ascii=False).removesuffix("null\n}").split("\n")
    tasks = []
    for name, task in data["tasks"].items():
        head = json.dumps({**task, "cases": None}, indent=1, ensure_ascii=False).removesuffix("null\n}")
        cases = ",\n".join(json.dumps(case, ensure_ascii=False, allow_nan=False) for case in task["cases"])
        tasks.append(f"{json.dumps(name)}: {head}[\n{cases}\n]}}")
    return "\n".join(lines) + "{\n" + ",\n".join(tasks) + "\n}}\n"
