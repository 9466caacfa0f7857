"""The one form in which notebooks are stored: what is in the file depends on the cells alone."""

import hashlib

import nbformat

_KERNEL = {
    "kernelspec": {"display_name": "Python 3 (ipykernel)", "language": "python", "name": "python3"},
    "language_info": {"name": "python"},
}
_CELL_METADATA = ("tags", "nbgrader", "editable", "deletable")  # what is kept of a cell's metadata
FOLDED = "hide-input"  # the tag of a cell that only draws: its code is folded away, here and on a page made from it


def normalise(nb) -> None:
    """Change the notebook in place to the one form in which it is stored."""
    nb.metadata = nbformat.from_dict(_KERNEL)
    nb.nbformat, nb.nbformat_minor = 4, 5
    taken = set()
    for cell in nb.cells:
        cell.source = "\n".join(line.rstrip() for line in cell.source.strip("\n").split("\n"))
        cell.metadata = nbformat.from_dict({k: cell.metadata[k] for k in _CELL_METADATA if k in cell.metadata})
        if FOLDED in cell.metadata.get("tags", []):
            cell.metadata.jupyter = nbformat.from_dict({"source_hidden": True})  # JupyterLab's own way to fold it
        cell.id = _id(cell.source, taken)
        for output in cell.get("outputs", []):
            if "metadata" in output:
                output.metadata = nbformat.from_dict({})
            # The state of a widget lives in a kernel that is gone; the picture stored with it needs no kernel.
            output.get("data", {}).pop("application/vnd.jupyter.widget-view+json", None)


def without_outputs(nb) -> None:
    """Normalise, and take the outputs away: the form of solutions and exercises."""
    normalise(nb)
    for cell in nb.cells:
        if cell.cell_type == "code":
            cell.outputs, cell.execution_count = [], None


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
