"""Figures that carry their own description: an alt text for readers who cannot see them, a summary for tests.

    fig, ax = plots.figure()
    ax.plot(x, y, label="data")
    plots.show(fig, alt="…")

`show` writes an <img> with the alt text and, as the output's plain text, a summary computed from what was drawn. A
notebook test compares the summary, so a wrong curve fails although pictures are not compared. Figures are made
without pyplot: nothing is global, nothing is shown twice, nothing has to be closed.
"""

import base64
import html
import io
from collections.abc import Callable, Sequence

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.collections import Collection, PathCollection
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.image import AxesImage
from matplotlib.legend import Legend
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.path import Path
from matplotlib.quiver import Quiver
from matplotlib.text import Annotation
from PIL import Image

from helpers import arguments
from helpers.functions import Function, domain_to_draw

# Okabe and Ito (2008), Color Universal Design: colour-blind readers can tell them apart. A line style or a marker
# carries the same distinction.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)

_DPI = 100
_REST = 1500  # milliseconds that an animation rests on its last frame before it plays again

# How summaries are rounded. Machines differ in the last digits, by less than a billionth of the largest value, and
# round numbers (2.0005, 10) are often exactly where rounding changes. So values are first moved off that border, by
# more than the noise and by less than what is printed. Each constant leaves a factor of ten or so to the next:
_OFF_A_TIE = 1e-7  # moves a value off a tie between four digits: above the noise, 1e-9, below half a digit, 5e-5
_OFF_A_POWER = 1e-6  # moves the largest value off a power of ten, or noise would change the unit by a factor of ten
_DECADES = 6  # the unit is this many powers of ten below the largest value; the noise is then up to 0.01 of it
_HALF_UP = 0.51  # rounds to the unit, with ties 0.01 below the half: as far off as the noise reaches
_OFF_A_UNIT = 1e-9  # moves a whole number of units off a tie between four digits, where float64's last bit would decide
_STYLE = {
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E5E5",
    "axes.axisbelow": True,
    "axes.titlesize": "medium",
    "font.size": 10.5,
}


def figure(rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 4.0, **kwargs):
    """(figure, axes) in the course's style; axes is one Axes, or an array of them as `plt.subplots` gives.

    width, height   in inches, at 100 dots per inch
    kwargs          passed to `Figure.subplots`: sharex, width_ratios, …
    """
    with matplotlib.rc_context(_STYLE):
        fig = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        FigureCanvasAgg(fig)
        return fig, fig.subplots(rows, columns, **kwargs)


def curve(ax: Axes, function: Function, **kwargs) -> None:
    """Draw a function of one variable over its domain, with axis labels. ValueError if it has no such domain."""
    ((low, high),) = domain_to_draw(function, 1)
    theta = np.linspace(low, high, 201)
    ax.plot(theta, function.value(theta[:, None]), **{"color": "0.35", "label": f"$J = {function.formula}$"} | kwargs)
    ax.set(xlabel="θ", ylabel="cost J(θ)")


def contours(ax: Axes, function: Function, levels: int = 12, **kwargs) -> None:
    """Draw a function of two variables as lines of equal cost over its domain, close together near its minimum.

    Raises ValueError if it has no such domain.
    """
    (left, right), (bottom, top) = domain_to_draw(function, 2)
    a, b = np.meshgrid(np.linspace(left, right, 161), np.linspace(bottom, top, 161))
    cost = function.value(np.stack([a, b], axis=-1))
    spacing = np.linspace(0, 1, levels + 2)[1:-1] ** 3
    ax.contour(
        a, b, cost, levels=cost.min() + (cost.max() - cost.min()) * spacing,
        **{"colors": "0.6", "linewidths": 0.8} | kwargs,
    )  # fmt: skip
    ax.set(xlabel="θ₁", ylabel="θ₂")
    ax.grid(False)


def path(ax: Axes, points, **kwargs) -> None:
    """Draw a descent's path, shape (steps + 1, 2), on contours: a line, a dot for each step, a ring at the start.

    Raises ValueError for another shape.
    """
    points = np.asarray(points, dtype=float)
    if points.ndim != 2 or points.shape[1] != 2 or len(points) == 0:
        raise ValueError(f"the path has shape {points.shape}, but (steps + 1, 2) is needed to draw it on contours.")
    (line,) = ax.plot(points[:, 0], points[:, 1], **{"marker": ".", "markersize": 5, "linewidth": 1.2} | kwargs)
    ax.plot(*points[0], "o", color=line.get_color(), markerfacecolor="white", markersize=8)


def show(fig: Figure, alt: str) -> None:
    """Show a figure in the notebook as an <img> with this alt text, and its summary as plain text.

    alt   required: one or two sentences that describe the picture to a reader who cannot see it
    """
    _display(bundle(fig, alt))


def bundle(fig: Figure, alt: str) -> dict[str, str]:
    """A figure as output data: text/html holds the <img> with its alt text, text/plain the summary."""
    return {"text/html": _img(_png(fig), "png", alt), "text/plain": describe(fig)}


def animate(fig: Figure, draw: Callable[[int], None], frames: int, alt: str, seconds: float = 4.0) -> None:
    """Show an animation, as a GIF that needs no kernel: `draw(k)` changes the figure for frame k.

    It plays three times and stops at its last frame. `seconds` is the length of one play.
    """
    frames, seconds, alt = arguments.count(frames, "frames", least=2), arguments.positive(seconds, "seconds"), _alt(alt)
    images, summaries = [], []
    for k in range(frames):
        with matplotlib.rc_context(_STYLE):  # or an `ax.clear()` in it would lose the style
            draw(k)
        images.append(_image(fig))
        if k in (0, frames - 1):
            summaries.append(f"frame {k + 1} of {frames}\n{describe(fig)}")
    pause = round(1000 * seconds / frames)
    file = io.BytesIO()
    images[0].save(
        file, "GIF", save_all=True, append_images=images[1:], duration=[pause] * (frames - 1) + [_REST],
        loop=2, optimize=True,  # browsers play it once, then twice more
    )  # fmt: skip
    _display({"text/html": _img(file.getvalue(), "gif", alt), "text/plain": "\n".join(summaries)})


def describe(fig: Figure) -> str:
    """What a figure shows, in numbers: its axes, and each line, collection, patch, image and note on them.

    Each has its label, its number of points, and for x and y the first, last, least and greatest value, the mean, and
    the mean of the second half, which distinguishes a curve from its mirror image.
    """
    titles = [f"figure {fig.get_suptitle()!r}"] if fig.get_suptitle() else []
    lines = (line for ax in fig.axes if ax.get_visible() for line in _axes(ax))
    return "\n".join([*titles, *map(_legend, fig.legends), *lines])


def _axes(ax: Axes):
    yield (
        f"axes {ax.get_title()!r}: x {ax.get_xlabel()!r} {_numbers(ax.get_xlim(), ax.get_xscale())} {ax.get_xscale()}, "
        f"y {ax.get_ylabel()!r} {_numbers(ax.get_ylim(), ax.get_yscale())} {ax.get_yscale()}"
    )
    for artist in ax.get_children():
        if artist is ax.patch or not artist.get_visible():
            continue
        if isinstance(artist, Line2D):
            yield f"  line {_label(artist)}: {_points(artist.get_xydata(), ax)}"
        elif isinstance(artist, ContourSet):
            yield f"  contours {_label(artist)}: levels {_numbers(artist.levels)}, {_outlines(artist)}"
        elif isinstance(artist, PathCollection):
            yield f"  markers {_label(artist)}: {_points(artist.get_offsets(), ax)}{_colours(artist)}"
        elif isinstance(artist, Quiver):
            yield f"  arrows {_label(artist)}: {_points(artist.XY, ax)}, u {_range(artist.U)}, v {_range(artist.V)}"
        elif isinstance(artist, Collection):
            vertices = [path.vertices for path in artist.get_paths()]
            yield f"  {type(artist).__name__} {_label(artist)}: {_points(_joined(vertices), ax)}{_colours(artist)}"
        elif isinstance(artist, AxesImage):
            pixels = artist.get_array()
            yield f"  image {_label(artist)}: {pixels.shape} in {_numbers(artist.get_extent())}, {_range(pixels)}"
        elif isinstance(artist, Patch) and artist not in ax.spines.values():
            outline = artist.get_patch_transform().transform_path(artist.get_path())
            yield f"  {type(artist).__name__} {_label(artist)}: {_points(outline.vertices, ax)}"
        elif isinstance(artist, Legend):
            yield f"  {_legend(artist)}"
        elif artist in ax.texts:
            where = artist.xy if isinstance(artist, Annotation) else artist.get_position()
            yield f"  note {artist.get_text()!r} at {_numbers(where)}"


def _label(artist) -> str:
    label = str(artist.get_label())
    return "unlabelled" if label.startswith("_") else repr(label)


def _legend(legend: Legend) -> str:
    return f"legend {legend.get_title().get_text()!r}: {[text.get_text() for text in legend.get_texts()]}"


def _joined(vertices: list) -> np.ndarray:
    return np.concatenate([np.empty((0, 2)), *vertices])


def _points(xy, ax: Axes) -> str:
    xy = _filled(xy).reshape(-1, 2)
    if len(xy) == 0:
        return "no points"
    points = f"{len(xy)} points" if len(xy) > 1 else "1 point"
    return f"{points}, x {_range(xy[:, 0], ax.get_xscale())}, y {_range(xy[:, 1], ax.get_yscale())}"


def _outlines(contours: ContourSet) -> str:
    """Extent and total length of the lines; unlike their number of vertices, the same on every machine."""
    paths = [path for path in contours.get_paths() if len(path.vertices)]
    if not paths:
        return "no lines"
    xy = _joined([path.vertices for path in paths])
    (left, bottom), (right, top) = xy.min(axis=0), xy.max(axis=0)
    length = sum(_length(path) for path in paths)
    extent = f"x {_numbers([left, right])}, y {_numbers([bottom, top])}"
    return f"lines at {len(paths)} of them, {extent}, length {_range([length])}"


def _length(path: Path) -> float:
    pieces = np.hypot(*np.diff(path.vertices, axis=0).T)
    return pieces.sum() if path.codes is None else pieces[path.codes[1:] != Path.MOVETO].sum()


def _colours(collection) -> str:
    values = collection.get_array()
    return "" if values is None else f", colours {_range(values)}"


def _filled(values) -> np.ndarray:
    """The values as floats, with NaN for masked ones."""
    return np.ma.filled(np.ma.asarray(values).astype(float), np.nan)


def _range(values, scale: str = "linear") -> str:
    values = _filled(values).ravel()
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return "no finite values"
    if len(values) == 1:
        return _rounded(values, values, scale)[0]
    second_half = finite[len(finite) // 2 :]
    facts = [values[0], values[-1], finite.min(), finite.max(), finite.mean(), second_half.mean()]
    numbers = _rounded(facts, finite, scale)
    missing = f", {len(values) - len(finite)} not finite" if len(finite) < len(values) else ""
    return "first {}, last {}, least {}, greatest {}, mean {}, of the second half {}".format(*numbers) + missing


def _numbers(values, scale: str = "linear") -> str:
    values = np.asarray(values, dtype=float)
    return "[" + ", ".join(_rounded(values, values, scale)) + "]"


def _rounded(values: Sequence[float], among: np.ndarray, scale: str) -> list[str]:
    """Each value to four digits, such that noise in `among`, as between machines, changes none of them.

    On a linear axis noise is a part of the largest value in `among`, so all are first rounded to a unit relative to
    that. On another axis it is a part of each value.
    """
    if scale != "linear":
        return [f"{value * (1 + _OFF_A_TIE):.4g}" for value in values]
    largest = np.abs(among[np.isfinite(among)]).max(initial=0)
    if largest == 0:
        return [f"{value:.4g}" for value in values]
    unit = 10.0 ** (np.floor(np.log10(largest * (1 + _OFF_A_POWER))) - _DECADES)
    return [f"{np.floor(value / unit + _HALF_UP) * unit * (1 + _OFF_A_UNIT):.4g}" for value in values]


def _palette() -> Image.Image:
    """The colours of a stored picture: greys, and the course's own, pure and in two lighter shades for smooth edges.

    Few colours make small files: six to ten pictures then fit a notebook of 200 kB. A fixed palette keeps the colour of
    a thin line; one made for the picture would give it up for the many pixels of text and background.
    """
    greys = np.array([0, 51, 102, 153, 191, 229, 255])[:, None] * np.ones(3)
    pure = 255 * np.array([matplotlib.colors.to_rgb(colour) for colour in (*COLOURS[:-1], YELLOW)])
    shades = [255 - (255 - pure) * share for share in (1, 2 / 3, 1 / 3)]
    palette = Image.new("P", (1, 1))
    palette.putpalette(np.concatenate([greys, *shades]).round().astype(np.uint8).tobytes())
    return palette


def _image(fig: Figure) -> Image.Image:
    """The figure in the palette's colours, each pixel in the nearest."""
    fig.canvas.draw()
    rgb = Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB")
    return rgb.quantize(palette=_palette(), dither=Image.Dither.NONE)


def _png(fig: Figure) -> bytes:
    file = io.BytesIO()
    _image(fig).save(file, "PNG", optimize=True)
    return file.getvalue()


def _alt(alt) -> str:
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError('a picture needs an alt text, alt="…", which describes it to a reader who cannot see it.')
    return alt


def _img(data: bytes, kind: str, alt: str) -> str:
    encoded = base64.b64encode(data).decode()
    return f'<img alt="{html.escape(_alt(alt))}" src="data:image/{kind};base64,{encoded}">'


def _display(data: dict[str, str]) -> None:
    from IPython.display import display  # a figure can be described without a notebook

    display(data, raw=True)
