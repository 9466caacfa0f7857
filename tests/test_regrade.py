"""Regrading: every request stays on the list, with the score before and after."""

import csv

import pytest
from nbgrader.api import Gradebook

from classroom import NAME, small_gradebook
from grader import regrade


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    points = {"Ada": (17, 1), "Blaise": (12, 3), "Cara": None}
    return small_gradebook(tmp_path_factory.mktemp("graded") / "gradebook.db", NAME, points)


def give(course, student, points):
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}") as book:
        book.find_grade("question", NAME, NAME, student).manual_score = points
        book.db.commit()


def rows(course):
    with open(regrade.write(course), encoding="utf-8", newline="") as file:
        return [(row["student"], row["old_score"], row["new_score"], row["why"]) for row in csv.DictReader(file)]


def test_each_request_is_listed_with_the_score_before_and_after(course):
    regrade.add(course, NAME, "Ada", "I name three cases")
    assert rows(course) == [("Ada", "18", "18", "I name three cases")]
    give(course, "Ada", 2.5)
    regrade.add(course, NAME, "Blaise", "=1+1")
    regrade.add(course, NAME, "Ada", "and a fourth")
    give(course, "Ada", 3)
    assert rows(course) == [
        ("Ada", "18", "19.5", "I name three cases"),
        ("Blaise", "15", "15", "'=1+1"),
        ("Ada", "19.5", "20", "and a fourth"),
    ]
    (course / "gradebook/regrading.csv").unlink()
    with open(course / "gradebook/regrading.jsonl", "ab") as file:
        file.write(b'{"asked": "2026')  # a crash
    regrade.add(course, NAME, "Blaise", "again")
    assert [row[3] for row in rows(course)] == ["I name three cases", "'=1+1", "and a fourth", "again"]


def test_the_command_enters_lists_and_refuses_with_a_sentence(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    regrade.main([NAME, "Ada", " a look\x1b[2J at task 4 "])
    shown = capsys.readouterr().out
    assert shown.splitlines() == [f"{NAME}  Ada: 18 → 18  a look [2J at task 4", "gradebook/regrading.csv"]
    for arguments, complaint in [
        ([NAME, "Cara", "why"], f"Cara has no score for {NAME}"),
        (["02_learning_rate", "Ada", "why"], "Ada has no score for 02_learning_rate"),
        ([NAME, "Ada", " "], "Say in a few words"),
        ([NAME], "Usage"),
    ]:
        with pytest.raises(SystemExit, match=complaint):
            regrade.main(arguments)
    assert len(rows(course)) == 1
    (course / "gradebook/gradebook.db").unlink()
    with pytest.raises(SystemExit, match="Nothing has been graded yet"):
        regrade.main([])


def test_a_score_that_has_gone_since_the_request_stops_no_list(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    regrade.add(course, NAME, "Ada", "a look")
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}") as book:  # as for a newer file that is unreadable
        for name in ("check_step", "question"):
            grade = book.find_grade(name, NAME, NAME, "Ada")
            grade.auto_score = grade.manual_score = None
        book.db.commit()
    regrade.main([NAME, "Blaise", "task 2"])
    assert capsys.readouterr().out.splitlines() == [
        f"{NAME}  Ada: 18 → –  a look", f"{NAME}  Blaise: 15 → 15  task 2", "gradebook/regrading.csv"
    ]  # fmt: skip
    assert rows(course) == [("Ada", "18", "", "a look"), ("Blaise", "15", "15", "task 2")]
