"""How learning platforms name what they hand to an instructor, and what they take back.

Moodle   NAME_ID_assignsubmission_file/FILE, with or without a "_" after "file", and NAME_ID_assignsubmission_file_FILE
Canvas   NAME_ID_NUMBER_FILE, with LATE after the name if it was; a file handed in again ends in -1, -2, …
ILIAS    LASTNAME_FIRSTNAME_LOGIN_ID/FILE, perhaps within one more folder

As in Moodle's mod/assign/feedback/file/importziplib.php (commit 0203d8f), and in ILIAS's ilExSubmission.php,
getDirectoryNameFromUserData (commit 03cc48e). Canvas documents its names nowhere; these are what its users find.
"""

import re
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
