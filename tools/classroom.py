"""What tests and benchmarks of grading share: a course folder, submissions as students hand them in, random runs."""

import copy
import json
import os
import shutil
import subprocess
import sys
from pathlib import Path
from unittest import mock

import nbformat
import numpy as np
from nbgrader.api import Gradebook

import checks
from checks.outcomes import call
from grader import hidden, release, sandbox, solution, verdicts

ROOT = Path(__file__).parents[1]
NAME = "01_update_rule"


def nbgrader(root, *arguments, code=0):
    """Run a command of nbgrader's, as an instructor does; return what it printed."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == code, done.stdout + done.stderr
    return done.stdout + done.stderr


def new_course(root, *names):
    """A course folder with these exercises released."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for name in names:
        shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
        release_quickly(root, name)
    return root


def release_quickly(root, name):
    """Release an exercise of the course with the slips that the course has stored, which are not looked for again."""
    release.release(root, name, checks.read(ROOT / "exercises" / name / "checks.json"))


def small_gradebook(path, name, points):
    """A gradebook of one exercise, of 17 points by a check and 3 by hand.

    points   student → (points by the check, points by hand or None); None for a student who has handed in nothing
    """
    programs = os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]])
    with mock.patch.dict(os.environ, PATH=programs), Gradebook(f"sqlite:///{path}") as book, book.db.no_autoflush:
        book.add_assignment(name)
        book.add_notebook(name, name)
        for cell, most in [("check_step", 17), ("question", 3)]:
            book.add_grade_cell(cell, name, name, max_score=most, cell_type="code")
            book.add_source_cell(cell, name, name, cell_type="code")
        for student, given in points.items():
            book.add_student(student)
            if given is not None:
                book.add_submission(name, student)
                book.find_grade("check_step", name, name, student).auto_score = given[0]
                book.find_grade("question", name, name, student).manual_score = given[1]
                book.find_grade("question", name, name, student).needs_manual_grade = given[1] is None
        book.db.commit()
    return path


def answers(root, name):
    """The solution's cells, grade_id → source, with the answer to the question."""
    solved = nbformat.read(root / "solutions" / name / f"{name}.ipynb", as_version=4)
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if "nbgrader" in cell.metadata}


def filled(root, name, sources):
    """The released notebook with some sources replaced, grade_id → source."""
    notebook = nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.source = sources.get(grade_id(cell), cell.source)
    return notebook


def grade_id(cell):
    return cell.metadata.get("nbgrader", {}).get("grade_id")


def cell(notebook, name):
    """The cell with this grade_id."""
    return next(cell for cell in notebook.cells if grade_id(cell) == name)


def submit(root, student, content, name=NAME, file=None):
    """Put a submission where nbgrader looks for it. content: a notebook, or the bytes of a file. Returns its folder."""
    folder = root / "gradebook" / "submitted" / student / name
    folder.mkdir(parents=True, exist_ok=True)
    if not isinstance(content, bytes):
        content = json.dumps(copy.deepcopy(content)).encode()
    (folder / (file or f"{name}.ipynb")).write_bytes(content)
    return folder


def run_here(submissions, *_, **__):
    """Replaces sandbox.run: runs the cells in this process, for tests that are not about the sandbox."""
    for submission in submissions:
        namespace, done = {"check": lambda function: None}, []
        for step in submission.steps:
            outputs, outcomes = [], None
            if step.task in namespace:
                outcomes = [call(namespace[step.task], case, list(step.parameters)) for case in step.cases]
            elif step.task is None and "checks.load" not in step.source:
                try:
                    exec(step.source, namespace)
                except Exception as error:
                    said = {"ename": type(error).__name__, "evalue": str(error), "traceback": []}
                    outputs = [{"output_type": "error", **said}]
            elif "import" in step.source:
                exec("import numpy as np", namespace)
            done.append(sandbox.Done(outputs, outcomes, ""))
        yield sandbox.Run(submission.key, done, "")


def visible_tasks(name):
    return checks.read(ROOT / "exercises" / name / "checks.json")["tasks"]


def judged(name, visible, unseen, function):
    """The verdict on a function, called here."""
    outcomes = [call(function, case, visible["parameters"]) for case in verdicts.cases(visible, unseen)]
    return verdicts.verdict(name, visible, unseen, outcomes, "")


def random_runs(count, seed):
    """What went wrong in so many draws: an exercise, a task, a right or wrong function, fresh hidden cases."""
    rng, solutions, failures = np.random.default_rng(seed), {}, []
    for k in range(count):
        name = str(rng.choice(release.names(ROOT)))
        if name not in solutions:
            solutions[name] = solution.read(ROOT / "solutions" / name)
        task = solutions[name].tasks[rng.integers(len(solutions[name].tasks))]
        right = [solutions[name].answers[task.name], *task.right]
        is_right = rng.random() < 0.5
        choice = right if is_right else task.mistakes
        function = choice[rng.integers(len(choice))]
        unseen = hidden.draw(task, solutions[name], f"secret {seed} {k}")
        found = judged(task.name, visible_tasks(name)[task.name], unseen, function)
        if (found.kind == verdicts.DONE) != is_right:
            failures.append((name, function.__name__, found.said))
    return failures
