"""An exercise run as a grader would run it, before it is handed in: `python -m helpers.lab --check 03`."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

UNANSWERED = "YOUR ANSWER HERE"
SECONDS = 300  # for a cell; only a loop that does not end takes so long
_CHECK = re.compile(r"check\((\w+)\)\s*$")
_TITLE = re.compile(r"^## (.*?)(?: \([\d.]+ points?\))?$", re.MULTILINE)


class Task(NamedTuple):
    """A task of an exercise and how it went: a name, its points, whether it passed (None: a person grades it), and
    what there was to say."""

    name: str
    points: float
    passed: bool | None
    said: str


def rehearse(path: Path) -> list[Task]:
    """Run a copy of the notebook in a fresh kernel, from top to bottom, and say how each task went.

    Nothing is written. Raises ValueError with a sentence if the file is not an exercise of the course.
    """
    import nbformat
    from nbclient import NotebookClient

    try:
        notebook = nbformat.read(path, as_version=4)
    except FileNotFoundError:
        raise ValueError(f"There is no {path}.") from None
    except Exception as error:  # nbformat has many
        raise ValueError(f"{path.name} is not a notebook that can be read: {error}") from None
    if not any(_role(cell).get("grade") for cell in notebook.cells):
        raise ValueError(f"{path.name} has no task that is graded, so it is not an exercise as it was given out.")
    client = NotebookClient(
        notebook, timeout=SECONDS, interrupt_on_timeout=True, allow_errors=True, store_widget_state=False,
        kernel_name="python3", resources={"metadata": {"path": str(path.parent)}},
        extra_arguments=["--log-level=ERROR"],  # a kernel's own warnings are no concern of a student
    )  # fmt: skip
    client.execute()
    return list(_tasks(notebook))


def _tasks(notebook):
    title = ""
    for cell in notebook.cells:
        if cell.cell_type == "markdown" and (found := _TITLE.search(cell.source)):
            title = found[1]
        role = _role(cell)
        if not role.get("grade"):
            continue
        if cell.cell_type == "markdown":
            empty = cell.source.strip() in ("", UNANSWERED)
            yield Task(title, role["points"], False if empty else None, "not answered yet" if empty else "")
            continue
        check = _CHECK.search(cell.source)
        errors = [output for output in cell.outputs if output.output_type == "error"]
        said = errors[0]["evalue"] if errors else ""
        passed = not errors and any("visible checks passed" in output.get("text", "") for output in cell.outputs)
        yield Task(check[1] if check else title, role["points"], passed, said or "" if passed else said or "no result")


def _role(cell):
    return cell.metadata.get("nbgrader", {})


def main(path: Path) -> int:
    """Print how each task went; 0 if nothing is missing."""
    print(f"Running {path.name} in a fresh kernel, as a grader would …", flush=True)
    try:
        tasks = rehearse(path)
    except ValueError as error:
        print(error)
        return 1
    print(report(tasks))
    return int(any(task.passed is False for task in tasks))


def report(tasks: list[Task]) -> str:
    """The tasks, one on a line, and the sum."""
    lines = []
    for task in tasks:
        verdict = {True: "passes its visible checks", False: "does not pass yet", None: "a person grades the answer"}
        lines.append(f"{task.name:32} {task.points:3g} points   {verdict[task.passed]}")
        if task.passed is False and task.said:
            lines.append(f"    {task.said.splitlines()[0].removeprefix(f'{task.name}: ')}")
    done = sum(task.points for task in tasks if task.passed)
    by_hand = sum(task.points for task in tasks if task.passed is None)
    missing = sum(task.points for task in tasks if task.passed is False)
    lines.append("")
    lines.append(f"{done:g} points pass their visible checks; the grader also tries other cases, made in the same way.")
    if by_hand:
        lines.append(f"{by_hand:g} points are graded by a person.")
    lines.append(f"{missing:g} points are missing." if missing else "Nothing is missing: you can hand it in.")
    return "\n".join(lines)
