"""How fast an explorer answers: from a key to the first frame with another picture, beside `interact`, in a browser.

Both show the same descents in JupyterLab in Chromium: the explorer looks them up, `ipywidgets.interact` has the kernel
draw the figure again. Wall-clock time is measured here, since that is how long a student waits.
"""

import statistics
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from tools import browser

from bench.measure import Result

LIMIT = 0.25  # of interact's median
HAND = 40  # milliseconds that a quick hand stays at a position of a dial
ROUNDS, EACH = 7, 10  # so many changes of one, then of the other, and so on
SETTING = """
import ipywidgets, numpy as np
from helpers import descent, explorer, functions, plots, rules
rates, steps = np.arange(1, 20) / 20, 20
"""
EXPLORER = """
explorer.curve(functions.square, rates=rates, starts=[-2.0, 2.0, 3.0], steps=steps, start=2.0, alt="A descent.")
"""
INTERACT = """
def draw(k):
    run = descent.descend(functions.square, 2.0, rules.gradient_descent(rates[k]), steps)
    fig, (left, right) = plots.figure(columns=2, width=7.4, height=3.3)
    plots.curve(left, functions.square, label="cost J(θ)")
    left.plot(run.path, run.costs, "o-")
    right.plot(run.costs, "o-")
    plots.show(fig, alt="A descent.")

_ = ipywidgets.interact(draw, k=ipywidgets.IntSlider(value=9, min=0, max=18))
"""
# What can be turned, and what changes when it is drawn: a picture as a text.
EXPLORERS = ".dh-dial[data-dial=rate] input", "() => document.querySelector('.downhill .dh-path').getAttribute('d')"
INTERACTS = (
    ".noUi-handle",
    ("() => { const i = document.querySelector('.widget-output img'); return i && i.complete ? i.src : null }"),
)
# Resolves, for the next key, with the milliseconds from that key to the frame after the first in which the picture is
# another: by then it is on the screen.
LISTEN = """picture => { window.changed = new Promise(done => {
  const now = eval(picture), before = now();
  addEventListener('keydown', event => {
    let differs = false;
    const frame = time => {
      if (differs) return done(time - event.timeStamp);
      const picture = now();
      differs = picture !== null && picture !== before;
      requestAnimationFrame(frame);
    };
    requestAnimationFrame(frame);
  }, {capture: true, once: true});
}) }"""
# All pictures that are drawn, one a frame at most, until `stop` is called.
WATCH = """picture => {
  const now = eval(picture), seen = new Set();
  let on = true;
  const frame = () => { seen.add(now()); if (on) requestAnimationFrame(frame); };
  requestAnimationFrame(frame);
  window.stop = () => { on = false; return seen.size; };
}"""


def changes(page, what, count) -> list[float]:
    """The milliseconds that each of so many changes took, to and fro."""
    dial, picture = what
    page.locator(dial).first.focus()
    took = []
    for k in range(count):
        page.evaluate(LISTEN, picture)
        page.keyboard.press("ArrowLeft" if k % 2 else "ArrowRight")
        took.append(page.evaluate("() => changed"))
        page.wait_for_timeout(30)
    return took


def undrawn(page, positions) -> float:
    """The part of a drag's positions that were never on the screen."""
    dial, picture = EXPLORERS
    page.locator(dial).scroll_into_view_if_needed()
    box = page.locator(dial).bounding_box()
    page.locator(dial).focus()
    page.keyboard.press("Home")
    thumb, y = 8, box["y"] + box["height"] / 2  # half the thumb's width stays free at both ends
    page.mouse.move(box["x"] + thumb, y)
    page.mouse.down()
    page.evaluate(WATCH, picture)
    page.wait_for_timeout(HAND)
    for k in range(1, positions):
        page.mouse.move(box["x"] + thumb + k * (box["width"] - 2 * thumb) / (positions - 1), y)
        page.wait_for_timeout(HAND)
    page.mouse.up()
    page.wait_for_timeout(100)
    return 1 - page.evaluate("() => stop()") / positions


def run() -> Iterator[Result]:
    if browser.chromium() is None:
        print(f"latency {browser.MISSING}: left out", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as folder:
        browser.write_notebook(Path(folder, "latency.ipynb"), [SETTING, EXPLORER, INTERACT])
        with browser.course(Path(folder)) as lab, lab.opened("latency.ipynb") as opened:
            opened.run()
            opened.widgets()
            took = {EXPLORERS: [], INTERACTS: []}
            for what in took:
                changes(lab.page, what, 4)  # the first ones fill caches
            for _ in range(ROUNDS):
                for what, times in took.items():
                    times += changes(lab.page, what, EACH)
            missed = undrawn(lab.page, 19)
    ours, theirs = (statistics.median(times) for times in took.values())
    ours_95, theirs_95 = (statistics.quantiles(times, n=20)[-1] for times in took.values())
    said = f"key to picture ÷ interact: {ours:.0f} ÷ {theirs:.0f} ms (p95 {ours_95:.0f} ÷ {theirs_95:.0f})"
    yield Result(said, ours / theirs, LIMIT)
    yield Result("steps of a drag in an explorer that are not drawn ÷ all", missed, 0)
