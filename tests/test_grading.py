"""nbgrader from end to end: a made-up class hands in exercise 01, which is graded, answered and exported."""

import csv
import os
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest

from helpers.instructor import release

ROOT = Path(__file__).parents[1]
NAME = "01_update_rule"


def nbgrader(root, *arguments):
    """One command of nbgrader's, as an instructor gives it."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr


def hand_in(root, student, answers):
    """Submit the exercise with these cells filled in, grade_id → source; the rest stays as it was released."""
    notebook = nbformat.read(root / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = answers.get(grade_id, cell.source)
    folder = root / "gradebook" / "submitted" / student / NAME
    folder.mkdir(parents=True)
    nbformat.write(notebook, folder / f"{NAME}.ipynb")


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder after grading: the path to it."""
    root = tmp_path_factory.mktemp("course")
    shutil.copy(ROOT / "nbgrader_config.py", root)
    shutil.copytree(ROOT / "solutions" / NAME, root / "solutions" / NAME)
    release.release(root, NAME)
    solved = nbformat.read(root / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    right = {
        cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if "nbgrader" in cell.metadata
    }  # the answer to the question in own words is handed in, too
    half = {name: right[name] for name in ("step", "stationary_point")}
    half["descend"] = right["descend"].replace("[start]", "[]").replace("path[-1]", "start")
    hand_in(root, "ada", right)
    hand_in(root, "blaise", half)
    hand_in(root, "carl", {})
    nbgrader(root, "autograde", NAME)
    nbgrader(root, "generate_feedback", NAME)
    nbgrader(root, "export", "--to", "gradebook/grades.csv")
    return root


@pytest.mark.slow
def test_right_half_right_and_empty_get_the_expected_points(course):
    with open(course / "gradebook" / "grades.csv", encoding="utf-8") as file:
        grades = {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}
    # Ada's 17 await the 3 points that are given by hand; step and stationary_point are worth 2 and 4.
    assert grades == {"ada": (17, 20), "blaise": (6, 20), "carl": (0, 20)}


@pytest.mark.slow
def test_feedback_shows_the_sentences_that_the_checks_say(course):
    pages = {
        student: (course / "gradebook" / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        for student in ("ada", "blaise", "carl")
    }
    assert "step: visible checks passed (8 cases)" in pages["ada"]
    assert "CheckFailed" not in pages["ada"]
    assert "descend: " in pages["blaise"] and "numerical_gradient: not done yet." in pages["blaise"]
    assert pages["carl"].count("not done yet.") == 5


@pytest.mark.slow
def test_all_that_grading_writes_is_under_the_gradebook_folder(course):
    assert {path.name for path in course.iterdir()} == {"nbgrader_config.py", "solutions", "exercises", "gradebook"}


@pytest.mark.slow
def test_tasks_are_kept_back_from_exercises_and_from_graded_folders(course):
    assert {path.name for path in (course / "exercises" / NAME).iterdir()} == {f"{NAME}.ipynb", "checks.json"}
    assert list((course / "gradebook").rglob("tasks.py")) == []
