"""Deadlines, extensions, and what handing in late costs, as gradebook/deadlines.toml says:

    zone = "Europe/Berlin"       # of all times in this file, and of those that the platform gives
    percent_per_day = 10         # of a submission's points, for each day or part of a day; 100 takes them all at once

    [01_update_rule]
    deadline = 2026-10-19T23:59:00
    extensions = { "Ada Lovelace" = 2026-10-26T23:59:00 }
    handed_in = { paulablaise = 2026-10-20T09:30:00 }  # where no platform says, or one is wrong

Without the file nobody is late. The time of handing in is, of these, the first that there is: `handed_in`; the time in
Moodle's worksheet, or of a student's commit, which `collect` read; nbgrader's timestamp.txt beside the notebook, in
UTC. If all that is known is Canvas's mark LATE, the submission counts as handed in just after the deadline: so a
student with an extension is in time, and any other is one day late.

nbgrader_config.py names `LatePenalty` to nbgrader, whose own step then takes it off. `enter` repeats all of this for
an exercise, so that an extension or points given later are taken into account.
"""

import math
import stat
import tomllib
import zoneinfo
from collections.abc import Collection
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import NamedTuple

from nbformat.v4 import new_notebook
from nbgrader import api, utils
from nbgrader.plugins import LateSubmissionPlugin
from nbgrader.preprocessors import AssignLatePenalties

from grader.collect import said_by_platforms
from grader.names import plain

FILE = Path("gradebook", "deadlines.toml")
_TIMES = ("extensions", "handed_in")
_DAY = timedelta(days=1).total_seconds()


class Wrong(ValueError):
    """The file cannot be used; the message, a sentence, says why."""


class Deadline(NamedTuple):
    """An exercise's deadline, and student → another one, student → when it was handed in; all in UTC."""

    deadline: datetime
    extensions: dict[str, datetime]
    handed_in: dict[str, datetime]

    @property
    def last(self) -> datetime:
        """The deadline after which nobody can hand in any more."""
        return max([self.deadline, *self.extensions.values()])


class Deadlines(NamedTuple):
    """What the file says."""

    zone: zoneinfo.ZoneInfo
    percent_per_day: float
    exercises: dict[str, Deadline]


def read(root: Path, students: Collection[str] | None = None) -> Deadlines | None:
    """Read the file of a course; None if there is none. Raises Wrong.

    students   those who are known; the file may name no other. None if it does not matter.
    """
    try:
        data = tomllib.loads((root / FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError) as error:
        said = str(error)
        raise Wrong(f"{FILE} cannot be read: {said[:1].lower()}{said[1:].rstrip('.')}.") from None
    try:
        zone = zoneinfo.ZoneInfo(data.pop("zone", "UTC"))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, TypeError):
        raise Wrong(f'{FILE}: the zone is not the name of a time zone, such as "Europe/Berlin".') from None
    percent = data.pop("percent_per_day", 0)
    if isinstance(percent, bool) or not isinstance(percent, (int, float)) or not 0 <= percent <= 100:
        raise Wrong(f"{FILE}: percent_per_day must be a number from 0 to 100.")
    known = {path.parent.name for path in root.glob("exercises/*/checks.json")}
    return Deadlines(zone, percent, {name: _exercise(name, part, zone, known, students) for name, part in data.items()})


def _exercise(name: str, part, zone: zoneinfo.ZoneInfo, known: set[str], students) -> Deadline:
    if name not in known:
        raise Wrong(f"{FILE}: there is no exercise {plain(name)}; there are: {', '.join(sorted(known)) or 'none'}.")
    if not isinstance(part, dict) or "deadline" not in part or not part.keys() <= {"deadline", *_TIMES}:
        raise Wrong(f"{FILE}: [{name}] must have a deadline, and may have {' and '.join(_TIMES)}, but nothing else.")
    deadline = _time(f"the deadline of {name}", part["deadline"], zone)
    tables = {}
    for kind in _TIMES:
        table = part.get(kind, {})
        if not isinstance(table, dict):
            raise Wrong(f"{FILE}: the {kind} of {name} must be written like {{ ada = 2026-10-26T23:59:00 }}.")
        for student in table:
            if students is not None and student not in students:
                raise Wrong(
                    f"{FILE}: {name} names {plain(student)}, and the gradebook knows no such student. If the name is "
                    f"right, enter it: nbgrader db student add {plain(student)!r}"
                )
        tables[kind] = {student: _time(f"{name}, {plain(student)}", time, zone) for student, time in table.items()}
    for student, time in tables["extensions"].items():
        if time < deadline:
            raise Wrong(f"{FILE}: {name}, {plain(student)}: the extension ends before the deadline.")
    return Deadline(deadline, **tables)


def _time(what: str, value, zone: zoneinfo.ZoneInfo) -> datetime:
    if not isinstance(value, datetime):
        short = " It has no time of day." if isinstance(value, date) else ""
        raise Wrong(f"{FILE}: {what}: write the time like 2026-10-19T23:59:00, without quotation marks.{short}")
    return (value if value.tzinfo else value.replace(tzinfo=zone)).astimezone(UTC)


# ---- into nbgrader's gradebook


def known_students(root: Path, book: api.Gradebook) -> set[str]:
    """Everyone whom the gradebook knows, or who has handed something in."""
    place = root / "gradebook" / "submitted"
    handed_in = {path.name for path in place.iterdir()} if place.is_dir() else set()
    return {student.id for student in book.students} | handed_in


def enter(root: Path, book: api.Gradebook, exercise: str, config) -> None:
    """Enter an exercise's deadline, extensions and times of handing in, and take off what being late costs.

    config   the course's nbgrader_config.py, read

    Raises Wrong. Without the file, the deadline that somebody may have entered in nbgrader stays.
    """
    found = read(root, known_students(root, book))
    if found and exercise in found.exercises:
        here = found.exercises[exercise]
        due = here.deadline.replace(tzinfo=None)  # nbgrader keeps times in UTC, without saying so
        book.update_or_create_assignment(exercise, duedate=due)
        for submission in book.assignment_submissions(exercise):
            extended = here.extensions.get(submission.student_id)
            submission.extension = extended and extended - here.deadline
    said = said_by_platforms(root, exercise)
    late = []
    for submission in book.assignment_submissions(exercise):
        time = _handed_in(root, submission.student_id, exercise, found, said.get(submission.student_id, {}))
        submission.timestamp = time and time.replace(tzinfo=None)
        if submission.total_seconds_late > 0 or submission.late_submission_penalty:
            late.append(submission.student_id)
    book.db.commit()
    for student in late:
        about = {"student": student, "assignment": exercise, "notebook": exercise, "db_url": str(book.engine.url)}
        AssignLatePenalties(config=config).preprocess(new_notebook(), {"nbgrader": about})
    book.db.expire_all()


def _handed_in(root: Path, student: str, exercise: str, found: Deadlines | None, said: dict) -> datetime | None:
    """When a student handed in, as far as it is known."""
    here = found.exercises.get(exercise) if found else None
    if here and student in here.handed_in:
        return here.handed_in[student]
    if found and said.get("handed_in"):
        time = datetime.fromisoformat(said["handed_in"])
        return (time if time.tzinfo else time.replace(tzinfo=found.zone)).astimezone(UTC)
    stamp = root / "gradebook" / "submitted" / student / exercise / "timestamp.txt"
    try:
        if stat.S_ISREG(stamp.lstat().st_mode):
            return utils.parse_utc(stamp.read_bytes()[:100].decode().strip()).replace(tzinfo=UTC)
    except Exception:  # whatever it holds instead of a time
        pass
    return here.deadline + timedelta(seconds=1) if here and said.get("late") else None


class LatePenalty(LateSubmissionPlugin):
    """nbgrader's plugin: so much for each day or part of one. Without the file, nbgrader's own options hold."""

    def late_submission_penalty(self, student_id, score, total_seconds_late):
        """The points to take off."""
        found = read(Path(self.config.CourseDirectory.root))
        if found is None:
            return super().late_submission_penalty(student_id, score, total_seconds_late)
        return score * min(1.0, math.ceil(total_seconds_late / _DAY) * found.percent_per_day / 100)
