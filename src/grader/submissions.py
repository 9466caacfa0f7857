"""What a student handed in, read so that nothing in it can do harm, and put together with what was released.

    read(folder, name)               the notebook's cells and the files beside it; raises Missing or Unreadable
    assemble(released, handed_in)    the notebook to be graded: the student's cells, the released locked ones among them
    code_cells(notebook, released)   what of it is to be run, in order, and which of it are checks

Answers are taken from the submission, wherever in it they stand; checks, points, roles and the kernel from the release.
A student's text or code is never left out: an edited locked cell is run as well as the released one.
"""

import hashlib
import json
import os
import re
import stat
from collections.abc import Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path
from typing import NamedTuple

import nbformat
from nbformat.v4 import new_code_cell, new_markdown_cell, new_notebook

LARGEST = 20_000_000  # bytes of a notebook, and of all files beside it; the course's own have under 200 kB
_MOST_FILES = 200
_MOST_CELLS = 2000
_LONGEST = 200_000  # letters of one cell
_NEW_CELL = {"code": new_code_cell, "markdown": new_markdown_cell}
MISSING_QUESTION = (
    "*This cell was not in the submission; it was put back by the grading. If the answer to the question stands in "
    "another cell, give it its points here.*"
)


class Missing(Exception):
    """Nothing was handed in that could be graded; the message says what there is instead, in a sentence."""


class Unreadable(Exception):
    """There is a file of the right name, and it is not this exercise's notebook; the message says why."""


class HandedIn(NamedTuple):
    """A submission: the notebook, the files beside it, and what is to be told of them, in sentences."""

    notebook: nbformat.NotebookNode
    files: dict[str, bytes]
    remarks: tuple[str, ...]


class Assembled(NamedTuple):
    """A notebook to be graded, and what had to be mended in it, in sentences."""

    notebook: nbformat.NotebookNode
    remarks: tuple[str, ...]


class CodeCell(NamedTuple):
    """A cell to be run; where `task` is named, in place of the cell that task's function is checked.

    cell   its number in the notebook; None for a second look at a task that is defined once more further down
    """

    cell: int | None
    source: str
    task: str | None = None


# ---- reading


def digest(folder: Path) -> str:
    """A text that changes when a file in a student's folder does, as far as the grading reads it."""
    found = hashlib.sha256()
    for path in sorted(_walk(folder)):
        about = path.lstat()
        found.update(f"{path.relative_to(folder)} {about.st_mode} {about.st_size}".encode(errors="surrogateescape"))
        if stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST:
            try:
                found.update(_content(path))
            except OSError as error:
                found.update(str(error.errno).encode())
    return found.hexdigest()


def read(folder: Path, name: str, ignore: Iterable[str] = ()) -> HandedIn:
    """A student's folder of one exercise. Links are not followed, and nothing but regular files is opened.

    ignore   patterns of names to leave out, as in nbgrader's CourseDirectory.ignore
    """
    path = folder / f"{name}.ipynb"
    if not (path.is_symlink() or path.exists()):
        raise Missing(_instead(folder, name))
    notebook = _notebook(path)
    files, remarks = _files(folder, path, [*ignore, "checks.json"])
    return HandedIn(notebook, files, remarks)


def _instead(folder: Path, name: str) -> str:
    if not folder.is_dir():
        return "nothing was handed in."
    others = sorted(p.relative_to(folder).as_posix() for p in _walk(folder) if p.suffix == ".ipynb")
    if others:
        return f"there is no {name}.ipynb, but {_list(others)}. If that is it, rename it and grade again."
    others = sorted(p.relative_to(folder).as_posix() for p in _walk(folder))
    return f"there is no {name}.ipynb" + (f", but {_list(others)}." if others else ": the folder is empty.")


def _list(names: list[str]) -> str:
    return ", ".join(names[:3]) + (f" and {len(names) - 3} more" if len(names) > 3 else "")


def _notebook(path: Path) -> nbformat.NotebookNode:
    try:
        about = path.lstat()
        if stat.S_ISLNK(about.st_mode):
            raise Unreadable(f"{path.name} is a link to another place, which is not followed. Ask for the file itself.")
        if not stat.S_ISREG(about.st_mode):
            raise Unreadable(f"{path.name} is no file but a {'folder' if path.is_dir() else 'device'}.")
        if about.st_size > LARGEST:
            size = f"{about.st_size / 1e6:.0f} MB; up to {LARGEST / 1e6:.0f} MB are read"
            raise Unreadable(f"{path.name} has {size}. Ask for it with its outputs cleared.")
        content = _content(path)
    except OSError as error:
        raise Unreadable(f"{path.name} cannot be opened: {(error.strerror or str(error)).lower()}.") from None
    if not content.strip():
        raise Unreadable(f"{path.name} is empty. Ask for it again.")
    try:
        data = json.loads(content.decode("utf-8-sig"))
    except (ValueError, RecursionError):
        what = "was cut short or damaged" if content.lstrip()[:1] == b"{" else "is a file of another kind"
        raise Unreadable(f"{path.name} is no notebook: it {what}. Ask for it again.") from None
    try:
        return _cleaned(data)
    except (ValueError, RecursionError):
        raise Unreadable(f"{path.name} is no notebook: it holds other data. Ask for it again.") from None


def _content(path: Path) -> bytes:
    """The bytes of a regular file; a link that has taken its place meanwhile is not followed, a pipe not waited for."""
    flags = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
    with open(os.open(path, flags), "rb") as file:
        return file.read(LARGEST + 1)


def _cleaned(data) -> nbformat.NotebookNode:
    """A notebook of which each cell has a kind, a source and a role, and nothing else that a student could set."""
    if not isinstance(data, dict):
        raise ValueError
    sheets = data.get("worksheets")  # until format 3
    if "cells" not in data and isinstance(sheets, list):
        cells = [cell for sheet in sheets if isinstance(sheet, dict) for cell in sheet.get("cells") or []]
    else:
        cells = data.get("cells")
    if not isinstance(cells, list):
        raise ValueError
    if len(cells) > _MOST_CELLS:
        raise Unreadable(f"it has {len(cells)} cells; up to {_MOST_CELLS} are read.")
    notebook = new_notebook()
    for cell in cells:
        if isinstance(cell, dict) and (source := _text(cell.get("source", cell.get("input")))) is not None:
            kind = "code" if cell.get("cell_type") == "code" else "markdown"
            clean = _NEW_CELL[kind](source[:_LONGEST])
            clean.metadata["grade_id"] = _grade_id(cell)
            if kind == "markdown" and (pictures := _pictures(cell.get("attachments"))):
                clean["attachments"] = pictures
            notebook.cells.append(clean)
    if not notebook.cells:
        raise ValueError
    return notebook


def _text(value) -> str | None:
    if isinstance(value, list) and all(isinstance(line, str) for line in value):
        value = "".join(value)
    # Half of a character pair, which JSON can hold and a file cannot, becomes a question mark.
    return value.encode("utf-8", "replace").decode() if isinstance(value, str) else None


def _grade_id(cell: dict) -> str | None:
    role = cell.get("metadata")
    role = role.get("nbgrader") if isinstance(role, dict) else None
    grade_id = role.get("grade_id") if isinstance(role, dict) else None
    return grade_id if isinstance(grade_id, str) else None


def _pictures(attachments) -> dict:
    """What of a text's attachments is a picture."""
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


def _walk(folder: Path) -> Iterator[Path]:
    """All that is in a folder and is no folder, links not followed."""
    for base, folders, files in os.walk(folder):
        links = [name for name in folders if (Path(base) / name).is_symlink()]
        for name in sorted([*files, *links]):
            yield Path(base) / name


def _files(folder: Path, notebook: Path, ignore: list[str]) -> tuple[dict[str, bytes], tuple[str, ...]]:
    files, remarks, size = {}, [], 0
    for path in sorted(_walk(folder)):
        name = path.relative_to(folder).as_posix()
        if path == notebook or any(fnmatch(part, pattern) for part in Path(name).parts for pattern in ignore):
            continue
        try:
            about = path.lstat()
            if not stat.S_ISREG(about.st_mode):
                remarks.append(f"{name}, a link or device, was left out.")
            elif len(files) == _MOST_FILES or size + about.st_size > LARGEST:
                remarks.append(f"{name} was left out: too much beside the notebook.")
            else:
                files[name] = _content(path)
                size += about.st_size
        except OSError as error:
            remarks.append(f"{name} was left out: {(error.strerror or str(error)).lower()}.")
    return files, tuple(remarks[:3] + ([f"{len(remarks) - 3} more files were left out."] if remarks[3:] else []))


# ---- putting together


def assemble(released: nbformat.NotebookNode, handed_in: nbformat.NotebookNode) -> Assembled:
    """The student's cells in the student's order, each released cell with a role among them, in its released form.

    A check stands where the student has it, but behind the answer that it checks; where it is missing, there.
    Raises Unreadable where nothing of this exercise is to be found.
    """
    roles = {_role(cell)["grade_id"]: cell for cell in released.cells if _role(cell)}
    cells = [_copy(cell, cell.metadata.get("grade_id")) for cell in handed_in.cells]
    remarks = [*_keep_one_of_each(cells, roles), *_recognise(cells, released, roles)]
    tasks = [task for cell in released.cells if (task := _task(cell))]
    if not any(cell.metadata.grade_id for cell in cells) and not any(_defines(c, t) for c in cells for t in tasks):
        raise Unreadable("it is the notebook of something else: no cell of this exercise is in it.")
    for grade_id, model in roles.items():
        k = _place(cells, grade_id)
        if k is None and not _is_answer(model):
            k = _gap(cells, released, grade_id)
            put_back = _copy(model, grade_id)
            if model.cell_type != "code":
                put_back.source = MISSING_QUESTION
            cells.insert(k, put_back)
            remarks.append(f"the cell {grade_id} was missing and was put back.")
        elif k is not None:
            remarks += _restore(cells, k, model)
    for cell in released.cells:
        if task := _task(cell):
            _move_behind_its_answer(cells, _role(cell)["grade_id"], task)
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
    """Take the role from cells that have one twice, or one that this exercise has not."""
    for cell in cells:
        if cell.metadata.grade_id not in roles:
            cell.metadata.grade_id = None
    for grade_id, model in roles.items():
        twins = [cell for cell in cells if cell.metadata.grade_id == grade_id]
        if len(twins) > 1:
            changed = [cell for cell in twins if _bare(cell) != _bare(model)]
            kept = twins[0] if _role(model).get("locked") else (changed or twins)[-1]
            for cell in twins:
                cell.metadata.grade_id = grade_id if cell is kept else None
            yield f"the cell {grade_id} is there {len(twins)} times."


def _recognise(cells: list, released, roles: dict) -> Iterator[str]:
    """Give cells back the roles that they have lost: by their text, by what they define, by where they stand."""
    texts = {cell.source.strip() for cell in released.cells}
    before = None
    for model in released.cells:
        grade_id = _role(model).get("grade_id")
        if grade_id and _place(cells, grade_id) is None:
            free = [cell for cell in cells if cell.metadata.grade_id is None]
            found = [cell for cell in free if cell.source.strip() == model.source.strip()]
            if not found and _is_answer(model):
                found = [c for c in free if any(_defines(c, name) for name in _DEFINED.findall(model.source))]
            elif not found and model.cell_type == "markdown" and before is not None:
                statements = [k for k, cell in enumerate(cells) if cell.source.strip() == before.source.strip()]
                following = cells[statements[-1] + 1 : statements[-1] + 2] if statements else []
                found = [cell for cell in following if cell in free and cell.source.strip() not in texts]
            if found:
                found[-1].metadata.grade_id = grade_id
                yield f"the cell {grade_id} had lost its role."
        before = model


def _gap(cells: list, released, grade_id: str) -> int:
    """Where a missing cell belongs: behind the nearest cell that comes before it in the release and is there."""
    place = next(k for k, cell in enumerate(released.cells) if _role(cell).get("grade_id") == grade_id)
    for model in reversed(released.cells[:place]):
        there = _place(cells, _role(model).get("grade_id"))
        if there is None:
            same = [k for k, cell in enumerate(cells) if cell.source.strip() == model.source.strip()]
            there = same[-1] if same else None
        if there is not None:
            return there + 1
    return 0


def _restore(cells: list, k: int, model) -> Iterable[str]:
    """The cell in its released kind and, if it is locked, with its released text; the student's own text stays."""
    cell, grade_id = cells[k], _role(model)["grade_id"]
    remarks = []
    if cell.cell_type != model.cell_type:
        remarks.append(f"the cell {grade_id} was of another kind: {cell.cell_type}.")
    cells[k] = _copy(model, grade_id)
    if not _role(model).get("locked"):
        cells[k].source = cell.source
        if model.cell_type == "markdown" and (pictures := cell.get("attachments")):
            cells[k]["attachments"] = pictures
    elif _bare(cell) != _bare(model):
        remarks.append(f"the locked cell {grade_id} was edited.")
        if cell.cell_type == "code":  # a check comes behind what was written into its cell, the imports before it
            cells.insert(k if _task(model) else k + 1, _copy(cell, None))
    return remarks


def _bare(cell) -> str:
    return "\n".join(line.rstrip() for line in cell.source.strip().split("\n"))


def _move_behind_its_answer(cells: list, check_id: str, task: str) -> None:
    """A check that stands above every cell that defines its function goes behind the first that does."""
    k = _place(cells, check_id)
    places = [j for j, cell in enumerate(cells) if _defines(cell, task)]
    if places and places[0] > k:
        cells.insert(places[0], cells.pop(k))


# ---- what is run


def code_cells(notebook: nbformat.NotebookNode, released: nbformat.NotebookNode) -> list[CodeCell]:
    """The code cells in order, without those that can change nothing: copies of a check, and behind the last check the
    released cells that put the student's functions to use.
    """
    found, tasks = [], []
    calls = {_bare(cell) for cell in notebook.cells if _task(cell)}
    for k, cell in enumerate(notebook.cells):
        if cell.cell_type == "code":
            if task := _task(cell):
                tasks.append(task)
            if task or _bare(cell) not in calls:
                found.append(CodeCell(k, cell.source, task))
    own = {_bare(cell) for cell in released.cells}
    while found and found[-1].task is None and _bare(notebook.cells[found[-1].cell]) in own:
        found.pop()
    # A function that is written once more below its check is checked once more: it may be the better one.
    for task in tasks:
        checked = next(i for i, step in enumerate(found) if step.task == task)
        later = [i for i, s in enumerate(found) if i > checked and s.task is None and _names(s.source, task)]
        if later:
            found.insert(later[-1] + 1, CodeCell(None, "", task))
    return found


# ---- cells


_DEFINED = re.compile(r"^def (\w+)", re.MULTILINE)


def _role(cell) -> dict:
    return cell.metadata.get("nbgrader", {})


def _is_answer(cell) -> bool:
    return cell.cell_type == "code" and _role(cell).get("solution", False)


def _task(cell) -> str | None:
    """The task that a released check cell checks."""
    grades = cell.cell_type == "code" and _role(cell).get("grade")
    return _role(cell)["grade_id"].removeprefix("check_") if grades else None


def _place(cells: list, grade_id: str | None) -> int | None:
    return next((k for k, cell in enumerate(cells) if grade_id and cell.metadata.grade_id == grade_id), None)


def _defines(cell, name: str) -> bool:
    return cell.cell_type == "code" and _names(cell.source, name)


def _names(source: str, name: str) -> bool:
    """Whether the code may give the name a meaning: def, assignment, import. Read as text: magics are no Python."""
    pattern = rf"^[ \t]*(?:async +)?(?:def|class) +{name}\b|^{name} *(?::[^=\n]*)?=(?!=)"
    imports = (line for line in source.split("\n") if line.lstrip().startswith(("import ", "from ")))
    return bool(re.search(pattern, source, re.MULTILINE)) or any(name in re.findall(r"\w+", line) for line in imports)
