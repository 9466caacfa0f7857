"""nbgrader from end to end: a made-up class hands in exercise 01, which is collected, graded, answered and exported."""

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
FRAMEWORKS = "05_tensorflow_gradienttape"
pytestmark = pytest.mark.slow


def nbgrader(root, *arguments):
    """One command of nbgrader's, as an instructor gives it."""
    done = subprocess.run(
        [sys.executable, "-m", "nbgrader", *arguments], cwd=root, capture_output=True, text=True, env=os.environ
    )
    assert done.returncode == 0, done.stdout + done.stderr


def answers(root, name):
    """The solution's cells, grade_id → source; among them the answer to the question in own words."""
    solved = nbformat.read(root / "solutions" / name / f"{name}.ipynb", as_version=4)
    return {cell.metadata.nbgrader.grade_id: cell.source for cell in solved.cells if "nbgrader" in cell.metadata}


def hand_in(root, name, file, filled):
    """A file as it comes from a learning platform, with these cells filled in; the rest stays as it was released."""
    notebook = nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)
    for cell in notebook.cells:
        grade_id = cell.metadata.get("nbgrader", {}).get("grade_id")
        cell.source = filled.get(grade_id, cell.source)
    folder = root / "gradebook" / "downloaded" / name / "archive"
    folder.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, folder / file)


def new_course(root, *names):
    """A course folder with these exercises released."""
    shutil.copy(ROOT / "nbgrader_config.py", root)
    for name in names:
        shutil.copytree(ROOT / "solutions" / name, root / "solutions" / name)
        release.release(root, name)
    return root


def grades_of(root):
    nbgrader(root, "export", "--to", "gradebook/grades.csv")
    with open(root / "gradebook" / "grades.csv", encoding="utf-8") as file:
        return {row["student_id"]: (float(row["score"]), float(row["max_score"])) for row in csv.DictReader(file)}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder after grading: the path to it."""
    root = new_course(tmp_path_factory.mktemp("course"), NAME)
    right = answers(root, NAME)
    half = {name: right[name] for name in ("step", "stationary_point")}
    half["descend"] = right["descend"].replace("[start]", "[]").replace("path[-1]", "start")
    noise = "import logging, sys, warnings; warnings.warn('w'); logging.error('l'); print('e', file=sys.stderr)"
    noisy = {"step": right["step"].replace("    return", f"    {noise}\n    return")}
    hand_in(root, NAME, f"ada_{NAME}.ipynb", right)
    hand_in(root, NAME, f"blaise_12345_67890_{NAME}.ipynb", half)
    hand_in(root, NAME, f"carl_{NAME}.ipynb", {})
    hand_in(root, NAME, f"dora_{NAME}.ipynb", noisy)
    hand_in(root, NAME, "my homework.ipynb", right)
    hand_in(root, NAME, "emil_01_wrong_name.ipynb", right)
    nbgrader(root, "zip_collect", NAME)
    nbgrader(root, "autograde", NAME)
    nbgrader(root, "generate_feedback", NAME)
    return root


def test_right_half_right_and_empty_get_the_expected_points(course):
    # Ada's 17 await the 3 points that are given by hand; step and stationary_point are worth 2 and 4.
    # Dora writes to the error stream in a function that a check calls: nbgrader gives no points for a check that does.
    assert grades_of(course) == {"ada": (17, 20), "blaise": (6, 20), "carl": (0, 20), "dora": (2, 20)}


def test_a_right_answer_loses_no_point_to_the_log_lines_of_a_framework(tmp_path):
    root = new_course(tmp_path, FRAMEWORKS)
    hand_in(root, FRAMEWORKS, f"ada_{FRAMEWORKS}.ipynb", answers(root, FRAMEWORKS))
    nbgrader(root, "zip_collect", FRAMEWORKS)
    nbgrader(root, "autograde", FRAMEWORKS)
    cells = nbformat.read(root / "solutions" / FRAMEWORKS / f"{FRAMEWORKS}.ipynb", as_version=4).cells
    roles = [(cell.cell_type, cell.metadata.get("nbgrader", {})) for cell in cells]
    given_by_checks = sum(role["points"] for kind, role in roles if kind == "code" and role.get("grade"))
    given = sum(role["points"] for _, role in roles if role.get("grade"))
    assert grades_of(root) == {"ada": (given_by_checks, given)}


def test_feedback_shows_the_sentences_that_the_checks_say(course):
    pages = {
        student: (course / "gradebook" / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        for student in ("ada", "blaise", "carl")
    }
    assert "step: visible checks passed (8 cases)" in pages["ada"]
    assert "CheckFailed" not in pages["ada"]
    assert "descend: " in pages["blaise"] and "numerical_gradient: not done yet." in pages["blaise"]
    assert pages["carl"].count("not done yet.") == 5


def test_all_that_grading_writes_is_under_the_gradebook_folder(course):
    assert {path.name for path in course.iterdir()} == {"nbgrader_config.py", "solutions", "exercises", "gradebook"}


def test_tasks_are_kept_back_from_exercises_and_from_graded_folders(course):
    assert {path.name for path in (course / "exercises" / NAME).iterdir()} == {f"{NAME}.ipynb", "checks.json"}
    assert list((course / "gradebook").rglob("tasks.py")) == []


def test_a_release_that_nbgrader_refuses_leaves_the_last_one(tmp_path, monkeypatch):
    """nbgrader removes what it could not renew: once there are submissions it takes no other cells."""
    root = new_course(tmp_path, NAME)
    released = {path: path.read_bytes() for path in (root / "exercises").rglob("*.*")}
    checks = (root / "solutions" / NAME / "checks.json").read_bytes()

    class Refusing:
        def __init__(self, config):
            pass

        def generate_assignment(self, name):
            shutil.rmtree(root / "exercises" / name)
            (root / "solutions" / name / "checks.json").write_text("{}", encoding="utf-8")
            return {
                "success": False,
                "log": "[INFO] so far\n    RuntimeError: Cannot add cells.\n",
                "error": "Traceback",
            }

    monkeypatch.setattr(release, "NbGraderAPI", Refusing)
    with pytest.raises(
        RuntimeError, match=r"^nbgrader could not release 01_update_rule: RuntimeError: Cannot add cells\.$"
    ):
        release.release(root, NAME)
    assert {path: path.read_bytes() for path in (root / "exercises").rglob("*.*")} == released
    assert (root / "solutions" / NAME / "checks.json").read_bytes() == checks
