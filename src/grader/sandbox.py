"""Runs submissions, which are programs of strangers, where they can reach and spoil nothing: `run(submissions)`.

bubblewrap starts one process (worker.py) that sees the libraries and nothing else of this machine, and imports them
once. That forks a child for each submission, in namespaces and with a scratch folder of its own, and the child runs
the cells one by one as they are sent to it. A check is sent as arguments, case by case; what comes back is data, and
taken for a lie until `received` has proved its form. No expected value is ever there.

A step that ends its process, or does not end itself, costs that step alone: what stood before it is run again in a new
child, and it is left out.
"""

import base64
import functools
import itertools
import json
import os
import queue
import secrets
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from grader import received
from helpers.timelimit import TimeLimit

# What is imported once for all; late imports that a first step would make stand here too.
LIBRARIES = (
    "numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline",
    "helpers.checks", "helpers.data", "helpers.frameworks", "helpers.optimisers", "helpers.plots", "helpers.calculus",
)  # fmt: skip
_TENSORFLOW = ("tensorflow", "keras")
_ON_DEMAND = {  # a word in the code → what else is imported: it takes seconds, and memory that every fork copies
    "tensorflow": _TENSORFLOW,
    "keras": _TENSORFLOW,
    "torch": ("torch", "torch._dynamo", "torch.utils.data", "torch.distributed"),  # its optimisers import the others
    "sklearn": ("sklearn.datasets",),
    "scipy": ("scipy.optimize",),
}
SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/opt/homebrew")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_PACKAGES = Path(__file__).parents[1]  # the folder that holds `helpers` and `grader`
WITHIN = (_PACKAGES / "helpers", _PACKAGES / "grader" / "inside")  # what the sandbox may read of them
_GRACE = 2.0  # seconds from an interrupt to the end of what does not heed it
_REASON = 10.0  # seconds to wait for the reason why a child is no more
_START = 600.0  # seconds: the libraries may come from a slow disk
_ACCIDENTS = 3  # ends of the process that forks, after which a submission that may have caused them is given up
_MESSAGE = 16_000_000  # bytes of one reply: some arrays of the largest size that is compared


class Step(NamedTuple):
    """One code cell, in the notebook's order.

    source       what to run
    task         a check cell: instead of running `source`, call the notebook's function of this name on each case
    parameters   the names of its arguments
    cases        each a list of arguments as in helpers.outcomes
    """

    source: str
    task: str | None = None
    parameters: tuple = ()
    cases: tuple = ()


class Submission(NamedTuple):
    """A notebook to run: a key to know it by, its code cells, and the files that lie beside it, name → bytes."""

    key: str
    steps: tuple[Step, ...]
    files: dict[str, bytes]


class Done(NamedTuple):
    """What came of a step.

    outputs    in nbformat's form; text, errors and pictures only
    outcomes   of a check: one outcome a case, as in helpers.outcomes; fewer where `stopped` says why, and then the
               last may be a TimeLimit; None where the notebook has no function of that name, and for other cells
    stopped    "" if the step ran to its end, of which an error is one; otherwise the reason, a sentence
    ran        whether the step was begun
    """

    outputs: list
    outcomes: list | None
    stopped: str
    ran: bool = True


class Run(NamedTuple):
    """What came of a submission: one Done a step; stopped is "" or why it was not run to its end, a sentence."""

    key: str
    steps: list[Done]
    stopped: str


class Limits(NamedTuple):
    """What a submission may use. Beyond a limit a step is ended, or refused what it asks for, and the rest goes on."""

    cell_seconds: float = 30.0
    call_seconds: float = 3.0  # fewer than in an exercise, where a first call may have to import a library
    submission_seconds: float = 180.0
    cpu_seconds: int = 720  # of one process: of its threads together, which may run beside each other
    memory: int = 1 << 30  # bytes, on top of what the libraries take
    processes: int = 16
    output: int = 1_000_000  # characters of a cell's outputs
    file_size: int = 64 << 20  # bytes
    scratch: int = 256 << 20  # bytes of all its files
    restarts: int = 8  # how often a submission may end its process


LIMITS = Limits()  # they suit the course's exercises


class SandboxError(RuntimeError):
    """The sandbox itself does not work here; the message says what is wrong."""


def run(
    submissions: Iterable[Submission],
    limits: Limits = LIMITS,
    workers: int = 1,
    confined: bool = True,
    libraries: tuple[str, ...] = LIBRARIES,
) -> Iterator[Run]:
    """Run the submissions, so many at once, and yield each as it is done. Closing the iterator ends every process.

    confined=False runs them without any walls, with all rights that you have: for machines without bubblewrap, by
    those who know every student. Limits of time hold there too, those of memory and processes on Linux only.
    libraries are imported once for all. Others that a submission's code asks for are imported for it alone, before its
    first step, so that no step has to wait for them.

    Raises SandboxError where the sandbox cannot be made.
    """
    if confined and (reason := missing()):
        raise SandboxError(reason)
    waiting, lock = iter(submissions), threading.Lock()
    done = queue.Queue()
    parent = _Parent(confined, libraries)

    def work():
        try:
            while True:
                with lock:
                    submission = next(waiting, None)
                if submission is None or parent.closed.is_set():
                    break
                done.put(_Drive(parent, submission, limits).run())
            done.put(None)
            parent.closed.wait()  # bubblewrap ends with the thread that started it
        except BaseException as error:  # handed on to whoever waits for results
            done.put(error)

    threads = [threading.Thread(target=work, daemon=True) for _ in range(workers)]
    try:
        for thread in threads:
            thread.start()
        working = workers
        while working:
            result = done.get()
            if result is None:
                working -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                yield result
    finally:
        parent.close()
        for thread in threads:
            thread.join()


@functools.cache
def missing() -> str:
    """Why submissions cannot be confined on this machine, a sentence that says what to do; "" where they can."""
    if sys.platform != "linux":
        return "The sandbox needs Linux: grade in a virtual machine, or on any Linux computer."
    if not shutil.which("bwrap"):
        return (
            "The sandbox needs bubblewrap: install it (`sudo apt install bubblewrap`, `sudo dnf install bubblewrap`)."
        )
    if exposed := next((path for path in readable() if Path.cwd().is_relative_to(path)), None):
        return f"The folder {Path.cwd()} is within {exposed}, which submissions can read: move the course."
    parent = _Parent(confined=True, libraries=())
    try:
        trial = _Drive(parent, Submission("trial", (Step("40 + 2"),), {}), LIMITS).run()
        reason = trial.stopped or trial.steps[0].stopped
    except SandboxError as error:
        reason = str(error)
    finally:
        parent.close()
    if reason:
        return (
            f"The sandbox cannot be made here. {reason} It needs user namespaces that an ordinary user may create. "
            "On Ubuntu 24.04 and later: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`; on Debian before "
            "12: `sudo sysctl kernel.unprivileged_userns_clone=1`; in a container: start it with "
            "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`."
        )
    return ""


def on_demand(sources: Iterable[str]) -> tuple[str, ...]:
    """The modules behind the frameworks that this code imports or asks helpers for."""
    asks = ("import", "frameworks", "optimisers")
    asking = [line for source in sources for line in source.split("\n") if any(word in line for word in asks)]
    found = (modules for word, modules in _ON_DEMAND.items() if any(word in line for line in asking))
    return tuple(dict.fromkeys(itertools.chain.from_iterable(found)))


# ---- the process that forks


class _Parent:
    """worker.py, started when the first child is wanted, and again should it have died."""

    def __init__(self, confined: bool, libraries: tuple[str, ...]):
        self._confined, self._libraries = confined, libraries
        self._lock = threading.Lock()
        self._process = self._control = self._said = None
        self.closed = threading.Event()

    def start(self, limits: Limits, libraries: tuple[str, ...]) -> tuple[socket.socket, socket.socket]:
        """A new child, which imports what it lacks of the libraries: its channel and its leash. Raises SandboxError."""
        channel, channel_inside = socket.socketpair()
        leash, leash_inside = socket.socketpair()
        order = json.dumps({"limits": limits._asdict(), "libraries": libraries}).encode()
        with channel_inside, leash_inside, self._lock:
            for _ in range(2):
                if self.closed.is_set():
                    raise SandboxError("It was closed.")
                if self._process is None:
                    self._launch()
                try:
                    socket.send_fds(self._control, [order], [channel_inside.fileno(), leash_inside.fileno()])
                    if _line(self._control, _GRACE + 30) == "taken":
                        return channel, leash
                except OSError:
                    pass
                self._end()
        raise SandboxError(f"Its first process ended: {self._words()}")

    def close(self) -> None:
        """End it and all children."""
        self.closed.set()
        with self._lock:
            self._end()

    def _launch(self) -> None:
        self._control, inside = socket.socketpair()
        self._said = tempfile.TemporaryFile()  # noqa: SIM115 (read when the process has ended)
        with inside:
            number, walls = inside.fileno(), "confined" if self._confined else "free"
            worker = [sys.executable, "-s", "-P", "-B", "-m", "grader.inside.worker", str(number), walls]
            self._process = subprocess.Popen(
                [*(bubblewrap() if self._confined else ()), *worker, *self._libraries],
                pass_fds=[number],
                env=_environment(self._confined),
                cwd="/",
                stdin=subprocess.DEVNULL,
                stdout=subprocess.DEVNULL,
                stderr=self._said,
                start_new_session=True,  # Ctrl-C in the terminal is for this program alone
            )
        until = time.monotonic() + _START
        while not (self.closed.is_set() or select.select([self._control], [], [], 0.2)[0] or time.monotonic() > until):
            continue
        if self.closed.is_set() or _line(self._control, 1.0) != "ready":
            self._process.kill()
            self._end()
            raise SandboxError(f"Its first process did not start: {self._words()}")

    def _end(self) -> None:
        if self._process is None:
            return
        self._control.close()  # worker.py ends its children and itself
        try:
            self._process.wait(5)
        except subprocess.TimeoutExpired:
            os.killpg(self._process.pid, signal.SIGKILL)
            self._process.wait()
        self._process = None

    def _words(self) -> str:
        """The last line that the process wrote to its error stream."""
        self._said.seek(0)
        lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        return f"{lines[-1].strip().rstrip('.')}." if lines else "it said nothing."


def bubblewrap() -> list[str]:
    """The command that starts a program where it sees the libraries, read-only, and nothing else of this machine."""
    from grader.inside.confine import SCRATCH  # Linux alone can load it

    command = [shutil.which("bwrap"), "--unshare-all", "--unshare-user", "--die-with-parent", "--new-session"]
    command += ["--hostname", "sandbox", "--chdir", "/", "--cap-drop", "ALL"]
    if os.geteuid() == 0:  # see confine.prepare
        command += ["--cap-add", "CAP_SYS_ADMIN", "--cap-add", "CAP_SETFCAP"]
    command += ["--proc", "/proc", "--dev", "/dev", "--dir", "/tmp", "--tmpfs", SCRATCH]
    for path in readable():
        link = os.path.islink(path) and path in SYSTEM
        command += ["--symlink", os.readlink(path), path] if link else ["--ro-bind", path, path]
    for path in ("/dev", "/"):
        command += ["--remount-ro", path]
    return command


def readable() -> list[str]:
    """The folders and files of this machine that a submission can read."""
    found = []
    for path in (*SYSTEM, *SETTINGS, *_python_folders(), *map(str, WITHIN)):
        if os.path.lexists(path) and not any(Path(path).is_relative_to(other) for other in found):
            found.append(path)
    return found


def _python_folders() -> Iterator[str]:
    """Where Python and its packages stand; of an environment only what belongs to it, as it may hold other things."""
    for prefix in dict.fromkeys((sys.base_prefix, os.path.realpath(sys.base_prefix), sys.prefix)):
        for part in ("bin", "lib", "lib64", "share", "pyvenv.cfg"):
            yield os.path.join(prefix, part)


def _environment(confined: bool) -> dict[str, str]:
    """The variables of the sandbox: nothing of this process's, which may hold secrets."""
    if confined:
        from grader.inside.confine import SCRATCH as folder
    else:
        folder = tempfile.gettempdir()
    return {
        "PYTHONPATH": str(_PACKAGES),
        "PATH": f"{Path(sys.executable).parent}:/usr/local/bin:/usr/bin:/bin",
        "HOME": folder,
        "USER": "student",
        "LOGNAME": "student",
        "LANG": "C.UTF-8",
        "TZ": "UTC",
        "PYTHONHASHSEED": "0",  # run twice, a set has one order
        "MPLBACKEND": "module://matplotlib_inline.backend_inline",
        "TMPDIR": folder,
        "MPLCONFIGDIR": f"{folder}/.matplotlib",
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "KERAS_BACKEND": "tensorflow",
        "CUDA_VISIBLE_DEVICES": "",
        # Submissions run beside each other; threads of their own would only get into each other's way.
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MKL_NUM_THREADS": "1",
        "TF_NUM_INTRAOP_THREADS": "1",
        "TF_NUM_INTEROP_THREADS": "2",
    }


def _line(sock: socket.socket, seconds: float) -> str | None:
    """The next line that the worker says on its socket; "" if it has ended, None if it says nothing in time."""
    sock.settimeout(seconds)
    found = b""
    try:
        while not found.endswith(b"\n"):
            more = sock.recv(1)
            if not more:
                return ""
            found += more
    except TimeoutError:
        return None
    except OSError:
        return ""
    return found.decode().strip()


# ---- one submission


class _Gone(Exception):
    """The child is no more; the message says why, as a sentence."""


class _NotItsFault(Exception):
    """The child is no more, and it was not the child's doing."""


class _OutOfTime(Exception):
    """The submission has used up its time."""


_REASONS = {
    "memory": "It used more memory than is allowed, and was ended.",
    "processes": "It started more processes than are allowed, and was ended.",
    "processor": "It used more processor time than is allowed, and was ended.",
    "ended -9": "Its process was killed.",
    "ended -31": "Its process was killed.",  # by its own hand: confine has the kernel end it so
    # Which signal a crash ends in differs: an abort of the first process of its namespaces shows as a bad address.
    **{f"ended -{number}": "Its process crashed." for number in (4, 5, 6, 7, 8, 11)},
}


class _Drive:
    """Leads one submission through its children."""

    def __init__(self, parent: _Parent, submission: Submission, limits: Limits):
        self._parent, self._submission, self._limits = parent, submission, limits
        self._libraries = on_demand(step.source for step in submission.steps)
        self._seconds = limits.submission_seconds  # what is left of them
        self._done: list[Done | None] = [None] * len(submission.steps)
        self._left_out = set()
        self._at = None  # the step that runs
        self._accidents = 0

    def run(self) -> Run:
        stopped = None
        while stopped is None:
            stopped = self._attempt()
        rest = Done([], None, f"Not run. {stopped}", ran=False)
        return Run(self._submission.key, [done or rest for done in self._done], stopped)

    def _attempt(self) -> str | None:
        """Run what is left in a new child. "" if it came to the end, why not if it is given up, None for once more."""
        self._channel, self._leash = self._parent.start(self._limits, self._libraries)
        self._buffer = b""
        begun = time.monotonic()
        self._deadline = begun + self._seconds
        with self._channel, self._leash:  # closing the leash ends the child
            try:
                self._through()
                return ""
            except _OutOfTime:
                return f"It took more than {self._limits.submission_seconds:g} seconds in all, and was ended."
            except _NotItsFault as reason:
                self._accidents += 1
                time.sleep(self._accidents / 2)
                return f"It could not be run: {reason}" if self._accidents == _ACCIDENTS else None
            except _Gone as gone:
                if self._at is None:
                    return f"It could not be begun. {gone}"
                self._leave_out(str(gone))
            finally:
                self._seconds -= time.monotonic() - begun
        if len(self._left_out) > self._limits.restarts:
            return f"It ended its process more than {self._limits.restarts} times, and was given up."
        return None

    def _through(self) -> None:
        """All steps in a new child, as far as they are not done or left out."""
        self._at = None
        files = {name: base64.b64encode(content).decode() for name, content in self._submission.files.items()}
        if "error" in self._ask({"files": files}, self._limits.submission_seconds)[0]:  # after its imports
            raise _Gone("The files beside the notebook could not be laid out.")
        for i, step in enumerate(self._submission.steps):
            if i in self._left_out or (step.task and self._done[i]):
                continue
            self._at = i
            done = self._check(step) if step.task else self._cell(step)
            self._done[i] = self._done[i] or done

    def _leave_out(self, reason: str) -> None:
        """The step that ran ended the child: it is not run again."""
        before = self._done[self._at] or Done([], None, "")
        self._done[self._at] = before._replace(stopped=reason)
        self._left_out.add(self._at)

    def _cell(self, step: Step) -> Done:
        reply, late = self._ask({"source": step.source}, self._limits.cell_seconds)
        seconds = self._limits.cell_seconds
        return Done(self._outputs(reply), None, f"It was interrupted after {seconds:g} seconds." if late else "")

    def _check(self, step: Step) -> Done:
        outcomes, seconds = [], self._limits.call_seconds
        stopped = f"{step.task} gave no answer within {seconds:g} seconds."
        too_late = {"raised": {"type": TimeLimit.__name__, "message": f"{seconds:g} seconds", "line": ""}}
        for arguments in step.cases:
            call = {"call": step.task, "parameters": list(step.parameters), "arguments": list(arguments)}
            self._done[self._at] = None
            try:
                reply, late = self._ask(call, seconds)
            except _Gone as gone:
                if gone.args[0].startswith("It did not end"):
                    self._done[self._at] = Done([], [*outcomes, too_late], "")
                    raise _Gone(stopped) from None
                self._done[self._at] = Done([], outcomes, "")
                raise
            if late:
                return Done([], [*outcomes, too_late], stopped)
            if reply.get("absent") is True:
                error = f"name {step.task!r} is not defined"
                return Done(
                    [
                        {
                            "output_type": "error",
                            "ename": "NameError",
                            "evalue": error,
                            "traceback": [f"NameError: {error}"],
                        }
                    ],
                    None,
                    "",
                )
            try:
                outcomes.append(received.outcome(reply.get("outcome"), step.parameters))
            except received.Improper:
                return Done([], None, f"What {step.task} returned could not be read.")
        return Done([], outcomes, "")

    def _outputs(self, reply: dict) -> list[dict]:
        try:
            return received.outputs(reply.get("outputs"), 2 * self._limits.output + 100_000)
        except received.Improper:
            said = "What this cell showed could not be read."
            return [{"output_type": "stream", "name": "stderr", "text": said}]

    # -- talking to the child

    def _ask(self, request: dict, seconds: float) -> tuple[dict, bool]:
        """The child's reply, and whether it came only after an interrupt. Raises _Gone or _OutOfTime."""
        request["id"] = secrets.token_hex(8)
        limit = time.monotonic() + seconds
        if self._buffer:
            raise _Gone("It wrote into the grader's channel, and was ended.")
        self._send(json.dumps(request).encode() + b"\n", limit + _GRACE)
        line = self._receive(min(limit, self._deadline))
        if late := line is None:
            try:
                self._leash.sendall(b"interrupt\n")
            except OSError:
                self._raise_end()
            line = self._receive(time.monotonic() + _GRACE)
            if time.monotonic() > self._deadline:
                raise _OutOfTime
            if line is None:
                raise _Gone(f"It did not end within {seconds:g} seconds, nor when it was interrupted.")
        try:
            reply = received.message(line)
        except received.Improper:
            raise _Gone("It wrote into the grader's channel, and was ended.") from None
        if reply.get("id") != request["id"]:
            raise _Gone("It wrote into the grader's channel, and was ended.")
        return reply, late

    def _send(self, data: bytes, until: float) -> None:
        self._channel.setblocking(False)
        while data:
            _, ready, _ = select.select([], [self._channel], [], max(0.0, until - time.monotonic()))
            if not ready:
                raise _Gone("It did not listen any more, and was ended.")
            try:
                data = data[self._channel.send(data) :]
            except BlockingIOError:
                continue
            except OSError:
                self._raise_end()

    def _receive(self, until: float) -> bytes | None:
        """The child's next line; None where there is none by then."""
        self._channel.setblocking(False)
        parts = [self._buffer]
        size = len(self._buffer)
        while b"\n" not in parts[-1]:
            wait = until - time.monotonic()
            ready, _, _ = select.select([self._channel, self._leash], [], [], max(0.0, wait))
            if not ready or (wait < 0 and len(parts) > 1):  # who writes on and on gets no more time
                self._buffer = b"".join(parts)
                return None
            if self._channel in ready:
                try:
                    part = self._channel.recv(1 << 20)
                except OSError:
                    part = b""
                if not part:
                    self._raise_end()
                parts.append(part)
                size += len(part)
                if size > _MESSAGE:
                    raise _Gone("It showed or returned more than can be taken, and was ended.")
            elif self._leash in ready:
                self._raise_end()
        line, _, self._buffer = b"".join(parts).partition(b"\n")
        return line

    def _raise_end(self) -> None:
        """The child has closed its channel or is no more: why? Raises _Gone, or SandboxError if it never began."""
        said = _line(self._leash, _REASON)
        if said is None:
            raise _Gone("It closed the grader's channel, and was ended.")
        if said == "":
            raise _NotItsFault("The process that forks has ended.")
        if said.startswith("failed "):
            raise _NotItsFault(f"A submission's process could not be confined ({said.removeprefix('failed ')}).")
        code = said.removeprefix("ended ")
        raise _Gone(_REASONS.get(said, f"Its process ended itself (exit code {code})."))
