"""What the class got wrong, for the next lecture: `python -m grader.overview 01_update_rule`.

It reads what grading has left in gradebook/ and writes, beside the report, gradebook/grading/01_update_rule_class.html,
a single page that asks the network for nothing, and 01_update_rule_class.csv. Both show no student's name: for each
task how many passed, what the checks said of the others, the most frequent first, with an example each; the points of
the class; and the submissions that did not end.
"""

import base64
import csv
import io
import sys
from collections import Counter, defaultdict
from html import escape
from pathlib import Path
from typing import NamedTuple

import matplotlib
import nbformat
import numpy as np
from nbgrader import api

from grader import files, report
from grader.cells import checked_task, is_check
from grader.names import plain
from helpers import plots

_LONGEST = 1500  # characters of an example
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.6rem}"
)


class Mistake(NamedTuple):
    """What a check said of some of the class: its sentence, of how many, and one of the messages in full."""

    sentence: str
    count: int
    example: str


class Task(NamedTuple):
    """A task: its points, how many passed of how many who handed in, and the mistakes, the most frequent first."""

    name: str
    points: float
    passed: int
    of: int
    mistakes: list[Mistake]


class Overview(NamedTuple):
    """An exercise as the class did it.

    scores   the points that students have, without those of which some are still to be given by hand
    most     the points of the exercise
    ended    reason → how many submissions had to be stopped for it, or could not be read
    """

    exercise: str
    tasks: list[Task]
    scores: list[float]
    most: float
    ended: Counter


def look(root: Path, exercise: str) -> Overview:
    """What the class got wrong. Raises FileNotFoundError, with a sentence, if nothing has been graded."""
    graded = sorted((root / "gradebook" / "autograded").glob(f"*/{exercise}/{exercise}.ipynb"))
    if not graded:
        raise FileNotFoundError(f"Nothing of {plain(exercise)} has been graded yet.")
    said, points = defaultdict(list), {}
    for path in graded:
        for cell in nbformat.read(path, as_version=4).cells:
            if is_check(cell):
                said[checked_task(cell)].append(_complaint(cell))
                points[checked_task(cell)] = cell.metadata.nbgrader.points
    with report.opened(root) as book:
        given, most = report.points(book, exercise), book.find_assignment(exercise).max_score
    scores = [one.score for one in given.values() if one.score is not None and not one.by_hand]
    ended = Counter(
        plain(entry.reason.partition(".")[0])
        for entry in report.journal(root / "gradebook", exercise).values()
        if entry.status in (report.PARTLY, report.UNREADABLE, report.FAILED)
    )
    tasks = [_task(name, points[name], messages) for name, messages in said.items()]
    return Overview(exercise, tasks, scores, most, ended)


def _complaint(cell) -> str | None:
    """What the check said was wrong, as the student reads it; "" if it said nothing, None if the task passed."""
    if not cell.outputs:
        return ""
    said = cell.outputs[0]
    return said.evalue if said.output_type == "error" else None


def _task(name: str, points: float, complaints: list[str | None]) -> Task:
    wrong = [complaint for complaint in complaints if complaint is not None]
    sentences = [complaint.removeprefix(f"{name}: ").partition("\n")[0] for complaint in wrong]
    examples = dict(zip(reversed(sentences), reversed(wrong), strict=True))  # the first of each
    mistakes = [
        Mistake(sentence or "no result", count, examples[sentence][:_LONGEST])
        for sentence, count in Counter(sentences).most_common()
    ]
    return Task(name, points, len(complaints) - len(wrong), len(complaints), mistakes)


def page(found: Overview) -> str:
    """The overview as a page."""
    parts = [f"<h1>{escape(found.exercise)}: what the class got wrong</h1>", _picture(found)]
    for task in found.tasks:
        parts.append(f"<h2>{escape(task.name)} ({task.points:g} points): {task.passed} of {task.of} passed</h2>")
        for mistake in task.mistakes:
            share = mistake.count / task.of
            parts.append(f"<p><strong>{mistake.count}</strong> ({share:.0%}): {escape(mistake.sentence)}</p>")
            parts.append(f"<details><summary>An example</summary><pre>{escape(mistake.example)}</pre></details>")
    if found.ended:
        rows = "".join(f"<tr><td>{count}</td><td>{escape(why)}</td></tr>" for why, count in found.ended.most_common())
        parts.append(f"<h2>Submissions that did not end, or could not be read</h2><table>{rows}</table>")
    head = f"<meta charset='utf-8'><title>{escape(found.exercise)}</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def _picture(found: Overview) -> str:
    """The distribution of points, with its numbers in the alt text."""
    if not found.scores:
        return "<p>No points have been given yet.</p>"
    edges = np.arange(int(found.most) + 2) - 0.5
    counts, _ = np.histogram(np.round(found.scores), edges)
    fig, ax = plots.figure(width=7, height=2.6)
    ax.bar(np.arange(len(counts)), counts, color=plots.BLUE)
    ax.set(xlabel="points", ylabel="students")
    ax.yaxis.set_major_locator(matplotlib.ticker.MaxNLocator(integer=True))
    drawn = io.BytesIO()
    fig.savefig(drawn, format="png")
    middle = f"{np.median(found.scores):g}"
    alt = f"Points of {len(found.scores)} students, of {found.most:g}: half have {middle} or more. " + ", ".join(
        f"{count} with {points}" for points, count in enumerate(counts) if count
    )
    return f"<p><img alt='{alt}' src='data:image/png;base64,{base64.b64encode(drawn.getvalue()).decode()}'></p>"


def write(found: Overview, gradebook: Path) -> list[Path]:
    """Write the page and the table; their paths."""
    place = gradebook / "grading"
    html, table = (place / f"{found.exercise}_class.{ending}" for ending in ("html", "csv"))
    with files.writing(html) as file:
        file.write(page(found))
    with files.writing(table) as file:
        out = csv.writer(file)
        out.writerow(["task", "of", "count", "sentence"])
        for task in found.tasks:
            out.writerow([task.name, task.of, task.passed, "passed"])
            for mistake in task.mistakes:
                out.writerow([task.name, task.of, mistake.count, report.harmless(mistake.sentence)])
    return [html, table]


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if there is nothing to look at."""
    if len(arguments) != 1:
        sys.exit("Usage: python -m grader.overview EXERCISE")
    root = Path.cwd()
    try:
        written = write(look(root, arguments[0]), root / "gradebook")
    except (FileNotFoundError, api.MissingEntry) as error:
        sys.exit(str(error))
    print("\n".join(path.relative_to(root).as_posix() for path in written))


if __name__ == "__main__":
    main(sys.argv[1:])
