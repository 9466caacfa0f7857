"""What grading a class costs: `nbgrader autograde` here, beside nbgrader's own, on an exercise that uses TensorFlow.

The class is a mix of right, wrong and hanging answers. nbgrader grades a sample of each kind, one after the other; what
it would take for the class is reckoned from that. Here the time on the wall is what counts: an instructor waits, and a
second core is there to be used. Rates are compared without what a program needs to start, which ours spends on
importing the frameworks once; the whole is compared beside it. How it grows: `python -m bench.grading 10 100 1000`.

What else a machine does makes programs take up to twice as long, for seconds or minutes on end: so both graders take
turns, and the median over the rounds counts.
"""

import contextlib
import importlib
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from statistics import median
from typing import NamedTuple

import psutil
from tools import classroom

import checks
from bench.measure import Result
from checks import outcomes
from grader import sandbox, solution

NAME = "05_tensorflow_gradienttape"
CLASS = 60
FASTER = 15  # times as many submissions a minute; most of what is left is the time that TensorFlow itself needs
ROUNDS = 5
WHOLE = 10  # times as soon at the end of a class of 60
LIMIT = sandbox.LIMITS.call_seconds
MEMORY = 2.0  # gigabytes, of all processes together
TASK = "descend_by_tape"
WRONG = f"def {TASK}(start, lr, steps):\n    return tf.zeros([steps + 1, len(start)]).numpy()"
HANGING = f"def {TASK}(start, lr, steps):\n    while True:\n        pass"
KINDS = {"right": 40, "wrong": 18, "hanging": 2}  # how many of each are in a class of 60
SAMPLE = {"first": 1, "right": 2, "wrong": 2, "hanging": 1}  # the first bears what nbgrader needs to start


def course(root: Path, counts: dict[str, int]) -> Path:
    """A course in which so many of each kind have handed in."""
    root.mkdir(parents=True)
    classroom.new_course(root, NAME)
    right = classroom.answers(root, NAME)
    for kind, count in counts.items():
        wrong = {"wrong": {TASK: WRONG}, "hanging": {TASK: HANGING}}.get(kind, {})
        notebook = classroom.filled(root, NAME, right | wrong)
        for k in range(count):
            classroom.submit(root, f"{k:04}-{kind}" if kind != "first" else "0", notebook, NAME)
    return root


def mix(total: int) -> dict[str, int]:
    """A class of another size, with the same shares."""
    hanging, wrong = (round(KINDS[kind] * total / CLASS) for kind in ("hanging", "wrong"))
    return {"right": total - hanging - wrong, "wrong": wrong, "hanging": hanging}


def grade(root: Path, cores: int | None = None) -> float:
    """Seconds of `nbgrader autograde`, called as an instructor does; on so many cores, or on all."""
    command = [sys.executable, "-m", "nbgrader", "autograde", NAME]
    if cores:
        command = ["taskset", "--cpu-list", ",".join(map(str, sorted(os.sched_getaffinity(0))[:cores])), *command]
    start = time.monotonic()
    done = subprocess.run(command, cwd=root, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    if done.returncode:
        raise RuntimeError(done.stdout)
    return time.monotonic() - start


def most_memory(root: Path) -> float:
    """Gigabytes that a grading and all its processes take together, at the most. Not timed: to look takes time."""
    most = 0.0
    process = subprocess.Popen(
        [sys.executable, "-m", "nbgrader", "autograde", NAME], cwd=root,
        stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
    )  # fmt: skip
    while process.poll() is None:
        together = 0
        with contextlib.suppress(psutil.Error):  # a process may end meanwhile
            for one in (top := psutil.Process(process.pid), *top.children(recursive=True)):
                with contextlib.suppress(psutil.Error):
                    together += one.memory_full_info().pss  # what several processes share is counted once
        most = max(most, together / 1e9)
        time.sleep(0.5)
    if process.returncode:
        raise RuntimeError("The grading whose memory was to be measured failed.")
    return most


def nbgraders_own(root: Path) -> dict[str, float]:
    """Kind → seconds of a submission, graded by nbgrader as it comes; and "start", what it needs before the first."""
    course(root, SAMPLE)
    config = root / "nbgrader_config.py"
    text = config.read_text(encoding="utf-8")
    assert "grading.install()" in text
    text = text.replace("grading.install()", "") + "\nc.Execute.timeout = 120\n"
    config.write_text(text, encoding="utf-8")
    start = time.time()
    classroom.nbgrader(root, "autograde", NAME)
    # nbgrader goes through the students in order, and writes each notebook when it is graded.
    graded = sorted((root / "gradebook" / "autograded").glob(f"*/{NAME}/{NAME}.ipynb"))
    ends = [path.stat().st_mtime for path in graded]
    times = {kind: [] for kind in KINDS}
    for before, end, path in zip(ends, ends[1:], graded[1:], strict=False):
        times[path.parts[-3].partition("-")[2]].append(end - before)
    means = {kind: sum(some) / len(some) for kind, some in times.items()}
    return means | {"start": ends[0] - start - means["right"]}


def slowest_right_call() -> float:
    """Seconds of the slowest call of all that the answers take to their visible cases, the libraries being there."""
    for name in sandbox.on_demand(["import tensorflow, torch"]):
        importlib.import_module(name)
    slowest = 0.0
    for folder in sorted((classroom.ROOT / "solutions").glob("*/tasks.py")):
        solved = solution.read(folder.parent)
        for name, task in checks.read(folder.parent / "checks.json")["tasks"].items():
            for case in task["cases"]:
                start = time.monotonic()
                outcomes.call(solved.answers[name], case["arguments"], task["parameters"], seconds=None)
                slowest = max(slowest, time.monotonic() - start)
    return slowest


class Times(NamedTuple):
    """Seconds of classes of 60 and of 120, start included."""

    sixty: float
    twice: float

    @property
    def rate(self) -> float:
        """Submissions a minute, without the start."""
        return CLASS * 60 / (self.twice - self.sixty)


def one_round(scratch: Path) -> tuple[Times, Times]:
    """nbgrader's own, then ours."""
    own = nbgraders_own(scratch / "own")
    sixty = sum(own[kind] * count for kind, count in KINDS.items())
    its = Times(own["start"] + sixty, own["start"] + 2 * sixty)
    ours = Times(*(grade(course(scratch / str(total), mix(total))) for total in (CLASS, 2 * CLASS)))
    print(f"  a round: {its.rate:.1f} a minute and {ours.rate:.0f}", flush=True)
    return its, ours


def run() -> Iterator[Result]:
    wrong = classroom.random_runs(1000, seed=1000)
    for name, function, said in wrong:
        print(f"{name}: {function}: {said}")
    yield Result("points wrongly given or taken, in 1000 random runs over all tasks", len(wrong), 0)

    yield Result("slowest call of a right answer ÷ the limit of a call", slowest_right_call() / LIMIT, 1 / 10)

    scratch = Path(tempfile.mkdtemp())
    try:
        rounds = [one_round(scratch / f"round {k}") for k in range(ROUNDS)]
        own, rate = (median(one.rate for one in some) for some in zip(*rounds, strict=True))
        what = f"submissions a minute: nbgrader's own, {own:.1f} ÷ ours, {rate:.0f}"
        yield Result(what, median(its.rate / ours.rate for its, ours in rounds), 1 / FASTER)
        whole, sixty = (median(one.sixty for one in some) for some in zip(*rounds, strict=True))
        what = f"seconds for {CLASS} from start to end: ours, {sixty:.0f} ÷ nbgrader's own, {whole:.0f}"
        yield Result(what, median(ours.sixty / its.sixty for its, ours in rounds), 1 / WHOLE)
        gigabytes = most_memory(course(scratch / "memory", mix(CLASS)))
        yield Result(f"gigabytes at the most, for {CLASS} submissions", gigabytes, MEMORY)
        ten, sixty, hundred = (grade(course(scratch / str(total), mix(total))) for total in (10, CLASS, 110))
        yield Result("one more submission after 60 ÷ one more after 10", (hundred - sixty) / (sixty - ten), 1.5)
        if len(os.sched_getaffinity(0)) > 1:
            alone = grade(course(scratch / "one core", mix(CLASS)), cores=1)
            yield Result(f"{CLASS} submissions on all cores ÷ the same on one", sixty / alone, 0.8)
    finally:
        shutil.rmtree(scratch)


def main(totals: list[int]) -> None:
    print("submissions   seconds   a minute")
    for total in totals:
        with tempfile.TemporaryDirectory() as scratch:
            seconds = grade(course(Path(scratch) / "course", mix(total)))
        print(f"{total:11} {seconds:9.1f} {60 * total / seconds:10.1f}", flush=True)


if __name__ == "__main__":
    main([int(total) for total in sys.argv[1:]] or [10, 100])
