"""Run all benchmarks, or those named: `python -m bench`, `python -m bench step`. Exit code 1 if one misses."""

import importlib
import os
import pkgutil
import sys
from pathlib import Path

# One thread, so that ratios do not depend on the machine's number of cores. NumPy reads this when it loads.
for name in ["OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "VECLIB_MAXIMUM_THREADS"]:
    os.environ[name] = "1"


def main(names: list[str]) -> int:
    benchmarks = [module.name for module in pkgutil.iter_modules([str(Path(__file__).parent)])]
    benchmarks = [name for name in benchmarks if name not in ("__main__", "measure")]
    if unknown := set(names) - set(benchmarks):
        print(
            f"There is no benchmark {', '.join(sorted(unknown))}; there are {', '.join(benchmarks)}.", file=sys.stderr
        )
        return 2
    kept = True
    for name in names or benchmarks:
        for result in importlib.import_module(f"bench.{name}").run():
            print(result, flush=True)
            kept = kept and result.kept
    print("Ratios of processor times, each the median over rounds that take both, one after the other; one thread.")
    print("latency.py, paint.py and grading.py measure wall-clock time: what a reader or an instructor waits for.")
    return 0 if kept else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
