"""Look over notebooks and pages for slips that a reader would see: `python tools/lint.py [FILE …]`.

Without arguments it looks at every notebook and Markdown page that git keeps. One finding a line; exit code 1 if
any. Lessons (notebooks/) are stored with their outputs; exercises and solutions without. What holds of lessons alone
(their minutes, their code in sight) is in lesson_form.py.
"""

import copy
import re
import subprocess
import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit

import nbformat

import lesson_form
from grader import notebook

ROOT = Path(__file__).parents[1]
MOST_BYTES = 200_000
MOST_COLUMNS = 88  # as many as JupyterLab and the site show of a cell on a small laptop without a scroll bar
_LINK = re.compile(r"\[[^\]]*\]\(\s*<?([^)\s>]+)>?[^)]*\)")
_MARKDOWN_PICTURE = re.compile(r"!\[(.*?)\]\(")
_CODE = re.compile(r"```.*?```|`[^`\n]*`|<code>.*?</code>|\$\$.*?\$\$|\$[^$\n]*\$", re.DOTALL)  # or a formula
_MACHINE_PATH = re.compile(
    r"(?:(?<![\w.])/(?:home|root|Users|tmp|private|var/folders|work|usr|opt)/[\w.-]+)|[A-Za-z]:\\\\?Users"
)


def findings(path: Path) -> list[str]:
    """What is wrong with one notebook or Markdown page, as sentences; an empty list where nothing is."""
    try:
        if path.suffix == ".md":
            return _page(path.read_text(encoding="utf-8"), path)
        text = path.read_text(encoding="utf-8")
        nb = nbformat.reads(text, as_version=4)
        nbformat.validate(nb)
    except (ValueError, nbformat.ValidationError) as error:
        return [f"cannot be read: {str(error).splitlines()[0]}"]
    return [*_file(text, nb, path), *_cells(nb, path), *(lesson_form.findings(nb, path) if _is_lesson(path) else [])]


def _is_lesson(path):
    """Whether it is one of the numbered lessons, and not a page before them: 00_start_here, 00b_what_you_need."""
    return path.resolve().parent == ROOT / "notebooks" and path.name >= "01"


def _file(text, nb, path):
    if (size := len(text.encode())) > MOST_BYTES:
        yield f"is {size // 1000} kB, over {MOST_BYTES // 1000}: fewer or smaller pictures"
    normal = copy.deepcopy(nb)
    notebook.normalise(normal)
    if notebook.text(normal) != text:
        yield "is not stored in its normal form: make notebooks"
    if path.resolve().parent == ROOT / "notebooks":
        counts = [cell.execution_count for cell in nb.cells if cell.cell_type == "code"]
        if counts != list(range(1, len(counts) + 1)):
            yield "was not run from top to bottom in a fresh kernel: make notebooks"


def _cells(nb, path):
    level = 0
    for number, cell in enumerate(nb.cells, 1):
        where = f"cell {number}"
        if not cell.source.strip():
            yield f"{where}: is empty"
        if cell.cell_type == "markdown":
            prose = _CODE.sub("", cell.source)
            for heading in re.findall(r"^(#+) ", prose, re.MULTILINE):
                if len(heading) > level + 1:
                    yield f"{where}: a heading of level {len(heading)} follows one of level {level}"
                level = len(heading)
            yield from (f"{where}: {finding}" for finding in _page(cell.source, path))
        elif not path.resolve().is_relative_to(ROOT / "solutions"):  # ruff measures code, but no docstring
            wide = [line for line in cell.source.splitlines() if len(line) > MOST_COLUMNS]
            yield from (f"{where}: a line of {len(line)} columns, over {MOST_COLUMNS}: {line.strip()}" for line in wide)
        for output in cell.get("outputs", []):
            yield from (f"{where}: {finding}" for finding in _output(output))
    if not nb.cells or not nb.cells[0].source.startswith("# "):
        yield "does not begin with a title"


def _output(output):
    if output.output_type == "error":
        yield f"stores an error: {output.ename}"
    if output.get("name") == "stderr":
        yield "stores lines on stderr"
    data = output.get("data", {})
    yield from (
        f"stores a picture without alt text ({kind}): use plots.show" for kind in data if kind.startswith("image/")
    )
    html = data.get("text/html", "")
    yield from _pictures(html)
    readable = re.sub(
        r'base64,[^"]+', "", "\n".join([str(output.get("text", "")), html, str(data.get("text/plain", ""))])
    )
    if path := _MACHINE_PATH.search(readable):
        yield f"shows a path of some machine: {path.group()}"


def _page(text: str, path: Path) -> list[str]:
    prose = _CODE.sub("", text)
    found = [
        f"a picture without alt text: {prose[m.start() : m.start() + 40]}"
        for m in _MARKDOWN_PICTURE.finditer(prose)
        if not m[1].strip()
    ]
    found += _pictures(prose)
    for target in _LINK.findall(prose):
        url = urlsplit(target)
        if not url.scheme and url.path and not (path.parent / unquote(url.path)).exists():
            found.append(f"a link leads nowhere: {target}")
    if machine := _MACHINE_PATH.search(prose):
        found.append(f"names a path of some machine: {machine.group()}")
    return found


def _pictures(html: str) -> list[str]:
    """Each <img> without an alt text."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag == "img" and not (dict(attrs).get("alt") or "").strip():
                found.append("a picture without alt text")

    Reader().feed(html)
    return found


def tracked() -> list[Path]:
    """The notebooks and pages that git keeps."""
    names = subprocess.run(
        ["git", "ls-files", "-z", "*.ipynb", "*.md"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    return [path for name in names.stdout.split("\0") if name and (path := ROOT / name).exists()]


if __name__ == "__main__":
    slips = [f"{path}: {finding}" for path in map(Path, sys.argv[1:] or tracked()) for finding in findings(path)]
    print("\n".join(slips), end="\n" if slips else "")
    sys.exit(bool(slips))
