"""What lesson 15 adds: newer rules, a clipped call and AdamW's path, as it describes them, and the list of papers.

References: all of z kept, so that their mean is taken as a mean; the one length of a step that is a sign, or that is
clipped; a diagonal gradient, whose singular values are in sight; and what the lessons and exercises cite.
"""

import re

import nbformat
import numpy as np
import pytest
from lesson_code import NOTEBOOKS, functions_of

from helpers import descent, frameworks, functions, rules

NAME = r"[^\W\d_][\w’-]+"
CITED = re.compile(rf"\b({NAME})(?:(?:, {NAME})*,? and {NAME}| et al\.)?,? \(?((?:18|19|20)\d\d)\b")

H = np.array([[3.0, 1.0], [1.0, 2.0]])
START = np.array([3.0, -2.0])


@pytest.fixture(scope="module")
def lesson():
    return functions_of("15_where_next")


def test_schedule_free_is_between_z_and_the_mean_of_all_z(lesson):
    beta, beta_2, lr = 0.9, 0.999, 0.05
    y, z, squares = [START], [START], []
    for t in range(1, 31):
        slope = H @ y[-1]
        squares.append(slope**2)
        corrected = np.average(squares, axis=0, weights=beta_2 ** np.arange(t)[::-1])
        z.append(z[-1] - lr * slope / (np.sqrt(corrected) + 1e-8))
        y.append((1 - beta) * z[-1] + beta * np.mean(z[1:], axis=0))
    by_hand = lesson.schedule_free_by_hand(lambda theta: H @ theta, START, 30, lr, as_keras=False)
    np.testing.assert_allclose(by_hand, y, rtol=1e-12)
    as_keras = lesson.schedule_free_by_hand(lambda theta: H @ theta, START, 30, lr, as_keras=True)
    np.testing.assert_allclose(as_keras[:2], y[:2], rtol=1e-12)
    assert np.abs(as_keras - y).max() > 0.01


def test_every_entry_of_a_step_of_lion_is_one_rate_long(lesson):
    path = lesson.lion_by_hand(lambda theta: H @ theta, START, 20, 0.05)
    np.testing.assert_allclose(np.abs(np.diff(path, axis=0)), 0.05, rtol=1e-9)


def test_the_steps_of_lion_that_the_lesson_compares_depend_on_its_memory(lesson):
    def path(steps, **betas):
        return lesson.lion_by_hand(lambda theta: H @ theta, START, steps, 2**-4, **betas)

    forgetful = {"beta_1": 0.0, "beta_2": 0.0}
    assert np.array_equal(path(10), path(10, **forgetful))
    for other in [forgetful, {"beta_1": 0.8}, {"beta_2": 0.9}, {"beta_1": 0.99, "beta_2": 0.9}]:
        assert np.abs(path(100) - path(100, **other)).max() > 0.1


def test_what_the_clipped_call_moves_is_clipped_even_if_the_parameters_can_be_read_only_once():
    torch = frameworks.pytorch()
    model, limit = torch.nn.Linear(2, 1), 0.5
    optimizer = functions_of("15_where_next", torch=torch, lr=1.0, limit=limit).clipped(model.parameters())
    before = torch.nn.utils.parameters_to_vector(model.parameters()).detach().clone()
    model(torch.tensor([[3.0, 4.0]])).sum().backward()
    optimizer.step()
    moved = before - torch.nn.utils.parameters_to_vector(model.parameters()).detach()
    assert moved.norm().item() == pytest.approx(limit, rel=1e-4)


@pytest.mark.parametrize("size", [2, 64])
@pytest.mark.parametrize(("share", "equal"), [(1 / 30, True), (1 / 500, True), (1 / 1001, False), (1 / 5000, False)])
def test_muon_makes_singular_values_about_equal_down_to_a_thousandth_of_their_root_sum_of_squares(size, share, equal):
    torch = frameworks.pytorch()
    values = torch.full((size,), (size - 1) ** -0.5)
    values[-1] = share
    weight = torch.nn.Parameter(torch.zeros(size, size))
    weight.grad = torch.diag(values)
    torch.optim.Muon([weight], lr=1.0, weight_decay=0.0).step()
    step = np.abs(np.diag(weight.detach().numpy()))
    assert 0.6 < step[0] < 1.3 and (0.6 < step[-1] < 1.3) == equal


def test_muon_for_stacks_moves_every_slice_as_keras_moves_it_alone():
    tf, rng = frameworks.tensorflow(), np.random.default_rng(15)
    cells = nbformat.read(NOTEBOOKS / "15_where_next.ipynb", as_version=4).cells
    space = {"np": np, "tf": tf}
    exec(next(cell.source for cell in cells if cell.source.startswith("class MuonForStacks")), space)
    shapes = {"hidden": (5, 7), "bias": (7,), "scores": (7, 3)}
    starts = [rng.normal(size=(2, *shape)) for shape in shapes.values()]  # of two networks
    slopes = [[rng.normal(size=start.shape) for start in starts] for _ in range(3)]  # of three steps

    def moved(make, which, **settings):
        weights = [
            tf.keras.Variable(start[which], name=name, dtype="float32")
            for name, start in zip(shapes, starts, strict=True)
        ]
        rule = make(0.05, weight_decay=0.0, adam_weight_decay=0.0, **settings)
        rule.build(weights)
        for slope in slopes:
            rule.apply([tf.constant(one[which], tf.float32) for one in slope], weights)
        return [weight.numpy() for weight in weights]

    both = moved(space["MuonForStacks"], slice(None))
    for k in range(2):
        for alone, stack in zip(moved(tf.optimizers.Muon, k, exclude_layers=["scores"]), both, strict=True):
            np.testing.assert_allclose(stack[k], alone, rtol=1e-4, atol=1e-6)


def test_adamw_hangs_back_only_while_v_remembers_the_steep_start():
    c, s = np.cos(np.pi / 6), np.sin(np.pi / 6)
    turn, lowest = np.array([[c, -s], [s, c]]), np.array([2.0, 1.0])
    ravine = functions.quadratic(turn @ np.diag([1.0, 25.0]) @ turn.T, minimum=lowest)
    path = descent.descend(ravine, [-1.5, 1.0], rules.adamw(0.5, weight_decay=0.1), 2000).path
    away = np.linalg.norm(path - lowest, axis=1)
    moved, decayed = path[60] - path[40], 20 * 0.5 * 0.1 * path[40]
    assert np.linalg.norm(moved) < 0.1 * np.linalg.norm(decayed)  # the two steps almost cancel
    assert away[40] > 3 * away[1000] > 5 * away[2000]


def text_of(page):
    return "\n".join(c.source for c in nbformat.read(page, as_version=4).cells if c.cell_type == "markdown")


PAGES = sorted([*NOTEBOOKS.glob("*.ipynb"), *(NOTEBOOKS.parent / "exercises").glob("*/*.ipynb")])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(NOTEBOOKS.parent)))
def test_every_paper_that_a_lesson_or_an_exercise_names_is_in_the_list(page):
    cited, reading = text_of(page), text_of(NOTEBOOKS / "15_where_next.ipynb").split("\n## What to read\n")[1]
    items = [line for line in reading.split("\n") if line.startswith("- ")]
    papers = {(who, year) for who, year in CITED.findall(cited.split("\n## What to read\n")[0]) if who[0].isupper()}
    missing = {(who, year) for who, year in papers if not any(who in item and year in item for item in items)}
    assert len(items) > 40 and not missing
