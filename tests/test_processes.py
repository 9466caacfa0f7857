"""A program that a lesson starts ends with the call, and so does all that it started."""

import signal
import sys
import threading
import time

import psutil
import pytest

from helpers import processes

# A program that starts another, says its number, and waits for ever.
FAMILY = """
import subprocess, sys, time
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(600)"])
open(sys.argv[1], "w").write(str(child.pid))
time.sleep(600)
"""


def test_what_the_program_prints_is_returned():
    assert processes.run([sys.executable, "-c", "print(chr(0x3B8))"], PYTHONUTF8="1") == "θ\n"


def test_variables_are_added_to_the_environment():
    said = processes.run(
        [sys.executable, "-c", "import os; print(os.environ['RATE'], 'PATH' in os.environ)"], RATE="0.1"
    )
    assert said == "0.1 True\n"


def test_a_failure_is_told_with_the_programs_last_words():
    with pytest.raises(RuntimeError, match=r"exit code 3:\nno such rate"):
        processes.run([sys.executable, "-c", "import sys; print('no such rate', file=sys.stderr); sys.exit(3)"])


def test_at_the_time_limit_the_whole_family_ends(tmp_path):
    with pytest.raises(RuntimeError, match="not done after 2 seconds"):
        processes.run([sys.executable, "-c", FAMILY, str(tmp_path / "child")], seconds=2)
    assert ended(int((tmp_path / "child").read_text()))


def test_an_interrupted_cell_leaves_no_process_behind(tmp_path):
    file = tmp_path / "child"

    def interrupt():
        while not (file.exists() and file.read_text()):
            time.sleep(0.05)
        if hasattr(signal, "pthread_kill"):  # a signal to this thread would not wake the one that waits
            signal.pthread_kill(threading.main_thread().ident, signal.SIGINT)
        else:
            signal.raise_signal(signal.SIGINT)

    threading.Thread(target=interrupt, daemon=True).start()
    with pytest.raises(KeyboardInterrupt):
        processes.run([sys.executable, "-c", FAMILY, str(file)], seconds=30)
    assert ended(int(file.read_text()))


def ended(pid: int) -> bool:
    """Whether the process is gone, or dead and only waiting to be taken note of."""
    for _ in range(50):
        if not psutil.pid_exists(pid) or psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
            return True
        time.sleep(0.1)
    return False
