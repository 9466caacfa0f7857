"""Deadlines: who is late, what it costs, and a file with a fault in it, which is refused with a sentence."""

import json

import pytest
from nbgrader.api import Gradebook

from classroom import NAME, small_gradebook
from grader import deadlines, giveback, release, report

CLASS = ("Ada", "Blaise", "Cara", "Dora", "Emil")
FILE = f"""
zone = "Europe/Berlin"
percent_per_day = 10

[{NAME}]
deadline = 2026-10-19T23:59:00
extensions = {{ "Blaise" = 2026-10-26T23:59:00 }}
"""


@pytest.fixture(scope="module")
def gradebook(tmp_path_factory):
    path = tmp_path_factory.mktemp("graded") / "gradebook.db"
    return small_gradebook(path, NAME, {student: (17, 3) for student in CLASS})


@pytest.fixture
def course(course):
    (course / "exercises" / NAME).mkdir(parents=True)
    (course / "exercises" / NAME / "checks.json").write_text("{}", encoding="utf-8")
    return course


def said(course, **students):
    """What platforms have said: the time of handing in, or LATE."""
    kept = {
        student: {"platform": "Moodle", "id": str(k), "prefix": student, "late": time == "LATE"}
        | {"handed_in": "" if time == "LATE" else time}
        for k, (student, time) in enumerate(students.items())
    }
    (course / "gradebook/collected").mkdir(exist_ok=True)
    (course / f"gradebook/collected/{NAME}.json").write_text(json.dumps(kept), encoding="utf-8")


def scores(course, file=FILE):
    """The scores of the class once the file is entered."""
    (course / deadlines.FILE).write_text(file, encoding="utf-8")
    return entered(course)


def entered(course):
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}") as book:
        deadlines.enter(course, book, NAME, release.config(course))
        return {student: one.score for student, one in report.points(book, NAME).items() if one.score != 20}


def test_each_day_begun_costs_its_share_of_the_points(course):
    said(
        course,
        Ada="2026-10-19T23:59:00",
        Cara="2026-10-20T00:00:00",
        Dora="2026-10-22T12:00:00",
        Emil="2027-01-01T00:00:00",
    )
    assert scores(course) == {"Cara": 18, "Dora": 14, "Emil": 0}
    assert scores(course, FILE.replace("10\n", "100\n", 1)) == {"Cara": 0, "Dora": 0, "Emil": 0}
    assert scores(course, FILE.replace("percent_per_day = 10\n", "")) == {}


def test_an_extension_holds_for_its_student_alone_and_can_be_granted_later(course):
    said(course, Ada="2026-10-21T08:00:00", Blaise="2026-10-21T08:00:00")
    assert scores(course) == {"Ada": 16}
    assert scores(course, FILE.replace("{ ", '{ "Ada" = 2026-10-21T08:00:00, ')) == {}
    assert scores(course, FILE.replace('"Blaise"', '"Ada"')) == {"Blaise": 16}


def test_times_are_those_of_the_zone_even_if_the_clocks_are_set_between(course):
    """On 25 October 2026 the clocks go back in Berlin; nbgrader keeps the length of an extension."""
    said(course, Blaise="2026-10-26T23:59:00", Ada="2026-10-19T22:59:30")
    assert scores(course) == {}
    said(course, Blaise="2026-10-27T00:00:00", Ada="2026-10-19T22:59:30")
    assert scores(course) == {"Blaise": 18}
    assert scores(course, FILE.replace("Europe/Berlin", "America/New_York")) == {"Blaise": 18}
    assert scores(course, FILE.replace("23:59:00\next", "23:59:00+03:00\next")) == {"Ada": 18, "Blaise": 18}


def test_a_time_with_a_zone_of_its_own_is_not_taken_for_one_of_the_courses(course):
    """As of a commit. In Berlin it is 23:59 and 00:00."""
    said(course, Ada="2026-10-19T21:59:00+00:00", Cara="2026-10-20T00:00:00+02:00")
    assert scores(course) == {"Cara": 18}


def test_a_mark_without_a_time_counts_as_a_day_unless_there_is_an_extension(course):
    said(course, Ada="LATE", Blaise="LATE")
    assert scores(course) == {"Ada": 18}
    assert scores(course, FILE + 'handed_in = { "Ada" = 2026-10-21T12:00:00 }') == {"Ada": 16}


def test_the_file_is_believed_more_than_the_platform_and_the_platform_more_than_a_timestamp(course):
    for student in ("Ada", "Cara", "Dora"):
        folder = course / "gradebook/submitted" / student / NAME
        folder.mkdir(parents=True)
        (folder / "timestamp.txt").write_text("2026-10-21 21:58:00 UTC" if student != "Dora" else "soon")
    assert scores(course) == {"Ada": 16, "Cara": 16}
    said(course, Ada="2026-10-20T12:00:00")
    assert scores(course) == {"Ada": 18, "Cara": 16}
    assert scores(course, FILE + 'handed_in = { "Ada" = 2026-10-19T12:00:00 }') == {"Cara": 16}


def test_points_given_later_cost_their_share_as_well(course):
    said(course, Ada="2026-10-20T12:00:00")
    assert scores(course) == {"Ada": 18}
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}") as book:
        book.find_grade("question", NAME, NAME, "Ada").manual_score = 1
        book.db.commit()
    (course / "export.csv").write_text("Identifier,Grade,Last modified (grade)\nParticipant 0,,-\n", encoding="utf-8")
    giveback.give_back(course, NAME, course / "export.csv")
    assert "Participant 0,16.2,-" in (course / "build/giveback" / NAME / "export.csv").read_text(encoding="utf-8")


def test_without_the_file_nobody_is_late(course):
    said(course, Ada="LATE", Cara="2036-10-20T12:00:00")
    assert entered(course) == {}


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (("[", "(["), "cannot be read: .*line"),
        (("10-19T", "13-19T"), "cannot be read: .*line 6"),
        (
            ("2026-10-19T23:59:00", "2026-10-19"),
            "the deadline of 01_update_rule: write the time like .* no time of day",
        ),
        (("2026-10-19T23:59:00", '"19 October"'), "the deadline of 01_update_rule: write the time like"),
        (("Europe/Berlin", "Berlin"), "not the name of a time zone"),
        (("= 10", '= "10 %"'), "percent_per_day must be a number from 0 to 100"),
        (("= 10", "= 110"), "percent_per_day must be a number from 0 to 100"),
        ((NAME, "01_update_rul"), f"there is no exercise 01_update_rul; there are: {NAME}"),
        (("percent_per_day", "percent"), "there is no exercise percent;"),
        (("deadline", "due"), "must have a deadline"),
        (("extensions", "extension"), "but nothing else"),
        (("Blaise", "Blaize"), "knows no such student.*nbgrader db student add 'Blaize'"),
        (('{ "Blaise" = 2026-10-26T23:59:00 }', "3"), "must be written like"),
        (("2026-10-26T", "2026-10-16T"), "Blaise: the extension ends before the deadline"),
    ],
)
def test_a_faulty_file_is_refused_with_a_sentence_and_changes_nothing(course, change, complaint):
    assert change[0] in FILE
    said(course, Ada="2026-10-20T12:00:00")
    assert scores(course) == {"Ada": 18}
    with pytest.raises(deadlines.Wrong, match=f"gradebook/deadlines.toml.*{complaint}"):
        scores(course, FILE.replace(*change, 1))
    with Gradebook(f"sqlite:///{course / 'gradebook/gradebook.db'}") as book:
        assert report.points(book, NAME)["Ada"].penalty == 2
