"""The filter of system calls: what it allows, tried out by a reading of its program, for both processors."""

import errno
import platform
import re
import socket
import struct
from pathlib import Path

import pytest

from grader.inside import systemcalls

PROCESSORS = {"x86_64": 0xC000003E, "aarch64": 0xC00000B7}
ALLOWED, ENDED = "allowed", "ended"
HEADERS = {
    "x86_64": Path("/usr/include/x86_64-linux-gnu/asm/unistd_64.h"),
    "aarch64": Path("/usr/include/asm-generic/unistd.h"),
}
SOCKET, IOCTL_TIOCSTI, LEASE, NOTIFY, SETSIG = {"x86_64": 41, "aarch64": 198}, 0x5412, 1024, 1026, 10


def answer(program, processor, number, *arguments):
    """What the kernel does with a call: "allowed", "ended", or the error that the caller gets.

    Reads the program as the kernel does: struct sock_filter in linux/filter.h, struct seccomp_data in linux/seccomp.h.
    """
    arguments = [*arguments, *[0] * (6 - len(arguments))]
    data = struct.pack("=IIQ6Q", number, processor, 0, *arguments)
    lines = list(struct.iter_unpack("=HBBI", program))
    at = word = 0
    while True:
        code, if_true, if_false, value = lines[at]
        at += 1
        if code == 0x20:
            word = struct.unpack_from("=I", data, value)[0]
        elif code == 0x06:
            kind = value & 0xFFFF0000
            return {0x7FFF0000: ALLOWED, 0x00030000: ENDED, 0x00050000: value & 0xFFFF}[kind]
        else:
            holds = {0x15: word == value, 0x35: word >= value, 0x45: word & value}[code]
            at += if_true if holds else if_false


@pytest.fixture(params=PROCESSORS)
def ask(request, monkeypatch):
    """ask(name or number, arguments…) for a processor: what comes of the call."""
    name = request.param
    monkeypatch.setattr(platform, "machine", lambda: name)
    program = systemcalls.program()
    known = numbers_of(name)

    def ask(call, *arguments, arch=PROCESSORS[name]):
        return answer(program, arch, known[call] if isinstance(call, str) else call, *arguments)

    ask.processor, ask.known = name, known
    return ask


def numbers_of(processor):
    return {
        name: number for table in systemcalls.TABLES for name, number in systemcalls.numbers(table, processor).items()
    }


def test_what_is_not_listed_is_refused_with_an_error_and_nothing_is_ended(ask):
    listed = set(ask.known.values())
    answers = {number: ask(number) for number in range(1000) if number not in listed}
    assert set(answers.values()) == {errno.EPERM, errno.ENOSYS}
    # Newer than the list: a C library that tries such a call goes on without it.
    assert all((said == errno.ENOSYS) == (number > max(listed)) for number, said in answers.items())


def test_what_programs_do_among_themselves_is_allowed(ask):
    for call in ("read", "write", "openat", "futex", "execve", "wait4", "exit_group", "ppoll", "clock_nanosleep"):
        assert ask(call, 3, 0, 0) == ALLOWED
    assert ask("clone", 0x3D0F00) == ALLOWED  # a thread, as the C library makes it
    assert ask("clone", 17) == ALLOWED  # fork
    assert ask("mmap", 0, 4096, 3, 0x22) == ALLOWED  # private memory
    assert ask("mmap", 0, 4096, 3, 0x01) == ALLOWED  # a file
    assert ask("kill", 2, 9) == ask("kill", 1, 15) == ALLOWED
    assert ask("socketpair", socket.AF_UNIX, 1) == ALLOWED
    assert ask("fcntl", 3, 1030) == ask("ioctl", 3, 0x5401) == ask("prctl", 15) == ALLOWED


def test_clone3_flock_and_epoll_are_answered_as_by_a_kernel_without_them(ask):
    assert ask("clone3") == ask("flock") == ask("epoll_create1") == errno.ENOSYS


def test_what_waits_for_the_machines_disk_is_answered_as_done(ask):
    assert ask("fsync", 3) == ask("fdatasync", 3) == ask("msync", 0, 4096, 4) == 0


def test_no_message_carries_open_files(ask):
    for call in ({"x86_64": 46, "aarch64": 211}, {"x86_64": 307, "aarch64": 269}):  # sendmsg, sendmmsg
        assert ask(call[ask.processor], 3, 1, 0) == errno.EPERM


@pytest.mark.parametrize(
    ("call", "arguments", "why"),
    [
        *(("clone", (flag | 17,), "a namespace") for flag in (1 << 17, 1 << 25, *(1 << bit for bit in range(26, 31)))),
        ("clone", (0x3D0F00 & ~0x400,), "a thread whose open files are not counted"),
        ("close_range", (1000, 1001, 2), "the same"),
        ("fcntl", (3, LEASE, 1), "holds up every other program that opens the file"),
        ("fcntl", (3, NOTIFY, 1), "shows what others do"),
        ("fcntl", (3, SETSIG, 10), "the same, with a signal"),
        ("fcntl", (3, 1031, 1 << 20), "a larger pipe"),
        ("fcntl", (3, 6, 0), "a lock, of which a file can have millions"),
        ("mmap", (0, 1 << 30, 3, 0x21), "memory that counts for nobody"),
        ("mmap", (0, 1 << 30, 3, 0x40022), "large pages, of which the machine has few"),
        ("madvise", (0, 4096, 21), "moves pages out that others use"),
        ("prctl", (22, 2), "another filter"),
        ("prctl", (4, 0), "hides a process"),
        ("socketpair", (16, 1, 0), "not Unix"),
        ("setrlimit", (4, 1), "hands crashes to a service of the machine"),
        ("prlimit64", (0, 4, 1), "the same"),
        ("setrlimit", (0, 1), "looks like an end by the kernel"),
        ("prlimit64", (0, 0, 1), "the same"),
    ],
)
def test_what_reaches_further_is_refused_by_its_argument(ask, call, arguments, why):
    assert ask(call, *arguments) == errno.EPERM, why
    upper = tuple(argument | 1 << 40 for argument in arguments)  # a half that the kernel does not look at
    assert ask(call, *upper) == errno.EPERM, why


def test_limits_can_be_read_and_lowered(ask):
    assert ask("prlimit64", 0, 4, 0) == ask("prlimit64", 0, 0, 0) == ALLOWED
    assert ask("prlimit64", 0, 7, 1 << 40) == ask("setrlimit", 7, 1) == ALLOWED
    assert ask("prlimit64", 0, 4, 1 << 40) == errno.EPERM  # a pointer whose lower half is 0


def test_a_terminal_takes_no_input_from_a_program(ask):
    assert ask("ioctl", 0, IOCTL_TIOCSTI) == errno.ENOTTY


def test_there_are_no_sockets_but_pairs(ask):
    for family in range(46):
        assert ask(SOCKET[ask.processor], family, 1) == errno.EPERM
        assert (ask("socketpair", family, 1) == ALLOWED) == (family == socket.AF_UNIX)


def test_a_process_that_kills_the_first_one_is_ended(ask):
    assert ask("kill", 1, 9) == ask("tkill", 1, 9) == ask("tgkill", 1, 1, 9) == ENDED


def test_other_calling_conventions_are_refused(ask):
    others = [number for number in PROCESSORS.values() if number != PROCESSORS[ask.processor]]
    for arch in (*others, 0x40000003, 0x40000028):  # i386, arm
        assert ask("read", arch=arch) == errno.EPERM
    assert ask(0x40000000 + ask.known["read"]) == errno.EPERM  # x32


def test_a_processor_without_a_list_is_refused(monkeypatch):
    monkeypatch.setattr(platform, "machine", lambda: "riscv64")
    with pytest.raises(OSError, match="no list of system calls for the processor riscv64"):
        systemcalls.program()


@pytest.mark.parametrize("processor", PROCESSORS)
def test_the_numbers_are_those_of_the_kernels_headers(processor):
    if not HEADERS[processor].is_file():
        pytest.skip(f"there is no {HEADERS[processor]}")
    text = HEADERS[processor].read_text()
    known = {name: int(number) for name, number in re.findall(r"#define __NR(?:3264)?_(\w+)\s+(\d+)\b", text)}
    known["newfstatat"] = known.get("newfstatat", known.get("fstatat"))
    ours = numbers_of(processor)
    newest = max(known.values())
    assert {name: number for name, number in ours.items() if number <= newest} == {
        name: known[name] for name, number in ours.items() if number <= newest
    }
    assert len(set(ours.values())) == len(ours)
