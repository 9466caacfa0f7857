"""The guide for instructors: every command in it exists and takes what the guide gives it."""

import importlib
import inspect
import re
import shlex
import tomllib

import pytest
from nbgrader.apps import NbGraderApp

from classroom import NAME, ROOT
from grader import deadlines, grading
from helpers import lab

GUIDE = (ROOT / "INSTRUCTORS.md").read_text(encoding="utf-8")
PYTHON = ".venv/bin/python -m "
FENCED = re.findall(r"^```(\w*)\n(.*?)^```$", GUIDE, re.MULTILINE | re.DOTALL)  # language, text
BLOCKS = [line for language, text in FENCED if not language for line in text.splitlines()]
INLINE = re.findall(r"(?<!`)`((?:make|nbgrader|python3? -m|\.venv/bin/python -m|helpers\.lab) ?[^`]*)`", GUIDE)
SPREAD = "grader.spread "  # takes nbgrader's options
COMMANDS = sorted({line for line in BLOCKS if line.startswith((".venv/", "make "))})


def test_every_line_of_a_block_is_a_command_or_a_path():
    others = [line for line in BLOCKS if line and line not in COMMANDS]
    assert others == [f"gradebook/submitted/ada/{NAME}/{NAME}.ipynb"]
    assert len(COMMANDS) >= 15


@pytest.mark.parametrize(
    "command", [line for line in COMMANDS if line.startswith(f"{PYTHON}grader.") and SPREAD not in line]
)
def test_a_command_of_the_course_takes_these_arguments(command, tmp_path, monkeypatch):
    """In an empty folder, each ends because of what is missing there, and not of how it is called."""
    _, _, module, *arguments = shlex.split(command)
    main = importlib.import_module(module).main
    monkeypatch.chdir(tmp_path)
    if module in ("grader.release", "grader.bundle"):
        assert bool(inspect.signature(main).parameters) >= bool(arguments)
    else:
        with pytest.raises(SystemExit) as said:
            main(arguments)
        assert isinstance(said.value.code, str) and "Usage" not in said.value.code


@pytest.mark.parametrize("command", [line for line in COMMANDS if line.startswith(f"{PYTHON}nbgrader ")])
def test_a_command_of_nbgraders_takes_these_arguments(command):
    _, _, _, *words = shlex.split(command)
    app = NbGraderApp()
    while words and words[0] in app.subcommands:
        app = app.subcommands[words.pop(0)][0]()
    assert app.name != NbGraderApp.name and not app.subcommands, command
    for option in [word.removeprefix("--").partition("=")[0] for word in words if word.startswith("--")]:
        group, _, trait = option.rpartition(".")
        taken = grading.Autograde.class_trait_names(config=True) if group == "Autograde" else {*app.aliases, *app.flags}
        assert (trait or option) in taken, command


def test_spread_takes_these_arguments():
    pytest.importorskip("distributed")
    from grader.spread import SpreadApp

    (command,) = [line for line in COMMANDS if SPREAD in line]
    options = {word.removeprefix("--") for word in shlex.split(command) if word.startswith("--")}
    assert options and options <= {*SpreadApp().aliases}


def test_other_commands_and_their_options_exist():
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    extras = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["optional-dependencies"]
    rest = [line for line in COMMANDS if not line.startswith((f"{PYTHON}grader.", f"{PYTHON}nbgrader "))]
    for line in [*rest, *(command for command in INLINE if command.startswith(("make ", "helpers.lab")))]:
        words = shlex.split(line.removeprefix(PYTHON))
        if words[0] == "make":
            assert re.search(rf"^{words[1]}:", makefile, re.MULTILINE), line
        elif words[0] == "helpers.lab":
            assert all(word in lab.__doc__ for word in words[1:]), line
        elif words[0] == "pip":
            assert (ROOT / words[3]).is_file() and {*re.findall(r"\w+", words[-1])} <= extras.keys(), line
        else:
            assert words[0] == "pytest" and (ROOT / words[2]).is_file() and words[-1] == NAME, line


def test_every_link_within_the_guide_leads_to_a_heading():
    anchors = {
        re.sub(r"[^\w -]", "", title.lower()).replace(" ", "-") for title in re.findall(r"^#+ (.*)$", GUIDE, re.M)
    }
    assert {link for link in re.findall(r"\]\(#([^)]*)\)", GUIDE)} <= anchors


def test_the_deadlines_of_the_guide_can_be_read(tmp_path):
    (tmp_path / "gradebook").mkdir()
    (tmp_path / "exercises" / NAME).mkdir(parents=True)
    (tmp_path / "exercises" / NAME / "checks.json").write_text("{}")
    (example,) = [text for language, text in FENCED if language == "toml"]
    (tmp_path / deadlines.FILE).write_text(example, encoding="utf-8")
    found = deadlines.read(tmp_path)
    assert found.percent_per_day == 10 and set(found.exercises) == {NAME}
