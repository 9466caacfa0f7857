"""`python -m helpers.lab --check`: an exercise run as a grader would run it, before it is handed in."""

import shutil
from pathlib import Path

import nbformat
import pytest

from helpers import rehearsal

ROOT = Path(__file__).parents[1]
NAME = "01_update_rule"


@pytest.fixture
def exercise(tmp_path):
    shutil.copytree(ROOT / "exercises" / NAME, tmp_path / NAME)
    return tmp_path / NAME / f"{NAME}.ipynb"


def answer(path, **answers):
    """Write answers into the cells that begin with `def name(`, or into the question."""
    notebook = nbformat.read(path, as_version=4)
    for cell in notebook.cells:
        for name, source in answers.items():
            if cell.source.startswith(f"def {name}(") or (name == "question" and "YOUR ANSWER HERE" in cell.source):
                cell.source = source
    nbformat.write(notebook, path)


@pytest.mark.slow
def test_it_says_what_passes_what_fails_and_what_is_unanswered(exercise, capsys):
    answer(
        exercise,
        step="def step(theta, gradient, lr):\n    return theta - lr * gradient",
        numerical_hessian="def numerical_hessian(gradient, theta, h):\n    raise ZeroDivisionError('oh')",
        question="It could be a saddle.",
    )
    before = exercise.read_bytes()
    tasks = {task.name: task for task in rehearsal.rehearse(exercise)}
    assert tasks["step"] == rehearsal.Task("step", 2, True, "")
    assert tasks["numerical_hessian"].passed is False and "oh" in tasks["numerical_hessian"].said
    assert tasks["stationary_point"].said.startswith("stationary_point: not done yet")
    (question,) = [task for task in tasks.values() if task.passed is None]
    assert question.points == 3
    assert exercise.read_bytes() == before
    assert sum(task.points for task in tasks.values()) == 20
    said = rehearsal.report([*tasks.values()])
    assert "2 points pass their visible checks" in said and "15 points are missing." in said


def test_a_question_without_an_answer_is_missing(exercise):
    tasks = [*rehearsal._tasks(nbformat.read(exercise, as_version=4))]
    assert tasks[-1].passed is False and tasks[-1].said == "not answered yet"
    assert "Nothing is missing: you can hand it in." in rehearsal.report([rehearsal.Task("a", 2, True, "")])


@pytest.mark.parametrize(
    ("content", "complaint"),
    [(None, "There is no"), ("{", "not a notebook that can be read"), ("lesson", "has no task that is graded")],
)
def test_a_file_that_is_no_exercise_is_refused_with_a_sentence(tmp_path, capsys, content, complaint):
    path = tmp_path / "x.ipynb"
    if content == "lesson":
        nbformat.write(nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell("1")]), path)
    elif content:
        path.write_text(content)
    assert rehearsal.main(path) == 1
    assert complaint in capsys.readouterr().out
