"""What a student handed in, read so that nothing in it can do harm, and merged with what was released.

    read(folder, name)               the notebook's cells and the files beside it; raises Missing or Unreadable
    assemble(released, handed_in)    the notebook to be graded: the student's cells, the released locked ones among them
    code_cells(notebook, released)   the cells to run, in order, and which of them are checks

Answers come from the submission, wherever in it they are; checks, points, roles and the kernel from the release.
A student's text or code is never left out: an edited locked cell is run as well as the released one.
"""

import contextlib
import hashlib
import itertools
import json
import os
import re
import stat
from collections import deque
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

from grader.cells import checked_task, is_answer, role
from grader.names import plain

LARGEST = 10_000_000  # bytes of a notebook, and of all files beside it; the course's own have under 200 kB
_MOST_FILES = 200  # beside the notebook
_DEEPEST = 8  # folders in folders
_MOST_LISTED = 5000  # files and folders of a submission that are looked at
_SHOWN = 60  # characters of a file's name in a remark
_MOST_CELLS = 2000
_LONGEST = 200_000  # characters of one cell
_MOST_TEXT = 1_000_000  # characters of all cells
_MOST_PICTURES = 200  # attached to all cells: what makes a page of them takes time for each
_NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell}
MISSING_QUESTION = (
    "*This cell was missing from the submission and was put back. If the question is answered in another cell, give "
    "the points here.*"
)


class Missing(Exception):
    """Nothing was handed in that could be graded; the message, a sentence, says what there is instead."""


class Unreadable(Exception):
    """There is a file of the right name that is not this exercise's notebook; the message, a sentence, says why."""


class HandedIn(NamedTuple):
    """A submission: the notebook, the files beside it, and remarks about them, sentences."""

    notebook: nbformat.NotebookNode
    files: dict[str, bytes]
    remarks: tuple[str, ...]


class Assembled(NamedTuple):
    """A notebook to be graded, and remarks about what was corrected in it, sentences."""

    notebook: nbformat.NotebookNode
    remarks: tuple[str, ...]


class CodeCell(NamedTuple):
    """A cell to run; if it names a task, that task's function is checked instead.

    cell   its index in the notebook; None for a second check of a task that is defined again further down
    """

    cell: int | None
    source: str
    task: str | None = None


# ---- reading


def digest(folder: Path) -> str:
    """A string that changes when a file in a student's folder changes, as far as grading reads it."""
    found = hashlib.sha256()
    left = 2 * LARGEST  # as much as grading reads: the notebook and what is beside it
    for path, about in _walk(folder):
        found.update(f"{path.relative_to(folder)} {about.st_mode} {about.st_size}".encode(errors="surrogateescape"))
        if stat.S_ISREG(about.st_mode) and about.st_size <= min(left, LARGEST):
            left -= about.st_size
            try:
                found.update(content(path))
            except OSError as error:
                found.update(str(error.errno).encode())
    return found.hexdigest()


def read(folder: Path, name: str, ignore: Iterable[str] = ()) -> HandedIn:
    """A student's folder of one exercise. Links are not followed, and only regular files are opened.

    ignore   patterns of names to leave out, as in nbgrader's CourseDirectory.ignore
    """
    path = folder / f"{name}.ipynb"
    for whose, part in (("student", folder.parent), ("exercise", folder)):
        if part.is_symlink():
            raise Unreadable(f"the {whose}'s folder is a link to another place, which is not followed.")
    if not os.path.lexists(path):
        raise Missing(_instead(folder, name))
    notebook = _notebook(path)
    files, remarks = _files(folder, path, [*ignore, "checks.json", f"{name}.html"])  # the last is the feedback's page
    return HandedIn(notebook, files, remarks)


def _instead(folder: Path, name: str) -> str:
    if not folder.is_dir():
        return "nothing was handed in."
    files = [path.relative_to(folder).as_posix() for path, _ in _walk(folder)]
    if notebooks := [file for file in files if file.endswith(".ipynb")]:
        return f"there is no {name}.ipynb, but {_list(notebooks)}. If that is it, rename it and grade again."
    return f"there is no {name}.ipynb" + (f", but {_list(files)}." if files else ": the folder is empty.")


def _list(names: list[str]) -> str:
    return ", ".join(map(_quoted, names[:3])) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _quoted(name: str) -> str:
    """A file's name, which a student chose, so that it cannot be taken for words of the grader's."""
    inside = name.replace('"', "'")
    return f'"{inside if len(inside) <= _SHOWN else inside[:_SHOWN] + "…"}"'


def _notebook(path: Path) -> nbformat.NotebookNode:
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise Unreadable(f"{path.name} is a link to another place, which is not followed. Ask for the file itself.")
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(f"{path.name} is not a file but a {'folder' if path.is_dir() else 'device'}.")
        if about.st_size > LARGEST:
            size, most = about.st_size / 1e6, LARGEST / 1e6
            raise Unreadable(
                f"{path.name} has {size:.0f} MB; up to {most:.0f} MB are read. Ask for it with its outputs cleared."
            )
        found = content(path)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {(error.strerror or str(error)).lower()}.") from None
    if not found.strip():
        raise Unreadable(f"{path.name} is empty. Ask for it again.")
    try:
        data = json.loads(found.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        what = "was cut short or damaged" if found.lstrip()[:1] == b"{" else "is a file of another kind"
        raise Unreadable(f"{path.name} is not a notebook: it {what}. Ask for it again.") from None
    try:
        return _cleaned(data)
    except (ValueError, RecursionError):
        raise Unreadable(f"{path.name} is not a notebook: it holds other data. Ask for it again.") from None


def content(path: Path) -> bytes:
    """The bytes of a file, without following a link or waiting for a pipe that has taken its place meanwhile."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(LARGEST + 1)


def _cleaned(data) -> nbformat.NotebookNode:
    """A notebook of which each cell has a kind, a source and a role, and nothing else that a student could set."""
    cells = _cells_of(data)
    if len(cells) > _MOST_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; up to {_MOST_CELLS} are read.")
    notebook, length, count = new_notebook(), 0, 0
    for cell in cells:
        if isinstance(cell, dict) and (source := _text(cell.get("source", cell.get("input")))) is not None:
            kind = "code" if cell.get("cell_type") == "code" else "markdown"
            clean = _NEW_CELL[kind](source[:_LONGEST])
            clean.metadata["grade_id"] = _grade_id(cell)
            if kind == "markdown" and (pictures := _pictures(cell.get("attachments"))):
                clean["attachments"] = pictures
                if (count := count + len(pictures)) > _MOST_PICTURES:
                    raise Unreadable(f"more than {_MOST_PICTURES} pictures are attached to its cells.")
            notebook.cells.append(clean)
            if (length := length + len(clean.source)) > _MOST_TEXT:
                raise Unreadable(f"its cells hold more than {_MOST_TEXT} characters.")
    if not notebook.cells:
        raise ValueError
    return notebook


def _cells_of(data) -> list:
    """The cells of a notebook of any format. Raises ValueError if the data are something else."""
    _need(isinstance(data, dict))
    if "cells" in data:
        _need(isinstance(data["cells"], list))
        return data["cells"]
    sheets = data.get("worksheets")  # until format 3
    _need(isinstance(sheets, list) and all(isinstance(sheet, dict) for sheet in sheets))
    parts = [sheet.get("cells", []) for sheet in sheets]
    _need(all(isinstance(part, list) for part in parts))
    return [cell for part in parts for cell in part]


def _need(condition) -> None:
    if not condition:
        raise ValueError


def _text(value) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    # Half of a surrogate pair, which JSON can hold and a file cannot, becomes a question mark.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _grade_id(cell: dict) -> str | None:
    role = cell.get("metadata")
    role = role.get("nbgrader") if isinstance(role, dict) else None
    grade_id = role.get("grade_id") if isinstance(role, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _pictures(attachments) -> dict:
    """The pictures among a cell's attachments."""
    found = {}
    for name, data in attachments.items() if isinstance(attachments, dict) else ():
        picture = {
            kind: text
            for kind in ("image/png", "image/jpeg", "image/gif")
            if isinstance(data, dict) and (text := _text(data.get(kind))) is not None
            if re.fullmatch(r"[A-Za-z0-9+/=\s]+", text)
        }
        if picture and (name := _text(name)):
            found[name] = picture
    return nbformat.from_dict(found)


def _walk(folder: Path) -> list[tuple[Path, os.stat_result]]:
    """Everything in a folder but folders, in order, with its lstat; links are not followed.

    A folder that is nested too deep appears in place of its contents; beyond so many entries no more are listed.
    """
    found, folders, seen = [], [(folder, 0)], 0
    while folders and seen < _MOST_LISTED:
        parent, depth = folders.pop()
        with contextlib.suppress(OSError), os.scandir(parent) as listing:
            for entry in itertools.islice(listing, _MOST_LISTED - seen):
                seen += 1
                path, about = Path(entry.path), entry.stat(follow_symlinks=False)
                if stat.S_ISDIR(about.st_mode) and depth < _DEEPEST:
                    folders.append((path, depth + 1))
                else:
                    found.append((path, about))
    return sorted(found)


def _files(folder: Path, notebook: Path, ignore: list[str]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    """The files beside the notebook, name → bytes, and remarks about those that were left out."""
    files, remarks, size = {}, [], 0
    for path, about in _walk(folder):
        name = path.relative_to(folder).as_posix()
        said = _quoted(name)
        if path == notebook or any(fnmatch(part, pattern) for part in Path(name).parts for pattern in ignore):
            continue
        if plain(name) != name:  # nbgrader writes it to the terminal as it is
            remarks.append(f"{_quoted(plain(name))} was left out: its name contains characters that cannot be seen.")
        elif stat.S_ISDIR(about.st_mode):
            remarks.append("a folder was left out: it is nested too deep.")
        elif not stat.S_ISREG(about.st_mode):
            remarks.append(f"{said}, a link or device, was left out.")
        elif path.suffix.lower() == ".ipynb":  # feedback would show it too, unjudged and with outputs as they are
            remarks.append(f"{said}, another notebook, was left out.")
        elif len(files) == _MOST_FILES or size + about.st_size > LARGEST:
            remarks.append(f"{said} was left out: too much beside the notebook.")
        else:
            try:
                files[name] = content(path)
                size += about.st_size
            except OSError as error:
                remarks.append(f"{said} was left out: {(error.strerror or str(error)).lower()}.")
    return files, tuple(remarks[:3] + ([f"{len(remarks) - 3} more files were left out."] if remarks[3:] else []))


# ---- merging with the release


def assemble(released: nbformat.NotebookNode, handed_in: nbformat.NotebookNode) -> Assembled:
    """The student's cells in the student's order, with each released cell that has a role among them as released.

    A check stays where the student has it, but below the answer that it checks; a missing one is put there.
    Raises Unreadable if nothing of this exercise is found.
    """
    roles = {role(cell)["grade_id"]: cell for cell in released.cells if role(cell)}
    cells = [_copy(cell, cell.metadata.get("grade_id")) for cell in handed_in.cells]
    remarks = [*_keep_one_of_each(cells, roles), *_recognise(cells, released)]
    tasks = [task for cell in released.cells if (task := checked_task(cell))]
    if not any(cell.metadata.grade_id for cell in cells) and not any(defines(c, t) for c in cells for t in tasks):
        raise Unreadable("it is the notebook of something else: no cell of this exercise is in it.")
    for grade_id, model in roles.items():
        k = _place(cells, grade_id)
        if k is None and not is_answer(model):
            k = _gap(cells, released, grade_id)
            put_back = _copy(model, grade_id)
            if model.cell_type != "code":
                put_back.source = MISSING_QUESTION
            cells.insert(k, put_back)
            remarks.append(f"the cell {grade_id} was missing and was put back.")
        elif k is not None:
            remarks += _restore(cells, k, model)
    for cell in released.cells:
        if task := checked_task(cell):
            _move_below_its_answer(cells, role(cell)["grade_id"], task)
    notebook = new_notebook(metadata=released.metadata)
    for cell in cells:
        grade_id = cell.metadata.pop("grade_id")
        if grade_id:
            cell.metadata = nbformat.from_dict(roles[grade_id].metadata)
        cell.id = f"cell-{len(notebook.cells)}"
        notebook.cells.append(cell)
    return Assembled(notebook, tuple(remarks))


def _copy(cell, grade_id: str | None):
    copy = _NEW_CELL[cell.cell_type](cell.source)
    if pictures := cell.get("attachments"):
        copy["attachments"] = pictures
    copy.metadata["grade_id"] = grade_id
    return copy


def _keep_one_of_each(cells: list, roles: dict) -> Iterator[str]:
    """Take away roles that occur twice, from all cells but one, and roles that this exercise does not have."""
    for cell in cells:
        if cell.metadata.grade_id not in roles:
            cell.metadata.grade_id = None
    for grade_id, model in roles.items():
        twins = [cell for cell in cells if cell.metadata.grade_id == grade_id]
        if len(twins) > 1:
            changed = [cell for cell in twins if _bare(cell) != _bare(model)]
            kept = twins[0] if role(model).get("locked") else (changed or twins)[-1]
            for cell in twins:
                cell.metadata.grade_id = grade_id if cell is kept else None
            yield f"the cell {grade_id} occurs {len(twins)} times."


def _recognise(cells: list, released) -> Iterator[str]:
    """Give cells back the roles that they have lost."""
    before = None
    for model in released.cells:
        grade_id = role(model).get("grade_id")
        if grade_id and _place(cells, grade_id) is None:
            for recognised in (_by_text, _by_definition, _by_position):
                if (cell := recognised(cells, model, before, released)) is not None:
                    cell.metadata.grade_id = grade_id
                    yield f"the cell {grade_id} had lost its role."
                    break
        before = model


# Three ways to recognise a released cell, the model, among a student's cells without a role; each gives the last cell
# that fits, or None. before: the released cell above the model.


def _by_text(cells: list, model, before, released):
    """A cell with the model's text."""
    return _last(cell for cell in _free(cells) if _text_of(cell) == _text_of(model))


def _by_definition(cells: list, model, before, released):
    """For an answer: a cell that defines one of its functions."""
    names = _DEFINED.findall(model.source) if is_answer(model) else []
    return _last(cell for cell in _free(cells) if any(defines(cell, name) for name in names))


def _by_position(cells: list, model, before, released):
    """For a question: the cell below its statement, unless that cell is another of the released ones."""
    if model.cell_type != "markdown" or before is None:
        return None
    statement = _last(k for k, cell in enumerate(cells) if _text_of(cell) == _text_of(before))
    below = [] if statement is None else cells[statement + 1 : statement + 2]
    texts = {_text_of(cell) for cell in released.cells}
    return _last(cell for cell in _free(below) if _text_of(cell) not in texts)


def _free(cells: list) -> Iterator:
    return (cell for cell in cells if cell.metadata.grade_id is None)


def _text_of(cell) -> str:
    return cell.source.strip()


def _last(found: Iterable):
    return next(iter(deque(found, maxlen=1)), None)


def _gap(cells: list, released, grade_id: str) -> int:
    """Where to put a missing cell: below the nearest cell that precedes it in the release and is present."""
    position = next(k for k, cell in enumerate(released.cells) if role(cell).get("grade_id") == grade_id)
    for model in reversed(released.cells[:position]):
        above = _place(cells, role(model).get("grade_id"))
        if above is None:
            above = _last(k for k, cell in enumerate(cells) if _text_of(cell) == _text_of(model))
        if above is not None:
            return above + 1
    return 0


def _restore(cells: list, k: int, model) -> Iterable[str]:
    """Give the cell its released kind and, if it is locked, its released text; the student's own text is kept."""
    cell, grade_id = cells[k], role(model)["grade_id"]
    remarks = []
    if cell.cell_type != model.cell_type:
        remarks.append(f"the cell {grade_id} was of another kind: {cell.cell_type}.")
    cells[k] = _copy(model, grade_id)
    if not role(model).get("locked"):
        cells[k].source = cell.source
        if model.cell_type == "markdown" and (pictures := cell.get("attachments")):
            cells[k]["attachments"] = pictures
    elif _bare(cell) != _bare(model):
        remarks.append(f"the locked cell {grade_id} was edited.")
        if cell.cell_type == "code":  # its text runs too: above the check, below the imports
            cells.insert(k if checked_task(model) else k + 1, _copy(cell, None))
    return remarks


def _bare(cell) -> str:
    return "\n".join(line.rstrip() for line in cell.source.strip().split("\n"))


def _move_below_its_answer(cells: list, check_id: str, task: str) -> None:
    """Move a check that is above every cell that defines its function below the first that does."""
    k = _place(cells, check_id)
    definitions = [j for j, cell in enumerate(cells) if defines(cell, task)]
    if definitions and definitions[0] > k:
        cells.insert(definitions[0], cells.pop(k))


# ---- what to run


def code_cells(notebook: nbformat.NotebookNode, released: nbformat.NotebookNode) -> list[CodeCell]:
    """The code cells in order, without those that can change nothing: copies of a check and, below the last check, the
    released cells that use the student's functions.
    """
    found, tasks = [], []
    calls = {_bare(cell) for cell in notebook.cells if checked_task(cell)}
    for k, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            if task := checked_task(cell):
                tasks.append(task)
            if task or _bare(cell) not in calls:
                found.append(CodeCell(k, cell.source, task))
    own = {_bare(cell) for cell in released.cells}
    while found and found[-1].task is None and _bare(notebook.cells[found[-1].cell]) in own:
        found.pop()
    # A function that is defined again below its check is checked again: the later one may be better.
    for task in tasks:
        checked = next(i for i, step in enumerate(found) if step.task == task)
        later = [i for i, s in enumerate(found) if i > checked and s.task is None and _names(s.source, task)]
        if later:
            found.insert(later[-1] + 1, CodeCell(None, "", task))
    return found


# ---- cells


_DEFINED = re.compile(r"^def (\w+)", re.MULTILINE)


def _place(cells: list, grade_id: str | None) -> int | None:
    return next((k for k, cell in enumerate(cells) if grade_id and cell.metadata.grade_id == grade_id), None)


def defines(cell, name: str) -> bool:
    """Whether a cell may give a name a meaning."""
    return cell.cell_type == "code" and _names(cell.source, name)


def _names(source: str, name: str) -> bool:
    """Whether the code may give the name a meaning: def, assignment, import. Read as text: magics are not Python."""
    pattern = rf"^[ \t]*(?:async +)?(?:def|class) +{name}\b|^{name} *(?::[^=\n]*)?=(?!=)"
    imports = (line for line in source.split("\n") if line.lstrip().startswith(("import ", "from ")))
    return bool(re.search(pattern, source, re.MULTILINE)) or any(name in re.findall(r"\w+", line) for line in imports)
