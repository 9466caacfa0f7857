"""How Formgrader and feedback show a student's text: as text, never as a program, and within a bounded time.

The grader opens a page with a submission, and a script in it could give points. Outputs are made safe before they are
stored (received.py) and code is shown as code. Markdown may contain any HTML, so it is cleaned as it is rendered.

Libraries that colour code and render Markdown can take minutes for a text that was made to that end. `Bounded` cuts
what is too long for a page, and each page has some time for colours and formats; what comes after that is plain.

In Formgrader a question's rubric appears beside the answer. Feedback is made with the same filters and never shows it.

nbgrader_config.py puts the filters in place of nbconvert's filters of the same names, and `Bounded` before them.
"""

import base64
import functools
import gc
import io
import math
import re
import time
import warnings
from collections.abc import Callable
from html import escape
from pathlib import Path

import bleach
import nbformat
from jinja2 import DictLoader, pass_context
from nbconvert.filters import Highlight2HTML
from nbconvert.filters.ansi import ansi2html as with_colours
from nbconvert.filters.markdown_mistune import MarkdownWithMath
from nbconvert.preprocessors import Preprocessor
from nbformat.v4 import new_markdown_cell, new_output
from PIL import Image

from checks.timelimit import TimeLimit, limited
from grader import formulas, solution
from grader.cells import is_check, is_question, role

_MOST_CELLS = 300  # of a page; the course's exercises have under 50
_MOST_OUTPUTS = 300
_MOST_TEXT = 40_000  # characters of all cells and outputs that are text; the course's exercises have under 20,000
_MOST_PICTURES = 4_000_000  # characters of all pictures
_MOST_PIXELS = 30_000_000  # of all pictures: a browser takes 4 bytes for each, however small the file
_FORMATS = ("PNG", "JPEG", "GIF")  # of pictures; others are not looked at
_LONGEST = 5_000  # characters
_LONGEST_ANSWER = 20_000  # characters of a cell with a role in the exercise, which is shown even if no room is left
_SECONDS = 0.3  # of a page, for colours and formats
_MOST_COLOURED = 300_000  # characters of HTML with colours and formats
_CUT = "… (This page shows no more of it; the notebook holds the rest.)"

_TAGS = bleach.ALLOWED_TAGS | {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "span", "div", "del", "s", "sub", "sup", "img",
    "details", "summary", "table", "thead", "tbody", "tr", "th", "td",
} | formulas.TAGS  # fmt: skip
_VALUES = {  # attribute → its permitted values: colours of code, pictures from the cell itself, links to other hosts
    "class": re.compile(r"highlight( hl-\w+)?|[a-z][a-z0-9]?"),
    "src": re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*"),
    "href": re.compile(r"(?:https?://|mailto:|#)\S*"),  # Formgrader serves a student's files, with their scripts
    "alt": re.compile(r"[^<>]*"),
    "align": re.compile(r"left|right|center"),
    **formulas.VALUES,
}


# ---- what is too much


# Formgrader waits for MathJax before it selects the first box for points.
_NO_MATHJAX = "<script>MathJax = {Hub: {Startup: {signal: {Interest: ready => ready('End')}}}}</script>"


class Bounded(Preprocessor):
    """Cuts what is too long for a page: texts, pictures, outputs, and cells without a role in the exercise.

    It also keeps its exporter from loading MathJax from the network: formulas are MathML. For a page of Formgrader,
    which alone has a submission_id, it adds the rubrics.
    """

    def __init__(self, **options):
        super().__init__(**options)
        instead = _NO_MATHJAX if self.parent.template_name == "formgrade" else ""
        macro = f"{{% macro mathjax(url) %}}{instead}{{% endmacro %}}"
        self.parent.extra_loaders = [DictLoader({"mathjax.html.j2": macro})]

    def preprocess(self, nb, resources):
        """The notebook, changed in place, and the resources, in nbconvert's form."""
        if "submission_id" in resources:
            name = resources["assignment_id"]
            path = Path(self.config.CourseDirectory.root, "solutions", name, f"{name}.ipynb")
            resources["rubrics"] = solution.rubrics(nbformat.read(path, as_version=4)) if path.is_file() else {}
        room = _Room()
        kept = [cell for k, cell in enumerate(nb.cells) if k < _MOST_CELLS or "nbgrader" in cell.metadata]
        if len(kept) < len(nb.cells):
            kept.append(new_markdown_cell(_CUT, id="cut"))
        nb.cells = kept
        for cell in nb.cells:
            cell.source = room.text(cell.source, always="nbgrader" in cell.metadata)
            if "attachments" in cell:
                cell.attachments = {name: room.data(picture) for name, picture in cell.attachments.items()}
            if "outputs" in cell:
                cell.outputs = room.outputs(cell.outputs, by_grader=is_check(cell))
        return nb, resources


class _Room:
    """What is left of a page's room."""

    def __init__(self):
        self._text, self._outputs = _MOST_TEXT, _MOST_OUTPUTS
        self._pictures, self._pixels = _MOST_PICTURES, _MOST_PIXELS
        self._time = {"seconds": _SECONDS}  # to look at how large pictures are

    def text(self, text: str, always: bool = False) -> str:
        """The text, or its beginning. always: whether it is shown even if no room is left."""
        most = _LONGEST_ANSWER if always else max(0, min(_LONGEST, self._text))
        self._text -= min(len(text), most)
        return text if len(text) <= most else text[:most] + _CUT

    def data(self, data: dict) -> dict:
        """A MIME bundle without pictures for which there is no room; texts are cut."""
        kept = {}
        for kind, part in data.items():
            if kind == "text/plain":
                kept[kind] = self.text(part)
            elif self._has_room_for(kind, part):
                kept[kind] = part
        return kept

    def _has_room_for(self, kind: str, part: str) -> bool:
        """Whether there is room for a picture, which then is taken."""
        if len(part) > self._pictures:
            return False
        pixels = _in_time(self._time, lambda: _pixels(kind, part))
        if pixels is None or pixels > self._pixels:
            return False
        self._pictures -= len(part)
        self._pixels -= pixels
        return True

    def outputs(self, outputs: list, by_grader: bool) -> list:
        """A cell's outputs, cut, as many as there is room for. The grader's own are shown even if no room is left."""
        kept = []
        for output in outputs[: max(0, self._outputs)]:
            if "data" in output:
                output.data = self.data(output.data) or {"text/plain": _CUT}
            if "text" in output:
                output.text = self.text(output.text)
            if "traceback" in output:
                output.traceback = [self.text("\n".join(output.traceback), always=by_grader)]
            kept.append(output)
        if len(kept) < len(outputs):
            kept.append(new_output("stream", name="stderr", text=_CUT))
        self._outputs -= len(outputs)
        return kept


def _pixels(kind: str, part: str) -> float:
    """How many pixels the picture in a part of a MIME bundle has; infinity if that cannot be told."""
    try:
        encoded = part if kind.startswith("image/") else re.search(r'src="data:[^,"]*,([^"]*)"', part)[1]
        file = io.BytesIO(base64.b64decode(encoded))
        with warnings.catch_warnings(action="ignore"), Image.open(file, formats=_FORMATS) as image:
            return image.width * image.height
    except Exception:  # a file that was made to that end may fail in any way
        return math.inf


# ---- filters


class _Clean(str):
    """HTML that was made here and needs no cleaning."""


@pass_context
def markdown2html(context, source: str) -> str:
    """Markdown as HTML of harmless tags. Pictures come from the cell itself: others could reveal who opens the page."""
    cell = context.get("cell", {})
    attachments = cell.get("attachments", {})
    html = _coloured(context, lambda: _formatted(source, attachments), f"<pre>{escape(source)}</pre>")
    rubrics = context["resources"].get("rubrics")
    rubric = rubrics.get(role(cell).get("grade_id")) if rubrics and is_question(cell) else None
    return html if rubric is None else _beside(html, rubric)


def _beside(html: str, rubric: str) -> str:
    """An answer and its rubric in two columns of Bootstrap's; no answer can contain such a box."""
    rubric = MarkdownWithMath(renderer=formulas.WithMathML(escape=False)).render(rubric)
    box = f'<div class="well well-sm"><strong>Rubric</strong>{rubric}</div>'
    return _Clean(f'<div class="row"><div class="col-sm-7">{html}</div><div class="col-sm-5">{box}</div></div>')


@pass_context
def highlight_code(context, source: str, metadata=None) -> str:
    """Python code as coloured HTML."""
    plain = f'<div class=" highlight hl-ipython3"><pre>{escape(source)}</pre></div>'
    return _coloured(context, lambda: _highlighted(source), plain)


@pass_context
def ansi2html(context, source: str) -> str:
    """A terminal's text as HTML, its escape sequences as colours."""
    return _coloured(context, lambda: with_colours(source), escape(re.sub(r"\x1b(?:\[[0-9;]*m)?", "", source)))


def clean_html(html: str) -> str:
    """HTML that is not from here, as text."""
    return html if isinstance(html, _Clean) else escape(html)


class _WithPictures(formulas.WithMathML):
    """Fails once its pictures are too much for a page: a few lines can show a large one a thousand times."""

    _left = _MOST_COLOURED

    def image(self, text: str, url: str, title: str | None = None) -> str:
        html = super().image(text, url, title)
        self._left -= len(html)
        if self._left < 0:
            raise ValueError("These pictures are too much for one page.")
        return html


def _formatted(source: str, attachments: dict) -> str:
    html = MarkdownWithMath(renderer=_WithPictures(escape=False, attachments=attachments)).render(source)
    return bleach.clean(html, _TAGS, _is_harmless, protocols=["http", "https", "mailto", "data"])


def _highlighted(source: str) -> str:
    return Highlight2HTML(pygments_lexer="python3")(source)


@functools.cache
def _load() -> None:
    """Have the libraries import and compile what they do once, which is not the first page's to pay for."""
    _formatted("*a* $x$", {})
    _highlighted("x = 1")
    Image.preinit()


def _coloured(context, rendered: Callable[[], str], plain: str) -> str:
    """What `rendered` gives, or the plain HTML if it fails, or the page's time for colours or room for them is used up.

    It fails, for instance, on a picture that is not attached, or for which there was no room.
    """
    left = context["resources"].setdefault("colours", {"seconds": _SECONDS, "characters": _MOST_COLOURED})
    html = None
    if left["characters"] > 0 and len(plain) < 2 * _LONGEST:
        html = _in_time(left, rendered)
    html = plain if html is None else html
    left["characters"] -= len(html)
    return _Clean(html if left["characters"] >= 0 else plain)


def _in_time(left: dict, made: Callable):
    """What `made` gives; None if it fails, or if the time of a page that is left, from which it takes, is used up."""
    if left["seconds"] <= 0:
        return None
    _load()
    gc.disable()  # one look for garbage can take longer than a page has, and is the process's to pay, not the page's
    start = time.thread_time()
    try:
        return limited(made, 4 * left["seconds"])
    except (TimeLimit, Exception):  # whatever a library makes of the text or the picture
        return None
    finally:
        gc.enable()
        left["seconds"] -= time.thread_time() - start


def _is_harmless(tag: str, name: str, value: str) -> bool:
    if name == "src" and _pixels("image/", value.partition(",")[2]) > _MOST_PIXELS:
        return False
    return name in _VALUES and _VALUES[name].fullmatch(value) is not None
