"""The code of a lesson, for tests of what it states: read out of its cells, so that what is tested is what is shown."""

import ast
from pathlib import Path
from types import SimpleNamespace

import nbformat
import numpy as np

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"


def functions_of(lesson: str, **names) -> SimpleNamespace:
    """The functions that a lesson's cells define; `names` are what they find in the notebook beside each other."""
    space = {"np": np, **names}
    for cell in nbformat.read(NOTEBOOKS / f"{lesson}.ipynb", as_version=4).cells:
        if cell.cell_type == "code":
            definitions = [node for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]
            exec(compile(ast.Module(definitions, []), lesson, "exec"), space)
    return SimpleNamespace(**space)
