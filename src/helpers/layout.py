"""A student's own copies of the course in work/: laid out once, brought up to date, and never lost.

`lay_out` copies what is missing and replaces what the student has not changed. What the student has changed stays,
and its newer original is put beside it.

It must be readable by the Python that finds out that it is the wrong one: no syntax newer than Python 3.8.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import re
import stat
from pathlib import Path
from typing import NamedTuple

COPIED = ("notebooks", "exercises")
LEFT_OUT = ("__pycache__", "ruff.toml")  # useful to authors, not to students
WORK = "work"
START = "notebooks/00_start_here.ipynb"
OUTPUTS = "with_outputs"  # the lessons as they are stored, to be read
MEMORY = ".originals.json"
ORIGINAL = (
    "This is the course's original. To have your work kept, start the course with make lab, and open your own copy."
)
NOTE = (
    "*This page shows the lesson with its outputs. It is replaced each time the course starts, so nothing that you "
    "change here is kept: [your own copy](../notebooks/{}) is the one to work in.*"
)
_LESSON_LINK = re.compile(r"(\[[^\]]+\]\()(\w+\.ipynb)\)")


class Layout(NamedTuple):
    """What `lay_out` did: paths relative to work/, with forward slashes, sorted.

    copied     files that were missing
    replaced   files that the student had not changed, brought up to date
    kept       file that the student has changed → the newer original beside it
    """

    copied: list[str]
    replaced: list[str]
    kept: dict[str, str]


def lay_out(course: Path, work: Path) -> Layout:
    """Bring work/ up to date with the course.

    Lessons are laid out without outputs, and once more with them in with_outputs/, to be read. A notebook counts as
    changed if the source of a cell differs from what was laid out; outputs, and what Jupyter adds when it saves, do
    not count. Raises OSError if a file cannot be written; no file is left half-written, and a second call continues
    from there.
    """
    work.mkdir(parents=True, exist_ok=True)
    memory = _Memory.read(work)
    done = Layout([], [], {})
    try:
        for name, content in sorted(_originals(course).items()):
            _take(name, content, work, memory, done)
    finally:
        memory.news(done, work)
        write_whole(work / MEMORY, memory.text())
    return done


def news(work: Path) -> Layout:
    """What the last call that changed anything did to a work/ that was there before; nothing if that is unknown."""
    told = _Memory.read(work).told
    kept = {name: beside for name, beside in told.get("kept", {}).items() if (work / beside).is_file()}
    return Layout(told.get("copied", []), told.get("replaced", []), kept)


def find_work(inside: Path | None = None) -> Path | None:
    """The work/ that a folder, by default the current one, belongs to; None if it belongs to none."""
    inside = Path.cwd() if inside is None else inside
    return next((folder for folder in (inside, *inside.parents) if (folder / MEMORY).is_file()), None)


def notebooks(course: Path, folder: str, beginning: str) -> list[str]:
    """The names, relative to work/, of the folder's notebooks whose own name, or whose exercise's, begins like this."""
    return [
        name
        for name in sorted(_originals(course))
        if name.startswith(f"{folder}/{beginning}") and name.endswith(".ipynb")
    ]


def reset(course: Path, work: Path, name: str, date: str) -> str | None:
    """Put a fresh copy of a file in place; the name, relative to work/, under which the student's own is kept.

    None if there was none, or if it was as laid out. Raises KeyError if the course has no such file.
    """
    content = _originals(course)[name]
    memory, own = _Memory.read(work), work / name
    put_by = None
    if own.is_file() and own.read_bytes() != content:
        put_by = _free(work, name, date)
        os.replace(own, work / put_by)
    own.parent.mkdir(parents=True, exist_ok=True)
    write_whole(own, content)
    memory.remember(name, content)
    write_whole(work / MEMORY, memory.text())
    return put_by


def _take(name, content, work, memory, done):
    """Bring one file of work/ up to date."""
    own = work / name
    known = memory.originals.get(name)
    if not os.path.lexists(own):
        _put(own, content, name)
        done.copied.append(name)
    elif not own.is_file() or own.is_symlink():
        return
    elif _ours(name):
        if own.read_bytes() != content:
            _put(own, content, name)
            done.replaced.append(name)
    elif known is not None and known["laid"] != _hash(content):
        has = own.read_bytes()
        if _source(name, has) in (known["source"], _source(name, content)) or _hash(has) == known["laid"]:
            _put(own, content, name)
            done.replaced.append(name)
        else:
            done.kept[name] = _put_beside(name, content, work, memory)
    memory.remember(name, content)


def _put_beside(name, content, work, memory):
    """Write the newer original beside the student's file; the name that it has there."""
    stem, dot, suffix = name.rpartition(".")
    number = 1
    while True:
        beside = f"{stem}_new{number if number > 1 else ''}{dot}{suffix}"
        place, known = work / beside, memory.originals.get(beside)
        if not os.path.lexists(place):
            break
        if place.is_file() and known is not None and _source(beside, place.read_bytes()) == known["source"]:
            break  # put there by an earlier update, and never touched
        number += 1
    _put(place, content, beside)
    memory.remember(beside, content)
    return beside


def _put(path, content, name):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_whole(path, content)
    if name.startswith(f"{OUTPUTS}/"):
        path.chmod(stat.S_IREAD | stat.S_IRGRP | stat.S_IROTH)


def _free(work, name, date):
    """A name like 03_x_before_2026-11-27.ipynb that nothing has yet."""
    stem, dot, suffix = name.rpartition(".")
    number = 1
    while True:
        free = f"{stem}_before_{date}{'' if number == 1 else f'_{number}'}{dot}{suffix}"
        if not os.path.lexists(work / free):
            return free
        number += 1


def _ours(name):
    """Whether a student never edits the file, so that it may always be replaced."""
    return name.startswith(f"{OUTPUTS}/") or name.rpartition("/")[2] == "checks.json"


def _originals(course):
    """name relative to work/ → content, without hidden files such as Jupyter's checkpoints."""
    found = {}
    for folder in COPIED:
        for path in (course / folder).rglob("*"):
            parts = path.relative_to(course).parts
            if not path.is_file() or any(part.startswith(".") or part in LEFT_OUT for part in parts):
                continue
            name, content = "/".join(parts), path.read_bytes()
            if parts[0] == "notebooks" and len(parts) == 2 and (notebook := _notebook(content)) is not None:
                found[name] = _bytes(_to_work_in(notebook, name))
                if name != START:
                    found[f"{OUTPUTS}/{parts[1]}"] = _bytes(_to_read(_notebook(content), parts[1]))
            else:
                found[name] = content
    return found


def _to_work_in(notebook, name):
    """A lesson as it is laid out: without outputs; on the start page, beside each lesson a link to its outputs."""
    for cell in notebook["cells"]:
        if cell["cell_type"] == "code":
            cell |= {"outputs": [], "execution_count": None}
        elif name == START:
            link = rf"\g<1>\g<2>) ([with outputs](../{OUTPUTS}/\g<2>))"
            cell["source"] = _LESSON_LINK.sub(link, "".join(cell["source"])).splitlines(keepends=True)
    return notebook


def _to_read(notebook, file):
    """A lesson with its outputs, headed by a note that it is not the one to work in."""
    note = {"cell_type": "markdown", "id": "note", "metadata": {"editable": False}, "source": [NOTE.format(file)]}
    notebook["cells"].insert(0, note)
    return notebook


def _notebook(content):
    """The notebook, as JSON; None if it is none."""
    try:
        notebook = json.loads(content)
        return notebook if all("cell_type" in cell and "source" in cell for cell in notebook["cells"]) else None
    except (ValueError, TypeError, KeyError):
        return None


def _bytes(notebook):
    return (json.dumps(notebook, indent=1, ensure_ascii=False) + "\n").encode()


def _source(name, content):
    """A hash of what a person writes: of a notebook, the kinds and sources of its cells; of another file, its bytes."""
    notebook = _notebook(content) if name.endswith(".ipynb") else None
    if notebook is None:
        return _hash(content)
    cells = [[cell["cell_type"], "".join(cell["source"]), cell.get("attachments", {})] for cell in notebook["cells"]]
    return _hash(json.dumps(cells).encode())


def _hash(content):
    return hashlib.sha256(content).hexdigest()


class _Memory:
    """What was laid out, so that a change can be told from an old copy.

    originals   name → {"laid": hash of what was laid out last, "source": hash of what a person would write in it}
    told        the news of the last call that had any
    """

    def __init__(self, originals, told):
        self.originals, self.told = originals, told

    @classmethod
    def read(cls, work):
        """What the file says; nothing if it is absent or damaged."""
        with contextlib.suppress(OSError, ValueError, TypeError, AttributeError, KeyError):
            data = json.loads((work / MEMORY).read_text(encoding="utf-8"))
            if "originals" not in data:  # as older versions of the course wrote it: name → hash of what was laid out
                return cls({name: {"laid": laid, "source": laid} for name, laid in data.items()}, {})
            originals = {
                name: {key: known[key] for key in ("laid", "source")} for name, known in data["originals"].items()
            }
            return cls(originals, dict(data["news"]))
        return cls({}, {})

    def remember(self, name, content):
        self.originals[name] = {"laid": _hash(content), "source": _source(name, content)}

    def news(self, done, work):
        """Keep what was done, unless it was the first layout or nothing."""
        before = (work / MEMORY).is_file()
        shown = Layout(*([name for name in names if not _ours(name)] for names in done[:2]), done.kept)
        if before and any(shown):
            self.told = shown._asdict()

    def text(self):
        data = {"originals": self.originals, "news": self.told}
        return json.dumps(data, indent=1, sort_keys=True).encode()


def write_whole(path, content):
    """Write the whole file or nothing."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        if path.is_file() and not os.access(path, os.W_OK):
            path.chmod(stat.S_IREAD | stat.S_IWRITE)  # Windows replaces no file that is read-only
        os.replace(part, path)
    finally:
        with contextlib.suppress(FileNotFoundError):
            part.unlink()
