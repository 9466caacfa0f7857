"""An explorer shows at every position of its dials what the course's own loop does there, and says what went wrong.

What the browser draws is read back here from the tables as they are sent. References: `descent.descend`, which other
tests hold to hand calculations, one descent at a time; lesson 4's own loop for batches; formulas by hand.
"""

import html
import itertools
import json
import math
import re
from dataclasses import replace
from pathlib import Path

import nbformat
import numpy as np
import pytest
from lesson_code import NOTEBOOKS, functions_of

from helpers import data, descent, explorer, functions, numerals, plots, rules

X, Y = data.points()
RATES, STARTS = [0.05, 0.3, 0.9, 1.1], [-2.0, 0.5, 3.0]
BOWL = functions.quadratic([[2.0]])  # θ², and unlike `square` it knows its curvature
VIEW = "application/vnd.jupyter.widget-view+json"


def table(widget, name):
    """A table as the browser reads it."""
    shape = widget.spec["tables"][name]["shape"]
    return np.frombuffer(widget.tables[name], "<f4").reshape(shape)


def series(widget, name):
    return next(one for one in widget.spec["series"] if one["name"] == name)


def says(widget, name, *position):
    """The sentence at a position of the series' dials."""
    counts = [
        len(dial["values"]) for by in series(widget, name)["by"] for dial in widget.spec["dials"] if dial["name"] == by
    ]
    return series(widget, name)["says"][np.ravel_multi_index(position, counts)]


def assert_is_descent(rows, function, rule, start, steps, lowest=0.0):
    """The rows hold θ and the cost of this descent, and NaN from where it ended early."""
    run = descent.descend(function, start, rule, steps)
    expected = np.full((steps + 1, rows.shape[1]), np.nan)
    expected[: run.steps + 1] = np.column_stack([run.path, run.costs - lowest])
    np.testing.assert_allclose(rows, expected, rtol=1e-6, atol=1e-6 * np.nanmax(np.abs(expected[0])))


def curve(function=functions.square, **kwargs):
    return explorer.curve(
        function, **{"rates": RATES, "starts": STARTS, "steps": 12, "alt": "a ball on a curve"} | kwargs
    )


def contour(function=functions.ravine, rule=rules.gradient_descent, **kwargs):
    return explorer.contour(
        function, rule, **{"rates": [0.01, 0.05, 0.079], "steps": 15, "starts": 5, "alt": "a path on a map"} | kwargs
    )


def dial(widget, name):
    return next(one for one in widget.spec["dials"] if one["name"] == name)


def picks(widget, panel="contour"):
    (found,) = (one for one in widget.spec["panels"] if one["name"] == panel)
    return [np.array(pick["at"]) for pick in found["pick"]]


@pytest.mark.parametrize("function", [functions.square, functions.double_well, functions.plateau])
@pytest.mark.parametrize("rule", [rules.gradient_descent, rules.momentum, rules.adam])
def test_every_position_of_the_curve_is_the_descent_of_the_course(function, rule):
    rows = table(curve(function, rates=[0.02, 0.05, 0.1], rule=rule), "descent")
    for (k, lr), (j, start) in itertools.product(enumerate([0.02, 0.05, 0.1]), enumerate(STARTS)):
        assert_is_descent(rows[k, j], function, rule(lr), start, steps=12)


@pytest.mark.parametrize(
    "rule",
    [
        rules.gradient_descent,
        rules.adam,
        rules.rmsprop,
        lambda lr: rules.clipped_by_norm(rules.gradient_descent(lr), 2.0),  # takes one point at a time only
        lambda lr: rules.gradient_descent(lambda t: lr / (1 + t)),
    ],
)
@pytest.mark.parametrize("function", [functions.ravine, functions.himmelblau, functions.saddle])
def test_every_position_of_the_map_is_the_descent_of_the_course(function, rule):
    widget = contour(function, rule, rates=[0.004, 0.01])
    name = widget.spec["series"][0]["name"]
    rows, (across, up) = table(widget, name), picks(widget)
    lowest = function.value(function.minima).min()
    for (k, lr), i, j in itertools.product(enumerate([0.004, 0.01]), range(5), range(5)):
        assert_is_descent(rows[k, i, j], function, rule(lr), [across[i], up[j]], 15, lowest)


def test_a_momentum_dial_turns_only_the_rules_that_take_a_beta():
    widget = contour(rule=[rules.gradient_descent, rules.momentum], betas=[0.0, 0.5, 0.9])
    across, up = picks(widget)
    assert series(widget, "gradient descent")["by"] == ("rate", "start_1", "start_2")
    assert series(widget, "momentum")["by"] == ("rate", "momentum", "start_1", "start_2")
    rows = table(widget, "momentum")
    for (k, lr), (b, beta) in itertools.product(enumerate([0.01, 0.05, 0.079]), enumerate([0.0, 0.5, 0.9])):
        assert_is_descent(rows[k, b, 1, 3], functions.ravine, rules.momentum(lr, beta), [across[1], up[3]], 15)


def test_a_dial_chooses_between_several_costs_and_changes_the_map():
    turned = replace(functions.quadratic([[13.0, 12.0], [12.0, 13.0]]), domain=functions.ravine.domain)
    widget = contour({"straight": functions.ravine, "turned": turned}, rules.adam)
    assert dial(widget, "cost")["values"] == ["straight", "turned"]
    across, up = picks(widget)
    for k, function in enumerate([functions.ravine, turned]):
        assert_is_descent(table(widget, "Adam")[k, 2, 0, 4], function, rules.adam(0.079), [across[0], up[4]], 15)
    first, second = widget.spec["panels"][0]["views"]
    assert first["lines"][0]["table"] != second["lines"][0]["table"]


def test_the_height_is_called_what_it_is_and_measured_from_one_level_in_all_costs():
    lowest_is_zero = contour(functions.ravine)
    assert series(lowest_is_zero, "gradient descent")["reads"][2] == ("cost above the lowest", 2)
    unknown = replace(functions.saddle, minima=None, domain=functions.himmelblau.domain)
    offset = replace(functions.himmelblau, value=lambda theta: 7 + functions.himmelblau.value(theta))
    mixed = contour({"known": offset, "unknown": unknown}, rates=[0.001, 0.002])
    assert series(mixed, "gradient descent")["reads"][2] == ("cost", 2)
    across, up = picks(mixed)
    rows = table(mixed, "gradient descent")[0, 1, 2, 2]
    assert_is_descent(rows, offset, rules.gradient_descent(0.002), [across[2], up[2]], 15)  # nothing is subtracted


def test_contour_lines_lie_where_the_cost_is_equal():
    widget = contour(functions.saddle)
    lines = table(widget, widget.spec["panels"][0]["views"][0]["lines"][0]["table"])
    pieces = np.split(lines, np.flatnonzero(np.isnan(lines[:, 0])))
    costs = [functions.saddle.value(piece[1:].astype(float)) for piece in pieces if len(piece) > 1]
    longest = max(np.hypot(*np.diff(piece[1:], axis=0).T).max() for piece in pieces if len(piece) > 2)
    assert longest < 0.1  # no stroke leads from one line to the next
    assert len(costs) >= 7 and len(np.unique([cost.mean().round(1) for cost in costs])) >= 6
    assert (
        max(np.ptp(cost) for cost in costs) < 0.03
    )  # of a range from -1 to 5: lines between the points of a fine grid


def test_a_line_across_a_panel_is_sent_in_the_panels_own_units():
    widget = explorer.line(X, Y, shares=[0.5, 0.9], alt="a line")
    (cost,) = (panel for panel in widget.spec["panels"] if panel["name"] == "cost")
    (lowest,) = (table(widget, line["table"]) for line in cost["views"][0]["lines"])
    residual = Y - np.polynomial.Polynomial.fit(X, Y, 1)(X)
    assert np.allclose(lowest[:, 1], np.mean(residual**2), rtol=1e-6)
    assert lowest[:, 0] == pytest.approx([cost["views"][0]["x"]["from"], cost["views"][0]["x"]["to"]])


@pytest.mark.parametrize("standardised", [False, True])
def test_the_regression_line_descends_as_the_course_does_and_is_drawn_in_units_of_x(standardised):
    start = np.array([0.5, 10.0])
    widget = explorer.line(X, Y, shares=[0.25, 0.9, 1.1], steps=9, start=start, alt="a line")
    rows = table(widget, "descent")[int(standardised)]
    z = (X - X.mean()) / X.std() if standardised else X
    begin = [start[0] * X.std(), start[1] + start[0] * X.mean()] if standardised else start
    cost = functions.mean_squared_error(z, Y)
    border = 2 / np.linalg.eigvalsh(cost.hessian(cost.minima[0]))[-1]
    for k, share in enumerate([0.25, 0.9, 1.1]):
        assert_is_descent(rows[k, :, :3], cost, rules.gradient_descent(share * border), begin, 9)
        for (x0, y0, x1, y1), (w, b) in zip(rows[k, :, 3:], rows[k, :, :2], strict=True):
            assert (x0, x1) == pytest.approx((X.min(), X.max()))
            assert (y0, y1) == pytest.approx((w * z.min() + b, w * z.max() + b), rel=1e-4, abs=1e-3)


def test_batches_take_the_steps_of_lesson_4():
    lesson = functions_of("04_batch_stochastic_minibatch")
    z, _, _ = data.standardise(X)
    sizes, rates = [1, 32, 100], [0.02, 0.1]
    widget = explorer.batches(z, Y, sizes, rates, epochs=2, draws=2, alt="a path")
    rows, cost = table(widget, "descent"), functions.mean_squared_error(z, Y)
    for (i, m), (j, lr), seed in itertools.product(enumerate(sizes), enumerate(rates), range(2)):
        path = lesson.fit(z, Y, m, lr, epochs=2, seed=seed)
        shown = rows[i, j, seed]
        np.testing.assert_allclose(shown[: len(path), :2], path, rtol=1e-5)
        assert np.isnan(shown[len(path) :]).all()
        assert shown[len(path) - 1, 2] == 2.0  # epochs
        above = [np.mean((w * z + b - Y) ** 2) - cost(cost.minima[0]) for w, b in path]
        np.testing.assert_allclose(shown[: len(path), 3], above, rtol=1e-4, atol=1e-4)


def test_a_diverging_descent_says_when_and_names_the_border():
    said = says(curve(BOWL, steps=200), "descent", 3, 2)
    run = descent.descend(BOWL, 3.0, rules.gradient_descent(1.1), 200)
    assert run.stopped == "diverged"
    assert said[1:].startswith(run.explanation[1:])
    assert f"step {run.steps + 1} " in said and "border is 1," in said


def test_a_diverging_descent_ends_where_the_courses_does_also_where_no_border_is_known():
    widget = curve(functions.square, steps=200)
    assert "Diverged" in says(widget, "descent", 3, 0)
    assert_is_descent(table(widget, "descent")[3, 0], functions.square, rules.gradient_descent(1.1), -2.0, 200)


def test_a_rate_above_the_border_is_told_before_it_diverges():
    widget = curve(BOWL, rates=[0.9, 1.0, 1.05], steps=5)
    assert "The rate 1.05 is above the border, 1." in says(widget, "descent", 2, 0)
    assert "The rate is the border itself, 1." in says(widget, "descent", 1, 0)
    assert "border" not in says(widget, "descent", 0, 0)


def test_batches_that_diverge_say_so_and_the_path_ends_there():
    z, _, _ = data.standardise(X)
    widget = explorer.batches(z, Y, [1, 100], [0.1, 3.0], epochs=40, draws=1, alt="a path")
    said = says(widget, "descent", 1, 1, 0)
    step = int(re.search(r"Diverged: step (\d+) ", said)[1])
    rows = table(widget, "descent")[1, 1, 0]
    assert np.isfinite(rows[:step]).all() and np.isnan(rows[step:]).all()
    # By hand: on z both curvatures are 2, so the error is times 1 − 3 · 2 = −5 a step and the excess cost times 25;
    # the cost at the start, 26580, has grown 10⁸-fold after the first step k with 25ᵏ > 10⁸, about.
    assert step == math.ceil(8 / math.log10(25))


def test_a_path_that_leaves_the_picture_is_told_with_its_step():
    widget = curve(rates=[0.05, 0.95, 1.2], starts=[-3.4, 1.0], steps=5)
    # 1 − 2 · 1.2 = −1.4: from 1 over −1.4, 1.96 and −2.744 to 3.8416, beyond the domain's 3.5 at step 4.
    assert "Step 4 leaves the picture." in says(widget, "descent", 2, 1)
    assert "leaves" not in says(widget, "descent", 1, 1)


def test_what_is_said_of_a_descent_that_arrives_stays_or_is_on_its_way():
    widget = curve(rates=[0.1, 0.5], starts=[0.0, 2.0], steps=1)
    assert "The gradient is zero at the start, so no step leads away from it." in says(widget, "descent", 0, 0)
    assert "It is at a minimum." in says(widget, "descent", 1, 1)
    said = says(widget, "descent", 0, 1)
    assert "After 1 step the cost went from 4 to 2.56, the gradient norm from 4 to 3.2." in said
    assert "The nearest minimum is 1.6 away." in said


def one_at_a_time(theta):
    """A function as a student writes it, for one point; math.log raises left of 0."""
    return math.log(theta[0]) ** 2


LOG = functions.Function(
    value=one_at_a_time,
    gradient=lambda theta: np.array([2 * math.log(theta[0]) / theta[0]]),
    name="squared logarithm",
    domain=np.array([[-0.5, 4.0]]),
)


def test_a_function_that_raises_is_told_with_its_own_words_and_the_path_ends_there():
    widget = curve(LOG, rates=[0.05, 0.9], starts=[0.5, 3.0], steps=10)
    # By hand: from 0.5 the slope is 4 ln(0.5) = −2.7726, a step of 0.9 leads to 2.9953, and on.
    assert_is_descent(table(widget, "descent")[0, 0], LOG, rules.gradient_descent(0.05), 0.5, 10)
    far = curve(LOG, rates=[0.05, 5.0], starts=[0.5, 3.0], steps=10)
    # From 3 the slope is 2 ln(3)/3 = 0.7324, so the step of 5 leads to −0.6620, where math.log raises.
    said = says(far, "descent", 1, 1)
    assert said.startswith("Stopped at step 1: the function raised ValueError at θ = −0.662: ")
    with pytest.raises(ValueError) as raised:
        math.log(-0.662)
    assert str(raised.value) in said
    rows = table(far, "descent")[1, 1]
    assert rows[0, 0] == 3.0 and np.isnan(rows[1:]).all()
    (background,) = (line["table"] for line in far.spec["panels"][0]["views"][0]["lines"])
    drawn = table(far, background)
    assert np.isnan(drawn[drawn[:, 0] <= 0, 1]).all() and np.isfinite(drawn[drawn[:, 0] > 0.01, 1]).all()


def test_a_start_where_the_function_raises_is_told_too():
    widget = curve(LOG, rates=[0.05], starts=[-0.4, 3.0], steps=3)
    assert says(widget, "descent", 0, 0).startswith("No step from θ = −0.4. The function raised ValueError")
    assert np.isnan(table(widget, "descent")[0, 0]).all()


def test_a_nan_is_told_in_words():
    bad = functions.Function(
        value=lambda theta: np.where(theta[..., 0] < 1, np.nan, theta[..., 0] ** 2),
        gradient=lambda theta: 2 * theta,
        domain=np.array([[-3.0, 3.0]]),
    )
    said = says(curve(bad, rates=[0.1, 0.4], starts=[2.0, 3.0]), "descent", 1, 0)
    # From 2 a rate of 0.4 leads to 0.4, below 1.
    assert said.startswith("Diverged: step 1 took the cost from 4 to nan")


def test_a_function_written_for_one_point_gives_the_same_as_one_for_many():
    single = functions.Function(
        value=lambda theta: 0.5 * theta[0] ** 2 + 12.5 * theta[1] ** 2,
        gradient=lambda theta: np.array([theta[0], 25 * theta[1]]),
        minima=np.zeros((1, 2)),
        domain=functions.ravine.domain,
    )
    ours, theirs = contour(single), contour()
    np.testing.assert_allclose(table(ours, "gradient descent"), table(theirs, "gradient descent"), rtol=1e-5, atol=1e-6)
    assert ours.spec["panels"][1] == theirs.spec["panels"][1]


def test_your_own_rule_is_explored_like_the_courses():
    def signs(lr):
        """θ ← θ − α sign(∇J)."""
        return rules.Rule(
            "signs", lambda theta: None, lambda gradient, state, theta: (-lr * np.sign(gradient), state), lr
        )

    widget = contour(functions.himmelblau, [rules.gradient_descent, signs], rates=[0.01, 0.02])
    across, up = picks(widget)
    assert_is_descent(table(widget, "signs")[1, 4, 0], functions.himmelblau, signs(0.02), [across[4], up[0]], 15)


@pytest.mark.parametrize(
    ("make", "sentence"),
    [
        (lambda: curve(alt=" "), "a picture needs an alt text"),
        (lambda: curve(function=lambda theta: theta**2), "functions.Function(value, gradient, domain=…) is needed"),
        (lambda: curve(function=functions.Function(np.sum, np.array)), "needs a domain of shape (1, 2)"),
        (lambda: curve(function=functions.ravine), "needs a domain of shape (1, 2)"),
        (lambda: contour(functions.square), "needs a domain of shape (2, 2)"),
        (lambda: curve(rates=[0.2, 0.1]), "rates must increase from each value to the next"),
        (lambda: curve(rates=[-0.1, 0.1]), "lr = -0.1 cannot be used"),
        (lambda: curve(starts=[]), "starts is empty"),
        (lambda: curve(starts=[0.0, np.nan]), "starts[1] is nan"),
        (lambda: curve(steps=0), "steps = 0 cannot be used"),
        (lambda: curve(rule=rules.gradient_descent(0.1)), "a function that makes a rule from a rate is needed"),
        (lambda: curve(rule=lambda lr: lr), "returned 0.05, but a rules.Rule is needed"),
        (lambda: contour(rule=[]), "at least one of each"),
        (lambda: contour(rule=[rules.adam, rules.adam]), "two rules have the same name"),
        (lambda: contour(rule=[rules.adam] * 5), "5 rules would be too many lines"),
        (lambda: contour(start=[1.0]), "start has 1 entries, but a point of the map has 2"),
        (lambda: contour({"a": functions.ravine}, shown="b"), "shown = 'b' is not one of the functions' labels: a"),
        (lambda: contour(starts=60, steps=200), "MB, over 4: fewer positions of its dials"),
        (lambda: contour({"a": functions.ravine, "b": functions.saddle}), "the same domain for all functions"),
        (lambda: explorer.line(X[:, None], Y, [0.5], alt="a line"), "x of shape (n,)"),
        (lambda: explorer.batches(X, Y, [200], [0.1], alt="a path"), "none above the 100 points"),
        (lambda: explorer.batches(X, Y, [], [0.1], alt="a path"), "at least one batch size"),
    ],
)  # fmt: skip
def test_bad_arguments_are_refused_at_once_in_a_sentence(make, sentence):
    with pytest.raises((TypeError, ValueError)) as raised:
        make()
    assert sentence in str(raised.value)


def test_a_function_that_fails_at_every_start_is_refused_with_its_own_words():
    def fails(theta):
        raise RuntimeError("no such place")

    for make in [curve, contour]:
        domain = np.array([[-1.0, 1.0]] * (1 if make is curve else 2))
        function = functions.Function(value=lambda theta: 1.0, gradient=fails, domain=domain)
        with pytest.raises(ValueError, match=r"every start failed.*RuntimeError at θ = .*no such place"):
            make(function)


def test_the_dials_begin_where_they_are_told_and_show_their_values():
    widget = curve(rate=0.3, start=0.4)
    rate, start = dial(widget, "rate"), dial(widget, "start")
    assert (rate["values"][rate["start"]], start["values"][start["start"]]) == ("0.3", "0.5")
    assert rate["values"] == ["0.05", "0.3", "0.9", "1.1"] and start["values"][0] == "−2"


def test_several_costs_begin_with_the_one_that_is_asked_for_and_the_rate_is_called_what_it_is():
    costs = {"round": replace(functions.quadratic(np.eye(2)), domain=functions.ravine.domain), "long": functions.ravine}
    widget = contour(costs, lambda part: rules.gradient_descent(part / 25), shown="long", rate_label="parts of 1/25")
    assert dial(widget, "cost")["start"] == 1 and dial(widget, "rate")["label"] == "parts of 1/25"
    assert "cost = long, parts of 1/25 = 0.05" in widget._repr_mimebundle_()[0]["text/plain"]


@pytest.mark.parametrize(
    ("value", "text"),
    [(0.1 + 0.2, "0.3"), (-2.0, "−2"), (28540.9, "28541"), (1.5e9, "1.5e9"), (1.394e-5, "1.394e−5"), (1e7, "1e7")],
)
def test_numbers_are_written_as_a_reader_wants_them(value, text):
    assert numerals.number(value) == text


def test_the_picture_without_a_kernel_carries_the_alt_text_and_the_numbers_of_the_first_position():
    shown, _ = curve(rate=0.3, start=-2.0, steps=3, alt='Ball & "curve"')._repr_mimebundle_()
    assert set(shown) == {VIEW, "text/html", "text/plain"}
    alt = re.fullmatch(r'<img alt="([^"]*)" src="data:image/png;base64,[^"]+">', shown["text/html"])[1]
    assert html.unescape(alt) == 'Ball & "curve"'
    # By hand: 1 − 2 · 0.3 = 0.4, so from −2 over −0.8 and −0.32 to −0.128; costs 4, 0.64, 0.1024 and 0.016384.
    line = next(line for line in shown["text/plain"].splitlines() if "'descent'" in line)
    assert "4 points, x first -2, last -0.128" in line and "y first 4, last 0.01638" in line
    assert "learning rate α = 0.3, start θ = −2" in shown["text/plain"]


def test_the_drawing_code_asks_no_other_host_for_anything():
    source = Path(explorer.__file__).with_name("explorer.js").read_text(encoding="utf-8")
    assert not re.search(r"//[\w-]+\.|https?:|\bfetch\(|\bimport\b", source)


def test_what_is_sent_is_plain_data_of_a_size_that_a_browser_takes():
    widget = contour(rule=[rules.gradient_descent, rules.momentum], betas=[0.5, 0.9])
    json.dumps(widget.spec, allow_nan=False)
    for name, entry in widget.spec["tables"].items():
        assert len(widget.tables[name]) == 4 * math.prod(entry["shape"])


EXPLORER = re.compile(r"^explorer\.\w+\(", re.MULTILINE)
LESSONS = [path for path in sorted(NOTEBOOKS.glob("*.ipynb")) if "explorer." in path.read_text(encoding="utf-8")]


def test_the_lessons_with_explorers_are_found():
    assert {path.name[:2] for path in LESSONS} >= {"01", "02", "03", "04"}


@pytest.mark.parametrize("path", LESSONS, ids=lambda path: path.stem)
def test_a_stored_explorer_is_a_picture_with_an_alt_text_and_no_widget(path):
    nb = nbformat.read(path, as_version=4)
    assert VIEW not in path.read_text(encoding="utf-8") and "widgets" not in nb.metadata
    cells = [cell for cell in nb.cells if cell.cell_type == "code" and EXPLORER.search(cell.source)]
    assert cells
    for cell in cells:
        (output,) = cell.outputs
        assert re.match(r'<img alt="[^"]{40,}"', output.data["text/html"])
        assert output.data["text/plain"].startswith("figure '")


def test_colours_that_change_on_a_dark_page_are_the_pictures_own():
    folder = Path(explorer.__file__).parent
    known = re.search(r"^const THEMED = \{(.*)\};", (folder / "explorer.js").read_text(encoding="utf-8"), re.MULTILINE)
    themed = dict(re.findall(r'"(#\w+)": "var\((--dh-\w+)\)"', known[1]))
    light = dict(re.findall(r"(--dh-\w+): (#\w+);", (folder / "widget.css").read_text(encoding="utf-8").split("}")[0]))
    assert {plots.BLUE.lower(), plots.BLACK.lower()} <= {*themed}
    assert all(light[name] == colour for colour, name in themed.items() if name != "--dh-ink")
