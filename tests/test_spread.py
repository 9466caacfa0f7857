"""Grading spread over workers: the same scores as in one process, each written down once, whichever workers die.

The clusters and the database are real, and on this machine.
"""

import contextlib
import csv
import importlib
import itertools
import json
import os
import re
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import pytest
import sqlalchemy
from nbgrader import api
from nbgrader.converters import NbGraderException
from nbgrader.coursedir import CourseDirectory
from sqlalchemy import func

from classroom import NAME, ROOT, answers, filled, new_course, release_quickly, submit
from grader import grading, parcels, release, report, sandbox

pwd = pytest.importorskip("pwd", reason="grading does not run on Windows")
distributed = pytest.importorskip("distributed", reason="the extra `spread` is not installed")
dask = pytest.importorskip("dask")
spread = importlib.import_module("grader.spread")
pytestmark = pytest.mark.slow
KINDS = {  # what a submission answers otherwise than the solution does
    "right": {},
    "wrong": {"step": "def step(theta, gradient, lr):\n    return 0 * theta"},
    "raises": {"step": "def step(theta, gradient, lr):\n    raise ValueError('no')"},
    "ends": {"stationary_point": "import os\nos._exit(3)"},
    "empty": {"stationary_point": "", "step": ""},
}
KILLER = "# ends its worker: "
NOTHING = json.dumps({"steps": [], "stopped": "", "disputed": False})  # an answer


@pytest.fixture(scope="module", autouse=True)
def walls():
    if reason := sandbox.missing():
        assert "CI" not in os.environ or sys.platform != "linux", reason
        pytest.skip(reason)


@contextlib.contextmanager
def running(workers):
    """A scheduler and workers, each a process; this one finds its keys where distributed's options are kept."""
    with spread.local_cluster(workers) as cluster:
        keys = cluster.security
        known = {"ca-file": keys.tls_ca_file, "client.cert": keys.tls_client_cert, "client.key": keys.tls_client_key}
        with dask.config.set({f"distributed.comm.tls.{name}": value for name, value in known.items()}):
            yield cluster


@pytest.fixture(scope="module")
def cluster():
    with running(2) as cluster:
        yield cluster


@pytest.fixture
def client(cluster):
    with distributed.Client(cluster.scheduler_address) as client:
        client.wait_for_workers(2, timeout=60)
        yield client


@pytest.fixture(scope="module")
def released(tmp_path_factory):
    return new_course(tmp_path_factory.mktemp("course"), NAME)


@pytest.fixture
def course(released, tmp_path):
    """A course in which nobody has handed in."""
    return shutil.copytree(released, tmp_path / "course")


def hand_in(root, total):
    """So many submissions, of all kinds in turn; student → kind."""
    right = answers(root, NAME)
    notebooks = [filled(root, NAME, right | other) for other in KINDS.values()]
    kinds = {f"student {k:04}": k % len(KINDS) for k in range(total)}
    for student, kind in kinds.items():
        submit(root, student, notebooks[kind])
    return {student: list(KINDS)[kind] for student, kind in kinds.items()}


def grade(root, how=spread.Spread, **options):
    config = release.config(root)
    directory = CourseDirectory(config=config)
    directory.assignment_id = NAME
    autograde = how(coursedir=directory, config=config)
    for name, value in options.items():
        setattr(autograde, name, value)
    autograde.start()


def rows_of(root):
    with open(root / "gradebook" / "grading" / f"{NAME}.csv", encoding="utf-8", newline="") as file:
        return {row["student"]: row for row in csv.DictReader(file)}


def outcome_of(row):
    return row["status"], row["score"], row["by_hand"], row["reason"]


def held(root):
    """How many rows the gradebook holds of each kind that grading writes."""
    kinds = (api.Student, api.SubmittedAssignment, api.SubmittedNotebook, api.Grade)
    with report.opened(root) as book:
        return [book.db.query(func.count(kind.id)).scalar() for kind in kinds]


def after_each(monkeypatch, what):
    """Call what(so many) after so many submissions have been written down."""
    keep, kept = grading.Autograde._keep, itertools.count(1)

    def counted(self, *arguments):
        keep(self, *arguments)
        what(next(kept))

    monkeypatch.setattr(spread.Spread, "_keep", counted)


def killing(monkeypatch, cluster, every):
    """Kill a worker whenever so many submissions have been written down; the numbers of the processes killed."""
    killed = []

    def kill(kept):
        nanny = list(cluster.workers.values())[len(killed) % 2]
        if kept % every == 0 and nanny.pid is not None:
            killed.append(nanny.pid)
            os.kill(nanny.pid, signal.SIGKILL)

    after_each(monkeypatch, kill)
    return killed


def spread_and_killed(course, cluster, monkeypatch, total, every):
    """Grade a class while workers are killed, and compare it with one process, which grades one of each kind."""
    alone = shutil.copytree(course, course.parent / "alone")
    by_kind = {kind: rows_of(alone)[student] for student, kind in graded_alone(alone).items()}
    kinds = hand_in(course, total)
    killed = killing(monkeypatch, cluster, every)
    grade(course, scheduler=cluster.scheduler_address)
    found = rows_of(course)
    assert {student: outcome_of(row) for student, row in found.items()} == {
        student: outcome_of(by_kind[kind]) for student, kind in kinds.items()
    }
    lines = (course / "gradebook" / "grading" / f"{NAME}.jsonl").read_text(encoding="utf-8").splitlines()
    assert sorted(json.loads(line)["student"] for line in lines) == sorted(kinds)  # each once
    grades = held(alone)[3] // len(KINDS)
    assert held(course) == [total, total, total, total * grades]
    return killed


def graded_alone(root):
    kinds = hand_in(root, len(KINDS))
    grade(root, how=grading.Autograde)
    return kinds


def test_a_class_is_graded_as_in_one_process_though_a_worker_is_killed(course, cluster, monkeypatch):
    assert len(spread_and_killed(course, cluster, monkeypatch, total=60, every=31)) == 1


@pytest.mark.long
def test_two_thousand_are_graded_as_in_one_process_though_workers_are_killed(course, cluster, monkeypatch):
    assert len(spread_and_killed(course, cluster, monkeypatch, total=2000, every=199)) >= 5


@pytest.mark.long
@pytest.mark.parametrize("what", ["scheduler", "workers"])
def test_a_cluster_that_is_lost_is_refused_and_the_next_call_continues(course, cluster, monkeypatch, what):
    hand_in(course, 6)
    monkeypatch.setattr(spread, "_PATIENCE", 5.0)
    with running(1) as other, monkeypatch.context() as patch:

        def lose(kept):
            if kept == 2 and what == "scheduler":
                other.close()
            elif kept == 2:
                other.scale(0)

        after_each(patch, lose)
        with pytest.raises(NbGraderException, match=f"{what}.* What is graded is kept; the same command continues"):
            grade(course, scheduler=other.scheduler_address)
    assert Counter(row["status"] for row in rows_of(course).values())["not graded yet"] >= 1
    grade(course, scheduler=cluster.scheduler_address)
    lines = (course / "gradebook" / "grading" / f"{NAME}.jsonl").read_text(encoding="utf-8").splitlines()
    assert len(lines) == len({json.loads(line)["student"] for line in lines}) == 6  # each once


def test_a_worker_that_is_lost_before_it_has_handed_over_a_result_is_not_waited_for(course, monkeypatch):
    hand_in(course, 1)
    monkeypatch.setattr(spread, "_PATIENCE", 5.0)
    take = spread._next
    with running(1) as other, monkeypatch.context() as patch:

        def lose(client, ended):
            future = take(client, ended)
            other.scale(0)
            while client.nthreads():
                time.sleep(0.05)
            return future

        patch.setattr(spread, "_next", lose)
        with pytest.raises(NbGraderException, match="no workers any more"):
            grade(course, scheduler=other.scheduler_address)


def lethal(parcel):
    """In the place of parcels.run: what a submission would do that has escaped from its sandbox."""
    for step in json.loads(parcel)["steps"]:
        if step["source"].startswith(KILLER):
            with open(step["source"].removeprefix(KILLER), "a", encoding="utf-8") as file:
                file.write("x")
            time.sleep(1)  # no worker is started again that ends while it is starting
            os.kill(os.getpid(), signal.SIGKILL)
    return parcels.run(parcel)


@pytest.mark.long
def test_a_submission_that_ends_its_worker_three_times_ends_with_a_reason(course, cluster, monkeypatch, tmp_path):
    hand_in(course, 4)
    right = answers(course, NAME)
    submit(course, "mallory", filled(course, NAME, right | {"stationary_point": f"{KILLER}{tmp_path / 'deaths'}"}))
    with monkeypatch.context() as patch:
        patch.setattr(parcels, "run", lethal)
        with pytest.raises(NbGraderException, match=r"failed on mallory\. The others are not affected"):
            grade(course, scheduler=cluster.scheduler_address)
    assert (tmp_path / "deaths").read_text() == "xxx"
    found = rows_of(course)
    said = "grading itself failed, and nothing was written down: The worker that ran it ended, 3 times."
    assert outcome_of(found.pop("mallory")) == ("failed", "", "0", said)
    assert {row["status"] for row in found.values()} == {"graded", "partly run"}
    grade(course, scheduler=cluster.scheduler_address)  # the next call tries again
    assert rows_of(course)["mallory"]["status"] == "graded"


def noting(parcel):
    """In the place of parcels.run: note when it begins and ends, and dispute the first run of one."""
    source = json.loads(parcel)["steps"][0]["source"]
    name, path = source.split("@")
    with open(path, "a+", encoding="utf-8") as file:
        file.seek(0)
        again = f"begin {name}\n" in file.read()
        file.write(f"begin {name}\n")
        file.flush()
        time.sleep(0.2)
        file.write(f"end {name}\n")
    return json.dumps({"steps": [], "stopped": "", "disputed": name == "disputed" and not again})


def test_what_waiting_may_have_stopped_runs_once_more_when_all_others_are_done(client, monkeypatch, tmp_path):
    monkeypatch.setattr(parcels, "run", noting)
    names = ["disputed", "a", "b", "c", "d"]
    given = (sandbox.Submission(name, (sandbox.Step(f"{name}@{tmp_path / 'notes'}"),), {}) for name in names)
    found = [run.key for run in spread.run(client, given, sandbox.LIMITS, ())]
    assert sorted(found) == sorted(names) and found[-1] == "disputed"
    notes = (tmp_path / "notes").read_text().splitlines()
    assert notes.count("begin disputed") == 2 and notes[-2:] == ["begin disputed", "end disputed"]
    assert set(notes[:-2]) == {f"{what} {name}" for what in ("begin", "end") for name in names}


def broken(parcel):
    """In the place of parcels.run: a worker that fails or answers nonsense, each time one of these is run."""
    name, path = json.loads(parcel)["steps"][0]["source"].split("@")
    with open(path, "a", encoding="utf-8") as file:
        file.write(f"{name}\n")
    if name == "fails":
        raise ValueError("\x1b[31m")
    return {"no JSON": "yes", "no answer": "[]", "deep": "[" * 100_000, "fine": NOTHING}[name]


@pytest.mark.parametrize(
    ("name", "said"),
    [("fails", "ValueError"), ("no JSON", "JSONDecodeError"), ("no answer", "TypeError"), ("deep", "RecursionError")],
)
def test_an_error_or_an_answer_that_cannot_be_read_costs_one_submission(client, monkeypatch, tmp_path, name, said):
    monkeypatch.setattr(parcels, "run", broken)
    given = (sandbox.Submission(one, (sandbox.Step(f"{one}@{tmp_path / 'tries'}"),), {}) for one in (name, "fine"))
    found = {run.key: run.stopped for run in spread.run(client, given, sandbox.LIMITS, ())}
    reason = found.pop(name)
    assert found == {"fine": ""} and re.fullmatch(rf"The worker that ran it failed \({said}\(.*\)\), 3 times\.", reason)
    assert reason.isprintable()
    assert Counter((tmp_path / "tries").read_text().splitlines()) == {name: 3, "fine": 1}


# ---- what travels


def submission():
    steps = (
        sandbox.Step("import json\nprint(open('a.txt').read())\nprint('\\ud800', 1 / 3)"),
        sandbox.Step("def f(x):\n    return x / 3"),
        sandbox.Step("", "f", ("x",), ([1], [{"float": "Infinity"}], ["no"])),
        sandbox.Step("1 / 0"),
        sandbox.Step("", "g", (), ([],)),
    )
    return sandbox.Submission("ada", steps, {"a.txt": "é\0".encode()})


def test_a_run_on_a_worker_is_the_run_here(monkeypatch):
    forkers = {}
    monkeypatch.setattr(parcels, "_forkers", forkers)
    (here,) = sandbox.run([submission()], libraries=("numpy",))
    parcel = parcels.packed(submission(), sandbox.LIMITS, ("numpy",))
    assert parcels.unpacked("ada", parcels.run(parcel)) == (here, False)
    for forker in forkers.values():
        forker.close()
    assert [done.stopped for done in here.steps] == [""] * 5 and here.steps[2].outcomes


def test_a_parcel_holds_no_expected_value_of_a_hidden_case(course, monkeypatch):
    sent = []

    def recorded(client, intake, limits, libraries):
        sent.extend(json.loads(parcels.packed(one, limits, libraries)) for one in intake)
        yield from ()

    monkeypatch.setattr(spread, "run", recorded)
    monkeypatch.setattr(spread.Spread, "_client", contextlib.nullcontext)
    hand_in(course, 1)
    grade(course)
    (order,) = sent
    assert order.keys() == {"version", "limits", "libraries", "steps", "files"}
    assert order["files"].keys() == {"checks.json"}  # which students have
    assert {name for step in order["steps"] for name in step} == set(sandbox.Step._fields)
    hidden = json.loads((course / "gradebook" / "grading" / f"{NAME}.hidden.json").read_text())["tasks"]
    for step in order["steps"]:
        if step["task"]:
            cases = hidden[step["task"]]["cases"]
            assert step["cases"][-len(cases) :] == [case["arguments"] for case in cases]
    assert (course / "gradebook" / "grading" / "seed").read_text().strip() not in json.dumps(order)


def test_a_worker_with_another_course_or_without_a_sandbox_refuses(monkeypatch):
    parcel = parcels.packed(submission(), sandbox.LIMITS, ())
    for module, name, value, said in [
        (parcels, "version", lambda: "another", "its copy of the course differs from the grader's."),
        (sandbox, "missing", lambda: "The sandbox needs bubblewrap.", "The sandbox needs bubblewrap."),
    ]:
        with monkeypatch.context() as patch:
            patch.setattr(module, name, value)
            answer = parcels.run(parcel)
        with pytest.raises(sandbox.SandboxError, match=f"The worker .* cannot run submissions: {said}"):
            parcels.unpacked("ada", answer)


def test_a_scheduler_that_is_not_there_or_must_not_be_used_is_refused_and_grades_nothing(course):
    hand_in(course, 2)
    with (
        dask.config.set({"distributed.comm.timeouts.connect": "1s"}),
        pytest.raises(NbGraderException, match=r"No scheduler can be reached at tcp://127\.0\.0\.1:9: "),
    ):
        grade(course, scheduler="tcp://127.0.0.1:9")
    with (
        dask.config.set({"distributed.comm.require-encryption": True}),
        pytest.raises(NbGraderException, match=r"No scheduler can be reached at tcp://127\.0\.0\.1:9: encryption req"),
    ):
        grade(course, scheduler="tcp://127.0.0.1:9")
    assert {row["status"] for row in rows_of(course).values()} == {"not graded yet"}


# ---- a gradebook in PostgreSQL


@pytest.fixture(scope="module")
def postgres():
    """The URL of a PostgreSQL that runs as an ordinary user and listens on a socket in a folder, and nowhere else."""
    found = [shutil.which("initdb"), *sorted(map(str, Path("/usr/lib/postgresql").glob("*/bin/initdb")))]
    if not (initdb := next(filter(None, reversed(found)), None)):
        pytest.skip("PostgreSQL is not installed (Debian and Ubuntu: apt install postgresql)")
    pytest.importorskip("psycopg")
    nobody = pwd.getpwnam("nobody")
    user = {"user": nobody.pw_uid, "group": nobody.pw_gid} if os.geteuid() == 0 else {}
    with tempfile.TemporaryDirectory() as folder:
        if user:
            os.chown(folder, *user.values())
        more = {"cwd": folder, "stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL, **user}
        data = f"{folder}/data"
        made = [initdb, "--pgdata", data, "--username=teacher", "--auth=trust", "--encoding=UTF8", "--no-sync"]
        subprocess.run(made, check=True, **more)
        program = Path(initdb).resolve().with_name("postgres")
        server = subprocess.Popen([program, "-D", data, "-k", folder, "-c", "listen_addresses="], **more)
        try:
            url = f"postgresql+psycopg://teacher@/postgres?host={folder}"
            _await(url)
            yield url
        finally:
            server.send_signal(signal.SIGINT)  # end all connections
            server.wait(30)


def _await(url):
    engine = sqlalchemy.create_engine(url)
    for _ in range(300):
        with contextlib.suppress(sqlalchemy.exc.OperationalError), engine.connect():
            return engine.dispose()
        time.sleep(0.1)
    raise TimeoutError("PostgreSQL did not start.")


def run(root, *command):
    done = subprocess.run([sys.executable, "-m", *command], cwd=root, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def graded_and_exported(root, url, *grading):
    """What export and overview say of a class with its gradebook at this URL, graded, and by force once more."""
    root.mkdir()
    config = (ROOT / "nbgrader_config.py").read_text(encoding="utf-8")
    late = "c.LateSubmissionPlugin.penalty_method = 'zero'"
    (root / "nbgrader_config.py").write_text(f"{config}\nc.CourseDirectory.db_url = {url!r}\n{late}\n", "utf-8")
    shutil.copytree(ROOT / "solutions" / NAME, root / "solutions" / NAME)
    release_quickly(root, NAME)
    with report.opened(root) as book:
        book.update_or_create_assignment(NAME, duedate="2026-03-02 00:00:00 UTC")
    kinds = hand_in(root, len(KINDS) + 1)
    submit(root, min(kinds), b"2026-03-03 12:00:00 UTC", file="timestamp.txt")
    submit(root, max(kinds), b"no notebook")
    (root / "gradebook" / "submitted" / "zoë" / NAME).mkdir(parents=True)
    run(root, *grading, NAME)
    first = held(root)
    with report.opened(root) as book:
        question = book.find_grade("at_rest", NAME, NAME, sorted(kinds)[1])
        question.manual_score, question.needs_manual_grade = 2.0, False
        book.db.commit()
    run(root, *grading, NAME, "--force")
    assert held(root) == first
    run(root, "nbgrader", "export", "--to", "grades.csv")
    run(root, "grader.overview", NAME)
    written = [root / "grades.csv", *(root / "gradebook" / "grading" / f"{NAME}{end}.csv" for end in ("", "_class"))]
    return first, [path.read_text(encoding="utf-8") for path in written]


@pytest.mark.long
def test_a_gradebook_in_postgresql_holds_what_one_in_sqlite_does(tmp_path, postgres):
    sqlite = tmp_path / "sqlite"
    there = graded_and_exported(tmp_path / "postgresql", postgres, "grader.spread")
    here = graded_and_exported(sqlite, f"sqlite:///{sqlite / 'gradebook' / 'gradebook.db'}", "nbgrader", "autograde")
    assert there == here
    assert not (tmp_path / "postgresql" / "gradebook" / "gradebook.db").exists()
    scores = [row["score"] for row in csv.DictReader(there[1][0].splitlines())]
    assert scores[0] == "0" and "" in scores and len(set(scores)) > 3
