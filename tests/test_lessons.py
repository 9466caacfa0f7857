"""What holds of the lessons beyond nbval's comparison: they need no more than they say."""

import os
import re
import sys
from pathlib import Path

import nbformat
import pytest
from nbclient import NotebookClient

from helpers import frameworks

NOTEBOOKS = Path(__file__).parents[1] / "notebooks"
NUMPY_LESSONS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name < "05"]
DAILY = ("03_linear_regression",)  # the others only in the long tests
FRAMEWORK_LESSONS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name >= "05"]
EXTRA = ["tensorflow", "keras", "torch", "sklearn"]


@pytest.fixture
def without_frameworks(tmp_path):
    """An environment in which nothing of the extra "frameworks" can be imported."""
    for name in EXTRA:
        (tmp_path / f"{name}.py").write_text(f"raise ModuleNotFoundError('No module named {name!r}', name={name!r})\n")
    return os.environ | {"PYTHONPATH": str(tmp_path)}


@pytest.mark.slow
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if path.stem in DAILY else pytest.mark.long) for path in NUMPY_LESSONS],
    ids=lambda path: path.stem,
)
def test_the_numpy_lessons_run_without_the_extra_frameworks(path, without_frameworks):
    stored = nbformat.read(path, as_version=4)
    fresh = nbformat.read(path, as_version=4)
    fresh.cells = [cell for cell in fresh.cells if "doctor" not in cell.source]  # it would miss them, rightly
    where = {"metadata": {"path": str(NOTEBOOKS)}}
    NotebookClient(fresh, timeout=120, resources=where, coalesce_streams=True).execute(env=without_frameworks)
    texts = {cell.id: printed(cell) for cell in stored.cells}
    assert all(printed(cell) == texts[cell.id] for cell in fresh.cells)


@pytest.mark.parametrize("path", FRAMEWORK_LESSONS, ids=lambda path: path.stem)
def test_a_framework_lesson_says_what_to_install(path, monkeypatch):
    """At the first cell that needs something of the extra "frameworks"; what is there before needs nothing of it."""
    for name in EXTRA:
        monkeypatch.setitem(sys.modules, name, None)  # as if it were not installed
    cells = [cell.source for cell in nbformat.read(path, as_version=4).cells if cell.cell_type == "code"]
    imported = re.compile(rf"^(?:from|import) (?:{'|'.join(EXTRA)})\b|\bframeworks\.", re.MULTILINE)
    asking = next(source for source in cells if imported.search(source))
    namespace = {}
    with pytest.raises(frameworks.FrameworkMissing, match=r'pip install .* -e "\.\[frameworks\]"'):
        for source in dict.fromkeys([cells[0], asking]):
            exec(source, namespace)


def printed(cell):
    """What a cell has printed, and the summaries of its pictures."""
    return [output.get("text") or output.get("data", {}).get("text/plain") for output in cell.get("outputs", [])]


LESSONS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if path.name >= "01"]


@pytest.mark.parametrize("path", LESSONS[:-1], ids=lambda path: path.stem)
def test_each_lesson_leads_to_the_next(path):
    cells = nbformat.read(path, as_version=4).cells
    text = "\n".join(cell.source for cell in cells if cell.cell_type == "markdown")
    (where_next,) = re.findall(r"^## Where next$(.*?)(?=^## |\Z)", text, re.DOTALL | re.MULTILINE)
    following = LESSONS[LESSONS.index(path) + 1]
    assert f"({following.name})" in where_next
