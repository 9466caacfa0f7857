"""`python -m helpers.lab`: a student's files are never lost, and JupyterLab opens on them."""

import ast
import contextlib
import json
import os
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
from pathlib import Path

import pytest

from helpers import doctor, lab

ROOT = Path(__file__).parents[1]
ORIGINALS = {
    "notebooks/00_start_here.ipynb": b'{"cells": []}\n',
    "notebooks/01_rule.ipynb": b"lesson one, \xce\xb8",
    "notebooks/pictures/bowl.png": bytes(range(256)),
    "exercises/01_rule/01_rule.ipynb": b"exercise one\r\n",
    "exercises/01_rule/checks.json": b"{}",
}
NOT_COPIED = (
    "notebooks/.ipynb_checkpoints/01_rule-checkpoint.ipynb",
    "exercises/01_rule/.ipynb_checkpoints/01_rule-checkpoint.ipynb",
    "exercises/01_rule/__pycache__/tasks.pyc",
    "notebooks/.DS_Store",
    "notebooks/ruff.toml",
)
LESSON = "notebooks/01_rule.ipynb"


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "the course"
    for name, content in ORIGINALS.items():
        put(folder / name, content)
    for name in NOT_COPIED:
        put(folder / name, b"not for students")
    return folder


@pytest.fixture
def work(course):
    return course / "work"


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def contents(folder):
    """Every file's bytes and time of change, but for the lab's own memory."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != lab.MEMORY
    }


def test_lessons_and_exercises_are_copied_and_nothing_else(course, work):
    assert lab.lay_out(course, work) == (sorted(ORIGINALS), [])
    assert {name: content for name, (content, _) in contents(work).items()} == ORIGINALS


def test_a_course_without_exercises_is_laid_out(course, work):
    shutil.rmtree(course / "exercises")
    assert lab.lay_out(course, work).copied == sorted(name for name in ORIGINALS if name.startswith("notebooks"))


def test_the_originals_are_only_read(course, work):
    before = contents(course)
    lab.lay_out(course, work)
    after = {name: content for name, content in contents(course).items() if not name.startswith("work/")}
    assert after == before


def test_a_second_run_writes_nothing(course, work):
    lab.lay_out(course, work)
    before = contents(work)
    assert lab.lay_out(course, work) == ([], [])
    assert contents(work) == before


@pytest.mark.parametrize("memory", ["kept", "lost", "damaged", "not a table"])
def test_nothing_that_stands_in_work_is_ever_overwritten(course, work, memory):
    lab.lay_out(course, work)
    put(work / LESSON, b"solved by hand")
    put(work / "exercises/01_rule/01_rule.ipynb", b"")
    put(work / "notebooks/my notes.txt", b"mine")
    before = contents(work)
    for name in ORIGINALS:
        put(course / name, b"the next edition of " + name.encode())
    if memory == "lost":
        (work / lab.MEMORY).unlink()
    elif memory != "kept":
        (work / lab.MEMORY).write_bytes(b"\xff{" if memory == "damaged" else b"[]")
    for _ in range(2):
        assert lab.lay_out(course, work).copied == []
        assert contents(work) == before


def test_a_changed_original_is_named_until_it_is_taken(course, work):
    lab.lay_out(course, work)
    put(work / LESSON, b"solved by hand")
    put(course / LESSON, b"second edition")
    put(course / "exercises/01_rule/checks.json", b"second edition")  # its copy was never touched
    for _ in range(2):
        assert lab.lay_out(course, work).newer == ["exercises/01_rule/checks.json", LESSON]
    (work / LESSON).rename(work / "notebooks/01_rule_mine.ipynb")
    put(work / "exercises/01_rule/checks.json", b"second edition")
    assert lab.lay_out(course, work) == ([LESSON], [])
    assert (work / LESSON).read_bytes() == b"second edition"
    assert (work / "notebooks/01_rule_mine.ipynb").read_bytes() == b"solved by hand"
    put(work / LESSON, b"solved again")
    assert lab.lay_out(course, work) == ([], [])


def test_a_students_change_alone_is_not_called_old(course, work):
    lab.lay_out(course, work)
    put(work / LESSON, b"solved by hand")
    assert lab.lay_out(course, work) == ([], [])


def test_an_original_that_a_student_already_has_is_not_named(course, work):
    lab.lay_out(course, work)
    put(course / LESSON, b"second edition")
    put(work / LESSON, b"second edition")
    assert lab.lay_out(course, work) == ([], [])
    put(work / LESSON, b"solved by hand")
    assert lab.lay_out(course, work) == ([], [])


def test_a_deleted_copy_comes_back(course, work):
    lab.lay_out(course, work)
    (work / LESSON).unlink()
    shutil.rmtree(work / "exercises")
    copied = [name for name in sorted(ORIGINALS) if name.startswith("exercises") or name == LESSON]
    assert lab.lay_out(course, work) == (copied, [])
    assert {name: content for name, (content, _) in contents(work).items()} == ORIGINALS


def test_a_new_lesson_comes_beside_those_that_are_there(course, work):
    lab.lay_out(course, work)
    put(course / "notebooks/02_rate.ipynb", b"lesson two")
    assert lab.lay_out(course, work) == (["notebooks/02_rate.ipynb"], [])


def test_what_is_no_file_is_left_alone(course, work):
    (work / LESSON).mkdir(parents=True)
    if hasattr(os, "symlink") and os.name != "nt":
        (work / "exercises/01_rule").mkdir(parents=True)
        (work / "exercises/01_rule/checks.json").symlink_to("/nowhere/at all")
    for _ in range(2):
        lab.lay_out(course, work)
        assert (work / LESSON).is_dir()
        assert os.name == "nt" or os.readlink(work / "exercises/01_rule/checks.json") == "/nowhere/at all"


@pytest.mark.parametrize("fault", ["write", "rename"])
def test_a_copy_that_fails_halfway_leaves_no_half_file(course, work, monkeypatch, fault):
    replace = os.replace

    def write_half(path, content):
        whole = "01_rule.ipynb" not in path.name
        with open(path, "wb") as file:
            file.write(content if whole else content[: len(content) // 2])
        if not whole:
            raise OSError(28, "No space left on device")

    def refuse(part, path):
        if "01_rule.ipynb" in path.name:
            raise OSError(28, "No space left on device")
        replace(part, path)

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, "write_bytes", write_half) if fault == "write" else (os, "replace", refuse)))
        with pytest.raises(OSError, match="No space"):
            lab.lay_out(course, work)
    assert {name: content for name, (content, _) in contents(work).items()}.items() < ORIGINALS.items()
    lab.lay_out(course, work)
    assert {name: content for name, (content, _) in contents(work).items()} == ORIGINALS
    put(course / LESSON, b"second edition")
    assert lab.lay_out(course, work).newer == [LESSON]


def relative_links(file):
    """The targets of a notebook's Markdown links that lead to another file of the course."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    return [urllib.parse.unquote(target) for target in targets if not re.match(r"[a-z]+:", target)]


def broken_links(course, work):
    """The links of the lessons and exercises that hold in the course's folder and not in work/."""
    return [
        f"{file.relative_to(work).as_posix()}: {target}"
        for file in sorted(work.rglob("*.ipynb"))
        for target in relative_links(file)
        if (course / file.relative_to(work)).parent.joinpath(target).exists() and not (file.parent / target).exists()
    ]


def test_links_that_hold_in_the_course_hold_in_work(tmp_path):
    lab.lay_out(ROOT, tmp_path / "work")
    assert broken_links(ROOT, tmp_path / "work") == []


def test_a_link_out_of_the_copied_folders_would_be_found(tmp_path):
    links = "[a](../exercises/1/1.ipynb) [b](02.ipynb#part) [c](../README.md) [d](https://example.org)"
    lesson = json.dumps({"cells": [{"cell_type": "markdown", "source": [links]}]}).encode()
    other = json.dumps({"cells": []}).encode()
    for name in ("notebooks/01.ipynb", "notebooks/02.ipynb", "exercises/1/1.ipynb", "README.md"):
        put(tmp_path / name, lesson if name == "notebooks/01.ipynb" else other)
    lab.lay_out(tmp_path, tmp_path / "work")
    assert broken_links(tmp_path, tmp_path / "work") == ["notebooks/01.ipynb: ../README.md"]


@pytest.fixture
def started(course, monkeypatch):
    """What main() would start JupyterLab with; the machine counts as ready."""
    calls = []
    monkeypatch.setattr(doctor, "COURSE", course)
    monkeypatch.setattr(doctor, "diagnose", lambda quick: iter(()))
    monkeypatch.setattr(lab, "_run_jupyterlab", lambda *call: calls.append(call))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")
    return calls


def test_further_options_go_to_jupyterlab(started, work):
    assert lab.main(["--port", "9999", lab.WITH_NBGRADER, "--no-browser"]) == 0
    assert lab.main(["--no-browser"]) == 0
    assert [options for _, _, options in started] == [["--port", "9999", "--no-browser"], ["--no-browser"]]
    assert started[1][1] == work


def test_a_newer_original_is_named_with_what_to_do(started, course, work, capsys):
    lab.main([])
    put(course / LESSON, b"second edition")
    capsys.readouterr()
    lab.main([])
    told = capsys.readouterr().out
    assert f"    {LESSON}\n" in told
    assert "rename or move your file and start the lab again" in told
    assert "exercises/" not in told


def test_it_refuses_outside_a_course_folder(started, course, capsys):
    shutil.rmtree(course / "notebooks")
    assert lab.main([]) == 1
    assert f"no folder notebooks in {course}" in capsys.readouterr().out
    assert not started and not (course / "work").exists()


def test_it_stops_where_no_lesson_could_run(started, work, monkeypatch, capsys):
    trouble = doctor.Diagnosis("MISSING", "numpy: not there", doctor.Effect.STOPS)
    monkeypatch.setattr(doctor, "diagnose", lambda quick: iter([trouble]))
    assert lab.main([]) == 1
    assert "numpy: not there" in capsys.readouterr().out
    assert not started and not work.exists()


@pytest.mark.parametrize("effect", [doctor.Effect.LATER_LESSONS, doctor.Effect.DOUBT])
def test_it_goes_on_where_some_lessons_run(started, monkeypatch, capsys, effect):
    monkeypatch.setattr(
        doctor, "diagnose", lambda quick: iter([doctor.Diagnosis("MISSING", "torch: not there", effect)])
    )
    assert lab.main([]) == 0
    assert "torch: not there" in capsys.readouterr().out
    assert len(started) == 1


def test_a_failed_copy_is_told_and_nothing_starts(started, work, capsys):
    work.write_text("a file where the folder should be")
    assert lab.main([]) == 1
    assert "None of your files has been changed" in capsys.readouterr().out
    assert not started


def test_in_a_course_folder_that_is_read_only_it_says_what_to_do(started, course, work, monkeypatch, capsys):
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (course, os.W_OK))  # root may always write
    assert lab.main([]) == 1
    assert f"you may not write in {course}.\nCopy that folder, without .venv," in capsys.readouterr().out
    assert not started and not work.exists()
    work.mkdir()  # which an instructor may have made for this student
    assert lab.main([]) == 0


def test_it_can_be_read_by_an_older_python():
    for module in (lab, doctor):
        ast.parse(Path(module.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_parts_of_nbgrader_that_are_switched_off_are_those_it_has():
    pytest.importorskip("nbgrader")
    installed = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d", "nbgrader.json")
    own = lab.settings(Path(), "", with_nbgrader=False)["jupyter_server_config.d/nbgrader.json"]
    parts = json.loads(installed.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    assert own["ServerApp"]["jpserver_extensions"] == dict.fromkeys(parts, False)


@contextlib.contextmanager
def served(course, tmp_path, *options):
    """A lab started in a checkout of its own from another folder; stopped at the end, whatever happens.

    Yields get(path) -> (final address, text), and the process.
    """
    helpers = course / "src" / "helpers"
    helpers.mkdir(parents=True)
    for name in ("__init__.py", "lab.py", "doctor.py"):
        shutil.copy(ROOT / "src" / "helpers" / name, helpers)
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, course)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    env = {key: value for key, value in os.environ.items() if not key.startswith("JUPYTER")}
    env |= {f"JUPYTER_{kind}_DIR": str(tmp_path / kind) for kind in ("CONFIG", "DATA", "RUNTIME")}
    env |= {f"JUPYTERLAB_{kind}_DIR": str(tmp_path / kind) for kind in ("SETTINGS", "WORKSPACES")}
    env |= {"PYTHONPATH": str(course / "src"), "IPYTHONDIR": str(tmp_path / "ipython")}
    (tmp_path / "temporary").mkdir()
    env |= dict.fromkeys(("TMPDIR", "TEMP", "TMP"), str(tmp_path / "temporary"))
    command = [sys.executable, "-m", "helpers.lab", "--no-browser", "--ip=127.0.0.1", f"--port={port}"]
    command += ["--ServerApp.port_retries=0", "--IdentityProvider.token=", *options]
    log = tmp_path / "log"

    def get(path):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", timeout=30) as answer:
            return urllib.parse.urlparse(answer.geturl()).path, answer.read().decode()

    with log.open("w") as file:
        process = subprocess.Popen(
            command, cwd=tmp_path, env=env, stdin=subprocess.DEVNULL, stdout=file, stderr=subprocess.STDOUT
        )
    try:
        for _ in range(300):
            with contextlib.suppress(urllib.error.URLError, ConnectionError):
                get("/api/status")
                break
            assert process.poll() is None, log.read_text()
            time.sleep(0.2)
        else:
            pytest.fail(f"no answer from the lab:\n{log.read_text()}")
        yield get, process
    finally:
        if process.poll() is None:
            process.kill()
        process.wait(60)


def page_config(page):
    return json.loads(re.search(r'<script id="jupyter-config-data"[^>]*>(.*?)</script>', page, re.S).group(1))


def names(get, folder=""):
    return {entry["name"] for entry in json.loads(get(f"/api/contents/{folder}")[1])["content"]}


@pytest.mark.slow
def test_a_started_lab_serves_work_without_nbgrader_and_stops_on_ctrl_c(course, tmp_path):
    with served(course, tmp_path) as (get, process):
        assert names(get) == {"notebooks", "exercises"}
        address, page = get("/")
        assert address == "/lab/tree/notebooks/00_start_here.ipynb"
        config = page_config(page)
        assert "@jupyter/nbgrader" in config["disabledExtensions"]
        assert config["news"] == {"disabled": True}
        assert config["extensionManager"]["can_install"] is False
        assert json.loads(get("/lab/api/update")[1])["notification"] is None
        with pytest.raises(urllib.error.HTTPError):
            get("/formgrader")
        kernel = json.loads(get("/api/kernelspecs")[1])["kernelspecs"]["python3"]
        assert Path(sys.prefix) in Path(kernel["spec"]["argv"][0]).parents or kernel["spec"]["argv"][0] == "python"
        if os.name != "nt":  # there a test cannot press Ctrl-C in a window of another process
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert not list((tmp_path / "temporary").glob("downhill-*"))


@pytest.mark.slow
def test_nbgrader_is_shown_when_asked_for(course, tmp_path):
    pytest.importorskip("nbgrader")
    with served(course, tmp_path, lab.WITH_NBGRADER) as (get, _):
        assert {"notebooks", "exercises", "work"} <= names(get)
        address, page = get("/")
        assert address == f"/lab/tree/{lab.WORK}/{lab.START}"
        config = page_config(page)
        assert "@jupyter/nbgrader" not in config["disabledExtensions"]
        assert "@jupyter/nbgrader" in {extension["name"] for extension in config["federated_extensions"]}
        assert get("/formgrader")[1]
