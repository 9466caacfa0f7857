"""The cases that only the grader knows: drawn like the visible ones, from a secret that is kept with the gradebook.

    gradebook/grading/seed                  the secret; anyone who has it can make the hidden cases
    gradebook/grading/NN_topic.hidden.json  the cases made from it, in the form of checks.json without the mistakes

Both stay as they are, so that a second grading uses the same cases. An exercise's release makes them; the grader does
if they are missing or the solution has changed since. Because that runs the answers, it happens in a process of its
own: `python -m grader.hidden SOLUTION GRADEBOOK`, two folders. A task whose right functions do not all pass on the
cases drawn is drawn again, since a student's right answer might not pass either.
"""

import hashlib
import json
import os
import secrets
import subprocess
import sys
from pathlib import Path

import numpy as np

import checks
from checks.findings import examine
from grader import files, tables
from grader.solution import VISIBLE, Solution, Task, make_task, read

_DRAWS = 200  # of one task's cases, before the exercise itself is at fault
_WRONG = 3  # hidden cases at least on which a table of the visible ones is wrong
_MADE_AS = 4  # raised when the same secret would give other cases than before


def hidden_tasks(solution: Path, gradebook: Path) -> dict:
    """Task name → its hidden cases, as in checks.json. Raises RuntimeError, with a sentence, if they cannot be made."""
    if (kept := _kept(solution, gradebook)) is None:
        made = subprocess.run(
            [sys.executable, "-m", "grader.hidden", str(solution), str(gradebook)],
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        if (kept := _kept(solution, gradebook)) is None:
            last = (made.stdout.strip().splitlines() or ["it gave no reason"])[-1]
            raise RuntimeError(f"The hidden cases of {solution.name} could not be made from its solution: {last}")
    return kept


def keep(solution: Solution, gradebook: Path) -> None:
    """Make a solution's hidden cases and write them down. Raises RuntimeError if they cannot be made."""
    tasks = make(solution, _secret(gradebook))
    with files.writing(_path(solution.folder, gradebook), mode=0o600) as file:
        json.dump({"origin": _origin(solution.folder, gradebook), "tasks": tasks}, file, allow_nan=False)


def make(solution: Solution, secret: str) -> dict:
    """Task name → fresh cases that the answer and every right function pass. Raises RuntimeError as `draw`."""
    return {task.name: draw(task, solution, secret) for task in solution.tasks}


def seed_of(secret: str, *parts: object) -> int:
    """A seed for NumPy's generator that nobody can guess without the secret."""
    return int.from_bytes(hashlib.sha256(json.dumps([secret, *map(str, parts)]).encode()).digest())


def draw(task: Task, solution: Solution, secret: str) -> dict:
    """A task's hidden cases, in an order that the secret shuffles.

    Several draws are combined if need be, until a table of the visible cases is wrong on several of them, whichever way
    it is used. Raises RuntimeError if that is not so, or if the right functions do not all pass, after many draws.
    """
    answer, task = solution.answers[task.name], task._replace(mistakes=())
    shown = make_task(task, answer, VISIBLE)["cases"]
    cases: list[dict] = []
    passed = 0
    for attempt in range(_DRAWS):
        data = make_task(task, answer, seed_of(secret, task.name, attempt))
        known = [case["arguments"] for case in [*shown, *cases]]
        data["cases"] = [case for case in data["cases"] if case["arguments"] not in known]
        if not data["cases"] or any(examine(data, checks.run(right, data, seconds=None)) for right in task.right):
            continue
        passed += 1
        cases += data["cases"] if not cases else _missing(data, shown, cases)
        order = np.random.default_rng(seed_of(secret, task.name, "order", attempt)).permutation(len(cases))
        data["cases"] = [cases[k] for k in order]
        if all(len(wrong) >= _WRONG for wrong in tables.failures(data, shown, data["cases"]).values()):
            return data
    if not passed:
        raise RuntimeError(f"in {_DRAWS} draws of cases the right functions of {task.name} never all passed.")
    raise RuntimeError(f"in {_DRAWS} draws of cases a table of the visible ones is right on nearly all of {task.name}.")


def _missing(data: dict, shown: list[dict], cases: list[dict]) -> list[dict]:
    """Of newly drawn cases, those on which a table is wrong that is wrong too rarely on the ones there are."""
    before = tables.failures(data, shown, cases)
    wrong = tables.failures(data, shown, data["cases"])
    useful = {k for way, those in before.items() if len(those) < _WRONG for k in wrong[way][: _WRONG - len(those)]}
    return [data["cases"][k] for k in sorted(useful)]


def _path(solution: Path, gradebook: Path) -> Path:
    return gradebook / "grading" / f"{solution.name}.hidden.json"


def _origin(solution: Path, gradebook: Path) -> str:
    """A digest of everything that hidden cases depend on."""
    digest = hashlib.sha256(f"{checks.FORMAT} {_MADE_AS} {_secret(gradebook)}".encode())
    for path in (solution / "tasks.py", solution / f"{solution.name}.ipynb"):
        digest.update(path.read_bytes())
    return digest.hexdigest()


def _kept(solution: Path, gradebook: Path) -> dict | None:
    origin = _origin(solution, gradebook)
    try:
        data = json.loads(_path(solution, gradebook).read_text(encoding="utf-8"))
        return data["tasks"] if data["origin"] == origin else None
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _secret(gradebook: Path) -> str:
    """The secret, made at the first call. Raises RuntimeError if its file has been damaged."""
    path = gradebook / "grading" / "seed"
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    try:
        with open(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="ascii") as file:
            file.write(secrets.token_hex(16) + "\n")
    except FileExistsError:
        pass
    secret = path.read_text(encoding="ascii", errors="replace").strip()
    if len(secret) != 32:
        raise RuntimeError(f"{path} is damaged: restore it from your backup, or remove it and grade everything again.")
    return secret


if __name__ == "__main__":
    keep(read(Path(sys.argv[1])), Path(sys.argv[2]))
