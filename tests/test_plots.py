"""A figure's summary changes when the picture does and not with rounding noise; a picture is shown with its alt text.

The pictures that are shown are read back with Pillow and as HTML, as a page would.
"""

import base64
import io
import re
from dataclasses import replace
from html.parser import HTMLParser

import IPython.display
import numpy as np
import pytest
from PIL import Image

from helpers import functions, plots

X = np.linspace(0, 4, 41)


@pytest.fixture
def shown(monkeypatch):
    """What is displayed while a test runs: one dictionary of MIME types each."""
    outputs = []
    monkeypatch.setattr(IPython.display, "display", lambda data, raw: outputs.append(data) if raw else None)
    return outputs


class Images(HTMLParser):
    """The <img> elements of a page."""

    def __init__(self, page):
        super().__init__()
        self.found = []
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        assert tag == "img"
        self.found.append(dict(attrs))


def the_image(output):
    """The one <img> of an output: its alt text, the type it claims, and the picture."""
    (image,) = Images(output["text/html"]).found
    kind, data = re.fullmatch(r"data:(image/\w+);base64,(.+)", image["src"]).groups()
    return image["alt"], kind, Image.open(io.BytesIO(base64.b64decode(data)))


# ---- the summary: what changes it --------------------------------------------------------------------------------


def scene(**other):
    """A figure with one of everything. A keyword changes one thing in it."""
    drawn = {
        "line": (X, np.sin(X)),
        "label": "curve",
        "marker": (1.0, 2.0),
        "dots": np.array([[0.5, 0.5], [1.5, 1.0], [2.5, 0.25]]),
        "dot_values": [1.0, 2.0, 3.0],
        "levels": [1.0, 2.0, 4.0],
        "bowl": functions.quadratic([[1.0, 0.0], [0.0, 4.0]]),
        "image": np.arange(12.0).reshape(3, 4),
        "extent": (0.0, 4.0, 0.0, 3.0),
        "bars": [3.0, 1.0, 2.0],
        "band": np.cos(X),
        "arrows": [1.0, 0.5],
        "segments": [0.5, 1.5],
        "limits": (0.0, 4.0),
        "scale": "linear",
        "xlabel": "x",
        "title": "all of it",
        "above": "six pictures",
        "note": ("here", (1.0, 1.0)),
        "arrow_note": ("there", (2.0, 1.0)),
        "legend": True,
    } | other
    fig, axes = plots.figure(rows=2, columns=3)
    a, b, c, d, e, f = axes.flat
    a.plot(*drawn["line"], label=drawn["label"])
    a.plot(*drawn["marker"], "o", label="point")
    a.set(xlabel=drawn["xlabel"], ylabel="y", title=drawn["title"], xlim=drawn["limits"], yscale=drawn["scale"])
    a.text(drawn["note"][1][0], drawn["note"][1][1], drawn["note"][0])
    a.annotate(drawn["arrow_note"][0], drawn["arrow_note"][1])
    if drawn["legend"]:
        a.legend()
    b.scatter(*drawn["dots"].T, c=drawn["dot_values"], label="dots")
    grid = np.stack(np.meshgrid(np.linspace(-3, 3, 41), np.linspace(-3, 3, 41)), axis=-1)
    c.contour(grid[..., 0], grid[..., 1], drawn["bowl"].value(grid), levels=drawn["levels"])
    d.imshow(drawn["image"], extent=drawn["extent"])
    e.bar([0, 1, 2], drawn["bars"])
    e.vlines(drawn["segments"], 0, 1)
    f.fill_between(X, drawn["band"], 2.0)
    f.quiver([0.0, 1.0], [0.0, 1.0], drawn["arrows"], [0.5, 0.5])
    fig.suptitle(drawn["above"])
    return plots.describe(fig)


CHANGES = {
    "a curve drawn from the wrong array": {"line": (X, np.cos(X))},
    "a curve with a changed sign": {"line": (X, -np.sin(X))},
    "a curve with one value changed": {"line": (X, np.sin(X) + 0.3 * (np.arange(41) == 17))},
    "a curve against another x": {"line": (2 * X, np.sin(X))},
    "x and y exchanged": {"line": (np.sin(X), X)},
    "a curve that ends a point early": {"line": (X[:-1], np.sin(X[:-1]))},
    "another label": {"label": "bend"},
    "a moved marker": {"marker": (1.0, 2.01)},
    "a dot moved": {"dots": np.array([[0.5, 0.5], [1.5, 1.1], [2.5, 0.25]])},
    "a dot coloured by another value": {"dot_values": [1.0, 2.5, 3.0]},
    "a contour level": {"levels": [1.0, 2.5, 4.0]},
    "contours of another function": {"bowl": functions.quadratic([[1.0, 0.6], [0.6, 4.0]])},
    "contours of a function turned by 90 degrees": {"bowl": functions.quadratic([[4.0, 0.0], [0.0, 1.0]])},
    "an image's pixel": {"image": np.where(np.arange(12.0) == 5, 5.5, np.arange(12.0)).reshape(3, 4)},
    "an image upside down": {"image": np.arange(12.0).reshape(3, 4)[::-1]},
    "an image's place": {"extent": (0.0, 5.0, 0.0, 3.0)},
    "a bar": {"bars": [3.0, 1.5, 2.0]},
    "bars exchanged": {"bars": [3.0, 2.0, 1.0]},
    "a filled band": {"band": np.cos(X) / 2},
    "a filled band with the same extent": {"band": np.sign(np.cos(X)) * np.abs(np.cos(X)) ** 1.5},
    "an arrow": {"arrows": [1.0, 0.75]},
    "a segment": {"segments": [0.5, 1.25]},
    "the limits of an axis": {"limits": (0.0, 5.0)},
    "a logarithmic axis": {"scale": "symlog"},
    "an axis's label": {"xlabel": "θ"},
    "a title": {"title": "some of it"},
    "the title above all": {"above": "five pictures"},
    "a note's text": {"note": ("where", (1.0, 1.0))},
    "a note's place": {"note": ("here", (1.5, 1.0))},
    "an annotation's text": {"arrow_note": ("then", (2.0, 1.0))},
    "an annotation's place": {"arrow_note": ("there", (2.0, 1.5))},
    "no legend": {"legend": False},
}


@pytest.mark.parametrize("change", CHANGES)
def test_the_summary_changes_with(change):
    assert scene(**CHANGES[change]) != scene()


def test_the_summary_is_the_same_for_the_same_picture():
    assert scene() == scene()


def test_a_curve_is_not_its_mirror_image():
    """Around zero both have the same ends, least, greatest and mean."""
    t = np.linspace(-np.pi, np.pi, 101)
    summaries = set()
    for curve in (np.sin(t), -np.sin(t)):
        fig, ax = plots.figure()
        ax.plot(t, curve)
        summaries.add(plots.describe(fig))
    assert len(summaries) == 2


def test_the_summary_says_in_numbers_what_is_drawn():
    fig, ax = plots.figure()
    ax.plot([0.0, 1.0, 2.0, 4.0], [5.0, -1.0, 0.0, 8.0], label="data")
    ax.plot(2, 3, "o")
    ax.set(xlabel="t", ylabel="J", xlim=(0, 5), ylim=(-2, 10))
    ax.legend()
    assert plots.describe(fig) == (
        "axes '': x 't' [0, 5] linear, y 'J' [-2, 10] linear\n"
        "  line 'data': 4 points, x first 0, last 4, least 0, greatest 4, mean 1.75, of the second half 3, "
        "y first 5, last 8, least -1, greatest 8, mean 3, of the second half 4\n"
        "  line unlabelled: 1 point, x 2, y 3\n"
        "  legend '': ['data']"
    )


def test_bars_are_described_where_they_stand():
    fig, ax = plots.figure()
    ax.bar([1.0], [3.0], width=0.5)
    assert "Rectangle unlabelled: 5 points, x first 0.75, last 0.75, least 0.75, greatest 1.25" in plots.describe(fig)
    assert "y first 0, last 0, least 0, greatest 3" in plots.describe(fig)


def test_what_is_hidden_is_not_described():
    fig, axes = plots.figure(columns=2)
    (line,) = axes[0].plot(X, X, label="hidden")
    line.set_visible(False)
    axes[1].set_title("not there")
    axes[1].set_visible(False)
    assert "hidden" not in plots.describe(fig)
    assert "not there" not in plots.describe(fig)


def test_values_that_are_none_are_counted():
    fig, ax = plots.figure()
    ax.plot([0.0, 1.0, 2.0, 3.0], [1.0, np.nan, 2.0, np.inf])
    assert "y first 1, last inf, least 1, greatest 2, mean 1.5, of the second half 2, 2 not finite" in plots.describe(
        fig
    )


def test_an_empty_line_and_a_line_of_nothing_are_described_too():
    fig, ax = plots.figure()
    ax.plot([], [], label="empty")
    ax.plot([0.0, 1.0], [np.nan, np.nan], label="nothing")
    assert "line 'empty': no points" in plots.describe(fig)
    assert "line 'nothing': 2 points" in plots.describe(fig)
    assert "y no finite values" in plots.describe(fig)


# ---- the summary: what does not change it --------------------------------------------------------------------------


@pytest.mark.parametrize("scale", ["linear", "log"])
@pytest.mark.parametrize("seed", range(20))
def test_noise_of_a_billionth_does_not_change_the_summary(scale, seed):
    """Round numbers, many of which stand exactly between two roundings to 4 digits, and a maximum at a power of ten."""
    values = np.array([2.0005, 1.00025, 0.12345, 10.0, 3.14159, 0.5, 0.0010005, 7.77775, 1.0])
    x = np.linspace(1, 10, len(values))
    noise = 1 + 1e-9 * np.random.default_rng(seed).uniform(-1, 1, size=(2, len(values)))

    def summary(x, y):
        fig, ax = plots.figure()
        for i in range(len(y)):
            ax.plot(x[i], y[i], "o")
        ax.plot(x, y)
        ax.scatter(x, y, c=y)
        ax.fill_between(x, y)
        ax.contour(np.outer(y, x), levels=[1.0005, 10.0, 50.0])
        ax.set(xscale=scale, yscale=scale, xlim=(0.5 * x[0], 10 * x[-1]))
        return plots.describe(fig)

    assert summary(x * noise[0], values * noise[1]) == summary(x, values)


@pytest.mark.parametrize("noise", [-1e-9, 0.0, 1e-9])
def test_a_small_value_is_not_changed_by_noise_of_a_billionth_of_the_largest(noise):
    """2.5 millionths of the largest value are 2.5 units, between 2 and 3: noise must not decide."""
    fig, ax = plots.figure()
    ax.plot([0.0, 1.0], [2.5e-6 + noise, 1.0])
    assert "y first 3e-06, last 1, " in plots.describe(fig)


@pytest.mark.parametrize(("value", "text"), [(2.0005, "2.001"), (1.0025, "1.003"), (7.7775, "7.778")])
def test_a_tie_between_four_digits_is_rounded_up_whatever_the_last_bit_of_the_number(value, text):
    fig, ax = plots.figure()
    ax.plot([1.0], [value], "o")
    assert f"y {text}" in plots.describe(fig)


def test_what_is_zero_but_for_rounding_is_zero():
    fig, ax = plots.figure()
    ax.plot([0.0, 1.0, 2.0], [1e-17, 1.0, -3e-16])
    assert "y first 0, last 0, least 0, greatest 1" in plots.describe(fig)


def test_small_values_count_on_a_logarithmic_axis():
    fig, ax = plots.figure()
    ax.semilogy([0, 1, 2], [1.0, 1e-9, 3e-12])
    assert "y first 1, last 3e-12, least 3e-12" in plots.describe(fig)


# ---- showing --------------------------------------------------------------------------------------------------------


def test_a_figure_is_shown_as_an_image_with_alt_text_and_its_summary_and_nothing_else(shown):
    fig, ax = plots.figure(width=5, height=3)
    ax.plot(X, np.sin(X), label="sine")
    plots.show(fig, alt='Where θ < 1 & "J" falls')
    (output,) = shown
    assert set(output) == {"text/html", "text/plain"}
    assert output["text/plain"] == plots.describe(fig)
    alt, kind, picture = the_image(output)
    assert alt == 'Where θ < 1 & "J" falls'
    assert (kind, picture.format, picture.size) == ("image/png", "PNG", (500, 300))


@pytest.mark.parametrize("alt", ["", "  ", None, 3])
def test_a_picture_without_alt_text_is_refused(shown, alt):
    fig, _ = plots.figure()
    for show in (lambda: plots.show(fig, alt=alt), lambda: plots.animate(fig, lambda k: None, 2, alt=alt)):
        with pytest.raises(ValueError, match="a picture needs an alt text"):
            show()
    assert shown == []


def test_the_alt_text_cannot_be_forgotten():
    with pytest.raises(TypeError, match="alt"):
        plots.show(plots.figure()[0])


def test_the_stored_picture_keeps_the_courses_colours_and_stays_small(shown):
    fig, ax = plots.figure(width=6, height=3.5)
    plots.contours(ax, functions.rosenbrock)
    for k, colour in enumerate(plots.COLOURS):
        ax.plot([-1.5 + 0.3 * k, -1 + 0.4 * k], [0, 2.5], "o-", color=colour)
    plots.show(fig, alt="lines")
    _, _, picture = the_image(shown[0])
    stored = {colour for _, colour in picture.convert("RGB").getcolors()}
    assert len(stored) <= 32
    for colour in plots.COLOURS:
        wanted = np.array([int(colour[i : i + 2], 16) for i in (1, 3, 5)])
        assert min(np.abs(np.array(sorted(stored)) - wanted).max(axis=1)) <= 12
    assert len(shown[0]["text/html"]) < 33_000  # six of these make 200 kB


def test_a_figure_is_of_no_global_state():
    import matplotlib

    before = dict(matplotlib.rcParams)
    plots.figure()
    assert dict(matplotlib.rcParams) == before


# ---- animations ---------------------------------------------------------------------------------------------------


def animated(shown, frames=40, seconds=4.0):
    fig, ax = plots.figure(width=6, height=3.5)
    plots.curve(ax, functions.double_well)
    (line,) = ax.plot([], [], "o-")
    places = np.linspace(2.0, 1.4, frames)

    def draw(k):
        line.set_data(places[: k + 1], functions.double_well.value(places[: k + 1, None]))
        ax.set_title(f"step {k}")

    plots.animate(fig, draw, frames, alt="a ball is let down", seconds=seconds)
    return the_image(shown[-1])


def test_an_animation_has_its_frames_its_length_and_ends_after_three_plays(shown):
    """A browser plays a GIF once and then as often again as its loop count says: 2 (seen in Chromium, by pictures)."""
    alt, kind, gif = animated(shown, frames=10, seconds=2.0)
    assert (alt, kind, gif.format, gif.size) == ("a ball is let down", "image/gif", "GIF", (600, 350))
    assert gif.n_frames == 10
    assert gif.info["loop"] == 2
    pauses = []
    for k in range(10):
        gif.seek(k)
        pauses.append(gif.info["duration"])
    assert pauses == [200] * 9 + [1500]


def test_frames_that_are_alike_keep_their_time(shown):
    fig, ax = plots.figure(width=2, height=2)

    def draw(k):
        ax.set_title("first" if k < 3 else "last")

    plots.animate(fig, draw, 5, alt="a title", seconds=1.0)
    _, _, gif = the_image(shown[0])
    total = 0
    for k in range(gif.n_frames):
        gif.seek(k)
        total += gif.info["duration"]
    assert total == 4 * 200 + 1500


@pytest.mark.slow
def test_forty_frames_are_well_below_a_hundred_kilobytes(shown):
    _, _, gif = animated(shown, frames=40)
    assert gif.n_frames == 40
    assert len(shown[0]["text/html"]) < 60_000


def test_the_frames_show_what_was_drawn(shown):
    fig, ax = plots.figure(width=2, height=2)
    ax.set_axis_off()

    def draw(k):
        ax.clear()
        ax.set_axis_off()
        ax.axvspan(0, 1, color=plots.COLOURS[k])

    plots.animate(fig, draw, 3, alt="three colours")
    _, _, gif = the_image(shown[0])
    for k in range(3):
        gif.seek(k)
        middle = gif.convert("RGB").getpixel((100, 100))
        wanted = [int(plots.COLOURS[k][i : i + 2], 16) for i in (1, 3, 5)]
        assert np.abs(np.array(middle) - wanted).max() <= 12


def test_an_animation_is_summarised_by_its_first_and_last_frame(shown):
    animated(shown, frames=4)
    summary = shown[0]["text/plain"]
    assert re.findall(r"frame \d of \d", summary) == ["frame 1 of 4", "frame 4 of 4"]
    assert "axes 'step 0'" in summary
    assert "axes 'step 3'" in summary
    assert "line unlabelled: 4 points, x first 2, last 1.4" in summary


def test_a_cleared_axis_keeps_the_style(shown):
    fig, ax = plots.figure()

    def draw(k):
        ax.clear()
        ax.plot([0, 1], [0, k])

    plots.animate(fig, draw, 2, alt="a line")
    assert ax.lines[0].get_color() == plots.BLUE
    assert not ax.spines["top"].get_visible()


@pytest.mark.parametrize(("frames", "seconds"), [(1, 4.0), (0, 4.0), (2.5, 4.0), (10, 0), (10, -1)])
def test_an_animation_of_no_length_is_refused(shown, frames, seconds):
    with pytest.raises((TypeError, ValueError), match=r"(frames|seconds) = .* cannot be used"):
        plots.animate(plots.figure()[0], lambda k: None, frames, alt="nothing", seconds=seconds)
    assert shown == []


# ---- what lessons draw with -----------------------------------------------------------------------------------------


def test_a_curve_is_the_functions_over_its_domain():
    _, ax = plots.figure()
    plots.curve(ax, functions.inflection)
    x, y = ax.lines[0].get_data()
    assert (x[0], x[-1]) == (-1.6, 1.6)
    np.testing.assert_allclose(y, x**3, rtol=1e-14, atol=1e-14)
    assert (ax.get_xlabel(), ax.get_ylabel()) == ("θ", "cost J(θ)")


def test_contours_lie_where_the_function_has_their_level():
    _, ax = plots.figure()
    plots.contours(ax, functions.quadratic([[1.0, 0.0], [0.0, 1.0]]), levels=5)
    (contours,) = ax.collections
    np.testing.assert_allclose(contours.levels, 16 * (np.arange(1, 6) / 6) ** 3)  # 16 in the corners, (±4, ±4)
    for level, path in zip(contours.levels, contours.get_paths(), strict=True):
        inside = np.abs(path.vertices).max(axis=1) < 3.99  # not cut off by the domain's edge
        np.testing.assert_allclose((path.vertices[inside] ** 2).sum(axis=1) / 2, level, rtol=1e-2)


def test_a_path_is_drawn_point_by_point_with_a_ring_at_its_start():
    _, ax = plots.figure()
    points = np.array([[1.0, 2.0], [0.5, 1.0], [0.25, 0.5]])
    plots.path(ax, points, label="path")
    line, ring = ax.lines
    assert line.get_xydata().tolist() == points.tolist()
    assert ring.get_xydata().tolist() == [[1.0, 2.0]]
    assert ring.get_color() == line.get_color()


@pytest.mark.parametrize("points", [[1.0, 2.0], [[1.0, 2.0, 3.0]], np.empty((0, 2))])
def test_a_path_of_another_shape_is_refused(points):
    with pytest.raises(ValueError, match=r"the path has shape \(.*\), but \(steps \+ 1, 2\) is needed"):
        plots.path(plots.figure()[1], points)


def test_a_function_without_a_fitting_domain_is_refused_with_the_way_to_give_it_one():
    nowhere = replace(functions.square, domain=None)
    _, ax = plots.figure()
    for draw, function in [(plots.curve, nowhere), (plots.curve, functions.ravine), (plots.contours, functions.square)]:
        with pytest.raises(ValueError, match=r"it needs a domain of shape \(\d, 2\).*dataclasses.replace"):
            draw(ax, function)
