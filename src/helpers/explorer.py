"""Descents with dials to turn: every path is computed here beforehand, and a widget looks it up and draws.

    explorer.curve(functions.square, rates=[0.1, 0.5, 1.05], starts=[-2, 2], alt="…")

`curve` shows descents on a function of one variable, `contour` on one of two, `line` a regression line on its way,
`batches` what the batch size does. Each returns a widget: end a cell with it. Without a kernel its first position is
a picture with the alt text.

A rule is handed in as what makes it from a rate, such as `rules.gradient_descent`; your own serves as well, a callable
of lr, or of lr and beta, that returns a `rules.Rule`. So does your own function, `functions.Function(value, gradient,
domain=…)`. What goes wrong on the way, divergence, NaN, a function that raises, is told beneath the picture.
"""

import inspect
import itertools
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from helpers import arguments, data, descent, functions, plots, rules, widget
from helpers.functions import Function
from helpers.rules import Rule
from helpers.widget import Dial, Explorer, Mark, Panel, Series, number

# A gradient that has grown this much is left to `descent.descend`, which knows from where on it is divergence (later
# than here) and what to say of it.
_SUSPECT = 1e6
_RATE, _MOMENTUM = "learning rate α", "momentum β"


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

    function        of one variable, with a domain, shape (1, 2): what the picture shows
    rates, starts   the positions of the dials, in θ's own unit; rate and start are those at the beginning, by default
                    the middle ones
    steps           of each descent, at least 1
    alt             what the picture shows at the beginning, to who cannot see it
    rule            rule(lr) makes the update rule

    Raises TypeError or ValueError on arguments that cannot work, such as a function that fails at every start.
    """
    drawable, steps = _drawable(function, 1), arguments.count(steps, "steps", least=1)
    rates, starts = _positions(rates, "rates"), _positions(starts, "starts")
    dials = [_dial("rate", _RATE, rates, rate), _dial("start", "start θ", starts, start)]
    made = [_descents(function, _rule(rule, lr), starts[:, None], steps) for lr in rates]
    _refuse_if_all_fail(made)
    table = np.array([[np.column_stack([run.path, run.costs]) for run in runs] for runs in made])
    says = [run.says for runs in made for run in runs]
    series = Series("descent", ("rate", "start"), table, says, [("θ", 0), ("cost", 1)], widget.STYLES[0])

    def draw(view):
        fig, (left, right) = plots.figure(columns=2, width=7.4, height=3.3)
        plots.curve(left, drawable, label="cost J(θ)")
        right.set(xlabel="iteration t", ylabel="cost J(θ)", xlim=(-0.02 * steps, 1.02 * steps), ylim=left.get_ylim())
        return fig, [left, right]

    panels = [Panel("curve", pick={"start": starts}), Panel("cost")]
    marks = [Mark("curve", "descent", (0, 1)), Mark("cost", "descent", (None, 1))]
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

    function   of two variables, with a domain, shape (2, 2): what the map shows; or several of them, {label: function},
               between which a dial chooses; `shown` is the label of that at the beginning, by default the first
    rule       rule(lr) makes the update rule, or rule(lr, beta), where its second argument is called so; or several
    rates      the positions of the dial; `rate` is that at the beginning, by default the middle one
    betas      the positions of a second dial, for the rules that take a beta; `beta` is that at the beginning
    starts     how many starts there are along each axis of the map: a click or the arrow keys choose one. `start`, of
               shape (2,), is near the one at the beginning
    rate_label what the rate's dial is called, where rule(number) makes something else of its number than the rate
    steps      of each descent, at least 1
    alt        what the picture shows at the beginning, to who cannot see it

    Where a minimum is known, the cost is drawn as what it lies above the lowest, on a logarithmic axis.
    Raises TypeError or ValueError on arguments that cannot work, such as a function that fails at every start.
    """
    costs = function if isinstance(function, Mapping) else {"": function}
    drawable = [_drawable(one, 2) for one in costs.values()]
    makers = [rule] if callable(rule) else list(rule)
    if not costs or not makers:
        raise ValueError("a function and a rule are needed, at least one of each.")
    if len(makers) > len(widget.STYLES):
        raise ValueError(
            f"{len(makers)} rules would be too many lines: at most {len(widget.STYLES)} can be told apart."
        )
    steps, starts = arguments.count(steps, "steps", least=1), arguments.count(starts, "starts", least=2)
    rates = _positions(rates, "rates")
    betas = None if betas is None else _positions(betas, "betas")
    domain = next(iter(costs.values())).domain
    if any(not np.array_equal(one.domain, domain) for one in costs.values()):
        raise ValueError(
            "the map needs the same domain for all functions: dataclasses.replace(function, domain=…) gives it."
        )
    across, up = (np.linspace(low, high, starts + 2)[1:-1] for low, high in domain)  # none on the map's very edge
    begin = [None, None] if start is None else list(arguments.vector(start, "start"))
    if len(begin) != 2:
        raise ValueError(f"start has {len(begin)} entries, but a point of the map has 2.")

    if shown is not None and shown not in costs:
        raise ValueError(f"shown = {shown!r} is none of the functions' labels: {', '.join(costs)}.")
    labels = list(costs)
    dials = [Dial("cost", "cost", labels, labels.index(shown) if shown else 0)] if len(costs) > 1 else []
    dials.append(_dial("rate", rate_label, rates, rate))
    if betas is not None:
        dials.append(_dial("momentum", _MOMENTUM, betas, beta))
    dials += [_dial("start_1", "start θ₁", across, begin[0]), _dial("start_2", "start θ₂", up, begin[1])]
    series = [
        _race(maker, list(costs.values()), rates, betas, across, up, steps, style)
        for maker, style in zip(makers, widget.STYLES, strict=False)
    ]
    names = [one.name for one in series]
    if len(set(names)) < len(names):
        raise ValueError(f"two rules are called alike, {names}: rule._replace(name=…) gives one another name.")
    known = all(_lowest(one) is not None for one in costs.values())

    def draw(view):
        fig, (left, right) = plots.figure(columns=2, width=6.2, height=3.0)
        plots.contours(left, drawable[view], levels=7)
        left.axis((*domain[0], *domain[1]))
        if known:
            left.plot(*drawable[view].minima.T, "*", color=plots.BLACK, markersize=10, label="lowest point")
        _cost_axis(right, [one.table[..., 2] for one in series], (0, steps), log=known)
        right.set(xlabel="iteration t", ylabel="cost above the lowest" if known else "cost J(θ)")
        return fig, [left, right]

    by = "cost" if len(costs) > 1 else None
    panels = [Panel("contour", by, pick={"start_1": across, "start_2": up}), Panel("cost")]
    marks = [Mark(*where, columns) for name in names for where, columns in
             [(("contour", name), (0, 1)), (("cost", name), (None, 2))]]  # fmt: skip
    return widget.make(
        f"Descents on {', '.join(one.name for one in costs.values())}", dials, panels, draw, series, marks, alt
    )


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

    x, y     the points, each of shape (n,)
    shares   the positions of the rate's dial, as parts of 2/L; `share` is that at the beginning, by default the middle
    steps    of each descent, at least 1
    alt      what the picture shows at the beginning, to who cannot see it
    standardised   whether the first dial stands there at the beginning
    start    (w, b) of the first line, for x as it is

    Raises TypeError or ValueError on arguments that cannot work.
    """
    shares, steps = _positions(shares, "shares"), arguments.count(steps, "steps", least=1)
    raw = functions.mean_squared_error(x, y)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    begin = arguments.vector(start, "start")
    if x.ndim != 1 or begin.shape != (2,):
        raise ValueError(f"x of shape (n,) and start = (w, b) are needed, not {x.shape} and {begin.shape}.")
    z, mean, std = data.standardise(x)
    # From θ of x as it is to that of z, and back.
    to_z, from_z = np.array([[std, 0.0], [mean, 1.0]]), np.array([[1 / std, 0.0], [-mean / std, 1.0]])
    ends = np.array([x.min(), x.max()])
    costs, tables, says = [], [], []
    for cost, there, back in [(raw, np.eye(2), np.eye(2)), (functions.mean_squared_error(z, y), to_z, from_z)]:
        best = cost.minima[0]
        reach = 2.1 * np.abs(there @ begin - best) + 1e-3 * np.maximum(1.0, np.abs(best))
        costs.append(replace(cost, domain=np.stack([best - reach, best + reach], axis=1)))
        for part in shares:
            lr = part * 2 / cost.curvature
            (run,) = _descents(
                replace(costs[-1], minima=None), rules.gradient_descent(lr), (there @ begin)[None], steps
            )
            lines = run.path @ back.T
            heights = lines[:, :1] * ends + lines[:, 1:]
            (left, right), (at_left, at_right) = ends, heights.T
            segment = [np.full(len(lines), left), at_left, np.full(len(lines), right), at_right]
            tables.append(np.column_stack([run.path, run.costs, *segment]))
            w, b = lines[~np.isnan(lines[:, 0])][-1]
            says.append(
                f"Here α = {number(lr)}. {run.says} The lowest cost is {number(raw(raw.minima[0]))}. In units of x the "
                f"line is {_formula(w, b)}, the best {_formula(*raw.minima[0])}."
            )
    table = np.reshape(tables, (2, len(shares), steps + 1, 7))
    reads = [("w", 0), ("b", 1), ("cost", 2)]
    series = Series("descent", ("data", "rate"), table, says, reads, widget.STYLES[0])
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
        _cost_axis(beside, [table[..., 2]], (0, steps), log=True)
        beside.set(xlabel="iteration t", ylabel="cost J(w, b)")
        return fig, [points, map_, beside]

    panels = [Panel("data"), Panel("contour", "data"), Panel("cost")]
    marks = [
        Mark("data", "descent", (3, 4, 5, 6), "segment"),
        Mark("contour", "descent", (0, 1)),
        Mark("cost", "descent", (None, 2)),
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

    x, y          the points, each of shape (n,)
    sizes, rates  the positions of the dials; size and rate are those at the beginning, by default the middle ones
    epochs        how often each descent sees every point, at least 1
    alt           what the picture shows at the beginning, to who cannot see it
    draws         how many shuffles a third dial offers; shuffle k is dealt by `np.random.default_rng(k)`
    start         (w, b) of the first line

    Each epoch is shuffled anew, `data.batches`. The cost is that of all points, drawn as what it lies above the lowest.
    Raises TypeError or ValueError on arguments that cannot work.
    """
    cost = functions.mean_squared_error(x, y)
    x, y = np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.float64)
    begin = arguments.vector(start, "start")
    if x.ndim != 1 or begin.shape != (2,):
        raise ValueError(f"x of shape (n,) and start = (w, b) are needed, not {x.shape} and {begin.shape}.")
    sizes = [arguments.count(size, "sizes", least=1) for size in sizes]
    if not sizes or max(sizes) > len(x):
        raise ValueError(f"sizes = {sizes} must name at least one batch size, and none above the {len(x)} points.")
    rates, draws = _positions(rates, "rates"), arguments.count(draws, "draws", least=1)
    epochs = arguments.count(epochs, "epochs", least=1)
    most = epochs * -(-len(x) // min(sizes))
    lowest = cost(cost.minima[0])
    tables, says = [], []
    for m, lr, k in itertools.product(sizes, rates, range(draws)):
        order = np.random.default_rng(k)
        picks = [batch for _ in range(epochs) for batch in data.batches(len(x), m, order)]
        path, sentence = _noisy_descent(cost, x, y, begin, picks, lr)
        epoch = np.cumsum([0, *map(len, picks)])[: len(path)] / len(x)
        above = cost.value(path) - lowest
        table = np.full((most + 1, 4), np.nan)
        table[: len(path)] = np.column_stack([path, epoch, above])
        tables.append(table)
        says.append(sentence or _noise(above, epoch, epochs, lowest))
    table = np.reshape(tables, (len(sizes), len(rates), draws, most + 1, 4))
    reads = [("epoch", 2), ("w", 0), ("b", 1), ("cost above the lowest", 3)]
    series = Series("descent", ("batch", "rate", "shuffle"), table, says, reads, widget.STYLES[0])
    reach = 1.5 * np.abs(begin - cost.minima[0]) + 1e-3 * np.maximum(1.0, np.abs(cost.minima[0]))
    shown = replace(cost, domain=np.stack([cost.minima[0] - reach, cost.minima[0] + reach], axis=1))
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
        _cost_axis(right, [table[..., 3]], (0, epochs), log=True)
        right.set(xlabel="epoch", ylabel="cost above the lowest")
        return fig, [left, right]

    panels = [Panel("contour"), Panel("cost")]
    marks = [Mark("contour", "descent", (0, 1)), Mark("cost", "descent", (2, 3))]
    return widget.make("Batch size and noise", dials, panels, draw, [series], marks, alt)


class _Run(NamedTuple):
    """One descent: path, shape (steps + 1, d), and costs, NaN from where it ended early; and what happened."""

    path: np.ndarray
    costs: np.ndarray
    says: str
    rule: str
    failed: bool = False  # not even the start could be evaluated


def _race(maker, costs, rates, betas, across, up, steps, style) -> Series:
    """All descents of one rule, at each position of the dials that it depends on."""
    grid = np.stack(np.meshgrid(across, up, indexing="ij"), axis=-1).reshape(-1, 2)
    choices = [(beta,) for beta in betas] if betas is not None and _takes_beta(maker) else [()]
    made, tables = [], []
    for cost, lr, choice in itertools.product(costs, rates, choices):
        made.append(_descents(cost, _rule(maker, lr, *choice), grid, steps))
        floor = _lowest(cost) or 0.0
        tables += [np.column_stack([run.path, run.costs - floor]) for run in made[-1]]
    _refuse_if_all_fail(made)
    by = {"cost": len(costs), "rate": len(rates), "momentum": len(choices), "start_1": len(across), "start_2": len(up)}
    by = {dial: count for dial, count in by.items() if count > 1 or dial not in ("cost", "momentum")}
    table = np.reshape(tables, (*by.values(), steps + 1, 3))
    says = [run.says for runs in made for run in runs]
    height = "cost above the lowest" if any(map(_lowest, costs)) else "cost"
    return Series(made[0][0].rule, tuple(by), table, says, [("θ₁", 0), ("θ₂", 1), (height, 2)], style)


def _descents(function: Function, rule: Rule, starts: np.ndarray, steps: int) -> list[_Run]:
    """A descent from each start, shape (k, d), as `descent.descend` would go.

    All at once where function and rule take many points at once; whether they rightly do is found out by comparing
    some of them. Those that may diverge, and all where they do not, are left to `descend` itself.
    """
    together = _together(function, rule, starts, steps)
    if together is None:
        return [_descent(function, rule, start, steps) for start in starts]
    paths, costs, norms = together
    with np.errstate(invalid="ignore", over="ignore"):
        calm = (norms.max(axis=0) <= _SUSPECT * np.maximum(1.0, norms[0])) & np.isfinite(costs).all(axis=0)
    sample = {0, len(starts) // 2, len(starts) - 1, int(np.argmax(norms[0]))}
    for k in sample:
        if calm[k] and not np.allclose(
            _descent(function, rule, starts[k], steps).path, paths[:, k], rtol=1e-6, atol=1e-9
        ):
            return [_descent(function, rule, start, steps) for start in starts]
    return [
        _Run(paths[:, k], costs[:, k], _sentence(function, rule, paths[:, k], costs[:, k], norms[:, k]), rule.name)
        if calm[k]
        else _descent(function, rule, start, steps)
        for k, start in enumerate(starts)
    ]


def _together(function, rule, starts, steps):
    """Paths, costs and gradient norms of all descents, step by step together; None where that fails."""
    record = np.empty((steps + 1, len(starts), starts.shape[1] + 2))
    theta = starts.copy()
    try:
        with np.errstate(all="ignore"):
            state = rule.init(theta)
            for t in range(steps + 1):
                gradient, cost = function.gradient(theta), function.value(theta)
                if np.shape(gradient) != theta.shape or np.shape(cost) != theta.shape[:1]:
                    return None
                record[t] = np.column_stack([theta, cost, np.linalg.norm(gradient, axis=1)])
                step, state = rule.update(gradient, state, theta)
                theta = theta + step
    except Exception:  # written for one point at a time, by anyone: whatever it says, it is asked again point by point
        return None
    return record[..., :-2], record[..., -2], record[..., -1]


def _descent(function: Function, rule: Rule, start: np.ndarray, steps: int) -> _Run:
    """One descent by `descent.descend`; what the function raises ends it with a sentence."""
    raised = []

    def guarded(evaluate, missing):
        def guard(theta):
            try:
                return evaluate(theta)
            except Exception as error:  # the student's own function: whatever it raises is told in the explorer
                raised.append(f"{type(error).__name__} at θ = {_point(theta)}: {error}")
                return missing(theta)

        return evaluate and guard

    def nothing(theta):
        return np.full(theta.shape, np.nan)

    watched = replace(
        function,
        value=guarded(function.value, lambda theta: np.nan),
        gradient=guarded(function.gradient, nothing),
        value_and_gradient=guarded(function.value_and_gradient, lambda theta: (np.nan, nothing(theta))),
    )
    path, costs = np.full((steps + 1, len(start)), np.nan), np.full(steps + 1, np.nan)
    try:
        run = descent.descend(watched, start, rule, steps)
    except ValueError as error:
        says = f"The function raised {raised[0]}" if raised else str(error)
        return _Run(path, costs, f"No step from θ = {_point(start)}. {says}", rule.name, failed=True)
    path[: run.steps + 1], costs[: run.steps + 1] = run.path, run.costs
    if raised:
        says = f"Stopped at step {run.steps + 1}: the function raised {raised[0]}"
    elif run.stopped == "diverged":
        says = run.explanation[0].upper() + run.explanation[1:] + _leaves(function, run.path)
    else:
        says = _sentence(function, rule, run.path, run.costs, run.gradient_norms)
    return _Run(path, costs, says, rule.name)


def _sentence(function, rule, path, costs, norms) -> str:
    """What happened on a path that was walked to its end."""
    if norms[0] == 0:
        return "The gradient is zero at the start, so no step leads away from it."
    steps, too_fast = len(costs) - 1, ""
    if rule.border is not None and function.curvature is not None and not callable(rule.lr):
        border = rule.border(function.curvature)
        if rule.lr > border:
            too_fast = f" The rate {number(rule.lr)} is above the border, {number(border)}."
        elif rule.lr == border:
            too_fast = f" The rate is the border itself, {number(border)}."
    says = f"After {steps} step{'s' * (steps != 1)} the cost went from {number(costs[0])} to {number(costs[-1])}"
    says += f", the gradient norm from {number(norms[0])} to {number(norms[-1])}."
    if function.minima is not None and len(function.minima):
        away = np.linalg.norm(function.minima - path[-1], axis=1).min()
        there = away <= 1e-9 * np.abs(path).max()  # below that the digits are rounding
        says += " It is at a minimum." if there else f" The nearest minimum is {number(away)} away."
    return says + too_fast + _leaves(function, path)


def _leaves(function, path) -> str:
    """Whether the path leaves the picture, as a sentence after others."""
    low, high = function.domain.T
    outside = np.flatnonzero(((path < low) | (path > high)).any(axis=1))
    return f" Step {outside[0]} leaves the picture." if len(outside) else ""


def _noisy_descent(cost, x, y, start, picks, lr) -> tuple[np.ndarray, str]:
    """The path of a line over these batches, and a sentence if it diverged (the path then ends before that)."""
    rule, theta, path = rules.gradient_descent(lr), start, [start]
    state, limit = rule.init(start), 1e8 * max(1.0, cost(start))
    for batch in picks:
        residual = theta[0] * x[batch] + theta[1] - y[batch]
        gradient = 2 / len(batch) * np.array([residual @ x[batch], residual.sum()])
        step, state = rule.update(gradient, state, theta)
        theta = theta + step
        if not cost(theta) <= limit:  # a NaN fails too
            return np.array(path), (
                f"Diverged: step {len(path)} took the cost to {number(cost(theta))}, from {number(cost(start))} at the "
                f"start. The rate {number(lr)} is too large for batches of {len(batch)}."
            )
        path.append(theta)
    return np.array(path), ""


def _noise(above, epoch, epochs, lowest) -> str:
    last = above[epoch > epochs - 1]
    return (
        f"{epochs} epoch{'s' * (epochs != 1)}, {len(above) - 1} steps: the cost went from {number(above[0])} above the "
        f"lowest, {number(lowest)}, to {number(above[-1])} above it. In the last epoch it lay between "
        f"{number(last.min())} and {number(last.max())} above."
    )


def _drawable(function: Function, d: int) -> Function:
    """The function of d variables, with a value that takes many points at once, also where it was written for one.

    Where it raises, or is not finite, the picture has a gap.
    """
    if not isinstance(function, Function):
        raise TypeError(
            f"function is {function!r}, but functions.Function(value, gradient, domain=…) is needed: it holds both and "
            "what the picture is to show."
        )

    if np.shape(function.domain) != (d, 2):
        raise ValueError(
            f"to draw {function.name} here, it needs a domain of shape ({d}, 2), from and to for each entry of θ: "
            "dataclasses.replace(function, domain=np.array(…)) gives it one."
        )

    def one(theta):
        try:
            return float(function.value(theta))
        except Exception:  # the student's own function: a gap, and in the descents its own words
            return np.nan

    def value(theta):
        points = theta.reshape(-1, theta.shape[-1])
        some = points[[0, len(points) // 3, -1]]
        with np.errstate(all="ignore"):
            try:
                cost = np.asarray(function.value(theta), dtype=float)
                right = cost.shape == theta.shape[:-1] and np.allclose(
                    function.value(some), [one(point) for point in some], equal_nan=True
                )
            except Exception:
                right = False
            if not right:
                cost = np.array([one(point) for point in points]).reshape(theta.shape[:-1])
        if not np.isfinite(cost).any():
            raise ValueError(f"{function.name} has no finite value on its domain, so there is nothing to draw.")
        return np.ma.masked_invalid(cost)

    return replace(function, value=value)


def _lowest(function: Function) -> float | None:
    """The cost at the lowest known minimum; None where none is known."""
    if function.minima is None or len(function.minima) == 0:
        return None
    return float(min(function.value(minimum) for minimum in function.minima))


def _cost_axis(ax, costs, steps, log):
    """Limits that hold every start's cost and, on a logarithmic axis, six powers of ten below the highest."""
    first, last = steps
    values = np.concatenate([np.ravel(cost) for cost in costs])
    top = max(np.nanmax(cost[..., 0]) for cost in costs)
    if log:
        lowest = max(values[values > 0].min(), 1e-6 * top)
        ax.set(yscale="log", ylim=(lowest / 2, 2 * top))
        ax.minorticks_off()
    else:
        lowest = np.nanmin(values[values <= top])
        ax.set_ylim(lowest - 0.05 * (top - lowest), top + 0.05 * (top - lowest))
    ax.set_xlim(first - 0.02 * (last - first), last + 0.02 * (last - first))


def _positions(values, name: str) -> np.ndarray:
    values = arguments.vector(values, name)
    if len(set(values)) < len(values) or (np.diff(values) < 0).any():
        raise ValueError(
            f"{name} must rise from each to the next, as a dial does; sorted(set({name})) puts them right."
        )
    return values


def _dial(name, label, values, begin) -> Dial:
    """A dial over these numbers that begins at the one nearest to `begin`, or in the middle."""
    start = len(values) // 2 if begin is None else int(np.argmin(np.abs(np.asarray(values) - begin)))
    return Dial(name, label, [number(value) for value in values], start)


def _rule(maker: Callable, *numbers) -> Rule:
    if not callable(maker):
        raise TypeError(f"rule is {maker!r}, but what makes it from a rate is needed, such as rules.gradient_descent.")
    rule = maker(*(float(value) for value in numbers))
    if not isinstance(rule, Rule):
        raise TypeError(f"rule({number(numbers[0])}) returned {rule!r}, but a rules.Rule is needed.")
    return rule


def _takes_beta(maker: Callable) -> bool:
    names = list(inspect.signature(maker).parameters)
    return len(names) > 1 and names[1] == "beta"


def _refuse_if_all_fail(made: list[list[_Run]]) -> None:
    """A ValueError if no descent could take its first step: then the explorer would show nothing."""
    runs = [run for runs in made for run in runs]
    if all(run.failed for run in runs):
        raise ValueError(f"there is nothing to explore, each start failed. The first: {runs[0].says}")


def _formula(w, b) -> str:
    return f"{number(w)} x {'−' if b < 0 else '+'} {number(abs(b))}"


def _point(theta) -> str:
    numbers = [number(value) for value in np.ravel(theta)]
    return numbers[0] if len(numbers) == 1 else f"({', '.join(numbers)})"
