"""Whose turn it is to run: submissions side by side, and those that are to run once more alone."""

import collections
import dataclasses
import threading
from collections.abc import Iterable

_HELD = 100_000_000  # bytes of submissions that wait to be run once more


@dataclasses.dataclass(eq=False)
class Turn:
    """A submission's turn to run. alone: nothing has run beside it so far; exclusive: nothing may."""

    submission: object
    alone: bool = True
    exclusive: bool = False


class Turns:
    """Hands out submissions to threads: side by side at first; those that are to run again then, one at a time."""

    def __init__(self, submissions: Iterable):
        self._first, self._again = iter(submissions), collections.deque()
        self._held = 0  # bytes of those in `_again`
        self._running: list[Turn] = []
        self._exhausted = self._closed = False
        self._changed = threading.Condition()

    def take(self) -> Turn | None:
        """The next turn; None where there is none, and none can come. Waits where another has to end first."""
        with self._changed:
            while not self._closed:
                if any(turn.exclusive for turn in self._running):
                    pass
                elif self._again and (self._exhausted or self._held > _HELD):
                    if not self._running:
                        submission = self._again.popleft()
                        self._held -= submission.size()
                        return self._start(Turn(submission, exclusive=True))
                elif not self._exhausted:
                    submission = next(self._first, None)
                    if submission is not None:
                        return self._start(Turn(submission))
                    self._exhausted = True
                    self._changed.notify_all()
                    continue
                elif not self._running:
                    return None
                self._changed.wait()
            return None

    def _start(self, turn: Turn) -> Turn:
        self._running.append(turn)
        if len(self._running) > 1:
            for one in self._running:
                one.alone = False
        return turn

    def give_back(self, turn: Turn, again: bool) -> bool:
        """Note the end of a turn. Whether the submission will get another one: if it should, and was not alone."""
        with self._changed:
            self._running.remove(turn)
            again = again and not turn.alone
            if again:
                self._again.append(turn.submission)
                self._held += turn.submission.size()
            self._changed.notify_all()
            return again

    def close(self) -> None:
        """End the waiting of all threads."""
        with self._changed:
            self._closed = True
            self._changed.notify_all()
