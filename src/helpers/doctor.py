"""Is this machine ready for the course, and if not, what to do: `python -m helpers.doctor`.

With --report it prints what a bug report needs, without names or paths.

It must run when a package is missing and when this is the wrong Python. So it imports only the standard library,
compares versions itself, and uses no syntax newer than Python 3.8.
"""

from __future__ import annotations

import enum
import getpass
import os
import platform
import re
import shutil
import subprocess
import sys
from importlib import metadata
from pathlib import Path
from typing import Iterator, NamedTuple  # noqa: UP035  (collections.abc.Iterator[...] needs Python 3.9)

COURSE = Path(__file__).resolve().parents[2]
DISTRIBUTION = "downhill"
LATER = ("keras", "scikit-learn", "tensorflow", "torch")  # the extra "frameworks": not needed by lessons 1 to 4
MODULES = {"pillow": "PIL", "scikit-learn": "sklearn"}  # distribution → import name, where they differ
IMPORT_SECONDS = 300  # a first import from a slow disk takes minutes
CONTAINER_LIMIT = Path("/sys/fs/cgroup/memory.max")
GIGABYTE = 10**9
# A kernel that has imported both frameworks takes 0.8 GB, and the browser needs as much again.
MEMORY_NEEDED = 2 * GIGABYTE
# The environment takes 3.6 GB on Linux without a GPU, and pip unpacks beside it.
DISK_TO_INSTALL, DISK_TO_WORK = 6 * GIGABYTE, 1 * GIGABYTE


class Effect(enum.IntEnum):
    """What a diagnosis means for the lessons, from harmless to worst."""

    NONE = 0
    DOUBT = 1
    LATER_LESSONS = 2
    STOPS = 3


SUMMARY = {
    Effect.NONE: "All is well: every lesson runs.",
    Effect.DOUBT: "Some lessons may fail or print different numbers until you fix the above.",
    Effect.LATER_LESSONS: "Lessons 1 to 4 run. Some from lesson 5 on do not run until you fix the above.",
    Effect.STOPS: "The lessons do not run until you fix the above.",
}


class Diagnosis(NamedTuple):
    """One line of the report: a verdict (OK, MISSING or WRONG), what is so and what to do, and its effect."""

    verdict: str
    text: str
    effect: Effect = Effect.NONE

    def __str__(self):
        return f"{self.verdict:8} {self.text}"


def diagnose(quick: bool = False) -> Iterator[Diagnosis]:
    """Check everything the lessons need, one diagnosis each. `quick` compares versions and imports nothing."""
    yield python()
    found = list(packages(quick))
    yield from found
    yield kernel()
    yield from hidden_packages(sorted({path.parent for path in (COURSE / "work").rglob("*.ipynb")}))
    yield disk(DISK_TO_WORK if all(f.verdict == "OK" for f in found) else DISK_TO_INSTALL)
    yield from memory()


def python() -> Diagnosis:
    """Is this Python one that the course supports?"""
    version, needed = "{}.{}.{}".format(*sys.version_info[:3]), declared()[0]
    if within(version, needed):
        return Diagnosis("OK", f"Python {version}")
    return Diagnosis(
        "WRONG",
        f"Python {version}: the course needs {needed}. Install one of these from python.org or conda, then name it: "
        "make PYTHON=python3.12 lab.",
        Effect.STOPS,
    )


def packages(quick: bool = False) -> Iterator[Diagnosis]:
    """Check each package that pyproject.toml requires, and the helper package. `quick` imports none of them."""
    wanted, pins = declared()[1], locked()
    versions = {name: _installed(name) for name in wanted}
    imports = {} if quick else {name: _start_import(name) for name in wanted if versions[name]}
    yield helper_package()
    for name, needed in wanted.items():
        version, effect = versions[name], Effect.LATER_LESSONS if name in LATER else Effect.STOPS
        spared = " Lessons 1 to 4 run without it." if name in LATER else ""
        failure = _import_error(imports[name]) if name in imports else ""
        if version is None:
            yield Diagnosis("MISSING", f"{name}: the course needs {needed}.{spared} {_install()}", effect)
        elif failure:
            again = _pip(f"--force-reinstall --no-deps -c requirements.txt {name}")
            text = f"{name} {version} is installed, but importing it fails: {failure}{spared}"
            yield Diagnosis("WRONG", f"{text} In the course folder: {again}", effect)
        elif not within(version, needed):
            yield Diagnosis("WRONG", f"{name} {version}: the course needs {needed}. {_install()}", Effect.DOUBT)
        elif name in pins and release(pins[name]) != release(version):
            yield Diagnosis("OK", f"{name} {version} (the stored outputs were made with {pins[name]})")
        else:
            yield Diagnosis("OK", f"{name} {version}")


def helper_package() -> Diagnosis:
    """Is the course itself installed? With PYTHONPATH set to the checkout it need not be."""
    version = _installed(DISTRIBUTION)
    if version:
        return Diagnosis("OK", f"{DISTRIBUTION} {version} (the helper package)")
    text = f"{DISTRIBUTION}: the helper package is not installed, so a notebook may not find it. {_install()}"
    return Diagnosis("MISSING", text, Effect.DOUBT)


def kernel() -> Diagnosis:
    """Would Jupyter start this Python for a notebook?

    Notebooks ask for the kernel named python3. The first folder of that name on Jupyter's path wins, and another
    Python may have put it there.
    """
    try:
        from jupyter_client.kernelspec import KernelSpecManager
        from jupyter_client.manager import KernelManager
    except Exception as error:  # a broken installation can raise anything
        return Diagnosis("MISSING", f"Jupyter kernel: {error}. {_install()}", Effect.STOPS)
    folder = KernelSpecManager().find_kernel_specs().get("python3")
    if folder is None:
        return Diagnosis("MISSING", f"Jupyter kernel python3: there is none. {_register()}", Effect.STOPS)
    try:
        kernel = KernelManager(kernel_name="python3")
        program, env = kernel.format_kernel_cmd()[0], kernel.kernel_spec.env
    except Exception as error:  # a damaged description can raise anything
        text = f"Jupyter kernel python3 in {folder} cannot be read ({error}). {_other_kernel(Path(folder))}"
        return Diagnosis("WRONG", text, Effect.STOPS)
    prefix = _prefix(program, env)
    if _same(prefix, sys.prefix):
        return Diagnosis("OK", "Jupyter kernel python3 is this Python")
    starts = f"the Python of {prefix}" if prefix else f"{program}, which is not a Python"
    text = f"Jupyter kernel python3 in {folder} starts {starts}, not this Python of {sys.prefix}."
    return Diagnosis("WRONG", f"{text} {_other_kernel(Path(folder))}", Effect.STOPS)


def hidden_packages(folders: list[Path]) -> Iterator[Diagnosis]:
    """Does a file beside a notebook hide a package? Python looks beside the notebook first, so torch.py is `torch`."""
    names = {MODULES.get(name, name) for name in declared()[1]} | {"helpers", "checks", "keras"}
    names |= getattr(sys, "stdlib_module_names", frozenset())  # from Python 3.10 on
    for folder in folders:
        for path in sorted(folder.glob("*")):
            if path.stem in names and (path.suffix == ".py" or (path / "__init__.py").is_file()):
                text = f"{path.name}: it hides the package {path.stem} from the notebooks beside it, in {folder}."
                yield Diagnosis("WRONG", f"{text} Rename it and restart the kernel.", Effect.DOUBT)


def disk(needed: float) -> Diagnosis:
    """Does the disk that holds the course have `needed` bytes free?"""
    place = COURSE if COURSE.is_dir() else Path.cwd()
    free = shutil.disk_usage(str(place)).free
    if free >= needed:
        return Diagnosis("OK", f"disk: {free / GIGABYTE:.0f} GB free")
    text = f"disk: {free / GIGABYTE:.1f} GB free, {needed / GIGABYTE:.0f} GB needed. Make room, or move the course."
    return Diagnosis("WRONG", text, Effect.DOUBT)


def memory() -> Iterator[Diagnosis]:
    """Has the machine, or the container, enough memory? No diagnosis if that cannot be found out."""
    total = _memory()
    if total is None:
        return
    if total >= MEMORY_NEEDED:
        yield Diagnosis("OK", f"memory: {total / GIGABYTE:.1f} GB")
    else:
        has, needed = total / GIGABYTE, MEMORY_NEEDED / GIGABYTE
        text = f"memory: {has:.1f} GB, {needed:.0f} GB needed. Run one notebook at a time: a kernel that runs out dies."
        yield Diagnosis("WRONG", text, Effect.DOUBT)


def this_notebook() -> None:
    """Print whether this kernel runs in the course's environment: one sentence if so, otherwise what to do."""
    for diagnosis in hidden_packages([Path.cwd()]):
        print(diagnosis)
    troubles = [diagnosis for diagnosis in [python(), *packages(quick=True)] if diagnosis.verdict != "OK"]
    if not troubles:
        print("This notebook runs in the course's environment: Python and every package fit.")
        return
    print(f"This notebook runs in {sys.executable}, which is not ready for the course:")
    for diagnosis in troubles:
        print(diagnosis)
    print("If you have installed the course elsewhere, choose its kernel: menu Kernel, Change Kernel.")


def declared() -> tuple[str, dict[str, str]]:
    """(the range of Pythons, {package: range of versions}) from the checkout's pyproject.toml, else as installed.

    Raises RuntimeError if there is neither.
    """
    file = COURSE / "pyproject.toml"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    if f'name = "{DISTRIBUTION}"' in text:
        # tomllib came with Python 3.11, and the doctor must also run on older ones. A test compares the two.
        pythons = re.search(r'^requires-python = "(.*)"$', text, re.M).group(1)
        blocks = re.findall(r"^(?:dependencies|frameworks) = \[(.*?)^\]", text, re.M | re.S)
        requirements = re.findall(r'"([^"]+)"', "".join(blocks))
    else:
        try:
            own = metadata.distribution(DISTRIBUTION)
        except metadata.PackageNotFoundError:
            raise RuntimeError(
                f"The folder {COURSE} holds no pyproject.toml of the course, and the course is not installed: "
                "run the doctor from the course folder."
            ) from None
        pythons = own.metadata["Requires-Python"]
        requirements = [line for line in own.requires or [] if "extra ==" not in line or "frameworks" in line]
    return pythons, dict(re.match(r"([\w.-]+)\s*([^;]*)", line).groups() for line in requirements)


def locked() -> dict[str, str]:
    """{package: version} as pinned in the checkout's requirements.txt; empty if there is no such file."""
    file = COURSE / "requirements.txt"
    text = file.read_text(encoding="utf-8") if file.is_file() else ""
    return dict(re.findall(r"^([\w.-]+)==([^\s;]+)", text, re.M))


def release(version: str) -> tuple[int, ...]:
    """The numbers of a version, without trailing zeros or a suffix: "2.13.0+cpu" → (2, 13)."""
    numbers = [int(n) for n in re.match(r"\d+(?:\.\d+)*", version).group().split(".")]
    while len(numbers) > 1 and numbers[-1] == 0:
        numbers.pop()
    return tuple(numbers)


def within(version: str, specifier: str) -> bool:
    """Does `version` satisfy every clause of `specifier`, such as ">=3.11,<3.14"? Raises ValueError on other forms."""
    compare = {
        ">=": lambda a, b: a >= b,
        "<=": lambda a, b: a <= b,
        ">": lambda a, b: a > b,
        "<": lambda a, b: a < b,
        "==": lambda a, b: a == b,
        "!=": lambda a, b: a != b,
    }
    for clause in filter(None, (part.strip() for part in specifier.split(","))):
        match = re.fullmatch(r"(>=|<=|==|!=|>|<)\s*(\d+(?:\.\d+)*)", clause)
        if match is None:
            raise ValueError(f"The doctor cannot read the range {clause!r}: use >=, >, <=, <, == or !=.")
        if not compare[match.group(1)](release(version), release(match.group(2))):
            return False
    return True


def _installed(name):
    """The installed version of a package, or None."""
    try:
        return metadata.version(name)
    except metadata.PackageNotFoundError:
        return None


def _start_import(name):
    """Start importing the package in a separate process, where a crash does no harm."""
    return subprocess.Popen(
        [sys.executable, "-c", "import " + MODULES.get(name, name)],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        encoding="utf-8",
        errors="replace",
    )


def _import_error(process):
    """The last line that a failed import printed, or "" if it succeeded."""
    try:
        said = process.communicate(timeout=IMPORT_SECONDS)[1].strip().splitlines()
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        return f"it did not finish within {IMPORT_SECONDS} seconds."
    if process.returncode == 0:
        return ""
    return said[-1] if said else f"it crashed with exit code {process.returncode}."


def _other_kernel(folder):
    """What to do about a kernel that is not this Python."""
    if Path(sys.prefix) in folder.parents:
        return _register()
    listed = os.environ.get("JUPYTER_PATH", "").split(os.pathsep)
    if any(entry and Path(entry) in folder.parents for entry in listed):
        return f"Delete the folder {folder}, or take {folder.parents[1]} out of the environment variable JUPYTER_PATH."
    if not _prefers_environment():
        lab = f"{_quoted(sys.executable)} -m helpers.lab"
        return f"Delete the folder {folder}, or open the course by {lab}, which ignores it."
    return f"Delete the folder {folder}."


def _prefix(program, env):
    """The sys.prefix of `program` if that is a Python, else ""."""
    try:
        asked = subprocess.run(
            [program, "-c", "import sys; print(sys.prefix)"],
            env={**os.environ, **env},
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            encoding="utf-8",
            errors="replace",
            timeout=60,
        )
    except (OSError, subprocess.TimeoutExpired):
        return ""
    return asked.stdout.strip() if asked.returncode == 0 else ""


def _same(folder, other):
    return bool(folder) and os.path.normcase(os.path.realpath(folder)) == os.path.normcase(os.path.realpath(other))


def _prefers_environment():
    """Does Jupyter already search this environment before the user's own folders?"""
    from jupyter_core.paths import prefer_environment_over_user

    return prefer_environment_over_user()


def _memory():
    """Bytes of memory, or None."""
    try:
        total = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (AttributeError, OSError, ValueError):  # Windows
        try:
            import psutil
        except ImportError:
            return None
        total = psutil.virtual_memory().total
    try:
        return min(total, int(CONTAINER_LIMIT.read_text(encoding="ascii")))
    except (OSError, ValueError):  # no container, or one without a limit
        return total


def _quoted(path):
    return f'"{path}"' if " " in path else path


def _pip(arguments):
    return f"{_quoted(sys.executable)} -m pip install {arguments}"


def _install():
    if sys.prefix == sys.base_prefix and "CONDA_PREFIX" not in os.environ:
        return "In the course folder: make lab, which makes the environment (without make: see README.md)."
    everything = '-c requirements.txt -e ".[frameworks]"'
    return f"In the course folder: {_pip(everything)}"


def _register():
    return f"Register this Python: {_quoted(sys.executable)} -m ipykernel install --sys-prefix"


def report() -> str:
    """What a bug report needs: the machine in a line, then every diagnosis; without names or paths."""
    system = f"{platform.system()} {platform.release()}, {platform.machine()}, {os.cpu_count()} processors"
    lines = [
        f"{DISTRIBUTION} {_installed(DISTRIBUTION) or 'not installed'}, Python {platform.python_version()}, {system}"
    ]
    return "\n".join(_anonymous(line) for line in [*lines, *map(str, diagnose())])


def _anonymous(text):
    """The text with paths and the user's name replaced."""
    known = {str(place) for place in (COURSE, Path.home(), Path.cwd(), sys.prefix, sys.executable)}
    for place in sorted(known - {os.sep}, key=len, reverse=True):
        text = re.sub(re.escape(place) + r"[^\s:,;\"']*", "PATH", text)
    text = re.sub(r"(?:(?<![\w.<>=])[\\/]|\b[A-Za-z]:[\\/])[^\s:,;\"']*", "PATH", text)
    try:
        user = getpass.getuser()
    except Exception:  # nobody, as in some containers
        return text
    return re.sub(rf"\b{re.escape(user)}\b", "USER", text)


def main(arguments: list[str] | None = None) -> int:
    """Print each diagnosis as it is made; return 0 if all is well, else 1. With --report, print that and return 0."""
    if (sys.argv[1:] if arguments is None else arguments) == ["--report"]:
        print(report())
        return 0
    worst = Effect.NONE
    try:
        for diagnosis in diagnose():
            print(diagnosis, flush=True)
            worst = max(worst, diagnosis.effect)
    except RuntimeError as error:
        print(error)
        return 1
    print("\n" + SUMMARY[worst])
    return 0 if worst is Effect.NONE else 1


if __name__ == "__main__":
    sys.exit(main())
