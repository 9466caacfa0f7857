"""The course on machines other than this one: processors that round differently."""

import math
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import processors
from checks.outcomes import encode
from grader.lastdigits import elsewhere, moved

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


# The oldest and the newest, since the widths of their vectors differ most, and the exercises in which NumPy computes;
# `make test-long` takes all of both.
@pytest.mark.slow
@pytest.mark.parametrize("processor", [SIMULATED[0], *SIMULATED[1:][-1:]], ids=lambda processor: processor.name)
def test_each_exercise_checks_as_stored_on_another_processor(processor):
    done = run_on(
        processor, "-m", "pytest", "-p", "no:cacheprovider", "tests/test_exercises.py",
        "-k", "TestEachTask and as_stored and not (05_ or 06_ or 07_ or 08_)",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout


class TestMovedArguments:
    """What the release does to a case, to see whether its verdict depends on last digits."""

    def test_numbers_move_by_a_unit_or_two_and_equal_sizes_together(self):
        arguments = [{"array": [0.1, -0.1, 1e300, 1e-300], "shape": [2, 2], "dtype": "float64"}, {"list": [0.1, 0.7]}]
        seen = set()
        for seed in range(50):
            array, pair = moved(arguments, [False, False], np.random.default_rng(seed))
            tenth, minus, huge, tiny = array["array"]
            assert tenth == -minus == pair["list"][0]
            for before, after in ((0.1, tenth), (0.7, pair["list"][1]), (1e300, huge), (1e-300, tiny)):
                seen.add((after - before) / math.ulp(before))
            assert (array["shape"], array["dtype"]) == ([2, 2], "float64")
        assert seen == {-2, -1, 1, 2}

    @pytest.mark.parametrize(
        "argument",
        [
            0.0,
            -3.0,
            0.5,
            2.0**80,
            float(np.float32(0.1)),
            3,
            True,
            None,
            "0.1",
            {"float": "NaN"},
            {"function": "square"},
        ],
        ids=repr,
    )
    def test_what_a_case_means_by_its_numbers_is_kept(self, argument):
        arguments = [argument, {"list": [argument]}]
        for seed in range(5):
            assert repr(moved(arguments, [False, False], np.random.default_rng(seed))) == repr(arguments)

    def test_parameters_whose_digits_matter_are_kept(self):
        first, second = moved([0.1, 0.1], [False, True], np.random.default_rng(0))
        assert first != 0.1 == second

    @pytest.mark.parametrize(
        ("function", "argument", "steady"),
        [
            (lambda a: np.linalg.eigvalsh(a)[0] == 0, [[1.0, 1.0], [1.0, 1.0]], False),
            (lambda a: np.linalg.eigh(a).eigenvalues[0] == 0, [[1.0, 1.0], [1.0, 1.0]], False),
            (lambda a: np.linalg.norm(a, 2) == 2, [[1.0, 1.0], [1.0, 1.0]], False),
            (lambda a: np.linalg.eigvalsh(a)[0] == 0, [[0.0, 0.0], [0.0, 2.0]], True),
            (lambda a: np.linalg.norm(a) == 5, [3.0, 4.0], True),
        ],
    )
    def test_what_a_library_rounds_is_moved_for_matrices_that_are_not_diagonal(self, function, argument, steady):
        before = np.linalg.eigvalsh
        results = [outcome["value"] for outcome in elsewhere(function, [encode(np.array(argument))], ["a"], [False])]
        assert all(results) == steady
        assert np.linalg.eigvalsh is before


@pytest.mark.long
def test_a_clone_elsewhere_passes_the_quick_tests_in_another_locale_and_time_zone(tmp_path):
    clone = tmp_path / "Kurs für alle" / "downhill"
    subprocess.run(["git", "clone", "--quiet", ROOT, clone], check=True)
    elsewhere = {"PYTHONPATH": str(clone / "src"), "LC_ALL": "C", "TZ": "Pacific/Apia"}
    environment = {name: value for name, value in os.environ.items() if not name.startswith("PYTEST")} | elsewhere
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-m", "not slow and not long", "tests"], env=environment, cwd=clone,
        capture_output=True, text=True, encoding="utf-8", errors="replace",
    )  # fmt: skip
    assert done.returncode == 0, done.stdout
