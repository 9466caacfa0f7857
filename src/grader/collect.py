"""Puts submissions where grading looks for them: `python -m grader.collect EXERCISE DOWNLOAD…`.

    DOWNLOAD   a learning platform's zip, a folder of downloaded files, or a single notebook

Notebooks are taken if they are named like ada_01_update_rule.ipynb or, with numbers between, like
ada_12345_67890_01_update_rule.ipynb; the student's name is what precedes the first "_". Each becomes
gradebook/submitted/ada/01_update_rule/01_update_rule.ipynb and replaces what the student handed in before. The command
ends with a list of everything that was taken and everything that was left out, with the reason.

Downloads hold what strangers made. Only their top level is read; links are not followed and archives within archives
not opened; files and bytes are counted as they are read, whatever an archive declares. A fault in one file or one
download affects no other.
"""

import contextlib
import io
import re
import stat
import sys
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader import files, names, submissions

TAKEN, NEWER, UNCHANGED, LEFT_OUT = "taken", "newer", "unchanged", "left out"
_MOST_FILES = 10_000  # of one download
_MOST_BYTES = 2_000_000_000  # of one download, unpacked
_LONGEST_READ = 4_000_000  # bytes read at once from a zip, of which the longest part is its table of contents
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other kinds can take gigabytes of memory to unpack one byte
_SHOWN = 60  # characters of a file's name
_LONGEST_NAME = 300  # characters that are looked at: bringing many thousands into one Unicode form takes seconds


class LeftOut(Exception):
    """A file or a download that is not taken; the message, a clause, says why."""


class Collected(NamedTuple):
    """What happened to a file: TAKEN, NEWER, UNCHANGED or LEFT_OUT, whose it is ("" if unknown), and a reason or ""."""

    what: str
    student: str
    file: str
    reason: str = ""


class _Download(NamedTuple):
    """A file in a download. read() returns its bytes; it raises LeftOut if they cannot be had, or are too many."""

    file: str
    read: Callable[[], bytes]


def collect(root: Path, exercise: str, downloads: list[Path]) -> list[Collected]:
    """Collect an exercise's submissions into the course folder `root`; what happened to each file, ordered by name."""
    place = root / "gradebook" / "submitted"
    found: list[Collected] = []
    claims: defaultdict[str, list[_Download]] = defaultdict(list)
    with contextlib.ExitStack() as opened:
        for path in downloads:
            try:
                for download in _open(path, exercise, opened):
                    try:
                        claims[_student(download.file, exercise)].append(download)
                    except LeftOut as reason:
                        found.append(Collected(LEFT_OUT, "", download.file, str(reason)))
            except LeftOut as reason:
                found.append(Collected(LEFT_OUT, "", path.name, str(reason)))
        spellings = _spellings([*claims, *_folders(place)])
        for student, mine in claims.items():
            twins = spellings[names.folded(student)] - {student}
            found += _of_one_student(student, mine, twins, place, exercise)
    return sorted(found, key=lambda one: (one.student, one.file))


def _of_one_student(
    student: str, downloads: list[_Download], twins: set[str], place: Path, exercise: str
) -> Iterator[Collected]:
    """Take a student's file; several only if they are all the same. twins: as in `_refuse_twins`."""
    readable, content, differ = [], None, False
    for download in downloads:
        try:
            _refuse_twins(student, twins, _folders(place))
            another = download.read()
        except LeftOut as reason:
            yield Collected(LEFT_OUT, student, download.file, str(reason))
        else:
            readable.append(download.file)
            differ = differ or content not in (None, another)
            content = another
    if readable:
        try:
            if differ:
                raise LeftOut(f"there are {len(readable)} files of this student, and they differ")
            what, reason = _put(content, place / student / exercise / f"{exercise}.ipynb"), ""
        except LeftOut as error:
            what, reason = LEFT_OUT, str(error)
        yield from (Collected(what, student, file, reason) for file in readable)


def table(found: list[Collected]) -> str:
    """The list for a terminal: what was left out first, then the rest, and the counts."""
    rows = []
    for one in sorted(found, key=lambda one: one.what != LEFT_OUT):
        student, file = names.plain(one.student), names.plain(one.file)
        file = file if len(file) <= _SHOWN else f"{file[:_SHOWN]}…"
        rows.append(f"{one.what:9}  {student[:30]:30}  {file}{': ' if one.reason else ''}{names.plain(one.reason)}")
    counts = {what: sum(one.what == what for one in found) for what in (TAKEN, NEWER, UNCHANGED, LEFT_OUT)}
    return "\n".join([*rows, ", ".join(f"{count} {what}" for what, count in counts.items())])


# ---- downloads


def _open(path: Path, exercise: str, opened: contextlib.ExitStack) -> Iterator[_Download]:
    """The files of a download, which stays open as long as `opened`. Raises LeftOut."""
    if path.is_symlink():
        raise LeftOut("it is a link, which is not followed")
    if path.is_dir():
        yield from _folder(path)
    elif path.suffix == ".ipynb":
        yield _Download(path.name, lambda: _content(path))
    elif path.name.endswith(f"_{exercise}.zip"):
        raise LeftOut("it is a student's own archive: ask for the notebook")
    else:
        try:
            archive = zipfile.ZipFile(opened.enter_context(_Cautious(path)))
        except Exception as error:  # whatever it holds, it stops no other
            raise LeftOut(f"it cannot be read as a zip ({_said(error)})") from None
        yield from _Archive(archive).downloads()


def _folder(folder: Path) -> Iterator[_Download]:
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    if len(paths) > _MOST_FILES:
        raise LeftOut(f"it holds {len(paths)} files; at most {_MOST_FILES} are read")
    for path in paths:
        yield _Download(path.name, lambda path=path: _content(path))


def _content(path: Path) -> bytes:
    try:
        if not stat.S_ISREG(path.lstat().st_mode):
            raise LeftOut("it is a link, a folder or a device")
        return _bounded(submissions.content(path))
    except OSError as error:
        raise LeftOut(f"it cannot be opened ({_said(error)})") from None


def _bounded(content: bytes) -> bytes:
    if len(content) > submissions.LARGEST:
        raise LeftOut(f"it is larger than {submissions.LARGEST // 1_000_000} MB")
    return content


class _Cautious(io.FileIO):
    """A file of which no more is read at once than a table of contents may take."""

    def read(self, size: int = -1) -> bytes:
        if size > _LONGEST_READ:
            raise LeftOut("it holds too many files")
        return super().read(_LONGEST_READ if size < 0 else size)


class _Archive:
    """A zip of files, of which some are submissions."""

    def __init__(self, archive: zipfile.ZipFile):
        self._archive = archive
        self._left = _MOST_BYTES

    def downloads(self) -> Iterator[_Download]:
        """Its files. Raises LeftOut if they are too many."""
        entries = [info for info in self._archive.infolist() if not info.filename.endswith("/")]  # a name may be empty
        if len(entries) > _MOST_FILES:
            raise LeftOut(f"it holds {len(entries)} files; at most {_MOST_FILES} are read")
        for info in entries:
            yield _Download(info.orig_filename, lambda info=info: self._read(info))

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if stat.S_ISLNK(info.external_attr >> 16):
            raise LeftOut("it is a link")
        if info.flag_bits & 1:
            raise LeftOut("it is encrypted")
        if info.compress_type not in _KINDS:
            raise LeftOut("it is packed in an unusual way")
        if self._left <= 0:
            raise LeftOut("the archive unpacks to too much: collect from smaller ones")
        try:
            with self._archive.open(info) as file:
                content = b""
                while len(content) <= submissions.LARGEST and (part := file.read(1_000_000)):
                    content += part
        except Exception as error:  # whatever it holds, it stops no other
            raise LeftOut(f"it cannot be unpacked ({_said(error)})") from None
        self._left -= len(content)
        return _bounded(content)


def _said(error: Exception) -> str:
    said = str(error) or type(error).__name__
    return said[:1].lower() + said[1:200].rstrip(".")


# ---- whose it is


def _student(file: str, exercise: str) -> str:
    """The student whose file this is, by its name. Raises LeftOut."""
    if "/" in file or "\\" in file:
        raise LeftOut("it is in a folder, and only the top level is read")
    if not file.endswith(".ipynb"):
        raise LeftOut("it is not a notebook")
    if len(file) > _LONGEST_NAME:
        raise LeftOut(f"its name has more than {_LONGEST_NAME} characters")
    pattern = rf"([^_]*)_(?:.*_)?{re.escape(exercise)}\.ipynb"
    named = re.fullmatch(pattern, unicodedata.normalize("NFC", file), re.DOTALL)
    if named is None:
        raise LeftOut(f"it is not named like STUDENT_{exercise}.ipynb")
    if problem := names.problem(named[1]):
        raise LeftOut(problem)
    return named[1]


def _spellings(students: list[str]) -> dict[str, set[str]]:
    """What names that differ only by case or Unicode form have in common → these names."""
    found = defaultdict(set)
    for student in students:
        found[names.folded(student)].add(student)
    return found


def _folders(place: Path) -> set[str]:
    """The students who have handed something in before."""
    return {path.name for path in place.iterdir()} if place.is_dir() else set()


def _refuse_twins(student: str, twins: set[str], known: set[str]) -> None:
    """Raise LeftOut if there are names that differ from the student's only by case or Unicode form.

    Somebody who has handed in before is known, and keeps the name against newcomers.
    """
    if twins and not (student in known and twins.isdisjoint(known)):
        raise LeftOut(f"{' and '.join(sorted({student, *twins}))} differ only by case or Unicode form")


def _put(content: bytes, path: Path) -> str:
    """Write a submission where grading looks for it. Raises LeftOut."""
    try:
        if any(part.is_symlink() for part in (path, *path.parents[:2])):
            raise LeftOut(f"{path} leads to another place, by a link")
        what = NEWER if path.exists() else TAKEN
        if what == NEWER and path.stat().st_size == len(content) and path.read_bytes() == content:
            return UNCHANGED
        path.parent.mkdir(parents=True, exist_ok=True)
        with files.writing(path, binary=True) as file:
            file.write(content)
        return what
    except OSError as error:
        raise LeftOut(f"it cannot be written ({_said(error)})") from None


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if the exercise is unknown, and with 1 if nothing was collected."""
    if len(arguments) < 2:
        sys.exit("Usage: python -m grader.collect EXERCISE DOWNLOAD…")
    exercise, *downloads = arguments
    root = Path.cwd()
    if not (root / "exercises" / exercise / f"{exercise}.ipynb").is_file():
        known = ", ".join(sorted(path.parent.name for path in root.glob("exercises/*/checks.json"))) or "none"
        sys.exit(f"There is no released exercise {names.plain(exercise)}; released are: {known}.")
    found = collect(root, exercise, [Path(download) for download in downloads])
    print(table(found))
    sys.exit(all(one.what == LEFT_OUT for one in found))


if __name__ == "__main__":
    main(sys.argv[1:])
