"""Puts submissions where grading looks for them: `python -m grader.collect EXERCISE DOWNLOAD…`.

    DOWNLOAD   a learning platform's zip, a folder of downloaded files or of clones of git repositories, a single
               notebook, or Moodle's grading worksheet

Taken are notebooks that Moodle, Canvas or ILIAS has named (`platforms` says how), and notebooks that are named like
ada_01_update_rule.ipynb; there the student's name is what precedes the first "_". Each becomes
gradebook/submitted/ada/01_update_rule/01_update_rule.ipynb and replaces what the student handed in before; of several
by one student, the newest. What a platform says of them is kept in gradebook/collected/01_update_rule.json, for
deadlines and for giving the grades back; when each was handed in, only Moodle's worksheet tells. Of a clone it is when
the notebook was committed, which is the student's own claim. The command ends with a list of everything that was taken
and everything that was left out, with the reason.

Downloads hold what strangers made. Links are not followed, archives within archives not opened, and folders read only
if a platform has named them, or if they are clones, of which nothing is run (`clones`). Files and bytes are counted as
they are read, whatever an archive declares. A fault in one file or one download affects no other.
"""

import contextlib
import csv
import hashlib
import io
import json
import re
import stat
import sys
import unicodedata
import zipfile
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from grader import clones, files, names, platforms, submissions

TAKEN, NEWER, UNCHANGED, LEFT_OUT, TIMES = "taken", "newer", "unchanged", "left out", "times"
_MOST_FILES = 10_000  # of one download
_MOST_BYTES = 2_000_000_000  # of one download, unpacked
_LONGEST_READ = 4_000_000  # bytes read at once from a zip, of which the longest part is its table of contents
_PART = 1_000_000  # bytes that are unpacked at a time
_KINDS = (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED)  # other kinds can take gigabytes of memory to unpack one byte
_SHOWN = 60  # characters of a file's name
_LISTED = 3  # names in a reason
_LONGEST_NAME = 300  # characters that are looked at: bringing many thousands into one Unicode form takes seconds


class LeftOut(Exception):
    """A file or a download that is not taken; the message, a clause, says why."""


class Collected(NamedTuple):
    """What happened to a file: one of the words above; whose it is, "" if unknown; and a reason or ""."""

    what: str
    student: str
    file: str
    reason: str = ""


class _Download(NamedTuple):
    """A file in a download, and when it was made. read() returns its bytes; it raises LeftOut if they cannot be had, or
    are too many. by: what is known of it if not by its name."""

    file: str
    time: str
    read: Callable[[], bytes]
    by: platforms.HandedIn | None = None


class _Claim(NamedTuple):
    """A download as a student's submission, and what a platform says of it, if one does."""

    download: _Download
    by: platforms.HandedIn | None

    @property
    def age(self) -> tuple:
        """The newest is the greatest; all alike where no platform says."""
        return (self.by.attempt, self.download.time) if self.by else ()


def collect(root: Path, exercise: str, downloads: list[Path]) -> list[Collected]:
    """Collect an exercise's submissions into the course folder `root`; what happened to each file, ordered by name."""
    place = root / "gradebook" / "submitted"
    found: list[Collected] = []
    claims: defaultdict[str, list[_Claim]] = defaultdict(list)
    worksheets = [path for path in downloads if path.suffix == ".csv" and path.is_file()]
    with contextlib.ExitStack() as opened:
        for path in downloads:
            if path in worksheets:
                continue
            try:
                for download in _open(path, exercise, opened):
                    try:
                        student, by = _student(download, exercise)
                        claims[student].append(_Claim(download, by))
                    except LeftOut as reason:
                        found.append(Collected(LEFT_OUT, "", download.file, str(reason)))
            except LeftOut as reason:
                found.append(Collected(LEFT_OUT, "", path.name, str(reason)))
        if claims or worksheets:
            opened.enter_context(_in_turn(root))
        spellings = _spellings([*claims, *_folders(place)])
        known = said_by_platforms(root, exercise)
        for student, mine in claims.items():
            found += _of_one_student(student, mine, spellings[names.folded(student)], place, exercise, known)
        found += [_time_of_each(path, known) for path in worksheets]
        _keep(root, exercise, known)
    return sorted(found, key=lambda one: (one.student, one.file))


def _of_one_student(
    student: str, claims: list[_Claim], spellings: list[str], place: Path, exercise: str, known: dict[str, dict]
) -> Iterator[Collected]:
    """Take a student's newest file; several that are equally new only if they are the same.

    spellings   as in `_refuse_twins`
    known       what platforms have said, to which what is said of this file is added
    """
    try:
        _refuse_twins(student, spellings, _folders(place))
        _refuse_namesakes(student, claims, known)
    except LeftOut as reason:
        yield from (Collected(LEFT_OUT, student, claim.download.file, str(reason)) for claim in claims)
        return
    newest = max(claim.age for claim in claims) if all(claim.by for claim in claims) else None
    readable, content, differ = [], None, False
    for claim in claims:
        file = claim.download.file
        try:
            if newest is not None and claim.age != newest:
                raise LeftOut("there is a newer one of this student")
            another = claim.download.read()
        except LeftOut as reason:
            yield Collected(LEFT_OUT, student, file, str(reason))
        else:
            readable.append(claim)
            differ = differ or content not in (None, another)
            content = another
    if readable:
        try:
            if differ:
                raise LeftOut(f"there are {len(readable)} files of this student, and they differ")
            what, reason = _put(content, place / student / exercise / f"{exercise}.ipynb"), ""
        except LeftOut as error:
            what, reason = LEFT_OUT, str(error)
        else:
            digest = hashlib.sha256(content).hexdigest()
            before = known.get(student, {})
            if by := readable[0].by:
                time = before["handed_in"] if before.get("digest") == digest else ""  # said of another file otherwise
                if by.platform == platforms.GIT:
                    time = readable[0].download.time
                    reason = f"committed {time} by the student's own clock" if time else "its time is unknown"
                known[student] = {"platform": by.platform, "id": by.id, "prefix": by.prefix, "late": by.late}
                known[student] |= {"handed_in": time, "digest": digest}
            elif before and before.get("digest") != digest:
                known[student] |= {"late": False, "handed_in": "", "digest": digest}
        yield from (Collected(what, student, claim.download.file, reason) for claim in readable)


def _time_of_each(path: Path, known: dict[str, dict]) -> Collected:
    """Add to what is known when each student of Moodle's worksheet has handed in."""
    try:
        times = platforms.times(_content(path).decode())
    except (LeftOut, ValueError, csv.Error) as reason:
        return Collected(LEFT_OUT, "", path.name, str(reason))
    mine = [said for said in known.values() if said["platform"] == platforms.MOODLE and said["id"] in times]
    for said in mine:
        said["handed_in"] = times[said["id"]]
    return Collected(TIMES, "", path.name, f"of {len(mine)} students")


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
        yield from _folder(path, exercise)
    elif path.suffix == ".ipynb":
        yield _Download(path.name, _time(path), lambda: _content(path))
    elif path.name.endswith(f"_{exercise}.zip"):
        raise LeftOut("it is a student's own archive: ask for the notebook")
    else:
        try:
            archive = zipfile.ZipFile(opened.enter_context(_Cautious(path)))
        except Exception as error:  # whatever it holds, it stops no other
            raise LeftOut(f"it cannot be read as a zip ({_said(error)})") from None
        yield from _Archive(archive).downloads()


def _folder(folder: Path, exercise: str) -> Iterator[_Download]:
    """The files of a folder, and of its folders that a platform has named or that are clones."""
    paths = sorted(path for path in folder.iterdir() if not path.name.startswith("."))
    repositories = {path for path in paths if clones.is_clone(path)}  # a student can make one in a folder of a platform
    for path in list(paths):
        if path.is_dir() and not path.is_symlink() and platforms.handed_in(f"{path.name}/x.ipynb"):
            paths.remove(path)
            paths += sorted(file for file in path.iterdir() if not file.name.startswith("."))
    if len(paths) > _MOST_FILES:
        raise LeftOut(f"it holds {len(paths)} files; at most {_MOST_FILES} are read")
    for path in paths:
        if path in repositories:
            yield _clone(path, exercise)
        else:
            name = path.relative_to(folder).as_posix() + ("/" if path.is_dir() else "")
            yield _Download(name, _time(path), lambda path=path: _content(path))


def _clone(folder: Path, exercise: str) -> _Download:
    """The exercise's notebook in a clone."""
    place = clones.notebook(folder, exercise)

    def read() -> bytes:
        if place is None:
            places = ", ".join(form.format(exercise) for form in clones.PLACES)
            raise LeftOut(f"this clone has no notebook at one of these places: {places}")
        return _content(folder / place)

    student = clones.student(unicodedata.normalize("NFC", folder.name), exercise)
    by = platforms.HandedIn(platforms.GIT, student, folder.name, folder.name, f"{exercise}.ipynb", 0, False)
    return _Download(f"{folder.name}/{place or ''}", clones.committed(folder, place) if place else "", read, by)


def _time(path: Path) -> str:
    with contextlib.suppress(OSError, OverflowError, ValueError):
        return datetime.fromtimestamp(path.lstat().st_mtime).isoformat(" ", "seconds")
    return ""


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
            time = "{:04}-{:02}-{:02} {:02}:{:02}:{:02}".format(*info.date_time)
            yield _Download(info.orig_filename, time, lambda info=info: self._read(info))

    def _read(self, info: zipfile.ZipInfo) -> bytes:
        if stat.S_ISLNK(info.external_attr >> 16):
            raise LeftOut("it is a link")
        if info.flag_bits & 1:
            raise LeftOut("it is encrypted")
        if info.compress_type not in _KINDS:
            raise LeftOut("it is packed in an unusual way")
        if self._left <= 0:
            raise LeftOut("the archive unpacks to too much: collect from smaller ones")
        content = b""
        try:
            with self._archive.open(info) as file:
                while len(content) <= submissions.LARGEST and (part := file.read(_PART)):
                    content += part
        except Exception as error:  # whatever it holds, it stops no other
            self._left -= _PART  # what was unpacked in vain
            raise LeftOut(f"it cannot be unpacked ({_said(error)})") from None
        finally:
            self._left -= len(content)
        return _bounded(content)


def _said(error: Exception) -> str:
    said = str(error) or type(error).__name__
    return said[:1].lower() + said[1:200].rstrip(".")


# ---- whose it is


def _student(download: _Download, exercise: str) -> tuple[str, platforms.HandedIn | None]:
    """The student whose file this is, and what a platform says of it. Raises LeftOut."""
    by = download.by or _named(download.file, exercise)
    student = by if isinstance(by, str) else by.student
    if problem := names.problem(student):
        raise LeftOut(problem)
    return student, None if isinstance(by, str) else by


def _named(file: str, exercise: str) -> platforms.HandedIn | str:
    """What a platform says of a file by its name, or the name of its student. Raises LeftOut."""
    if len(file) > _LONGEST_NAME:
        raise LeftOut(f"its name has more than {_LONGEST_NAME} characters")
    file = unicodedata.normalize("NFC", file)
    if file.endswith("/"):
        raise LeftOut("it is a folder that no platform has named, and not a clone with its files")
    if not file.endswith(".ipynb"):
        raise LeftOut("it is not a notebook")
    by = platforms.handed_in(file)
    if by is None and ("/" in file or "\\" in file):
        raise LeftOut("it is in a folder that no platform has named, and only the top level is read")
    named = re.fullmatch(rf"([^_]*)_(.*_)?{re.escape(exercise)}\.ipynb", file, re.DOTALL)
    if by and by.file != f"{exercise}.ipynb":
        if named is None or not f"{exercise}.ipynb".endswith(f"_{by.file}"):
            raise LeftOut(f"the student named it {by.file}, not {exercise}.ipynb")
        by = None  # ada_1_01_update_rule.ipynb: the second number is the exercise's
    if by:
        return by
    if named is None:
        raise LeftOut(f"it is not named like STUDENT_{exercise}.ipynb")
    if platforms.is_marked(named[2] or ""):
        raise LeftOut("a platform has named it, and a _ in the student's name hides where that name ends")
    return named[1]


def _spellings(students: Iterable[str]) -> dict[str, list[str]]:
    """What names that differ only by case or Unicode form have in common → these names, ordered."""
    found = defaultdict(list)
    for student in sorted(set(students)):
        found[names.folded(student)].append(student)
    return found


def _folders(place: Path) -> set[str]:
    """The students who have handed something in before."""
    return {path.name for path in place.iterdir()} if place.is_dir() else set()


def _refuse_twins(student: str, spellings: list[str], known: set[str]) -> None:
    """Raise LeftOut if there are names that differ from the student's only by case or Unicode form.

    Somebody who has handed in before is known, and keeps the name against newcomers.

    spellings   the student's name and these
    """
    if len(spellings) > 1 and known.intersection(spellings) != {student}:
        more = len(spellings) - _LISTED
        listed = [*spellings[:_LISTED], *[f"{more} more"] * (more > 0)]
        raise LeftOut(f"{' and '.join(listed)} differ only by case or Unicode form")


def _refuse_namesakes(student: str, claims: list[_Claim], known: dict[str, dict]) -> None:
    """Raise LeftOut if there are two students of this name.

    In a download they have two numbers, and clones two folders; from one assignment to the next, Moodle's numbers
    differ anyway.
    """
    numbers = {(claim.by.platform, claim.by.id) for claim in claims if claim.by}
    before = known.get(student)
    if before and before["platform"] in {platform for platform, _ in numbers}:
        numbers.add((before["platform"], before["id"]))
    if len(numbers) > 1:
        listed = " and ".join(sorted(number for _, number in numbers)[:_LISTED])
        raise LeftOut(f"there are several students of this name ({listed}): put their files in place by hand")


def said_by_platforms(root: Path, exercise: str) -> dict[str, dict]:
    """student → {"platform", "id", "prefix", "late", "handed_in", "digest"} of what was collected last.

    Empty if nothing was.

    digest   of the file of which the rest was said, as SHA-256
    """
    path = root / "gradebook" / "collected" / f"{exercise}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}


@contextlib.contextmanager
def _in_turn(root: Path) -> Iterator[None]:
    """Wait until no other process collects: it would forget what this one is told, or this one what that one was."""
    place = root / "gradebook" / "collected"
    with contextlib.ExitStack() as opened:
        with contextlib.suppress(ImportError, OSError):  # on Windows; or nothing can be written, which each file says
            import fcntl

            place.mkdir(parents=True, exist_ok=True)
            fcntl.flock(opened.enter_context(open(place / "lock", "a", encoding="utf-8")), fcntl.LOCK_EX)
        yield


def _keep(root: Path, exercise: str, known: dict[str, dict]) -> None:
    if known:
        place = root / "gradebook" / "collected"
        place.mkdir(parents=True, exist_ok=True)
        with files.writing(place / f"{exercise}.json", binary=True) as file:
            # In ASCII: the name of a folder may be any bytes.
            file.write((json.dumps(known, indent=1, sort_keys=True) + "\n").encode())


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
