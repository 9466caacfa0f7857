"""The form of a lesson: how long it takes, how much code its reader sees, and what the two tables of lessons say.

A lesson is a core, which its exercise and the next lesson build on, and at most one last section, "Going deeper
(optional)". A cell with the tag `hide-input` only draws, and is stored folded; every other code cell is in sight. A
cell with the tag `experiment` holds a whole experiment, and may be longer than the others.
"""

import ast
import math
import re
from collections.abc import Iterator
from pathlib import Path
from statistics import median

import nbformat

from grader.notebook import FOLDED

EXPERIMENT = "experiment"
DEEPER = "## Going deeper (optional)"
MOST_MINUTES, WORDS_A_MINUTE, LINES_A_MINUTE = 90, 60, 8
MEDIAN_LINES, MOST_LINES = 7, 16
FORMS = '"**Time:** N minutes.", or "**Time:** N minutes, and M more for Going deeper (optional)."'
_TIME = re.compile(r"\*\*Time:\*\* (\d+) minutes(?:, and (\d+) more for Going deeper \(optional\))?\.")
_LONG_FORMULA = re.compile(r"\$\$.*?\$\$", re.DOTALL)
_FENCE = re.compile(r"^```.*?\n(.*?)^```", re.DOTALL | re.MULTILINE)
_GUESS = re.compile(r"\*\*Predict\b")
_ASKED = re.compile(r"^(\w+) = predict\.(?:number|choice)\(", re.MULTILINE)
_PICTURE = re.compile(r"<img\b|!\[")
_EXERCISE_TIME = re.compile(r"· about (\d+) minutes ·")


def findings(nb, path: Path) -> Iterator[str]:
    """What in a lesson is not in its form, and which table differs from it."""
    stated = _TIME.search(nb.cells[0].source) if nb.cells else None
    if not stated:
        yield f"states no time: its first cell needs {FORMS}"
        return
    core, deeper = (int(number) if number else 0 for number in stated.groups())
    yield from _time(nb, core, deeper)
    yield from _sight(nb)
    yield from _drawing(nb)
    yield from _guesses(nb)
    yield from _tables(path, core, deeper)


def minutes(cells) -> float:
    """How long reading these cells takes: words/60 + lines of code/8 + 1 a displayed formula, picture and guess.

    Counted are all words of the text, those of the tables too, and all lines of code in sight that are not empty.
    """
    words = lines = extra = 0
    for cell in cells:
        if cell.cell_type == "code":
            lines += 0 if _folded(cell) else _lines(cell.source)
            extra += len(_ASKED.findall(cell.source))
            extra += sum(len(_PICTURE.findall(output.get("data", {}).get("text/html", ""))) for output in cell.outputs)
        else:
            extra += sum(len(one.findall(cell.source)) for one in (_LONG_FORMULA, _GUESS, _PICTURE))
            lines += sum(map(_lines, _FENCE.findall(cell.source)))
            prose = _FENCE.sub("", _LONG_FORMULA.sub("", cell.source))
            words += sum(any(map(str.isalnum, word)) for word in prose.split())
    return words / WORDS_A_MINUTE + lines / LINES_A_MINUTE + extra


def parts(nb) -> tuple[list, list]:
    """The cells of the core, and those of "Going deeper (optional)"."""
    for k, cell in enumerate(nb.cells):
        if cell.cell_type == "markdown" and DEEPER in cell.source.split("\n"):
            return nb.cells[:k], nb.cells[k:]
    return nb.cells, []


def _time(nb, core: int, deeper: int) -> Iterator[str]:
    core_cells, deeper_cells = parts(nb)
    if (needed := minutes(core_cells)) > MOST_MINUTES:
        yield f"the core takes {needed:.0f} minutes, over {MOST_MINUTES}: move what is not needed to {DEEPER[3:]!r}"
    for name, stated, cells in [("the core", core, core_cells), ("Going deeper", deeper, deeper_cells)]:
        needed = minutes(cells)
        if stated % 5 or abs(stated - needed) > 5:
            rounded = 5 * math.ceil(needed / 5)
            yield f"{name} is said to take {stated} minutes and takes {needed:.1f}: say {rounded}"
    headings = re.findall(
        r"^## .*", "\n".join(c.source for c in deeper_cells if c.cell_type == "markdown"), re.MULTILINE
    )
    if len(headings) > 1:
        yield f"a section follows {DEEPER[3:]!r}, which is to be the last one: {headings[1]}"


def _sight(nb) -> Iterator[str]:
    lengths = {}
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type == "code" and not _folded(cell):
            lengths[number] = _lines(cell.source)
            if lengths[number] > MOST_LINES and EXPERIMENT not in _tags(cell):
                yield f"cell {number}: shows {lengths[number]} lines of code, over {MOST_LINES}"
    if lengths and (middle := median(lengths.values())) > MEDIAN_LINES:
        yield f"its cells show {middle:g} lines of code in the median, over {MEDIAN_LINES}"


def _drawing(nb) -> Iterator[str]:
    """A cell that shows a figure is folded, prints nothing, and makes nothing that a cell in sight uses."""
    seen, hidden = set(), set()
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type != "code":
            continue
        tree = ast.parse(cell.source)
        calls = {ast.unparse(node.func) for node in ast.walk(tree) if isinstance(node, ast.Call)}
        names = [node for node in ast.walk(tree) if isinstance(node, ast.Name)]
        bound = {node.id for node in names if isinstance(node.ctx, ast.Store)}
        bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.ClassDef)}
        draws = bool(calls & {"plots.show", "plots.animate"})
        if not _folded(cell):
            if draws:
                yield f"cell {number}: draws, and is not folded: part it from what computes, and tag it {FOLDED}"
            used = {node.id for node in names if isinstance(node.ctx, ast.Load)}
            if secret := sorted((used & hidden) - seen - bound):
                yield f"cell {number}: uses {', '.join(secret)}, which only a folded cell makes"
            seen |= bound
        else:
            if not draws and not any(call.startswith("explorer.") for call in calls):
                yield f"cell {number}: is folded, and draws nothing"
            if "print" in calls:
                yield f"cell {number}: is folded, and prints: print in a cell in sight"
            hidden |= bound


def _guesses(nb) -> Iterator[str]:
    """A guess that is asked for is compared with the answer before its name is used for the next."""
    open_guesses = {}
    for number, cell in enumerate(nb.cells, 1):
        if cell.cell_type != "code":
            continue
        for name in re.findall(r"\b(\w+)\.compare\(", cell.source):
            open_guesses.pop(name, None)
        for name in _ASKED.findall(cell.source):
            if name in open_guesses:
                yield f"cell {open_guesses[name]}: asks for a guess that is never compared with the answer"
            open_guesses[name] = number
    for number in open_guesses.values():
        yield f"cell {number}: asks for a guess that is never compared with the answer"


def _tables(path: Path, core: int, deeper: int) -> Iterator[str]:
    """The rows of the start page and of the README say the minutes of the lesson and of its exercise."""
    root = path.resolve().parents[1]
    said = f"{core} + {deeper}" if deeper else f"{core}"
    exercise = root / "solutions" / path.stem / path.name
    practice = _EXERCISE_TIME.search(_text(exercise))[1] if exercise.exists() else "–"
    for page, link in [("notebooks/00_start_here.ipynb", path.name), ("README.md", f"notebooks/{path.name}")]:
        row = f"| {int(path.name[:2])} | [", f"]({link}) | {said} | {practice} |"
        if not any(line.startswith(row[0]) and row[1] in line for line in _text(root / page).split("\n")):
            yield f"{page} has no row that begins {row[0]}…{row[1]}"


def _text(page: Path) -> str:
    """The text of a Markdown page, or of a notebook's Markdown cells."""
    if page.suffix == ".md":
        return page.read_text(encoding="utf-8")
    cells = nbformat.read(page, as_version=4).cells
    return "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")


def _tags(cell) -> list[str]:
    return cell.metadata.get("tags", [])


def _folded(cell) -> bool:
    return FOLDED in _tags(cell)


def _lines(source: str) -> int:
    return sum(bool(line.strip()) for line in source.split("\n"))
