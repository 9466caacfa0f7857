"""A widget that looks up tables of numbers by its dials and draws them; what the numbers mean, it does not know.

`make` assembles one. A panel is an ordinary Matplotlib Axes: what is drawn on it stays still, and the marks move over
it. The same Axes serve the browser and the picture for pages without a kernel.
"""

import json
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import NamedTuple

import anywidget
import matplotlib
import numpy as np
import traitlets
from matplotlib.axes import Axes
from matplotlib.contour import ContourSet
from matplotlib.figure import Figure
from matplotlib.lines import Line2D
from matplotlib.path import Path as MplPath

from helpers import plots
from helpers.numerals import number

_MOST_BYTES = 4_000_000  # in one message to the browser; with many more, a cell feels slow
# A dash and a marker: explorer.js's name → Matplotlib's.
_DASHES = {"": "-", "7 3": "--", "2 3": ":", "8 3 2 3": "-.", "none": "None"}
_MARKERS = {"circle": ".", "square": "s", "triangle": "^", "diamond": "D", "star": "*", "none": "None"}
_DRAWN_DASHES = {line: dash for dash, line in _DASHES.items()}
_DRAWN_MARKERS = {sign: name for name, sign in _MARKERS.items()} | {"o": "circle"}


class Explorer(anywidget.AnyWidget):
    """The widget, as `make` makes it.

    spec     dials, panels, marks and words, as explorer.js describes them
    tables   name → the table's numbers, float32, in the shape given by spec["tables"]
    """

    _esm = Path(__file__).with_name("explorer.js")
    _css = Path(__file__).with_name("widget.css")
    spec = traitlets.Dict().tag(sync=True)
    tables = traitlets.Dict().tag(sync=True)

    def __init__(self, spec: dict, tables: dict[str, bytes], picture: dict[str, str]):
        self._picture = picture
        super().__init__(spec=spec, tables=tables)

    def _repr_mimebundle_(self, **kwargs):
        """The live view, and its first position as a picture for pages without a kernel."""
        shown, metadata = super()._repr_mimebundle_(**kwargs)
        return shown | self._picture, metadata


class Style(NamedTuple):
    """What tells series apart: a colour, a dash as SVG writes it, and a marker."""

    colour: str
    dash: str = ""
    marker: str = "circle"


STYLES = (
    Style(plots.BLUE),
    Style(plots.VERMILION, "7 3", "square"),
    Style(plots.GREEN, "2 3", "triangle"),
    Style(plots.PURPLE, "8 3 2 3", "diamond"),
)


class Dial(NamedTuple):
    """A name, a label, the text of each position, and the index of the first position shown."""

    name: str
    label: str
    values: list[str]
    start: int


class Series(NamedTuple):
    """What is drawn, at every position of the dials it depends on.

    by        the names of these dials, one for each leading axis of the table
    columns   the names of the table's columns
    table     shape (*positions of the dials, steps + 1, columns); NaN from where a path ended early
    says      a sentence for each position of the dials, in the table's order
    reads     the columns whose numbers at the current step are shown in words
    """

    name: str
    by: tuple[str, ...]
    columns: tuple[str, ...]
    table: np.ndarray
    says: list[str]
    reads: tuple[str, ...]
    style: Style

    def column(self, name: str) -> np.ndarray:
        """A column of the table, shape (*positions of the dials, steps + 1)."""
        return self.table[..., self.columns.index(name)]


STEP = None  # in place of a column of a mark: the number of the step


class Mark(NamedTuple):
    """A series in a panel: the columns (x, y) of a path, where x can be STEP, or (x0, y0, x1, y1) of a segment."""

    panel: str
    series: str
    columns: tuple[str | None, ...]
    kind: str = "path"


class Panel(NamedTuple):
    """Axes on which marks move.

    by     the dial that changes what is drawn behind the marks, or None
    pick   {dial: its positions along x} or, for a second dial, along y: a click chooses the nearest
    """

    name: str
    by: str | None = None
    pick: Mapping[str, np.ndarray] = {}


def make(
    title: str,
    dials: list[Dial],
    panels: list[Panel],
    draw: Callable[[int], tuple[Figure, list[Axes]]],
    series: list[Series],
    marks: list[Mark],
    alt: str,
) -> Explorer:
    """The widget, and its first position as a picture with this alt text.

    draw   draw(k) returns a figure and an Axes for each panel, with what stays still drawn on them; k is the position
           of the dial that panels name as `by` (the same for all that name one), 0 if none does

    Raises ValueError if the alt text is missing or the tables are too large to send.
    """
    positions = {dial.name: dial.start for dial in dials}
    changing = [dial for dial in dials if dial.name in {panel.by for panel in panels}]
    shown = changing[0].start if changing else 0
    drawn = [draw(k) for k in range(len(changing[0].values) if changing else 1)]
    tables = {one.name: (one.by, one.table) for one in series}
    columns = {one.name: one.columns for one in series}
    legend: dict[str, dict] = {one.name: one.style._asdict() for one in series}
    spec_panels = []
    for k, panel in enumerate(panels):
        views = []
        for view, (_, axes) in enumerate(drawn if panel.by else drawn[:1]):
            lines = _lines(axes[k])
            for j, (label, points, style) in enumerate(lines):
                tables[f"{panel.name} {view} {j}"] = (), points
                if label:
                    legend[label] = style
            views.append(_scales(axes[k]) | {"lines": [
                {"table": f"{panel.name} {view} {j}"} | style for j, (_, _, style) in enumerate(lines)
            ]})  # fmt: skip
        pick = [{"dial": name, "at": np.asarray(at).tolist()} for name, at in panel.pick.items()]
        spec_panels.append({"name": panel.name, "by": panel.by, "pick": pick, "views": views})
    spec = {
        "title": title,
        "dials": [dial._asdict() for dial in dials],
        "panels": spec_panels,
        "marks": [
            mark._asdict() | {"table": mark.series, "columns": _indices(mark.columns, columns[mark.series])}
            for mark in marks
        ],
        "series": [
            {"name": one.name, "table": one.name, "by": one.by, "says": one.says}
            | {"reads": list(zip(one.reads, _indices(one.reads, one.columns), strict=True))}
            | one.style._asdict()
            for one in series
        ],
        "legend": [{"label": label} | style for label, style in legend.items()],
        "tables": {name: {"shape": table.shape, "by": by} for name, (by, table) in tables.items()},
    }
    fig, axes = drawn[shown]
    fig.suptitle(", ".join(f"{dial.label} = {dial.values[dial.start]}" for dial in dials), fontsize="medium")
    # The marks are drawn last: what the axes held before has been read from them above.
    picture = plots.bundle(_picture(fig, axes, panels, series, marks, positions), alt)
    sent = {name: np.ascontiguousarray(table, dtype="<f4").tobytes() for name, (_, table) in tables.items()}
    size = sum(map(len, sent.values())) + len(json.dumps(spec))
    if size > _MOST_BYTES:
        raise ValueError(
            f"the explorer's tables take {size / 1e6:.1f} MB, over {_MOST_BYTES / 1e6:g}: "
            "fewer positions of its dials, or fewer steps, make them smaller."
        )
    return Explorer(spec, sent, picture)


def _picture(fig: Figure, axes: list[Axes], panels, series, marks, positions) -> Figure:
    """The figure, with the marks as the widget first shows them: each path whole."""
    series_of = {one.name: one for one in series}
    axes_of = {panel.name: ax for panel, ax in zip(panels, axes, strict=True)}
    for mark in marks:
        ax, one = axes_of[mark.panel], series_of[mark.series]
        table, style = one.table[tuple(positions[name] for name in one.by)], one.style
        table = table[~np.isnan(table[:, 0])]
        columns = _indices(mark.columns, one.columns)
        line = {"color": style.colour, "linestyle": _DASHES[style.dash]}
        limits = ax.axis()
        if mark.kind == "segment":
            x0, y0, x1, y1 = table[-1, columns]
            ax.plot([x0, x1], [y0, y1], **line, linewidth=2, label=mark.series)
        else:
            x, y = (np.arange(len(table)) if column is None else table[:, column] for column in columns)
            small = {"marker": _MARKERS[style.marker], "markersize": 3 if style.marker != "circle" else 5}
            ax.plot(x, y, **line, **small, linewidth=1.2, label=mark.series)
            ax.plot(x[:1], y[:1], "o", color=style.colour, markerfacecolor="white", markersize=7)
        ax.axis(limits)
    axes[0].legend(fontsize="small")
    return fig


def _indices(names: tuple[str | None, ...], columns: tuple[str, ...]) -> list[int | None]:
    """Where these columns are in a table; None for STEP."""
    return [None if name is STEP else columns.index(name) for name in names]


def _scales(ax: Axes) -> dict:
    """Both axes: label, limits, scale, and the ticks within the limits as (number, text)."""
    scales = {}
    for name, axis, limits in [("x", ax.xaxis, ax.get_xlim()), ("y", ax.yaxis, ax.get_ylim())]:
        ticks = [float(tick) for tick in axis.get_majorticklocs() if min(limits) <= tick <= max(limits)]
        ticks = ticks[:: 1 + len(ticks) // 8]
        scales[name] = {
            "label": axis.get_label_text(),
            "from": float(limits[0]),
            "to": float(limits[1]),
            "scale": axis.get_scale(),
            "ticks": [(tick, number(tick)) for tick in ticks],
        }
    return scales


def _lines(ax: Axes) -> list[tuple[str, np.ndarray, dict]]:
    """(label or "", points, style) of each line and set of contours on the Axes; a NaN separates two lines."""
    found = []
    for artist in ax.get_children():
        if isinstance(artist, ContourSet):
            points = np.concatenate([np.full((1, 2), np.nan), *map(_gapped, artist.get_paths())])
            style = {"colour": matplotlib.colors.to_hex(artist.get_edgecolor()[0]), "dash": "", "marker": "none"}
            width = float(artist.get_linewidth()[0])
        elif isinstance(artist, Line2D):
            to_data = artist.get_transform() - ax.transData  # not that of a line across the whole panel
            points = to_data.transform(artist.get_xydata())
            dash = _DRAWN_DASHES[artist.get_linestyle()]
            style = {
                "colour": matplotlib.colors.to_hex(artist.get_color()),
                "dash": dash,
                "marker": _DRAWN_MARKERS[artist.get_marker()],
            }
            width = 0.0 if dash == "none" else float(artist.get_linewidth())
        else:
            continue
        label = str(artist.get_label())
        found.append(("" if label.startswith("_") else label, points, style | {"width": width}))
    return found


def _gapped(path: MplPath) -> np.ndarray:
    """A path's points, with a NaN before each separate line."""
    begins = np.flatnonzero(path.codes == MplPath.MOVETO) if path.codes is not None else [0][: len(path.vertices)]
    return np.insert(path.vertices, begins, np.nan, axis=0)
