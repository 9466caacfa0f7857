"""The cells of the lessons that end in an explorer, each with what it needs of the cells before it.

`needed` is a slice of the lesson: the statements that bind the names which the cell uses, and those which they use in
turn. So an explorer is made in a moment, without running its lesson.
"""

import ast
import re
from pathlib import Path
from typing import NamedTuple

import nbformat

_EXPLORER = re.compile(r"^explorer\.", re.MULTILINE)


class Cell(NamedTuple):
    """A cell that ends in an explorer.

    lesson   the notebook's name, without its suffix
    index    of the cell in its lesson
    source   of the cell
    needed   the source that has to run before it
    place    among all explorers
    """

    lesson: str
    index: int
    source: str
    needed: str
    place: int

    def __str__(self):
        return f"{self.lesson}-{self.place}"


def explorer_cells(lessons: Path) -> list[Cell]:
    """All of them, in the order of the lessons."""
    found = []
    for path in sorted(lessons.glob("*.ipynb")):
        cells = nbformat.read(path, as_version=4).cells
        for index, cell in enumerate(cells):
            if cell.cell_type == "code" and _EXPLORER.search(cell.source):
                before = [other.source for other in cells[:index] if other.cell_type == "code"]
                found.append(Cell(path.stem, index, cell.source, needed(before, cell.source), len(found)))
    return found


def needed(before: list[str], source: str) -> str:
    """The statements of the sources `before` on which `source` depends, in their order."""
    statements = [statement for text in before for statement in ast.parse(text).body]
    wanted, kept = _used(ast.parse(source)), []
    for statement in reversed(statements):
        bound = _bound(statement)
        if bound & wanted:
            kept.append(ast.unparse(statement))
            wanted = (wanted - bound) | _used(statement)
    return "\n".join(reversed(kept))


def _bound(statement) -> set[str]:
    """The names that a statement at the top level of a cell binds."""
    if isinstance(statement, ast.FunctionDef | ast.ClassDef):
        return {statement.name}
    if isinstance(statement, ast.Import | ast.ImportFrom):
        return {(alias.asname or alias.name).partition(".")[0] for alias in statement.names}
    return {node.id for node in ast.walk(statement) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}


def _used(tree) -> set[str]:
    """The names that are read in it, without those of its functions' own arguments."""
    names = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Load)}
    return names - {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
