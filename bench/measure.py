"""Two programs timed side by side, by the processor time they take.

On a busy machine wall-clock time goes on while a program waits for its turn; processor time does not. With one
thread, as here, the two are the same on an idle machine.
"""

import gc
import statistics
import time
from collections.abc import Callable
from typing import NamedTuple


class Result(NamedTuple):
    """One promise: what was measured, the ratio found, and the largest that keeps the promise."""

    what: str
    ratio: float
    limit: float

    @property
    def kept(self) -> bool:
        return self.ratio <= self.limit

    def __str__(self):
        verdict = "ok" if self.kept else "MISSED"
        return f"{self.what:76} {self.ratio:8.3f}   at most {self.limit:<5g} {verdict}"


def seconds(work: Callable[[], object]) -> float:
    """The processor time of one call of `work`."""
    start = time.process_time()
    work()
    return time.process_time() - start


def ratio(subject: Callable[[], float], reference: Callable[[], float], rounds: int) -> float:
    """The time of `subject` over that of `reference`: the median over rounds that take both, one after the other.

    Each returns the seconds it took. Both halves of a round find the caches and the memory as busy, and which of them
    comes first changes with each round, so what comes and goes moves single rounds but not their median. One round
    goes before and is not counted: it fills the caches.
    """
    subject(), reference()
    ratios = []
    gc.collect()
    gc.disable()
    try:
        for k in range(rounds):
            if k % 2:
                below, above = reference(), subject()
            else:
                above, below = subject(), reference()
            ratios.append(above / below)
    finally:
        gc.enable()
    return statistics.median(ratios)
