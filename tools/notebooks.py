"""Run lessons in a fresh kernel, top to bottom, and store them normalised: `make notebooks`.

    python tools/notebooks.py notebooks/01_update_rule.ipynb …

What is stored depends on the lesson alone: cell ids come from the cells' text; execution times, widget state and
the version of Python are left out. A cell that raises stops the run, and the file stays as it was.
"""

import hashlib
import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_CELL_METADATA = ("tags", "nbgrader", "editable", "deletable")  # what is kept of a cell's metadata


def execute(path: Path) -> None:
    """Run the notebook from its own folder and write it back with its outputs."""
    nb = nbformat.read(path, as_version=4)
    normalise(nb)
    NotebookClient(nb, timeout=120, kernel_name="python3", store_widget_state=False,
                   resources={"metadata": {"path": str(path.parent)}}).execute()  # fmt: skip
    normalise(nb)
    nbformat.validate(nb)
    path.write_text(text(nb), encoding="utf-8", newline="\n")


def normalise(nb) -> None:
    """Change the notebook in place to the one form in which it is stored."""
    nb.metadata = nbformat.from_dict(_KERNEL)
    nb.nbformat, nb.nbformat_minor = 4, 5
    taken = set()
    for cell in nb.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        cell.metadata = nbformat.from_dict({k: cell.metadata[k] for k in _CELL_METADATA if k in cell.metadata})
        cell.id = _id(cell.source, taken)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
            # The state of a widget lives in a kernel that is gone; what stands beside it can be read without one.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def text(nb) -> str:
    """The notebook as it is stored in its file."""
    return nbformat.writes(nb, indent=1).rstrip("\n") + "\n"


def _id(source: str, taken: set) -> str:
    """A cell id that changes only with the cell's text; twins are numbered."""
    digest = hashlib.sha256(source.encode()).hexdigest()[:8]
    number = 0
    while (name := f"{digest}-{number}" if number else digest) in taken:
        number += 1
    taken.add(name)
    return name


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, flush=True)
        execute(Path(name))
