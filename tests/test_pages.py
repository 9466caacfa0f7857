"""Pages of submissions show text as text, take about a second whatever they hold, and leave honest work whole."""

import base64
import copy
import gc
import io
import re
import shutil
import struct
import time
import tracemalloc
import zlib
from contextlib import contextmanager

import nbformat
import pytest
from nbconvert.exporters import HTMLExporter
from nbformat.v4 import new_code_cell, new_markdown_cell, new_output
from nbgrader.converters import GenerateFeedback
from nbgrader.coursedir import CourseDirectory
from nbgrader.server_extensions.formgrader import handlers
from PIL import Image

from classroom import NAME, ROOT, cell
from grader import pages, release, solution


def drawn(width, height):
    """An empty picture as PNG, in base64."""
    file = io.BytesIO()
    Image.new("1", (width, height)).save(file, "png")
    return base64.b64encode(file.getvalue()).decode()


SCRIPT = "<script>parent.points = 20</script><img src=x onerror=alert(1)>"
# Texts that libraries take long to colour or format, the longer the more so.
COSTLY = [
    r"$\sqrt{x}$ ",
    "$" + "{" * 400 + "}" * 400 + "$ ",
    r"$\def\a{aa}\a$ ",
    r"$\begin{matrix}a & b\end{matrix}$ ",
    "  \n",
    "||\n",
    "#a\n",
    "[",
    "a.",
    "a?",
    "\x1b[1m",
    "*a*",
    '"""',
    "%%html\n<",
    "\\begin{",
]


@pytest.fixture(scope="module")
def graded(tmp_path_factory):
    """(exporter, notebook): what makes the pages of feedback, and a graded notebook."""
    folder = tmp_path_factory.mktemp("course")
    (folder / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    config = release.config(folder)
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    notebook = nbformat.read(ROOT / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)
    for one in notebook.cells:
        if "nbgrader" in one.metadata:
            one.metadata.nbgrader.update(score=0, points=1)
    return HTMLExporter(config=converter.config), notebook


def page(graded, *more, **sources):
    """The page of the notebook with more cells, and other sources in place of a cell's."""
    exporter, notebook = graded
    notebook = copy.deepcopy(notebook)
    notebook.cells += more
    for name, source in sources.items():
        cell(notebook, name).source = source
    about = {"notebook": NAME, "score": 0, "max_score": 20, "late_penalty": 0}
    return exporter.from_notebook_node(notebook, resources={"nbgrader": about, "index": 0, "total": 1})[0]


@contextmanager
def in_about_a_second():
    """Processor time; what other tests have left in memory is not looked through for garbage meanwhile."""
    gc.freeze()
    start = time.process_time()
    yield
    assert time.process_time() - start < 1.5
    gc.unfreeze()


def cells_of(text, times=1):
    """Cells in which the text appears in each way."""
    outputs = [
        new_output("stream", name="stdout", text=text),
        new_output("error", ename="E", evalue="", traceback=[text]),
        new_output("execute_result", data={"text/plain": text}),
    ]
    return [
        one
        for _ in range(times)
        for one in (new_code_cell(text), new_markdown_cell(text), new_code_cell("x", outputs=copy.deepcopy(outputs)))
    ]


@pytest.mark.slow
@pytest.mark.parametrize("text", COSTLY)
def test_a_page_of_costly_text_takes_no_more_than_a_second(graded, text):
    page(graded)  # what is imported and compiled once
    hostile = cells_of(text * (200_000 // len(text)), times=20)
    with in_about_a_second():
        html = page(graded, *hostile)
    assert len(html) < 1_000_000
    assert "This page shows no more of it" in html


@pytest.mark.slow
def test_a_page_of_many_cells_outputs_and_pictures_takes_no_more_than_a_second(graded):
    page(graded)
    one = new_output("stream", name="stdout", text="x")
    picture = new_output("display_data", data={"image/png": drawn(1, 1) + "A" * 1_000_000})
    hostile = [new_code_cell("x", outputs=[copy.deepcopy(one)]) for _ in range(1000)]
    with in_about_a_second():
        html = page(graded, new_code_cell("x", outputs=[picture] * 20), *hostile)
    assert len(html) < 6_000_000
    assert html.count("This page shows no more of it") > 1


@pytest.mark.slow
def test_errors_that_look_like_a_checks_get_no_more_room_than_others(graded):
    page(graded)
    posing = [new_output("error", ename="CheckFailed", evalue="", traceback=["<" * 20_000]) for _ in range(290)]
    with in_about_a_second():
        html = page(graded, new_code_cell("x", outputs=posing))
    assert len(html) < 1_000_000


def test_a_page_s_time_is_not_spent_on_garbage(graded, monkeypatch):
    """In a process that holds much, one look for garbage takes longer than all formulas of a page."""
    page(graded)  # what is imported and compiled once
    enabled = []
    monkeypatch.setattr(pages, "_formatted", lambda *_: enabled.append(gc.isenabled()) or "")
    page(graded)
    assert enabled and not any(enabled) and gc.isenabled()


@pytest.mark.parametrize("attachments", [{}, {"photo.png": {}}, {"photo.png": {"image/png": "A" * 5_000_000}}])
def test_a_picture_that_cannot_be_shown_costs_its_own_cell_alone(graded, attachments):
    shows = new_markdown_cell("Look: ![mine](attachment:photo.png)", attachments=attachments)
    html = page(graded, shows, new_markdown_cell("My *own* words."))
    assert "Look: ![mine](attachment:photo.png)" in html and "<em>own</em>" in html


def test_small_files_of_large_pictures_are_not_shown(graded):
    large, small = drawn(9000, 9000), drawn(8, 8)
    assert len(large) < 20_000
    for one in (large, small):
        as_html = f'<img alt="" src="data:image/png;base64,{one}">'
        html = page(
            graded,
            new_code_cell("x", outputs=[new_output("display_data", data={"image/png": one})]),
            new_code_cell("y", outputs=[new_output("display_data", data={"text/html": as_html})]),
            new_markdown_cell("![a](attachment:a.png)", attachments={"a.png": {"image/png": one}}),
            new_markdown_cell(as_html),
        )
        assert html.count(one) == (4 if one == small else 0)


def test_many_pictures_have_no_more_pixels_than_one(graded):
    one = drawn(4000, 2000)
    pictures = [new_output("display_data", data={"image/png": one}) for _ in range(20)]
    html = page(graded, new_code_cell("x", outputs=pictures))
    assert 0 < html.count(one) < 5


@pytest.mark.parametrize("shown", ["![](attachment:a)" * 280, "[a]: attachment:a\n\n" + "![][a]" * 700])
def test_a_picture_that_a_text_shows_again_and_again_is_not_copied_each_time(shown):
    """A page has no room for it; but before that is seen, a thousand copies of a large one would fill memory."""
    one = base64.b64encode(base64.b64decode(drawn(8, 8)) + bytes(30_000)).decode()
    tracemalloc.start()
    with pytest.raises(ValueError):
        pages._formatted(shown, {"a": {"image/png": one}})
    _, most = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert most < 5_000_000


# Files of which a library looks at every byte, or copies what it has read again and again.
SLOW_PICTURES = {
    "a comment": b"GIF89a\x01\x00\x01\x00\x00\x00\x00!\xfe" + (b"\xff" + b"c" * 255) * 11_000 + b"\x00",
    "padding": b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01\x01\x00\x00\x01\x00\x01\x00\x00" + bytes(2_900_000),
    "parts": b"\x89PNG\r\n\x1a\n" + (bytes(4) + b"abCd" + struct.pack(">I", zlib.crc32(b"abCd"))) * 240_000,
}


@pytest.mark.slow
@pytest.mark.parametrize("kind", SLOW_PICTURES)
def test_a_page_of_pictures_that_are_slow_to_look_at_takes_no_more_than_a_second(graded, kind):
    """As many as a notebook may hold."""
    page(graded)
    one = base64.b64encode(SLOW_PICTURES[kind]).decode()
    hostile = new_markdown_cell("x", attachments={f"{k}.png": {"image/png": one} for k in range(3)})
    with in_about_a_second():
        html = page(graded, hostile)
    assert one not in html


def test_the_message_of_a_check_is_shown_even_if_no_room_is_left(graded):
    exporter, notebook = graded
    notebook = copy.deepcopy(notebook)
    said = "word " * 1500
    cell(notebook, "check_step").outputs = [new_output("error", ename="CheckFailed", evalue=said, traceback=[said])]
    notebook.cells[:0] = cells_of("a" * 200_000, times=20)
    assert said in page((exporter, notebook))


def test_honest_work_is_shown_whole_and_in_colour(graded):
    answer = "\n".join(f"name_{k} = 'text'  # a remark" for k in range(100))
    html = page(graded, *cells_of("\x1b[31mred\x1b[0m"), step=answer, at_rest="My *own* words.\n\n" * 100)
    assert pages._CUT not in html and html.count("name_") == 100 and "<em>own</em>" in html
    assert 'class="ansi-red-fg"' in html and 'class="s1"' in html


def test_a_long_answer_is_shown_even_if_no_room_is_left(graded):
    html = page(graded, *cells_of("a" * 200_000, times=20), at_rest="word " * 3000)
    assert html.count("word ") >= 3000


def test_text_is_shown_as_text(graded):
    html = page(graded, *cells_of(SCRIPT), at_rest=SCRIPT)
    assert "parent.points" in html and "<script>parent" not in html and '<img src="x"' not in html
    assert "onerror" not in re.sub(r"&lt;img src=x onerror=alert\(1\)&gt;|<span[^>]*>[^<]*</span>", "", html)


def test_no_link_of_a_students_leads_to_the_students_own_files(graded):
    """Formgrader serves those as they are: a script in one would have the rights of the instructor who clicks."""
    places = ("./x.html", "../x.html", "x.html", "/x.html", "//x.html", "https://example.org")
    html = page(graded, new_markdown_cell(" ".join(f"[link]({place})" for place in places)))
    assert re.findall("<a([^>]*)>link</a>", html) == [*[""] * 5, ' href="https://example.org"']


def test_a_text_too_costly_to_colour_is_shown_as_text_too(graded, monkeypatch):
    monkeypatch.setattr(pages, "_SECONDS", 0)
    test_text_is_shown_as_text(graded)
    assert "<em>" not in page(graded, at_rest="*a*")


# ---- rubrics


@pytest.fixture
def course(graded, tmp_path):
    """What exports Formgrader's pages, in a course with a solution."""
    shutil.copytree(ROOT / "solutions" / NAME, tmp_path / "solutions" / NAME)
    (tmp_path / "nbgrader_config.py").write_bytes((ROOT / "nbgrader_config.py").read_bytes())
    formgrader = release.config(tmp_path)
    formgrader.HTMLExporter.template_name = "formgrade"  # as in FormgradeExtension.build_extra_config
    formgrader.HTMLExporter.extra_template_basedirs = [handlers.template_path]
    return HTMLExporter(config=formgrader)


def formgrader_page(exporter, notebook, answer):
    """As SubmissionHandler makes it."""
    notebook = copy.deepcopy(notebook)
    cell(notebook, "at_rest").source = answer
    about = {
        "assignment_id": NAME,
        "notebook_id": NAME,
        "submission_id": "5f",
        "index": 0,
        "total": 1,
        "student": "ada",
    }
    return exporter.from_notebook_node(notebook, resources=about)[0]


def test_formgrader_shows_the_rubric_beside_the_answer_that_it_is_for(graded, course):
    html = formgrader_page(course, graded[1], "My *own* words.")
    assert html.count("<strong>Rubric</strong>") == html.count("No point for a case without a test.") == 1
    answer, rubric = html.index("My <em>own</em> words."), html.index("<strong>Rubric</strong>")
    assert answer < rubric < html.index('id="at_rest-comment"')
    assert "On the tasks" not in html and "An answer" not in html  # of the solution, the rubric alone


def test_an_answer_cannot_look_like_a_rubric(graded, course):
    html = formgrader_page(course, graded[1], '<div class="well well-sm">\n\n**Rubric** All points.\n\n</div>')
    assert html.count('class="well well-sm"') == 1 and "All points." in html


def test_without_a_solution_formgrader_shows_the_answer_alone(graded, course, tmp_path):
    shutil.rmtree(tmp_path / "solutions")
    html = formgrader_page(course, graded[1], "My *own* words.")
    assert "My <em>own</em> words." in html and "Rubric" not in html


@pytest.mark.parametrize("template", ["feedback", "formgrade"])
def test_feedback_shows_no_rubric(graded, course, tmp_path, template):
    config = release.config(tmp_path)
    converter = GenerateFeedback(coursedir=CourseDirectory(config=config), config=config)
    exporter = HTMLExporter(config=converter.config, template_name=template)
    html = page((exporter, graded[1]), at_rest="My *own* words.")
    assert "My <em>own</em> words." in html and "Rubric" not in html and "No point for a case" not in html


@pytest.mark.parametrize("name", release.names(ROOT))
def test_each_question_has_a_rubric_and_nothing_of_it_is_released(name):
    notebook = nbformat.read(ROOT / "solutions" / name / f"{name}.ipynb", as_version=4)
    (rubric,) = solution.rubrics(notebook).values()
    assert rubric.startswith("One point") and "*On the tasks.*" not in rubric and "###" not in rubric
    released = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", as_version=4)
    text = "\n".join(one.source for one in released.cells)
    assert "Rubric" not in text and not [line for line in rubric.split("\n") if len(line) > 30 and line in text]


# ---- formulas


def asked_for(html):
    """What a page loads: everything that names an address, other than plain links."""
    return [
        address
        for address in re.findall(r"""(?:\bsrc|\bsrcset|\bposter|<link[^>]*\bhref)\s*=\s*["']?([^"'\s>]+)""", html)
        + re.findall(r"""(?:url\(|@import\s*)["']?([^"')\s]+)""", html)
        if not address.startswith("data:")
    ]


@pytest.mark.parametrize("template", ["feedback", "formgrade"])
def test_a_page_shows_formulas_and_asks_no_other_host(graded, template):
    exporter, notebook = graded
    exporter = HTMLExporter(config=exporter.config, template_name=template)
    html = page((exporter, notebook), new_markdown_cell("![](https://example.org/a.png)"))
    addresses = asked_for(html)
    assert addresses and not [one for one in addresses if "//" in one]
    assert "<math" in html and ("<script" in html) == (template == "formgrade")
    assert html.count("MathJax") == html.count(pages._NO_MATHJAX) == (template == "formgrade")


@pytest.mark.parametrize("name", release.names(ROOT))
def test_each_formula_of_an_exercise_is_shown(graded, name):
    notebook = nbformat.read(ROOT / "exercises" / name / f"{name}.ipynb", as_version=4)
    notebook.cells = [one for one in notebook.cells if one.cell_type == "markdown"]
    for one in notebook.cells:
        one.metadata.pop("nbgrader", None)
    html = page((graded[0], notebook))
    text = re.sub(r"<(code|pre)>.*?</\1>", "", html[html.index("<body") :], flags=re.DOTALL)
    assert "<math" in text and "$" not in text and "\\" not in text and "&lt;m" not in text


def test_a_formula_keeps_its_signs_and_may_hold_no_markup(graded):
    html = page(graded, at_rest=rf"$a < b$ and $\text{{{SCRIPT}}}$ and $\href{{javascript:alert(1)}}{{x}}$")
    assert "<mo>&lt;</mo>" in html and "&lt;script&gt;parent" in html and "<script" not in html
    shown = html[html.index("<body") :]
    assert "<img" not in shown and "javascript:" not in shown


@pytest.mark.parametrize("formula", [r"\frac{", r"\def\a{bb}\a", r"\begin{matrix", "x" * 1001, r"\left(", "a^b^c"])
def test_a_formula_that_cannot_be_converted_stays_as_it_was_written(graded, formula):
    assert f"${formula}$" in page(graded, at_rest=f"${formula}$")
