"""Gives grades and feedback back to a learning platform: `python -m grader.giveback EXERCISE EXPORTED.csv [COLUMN]`.

    EXPORTED   Moodle's grading worksheet, or Canvas's gradebook, as the platform exports it
    COLUMN     of Canvas's, the assignment's, if the file has several

In build/giveback/EXERCISE/ it writes the exported file with the scores filled in, to be imported where it came from,
and for Moodle feedback.zip, with the students' feedback pages under Moodle's own names. A score is filled in for each
student whose submission `collect` took from that platform, and only if no point is still to be given by hand. All else
stays as it was exported.

Moodle's importer wants the columns Identifier, Grade and Last modified (grade), by their names in the site's language,
which `platforms` lists (mod/assign/feedback/offline/importgradeslib.php, commit 452e36f). Canvas's wants Student and
ID, and knows an assignment by the number in its column's name (lib/gradebook_importer.rb, commit 00b222d).
"""

import csv
import io
import re
import sys
import zipfile
from pathlib import Path
from typing import NamedTuple

from nbgrader import api

from grader import deadlines, files, platforms, release, report
from grader.collect import said_by_platforms
from grader.names import plain

_CANVAS = ("Student", "ID")
_ASSIGNMENT = re.compile(r".+ \(\d+\)")


class Refused(ValueError):
    """The exported file cannot be used; the message, a sentence, says why."""


class Worksheet(NamedTuple):
    """An exported file: its platform, its rows, the first of which are the columns' names, and where things are.

    key, grade   the indices of the columns with the platform's number and the score
    kept         the indices of all columns that the platform wants back as they are
    most         (row, the points that the platform can give) where it says so
    decimal      what separates decimal places
    """

    platform: str
    rows: list[list[str]]
    key: int
    grade: int
    kept: set[int]
    most: list[tuple[int, float]]
    decimal: str

    def number(self, row: list[str]) -> str:
        """The platform's number for the student of a row; "" for a row without one."""
        return platforms.number(row[self.key]) if len(row) > self.key else ""


def read(text: str, column: str | None = None) -> Worksheet:
    """Read an exported file. Raises Refused if it is not one of the two, or its column cannot be told."""
    rows = platforms.rows(text)
    header = rows[0] if rows else []
    if spoken := platforms.language(header, "key", "grade", "graded"):
        try:
            platforms.need_plain_quotes(text)
        except ValueError as reason:
            raise Refused(f"The file cannot be read safely: {reason}.") from None
        most = header.index(spoken.most) if spoken.most in header else None
        limits = [(k, _number(row[most])) for k, row in enumerate(rows[1:], 1) if most is not None and len(row) > most]
        found = [(k, value) for k, value in limits if value is not None]
        key, grade, graded = (header.index(name) for name in (spoken.key, spoken.grade, spoken.graded))
        return Worksheet(platforms.MOODLE, rows, key, grade, {key, grade, graded}, found, spoken.decimal)
    if {*_CANVAS} <= {*header}:
        assignments = [name for name in header if _ASSIGNMENT.fullmatch(name)]
        chosen = [name for name in assignments if column is None or name == column]
        if len(chosen) != 1:
            listed = ", ".join(map(plain, assignments)) or "none"
            raise Refused(f"Name one of the file's assignments as it is written there: {listed}.")
        key, grade = header.index("ID"), header.index(chosen[0])
        points = [(k, row) for k, row in enumerate(rows) if row and row[0].strip() == "Points Possible"]
        most = [(k, _number(row[grade])) for k, row in points if len(row) > max(key, grade) and not row[key].strip()]
        found = [(k, value) for k, value in most if value is not None]
        return Worksheet(platforms.CANVAS, rows, key, grade, {key, grade}, found, ".")
    raise Refused(
        f"This is neither Moodle's grading worksheet in {platforms.SPOKEN}, which has columns such as "
        f"{', '.join(platforms.LANGUAGES[0][1:4])}, nor Canvas's gradebook, with {' and '.join(_CANVAS)}. It has: "
        f"{plain(', '.join(header))[:300] or 'nothing'}. If the platform speaks another language, set it to English "
        "and export again."
    )


def _number(text: str) -> float | None:
    try:
        return float(text.replace(",", "."))
    except ValueError:
        return None


def fill(sheet: Worksheet, scores: dict[str, float], most: float) -> int:
    """Write each score, by the platform's number, into its row; how many were written.

    Raises Refused if the platform gives more or fewer points for the exercise than `most`.
    """
    if wrong := [value for _, value in sheet.most if value != most]:
        raise Refused(
            f"{sheet.platform} gives {wrong[0]:g} points for it, and the exercise has {most:g}: set the platform's "
            "number to the exercise's and export again."
        )
    written = 0
    for row in sheet.rows[1:]:
        if (score := scores.get(sheet.number(row))) is not None and len(row) > sheet.grade:
            row[sheet.grade] = f"{score:g}".replace(".", sheet.decimal)
            written += 1
    return written


def text(sheet: Worksheet) -> str:
    """The file to import: names and remarks of students can no longer be taken for formulas."""
    out = io.StringIO()
    table = csv.writer(out, lineterminator="\n")
    table.writerow(sheet.rows[0])
    for row in sheet.rows[1:]:
        table.writerow([cell if k in sheet.kept else _harmless(cell) for k, cell in enumerate(row)])
    return out.getvalue()


def _harmless(cell: str) -> str:
    """A cell that a spreadsheet does not take for a formula."""
    return cell if cell == "-" or _number(cell) is not None else report.harmless(cell)


def give_back(root: Path, exercise: str, exported: Path, column: str | None = None) -> list[str]:
    """Write what goes back to the platform; what was written and what was left out, a sentence each. Raises Refused."""
    try:
        raw = exported.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise Refused(f"{exported} cannot be read: {error}.") from None
    sheet = read(raw, column)
    known = {
        student: said
        for student, said in said_by_platforms(root, exercise).items()
        if said["platform"] == sheet.platform
    }
    try:
        book = report.opened(root)
    except FileNotFoundError as error:
        raise Refused(str(error)) from None
    with book:
        deadlines.enter(root, book, exercise, release.config(root))
        given, most = report.points(book, exercise), book.find_assignment(exercise).max_score
    waiting = {student for student, points in given.items() if points.score is not None and points.by_hand}
    scores = {
        said["id"]: given[student].score
        for student, said in known.items()
        if student in given and given[student].score is not None and student not in waiting
    }
    written = fill(sheet, scores, most)
    place = root / "build" / "giveback" / exercise
    place.mkdir(parents=True, exist_ok=True)
    with files.writing(place / exported.name) as file:
        file.write("\ufeff" * raw.startswith("\ufeff") + text(sheet))
    said = [f"Scores filled in: {written}, in {(place / exported.name).relative_to(root)}."]
    said += [f"{plain(student)}: points are still to be given by hand." for student in sorted(waiting & {*known})]
    missing = {said["id"] for said in known.values()} - {sheet.number(row) for row in sheet.rows[1:]}
    said += [
        f"{plain(s)}: is not in the exported file." for s, about in sorted(known.items()) if about["id"] in missing
    ]
    pages = _feedback(root, exercise, known) if sheet.platform == platforms.MOODLE else {}
    if pages:
        with zipfile.ZipFile(place / "feedback.zip", "w", zipfile.ZIP_DEFLATED) as archive:
            for name, path in pages.items():
                archive.write(path, name)
        said.append(f"Pages of feedback: {len(pages)}, in {(place / 'feedback.zip').relative_to(root)}.")
    elif sheet.platform == platforms.MOODLE:
        said.append(f"No pages of feedback: first make them with `nbgrader generate_feedback {exercise}`.")
    return said


def _feedback(root, exercise, known):
    """The name under which Moodle takes a student's feedback page → the page."""
    pages = {}
    for student, said in known.items():
        page = root / "gradebook" / "feedback" / student / exercise / f"{exercise}.html"
        if page.is_file() and not page.is_symlink():
            pages[f"{said['prefix']}_/{exercise}.html"] = page
    return pages


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if nothing can be given back."""
    if not 2 <= len(arguments) <= 3:
        sys.exit("Usage: python -m grader.giveback EXERCISE EXPORTED.csv [COLUMN]")
    exercise, exported, *column = arguments
    try:
        print("\n".join(give_back(Path.cwd(), exercise, Path(exported), *column)))
    except (Refused, deadlines.Wrong, api.MissingEntry) as error:
        sys.exit(str(error))


if __name__ == "__main__":
    main(sys.argv[1:])
