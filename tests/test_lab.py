"""`python -m helpers.lab`: JupyterLab opens on the student's own copies."""

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
from jupyter_client import BlockingKernelClient
from jupyter_server.auth import IdentityProvider
from test_layout import put

from helpers import doctor, lab, layout, rehearsal

ROOT = Path(__file__).parents[1]
LESSON, EXERCISE = "notebooks/01_rule.ipynb", "exercises/01_rule/01_rule.ipynb"
EMPTY = b'{"cells": []}\n'


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "the course"
    for name in ("notebooks/00_start_here.ipynb", LESSON, EXERCISE):
        put(folder / name, EMPTY)
    return folder


@pytest.fixture
def work(course):
    return course / "work"


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
    assert [options for _, _, options, _ in started] == [["--port", "9999", "--no-browser"], ["--no-browser"]]
    assert started[1][1] == work


def test_the_server_does_not_import_what_takes_half_of_its_start(course):
    program = """
import importlib, pathlib, sys
from helpers import doctor, lab
doctor.COURSE, doctor.diagnose = pathlib.Path(sys.argv[1]), lambda quick: iter(())
lab._run_jupyterlab = lambda *call: importlib.import_module("jupyterlab.labapp")
assert lab.main([]) == 0
loaded = {name for name, module in sys.modules.items() if module}
print(loaded & {"jupyter_server.serverapp", "jsonschema", lab.NOT_IMPORTED, "lark"})
"""
    done = subprocess.run([sys.executable, "-c", program, course], capture_output=True, text=True)
    assert set(ast.literal_eval(done.stdout.splitlines()[-1])) == {"jupyter_server.serverapp", "jsonschema"}, (
        done.stderr
    )


def test_on_a_hub_it_is_the_users_server_even_if_another_lab_is_running(started, work, monkeypatch):
    monkeypatch.setattr(lab, "_running", lambda root: "http://localhost:1/")
    assert lab.main([lab.HUB, "--KernelManager.transport=ipc"]) == 0
    ((_, folder, options, on_hub),) = started
    assert folder == work and options == ["--KernelManager.transport=ipc"] and on_hub


def test_it_says_what_an_update_did(started, course, work, capsys):
    lab.main([])
    put(work / EXERCISE, b"solved by hand")
    for name in (LESSON, EXERCISE):
        put(course / name, b'{"cells": [], "nbformat": 4}')
    capsys.readouterr()
    lab.main([])
    told = capsys.readouterr().out
    assert "Brought up to date: 2 files that you had not changed." in told  # the lesson, and the lesson with outputs
    assert f"    {EXERCISE}  →  exercises/01_rule/01_rule_new.ipynb\n" in told
    assert (work / EXERCISE).read_bytes() == b"solved by hand"


def test_a_second_lab_on_the_same_folder_names_the_first(started, work, monkeypatch, capsys):
    servers = [{"root_dir": str(work.parent), "url": "http://localhost:1/", "token": "a"}]
    monkeypatch.setattr("jupyter_server.serverapp.list_running_servers", lambda: iter(servers))
    assert lab.main([]) == 0
    assert len(started) == 1  # an instructor's, on the course's folder, is another
    servers.append({"root_dir": str(work), "url": "http://localhost:2/", "token": "b"})
    capsys.readouterr()
    assert lab.main([]) == 0
    assert "already running" in (said := capsys.readouterr().out) and "http://localhost:2/?token=b" in said
    assert len(started) == 1


def test_a_fresh_copy_is_taken_by_number(started, course, work, capsys):
    lab.main([])
    put(work / EXERCISE, b"spoilt")
    assert lab.main(["--reset", "01"]) == 0
    assert (work / EXERCISE).read_bytes() == EMPTY
    kept = re.search(r"Yours is kept as work/(\S+\.ipynb)\.", capsys.readouterr().out)[1]
    assert (work / kept).read_bytes() == b"spoilt"
    assert lab.main(["--reset", "notebooks/1"]) == 0
    assert "work/notebooks/01_rule.ipynb is a fresh copy.\n" in capsys.readouterr().out
    assert len(started) == 1


@pytest.mark.parametrize("which", [[], ["07"], ["notebooks/0"], ["01", "02"], ["../01"]])
def test_a_fresh_copy_of_no_one_file_is_refused(started, work, capsys, which):
    lab.main([])
    before = sorted(work.rglob("*"))
    assert lab.main(["--reset", *which]) == 1
    assert "--reset needs the number of one exercise, such as --reset 03" in capsys.readouterr().out
    assert sorted(work.rglob("*")) == before


def test_an_exercise_that_was_never_laid_out_cannot_be_checked(started, capsys):
    assert lab.main(["--check", "1"]) == 1
    assert f"There is no work/{EXERCISE}. Start the lab once" in capsys.readouterr().out
    assert not started


def test_tabs_belong_to_a_course_folder_and_a_mode(started, course, work):
    lab.main([])
    lab.main([lab.WITH_NBGRADER])
    folders = [files["jupyter_lab_config.json"]["LabApp"]["workspaces_dir"] for files, *_ in started]
    assert [Path(folder).parents[1] for folder in folders] == [work, course]


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
    assert "Nothing that you have changed was touched" in capsys.readouterr().out
    assert not started


def test_in_a_course_folder_that_is_read_only_each_user_works_in_the_home_folder(started, course, work, monkeypatch):
    home = course.parent / "home of ada"
    monkeypatch.setattr(Path, "home", lambda: home)
    monkeypatch.setattr(os, "access", lambda path, mode: (path, mode) != (course, os.W_OK))  # root may always write
    assert lab.main([]) == 0
    assert (home / "downhill" / "work" / EXERCISE).read_bytes() == EMPTY and not work.exists()
    assert lab.main(["--reset", "01"]) == 0
    work.mkdir()  # which an instructor may have made for this student
    assert lab.main([]) == 0
    assert [folder for _, folder, *_ in started] == [home / "downhill" / "work", work]


def test_it_can_be_read_by_an_older_python():
    for module in (lab, doctor, layout, rehearsal):
        ast.parse(Path(module.__file__).read_text(encoding="utf-8"), feature_version=(3, 8))


def test_the_parts_of_nbgrader_that_are_switched_off_are_those_it_has():
    pytest.importorskip("nbgrader")
    installed = Path(sys.prefix, "etc", "jupyter", "jupyter_server_config.d", "nbgrader.json")
    own = lab.settings(Path(), "", with_nbgrader=False)["jupyter_server_config.d/nbgrader.json"]
    parts = json.loads(installed.read_text(encoding="utf-8"))["ServerApp"]["jpserver_extensions"]
    assert own["ServerApp"]["jpserver_extensions"] == dict.fromkeys(parts, False)


def test_an_address_in_the_terminal_holds_the_token_where_the_server_looks_for_it():
    address = lab.settings(Path(), layout.START, with_nbgrader=False)["jupyter_server_config.json"]["ServerApp"]
    server = lab._server()(default_url=address["default_url"])
    server.identity_provider = IdentityProvider()
    printed = server.display_url.split()
    assert len(printed) == 2
    for url in map(urllib.parse.urlparse, printed):
        assert url.path == f"/lab/tree/{layout.START}"
        query = {"file-browser-path": ["/"], "token": [server.identity_provider.token]}
        assert urllib.parse.parse_qs(url.query) == query


@contextlib.contextmanager
def served(course, tmp_path, *options):
    """A lab started in a checkout of its own from another folder; stopped at the end, whatever happens.

    Yields get(path, what to post) -> (final address, text), and the process.
    """
    helpers = course / "src" / "helpers"
    helpers.mkdir(parents=True)
    for name in ("__init__.py", "lab.py", "doctor.py", "layout.py", "record.py", "rehearsal.py", "tabs.js"):
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

    def get(path, posted=None):
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{path}", posted, timeout=30) as answer:
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
    with served(course, tmp_path, "--ServerApp.disable_check_xsrf=True") as (get, process):
        assert names(get) == {"notebooks", "exercises", "with_outputs"}
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
        started = json.loads(get("/api/kernels", json.dumps({"name": "python3"}).encode())[1])["id"]
        client = BlockingKernelClient(connection_file=str(tmp_path / "RUNTIME" / f"kernel-{started}.json"))
        client.load_connection_file()
        client.start_channels()
        client.wait_for_ready(60)
        client.stop_channels()
        assert "TCP" not in (tmp_path / "log").read_text()  # ipykernel warns of a connection that is not encrypted
        if os.name != "nt":  # there a test cannot press Ctrl-C in a window of another process
            process.send_signal(signal.SIGINT)
            assert process.wait(30) == 0
            assert not list((tmp_path / "temporary").glob("downhill-*"))
        assert "[I " not in (tmp_path / "log").read_text()  # so that the address stays in sight


@pytest.mark.slow
def test_nbgrader_is_shown_when_asked_for(course, tmp_path):
    pytest.importorskip("nbgrader")
    with served(course, tmp_path, lab.WITH_NBGRADER) as (get, _):
        assert {"notebooks", "exercises", "work"} <= names(get)
        address, page = get("/")
        assert address == f"/lab/tree/{layout.WORK}/{layout.START}"
        config = page_config(page)
        assert "@jupyter/nbgrader" not in config["disabledExtensions"]
        assert "@jupyter/nbgrader" in {extension["name"] for extension in config["federated_extensions"]}
        assert get("/formgrader")[1]
