"""What an import costs: in fresh interpreters, beside `import numpy`."""

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator

from bench.measure import Result, ratio

LIMIT = 1.25
WHAT = {
    "import helpers": "import helpers",
    "what the NumPy lessons use, plots apart": "from helpers import calculus, data, descent, functions, rules",
}


def timed(statement: str, compiled: str):
    """A callable that returns the processor time of the import itself, without the interpreter's own start.

    Modules are compiled once, into the folder `compiled`, whatever the environment says of that.
    """
    program = f"import time; start = time.process_time(); {statement}; print(time.process_time() - start)"
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = compiled

    def run() -> float:
        return float(subprocess.check_output([sys.executable, "-c", program], env=environment))

    return run


def run() -> Iterator[Result]:
    with tempfile.TemporaryDirectory() as compiled:
        numpy = timed("import numpy", compiled)
        for what, statement in WHAT.items():
            yield Result(f"{what} ÷ import numpy", ratio(timed(statement, compiled), numpy, 21), LIMIT)
