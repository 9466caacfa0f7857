"""Walls around the calling process: its own namespaces and file system, limits, fewer system calls. Linux only.

`split` creates the namespaces, `furnish` lays out the file system there, `bound` sets limits, and `give_up` drops the
last rights: each works without any rights at the start, inside bubblewrap too.
Sources: the manual pages user_namespaces(7), mount_namespaces(7), seccomp(2), capabilities(7).
"""

import ctypes
import os
import platform
import re
import resource
import struct
import sys

from grader.inside import systemcalls

SCRATCH = "/scratch"  # inside: a child's own folder; with /tmp and /dev/shm all that it can write to
FILES = 256  # that a process can have open
_TASKS = 512  # processes and threads; TensorFlow starts some dozens of threads on a large machine
_SIGNALS = 256  # that wait, and timers, which hold one each
# What containers hide of /proc, and more of its kind: it shows the machine, and what others do there.
_HIDDEN = (
    "acpi", "asound", "buddyinfo", "bus", "cmdline", "config.gz", "diskstats", "driver", "dynamic_debug", "fs",
    "interrupts", "iomem", "ioports", "irq", "kallsyms", "kcore", "key-users", "keys", "kmsg", "kpagecgroup",
    "kpagecount", "kpageflags", "latency_stats", "locks", "modules", "pagetypeinfo", "partitions", "pressure",
    "sched_debug", "schedstat", "scsi", "slabinfo", "softirqs", "swaps", "sysrq-trigger", "sysvipc", "timer_list",
    "timer_stats", "tty", "vmallocinfo", "vmstat", "zoneinfo",
)  # fmt: skip

_DEVICES = ("null", "zero", "full", "random", "urandom", "tty")  # which bubblewrap gives to every program

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


def split() -> None:
    """Leave the parent's namespaces. The next process that is forked is the first in the new ones."""
    uid, gid = os.getuid(), os.getgid()
    _call("unshare", _NEWUSER | _NEWNS | _NEWPID | _NEWIPC | _NEWNET | _NEWUTS)
    for file, text in (("setgroups", "deny"), ("uid_map", f"1000 {uid} 1"), ("gid_map", f"1000 {gid} 1")):
        _write(f"/proc/self/{file}", text)


def furnish(size: int) -> None:
    """Empty scratch folders of `size` bytes together, a new /proc, and no way to more user namespaces."""
    _mount("none", "/", None, _MS_REC | _MS_PRIVATE)
    folders = {SCRATCH: size // 2, "/dev/shm": size // 4, "/tmp": size // 4}
    if os.listdir("/tmp"):  # the course may be there
        del folders["/tmp"]
    for folder, most in folders.items():
        _mount("tmpfs", folder, "tmpfs", _MS_NOSUID | _MS_NODEV, f"size={most},nr_inodes=20000,mode=700")
    quiet = _MS_NOSUID | _MS_NODEV | _MS_NOEXEC
    _mount("tmpfs", "/dev/pts", "tmpfs", quiet | _MS_RDONLY)  # or children could meet at a terminal
    for device in _DEVICES:  # the machine's own, whose permissions a submission could change if root grades
        kept = os.statvfs(f"/dev/{device}").f_flag & (_MS_NOSUID | _MS_NODEV | _MS_NOEXEC)  # as the kernel demands
        _mount(None, f"/dev/{device}", None, kept | _MS_REMOUNT | _MS_BIND | _MS_RDONLY)
    _mount("proc", "/proc", "proc", quiet)
    _write("/proc/sys/user/max_user_namespaces", "0")
    _write("/proc/self/oom_score_adj", "1000")  # if memory runs short after all, this goes first
    if _kernel() >= (6, 14):  # before, this number is the whole machine's
        _write("/proc/sys/kernel/pid_max", str(_TASKS))
    for path in ("/dev/zero", *(f"/proc/{name}" for name in _HIDDEN)):  # memory mapped from /dev/zero counts for nobody
        if os.path.isdir(path):
            _mount("tmpfs", path, "tmpfs", quiet | _MS_RDONLY)
        elif os.path.exists(path):
            _mount("/dev/null", path, None, _MS_BIND)
    _mount(None, "/proc", None, quiet | _MS_REMOUNT | _MS_BIND | _MS_RDONLY)


def bound(memory: int, file_size: int, cpu_seconds: int) -> None:
    """Limits of a process: bytes of data beyond what it holds now, bytes of a file, seconds of processor time."""
    limits = [
        (resource.RLIMIT_FSIZE, file_size),
        (resource.RLIMIT_CPU, cpu_seconds),
        (resource.RLIMIT_NOFILE, FILES),
        (resource.RLIMIT_CORE, 1),  # not 0: with 0, a service of the whole machine is still handed what crashed
    ]
    if sys.platform == "linux":
        limits += [
            (resource.RLIMIT_DATA, _data_now() + memory),
            (resource.RLIMIT_MSGQUEUE, 0),
            (resource.RLIMIT_SIGPENDING, _SIGNALS),
            (resource.RLIMIT_MEMLOCK, 0),
            (resource.RLIMIT_NICE, 0),
            (resource.RLIMIT_RTPRIO, 0),
        ]
        if _kernel() >= (5, 14):  # before, everything that the user runs counts
            limits.append((resource.RLIMIT_NPROC, _TASKS))
    for kind, limit in limits:
        resource.setrlimit(kind, (limit, limit))


def give_up() -> None:
    """Drop every capability for good, and refuse the system calls that no exercise needs."""
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

    bubblewrap then covers parts of /proc, and the kernel allows no second /proc while they are covered; and only a
    process with CAP_SETFCAP may map root.
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
