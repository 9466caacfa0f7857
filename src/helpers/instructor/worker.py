"""Runs inside the sandbox: imports the libraries once, then forks a child for each submission. Started by sandbox.py.

    python -m helpers.instructor.worker CONTROL [confined] [bare]

CONTROL is the number of a socket. For each submission it brings the limits and two more sockets:

    channel   from sandbox.py to the child: one request a line, one reply a line, JSON
    leash     from sandbox.py to this process: "interrupt" goes to the child, its closing ends the child; where a child
              ends otherwise, or could not be started, a line says why

Nothing of a submission is known to this process, and nothing of another submission or of this process to a child.
The child is three deep: one that leaves the namespaces (and ends), the first process of the new ones, which waits, and
the student's, which reads requests and runs cells. When the waiting one ends, the kernel ends all in its namespaces.
"""

import base64
import contextlib
import gc
import importlib
import itertools
import json
import os
import select
import shutil
import signal
import socket
import sys
import tempfile
import time
import warnings
from pathlib import Path

from helpers.instructor import confine

# Imported, and nothing run: after an operation a fork would hang. Late imports that a first step would make stand here
# too. What a machine lacks is left out; the submissions that need it then say so.
LIBRARIES = (
    "numpy", "tensorflow", "keras", "torch", "torch._dynamo", "torch.utils.data", "torch.distributed",
    "sklearn.datasets", "scipy.optimize", "matplotlib.pyplot", "matplotlib_inline.backend_inline",
    "helpers.checks", "helpers.frameworks", "helpers.plots", "helpers.calculus", "helpers.rules", "helpers.outcomes",
    "helpers.instructor.shell",
)  # fmt: skip
POLL = 0.1  # seconds between two looks at what a child uses


def main(control: socket.socket, confined: bool, bare: bool) -> None:
    """Serve until sandbox.py closes the socket. bare: without the libraries, to try whether a child can be made."""
    if confined:
        confine.prepare()
    if sys.platform == "linux":
        confine.adopt()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that waits outside
    for name in ("helpers.outcomes",) if bare else LIBRARIES:
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)
    gc.collect()
    gc.freeze()  # a collection in a child would copy every page that holds an object
    granted = _resident(os.getpid())
    control.sendall(b"ready\n")
    children = {}
    while True:
        ready, _, _ = select.select([control, *children], [], [], POLL if children else None)
        for source in ready:
            if source is not control:
                _pull(children[source], source)
            elif not _start(control, children, confined):
                for child in children.values():
                    child.kill()
                return
        _look_after(children, granted)


# ---- the parent's side


class _Child:
    """A child as the parent sees it: the first process of its namespaces. Without any, it has a scratch folder."""

    def __init__(self, first: int, limits: dict, scratch: str | None):
        self.first, self.limits, self.scratch = first, limits, scratch
        self.next_look = 0.0
        self.reason = None
        self.alive = True

    def kill(self) -> None:
        """End it, and with it all of its namespaces; where there are none, all its descendants."""
        if not self.alive:
            return
        if self.scratch:
            for process in _family(self.first):
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        os.kill(self.first, signal.SIGKILL)
        self.ended(os.waitpid(self.first, 0)[1])

    def ended(self, status: int) -> None:
        self.alive = False
        self.reason = self.reason or f"ended {os.waitstatus_to_exitcode(status)}"
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


def _start(control: socket.socket, children: dict, confined: bool) -> bool:
    """Take one order and fork a child for it. False where there is no sandbox.py any more."""
    order, sockets, _, _ = socket.recv_fds(control, 4096, 2)
    if not order:
        return False
    channel, leash = (socket.socket(fileno=number) for number in sockets)
    control.sendall(b"taken\n")
    limits = json.loads(order)
    scratch = None if confined else tempfile.mkdtemp(prefix="submission-")
    receive, send = os.pipe()
    middle = os.fork()
    if middle == 0:
        with _forked(leash):
            if confined:
                confine.split()
            first = os.fork()
            if first == 0:
                with _forked(leash):
                    _close_all_but(channel.fileno(), leash.fileno())
                    _first_process(channel, leash, limits, scratch)
            os.write(send, str(first).encode())
    os.close(send)
    channel.close()
    with os.fdopen(receive) as pipe:
        first = pipe.read()
    os.waitpid(middle, 0)
    if first:
        children[leash] = _Child(int(first), limits, scratch)
    else:
        leash.close()
    return True


def _pull(child: _Child, leash: socket.socket) -> None:
    """What sandbox.py says of a child: a line is an interrupt, the end of the socket its end."""
    try:
        said = leash.recv(64)
    except OSError:
        said = b""
    if not said:
        child.kill()
    elif child.alive:
        os.kill(child.first, signal.SIGUSR1)


def _look_after(children: dict, granted: int) -> None:
    """Notice those that ended, end those that use too much, and report."""
    for leash, child in list(children.items()):
        process, status = os.waitpid(child.first, os.WNOHANG) if child.alive else (0, 0)
        if process:
            child.ended(status)
        elif child.alive and time.monotonic() > child.next_look:
            child.next_look = time.monotonic() + POLL
            child.reason = _excess(child, granted)
            if child.reason:
                child.kill()
        if not child.alive:
            with contextlib.suppress(OSError):
                leash.sendall(f"{child.reason}\n".encode())
            leash.close()
            del children[leash]


def _excess(child: _Child, granted: int) -> str | None:
    """Which limit a child exceeds, "processes" or "memory"; None if neither. The libraries' memory is granted."""
    processes = _family(child.first)
    if len(processes) > child.limits["processes"]:
        return "processes"
    used = sum(max(0, _resident(process) - granted) for process in processes)
    return "memory" if used > child.limits["memory"] else None


def _family(process: int) -> list[int]:
    """The process and all its descendants."""
    if sys.platform != "linux":
        import psutil

        return [process, *(child.pid for child in psutil.Process(process).children(recursive=True))]
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        with contextlib.suppress(OSError), open(f"/proc/{entry}/stat", "rb") as file:  # it may have ended meanwhile
            parent = int(file.read().rpartition(b")")[2].split()[1])
            children.setdefault(parent, []).append(int(entry))
    family = [process]
    for member in family:
        family += children.get(member, [])
    return family


def _resident(process: int) -> int:
    """Bytes that a process holds in memory, files apart; 0 where it has ended."""
    try:
        with open(f"/proc/{process}/status", encoding="utf-8", errors="replace") as file:
            sizes = dict(line.split(":", 1) for line in file if line.startswith(("RssAnon:", "RssShmem:")))
            return sum(int(size.split()[0]) * 1024 for size in sizes.values())
    except OSError:
        return 0


# ---- the child's side


@contextlib.contextmanager
def _forked(leash: socket.socket):
    """What a forked process does: it ends here, and where something went wrong it says what."""
    code = 1
    try:
        yield
        code = 0
    except SystemExit as end:
        code = end.code
    except Exception as error:
        with contextlib.suppress(OSError):
            leash.sendall(f"failed {' '.join(str(error).split())}\n".encode())
    finally:
        os._exit(code)


def _close_all_but(*numbers: int) -> None:
    """Close every other file: those of the parent and of other children."""
    edges = [-1, *sorted({*numbers, 2}), os.sysconf("SC_OPEN_MAX")]
    for before, after in itertools.pairwise(edges):
        if before + 1 < after:  # os.closerange(0, 0) closes everything
            os.closerange(before + 1, after)


def _first_process(channel: socket.socket, leash: socket.socket, limits: dict, scratch: str | None) -> None:
    """Process 1 of the namespaces: starts the student's process, interrupts it on demand, and ends when it ends."""
    confined = scratch is None
    os.setsid()
    if confined:
        confine.furnish(limits["scratch"])
    elif sys.platform == "linux":
        confine.adopt()  # or what the student's process leaves behind could not be found
    signal.signal(signal.SIGUSR1, signal.SIG_IGN)
    student = os.fork()
    if student == 0:
        with _forked(leash):
            _student(channel, leash, limits, scratch)
    channel.close()
    leash.close()
    signal.signal(signal.SIGUSR1, lambda *_: os.kill(student, signal.SIGINT))
    if confined:
        confine.drop_capabilities()
        confine.hide()
    while True:
        process, status = os.wait()
        if process == student:
            for left_behind in () if confined else _family(os.getpid())[1:]:
                os.kill(left_behind, signal.SIGKILL)
            code = os.waitstatus_to_exitcode(status)
            raise SystemExit(code if code >= 0 else 128 - code)


def _student(channel: socket.socket, leash: socket.socket, limits: dict, scratch: str | None) -> None:
    """The student's process: answers requests until the channel is closed. All of it is in the student's hands."""
    confine.bound(limits["memory"], limits["file_size"], limits["cpu_seconds"])
    if scratch is None:
        confine.give_up()
        scratch = confine.SCRATCH
    os.environ.update(
        HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=f"{scratch}/.matplotlib", IPYTHONDIR=f"{scratch}/.ipython"
    )
    tempfile.tempdir = scratch
    folder = Path(scratch, "notebook")
    folder.mkdir()
    os.chdir(folder)
    sys.path.insert(0, str(folder))  # as a kernel does: files beside the notebook can be imported
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    leash.detach()
    _close_all_but(0, 1, 2, channel.fileno())
    _answer(channel, limits["output"])


def _answer(channel: socket.socket, output: int) -> None:
    from helpers import outcomes
    from helpers.instructor.shell import Shell

    shell = Shell(output)
    dumps, loads = json.dumps, json.loads
    with channel.makefile("rb") as requests:
        for line in requests:
            request = loads(line)
            reply = {"id": request["id"]}
            try:
                _listen()
                if "files" in request:
                    for name, content in request["files"].items():
                        path = Path(name)
                        path.parent.mkdir(parents=True, exist_ok=True)
                        path.write_bytes(base64.b64decode(content))
                elif "source" in request:
                    shell.run(request["source"])
                elif shell.has(request["call"]):
                    reply["outcome"] = outcomes.call(
                        shell.get(request["call"]), request["arguments"], request["parameters"], seconds=None
                    )
                else:
                    reply["absent"] = True
            except KeyboardInterrupt:
                reply["interrupted"] = True
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            reply["outputs"] = shell.outputs()
            channel.sendall(dumps(reply, default=_plain).encode("utf-8", "replace") + b"\n")


def _plain(value) -> str:
    """What JSON does not know: a picture's bytes, or anything else that a cell displays."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else repr(value)


def _listen() -> None:
    """From here on an interrupt ends what runs, whatever was set before."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


if __name__ == "__main__":
    number, *options = sys.argv[1:]
    main(socket.socket(fileno=int(number)), "confined" in options, "bare" in options)
