"""Descents with dials to turn: every path is computed in advance, and a widget looks it up and draws it.

    explorer.curve(functions.square, rates=[0.1, 0.5, 1.05], starts=[-2, 2], alt="…")

`curve` shows descents on a function of one variable, `contour` on one of two, `line` a regression line as it descends,
`batches` what the batch size does. Each returns a widget: end a cell with it. Without a kernel, its first position is
shown as a picture with the alt text.

A rule is passed as the function that makes it from a rate, such as `rules.gradient_descent`. Yours works as well: a
callable of lr, or of lr and beta, that returns a `rules.Rule`. So does your own cost, `functions.Function(value,
gradient, domain=…)`. Divergence, NaN and errors that your function raises are explained below the picture.
"""

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace

import numpy as np

from helpers import arguments, data, ensemble, functions, numerals, plots, rules, widget
from helpers.functions import Function
from helpers.numerals import number
from helpers.rules import Rule
from helpers.widget import STEP, Dial, Explorer, Mark, Panel, Series

_RATE, _MOMENTUM = "learning rate α", "momentum β"
_ABOVE = "cost above the lowest"  # a column: the cost minus the lowest known


def curve(
    function: Function,
    rates: Sequence[float],
    starts: Sequence[float],
    steps: int = 20,
    *,
    alt: str,
    rate: float | None = None,
    start: float | None = None,
    rule: Callable = rules.gradient_descent,
) -> Explorer:
    """Descents on a function of one variable, beside their cost over the iterations; dials for rate and start.

    function        of one variable, with a domain of shape (1, 2), which the picture shows
    rates, starts   the positions of the dials, in θ's own unit; they begin at rate and start, by default in the middle
    steps           of each descent, at least 1
    alt             the alt text of the first position
    rule            rule(lr) makes the update rule

    Raises TypeError or ValueError for arguments that cannot work, such as a function that fails at every start.
    """
    drawable, steps = ensemble.drawable(function, 1), arguments.count(steps, "steps", least=1)
    rates, starts = _positions(rates, "rates"), _positions(starts, "starts")
    dials = [_dial("rate", _RATE, rates, rate), _dial("start", "start θ", starts, start)]
    runs = [run for lr in rates for run in ensemble.descents(function, _rule(rule, lr), starts[:, None], steps)]
    ensemble.refuse_if_all_failed(runs)
    table = np.reshape(
        [np.column_stack([run.path, run.costs]) for run in runs], (len(rates), len(starts), steps + 1, 2)
    )
    columns = ("θ", "cost")
    series = Series("descent", ("rate", "start"), columns, table, [run.says for run in runs], columns, widget.STYLES[0])

    def draw(view):
        fig, (left, right) = plots.figure(columns=2, width=7.4, height=3.3)
        plots.curve(left, drawable, label="cost J(θ)")
        right.set(xlabel="iteration t", ylabel="cost J(θ)", xlim=_padded(0, steps), ylim=left.get_ylim())
        return fig, [left, right]

    panels = [Panel("curve", pick={"start": starts}), Panel("cost")]
    marks = [Mark("curve", "descent", ("θ", "cost")), Mark("cost", "descent", (STEP, "cost"))]
    return widget.make(f"Descents on {function.name}", dials, panels, draw, [series], marks, alt)


def contour(
    function: Function | Mapping[str, Function],
    rule: Callable | Sequence[Callable],
    rates: Sequence[float],
    steps: int = 30,
    *,
    alt: str,
    betas: Sequence[float] | None = None,
    starts: int = 11,
    shown: str | None = None,
    rate: float | None = None,
    beta: float | None = None,
    start: Sequence[float] | None = None,
    rate_label: str = _RATE,
) -> Explorer:
    """Descents on a function of two variables, drawn on its map, beside their cost over the iterations.

    function     of two variables, with a domain of shape (2, 2), which the map shows; or several with the same domain,
                 {label: function}: a dial chooses one and begins at the label `shown`, by default the first
    rule         rule(lr) makes the update rule, as does rule(lr, beta) if its second argument has that name; or several
    rates        the positions of the rate's dial, which begins at `rate`, by default in the middle
    betas        the positions of a second dial, for the rules that take a beta; it begins at `beta`
    starts       the number of starts along each axis of the map: a click or the arrow keys choose one. It begins at the
                 start nearest to `start`, shape (2,)
    rate_label   the label of the rate's dial, for a rule(number) whose number is not the rate
    steps        of each descent, at least 1
    alt          the alt text of the first position

    If every function has a known minimum, the cost is drawn relative to the lowest one, on a logarithmic axis.
    Raises TypeError or ValueError for arguments that cannot work, such as a function that fails at every start.
    """
    costs = dict(function) if isinstance(function, Mapping) else {"": function}
    makers = [rule] if callable(rule) else list(rule)
    _check_race(costs, makers, shown)
    drawable = [ensemble.drawable(cost, 2) for cost in costs.values()]
    domain = _common_domain(list(costs.values()))
    steps, starts = arguments.count(steps, "steps", least=1), arguments.count(starts, "starts", least=2)
    rates = _positions(rates, "rates")
    betas = None if betas is None else _positions(betas, "betas")
    across, up = (np.linspace(low, high, starts + 2)[1:-1] for low, high in domain)  # none on the edge of the map
    begin = [None, None] if start is None else list(arguments.vector(start, "start"))
    if len(begin) != 2:
        raise ValueError(f"start has {len(begin)} entries, but a point of the map has 2.")

    labels = list(costs)
    dials = [Dial("cost", "cost", labels, labels.index(shown) if shown else 0)] if len(costs) > 1 else []
    dials.append(_dial("rate", rate_label, rates, rate))
    if betas is not None:
        dials.append(_dial("momentum", _MOMENTUM, betas, beta))
    dials += [_dial("start_1", "start θ₁", across, begin[0]), _dial("start_2", "start θ₂", up, begin[1])]

    lowest = [_lowest(cost) for cost in costs.values()]
    known = None not in lowest
    height, floors = (_ABOVE, lowest) if known else ("cost", [0.0] * len(costs))
    series = [
        _race(maker, list(costs.values()), floors, height, rates, betas, across, up, steps, style)
        for maker, style in zip(makers, widget.STYLES, strict=False)
    ]
    names = [one.name for one in series]
    if len(set(names)) < len(names):
        raise ValueError(f"two rules have the same name, {names}: rule._replace(name=…) gives one another name.")

    def draw(view):
        fig, (left, right) = plots.figure(columns=2, width=6.2, height=3.0)
        plots.contours(left, drawable[view], levels=7)
        left.axis((*domain[0], *domain[1]))
        if known:
            left.plot(*drawable[view].minima.T, "*", color=plots.BLACK, markersize=10, label="lowest point")
        _cost_axis(right, [one.column(height) for one in series], (0, steps), log=known)
        right.set(xlabel="iteration t", ylabel=height if known else "cost J(θ)")
        return fig, [left, right]

    by = "cost" if len(costs) > 1 else None
    panels = [Panel("contour", by, pick={"start_1": across, "start_2": up}), Panel("cost")]
    marks = [
        mark for name in names for mark in (Mark("contour", name, ("θ₁", "θ₂")), Mark("cost", name, (STEP, height)))
    ]
    title = f"Descents on {', '.join(cost.name for cost in costs.values())}"
    return widget.make(title, dials, panels, draw, series, marks, alt)


def line(
    x,
    y,
    shares: Sequence[float],
    steps: int = 40,
    *,
    alt: str,
    share: float | None = None,
    standardised: bool = False,
    start: Sequence[float] = (0.0, 0.0),
) -> Explorer:
    """A regression line that descends: over the points, on the map of its cost, and as cost over the iterations.

    A dial chooses between x as it is and x standardised. The rates are given as shares of the border 2/L, which
    differs between the two; both descents begin with the same line.

    x, y           the points, shape (n,) each
    shares         the positions of the rate's dial, as parts of 2/L; it begins at `share`, by default in the middle
    steps          of each descent, at least 1
    alt            the alt text of the first position
    standardised   whether the first dial begins at x standardised
    start          (w, b) of the first line, for x as it is

    Raises TypeError or ValueError for arguments that cannot work.
    """
    shares, steps = _positions(shares, "shares"), arguments.count(steps, "steps", least=1)
    raw, x, y, begin = _line_cost(x, y, start)
    z, mean, std = data.standardise(x)
    # (w, b) for x as it is → (w, b) of the same line for z, and back.
    to_z, from_z = np.array([[std, 0.0], [mean, 1.0]]), np.array([[1 / std, 0.0], [-mean / std, 1.0]])
    ends = np.array([x.min(), x.max()])
    costs, tables, says = [], [], []
    for cost, to_own, from_own in [
        (raw, np.eye(2), np.eye(2)),
        (functions.mean_squared_error(z, y), to_z, from_z),
    ]:
        first = to_own @ begin
        costs.append(_around_the_lowest(cost, first, 2.1))
        for part in shares:
            lr = part * 2 / cost.curvature
            rule = rules.gradient_descent(lr)
            (run,) = ensemble.descents(replace(costs[-1], minima=None), rule, first[None], steps)
            lines = run.path @ from_own.T  # (w, b) for x as it is, after each step
            left, right = (np.column_stack([np.full(steps + 1, end), lines @ [end, 1.0]]) for end in ends)
            tables.append(np.column_stack([run.path, run.costs, left, right]))
            last = lines[~np.isnan(lines[:, 0])][-1]
            says.append(
                f"Here α = {number(lr)}. {run.says} The lowest cost is {number(raw(raw.minima[0]))}. In units of x the "
                f"line is {numerals.line(*last)}, the best {numerals.line(*raw.minima[0])}."
            )
    ends_of_line = ("left x", "left y", "right x", "right y")
    columns = ("w", "b", "cost", *ends_of_line)
    table = np.reshape(tables, (2, len(shares), steps + 1, len(columns)))
    series = Series("descent", ("data", "rate"), columns, table, says, ("w", "b", "cost"), widget.STYLES[0])
    dials = [
        Dial("data", "x", ["as it is", "standardised"], int(standardised)),
        _dial("rate", f"{_RATE}, part of 2/L", shares, share),
    ]

    def draw(view):
        fig, (points, map_, beside) = plots.figure(columns=3, width=9.0, height=3.4)
        points.plot(x, y, ".", color="0.6", label="data")
        points.plot(ends, raw.minima[0, 0] * ends + raw.minima[0, 1], "--", color=plots.BLACK, label="best line")
        points.set(xlabel="x", ylabel="y", ylim=(min(y.min(), 0.0), 1.05 * y.max()))
        plots.contours(map_, costs[view])
        map_.plot(*costs[view].minima[0], "*", color=plots.BLACK, markersize=10, label="lowest cost")
        map_.set(xlabel=f"w, for x {dials[0].values[view]}", ylabel="b")
        beside.axhline(raw(raw.minima[0]), color=plots.BLACK, linestyle=":", label="lowest cost")
        _cost_axis(beside, [series.column("cost")], (0, steps), log=True)
        beside.set(xlabel="iteration t", ylabel="cost J(w, b)")
        return fig, [points, map_, beside]

    panels = [Panel("data"), Panel("contour", "data"), Panel("cost")]
    marks = [
        Mark("data", "descent", ends_of_line, "segment"),
        Mark("contour", "descent", ("w", "b")),
        Mark("cost", "descent", (STEP, "cost")),
    ]
    return widget.make("A regression line that descends", dials, panels, draw, [series], marks, alt)


def batches(
    x,
    y,
    sizes: Sequence[int],
    rates: Sequence[float],
    epochs: int = 5,
    *,
    alt: str,
    draws: int = 4,
    size: int | None = None,
    rate: float | None = None,
    start: Sequence[float] = (0.0, 0.0),
) -> Explorer:
    """What the batch size does to a line's descent: its path on the map of the cost, and the cost over the epochs.

    x, y           the points, shape (n,) each
    sizes, rates   the positions of the dials, which begin at size and rate, by default in the middle
    epochs         how often each descent sees every point, at least 1
    alt            the alt text of the first position
    draws          how many shuffles a third dial offers; shuffle k comes from `np.random.default_rng(k)`
    start          (w, b) of the first line

    Each epoch is shuffled again, by `data.batches`. The cost is that of all points, drawn relative to the lowest.
    Raises TypeError or ValueError for arguments that cannot work.
    """
    cost, x, y, begin = _line_cost(x, y, start)
    sizes = [arguments.count(size, "sizes", least=1) for size in sizes]
    if not sizes or max(sizes) > len(x):
        raise ValueError(f"sizes = {sizes} must name at least one batch size, and none above the {len(x)} points.")
    rates, draws = _positions(rates, "rates"), arguments.count(draws, "draws", least=1)
    epochs = arguments.count(epochs, "epochs", least=1)
    lowest = cost(cost.minima[0])
    columns = ("w", "b", "epoch", _ABOVE)
    most_steps = epochs * -(-len(x) // min(sizes))
    tables, says = [], []
    for m, lr, k in itertools.product(sizes, rates, range(draws)):
        rng = np.random.default_rng(k)
        picks = [batch for _ in range(epochs) for batch in data.batches(len(x), m, rng)]
        path, divergence = ensemble.noisy_descent(cost, x, y, begin, picks, lr)
        epoch = np.cumsum([0, *map(len, picks)])[: len(path)] / len(x)
        above = cost.value(path) - lowest
        table = np.full((most_steps + 1, len(columns)), np.nan)
        table[: len(path)] = np.column_stack([path, epoch, above])
        tables.append(table)
        says.append(divergence or _noise(above, epoch, epochs, lowest))
    table = np.reshape(tables, (len(sizes), len(rates), draws, most_steps + 1, len(columns)))
    reads = ("epoch", "w", "b", _ABOVE)
    series = Series("descent", ("batch", "rate", "shuffle"), columns, table, says, reads, widget.STYLES[0])
    shown = _around_the_lowest(cost, begin, 1.5)
    dials = [
        _dial("batch", "batch size m", sizes, size),
        _dial("rate", _RATE, rates, rate),
        Dial("shuffle", "shuffle", [str(k) for k in range(draws)], 0),
    ]

    def draw(view):
        fig, (left, right) = plots.figure(columns=2, width=7.4, height=3.5)
        plots.contours(left, shown)
        left.plot(*cost.minima[0], "*", color=plots.BLACK, markersize=10, label="lowest cost")
        left.set(xlabel="w", ylabel="b")
        _cost_axis(right, [series.column(_ABOVE)], (0, epochs), log=True)
        right.set(xlabel="epoch", ylabel=_ABOVE)
        return fig, [left, right]

    panels = [Panel("contour"), Panel("cost")]
    marks = [Mark("contour", "descent", ("w", "b")), Mark("cost", "descent", ("epoch", _ABOVE))]
    return widget.make("Batch size and noise", dials, panels, draw, [series], marks, alt)


def _check_race(costs: dict[str, Function], makers: list[Callable], shown: str | None) -> None:
    if not costs or not makers:
        raise ValueError("a function and a rule are needed, at least one of each.")
    most = len(widget.STYLES)
    if len(makers) > most:
        raise ValueError(f"{len(makers)} rules would be too many lines: at most {most} can be told apart.")
    if shown is not None and shown not in costs:
        raise ValueError(f"shown = {shown!r} is not one of the functions' labels: {', '.join(costs)}.")


def _common_domain(costs: list[Function]) -> np.ndarray:
    """The domain of all functions, shape (2, 2)."""
    domain = costs[0].domain
    if any(not np.array_equal(cost.domain, domain) for cost in costs):
        raise ValueError(
            "the map needs the same domain for all functions: dataclasses.replace(function, domain=…) gives it."
        )
    return domain


def _race(maker, costs, floors, height, rates, betas, across, up, steps, style) -> Series:
    """All descents of one rule, at each position of the dials that it depends on.

    floors   what is subtracted from each cost, and height the name of the column that holds the difference
    """
    grid = np.stack(np.meshgrid(across, up, indexing="ij"), axis=-1).reshape(-1, 2)
    choices = [(beta,) for beta in betas] if betas is not None and _takes_beta(maker) else [()]
    runs, tables = [], []
    for (cost, floor), lr, choice in itertools.product(zip(costs, floors, strict=True), rates, choices):
        made = ensemble.descents(cost, _rule(maker, lr, *choice), grid, steps)
        tables += [np.column_stack([run.path, run.costs - floor]) for run in made]
        runs += made
    ensemble.refuse_if_all_failed(runs)
    by = {"cost": len(costs), "rate": len(rates), "momentum": len(choices), "start_1": len(across), "start_2": len(up)}
    by = {dial: count for dial, count in by.items() if count > 1 or dial not in ("cost", "momentum")}
    columns = ("θ₁", "θ₂", height)
    table = np.reshape(tables, (*by.values(), steps + 1, len(columns)))
    return Series(runs[0].rule, tuple(by), columns, table, [run.says for run in runs], columns, style)


def _line_cost(x, y, start) -> tuple[Function, np.ndarray, np.ndarray, np.ndarray]:
    """The mean squared error of a line over these points, x and y as float64 of shape (n,), and start = (w, b)."""
    cost = functions.mean_squared_error(x, y)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    start = arguments.vector(start, "start")
    if x.ndim != 1 or start.shape != (2,):
        raise ValueError(f"x of shape (n,) and start = (w, b) are needed, not {x.shape} and {start.shape}.")
    return cost, x, y, start


def _around_the_lowest(cost: Function, start: np.ndarray, margin: float) -> Function:
    """The cost with a domain centred on its minimum, which reaches `margin` times as far as the start."""
    best = cost.minima[0]
    reach = margin * np.abs(start - best) + 1e-3 * np.maximum(1.0, np.abs(best))
    return replace(cost, domain=np.stack([best - reach, best + reach], axis=1))


def _noise(above, epoch, epochs, lowest) -> str:
    """What happened in a noisy descent that took all its steps."""
    last = above[epoch > epochs - 1]
    return (
        f"{epochs} epoch{'s' * (epochs != 1)}, {len(above) - 1} steps: the cost went from {number(above[0])} above the "
        f"lowest, {number(lowest)}, to {number(above[-1])} above it. In the last epoch it was between "
        f"{number(last.min())} and {number(last.max())} above."
    )


def _lowest(function: Function) -> float | None:
    """The cost at the lowest known minimum; None if none is known."""
    if function.minima is None or len(function.minima) == 0:
        return None
    return float(min(function.value(minimum) for minimum in function.minima))


def _cost_axis(ax, costs: list[np.ndarray], extent: tuple[int, int], log: bool) -> None:
    """Limits that hold the cost at every start and, on a logarithmic axis, six powers of ten below the highest.

    costs    arrays whose last axis is the step
    extent   from and to, along x
    """
    values = np.concatenate([np.ravel(cost) for cost in costs])
    top = max(np.nanmax(cost[..., 0]) for cost in costs)
    if log:
        lowest = max(values[values > 0].min(), 1e-6 * top)
        ax.set(yscale="log", ylim=(lowest / 2, 2 * top))
        ax.minorticks_off()
    else:
        ax.set_ylim(_padded(np.nanmin(values[values <= top]), top, 0.05))
    ax.set_xlim(_padded(*extent))


def _padded(low: float, high: float, share: float = 0.02) -> tuple[float, float]:
    """Limits a little outside low and high, so that marks there stay whole."""
    return low - share * (high - low), high + share * (high - low)


def _positions(values, name: str) -> np.ndarray:
    values = arguments.vector(values, name)
    if (np.diff(values) <= 0).any():
        raise ValueError(f"{name} must increase from each value to the next, as on a dial: sorted(set({name})) does.")
    return values


def _dial(name: str, label: str, values, begin: float | None) -> Dial:
    """A dial over these numbers that begins at the one nearest to `begin`, or in the middle."""
    start = len(values) // 2 if begin is None else int(np.argmin(np.abs(np.asarray(values) - begin)))
    return Dial(name, label, [number(value) for value in values], start)


def _rule(maker: Callable, *numbers) -> Rule:
    """The rule that the maker makes from these numbers: a rate, or a rate and a beta."""
    if not callable(maker):
        raise TypeError(
            f"rule is {maker!r}, but a function that makes a rule from a rate is needed, such as "
            "rules.gradient_descent."
        )
    rule = maker(*(float(value) for value in numbers))
    if not isinstance(rule, Rule):
        raise TypeError(f"rule({number(numbers[0])}) returned {rule!r}, but a rules.Rule is needed.")
    return rule


def _takes_beta(maker: Callable) -> bool:
    names = list(inspect.signature(maker).parameters)
    return len(names) > 1 and names[1] == "beta"
