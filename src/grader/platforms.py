"""How learning platforms name what they hand to an instructor, and what they take back.

Moodle   NAME_ID_assignsubmission_file/FILE, with or without a "_" after "file", and NAME_ID_assignsubmission_file_FILE
Canvas   NAME_ID_NUMBER_FILE, with LATE after the name if it was; a file handed in again ends in -1, -2, …
ILIAS    LASTNAME_FIRSTNAME_LOGIN_ID/FILE, perhaps within one more folder

As in Moodle's mod/assign/feedback/file/importziplib.php (commit 0203d8f), and in ILIAS's ilExSubmission.php,
getDirectoryNameFromUserData (commit 03cc48e). Canvas documents its names nowhere; these are what its users find.

The dates in an archive do not say when something was handed in: they may be those of the download, as in Moodle unless
it asks for others (files/classes/local/archive_writer/zip_writer.php). Moodle's grading worksheet does say it.

The worksheet is in the language of the site (mod/assign/gradingtable.php). What it says there is listed below as in
Moodle's language packs: grade in moodle.php; recordid, lastmodifiedgrade, maxgrade and lastmodifiedsubmission in
assign.php; decsep and strftimedaydatetime in langconfig.php (github.com/projectestac/moodle-langpacks, commit 098d428;
the Spanish time as from Moodle 4.1 on).
"""

import csv
import io
import re
from datetime import datetime
from typing import NamedTuple

MOODLE, CANVAS, ILIAS = "Moodle", "Canvas", "ILIAS"
GIT = "git"  # no platform: for what is collected from clones
# A student's folder, in which Moodle keeps folders of the student's own, under any name.
_STUDENTS = r"(?:[^/]*_assignsubmission_[^/]*|[^_/]+_[^_/]+_[^_/]+_\d+)/"
_NAMES = (
    (MOODLE, re.compile(r"(?P<prefix>(?P<student>[^_/]+)_(?P<id>\d+)_assignsubmission_file)(?:_?/|_)(?P<file>[^/]+)")),
    (ILIAS, re.compile(
        rf"(?:(?!{_STUDENTS})[^/]+/)?(?P<prefix>[^_/]+_[^_/]+_(?P<student>[^_/]+)_(?P<id>\d+))/(?P<file>[^/]+)"
    )),
    (CANVAS, re.compile(r"(?P<prefix>(?P<student>[^_/]+)(?P<late>_LATE)?_(?P<id>\d+)_\d+)_(?P<file>[^/]+)")),
)  # fmt: skip
_MARKS = re.compile(r"assignsubmission_|(?:^|_)\d+_\d+_")
_ATTEMPT = re.compile(r"(?:-(?P<canvas>\d+)| ?\((?P<browser>\d+)\))?\.ipynb")


class HandedIn(NamedTuple):
    """What the name of a file says of it.

    platform   MOODLE, CANVAS, ILIAS or GIT
    student    the name by which the gradebook knows its owner
    id         the platform's number for the student; in Moodle, for the student in this assignment; of a clone, its
               folder
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


def is_marked(words: str) -> bool:
    """Whether part of a file's name is as Moodle or Canvas writes between a student's name and the file's own."""
    return _MARKS.search(words) is not None


# ---- Moodle's grading worksheet

_PARTS = {
    "%A": r"\w+", "%d": r"(?P<day>\d{1,2})", "%B": r"(?P<month>\w+)", "%Y": r"(?P<year>\d{4})",
    "%H": r"(?P<hour>\d{1,2})", "%I": r"(?P<hour>\d{1,2})", "%M": r"(?P<minute>\d\d)", "%p": r"(?P<half>AM|PM)",
}  # fmt: skip


class Language(NamedTuple):
    """What Moodle's worksheet says in a language.

    key, grade, graded, most, submitted   the names of its columns: the student's number, the points and when they were
                                          given, the highest possible points, when the submission was changed last
    decimal                               what separates the decimal places
    time                                  how it writes a time
    months                                from January on
    """

    name: str
    key: str
    grade: str
    graded: str
    most: str
    submitted: str
    decimal: str
    time: str
    months: str

    def read_time(self, said: str) -> datetime:
        """A time of the worksheet. Raises ValueError, with a clause, if it is not written in this language."""
        form = re.escape(self.time).replace("\\ ", r"\s+")
        months = self.months.casefold().split()
        found = re.fullmatch(re.sub("%.", lambda part: _PARTS[part[0]], form), said)
        if found is None or found["month"].casefold() not in months:
            raise ValueError(f"it holds a time that is not written as Moodle does in {self.name}: {said[:60]}")
        parts = found.groupdict()
        hour = int(parts["hour"])
        if half := parts.get("half"):
            hour = hour % 12 + 12 * (half == "PM")
        month = 1 + months.index(parts["month"].casefold())
        return datetime(int(parts["year"]), month, int(parts["day"]), hour, int(parts["minute"]))


LANGUAGES = (
    Language(
        "English", "Identifier", "Grade", "Last modified (grade)", "Maximum Grade", "Last modified (submission)",
        ".", "%A, %d %B %Y, %I:%M %p",
        "January February March April May June July August September October November December",
    ),
    Language(
        "German", "ID", "Bewertung", "Zuletzt geändert (Bewertung)", "Bestwertung", "Zuletzt geändert (Abgabe)",
        ",", "%A, %d. %B %Y, %H:%M",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
    ),
    Language(
        "French", "Identifiant", "Note", "Dernière modification (note)", "Note maximale",
        "Dernière modification (travail remis)", ",", "%A %d %B %Y, %H:%M",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
    ),
    Language(
        "Spanish", "Identificador", "Calificación", "Última modificación (calificación)", "Calificación máxima",
        "Última modificación (entrega)", ",", "%A, %d de %B de %Y, %H:%M",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
    ),
)  # fmt: skip
SPOKEN = " or ".join([", ".join(language.name for language in LANGUAGES[:-1]), LANGUAGES[-1].name])


def language(header: list[str], *columns: str) -> Language | None:
    """The language in which a worksheet has these columns, named as in Language; None if in none."""
    return next((one for one in LANGUAGES if {getattr(one, column) for column in columns} <= {*header}), None)


def number(participant: str) -> str:
    """Moodle's number for a student, which its worksheet writes after a word: Participant 7, Teilnehmer/in7."""
    return re.sub(r"^\D+(?=\d+$)", "", participant)


def rows(table: str) -> list[list[str]]:
    """The rows of a platform's table; a cell may be as long as it is, since it may hold a whole text of a student's."""
    csv.field_size_limit(max(csv.field_size_limit(), len(table)))
    return list(csv.reader(io.StringIO(table.removeprefix("\ufeff"))))


def need_plain_quotes(worksheet: str) -> None:
    """Raise ValueError, with a clause, if what a student wrote could be taken for other cells of Moodle's worksheet.

    PHP's fputcsv, by which Moodle writes, does not double a quote after a backslash, so nobody can tell whether it ends
    the cell; what follows could be the time or the grade of another.
    """
    for k, line in enumerate(worksheet.split("\n"), 1):
        if '\\"' in line:
            raise ValueError(
                f'line {k} has a backslash before a quotation mark (\\"), so its cells cannot be told apart: remove '
                "the backslash, or the text that a student has put there"
            )


def times(worksheet: str) -> dict[str, str]:
    """Moodle's number for a student → when the student handed in, like 2026-10-19T23:58:00, by the grading worksheet.

    Raises ValueError, with a clause, if it is not one.
    """
    header, *students = rows(worksheet) or [[]]
    if (spoken := language(header, "key", "submitted")) is None:
        raise ValueError(
            f"it is not Moodle's grading worksheet with the times of the submissions, in {SPOKEN}; its columns are: "
            f"{', '.join(header)[:300] or 'none'}"
        )
    need_plain_quotes(worksheet)
    key, submitted = header.index(spoken.key), header.index(spoken.submitted)
    found = {}
    for row in students:
        if len(row) > max(key, submitted) and (said := row[submitted].strip()) not in ("", "-"):
            found[number(row[key])] = spoken.read_time(said).isoformat()
    return found
