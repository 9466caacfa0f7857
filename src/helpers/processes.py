"""Programs that a lesson starts: none outlives the call that started it."""

import os
import subprocess
from collections.abc import Sequence

import psutil

from helpers import arguments


def run(command: Sequence[str], seconds: float = 60.0, **environment: str) -> str:
    """Run a program, wait for it, and return what it printed on standard output.

    command       the program and its arguments
    seconds       the time after which it is ended
    environment   variables that it sees in addition to those of this process

    However the call ends (the program ends, an error, the time limit, an interrupted cell), the program and every
    process that it started are ended first. Raises RuntimeError if it fails, with the end of what it printed on
    standard error, or if it takes too long.
    """
    seconds = arguments.positive(seconds, "seconds")
    program = subprocess.Popen(
        command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, stdin=subprocess.DEVNULL,
        text=True, encoding="utf-8", errors="replace", env=os.environ | environment,
    )  # fmt: skip
    try:
        said, complained = program.communicate(timeout=seconds)
    except subprocess.TimeoutExpired:
        raise RuntimeError(f"the program was not done after {seconds:g} seconds and was ended.") from None
    finally:
        _end(program)
    if program.returncode:
        raise RuntimeError(f"the program failed with exit code {program.returncode}:\n{complained.strip()[-2000:]}")
    return said


def _end(program: subprocess.Popen) -> None:
    """End a program and all that it started; the children are listed first, before they can be orphaned."""
    try:
        family = psutil.Process(program.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        family = []
    for process in [program, *family]:
        try:
            process.kill()
        except (psutil.NoSuchProcess, ProcessLookupError):
            continue
    psutil.wait_procs(family, timeout=5)
    program.wait()
    for stream in (program.stdout, program.stderr):
        stream.close()
