"""Runs submissions, which are programs of strangers, where they can reach and spoil nothing: `run(submissions)`.

bubblewrap starts one process (worker.py) that sees the libraries and nothing else of this machine, and imports them
once. It forks a child for each submission, in separate namespaces and with an empty scratch folder, and the child runs
the cells one by one as they are sent to it. A check is sent as arguments, case by case. What comes back is data, and
is taken for a lie until `received` has proved its form. No expected value ever enters the sandbox.

A step that ends its process, or that has to be ended, costs only that step: what came before it is run again in a new
child without it.

The clock stands still while a step is kept waiting for a processor, so that neighbours who use them all cost it
nothing. A submission that was stopped by the clock all the same, after it had waited for more than half of its time or
where the kernel does not count that, is run once more, alone.
"""

import base64
import contextlib
import functools
import itertools
import json
import os
import queue
import secrets
import select
import shutil
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import NamedTuple

from checks.timelimit import TimeLimit
from grader import received
from grader.forker import Forker, SandboxError, read_line, readable
from grader.turns import Turns

# What is imported once for all submissions, late imports of a first step included.
LIBRARIES = (
    "numpy", "matplotlib.pyplot", "matplotlib_inline.backend_inline",
    "checks", "helpers.data", "helpers.frameworks", "helpers.optimisers", "helpers.plots", "helpers.calculus",
)  # fmt: skip
_TENSORFLOW = ("tensorflow", "keras")
_ON_DEMAND = {  # a word in the code → what else is imported: it takes seconds, and memory that every fork copies
    "tensorflow": _TENSORFLOW,
    "keras": _TENSORFLOW,
    "torch": (
        "torch",
        "torch._dynamo",
        "torch.utils.data",
        "torch.distributed",
        "torch.profiler._cupti_monitor",
    ),  # its optimisers import the others
    "sklearn": ("sklearn.datasets",),
    "scipy": ("scipy.optimize",),
}
_GRACE = 2.0  # seconds from an interrupt to the end of what does not heed it
_PATIENCE = 10  # times its limit, after which a step is ended even if it was kept waiting for a processor
_REASON = 10.0  # seconds to wait for the reason why a child has ended
_LOOK = 1.0  # seconds between two looks whether the grader itself was stopped
_STANDSTILL = 2.0  # seconds; so late it goes on only if it was, or got no processor
_ACCIDENTS = 3  # ends of the process that forks, after which a submission that may have caused them is given up
_RESULT = 100_000  # bytes of a reply to a call; results are a few hundred, and worker.py replaces what is too large
_RESULTS = 4_000_000  # bytes of all of them; what worker.py lets through of five tasks is less
_DRIP = 4096  # bytes; a child's socket hands over a longer reply in larger pieces
_EXTRA = 500_000  # bytes of a cell's reply beside its outputs: an error's traceback, and the names of things
_RECEIVED = 40_000_000  # bytes of all replies of a submission


class Step(NamedTuple):
    """One code cell, in the notebook's order.

    source       what to run
    task         a check cell: instead of running `source`, call the notebook's function of this name on each case
    parameters   the names of its arguments
    cases        each a list of arguments as in checks.outcomes
    """

    source: str
    task: str | None = None
    parameters: tuple = ()
    cases: tuple = ()


class Submission(NamedTuple):
    """A notebook to run: a key to know it by, its code cells, and the files beside it, name → bytes."""

    key: str
    steps: tuple[Step, ...]
    files: dict[str, bytes]

    def size(self) -> int:
        """Bytes, nearly."""
        return sum(map(len, self.files.values())) + sum(len(step.source) for step in self.steps)


class Done(NamedTuple):
    """What came of a step.

    outputs    in nbformat's form; text, errors and pictures only
    outcomes   of a check: one outcome a case, as in checks.outcomes; fewer where `stopped` says why, and then the
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
    outputs: int = 5_000_000  # characters of all cells' outputs together
    file_size: int = 64 << 20  # bytes
    scratch: int = 256 << 20  # bytes of all its files
    restarts: int = 8  # how often a submission may end its process


LIMITS = Limits()  # they suit the course's exercises


def run(
    submissions: Iterable[Submission],
    limits: Limits = LIMITS,
    workers: int = 1,
    confined: bool = True,
    libraries: tuple[str, ...] = LIBRARIES,
) -> Iterator[Run]:
    """Run the submissions, `workers` at once, and yield each as it is done. Closing the iterator ends every process.

    confined=False runs them without any walls, with all the rights that you have: for machines without bubblewrap, and
    for classes in which you know every student. Limits of time hold there too, those of memory and processes on Linux
    only. libraries are imported once for all. Others that a submission's code asks for are imported for it alone,
    before its first step, so that no step has to wait for them.

    Raises SandboxError where the sandbox cannot be made.
    """
    if confined and (reason := missing()):
        raise SandboxError(reason)
    turns, done = Turns(submissions), queue.Queue(workers)
    forker = Forker(confined, libraries)

    def hand_over(result) -> None:
        while not forker.closed.is_set():
            with contextlib.suppress(queue.Full):
                return done.put(result, timeout=0.2)

    def work():
        try:
            while not forker.closed.is_set() and (turn := turns.take()):
                result, disputed = run_one(forker, turn.submission, limits)
                if not turns.give_back(turn, again=disputed):
                    hand_over(result)
            hand_over(None)
            forker.closed.wait()  # bubblewrap ends with the thread that started it
        except BaseException as error:
            hand_over(error)  # to the thread that waits for results

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
        forker.close()
        turns.close()
        for thread in threads:
            thread.join()


def run_one(forker: Forker, submission: Submission, limits: Limits) -> tuple[Run, bool]:
    """Run one submission. True beside it: others, running at the same time, may have caused that it was stopped."""
    drive = _Drive(forker, submission, limits)
    return drive.run(), drive.disputed


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
    forker = Forker(confined=True, libraries=())
    try:
        trial = _Drive(forker, Submission("trial", (Step("40 + 2"),), {}), LIMITS).run()
        reason = trial.stopped or trial.steps[0].stopped
    except SandboxError as error:
        reason = str(error)
    finally:
        forker.close()
    if reason:
        return (
            f"The sandbox cannot be made here. {reason} It needs user namespaces that an ordinary user may create. "
            "On Ubuntu 24.04 and later: `sudo sysctl kernel.apparmor_restrict_unprivileged_userns=0`; on Debian before "
            "12: `sudo sysctl kernel.unprivileged_userns_clone=1`; in a container: start it with "
            "`--security-opt seccomp=unconfined --security-opt systempaths=unconfined`."
        )
    return ""


def caution() -> str:
    """What is unwise about grading with the rights of this process, a sentence; "" if nothing is."""
    if os.name == "posix" and os.geteuid() == 0:
        return (
            "You are grading as root: a submission that found a way out of the sandbox would have all rights. "
            "Grade as an ordinary user."
        )
    return ""


def on_demand(sources: Iterable[str]) -> tuple[str, ...]:
    """The modules behind the frameworks that this code imports or asks helpers for."""
    asks = ("import", "frameworks", "optimisers")
    asking = [line for source in sources for line in source.split("\n") if any(word in line for word in asks)]
    found = (modules for word, modules in _ON_DEMAND.items() if any(word in line for line in asking))
    return tuple(dict.fromkeys(itertools.chain.from_iterable(found)))


# ---- one submission


class _Gone(Exception):
    """The child has ended; the message says why, as a sentence.

    late       it outlasted its time and an interrupt
    disputed   others, running beside it, may have been the cause
    """

    def __init__(self, sentence: str, late: bool = False, disputed: bool = False):
        super().__init__(sentence)
        self.late, self.disputed = late, disputed


class _NotItsFault(Exception):
    """The child has ended, and it was not the child's doing."""


class _OutOfTime(Exception):
    """The submission has used up its time."""


class _TooMuch(Exception):
    """The submission has sent more than it may in all."""


_KILLED = "ended -9"  # by the kernel, where memory runs short: a program that kills itself ends with another number
_REASONS = {
    "memory": "It used more memory than is allowed, and was ended.",
    "processes": "It started more processes than are allowed, and was ended.",
    "processor": "It used more processor time than is allowed, and was ended.",
    _KILLED: "Its process was killed.",
    "ended -31": "Its process was killed.",  # by its own hand: confine has the kernel end it so
    # Which signal a crash ends in differs: an abort of the first process of its namespaces shows as a bad address.
    **{f"ended -{number}": "Its process crashed." for number in (4, 5, 6, 7, 8, 11)},
}


class _Drive:
    """Leads one submission through its children.

    disputed   whether others, running beside it, may have caused that something was stopped: by the clock, or by a
               kernel that ran short of memory
    """

    def __init__(self, forker: Forker, submission: Submission, limits: Limits):
        self._forker, self._submission, self._limits = forker, submission, limits
        self._libraries = on_demand(step.source for step in submission.steps)
        self._seconds = limits.submission_seconds  # what is left of them
        self._done: list[Done | None] = [None] * len(submission.steps)
        self._left_out = set()
        self._at = None  # the step that runs
        self._accidents = 0
        self._showable = limits.outputs  # characters that its cells may still show
        self._results = _RESULTS  # bytes that its calls may still return
        self._received = _RECEIVED  # bytes that it may still send
        self.disputed = False

    def run(self) -> Run:
        stopped = None
        while stopped is None:
            stopped = self._attempt()
        rest = Done([], None, f"Not run. {stopped}", ran=False)
        return Run(self._submission.key, [done or rest for done in self._done], stopped)

    def _attempt(self) -> str | None:
        """Run what is left in a new child. "" if it came to the end, why not if it is given up, None for once more."""
        self._channel, self._leash = self._forker.start(self._limits._asdict(), self._libraries)
        self._buffer = b""
        self._begun = time.monotonic()
        self._deadline = self._begun + self._seconds
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
            except _TooMuch:
                return "It showed and returned more than can be taken, and was ended."
            except _Gone as gone:
                self.disputed |= gone.disputed
                if self._at is None:
                    return f"It could not be begun. {gone}"
                self._leave_out(str(gone))
            finally:
                self._seconds -= time.monotonic() - self._begun
        if len(self._left_out) > self._limits.restarts:
            return f"It ended its process more than {self._limits.restarts} times, and was given up."
        return None

    def _through(self) -> None:
        """All steps in a new child, as far as they are not done or left out."""
        self._at = None
        files = {name: base64.b64encode(content).decode() for name, content in self._submission.files.items()}
        self._ask({"files": files}, self._limits.submission_seconds, _RESULT)  # answered after its imports
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
        seconds = self._limits.cell_seconds
        limit = min(self._limits.output, self._showable)
        reply, late = self._ask({"source": step.source, "limit": limit}, seconds, 4 * limit + _EXTRA)
        return Done(self._outputs(reply, limit), None, f"It was interrupted after {seconds:g} seconds." if late else "")

    def _outputs(self, reply: dict, limit: int) -> list[dict]:
        try:
            shown = received.outputs(reply.get("outputs"), limit + _EXTRA)
        except received.Improper:
            return [_note("What this cell showed could not be read.")]
        size = received.characters(shown)
        if shown and size > max(limit, self._showable):
            return [_note("This notebook shows too much: the outputs of this cell are left out.")]
        if self._done[self._at] is None:
            self._showable -= size
        return shown

    def _check(self, step: Step) -> Done:
        outcomes, seconds = [], self._limits.call_seconds
        stopped = f"{step.task} gave no answer within {seconds:g} seconds."
        too_late = {"raised": {"type": TimeLimit.__name__, "message": f"{seconds:g} seconds", "line": ""}}
        for arguments in step.cases:
            call = {"call": step.task, "parameters": list(step.parameters), "arguments": list(arguments)}
            self._done[self._at] = None
            try:
                reply, late = self._ask(call, seconds, min(_RESULT, self._results))
            except _Gone as gone:
                if gone.late:
                    self._done[self._at] = Done([], [*outcomes, too_late], "")
                    raise _Gone(stopped, late=True) from None
                self._done[self._at] = Done([], outcomes, "")
                raise
            if late:
                return Done([], [*outcomes, too_late], stopped)
            if reply.get("absent") is True:
                return Done([_not_defined(step.task)], None, "")
            try:
                outcomes.append(received.outcome(reply.get("outcome"), step.parameters))
            except received.Improper:
                return Done([], None, f"What {step.task} returned could not be read.")
        return Done([], outcomes, "")

    # -- talking to the child

    def _ask(self, request: dict, seconds: float, most: int) -> tuple[dict, bool]:
        """The child's reply of at most so many bytes, and whether it came only after an interrupt.

        Raises _Gone, _OutOfTime or _TooMuch.
        """
        request["id"] = secrets.token_hex(8)
        if self._buffer:
            raise _Gone("It wrote into the grader's channel, and was ended.")
        begun = time.monotonic()
        self._send(json.dumps(request).encode() + b"\n", min(begun + seconds + _GRACE, self._deadline))
        line = self._await(seconds, most)
        if late := line is None:
            self._dispute(since=begun if begun + seconds < self._deadline else self._begun)
            try:
                self._leash.sendall(b"interrupt\n")
            except OSError:
                self._raise_end()
            line = self._await(_GRACE, most)
            if time.monotonic() > self._deadline:
                raise _OutOfTime
            if line is None:
                raise _Gone(f"It did not end within {seconds:g} seconds, nor when it was interrupted.", late=True)
            self._waited(begun)  # when that is answered, the interrupt is over: it is not for what comes next
        self._received -= len(line)
        if "call" in request:
            self._results -= len(line)
        if min(self._received, self._results) < 0:
            raise _TooMuch
        try:
            reply = received.message(line)
        except received.Improper:
            raise _Gone("It wrote into the grader's channel, and was ended.") from None
        if reply.get("id") != request["id"]:
            raise _Gone("It wrote into the grader's channel, and was ended.")
        return reply, late

    def _await(self, seconds: float, most: int) -> bytes | None:
        """The child's next line within so many seconds, in which waiting for a processor does not count, or None."""
        begun = time.monotonic()
        limit = begun + seconds
        line = self._receive(min(limit, self._deadline), most)
        while line is None and limit < self._deadline:
            longer = begun + min(seconds + self._waited(begun), _PATIENCE * seconds)
            if longer < limit + 0.1:
                break
            limit = longer
            line = self._receive(min(limit, self._deadline), most)
        return line

    def _dispute(self, since: float) -> None:
        """Note if the child was kept waiting for more than half of the time, or nobody knows: it may have had less."""
        self.disputed |= not 0 <= self._waited(since) <= (time.monotonic() - since) / 2

    def _waited(self, since: float) -> float:
        """Seconds that the child has been kept waiting for a processor since then; negative where nobody knows."""
        try:
            self._leash.sendall(f"since {since}\n".encode())
        except OSError:
            self._raise_end()
        said = read_line(self._leash, _REASON)
        if said is None or not said.startswith("waited "):
            self._raise_end(said)
        return float(said.removeprefix("waited "))

    def _send(self, data: bytes, until: float) -> None:
        self._channel.setblocking(False)
        while data:
            _, ready, _ = select.select([], [self._channel], [], max(0.0, until - time.monotonic()))
            if not ready and time.monotonic() > self._deadline:
                raise _OutOfTime
            if not ready:
                raise _Gone("It did not listen any more, and was ended.")
            try:
                data = data[self._channel.send(data) :]
            except BlockingIOError:
                continue
            except OSError:
                self._raise_end()

    def _receive(self, until: float, most: int) -> bytes | None:
        """The child's next line, of at most so many bytes; None where there is none by then."""
        self._channel.setblocking(False)
        parts = [self._buffer]
        size = len(self._buffer)
        while b"\n" not in parts[-1]:
            wait = until - (now := time.monotonic())
            short = min(max(0.0, wait), _LOOK)
            ready, _, _ = select.select([self._channel, self._leash], [], [], short)
            until += self._stood_still(since=now + short)
            if not ready and time.monotonic() < until:
                continue
            if not ready or (wait < 0 and len(parts) > 1):  # writing on and on gains no time
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
                if len(part) < _DRIP and b"\n" not in part:
                    time.sleep(0.001)  # reading byte by byte would keep this program busy, and so the others waiting
                if size > most:
                    self._received -= size
                    raise _Gone("It showed or returned more than can be taken, and was ended.")
            elif self._leash in ready:
                self._raise_end()
        line, _, self._buffer = b"".join(parts).partition(b"\n")
        return line

    def _stood_still(self, since: float) -> float:
        """Seconds from when the grader was to go on until it did, if it was stopped, by Ctrl-Z say; else 0.

        They are not the submission's, and its deadline moves by them.
        """
        lost = time.monotonic() - since
        if lost < _STANDSTILL:
            return 0.0
        self._begun += lost
        self._deadline += lost
        return lost

    def _raise_end(self, said: str | None = None) -> None:
        """The child has closed its channel or has ended: why? Raises _Gone, or _NotItsFault if it never began.

        said   what was said on the leash, if that has been read already
        """
        said = read_line(self._leash, _REASON) if said is None else said
        if said is None:
            raise _Gone("It closed the grader's channel, and was ended.")
        if said == "":
            raise _NotItsFault("The process that forks has ended.")
        if said.startswith("failed "):
            raise _NotItsFault(f"A submission's process could not be confined ({said.removeprefix('failed ')}).")
        code = said.removeprefix("ended ")
        raise _Gone(_REASONS.get(said, f"Its process ended itself (exit code {code})."), disputed=said == _KILLED)


def _note(sentence: str) -> dict:
    """The output that replaces what is not shown."""
    return {"output_type": "stream", "name": "stderr", "text": sentence}


def _not_defined(name: str) -> dict:
    """The output of a check cell whose function the notebook does not have."""
    error = f"name {name!r} is not defined"
    return {"output_type": "error", "ename": "NameError", "evalue": error, "traceback": [f"NameError: {error}"]}
