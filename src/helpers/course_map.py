"""The course as a map: what a student has done, what is next, and what an update has changed.

from helpers import course_map
course_map.show()
"""

import json
import re
from html import escape
from pathlib import Path
from typing import NamedTuple

from helpers import layout, record

NOT_HERE = "Your progress is shown here once you have started the course with `make lab`."
_GUESS = re.compile(r"\bpredict\.(?:number|choice)\(")


class Stop(NamedTuple):
    """A lesson and its exercise, and how far a student has come.

    name       as in notebooks/NN_topic.ipynb
    title      the lesson's heading
    guesses    (how many the lesson asks for, how many were made, how many of those were right or close)
    tasks      (how many the exercise has, of how many the visible checks have passed); (0, 0) without an exercise
    """

    name: str
    title: str
    guesses: tuple[int, int, int]
    tasks: tuple[int, int]

    @property
    def begun(self) -> bool:
        return self.guesses[1] > 0 or self.tasks[1] > 0

    @property
    def done(self) -> bool:
        return self.tasks[0] == self.tasks[1] and (self.tasks[0] > 0 or self.guesses[1] > 0)


def stops(work: Path) -> list[Stop]:
    """The lessons in order, as work/ has them."""
    kept = record.read(work)
    found = []
    for path in sorted((work / "notebooks").glob("[0-9][0-9]_*.ipynb")):
        cells = _cells(path)
        if not cells or path.name == Path(layout.START).name:
            continue
        title = next(iter(re.findall(r"^# (.*)", cells[0], re.MULTILINE)), path.stem).replace("`", "")
        made = kept["guesses"].get(path.stem, {}).values()
        good = sum(entry.get("verdict") in ("right", "near") for entry in made)
        asked = sum(len(_GUESS.findall(cell)) for cell in cells)
        tasks = _tasks(work / "exercises" / path.stem / "checks.json")
        passed = len(tasks & {*kept["passed"].get(path.stem, [])})
        found.append(Stop(path.stem, title, (asked, len(made), good), (len(tasks), passed)))
    return found


def show() -> None:
    """Show the map; outside of work/ a sentence says where it is."""
    from IPython.display import display

    work = layout.find_work()
    if work is None:
        print(NOT_HERE)
        return
    found, news = stops(work), layout.news(work)
    display({"text/html": _page(found, news), "text/plain": _text(found, news)}, raw=True)


def following(found: list[Stop]) -> str:
    """What to do next, with a link in Markdown's form."""
    for stop in found:
        if stop.done:
            continue
        lesson, exercise = f"[{stop.title}]({stop.name}.ipynb)", f"../exercises/{stop.name}/{stop.name}.ipynb"
        if not stop.begun or not stop.tasks[0]:
            return f"Next: the lesson {lesson}."
        return f"Next: finish the lesson {lesson} or [its exercise]({exercise})."
    return "You have done the whole course."


def _page(found, news):
    left = " style='text-align: left'"
    rows = "".join(
        f"<tr><td{left}><a href='{stop.name}.ipynb'>{escape(stop.title)}</a></td>"
        f"<td>{_guesses(stop)}</td><td>{_exercise(stop, link=True)}</td></tr>"
        for stop in found
    )
    head = f"<thead><tr><th{left}>lesson</th><th>guesses</th><th>exercise</th></tr></thead>"
    linked = re.sub(r"\[(.*?)\]\((.*?)\)", r"<a href='\2'>\1</a>", escape(following(found)))
    changes = "".join(f"<li>{escape(line)}</li>" for line in _changes(news))
    new = f"<p>New since the last update:</p><ul>{changes}</ul>" if changes else ""
    # What is next comes last: running a cell scrolls to its end.
    return f"<table>{head}<tbody>{rows}</tbody></table>{new}<p><strong>{linked}</strong></p>"


def _text(found, news):
    lines = [f"{stop.title:36} {_guesses(stop):32} {_exercise(stop, link=False)}" for stop in found]
    return "\n".join([*lines, *_changes(news), "", re.sub(r"\[(.*?)\]\(.*?\)", r"\1", following(found))])


def _guesses(stop):
    asked, made, good = stop.guesses
    if not asked:
        return "–"
    return f"{made} of {asked} made" + (f", {good} right or close" if made else "")


def _exercise(stop, link):
    tasks, passed = stop.tasks
    if not tasks:
        return "–"
    said = f"✓ all {tasks} checks pass" if passed == tasks else f"{passed} of {tasks} checks pass"
    return f"<a href='../exercises/{stop.name}/{stop.name}.ipynb'>{said}</a>" if link else said


def _changes(news):
    """The news of an update, a line each."""
    for names, word in [(news.copied, "new"), (news.replaced, "brought up to date")]:
        yield from (f"{name} is {word}." for name in names)
    for name, beside in news.kept.items():
        yield f"{name} has a new version, and you have changed yours: it is kept, and the new one is {beside}."


def _cells(path):
    """The sources of a notebook's cells; empty if it cannot be read."""
    try:
        cells = json.loads(path.read_text(encoding="utf-8"))["cells"]
        return ["".join(cell["source"]) for cell in cells]
    except (OSError, ValueError, KeyError, TypeError):
        return []


def _tasks(path):
    """The names of an exercise's tasks; empty without one."""
    try:
        return {*json.loads(path.read_text(encoding="utf-8"))["tasks"]}
    except (OSError, ValueError, KeyError, TypeError):
        return set()
