"""Builds the site from the stored notebooks: `make site`.

    python website/course_site.py            build/site
    python website/course_site.py --epub     build/downhill.epub
    python website/course_site.py --pdf      build/site, and its lessons and its sheet of rules printed to build/pdf

Nothing of a lesson is run: what is shown are the stored outputs. Only the explorers' tables are computed again, since a
stored notebook does not hold them. A warning of Sphinx, a link that leads nowhere, anything of a solution or of a
check's expected results in the pages, and a request to another host each make it fail.
"""

import ast
import base64
import hashlib
import json
import os
import re
import shutil
import subprocess
import sys
import unicodedata
import zipfile
from html import escape
from pathlib import Path
from urllib.parse import quote, unquote, urlsplit

import nbformat
from playwright.sync_api import Browser, sync_playwright

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "tools"), str(ROOT / "website")]

from tables import pack  # noqa: E402

import browser  # noqa: E402
from explorer_cells import explorer_cells  # noqa: E402
from helpers import layout  # noqa: E402

BUILD = ROOT / "build"
SOURCE, SITE, EPUB, PDF = BUILD / "site-source", BUILD / "site", BUILD / "downhill.epub", BUILD / "pdf"
# The address of the course's repository: the one line that a fork changes, where its workflow does not set it.
REPOSITORY = os.environ.get("COURSE_REPOSITORY", "https://example.org/downhill")
LESSON_OF_RULES = "notebooks/15_where_next.ipynb"
PART = re.compile(r"^\| \| \*\*(Part .*?)\*\*", re.MULTILINE)
SCRIPT = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>(.*?)</script>", re.DOTALL)
LINK = re.compile(r"""<(?:a|img|link|script)\b[^>]*?\b(?:href|src)=["']([^"']+)["']""")
LOADED = re.compile(r"""<(?:img|script|source|iframe|video|audio)\b[^>]*?\bsrc=["']([^"']+)["']|<link\b[^>]*>""")
STYLE_SHEET = re.compile(r'<link rel="stylesheet"[^>]* href="([^"?]+)[^"]*" />')
INLINE = r'<math\b[^>]*display="inline"[^>]*>.*?</math>'
FORMULA_IN_WORD = re.compile(rf"(?<![^\s<>])[^\s<>]*(?:{INLINE}[^\s<]*)+", re.DOTALL)
POLICY = (
    "default-src 'none'; connect-src 'self'; img-src 'self' data:; style-src 'self' 'unsafe-inline'; font-src 'self'; "
    "script-src 'self' {}; base-uri 'self'; form-action 'self'"
)


# ---- the source that Sphinx reads


def lay_out_source(live: bool) -> None:
    """Copy what is shown into build/site-source; `live` with what brings explorers and guesses to life."""
    shutil.rmtree(SOURCE, ignore_errors=True)
    (SOURCE / "static" / "explorers").mkdir(parents=True)
    for name in ("conf.py", "mathml.py", "slugs.py", "static/course.css"):
        shutil.copy(ROOT / "website" / name, SOURCE / name)
    citation = (ROOT / "CITATION.cff").read_text(encoding="utf-8")
    conf = (SOURCE / "conf.py").read_text(encoding="utf-8")
    (SOURCE / "conf.py").write_text(conf.replace("%VERSION%", re.search(r"^version: (.*)", citation, re.M)[1]))
    explorers = {(cell.lesson, cell.index): str(cell) for cell in explorer_cells(ROOT / "notebooks")}
    if live:
        for name in ("course.js", "favicon.svg"):
            shutil.copy(ROOT / "website" / "static" / name, SOURCE / "static" / name)
        for name in ("explorer.js", "predict.js", "widget.css"):
            shutil.copy(ROOT / "src" / "helpers" / name, SOURCE / "static" / name)
        for cell in explorer_cells(ROOT / "notebooks"):
            _keep_tables(cell)
    for path in sorted((ROOT / "notebooks").glob("*.ipynb")):
        places = {index: name for (lesson, index), name in explorers.items() if lesson == path.stem}
        notebook = nbformat.read(path, as_version=4)
        _write_notebook(_shown(notebook, places) if live else _printed(notebook), path, live)
    for path in sorted((ROOT / "exercises").glob("*/*.ipynb")):
        _write_notebook(nbformat.read(path, as_version=4), path, live)
    _write_sheet()
    _write_front_page(*next(iter(explorers)))


def _keep_tables(cell) -> None:
    """Make the cell's explorer and store what it is drawn from, under the cell's name."""
    namespace = {}
    exec(cell.needed, namespace)
    *body, last = ast.parse(cell.source).body
    exec(compile(ast.Module(body, []), cell.lesson, "exec"), namespace)
    widget = eval(compile(ast.Expression(last.value), cell.lesson, "eval"), namespace)
    place = SOURCE / "static" / "explorers"
    (place / f"{cell}.json").write_text(json.dumps(widget.spec), encoding="utf-8")
    (place / f"{cell}.bin").write_bytes(pack(widget.tables, widget.spec["tables"]))


def _shown(notebook, explorers):
    """The notebook with a place where each explorer and each guess comes to life; answers to guesses are folded."""
    for index, cell in enumerate(notebook.cells):
        if cell.cell_type != "code":
            continue
        asked = [output for output in cell.outputs if _asks(output)]
        if asked:
            for output in asked:
                output.data["text/html"] = _place_for_guess(output.data)
            if re.match(r"\w+ = predict\.", cell.source):
                cell.metadata["tags"] = [*cell.metadata.get("tags", []), "remove-input"]  # the place says it all
        elif re.search(r"\.compare\(", cell.source):
            cell.metadata["tags"] = [*cell.metadata.get("tags", []), "hide-output"]
        if index in explorers:
            for output in cell.outputs:
                output.data["text/html"] = place_for_explorer(explorers[index], output.data["text/html"])
    return notebook


def _printed(notebook):
    """The notebook for the book, whose pages are XML."""
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            if "text/html" in output.get("data", {}):
                output.data["text/html"] = re.sub(r"(<img\b[^>]*?)\s*/?>", r"\1/>", output.data["text/html"])
    return notebook


def place_for_explorer(name: str, picture: str) -> str:
    """The picture that stands for an explorer, until the explorer is there or if it never comes."""
    return f'<div class="downhill-live" data-explorer="{escape(name)}">{picture}</div>'


def _asks(output):
    return output.get("data", {}).get("text/plain", "").startswith("Predict. ")


def _place_for_guess(data):
    question, *choices = data["text/plain"].removeprefix("Predict. ").split("\n- ")
    attributes = f'data-question="{escape(question)}" data-choices="{escape(json.dumps(choices))}"'
    return f'<div class="downhill-live" {attributes}>{data["text/html"]}</div>'


def _write_notebook(notebook, original, live):
    name = original.relative_to(ROOT)
    if live:
        for cell in notebook.cells:
            if cell.cell_type == "markdown":
                cell.source = re.sub("^#+ .*[α-ω].*", _indexed, cell.source, flags=re.MULTILINE)
        notebook.cells[0].source += "\n\n" + where_to_run(name.as_posix())
    (SOURCE / name).parent.mkdir(parents=True, exist_ok=True)
    nbformat.write(notebook, SOURCE / name)


def _indexed(heading):
    """The heading below an index of its Greek letters and their names: a search for either leads to it."""
    letters = sorted({*re.findall("[α-ω]", heading[0])})
    names = [unicodedata.name(letter).split()[-1].lower() for letter in letters]
    entries = ", ".join(f"!{entry}" for entry in (*letters, *names))
    return f"```{{index}} {entries}\n```\n\n{heading[0]}"


def where_to_run(notebook: str) -> str:
    """Markdown that says where a page's notebook can be run: Binder, Colab where that can open it, and at home."""
    lab = quote(f"lab/tree/{layout.WORK}/{notebook}", safe="")
    ways = [f"[Open in Binder](https://mybinder.org/v2/git/{quote(REPOSITORY, safe='')}/HEAD?urlpath={lab}): it "
            "needs a few minutes to start, and no installation."]  # fmt: skip
    address = urlsplit(REPOSITORY)
    if address.netloc == "github.com":
        colab = f"https://colab.research.google.com/github{address.path}/blob/HEAD/{notebook}"
        cell = "\n".join(f"  {line}" for line in ["```text", *cell_for_colab(notebook), "```"])
        ways.append(f"[Open in Colab]({colab}): there, add this cell at the top and run it first.\n\n{cell}\n")
    ways.append(f"[Install the course]({REPOSITORY}#readme) on your own machine.")
    listed = "\n".join(f"- {way}" for way in ways)
    return f'<details class="run-it"><summary>Run this page</summary>\n\n{listed}\n\n</details>'


def cell_for_colab(notebook: str) -> list[str]:
    """The lines of a cell that installs the course and goes to the notebook's folder, where an exercise's checks are.

    No notebook contains it: it would be in the way everywhere else.
    """
    return [
        f"!git clone --quiet --depth 1 {REPOSITORY} downhill",
        '%pip install --quiet "./downhill[frameworks]"',
        f"%cd downhill/{notebook.rpartition('/')[0]}",
    ]


def _write_sheet():
    """sheet.md, a page to print: lesson 15's tables of rules, and its cells that call the frameworks' optimisers."""
    cells = nbformat.read(ROOT / LESSON_OF_RULES, as_version=4).cells
    shown = [cell for cell in cells if cell.cell_type == "markdown" or re.search(r"\b(tf|torch)\.optim", cell.source)]
    text = "\n\n".join(one.source if one.cell_type == "markdown" else f"```python\n{one.source}\n```" for one in shown)
    page = (ROOT / "website" / "sheet.md").read_text(encoding="utf-8")
    for name in re.findall("%(.+)%", page):
        # What follows a section's last table or code is the lesson's argument.
        section = re.search(rf"^## {name}$(.*?)(?=^## )", text, re.MULTILINE | re.DOTALL)[1]
        page = page.replace(f"%{name}%", re.match(r".*^(?:\||```).*?$", section, re.MULTILINE | re.DOTALL)[0])
    (SOURCE / "sheet.md").write_text(page.replace("](../", "]("), encoding="utf-8")


def _write_front_page(lesson, index):
    """index.md, with the explorer of this cell and the lessons by parts."""
    cell = nbformat.read(SOURCE / "notebooks" / f"{lesson}.ipynb", as_version=4).cells[index]
    shown = next(output.data["text/html"] for output in cell.outputs)
    start = nbformat.read(ROOT / layout.START, as_version=4)
    table = next(cell.source for cell in start.cells if PART.search(cell.source))
    trees, page = [], (ROOT / "website" / "index.md").read_text(encoding="utf-8")
    for part, rows in zip(PART.findall(table), PART.split(table)[2::2], strict=True):
        names = re.findall(r"\((\w+)\.ipynb\) \|", rows)
        documents = [f"notebooks/{name}" for name in names]
        trees.append(f"```{{toctree}}\n:caption: {part}\n:maxdepth: 1\n\n" + "\n".join(documents) + "\n```")
    exercises = [f"exercises/{path.parent.name}/{path.stem}" for path in sorted(SOURCE.glob("exercises/*/*.ipynb"))]
    begin = ["notebooks/00_start_here", "notebooks/00b_what_you_need"]
    for caption, documents in [("Begin", begin), ("To print", ["sheet"]), ("Exercises", exercises)]:
        trees.append(f"```{{toctree}}\n:caption: {caption}\n:maxdepth: 1\n\n" + "\n".join(documents) + "\n```")
    trees.insert(0, trees.pop(-3))
    page = page.replace("%EXPLORER%", f"```{{raw}} html\n{shown}\n```").replace("%LESSONS%", "\n\n".join(trees))
    (SOURCE / "index.md").write_text(
        page.replace("%INSTALL%", f"[install the course]({REPOSITORY}#readme)"), encoding="utf-8"
    )


# ---- building and proving


def build(kind: str, output: Path) -> None:
    """Run Sphinx; a warning is an error. Raises SystemExit with what it said."""
    shutil.rmtree(output, ignore_errors=True)
    command = [sys.executable, "-m", "sphinx", "-b", kind, "-W", "--keep-going", "-q", "-j", "2"]
    done = subprocess.run([*command, "-d", str(BUILD / "site-doctrees"), str(SOURCE), str(output)])
    if done.returncode:
        sys.exit("The site was not built: Sphinx has said why.")


def finish(site: Path) -> None:
    """Give each page a content security policy, which allows its own scripts and nothing from elsewhere.

    And what the theme leaves out: the level of the sidebar's headings, and the keyboard's way into what scrolls. And
    what browsers leave out: no line ends between a formula and the comma or bracket beside it. The style sheets stand
    in the page: a browser that has to ask for them shows nothing for one more round trip, and until all have come.
    """
    for path in site.rglob("*.html"):
        page = path.read_text(encoding="utf-8")
        page = page.replace('<p class="caption" role="heading">', '<p class="caption" role="heading" aria-level="2">')
        page = page.replace("<pre>", '<pre tabindex="0">')
        page = page.replace('<div class="table-wrapper', '<div tabindex="0" class="table-wrapper')
        page = re.sub(r'(<div class="output text_html")(>\s*<img)', r'\1 tabindex="0"\2', page)
        page = FORMULA_IN_WORD.sub(r'<span class="formula">\g<0></span>', page)
        page = re.sub("(Show|Hide) the source", r"\1 the code that draws", page)
        page = re.sub("(Show|Hide) the outputs?", r"\1 the answer", page)
        for sheet in STYLE_SHEET.finditer(page):
            rules = (path.parent / sheet[1]).read_text(encoding="utf-8")
            page = page.replace(sheet[0], f"<style>{rules}</style>")
        digests = {base64.b64encode(hashlib.sha256(text.encode()).digest()).decode() for text in SCRIPT.findall(page)}
        policy = POLICY.format(" ".join(f"'sha256-{digest}'" for digest in sorted(digests)))
        meta = f'<meta http-equiv="Content-Security-Policy" content="{policy}">'
        path.write_text(page.replace("<head>", f"<head>{meta}", 1), encoding="utf-8")


def print_pages(program: Browser, documents: list[str], folder: Path) -> list[Path]:
    """Print pages of the site, as a browser does without scripts: an explorer is its picture, and answers are open."""
    folder.mkdir(parents=True, exist_ok=True)
    printed = [folder / f"{document.split('/')[-1]}.pdf" for document in documents]
    with program.new_page(java_script_enabled=False) as page:
        for document, path in zip(documents, printed, strict=True):
            page.goto((SITE / f"{document}.html").as_uri())
            page.pdf(path=path, prefer_css_page_size=True, print_background=True)
    return printed


def print_lessons() -> list[Path]:
    """Print the lessons and the sheet of rules to build/pdf."""
    if browser.chromium() is None:
        sys.exit(f"Printing {browser.MISSING}")
    shutil.rmtree(PDF, ignore_errors=True)
    lessons = [f"notebooks/{path.stem}" for path in sorted((ROOT / "notebooks").glob("*.ipynb"))]
    with sync_playwright() as playwright:
        program = playwright.chromium.launch(executable_path=browser.chromium(), args=browser.ARGUMENTS)
        return print_pages(program, ["sheet", *lessons], PDF)


def finish_book(made: Path, book: Path) -> None:
    """Write the book again, with what epubcheck asks for and Sphinx leaves out."""
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(book, "w", zipfile.ZIP_DEFLATED) as new:
        for entry in old.infolist():  # the first, "mimetype", is stored uncompressed, and stays so
            content = old.read(entry)
            if entry.filename.endswith(".xhtml"):
                page = content.decode()
                page = re.sub(r"<link [^>]*mystnb[^>]*/>", "", page)  # a style sheet that is not in the book
                page = re.sub(r'(<summary[^>]*>)\s*<p class="collapsed[^>]*>(.*?)</p>.*?</summary>', r"\1\2</summary>",
                              page, flags=re.DOTALL)  # fmt: skip
                content = page.encode()
            elif entry.filename.endswith("content.opf"):
                listed = content.decode()
                for name in old.namelist():
                    if name.endswith(".xhtml") and b"<math" in old.read(name):
                        listed = re.sub(rf'(<item [^>]*href="{re.escape(name)}")', r'\1 properties="mathml"', listed)
                content = listed.encode()
            new.writestr(entry, content)


def problems(site: Path) -> list[str]:
    """What is wrong with the built pages, one sentence each."""
    pages = {path: path.read_text(encoding="utf-8") for path in site.rglob("*.html")}
    anchors = {path: {*re.findall(r"""\bid=["']([^"']+)["']""", page)} for path, page in pages.items()}
    found = []
    for path, page in pages.items():
        name = path.relative_to(site)
        for target in {*LINK.findall(page)}:
            link = urlsplit(target)
            if link.scheme or link.netloc or target.startswith("data:"):
                continue
            place = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not place.exists():
                found.append(f"{name}: the link {target} leads nowhere.")
            elif link.fragment and place in anchors and unquote(link.fragment) not in anchors[place]:
                found.append(f"{name}: the anchor of the link {target} is not there.")
        for tag in LOADED.finditer(page):
            if re.match(r"(?:https?:)?//", tag[1] or "") or re.search(
                r"rel=.(?:stylesheet|preload).*https?://", tag[0]
            ):
                found.append(f"{name}: loads {tag[0][:120]} from another host.")
    for path in site.rglob("*"):
        if path.is_file() and re.search(r"checks\.json|tasks\.py|solutions|gradebook", path.name):
            found.append(f"{path.relative_to(site)} must not be published.")
        if path.suffix in (".html", ".txt", ".js", ".json") and "BEGIN SOLUTION" in path.read_text(encoding="utf-8"):
            found.append(f"{path.relative_to(site)} shows a solution.")
    return found


def main() -> None:
    book = "--epub" in sys.argv[1:]
    lay_out_source(live=not book)
    if book:
        build("epub", BUILD / "epub")
        finish_book(next((BUILD / "epub").glob("*.epub")), EPUB)
        print(f"{EPUB.relative_to(ROOT).as_posix()} ({EPUB.stat().st_size / 1e6:.1f} MB)")
        return
    build("html", SITE)
    finish(SITE)
    if found := problems(SITE):
        sys.exit("\n".join(found))
    if "example.org" in REPOSITORY:
        print(f"The pages link to {REPOSITORY}, a placeholder: set REPOSITORY in website/course_site.py.")
    size = sum(path.stat().st_size for path in SITE.rglob("*") if path.is_file())
    print(f"{SITE.relative_to(ROOT).as_posix()} ({len([*SITE.rglob('*.html')])} pages, {size / 1e6:.1f} MB)")
    if "--pdf" in sys.argv[1:]:
        printed = print_lessons()
        size = sum(path.stat().st_size for path in printed)
        print(f"{PDF.relative_to(ROOT).as_posix()} ({len(printed)} files, {size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
