"""A notebook's cells, run in this process as a kernel would run them, without a kernel's ports: `Shell.run(source)`.

It is IPython's own shell, so magics, display, figures and `await` work. What a cell gives is kept as nbformat outputs,
up to a size; what programs write past Python, to the file descriptors, is not kept.
"""

import builtins
import os
import subprocess
import sys
import types

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.interactiveshell import InteractiveShell
from IPython.core.profiledir import ProfileDir
from IPython.paths import get_ipython_dir
from traitlets import Any, Type
from traitlets.config import Config

_MOST = 200  # outputs of a cell
_TRACEBACK = 20_000  # characters
_FRAMES = 10


class Recorder:
    """The outputs of the cell that runs, cut off where they grow beyond `limit` characters."""

    def __init__(self, limit: int = 0):
        self.limit = limit
        self.clear()

    def clear(self) -> None:
        self.outputs = []
        self._size = 0
        self._cut = False
        self._shown = {}  # display id → output

    def write(self, name: str, text: str) -> None:
        if self._cut or not text:
            return
        kept = text[: self.limit - self._size]
        self._size += len(kept)
        if self.outputs and self.outputs[-1].get("name") == name:
            self.outputs[-1]["text"].append(kept)
        else:
            self.outputs.append({"output_type": "stream", "name": name, "text": [kept]})
        if len(kept) < len(text) or len(self.outputs) >= _MOST:
            self._end()

    def error(self, name: str, message: str, traceback: list[str]) -> None:
        """Kept even where other outputs are left out: it says why the cell ended."""
        text = "\n".join(traceback)
        if len(text) > _TRACEBACK:
            text = f"{text[: _TRACEBACK // 4]}\n…\n{text[-_TRACEBACK * 3 // 4 :]}"
        if len(self.outputs) <= _MOST:
            self.outputs.append(
                {"output_type": "error", "ename": name, "evalue": message[:_TRACEBACK], "traceback": text.split("\n")}
            )

    def add(self, output: dict, display_id=None) -> None:
        if self._cut:
            return
        self._size += _length(output)
        if self._size > self.limit or len(self.outputs) >= _MOST:
            self._end()
            return
        self.outputs.append(output)
        if display_id is not None:
            self._shown[display_id] = output

    def update(self, display_id, output: dict) -> None:
        """Replace what was shown under this id, if anything was."""
        if display_id in self._shown and self._size + _length(output) <= self.limit:
            self._size += _length(output)
            self._shown[display_id].update(output)

    def take(self) -> list[dict]:
        """The outputs so far; recording starts again."""
        taken = self.outputs
        for output in taken:
            if output["output_type"] == "stream":
                output["text"] = "".join(output["text"])
        self.clear()
        return taken

    def _end(self) -> None:
        self._cut = True
        self.outputs.append(
            {"output_type": "stream", "name": "stderr", "text": ["\n… The rest of this cell's output is left out.\n"]}
        )


def _length(output: dict) -> int:
    """Characters of an output, nearly: what is nested in JSON data counts by its representation."""
    data = output.get("data", {})
    return sum(len(v if isinstance(v, (str, bytes)) else repr(v)) for v in (*output.values(), *data.values()))


class _Stream:
    """Takes the place of sys.stdout or sys.stderr while a cell runs."""

    encoding, errors, closed = "utf-8", "replace", False

    def __init__(self, name: str, recorder: Recorder):
        self._name, self._recorder = name, recorder

    def write(self, text: str) -> int:
        if not isinstance(text, str):
            raise TypeError(f"write() argument must be str, not {type(text).__name__}")
        self._recorder.write(self._name, text)
        return len(text)

    def writelines(self, lines) -> None:
        for line in lines:
            self.write(line)

    def flush(self) -> None: ...

    def isatty(self) -> bool:
        return False

    def writable(self) -> bool:
        return True

    def readable(self) -> bool:
        return False

    seekable = readable


class _Display(DisplayPublisher):
    recorder = Any()

    def publish(self, data, metadata=None, *, transient=None, update=False, **_):
        output = {"output_type": "display_data", "data": data, "metadata": metadata or {}}
        display_id = (transient or {}).get("display_id")
        if update:
            self.recorder.update(display_id, output)
        else:
            self.recorder.add(output, display_id)

    def clear_output(self, wait=False):
        self.recorder.clear()


class _Results(DisplayHook):
    recorder = Any()

    def start_displayhook(self):
        self._output = {"output_type": "execute_result", "execution_count": self.prompt_count}

    def write_output_prompt(self): ...

    def write_format_data(self, format_dict, md_dict=None):
        self._output.update(data=format_dict, metadata=md_dict or {})

    def finish_displayhook(self):
        if self._output.get("data"):
            self.recorder.add(self._output)
        self._output = {}


class _Interactive(InteractiveShell):
    display_pub_class = Type(_Display)
    displayhook_class = Type(_Results)
    recorder = Any()

    def enable_gui(self, gui=None): ...  # figures go into the page: no event loop is needed

    def ask_exit(self): ...  # `exit` ends a kernel, and here nothing

    def system(self, cmd):  # `!ls`; IPython's own way asks for a terminal
        done = subprocess.run(
            self.var_expand(cmd, depth=1), shell=True, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, text=True, errors="replace",
        )  # fmt: skip
        print(done.stdout, end="")
        self.user_ns["_exit_code"] = done.returncode

    def init_profile_dir(self, profile_dir=None): ...  # in `Shell.begin`

    def init_history(self):
        self.config.HistoryManager.update(enabled=False, hist_file=":memory:")
        super().init_history()

    def _get_exc_info(self, exc_tuple=None):
        _, error, _ = super()._get_exc_info(exc_tuple)
        for one in _chain(error):
            one.__traceback__ = _shortened(one.__traceback__)
        return type(error), error, error.__traceback__

    def _format_exception_for_storage(self, *arguments, **options): ...  # nobody asks for it

    def _showtraceback(self, etype, evalue, stb):
        self.recorder.error(getattr(etype, "__name__", str(etype)), str(evalue), [str(line) for line in stb])


def _chain(error: BaseException | None) -> list[BaseException]:
    """The error, and those that led to it."""
    found = []
    while error is not None and error not in found:
        found.append(error)
        error = error.__cause__ or error.__context__
    return found


def _shortened(trace: types.TracebackType | None) -> types.TracebackType | None:
    """Its first and last frames: IPython takes minutes for the thousands that an endless recursion leaves."""
    frames = []
    while trace is not None:
        frames.append(trace)
        trace = trace.tb_next
    if len(frames) > 2 * _FRAMES:
        frames = frames[:_FRAMES] + frames[-_FRAMES:]
    for frame in reversed(frames):
        trace = types.TracebackType(trace, frame.tb_frame, frame.tb_lasti, frame.tb_lineno)
    return trace


class Shell:
    """One notebook's namespace. It takes a while to make: make it once, fork, and `begin` in the child."""

    def __init__(self):
        self._recorder = Recorder()
        config = Config({"InteractiveShell": {"colors": "nocolor"}})
        self._shell = _Interactive.instance(config=config, recorder=self._recorder)
        self._shell.display_pub.recorder = self._shell.displayhook.recorder = self._recorder
        self._streams = _Stream("stdout", self._recorder), _Stream("stderr", self._recorder)

    def begin(self) -> None:
        """Make this process and its current folder the notebook's."""
        self._shell.ipython_dir = get_ipython_dir()
        self._shell.profile_dir = ProfileDir.create_profile_dir_by_name(self._shell.ipython_dir, "default")
        self._shell.user_ns["_dh"][:] = [os.getcwd()]
        builtins.input = _nobody

    def run(self, source: str, limit: int) -> None:
        """Run a cell. Its errors are among its outputs.

        limit   characters of its outputs; the rest is left out, with a line that says so
        """
        self._recorder.limit = limit
        sys.stdout, sys.stderr = self._streams
        self._shell.run_cell(source, store_history=True)

    def has(self, name: str) -> bool:
        """Whether the notebook has made something of this name."""
        return name in self._shell.user_ns

    def get(self, name: str):
        """What the notebook has under a name."""
        return self._shell.user_ns[name]

    def outputs(self) -> list[dict]:
        """What there is since the last call, as nbformat outputs."""
        return self._recorder.take()


def _nobody(prompt=""):
    raise EOFError("There is nobody to answer input() while a notebook is graded.")
