"""The sandbox: whatever a submission does, it costs that submission's step alone, and it learns and spoils nothing.

One class of hostile submissions is run, some at once. Each ends with an honest function and its check, which
must be graded right, in the same notebook as the hostile cell and in the others.
"""

import base64
import contextlib
import json
import os
import select
import signal
import socket
import subprocess
import sys
import threading
import time
from pathlib import Path
from types import SimpleNamespace

import nbformat
import psutil
import pytest
from hostile import CLASS, ENDS, MARK, OVERLOOKED, RIGHT, check, function_of, submission, thieves

from grader import sandbox, submissions
from grader.sandbox import Limits, Step, Submission

ROOT = Path(__file__).parents[1]
# Nothing but what hangs may meet a limit of time, however busy the machine is; what hangs need not hang for long.
LIMITS = Limits(cell_seconds=60, call_seconds=40, memory=600 << 20, output=50_000, outputs=200_000)
QUICK = LIMITS._replace(cell_seconds=2, call_seconds=1.5)
SECRET = "sesame-" + base64.b32encode(os.urandom(10)).decode()  # within reach on the instructor's machine


def shown(done):
    """All text of a step's outputs."""
    parts = []
    for output in done.outputs:
        parts += [output.get("text", ""), output.get("data", {}).get("text/plain", "")]
        parts += [output.get("ename", ""), output.get("evalue", "")]
    return "\n".join(part for part in parts if part)


def asleep():
    """The processes of this machine that sleep for the seconds by which they are known."""
    return [p for p in psutil.process_iter(["cmdline"]) if MARK in (p.info["cmdline"] or ())]


def descendants():
    """What this process started and has not ended."""
    found = []
    for process in psutil.Process().children(recursive=True):
        with contextlib.suppress(psutil.NoSuchProcess):
            found += [process] if process.status() != psutil.STATUS_ZOMBIE else []
    return found


def kinds(done):
    return [output["output_type"] for output in done.outputs]


# ---- the class


FORKER = sandbox.Forker


def bare_forker(confined, libraries):
    """The process that forks without TensorFlow and PyTorch, which take it some seconds."""
    return FORKER(confined, libraries=())


@pytest.fixture(scope="module")
def walls():
    """Confined runs: skipped, with the reason, where they cannot be had; but on Linux in CI they must be."""
    if reason := sandbox.missing():
        assert "CI" not in os.environ or sys.platform != "linux", reason
        pytest.skip(reason)


@pytest.fixture(scope="module")
def outside(tmp_path_factory):
    """A machine with things to steal: files, sockets that listen, a variable; and the submissions that try."""
    folder = tmp_path_factory.mktemp("outside")
    secret = folder / "gradebook.db"
    secret.write_text(SECRET)
    listeners = []
    for family, address in (
        (socket.AF_INET, ("127.0.0.1", 0)),
        (socket.AF_UNIX, "\0downhill-" + SECRET),
        (socket.AF_UNIX, str(folder / "socket")),
    ):
        listener = socket.socket(family)
        listener.bind(address)
        listener.listen()
        listener.setblocking(False)
        listeners.append(listener)
    mine = [ROOT / name for name in ("solutions", "exercises", "gradebook", "tests", "README.md", ".git")]
    paths = [*map(str, (*mine, secret, Path.home() / ".bashrc")), "/etc/shadow", "/etc/passwd", "/run", "/var", "/sys"]
    abstract, path = (listener.getsockname() for listener in listeners[1:])
    yield thieves(ROOT, paths, listeners[0].getsockname()[1], abstract.decode(), path), listeners
    for listener in listeners:
        listener.close()


@pytest.fixture(scope="module")
def runs(walls, outside):
    """What came of the class: key → Run."""
    rest = [*CLASS, *outside[0], submission("last")]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("SECRET_TOKEN", SECRET)
        done = list(sandbox.run(rest, LIMITS, workers=2))
        patch.setattr(sandbox, "Forker", bare_forker)
        done += sandbox.run(ENDS, QUICK, workers=3)
        done += sandbox.run(OVERLOOKED, LIMITS._replace(cell_seconds=4, memory=150 << 20), workers=2)
    assert len(done) == len(rest) + len(ENDS) + len(OVERLOOKED)
    return {run.key: run for run in done}


slow = pytest.mark.slow


# ---- each for itself


@slow
def test_an_honest_function_is_checked_right_whatever_is_beside_it(runs):
    wrong = [run.key for run in runs.values() if run.steps[-1].outcomes != RIGHT or run.steps[-1].stopped]
    assert wrong == []


@slow
def test_each_submission_comes_to_its_end(runs):
    assert {run.key: run.stopped for run in runs.values() if run.stopped} == {}


@slow
def test_no_process_is_left(runs):
    assert asleep() == []
    assert [p for p in descendants() if "grader.inside.worker" in p.cmdline()] == []


# Steps that end their process or are ended, by their number, and a part of the reason.
ENDED = {
    "loop": {0: "interrupted after 2 seconds"},
    "swallow": {1: "did not end within 2 seconds, nor when it was interrupted"},
    "exit": {1: "ended itself (exit code 3)"},
    "kill itself": {1: "was killed"},
    "raise": {1: "was killed"},
    "abort": {0: "Its process crashed."},
    "segfault": {0: "Its process crashed."},
    "200 forks": {0: "more processes than are allowed"},
    "mapped memory": {0: "more memory than is allowed"},
    "socket buffers": {0: "more memory than is allowed"},
    "other programs": {0: "more memory than is allowed"},
    "page tables": {0: "more memory than is allowed"},
    "first thread gone": {0: "more memory than is allowed"},
    "libraries of its own": {0: "more memory than is allowed"},
    "drip": {1: "did not end within 4 seconds"},
    "junk": {1: "wrote into the grader's channel"},
    "forged reply": {1: "wrote into the grader's channel"},
    "huge line": {1: "more than can be taken"},
    "closed channel": {1: "ended"},
    "writes later": {2: "wrote into the grader's channel"},
    "hanging call": {1: "hang gave no answer within 1.5 seconds", 3: "slow_second gave no answer"},
    "swallowing call": {1: "swallow gave no answer within 1.5 seconds"},
    "dying call": {1: "ended itself (exit code 0)"},
    "forged outcome": {1: "What wrong returned could not be read"},
    "empty lists": {3: "more than can be taken"},
    "own time limit": {1: "What late returned could not be read", 3: "What late returned could not be read"},
}
MAY_END = {"fork bomb", "c recursion", "passed descriptors"}  # by whatever limit is met first


@slow
@pytest.mark.parametrize("key", ENDED)
def test_a_step_that_is_ended_says_why(runs, key):
    stopped = {i: done.stopped for i, done in enumerate(runs[key].steps) if done.stopped}
    assert stopped.keys() >= ENDED[key].keys()
    for i, part in ENDED[key].items():
        assert part in stopped[i]


@slow
def test_no_other_step_is_ended(runs):
    unexpected = {
        run.key: {
            i: done.stopped for i, done in enumerate(run.steps) if done.stopped and i not in ENDED.get(run.key, ())
        }
        for run in runs.values()
        if run.key not in MAY_END
    }
    assert {key: steps for key, steps in unexpected.items() if steps} == {}


@slow
def test_what_stood_before_a_step_that_ended_its_process_is_there_after_it(runs):
    assert shown(runs["exit"].steps[2]) == "5\n"
    assert shown(runs["swallow"].steps[2]) == "5\n"
    assert shown(runs["loop"].steps[1]) == "1\n"


@slow
def test_what_the_whole_machine_shares_is_refused(runs):
    assert shown(runs["shared by all"].steps[0]) == "-1 -1 -1 -1\n-1\n"


@slow
def test_errors_are_outputs_as_in_a_notebook(runs):
    assert runs["syntax"].steps[0].outputs[-1]["ename"] == "SyntaxError"
    assert runs["recursion"].steps[0].outputs[-1]["ename"] == "RecursionError"
    assert [step.outputs[-1]["ename"] for step in runs["30 GB"].steps[:2]] == ["MemoryError", "MemoryError"]
    assert runs["huge file"].steps[0].outputs[-1]["ename"] == "OSError"
    assert runs["input"].steps[0].outputs[-1]["ename"] == "EOFError"
    assert shown(runs["input"].steps[1]) == "''\n"
    assert len(shown(runs["long error"].steps[0])) < 50_000
    assert "UserWarning: careful" in shown(runs["noise"].steps[0])
    assert runs["noise"].steps[0].outputs[-1] == {
        "output_type": "stream", "name": "stderr", "text": runs["noise"].steps[0].outputs[-1]["text"],
    }  # fmt: skip
    assert shown(runs["noise"].steps[0]).endswith("oh\n")
    assert [kinds(step) for step in runs["exits"].steps[:5]][-1] == ["execute_result"]


@slow
def test_outputs_beyond_the_limit_are_left_out_and_said_to_be(runs):
    for key in ("100 MB of output", "10,000 outputs"):
        assert "left out" in shown(runs[key].steps[0])
        assert len(json.dumps(runs[key].steps[0].outputs)) < 2 * LIMITS.output + 100_000
        assert shown(runs[key].steps[1]) == "after\n"


@slow
def test_all_files_together_stay_below_the_limit(runs):
    written, _, said = shown(runs["many files"].steps[0]).partition(" ")
    assert 0 < int(written) <= LIMITS.scratch >> 20 and "No space left" in said


@slow
def test_a_check_is_of_the_function_as_the_notebook_has_it(runs):
    absent, value = runs["absent"].steps[0], runs["value"].steps[1]
    assert (absent.outcomes, absent.stopped, shown(absent)) == (None, "", "NameError\nname 'nowhere' is not defined")
    assert value.outcomes[0]["raised"]["type"] == "TypeError"
    assert runs["syntax"].steps[1].outcomes is None


@slow
def test_a_call_that_hangs_is_told_like_a_time_limit(runs):
    late = {"raised": {"type": "TimeLimit", "message": "1.5 seconds", "line": ""}}
    assert runs["hanging call"].steps[1].outcomes == [late]
    assert runs["hanging call"].steps[3].outcomes == [{"value": 1.0}, late]
    assert runs["swallowing call"].steps[1].outcomes == [late]
    assert runs["dying call"].steps[1].outcomes == [{"value": None}]


@slow
def test_a_result_too_large_for_any_task_is_not_sent(runs):
    too_large = {"value": {"other": "collection of more than can be compared"}}
    assert runs["empty lists"].steps[1].outcomes == [too_large] * 2


@slow
def test_all_cells_together_show_no_more_than_the_limit(runs):
    shows = [len(shown(step)) for step in runs["all cells to their limit"].steps[:12]]
    assert all(count > 40_000 for count in shows[:4]) and sum(shows) < LIMITS.outputs + 12 * 100
    assert "left out" in shown(runs["all cells to their limit"].steps[-3])


@slow
def test_what_holds_up_others_is_refused(runs):
    assert shown(runs["holds library files"].steps[1]).splitlines() == [
        "F_SETLEASE EPERM", "F_NOTIFY EPERM", "F_SETSIG EPERM", "flock ENOSYS", "lockf EPERM",
    ]  # fmt: skip
    assert 0 < int(shown(runs["timers"].steps[0])) < 1000


@slow
def test_what_crashes_starts_no_service_of_the_machine_and_nothing_is_taken_from_its_user(runs):
    """With a limit of 1 a crash is not handed to what core_pattern names: see do_coredump in the kernel."""
    assert shown(runs["own limits"].steps[0]).splitlines() == [
        "CORE 1 1", "SIGPENDING 256 256", "MEMLOCK 0 0", "NICE 0 0", "RTPRIO 0 0", "MSGQUEUE 0 0",
    ]  # fmt: skip


@slow
def test_memory_that_counts_for_nobody_is_refused(runs):
    assert shown(runs["uncounted memory"].steps[1]).splitlines() == [
        "shared EPERM", "large pages EPERM", "/dev/zero 0", "memfd EPERM", "pipe EPERM", "splice EPERM",
        "socket EPERM", "socket EPERM", "socket EPERM", "open files EPERM",
    ]  # fmt: skip


@slow
def test_what_counts_for_the_user_is_refused_and_await_does_without(runs):
    assert shown(runs["counts for the user"].steps[1]) == "epoll ENOSYS\n"
    assert shown(runs["counts for the user"].steps[2]) == "awaited\nhere too\n"


@slow
@pytest.mark.skipif(not Path("/sys/block").is_dir(), reason="only Linux counts it")
def test_a_submission_has_the_machines_disk_write_nothing(walls, bare):
    """Counted are requests to flush, field 16 in the kernel's Documentation/block/stat."""

    def flushes():
        fields = (file.read_text().split() for file in Path("/sys/block").glob("*/stat"))
        return sum(int(field[15]) for field in fields if len(field) > 15)

    before = flushes()
    (run,) = sandbox.run([submission("writes", "import os\nf = open(os.__file__)\nfor _ in range(5000): os.fsync(f)")])
    assert run.steps[0].outputs == [] and flushes() - before < 2500


@slow
def test_of_the_machine_proc_shows_what_programs_ask_for_alone(runs):
    shows = set(shown(runs["hidden files"].steps[0]).split())
    assert {"cpuinfo", "meminfo", "self", "stat"} <= shows
    assert shows.isdisjoint(
        {"kcore", "keys", "key-users", "timer_list", "sched_debug", "sysrq-trigger", "interrupts", "kallsyms", "locks",
         "vmstat", "zoneinfo", "cmdline", "diskstats", "partitions", "acpi", "bus", "fs", "irq", "driver", "scsi",
         "asound", "latency_stats"}
    )  # fmt: skip


@slow
def test_only_data_comes_back(runs):
    assert runs["equals everything"].steps[2].outcomes == [{"value": {"other": "Anything"}}]
    assert runs["pickle"].steps[2].outcomes == [{"value": {"other": "Bomb"}}]
    lazy, boasting = (runs["lazy array"].steps[i].outcomes for i in (1, 3))  # as plain arrays, whatever they say
    assert lazy == [{"value": {"array": [1.0], "shape": [1], "dtype": "float64"}}]
    assert boasting == [{"value": {"array": [1.0] * 3, "shape": [3], "dtype": "float64"}}]
    assert runs["half a character"].steps[2].outcomes == [{"value": "?"}]
    json.dumps([run.steps for run in runs.values()], ensure_ascii=False).encode("utf-8")


@slow
def test_the_files_beside_the_notebook_are_there(runs):
    assert shown(runs["pickle"].steps[3]).startswith("['checks.json', 'data'] b'cos")


@slow
def test_a_transformer_of_code_reaches_only_its_own_notebook(runs):
    assert shown(runs["transformer"].steps[1]) == "7\n"
    assert runs["last"].steps[-1].outcomes == RIGHT


@slow
def test_the_arguments_of_a_case_are_there_only_during_its_call(runs):
    run = runs["peek"]
    assert shown(run.steps[1]) == "before: 0 0\n"
    first, second = (outcome["value"] for outcome in run.steps[3].outcomes)
    assert first == 0 and second > 0
    assert shown(run.steps[4]) == "frames: []\nin: []\n"


@slow
def test_nothing_of_the_machine_is_reached(runs, outside):
    said = shown(runs["reads"].steps[0])
    assert "reached" not in said
    assert said.strip() == "['.venv', 'src'] ['inside']" or not sys.prefix.startswith(str(ROOT))
    own = ["/dev/shm", "/scratch"] + ["/tmp"] * (not ROOT.is_relative_to("/tmp"))  # or it shows where the course is
    assert shown(runs["writes"].steps[0]) == f"could write: {own}\n"
    assert shown(runs["network"].steps[0]) == "no names\n"
    for listener in outside[1]:
        with pytest.raises(BlockingIOError):
            listener.accept()
    assert SECRET not in repr(runs)


@slow
def test_the_permissions_of_the_machines_devices_stay_even_if_root_grades(runs):
    assert shown(runs["devices"].steps[0]) == "may change shm\n9 1\n"


@slow
def test_nothing_is_left_for_the_next(runs):
    assert [shown(runs[f"leaves {i}"].steps[0]) for i in (1, 2, 3)] == ["found: []\n"] * 3


@slow
def test_a_submission_sees_no_process_but_its_own_and_has_no_rights(runs):
    assert shown(runs["signals"].steps[0]) == "sees [1] 1 0\n"
    assert shown(runs["signals"].steps[1]) == "still here\n"
    assert shown(runs["ptrace"].steps[0]) == "-1 -1\n"
    refused, rights = shown(runs["rights"].steps[0]).strip().split("\n")
    assert refused == "-1 -1 -1 -1"
    assert rights == str(["0" * 16] * 5 + ["1", "2"])


@slow
def test_a_submission_inherits_its_channel_alone(runs):
    lines = [line.split() for line in shown(runs["descriptors"].steps[0]).strip().split("\n")]
    assert [name for _, name in lines] == ["/dev/null"] * 3 + ["socket"]


@slow
def test_what_could_run_in_the_instructors_browser_is_left_out(runs):
    assert "steal()" not in json.dumps([step.outputs for step in runs["script"].steps]).replace("<IPython", "")


@slow
def test_magics_figures_display_and_await_work(runs):
    first, second, shell, awaited, updated, plotted = runs["magics"].steps[:6]
    for step in (first, second):
        assert step.outputs[-1]["data"]["image/png"].startswith("iVBOR")
    assert shown(shell).startswith("from the shell\n") and "Wall time" in shown(shell)
    assert shown(awaited) == "awaited\n"
    assert [output["data"]["text/plain"] for output in updated.outputs] == ["'second'"]
    assert plotted.outputs[0]["data"]["text/html"].startswith('<img alt="A line." src="data:image/png;base64,')


@slow
def test_both_frameworks_work(runs):
    assert runs["frameworks"].steps[2].outcomes == [{"value": {"list": [6.0, 6.0, 0.0]}}]


@pytest.mark.parametrize(
    ("source", "modules"),
    [
        ("tf = frameworks.tensorflow()", {"tensorflow", "keras"}),
        (
            "import numpy as np\nfrom torch import nn",
            {"torch", "torch._dynamo", "torch.utils.data", "torch.distributed", "torch.profiler._cupti_monitor"},
        ),
        ("optimisers.descend_keras(rule)", {"tensorflow", "keras"}),
        ("import checks\nfrom helpers import frameworks\n# in Keras and PyTorch, which keras_step is not about", set()),
    ],
)
def test_a_framework_is_imported_where_code_asks_for_it_and_not_where_it_is_mentioned(source, modules):
    assert set(sandbox.on_demand([source])) == modules


@pytest.mark.long
def test_what_an_exercise_needs_is_imported_before_its_first_step(walls):
    """So that no call has to wait for an import, which would count as time that the answer takes."""
    todo = []
    for folder in sorted((ROOT / "solutions").glob("*/checks.json")):
        name = folder.parent.name
        notebook = nbformat.read(folder.parent / f"{name}.ipynb", as_version=4)
        tasks = json.loads(folder.read_text(encoding="utf-8"))["tasks"]
        steps = [Step("import sys\nthere = set(sys.modules)")]
        for cell in submissions.code_cells(notebook, notebook):
            task = tasks.get(cell.task, {"parameters": (), "cases": ()})
            cases = tuple(case["arguments"] for case in task["cases"])
            steps.append(Step(cell.source, cell.task, tuple(task["parameters"]), cases))
        steps.append(Step("print(*sorted(set(sys.modules) - there))"))
        todo.append(Submission(name, tuple(steps), {"checks.json": folder.read_bytes()}))
    late = {}
    for run in sandbox.run(todo, LIMITS, workers=2):
        assert not any(done.stopped or "error" in kinds(done) for done in run.steps), run
        late[run.key] = shown(run.steps[-1]).split()
    assert len(late) == 13
    assert {name: found for name, found in late.items() if len(found) > 3} == {}  # a framework is some hundreds


# ---- the run as a whole


@pytest.fixture
def bare(monkeypatch):
    monkeypatch.setattr(sandbox, "Forker", bare_forker)


@slow
def test_what_cannot_be_imported_in_advance_costs_only_the_step_that_needs_it(walls, bare, monkeypatch):
    monkeypatch.setattr(sandbox, "_ON_DEMAND", {"oddity": ("",)})  # no name of a module: a ValueError
    (run,) = sandbox.run([submission("odd", "import oddity")])
    assert "No module named 'oddity'" in shown(run.steps[0])
    assert run.stopped == "" and run.steps[-1].outcomes == RIGHT


@slow
def test_closing_the_iterator_ends_every_process(walls, bare):
    before = descendants()
    endless = sandbox.run((submission(str(i), "1" if i == 0 else "while True: pass") for i in range(9)), workers=2)
    assert next(endless).key == "0"
    endless.close()
    assert descendants() == before


@slow
def test_a_sandbox_that_dies_is_made_again_and_nothing_is_lost(walls, bare):
    results = sandbox.run((submission(str(i), "import time\ntime.sleep(0.3)") for i in range(5)), workers=2)
    done = [next(results)]
    for process in descendants():
        with contextlib.suppress(psutil.NoSuchProcess):
            if process.name() != "bwrap":
                process.kill()
    done += results
    assert sorted(run.key for run in done) == list("01234")
    assert all(run.stopped == "" and run.steps[-1].outcomes == RIGHT and not run.steps[0].stopped for run in done)


@slow
def test_time_and_restarts_of_a_submission_are_limited(walls, bare):
    quick = Limits(cell_seconds=20, submission_seconds=3, restarts=2)
    slow_one = submission("slow", *["import time\ntime.sleep(1.3)"] * 4)
    dying = submission("dying", *["import os\nos._exit(1)"] * 6)
    done = {run.key: run for run in sandbox.run([slow_one, dying], quick)}
    assert done["slow"].stopped == "It took more than 3 seconds in all, and was ended."
    assert done["slow"].steps[0].stopped == "" and done["slow"].steps[-1].stopped.startswith("Not run.")
    assert done["dying"].stopped == "It ended its process more than 2 times, and was given up."
    assert [step.stopped[:7] for step in done["dying"].steps] == ["Its pro"] * 3 + ["Not run"] * 5


DEAF = """
import socket, time
def send_and_sleep(self, data):
    socket.socket.send(self, data)
    time.sleep(60)
socket.socket.sendall = send_and_sleep
"""


@slow
def test_who_does_not_listen_is_not_talked_to_beyond_the_submissions_time(walls, bare):
    long = f"x = '{'€' * 190_000}'"  # more than waits in a socket
    begun = time.monotonic()
    (run,) = sandbox.run([submission("deaf", DEAF, long)], LIMITS._replace(submission_seconds=5))
    assert run.stopped == "It took more than 5 seconds in all, and was ended." and time.monotonic() - begun < 20


@slow
def test_time_in_which_the_grader_itself_is_stopped_does_not_count(walls, bare, monkeypatch):
    """As by Ctrl-Z: here 1,000 seconds pass within one wait for an answer."""
    stopped = 0.0

    def stopped_once(*waiting):
        nonlocal stopped
        ready = select.select(*waiting)
        if waiting[0]:
            stopped = 1000.0
        return ready

    monkeypatch.setattr(sandbox, "select", SimpleNamespace(select=stopped_once))
    monkeypatch.setattr(
        sandbox, "time", SimpleNamespace(monotonic=lambda: time.monotonic() + stopped, sleep=time.sleep)
    )
    (run,) = sandbox.run([submission("honest", "40 + 2", "40 + 3")], LIMITS)
    assert run.stopped == "" and [step.stopped for step in run.steps] == [""] * len(run.steps)


@slow
def test_processor_time_is_limited(walls, bare):
    (run,) = sandbox.run([submission("busy", "while True:\n    pass")], LIMITS._replace(cpu_seconds=2))
    assert run.steps[0].stopped == "It used more processor time than is allowed, and was ended."
    assert run.steps[-1].outcomes == RIGHT


@slow
def test_an_error_of_the_submissions_iterable_is_raised(walls, bare):
    def broken():
        yield submission("first")
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        list(sandbox.run(broken()))


@slow
@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_without_walls_limits_of_time_hold_and_nothing_stays(bare):
    stays = (
        "import os, subprocess\nprint(os.getcwd())\nsubprocess.Popen(['/bin/sleep', '"
        + MARK
        + "'], start_new_session=True)"
    )
    steps = [stays, "while True: pass", "os._exit(4)"]
    (run,) = sandbox.run([submission("bold", *steps)], QUICK, confined=False)
    assert run.steps[-1].outcomes == RIGHT
    assert [step.stopped for step in run.steps[:3]] == [
        "", "It was interrupted after 2 seconds.", "Its process ended itself (exit code 4).",
    ]  # fmt: skip
    assert not Path(shown(run.steps[0]).strip()).exists()
    assert asleep() == []


@slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody knows whose child an orphan was")
def test_without_walls_closing_ends_what_was_left_behind_too(bare):
    leaves = f"import os\nos.system('sleep {MARK} &')\n# %%\nwhile True:\n    pass"
    endless = sandbox.run([submission("first"), submission("leaves", leaves)], confined=False)
    assert next(endless).key == "first"
    until = time.monotonic() + 60
    while not asleep() and time.monotonic() < until:
        time.sleep(0.1)
    left = len(asleep())
    endless.close()
    assert (left, asleep()) == (1, [])


@slow
@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody knows whose child an orphan was")
def test_without_walls_the_end_of_one_submission_ends_nothing_that_another_has_started(bare, tmp_path):
    """What a shell has left in the background: its submission still runs when the other one ends."""
    wait = "import os, time\nwhile not os.path.exists({!r}):\n    time.sleep(0.05)"
    starts = f"import os\nos.system('sleep {MARK} &')\nopen({str(tmp_path / 'started')!r}, 'w')"
    ends, goes_on = submission("ends", wait.format(str(tmp_path / "started"))), wait.format(str(tmp_path / "ended"))
    runs = sandbox.run([submission("starts", starts, goes_on), ends], workers=2, confined=False)
    assert next(runs).key == "ends"
    time.sleep(0.5)
    left = len(asleep())
    (tmp_path / "ended").touch()
    assert next(runs).key == "starts"
    runs.close()
    assert (left, asleep()) == (1, [])


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
@pytest.mark.parametrize(
    ("held", "shares", "found"),
    [
        ([150], None, None), ([151], None, "memory"), ([100, 50], None, None),
        ([60, 60, 60], [20, 20, 20], None), ([100, 100], [75, 75], None), ([100, 100], [100, 51], "memory"),
    ],
)  # fmt: skip
def test_the_libraries_memory_is_granted_once_and_what_forks_share_counts_once(monkeypatch, held, shares, found):
    from grader.inside import worker

    monkeypatch.setattr(worker, "_family", lambda first: list(range(len(held))))
    monkeypatch.setattr(worker, "_open_files", lambda process: 0)
    monkeypatch.setattr(worker, "_resident", held.__getitem__)
    monkeypatch.setattr(worker, "_share", lambda process: shares[process])
    child = worker._Child(0, {"processes": 16, "memory": 100}, None)
    assert worker._excess(child, granted=50) == found


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
@pytest.mark.parametrize(
    ("look", "waited"),
    [
        ((6.0, 4.0, 12.0), 4.0), ((6.0, 7.0, 12.0), 2.0), ((600.0, 7.0, 12.0), 2.0), ((6.0, 16.0, 12.0), 0.0),
        ((1.0, 2.0, 12.0), 0.0), ((-1.0, 9, 12.0), -1), ((600.0, 3.1, 5.5), 0.4), ((600.0, 3.1, 5.0), 0.0),
        ((600.0, 3.0, 99.0), 6.0),
    ],
)  # fmt: skip
def test_threads_that_wait_for_each_other_do_not_wait(monkeypatch, look, waited):
    from grader.inside import worker

    child = worker._Child(0, {}, None)
    child.looks = [(100.0, 1.0, 1.0, 4.0), (101.0, 2.0, 3.0, 5.0), (102.0, 9.0, 9.0, 6.0)]
    monkeypatch.setattr(child, "look", lambda: look)
    monkeypatch.setattr(worker.time, "monotonic", lambda: 107.0)
    assert child.waited(since=101.0) == pytest.approx(waited)


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_a_process_that_may_wait_for_its_own_children_is_not_ready(monkeypatch):
    from grader.inside import worker

    ready = {1: [True, False, True, True], 2: [False, False, True, False]}
    now = iter((10.0, 10.5, 11.0, 12.0, 14.0))
    monkeypatch.setattr(worker.time, "monotonic", lambda: next(now))
    monkeypatch.setattr(worker, "_is_ready", lambda process: ready[process][0])
    monkeypatch.setattr(worker, "_family", lambda first: [1, 2])
    monkeypatch.setattr(worker, "_waited", lambda process: 5.0)
    monkeypatch.setattr(worker, "_used", lambda process: 2.0)
    child, seen = worker._Child(1, {}, None), []
    while ready[1]:
        seen.append(child.look())
        ready = {process: states[1:] for process, states in ready.items()}
    assert seen == [(5.0, 4.0, 0.5), (5.0, 4.0, 0.5), (5.0, 4.0, 0.5), (5.0, 4.0, 2.5)]


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux counts it")
def test_time_that_a_process_waits_for_a_processor_is_counted():
    from grader.inside import worker

    busy = "import os, time\nos.sched_setaffinity(0, {min(os.sched_getaffinity(0))})\nwhile True: pass"
    rivals = [subprocess.Popen([sys.executable, "-c", busy], start_new_session=True) for _ in range(3)]
    with subprocess.Popen(["sleep", "5"]) as sleeper:
        time.sleep(2)
        waited = [worker._waited(rival.pid) for rival in rivals]
        idle = worker._waited(sleeper.pid)
        ready = [worker._is_ready(process.pid) for process in (*rivals, sleeper)]
        for process in (*rivals, sleeper):
            process.kill()
            process.wait()
    assert min(waited) > 0.3 and idle < 0.3
    assert ready == [True, True, True, False]


WAKES = """
import ctypes, os, threading, time
class Moment(ctypes.Structure):
    _fields_ = [("seconds", ctypes.c_long), ("nanoseconds", ctypes.c_long)]
sleep_until = ctypes.CDLL(None).clock_nanosleep
def wake_with_the_others():
    while True:
        moment = (int(time.monotonic() * 5) + 1) / 5
        sleep_until(1, 1, ctypes.byref(Moment(int(moment), int(moment % 1 * 1e9))), None)
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
threading.stack_size(1 << 16)
for _ in range(450):
    threading.Thread(target=wake_with_the_others, daemon=True).start()
# %%
time.sleep(5)
"""


# Processes whose end nobody notices take the processor on which the first one waits for them.
FORKS_ON = """
import os, signal, time
os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})
for _ in range(7):
    if os.fork() == 0:
        signal.signal(signal.SIGCHLD, signal.SIG_IGN)
        while True:
            if os.fork() == 0:
                while time.process_time() < 0.03:
                    pass
                os._exit(0)
            try:
                os.wait()
            except ChildProcessError:
                pass
# %%
while True:
    pass
"""


@slow
@pytest.mark.parametrize("waits", [WAKES, FORKS_ON])
def test_who_waits_for_its_own_threads_and_processes_gains_no_time(walls, bare, waits):
    """Threads that wake at once wait for each other, a moment each: that adds up to more than the time there was."""
    (run,) = sandbox.run([submission("waits", waits)], LIMITS._replace(cell_seconds=2, submission_seconds=20))
    assert run.steps[1].stopped == "It was interrupted after 2 seconds."


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_memory_that_was_swapped_out_counts(tmp_path):
    from grader.inside import worker

    status = tmp_path / "status"
    status.write_text("VmRSS:\t 9 kB\nRssAnon:\t 3 kB\nRssFile:\t 6 kB\nVmPTE:\t 2 kB\nVmSwap:\t 4 kB\n")
    assert sum(worker._sizes(str(status)).values()) == 9 * 1024


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_who_keeps_its_memory_from_being_counted_is_not_waited_for(monkeypatch):
    from grader.inside import worker

    monkeypatch.setattr(worker, "_share", lambda process: 3 << 20)
    assert worker._held_together([1, 2]) == 6 << 20
    monkeypatch.setattr(worker, "COUNTING", 0.2)
    monkeypatch.setattr(worker, "_share", lambda process: time.sleep(60))
    start = time.monotonic()
    assert worker._held_together([1, 2]) == float("inf")
    assert time.monotonic() - start < 30


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_a_process_that_hides_its_open_files_is_taken_to_have_all(monkeypatch):
    from grader.inside import confine, worker

    def hiding(path):
        raise PermissionError

    assert 2 < worker._open_files(os.getpid()) < 1000
    monkeypatch.setattr(os, "listdir", hiding)
    assert worker._open_files(os.getpid()) == confine.FILES


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_several_wishes_at_once_are_granted_in_order(monkeypatch):
    from grader.inside import worker

    granted = []
    monkeypatch.setattr(os, "kill", lambda process, number: granted.append(number))
    child = worker._Child(0, {}, None)
    monkeypatch.setattr(child, "waited", lambda since: since)
    leash, inside = socket.socketpair()
    with leash, inside:
        leash.sendall(b"since 1.5\ninterrupt\nsince 2.5\n")
        worker._pull(child, inside)
        assert leash.recv(100) == b"waited 1.5\nwaited 2.5\n" and granted == [signal.SIGINT]


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_a_late_interrupt_does_not_meet_the_next_step():
    """The step has ended by itself meanwhile, and the process that forks is kept busy by others."""
    drive = sandbox._Drive(None, submission("slow"), LIMITS)
    (drive._channel, inside), (drive._leash, leash) = socket.socketpair(), socket.socketpair()
    drive._buffer, drive._begun, drive._deadline = b"", time.monotonic(), time.monotonic() + 60
    passed = []

    def other_side():
        request = json.loads(inside.recv(10_000))
        while b"interrupt" not in (asked := leash.recv(100)):
            leash.sendall(b"waited 0.0\n")
        inside.sendall(json.dumps({"id": request["id"]}).encode() + b"\n")
        time.sleep(0.5)
        passed.append("interrupted")
        asked = asked.partition(b"interrupt\n")[2] or leash.recv(100)
        leash.sendall(b"waited 0.0\n" * asked.count(b"since"))

    with drive._channel, drive._leash, inside, leash:
        thread = threading.Thread(target=other_side)
        thread.start()
        _, late = drive._ask({"source": ""}, 0.2, 10_000)
        assert late and passed == ["interrupted"]
        thread.join()


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_a_reply_byte_by_byte_costs_the_grader_little():
    class Counting(socket.socket):
        parts = 0

        def recv(self, size):
            self.parts += 1
            return super().recv(size)

    drive = sandbox._Drive(None, submission("drip"), LIMITS)
    (channel, inside), (drive._leash, leash) = socket.socketpair(), socket.socketpair()
    drive._channel, drive._buffer = Counting(fileno=channel.detach()), b""
    drip = f"import os\nwhile True: os.write({inside.fileno()}, b'x')"
    with drive._channel, drive._leash, leash, inside:
        with subprocess.Popen([sys.executable, "-c", drip], pass_fds=[inside.fileno()]) as dripping:
            assert drive._receive(time.monotonic() + 2, 10**8) is None
            dripping.kill()
        assert 1 < drive._channel.parts < 2500


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere nobody knows whose child an orphan was")
def test_an_orphan_that_may_not_be_ended_is_left_and_the_others_ended(monkeypatch):
    from grader.inside import worker

    others = [subprocess.Popen(["sleep", MARK]) for _ in range(2)]
    kill = os.kill

    def refusing(process, number):
        if process == others[0].pid:
            raise PermissionError
        kill(process, number)

    monkeypatch.setattr(os, "kill", refusing)
    own = {child.pid for child in psutil.Process().children()} - {other.pid for other in others}
    worker._end_orphans(own)
    assert [process.pid for process in asleep()] == [others[0].pid]
    monkeypatch.undo()
    for other in others:
        other.kill()
        other.wait()


@pytest.mark.skipif(sys.platform == "win32", reason="grading needs fork")
def test_a_submission_that_may_not_be_ended_is_given_up_and_the_grading_goes_on(monkeypatch, tmp_path):
    from grader.inside import worker

    def refusing(process, number):
        raise PermissionError

    monkeypatch.setattr(os, "kill", refusing)
    (tmp_path / "scratch").mkdir()
    child = worker._Child(os.getpid(), {"cpu_seconds": 1}, str(tmp_path / "scratch"))
    child.kill()
    assert (child.alive, child.reason) == (False, "ended -9")
    assert not (tmp_path / "scratch").exists()


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux ends a process with its parent")
def test_without_walls_a_submission_ends_with_the_process_that_forked_it():
    forks = """
import os, time
from grader.inside import confine
receive, send = os.pipe()
if not os.fork():
    confine.end_with_parent()
    os.write(send, b"ready")
    time.sleep(600)
os.read(receive, 5)
print("forked")
"""
    # What both write to ends when both have ended.
    said = subprocess.run([sys.executable, "-c", forks], stdout=subprocess.PIPE, text=True, check=True, timeout=60)
    assert said.stdout == "forked\n"


# ---- where it cannot be had


def test_where_there_is_no_linux_or_no_bubblewrap_it_says_so(monkeypatch):
    monkeypatch.setenv("PATH", "/nowhere")
    monkeypatch.setattr(sys, "platform", "linux")
    assert "install it (`sudo apt install bubblewrap`" in sandbox.missing.__wrapped__()
    monkeypatch.setattr(sys, "platform", "darwin")
    assert sandbox.missing.__wrapped__().startswith("The sandbox needs Linux")


@pytest.mark.skipif(sys.platform != "linux", reason="there is no bubblewrap elsewhere")
def test_where_user_namespaces_are_forbidden_it_gives_bubblewraps_reason(monkeypatch, tmp_path):
    forbidding = tmp_path / "bwrap"
    forbidding.write_text("#!/bin/sh\necho 'bwrap: No permissions to create a new namespace.' >&2\nexit 1\n")
    forbidding.chmod(0o755)
    monkeypatch.setenv("PATH", str(tmp_path), prepend=os.pathsep)
    said = sandbox.missing.__wrapped__()
    assert "bwrap: No permissions to create a new namespace. It needs user namespaces" in said


@pytest.mark.skipif(sys.platform != "linux", reason="there is no bubblewrap elsewhere")
def test_a_course_where_submissions_could_read_its_answers_is_refused(monkeypatch):
    monkeypatch.setattr(sandbox.shutil, "which", lambda name: f"/usr/bin/{name}")
    monkeypatch.chdir("/usr/share")
    assert sandbox.missing.__wrapped__().startswith("The folder /usr/share is within /usr, which submissions can read")


@pytest.mark.skipif(sys.platform == "win32", reason="there is no root on Windows")
def test_grading_as_root_is_warned_against(monkeypatch):
    monkeypatch.setattr(os, "geteuid", lambda: 0)
    assert sandbox.caution().startswith("You are grading as root") and "ordinary user" in sandbox.caution()
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert sandbox.caution() == ""


def test_where_it_cannot_be_had_nothing_runs_unless_the_risk_is_accepted(monkeypatch):
    monkeypatch.setattr(sandbox, "missing", lambda: "No walls here.")
    with pytest.raises(sandbox.SandboxError, match=r"^No walls here\.$"):
        next(sandbox.run([submission("first")]))


# ---- beside neighbours that use all processor time

# Takes a second of the processor, as an honest answer may; and keeps several processes busy for a while.
SECOND = function_of(
    "second",
    """
import time
end = time.process_time() + 1
while time.process_time() < end:
    pass
return x
""",
)
HOG = """
import os, time
until = time.monotonic() + 4
for _ in range(3):
    os.fork()
while time.monotonic() < until:
    pass
os.getpid() == 1 or os._exit(0)
"""


def honest_beside_hogs(count):
    """So many honest submissions, three at a time beside seven that keep the processor busy; what came of each."""
    todo = []
    for first in range(0, count, 3):
        todo += [submission(f"hog {first} {k}", HOG) for k in range(7)]
        todo += [submission(f"honest {k}", SECOND, check("second", 5.0)) for k in range(first, min(first + 3, count))]
    done = {run.key: run for run in sandbox.run(todo, LIMITS._replace(call_seconds=3), workers=10)}
    return [done[f"honest {k}"] for k in range(count)]


@slow
def test_an_honest_answer_that_takes_a_second_keeps_its_points_beside_busy_neighbours(walls, bare):
    assert [(run.stopped, run.steps[1].outcomes) for run in honest_beside_hogs(5)] == [("", [{"value": 5.0}])] * 5


@pytest.mark.long
def test_in_100_of_100_runs_an_honest_answer_keeps_its_points(walls, bare):
    assert [(run.stopped, run.steps[1].outcomes) for run in honest_beside_hogs(100)] == [("", [{"value": 5.0}])] * 100


@slow
def test_what_was_stopped_by_the_clock_beside_others_is_run_once_more_and_alone(walls, bare, monkeypatch):
    monkeypatch.setattr(sandbox._Drive, "_waited", lambda drive, since: -1.0)  # as where the kernel does not count it
    hangs = "import time\nprint(time.monotonic())\n# %%\ntime.sleep(30)\n# %%\nprint(time.monotonic())"
    others = [submission(str(k), "import time\ntime.sleep(1)\nprint(time.monotonic())") for k in range(3)]
    begun = time.monotonic()
    runs = list(sandbox.run([submission("hangs", hangs), *others], LIMITS._replace(cell_seconds=2), workers=2))
    assert [run.key for run in runs] == ["0", "1", "2", "hangs"]
    assert runs[-1].steps[1].stopped == "It was interrupted after 2 seconds."
    first, *_, last = (float(shown(runs[-1].steps[k])) for k in (0, 2))
    assert first > max(float(shown(run.steps[0])) for run in runs[:3]) and 2 < last - first < time.monotonic() - begun
