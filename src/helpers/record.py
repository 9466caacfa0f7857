"""What a student has done, kept in work/done.json and sent nowhere: tasks whose checks passed, and guesses.

Outside of a work/ folder nothing is kept.
"""

import contextlib
import json
import os
import re
from pathlib import Path

from helpers import layout

FILE = "done.json"


def passed(exercise: str, task: str) -> None:
    """Note that the visible checks of a task have passed. What passed once stays noted."""
    with _kept() as data:
        tasks = data["passed"].setdefault(exercise, [])
        if task not in tasks:
            tasks.append(task)


def guessed(lesson: str, question: str, guess: str | None = None, verdict: str | None = None) -> None:
    """Note a guess, or how it compared with the answer; the first verdict on a guess stays."""
    with _kept() as data:
        entry = data["guesses"].setdefault(lesson, {}).setdefault(question, {"guess": guess})
        if guess is not None and guess != entry["guess"]:
            entry["guess"] = guess
        if verdict is not None:
            entry.setdefault("verdict", verdict)


def read(work: Path | None = None) -> dict:
    """{"passed": {exercise: [task]}, "guesses": {lesson: {question: {"guess", "verdict" once compared}}}}."""
    work = layout.find_work() if work is None else work
    data = {}
    if work is not None:
        with contextlib.suppress(OSError, ValueError):
            data = json.loads((work / FILE).read_text(encoding="utf-8"))
    data = data if isinstance(data, dict) else {}
    return {
        "passed": {
            name: [task for task in tasks if isinstance(task, str)]
            for name, tasks in _table(data.get("passed")).items()
            if isinstance(tasks, list)
        },
        "guesses": {
            lesson: {question: entry for question, entry in _table(entries).items() if "guess" in _table(entry)}
            for lesson, entries in _table(data.get("guesses")).items()
        },
    }


def lesson() -> str:
    """The name of the notebook that runs, without its suffix, as Jupyter's server gives it; "" if it does not."""
    return re.sub(r"\.ipynb$", "", os.environ.get("JPY_SESSION_NAME", "").replace("\\", "/").rpartition("/")[2])


def _table(value):
    return value if isinstance(value, dict) else {}


@contextlib.contextmanager
def _kept():
    """What is kept, to be changed; written at the end if it has changed and there is a place for it."""
    work = layout.find_work()
    data = read(work) if work else {"passed": {}, "guesses": {}}
    before = json.dumps(data)
    yield data
    if work and json.dumps(data) != before:
        with contextlib.suppress(OSError):  # a full disk must not make a right answer fail
            layout.write_whole(work / FILE, (json.dumps(data, indent=1, ensure_ascii=False) + "\n").encode())
