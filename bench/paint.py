"""How soon a reader sees a lesson: from the request to the first content painted, beside nbconvert's page of it.

Both are served compressed by this machine, to a browser that receives as slowly as a phone on a bad day. Wall-clock
time is measured here, by the browser itself, since that is how long a reader waits.
"""

import statistics
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from playwright.sync_api import sync_playwright
from tools import browser, page_weight

from bench.measure import Result

ROOT = Path(__file__).parents[1]
LESSON = ROOT / "notebooks" / "01_update_rule.ipynb"
LIMIT = 0.5
ROUNDS = 5


def run() -> Iterator[Result]:
    for there, missing in [
        (browser.chromium(), browser.MISSING),
        (page_weight.scripts_are_here(), page_weight.MISSING),
    ]:
        if not there:
            print(f"paint {missing}: left out", file=sys.stderr)
            return
    subprocess.run([sys.executable, ROOT / "website" / "course_site.py"], check=True, stdout=subprocess.DEVNULL)
    with (
        tempfile.TemporaryDirectory() as folder,
        page_weight.served(Path(folder)) as theirs,
        page_weight.served(ROOT / "build" / "site") as ours,
        page_weight.without_mathjax_fonts() as environment,
        sync_playwright() as playwright,
    ):
        pages = f"{ours}notebooks/{LESSON.stem}.html", theirs + page_weight.write(LESSON, Path(folder)).name
        program = playwright.chromium.launch(
            executable_path=browser.chromium(), args=browser.ARGUMENTS, env=environment
        )
        rounds = [[page_weight.opened(program, page, slow=True).painted for page in pages] for _ in range(ROUNDS)]
        program.close()
    own, other = (statistics.median(times) for times in zip(*rounds, strict=True))
    yield Result(f"first paint of lesson 1: the site ÷ nbconvert, {own:.0f} ÷ {other:.0f} ms", own / other, LIMIT)
