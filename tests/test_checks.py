"""`check` as a student meets it: its message, what it is called with, checks.json, and a real kernel."""

import functools
import io
import json
import logging
import signal
import sys
import warnings
from contextlib import redirect_stderr, redirect_stdout
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np
import pytest
from nbclient import NotebookClient
from small_tasks import KIND, PREFIXES, SHIFT, SPLIT, SUMS, A, calls_the_stub, changing, named, not_done, shift

import checks
from helpers import layout

CHECKS = Path(__file__).parents[1] / "exercises" / "01_update_rule" / "checks.json"

# ---- cells that put the functions to use


def cell(source, capsys):
    """What a notebook's cell prints that has the stubs `half` and `whole` above it."""
    stubs = "def half(x):\n    raise NotImplementedError()\n\n\ndef whole(x):\n    return 2 * half(x)\n"
    exec(compile(stubs + source, "cell", "exec"), {"__name__": "__main__", "checks": checks})
    return capsys.readouterr().out


WAITS = "half is not done yet. When its check passes, run this cell again.\n"


def test_a_cell_that_reaches_a_stub_says_calmly_what_it_waits_for(capsys):
    source = "with checks.once_done():\n    print(1)\n    print({}(1.0))"
    assert cell(source.format("half"), capsys) == "1\n" + WAITS
    assert cell(source.format("whole"), capsys) == "1\n" + WAITS


def test_a_cell_whose_functions_are_done_runs_as_it_would_without(capsys):
    assert cell("half = abs\nwith checks.once_done():\n    y = whole(-1.5)\nprint(y)", capsys) == "3.0\n"


@pytest.mark.parametrize(
    ("line", "error"),
    [
        ("whole('text') / 2", TypeError),
        ("raise NotImplementedError()", NotImplementedError),  # by the cell itself
        ("refuses()", NotImplementedError),  # with a message, so no stub
        ("numbers.Complex.conjugate(1)", NotImplementedError),  # a library's, without a message
    ],
)
def test_a_real_error_in_such_a_cell_stays_an_error(line, error, capsys):
    done = "import numbers\ndef half(x):\n    return x\ndef refuses():\n    raise NotImplementedError('not here')\n"
    with pytest.raises(error):
        cell(f"{done}with checks.once_done():\n    {line}", capsys)
    assert capsys.readouterr().out == ""


# ---- the message as a student sees it


@pytest.fixture
def check(tmp_path):
    """check(function) for the tasks above."""
    tasks = {"shift": SHIFT, "prefixes": PREFIXES, "split": SPLIT, "sums": SUMS, "kind": KIND}
    path = tmp_path / "checks.json"
    path.write_text(json.dumps({"format": checks.FORMAT, "exercise": "00_ours", "tasks": tasks}), encoding="utf-8")
    return checks.load(path)


def message(check, name, function):
    with pytest.raises(checks.CheckFailed) as caught:
        check(named(name, function))
    return str(caught.value)


def test_the_message_shows_the_call_what_it_gave_and_what_is_expected(check):
    assert message(check, "shift", lambda x: x**2) == (
        "shift: the result differs from the expected value.\nshift(x=[1.5])\ngave      [2.25]\nexpected  [1.75]"
    )


def test_numbers_that_differ_in_a_late_digit_are_shown_with_all_of_them(check):
    said = message(check, "shift", lambda x: shift(x) * (1 + 1e-5))
    gave, expected = said.split("\n")[-2:]
    assert gave.startswith("gave      [1.7500") and expected == "expected  [1.75]"
    assert gave != "gave      [1.75]"


def test_a_list_of_one_does_not_look_like_a_number(check):
    assert "gave      (9.5,)\n" in message(check, "shift", lambda x: [9.5])


def test_what_the_function_printed_in_the_case_is_shown_beneath(check):
    def prints(x):
        for k in range(9):
            print("round", k, "of", len(x), "." * 100)
        return -shift(x) if len(x) == 3 else shift(x)

    assert "printed" not in message(check, "shift", lambda x: -shift(x))
    *_, gave, expected, printed, first, second, _, _, _, last, more = message(check, "shift", prints).split("\n")
    assert gave.startswith("gave ") and expected.startswith("expected ")
    assert printed == "It printed:" and more == "    …"
    assert first.startswith("    round 0 of 3 ....") and second.startswith("    round 1 of 3 ....")
    assert last.startswith("    round 5 of 3 ....") and last.endswith(". …") and len(last) < 100


def test_what_was_printed_before_an_error_is_shown_too(check):
    def stops(x):
        print("here")
        return x[9]

    assert message(check, "shift", stops).endswith("It was called as shift(x=[1.5]).\nIt printed:\n    here")


def test_where_no_value_is_wrong_the_call_alone_is_shown(check):
    assert message(check, "shift", changing).endswith("\nIt was called as shift(x=[1.5]).")
    assert message(check, "shift", lambda x: x["a"]).endswith("\nIt was called as shift(x=[1.5]).")
    assert message(check, "shift", calls_the_stub).endswith("Do that first, and run its cell.")


def test_passing_says_how_many_visible_cases_passed(check, capsys):
    check(shift)
    assert capsys.readouterr().out == "shift: visible checks passed (3 cases)\n"


@pytest.mark.parametrize("function", [shift, changing, lambda x: -shift(x), lambda x: None, not_done])
def test_called_twice_a_check_answers_the_same(check, function, capsys):
    def answer():
        try:
            check(named("shift", lambda x: function(x)))
        except checks.CheckFailed as failed:
            return str(failed)
        return capsys.readouterr().out

    assert answer() == answer()


def test_a_check_leaves_no_trace(check):
    """Not on screen, nor in the settings of NumPy, warnings, logging, signals."""

    def noisy(x):
        warnings.warn("careful", stacklevel=1)
        logging.getLogger("student").error("so it is")
        print("to the error stream", file=sys.stderr)
        print("debugging")
        return x / 0 - x / 0 + shift(x)

    logging.disable(logging.NOTSET)
    settings = [np.geterr(), logging.root.manager.disable, signal.getsignal(signal.SIGINT), sys.gettrace()]
    seen = io.StringIO()
    handler = logging.StreamHandler(seen)
    logging.getLogger("student").addHandler(handler)
    try:
        with redirect_stdout(seen), redirect_stderr(seen):
            assert "holds NaN" in message(check, "shift", noisy)
    finally:
        logging.getLogger("student").removeHandler(handler)
    assert seen.getvalue() == ""
    assert [np.geterr(), logging.root.manager.disable, signal.getsignal(signal.SIGINT), sys.gettrace()] == settings


# ---- what check is called with, and checks.json


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        (A(1.0, 2.0), "check needs the function itself, as in check(shift), without calling it; it was given an array"),
        (2.5, "it was given a plain number."),
        (None, "it was given None."),
        ("shift", "it was given a string."),
        (
            lambda x: x,
            "check cannot tell which task this is: it goes by the function's name, and this one has none. Write "
            "`def shift(…):`, or whichever task it is, and check that. Its tasks: shift, prefixes,",
        ),
        (functools.partial(max, 1), "this one has none. Write `def shift(…):`"),
        (np.sort, "There is no task sort in this checks.json"),
    ],
)
def test_what_is_no_task_of_the_exercise_is_told(check, wrong, said):
    with pytest.raises(checks.CheckError) as caught:
        check(wrong)
    assert said in str(caught.value)


class Shifting:
    """An object with `__call__`."""

    def __init__(self, by=0.25):
        self.by = by

    def __call__(self, x):
        return x + self.by


def undecorated(function):
    return lambda *arguments: function(*arguments)


def decorated(function):
    @functools.wraps(function)
    def wrapper(*arguments):
        return function(*arguments)

    return wrapper


def add(y, x):
    return x + y


WITHOUT_A_NAME = {
    "a lambda": lambda x: x + 0.25,
    "functools.partial": functools.partial(add, 0.25),
    "an object with __call__": Shifting(),
    "a method": Shifting().__call__,
    "decorated": decorated(lambda x: x + 0.25),
    "decorated without wraps": undecorated(shift),
    "a vectorised one": np.vectorize(lambda x: x + 0.25),
    "another name": named("shift_by_a_quarter", lambda x: x + 0.25),
}


def in_a_notebook(source, check, **names):
    exec(compile(source, "cell", "exec"), {"check": check, **names})


@pytest.mark.parametrize("function", WITHOUT_A_NAME.values(), ids=WITHOUT_A_NAME)
def test_a_function_is_checked_as_the_task_under_whose_name_the_notebook_knows_it(function, check, capsys):
    in_a_notebook("check(shift)", check, shift=function)
    assert capsys.readouterr().out == "shift: visible checks passed (3 cases)\n"


@pytest.mark.parametrize(
    "function", [lambda x: -x - 0.25, functools.partial(add, -9.0), Shifting(by=2), undecorated(max)]
)
def test_a_wrong_function_without_a_name_is_told_under_the_tasks_name(function, check):
    with pytest.raises(checks.CheckFailed, match=r"^shift: "):
        in_a_notebook("check(shift)", check, shift=function)


def test_one_function_under_the_names_of_two_tasks_is_checked_as_the_one_in_the_cell(check, capsys):
    in_a_notebook("check(shift)", check, shift=shift, split=shift)
    assert capsys.readouterr().out.startswith("shift: visible checks passed")
    with pytest.raises(checks.CheckFailed, match=r"^split: "):
        in_a_notebook("check(split)", check, shift=shift, split=shift)


def test_a_string_of_numpy_is_a_string(check, capsys):
    for make in (np.str_, np.array, lambda text: np.where(True, text, "")):
        check(named("kind", lambda x, make=make: make("rising" if x > 0 else "falling")))
    assert capsys.readouterr().out == 3 * "kind: visible checks passed (2 cases)\n"


def refused(path):
    with pytest.raises(checks.CheckError) as caught:
        checks.load(path)
    return str(caught.value)


def test_a_missing_checks_json_is_told(tmp_path):
    assert refused(tmp_path / "checks.json") == (
        f"There is no checks.json in {Path.cwd()}, where this notebook runs. "
        "Copy it again from the course's exercises folder: "
        "it belongs beside the notebook."
    )
    (tmp_path / "checks.json").mkdir()
    assert "cannot be read" in refused(tmp_path / "checks.json")


def test_a_checks_json_that_was_cut_short_is_told_wherever_it_was_cut(tmp_path):
    whole = CHECKS.read_bytes()
    path = tmp_path / "checks.json"
    for length in [0, 1, 2, *range(50, len(whole) - 3, len(whole) // 40), len(whole) - 3]:
        path.write_bytes(whole[:length])
        assert refused(path).startswith("checks.json cannot be read: it is damaged or cut short. Copy it again")


@pytest.mark.parametrize(
    ("content", "said"),
    [
        ("[]", "holds no checks of this course"),
        ('"format"', "holds no checks of this course"),
        ('{"cells": []}', "holds no checks of this course"),
        ('{"format": 99, "tasks": {}}', "are of different versions: update the course"),
        ('{"format": 2, "tasks": []}', "some of its tasks are incomplete"),
        ('{"format": 2, "tasks": {"step": {"cases": []}}}', "some of its tasks are incomplete"),
        ("\x00\x01", "damaged or cut short"),
    ],
)
def test_a_file_that_is_no_checks_json_of_this_course_is_told(tmp_path, content, said):
    (tmp_path / "checks.json").write_text(content, encoding="utf-8")
    assert said in refused(tmp_path / "checks.json")


def test_the_checks_json_of_another_exercise_is_told():
    with pytest.raises(checks.CheckError) as caught:
        checks.load(CHECKS)(named("fit_line", lambda x: x))
    assert str(caught.value).startswith(
        "There is no task fit_line in this checks.json, which belongs to exercise 01_update_rule. Its tasks: step,"
    )


# ---- in a real kernel, and with real tensors


def run_cells(folder, *sources):
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    NotebookClient(notebook, timeout=120, allow_errors=True, resources={"metadata": {"path": str(folder)}}).execute()
    return [cell.outputs for cell in notebook.cells]


@pytest.mark.slow
def test_a_notebook_shows_the_sentence_alone(tmp_path):
    (tmp_path / "checks.json").write_bytes(CHECKS.read_bytes())
    _, failed, missing, _, limited, after = run_cells(
        tmp_path,
        "import checks\ncheck = checks.load('checks.json')",
        "def step(theta, gradient, lr):\n    return 1 / 0\ncheck(step)",
        "checks.load('nowhere.json')",
        "def loops():\n    while True:\n        try:\n            sum(range(99))\n        except:\n            pass",
        "from checks import outcomes\nprint(outcomes.call(loops, [], [], seconds=0.3)['raised']['type'])",
        "1 + 1",
    )
    assert [output.output_type for output in failed] == ["error"]
    assert failed[0].ename == "CheckFailed"
    assert failed[0].traceback == [
        "step: stopped with ZeroDivisionError: division by zero, in the line `return 1 / 0`.\n"
        "It was called as step(theta=[3.0, -1.0], gradient=[6.0, -4.0], lr=0.1)."
    ]
    assert missing[0].traceback[0].startswith("There is no nowhere.json in")
    assert limited[0].text == "TimeLimit\n"
    assert after[0].data["text/plain"] == "2"


@pytest.mark.slow
def test_a_function_under_tf_function_is_found_by_its_name(check, capsys):
    from helpers import frameworks

    tf = frameworks.tensorflow()

    @tf.function
    def shift(x):
        return x + 0.25

    with pytest.raises(checks.CheckFailed, match=r"^shift: the result is a TensorFlow tensor, but"):
        check(shift)


# ---- TensorFlow's state, which a check depends on


def test_eager_execution_switched_off_is_told_before_and_after(monkeypatch):
    """With a stand-in for TensorFlow: the real one could not be switched on again for the other tests."""
    state = SimpleNamespace(eager=True)
    monkeypatch.setitem(sys.modules, "tensorflow", SimpleNamespace(executing_eagerly=lambda: state.eager))
    check = checks.load(CHECKS)

    def step(theta, gradient, lr):
        state.eager = False
        return theta - lr * gradient

    with pytest.raises(checks.CheckFailed, match=r"switched off while step ran.*restart the kernel"):
        check(step)
    with pytest.raises(checks.CheckFailed, match="switched off before this check ran"):
        check(step)
    state.eager = True
    check(named("step", lambda theta, gradient, lr: theta - lr * gradient))


def test_a_long_message_is_wrapped_between_words_and_keeps_its_lines():
    (said,) = checks.CheckFailed("word " * 40 + "\n    x = [1. 2.]")._render_traceback_()
    *words, numbers = said.split("\n")
    assert max(map(len, words)) <= checks.WIDTH and " ".join(words).split() == ["word"] * 40
    assert numbers == "    x = [1. 2.]"


def test_the_summary_says_what_passes_now_and_what_its_points_depend_on(tmp_path, capsys):
    path = tmp_path / "checks.json"
    data = {"format": checks.FORMAT, "exercise": "00_ours", "tasks": {"shift": SHIFT, "kind": KIND}}
    path.write_text(json.dumps(data | {"points": {"shift": 4, "kind": 2}, "by_hand": 3}), encoding="utf-8")
    check = checks.load(path)
    check(shift)
    capsys.readouterr()
    check.summary()
    first, second, _, sum_, by_hand = capsys.readouterr().out.splitlines()
    assert first.startswith("✓ shift ") and first.endswith(" 4 points")
    assert second.startswith("· kind ") and second.endswith(" 2 points   not passed yet")
    assert sum_ == "4 of 6 points pass their visible checks, and count if the grader's other cases pass too."
    assert by_hand == "3 more points: a person reads your answer in your own words."
    with pytest.raises(checks.CheckFailed):
        check(named("shift", lambda x: -x))
    capsys.readouterr()
    check.summary()
    assert capsys.readouterr().out.startswith("· shift ")


def test_the_courses_own_notebook_says_what_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("JPY_SESSION_NAME", "exercises/01_update_rule/01_update_rule.ipynb")
    monkeypatch.chdir(tmp_path)
    checks.load(CHECKS)
    assert capsys.readouterr().out == f"{layout.ORIGINAL}\n"
    (tmp_path / layout.MEMORY).touch()  # a student's own folder
    checks.load(CHECKS)
    monkeypatch.delenv("JPY_SESSION_NAME")  # where no server runs, as in grading
    (tmp_path / layout.MEMORY).unlink()
    checks.load(CHECKS)
    assert capsys.readouterr().out == ""
