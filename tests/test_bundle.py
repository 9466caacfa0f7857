"""The zip for students holds what they need to begin, and no answer."""

import calendar
import json
import os
import re
import shutil
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import pytest

from grader import bundle, release
from grader.solution import BEGIN, END, read
from lint import findings

ROOT = Path(__file__).parents[1]
TOP = "downhill"
pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def opened(tmp_path_factory):
    """The folder that a student has after unpacking the zip."""
    folder = tmp_path_factory.mktemp("Kurs für alle")  # a path with a space and an umlaut must do
    bundle.make(ROOT, folder / "downhill.zip")
    with zipfile.ZipFile(folder / "downhill.zip") as zipped:
        zipped.extractall(folder)
    return folder / TOP


def files(folder):
    return sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*") if path.is_file())


def words(path):
    """What a file says, a notebook's texts as they read, without the indentation of lines."""
    text = path.read_text(encoding="utf-8")
    if path.suffix in (".ipynb", ".json"):
        text = "\n".join(texts(json.loads(text)))
    return "\n".join(line.strip() for line in text.split("\n"))


def texts(data):
    if isinstance(data, str):
        yield data
    elif isinstance(data, list) and all(isinstance(item, str) for item in data):
        yield "".join(data)
    elif isinstance(data, (list, dict)):
        for item in data.values() if isinstance(data, dict) else data:
            yield from texts(item)


def answers(name):
    """The marked regions of a solution: the lines of code of each, and the sentences that discuss it or say its points.

    A sentence of a few words, such as "So it does.", may stand anywhere.
    """
    for cell in read(ROOT / "solutions" / name).notebook.cells:
        if BEGIN in cell.source:
            lines = [line.strip() for line in cell.source.split(BEGIN)[1].split(END)[0].strip().split("\n")]
            code = [line for line in lines if cell.cell_type == "code" and line and not line.startswith("#")]
            sentences = re.split(r"(?<=[.:?])\s", " ".join(line for line in lines if line and line not in code))
            yield code, [sentence for sentence in sentences if len(sentence.split()) > 4]


def test_it_holds_the_lessons_the_exercises_and_the_helpers(opened):
    held = files(opened)
    for folder in ("notebooks", "exercises"):
        wanted = {
            path.relative_to(ROOT).as_posix() for path in (ROOT / folder).rglob("*.ipynb") if ".ipynb_" not in str(path)
        }
        assert wanted == {name for name in held if name.startswith(f"{folder}/") and name.endswith(".ipynb")}
    assert {f"exercises/{name}/checks.json" for name in release.names(ROOT)} <= {*held}
    for package in ("helpers", "checks"):
        for path in (ROOT / "src" / package).glob("*.*"):
            assert f"src/{package}/{path.name}" in held


def test_it_holds_nothing_of_the_instructors(opened):
    for name in files(opened):
        assert not re.search(
            r"solution|grader|INSTRUCTOR|gradebook|nbgrader|tests?/|tasks\.py|work/|tools/|deploy/|/\.|__pycache__",
            name,
        )
        assert name.count("/") > 0 or name in (*bundle.FILES, "Makefile", "README.md")
    assert not any(BEGIN in words(opened / name) or END in words(opened / name) for name in files(opened))


def test_no_line_of_an_answer_stands_in_an_exercise(opened):
    for name in release.names(ROOT):
        assert release.leaks(read(ROOT / "solutions" / name), opened / "exercises" / name) == []


def test_no_answer_stands_anywhere_but_where_a_lesson_teaches_it(opened):
    """A lesson shows some of the formulas that its exercise then asks for; what discusses an answer stands nowhere."""
    said = {name: words(opened / name) for name in files(opened)}
    for exercise in release.names(ROOT):
        for code, discussion in answers(exercise):
            for name, text in said.items():
                if not name.startswith("notebooks/"):
                    assert not code or "\n".join(code) not in text, f"{name} holds an answer of {exercise}: {code}"
                told = " ".join(text.split())
                assert not [one for one in discussion if one in told], f"{name} discusses an answer of {exercise}"


def test_the_same_course_makes_the_same_bytes(tmp_path):
    for name in ("one.zip", "two.zip"):
        bundle.make(ROOT, tmp_path / name)
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as zipped:
        (date,) = {entry.date_time for entry in zipped.infolist()}
        assert abs(calendar.timegm(date) - committed(ROOT)) < 2  # a zip counts in steps of two seconds
        assert zipped.namelist() == sorted(zipped.namelist())


def committed(folder):
    done = subprocess.run(["git", "log", "-1", "--format=%ct"], cwd=folder, capture_output=True, text=True, check=True)
    return int(done.stdout)


def test_outside_of_git_its_date_is_that_of_the_newest_file(course):
    for path in course.rglob("*"):
        os.utime(path, (1e9, 1e9))
    os.utime(course / "pyproject.toml", (1.1e9, 1.1e9))
    assert bundle.released(course) == time.gmtime(1.1e9)[:6]


@pytest.fixture
def course(tmp_path):
    """A course folder with one exercise and what a zip takes from beside it."""
    for name in (*bundle.FILES, "Makefile"):
        shutil.copy(ROOT / name, tmp_path)
    for kind in ("solutions", "exercises"):
        shutil.copytree(ROOT / kind / "01_update_rule", tmp_path / kind / "01_update_rule")
    return tmp_path


def test_an_exercise_that_shows_its_answer_is_refused(course):
    notes = course / "exercises" / "01_update_rule" / "notes.md"
    notes.write_text("    return theta - lr * gradient\n", encoding="utf-8")
    with pytest.raises(ValueError, match=r"notes\.md shows a line of the answer"):
        bundle.make(course, course / "downhill.zip")
    assert not (course / "downhill.zip").exists()


def test_an_exercise_without_a_solution_and_a_solution_without_an_exercise_are_refused(course):
    (course / "exercises" / "01_update_rule").rename(course / "exercises" / "09_stray")
    assert bundle.problems(course) == [
        "exercises/09_stray belongs to no solution, so nobody knows whether it shows an answer: remove it.",
        "exercises/01_update_rule is missing: run `make exercises`.",
    ]


def test_a_link_that_leads_somewhere_in_the_course_leads_there_in_the_zip(opened):
    for name in files(opened):
        if name.endswith((".ipynb", ".md")):
            broken = {finding for finding in findings(opened / name) if "leads nowhere" in finding}
            known = {finding for finding in findings(ROOT / name) if "leads nowhere" in finding}
            assert broken <= known, name


def test_its_readme_gives_the_commands_of_the_courses_readme():
    def commands(path):
        blocks = re.findall(r"^```\n(.*?)^```", path.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
        return {line for block in blocks for line in block.splitlines()}

    assert commands(bundle.README) and commands(bundle.README) <= commands(ROOT / "README.md")


def make(folder, *arguments):
    # A student calls make by itself; within `make test` it would take itself for a part of that and say so.
    alone = {name: value for name, value in os.environ.items() if name not in ("MAKELEVEL", "MAKEFLAGS", "MFLAGS")}
    return subprocess.run(
        ["make", *arguments], cwd=folder, capture_output=True, text=True, check=True, env=alone
    ).stdout


needs_make = pytest.mark.skipif(shutil.which("make") is None, reason="make is not installed")


@needs_make
def test_a_newer_lock_is_installed_whatever_its_date(tmp_path):
    for name in ("Makefile", "pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, tmp_path)
    (tmp_path / ".venv").mkdir()
    (tmp_path / ".venv" / "made").touch()
    (tmp_path / re.search(r"touch (\S+)", make(tmp_path, "-n", "lab"))[1]).touch()
    assert "pip install" not in make(tmp_path, "-n", "lab")
    lock = tmp_path / "requirements.txt"
    lock.write_text(lock.read_text().replace("numpy==", "numpy==9."))
    os.utime(lock, (315532800, 315532800))  # 1980
    assert "pip install" in make(tmp_path, "-n", "lab")


@needs_make
def test_its_makefile_opens_the_lab_and_offers_nothing_that_is_missing(opened):
    assert [line.split()[0] for line in make(opened, "help").splitlines()] == ["help", "lab", "clean"]
    steps = make(opened, "-n", "lab")
    assert "-m venv .venv" in steps
    assert 'pip install --quiet -c requirements.txt -e ".[frameworks]"' in steps
    assert steps.rstrip().endswith("-m helpers.lab")


FROM_THERE = """
import sys
from pathlib import Path
from helpers import doctor, layout

here = Path.cwd()
assert doctor.COURSE == here, doctor.COURSE
for diagnosis in doctor.diagnose(quick=True):
    print(diagnosis)
    assert diagnosis.effect is not doctor.Effect.STOPS
done = layout.lay_out(here, here / "work")
print(len(done.copied), "copied")
"""
CHECKED = """
import checks
check = checks.load("checks.json")
def step(theta, gradient, lr):
    return theta - lr * gradient
check(step)
"""


def run_there(code, folder, opened):
    """Run Python with the helpers of the zip, not with those of this course."""
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(opened / "src"), "LC_ALL": "C", "TZ": "Pacific/Apia"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_doctor_and_lab_work_from_the_unpacked_folder(opened):
    said = run_there(FROM_THERE, opened, opened)
    laid_out = [name for name in files(opened / "work") if not name.startswith(".")]
    held = [name for name in files(opened) if name.startswith(("notebooks/", "exercises/"))]
    assert [name for name in laid_out if not name.startswith("with_outputs/")] == held
    assert f"{len(laid_out)} copied" in said


def test_a_check_works_from_the_unpacked_folder(opened):
    said = run_there(CHECKED, opened / "exercises" / "01_update_rule", opened)
    assert said.startswith("step: visible checks passed")
