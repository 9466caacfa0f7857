"""The process that imports the libraries once and forks a child for each submission, and the walls around it."""

import json
import os
import select
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path

SYSTEM = ("/usr", "/bin", "/sbin", "/lib", "/lib32", "/lib64", "/nix/store", "/opt/homebrew")
SETTINGS = ("/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime")
_PACKAGES = Path(__file__).parents[1]  # the folder that holds the course's packages
WITHIN = (
    _PACKAGES / "helpers",
    _PACKAGES / "checks",
    _PACKAGES / "grader" / "inside",
)  # what the sandbox may read of them
_START = 600.0  # seconds: the libraries may come from a slow disk
_TAKING = 30.0  # seconds until a new child has been forked


class SandboxError(RuntimeError):
    """The sandbox itself does not work here; the message says what is wrong."""


class Forker:
    """worker.py, started for the first child, and again if it has died."""

    def __init__(self, confined: bool, libraries: tuple[str, ...]):
        self._confined, self._libraries = confined, libraries
        self._lock = threading.Lock()
        self._process = self._control = self._said = None
        self._last_words = ""  # of the process that ended last: the last line of its error stream
        self.closed = threading.Event()

    def start(self, limits: dict, libraries: tuple[str, ...]) -> tuple[socket.socket, socket.socket]:
        """A new child, which imports those of the libraries that are not there yet: its channel and its leash.

        Raises SandboxError.
        """
        channel, channel_inside = socket.socketpair()
        leash, leash_inside = socket.socketpair()
        order = json.dumps({"limits": limits, "libraries": libraries}).encode()
        with channel_inside, leash_inside, self._lock:
            for _ in range(2):
                if self.closed.is_set():
                    raise SandboxError("It was closed.")
                if self._process is None:
                    self._launch()
                try:
                    socket.send_fds(self._control, [order], [channel_inside.fileno(), leash_inside.fileno()])
                    if read_line(self._control, _TAKING) == "taken":
                        return channel, leash
                except OSError:
                    pass
                self._end()
        channel.close()
        leash.close()
        raise SandboxError(f"Its first process ended: {self._last_words}")

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
        if self.closed.is_set() or read_line(self._control, 1.0) != "ready":
            self._process.kill()
            self._end()
            raise SandboxError(f"Its first process did not start: {self._last_words}")

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
        with self._said:
            self._said.seek(0)
            lines = self._said.read().decode("utf-8", "replace").strip().splitlines()
        self._last_words = f"{lines[-1].strip().rstrip('.')}." if lines else "it said nothing."


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
        # In every child oneDNN would compile its code for each operation again: a quarter of a submission's time.
        "TF_ENABLE_ONEDNN_OPTS": "0",
    }


def read_line(sock: socket.socket, seconds: float) -> str | None:
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
