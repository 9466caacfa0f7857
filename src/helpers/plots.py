"""Figures that carry their own description: an alt text for who cannot see, a summary for who compares.

    fig, ax = plots.figure()
    ax.plot(x, y, label="data")
    plots.show(fig, alt="…")

`show` writes an <img> with the alt text, and beside it, as the output's plain text, a summary computed from what
was drawn. A notebook test compares that summary, so a wrong curve fails even where the picture is not compared.
Figures are made without pyplot: nothing is global, nothing is shown twice, nothing has to be closed.
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
from matplotlib.lines import Line2D
from matplotlib.patches import Patch
from matplotlib.text import Annotation
from PIL import Image

from helpers.functions import Function

# Okabe and Ito (2008), Color Universal Design: told apart by colour-blind readers. Beside colour, a line style
# or a marker says the same.
BLACK, ORANGE, SKY, GREEN, YELLOW, BLUE, VERMILION, PURPLE = (
    "#000000", "#E69F00", "#56B4E9", "#009E73", "#F0E442", "#0072B2", "#D55E00", "#CC79A7",
)  # fmt: skip
COLOURS = (BLUE, VERMILION, GREEN, ORANGE, PURPLE, SKY, BLACK)

_DPI = 100
_PALETTE = 32  # colours in a stored picture: six to ten pictures then fit a notebook of 200 kB
_STYLE = {
    "axes.prop_cycle": matplotlib.cycler(color=COLOURS),
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.grid": True,
    "grid.color": "#E5E5E5",
    "axes.axisbelow": True,
    "axes.titlesize": "medium",
    "lines.linewidth": 1.8,
    "font.size": 10.5,
}


def figure(rows: int = 1, columns: int = 1, width: float = 7.0, height: float = 4.0, **kwargs):
    """(figure, axes) in the course's style; axes is one Axes, or an array of them as `plt.subplots` gives.

    width, height   in inches, at 100 dots each
    kwargs          passed to `Figure.subplots`: sharex, width_ratios, …
    """
    with matplotlib.rc_context(_STYLE):
        fig = Figure(figsize=(width, height), dpi=_DPI, layout="constrained")
        FigureCanvasAgg(fig)
        return fig, fig.subplots(rows, columns, **kwargs)


def curve(ax: Axes, function: Function, **kwargs) -> None:
    """Draw a function of one variable over its domain, with the axes named."""
    (low, high) = function.domain[0]
    theta = np.linspace(low, high, 201)
    ax.plot(theta, function.value(theta[:, None]), **{"color": "0.35", "label": f"$J = {function.formula}$"} | kwargs)
    ax.set(xlabel="θ", ylabel="cost J(θ)")


def contours(ax: Axes, function: Function, levels: int = 12, **kwargs) -> None:
    """Draw a function of two variables as lines of equal cost over its domain, close together near its minimum."""
    (left, right), (bottom, top) = function.domain
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
    """Draw a descent's path, shape (steps + 1, 2), on contours: a line, a dot a step, the start as a ring."""
    points = np.asarray(points, dtype=float)
    (line,) = ax.plot(points[:, 0], points[:, 1], **{"marker": ".", "markersize": 5, "linewidth": 1.2} | kwargs)
    ax.plot(*points[0], "o", color=line.get_color(), markerfacecolor="white", markersize=8)


def show(fig: Figure, alt: str) -> None:
    """Show a figure in the notebook as an <img> with this alt text, and its summary as plain text.

    alt   one or two sentences that say what the picture shows to who cannot see it; required
    """
    _display(_img(_png(fig), "png", alt), describe(fig))


def animate(fig: Figure, draw: Callable[[int], None], frames: int, alt: str, seconds: float = 4.0) -> None:
    """Show a figure that moves, as a GIF that needs no kernel: `draw(k)` changes the figure for frame k.

    It plays three times and then rests on its last frame. seconds is the length of one play.
    """
    images, summaries = [], []
    for k in range(frames):
        draw(k)
        images.append(_pixels(fig))
        if k in (0, frames - 1):
            summaries.append(f"frame {k + 1} of {frames}\n{describe(fig)}")
    palette = _few_colours(_side_by_side(images[0], images[frames // 2], images[-1]))
    images = [image.quantize(palette=palette, dither=Image.Dither.NONE) for image in images]
    pause = round(1000 * seconds / frames)
    file = io.BytesIO()
    images[0].save(
        file, "GIF", save_all=True, append_images=images[1:], duration=[pause] * (frames - 1) + [1500],
        loop=2, optimize=True,
    )  # fmt: skip
    _display(_img(file.getvalue(), "gif", alt), "\n".join(summaries))


def describe(fig: Figure) -> str:
    """What a figure shows, in numbers: its axes, and each line, collection and image on them.

    For each, its label, its number of points, and first, last, least, greatest and mean, to 4 digits.
    """
    return "\n".join(line for ax in fig.axes for line in _axes(ax))


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
            yield f"  contours {_label(artist)}: levels {_numbers(artist.levels)}, {_vertices(artist)}"
        elif isinstance(artist, PathCollection):
            yield f"  markers {_label(artist)}: {_points(artist.get_offsets(), ax)}{_colours(artist)}"
        elif isinstance(artist, Collection):
            yield f"  {type(artist).__name__} {_label(artist)}: {_vertices(artist)}{_colours(artist)}"
        elif isinstance(artist, AxesImage):
            yield f"  image {_label(artist)}: {artist.get_array().shape}, {_range(np.ravel(artist.get_array()))}"
        elif isinstance(artist, Patch) and artist not in ax.spines.values():
            yield f"  {type(artist).__name__} {_label(artist)}: {_points(artist.get_path().vertices, ax)}"
        elif isinstance(artist, Annotation):
            yield f"  note {artist.get_text()!r} at {_numbers(artist.xy)}"


def _label(artist) -> str:
    label = str(artist.get_label())
    return "unlabelled" if label.startswith("_") else repr(label)


def _points(xy, ax: Axes) -> str:
    xy = np.ma.filled(np.ma.asarray(xy, dtype=float), np.nan).reshape(-1, 2)
    if len(xy) == 0:
        return "no points"
    return f"{len(xy)} points, x {_range(xy[:, 0], ax.get_xscale())}, y {_range(xy[:, 1], ax.get_yscale())}"


def _vertices(collection) -> str:
    """A collection's outline. How many vertices a contour has can differ between machines; its extent does not."""
    paths = [p.vertices for p in collection.get_paths() if len(p.vertices)]
    if not paths:
        return "no points"
    xy = np.concatenate(paths)
    least, greatest = xy.min(axis=0), xy.max(axis=0)
    return f"{len(paths)} outlines, x {_numbers([least[0], greatest[0]])}, y {_numbers([least[1], greatest[1]])}"


def _colours(collection) -> str:
    values = collection.get_array()
    return "" if values is None else f", colours {_range(np.ravel(values))}"


def _range(values, scale: str = "linear") -> str:
    values = np.asarray(values, dtype=float)
    finite = values[np.isfinite(values)]
    if len(finite) == 0:
        return "no finite values"
    facts = [values[0], values[-1], finite.min(), finite.max(), finite.mean()]
    numbers = _rounded(facts, finite, scale)
    missing = f", {len(values) - len(finite)} not finite" if len(finite) < len(values) else ""
    return "first {}, last {}, least {}, greatest {}, mean {}".format(*numbers) + missing


def _numbers(values, scale: str = "linear") -> str:
    values = np.asarray(values, dtype=float)
    return "[" + ", ".join(_rounded(values, values, scale)) + "]"


def _rounded(values: Sequence[float], among: np.ndarray, scale: str) -> list[str]:
    """Each value to 4 digits. On a linear axis, what is below a millionth of the largest is rounding noise: 0."""
    noise = 1e-6 * np.abs(among).max(initial=0) if scale == "linear" else 0
    return [f"{0.0 if abs(v) < noise else v:.4g}" for v in values]


def _pixels(fig: Figure) -> Image.Image:
    fig.canvas.draw()
    return Image.fromarray(np.asarray(fig.canvas.buffer_rgba())).convert("RGB")


def _few_colours(image: Image.Image) -> Image.Image:
    """The image in a few colours, which stores small; by coverage, so that a thin line keeps its own."""
    return image.quantize(_PALETTE, method=Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE)


def _side_by_side(*images: Image.Image) -> Image.Image:
    return Image.fromarray(np.concatenate([np.asarray(image) for image in images], axis=1))


def _png(fig: Figure) -> bytes:
    file = io.BytesIO()
    _few_colours(_pixels(fig)).save(file, "PNG", optimize=True)
    return file.getvalue()


def _img(data: bytes, kind: str, alt: str) -> str:
    if not isinstance(alt, str) or not alt.strip():
        raise ValueError('a picture needs an alt text, alt="…": what it shows, to who cannot see it.')
    encoded = base64.b64encode(data).decode()
    return f'<img alt="{html.escape(alt)}" src="data:image/{kind};base64,{encoded}">'


def _display(image: str, summary: str) -> None:
    from IPython.display import display  # a figure can be described without a notebook

    display({"text/html": image, "text/plain": summary}, raw=True)
