"""pyproject.toml, requirements.txt and environment.yml agree, with each other and with what is installed.

Importing the helper package loads nothing heavy.
"""

import re
import subprocess
import sys
import sysconfig
import tomllib
from importlib import metadata
from pathlib import Path

import pytest
import yaml
from packaging.requirements import Requirement
from packaging.specifiers import InvalidSpecifier, SpecifierSet
from packaging.utils import canonicalize_name
from packaging.version import Version

ROOT = Path(__file__).parents[1]
TEXTS = {
    name: (ROOT / name).read_text(encoding="utf-8")
    for name in ("pyproject.toml", "requirements.txt", "environment.yml", "Makefile")
}


def pins(lock: str) -> dict[str, list[Requirement]]:
    """The lock's lines by the name of their package."""
    found = {}
    for line in lock.splitlines():
        if line.strip() and not line.startswith(("#", "-")):
            requirement = Requirement(line)
            found.setdefault(canonicalize_name(requirement.name), []).append(requirement)
    return found


def disagreements(pyproject: str, lock: str, conda: str, makefile: str) -> list[str]:
    """Every point in which the files contradict each other, or themselves."""
    project = tomllib.loads(pyproject)
    locked = pins(lock)
    return [
        *_faults_of_lock(lock, locked),
        *_not_pinned(_requirements(project), locked),
        *_python_ranges(project["project"]["requires-python"], conda, makefile),
        *_faults_of_conda(conda, locked),
    ]


def _requirements(project) -> list[Requirement]:
    """All that pyproject.toml asks for: dependencies, extras, and how the lock is to be resolved."""
    uv = project["tool"]["uv"]
    lines = [
        *project["project"]["dependencies"],
        *(line for extra in project["project"]["optional-dependencies"].values() for line in extra),
        *uv["constraint-dependencies"],
        *(f"{known['name']}=={known['version']}" for known in uv["dependency-metadata"]),
        *(line for known in uv["dependency-metadata"] for line in known["requires-dist"]),
    ]
    return [Requirement(line) for line in lines]


def _faults_of_lock(lock, locked):
    for name, requirements in locked.items():
        if name == "triton" or name.startswith("nvidia"):
            yield f"requirements.txt names {name}, a GPU library"
        for requirement in requirements:
            if not re.fullmatch(r"==[\w.]+", str(requirement.specifier)):
                yield f"requirements.txt does not pin {name} to one release: {requirement}"
    for line in lock.splitlines():
        if line.startswith("-") or "://" in line:
            yield f"requirements.txt holds more than pins: {line}"


def _not_pinned(requirements, locked):
    for requirement in requirements:
        pinned = locked.get(canonicalize_name(requirement.name), [])
        if len(pinned) != 1:
            yield f"pyproject.toml asks for {requirement}, requirements.txt pins it {len(pinned)} times"
        elif not _admits(requirement.specifier, pinned[0]):
            yield f"pyproject.toml asks for {requirement}, requirements.txt has {pinned[0]}"


def _python_ranges(wanted, conda, makefile):
    dependencies = yaml.safe_load(conda)["dependencies"]
    given = [spec.removeprefix("python") for spec in dependencies if _name(spec) == "python"]
    if [_range(spec) for spec in given] != [_range(wanted)]:
        yield f"pyproject.toml wants Python {wanted}, environment.yml gives {given}"
    least, most = re.search(r"not \(3, (\d+)\) <= sys\.version_info\[:2\] <= \(3, (\d+)\)", makefile).groups()
    if _range(f">=3.{least},<3.{int(most) + 1}") != _range(wanted):
        yield f"pyproject.toml wants Python {wanted}, the Makefile 3.{least} to 3.{most}"


def _faults_of_conda(conda, locked):
    dependencies = yaml.safe_load(conda)["dependencies"]
    pip = [line for entry in dependencies if isinstance(entry, dict) for line in entry["pip"]]
    if [line for line in pip if line.startswith("-")] != ["-c requirements.txt", "-e .[frameworks]"]:
        yield f"environment.yml must give pip the lock and the course, and gives {pip}"
    if "pip" not in dependencies:
        yield "environment.yml has no pip of its own"
    if "://" in conda:
        yield "environment.yml names a host"
    others = [spec for spec in dependencies if isinstance(spec, str)] + [line for line in pip if line[0] != "-"]
    for spec in others:
        name = canonicalize_name(_name(spec))
        if name in locked and not all(_admits(_range(spec[len(name) :]), pinned) for pinned in locked[name]):
            yield f"environment.yml gives {spec}, requirements.txt has {locked[name][0]}"


def _name(spec):
    return re.match(r"[\w.-]*", str(spec)).group()


def _range(text):
    """A range as pip or conda writes it; conda's `=2.4` is pip's `==2.4.*`."""
    text = text.strip()
    if re.fullmatch(r"=[\d.]+", text):
        text = f"={text}.*"
    try:
        return SpecifierSet(text)
    except InvalidSpecifier:
        return None


def _admits(specifiers, pinned):
    return specifiers is not None and specifiers.contains(_version(pinned), prereleases=True)


def _version(pinned):
    return str(pinned.specifier).removeprefix("==")


def installed_otherwise(lock: str, installed: dict[str, str]) -> list[str]:
    """The installed packages whose version is not the locked one; a label such as +cpu does not count."""
    return [
        f"{name} {installed[name]} is installed, requirements.txt has {pinned}"
        for name, requirements in pins(lock).items()
        for pinned in requirements
        if name in installed
        and (pinned.marker is None or pinned.marker.evaluate())
        and Version(installed[name]).public != Version(_version(pinned)).public
    ]


def changed(name: str, pattern: str, replacement: str) -> list[str]:
    """The disagreements once one line of one file has been changed."""
    text, times = re.subn(pattern, replacement, TEXTS[name], count=1, flags=re.M)
    assert times == 1, f"{pattern} stands nowhere in {name}"
    return disagreements(*(TEXTS | {name: text}).values())


def test_the_three_files_agree():
    assert disagreements(*TEXTS.values()) == []


@pytest.mark.parametrize(
    ("name", "pattern", "replacement", "complaint"),
    [
        ("requirements.txt", r"^numpy==.*$", "numpy==1.26.4", "numpy<3,>=2.2"),
        ("requirements.txt", r"^nbgrader==.*$", "nbgrader==0.10.0", "nbgrader"),
        ("requirements.txt", r"^torch==.*$", "torch==2.12.0", "torch==2.13.0"),
        ("requirements.txt", r"^torch==(.*)$", r"torch==\1+cpu", "does not pin torch"),
        ("requirements.txt", r"^scipy==.*\n", "", "scipy.* 0 times"),
        ("requirements.txt", r"^(scipy==.*)$", r"\1\n\1", "scipy.* 2 times"),
        ("requirements.txt", r"^scipy==.*$", "scipy>=1.15", "does not pin scipy"),
        ("requirements.txt", r"^scipy==.*$", "scipy==1.*", "does not pin scipy"),
        ("requirements.txt", r"\Z", "nvidia-cublas==13.0.0\n", "GPU"),
        ("requirements.txt", r"\Z", "triton==3.4.0\n", "GPU"),
        ("requirements.txt", r"\Z", "--extra-index-url https://wheels.example\n", "more than pins"),
        ("pyproject.toml", r'"numpy>=[^"]*"', '"numpy>=3,<4"', "numpy"),
        ("pyproject.toml", r'"hypothesis>=[^"]*"', '"hypothesis>=7,<8"', "hypothesis"),
        ("pyproject.toml", r'"nbgrader>=[^"]*"', '"nbgrader>=0.9.5,<0.10", "nowhere>=1"', "nowhere"),
        ("pyproject.toml", r'"torch==[^"]*"', '"torch==2.12.0"', "torch"),
        ("pyproject.toml", r'^version = "2\.[^"]*"', 'version = "2.12.0"', "torch"),
        ("pyproject.toml", r'^requires-python = ".*"', 'requires-python = ">=3.12,<3.14"', "Makefile"),
        ("environment.yml", r"python>=.*$", "python>=3.11", "environment.yml gives"),
        ("environment.yml", r"^  - python>=.*\n", "", "environment.yml gives"),
        ("environment.yml", r"- pip$", "- pip\n  - numpy=2.3", "numpy=2.3"),
        ("environment.yml", r"- -e \.\[frameworks\]$", "- -e .[frameworks]\n      - torch==2.12.0", "torch==2.12.0"),
        ("environment.yml", r"^      - -c requirements\.txt\n", "", "the lock and the course"),
        ("environment.yml", r"- -c requirements\.txt$", "- -c other.txt", "the lock and the course"),
        ("environment.yml", r"^  - pip$\n", "", "no pip"),
        ("environment.yml", r"conda-forge", "https://conda.example/forge", "host"),
        ("Makefile", r"<= \(3, \d+\)", "<= (3, 14)", "the Makefile 3.11 to 3.14"),
    ],
)
def test_a_changed_pin_in_any_of_the_files_is_found(name, pattern, replacement, complaint):
    assert re.search(complaint, "\n".join(changed(name, pattern, replacement)))


def test_an_agreeing_entry_of_conda_is_no_disagreement():
    version = _version(pins(TEXTS["requirements.txt"])["numpy"][0])
    assert changed("environment.yml", r"- pip$", f"- pip\n  - numpy={version.rsplit('.', 1)[0]}") == []


@pytest.mark.lock
def test_what_is_installed_is_what_the_lock_names():
    # setuptools, once imported, puts packages of its own on the path: look in the environment alone.
    folders = {sysconfig.get_path("purelib"), sysconfig.get_path("platlib")}
    installed = {canonicalize_name(dist.name): dist.version for dist in metadata.distributions(path=list(folders))}
    assert "numpy" in installed
    assert installed_otherwise(TEXTS["requirements.txt"], installed) == []


def test_an_installed_version_beside_the_lock_is_found():
    lock = "numpy==2.4.6\ntorch==2.13.0\nappnope==1.0.0 ; sys_platform == 'nowhere'\nscipy==1.17.1\n"
    assert installed_otherwise(lock, {"numpy": "2.4.6", "torch": "2.13.0+cpu", "appnope": "0.9"}) == []
    assert len(installed_otherwise(lock, {"numpy": "2.4.5", "torch": "2.12.0+cpu"})) == 2


def everything_for(lines: list[str]) -> set[str]:
    """The installed distributions that these requirements ask for, each with what it needs in turn."""
    found, waiting = set(), [Requirement(line) for line in lines]
    while waiting:
        asked = waiting.pop()
        for extra in asked.extras or {""}:
            if (asked.name, extra) not in found:
                found.add((asked.name, extra))
                needed = [Requirement(line) for line in metadata.requires(asked.name) or []]
                waiting += [one for one in needed if one.marker is None or one.marker.evaluate({"extra": extra})]
    return {canonicalize_name(name) for name, _ in found}


def test_what_lessons_1_to_4_need_takes_at_most_400_megabytes():
    lines = tomllib.loads(TEXTS["pyproject.toml"])["project"]["dependencies"]
    names = everything_for(lines)
    assert "numpy" in names and not names & {"tensorflow", "keras", "torch", "scikit-learn", "scipy"}
    files = [Path(file.locate()) for name in names for file in metadata.files(name)]
    assert 100e6 < sum(file.stat().st_size for file in files if file.is_file()) <= 400e6


def run(code: str) -> str:
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=ROOT)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_importing_helpers_loads_nothing_heavy():
    heavy = "('numpy', 'tensorflow', 'keras', 'torch', 'matplotlib', 'IPython')"
    assert run(f"import sys, helpers; print([name for name in {heavy} if name in sys.modules])") == "[]"


def test_helpers_and_checks_import_without_tensorflow_and_pytorch():
    paths = [*(ROOT / "src" / "helpers").glob("*.py"), *(ROOT / "src" / "checks").glob("*.py")]
    names = sorted(f"{path.parent.name}.{path.stem}" for path in paths if path.stem not in ("__init__", "frameworks"))
    hidden = "import sys, importlib; sys.modules.update(dict.fromkeys(('tensorflow', 'keras', 'torch', 'sklearn')));"
    assert run(f"{hidden} [importlib.import_module(name) for name in {names}]; print('done')") == "done"
