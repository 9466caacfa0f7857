"""Run lessons in a fresh kernel, top to bottom, and store them normalised: `make notebooks`.

    python tools/notebooks.py notebooks/01_update_rule.ipynb …

What is stored depends on the lesson alone: cell ids come from the cells' text; execution times, widget state and
the version of Python are left out. A cell that raises stops the run, and the file stays as it was.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient

from grader.notebook import normalise, text


def execute(path: Path) -> None:
    """Run the notebook from its own folder and write it back with its outputs."""
    nb = nbformat.read(path, as_version=4)
    normalise(nb)
    where = {"metadata": {"path": str(path.parent)}}
    NotebookClient(nb, timeout=120, store_widget_state=False, coalesce_streams=True, resources=where).execute()
    normalise(nb)
    nbformat.validate(nb)
    path.write_text(text(nb), encoding="utf-8", newline="\n")


if __name__ == "__main__":
    for name in sys.argv[1:]:
        print(name, flush=True)
        execute(Path(name))
