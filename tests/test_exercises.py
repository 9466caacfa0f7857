"""Every exercise: its answers, known mistakes and right alternatives, on the visible cases and on fresh ones."""

import io
import shutil
from contextlib import redirect_stdout
from functools import cache
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from helpers import checks
from helpers.instructor import release
from helpers.instructor.solution import make_checks, read

ROOT = Path(__file__).parents[1]
NAMES = release.names(ROOT)
SEEDS = (None, 1, 2, 3)  # None: the visible cases, out of checks.json as it is stored


@cache
def solution_of(name):
    return read(ROOT / "solutions" / name)


@cache
def checks_of(name, seed):
    """The checks of one exercise: those that students have, or fresh ones."""
    if seed is not None:
        return make_checks(solution_of(name), seed)
    return checks.read(ROOT / "exercises" / name / "checks.json")


def finding(function, task):
    """The sentence that a function gets, or None where it passes."""
    found = checks.examine(task, checks.run(function, task))
    return found and found.sentence


@pytest.mark.parametrize("seed", SEEDS)
@pytest.mark.parametrize("name", NAMES)
class TestEachTask:
    def test_the_answer_and_every_right_alternative_pass(self, name, seed):
        solution, data = solution_of(name), checks_of(name, seed)
        for task in solution.tasks:
            for function in (solution.answers[task.name], *task.alternatives):
                assert finding(function, data["tasks"][task.name]) is None, f"{task.name}: {function.__name__}"

    def test_every_known_mistake_is_told_its_own_sentence(self, name, seed):
        data = checks_of(name, seed)
        for task in solution_of(name).tasks:
            for mistake in task.mistakes:
                sentence = " ".join(mistake.__doc__.split())
                assert finding(mistake, data["tasks"][task.name]) == sentence, f"{task.name}: {mistake.__name__}"


@pytest.mark.parametrize("name", NAMES)
class TestEachExercise:
    def test_the_solution_has_no_problems(self, name):
        assert release.problems(solution_of(name)) == []

    def test_no_line_of_an_answer_reaches_the_exercise(self, name):
        assert release.leaks(solution_of(name), ROOT / "exercises" / name) == []

    def test_visible_cases_do_not_depend_on_the_run(self, name):
        assert make_checks(solution_of(name)) == make_checks(solution_of(name))

    def test_lesson_and_exercise_link_to_each_other(self, name):
        exercise = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        lesson = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert f"../../notebooks/{name}.ipynb" in exercise
        assert f"../exercises/{name}/{name}.ipynb" in lesson

    @pytest.mark.slow
    def test_an_untouched_exercise_opens_and_says_at_each_check_that_it_is_not_done(self, name, tmp_path):
        notebook = run_notebook(ROOT / "exercises" / name, tmp_path)
        errors = {source(cell): output for cell in notebook.cells for output in errors_of(cell)}
        for task in solution_of(name).tasks:
            assert errors.pop(f"check({task.name})").evalue.startswith(f"{task.name}: not done yet.")
        assert {output.ename for output in errors.values()} <= {"NotImplementedError"}

    @pytest.mark.slow
    def test_with_the_answers_put_back_it_runs_from_top_to_bottom_and_passes(self, name, tmp_path):
        notebook = run_notebook(ROOT / "solutions" / name, tmp_path)
        assert [output for cell in notebook.cells for output in errors_of(cell)] == []
        printed = [output.text for cell in notebook.cells if is_check(cell) for output in cell.outputs]
        assert [text.partition(":")[0] for text in printed] == [task.name for task in solution_of(name).tasks]
        assert all("visible checks passed" in text for text in printed)


def run_notebook(folder, tmp_path):
    """The folder's notebook, run from a copy of it with what it has beside it, past any errors."""
    copy = shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("tasks.py"))
    notebook = nbformat.read(copy / f"{folder.name}.ipynb", as_version=4)
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(copy)}}).execute()
    return notebook


def source(cell):
    return cell.source.strip()


def is_check(cell):
    return cell.cell_type == "code" and source(cell).startswith("check(")


def errors_of(cell):
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


@pytest.mark.slow
def test_exercises_are_as_their_solutions_make_them():
    assert release.stale(ROOT) == []


def test_there_are_thirty_known_mistakes():
    assert sum(len(task.mistakes) for name in NAMES for task in solution_of(name).tasks) >= 30


def test_passing_says_that_visible_checks_passed_and_nothing_more():
    check = checks.load(ROOT / "exercises" / "01_update_rule" / "checks.json")
    printed = io.StringIO()
    with redirect_stdout(printed):
        check(solution_of("01_update_rule").answers["step"])
    assert printed.getvalue() == "step: visible checks passed (8 cases)\n"
