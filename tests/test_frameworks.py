"""TensorFlow, PyTorch and scikit-learn are imported in silence, and an absent one is an error that says what to do."""

import os
import subprocess
import sys

import nbformat
import pytest
from nbclient import NotebookClient

from helpers import frameworks, optimisers
from helpers.functions import quadratic

BOWL, START = quadratic([[1.0, 0.0], [0.0, 4.0]]), [3.0, -2.0]


def python(code, path=None, **environment):
    """Run the code in a new Python, where modules in `path` come first; returns the completed process."""
    dropped = ("TF_CPP_MIN_LOG_LEVEL", "KERAS_BACKEND")
    fresh = {k: v for k, v in os.environ.items() if k not in dropped} | environment
    if path is not None:
        fresh["PYTHONPATH"] = os.pathsep.join([str(path), *filter(None, [fresh.get("PYTHONPATH")])])
    return subprocess.run([sys.executable, "-c", code], env=fresh, capture_output=True, text=True, timeout=120)


# ---- a framework that is absent or broken -----------------------------------------------------------------------


def test_importing_the_modules_about_frameworks_imports_none_of_them():
    modules = "helpers.frameworks, helpers.optimisers, helpers.concordance"
    code = f"import sys, {modules}; print({{'tensorflow', 'keras', 'torch', 'sklearn'}} & sys.modules.keys())"
    assert python(code).stdout == "set()\n"


@pytest.mark.parametrize(
    ("package", "ask"),
    [
        ("tensorflow", frameworks.tensorflow),
        ("tensorflow", lambda: optimisers.descend_keras(BOWL, START, None, 1)),
        ("torch", frameworks.pytorch),
        ("torch", lambda: optimisers.descend_torch(BOWL, START, None, 1)),
        ("sklearn", frameworks.scikit_learn),
    ],
)
def test_an_absent_framework_is_an_error_that_says_how_to_install_it(monkeypatch, package, ask):
    monkeypatch.setitem(sys.modules, package, None)  # as if it were not installed
    with pytest.raises(frameworks.FrameworkMissing, match=r'-c requirements\.txt -e "\.\[frameworks\]"') as caught:
        ask()
    assert isinstance(caught.value, ImportError)
    assert caught.value._render_traceback_() == [str(caught.value)]  # all that a notebook shows


def test_pytorch_is_used_where_tensorflow_is_absent(monkeypatch):
    torch = frameworks.pytorch()
    monkeypatch.setitem(sys.modules, "tensorflow", None)
    assert optimisers.descend_torch(BOWL, START, lambda p: torch.optim.SGD(p, lr=0.125), 3).steps == 3


def test_keras_is_used_where_pytorch_is_absent(monkeypatch):
    tf = frameworks.tensorflow()
    monkeypatch.setitem(sys.modules, "torch", None)
    assert optimisers.descend_keras(BOWL, START, tf.optimizers.SGD(0.125), 3).steps == 3


def test_a_part_that_is_missing_inside_tensorflow_is_not_taken_for_its_absence(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import no_such_part")
    found = python("from helpers import frameworks; frameworks.tensorflow()", tmp_path)
    assert "ModuleNotFoundError: No module named 'no_such_part'" in found.stderr
    assert "FrameworkMissing" not in found.stderr


def test_an_import_that_fails_shows_what_was_held_back(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'no AVX here')\nraise ImportError('broken')")
    code = """
from helpers import frameworks
try:
    frameworks.tensorflow()
except ImportError as error:
    print(error.__notes__)
"""
    found = python(code, tmp_path)
    assert found.stdout == "['What was written to standard error before that:\\nno AVX here']\n"
    assert found.stderr == ""


def test_only_the_lines_of_the_import_itself_are_held_back(tmp_path):
    (tmp_path / "tensorflow.py").write_text("import os\nos.write(2, b'log line')")
    code = """
import os, sys
from helpers import frameworks
frameworks.tensorflow()
os.write(2, b"later, ")
sys.stderr.write("and later")
"""
    assert python(code, tmp_path).stderr == "later, and later"


def test_a_program_without_a_standard_error_can_import_too(tmp_path):
    (tmp_path / "tensorflow.py").write_text("")
    code = "import os; os.close(2); from helpers import frameworks; print(frameworks.tensorflow().__name__)"
    assert python(code, tmp_path).stdout == "tensorflow\n"


# ---- silence, with the real thing -------------------------------------------------------------------------------

FIRST_STEPS = """
from helpers import frameworks
tf = frameworks.tensorflow()
torch = frameworks.pytorch()
w = tf.Variable(3.0)
@tf.function
def step():
    with tf.GradientTape() as tape:
        cost = w**2
    optimizer.apply_gradients([(tape.gradient(cost, w), w)])
optimizer = tf.optimizers.SGD(0.25)
optimizer.build([w])
step()
print(w.numpy(), tf.keras.backend.backend(), torch.ones(1).item())
"""


def test_a_program_sees_no_log_line_and_tensorflows_keras(tmp_path):
    (tmp_path / "keras.json").write_text('{"backend": "torch"}')  # as who uses Keras with PyTorch has it
    found = python(FIRST_STEPS, KERAS_HOME=str(tmp_path))
    assert (found.stdout, found.stderr) == ("1.5 tensorflow 1.0\n", "")


COLLECTIONS = """
import gc
from helpers import frameworks
full = []
gc.callbacks.append(lambda phase, info: full.append(1) if phase == "start" and info["generation"] == 2 else None)
frameworks.tensorflow(), frameworks.pytorch()
kept = gc.get_freeze_count()
frameworks.tensorflow(), frameworks.pytorch()
print(len(full), kept > 100_000, gc.get_freeze_count() == kept, gc.isenabled())
"""


def test_no_garbage_is_looked_for_in_an_import_nor_later_in_what_it_has_made():
    # One full collection before each import, none within; the second calls import nothing, and change nothing.
    assert python(COLLECTIONS).stdout == "2 True True True\n"


def test_an_import_that_fails_leaves_the_collector_at_work(tmp_path):
    (tmp_path / "torch.py").write_text("1 / 0")
    code = """
import gc
from helpers import frameworks
for off in (False, True):
    gc.disable() if off else gc.enable()
    try:
        frameworks.pytorch()
    except ZeroDivisionError:
        print(gc.isenabled())
"""
    assert python(code, tmp_path).stdout == "True\nFalse\n"


@pytest.mark.slow
def test_a_notebook_sees_no_log_line():
    cells = [FIRST_STEPS, "import os; _ = os.write(2, b'written later')"]
    nb = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(cell) for cell in cells])
    environment = {k: v for k, v in os.environ.items() if k != "TF_CPP_MIN_LOG_LEVEL"}
    NotebookClient(nb, timeout=120, kernel_name="python3").execute(env=environment)
    first, later = ([(o.name, o.text) for o in cell.outputs] for cell in nb.cells)
    assert first == [("stdout", "1.5 tensorflow 1.0\n")]
    assert later in ([], [("stderr", "written later")])  # as the kernel shows descriptor 2, or does not
