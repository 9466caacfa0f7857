"""Every exercise: its answers, known mistakes and other right functions, on the visible cases and on fresh ones.

And the release, which refuses each slip that nbgrader would let through.
"""

import ast
import copy
import io
import json
import re
import shutil
from collections import Counter
from contextlib import redirect_stdout
from dataclasses import replace
from functools import cache
from pathlib import Path

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient

import checks
from classroom import release_quickly
from grader import fits, release, sentences, slips
from grader.solution import BEGIN, END, checks_text, make_checks, read

ROOT = Path(__file__).parents[1]
NAMES = release.names(ROOT)
DAILY = NAMES[::4]  # run in a kernel every day; the others with the long tests
MODEL = "01_update_rule"  # into whose copies defects are planted
# None: the visible cases, out of checks.json as it is stored. `make check` tries those alone.
SEEDS = (
    None,
    pytest.param(1, marks=pytest.mark.slow),
    *(pytest.param(seed, marks=pytest.mark.long) for seed in (2, 3)),
)


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


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: f"seed {seed}" if seed else "as_stored")
@pytest.mark.parametrize("name", NAMES)
class TestEachTask:
    def test_the_answer_and_every_right_function_pass(self, name, seed):
        solution, data = solution_of(name), checks_of(name, seed)
        for task in solution.tasks:
            for function in (solution.answers[task.name], *task.right):
                assert finding(function, data["tasks"][task.name]) is None, f"{task.name}: {function.__name__}"

    def test_every_known_mistake_is_told_its_own_sentence(self, name, seed):
        data = checks_of(name, seed)
        for task in solution_of(name).tasks:
            for mistake in task.mistakes:
                sentence = " ".join(mistake.__doc__.split())
                assert finding(mistake, data["tasks"][task.name]) == sentence, f"{task.name}: {mistake.__name__}"


@pytest.mark.parametrize("name", NAMES)
class TestEachExercise:
    def test_no_line_of_an_answer_reaches_the_exercise(self, name):
        assert release.leaks(solution_of(name), ROOT / "exercises" / name) == []

    def test_visible_cases_do_not_depend_on_the_run(self, name):
        assert make_checks(solution_of(name)) == make_checks(solution_of(name))

    def test_the_program_with_a_bug_is_answered_by_its_hint_and_not_by_the_diagnosis(self, name):
        solution = solution_of(name)
        (statement,) = (cell.source for cell in solution.notebook.cells if "Find the bug" in cell.source)
        program = re.search(r"```python\n(.*?)```", statement, re.DOTALL)[1]
        namespace = dict(solution.answers)
        exec(compile(program, f"<the bug of {name}>", "exec"), namespace)
        task = re.match(r"def (\w+)", program)[1]
        assert finding(namespace[task], checks_of(name, None)["tasks"][task]) == sentences.BUG_STILL_THERE
        assert statement.count("<summary>Hint")

    def test_lesson_and_exercise_link_to_each_other(self, name):
        exercise = (ROOT / "exercises" / name / f"{name}.ipynb").read_text(encoding="utf-8")
        lesson = (ROOT / "notebooks" / f"{name}.ipynb").read_text(encoding="utf-8")
        assert f"../../notebooks/{name}.ipynb" in exercise
        assert f"../exercises/{name}/{name}.ipynb" in lesson


@pytest.mark.slow
@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[] if name in DAILY else pytest.mark.long) for name in NAMES]
)
def test_with_the_answers_put_back_it_runs_from_top_to_bottom_and_passes(name, tmp_path):
    notebook = run_notebook(ROOT / "solutions" / name, tmp_path)
    assert [output for cell in notebook.cells for output in errors_of(cell)] == []
    outputs = [output.text for cell in notebook.cells if is_check(cell) for output in cell.outputs]
    printed = [text.replace("\x1b[1;32m✓ ", "") for text in outputs]
    assert [text.partition(":")[0] for text in printed] == [task.name for task in solution_of(name).tasks]
    assert all("visible checks passed" in text for text in printed)


def run_notebook(folder, tmp_path):
    """The folder's notebook, run from a copy of it with what it has beside it, past any errors."""
    copy = shutil.copytree(folder, tmp_path / folder.name, ignore=shutil.ignore_patterns("tasks.py"))
    notebook = nbformat.read(copy / f"{folder.name}.ipynb", as_version=4)
    NotebookClient(
        notebook, timeout=120, allow_errors=True, coalesce_streams=True, resources={"metadata": {"path": str(copy)}}
    ).execute()
    return notebook


def source(cell):
    return cell.source.strip()


def is_check(cell):
    return cell.cell_type == "code" and source(cell).startswith("check(")


def errors_of(cell):
    return [output for output in cell.get("outputs", []) if output.output_type == "error"]


@pytest.mark.slow
def test_exercises_are_as_their_solutions_make_them():
    """A solution with problems is not released, so it would end this test too."""
    assert release.stale(ROOT) == []


def test_every_task_has_at_least_five_known_mistakes():
    few = [task.name for name in NAMES for task in solution_of(name).tasks if len(task.mistakes) < 5]
    assert few == []


def test_no_sentence_to_a_student_is_written_twice():
    shared = {name: text for name, text in vars(sentences).items() if name.isupper()}
    written, takers = list(shared.values()), []
    for path in [Path(fits.__file__), *(ROOT / "solutions" / name / "tasks.py" for name in NAMES)]:
        tree = ast.parse(path.read_text(encoding="utf-8"))
        mistakes = ("mistakes", "wrong_fits")
        groups = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name in mistakes]
        functions = [node for group in groups for node in group.body if isinstance(node, ast.FunctionDef)]
        docstrings = list(map(ast.get_docstring, functions))
        written += [" ".join(docstring.split()) for docstring in docstrings if docstring]
        constants = [node.value for node in tree.body if isinstance(node, ast.Assign)]
        written += [node.value for node in constants if isinstance(node, ast.Constant)]
        takers += [a.name for node in tree.body if isinstance(node, ast.ImportFrom) for a in node.names]
    assert sorted(s for s, times in Counter(written).items() if times > 1) == []
    assert [name for name in shared if takers.count(name) < 2] == []  # it serves one exercise: it belongs there


def test_passing_says_that_visible_checks_passed_and_nothing_more():
    check = checks.load(ROOT / "exercises" / MODEL / "checks.json")
    printed = io.StringIO()
    with redirect_stdout(printed):
        check(solution_of(MODEL).answers["step"])
    assert printed.getvalue() == "step: visible checks passed (8 cases)\n"


# ---- planted defects


def role(cell):
    return cell.metadata.get("nbgrader", {})


def cell(notebook, grade_id):
    return next(cell for cell in notebook.cells if role(cell).get("grade_id") == grade_id)


def edited(grade_id, old, new):
    """A change of a notebook: in one cell (None: in the first), a text for another."""

    def change(notebook):
        place = cell(notebook, grade_id) if grade_id else notebook.cells[0]
        assert old in place.source
        place.source = place.source.replace(old, new)

    return change


def marked(place, **metadata):
    """A change of a notebook: of one cell's role."""
    return lambda notebook: cell(notebook, place).metadata.nbgrader.update(metadata)


def without(grade_id):
    return lambda notebook: notebook.cells.remove(cell(notebook, grade_id))


def unmarked(notebook):
    lines = cell(notebook, "step").source.split("\n")
    cell(notebook, "step").source = "\n".join(line for line in lines if line.strip() not in (BEGIN, END))


def untagged(notebook):
    cell(notebook, "check_step").metadata.tags = []


def check_without_points(notebook):
    del cell(notebook, "check_step").metadata["nbgrader"]


def swapped(notebook):
    step, other = cell(notebook, "check_step"), cell(notebook, "check_descend_until_stalled")
    step.source, other.source = other.source, step.source
    step.metadata.nbgrader.grade_id, other.metadata.nbgrader.grade_id = "check_descend_until_stalled", "check_step"


def without_docstring(notebook):
    cell(notebook, "step").source = f"def step(theta, gradient, lr):\n    {BEGIN}\n    return 1\n    {END}"


def heading_of_step(notebook):
    heading = next(cell for cell in notebook.cells if "One step (2 points)" in cell.source)
    heading.source = heading.source.replace("(2 points)", "(3 points)")


def markers_in_a_statement(notebook):
    notebook.cells[0].source += f"\n{BEGIN}\nsecret\n{END}"


NOTEBOOK_DEFECTS = {
    "a letter too few": (edited("step", BEGIN, "### BEGIN SOLUTIO"), "mistyped marker `### BEGIN SOLUTIO`"),
    "letters changed": (edited("step", END, "### END SOLUTOIN"), "mistyped marker `### END SOLUTOIN`"),
    "small letters": (edited("step", BEGIN, "### begin solution"), "mistyped marker `### begin solution`"),
    "two hashes": (edited("step", BEGIN, "## BEGIN SOLUTION"), "mistyped marker `## BEGIN SOLUTION`"),
    "words around": (edited("step", BEGIN, "### BEGIN SOLUTION here"), "mistyped marker `### BEGIN SOLUTION here`"),
    "behind code": (
        edited("step", f"    {BEGIN}\n", f"    x = 1  {BEGIN}\n    {BEGIN}\n"),
        f"mistyped marker `x = 1  {BEGIN}`",
    ),
    "hidden tests": (
        edited("check_step", "check(step)", "check(step)\n### BEGIN HIDDEN TEST\n### END HIDDEN TESTS"),
        "mistyped marker `### BEGIN HIDDEN TEST`",
    ),
    "no begin": (edited("step", f"    {BEGIN}\n", ""), "unbalanced markers, at `### END SOLUTION`"),
    "no end": (edited("step", f"    {END}", ""), "unbalanced markers: no `### END SOLUTION`"),
    "two begins": (edited("step", END, BEGIN), "unbalanced markers, at `### BEGIN SOLUTION`"),
    "no markers": (unmarked, "an answer without markers"),
    "markers in a statement": (markers_in_a_statement, "markers in a cell that is no answer"),
    "task without check": (without("check_step"), "task step has no check cell"),
    "task without answer": (edited("step", "def step", "def stride"), "task step must be defined in one answer cell"),
    "two answers": (
        edited("numerical_hessian", BEGIN, f"{BEGIN}\n    pass\ndef step():\n    pass"),
        "task step must be defined in one answer cell",
    ),
    "check without task": (edited("check_step", "step", "stride"), "the check of stride has no task"),
    "check without points": (check_without_points, "a check without points"),
    "more than a check": (
        edited("check_step", "check(step)", "check(step)\nassert True"),
        "a check cell holds the line `check(…)` and nothing else",
    ),
    "name of a check": (marked("check_step", grade_id="check_stride"), "must have the grade_id check_step"),
    "no tag": (untagged, "lacks the tag raises-exception"),
    "order": (swapped, "in different orders"),
    "twins": (marked("step", grade_id="stationary_point"), "the grade_id stationary_point stands twice"),
    "no rubric": (
        edited("at_rest", "*Rubric.*", "*Points.*"),
        "the question at_rest has no paragraph that begins with",
    ),
    "no question": (without("at_rest"), "no question to be answered in the student's own words"),
    "points of a check": (marked("check_step", points=5), "check_step has 5 points, but the heading above it says 2"),
    "points of a heading": (heading_of_step, "check_step has 2 points, but the heading above it says 3"),
    "sum of points": (edited(None, "**20 points**", "**21 points**"), "the first cell must say **20 points**"),
    "no sum": (edited(None, "**20 points**", "Some points"), "it says nothing"),
    "no points": (marked("check_step", points=0), "check_step has 0 points"),
    "docstring": (without_docstring, "step has no docstring outside the markers"),
}


@pytest.mark.parametrize(("change", "complaint"), NOTEBOOK_DEFECTS.values(), ids=NOTEBOOK_DEFECTS)
def test_a_slip_in_the_notebook_is_refused(change, complaint):
    notebook = copy.deepcopy(solution_of(MODEL).notebook)
    change(notebook)
    assert complaint in "\n".join(release.problems(replace(solution_of(MODEL), notebook=notebook)))


def step_again(theta, gradient, lr):
    """A sentence for a student, although nothing is wrong."""
    return theta - gradient * lr


def climbs_again(theta, gradient, lr):
    """The same mistake as another one, in another sentence."""
    return theta - (-gradient) * lr


def right_on_few(theta, gradient, lr):
    """Wrong for more than five entries alone, which no case has."""
    return theta - lr * gradient if len(theta) < 6 else theta


def unsaid(theta, gradient, lr):
    return theta * lr


def fails(theta, gradient, lr):
    raise ValueError


def cut_to_whole_numbers(theta, gradient, lr):
    """A step of 1.1 − 0.1 may end a last digit below 1, and would be cut to 0."""
    return np.floor(theta - lr * gradient)


def right_for_a_tenth(theta, gradient, lr):
    return theta - lr * gradient if lr == 0.1 else theta


def close_to_whole(rng):
    yield np.array([1.1, 0.5]), np.array([1.0, 1.0]), 0.1


LAST_DIGITS = "in case 1 depends on the last digits of its arguments"
TASK_DEFECTS = {
    "no mistake": ({"mistakes": (step_again,)}, "no case tells the mistake step_again from the answer"),
    "too few cases": ({"mistakes": (right_on_few,)}, "no case tells the mistake right_on_few from the answer"),
    "twins": (
        {"mistakes": (climbs_again, *solution_of(MODEL).tasks[0].mistakes)},
        "no case tells the mistake climbs from the mistake climbs_again",
    ),
    "no sentence": ({"mistakes": (unsaid,)}, "the mistake unsaid of step has no docstring"),
    "one right function": ({"right": (step_again,)}, "task step needs two right functions or more; it has 1"),
    "another task": ({"name": "stride"}, "task stride has no check cell"),
    "last digits of a mistake": (
        {"cases": close_to_whole, "mistakes": (cut_to_whole_numbers,)},
        f"step: what the mistake cut_to_whole_numbers returns {LAST_DIGITS}",
    ),
    "last digits of a right function": (
        {"cases": close_to_whole, "right": (step_again, right_for_a_tenth)},
        f"step: what the right function right_for_a_tenth returns {LAST_DIGITS}",
    ),
}


@pytest.mark.slow
@pytest.mark.parametrize(("changes", "complaint"), TASK_DEFECTS.values(), ids=TASK_DEFECTS)
def test_a_slip_in_the_tasks_is_refused(changes, complaint):
    solution = solution_of(MODEL)
    tasks = (solution.tasks[0]._replace(**changes), *solution.tasks[1:])
    assert complaint in "\n".join(release.problems(replace(solution, tasks=tasks)))


def in_place(theta, gradient, lr):
    theta -= lr * gradient
    return theta


@pytest.mark.slow
@pytest.mark.parametrize("answer", [fails, in_place])
def test_an_answer_that_fails_or_changes_its_arguments_is_refused(answer):
    solution = solution_of(MODEL)
    planted = replace(solution, answers={**solution.answers, "step": answer})
    assert "step: the answer itself raises an error or changes" in "\n".join(release.problems(planted))


@pytest.mark.slow
def test_an_answer_that_depends_on_last_digits_is_refused_unless_the_task_is_about_them():
    solution = solution_of(MODEL)
    planted = replace(solution, answers={**solution.answers, "step": right_for_a_tenth})
    task = solution.tasks[0]._replace(cases=close_to_whole, mistakes=())

    def said(**changes):
        tasks = (task._replace(**changes), *solution.tasks[1:])
        return "\n".join(release.problems(replace(planted, tasks=tasks)))

    assert f"step: what the answer returns {LAST_DIGITS}" in said()
    assert LAST_DIGITS not in said(exact=("lr",))


def test_a_case_that_cannot_be_written_down_is_refused():
    solution = solution_of(MODEL)
    task = solution.tasks[0]._replace(cases=lambda rng: [(object(), 1.0, 0.1)])
    with pytest.raises(TypeError, match=r"a case of step passes .* which cannot be written in checks\.json"):
        make_checks(replace(solution, tasks=(task,)))


@pytest.fixture
def course(tmp_path):
    """A course folder with one solution, not yet released; its path holds a space and an umlaut."""
    root = tmp_path / "Kurs für alle"
    shutil.copytree(ROOT / "solutions" / MODEL, root / "solutions" / MODEL, ignore=release.GENERATED)
    shutil.copy(ROOT / "nbgrader_config.py", root)
    return root


def test_a_release_of_what_does_not_exist_ends_in_a_sentence(course, monkeypatch):
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match=r"^solutions/ has no exercise nonsense\.$"):
        release.main([MODEL, "nonsense"])
    assert not (course / "exercises").exists()


def test_a_refused_release_says_why_and_writes_nothing(course, monkeypatch):
    path = course / "solutions" / MODEL / f"{MODEL}.ipynb"
    path.write_text(
        path.read_text(encoding="utf-8").replace("### END SOLUTION", "### END SOLUTOIN", 1), encoding="utf-8"
    )
    before = path.read_bytes()
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match=r"mistyped marker `### END SOLUTOIN`"):
        release.main([MODEL])
    assert path.read_bytes() == before
    assert not (course / "exercises").exists() and not (path.parent / "checks.json").exists()


A_TASK = """
class step:
    def cases(rng): ...
    class mistakes: ...
    class right: ...
"""


@pytest.mark.parametrize(
    ("written", "instead", "complaint"),
    [
        ("    def cases(rng): ...\n", "", "task step has no `def cases(rng)`."),
        ("    class mistakes: ...\n", "", "task step has no `class mistakes`."),
        ("class right: ...", "right = (abs, max)", "task step has no `class right`."),
        ("class right: ...", "class right: ABS = -1", "`class right` of task step holds ABS, which is not a function."),
        ("class mistakes", "class mistake", "task step defines mistake; a task has only cases, mistakes, right,"),
        ("def cases", "relativ = 0\n    def cases", "task step defines relativ; a task has only"),
    ],
)
def test_a_class_that_describes_no_task_is_refused(course, monkeypatch, written, instead, complaint):
    path = course / "solutions" / MODEL / "tasks.py"
    assert written in A_TASK
    path.write_text(A_TASK.replace(written, instead), encoding="utf-8")
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match=re.escape(f"{MODEL}: {complaint}")):
        release.main([MODEL])


@pytest.mark.slow
def test_what_is_stale_in_exercises_is_found(course, monkeypatch):
    """All kinds at once, because a release takes seconds."""
    stored = checks.read(ROOT / "exercises" / MODEL / "checks.json")
    monkeypatch.setattr(slips, "add", lambda solution, data: slips.take_over(stored, data))
    release.release(course, MODEL)
    released = course / "exercises" / MODEL
    path = released / "checks.json"
    data = json.loads(path.read_text(encoding="utf-8"))
    case = data["tasks"]["step"]["cases"][1]

    # A number that another processor rounds in another way is not stale; another argument is.
    case["answer"]["value"]["array"][0] *= 1 + 1e-12
    path.write_text(json.dumps(data), encoding="utf-8")
    assert release.stale(course) == []
    case["arguments"][2] *= 1 + 1e-12
    path.write_text(json.dumps(data), encoding="utf-8")

    notebook = released / f"{MODEL}.ipynb"
    notebook.write_text(notebook.read_text(encoding="utf-8").replace("One step", "A step"), encoding="utf-8")
    (released / "notes.txt").write_text("mine", encoding="utf-8")
    (released / ".DS_Store").write_bytes(b"\xff")
    (course / "solutions" / MODEL / "checks.json").unlink()
    for kind, name in (("exercises", "09_stray"), ("solutions", "03_begun")):
        (course / kind / name).mkdir()
        (course / kind / name / f"{name}.ipynb").write_text("{}", encoding="utf-8")

    remove = "belongs to no folder of solutions/ that has a tasks.py: remove it, or complete the solution."
    assert sorted(release.stale(course)) == [
        "exercises/01_update_rule/01_update_rule.ipynb is not what its solution makes: run `make exercises`.",
        "exercises/01_update_rule/checks.json is not what its solution makes: run `make exercises`.",
        f"exercises/01_update_rule/notes.txt {remove}",
        f"exercises/09_stray/09_stray.ipynb {remove}",
        "solutions/01_update_rule/checks.json is missing: run `make exercises`.",
        f"solutions/03_begun/03_begun.ipynb {remove}",
    ]


@pytest.mark.long
def test_a_second_release_makes_the_same_bytes(course):
    def files():
        return {path: path.read_bytes() for kind in ("solutions", "exercises") for path in (course / kind).rglob("*.*")}

    release_quickly(course, MODEL)
    first = files()
    release_quickly(course, MODEL)
    assert files() == first


@pytest.mark.long
def test_a_release_keeps_checks_that_differ_in_last_digits_alone(course):
    release_quickly(course, MODEL)
    stored, released = (course / kind / MODEL / "checks.json" for kind in ("solutions", "exercises"))
    first = stored.read_bytes()
    data = json.loads(first)

    def after_a_release_with(factor):
        """The bytes before the release, after it, and in the exercise, one result of the answer multiplied."""
        data["tasks"]["step"]["cases"][1]["answer"]["value"]["array"][0] *= factor
        stored.write_text(checks_text(data), encoding="utf-8", newline="\n")
        before = stored.read_bytes()
        release_quickly(course, MODEL)
        return before, stored.read_bytes(), released.read_bytes()

    before, after, given = after_a_release_with(1 + 1e-12)
    assert first != before == after == given
    before, after, given = after_a_release_with(1.001)
    assert before != first == after == given


@pytest.mark.parametrize(
    ("file", "line", "leaked"),
    [
        ("01_update_rule.ipynb", "return theta - lr * gradient", "return theta - lr * gradient"),
        ("checks.json", "see return theta - lr * gradient", "return theta - lr * gradient"),
        ("notes.md", "    return nothing_of_it", None),
        ("notes.md", "    rises, falls = eigenvalues > limit, eigenvalues < -limit", "rises, falls ="),
        ("tasks.py", "", "tasks.py must stay with the solution"),
    ],
)
def test_an_answers_line_in_an_exercise_is_found(tmp_path, file, line, leaked):
    folder = shutil.copytree(ROOT / "exercises" / MODEL, tmp_path / MODEL)
    path = folder / file
    if file.endswith(".ipynb"):
        notebook = nbformat.read(path, as_version=4)
        notebook.cells[-1].source += f"\n{line}"
        nbformat.write(notebook, path)
    elif file.endswith(".json"):
        path.write_text(json.dumps({**json.loads(path.read_text(encoding="utf-8")), "note": line}), encoding="utf-8")
    else:
        path.write_text(line, encoding="utf-8")
    found = release.leaks(solution_of(MODEL), folder)
    assert len(found) == (leaked is not None)
    assert not leaked or leaked in found[0]
