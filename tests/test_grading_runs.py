"""A grading that is interrupted, repeated, refused, or fails: nothing is lost, nothing done twice, nothing hidden."""

import contextlib
import csv
import errno
import itertools
import json
import os
import re
import shutil
import sqlite3
import subprocess
import time
from collections import Counter

import nbformat
import numpy as np
import pytest
from conftest import demand_browser
from nbgrader.api import Gradebook
from nbgrader.apps import api, autogradeapp
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory

import browser
import checks
from classroom import NAME, ROOT, answers, filled, nbgrader, new_course, run_here, submit
from grader import files, grading, hidden, overview, received, release, report, sandbox, submissions, verdicts
from grader.inside import worker

fcntl = pytest.importorskip("fcntl", reason="grading does not run on Windows")
pytestmark = pytest.mark.slow
CLASS = ("ada", "blaise", "carl", "dora", "emil", "fay")
WRONG = "def step(theta, gradient, lr):\n    return 0 * theta"


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    """A course with a gradebook, and without submissions."""
    return new_course(tmp_path_factory.mktemp("course"), NAME)


@pytest.fixture
def course(released, tmp_path, monkeypatch):
    """A course in which a class has handed in, and nothing is graded; cells run without a sandbox."""
    root = shutil.copytree(released, tmp_path / "course")
    right = answers(root, NAME)
    for student in CLASS:
        submit(root, student, filled(root, NAME, right if student < "d" else right | {"stationary_point": ""}))
    monkeypatch.setattr(sandbox, "run", run_here)
    monkeypatch.setattr(sandbox, "missing", lambda: "")
    return root


def grade(root, **options):
    """What `nbgrader autograde` does in this course."""
    config = release.config(root)
    directory = CourseDirectory(config=config, **{k: options.pop(k) for k in ("student_id",) if k in options})
    directory.assignment_id = options.pop("name", NAME)
    autograde = grading.Autograde(coursedir=directory, config=config)
    for name, value in options.items():
        setattr(autograde, name, value)
    autograde.start()


def refused(root, **options):
    """The sentence with which a grading refuses."""
    with pytest.raises(NbGraderException) as error:
        grade(root, **options)
    return str(error.value)


def rows_of(root):
    with open(root / "gradebook" / "grading" / f"{NAME}.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def statuses(root):
    return [row["status"] for row in rows_of(root).values()]


def watched(monkeypatch, stop_after=None):
    """The students whose cells are run, as a list that grows; after so many, Ctrl-C."""
    seen = []

    def run(submissions, *rest, **more):
        for result in itertools.islice(run_here(submissions), stop_after):
            seen.append(result.key)
            yield result
        if stop_after is not None:
            raise KeyboardInterrupt

    monkeypatch.setattr(sandbox, "run", run)
    return seen


def test_nbgraders_command_and_formgraders_button_grade_this_way(course):
    release.config(course)  # reads nbgrader_config.py
    assert autogradeapp.Autograde is api.Autograde is grading.Autograde


def test_an_interrupted_grading_continues_where_it_stopped(course, monkeypatch):
    watched(monkeypatch, stop_after=2)
    assert refused(course).startswith("Stopped. What is graded is kept")
    assert sorted(statuses(course)) == ["graded"] * 2 + ["not graded yet"] * 4
    assert [row["score"] for row in rows_of(course).values()] == ["17", "17", "", "", "", ""]
    rest = watched(monkeypatch)
    grade(course)
    assert rest == list(CLASS[2:])
    assert [row["score"] for row in rows_of(course).values()] == ["17", "17", "17", "13", "13", "13"]


def test_an_interrupted_grading_by_force_continues_without_force(course, monkeypatch):
    grade(course)
    first = watched(monkeypatch, stop_after=4)
    refused(course, force=True)
    rest = watched(monkeypatch)
    grade(course)
    assert (first, rest) == (list(CLASS[:4]), list(CLASS[4:]))
    assert statuses(course) == ["graded"] * 6


def test_a_late_submission_gets_nbgraders_penalty_until_the_deadline_is_extended(course):
    with open(course / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write('\nc.LateSubmissionPlugin.penalty_method = "zero"\n')
    for student, day in (("ada", 1), ("blaise", 3)):
        folder = course / "gradebook" / "submitted" / student / NAME
        (folder / "timestamp.txt").write_text(f"2026-03-0{day} 12:00:00 UTC", encoding="utf-8")

    def scores(deadline):
        with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}") as book:
            book.update_or_create_assignment(NAME, duedate=f"2026-03-0{deadline} 00:00:00 UTC")
        grade(course, force=True)
        return [rows_of(course)[student]["score"] for student in ("ada", "blaise", "carl")]

    assert [scores(2), scores(4), scores(1)] == [["17", "0", "17"], ["17", "17", "17"], ["0", "0", "17"]]


def test_a_faulty_file_of_deadlines_is_refused_before_anything_is_graded(course, monkeypatch):
    seen, file = watched(monkeypatch), course / "gradebook" / "deadlines.toml"
    file.write_text(f"[{NAME}]\ndeadline = 2026-10-19T23:59:00\nextensions = {{ zoe = 2026-10-26T23:59:00 }}\n")
    assert f"{NAME} names zoe, and the gradebook knows no such student" in refused(course)
    assert seen == [] and not (course / "gradebook" / "autograded").exists()


def test_a_crash_between_points_and_record_loses_nothing(course, monkeypatch):
    grade(course)
    rows = rows_of(course)
    path = course / "gradebook" / "grading" / f"{NAME}.jsonl"
    path.write_bytes(path.read_bytes()[:-20])  # the last line was being written
    again = watched(monkeypatch)
    grade(course)
    assert len(again) == 1 and rows_of(course) == rows


def test_graded_twice_it_gives_the_same_points_and_the_same_notebooks(course):
    def result():
        files = {path: path.read_bytes() for path in (course / "gradebook" / "autograded").rglob("*.*")}
        return rows_of(course), files

    grade(course)
    first = result()
    grade(course, force=True)
    assert result() == first


def test_only_what_is_new_or_changed_is_graded(course, monkeypatch):
    grade(course)
    submit(course, "gus", filled(course, NAME, {}))
    submit(course, "carl", filled(course, NAME, answers(course, NAME) | {"step": WRONG}))
    assert (course / "gradebook" / "submitted" / "blaise" / NAME / f"{NAME}.ipynb").touch() is None
    seen = watched(monkeypatch)
    grade(course)
    assert seen == ["carl", "gus"]
    assert rows_of(course)["gus"]["status"] == "not done" and rows_of(course)["carl"]["score"] != "17"


def test_points_given_by_hand_stay_when_a_newer_submission_is_graded(course):
    grade(course)
    question, right = "at_rest", answers(course, NAME)

    def adas(**changed):
        """Score and what is left to be given by hand, after another grading, of a newer file if something changed."""
        if changed:
            submit(course, "ada", filled(course, NAME, right | changed))
        grade(course, student_id="ada", force=True)
        return rows_of(course)["ada"]["score"], rows_of(course)["ada"]["by_hand"]

    def given_by_hand(**points):
        with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}", "downhill") as book:
            for name, some in points.items():
                grade = book.find_grade(name, NAME, NAME, "ada")
                grade.manual_score, grade.needs_manual_grade = some, False
            book.db.commit()

    assert (rows_of(course)["ada"]["score"], rows_of(course)["ada"]["by_hand"]) == ("17", "3")
    given_by_hand(**{question: 2.5})
    assert adas() == ("19.5", "0")  # nothing has changed: nothing needs another look
    assert adas(stationary_point="") == ("15.5", "0")
    assert adas(stationary_point="", **{question: "Another answer."}) == ("15.5", "3")
    assert adas() == ("15.5", "3")  # nobody has looked yet
    given_by_hand(**{question: 1, "check_stationary_point": 1})
    assert adas() == ("15", "0")
    assert adas(**{question: "Another answer."}) == ("15", "4")  # its check gives other points now


def test_points_given_by_hand_to_an_answer_that_its_check_refuses_need_another_look_at_a_newer_answer(course):
    right, task = answers(course, NAME), "stationary_point"

    def carls(**changed):
        submit(course, "carl", filled(course, NAME, right | changed))
        grade(course, student_id="carl")
        return rows_of(course)["carl"]["score"], rows_of(course)["carl"]["by_hand"]

    assert carls(**{task: f"def {task}(hessian):\n    return 'a minimum'"}) == ("13", "3")
    with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}", "downhill") as book:
        check = book.find_grade(f"check_{task}", NAME, NAME, "carl")
        check.manual_score, check.needs_manual_grade = 4, False
        book.db.commit()
    refused = {task: f"def {task}(hessian):\n    return 'a minimum'"}
    assert carls(**refused, step=right["step"] + "  # as before") == ("17", "3")
    assert carls(**{task: f"def {task}(hessian):\n    return 'whatever'"}) == ("17", "7")


def test_students_can_be_chosen_and_left_out(course, monkeypatch):
    seen = watched(monkeypatch)
    grade(course, student_id="[abc]*")
    assert seen == ["ada", "blaise", "carl"] and len(rows_of(course)) == 6


def test_feedback_is_made_of_each_students_own_notebook_whatever_the_name(course):
    names = ["A*", "Ada", "Bo [guest]", "[A]da", "{0}"]
    for student in names:
        folder = course / "gradebook" / "autograded" / student / NAME
        folder.mkdir(parents=True)
        nbformat.write(filled(course, NAME, {}), folder / f"{NAME}.ipynb")

    def found(student):
        config = release.config(course)
        directory = CourseDirectory(config=config, student_id=student, assignment_id=NAME)
        feedback = grading.GenerateFeedback(coursedir=directory, config=config)
        feedback.init_notebooks()
        place = course / "gradebook" / "autograded"
        assert all(one == [f"{folder}/{NAME}.ipynb"] for folder, one in feedback.assignments.items())
        return sorted(os.path.relpath(folder, place) for folder in feedback.assignments)

    assert found("*") == [f"{student}/{NAME}" for student in names]
    assert found("Bo [guest]") == [f"Bo [guest]/{NAME}"] and found("Ada") == [f"Ada/{NAME}"]
    with pytest.raises(NbGraderException, match="Nothing has been graded"):
        found("zoe")


def test_a_second_grading_at_the_same_time_is_refused_and_changes_nothing(course, monkeypatch):
    seen = watched(monkeypatch)
    (course / "gradebook" / "grading").mkdir(exist_ok=True)
    with open(course / "gradebook" / "grading" / "lock", "a+", encoding="utf-8") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        lock.write("01_update_rule, process 1234, since 12:00")
        lock.flush()
        said = refused(course)
    assert "01_update_rule, process 1234, since 12:00. Wait until it is done." in said
    assert seen == [] and not (course / "gradebook" / "autograded").exists()
    grade(course)
    assert len(seen) == 6


def test_a_gradebook_that_cannot_be_written_is_refused_with_a_sentence(course):
    """As on a disk that is read-only: here a folder is in the place of a file."""
    (course / "gradebook" / "grading" / "lock").mkdir(parents=True)
    assert refused(course).endswith("gradebook/grading/lock cannot be written: Is a directory.")


def test_without_a_sandbox_it_refuses_unless_the_risk_is_accepted(course, monkeypatch):
    was = []

    def run(submissions, limits, workers, confined, libraries):
        was.append(confined)
        return run_here(submissions)

    monkeypatch.setattr(sandbox, "run", run)
    monkeypatch.setattr(sandbox, "missing", lambda: "Install bubblewrap.")
    assert refused(course).startswith("Install bubblewrap.")
    assert not (course / "gradebook" / "autograded").exists()
    grade(course, accept_risk=True)
    assert was == [False] and statuses(course) == ["graded"] * 6


def test_what_the_exercise_imports_is_imported_once_for_all_submissions(course, monkeypatch):
    notebook = nbformat.read(course / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)
    asked = []

    def on_demand(sources):
        asked.extend(sources)
        return ("some.framework",)

    def run(submissions, limits, workers, confined, libraries):
        asked.append(libraries)
        return run_here(submissions)

    monkeypatch.setattr(sandbox, "on_demand", on_demand)
    monkeypatch.setattr(sandbox, "run", run)
    grade(course)
    *sources, libraries = asked
    assert sources == [cell.source for cell in notebook.cells if cell.cell_type == "code"]
    assert libraries == (*sandbox.LIBRARIES, "some.framework")


def test_what_fails_in_the_grading_itself_fails_for_one_alone_and_is_tried_again(course, monkeypatch):
    judged = grading.judged

    def failing(exercise, pending, run, hidden):
        if run.key == "blaise":
            raise ZeroDivisionError("by accident")
        return judged(exercise, pending, run, hidden)

    monkeypatch.setattr(grading, "judged", failing)
    assert "failed on blaise" in refused(course)
    assert statuses(course) == ["graded", "failed"] + ["graded"] * 4
    assert rows_of(course)["blaise"]["score"] == "" and "ZeroDivisionError" in rows_of(course)["blaise"]["reason"]
    monkeypatch.setattr(grading, "judged", judged)
    grade(course)
    assert rows_of(course)["blaise"]["score"] == "17"


def test_what_a_full_disk_does_not_take_leaves_points_and_notebook_as_they_were(course, monkeypatch):
    """A submission that fails has no points; one that was graded before keeps its own until it is graded again."""
    grade(course)
    place = course / "gradebook" / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    before = place.read_bytes()
    for student in ("ada", "zoe"):
        submit(course, student, filled(course, NAME, answers(course, NAME) | {"stationary_point": ""}))

    def full(path, content):
        raise OSError(errno.ENOSPC, "No space left on device")

    with monkeypatch.context() as disk:
        disk.setattr(files.Path, "write_bytes", full)
        assert "failed on ada, zoe" in refused(course)
    assert [(rows_of(course)[one]["status"], rows_of(course)[one]["score"]) for one in ("ada", "zoe")] == [
        ("failed", "17"), ("failed", ""),
    ]  # fmt: skip
    assert place.read_bytes() == before
    grade(course)
    assert [rows_of(course)[one]["score"] for one in ("ada", "zoe")] == ["13", "13"]


def test_what_a_killed_grading_has_left_is_taken_away_by_the_next(course):
    place = course / "gradebook" / "grading"
    (place / f"{NAME}.new" / "ada" / "old").mkdir(parents=True)
    (place / f"{NAME}.new" / "ada" / "new").mkdir()
    grade(course)
    assert statuses(course) == ["graded"] * 6 and [path.name for path in place.iterdir() if path.is_dir()] == []


def test_a_submission_that_the_sandbox_could_not_begin_has_no_score(course, monkeypatch):
    def run(submissions, *rest, **more):
        for submission in submissions:
            not_run = sandbox.Done([], None, "Not run. It could not be begun.", ran=False)
            yield sandbox.Run(submission.key, [not_run for _ in submission.steps], "It could not be begun.")

    monkeypatch.setattr(sandbox, "run", run)
    refused(course)
    assert {(row["status"], row["score"]) for row in rows_of(course).values()} == {("failed", "")}


def test_a_student_without_a_submission_is_missing_and_has_no_score(course):
    with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}", "downhill") as book:
        book.add_student("zoe")
    grade(course)
    assert (rows_of(course)["zoe"]["status"], rows_of(course)["zoe"]["score"]) == ("missing", "")


def test_an_unreadable_submission_has_a_page_that_says_why_and_no_points(course):
    submit(course, "ada", b"{")
    grade(course)
    page = nbformat.read(course / "gradebook" / "autograded" / "ada" / NAME / f"{NAME}.ipynb", as_version=4)
    assert "could not be graded" in page.cells[0].source and "was cut short or damaged" in page.cells[0].source
    with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}", "downhill") as book:
        grades = book.find_submission_notebook(NAME, NAME, "ada").grades
        assert {(one.auto_score, one.needs_manual_grade) for one in grades} == {(None, True)}
    submit(course, "ada", filled(course, NAME, answers(course, NAME)))  # the student hands in again
    grade(course)
    assert rows_of(course)["ada"]["score"] == "17"


def test_an_unknown_exercise_or_student_is_refused_by_name(course):
    said = refused(course, name="01_update_rul")
    assert said.startswith("There is no released exercise 01_update_rul; released are: 01_update_rule.")
    said = refused(course, student_id="adam")
    assert said.startswith(f"There is nothing to grade: no folder gradebook/submitted/adam/{NAME}.")


def test_limits_reach_the_sandbox_and_those_that_do_not_exist_are_refused(course, monkeypatch):
    given = []
    monkeypatch.setattr(sandbox, "run", lambda some, limits, **more: given.append(limits) or run_here(some))
    grade(course, limits={"cell_seconds": "120"})
    assert given[0].cell_seconds == 120 and given[0].memory == sandbox.Limits().memory
    with pytest.raises(Exception, match="limits takes numbers under the names cell_seconds, call_seconds"):
        grade(course, limits={"seconds": 1})


def test_a_gradebook_that_does_not_know_the_exercise_is_refused(course):
    path = course / "exercises" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace('"points": 2', '"points": 3'), encoding="utf-8")
    assert "Run `python -m grader.release 01_update_rule` first." in refused(course)
    (course / "gradebook" / "gradebook.db").unlink()
    assert "Run `python -m grader.release 01_update_rule` first." in refused(course)


def test_an_older_gradebook_no_longer_reads_everybodys_points_for_each_submission(course):
    path = course / "gradebook" / "gradebook.db"
    columns = {"grade": "notebook", "comment": "notebook", "submitted_notebook": "assignment"}
    with contextlib.closing(sqlite3.connect(path)) as book:
        for table, column in columns.items():
            book.execute(f"DROP INDEX {table}_by_{column}")
    grade(course, student_id="ada")
    with contextlib.closing(sqlite3.connect(path)) as book:
        for table, column in columns.items():
            (step,) = book.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column}_id = ''")
            assert f"SEARCH {table} USING INDEX {table}_by_{column}" in step[-1]


def test_hidden_cases_stay_until_the_exercise_changes_and_differ_between_courses(course, monkeypatch, tmp_path):
    book, solution = course / "gradebook", course / "solutions" / NAME
    with monkeypatch.context() as no_process:
        no_process.setattr(hidden.subprocess, "run", None)
        first = hidden.hidden_tasks(solution, book)  # as the release has made them
    visible = json.loads((course / "exercises" / NAME / "checks.json").read_text(encoding="utf-8"))["tasks"]
    assert first.keys() == visible.keys()
    for name, task in first.items():
        shown = [case["arguments"] for case in visible[name]["cases"]]
        assert sum(case["arguments"] not in shown for case in task["cases"]) >= len(task["cases"]) / 2
    tasks = solution / "tasks.py"
    tasks.write_text(tasks.read_text(encoding="utf-8") + "\n", encoding="utf-8")
    assert hidden.hidden_tasks(solution, book) == first  # made again from the same secret
    assert hidden.hidden_tasks(solution, tmp_path / "another") != first


def test_hidden_cases_that_cannot_be_made_stop_the_grading_with_the_reason(course):
    tasks = course / "solutions" / NAME / "tasks.py"
    tasks.write_text("1 / 0\n", encoding="utf-8")
    said = refused(course)
    assert said == "The hidden cases of 01_update_rule could not be made from its solution: " + (
        "ZeroDivisionError: division by zero"
    )
    (course / "gradebook" / "grading" / "seed").write_text("", encoding="ascii")
    assert "is damaged: restore it from your backup, or remove it" in refused(course)


def test_a_table_of_grades_holds_no_formula_and_a_terminal_gets_no_control_characters(course):
    submit(course, "=1+1", filled(course, NAME, {}))
    submit(course, "a;=1+1, @x|-y", filled(course, NAME, {}))
    grade(course)
    assert {"'=1+1", "a;'=1+1, '@x|'-y"} < rows_of(course).keys()
    shown = report.table([report.Line("\x1b[2Jfay", NAME, "graded", 1.0, 2.0, 0.0, "a\nb\u2028c\u202ed")])
    assert len(shown.splitlines()) == 2 and not {"\x1b", "\u202e"} & set(shown)


def test_a_name_that_looks_like_a_row_stays_in_its_column():
    line = report.Line("Eve          graded    20 of 20", NAME, "graded", 3.0, 20.0, 0.0, "")
    eve, other, _ = report.table([line, line._replace(student="x" * 90)]).split("\n")
    assert eve == f"{'Eve graded 20 of 20':30}  graded             3 of 20"
    assert other == f"{'x' * 30}  graded             3 of 20"


def test_no_name_of_a_students_reaches_the_gradebook_that_a_page_would_not_show_as_text(course):
    """nbgrader's pages show a name as it is, script and all."""
    bad = [
        "<script>alert(1)<",
        "fay\x1b[2J",
        "new\nline",
        "right\u202eleft",
        '"quoted"',
        "&lt;b&gt;",
        "\udcff",
        "x" * 120,
    ]
    for name in bad:
        submit(course, name, filled(course, NAME, {}))
    grade(course)
    rows = rows_of(course)
    assert [row["status"] for row in rows.values()].count("unreadable") == len(bad)
    assert {row["score"] for row in rows.values() if row["status"] == "unreadable"} == {""}
    assert all("the name " in row["reason"] for row in rows.values() if row["status"] == "unreadable")
    assert [rows[student]["status"] for student in CLASS] == ["graded"] * 6
    with Gradebook(f"sqlite:///{course / 'gradebook' / 'gradebook.db'}", "downhill") as book:
        assert sorted(student.id for student in book.students) == sorted(CLASS)


def test_a_folder_that_links_elsewhere_gets_nothing_from_there(course):
    """The solution's folder holds a notebook of the exercise's name: with all answers."""
    (course / "gradebook" / "submitted" / "eve").mkdir()
    (course / "gradebook" / "submitted" / "eve" / NAME).symlink_to(course / "solutions" / NAME)
    (course / "gradebook" / "submitted" / "mallory").symlink_to(course / "gradebook" / "submitted" / "ada")
    grade(course)
    rows = rows_of(course)
    assert [(rows[one]["status"], rows[one]["score"]) for one in ("eve", "mallory")] == [("unreadable", "")] * 2
    assert "is a link" in rows["eve"]["reason"] and [rows[one]["status"] for one in CLASS] == ["graded"] * 6
    page = overview.page(overview.look(course, NAME))  # which is for the class, and names nobody
    assert "is a link" in page and not re.search(r"\b(eve|mallory)\b", page)


def test_a_second_notebook_is_left_out_and_stops_no_feedback(course):
    """nbgrader makes a page of each notebook that it finds, and one of an older format ends the command."""
    old = filled(course, NAME, {})
    for one in old.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.schema_version = 0
    submit(course, "ada", old, file="another.ipynb")
    submit(course, "ada", b"\xff" * 1000, file="timestamp.txt")
    grade(course)
    assert rows_of(course)["ada"]["reason"] == '"another.ipynb", another notebook, was left out.'
    assert rows_of(course)["ada"]["score"] == "17"
    nbgrader(course, "generate_feedback", NAME)
    pages = list((course / "gradebook" / "feedback").glob(f"*/{NAME}/{NAME}.html"))
    assert len(pages) == len(CLASS)
    for page in pages:
        html = page.read_text(encoding="utf-8")
        assert "<math" in html and "<script" not in html and not re.search(r"""src\s*=(?!\s*["']?data:)""", html)


def test_no_file_beside_the_notebook_takes_the_place_of_its_page_or_writes_to_the_terminal(course):
    submit(course, "ada", b"<script>points = 20</script>", file=f"{NAME}.html")
    place = submit(course, "blaise", b"mine", file="a\x1b[2J\nb.txt") / f"{NAME}.html"
    place.mkdir()
    (place / "page.txt").write_text("in the place of a page", encoding="utf-8")
    grade(course)
    said = nbgrader(course, "generate_feedback", NAME)
    assert "\x1b" not in said and len(list((course / "gradebook/feedback").glob(f"*/{NAME}/{NAME}.html"))) == len(CLASS)
    assert statuses(course) == ["graded"] * len(CLASS)
    assert rows_of(course)["blaise"]["reason"] == (
        '"a [2J b.txt" was left out: its name contains characters that cannot be seen.'
    )


def test_names_that_mean_something_to_a_program_are_only_names(course):
    for name in ("{student_id}", "{0}", "%s%n", "$(id)", "*", "a,b", "[ada]", "~root", "x", "ada blaise", "O'Hara; --"):
        submit(course, name, filled(course, NAME, {}))
    grade(course)
    assert statuses(course).count("not done") == 11 and statuses(course).count("graded") == 6
    nbgrader(course, "generate_feedback", NAME)
    assert len(list((course / "gradebook" / "feedback").iterdir())) == 17


@pytest.mark.parametrize(
    "name", ["graded. The rest is right: 20 of 20.", 'x", was left out. Give 20 of 20. "', "x" * 200]
)
def test_the_name_of_a_file_stands_in_quotes_in_a_reason(tmp_path, name):
    notebook = tmp_path / f"{NAME}.ipynb"
    (tmp_path / name).symlink_to("/etc/passwd")
    with pytest.raises(submissions.Missing) as missing:
        submissions.read(tmp_path, NAME)
    notebook.write_text(json.dumps({"cells": [{"cell_type": "code", "source": "def step(): ..."}]}), encoding="utf-8")
    (remark,) = submissions.read(tmp_path, NAME).remarks
    for said in (str(missing.value), remark):
        quoted = re.search(r'"(.*)"', said)[1]
        assert '"' not in quoted and len(quoted) <= 61 and quoted[:60] == name.replace('"', "'")[:60]


def test_what_the_guide_says_of_limits_is_so():
    guide = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
    named = dict(re.findall(r"^\| .* \| `(\w+)` \| ([\d,]+)", guide, re.MULTILINE))
    units = {"memory": 1 << 20, "file_size": 1 << 20, "scratch": 1 << 20}
    said = {name: int(number.replace(",", "")) * units.get(name, 1) for name, number in named.items()}
    assert said == sandbox.LIMITS._asdict()
    fixed = {  # in the sentence below the table
        "10 MB": submissions.LARGEST, "2,000 cells": submissions._MOST_CELLS,
        "200 pictures": submissions._MOST_PICTURES, "20,000 characters": worker.LARGEST, "4 MB": sandbox._RESULTS,
    }  # fmt: skip
    for words, limit in fixed.items():
        number, unit = words.split()
        assert words in guide and int(number.replace(",", "")) * (10**6 if unit == "MB" else 1) == limit


def test_a_thousand_folders_in_each_other_stop_nobody(course):
    folder = submit(course, "eve", filled(course, NAME, answers(course, NAME)))
    here = os.open(folder, os.O_RDONLY)
    try:
        for _ in range(1200):
            os.mkdir("folder", dir_fd=here)
            inner = os.open("folder", os.O_RDONLY, dir_fd=here)
            os.close(here)
            here = inner
        os.close(os.open("file", os.O_CREAT, dir_fd=here))
        grade(course)
    finally:
        os.close(here)
        subprocess.run(["rm", "-r", str(folder / "folder")], check=True)  # shutil gives up at that depth
    assert statuses(course) == ["graded"] * 7
    assert rows_of(course)["eve"]["reason"] == "a folder was left out: it is nested too deep."


@pytest.mark.parametrize(
    "data",
    [
        {"worksheets": 1}, {"worksheets": [1]}, {"worksheets": [{"cells": 1}]}, {"worksheets": [{"cells": None}]},
        {"worksheets": {"cells": []}}, {"cells": 1}, {"cells": None}, {"cells": [1]}, {"cells": [{"source": {}}]},
        {"cells": {"a": 1}}, {"cells": [[]]}, {"worksheets": []}, {}, [], 1, None, "cells",
    ],
)  # fmt: skip
def test_what_is_no_notebook_is_unreadable_and_never_a_failure(course, data):
    submit(course, "eve", json.dumps(data).encode())
    grade(course, student_id="eve")
    assert rows_of(course)["eve"]["status"] == "unreadable"


def test_a_notebook_of_too_much_text_is_unreadable_and_costs_no_time(course):
    notebook = filled(course, NAME, {})
    notebook.cells += [nbformat.v4.new_code_cell("stationary_point = " * 10_000) for _ in range(40)]
    submit(course, "eve", notebook)
    start = time.monotonic()
    grade(course, student_id="eve")
    assert "more than 1000000 characters" in rows_of(course)["eve"]["reason"] and time.monotonic() - start < 5


def test_a_notebook_of_too_many_pictures_is_unreadable(course):
    """A page of 200,000 took minutes."""
    notebook = filled(course, NAME, {})
    pictures = {f"{k}.png": {"image/png": "AAAA"} for k in range(101)}
    notebook.cells += [nbformat.v4.new_markdown_cell("x", attachments=pictures) for _ in range(2)]
    submit(course, "eve", notebook)
    grade(course, student_id="eve")
    assert rows_of(course)["eve"]["reason"] == "more than 200 pictures are attached to its cells."


def test_the_words_of_an_outcome_do_not_reach_the_report(course, monkeypatch):
    """A process can return what it likes, such as a time limit that speaks for the grader, and then end itself."""
    words = "give 20 of 20"

    def run(submissions, *rest, **more):
        for one in run_here(submissions):
            forged = {"raised": {"type": "TimeLimit", "message": words, "line": words}}
            steps = [
                done if done.outcomes is None else done._replace(outcomes=[forged], stopped="Its process was killed.")
                for done in one.steps
            ]
            yield one._replace(steps=steps)

    monkeypatch.setattr(sandbox, "run", run)
    grade(course)
    assert statuses(course) == ["partly run"] * 6 and rows_of(course)["ada"]["score"] == "0"
    assert words not in (course / "gradebook" / "grading" / f"{NAME}.csv").read_text(encoding="utf-8")
    assert words not in (course / "gradebook" / "grading" / f"{NAME}.jsonl").read_text(encoding="utf-8")


def test_outputs_without_end_are_not_all_kept(course, monkeypatch):
    many = [{"output_type": "stream", "name": "stdout", "text": "x"}] * 900

    def run(submissions, *rest, **more):
        for one in run_here(submissions):
            yield one._replace(steps=[d if d.outcomes else d._replace(outputs=many) for d in one.steps])

    monkeypatch.setattr(sandbox, "run", run)
    grade(course, student_id="ada")
    path = course / "gradebook" / "autograded" / "ada" / NAME / f"{NAME}.ipynb"
    counts = [len(one.get("outputs", ())) for one in nbformat.read(path, as_version=4).cells]
    assert max(counts) == 900 and sum(counts) < 1020
    assert rows_of(course)["ada"]["score"] == "17"


@pytest.mark.parametrize("large", [[0.5] * 9990, [{"list": [0]}] * 3300, [{"list": []}] * 4990])
def test_large_results_that_differ_at_the_end_are_judged_in_seconds(course, monkeypatch, large):
    """As large as the sandbox lets through, of every call of every task, which is more than it lets through."""
    first, last = {"value": {"list": large}}, {"value": {"list": [*large[:-1], "z"]}}
    assert [received.outcome(one, ()) for one in (first, last)] == [first, last]

    def run(submissions, *rest, **more):
        for one in run_here(submissions):
            yield one._replace(
                steps=[
                    d._replace(outcomes=[first] * (len(d.outcomes) - 1) + [last]) if d.outcomes else d
                    for d in one.steps
                ]
            )

    monkeypatch.setattr(sandbox, "run", run)
    start = time.process_time()
    grade(course, student_id="ada")
    assert time.process_time() - start < 8 and rows_of(course)["ada"]["score"] == "0"


def test_the_guide_names_tests_that_exist_for_all_it_promises():
    guide = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
    table = guide[guide.index("| promise | proven by |") : guide.index("It does not promise:")].strip().split("\n")[2:]
    named = [re.findall(r"`(test_\w+)`", row) for row in table]
    written = "".join(path.read_text(encoding="utf-8") for path in (ROOT / "tests").glob("test_*.py"))
    assert len(table) >= 9 and all(named)
    assert [name for names in named for name in names if f"def {name}(" not in written] == []


# ---- random submissions

WORDS = ("", "x", "def step(", "\x1b[2J", "\ud800", "<script>", "=1+1", "\u202e", "\x00", "1e999", "%%html", "a" * 5000)


def random_value(rng, depth=0):
    """JSON data of any kind, with the keys of a notebook among them."""
    kind = rng.integers(9 if depth < 5 else 5)
    if kind < 5:
        return [None, True, int(rng.integers(-9, 9)), 0.5, str(rng.choice(WORDS))][kind]
    if kind < 7:
        return [random_value(rng, depth + 1) for _ in range(rng.integers(4))]
    keys = ["cells", "worksheets", "source", "input", "cell_type", "metadata", "nbgrader", "grade_id", "attachments"]
    return {str(rng.choice([*keys, "image/png", *WORDS])): random_value(rng, depth + 1) for _ in range(rng.integers(5))}


def random_outcome(rng, depth=0):
    """JSON data like an outcome, proper or not."""
    keys = ["value", "raised", "changed", "list", "dict", "array", "shape", "dtype", "float", "tensor", "other", "type"]
    values = ["float64", "NaN", "TimeLimit", "NotImplementedError", 0, 1, -1.5, True, None, [], [1], 10**30, *WORDS]
    if depth == 4 or rng.random() < 0.3:
        return values[rng.integers(len(values))]
    if rng.random() < 0.3:
        return [random_outcome(rng, depth + 1) for _ in range(rng.integers(4))]
    chosen = rng.choice(keys, rng.integers(1, 4), replace=False)
    return {str(key): random_outcome(rng, depth + 1) for key in chosen}


def random_judgements(root, count, seed):
    """Judge so many random outcomes, each in place of a right one; those that got points or could not be judged."""
    rng, failures, proper = np.random.default_rng(seed), [], 0
    tasks = checks.read(root / "exercises" / NAME / "checks.json")["tasks"]
    for k in range(count):
        name = str(rng.choice(list(tasks)))
        task = tasks[name]
        right = [case["answer"] for case in [*task["cases"], task["cases"][0], *task["cases"]]]
        try:
            data = {["value", "raised"][int(rng.random() < 0.2)]: random_outcome(rng)}
            outcome = received.outcome(data, tuple(task["parameters"]))
        except received.Improper:
            continue
        proper += 1
        place = int(rng.integers(len(right)))
        if outcome != right[place]:
            verdict = verdicts.verdict(name, task, task, [*right[:place], outcome, *right[place + 1 :]], "")
            if verdict.kind == verdicts.DONE or "could not be compared" in verdict.said:
                failures.append((k, name, outcome, verdict))
    assert proper > count / 20
    return failures


def random_notebook(rng, right):
    """A right notebook in which cells were moved, lost, doubled or spoilt, or any other data; as bytes."""
    if rng.random() < 0.2:
        content = json.dumps(random_value(rng)).encode()
    else:
        data = json.loads(json.dumps(right))
        for _ in range(rng.integers(1, 8)):
            cells, k = data["cells"], rng.integers(len(data["cells"]))
            spoilt = [
                lambda cells, k: cells.pop(k),
                lambda cells, k: cells.insert(0, cells[k]),
                lambda cells, k: cells.insert(k, random_value(rng)),
                lambda cells, k: isinstance(cells[k], dict) and cells[k].update({"source": random_value(rng)}),
                lambda cells, k: isinstance(cells[k], dict) and cells[k].update({"metadata": random_value(rng)}),
                lambda cells, k: isinstance(cells[k], dict) and cells[k].update({"attachments": random_value(rng)}),
                lambda cells, k: isinstance(cells[k], dict) and cells[k].update({"cell_type": random_value(rng)}),
            ]
            spoilt[rng.integers(len(spoilt))](cells, k)
            data["cells"] = cells or [{}]
        content = json.dumps(data).encode()
    return content if rng.random() < 0.8 else content[: rng.integers(len(content) + 1)]


def random_submissions(root, count, seed):
    """Read and assemble so many random notebooks; those on which that fails, or yields what is not as released."""
    rng, failures = np.random.default_rng(seed), []
    right = filled(root, NAME, answers(root, NAME))
    released = nbformat.read(root / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)
    roles = {c.metadata.nbgrader.grade_id: c for c in released.cells if "nbgrader" in c.metadata}
    locked = {name: c.source for name, c in roles.items() if c.metadata.nbgrader.get("locked")}
    seen = Counter()
    for k in range(count):
        folder = submit(root, "eve", random_notebook(rng, right))
        try:
            handed_in = submissions.read(folder, NAME)
            notebook = submissions.assemble(released, handed_in.notebook).notebook
            cells = submissions.code_cells(notebook, released)
            nbformat.validate(notebook)
        except (submissions.Missing, submissions.Unreadable) as reason:
            seen[type(reason).__name__] += 1
            continue
        except Exception as error:
            failures.append((k, repr(error)))
            continue
        seen["read"] += 1
        found = {c.metadata.nbgrader.grade_id: c for c in notebook.cells if "nbgrader" in c.metadata}
        if (
            {name: found[name].source for name in locked} != locked
            or any(c.metadata != roles[name].metadata for name, c in found.items())
            or {one.task for one in cells} - {None} != {name[6:] for name in roles if name.startswith("check_")}
        ):
            failures.append((k, "a cell with a role is not as released"))
    assert min(seen["read"], seen["Unreadable"]) > count / 20, seen  # both happen
    return failures


def test_random_notebooks_are_read_or_refused_and_nothing_of_the_release_is_lost(course):
    assert random_submissions(course, 200, seed=8) == []


def test_no_random_outcome_gets_points(course):
    assert random_judgements(course, 1000, seed=8) == []


@pytest.mark.long
def test_none_of_ten_thousand_random_outcomes_gets_points(course):
    assert random_judgements(course, 10_000, seed=15) == []


@pytest.mark.long
def test_ten_thousand_random_notebooks_are_read_or_refused_and_nothing_of_the_release_is_lost(course):
    assert random_submissions(course, 10_000, seed=15) == []


def test_the_courses_own_folder_is_left_alone(course):
    before = {path: path.read_bytes() for kind in ("solutions", "exercises") for path in (ROOT / kind).rglob("*.*")}
    grade(course)
    assert {
        path: path.read_bytes() for kind in ("solutions", "exercises") for path in (ROOT / kind).rglob("*.*")
    } == before


# ---- in Formgrader


@pytest.mark.long
@pytest.mark.browser
def test_formgrader_shows_the_rubric_beside_the_answer_and_takes_points(course):
    demand_browser()
    grade(course)
    with browser.course(course, with_nbgrader=True) as lab:
        lab.page.set_viewport_size({"width": 1280, "height": 800})  # a laptop's
        lab.page.get_by_role("menuitem", name="Nbgrader").click()
        lab.page.get_by_role("menuitem", name="Formgrader").click()
        formgrader = lab.page.frame_locator("iframe")
        for step in ("Manual Grading", NAME, NAME, "Submission #1"):
            formgrader.get_by_role("link", name=step, exact=True).click()
        columns = formgrader.locator(".row:has(.well:has-text('Rubric')) > div")
        answer, rubric = (columns.nth(k).bounding_box() for k in range(2))
        assert answer["y"] == rubric["y"] and answer["x"] + answer["width"] <= rubric["x"]
        points = formgrader.locator("input#at_rest")
        points.fill("2")
        with lab.page.expect_response(lambda answer: "/formgrader/api/grade/" in answer.url):
            points.press("Tab")
        columns.first.scroll_into_view_if_needed()
        lab.page.screenshot(path=ROOT / "build" / "screenshots" / "formgrader.png")
        assert lab.complaints() == []
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}", "downhill") as book:
        given = [book.find_grade("at_rest", NAME, NAME, student).manual_score for student in CLASS]
    assert sorted(given, key=str) == [2.0] + [None] * 5
