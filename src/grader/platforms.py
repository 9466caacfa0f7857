"""How learning platforms name what they hand to an instructor, and what they take back.

Moodle   NAME_ID_assignsubmission_file/FILE, with or without a "_" after "file", and NAME_ID_assignsubmission_file_FILE
Canvas   NAME_ID_NUMBER_FILE, with LATE after the name if it was; a file handed in again ends in -1, -2, …
ILIAS    LASTNAME_FIRSTNAME_LOGIN_ID/FILE, perhaps within one more folder

As in Moodle's mod/assign/feedback/file/importziplib.php (commit 0203d8f), and in ILIAS's ilExSubmission.php,
getDirectoryNameFromUserData (commit 03cc48e). Canvas documents its names nowhere; these are what its users find.

The dates in an archive do not say when something was handed in: they may be those of the download, as in Moodle unless
it asks for others (files/classes/local/archive_writer/zip_writer.php). Moodle's grading worksheet does say it, in the
language of the site (mod/assign/gradingtable.php, col_timesubmitted; langconfig.php, strftimedaydatetime).
"""

import csv
import io
import re
from datetime import datetime
from typing import NamedTuple

MOODLE, CANVAS, ILIAS = "Moodle", "Canvas", "ILIAS"
# A student's folder, in which Moodle keeps folders of the student's own, under any name.
_STUDENTS = r"(?:[^/]*_assignsubmission_[^/]*|[^_/]+_[^_/]+_[^_/]+_\d+)/"
_NAMES = (
    (MOODLE, re.compile(r"(?P<prefix>(?P<student>[^_/]+)_(?P<id>\d+)_assignsubmission_file)(?:_?/|_)(?P<file>[^/]+)")),
    (ILIAS, re.compile(
        rf"(?:(?!{_STUDENTS})[^/]+/)?(?P<prefix>[^_/]+_[^_/]+_(?P<student>[^_/]+)_(?P<id>\d+))/(?P<file>[^/]+)"
    )),
    (CANVAS, re.compile(r"(?P<prefix>(?P<student>[^_/]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+)_(?P<file>[^/]+)")),
)  # fmt: skip
_TIME = re.compile(r"\w+, (\d{1,2}) (\w+) (\d{4}), +(\d{1,2}:\d\d) +(AM|PM)")
_ATTEMPT = re.compile(r"(?:-(?P<canvas>\d+)| ?\((?P<browser>\d+)\))?\.ipynb")


class HandedIn(NamedTuple):
    """What the name of a file says of it.

    platform   MOODLE, CANVAS or ILIAS
    student    the name by which the gradebook knows its owner
    id         the platform's number for the student; in Moodle, for the student in this assignment
    prefix     what stands before the file's own name, by which the platform knows whose feedback it is
    file       its own name, without a number that Canvas or a browser has added
    attempt    that number; 0 without one
    late       whether the platform says so
    """

    platform: str
    student: str
    id: str
    prefix: str
    file: str
    attempt: int
    late: bool


def handed_in(path: str) -> HandedIn | None:
    """What a platform says of a file by its name in a download; None if the name is not a platform's."""
    if "\\" in path or ".." in path.split("/"):
        return None
    for platform, pattern in _NAMES:
        if found := pattern.fullmatch(path):
            parts = found.groupdict()
            file, attempt = parts["file"], 0
            if added := _ATTEMPT.search(file):
                attempt = int(added["canvas"] or added["browser"] or 0)
                file = file[: added.start()] + ".ipynb"
            student = parts["student"].strip()
            return HandedIn(platform, student, parts["id"], parts["prefix"], file, attempt, bool(parts.get("late")))
    return None


def times(worksheet: str) -> dict[str, str]:
    """Moodle's number for a student → when the student handed in, like 2026-10-19T23:58:00, by the grading worksheet.

    Raises ValueError, with a clause, if it is not one in English.
    """
    rows = list(csv.DictReader(io.StringIO(worksheet.removeprefix("\ufeff"))))
    if not rows or not {"Identifier", "Last modified (submission)"} <= rows[0].keys():
        raise ValueError("it is not Moodle's grading worksheet in English, with the times of the submissions")
    found = {}
    for row in rows:
        said = (row["Last modified (submission)"] or "").strip()
        if said not in ("", "-"):
            if not (parts := _TIME.fullmatch(said)):
                raise ValueError(f"it holds a time that is not like “Monday, 19 October 2026, 11:58 PM”: {said[:60]}")
            time = datetime.strptime(" ".join(parts.groups()), "%d %B %Y %I:%M %p")
            found[row["Identifier"].removeprefix("Participant ")] = time.isoformat()
    return found
