"""Runs inside the sandbox: imports the libraries once, then forks a child for each submission. Started by sandbox.py.

    python -m grader.inside.worker CONTROL confined|free LIBRARY…

The libraries are imported and nothing of them is run: after an operation of TensorFlow's a fork would hang. What a
machine lacks is left out; the submissions that need it then say so. CONTROL is the number of a socket. For each
submission it brings an order, JSON with the limits and the libraries that it needs, and two more sockets:

    channel   from sandbox.py to the child: one request a line, one reply a line, JSON
    leash     from sandbox.py to this process. "interrupt" goes to the child. "since T" asks for how many seconds the
              child has been kept waiting for a processor since that moment of the machine's clock; a line answers, with
              a negative number where nobody knows. Closing it ends the child. If a child ends otherwise, or could not
              be started, a line says why

Nothing of a submission is known to this process, and nothing of another submission or of this process to a child.
A child reads requests and runs cells. It is the first process of its namespaces: when it ends, the kernel ends all that
it has started. Another process, which ends at once, has made them, since a process cannot move into a new one of them.
"""

import base64
import contextlib
import functools
import gc
import importlib
import itertools
import json
import math
import os
import select
import selectors
import shutil
import signal
import socket
import sys
import tempfile
import time
import warnings
from collections.abc import Callable
from pathlib import Path

from checks import outcomes
from grader.inside import confine
from grader.inside.shell import Shell

POLL = 0.1  # seconds between two looks at what a child uses
COUNTING = 1.0  # seconds for what takes longer to see
LARGEST = 20_000  # characters of an outcome; those of right answers have some hundreds
TOO_LARGE = {"value": {"other": "collection of more than can be compared"}}


def main(control: socket.socket, confined: bool, libraries: list[str]) -> None:
    """Serve until sandbox.py closes the socket."""
    if confined:
        confine.prepare()
    if sys.platform == "linux":
        confine.adopt()
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is for the program that waits outside
    gc.disable()  # as in helpers.frameworks; and a collection in a child would copy every page that holds an object
    _import(libraries)
    shell = Shell()
    gc.freeze()
    gc.enable()
    granted = _resident(os.getpid())
    control.sendall(b"ready\n")
    children = {}
    while True:
        ready, _, _ = select.select([control, *children], [], [], POLL if children else None)
        for source in ready:
            if source is not control:
                _pull(children[source], source)
            elif not _start(control, children, confined, shell):
                for child in children.values():
                    child.kill()
                if not confined:
                    _end_orphans(set())
                return
        _look_after(children, granted)


def _import(libraries: list[str]) -> None:
    for name in libraries:
        with contextlib.suppress(ImportError), warnings.catch_warnings():
            warnings.simplefilter("ignore")
            importlib.import_module(name)


# ---- the parent's side


class _Child:
    """A child as the parent sees it. If it has no separate namespaces, it has a scratch folder."""

    def __init__(self, process: int, limits: dict, scratch: str | None):
        self.process, self.limits, self.scratch = process, limits, scratch
        self.next_look = 0.0
        self.looks = []  # of each its time, and what `look` gave
        self.ready, self.looked = 0.0, time.monotonic()
        self.reason = None
        self.alive = True

    def look(self) -> tuple[float, float, float]:
        """Seconds that it has waited for a processor so far, negative if nobody counts them, used of processors, and
        been ready to run: since the last look, if it is so at this one.

        It does not count as ready beside another process of its own that is: it may wait for that one, of which nobody
        knows how much it has used if its end is noticed by none.
        """
        before, self.looked = self.looked, time.monotonic()
        family = _family(self.process)
        if _is_ready(self.process) and not any(map(_is_ready, family[1:])):
            self.ready += self.looked - before
        return _waited(self.process), sum(map(_used, family)), self.ready

    def waited(self, since: float) -> float:
        """Seconds that it has waited for a processor since then; negative if nobody counts them.

        While it uses one itself it does not wait, even if threads and processes of its own wait for each other; nor
        while it sleeps, even if many threads have waited for each other, a moment each, and all that adds up.
        """
        waited, used, ready = self.look()
        if waited < 0:
            return waited
        before = [look for at, *look in self.looks if at <= since]
        waited_before, used_before, ready_before = map(max, zip(*before, strict=True)) if before else (0.0, 0.0, 0.0)
        awake = min(ready - ready_before, time.monotonic() - since)
        return max(0.0, min(waited - waited_before, awake - (used - used_before)))

    def kill(self) -> None:
        """End it, and with it all of its namespaces; where there are none, all its descendants."""
        if not self.alive:
            return
        if self.scratch:
            for process in _family(self.process):
                with contextlib.suppress(OSError):
                    os.kill(process, signal.SIGKILL)
        try:
            os.kill(self.process, signal.SIGKILL)
        except PermissionError:  # without namespaces, a program that has changed its user: it stays
            self.ended(signal.SIGKILL)
        else:
            self.ended(*os.wait4(self.process, 0)[1:])

    def ended(self, status: int, used=None) -> None:
        self.alive = False
        code = os.waitstatus_to_exitcode(status)
        # The kernel counts by ticks when it ends a process for the time it took, and more finely here: some tenths less
        # on a busy machine. Otherwise it kills where memory runs short; a submission itself cannot.
        spent = used and used.ru_utime + used.ru_stime > 0.5 * self.limits["cpu_seconds"]
        self.reason = self.reason or ("processor" if spent and code == -signal.SIGKILL else f"ended {code}")
        if self.scratch:
            shutil.rmtree(self.scratch, ignore_errors=True)


def _start(control: socket.socket, children: dict, confined: bool, shell: Shell) -> bool:
    """Take one order and fork a child for it. False if sandbox.py has ended."""
    order, sockets, _, _ = socket.recv_fds(control, 4096, 2)
    if not order:
        return False
    channel, leash = (socket.socket(fileno=number) for number in sockets)
    control.sendall(b"taken\n")
    order = json.loads(order)
    scratch = None if confined else tempfile.mkdtemp(prefix="submission-")
    begin = functools.partial(_student, channel, leash, order, scratch, shell)
    process = (_fork_inside if confined else _fork)(leash, begin)
    channel.close()
    if process:
        children[leash] = _Child(process, order["limits"], scratch)
    else:
        leash.close()
    return True


def _fork(leash: socket.socket, begin: Callable[[], None]) -> int:
    """Have a new process do something and end; where that goes wrong, it says on the leash what. Returns its number."""
    process = os.fork()
    if process:
        return process
    code = 1
    try:
        begin()
        code = 0
    except Exception as error:
        with contextlib.suppress(OSError):
            leash.sendall(f"failed {' '.join(str(error).split())}\n".encode())
    finally:
        os._exit(code)


def _fork_inside(leash: socket.socket, begin: Callable[[], None]) -> int | None:
    """As `_fork`, but the process is the first of new namespaces. None where they cannot be had."""
    receive, send = os.pipe()

    def between():
        confine.split()
        os.write(send, str(_fork(leash, begin)).encode())

    between_number = _fork(leash, between)
    os.close(send)
    with os.fdopen(receive) as pipe:
        number = pipe.read()
    os.waitpid(between_number, 0)
    return int(number) if number else None


def _pull(child: _Child, leash: socket.socket) -> None:
    """Do what sandbox.py asks for a child: interrupt it, say how long it has waited, or end it."""
    try:
        asked = leash.recv(4096).decode().splitlines()
    except OSError:
        asked = []
    if not asked:
        child.kill()
    for what, *since in map(str.split, asked):
        if child.alive and what == "interrupt":
            os.kill(child.process, signal.SIGINT)
        elif child.alive:
            with contextlib.suppress(OSError):
                leash.sendall(f"waited {child.waited(since=float(since[0]))}\n".encode())


def _look_after(children: dict, granted: int) -> None:
    """Notice those that ended, end those that use too much, and report."""
    for leash, child in list(children.items()):
        process, *how = os.wait4(child.process, os.WNOHANG) if child.alive else (0,)
        if process:
            child.ended(*how)
        elif child.alive and time.monotonic() > child.next_look:
            begun = time.monotonic()
            child.looks.append((begun, *child.look()))
            child.reason = _excess(child, granted)
            child.next_look = time.monotonic() + max(POLL, time.monotonic() - begun)
            if child.reason:
                child.kill()
        if not child.alive:
            with contextlib.suppress(OSError):
                leash.sendall(f"{child.reason}\n".encode())
            leash.close()
            del children[leash]
            if child.scratch:
                _end_orphans({child.process for child in children.values()})


def _end_orphans(own: set[int]) -> None:
    """End what has become a child of this process because the one that started it has ended.

    For submissions without namespaces, whose processes the kernel does not end. own are the children that still run:
    what is in the session of one of them belongs to it, and may go on as long as it does.
    """
    spared = set()
    if sys.platform == "linux":
        place = Path(f"/proc/{os.getpid()}/task/{os.getpid()}/children")
        while orphans := set(map(int, place.read_text().split())) - own - spared:
            for process in orphans:
                try:
                    if os.getsid(process) in own:
                        spared.add(process)
                        continue
                    os.kill(process, signal.SIGKILL)
                    os.waitpid(process, 0)
                except PermissionError:  # a program that has changed its user
                    spared.add(process)


def _excess(child: _Child, granted: int) -> str | None:
    """Which limit a child exceeds, "processes" or "memory"; None if neither. The libraries' memory is granted, once."""
    processes = _family(child.process)
    most = child.limits["processes"]
    if len(processes) > most and sum(map(_runs, processes)) > most:
        return "processes"
    room = child.limits["memory"] + granted - sum(map(_open_files, processes)) * _buffers()
    held = sum(map(_resident, processes))
    if held > room and len(processes) > 1:  # what forks share is held once, but it takes longer to see that
        held = _held_together(processes)
    return "memory" if held > room else None


def _held_together(processes: list[int]) -> float:
    """Bytes that several processes hold, what they share counted once; infinity if that cannot be seen in time.

    Reading the memory map of a process waits while that map changes, and a submission can keep changing it. So a
    separate process reads it, and this one goes on.
    """
    receive, send = os.pipe()
    reader = os.fork()
    if not reader:
        try:
            os.write(send, str(sum(map(_share, processes))).encode())
        finally:
            os._exit(0)
    os.close(send)
    with os.fdopen(receive) as pipe:
        held = pipe.read() if select.select([pipe], [], [], COUNTING)[0] else ""
    os.kill(reader, signal.SIGKILL)
    os.waitpid(reader, 0)
    return int(held) if held else math.inf


def _family(process: int) -> list[int]:
    """The process and all its descendants."""
    if sys.platform != "linux":
        import psutil

        return [process, *(child.pid for child in psutil.Process(process).children(recursive=True))]
    children = {}
    for entry in filter(str.isdigit, os.listdir("/proc")):
        if fields := _stat(int(entry)):
            children.setdefault(int(fields[_PARENT]), []).append(int(entry))
    family = [process]
    for member in family:
        family += children.get(member, [])
    return family


def _waited(process: int) -> float:
    """Seconds that the threads of a process were ready to run and had no processor; negative if nobody counts them."""
    if not os.path.exists("/proc/self/schedstat"):
        return -1.0
    waited = 0
    for thread in _tasks(process):
        with contextlib.suppress(OSError), open(f"/proc/{process}/task/{thread}/schedstat", encoding="ascii") as file:
            waited += int(file.read().split()[1])
    return waited / 1e9


def _is_ready(process: int) -> bool:
    """Whether a thread of a process runs, or could if it had a processor."""
    return any(_stat(f"{process}/task/{thread}")[:1] == [b"R"] for thread in _tasks(process))


def _used(process: int) -> float:
    """Seconds of processors that a process has used, and the children of which it has taken notice."""
    return sum(map(int, _stat(process)[_TIMES])) / os.sysconf("SC_CLK_TCK")


def _open_files(process: int) -> int:
    """How many files a process has open; as many as it can where it does not let itself be looked at."""
    try:
        return len(os.listdir(f"/proc/{process}/fd"))
    except PermissionError:
        return confine.FILES
    except OSError:
        return 0


@functools.cache
def _buffers() -> int:
    """Bytes that may wait in a socket, which the kernel shows for no process. Other open files hold less."""
    with socket.socket(socket.AF_UNIX) as any_socket:
        return 2 * any_socket.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF)


# Positions in /proc/PID/stat, counted from the state, which is field 3 in the manual page proc_pid_stat(5).
_STATE, _PARENT, _TIMES, _THREADS = 0, 1, slice(11, 15), 17


def _stat(process: int | str) -> list[bytes]:
    """The fields of /proc/PID/stat from the state on; none if the process has ended. Of a thread: PID/task/TID."""
    try:
        with open(f"/proc/{process}/stat", "rb") as file:
            return file.read().rpartition(b")")[2].split()
    except OSError:
        return []


def _runs(process: int) -> bool:
    """Whether anything of a process still runs: one that has ended is there until somebody takes notice of it."""
    fields = _stat(process)
    return bool(fields) and not (fields[_STATE] == b"Z" and int(fields[_THREADS]) <= 1)


def _resident(process: int) -> int:
    """Bytes that a process holds in memory, with its page tables, files apart; 0 where it has ended."""
    sizes = _sizes(f"/proc/{process}/status")
    if not sizes.get("VmPTE") and (fields := _stat(process)) and int(fields[_THREADS]) > 1:
        # The first thread has ended and others go on: they know the sizes.
        threads = _tasks(process)
        sizes = max((_sizes(f"/proc/{process}/task/{thread}/status") for thread in threads), key=len, default={})
    return sum(sizes.values())


def _share(process: int) -> int:
    """As `_resident`, but of memory that several processes hold only the process's share."""
    parts = _sizes(f"/proc/{process}/smaps_rollup", _SHARES)
    if not parts:  # a kernel that does not know it, or a process that does not let itself be looked at
        return _resident(process)
    return sum(parts.values()) + _sizes(f"/proc/{process}/status").get("VmPTE", 0)


def _tasks(process: int) -> list[str]:
    try:
        return os.listdir(f"/proc/{process}/task")
    except OSError:
        return []


_COUNTED = ("RssAnon:", "RssShmem:", "VmPTE:", "VmSwap:")
_SHARES = ("Pss_Anon:", "Pss_Shmem:", "SwapPss:")


def _sizes(path: str, counted: tuple[str, ...] = _COUNTED) -> dict[str, int]:
    """The sizes that count in a file of /proc, in bytes; none if it cannot be read."""
    try:
        with open(path, encoding="utf-8", errors="replace") as file:
            lines = dict(line.split(":", 1) for line in file if line.startswith(counted))
    except OSError:
        return {}
    return {name: int(size.split()[0]) * 1024 for name, size in lines.items()}


# ---- the child's side


def _close_all_but(*numbers: int) -> None:
    """Close every other file: those of the parent and of other children."""
    edges = [-1, *sorted({*numbers, 2}), os.sysconf("SC_OPEN_MAX")]
    for before, after in itertools.pairwise(edges):
        if before + 1 < after:  # os.closerange(0, 0) closes everything
            os.closerange(before + 1, after)


def _student(channel, leash, order: dict, scratch: str | None, shell: Shell) -> None:
    """Answers requests until the channel is closed. All of it is in the student's hands."""
    limits = order["limits"]
    _close_all_but(channel.fileno(), leash.fileno())
    os.setsid()
    if scratch is None:
        confine.furnish(limits["scratch"])
    confine.bound(limits["memory"], limits["file_size"], limits["cpu_seconds"])
    if scratch is None:
        confine.give_up()
        selectors.DefaultSelector = selectors.PollSelector  # for `await`: the default would need epoll
        scratch = confine.SCRATCH
    elif sys.platform == "linux":
        confine.end_with_parent()
    os.environ.update(
        HOME=scratch, TMPDIR=scratch, MPLCONFIGDIR=f"{scratch}/.matplotlib", IPYTHONDIR=f"{scratch}/.ipython"
    )
    tempfile.tempdir = scratch
    folder = Path(scratch, "notebook")
    folder.mkdir()
    os.chdir(folder)
    nothing = os.open(os.devnull, os.O_RDWR)
    for number in (0, 1, 2):
        os.dup2(nothing, number)
    leash.detach()
    _close_all_but(0, 1, 2, channel.fileno())
    with contextlib.suppress(Exception):  # where it cannot be imported, the cell that needs it shows why
        _import(order["libraries"])
    sys.path.insert(0, str(folder))  # as a kernel does: files beside the notebook can be imported
    shell.begin()
    _answer(channel, shell)


def _answer(channel: socket.socket, shell: Shell) -> None:
    dumps, loads = functools.partial(json.dumps, ensure_ascii=False, default=_plain), json.loads
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
                    shell.run(request["source"], request["limit"])
                elif shell.has(request["call"]):
                    outcome = outcomes.call(
                        shell.get(request["call"]), request["arguments"], request["parameters"], seconds=None
                    )
                    reply["outcome"] = outcome if len(dumps(outcome)) < LARGEST else TOO_LARGE
                else:
                    reply["absent"] = True
            except KeyboardInterrupt:
                reply["interrupted"] = True
            finally:
                signal.signal(signal.SIGINT, signal.SIG_IGN)
            shown = shell.outputs()
            if "source" in request:
                reply["outputs"] = shown
            channel.sendall(dumps(reply).encode("utf-8", "replace") + b"\n")


def _plain(value) -> str:
    """What JSON does not know: a picture's bytes, or anything else that a cell displays."""
    return base64.b64encode(value).decode() if isinstance(value, bytes) else repr(value)


def _listen() -> None:
    """From here on an interrupt ends what runs, whatever was set before."""
    signal.signal(signal.SIGINT, signal.default_int_handler)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGINT])


if __name__ == "__main__":
    number, walls, *libraries = sys.argv[1:]
    main(socket.socket(fileno=int(number)), walls == "confined", libraries)
