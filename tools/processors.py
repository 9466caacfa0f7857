"""Run a command as it would run on other processors, which round in other ways.

    python tools/processors.py COMMAND …     under each processor that this one can simulate, with 1 and with 2 threads

NumPy, OpenBLAS, PyTorch and oneDNN pick their code by the instructions that a processor has; environment variables
make them pick as an older one would. A processor with instructions that this one lacks cannot be simulated: it is left
out, and the output says so. Ends with status 1 if the command failed under any of them.
"""

import os
import subprocess
import sys
import time
from typing import NamedTuple

from numpy._core._multiarray_umath import __cpu_dispatch__, __cpu_features__


class Processor(NamedTuple):
    """A kind of x86 processor, and what makes the libraries take this one for it.

    name        as OpenBLAS spells it
    needs       NumPy's name for the newest instructions that it has: where they are missing it cannot be simulated
    optional    the instructions beyond its baseline that NumPy may use
    torch, onednn   what PyTorch and oneDNN may use at most
    tensorflow  whether TensorFlow may use oneDNN
    """

    name: str
    needs: str
    optional: tuple[str, ...]
    torch: str
    onednn: str
    tensorflow: bool

    def simulable(self) -> bool:
        return __cpu_features__.get(self.needs, False)

    def environment(self, threads: int) -> dict[str, str]:
        """This process's environment, changed so that a child computes as on that processor."""
        # A name that NumPy does not know, or that this processor does not have, is a warning at its import.
        disabled = [name for name in __cpu_dispatch__ if __cpu_features__[name] and name not in self.optional]
        return os.environ | {
            "OPENBLAS_CORETYPE": self.name,
            "NPY_DISABLE_CPU_FEATURES": " ".join(disabled),
            "ATEN_CPU_CAPABILITY": self.torch,
            "ONEDNN_MAX_CPU_ISA": self.onednn,
            "TF_ENABLE_ONEDNN_OPTS": str(int(self.tensorflow)),
            # The latter two, where something has set them, count for more than the first.
            **dict.fromkeys(("OMP_NUM_THREADS", "MKL_NUM_THREADS", "OPENBLAS_NUM_THREADS"), str(threads)),
            "TF_NUM_INTRAOP_THREADS": str(threads),
            "TF_NUM_INTEROP_THREADS": str(threads),
        }


PROCESSORS = (
    Processor("Nehalem", "SSE42", (), "default", "SSE41", False),
    Processor("Sandybridge", "AVX", (), "default", "AVX", True),
    Processor("Haswell", "AVX2", ("X86_V3",), "avx2", "AVX2", False),
    Processor("SkylakeX", "AVX512_SKX", ("X86_V3", "X86_V4"), "avx512", "AVX512_CORE", True),
)


def main(command: list[str]) -> int:
    failed = False
    for processor in PROCESSORS:
        if not processor.simulable():
            print(f"{processor.name}: left out, this processor cannot simulate it", flush=True)
            continue
        for threads in (1, 2):
            print(f"{processor.name}, threads: {threads}", flush=True)
            start = time.monotonic()
            status = subprocess.run(command, env=processor.environment(threads)).returncode
            failed |= status != 0
            print(f"{'FAILED' if status else 'passed'} in {time.monotonic() - start:.0f} s", flush=True)
    return int(failed)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
