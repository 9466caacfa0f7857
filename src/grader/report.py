"""Who has which grade, and why: what the grading leaves beside nbgrader's gradebook.

    gradebook/grading/NN_topic.jsonl   a line for each submission when it is done, so that nothing is done twice
    gradebook/grading/NN_topic.csv     a line for each student, made from it and from nbgrader's gradebook

A score that was never given is empty, never 0. `Export` says the same in `nbgrader export`.
"""

import csv
import json
import os
import shutil
import unicodedata
from collections import Counter
from collections.abc import Iterable
from pathlib import Path
from typing import NamedTuple

from nbgrader import api
from nbgrader.plugins import ExportPlugin

GRADED, NOT_DONE, PARTLY, UNREADABLE, MISSING, FAILED, TO_DO = (
    "graded", "not done", "partly run", "unreadable", "missing", "failed", "not graded yet",
)  # fmt: skip
_SCORED = (GRADED, NOT_DONE, PARTLY)  # the grading gave points, perhaps 0
_ORDER = (*_SCORED, UNREADABLE, FAILED, MISSING, TO_DO)


class Record(NamedTuple):
    """What came of a submission: a status, the reason in a sentence or "", and a digest of the files that were read."""

    student: str
    status: str
    reason: str
    digest: str


class Points(NamedTuple):
    """score: None where no point was given or refused yet. by_hand: points that nobody has given yet, or that were
    given to something which has changed since."""

    score: float | None
    penalty: float
    by_hand: float


class Row(NamedTuple):
    """A student's line in the report of an exercise."""

    student: str
    exercise: str
    status: str
    score: float | None
    max_score: float
    by_hand: float
    reason: str


# ---- records


def records(gradebook: Path, exercise: str) -> dict[str, Record]:
    """Student → what came last of the submission. A line that a crash cut short counts for nothing."""
    found = {}
    path = _path(gradebook, exercise, "jsonl")
    for line in path.read_bytes().splitlines() if path.exists() else ():
        try:
            record = Record(**json.loads(line))
        except (ValueError, TypeError):
            continue
        found[record.student] = record
    return found


def remember(gradebook: Path, exercise: str, *new: Record) -> None:
    """Add records, so that they outlast a crash."""
    path = _path(gradebook, exercise, "jsonl")
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    cut_short = path.exists() and path.read_bytes()[-1:] not in (b"", b"\n")
    with open(path, "ab") as file:
        file.write(b"\n" * cut_short + b"".join(json.dumps(record._asdict()).encode() + b"\n" for record in new))
        file.flush()
        os.fsync(file.fileno())


def _path(gradebook: Path, exercise: str, ending: str) -> Path:
    return gradebook / "grading" / f"{exercise}.{ending}"


# ---- points, as they stand in nbgrader's gradebook


def points(book: api.Gradebook, exercise: str) -> dict[str, Points]:
    """Student → points, of those who handed the exercise in."""
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
    for student, most, by_checks, by_hand, score, wanted in rows:
        before = found.get(student, Points(None, penalties.get(student) or 0.0, 0.0))
        if by_checks is None and by_hand is None:
            found[student] = before._replace(by_hand=before.by_hand + most)
        else:
            again = most if wanted and by_hand is not None else 0.0
            found[student] = before._replace(score=(before.score or 0.0) + score, by_hand=before.by_hand + again)
    return {
        student: one if one.score is None else one._replace(score=max(0.0, one.score - one.penalty))
        for student, one in found.items()
    }


# ---- the report


def rows(book: api.Gradebook, exercise: str, gradebook: Path, digests: dict[str, str]) -> list[Row]:
    """The report of an exercise, in the order of the names: of all who handed something in, or are in the gradebook.

    digests   of each student who has a folder of the exercise, as Record.digest
    """
    kept, given = records(gradebook, exercise), points(book, exercise)
    most = book.find_assignment(exercise).max_score
    found = []
    for student in sorted({*digests, *(student.id for student in book.students)}):
        record, there = kept.get(student), given.get(student, Points(None, 0.0, 0.0))
        if student not in digests:
            status, reason = MISSING, "nothing was handed in."
        elif record is None or record.digest != digests[student]:
            status = TO_DO
            reason = "to be graded again." if record and record.status == TO_DO else "handed in since the last grading."
        else:
            status, reason = record.status, record.reason
        by_hand = 0.0 if there.score is None else there.by_hand
        found.append(Row(student, exercise, status, there.score, most, by_hand, reason))
    return found


def write(rows: Iterable[Row], gradebook: Path, exercise: str) -> Path:
    """Write the report's CSV, whole or not at all, and return its path."""
    path = _path(gradebook, exercise, "csv")
    unfinished = path.with_suffix(".new")
    with open(unfinished, "w", encoding="utf-8", newline="") as file:
        table = csv.writer(file)
        table.writerow(Row._fields)
        for row in rows:
            table.writerow(_harmless(value) for value in row)
    unfinished.replace(path)
    return path


def table(rows: list[Row]) -> str:
    """The report as it is shown on a screen, a line for each student, cut at the screen's width."""
    wide = shutil.get_terminal_size((120, 24)).columns
    name = min(max([len(row.student) for row in rows], default=0), 30)
    lines = []
    for row in rows:
        score = "–" if row.score is None else f"{row.score:g} of {row.max_score:g}"
        more = f"{row.by_hand:g} points wait to be given by hand. " if row.by_hand else ""
        line = f"{_plain(row.student):{name}}  {row.status:14}  {score:>10}  {more}{_plain(row.reason)}".rstrip()
        lines.append(line if len(line) <= wide else line[: wide - 1] + "…")
    counts = Counter(row.status for row in rows)
    lines.append(", ".join(f"{counts[status]} {status}" for status in _ORDER if counts[status]))
    return "\n".join(lines)


def _plain(text: str) -> str:
    """In one line, without what would move a terminal's cursor or turn text around."""
    return "".join(c if unicodedata.category(c)[0] != "C" else " " for c in text)


def _harmless(value):
    """A cell of a table that no spreadsheet takes for a formula."""
    if value is None:
        return ""
    if isinstance(value, float):
        return f"{value:g}"
    return f"'{_plain(value)}" if value[:1] in ("=", "+", "-", "@") else _plain(value)


_COLUMNS = (
    "assignment", "duedate", "timestamp", "student_id", "last_name", "first_name", "email",
    "raw_score", "late_submission_penalty", "score", "max_score", "by_hand", "status", "reason",
)  # fmt: skip


class Export(ExportPlugin):
    """`nbgrader export`: nbgrader's columns, with an empty score where none was given, and the grading's status."""

    def export(self, gradebook: api.Gradebook) -> None:
        folder = Path(gradebook.engine.url.database).parent
        students = {str(student) for student in self.student}
        with open(self.to or "grades.csv", "w", encoding="utf-8", newline="") as file:
            out = csv.writer(file)
            out.writerow(_COLUMNS)
            for assignment in gradebook.assignments:
                if self.assignment and assignment.name not in self.assignment:
                    continue
                kept, given = records(folder, assignment.name), points(gradebook, assignment.name)
                handed_in = {submission.student_id: submission for submission in assignment.submissions}
                for student in gradebook.students:
                    if students and student.id not in students:
                        continue
                    there = given.get(student.id, Points(None, 0.0, 0.0))
                    absent = Record("", MISSING, "nothing was handed in.", "")
                    by_other_means = Record("", GRADED, "", "")  # by hand, or before these records were kept
                    record = kept.get(student.id) or (absent if there.score is None else by_other_means)
                    score = there.score
                    row = [
                        assignment.name,
                        assignment.duedate,
                        handed_in[student.id].timestamp if student.id in handed_in else None,
                        student.id,
                        student.last_name,
                        student.first_name,
                        student.email,
                        None if score is None else score + there.penalty,
                        None if score is None else there.penalty,
                        score,
                        assignment.max_score,
                        None if score is None else there.by_hand,
                        record.status,
                        record.reason,
                    ]
                    out.writerow(_harmless(value if isinstance(value, float | None) else str(value)) for value in row)
        self.log.info("Exported grades to %s", self.to or "grades.csv")
