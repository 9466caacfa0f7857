"""What a check needs of the mistakes found by machine (`grader.mutants`): those it could say nothing else about.

    add(solution, data)             writes them into what `solution.make_checks` has made
    judged(solution, task, data)    what becomes of each mutant of a task
    covered(solution, task)         written mistakes of which a check has something to say even if they go

    python -m grader.slips 01_update_rule …    lists these, with both sentences: does the written one say more?

A mutant of the answer, or of a right alternative, meets one of four ends. It is EQUAL: its results are the answer's, on
the visible cases and on generated ones. It is UNSEEN: only a generated case tells it from the answer, so the visible
ones are too few. It is TOLD: a check has something to say already, such as a known mistake's sentence, or that an
argument is changed. Or its numbers merely differ: then it is a SLIP, written down once for all that give its results.
"""

import ast
import enum
import inspect
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

import checks
from checks.findings import Finding, Kind, examine
from checks.outcomes import RECOGNISABLE, call, same
from grader.lastdigits import elsewhere
from grader.mutants import Mutant, mutants, sentence
from grader.solution import VISIBLE, Solution, Task, arguments_of, kept, make_task, read

_FIRST_SEED = 1000  # of the generated inputs


class End(enum.Enum):
    """What becomes of a mutant."""

    EQUAL = "gives the answer's results"
    UNSEEN = "differs from the answer in no visible case"
    TOLD = "is told something already"
    SLIP = "merely gives other numbers"


class Judged(NamedTuple):
    """A mutant, its end, its outcomes on the visible cases, and what a check says of it."""

    mutant: Mutant
    end: End
    outcomes: list[dict]
    finding: Finding | None


def add(solution: Solution, data: dict) -> None:
    """Write the slips of every task into the checks made of a solution."""
    for task in solution.tasks:
        part = data["tasks"][task.name]
        put(part, classes(task, part, judged(solution, task, part)))


def classes(task: Task, data: dict, found: Iterable[Judged]) -> list[list[Judged]]:
    """The slips among a task's mutants that a check can tell on every processor, in classes with the same outcomes."""
    slips = [one for one in found if one.end is End.SLIP]
    return [alike for alike in grouped(slips, data) if steady(alike[0], task, data)]


def put(data: dict, classes: list[list[Judged]]) -> None:
    """Write classes of slips into one task's part of the checks."""
    data["slips"] = [sentence(one.mutant.slip for one in alike) for alike in classes]
    for k, case in enumerate(data["cases"]):
        case["slips"] = [kept(alike[0].outcomes[k]) for alike in classes]


def take_over(known: dict, data: dict) -> None:
    """Write the slips of checks that are known into others, made of the same solution, where the cases allow it."""
    for name, part in data["tasks"].items():
        model = known["tasks"].get(name, part)
        if len(model["cases"]) == len(part["cases"]):
            part["slips"] = model["slips"]
            for case, its in zip(part["cases"], model["cases"], strict=True):
                case["slips"] = its["slips"]


def judged(solution: Solution, task: Task, data: dict, inputs: int = 0) -> Iterator[Judged]:
    """Every mutant of the task's answer and of its right alternatives, judged by the task's part of the checks.

    inputs   how many generated ones a mutant that passes must pass as well, to be EQUAL and not UNSEEN
    """
    answer = solution.answers[task.name]
    kinds = _kinds(data)
    generated = _Generated(task, answer, data, inputs)
    seen = set()
    for source, namespace in sources(solution, task):
        for mutant in mutants(source, namespace, kinds):
            if mutant.source in seen:
                continue
            seen.add(mutant.source)
            outcomes = checks.run(mutant.function, data, seconds=None)
            finding = examine(data, outcomes, single=True)
            if finding is None:
                end = End.EQUAL if generated.agree(mutant.function) else End.UNSEEN
            else:
                end = End.SLIP if finding.kind in (Kind.VALUE, Kind.PLACES, Kind.SLIP) else End.TOLD
            yield Judged(mutant, end, outcomes, finding)


def covered(solution: Solution, task: Task) -> Iterator[tuple[Callable, Finding]]:
    """The task's written mistakes of which more than that the result differs is said if they all go, and that."""
    data = make_task(task._replace(mistakes=()), solution.answers[task.name], VISIBLE)
    put(data, classes(task, data, judged(solution, task, data)))
    for mistake in task.mistakes:
        finding = examine(data, checks.run(mistake, data, seconds=None), single=True)
        if finding.kind not in (Kind.VALUE, Kind.PLACES):
            yield mistake, finding


def grouped(slips: list[Judged], data: dict) -> list[list[Judged]]:
    """The slips in classes that have the same outcome in every visible case."""
    classes: list[list[Judged]] = []
    for one in slips:
        for alike in classes:
            if all(same(a, b, data) for a, b in zip(alike[0].outcomes, one.outcomes, strict=True)):
                alike.append(one)
                break
        else:
            classes.append([one])
    return classes


def steady(one: Judged, task: Task, data: dict) -> bool:
    """Whether its results hold on every processor. A descent that climbs, say, can magnify a last digit without end."""
    exact = [name in task.exact for name in data["parameters"]]
    return all(
        same(outcome, other, data, RECOGNISABLE)
        for case, outcome in zip(data["cases"], one.outcomes, strict=False)
        for other in elsewhere(one.mutant.function, case["arguments"], data["parameters"], exact)
    )


def sources(solution: Solution, task: Task) -> Iterator[tuple[str, dict]]:
    """The answer and the right alternatives, each as source and the namespace in which it runs."""
    for cell in solution.notebook.cells:
        if cell.cell_type == "code" and cell.metadata.get("nbgrader", {}).get("solution"):
            for node in ast.parse(cell.source).body:
                if isinstance(node, ast.FunctionDef) and node.name == task.name:
                    yield ast.unparse(node), solution.answers
    for right in task.right:
        yield inspect.getsource(right), right.__globals__


def _kinds(data: dict) -> dict[str, str]:
    """Parameter → its kind in the first case: arrays are mistaken for arrays, numbers for numbers."""
    return dict(zip(data["parameters"], map(_kind, data["cases"][0]["arguments"]), strict=True))


def _kind(argument) -> str:
    if isinstance(argument, dict):
        return next(iter(argument)) + str(len(argument.get("shape", ())))
    return "number" if isinstance(argument, (int, float)) else type(argument).__name__


class _Generated:
    """Generated inputs of a task, and what the answer makes of them; made when they are first needed."""

    def __init__(self, task: Task, answer: Callable, data: dict, most: int):
        self._task, self._answer, self._data, self._most = task, answer, data, most
        self._made: list[tuple[list, dict]] = []

    def agree(self, function: Callable) -> bool:
        """Whether the function gives the answer's results on all of them."""
        return all(
            same(expected, call(function, arguments, self._data["parameters"], seconds=None), self._data)
            for arguments, expected in self._inputs()
        )

    def _inputs(self) -> list[tuple[list, dict]]:
        seed = _FIRST_SEED
        while len(self._made) < self._most:
            for case in self._task.cases(np.random.default_rng(seed)):
                arguments = arguments_of(case, self._task.name)
                self._made.append((arguments, call(self._answer, arguments, self._data["parameters"], None)))
            seed += 1
        return self._made


def main(names: list[str]) -> None:
    for name in names:
        solution = read(Path("solutions", name))
        for task in solution.tasks:
            for mistake, finding in covered(solution, task):
                said = " ".join(mistake.__doc__.split())
                print(f"{name} {task.name}.{mistake.__name__}\n    now:  {said}\n    else: {finding.sentence}")


if __name__ == "__main__":
    main(sys.argv[1:])
