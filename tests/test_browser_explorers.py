"""The lessons' explorers in the browser: turned by keyboard and by mouse they show what NumPy computes for that state.

What is expected comes from `descent.descend` and `data.batches`, on the arguments that stand in the lesson's cell; what
is shown is read from the marks drawn. Each explorer is kept as a picture, in both themes, in build/screenshots/.
"""

import inspect
import json
import re
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import NamedTuple

import nbformat
import numpy as np
import pytest
from nbconvert import HTMLExporter
from nbformat.sign import NotebookNotary

import browser
from explorer_cells import explorer_cells
from helpers import data, descent, explorer, functions, layout

ROOT = Path(__file__).parents[1]
SCREENSHOTS = ROOT / "build" / "screenshots"
NOTEBOOK = "notebooks/explorers.ipynb"
pytestmark = [pytest.mark.slow, pytest.mark.browser]


CELLS = explorer_cells(ROOT / "notebooks")


@pytest.fixture(scope="module")
def notebook(lab):
    """All explorers of the lessons one beneath the other in a notebook, alive."""
    sources = [source for cell in CELLS for source in (cell.needed, cell.source)]
    browser.write_notebook(lab.folder / NOTEBOOK, sources)
    with lab.opened(NOTEBOOK) as notebook:
        notebook.run()
        assert notebook.widgets() == len(CELLS)
        yield notebook


# Every second one daily; on the site all are turned daily.
@pytest.fixture(
    params=[pytest.param(cell, marks=pytest.mark.long if k % 2 else [], id=str(cell)) for k, cell in enumerate(CELLS)]
)
def shown(notebook, request):
    card = notebook.panel.locator(".downhill").nth(request.param.place)
    card.scroll_into_view_if_needed()
    yield Shown(card, request.param)
    assert notebook.errors_sent() == []
    assert notebook.lab.complaints() == []


# ---- what is shown


class Shown:
    """An explorer in the page."""

    def __init__(self, card, cell):
        self.card, self.page, self.cell = card, card.page, cell
        self.kind, self.arguments = call_in(cell)

    @property
    def state(self):
        return json.loads(self.card.get_attribute("data-state"))

    @property
    def dials(self):
        """The dials' inputs by name; `step` is apart."""
        dials = self.card.locator(".dh-dials .dh-dial").all()
        return {dial.get_attribute("data-dial"): dial.locator("input") for dial in dials}

    @property
    def step(self):
        return self.card.locator('.dh-dial[data-dial="step"] input')

    def button(self, name):
        return self.card.locator(f'button[data-do="{name}"]')

    @property
    def pictures(self):
        """The panels on which a start can be picked."""
        return self.card.locator("svg.dh-pick").all()

    def drag(self, thing, way):
        """Press the mouse on a thing at the first place of the way, (x, y) in parts of its size, and draw it along."""
        thing.scroll_into_view_if_needed()
        box = thing.bounding_box()
        places = [(box["x"] + x * box["width"], box["y"] + y * box["height"]) for x, y in way]
        self.page.mouse.move(*places[0])
        self.page.mouse.down()
        for place in places[1:]:
            self.page.mouse.move(*place, steps=4)
        self.page.mouse.up()

    def drawn(self):
        """{panel: Drawn}, read from the page."""
        return {name: Drawn(**panel) for name, panel in self.card.evaluate(READ).items()}

    def assert_right(self):
        """Every mark stands where NumPy's numbers for this state belong, and the state is what the dials say."""
        state = self.state
        assert {name: int(dial.input_value()) for name, dial in self.dials.items()} | {"step": state["step"]} == state
        assert self.card.locator(".dh-says").inner_text()  # never a silent picture
        expected = EXPECTED[self.kind](self.arguments, state)
        drawn = self.drawn()
        assert set(drawn) == set(expected)
        for panel, series in expected.items():
            assert set(drawn[panel].paths) | set(drawn[panel].segments) == set(series)
            for name, points in series.items():
                points = np.asarray(points, dtype=np.float64)
                if name in drawn[panel].segments:
                    assert_near(drawn[panel].segments[name], drawn[panel].pixels(points), drawn[panel])
                    continue
                step = min(state["step"], len(points) - 1)
                assert_near(drawn[panel].paths[name], drawn[panel].pixels(points[: step + 1]), drawn[panel])
                if np.abs(points[step]).max() < 1e30 and not rounding(points[step], points):
                    np.testing.assert_allclose(drawn[panel].now[name], points[step], rtol=1e-5, atol=1e-9)


READ = """card => Object.fromEntries([...card.querySelectorAll('.dh-panel')].map(panel => {
  const svg = panel.querySelector('svg');
  const points = path => [...path.getAttribute('d').matchAll(/[ML](-?[\\d.]+),(-?[\\d.]+)/g)].map(m => [+m[1], +m[2]]);
  const all = kind => [...svg.querySelectorAll(`.dh-marks g:not([visibility="hidden"]) > ${kind}`)];
  const named = (kind, read) => Object.fromEntries(all(kind).map(mark => [mark.dataset.series, read(mark)]));
  return [panel.dataset.panel, {
    frame: JSON.parse(svg.dataset.frame), x: JSON.parse(svg.dataset.x), y: JSON.parse(svg.dataset.y),
    paths: named('.dh-path', points), segments: named('.dh-segment', points),
    now: named('.dh-now', mark => [+mark.dataset.x, +mark.dataset.y]),
  }];
}))"""


class Drawn(NamedTuple):
    """A panel's marks in pixels, by series; its frame, and its axes as [from, to, scale]."""

    frame: dict
    x: list
    y: list
    paths: dict
    segments: dict
    now: dict

    def pixels(self, points):
        """Where the points (x, y) belong; those that no axis can show are left out."""
        points = np.asarray(points, dtype=np.float64)
        across = along(self.x, points[:, 0], self.frame["left"], self.frame["right"])
        up = along(self.y, points[:, 1], self.frame["bottom"], self.frame["top"])
        pixels = np.column_stack([across, up])
        return pixels[~np.isnan(pixels).any(axis=1)]


def along(axis, values, begin, end):
    low, high, scale = axis
    change = np.log10 if scale == "log" else np.asarray
    with np.errstate(divide="ignore", invalid="ignore"):
        return begin + (change(values) - change(low)) / (change(high) - change(low)) * (end - begin)


def assert_near(drawn, expected, panel):
    """The same to a twentieth of a pixel; of points outside the frame, only that they are outside."""
    low = np.array([panel.frame["left"], panel.frame["top"]]) - 20
    high = np.array([panel.frame["right"], panel.frame["bottom"]]) + 20
    np.testing.assert_allclose(np.clip(drawn, low, high), np.clip(expected, low, high), atol=0.05)


def rounding(point, points):
    """Whether a coordinate is so near to 0 that its digits depend on the order of the sums."""
    return (np.abs(point) < 1e-9 * np.abs(points).max(axis=0)).any()


# ---- what is expected: {panel: {series: points}} for a state, the whole path


def call_in(cell):
    """Which explorer the cell makes, and of what: the builder's name and its arguments."""
    calls = []

    def recorder(name):
        def record(*positional, **named):
            bound = inspect.signature(getattr(explorer, name)).bind(*positional, **named)
            bound.apply_defaults()
            calls.append((name, bound.arguments))

        return record

    space = {}
    exec(cell.needed, space)
    space["explorer"] = SimpleNamespace(**{name: recorder(name) for name in EXPECTED})
    exec(cell.source, space)
    (call,) = calls
    return call


def curve(given, state):
    lr, start = given["rates"][state["rate"]], given["starts"][state["start"]]
    run = descent.descend(given["function"], start, given["rule"](lr), given["steps"])
    return {"curve": {"descent": join(run.path, run.costs)}, "cost": {"descent": over_steps(run.costs)}}


def contour(given, state):
    function = given["function"]
    if isinstance(function, dict):
        function = list(function.values())[state.get("cost", 0)]
    grid = [np.linspace(low, high, given["starts"] + 2)[1:-1] for low, high in function.domain]
    start = [grid[0][state["start_1"]], grid[1][state["start_2"]]]
    expected = {"contour": {}, "cost": {}}
    for make in [given["rule"]] if callable(given["rule"]) else given["rule"]:
        constants = [given["rates"][state["rate"]]]
        if given["betas"] is not None and "beta" in inspect.signature(make).parameters:
            constants.append(given["betas"][state["momentum"]])
        rule = make(*constants)
        run = descent.descend(function, start, rule, given["steps"])
        lowest = 0.0 if function.minima is None else function.value(function.minima).min()
        expected["contour"][rule.name] = run.path
        expected["cost"][rule.name] = over_steps(run.costs - lowest)
    return expected


def line(given, state):
    x, y = np.asarray(given["x"]), np.asarray(given["y"])
    w, b = given["start"]
    z, mean, std = data.standardise(x)
    if state["data"] == 1:  # the same line for z, since w x + b = (w std) z + (b + w mean)
        cost, start = functions.mean_squared_error(z, y), [w * std, b + w * mean]
    else:
        cost, start = functions.mean_squared_error(x, y), [w, b]
    lr = given["shares"][state["rate"]] * 2 / cost.curvature
    run = descent.descend(cost, start, explorer.rules.gradient_descent(lr), given["steps"])
    w, b = run.path[min(state["step"], run.steps)]
    if state["data"] == 1:
        w, b = w / std, b - w * mean / std
    segment = [(end, w * end + b) for end in (x.min(), x.max())]
    return {
        "data": {"descent": segment},
        "contour": {"descent": run.path},
        "cost": {"descent": over_steps(run.costs)},
    }


def batches(given, state):
    x, y = np.asarray(given["x"]), np.asarray(given["y"])
    size, lr = given["sizes"][state["batch"]], given["rates"][state["rate"]]
    rng = np.random.default_rng(state["shuffle"])
    w, b = given["start"]
    rows = [(0.0, w, b)]
    for epoch in range(given["epochs"]):
        seen = 0
        for batch in data.batches(len(x), size, rng):
            residual = w * x[batch] + b - y[batch]
            w, b = w - lr * 2 * np.mean(residual * x[batch]), b - lr * 2 * np.mean(residual)
            seen += len(batch)
            rows.append((epoch + seen / len(x), w, b))
    t, w, b = np.array(rows).T
    least = np.polyfit(x, y, 1)
    above = np.mean((np.outer(w, x) + b[:, None] - y) ** 2, axis=1) - np.mean((np.polyval(least, x) - y) ** 2)
    fine = np.cumprod(above < 1e8 * np.mean(y**2)).astype(bool)  # where it diverges, the path ends early
    return {"contour": {"descent": join(w, b)[fine]}, "cost": {"descent": join(t, above)[fine]}}


def join(*columns):
    return np.column_stack(columns)


def over_steps(costs):
    return join(np.arange(len(costs)), costs)


EXPECTED = {"curve": curve, "contour": contour, "line": line, "batches": batches}


# ---- the tests


# The contrast of every text with what it stands on, as WCAG 2.2 defines it (1.4.3), and which texts have too little.
CONTRAST = """card => {
  const number = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = colour => colour.slice(0, 3).map(c => c / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const behind = one => {
    for (; one; one = one.parentElement) {
      const colour = number(getComputedStyle(one).backgroundColor);
      if (colour.length < 4 || colour[3] === 1) return colour;
    }
  };
  const texts = [...card.querySelectorAll('label, output, button, li, p, text')].filter(one => one.textContent.trim());
  return texts.map(one => {
    const style = getComputedStyle(one);
    const [dark, light] = [number(one.closest('svg') ? style.fill : style.color), behind(one)].map(luminance)
      .sort((a, b) => a - b);
    return [(light + 0.05) / (dark + 0.05), one.textContent];
  }).filter(([contrast]) => contrast < 4.5);
}"""


# The contrast of every line and marker of a path with its card, for which WCAG asks 3 (1.4.11), and which have less.
LINES = """card => {
  const number = text => text.match(/[\\d.]+/g).map(Number);
  const luminance = colour => colour.slice(0, 3).map(c => c / 255)
    .map(c => (c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4))
    .reduce((sum, c, k) => sum + c * [0.2126, 0.7152, 0.0722][k], 0);
  const paper = luminance(number(getComputedStyle(card).backgroundColor));
  return [...card.querySelectorAll('.dh-marks path, .dh-legend path, .dh-axes path[stroke*="ink"]')]
    .flatMap(one => [getComputedStyle(one).stroke, getComputedStyle(one).fill]).filter(colour => colour !== 'none')
    .map(colour => [luminance(number(colour)), colour])
    .map(([ink, colour]) => [(Math.max(ink, paper) + 0.05) / (Math.min(ink, paper) + 0.05), colour])
    .filter(([contrast]) => contrast < 3);
}"""


@pytest.mark.long
def test_they_are_readable_in_both_themes(notebook, lab):
    before = lab.page.viewport_size
    lab.page.set_viewport_size({"width": 1000, "height": 1400})  # in which the largest is whole
    for theme in ["Dark", "Light"]:
        lab.theme(theme)
        for cell, card in zip(CELLS, notebook.panel.locator(".downhill").all(), strict=True):
            assert card.evaluate(CONTRAST) == []
            assert card.evaluate(LINES) == []
            card.screenshot(path=SCREENSHOTS / f"explorer_{cell}_{theme.lower()}.png")
    lab.page.set_viewport_size(before)


def test_shows_what_numpy_computes_when_it_is_opened(shown):
    assert shown.state["step"] > 0  # the whole path
    shown.assert_right()


def test_its_dials_are_turned_by_keyboard(shown):
    for name, dial in shown.dials.items():
        last = int(dial.get_attribute("max"))
        dial.focus()
        for key, place in [("End", last), ("ArrowLeft", last - 1), ("Home", 0), ("ArrowRight", 1), ("ArrowUp", 2)]:
            shown.page.keyboard.press(key)
            assert shown.state[name] == max(0, min(place, last))
            shown.assert_right()


def test_its_dials_are_turned_by_mouse(shown):
    for name, dial in shown.dials.items():
        last = int(dial.get_attribute("max"))
        for way, place in [([(0.5, 0.5), (1.1, 0.5)], last), ([(0.97, 0.5), (-0.1, 0.5)], 0)]:
            shown.drag(dial, way)
            assert shown.state[name] == place
            shown.assert_right()


def nearest(panel, positions, place, axis):
    """The position whose pixel is nearest to this one."""
    ends = ("left", "right") if axis == "x" else ("bottom", "top")
    pixels = along(getattr(panel, axis), np.asarray(positions), *(panel.frame[end] for end in ends))
    return int(np.argmin(np.abs(pixels - place)))


def starts_of(shown):
    """{dial: (its positions, axis)} of what a click picks."""
    if shown.kind == "curve":
        return {"start": (shown.arguments["starts"], "x")}
    function = shown.arguments["function"]
    domain = (next(iter(function.values())) if isinstance(function, dict) else function).domain
    grid = [np.linspace(low, high, shown.arguments["starts"] + 2)[1:-1] for low, high in domain]
    return {"start_1": (grid[0], "x"), "start_2": (grid[1], "y")}


def test_a_start_is_picked_by_mouse(shown):
    for picture in shown.pictures:
        box = picture.bounding_box()
        for way in [[(0.4, 0.3)], [(0.5, 0.5), (0.8, 0.6)], [(0.5, 0.5), (0.25, 0.2), (0.55, 0.7)]]:
            shown.drag(picture, way)
            panel = shown.drawn()[shown.kind]
            place = {"x": way[-1][0] * box["width"], "y": way[-1][1] * box["height"]}
            for dial, (positions, axis) in starts_of(shown).items():
                assert shown.state[dial] == nearest(panel, positions, place[axis], axis)
            shown.assert_right()


def test_a_start_is_picked_by_keyboard(shown):
    for picture in shown.pictures:
        shown.drag(picture, [(0.5, 0.5)])
        picture.focus()
        keys = {"x": ("ArrowRight", "ArrowLeft"), "y": ("ArrowUp", "ArrowDown")}
        for dial, (_, axis) in starts_of(shown).items():
            before = shown.state[dial]
            for key, way in zip(keys[axis] * 2, (1, 0, 1, 0), strict=True):
                shown.page.keyboard.press(key)
                assert shown.state[dial] == before + way
                shown.assert_right()


def test_it_goes_step_by_step_by_mouse_and_by_keyboard(shown):
    shown.step.focus()
    shown.page.keyboard.press("End")
    last = shown.state["step"]
    for name, step in [("forward", 0), ("forward", 1), ("back", 0), ("back", 0)]:
        shown.button(name).click()
        assert shown.state["step"] == step
        shown.assert_right()
    shown.button("forward").focus()
    for key in ["Enter", "Space"]:
        shown.page.keyboard.press(key)
    assert shown.state["step"] == min(2, last)
    shown.assert_right()
    shown.step.focus()
    shown.page.keyboard.press("ArrowRight")
    assert shown.state["step"] == min(3, last)
    shown.drag(shown.step, [(0.5, 0.5), (1.1, 0.5)])
    assert shown.state["step"] == last


def test_it_plays_pauses_and_comes_to_its_end(shown):
    shown.step.focus()
    shown.page.keyboard.press("Home")
    shown.button("play").click()
    assert shown.button("play").inner_text() == "Pause"
    shown.page.wait_for_function("card => JSON.parse(card.dataset.state).step > 0", arg=shown.card.element_handle())
    shown.button("play").focus()
    shown.page.keyboard.press("Enter")
    assert shown.button("play").inner_text() == "Play"
    paused = shown.state["step"]
    shown.page.wait_for_timeout(400)
    assert shown.state["step"] == paused
    shown.assert_right()
    shown.step.focus()
    for key in ["End", "ArrowLeft", "ArrowLeft"]:
        shown.page.keyboard.press(key)
    last = int(shown.step.get_attribute("max"))
    assert shown.state["step"] == max(0, last - 2)
    shown.button("play").click()
    shown.page.wait_for_function(
        "([card, last]) => JSON.parse(card.dataset.state).step === last", arg=[shown.card.element_handle(), last]
    )
    shown.assert_right()
    assert shown.button("play").inner_text() == "Play"


CUT = """card => {
  const outside = (inner, outer) => inner.left < outer.left - 0.5 || inner.right > outer.right + 0.5 ||
    inner.top < outer.top - 0.5 || inner.bottom > outer.bottom + 0.5;
  const box = element => element.getBoundingClientRect();
  const labels = [...card.querySelectorAll('svg text')].map(text => [text, text.closest('svg')]);
  const words = [...card.querySelectorAll('label, button, li, p, output, figure')].map(one => [one, card]);
  return [...labels, ...words].filter(([inner, outer]) => box(inner).width && outside(box(inner), box(outer)))
    .concat([...card.querySelectorAll('label, button, li, p')].filter(one => one.scrollWidth > one.clientWidth + 1)
      .map(one => [one])).map(([one]) => one.textContent);
}"""


def test_no_label_is_cut_in_a_window_of_800_pixels(shown, notebook):
    before = shown.page.viewport_size
    shown.page.set_viewport_size({"width": 800, "height": 800})
    try:
        shown.card.scroll_into_view_if_needed()
        shown.page.wait_for_timeout(100)
        assert shown.card.evaluate(CUT) == []
        box, cell = shown.card.bounding_box(), notebook.panel.bounding_box()
        assert box["x"] + box["width"] <= cell["x"] + cell["width"]
        shown.assert_right()
    finally:
        shown.page.set_viewport_size(before)


# ---- without a kernel

LESSONS = sorted({f"{layout.OUTPUTS}/{cell.lesson}.ipynb" for cell in CELLS})


def twins(lab, path):
    """The alt texts of the pictures that stand in the explorers' places."""
    cells = nbformat.read(lab.folder / path, as_version=4).cells
    sources = {cell.source for cell in CELLS}
    outputs = [output for cell in cells if cell.source in sources for output in cell.outputs]
    return [unescape(re.match(r'<img alt="(.*?)"', output.data["text/html"])[1]) for output in outputs]


SHOWN_DAILY = pytest.mark.parametrize(
    "path",
    [pytest.param(path, marks=pytest.mark.long if k else [], id=Path(path).stem) for k, path in enumerate(LESSONS)],
)


@SHOWN_DAILY
def test_without_a_kernel_a_trusted_lesson_shows_a_picture_in_its_place(lab, path):
    NotebookNotary(data_dir=str(lab.data)).sign(nbformat.read(lab.folder / path, as_version=4))
    with lab.opened(path, kernel=False) as notebook:
        pictures = notebook.pictures()
        assert all(cell["metadata"]["trusted"] for cell in notebook.cells() if cell["cell_type"] == "code")
        assert set(twins(lab, path)) <= set(pictures)
        assert notebook.widgets() == 0


@SHOWN_DAILY
def test_a_lesson_turned_into_html_shows_a_picture_in_its_place(lab, path):
    html, _ = HTMLExporter(mathjax_url="", require_js_url="").from_filename(str(lab.folder / path))
    with lab.page.context.new_page() as page:
        page.set_content(html)
        drawn = page.evaluate("() => [...document.images].filter(i => i.naturalWidth).map(i => i.alt)")
    assert set(twins(lab, path)) <= set(drawn)
