"""Ends a call that takes too long: `limited(function, seconds)`."""

import signal
import sys
import threading
from _thread import interrupt_main
from collections.abc import Callable

_AGAIN = 0.1  # seconds until a call that caught the interrupt is interrupted once more


class TimeLimit(BaseException):
    """A call was ended after the time that the message says.

    No Exception, so that `except Exception` in the call lets it pass.
    """


def limited(function: Callable, seconds: float | None):
    """function(), ended by TimeLimit after so many seconds where it runs Python code; None for no limit.

    A timer interrupts the main thread, as Ctrl-C would. A call that catches that is interrupted again until it ends,
    each time at two places: where it is, and some lines further on, which sooner or later is outside its `try`.

    Time during an import does not count: the first import of a framework can take minutes on a slow disk, and half a
    module would be left behind. No long call into a library is ended, and none outside the main thread, where a
    notebook's cells run.
    """
    if seconds is None or threading.current_thread() is not threading.main_thread():
        return function()
    here, main_thread = sys._getframe(), threading.get_ident()
    said = f"{seconds:g} seconds"
    fired, over, lines = 0, False, 0
    wake = threading.Event()

    def watch():
        nonlocal fired
        pause = seconds
        while not wake.wait(pause):
            if not _imports(sys._current_frames()[main_thread]):
                pause = _AGAIN
                fired += 1
                interrupt_main()

    def interrupt(number, frame):
        nonlocal lines
        if over:
            return
        if not fired:  # the student's own: Kernel, Interrupt
            raise KeyboardInterrupt
        if fired > 1:
            lines = fired
            while frame is not here:
                frame.f_trace = trace
                frame = frame.f_back
            sys.settrace(trace)
        raise TimeLimit(said)

    def trace(frame, event, argument):
        nonlocal lines
        lines -= event == "line"
        if lines <= 0 and not over:
            raise TimeLimit(said)
        return trace

    handler, tracer = signal.signal(signal.SIGINT, interrupt), sys.gettrace()
    watcher = threading.Thread(target=watch, daemon=True)
    try:
        watcher.start()
        return function()
    finally:
        over = True
        sys.settrace(tracer)
        wake.set()
        watcher.join()
        signal.signal(signal.SIGINT, handler)


def _imports(frame) -> bool:
    """Whether the frame, or one that called it, is Python's import."""
    while frame and frame.f_code.co_filename != "<frozen importlib._bootstrap>":
        frame = frame.f_back
    return frame is not None
