"""Who asked for another look, and what came of it:

    python -m grader.regrade 01_update_rule ada "Task 4: my limit is the task's"     enters a request
    python -m grader.regrade                                                         brings the list up to date

A request is added to gradebook/regrading.jsonl, from which nothing is ever removed, with the score of that moment. The
list, gradebook/regrading.csv, is made from it at each call: a line for each request, with the score that it led to,
which is the one before the student's next request for this exercise, or else the present one. So enter the request
first, then change the points in Formgrader or grade again.
"""

import contextlib
import csv
import json
import os
import sys
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

from grader import files, report
from grader.names import plain


class Request(NamedTuple):
    """A student's request: when it was entered, the exercise, the reason, and the score at that time."""

    asked: str
    exercise: str
    student: str
    why: str
    old: float


def requests(root: Path) -> list[Request]:
    """All requests, in the order in which they were entered. A line that a crash cut short is ignored."""
    path, found = _journal(root), []
    for line in path.read_bytes().splitlines() if path.exists() else ():
        with contextlib.suppress(ValueError, TypeError):
            found.append(Request(**json.loads(line)))
    return found


def add(root: Path, exercise: str, student: str, why: str) -> Request:
    """Enter a request. Raises ValueError, with a sentence, if the student has no score to be looked at."""
    if not why.strip():
        raise ValueError("Say in a few words what the student asks for.")
    with report.opened(root) as book:
        given = report.points(book, exercise).get(student)
    if given is None or given.score is None:
        raise ValueError(f"{plain(student)} has no score for {plain(exercise)}.")
    request = Request(datetime.now().isoformat(" ", "seconds"), exercise, student, why.strip(), given.score)
    with open(_journal(root), "ab") as file:
        file.write(b"\n" + json.dumps(request._asdict()).encode() + b"\n")  # a line of its own, whatever is before
        file.flush()
        os.fsync(file.fileno())
    return request


def write(root: Path) -> Path:
    """Write the list; its path."""
    path, answered = root / "gradebook" / "regrading.csv", list(_answered(root))
    with files.writing(path) as file:
        table = csv.writer(file)
        table.writerow(["asked", "exercise", "student", "old_score", "new_score", "why"])
        for request, new in answered:
            row = request.asked, request.exercise, request.student, request.old, new, request.why
            table.writerow(map(report.harmless, row))
    return path


def _answered(root: Path) -> Iterator[tuple[Request, float | None]]:
    """Each request with the score that it led to."""
    entered = requests(root)
    with report.opened(root) as book:
        now = {exercise: report.points(book, exercise) for exercise in {request.exercise for request in entered}}
    for k, request in enumerate(entered):
        later = [one.old for one in entered[k + 1 :] if one[1:3] == request[1:3]]
        present = now[request.exercise].get(request.student)
        yield request, later[0] if later else present and present.score


def _journal(root: Path) -> Path:
    return root / "gradebook" / "regrading.jsonl"


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if a request cannot be entered."""
    if len(arguments) not in (0, 3):
        sys.exit("Usage: python -m grader.regrade [EXERCISE STUDENT REASON]")
    root = Path.cwd()
    try:
        if arguments:
            add(root, *arguments)
        path = write(root)
    except (FileNotFoundError, ValueError) as error:
        sys.exit(str(error))
    for request, new in _answered(root):
        now = "–" if new is None else f"{new:g}"  # none if what was handed in since cannot be read
        print(plain(f"{request.exercise}  {request.student}: {request.old:g} → {now}  {request.why}"))
    print(path.relative_to(root))


if __name__ == "__main__":
    main(sys.argv[1:])
