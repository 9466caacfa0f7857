"""nbgrader from end to end: a made-up class hands in exercise 01, which is collected, graded, answered and exported.

The class contains everything that ever broke a grading, and every attempt to get points without an answer. Each must
get the right points and the right reason, and cost nobody else anything.
"""

import csv
import os
import re
import shutil
from functools import partial
from typing import NamedTuple

import hostile
import nbformat
import pytest
from nbformat.v4 import new_code_cell, new_markdown_cell
from nbgrader.api import Grade, GradeCell

from classroom import NAME, answers, cell, filled, nbgrader, new_course, release_quickly, submit
from grader import collect, overview, release, report, sandbox

pytestmark = pytest.mark.slow
ALL = 17  # points by checks; the question in own words is worth 3 more
POINTS = {
    "step": 2,
    "numerical_hessian": 4,
    "descend_until_stalled": 4,
    "stationary_point": 4,
    "steps_until_flat": 3,
}
TASK = "stationary_point"  # the task that is wrong where one is: no other task uses it
LOST = ALL - POINTS[TASK]
LIMITS = {"cell_seconds": 4, "call_seconds": 2}  # shorter than in a real grading, so that the tests are

STUB = "def stationary_point(hessian):\n    raise NotImplementedError()"
WRONG = "def stationary_point(hessian):\n    return 'minimum'"
LOOK_UP = """
def stationary_point(hessian):
    import json
    for case in json.load(open("checks.json"))["tasks"]["stationary_point"]["cases"]:
        if case["arguments"][0]["array"] == hessian.ravel().tolist():
            return case["answer"]["value"]
    return "saddle"
"""


class Case(NamedTuple):
    """A student: what is handed in, given (course, right answers); the points; the status; part of the reason."""

    make: object
    score: float | None = ALL
    status: str = "graded"
    reason: str = ""


def with_cells(changes, root, right):
    """The right answers, but for these cells."""
    return filled(root, NAME, right | changes)


def with_top(source, changes, root, right):
    """The same, and a cell of the student's own at the top."""
    notebook = with_cells(changes, root, right)
    notebook.cells.insert(0, new_code_cell(source))
    return notebook


def changed(change, root, right):
    """The right answers in a notebook that was changed in some way: change(notebook)."""
    notebook = with_cells({}, root, right)
    change(notebook)
    return notebook


def wrong(source):
    return partial(with_cells, {TASK: source})


def before(source, **changes):
    return partial(with_top, source, changes)


def with_change(change, **how):
    return partial(changed, partial(change, **how))


def remove(notebook, name):
    notebook.cells.remove(cell(notebook, name))


def twice(notebook, name):
    notebook.cells.insert(notebook.cells.index(cell(notebook, name)) + 1, cell(notebook, name).copy())


def to_top(notebook, name):
    one = cell(notebook, name)
    notebook.cells.remove(one)
    notebook.cells.insert(0, one)


def edit(notebook, name, source):
    cell(notebook, name).source = source


def without_checks(notebook):
    for task in POINTS:
        remove(notebook, f"check_{task}")


def without_roles(notebook):
    for one in notebook.cells:
        one.metadata.clear()


def more_points(notebook):
    for one in notebook.cells:
        if "points" in one.metadata.get("nbgrader", {}):
            one.metadata.nbgrader.update(points=1000, grade=True)


def false_roles(notebook):
    role = {"grade": True, "solution": False, "locked": True, "points": 50, "schema_version": 3, "task": False}
    notebook.cells.append(new_code_cell("1000", metadata={"nbgrader": {**role, "grade_id": "bonus"}}))
    cell(notebook, "check_step").metadata.nbgrader.update(grade=False, solution=True)
    cell(notebook, "check_descend_until_stalled").metadata["nbgrader"] = "nonsense"


def another_kernel(notebook):
    notebook.metadata = {"kernelspec": {"name": "julia-1.9", "display_name": "Julia", "language": "julia"}}


def below_its_check(notebook):
    answer = cell(notebook, TASK).source
    edit(notebook, TASK, STUB)
    notebook.cells.insert(notebook.cells.index(cell(notebook, f"check_{TASK}")) + 1, new_code_cell(answer))


def tried_more(notebook):
    notebook.cells.append(new_code_cell(WRONG))


def cells_as_text(notebook):
    for name, kind in ((TASK, "markdown"), (f"check_{TASK}", "raw")):
        cell(notebook, name).cell_type = kind
        for key in ("outputs", "execution_count"):
            cell(notebook, name).pop(key)


def imports_of_ones_own(root, right):
    mine = "import operator as op\nimport numpy as np\nimport checks"
    answer = "def step(theta, gradient, lr):\n    return op.sub(theta, lr * gradient)"
    return with_cells({"setup": mine, "step": answer}, root, right)


def noisy_task(root, right):
    lines = right[TASK].split("\n")
    return with_cells({TASK: "\n".join([lines[0], f"    {hostile.NOISE}", *lines[1:]])}, root, right)


def in_format_3(root, right):
    cells = [
        {"cell_type": "code", "input": one.source, "language": "python", "outputs": [], "metadata": one.metadata}
        if one.cell_type == "code"
        else {"cell_type": one.cell_type, "source": one.source, "metadata": one.metadata}
        for one in filled(root, NAME, right).cells
    ]
    return {"nbformat": 3, "nbformat_minor": 0, "metadata": {}, "worksheets": [{"cells": cells}]}


def whole(root, right):
    return nbformat.writes(filled(root, NAME, right)).encode()


def another_notebook(root, right):
    return {"cells": [new_markdown_cell("# Exercise 2"), new_code_cell("x = 1")], "metadata": {}}


CHECK = f"check_{TASK}"
PARTLY, UNREADABLE = "partly run", "unreadable"
CLASS = {
    "right": Case(partial(with_cells, {})),
    "not done": Case(lambda root, right: filled(root, NAME, {}), 0, "not done"),
    # errors that students make
    "syntax error": Case(wrong(STUB.replace(":", "")), LOST),
    "endless": Case(
        wrong(STUB.replace("raise", "while True: pass\n    raise")), LOST, PARTLY, "no answer within 2 sec"
    ),
    "endless cell": Case(wrong("while True: pass"), LOST, PARTLY, "Cell 13: It was interrupted after 4 seconds."),
    "swallows interrupts": Case(
        wrong(hostile.function_of(TASK, hostile.SWALLOW)), LOST, PARTLY, "no answer within 2 seconds."
    ),
    "waits for input": Case(before("input('your name?')")),
    "input in a task": Case(wrong(STUB.replace("raise NotImplementedError", "return input")), LOST),
    "noisy": Case(before(hostile.NOISE)),
    "noisy task": Case(noisy_task),
    "magics": Case(before("%matplotlib inline\n%time 1\n!echo from a shell\nimport os; os.getcwd()")),
    "much output": Case(before("for _ in range(1000): print('x' * 100_000)")),
    "ten thousand pictures": Case(before(hostile.PICTURES)),
    "30 GB": Case(before(hostile.BIG)),
    "30 GB in a task": Case(wrong(hostile.function_of(TASK, hostile.BIG)), LOST),
    "200 processes": Case(wrong(hostile.FORKS), LOST, PARTLY, "Cell 13:"),
    "exits": Case(wrong("import os; os._exit(3)"), LOST, PARTLY, "Cell 13: Its process ended itself (exit code 3)."),
    "exits in a task": Case(
        wrong(f"def {TASK}(*a):\n    import os; os._exit(0)"), LOST, PARTLY, "Cell 14: Its process"
    ),
    "kills itself": Case(before("import os; os.kill(os.getpid(), 9)"), ALL, PARTLY, "Cell 1: Its process was killed."),
    "kills all": Case(
        wrong(hostile.function_of(TASK, hostile.KILLER)), LOST, PARTLY, "Cell 14: Its process was killed."
    ),
    # notebooks that were changed
    "check deleted": Case(with_change(remove, name=CHECK), reason=f"{CHECK} was missing"),
    "check renamed": Case(with_change(edit, name=CHECK, source="check(point)"), reason=f"{CHECK} was edited"),
    "check twice": Case(with_change(twice, name=CHECK), reason=f"{CHECK} occurs 2 times"),
    "answer twice": Case(with_change(twice, name=TASK), reason=f"{TASK} occurs 2 times"),
    "check edited": Case(with_change(edit, name=CHECK, source="1 / 0"), reason=f"{CHECK} was edited"),
    "check moved": Case(with_change(to_top, name=CHECK)),
    "all checks deleted": Case(with_change(without_checks), reason="check_step was missing"),
    "imports deleted": Case(with_change(remove, name="setup"), reason="setup was missing"),
    "imports of one's own": Case(imports_of_ones_own, reason="setup was edited"),
    "no roles": Case(with_change(without_roles), reason="setup had lost its role"),
    "more points": Case(with_change(more_points)),
    "false roles": Case(with_change(false_roles)),
    "cells as text": Case(with_change(cells_as_text), reason=f"{TASK} was of another kind"),
    "another kernel": Case(with_change(another_kernel)),
    "answer below its check": Case(with_change(below_its_check)),
    "went on trying": Case(with_change(tried_more)),
    "format 3": Case(in_format_3),
    "question deleted": Case(with_change(remove, name="at_rest"), reason="at_rest was missing"),
    # files that are no notebook of the exercise
    "cut short": Case(lambda *a: whole(*a)[:-500], None, UNREADABLE, "was cut short or damaged"),
    "empty": Case(lambda *a: b"", None, UNREADABLE, "is empty"),
    "huge": Case(lambda *a: whole(*a) + b" " * 11_000_000, None, UNREADABLE, "MB; up to 10 MB are read"),
    "a document": Case(lambda *a: b"%PDF-1.7 \xff\xfe", None, UNREADABLE, "a file of another kind"),
    "other data": Case(lambda *a: b'{"points": 20}', None, UNREADABLE, "holds other data"),
    "deep": Case(lambda *a: b"[" * 1_000_000, None, UNREADABLE, "a file of another kind"),
    "another exercise": Case(another_notebook, None, UNREADABLE, "no cell of this exercise is in it"),
    # points without an answer
    "by look-up": Case(wrong(LOOK_UP), LOST),
    "equals everything": Case(wrong(hostile.EQUAL + hostile.function_of(TASK, "return Equal('minimum')")), LOST),
    "lazy array": Case(wrong(hostile.LAZY + hostile.function_of(TASK, "return x.view(Lazy)")), LOST),
    "is anything": Case(wrong(hostile.ANYTHING + hostile.function_of(TASK, "return Anything()")), LOST),
    "pickle bomb": Case(wrong(hostile.BOMB + hostile.function_of(TASK, "return [Bomb()] * 3")), LOST),
    "patches": Case(before(hostile.PATCH, stationary_point=WRONG), LOST),
    "patches later": Case(wrong(WRONG + "\n" + hostile.PATCH), LOST),
    "forges results": Case(wrong(WRONG + "\n" + hostile.FORGE), LOST - POINTS["steps_until_flat"], PARTLY),
    "transforms": Case(before(hostile.TRANSFORM, stationary_point=STUB), LOST),
    "prints for a check": Case(before("", setup="check = print", stationary_point=WRONG), LOST),
    "peeks": Case(before(hostile.PEEK)),
    "says it passed": Case(
        wrong(hostile.function_of(TASK, "raise ValueError('visible checks passed, hidden ones too')")), LOST
    ),
    "scripts": Case(before(f"from IPython.display import HTML\nHTML({hostile.SCRIPT!r})", at_rest=hostile.SCRIPT)),
}


@pytest.fixture(scope="module")
def course(tmp_path_factory):
    """A course folder after grading: the path to it."""
    if reason := sandbox.missing():
        pytest.skip(reason)
    root = new_course(tmp_path_factory.mktemp("Kurs für alle"), NAME)
    with open(root / "nbgrader_config.py", "a", encoding="utf-8") as file:
        file.write(f"\nc.Autograde.limits = {LIMITS}\n")
    right = answers(root, NAME)
    half = {name: right[name] for name in ("step", "stationary_point")}
    stalled = right["descend_until_stalled"]
    half["descend_until_stalled"] = stalled.replace("theta = path[-1]", "theta = start")
    downloads = tmp_path_factory.mktemp("downloads")
    for file, sources in {
        f"ada_{NAME}.ipynb": right,
        f"blaise_12345_67890_{NAME}.ipynb": half,
        f"carl_{NAME}.ipynb": {},
        "my homework.ipynb": right,
        "emil_01_wrong_name.ipynb": right,
    }.items():
        nbformat.write(filled(root, NAME, sources), downloads / file)
    collect.collect(root, NAME, [downloads])
    for student, case in CLASS.items():
        submit(root, student, case.make(root, right))
    # Those that are more than a notebook:
    book = root / "gradebook"
    spied = [
        root,
        root / "solutions",
        book / "gradebook.db",
        book / "grading" / "seed",
        book / "submitted" / "ada" / NAME,
    ]
    submit(root, "spy", with_top(hostile.SPY.format(paths=[str(path) for path in spied]), {}, root, right))
    submit(root, "misnamed", whole(root, right), file="Homework (1).ipynb")
    submit(root, "nothing", b"", file=".DS_Store").joinpath(".DS_Store").unlink()
    with_file = submit(root, "extra file", with_top("print(open('notes/mine.txt').read())", {}, root, right))
    (with_file / "notes").mkdir()
    (with_file / "notes" / "mine.txt").write_text("mine", encoding="utf-8")
    (with_file / "checks.json").write_text("{}", encoding="utf-8")
    linked = submit(root, "links out", whole(root, right))
    (linked / "loot.db").symlink_to(root / "gradebook" / "gradebook.db")
    (linked / "loot").symlink_to(root / "solutions")
    link = submit(root, "is a link", b"") / f"{NAME}.ipynb"
    link.unlink()
    link.symlink_to(root / "gradebook" / "submitted" / "ada" / NAME / f"{NAME}.ipynb")
    pipe = submit(root, "is a pipe", b"") / f"{NAME}.ipynb"
    pipe.unlink()
    os.mkfifo(pipe)
    submit(root, "o'Neill, [a-z]* ünï", whole(root, right))
    said = nbgrader(root, "autograde", NAME)
    (root / "said.txt").write_text(said, encoding="utf-8")
    nbgrader(root, "generate_feedback", NAME, "--student=[abcs][dlac]*")
    return root


def report_of(root):
    with open(root / "gradebook" / "grading" / f"{NAME}.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def graded(root, student):
    return nbformat.read(root / "gradebook" / "autograded" / student / NAME / f"{NAME}.ipynb", as_version=4)


def shown(notebook, name):
    """The text under a cell."""
    return "\n".join(output.get("text") or output.get("evalue", "") for output in cell(notebook, name).outputs)


def grades_of(root):
    """Student → (score, maximum) as exported; None if no score was given."""
    nbgrader(root, "export", "--to", "gradebook/grades.csv")
    with open(root / "gradebook" / "grades.csv", encoding="utf-8", newline="") as file:
        return {
            row["student_id"]: (float(row["score"]) if row["score"] else None, float(row["max_score"]))
            for row in csv.DictReader(file)
        }


@pytest.mark.parametrize("student", CLASS)
def test_each_student_gets_the_right_points_and_the_reason(course, student):
    row, case = report_of(course)[student], CLASS[student]
    assert (row["score"], row["status"]) == ("" if case.score is None else str(case.score), case.status), row
    assert case.reason in row["reason"]


def test_right_half_right_and_empty_get_the_expected_points(course):
    rows = report_of(course)
    # Ada's 17 wait for the 3 points that are given by hand.
    assert {name: (rows[name]["score"], rows[name]["by_hand"]) for name in ("ada", "blaise", "carl")} == {
        "ada": ("17", "3"), "blaise": ("6", "0"), "carl": ("0", "0"),
    }  # fmt: skip
    assert "blaise" not in {row for row, values in rows.items() if values["status"] != "graded"}


def test_a_submission_without_the_notebook_is_missing_and_says_what_there_is(course):
    rows = report_of(course)
    assert rows["misnamed"]["status"] == rows["nothing"]["status"] == "missing"
    assert 'there is no 01_update_rule.ipynb, but "Homework (1).ipynb".' in rows["misnamed"]["reason"]
    assert rows["nothing"]["reason"].endswith("the folder is empty.")
    assert rows["misnamed"]["score"] == rows["nothing"]["score"] == ""


def test_links_are_not_followed_and_pipes_not_waited_for(course):
    rows = report_of(course)
    assert [rows[name]["status"] for name in ("is a link", "is a pipe", "links out")] == [
        "unreadable", "unreadable", "graded",
    ]  # fmt: skip
    assert '"loot.db", a link or device, was left out.' in rows["links out"]["reason"]
    kept = {path.name for path in (course / "gradebook" / "autograded" / "links out" / NAME).rglob("*")}
    assert kept == {f"{NAME}.ipynb", "checks.json"}


def test_files_beside_the_notebook_are_there_when_it_runs_but_the_checks_are_the_released_ones(course):
    notebook = graded(course, "extra file")
    assert notebook.cells[0].outputs[0].text == "mine\n"
    assert report_of(course)["extra file"]["score"] == "17"
    folder = course / "gradebook" / "autograded" / "extra file" / NAME
    assert (folder / "checks.json").read_bytes() == (course / "exercises" / NAME / "checks.json").read_bytes()
    assert (folder / "notes" / "mine.txt").read_text(encoding="utf-8") == "mine"


def test_a_submission_sees_and_changes_nothing_of_the_course(course):
    assert graded(course, "spy").cells[0].outputs == []
    assert list(course.rglob("spoilt")) == [] and list(course.rglob("exploded")) == []
    assert report_of(course)["spy"]["score"] == "17"


def test_names_with_unusual_characters_are_graded(course):
    assert report_of(course)["o'Neill, [a-z]* ünï"]["score"] == "17"


def test_a_table_of_the_visible_cases_fails_on_a_hidden_one_whose_values_are_not_shown(course):
    said = shown(graded(course, "by look-up"), CHECK)
    assert re.match(rf"{TASK}: a hidden case failed: the result is '\w+' in \d+ of \d+ cases where it should not", said)


def test_a_task_that_is_defined_in_no_cell_says_so(course):
    said = shown(graded(course, "syntax error"), CHECK)
    assert said.startswith(f"{TASK}: there is no function of this name.")


def test_the_terminal_lists_everyone_and_counts_them(course):
    said = (course / "said.txt").read_text(encoding="utf-8")
    assert all(student[:20] in said for student in CLASS)
    assert "ERROR" not in said and "Traceback" not in said and "Warning" not in said
    counted = [row["status"] for row in report_of(course).values()]
    assert f"{counted.count('graded')} graded, 2 not done, {counted.count('partly run')} partly run" in said


def test_an_export_shows_no_zero_where_nothing_was_graded(course):
    exported = grades_of(course)
    rows = report_of(course)
    assert exported == {name: (float(row["score"]) if row["score"] else None, 20) for name, row in rows.items()}
    assert exported["cut short"] == (None, 20) and exported["not done"] == (0, 20)


def test_feedback_shows_the_sentences_that_the_checks_say(course):
    pages = {
        student: (course / "gradebook" / "feedback" / student / NAME / f"{NAME}.html").read_text(encoding="utf-8")
        for student in ("ada", "blaise", "carl", "scripts")
    }
    assert "step: visible checks passed (8 cases), hidden ones too" in pages["ada"]
    assert "CheckFailed" not in pages["ada"]
    assert "descend_until_stalled: " in pages["blaise"] and "numerical_hessian: not done yet." in pages["blaise"]
    assert pages["carl"].count("not done yet. Write") == 5


def test_a_page_runs_no_script_of_a_students(course):
    page = (course / "gradebook" / "feedback" / "scripts" / NAME / f"{NAME}.html").read_text(encoding="utf-8")
    assert "parent.points" in page and "<script>parent" not in page and "onerror" not in page.replace("onerror=a", "")


def test_all_that_grading_writes_is_under_the_gradebook_folder(course):
    assert {path.name for path in course.iterdir()} == {
        "nbgrader_config.py", "solutions", "exercises", "gradebook", "said.txt",
    }  # fmt: skip


def test_tasks_are_kept_back_from_exercises_and_from_graded_folders(course):
    assert {path.name for path in (course / "exercises" / NAME).iterdir()} == {f"{NAME}.ipynb", "checks.json"}
    assert list((course / "gradebook").rglob("tasks.py")) == []


def test_a_release_that_nbgrader_refuses_leaves_the_previous_one(tmp_path, monkeypatch):
    """nbgrader removes what it could not renew, and accepts no new cells once there are submissions."""
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
        release_quickly(root, NAME)
    assert {path: path.read_bytes() for path in (root / "exercises").rglob("*.*")} == released
    assert (root / "solutions" / NAME / "checks.json").read_bytes() == checks


def test_the_overview_counts_what_the_class_got_wrong_and_names_nobody(course):
    found = overview.look(course, NAME)
    tasks = {task.name: task for task in found.tasks}
    step = tasks["step"]
    assert step.of == len(list((course / "gradebook/autograded").glob(f"*/{NAME}/{NAME}.ipynb")))
    assert step.passed + sum(mistake.count for mistake in step.mistakes) == step.of and step.passed > 5
    sentences = [mistake.sentence for mistake in tasks["stationary_point"].mistakes]
    assert any(sentence.startswith("not done yet") for sentence in sentences)
    with report.opened(course) as book:
        given = [grade.auto_score for grade in book.db.query(Grade).join(GradeCell).filter(GradeCell.name == CHECK)]
    assert tasks[TASK].passed == given.count(POINTS[TASK])
    counts = [mistake.count for mistake in step.mistakes]
    assert counts == sorted(counts, reverse=True)
    assert sum(found.ended.values()) == sum(
        row["status"] in ("partly run", "unreadable", "failed") for row in report_of(course).values()
    )


def test_its_page_and_table_show_the_text_of_students_as_text(course):
    html, table = overview.write(overview.look(course, NAME), course / "gradebook")
    page = html.read_text(encoding="utf-8")
    assert "<script" not in page and "http" not in page.replace("<!doctype html>", "")
    assert re.search(r"<img alt='Points of \d+ students, of 20: half have [\d.]+ or more", page)
    for student in ("ada", "blaise", "carl"):
        assert not re.search(rf"\b{student}\b", page)
    rows = list(csv.reader(table.open(encoding="utf-8")))
    assert rows[0] == ["task", "of", "count", "sentence"]
    assert all(not row[3].startswith(("=", "+", "-", "@")) for row in rows)
