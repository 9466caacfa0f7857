"""A call ends at its time limit, whatever it catches, and one that is done in time is not disturbed."""

import signal
import subprocess
import sys
import threading

import pytest
from small_tasks import SHIFT, A, found, shift

import checks
from checks.findings import Kind, examine, example
from checks.outcomes import call, encode

LOOPS = """
import contextlib, json, sys, time
import numpy as np
from checks.outcomes import call

def plain():
    while True:
        pass

def sleeps():
    while True:
        time.sleep(0.01)

def catches_exceptions():
    while True:
        try:
            sum(range(100))
        except Exception:
            pass

def catches_interrupts():
    while True:
        try:
            sum(range(100))
        except KeyboardInterrupt:
            pass

def catches_all():
    while True:
        try:
            np.linalg.norm(np.zeros(100))
        except:
            pass

def catches_all_twice():
    def careful():
        try:
            time.sleep(0.001)
        except:
            return 1
    while True:
        try:
            careful()
        except:
            continue

def suppresses():
    while True:
        with contextlib.suppress(BaseException):
            while True:
                pass

def goes_on_at_last():
    while True:
        try:
            x = 1
        finally:
            continue

def recurses():
    try:
        while True:
            pass
    except:
        recurses()

for loop in (plain, sleeps, catches_exceptions, catches_interrupts, catches_all, catches_all_twice, suppresses,
             goes_on_at_last, recurses):
    print(loop.__name__, call(loop, [], [], seconds=0.2)["raised"]["type"], flush=True)
"""


def test_an_endless_loop_ends_whatever_it_catches():
    """In a process of its own, which can be ended if the limit does not."""
    done = subprocess.run([sys.executable, "-c", LOOPS], capture_output=True, text=True, timeout=120)
    ended = dict(line.split() for line in done.stdout.splitlines())
    assert len(ended) == 9, done.stdout + done.stderr
    assert set(ended.values()) == {"TimeLimit"}


def loops(x):
    while len(x):
        pass


def test_an_endless_loop_is_told_and_ends_the_check():
    given_outcomes = checks.run(loops, SHIFT, seconds=0.2)
    assert len(given_outcomes) == 1
    finding = examine(SHIFT, given_outcomes)
    assert finding.kind is Kind.TIME_LIMIT
    assert finding.sentence.startswith("no answer within 0.2 seconds, in the line `")
    assert "Look for a loop whose condition never becomes false" in finding.sentence
    assert example("shift", SHIFT, finding.case, given_outcomes) == "It was called as shift(x=[1.5])."


def test_a_call_within_the_limit_is_not_disturbed():
    before = signal.getsignal(signal.SIGINT)
    for _ in range(50):
        assert call(shift, [encode(A(1.5))], ["x"], seconds=30)["value"]["array"] == [1.75]
    assert signal.getsignal(signal.SIGINT) is before
    assert sys.gettrace() is None or "helpers" not in sys.gettrace().__module__


def test_an_import_does_not_count(tmp_path, monkeypatch):
    (tmp_path / "slow_to_import.py").write_text("import time\ntime.sleep(1)\nvalue = 2.5\n", encoding="utf-8")
    monkeypatch.syspath_prepend(tmp_path)

    def imports():
        import slow_to_import

        return slow_to_import.value

    assert call(imports, [], [], seconds=0.2) == {"value": 2.5}


def test_the_students_own_interrupt_is_no_finding():
    def interrupted(x):
        signal.raise_signal(signal.SIGINT)
        return x

    with pytest.raises(KeyboardInterrupt):
        call(interrupted, [encode(A(1.5))], ["x"])


def test_outside_the_main_thread_a_check_runs_without_a_limit():
    results = []
    thread = threading.Thread(target=lambda: results.append(found(lambda x: -shift(x), SHIFT)))
    thread.start()
    thread.join()
    assert results[0].sentence == "the result has the right size and the wrong sign, in every case."
