"""The house drawn from its imports: no arrow up, no circle, and each package's docstring lists what is in it.

`src/helpers` and `src/checks` are what students get and `src/grader/inside` is what a submission's process can read
beside them, so what these three may import is a boundary: `helpers` itself alone, `checks` those two, `grader.inside`
all three.
"""

import ast
import importlib
import re
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

SRC = Path(__file__).parents[1] / "src"
PACKAGES = ("helpers", "checks", "grader", "grader.inside")
ORDERED = ("helpers", "checks")  # a module of these imports only what its package's docstring lists above it


def sources() -> dict[str, str]:
    """Each module's source by its dotted name."""
    found = {}
    for path in (path for package in PACKAGES[:3] for path in SRC.glob(f"{package}/**/*.py")):
        parts = path.relative_to(SRC).with_suffix("").parts
        found[".".join(parts[:-1] if parts[-1] == "__init__" else parts)] = path.read_text(encoding="utf-8")
    return found


def listed(docstring: str) -> list[str]:
    """The modules that a package's docstring lists, in its order: a name, or several, then two spaces or more."""
    lines = re.findall(r"^ *([a-z_]+(?:, [a-z_]+)*)  +\S", docstring, re.MULTILINE)
    return [name for line in lines for name in line.split(", ")]


def imported(module: str, source: str, packages: tuple[str, ...] = PACKAGES) -> set[str]:
    """The modules of the house that a module imports, by dotted name; imports inside functions count too."""
    names = set()
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom):
            above = module.split(".")[: -node.level] if node.level else []
            start = ".".join([*above, *filter(None, [node.module])])
            names |= {f"{start}.{alias.name}" for alias in node.names} if start in packages else {start}
    return {name for name in names if name.partition(".")[0] in packages}


def drawn(modules: dict[str, str]) -> dict[str, set[str]]:
    """Each module → those that it imports."""
    return {module: imported(module, source) for module, source in modules.items()}


def arrows_up(package: str, order: list[str], arrows: dict[str, set[str]]) -> list[str]:
    """Imports within a package of what its docstring does not list above the importing module."""
    place = {f"{package}.{name}": k for k, name in enumerate(order)}
    return [
        f"{module} imports {other}, which is not listed above it: in the docstring of {package}/__init__.py move "
        f"the line of {module} below that of {other}, or do without the import"
        for module, others in arrows.items()
        for other in sorted(others)
        if module in place and other.startswith(package) and not place.get(other, len(order)) < place[module]
    ]


def crossings(arrows: dict[str, set[str]]) -> list[str]:
    """Imports across the three boundaries."""
    allowed = {
        "helpers": ("helpers.",),
        "checks": ("helpers.", "checks."),
        "grader.inside": ("helpers.", "checks.", "grader.inside."),
    }
    return [
        f"{module} imports {other}, but {package} may import only {' and '.join(start + '*' for start in starts)}: "
        "move what it needs there"
        for package, starts in allowed.items()
        for module, others in arrows.items()
        if f"{module}.".startswith(f"{package}.")
        for other in sorted(others)
        if not f"{other}.".startswith(starts)
    ]


@pytest.mark.parametrize("package", ORDERED)
def test_a_module_imports_only_what_is_listed_above_it(package):
    order = listed(importlib.import_module(package).__doc__)
    assert arrows_up(package, order, drawn(sources())) == []


def test_no_import_crosses_a_boundary():
    assert crossings(drawn(sources())) == []


def test_no_imports_go_round_in_a_circle():
    try:
        TopologicalSorter(drawn(sources())).prepare()
    except CycleError as error:
        pytest.fail(f"{' ← '.join(error.args[1])}: move what they share into a module below them all")


@pytest.mark.parametrize("package", PACKAGES)
def test_a_packages_docstring_lists_exactly_the_modules_it_has(package):
    names = listed(importlib.import_module(package).__doc__)
    modules = {
        name.removeprefix(f"{package}.").partition(".")[0] for name in sources() if name.startswith(f"{package}.")
    }
    where = f"in the docstring of src/{package.replace('.', '/')}/__init__.py"
    assert len(names) == len(set(names)), f"list each module once {where}"
    assert set(names) == modules, f"give each module one line {where}, its name and two spaces first"


# ---- what these tests find, shown on small houses


@pytest.mark.parametrize(
    "source",
    [
        "from helpers import plots",
        "from helpers.plots import figure",
        "import helpers.plots as p",
        "def late():\n    from helpers import plots",
        "from . import plots",
        "from .plots import figure",
        "from helpers import nowhere",
        "from helpers import rules",
    ],
)
def test_an_arrow_up_is_found(source):
    order = ["data", "rules", "plots"]
    (sentence,) = arrows_up("helpers", order, drawn({"helpers.rules": source}))
    assert sentence.startswith("helpers.rules imports helpers.")
    assert arrows_up("helpers", order, drawn({"helpers.rules": "from helpers import data\nimport numpy"})) == []


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("helpers.layout", "from grader import hidden"),
        ("checks.findings", "def late():\n    import grader.hidden"),
        ("grader.inside.worker", "from grader import hidden"),
        ("grader.inside.worker", "from grader.hidden import draw"),
        ("grader.inside.worker", "from .. import hidden"),
        ("grader.inside.worker", "from ..hidden import draw"),
        ("grader.inside", "import grader.hidden"),
    ],
)
def test_a_crossing_is_found(module, source):
    (sentence,) = crossings(drawn({module: source}))
    assert sentence.startswith(f"{module} imports grader.hidden, but ")


@pytest.mark.parametrize(
    ("module", "source"),
    [
        ("checks.outcomes", "from helpers import functions\nimport numpy"),
        ("grader.hidden", "import checks\nfrom grader.inside import shell"),
        ("grader.inside.worker", "from checks.outcomes import call\nfrom grader.inside.shell import Shell"),
        ("grader.inside.worker", "from . import confine"),
    ],
)
def test_an_import_within_the_boundaries_is_no_crossing(module, source):
    assert crossings(drawn({module: source})) == []


def test_a_docstrings_list_is_read_with_its_several_names_a_line():
    assert listed("What it is.\n\n    data          points\n    doctor, lab   `-m`\n\nImports  nothing.") == [
        "data", "doctor", "lab",
    ]  # fmt: skip
