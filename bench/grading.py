"""What grading a class costs: `nbgrader autograde` here, beside nbgrader's own, on an exercise that uses TensorFlow.

The class is a mix of right, wrong and hanging answers. nbgrader grades a sample of each kind, one after the other; what
it would take for the class is reckoned from that. Here the time on the wall is what counts: an instructor waits, and a
second core is there to be used. `python -m bench.grading 10 100 1000` shows how it grows.
"""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import psutil

from bench.measure import Result

sys.path.append(str(Path(__file__).parents[1] / "tests"))
import grading  # what the tests of grading share
from test_grading_verdicts import random_runs

NAME = "05_tensorflow_gradienttape"
CLASS = 60
FASTER = 20  # times as many submissions a minute
MEMORY = 2.0  # gigabytes, of all processes together
TASK = "descend_by_tape"
WRONG = f"def {TASK}(start, lr, steps):\n    return tf.zeros([steps + 1, len(start)]).numpy()"
HANGING = f"def {TASK}(start, lr, steps):\n    while True:\n        pass"
KINDS = {"right": 40, "wrong": 18, "hanging": 2}  # how many of each are in a class of 60
SAMPLE = {"first": 1, "right": 2, "wrong": 2, "hanging": 1}  # the first bears what nbgrader needs to start


class Took(NamedTuple):
    """A grading: seconds on the wall, gigabytes at the most, of all its processes together."""

    seconds: float
    gigabytes: float


def course(root: Path, counts: dict[str, int]) -> Path:
    """A course in which so many of each kind have handed in."""
    root.mkdir(parents=True)
    grading.new_course(root, NAME)
    right = grading.answers(root, NAME)
    for kind, count in counts.items():
        wrong = {"wrong": {TASK: WRONG}, "hanging": {TASK: HANGING}}.get(kind, {})
        notebook = grading.filled(root, NAME, right | wrong)
        for k in range(count):
            grading.submit(root, f"{k:04}-{kind}" if kind != "first" else "0", notebook, NAME)
    return root


def mix(total: int) -> dict[str, int]:
    """A class of another size, with the same shares."""
    hanging, wrong = (round(KINDS[kind] * total / CLASS) for kind in ("hanging", "wrong"))
    return {"right": total - hanging - wrong, "wrong": wrong, "hanging": hanging}


def grade(root: Path, cores: int | None = None) -> Took:
    """`nbgrader autograde`, as an instructor calls it; on so many cores, all of them where none are named."""
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    if cores:
        command = ["taskset", "--cpu-list", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *command]
    start = time.monotonic()
    with tempfile.TemporaryFile() as said:
        process = subprocess.Popen(command, cwd=root, stdout=said, stderr=said)
        most, watch = [0.0], threading.Thread(target=lambda: _watch(process, most))
        watch.start()
        if process.wait():
            said.seek(0)
            raise RuntimeError(said.read().decode())
    seconds = time.monotonic() - start
    watch.join()
    return Took(seconds, most[0])


def _watch(process: subprocess.Popen, most: list[float]) -> None:
    while process.poll() is None:
        there = 0
        with contextlib.suppress(psutil.Error):  # a process may end meanwhile
            for one in (top := psutil.Process(process.pid), *top.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    there += one.memory_full_info().pss  # what several processes share is counted once
        most[0] = max(most[0], there / 1e9)
        time.sleep(0.5)


def nbgraders_own(root: Path) -> dict[str, float]:
    """Kind → seconds of a submission, graded by nbgrader as it comes."""
    course(root, SAMPLE)
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    assert "grading.install()" in text
    text = text.replace("grading.install()", "") + "\nc.Execute.timeout = 120\n"
    config.write_text(text, encoding="utf-8")
    grading.nbgrader(root, "autograde", NAME)
    # nbgrader goes through the students in order, and writes each notebook when it is graded.
    graded = sorted((root / "gradebook" / "autograded").glob(f"*/{NAME}/{NAME}.ipynb"))
    ends = [path.stat().st_mtime for path in graded]
    times = {kind: [] for kind in KINDS}
    for before, end, path in zip(ends, ends[1:], graded[1:], strict=False):
        times[path.parts[-3].partition("-")[2]].append(end - before)
    return {kind: sum(some) / len(some) for kind, some in times.items()}


def run() -> Iterator[Result]:
    wrong = random_runs(1000, seed=1000)
    for name, function, said in wrong:
        print(f"{name}: {function}: {said}")
    yield Result("points wrongly given or taken, in 1000 random runs over all tasks", len(wrong), 0)

    scratch = Path(tempfile.mkdtemp())
    try:
        own = nbgraders_own(scratch / "own")
        expected = sum(own[kind] * count for kind, count in KINDS.items())
        took = {total: grade(course(scratch / str(total), mix(total))) for total in (10, CLASS, 100)}
        what = f"seconds for {CLASS} submissions, {took[CLASS].seconds:.0f}, by nbgrader's own, {expected:.0f}"
        yield Result(what, took[CLASS].seconds / expected, 1 / FASTER)
        yield Result(f"gigabytes at the most, for {CLASS} submissions", took[CLASS].gigabytes, MEMORY)
        ten, sixty, hundred = took[10].seconds, took[CLASS].seconds, took[100].seconds
        later, sooner = (hundred - sixty) / 40, (sixty - ten) / 50
        yield Result("one more submission after 60, by one more after 10", later / sooner, 1.5)
        if len(os.sched_getaffinity(0)) > 1:
            alone = grade(course(scratch / "one core", mix(CLASS)), cores=1).seconds
            yield Result(f"{CLASS} submissions on all cores, by the same on one", sixty / alone, 0.8)
    finally:
        shutil.rmtree(scratch)


def main(totals: list[int]) -> None:
    print("submissions   seconds   a minute   gigabytes")
    for total in totals:
        with tempfile.TemporaryDirectory() as scratch:
            took = grade(course(Path(scratch) / "course", mix(total)))
        print(f"{total:11} {took.seconds:9.1f} {60 * total / took.seconds:10.1f} {took.gigabytes:11.2f}", flush=True)


if __name__ == "__main__":
    main([int(total) for total in sys.argv[1:]] or [10, 100])
