"""Who has which grade, and why: what grading leaves beside nbgrader's gradebook.

    gradebook/grading/NN_topic.jsonl   the journal: a line for each submission once it is done, so that none is repeated
    gradebook/grading/NN_topic.csv     a line for each student, made from the journal and from nbgrader's gradebook

A score that was never given is empty, never 0. `Export` does the same for `nbgrader export`.
"""

import csv
import json
import os
import re
import shutil
import sys
from collections import Counter
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from nbgrader import api
from nbgrader.plugins import ExportPlugin
from sqlalchemy import make_url

from grader import deadlines, files
from grader.names import plain
from grader.release import config

GRADED, NOT_DONE, PARTLY, UNREADABLE, MISSING, FAILED, TO_DO = (
    "graded", "not done", "partly run", "unreadable", "missing", "failed", "not graded yet",
)  # fmt: skip
_ORDER = (GRADED, NOT_DONE, PARTLY, UNREADABLE, FAILED, MISSING, TO_DO)


class Entry(NamedTuple):
    """What became of a submission: a status, the reason (a sentence or ""), and a digest of the files read."""

    student: str
    status: str
    reason: str
    digest: str


class Points(NamedTuple):
    """A student's points for an exercise.

    score     None if no point was given or refused yet
    penalty   for handing in late; the score is less by so much
    by_hand   points that nobody has given yet, or that were given to something which has changed since
    """

    score: float | None
    penalty: float
    by_hand: float


_NO_POINTS = Points(None, 0.0, 0.0)
# What stands before a character that makes a formula of a cell: its beginning, or what may be taken for a separator.
_FORMULA = re.compile(r"""((?:^|[,;|])[\s"']*)(?=[=+\-@＝＋－＠])""")


class Line(NamedTuple):
    """A student's line in the report of an exercise; the penalty for handing in late is off the score already."""

    student: str
    exercise: str
    status: str
    score: float | None
    max_score: float
    by_hand: float
    reason: str
    penalty: float = 0.0


# ---- the journal


def journal(gradebook: Path, exercise: str) -> dict[str, Entry]:
    """Student → the last entry. A line that a crash cut short is ignored."""
    found = {}
    path = _path(gradebook, exercise, "jsonl")
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            entry = Entry(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[entry.student] = entry
    return found


def remember(gradebook: Path, exercise: str, *new: Entry) -> None:
    """Add entries to the journal, so that they survive a crash."""
    path = _path(gradebook, exercise, "jsonl")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with open(path, "ab+") as file:
        file.seek(-min(1, file.tell()), os.SEEK_END)
        cut_short = file.read() not in (b"", b"\n")
        file.write(b"\n" * cut_short + b"".join(json.dumps(entry._asdict()).encode() + b"\n" for entry in new))
        file.flush()
        os.fsync(file.fileno())


def _path(gradebook: Path, exercise: str, ending: str) -> Path:
    return gradebook / "grading" / f"{exercise}.{ending}"


# ---- points, from nbgrader's gradebook


def opened(root: Path) -> api.Gradebook:
    """The gradebook of a course, in whichever database. Raises FileNotFoundError, with a sentence, if it is missing."""
    if not (root / "nbgrader_config.py").is_file():
        raise FileNotFoundError(f"There is no nbgrader_config.py in {root}: call this in the course's folder.")
    url = make_url(config(root).CourseDirectory.db_url)
    if url.get_backend_name() == "sqlite" and not Path(url.database).is_file():
        raise FileNotFoundError("Nothing has been graded yet: there is no gradebook.")
    return api.Gradebook(url)


def points(book: api.Gradebook, exercise: str) -> dict[str, Points]:
    """Student → points, for everyone who has handed the exercise in."""
    rows = (
        book.db.query(
            api.SubmittedAssignment.student_id,
            api.GradeCell.max_score,
            api.Grade.auto_score,
            api.Grade.manual_score,
            api.Grade.score,
            api.Grade.needs_manual_grade,
        )
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Grade, api.Grade.notebook_id == api.SubmittedNotebook.id)
        .join(api.GradeCell, api.GradeCell.id == api.Grade.cell_id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .filter(api.Assignment.name == exercise)
    )
    penalties = dict(
        book.db.query(api.SubmittedAssignment.student_id, api.SubmittedNotebook.late_submission_penalty)
        .join(api.SubmittedNotebook, api.SubmittedNotebook.assignment_id == api.SubmittedAssignment.id)
        .join(api.Assignment, api.Assignment.id == api.SubmittedAssignment.assignment_id)
        .filter(api.Assignment.name == exercise)
        .all()
    )
    found: dict[str, Points] = {}
    for student, most, by_checks, by_hand, score, needs_look in rows:
        before = found.get(student, Points(None, penalties.get(student) or 0.0, 0.0))
        if by_checks is None and by_hand is None:
            found[student] = before._replace(by_hand=before.by_hand + most)
        else:
            again = most if needs_look and by_hand is not None else 0.0
            found[student] = before._replace(score=(before.score or 0.0) + score, by_hand=before.by_hand + again)
    return {
        student: given if given.score is None else given._replace(score=max(0.0, given.score - given.penalty))
        for student, given in found.items()
    }


# ---- the report


def lines(book: api.Gradebook, exercise: str, gradebook: Path, digests: dict[str, str]) -> list[Line]:
    """The report of an exercise, ordered by name: everyone who handed something in or is in the gradebook.

    digests   of each student who has a folder of the exercise, as Entry.digest
    """
    entries, given = journal(gradebook, exercise), points(book, exercise)
    most = book.find_assignment(exercise).max_score
    found = []
    for student in sorted({*digests, *(student.id for student in book.students)}):
        entry, mine = entries.get(student), given.get(student, _NO_POINTS)
        if student not in digests:
            status, reason = MISSING, "nothing was handed in."
        elif entry is None or entry.digest != digests[student]:
            status = TO_DO
            reason = "to be graded again." if entry and entry.status == TO_DO else "handed in since the last grading."
        else:
            status, reason = entry.status, entry.reason
        by_hand = 0.0 if mine.score is None else mine.by_hand
        found.append(Line(student, exercise, status, mine.score, most, by_hand, reason, mine.penalty))
    return found


def write(report: Iterable[Line], gradebook: Path, exercise: str) -> Path:
    """Write the report's CSV and return its path."""
    path = _path(gradebook, exercise, "csv")
    with files.writing(path) as file:
        table = csv.writer(file)
        table.writerow(Line._fields)
        for line in report:
            table.writerow(map(harmless, line))
    return path


def table(report: list[Line]) -> str:
    """The report for a terminal: one row for each student, cut at the terminal's width, and the counts."""
    wide = shutil.get_terminal_size((120, 24)).columns
    students = [" ".join(plain(line.student).split())[:30] for line in report]  # in its column, whatever it looks like
    name = max(map(len, students), default=0)
    rows = []
    for student, line in zip(students, report, strict=True):
        score = "–" if line.score is None else f"{line.score:g} of {line.max_score:g}"
        more = f"{line.by_hand:g} points are still to be given by hand. " if line.by_hand else ""
        more += f"{line.penalty:g} points less for being late. " if line.penalty else ""
        row = f"{student:{name}}  {line.status:14}  {score:>10}  {more}{plain(line.reason)}".rstrip()
        rows.append(row if len(row) <= wide else row[: wide - 1] + "…")
    counts = Counter(line.status for line in report)
    rows.append(", ".join(f"{counts[status]} {status}" for status in _ORDER if counts[status]))
    return "\n".join(rows)


def harmless(value) -> str:
    """A cell of a table that no spreadsheet takes for a formula, whichever separator it assumes."""
    if isinstance(value, float):
        return f"{value:g}"
    return "" if value is None else _FORMULA.sub(r"\1'", plain(str(value)))


_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "by_hand", "status", "reason",
)  # fmt: skip


class Export(ExportPlugin):
    """`nbgrader export`: nbgrader's columns, with an empty score where none was given, and the grading's status."""

    def export(self, gradebook: api.Gradebook) -> None:
        """Write the CSV to the path of the option --to."""
        path, root = Path(self.to or "grades.csv"), Path(self.parent.coursedir.root)
        chosen = {str(student) for student in self.student}
        with files.writing(path) as file:
            out = csv.writer(file)
            out.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if not self.assignment or assignment.name in self.assignment:
                    _enter(root, gradebook, assignment.name, self.config)
                    for row in _exported(gradebook, assignment, root / "gradebook"):
                        if not chosen or row["student_id"] in chosen:
                            out.writerow(harmless(row[column]) for column in _COLUMNS)
        self.log.info("Exported grades to %s", path)


def _enter(root: Path, book: api.Gradebook, exercise: str, config) -> None:
    try:
        deadlines.enter(root, book, exercise, config)
    except deadlines.Wrong as reason:
        sys.exit(str(reason))


def _exported(book: api.Gradebook, assignment, gradebook: Path) -> Iterator[dict]:
    """A row of the export for each student, whether or not anything was handed in."""
    entries = journal(gradebook, assignment.name)
    given = points(book, assignment.name)
    timestamps = {submission.student_id: submission.timestamp for submission in assignment.submissions}
    for student in sorted(book.students, key=lambda one: (one.last_name or "", one.first_name or "", one.id)):
        mine = given.get(student.id, _NO_POINTS)
        score = mine.score
        absent = Entry(student.id, MISSING, "nothing was handed in.", "")
        by_other_means = Entry(student.id, GRADED, "", "")  # by hand, or before there was a journal
        entry = entries.get(student.id) or (absent if score is None else by_other_means)
        yield {
            "assignment": assignment.name,
            "duedate": assignment.duedate,
            "timestamp": timestamps.get(student.id),
            "student_id": student.id,
            "last_name": student.last_name,
            "first_name": student.first_name,
            "email": student.email,
            "raw_score": None if score is None else score + mine.penalty,
            "late_submission_penalty": None if score is None else mine.penalty,
            "score": score,
            "max_score": assignment.max_score,
            "by_hand": None if score is None else mine.by_hand,
            "status": entry.status,
            "reason": entry.reason,
        }
