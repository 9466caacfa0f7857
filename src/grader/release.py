"""Makes exercises/ from solutions/, by nbgrader, and proves them right: `make exercises`.

    python -m grader.release                    every exercise
    python -m grader.release 01_update_rule …   these alone

Each step refuses what nbgrader would let through: `problems` says in sentences what is wrong with a solution,
`stale` what in exercises/ is not what its solution makes.
"""

import ast
import difflib
import json
import re
import shutil
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

from nbgrader.apps.api import NbGraderAPI
from nbgrader.preprocessors import NbGraderPreprocessor
from traitlets.config.loader import PyFileConfigLoader

import checks
from checks.outcomes import same
from grader import hidden, slips
from grader import notebook as form
from grader.cells import is_answer, is_check, is_question, role
from grader.lastdigits import fragile
from grader.names import plain
from grader.solution import BEGIN, END, Solution, checks_text, make_checks, read, rubrics

# What a mistyped marker is likely to be meant for: nbgrader takes no notice of one, and releases what it should hide.
_MARKERS = ("BEGIN SOLUTION", "END SOLUTION", "BEGIN HIDDEN TESTS", "END HIDDEN TESTS", "BEGIN MARK SCHEME")
GENERATED = shutil.ignore_patterns("checks.json", ".*", "__pycache__")
_POINTS = re.compile(r"\((\d+) points?\)")
_TOTAL = re.compile(r"\*\*(\d+) points\*\*")


class StoreNormalised(NbGraderPreprocessor):
    """nbgrader's last step here: the released notebook in the one form in which notebooks are stored."""

    def preprocess(self, nb, resources):
        form.without_outputs(nb)
        return nb, resources


# ---- making


def names(root: Path) -> list[str]:
    """The exercises there are, in order: each folder of solutions/."""
    return sorted(path.parent.name for path in (root / "solutions").glob("*/tasks.py"))


def release(root: Path, name: str, known: dict | None = None) -> None:
    """Make exercises/NN_topic, its hidden cases, and checks.json beside the solution, whose notebook is normalised.

    known   checks whose slips are taken over instead of looked for, which takes most of the time

    Raises ValueError with the solution's problems, where there are any, before anything is written; RuntimeError where
    no hidden cases can be made, or with nbgrader's own reason where it refuses: what was released then stays as it was.
    """
    folder, exercise = root / "solutions" / name, root / "exercises" / name
    solution = read(folder)
    if found := problems(solution):
        raise ValueError("\n".join(found))
    before = {path: path.read_bytes() for path in (folder / "checks.json", *_files(exercise)) if path.exists()}
    form.without_outputs(solution.notebook)
    _write(folder / f"{name}.ipynb", form.text(solution.notebook))
    made = make_checks(solution)
    if known is None:
        slips.add(solution, made)
    else:
        slips.take_over(known, made)
    if _agrees(folder / "checks.json", made):
        made = checks.read(folder / "checks.json")  # another processor has other last digits: those stored stay
    _write(folder / "checks.json", checks_text(made))
    try:
        hidden.keep(solution, root / "gradebook")
        _generate(root, name)
    except RuntimeError:
        for path, content in before.items():  # nbgrader removes a release that it could not renew
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
        raise


def _generate(root: Path, name: str) -> None:
    """nbgrader's part. Raises RuntimeError with its reason where it refuses."""
    result = NbGraderAPI(config=config(root)).generate_assignment(name)
    if not result["success"]:
        said = f"{result.get('log', '')}{result['error']}"
        reason = re.search(r"^ *(\w+(?:Error|Exception): .*)$", said, re.MULTILINE)
        raise RuntimeError(f"nbgrader could not release {name}: {reason[1] if reason else said}")


def config(root: Path):
    """The course's nbgrader_config.py, read."""
    return PyFileConfigLoader("nbgrader_config.py", path=str(root)).load_config()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


# ---- proving: a solution


def problems(solution: Solution) -> list[str]:
    """What is wrong with a solution, one sentence each; empty where all is well."""
    found = [*_marker_problems(solution), *_cell_problems(solution), *_point_problems(solution)]
    # Only then do names and cells belong together, and only then can the checks be made.
    found = found or list(_stub_problems(solution)) or list(_mistake_problems(solution))
    return [f"{solution.name}: {sentence}" for sentence in found]


def _marker_problems(solution: Solution) -> Iterable[str]:
    for cell in solution.notebook.cells:
        inside = False
        regions = 0
        for line in cell.source.split("\n"):
            if line.strip() in (BEGIN, END):
                if (line.strip() == BEGIN) == inside:
                    yield f"unbalanced markers, at `{line.strip()}` in the cell that begins {_head(cell)}."
                inside = line.strip() == BEGIN
                regions += inside
            elif _resembles_a_marker(line):
                yield f"mistyped marker `{line.strip()}`: only `{BEGIN}` and `{END}` are used here."
        if inside:
            yield f"unbalanced markers: no `{END}` in the cell that begins {_head(cell)}."
        if regions and not role(cell).get("solution"):
            yield f"markers in a cell that is no answer: {_head(cell)}."
        if role(cell).get("solution") and not regions:
            yield f"an answer without markers, whose whole cell would be cleared: {_head(cell)}."


def _resembles_a_marker(line: str) -> bool:
    """nbgrader takes a line that holds a marker's words for a marker, and one with a slip in them for none."""
    words = line.strip("# \t").upper()
    return bool(difflib.get_close_matches(words, _MARKERS, cutoff=0.75)) or any(m in words for m in _MARKERS)


def _cell_problems(solution: Solution) -> Iterable[str]:
    """Task, answer cell and check cell must stand for each other, in one order."""
    tasks = [task.name for task in solution.tasks]
    answers = [name for cell in solution.notebook.cells if is_answer(cell) for name in _functions(cell)]
    checked = []
    for cell in solution.notebook.cells:
        if is_check(cell):
            call = re.fullmatch(r"check\((\w+)\)", cell.source.strip())
            if not call:
                yield f"a check cell holds the line `check(…)` and nothing else, not {_head(cell)}."
                continue
            checked.append(call[1])
            if role(cell)["grade_id"] != f"check_{call[1]}":
                yield f"the check cell of {call[1]} must have the grade_id check_{call[1]}."
            if "raises-exception" not in cell.metadata.get("tags", []):
                yield f"the check cell of {call[1]} lacks the tag raises-exception, so Run All would stop there."
        elif cell.cell_type == "code" and re.search(r"^\s*check\(", cell.source, re.MULTILINE):
            yield f"a check without points: {_head(cell)}."
    for name in tasks:
        if name not in checked:
            yield f"task {name} has no check cell in the notebook."
        if name not in solution.answers or answers.count(name) != 1:
            yield f"task {name} must be defined in one answer cell of the notebook."
    for name in checked:
        if name not in tasks:
            yield f"the check of {name} has no task in tasks.py."
    if sorted(tasks) == sorted(checked) and tasks != checked:
        yield f"tasks.py and the notebook have their tasks in different orders: {tasks} and {checked}."
    ids = [role(cell)["grade_id"] for cell in solution.notebook.cells if role(cell)]
    for grade_id in sorted({i for i in ids if ids.count(i) > 1}):
        yield f"the grade_id {grade_id} stands twice."
    for cell in solution.notebook.cells:
        if is_question(cell) and role(cell)["grade_id"] not in rubrics(solution.notebook):
            yield f"the question {role(cell)['grade_id']} has no paragraph that begins with *Rubric.*."
    if not any(is_question(cell) for cell in solution.notebook.cells):
        yield "there is no question to be answered in the student's own words."


def _point_problems(solution: Solution) -> Iterable[str]:
    """Points stand in a cell's metadata; the heading above it and the first cell must say the same."""
    total, said = 0, None
    for cell in solution.notebook.cells:
        if cell.cell_type == "markdown" and (points := _POINTS.findall(_headings(cell))):
            said = int(points[-1])
        if role(cell).get("grade"):
            points = role(cell)["points"]
            total += points
            if points <= 0:
                yield f"{role(cell)['grade_id']} has {points} points."
            if said != points:
                yield f"{role(cell)['grade_id']} has {points} points, but the heading above it says {said}."
            said = None
    first = _TOTAL.search(solution.notebook.cells[0].source)
    if not first or int(first[1]) != total:
        yield f"the first cell must say **{total} points**, the sum; it says {first[0] if first else 'nothing'}."


def _stub_problems(solution: Solution) -> Iterable[str]:
    """What stays of an answer cell must be a function with a docstring."""
    for cell in solution.notebook.cells:
        if is_answer(cell):
            for node in ast.parse(_outside(cell.source, "pass")).body:
                if isinstance(node, ast.FunctionDef) and not ast.get_docstring(node):
                    yield f"{node.name} has no docstring outside the markers."
    for task in solution.tasks:
        if len(task.right) < 2:
            yield f"task {task.name} needs two right functions or more; it has {len(task.right)}."
        for mistake in task.mistakes:
            if not mistake.__doc__:
                yield f"the mistake {mistake.__name__} of {task.name} has no docstring, its sentence to the student."


def _mistake_problems(solution: Solution) -> Iterable[str]:
    """The visible cases must tell the answer and the known mistakes from each other, on every processor."""
    for task, data in zip(solution.tasks, make_checks(solution)["tasks"].values(), strict=True):
        yield from indistinct(data, [mistake.__name__ for mistake in task.mistakes])
        if any("raised" in case["answer"] or "changed" in case["answer"] for case in data["cases"]):
            yield f"{task.name}: the answer itself raises an error or changes its arguments."
        yield from fragile(task, solution.answers[task.name], data)


def indistinct(task: dict, mistakes: list[str]) -> Iterable[str]:
    """Pairs among the answer and the known mistakes, by name, that come out alike in every case of a task's checks."""
    who = ["the answer", *(f"the mistake {name}" for name in mistakes)]
    columns = [[case["answer"], *case["mistakes"]] for case in task["cases"]]
    for a in range(len(who)):
        for b in range(a + 1, len(who)):
            if all(same(case[a], case[b], task) for case in columns):
                yield f"no case tells {who[b]} from {who[a]}."


# ---- proving: exercises/


def stale(root: Path) -> list[str]:
    """What in exercises/ and solutions/ is not as `make exercises` would leave it, one sentence each.

    Notebooks must be the same to the letter; of checks.json the structure and the arguments, and results within each
    task's tolerance, since the last digits depend on the processor. Whether the slips are fresh, test_slips.py proves,
    which looks at every mutant anyway.
    """
    found = []
    with tempfile.TemporaryDirectory() as scratch:
        fresh = Path(scratch)
        shutil.copy(root / "nbgrader_config.py", fresh)
        for name in names(root):
            shutil.copytree(root / "solutions" / name, fresh / "solutions" / name, ignore=GENERATED)
            release(fresh, name, _read_or_none(root / "solutions" / name / "checks.json"))
        for kind in ("solutions", "exercises"):
            for path in sorted({p.relative_to(base) for base in (root, fresh) for p in _files(base / kind)}):
                if sentence := _difference(root / path, fresh / path):
                    found.append(f"{path.as_posix()} {sentence}")
    return found


def _files(folder: Path) -> Iterable[Path]:
    for path in folder.rglob("*"):
        passed_over = any(part.startswith(".") or part == "__pycache__" for part in path.relative_to(folder).parts)
        if path.is_file() and not passed_over:
            yield path


def _difference(stored: Path, fresh: Path) -> str | None:
    if not fresh.exists():
        return "belongs to no folder of solutions/ that has a tasks.py: remove it, or complete the solution."
    if not stored.exists():
        return "is missing: run `make exercises`."
    if stored.read_bytes() == fresh.read_bytes():
        return None
    if stored.name == "checks.json" and _agrees(stored, checks.read(fresh)):
        return None
    return "is not what its solution makes: run `make exercises`."


def _agrees(stored: Path, fresh: dict) -> bool:
    """Whether a checks.json holds these checks: all alike but the outcomes, and those within their task's tolerance."""
    if (kept := _read_or_none(stored)) is None:
        return False
    if _without_outcomes(kept) != _without_outcomes(fresh):
        return False
    return all(
        same(x, y, task)
        for name, task in kept["tasks"].items()
        for mine, its in zip(task["cases"], fresh["tasks"][name]["cases"], strict=True)
        for x, y in zip(_outcomes(mine), _outcomes(its), strict=True)
    )


def _read_or_none(path: Path) -> dict | None:
    """What a checks.json holds; None where it cannot be used."""
    try:
        return checks.read(path)
    except checks.CheckError:
        return None


def _outcomes(case: dict) -> list[dict]:
    return [case["answer"], *case["mistakes"], *case["slips"]]


def _without_outcomes(data: dict) -> dict:
    """The checks without what the functions returned, but with how many of them there are."""
    tasks = {
        name: {**task, "cases": [(case["arguments"], len(_outcomes(case))) for case in task["cases"]]}
        for name, task in data["tasks"].items()
    }
    return {**data, "tasks": tasks}


def leaks(solution: Solution, exercise: Path) -> list[str]:
    """Lines of an answer that stand nowhere outside the markers, and yet in a file of the exercise's folder.

    A line of 20 characters or more is also found within another line.
    """
    cells = solution.notebook.cells
    shown = {line.strip() for cell in cells for line in _outside(cell.source, "").split("\n")}
    secret = {line.strip() for cell in cells for line in _inside(cell.source)} - shown - {""}
    found = [f"{exercise.name}/tasks.py must stay with the solution."] if (exercise / "tasks.py").exists() else []
    for path in _files(exercise):
        text = _words(path)
        lines = {line.strip() for line in text.split("\n")}
        for line in sorted(secret):
            if line in lines or (len(line) >= 20 and line in text):
                found.append(f"{exercise.name}/{path.name} shows a line of the answer: `{line}`.")
    return found


def _words(path: Path) -> str:
    """What a file says, with the texts in a notebook or a JSON file as they read."""
    text = path.read_text(encoding="utf-8")
    return "\n".join(_texts(json.loads(text))) if path.suffix in (".ipynb", ".json") else text


def _texts(data) -> Iterable[str]:
    """All texts in JSON data; a list of texts, as a cell's lines are, reads as one."""
    if isinstance(data, str):
        yield data
    elif isinstance(data, list) and all(isinstance(item, str) for item in data):
        yield "".join(data)
    elif isinstance(data, (list, dict)):
        for item in data.values() if isinstance(data, dict) else data:
            yield from _texts(item)


# ---- cells


def _functions(cell) -> list[str]:
    return [node.name for node in ast.parse(cell.source).body if isinstance(node, ast.FunctionDef)]


def _headings(cell) -> str:
    return "\n".join(line for line in cell.source.split("\n") if line.startswith("#"))


def _head(cell) -> str:
    return f"“{cell.source[:60].splitlines()[0] if cell.source else ''}”"


def _inside(source: str) -> list[str]:
    lines, inside = [], False
    for line in source.split("\n"):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
        elif inside:
            lines.append(line)
    return lines


def _outside(source: str, stub: str) -> str:
    """The source with each marked region replaced by the stub, indented as the region was."""
    lines, inside = [], False
    for line in source.split("\n"):
        if line.strip() in (BEGIN, END):
            inside = line.strip() == BEGIN
            if inside:
                lines.append(line[: len(line) - len(line.lstrip())] + stub)
        elif not inside:
            lines.append(line)
    return "\n".join(lines)


def main(arguments: list[str]) -> None:
    root = Path.cwd()
    if unknown := set(arguments) - set(names(root)):
        sys.exit("\n".join(f"solutions/ has no exercise {plain(name)}." for name in sorted(unknown)))
    for name in arguments or names(root):
        print(name, flush=True)
        try:
            release(root, name)
        except (ValueError, RuntimeError) as error:
            sys.exit(str(error))
        if found := leaks(read(root / "solutions" / name), root / "exercises" / name):
            sys.exit("\n".join(found))


if __name__ == "__main__":
    main(sys.argv[1:])
