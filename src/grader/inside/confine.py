"""Walls around the process that calls: namespaces, a file system of its own, limits, fewer system calls. Linux only.

`split` puts what follows into namespaces of its own, `furnish` lays out its file system there, `bound` sets its
limits, and `give_up` takes its last rights: each works without any rights at the start, inside bubblewrap too.
Sources: the manual pages user_namespaces(7), mount_namespaces(7), seccomp(2), capabilities(7).
"""

import ctypes
import fcntl
import os
import platform
import re
import resource
import socket
import struct
import sys

from grader.inside import systemcalls

SCRATCH = "/scratch"  # inside: a child's own folder; with /tmp and /dev/shm all that it can write to
_TASKS = 512  # processes and threads; TensorFlow starts some dozens of threads on a large machine

_libc = ctypes.CDLL(None, use_errno=True)

_NEWNS, _NEWUTS, _NEWIPC, _NEWUSER, _NEWPID, _NEWNET = (
    0x20000, 0x4000000, 0x8000000, 0x10000000, 0x20000000, 0x40000000,
)  # fmt: skip
_MS_RDONLY, _MS_NOSUID, _MS_NODEV, _MS_NOEXEC, _MS_REMOUNT, _MS_BIND, _MS_REC, _MS_PRIVATE = (
    1, 2, 4, 8, 32, 4096, 16384, 1 << 18,
)  # fmt: skip
_MNT_DETACH = 2
_PR_SET_PDEATHSIG, _PR_SET_SECCOMP, _PR_CAPBSET_DROP, _PR_SET_NO_NEW_PRIVS = 1, 22, 24, 38
_PR_SET_CHILD_SUBREAPER = 36
_CAP_SETFCAP = 31
_SIOCGIFFLAGS, _SIOCSIFFLAGS, _IFF_UP = 0x8913, 0x8914, 1


def split() -> None:
    """Leave the namespaces of the parent. A process that is forked after this is the first of its own."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWUSER | _NEWNS | _NEWPID | _NEWIPC | _NEWNET | _NEWUTS)
    for file, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        _write(f"/proc/self/{file}", text)


def furnish(size: int) -> None:
    """Empty scratch folders of so many bytes together, a /proc of its own, no way to more user namespaces."""
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    folders = {SCRATCH: size // 2, "/dev/shm": size // 4, "/tmp": size // 4}
    if os.listdir("/tmp"):  # the course may stand there
        del folders["/tmp"]
    for folder, most in folders.items():
        _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={most},nr_inodes=20000,mode=700")
    quiet = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount("tmpfs", "/dev/pts", "tmpfs", quiet | _MS_RDONLY)  # or children could meet at a terminal
    _mount("proc", "/proc", "proc", quiet)
    _write("/proc/sys/user/max_user_namespaces", "0")
    _write("/proc/self/oom_score_adj", "1000")  # should memory run short after all, this goes first
    if _kernel() >= (6, 14):  # before, this number is the whole machine's
        _write("/proc/sys/kernel/pid_max", str(_TASKS))
    _mount(None, "/proc", None, quiet | _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    _loopback_up()


def bound(memory: int, file_size: int, cpu_seconds: int) -> None:
    """Limits of a process: bytes of data beyond what it holds now, bytes of a file, seconds of processor time."""
    limits = [
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, 256),
        (resource.RLIMIT_CORE, 0),
    ]
    if sys.platform == "linux":
        limits += [(resource.RLIMIT_DATA, _data_now() + memory), (resource.RLIMIT_MSGQUEUE, 0)]
        if _kernel() >= (5, 14):  # before, all that the user runs counts
            limits.append((resource.RLIMIT_NPROC, _TASKS))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))


def give_up() -> None:
    """Drop every capability for ever, and refuse the system calls that no exercise needs."""
    for capability in range(64):
        _libc.prctl(_PR_CAPBSET_DROP, capability, 0, 0, 0)  # fails beyond the last one there is
    _capabilities(0)
    _call("prctl", _PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    program = systemcalls.program()
    code = ctypes.create_string_buffer(program, len(program))
    _call("prctl", _PR_SET_SECCOMP, 2, ctypes.byref(_Program(len(program) // 8, ctypes.addressof(code))), 0, 0)


def adopt() -> None:
    """Become the parent of what descendants leave behind."""
    _call("prctl", _PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)


def end_with_parent() -> None:
    """Have the kernel end this process when the one that forked it ends."""
    _call("prctl", _PR_SET_PDEATHSIG, 9, 0, 0, 0)


def prepare() -> None:
    """Where bubblewrap was started by root, make `split` and `furnish` possible, and keep no other right.

    bubblewrap then covers parts of /proc, which bars a second one; and root may be mapped by those alone who hold
    CAP_SETFCAP.
    """
    for part in ("sys", "sysrq-trigger", "irq", "bus"):
        _libc.umount2(f"/proc/{part}".encode(), _MNT_DETACH)  # fails where there is no cover
    _capabilities(1 << _CAP_SETFCAP if os.getuid() == 0 else 0)


# ---- parts


class _Program(ctypes.Structure):
    """struct sock_fprog: how many instructions, and where."""

    _fields_ = (("length", ctypes.c_ushort), ("code", ctypes.c_void_p))


def _capabilities(kept: int) -> None:
    """Hold these capabilities alone, a bit each; version 3 of the call takes two words of each set."""
    _call("capset", struct.pack("=II", 0x20080522, 0), struct.pack("=IIIIII", kept, kept, 0, 0, 0, 0))


def _loopback_up() -> None:
    """The namespace's own loopback: what listens there can be reached from inside alone."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as any_socket:
        request = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(any_socket, _SIOCGIFFLAGS, request))[1]
        fcntl.ioctl(any_socket, _SIOCSIFFLAGS, struct.pack("16sH14x", b"lo", flags | _IFF_UP))


def _kernel() -> tuple[int, ...]:
    """The kernel's version, (6, 14) for instance."""
    return tuple(int(number) for number in re.findall(r"\d+", platform.release())[:2])


def _data_now() -> int:
    """Bytes of this process that RLIMIT_DATA counts."""
    with open("/proc/self/status", encoding="ascii", errors="replace") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith("VmData:"))


def _mount(source, target, kind, flags, options=None) -> None:
    try:
        _call(
            "mount", *(text and text.encode() for text in (source, target, kind)), flags, options and options.encode()
        )
    except OSError as error:
        raise OSError(error.errno, f"mount {target}: {error.strerror}") from None


def _write(path: str, text: str) -> None:
    with open(path, "w", encoding="ascii") as file:
        file.write(text)


def _call(name: str, *arguments) -> None:
    if getattr(_libc, name)(*arguments) != 0:
        number = ctypes.get_errno()
        raise OSError(number, f"{name}: {os.strerror(number)}")
