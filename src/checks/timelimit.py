"""Ends a call that takes too long: `limited(function, seconds)`."""

import enum
import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable

_AGAIN = 0.1  # seconds until a call that caught the interrupt is interrupted again


class TimeLimit(BaseException):
    """A call was ended after the time in the message.

    Not an Exception, so `except Exception` in the call does not catch it.
    """


def limited(function: Callable, seconds: float | None):
    """function(), ended by TimeLimit after so many seconds of Python code; None for no limit.

    A timer interrupts the main thread, as Ctrl-C would. A call that catches the interrupt is interrupted again until it
    ends, each time at two points: where it is, and some lines further on, which sooner or later is outside its `try`.

    Time during an import does not count: the first import of a framework can take minutes on a slow disk, and half a
    module would be left behind. A long call into a library runs to its end, and so does everything outside the main
    thread, where a notebook's cells run.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        return function()
    return _Limited(seconds).run(function)


class _State(enum.Enum):
    """How far a limited call has come."""

    WITHIN = enum.auto()  # its time is not up; an interrupt now is the student's own
    INTERRUPTED = enum.auto()  # its time is up, and it has been interrupted once
    RESISTING = enum.auto()  # it caught an interrupt: it is also ended some lines further on
    OVER = enum.auto()  # it has ended, and a late interrupt is ignored


class _Limited:
    """One call under a time limit, with a thread that watches the clock."""

    def __init__(self, seconds: float):
        self._seconds = seconds
        self._interrupts = 0  # by the watching thread
        self._lines = 0  # of Python that a resisting call may still run
        self._over = False
        self._wake = threading.Event()  # ends the watching thread

    @property
    def _state(self) -> _State:
        if self._over:
            return _State.OVER
        return (_State.WITHIN, _State.INTERRUPTED, _State.RESISTING)[min(self._interrupts, 2)]

    def run(self, function: Callable):
        """function(); raises TimeLimit if it took too long."""
        self._frame, self._thread = sys._getframe(), threading.get_ident()
        handler, tracer = signal.signal(signal.SIGINT, self._interrupted), sys.gettrace()
        watcher = threading.Thread(target=self._watch, daemon=True)
        try:
            watcher.start()
            return function()
        finally:
            self._over = True
            sys.settrace(tracer)
            self._wake.set()
            watcher.join()
            signal.signal(signal.SIGINT, handler)

    def _watch(self) -> None:
        """In a thread of its own: interrupt the call when its time is up, until it is over."""
        pause = self._seconds
        while not self._wake.wait(pause):
            if not _imports(sys._current_frames()[self._thread]):
                pause = _AGAIN
                self._interrupts += 1
                interrupt_main()

    def _interrupted(self, number, frame) -> None:
        """The handler of SIGINT, in the main thread."""
        match self._state:
            case _State.OVER:
                return
            case _State.WITHIN:
                raise KeyboardInterrupt
            case _State.RESISTING:
                self._trace_from(frame)
        raise self._end()

    def _trace_from(self, frame) -> None:
        """Have the call ended after more lines each time, in this frame or in one that called it."""
        self._lines = self._interrupts
        while frame is not self._frame:
            frame.f_trace = self._trace
            frame = frame.f_back
        sys.settrace(self._trace)

    def _trace(self, frame, event, argument):
        self._lines -= event == "line"
        if self._lines <= 0 and self._state is not _State.OVER:
            raise self._end()
        return self._trace

    def _end(self) -> TimeLimit:
        return TimeLimit(f"{self._seconds:g} seconds")


def _imports(frame) -> bool:
    """Whether the frame, or one that called it, is Python's import."""
    while frame and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None
