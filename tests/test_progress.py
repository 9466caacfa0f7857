"""A bar gives a loop its items, shows how far it is, and leaves a line behind that is the same every time."""

import ipywidgets
import pytest

from helpers import progress


@pytest.fixture
def shown(monkeypatch):
    """The bars that are made, and what is displayed of them; every step is drawn."""
    bars, displayed = [], []

    def made(**options):
        bars.append(ipywidgets.IntProgress(**options))
        return bars[-1]

    monkeypatch.setattr(progress, "ipywidgets", type("", (), {"IntProgress": staticmethod(made)}))
    monkeypatch.setattr(progress, "display", lambda data, raw: displayed.append(data))
    monkeypatch.setattr(progress, "_PAUSE", -1)
    return bars, displayed


def test_the_loop_gets_every_item_in_order(shown):
    assert list(progress.bar([3, 1, 2], "rates")) == [3, 1, 2]


def test_it_moves_as_items_are_done_and_rests_full(shown):
    seen = []
    for _ in progress.bar(range(4), "epochs"):
        seen.append((shown[0][0].value, shown[0][0].description))
    assert seen == [(0, "0 of 4 epochs"), (1, "1 of 4 epochs"), (2, "2 of 4 epochs"), (3, "3 of 4 epochs")]
    (bar,) = shown[0]
    assert (bar.value, bar.max, bar.description, bar.bar_style) == (4, 4, "4 epochs", "success")


def test_a_notebook_keeps_one_true_line_of_it(shown):
    list(progress.bar("abc", "letters"))
    (data,) = shown[1]
    assert data["text/plain"] == "3 letters"
    assert data["application/vnd.jupyter.widget-view+json"]["model_id"] == shown[0][0].model_id


def test_where_the_loop_is_broken_off_it_stays(shown):
    with pytest.raises(KeyboardInterrupt):
        for k in progress.bar(range(9), "steps"):
            if k == 5:
                raise KeyboardInterrupt
    (bar,) = shown[0]
    assert (bar.value, bar.description, bar.bar_style) == (5, "5 of 9 steps", "")


def test_nothing_to_do_is_done(shown):
    assert list(progress.bar([], "steps")) == []
    assert (shown[0][0].description, shown[0][0].bar_style) == ("0 steps", "success")


def test_items_that_cannot_be_counted_are_refused_before_the_loop(shown):
    with pytest.raises(TypeError, match="how many steps there are: give it a list"):
        progress.bar(iter([1]), "steps")
    assert shown == ([], [])
