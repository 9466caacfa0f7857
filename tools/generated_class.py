"""Classes made by machine, for tests of similarity: independent answers, and copies made to look like others.

answers(solution, rng)    a student's answers, task → source: each a right function, a mistake, or a mutant
copied(answers, rng)      the same with other names and comments, and in another order
notebook(…)               answers as a notebook that a student hands in
"""

import ast
import copy
import inspect
import textwrap

import nbformat
from nbformat.v4 import new_code_cell

from classroom import grade_id
from grader import mutants, slips

WORDS = ("first", "result", "here", "loop", "update", "value", "check", "sum", "next", "why", "then", "small", "rate")
NAMES = [a + b for a in ("my_", "new_", "the_", "x", "tmp_") for b in ("value", "point", "list", "grad", "k", "result")]


class Pool:
    """What students may write for each task of a solution: right functions, mistakes, mutants of the right ones."""

    def __init__(self, solution):
        self._tasks = {}
        for task in solution.tasks:
            right = [_renamed(source, task.name) for source, _ in slips.sources(solution, task)]
            namespaces = [namespace for _, namespace in slips.sources(solution, task)]
            mistakes = [_renamed(inspect.getsource(one), task.name) for one in task.mistakes if not _helped(one)]
            changed = [
                mutant.source
                for source, namespace in zip(right, namespaces, strict=True)
                for mutant in mutants.mutants(source, namespace)
            ]
            helped = [_with_helpers(source, space) for source, space in zip(right, namespaces, strict=True)]
            self._tasks[task.name] = [group for group in (helped, mistakes, changed) if group]

    def answers(self, rng):
        """A student's answers, task → source; one task in seven is not done, and each group is as likely as another."""
        found = {}
        for name, groups in self._tasks.items():
            if rng.random() < 1 / 7:
                continue
            group = groups[rng.integers(len(groups))]
            found[name] = _commented(group[rng.integers(len(group))], rng)
        return found


def copied(answers, rng):
    """Somebody's answers with other names and comments, tasks and independent lines in another order."""
    names = list(answers)
    rng.shuffle(names)
    return {name: _commented(_disguised(answers[name], name, rng), rng) for name in names}


def notebook(root, name, answers):
    """The released notebook with these answers; their order is that of the cells."""
    found = nbformat.read(root / "exercises" / name / f"{name}.ipynb", as_version=4)
    places = [k for k, cell in enumerate(found.cells) if grade_id(cell) in answers]  # of what is done
    for place, (task, source) in zip(places, answers.items(), strict=True):
        found.cells[place] = new_code_cell(source, metadata={"nbgrader": {"grade_id": task}})
    return found


# ---- what a student writes


def _tree(source):
    (function,) = [node for node in ast.parse(textwrap.dedent(source)).body if isinstance(node, ast.FunctionDef)]
    return function


def _renamed(source, name):
    """A function's source under the task's name, without decorators and docstring."""
    function = _tree(source)
    function.name, function.decorator_list = name, []
    if ast.get_docstring(function) is not None:
        function.body = function.body[1:] or [ast.Pass()]
    return ast.unparse(function)


def _helpers(source, namespace):
    """Functions of tasks.py that a source uses, and those that they use: name → source."""
    found = {}
    for node in ast.walk(ast.parse(source)):
        used = namespace.get(node.id) if isinstance(node, ast.Name) else None
        if inspect.isfunction(used) and used.__module__ == namespace["__name__"] and used.__name__ != "says":
            inner = textwrap.dedent(inspect.getsource(used))
            found |= _helpers(inner, {**namespace, node.id: None}) | {node.id: inner}
    return found


def _with_helpers(source, namespace):
    return "\n\n\n".join([*_helpers(source, namespace).values(), source])


def _helped(function):
    """Whether a mistake is written with the help of others in tasks.py, which no two students would have alike."""
    function = inspect.unwrap(function)
    source, space = textwrap.dedent(inspect.getsource(function)), function.__globals__
    names = {node.id for node in ast.walk(ast.parse(source)) if isinstance(node, ast.Name)}
    return bool(_helpers(source, space)) or any(inspect.isclass(space.get(name)) for name in names)


def _commented(source, rng):
    """The source with comments of random words."""
    lines = []
    for line in source.split("\n"):
        if rng.random() < 0.3 and line.strip():
            words = " ".join(rng.choice(WORDS, rng.integers(2, 6)))
            lines.append(f"{line[: len(line) - len(line.lstrip())]}# {words}")
        lines.append(line)
    return "\n".join(lines)


# ---- what somebody does who copies


class _Names(ast.NodeTransformer):
    def __init__(self, new):
        self._new = new

    def visit_Name(self, node):
        node.id = self._new.get(node.id, node.id)
        return node

    def visit_arg(self, node):
        node.arg = self._new.get(node.arg, node.arg)
        return node

    def visit_FunctionDef(self, node):
        node.name = self._new.get(node.name, node.name)
        return self.generic_visit(node)


def _disguised(source, task, rng):
    tree = ast.parse(source)
    bound = {node.id for node in ast.walk(tree) if isinstance(node, ast.Name) and isinstance(node.ctx, ast.Store)}
    bound |= {node.arg for node in ast.walk(tree) if isinstance(node, ast.arg)}
    bound |= {node.name for node in ast.walk(tree) if isinstance(node, ast.FunctionDef)} - {task}
    fresh = rng.permutation(NAMES)
    new = {name: f"{fresh[k % len(fresh)]}{k // len(fresh) or ''}" for k, name in enumerate(sorted(bound))}
    keywords = {node.arg for node in ast.walk(tree) if isinstance(node, ast.keyword)}
    tree = _Names({old: name for old, name in new.items() if old not in keywords}).visit(tree)
    for node in ast.walk(tree):
        if isinstance(getattr(node, "body", None), list):
            _reorder(node.body)
    return ast.unparse(ast.fix_missing_locations(tree))


def _reorder(body):
    """Swap neighbours that do not depend on each other, as far as names show it; each line moves once at most."""
    k = 0
    while k + 1 < len(body):
        one, other = body[k], body[k + 1]
        if all(isinstance(line, (ast.Assign, ast.FunctionDef)) for line in (one, other)):
            (stored, loaded), (stores, loads) = _names(one), _names(other)
            if not (stored & (stores | loads) or stores & loaded):
                body[k], body[k + 1] = copy.copy(other), copy.copy(one)
                k += 1
        k += 1


def _names(line):
    """The names that a line binds, and those that it reads."""
    nodes = [node for node in ast.walk(line) if isinstance(node, ast.Name)]
    stored = {node.id for node in nodes if isinstance(node.ctx, ast.Store)}
    if isinstance(line, ast.FunctionDef):
        stored = {line.name}
    return stored, {node.id for node in nodes if isinstance(node.ctx, ast.Load)}
