"""Which system calls a submission may make, as a program for the kernel: `program()`. See seccomp(2).

The program is made of blocks: lists of instructions of the kernel's packet filter, each of which computes its own
length, so that no jump is counted by hand.
"""

import errno
import platform
import socket
import struct

# The processors that are known, and their AUDIT_ARCH in linux/audit.h.
_PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Refused in confinement: looking into other processes, kernel interfaces with a history of holes, more namespaces and
# mounts, memory that no limit counts, and what is the whole machine's or a user's. Numbers as in the kernel's headers;
# a dash where a processor does not have the call.
_REFUSED = """
    name               x86_64  aarch64
    ptrace                101      117
    process_vm_readv      310      270
    process_vm_writev     311      271
    kcmp                  312      272
    pidfd_getfd           438      438
    add_key               248      217
    request_key           249      218
    keyctl                250      219
    perf_event_open       298      241
    bpf                   321      280
    userfaultfd           323      282
    io_uring_setup        425      425
    io_uring_enter        426      426
    io_uring_register     427      427
    pivot_root            155       41
    chroot                161       51
    mount                 165       40
    umount2               166       39
    unshare               272       97
    setns                 308      268
    open_tree             428      428
    move_mount            429      429
    fsopen                430      430
    fsconfig              431      431
    fsmount               432      432
    fspick                433      433
    mount_setattr         442      442
    shmget                 29      194
    semget                 64      190
    msgget                 68      186
    memfd_create          319      279
    memfd_secret          447      447
    io_setup              206        0
    inotify_init          253        -
    inotify_init1         294       26
    fanotify_init         300      262
    setsid                112      157
"""
# Allowed by what they are called with.
_BY_ARGUMENT = """
    name               x86_64  aarch64
    kill                   62      129
    tkill                 200      130
    tgkill                234      131
    socket                 41      198
"""
_FAMILIES = (socket.AF_UNIX, socket.AF_INET, socket.AF_INET6)  # not vsock, which no network namespace holds back

# Instructions, and where the kernel puts what they look at.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _GIVE = 0x20, 0x15, 0x35, 0x06
_NUMBER, _PROCESSOR, _ARGUMENTS = 0, 4, (16, 24, 32, 40, 48, 56)
_ALLOW = [(_GIVE, 0, 0, 0x7FFF0000)]
_REFUSE = [(_GIVE, 0, 0, 0x00050000 | errno.EPERM)]
_END = [(_GIVE, 0, 0, 0x80000000)]  # the process, as by a signal
_X32 = 0x40000000  # from here on numbers are those of x86's third convention


def program() -> bytes:
    """The filter for this processor. Raises OSError for a processor whose numbers are not known."""
    processor = platform.machine()
    if processor not in _PROCESSORS:
        raise OSError(f"no list of system calls for the processor {processor}")
    numbers = _numbers(_BY_ARGUMENT, processor)
    lines = [
        *_load(_PROCESSOR), *_unless(_PROCESSORS[processor], _REFUSE),
        *_load(_NUMBER), *_from(_X32, _REFUSE),
    ]  # fmt: skip
    for number in _numbers(_REFUSED, processor).values():
        lines += _when(number, _REFUSE)
    for name, process, signal in (("kill", 0, 1), ("tkill", 0, 1), ("tgkill", 0, 2)):
        lines += _when(numbers[name], _kills(process, signal))
    families = [line for family in _FAMILIES for line in _when(family, _ALLOW)]
    lines += _when(numbers["socket"], [*_load(_ARGUMENTS[0]), *families, *_REFUSE])
    return b"".join(struct.pack("=HBBI", *line) for line in [*lines, *_ALLOW])


def _kills(process: int, signal: int) -> list:
    """Ends a process that kills process 1, and allows every other signal. Takes the places of both arguments.

    Process 1 is the student's. As the first of its namespaces it is deaf to its own signals where it does not handle
    them; but os.kill(os.getpid(), 9) is to end it as it ends a kernel.
    """
    return [
        *_load(_ARGUMENTS[process]), *_unless(1, _ALLOW),
        *_load(_ARGUMENTS[signal]), *_unless(9, _ALLOW),
        *_END,
    ]  # fmt: skip


# ---- blocks


def _load(place: int) -> list:
    """Look at the word in this place: of an argument, its lower half."""
    return [(_LOAD, 0, 0, place)]


def _when(value: int, block: list) -> list:
    """The block where the word is this value; otherwise what follows."""
    return [(_IF_EQUAL, 0, len(block), value), *block]


def _unless(value: int, block: list) -> list:
    """The block where the word is another value."""
    return [(_IF_EQUAL, len(block), 0, value), *block]


def _from(value: int, block: list) -> list:
    """The block where the word is this value or a larger one."""
    return [(_IF_AT_LEAST, 0, len(block), value), *block]


def _numbers(table: str, processor: str) -> dict[str, int]:
    """A table's system calls that the processor has: name → number."""
    heading, *rows = (line.split() for line in table.strip().splitlines())
    column = heading.index(processor)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}
