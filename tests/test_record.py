"""What is kept of a student's work, and the map that shows it."""

import json

import pytest
from test_layout import notebook, put

from helpers import course_map, layout, record


@pytest.fixture
def work(tmp_path, monkeypatch):
    """A course of three lessons, two with exercises, laid out; the kernel runs among the lessons."""
    course = tmp_path / "course"
    for name, asks in [("01_rule", 2), ("02_rate", 1), ("03_end", 0)]:
        put(course / f"notebooks/{name}.ipynb", notebook(*["guess = predict.number('?')"] * asks, "1"))
    for name, tasks in [("01_rule", ["step", "descend"]), ("02_rate", ["rate"])]:
        put(course / f"exercises/{name}/checks.json", json.dumps({"tasks": dict.fromkeys(tasks)}).encode())
    layout.lay_out(course, course / "work")
    monkeypatch.chdir(course / "work/notebooks")
    return course / "work"


def test_what_passed_stays_noted_once(work):
    for _ in range(2):
        record.passed("01_rule", "step")
    record.passed("02_rate", "rate")
    assert record.read()["passed"] == {"01_rule": ["step"], "02_rate": ["rate"]}


def test_nothing_is_written_outside_of_work(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    record.passed("01_rule", "step")
    record.guessed("01_rule", "?", "1")
    assert not [*tmp_path.iterdir()]
    assert record.read() == {"passed": {}, "guesses": {}}


@pytest.mark.parametrize(
    "damage", ["", "{", "[]", '{"passed": []}', '{"passed": {"01_rule": 3}, "guesses": {"01_rule": {"?": 1}}}']
)
def test_a_damaged_file_counts_as_empty_and_is_used_again(work, damage):
    (work / record.FILE).write_text(damage)
    assert record.read()["passed"] == {}
    record.passed("01_rule", "step")
    assert record.read()["passed"] == {"01_rule": ["step"]}


def test_a_full_disk_makes_no_right_answer_fail(work, monkeypatch):
    def full(path, content):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(layout, "write_whole", full)
    record.passed("01_rule", "step")
    assert not (work / record.FILE).exists()


def test_the_map_counts_guesses_and_tasks(work):
    record.passed("01_rule", "step")
    record.passed("01_rule", "a task of an older version")
    record.guessed("01_rule", "?", "1", "near")
    record.guessed("01_rule", "??", "7", "far")
    assert [(stop.name, stop.guesses, stop.tasks) for stop in course_map.stops(work)] == [
        ("01_rule", (2, 2, 1), (2, 1)),
        ("02_rate", (1, 0, 0), (1, 0)),
        ("03_end", (0, 0, 0), (0, 0)),
    ]


def test_the_map_says_what_is_next(work):
    def told():
        return course_map.following(course_map.stops(work))

    assert told() == "Next: the lesson [Lesson [two](02_rate.ipynb)](01_rule.ipynb)."
    record.guessed("01_rule", "?", "1")
    assert "[its exercise](../exercises/01_rule/01_rule.ipynb)" in told()
    for task in ("step", "descend"):
        record.passed("01_rule", task)
    assert "(02_rate.ipynb)." in told()
    record.passed("02_rate", "rate")
    assert "(03_end.ipynb)" in told()


def test_the_map_shows_progress_and_news(work, capsys, monkeypatch):
    shown = []
    monkeypatch.setattr("IPython.display.display", lambda data, raw: shown.append(data))
    record.passed("02_rate", "rate")
    put(work.parent / "notebooks/01_rule.ipynb", notebook("another edition"))
    layout.lay_out(work.parent, work)
    course_map.show()
    assert "✓ all 1 checks pass" in shown[0]["text/plain"]
    assert "0 of 2 checks pass</a>" in shown[0]["text/html"]
    for text in shown[0].values():
        assert "notebooks/01_rule.ipynb is brought up to date." in text


def test_outside_of_work_the_map_says_where_it_is(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    course_map.show()
    assert capsys.readouterr().out == f"{course_map.NOT_HERE}\n"
