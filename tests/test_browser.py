"""The course in JupyterLab in a browser: every lesson and every exercise opens, runs, and looks as it should.

Every day each lesson is opened with its outputs, which nbval compares with those of a run, and two lessons and two
exercises are run here too; the others are run here with the long tests. The whole of each page that is run is kept as
a picture in build/screenshots/, for looking at.
"""

import json
import re
from html import unescape
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest
from conftest import demand_browser
from nbformat.sign import NotebookNotary

import browser
from helpers import layout

ROOT = Path(__file__).parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
LESSONS = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("notebooks/*.ipynb"))
EXERCISES = sorted(path.relative_to(ROOT).as_posix() for path in ROOT.glob("exercises/*/*.ipynb"))

DAILY = ("01_update_rule",)

pytestmark = [pytest.mark.slow, pytest.mark.browser]


def run_daily_or_long(paths):
    """The paths as parameters, those of DAILY for every day and the others for the long tests."""
    return [pytest.param(path, marks=[] if Path(path).stem in DAILY else pytest.mark.long) for path in paths]


class Seen(NamedTuple):
    """What there was to see of a notebook that was run from top to bottom."""

    stored: list  # its cells, as they are in the course
    before: list[dict]  # its cells before the run
    ran: list[str]  # the alt texts in the page afterwards
    cells: list[dict]  # its cells after the run
    widgets: int  # how many are in the page, drawn
    errors_sent: list[str]  # by the kernel, to whatever asked for it
    complaints: list[str]  # of the browser and of the server
    notebook: browser.Notebook  # still open


def seen(lab, path):
    """Open the notebook and run it."""
    with lab.opened(path) as notebook:
        before = notebook.cells()
        notebook.run()
        ran, widgets = notebook.pictures(), notebook.widgets()
        notebook.screenshot(SCREENSHOTS / f"{path.partition('/')[0]}_{Path(path).stem}.png")
        stored = nbformat.read(ROOT / path, as_version=4).cells
        said = notebook.errors_sent(), lab.complaints()
        yield Seen(stored, before, ran, notebook.cells(), widgets, *said, notebook)


@pytest.fixture(scope="module", params=run_daily_or_long(LESSONS), ids=lambda path: Path(path).stem)
def lesson(lab, request):
    yield from seen(lab, request.param)


@pytest.fixture(scope="module", params=run_daily_or_long(EXERCISES), ids=lambda path: Path(path).stem)
def exercise(lab, request):
    yield from seen(lab, request.param)


def outputs(cells, kind):
    """(cell, output) for all outputs of a kind: "error", "stream", "display_data" …"""
    return [(cell, o) for cell in cells for o in cell.get("outputs", []) if o["output_type"] == kind]


def alt_texts(cells):
    """Of all pictures that stand in the cells' outputs."""
    pages = [
        "".join(output.get("data", {}).get("text/html", "")) for cell in cells for output in cell.get("outputs", [])
    ]
    return [unescape(alt) for page in pages for alt in re.findall(r'<img alt="(.*?)"', page)]


class TestLesson:
    def test_shows_no_answer_before_it_is_run(self, lesson):
        assert [cell["outputs"] for cell in lesson.before if cell.get("outputs")] == []

    def test_runs_without_an_error_in_a_cell(self, lesson):
        assert [
            f"{output['ename']}: {output['evalue']}"
            for cell, output in outputs(lesson.cells, "error")
            if "raises-exception" not in cell["metadata"].get("tags", [])
        ] == []
        assert all(cell["execution_count"] for cell in lesson.cells if cell["cell_type"] == "code")

    def test_runs_without_an_error_in_a_callback(self, lesson):
        shown = [f"{output['ename']}: {output['evalue']}" for _, output in outputs(lesson.cells, "error")]
        assert lesson.errors_sent == shown

    def test_runs_without_a_complaint_of_the_browser_or_the_server(self, lesson):
        assert lesson.complaints == []

    def test_shows_every_picture_with_its_alt_text_when_it_has_run(self, lesson):
        twins = alt_texts([{"outputs": live(lesson.cells)}])
        assert lesson.ran == [alt for alt in alt_texts(lesson.stored) if alt not in twins]

    def test_shows_every_widget_alive_when_it_has_run(self, lesson):
        assert lesson.widgets == len(live(lesson.cells))


def live(cells):
    """The outputs that are widgets."""
    return [o for cell in cells for o in cell.get("outputs", []) if browser.WIDGET in o.get("data", {})]


@pytest.mark.parametrize("trusted", [False, pytest.param(True, marks=pytest.mark.long)], ids=["not trusted", "trusted"])
@pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=[] if k % 5 == 0 else pytest.mark.long) for k, path in enumerate(LESSONS[1:])],
    ids=lambda path: Path(path).stem,
)
def test_a_lesson_with_its_outputs_shows_every_picture_with_its_alt_text(lab, path, trusted):
    own = f"{layout.OUTPUTS}/{Path(path).name}"
    if trusted:
        NotebookNotary(data_dir=str(lab.data)).sign(nbformat.read(lab.folder / own, as_version=4))
    with lab.opened(own, kernel=False) as notebook:
        code = [cell for cell in notebook.cells() if cell["cell_type"] == "code"]
        assert [bool(cell["metadata"].get("trusted")) for cell in code] == [trusted] * len(code)
        shown = notebook.pictures()
        assert shown == alt_texts(nbformat.read(ROOT / path, as_version=4).cells)
        assert all(shown)


class TestExercise:
    def test_says_at_each_check_that_the_task_is_not_done_yet(self, exercise):
        said = [output["evalue"] for cell, output in outputs(exercise.cells, "error")]
        tasks = [cell["source"][len("check(") : -1] for cell in exercise.cells if cell["source"].startswith("check(")]
        assert [sentence.partition(".")[0] for sentence in said] == [f"{task}: not done yet" for task in tasks]

    def test_shows_nothing_else_that_is_red(self, exercise):
        checks = [cell for cell in exercise.cells if cell["source"].startswith("check(")]
        red = "[data-mime-type='application/vnd.jupyter.error'], [data-mime-type='application/vnd.jupyter.stderr']"
        assert exercise.notebook.panel.locator(red).count() == len(checks)
        assert len(exercise.errors_sent) == len(checks)

    def test_runs_without_a_complaint_of_the_browser_or_the_server(self, exercise):
        assert exercise.complaints == []


@pytest.mark.parametrize("path", run_daily_or_long(EXERCISES), ids=lambda path: Path(path).stem)
def test_an_exercise_can_be_read_in_a_narrow_window(lab, path):
    """Its hints show no raw Markdown, and no code has to be scrolled sideways."""
    before = lab.page.viewport_size
    lab.page.set_viewport_size({"width": 800, "height": 768})
    try:
        with lab.opened(path, kernel=False) as notebook:
            notebook.panel.locator("details").first.wait_for()
            texts = notebook.page.evaluate("""() => {
              course.panel.node.querySelectorAll('details').forEach(one => { one.open = true; });
              return [...course.panel.node.querySelectorAll('.jp-RenderedMarkdown')].map(one => one.innerText);
            }""")
            assert [text for text in texts if "`" in text] == []
            wide = notebook.page.evaluate("""() => [...course.panel.node.querySelectorAll('.cm-scroller')]
              .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText)""")
            assert wide == []
    finally:
        lab.page.set_viewport_size(before)


def test_the_tab_of_an_exercise_says_that_it_is_one(lab):
    tabs = lab.page.locator("#jp-main-dock-panel .lm-TabBar-tabLabel")
    before = "e => [e.textContent, getComputedStyle(e, '::before').content]"
    seen = {}
    for folder in ("notebooks", "exercises/01_update_rule", "with_outputs"):
        with lab.opened(f"{folder}/01_update_rule.ipynb", kernel=False):
            seen[folder] = tabs.last.evaluate(before)
    name = "01_update_rule.ipynb"
    assert [*seen.values()] == [[name, "none"], [name, '"Exercise · "'], [name, '"To read · "']]


def test_the_file_browser_shows_nothing_that_is_not_for_a_student(lab):
    (lab.folder / "done.json").touch()
    lab.page.evaluate("() => window.jupyterapp.commands.execute('filebrowser:go-to-path', {path: ''})")
    lab.page.evaluate("() => window.jupyterapp.commands.execute('filebrowser:refresh')")
    lab.page.wait_for_selector(".jp-DirListing-item")
    assert sorted(lab.page.locator(".jp-DirListing-item .jp-DirListing-itemText").all_inner_texts()) == [
        "exercises", "notebooks", "with_outputs",
    ]  # fmt: skip


class TestCheck:
    """One task done rightly and wrongly, by hand, as a student would."""

    @pytest.fixture(scope="class")
    def say(self, lab):
        """Write an answer to the first task of exercise 1, run all, and read what stands under its check."""
        with lab.opened("exercises/01_update_rule/01_update_rule.ipynb") as notebook:
            sources = [cell["source"] for cell in notebook.cells()]
            place = next(k for k, source in enumerate(sources) if source.startswith("def step("))

            def say(answer):
                notebook.write(place, f"def step(theta, gradient, lr):\n    return {answer}")
                notebook.run()
                return notebook.panel.locator(".jp-Cell").nth(place + 1).locator(".jp-OutputArea").inner_text().strip()

            yield say

    def test_of_a_right_answer_says_that_it_passed(self, say):
        assert say("theta - lr * gradient") == "✓ step: visible checks passed (8 cases)"

    def test_of_a_wrong_answer_says_what_is_wrong(self, say):
        said = say("theta + lr * gradient")
        assert said.startswith("step: Your step goes uphill")
        assert "Traceback" not in said


class TestGuess:
    """A guess, made by keyboard and by mouse, compared, and kept in work/ alone."""

    @pytest.fixture(scope="class")
    def notebook(self, lab):
        sources = [
            "from helpers import course_map, predict",
            "guess = predict.number('Where do ten steps end?')",
            "guess.compare(0.3221)",
            "other = predict.choice('Which rate ends lowest?', ['0.01', '0.1', '1'])",
            "other.compare('0.1')",
        ]
        file = browser.write_notebook(lab.folder / "notebooks" / "98_guesses.ipynb", sources)
        with lab.opened(f"notebooks/{file.name}") as notebook:
            notebook.run()
            notebook.widgets()
            yield notebook

    def said(self, notebook):
        return [output["text"] for _, output in outputs(notebook.cells(), "stream")]

    def test_none_is_no_error(self, notebook):
        assert self.said(notebook) == [f"No guess was made. The answer: {answer}.\n" for answer in ("0.3221", "0.1")]

    def test_that_is_no_number_is_asked_for_again(self, notebook):
        line = notebook.panel.get_by_label("Your guess")
        line.fill("a lot")
        line.press("Enter")
        assert "Write a number" in notebook.panel.get_by_role("status").first.inner_text()

    def test_is_compared_and_kept(self, notebook):
        line = notebook.panel.get_by_label("Your guess")
        line.fill("0,3")
        line.press("Enter")
        notebook.page.keyboard.press("Shift+Enter")  # the cell below is selected, ready to be run
        notebook.page.wait_for_timeout(300)
        assert self.said(notebook)[0].startswith("You guessed 0,3.")
        notebook.panel.get_by_label("0.1", exact=True).check()
        notebook.panel.get_by_role("button", name="Guess").nth(1).click()
        notebook.page.wait_for_timeout(300)
        notebook.run_cells([4])
        assert self.said(notebook) == [
            "You guessed 0,3. The answer: 0.3221. Close: within 10 %.\n",
            "You guessed 0.1. The answer: 0.1. Right.\n",
        ]
        kept = json.loads((notebook.lab.folder / "done.json").read_text(encoding="utf-8"))["guesses"]["98_guesses"]
        assert [entry["guess"] for entry in kept.values()] == ["0,3", "0.1"]
        assert notebook.errors_sent() == notebook.lab.complaints() == []


class TestTheHarness:
    """What these tests rely on: whatever goes wrong is heard."""

    @pytest.fixture(scope="class")
    def notebook(self, lab):
        sources = [
            "import ipywidgets as w\nbutton = w.Button(description='break')\nbutton.on_click(lambda _: 1 / 0)\nbutton",
            "from IPython.display import Javascript\nJavascript(\"console.error('oh no')\")",
            "Javascript(\"fetch('https://example.org/').catch(() => {})\")",
            "Javascript(\"setTimeout(() => { throw new Error('too late') })\")",
        ]
        file = browser.write_notebook(lab.folder / "trouble.ipynb", sources)
        with lab.opened(file.name) as notebook:
            notebook.run()
            notebook.widgets()
            yield notebook

    def test_hears_an_error_in_a_callback(self, notebook):
        assert notebook.errors_sent() == []
        notebook.panel.get_by_role("button", name="break").click()
        notebook.page.wait_for_function("() => course.errors.length")
        assert notebook.errors_sent() == ["ZeroDivisionError: division by zero"]
        assert outputs(notebook.cells(), "error") == []

    def test_hears_the_console_a_script_and_a_request_to_another_host(self, notebook):
        said = "\n".join(notebook.lab.complaints())
        assert "console: oh no" in said
        assert "page error: too late" in said
        assert "asked another host: https://example.org/" in said


def test_without_a_browser_the_tests_are_left_out_with_a_reason_but_in_ci_they_fail(monkeypatch):
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv("CHROMIUM", raising=False)
    monkeypatch.delenv("CI", raising=False)
    with pytest.raises(pytest.skip.Exception, match="apt install chromium"):
        demand_browser()
    monkeypatch.setenv("CI", "true")
    with pytest.raises(pytest.fail.Exception, match="apt install chromium"):
        demand_browser()
