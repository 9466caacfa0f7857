"""Publishes the answers of an exercise: `python -m grader.publish 01_update_rule`.

It runs the solution and writes the folder build/answers/01_update_rule/, which is for students:

    01_update_rule_answers.ipynb   the answers with their discussions and results
    01_update_rule_answers.html    the same as a page that asks the network for nothing; formulas are MathML
    checks.json                    what the notebook's checks need, as students have it already

It refuses until the last extension in gradebook/deadlines.toml has passed, since the checks accept a copied answer.
"""

import re
import sys
import tempfile
from datetime import UTC, datetime
from html import escape
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbconvert.exporters import HTMLExporter
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from pygments.formatters import HtmlFormatter

from grader import deadlines, files
from grader.formulas import WithMathML
from grader.names import plain
from grader.notebook import normalise, text
from grader.solution import BEGIN, END

_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:52rem;margin:2rem auto;padding:0 1rem}"
    "pre,code{font:14px/1.45 ui-monospace,monospace}pre{white-space:pre-wrap;overflow-wrap:anywhere}"
    ".input_area,.markdown pre{background:#f4f4f4;padding:.1rem .8rem}.prompt{display:none}"
    ".highlight{background:none}img{max-width:100%}"
    "math[display=block]{margin:1rem 0}table{border-collapse:collapse}td,th{padding:.2rem .8rem}"
)


class _WithoutFolders(WithMathML):
    """Markdown as HTML without links to the course's folders, which a page does not have."""

    def link(self, text: str, url: str, title: str | None = None) -> str:
        return super().link(text, url, title) if re.match(r"https?://", url) else text


def publish(root: Path, exercise: str, now: datetime) -> Path:
    """Write the folder of answers; its path. Raises ValueError, with a sentence, if it is too early."""
    if not (root / "solutions" / exercise / f"{exercise}.ipynb").is_file():
        raise ValueError(f"solutions/ has no exercise {plain(exercise)}.")
    found = deadlines.read(root)
    if found is None or exercise not in found.exercises:
        raise ValueError(f"{deadlines.FILE} has no deadline for {exercise}. Enter one, and publish when it has passed.")
    last = found.exercises[exercise].last
    if now < last:
        until = last.astimezone(found.zone)
        raise ValueError(f"Students may hand in until {until:%Y-%m-%d %H:%M} ({found.zone}): publish after that.")
    checks_json = (root / "exercises" / exercise / "checks.json").read_bytes()
    notebook = answered(root, exercise, checks_json)
    name, folder = f"{exercise}_answers", root / "build" / "answers" / exercise
    contents = {
        f"{name}.ipynb": text(notebook).encode(),
        f"{name}.html": page(notebook, name).encode(),
        "checks.json": checks_json,
    }
    with files.writing_folder(folder, contents, folder.parent, mode=0o644):
        pass
    return folder


def answered(root: Path, exercise: str, checks_json: bytes) -> nbformat.NotebookNode:
    """The solution without its markers and nbgrader's marks, run."""
    notebook = nbformat.read(root / "solutions" / exercise / f"{exercise}.ipynb", as_version=4)
    for cell in notebook.cells:
        cell.metadata.pop("nbgrader", None)
        cell.source = "\n".join(line for line in cell.source.split("\n") if line.strip() not in (BEGIN, END))
    with tempfile.TemporaryDirectory() as scratch:
        (Path(scratch) / "checks.json").write_bytes(checks_json)
        where = {"metadata": {"path": scratch}}
        NotebookClient(
            notebook, timeout=600, store_widget_state=False, coalesce_streams=True, resources=where,
            extra_arguments=["--log-level=ERROR"],  # a kernel's own warnings say nothing about the answers
        ).execute()  # fmt: skip
    if any(output.output_type == "error" for cell in notebook.cells for output in cell.get("outputs", [])):
        raise ValueError(f"The answers of {exercise} do not pass their own checks: release it first.")
    normalise(notebook)
    return notebook


def page(notebook: nbformat.NotebookNode, title: str) -> str:
    """A notebook as a single page."""
    exporter = HTMLExporter(template_name="basic", filters={"markdown2html": _markdown})
    body, _ = exporter.from_notebook_node(notebook)
    style = HtmlFormatter().get_style_defs(".highlight") + _STYLE
    head = f"<meta charset='utf-8'><title>{escape(title)}</title><style>{style}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{body}</body></html>\n"


def _markdown(source: str) -> str:
    html = MarkdownWithMath(renderer=_WithoutFolders(escape=False, exclude_anchor_links=True)).render(source)
    return f"<div class='markdown'>{html}</div>"


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if nothing can be published."""
    if len(arguments) != 1:
        sys.exit("Usage: python -m grader.publish EXERCISE")
    root = Path.cwd()
    try:
        folder = publish(root, arguments[0], datetime.now(UTC))
    except ValueError as error:
        sys.exit(str(error))
    print("\n".join(path.relative_to(root).as_posix() for path in sorted(folder.iterdir())))


if __name__ == "__main__":
    main(sys.argv[1:])
