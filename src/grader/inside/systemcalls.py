"""Which system calls a submission may make, as a program for the kernel: `program()`. See seccomp(2).

What is listed is allowed, in the manner of the default profile of containers (github.com/moby/profiles, seccomp): all
that programs use among themselves, and nothing that reaches other programs, the machine or memory that no limit counts.
Anything else answers with an error.

The program is made of blocks: lists of instructions of the kernel's packet filter, each of which computes its own
length, so that no jump is counted by hand.
"""

import errno
import platform
import socket
import struct

# The processors that are known, and their AUDIT_ARCH in linux/audit.h.
_PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}

# Each table: a call and its number as in the kernel's headers; a dash where a processor does not have the call.
#
# Allowed with any arguments. Missing on purpose, with the reason:
#   sockets but pairs (socket, bind, connect, listen, accept, setsockopt)   buffers of what waits count for nobody
#   sendmsg                                                                 files in a message count for nobody
#   epoll                                                                   its watches count for the user
#   locks (flock, fcntl) and leases on files, inotify                       others open the same libraries
#   vmsplice, splice, tee; memfd, shm, msg, mq, aio, keys                   memory that no limit counts
#   sync, syncfs, fadvise64, ioprio_set, setsid, sched_setscheduler         the whole machine would wait
#   ptrace, process_vm_*, pidfd_getfd, bpf, perf, io_uring, userfaultfd     ways out, now and then
_ALLOWED = """
    name                   x86_64  aarch64
    access                     21        -
    chdir                      80       49
    chmod                      90        -
    chown                      92        -
    close                       3       57
    copy_file_range           326      285
    creat                      85        -
    dup                        32       23
    dup2                       33        -
    dup3                      292       24
    execve                     59      221
    execveat                  322      281
    faccessat                 269       48
    faccessat2                439      439
    fallocate                 285       47
    fchdir                     81       50
    fchmod                     91       52
    fchmodat                  268       53
    fchmodat2                 452      452
    fchown                     93       55
    fchownat                  260       54
    fgetxattr                 193       10
    flistxattr                196       13
    fstat                       5       80
    fstatfs                   138       44
    ftruncate                  77       46
    getcwd                     79       17
    getdents                   78        -
    getdents64                217       61
    getxattr                  191        8
    lchown                     94        -
    lgetxattr                 192        9
    link                       86        -
    linkat                    265       37
    listxattr                 194       11
    llistxattr                195       12
    lseek                       8       62
    lstat                       6        -
    mkdir                      83        -
    mkdirat                   258       34
    mknod                     133        -
    mknodat                   259       33
    newfstatat                262       79
    open                        2        -
    openat                    257       56
    openat2                   437      437
    pread64                    17       67
    preadv                    295       69
    preadv2                   327      286
    pwrite64                   18       68
    pwritev                   296       70
    pwritev2                  328      287
    read                        0       63
    readlink                   89        -
    readlinkat                267       78
    readv                      19       65
    rename                     82        -
    renameat                  264       38
    renameat2                 316      276
    rmdir                      84        -
    sendfile                   40       71
    stat                        4        -
    statfs                    137       43
    statx                     332      291
    symlink                    88        -
    symlinkat                 266       36
    truncate                   76       45
    umask                      95      166
    unlink                     87        -
    unlinkat                  263       35
    utime                     132        -
    utimensat                 280       88
    utimes                    235        -
    futimesat                 261        -
    write                       1       64
    writev                     20       66
    eventfd                   284        -
    eventfd2                  290       19
    pipe                       22        -
    pipe2                     293       59
    poll                        7        -
    ppoll                     271       73
    pselect6                  270       72
    select                     23        -
    signalfd                  282        -
    signalfd4                 289       74
    timerfd_create            283       85
    timerfd_gettime           287       87
    timerfd_settime           286       86
    getpeername                52      205
    getsockname                51      204
    getsockopt                 55      209
    recvfrom                   45      207
    recvmmsg                  299      243
    recvmsg                    47      212
    sendto                     44      206
    shutdown                   48      210
    brk                        12      214
    membarrier                324      283
    mprotect                   10      226
    mremap                     25      216
    munmap                     11      215
    arch_prctl                158        -
    exit                       60       93
    exit_group                231       94
    fork                       57        -
    futex                     202       98
    futex_waitv               449      449
    getcpu                    309      168
    getegid                   108      177
    geteuid                   107      175
    getgid                    104      176
    getgroups                 115      158
    getpgid                   121      155
    getpgrp                   111        -
    getpid                     39      172
    getppid                   110      173
    getpriority               140      141
    getresgid                 120      150
    getresuid                 118      148
    getrlimit                  97      163
    getrusage                  98      165
    gettid                    186      178
    getuid                    102      174
    pidfd_open                434      434
    rseq                      334      293
    sched_get_priority_max    146      125
    sched_get_priority_min    147      126
    sched_getaffinity         204      123
    sched_getattr             315      275
    sched_getparam            143      121
    sched_getscheduler        145      120
    sched_setaffinity         203      122
    sched_yield                24      124
    set_robust_list           273       99
    set_tid_address           218       96
    setpgid                   109      154
    setpriority               141      140
    sysinfo                    99      179
    times                     100      153
    uname                      63      160
    vfork                      58        -
    wait4                      61      260
    waitid                    247       95
    alarm                      37        -
    clock_getres              229      114
    clock_gettime             228      113
    clock_nanosleep           230      115
    getitimer                  36      102
    getrandom                 318      278
    gettimeofday               96      169
    nanosleep                  35      101
    pause                      34        -
    restart_syscall           219      128
    rt_sigaction               13      134
    rt_sigpending             127      136
    rt_sigprocmask             14      135
    rt_sigreturn               15      139
    rt_sigsuspend             130      133
    rt_sigtimedwait           128      137
    setitimer                  38      103
    sigaltstack               131      132
    time                      201        -
    timer_create              222      107
    timer_delete              226      111
    timer_getoverrun          225      109
    timer_gettime             224      108
    timer_settime             223      110
"""
# Allowed by what they are called with: see `_checked`.
_CHECKED = """
    name                   x86_64  aarch64
    mmap                        9      222
    madvise                    28      233
    ioctl                      16       29
    fcntl                      72       25
    clone                      56      220
    kill                       62      129
    tkill                     200      130
    tgkill                    234      131
    prctl                     157      167
    socketpair                 53      199
    close_range               436      436
    prlimit64                 302      261
    setrlimit                 160      164
"""
# Answered as by a kernel that does not have them, for which their callers are prepared: clone3 keeps its flags where no
# filter sees them, and the C library goes on with clone; without flock, HDF5 does not lock; in place of epoll is poll.
_ABSENT = """
    name                   x86_64  aarch64
    clone3                    435      435
    epoll_create              213        -
    epoll_create1             291       20
    flock                      73       32
"""
# Answered as if they were done: a submission's own files are in memory, and of a library's file these calls would have
# the machine's disk write whatever waits.
_VAIN = """
    name                   x86_64  aarch64
    fdatasync                  75       83
    fsync                      74       82
    msync                      26      227
"""
TABLES = (_ALLOWED, _CHECKED, _ABSENT, _VAIN)

_IOCTLS = (
    0x5401, 0x802C542A, 0x5413,  # TCGETS, TCGETS2, TIOCGWINSZ: is it a terminal? none is
    0x541B, 0x5421, 0x5450, 0x5451,  # FIONREAD, FIONBIO, FIONCLEX, FIOCLEX
)  # fmt: skip
_FCNTLS = (0, 1, 2, 3, 4, 1030, 1032)  # F_DUPFD, F_GETFD, F_SETFD, F_GETFL, F_SETFL, F_DUPFD_CLOEXEC, F_GETPIPE_SZ
_MADVICE = (
    0, 1, 2, 3, 4, 8,  # MADV_NORMAL, _RANDOM, _SEQUENTIAL, _WILLNEED, _DONTNEED, _FREE
    10, 11, 14, 15, 16, 17, 18, 19,  # _DONTFORK, _DOFORK, _HUGEPAGE, _NOHUGEPAGE, _DONTDUMP, …, _KEEPONFORK
    102, 103,  # _GUARD_INSTALL, _GUARD_REMOVE
)  # fmt: skip
_PRCTLS = (
    1, 2, 3, 15, 16,  # PR_SET_PDEATHSIG, PR_GET_PDEATHSIG, PR_GET_DUMPABLE, PR_SET_NAME, PR_GET_NAME
    21, 23, 29, 30, 38, 39,  # PR_GET_SECCOMP, PR_CAPBSET_READ, PR_SET_ and PR_GET_TIMERSLACK, …_NO_NEW_PRIVS
    0x53564D41,  # PR_SET_VMA: names for parts of memory
)  # fmt: skip
_MAP_SHARED, _MAP_ANONYMOUS, _MAP_HUGETLB = 0x01, 0x20, 0x40000
_CLONE_FILES, _CLONE_THREAD, _CLONE_NEW = 0x400, 0x10000, 0x7E020000  # the last: every kind of namespace
_CLOSE_RANGE_UNSHARE = 2
# Limits that stay. RLIMIT_CORE: see confine.bound; a smaller one would have the whole machine's service take care of
# crashes. RLIMIT_CPU: a process that a smaller one ends looks like one that the kernel has ended for want of memory.
_FIXED = (4, 0)

# Instructions, and where the kernel puts what they look at.
_LOAD, _IF_EQUAL, _IF_AT_LEAST, _IF_ANY_BIT, _GIVE = 0x20, 0x15, 0x35, 0x45, 0x06
_NUMBER, _PROCESSOR, _ARGUMENTS = 0, 4, (16, 24, 32, 40, 48, 56)


def _error(number: int) -> list:
    return [(_GIVE, 0, 0, 0x00050000 | number)]


_ALLOW = [(_GIVE, 0, 0, 0x7FFF0000)]
_REFUSE = _error(errno.EPERM)
_END = [(_GIVE, 0, 0, 0x00030000)]  # the process, by SIGSYS; unlike the kernel's own kill, that fills no log
_X32 = 0x40000000  # from here on, numbers are those of x86's third convention


def program() -> bytes:
    """The filter for this processor. Raises OSError for a processor whose numbers are not known."""
    processor = platform.machine()
    if processor not in _PROCESSORS:
        raise OSError(f"no list of system calls for the processor {processor}")
    allowed, checked, absent, vain = (numbers(table, processor) for table in TABLES)
    # A call that is newer than these tables: C libraries try those, and go on without them.
    newest = max([*allowed.values(), *checked.values(), *absent.values()])
    lines = [
        *_load(_PROCESSOR), *_unless(_PROCESSORS[processor], _REFUSE),
        *_load(_NUMBER), *_from(_X32, _REFUSE), *_from(newest + 1, _error(errno.ENOSYS)),
    ]  # fmt: skip
    for name, block in _checked().items():
        lines += _when(checked[name], block)
    for number in allowed.values():
        lines += _when(number, _ALLOW)
    for number in absent.values():
        lines += _when(number, _error(errno.ENOSYS))
    for number in vain.values():
        lines += _when(number, _error(0))
    return b"".join(struct.pack("=HBBI", *line) for line in [*lines, *_REFUSE])


def numbers(table: str, processor: str) -> dict[str, int]:
    """A table's system calls that the processor has: name → number."""
    heading, *rows = (line.split() for line in table.strip().splitlines())
    column = heading.index(processor)
    return {row[0]: int(row[column]) for row in rows if row[column] != "-"}


def _checked() -> dict[str, list]:
    """The calls that are decided by an argument: name → block that decides."""
    return {
        # Shared memory without a file stays when no process shows it any more: it counts for nobody.
        "mmap": [
            *_load(_ARGUMENTS[3]),
            *_if_any(_MAP_HUGETLB, _REFUSE),
            *_if_any(_MAP_ANONYMOUS, _if_any(_MAP_SHARED, _REFUSE)),
            *_ALLOW,
        ],
        "madvise": _one_of(2, _MADVICE),
        "ioctl": _one_of(1, _IOCTLS, errno.ENOTTY),
        "fcntl": _one_of(1, _FCNTLS),
        # A thread that does not share its open files would have some that the grader cannot count.
        "clone": [
            *_load(_ARGUMENTS[0]),
            *_if_any(_CLONE_NEW, _REFUSE),
            *_if_any(_CLONE_THREAD, [*_if_any(_CLONE_FILES, _ALLOW), *_REFUSE]),
            *_ALLOW,
        ],
        "close_range": [*_load(_ARGUMENTS[2]), *_if_any(_CLOSE_RANGE_UNSHARE, _REFUSE), *_ALLOW],
        "setrlimit": [*_load(_ARGUMENTS[0]), *_when_any(_FIXED, _REFUSE), *_ALLOW],
        "prlimit64": [*_load(_ARGUMENTS[1]), *_when_any(_FIXED, [*_unless_null(2, _REFUSE), *_ALLOW]), *_ALLOW],
        "kill": _kills(0, 1),
        "tkill": _kills(0, 1),
        "tgkill": _kills(0, 2),
        "prctl": _one_of(0, _PRCTLS),
        "socketpair": _one_of(0, (socket.AF_UNIX,)),
    }


def _kills(process: int, signal: int) -> list:
    """Ends a process that kills process 1, and allows every other signal. Takes the positions of both arguments.

    Process 1 is the student's. As the first of its namespaces it is deaf to its own signals where it does not handle
    them; but os.kill(os.getpid(), 9) is to end it as it ends a kernel.
    """
    return [
        *_load(_ARGUMENTS[process]), *_unless(1, _ALLOW),
        *_load(_ARGUMENTS[signal]), *_unless(9, _ALLOW),
        *_END,
    ]  # fmt: skip


def _one_of(argument: int, values: tuple, error: int = errno.EPERM) -> list:
    """Allows the call where an argument is one of these values; otherwise it gets the error."""
    return [*_load(_ARGUMENTS[argument]), *_when_any(values, _ALLOW), *_error(error)]


# ---- blocks


def _load(position: int) -> list:
    """Look at the word at this position: of an argument, its lower half, which is all that the kernel looks at too."""
    return [(_LOAD, 0, 0, position)]


def _when(value: int, block: list) -> list:
    """The block where the word is this value; otherwise what follows."""
    return [(_IF_EQUAL, 0, len(block), value), *block]


def _when_any(values: tuple, block: list) -> list:
    """The block where the word is one of these values. It has to end with an answer."""
    return [line for value in values for line in _when(int(value), block)]


def _unless(value: int, block: list) -> list:
    """The block where the word is another value."""
    return [(_IF_EQUAL, len(block), 0, value), *block]


def _from(value: int, block: list) -> list:
    """The block where the word is this value or a larger one."""
    return [(_IF_AT_LEAST, 0, len(block), value), *block]


def _unless_null(argument: int, block: list) -> list:
    """The block where an argument points to something: either half of it is not 0."""
    halves = (_ARGUMENTS[argument], _ARGUMENTS[argument] + 4)
    return [line for half in halves for line in (*_load(half), *_unless(0, block))]


def _if_any(bits: int, block: list) -> list:
    """The block where the word has any of these bits."""
    return [(_IF_ANY_BIT, 0, len(block), bits), *block]
