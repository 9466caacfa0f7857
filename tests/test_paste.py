"""No exercise is done by pasting: a lesson's function, under whatever names, passes at most one task, the warm-up.

Every function of every lesson is tried on every task, blind to the names of its arguments, to their order, and to
constants: a number written in the function, or in the cell around it, may stand for an argument of the task.
"""

import ast
import builtins
import contextlib
import io
import itertools
from collections.abc import Iterable, Iterator
from functools import cache
from pathlib import Path
from typing import NamedTuple

import nbformat
import pytest

import checks
from checks.outcomes import call, same
from grader import release

ROOT = Path(__file__).parents[1]
LESSONS = ROOT / "notebooks"
NAMES = release.names(ROOT)
SECONDS = 0.25  # of one call: a wrong order of arguments may loop on and on
KINDS = {  # what an argument of a lesson's function of this name may be; of others, anything
    "array": {
        "theta", "start", "velocity", "x", "y", "z", "squares", "m", "v", "s", "weights", "scores", "labels", "order",
        "batch", "X", "hessian", "t", "gradient", "x_new", "train",
    },
    "number": {
        "lr", "w", "b", "h", "steps", "t", "n", "batch_size", "epochs", "alpha", "beta", "eps", "limit", "mean", "std",
        "seed", "shrink", "decay", "classes", "tolerance",
    },
    "callable": {"f", "function", "gradient", "rule"},
}  # fmt: skip

_NAMED = {name: [kind for kind in KINDS if name in KINDS[kind]] for names in KINDS.values() for name in names}

WARM_UPS = {  # exercise → the one task that may be pasted; its statement says that it is a warm-up
    "01_update_rule": {"step"},
    "03_linear_regression": {"mse"},
    "04_batch_stochastic_minibatch": {"split_into_batches"},
    "06_minimize": {"compute_gradients"},
    "08_side_by_side": {"largest_difference"},
    "09_momentum": {"momentum_step"},
    "10_adaptive_rates": {"adagrad_step"},
    "11_when_gradients_misbehave": {"clip_by_value"},
    "12_train_a_classifier": {"softmax"},
    "13_scaling_out": {"average_shard_gradients"},
}


class Pasted(NamedTuple):
    """A lesson's function as a hurried student would use it.

    slots      what can be set from outside: its arguments, then the constants and the globals that it reads
    required   how many of the slots, from the left, have no value without it
    make       make(values), a dict of slots, calls it
    """

    lesson: str
    name: str
    slots: tuple[str, ...]
    required: int
    make: object


@cache
def pasted(lesson: Path) -> tuple[Pasted, ...]:
    """Every function that a lesson defines at the top level of a cell."""
    namespace, literals, definitions = {}, {}, []
    for cell in nbformat.read(lesson, as_version=4).cells:
        if cell.cell_type != "code":
            continue
        for node in ast.parse(cell.source).body:
            if isinstance(node, (ast.Import, ast.ImportFrom, ast.FunctionDef)) or _from_helpers(node):
                with contextlib.suppress(Exception), contextlib.redirect_stdout(io.StringIO()):
                    exec(compile(ast.Module([node], []), str(lesson), "exec"), namespace)
            if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant):
                literals.update({t.id: node.value.value for t in node.targets if isinstance(t, ast.Name)})
            if isinstance(node, ast.FunctionDef):
                definitions.append(node)
    return tuple(_pasted(lesson.stem, node, namespace, literals) for node in definitions)


def _from_helpers(node) -> bool:
    """`tf = frameworks.tensorflow()` and the like."""
    return isinstance(node, ast.Assign) and "frameworks." in ast.unparse(node.value)


def _pasted(lesson: str, node: ast.FunctionDef, namespace: dict, literals: dict) -> Pasted:
    """The function with each number in it, and each name from outside, made an argument."""
    arguments = [a.arg for a in node.args.args]
    given = arguments[len(arguments) - len(node.args.defaults) :] if node.args.defaults else []
    inside = {n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)}
    names = [n.id for n in ast.walk(node) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Load)]
    outside = [n for n in dict.fromkeys(names) if n not in {*arguments, *inside, *namespace, *dir(builtins)}]
    constants = {}

    class Lift(ast.NodeTransformer):
        def visit_Constant(self, constant):
            if type(constant.value) in (int, float):
                constants[f"constant_{len(constants)}"] = constant.value
                return ast.Name(f"constant_{len(constants) - 1}", ast.Load())
            return constant

    body = ast.unparse(ast.fix_missing_locations(Lift().visit(ast.Module(node.body, []))))
    defaults = {}
    for name, value in zip(given, node.args.defaults, strict=True):
        with contextlib.suppress(Exception):  # made by a cell that does not run here
            defaults[name] = repr(ast.literal_eval(value))
    defaults |= {name: repr(literals[name]) for name in outside if name in literals}
    defaults |= {name: repr(value) for name, value in constants.items()}
    required = [name for name in (*arguments, *outside) if name not in defaults]
    signature = ", ".join([*required, *(f"{name}={value}" for name, value in defaults.items())])
    text = f"def pasted({signature}):\n" + "\n".join(f"    {line}" for line in body.splitlines())
    own = dict(namespace)
    exec(text, own)
    return Pasted(lesson, node.name, (*required, *defaults), len(required), own["pasted"])


def passes(one: Pasted, task: dict) -> bool:
    """Whether it does the task in some order of its arguments, with up to two constants made arguments."""
    parameters, required = task["parameters"], one.slots[: one.required]
    missing = len(parameters) - len(required)
    if not 0 <= missing <= 2:
        return False
    kinds = dict(zip(parameters, map(_kind, task["cases"][0]["arguments"]), strict=True))
    return any(
        _does(one.make, filled, task)
        for more in itertools.combinations(one.slots[one.required :], missing)
        for filled in _filled([*required, *more], kinds, {})
    )


def _filled(slots: list[str], kinds: dict[str, str], so_far: dict[str, str]) -> Iterator[dict[str, str]]:
    """Every way to give each slot another parameter that may stand there: slot → parameter."""
    if not slots:
        yield so_far
        return
    slot, *others = slots
    for parameter, kind in kinds.items():
        if parameter not in so_far.values() and (slot not in _NAMED or kind in ("any", *_NAMED[slot])):
            yield from _filled(others, kinds, {**so_far, slot: parameter})


def _kind(argument) -> str:
    """What kind of value an argument of checks.json is."""
    if isinstance(argument, dict):
        return "array" if "array" in argument else "callable" if "function" in argument else "any"
    return "number" if isinstance(argument, (int, float)) else "any"


def _does(function, filled: dict[str, str], task: dict) -> bool:
    places = {slot: task["parameters"].index(parameter) for slot, parameter in filled.items()}

    def as_asked(*arguments):
        return _plain(function(**{slot: arguments[place] for slot, place in places.items()}))

    return all(
        same(case["answer"], call(as_asked, case["arguments"], task["parameters"], SECONDS), task)
        for case in task["cases"]
    )


def _plain(value):
    """A tensor as an array: converting the result is not what a task is about."""
    if isinstance(value, (tuple, list)):
        return type(value)(map(_plain, value)) if type(value) in (tuple, list) else value
    return value.detach().numpy() if hasattr(value, "detach") else value.numpy() if hasattr(value, "numpy") else value


def pasteable(exercise: str, lessons: Iterable[Path]) -> dict[str, str]:
    """Task → the lessons' function that does it."""
    candidates = [one for lesson in lessons for one in pasted(lesson)]
    return {
        name: f"{one.lesson}: {one.name}"
        for name, task in checks.read(ROOT / "exercises" / exercise / "checks.json")["tasks"].items()
        if (one := next((one for one in candidates if passes(one, task)), None))
    }


@pytest.mark.slow
@pytest.mark.parametrize("exercise", NAMES)
def test_the_exercises_own_lesson_does_at_most_the_warm_up(exercise):
    found = pasteable(exercise, [LESSONS / f"{exercise}.ipynb"])
    assert {*found} <= {*WARM_UPS.get(exercise, ())}, found


@pytest.mark.long
@pytest.mark.parametrize("exercise", NAMES)
def test_no_other_lesson_does_more(exercise):
    found = pasteable(exercise, sorted(LESSONS.glob("[0-9]*.ipynb")))
    assert {*found} == {*WARM_UPS.get(exercise, ())}, found
