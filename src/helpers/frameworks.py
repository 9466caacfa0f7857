"""TensorFlow, PyTorch and scikit-learn, imported in silence, and a helpful error where one is absent.

    tf = frameworks.tensorflow()    what `import tensorflow as tf` gives, without its log lines
    torch = frameworks.pytorch()    what `import torch` gives
    sklearn = frameworks.scikit_learn()    what `import sklearn` gives

None is imported before it is asked for, and each can be absent while the others are used.
"""

import contextlib
import gc
import os
import sys
import tempfile
from collections.abc import Iterator
from types import ModuleType


class FrameworkMissing(ImportError):
    """A framework is not installed; the message says how to install it. A notebook shows only the message."""

    def _render_traceback_(self):
        return [str(self)]


def tensorflow() -> ModuleType:
    """TensorFlow, imported in silence: `tf = frameworks.tensorflow()` is `import tensorflow as tf` without log lines.

    While it is imported, TensorFlow writes to the process's standard error, below Python, at every log level. This
    output is held back; if the import fails, the error carries it as a note. Two environment variables must be set
    before the import, and are unless you have set them: TF_CPP_MIN_LOG_LEVEL becomes 3, which silences the first
    operation too, and KERAS_BACKEND becomes "tensorflow", whatever ~/.keras/keras.json contains.

    Raises FrameworkMissing if TensorFlow is not installed.
    """
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    os.environ.setdefault("KERAS_BACKEND", "tensorflow")
    with _installed("TensorFlow", "tensorflow"), without_garbage_collection("tensorflow"), _standard_error_held_back():
        import tensorflow
    return tensorflow


def pytorch() -> ModuleType:
    """PyTorch: `torch = frameworks.pytorch()` is `import torch`. Raises FrameworkMissing if it is not installed."""
    with _installed("PyTorch", "torch"), without_garbage_collection("torch"):
        import torch
    return torch


def scikit_learn() -> ModuleType:
    """scikit-learn: `sklearn = frameworks.scikit_learn()` is `import sklearn`. Raises FrameworkMissing without it."""
    with _installed("scikit-learn", "sklearn"), without_garbage_collection("sklearn"):
        import sklearn
    return sklearn


@contextlib.contextmanager
def _installed(title: str, package: str) -> Iterator[None]:
    """Around an import: turn the package's absence into an error that says what to do."""
    try:
        yield
    except ModuleNotFoundError as error:
        if error.name != package:
            raise
        raise FrameworkMissing(
            f"{title} is not installed where this notebook runs. "
            "In the course's folder, with its environment active, install what the lessons from 5 on need:\n"
            '    python -m pip install -c requirements.txt -e ".[frameworks]"\n'
            "Then restart the kernel (menu Kernel, Restart) and run from the top. "
            "`python -m helpers.doctor` finds what else may be missing.",
            name=package,
        ) from None


@contextlib.contextmanager
def without_garbage_collection(package: str) -> Iterator[None]:
    """Around a package's first import: no garbage collection during it, and none of its objects afterwards.

    Python collects garbage whenever enough objects are new. A framework creates hundreds of thousands, all permanent:
    searching them took a quarter of the import's time, and as much again later.
    """
    if package in sys.modules or not gc.isenabled():
        yield
        return
    gc.collect()  # or `freeze` would keep what is garbage now
    gc.disable()
    try:
        yield
    finally:
        gc.freeze()
        gc.enable()


@contextlib.contextmanager
def _standard_error_held_back() -> Iterator[None]:
    """Hold back what the process writes to file descriptor 2; an error that leaves the block carries it as a note.

    sys.stderr is not replaced: a logger created in the meantime would keep the replacement forever. In a Jupyter
    kernel sys.stderr writes to the notebook directly, but code below Python still uses descriptor 2.
    """
    try:
        original = os.dup(2)
    except OSError:  # a program without a console on Windows has no descriptor 2: nothing to hold back
        yield
        return
    with tempfile.TemporaryFile() as held:
        os.dup2(held.fileno(), 2)
        try:
            yield
        except BaseException as error:
            held.seek(0)
            if text := held.read().decode(errors="replace").strip():
                error.add_note(f"What was written to standard error before that:\n{text}")
            raise
        finally:
            os.dup2(original, 2)
            os.close(original)
