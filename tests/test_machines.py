"""The course on machines other than this one: processors that round differently."""

import subprocess
import sys
from pathlib import Path

import pytest

import processors

ROOT = Path(__file__).parents[1]
SIMULATED = [processor for processor in processors.PROCESSORS if processor.simulable()]
SEEN = """
import numpy as np, threadpoolctl, torch
from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__
blas = next(library for library in threadpoolctl.threadpool_info() if library["internal_api"] == "openblas")
print(blas["architecture"], blas["num_threads"])
print(torch.backends.cpu.get_cpu_capability().lower(), torch.get_num_threads())
print(*[name for name in __cpu_dispatch__ if __cpu_features__[name]])
"""


def run_on(processor, *arguments, threads=1):
    """Python with these arguments, run in the course's folder as on that processor."""
    environment = {
        name: value for name, value in processor.environment(threads).items() if not name.startswith("PYTEST")
    }
    return subprocess.run(
        [sys.executable, *arguments], env=environment, cwd=ROOT,
        capture_output=True, text=True,
    )  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize("processor", SIMULATED, ids=lambda processor: processor.name)
def test_libraries_take_this_processor_for_the_simulated_one(processor):
    done = run_on(processor, "-c", SEEN, threads=2)
    assert done.stderr == ""
    blas, torch, features = done.stdout.splitlines()
    assert (blas, torch) == (f"{processor.name} 2", f"{processor.torch} 2")
    assert set(features.split()) <= set(processor.optional)
