"""`python -m helpers.doctor`: it speaks in plain words wherever it runs, and its exit code can be relied upon."""

import collections
import json
import os
import re
import shutil
import subprocess
import sys
import tomllib
import venv
from importlib import metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.specifiers import SpecifierSet

from helpers import doctor
from helpers.doctor import Effect

ROOT = Path(__file__).parents[1]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
LINES = [*PROJECT["dependencies"], *PROJECT["optional-dependencies"]["frameworks"]]
WANTED = {line.name: line.specifier for line in map(Requirement, LINES)}


@pytest.fixture
def checkout(tmp_path):
    """The helper package as in a fresh checkout: on no path but the one that a test gives, never installed."""
    folder = tmp_path / "checkout"
    (folder / "src" / "helpers").mkdir(parents=True)
    for name in ("__init__.py", "doctor.py"):
        shutil.copy(ROOT / "src" / "helpers" / name, folder / "src" / "helpers")
    for name in ("pyproject.toml", "requirements.txt"):
        shutil.copy(ROOT / name, folder)
    return folder


@pytest.fixture
def stubs(tmp_path, monkeypatch):
    """stubs(name=code): each name imports as that code in every process that is started from now on."""

    def hide(**modules):
        for name, code in modules.items():
            (tmp_path / f"{name}.py").write_text(code)

    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    hide(**dict.fromkeys([doctor.MODULES.get(name, name) for name in WANTED], ""))  # the real ones take seconds
    return hide


def run_doctor(*options, path):
    env = {key: value for key, value in os.environ.items() if key != "CONDA_PREFIX"}
    env["PYTHONPATH"] = os.pathsep.join(map(str, path))
    return subprocess.run(
        [sys.executable, *options, "-m", "helpers.doctor"], env=env, capture_output=True, text=True, timeout=300
    )


def about(diagnoses, name):
    """The one diagnosis on `name`."""
    (found,) = [diagnosis for diagnosis in diagnoses if diagnosis.text.startswith(name)]
    return found


@pytest.mark.slow
def test_the_environment_of_the_course_is_well():
    done = run_doctor(path=[])
    assert done.returncode == 0, done.stdout
    assert {line[:8].strip() for line in done.stdout.splitlines()[:-2]} == {"OK"}
    assert done.stdout.endswith("\n\nAll is well: every lesson runs.\n")
    assert done.stderr == ""


def test_it_speaks_where_no_package_is_installed(checkout):
    done = run_doctor("-S", path=[checkout / "src"])
    assert (done.returncode, done.stderr) == (1, "")
    for name, specifier in WANTED.items():
        spared = " Lessons 1 to 4 run without it." if name in doctor.LATER else ""
        line = rf"^MISSING  {name}: the course needs (\S+)\.{spared} In the course folder: make lab, \w"
        assert [SpecifierSet(needed) for needed in re.findall(line, done.stdout, re.M)] == [specifier]
    assert re.search(r"^MISSING  downhill: the helper package is not installed", done.stdout, re.M)
    assert re.search(r"^MISSING  Jupyter kernel: No module named 'jupyter_client'", done.stdout, re.M)
    assert done.stdout.endswith("\n\nThe lessons do not run until you fix the above.\n")


def test_hidden_frameworks_leave_lessons_1_to_4(checkout, tmp_path):
    hidden = 'raise ImportError("hidden for a test")'
    for name in ("tensorflow", "torch", "packaging"):
        (tmp_path / f"{name}.py").write_text(hidden)
    done = run_doctor(path=[tmp_path, checkout / "src"])
    assert (done.returncode, done.stderr) == (1, "")
    for name in ("tensorflow", "torch"):
        assert re.search(
            rf"^WRONG    {name} \S+ is installed, but importing it fails: ImportError: hidden for a test "
            rf"Lessons 1 to 4 run without it\. In the course folder: .* -c requirements\.txt {name}$",
            done.stdout,
            re.M,
        )


def test_a_missing_framework_is_no_loss_to_lessons_1_to_4(monkeypatch, stubs, capsys):
    versions = dict.fromkeys(["tensorflow"])
    installed = doctor._installed
    monkeypatch.setattr(
        doctor, "_installed", lambda name: versions.get(name, "") if name in versions else installed(name)
    )
    assert doctor.main() == 1
    told = capsys.readouterr().out
    assert re.search(
        r"^MISSING  tensorflow: .* Lessons 1 to 4 run without it\. "
        r".* -m pip install -c requirements\.txt -e \"\.\[frameworks\]\"$",
        told,
        re.M,
    )
    assert told.endswith("Lessons 1 to 4 run. Some from lesson 5 on do not run until you fix the above.\n")


@pytest.mark.parametrize(
    ("code", "said"),
    [
        ("import sys; print('noise', file=sys.stderr); raise OSError('DLL load failed')", "OSError: DLL load failed"),
        ("import os; os._exit(3)", "it crashed with exit code 3."),
        ("import sys; sys.exit('no AVX on this processor')", "no AVX on this processor"),
    ],
)
def test_a_package_that_is_there_and_does_not_import_is_wrong(stubs, code, said):
    stubs(torch=code, numpy=code)
    diagnoses = list(doctor.packages())
    for name, effect in (("torch", Effect.LATER_LESSONS), ("numpy", Effect.STOPS)):
        diagnosis = about(diagnoses, name)
        assert (diagnosis.verdict, diagnosis.effect) == ("WRONG", effect)
        assert f"importing it fails: {said} " in diagnosis.text


def test_an_import_that_hangs_is_given_up(stubs, monkeypatch):
    stubs(torch="import time; time.sleep(30)")
    process = doctor._start_import("torch")
    monkeypatch.setattr(doctor, "IMPORT_SECONDS", 1)
    assert doctor._import_error(process) == "it did not finish within 1 seconds."
    assert process.returncode != 0  # it was ended, and did not end by itself


def test_looking_quickly_imports_nothing(stubs):
    stubs(torch="raise ImportError", tensorflow="raise ImportError")
    assert {diagnosis.verdict for diagnosis in doctor.packages(quick=True)} == {"OK"}


@pytest.mark.parametrize(
    ("version", "verdict", "says"),
    [
        ("1.26.4", "WRONG", "numpy 1.26.4: the course needs"),
        ("3.0", "WRONG", "numpy 3.0: the course needs"),
        ("2.2.1", "OK", "numpy 2.2.1 (the stored outputs were made with"),
        ("LOCKED", "OK", "numpy LOCKED"),
        ("LOCKED+local", "OK", "numpy LOCKED+local"),
    ],
)
def test_versions_are_held_against_the_ranges_and_the_lock(monkeypatch, version, verdict, says):
    (locked,) = re.findall(r"^numpy==(\S+)", (ROOT / "requirements.txt").read_text(encoding="utf-8"), re.M)
    version, says = version.replace("LOCKED", locked), says.replace("LOCKED", locked)
    installed = doctor._installed
    monkeypatch.setattr(doctor, "_installed", lambda name: version if name == "numpy" else installed(name))
    diagnosis = about(doctor.packages(quick=True), "numpy")
    assert diagnosis.verdict == verdict
    assert diagnosis.effect == (Effect.NONE if verdict == "OK" else Effect.DOUBT)
    assert diagnosis.text.startswith(says)
    assert ("stored outputs" in diagnosis.text) == (version == "2.2.1")


def test_each_package_is_imported_by_its_own_name():
    owners = metadata.packages_distributions()
    for name in WANTED:
        assert name in [owner.lower() for owner in owners.get(doctor.MODULES.get(name, name), [])]


@pytest.mark.parametrize("version", [(3, 9, 1), (3, 10, 14), (3, 11, 0), (3, 13, 9), (3, 14, 0), (4, 0, 0)])
def test_python_is_held_against_its_range(monkeypatch, version):
    with monkeypatch.context() as patch:
        patch.setattr(sys, "version_info", version)
        diagnosis = doctor.python()
    fits = SpecifierSet(PROJECT["requires-python"]).contains(".".join(map(str, version)))
    assert (diagnosis.verdict, diagnosis.effect) == (("OK", Effect.NONE) if fits else ("WRONG", Effect.STOPS))


@pytest.mark.parametrize(
    "version", ["2", "2.0", "2.2", "2.2.0", "2.2.1", "2.10", "2.9.9", "3", "3.0.1", "0.9.6", "2.13.0+cpu"]
)
@pytest.mark.parametrize(
    "specifier", ["", ">=2.2,<3", ">=2.2.1", "<=2.10", ">2.9.9", "==2.2", "!=2.2.0,>=2", "<2.10", "==2.13.0", "<=2.13"]
)
def test_versions_compare_as_packaging_compares_them(version, specifier):
    assert doctor.within(version, specifier) == SpecifierSet(specifier).contains(version.partition("+")[0])


def test_a_range_in_another_form_is_refused():
    with pytest.raises(ValueError, match=r"cannot read the range '~=2\.2'"):
        doctor.within("2.2", ">=2,~=2.2")


def test_the_ranges_are_those_of_pyproject():
    pythons, packages = doctor.declared()
    assert pythons == PROJECT["requires-python"]
    assert {name: SpecifierSet(text) for name, text in packages.items()} == WANTED


def test_without_a_checkout_the_ranges_are_those_of_the_installation(tmp_path, monkeypatch):
    info = tmp_path / "downhill-1.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(
        "Metadata-Version: 2.4\nName: downhill\nVersion: 1\nRequires-Python: <3.14,>=3.11\n"
        "Requires-Dist: numpy<3,>=2.2\n"
        'Requires-Dist: colorama>=1; sys_platform == "win32"\nRequires-Dist: nbgrader<1; extra == "instructor"\n'
    )
    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(metadata, "distribution", lambda name: metadata.PathDistribution(info))
    assert doctor.declared() == ("<3.14,>=3.11", {"numpy": "<3,>=2.2", "colorama": ">=1"})
    assert doctor.locked() == {}


def test_with_neither_it_says_where_to_run_it(tmp_path, monkeypatch, capsys):
    def nothing(name):
        raise metadata.PackageNotFoundError(name)

    monkeypatch.setattr(doctor, "COURSE", tmp_path)
    monkeypatch.setattr(metadata, "distribution", nothing)
    assert doctor.main() == 1
    assert "run the doctor from the course folder" in capsys.readouterr().out


@pytest.fixture
def jupyter(tmp_path, monkeypatch):
    """Jupyter's own folders, empty: jupyter(variable, argv) puts a kernel named python3 on the path it names."""
    for key in [key for key in os.environ if key.startswith("JUPYTER")]:
        monkeypatch.delenv(key)
    monkeypatch.setenv("JUPYTER_DATA_DIR", str(tmp_path / "user"))
    monkeypatch.setenv("JUPYTER_RUNTIME_DIR", str(tmp_path / "runtime"))
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "1")

    def kernel(variable, argv, **env):
        folder = tmp_path / variable
        spec = folder / "kernels" / "python3"
        spec.mkdir(parents=True)
        content = {"argv": [*argv, "-m", "ipykernel_launcher", "-f", "{connection_file}"], "display_name": "Python 3"}
        (spec / "kernel.json").write_text(json.dumps(content | {"language": "python", "env": env}))
        monkeypatch.setenv(variable, str(folder))
        return spec

    return kernel


@pytest.fixture
def other_python(tmp_path):
    """Another environment's Python, and its prefix."""
    folder = tmp_path / "other"
    venv.create(folder, symlinks=os.name != "nt")
    return str(folder / ("Scripts/python.exe" if os.name == "nt" else "bin/python")), str(folder)


def test_the_kernel_of_this_environment_is_well(jupyter):
    assert doctor.kernel() == ("OK", "Jupyter kernel python3 is this Python", Effect.NONE)


@pytest.mark.parametrize("argv", [["python"], [sys.executable], ["python3"]])
def test_a_kernel_elsewhere_that_starts_this_python_is_well(jupyter, argv):
    jupyter("JUPYTER_PATH", argv)
    assert doctor.kernel().verdict == "OK"


def test_a_kernel_on_jupyter_path_that_starts_another_python_is_found(jupyter, other_python):
    spec = jupyter("JUPYTER_PATH", other_python[:1])
    verdict, text, effect = doctor.kernel()
    assert (verdict, effect) == ("WRONG", Effect.STOPS)
    assert f"in {spec} starts the Python of {other_python[1]}, not this Python of {sys.prefix}." in text
    assert text.endswith(
        f"Delete the folder {spec}, or take {spec.parents[1]} out of the environment variable JUPYTER_PATH."
    )


def test_a_kernel_of_the_user_that_comes_first_is_found_and_the_lab_passes_over_it(jupyter, other_python, monkeypatch):
    spec = jupyter("JUPYTER_DATA_DIR", other_python[:1])
    assert doctor.kernel().verdict == "OK"  # as the lab sets it
    monkeypatch.setenv("JUPYTER_PREFER_ENV_PATH", "0")
    monkeypatch.setattr(sys, "executable", "/the course/bin/python")
    verdict, text, effect = doctor.kernel()
    assert (verdict, effect) == ("WRONG", Effect.STOPS)
    assert f'Delete the folder {spec}, or open the course by "/the course/bin/python" -m helpers.lab' in text


@pytest.mark.parametrize("argv", [["/nowhere/bin/python"], [shutil.which("git") or "git"]])
def test_a_kernel_whose_python_is_gone_is_found(jupyter, argv):
    spec = jupyter("JUPYTER_PATH", argv)
    verdict, text, _ = doctor.kernel()
    assert verdict == "WRONG"
    assert f"starts {argv[0]}, which is not a Python" in text
    assert f"Delete the folder {spec}" in text


def test_a_kernel_that_its_own_settings_break_is_found(jupyter):
    jupyter("JUPYTER_PATH", ["python"], PYTHONHOME="/nowhere")
    assert doctor.kernel().verdict == "WRONG"


def test_a_kernel_that_cannot_be_read_is_found(jupyter):
    spec = jupyter("JUPYTER_PATH", ["python"])
    (spec / "kernel.json").write_text("{")
    verdict, text, _ = doctor.kernel()
    assert verdict == "WRONG"
    assert "cannot be read" in text
    assert str(spec) in text


def test_the_environments_own_kernel_is_never_to_be_deleted(jupyter, other_python, monkeypatch):
    spec = jupyter("JUPYTER_PATH", other_python[:1])
    monkeypatch.setattr(sys, "prefix", str(spec.parents[1]))
    text = doctor.kernel().text
    assert "Delete" not in text
    assert text.endswith("-m ipykernel install --sys-prefix")


Usage = collections.namedtuple("Usage", "total used free")


@pytest.mark.parametrize(
    ("free", "installed", "verdict"), [(0.4, True, "WRONG"), (2, True, "OK"), (2, False, "WRONG"), (20, False, "OK")]
)
def test_little_disk_is_told_and_more_is_needed_to_install(monkeypatch, free, installed, verdict):
    monkeypatch.setattr(shutil, "disk_usage", lambda path: Usage(10**12, 0, free * 10**9))
    if not installed:
        version = doctor._installed
        monkeypatch.setattr(doctor, "_installed", lambda name: None if name == "torch" else version(name))
    diagnosis = about(doctor.diagnose(quick=True), "disk")
    assert diagnosis.verdict == verdict
    assert diagnosis.effect == (Effect.NONE if verdict == "OK" else Effect.DOUBT)
    assert f"{free:.0f} GB free" in diagnosis.text or f"{free:.1f} GB free" in diagnosis.text


def test_little_memory_is_told(monkeypatch):
    monkeypatch.setattr(doctor, "_memory", lambda: 1.5e9)
    (diagnosis,) = doctor.memory()
    assert (diagnosis.verdict, diagnosis.effect) == ("WRONG", Effect.DOUBT)
    assert diagnosis.text.startswith("memory: 1.5 GB, 2 GB needed.")


def test_memory_that_cannot_be_found_out_is_passed_over(monkeypatch):
    monkeypatch.setattr(doctor, "_memory", lambda: None)
    assert list(doctor.memory()) == []


def test_a_containers_limit_counts_as_its_memory(tmp_path, monkeypatch):
    psutil = pytest.importorskip("psutil")
    limit = tmp_path / "memory.max"
    monkeypatch.setattr(doctor, "CONTAINER_LIMIT", limit)
    assert doctor._memory() == pytest.approx(psutil.virtual_memory().total)
    limit.write_text("max\n")
    assert doctor._memory() == pytest.approx(psutil.virtual_memory().total)
    limit.write_text("1000000000\n")
    assert doctor._memory() == 10**9


@pytest.mark.parametrize("effect", Effect)
def test_the_exit_code_is_1_where_a_lesson_could_not_run(monkeypatch, capsys, effect):
    diagnoses = [
        doctor.Diagnosis("OK", "one"),
        doctor.Diagnosis("WRONG", "two", effect),
        doctor.Diagnosis("OK", "three"),
    ]
    monkeypatch.setattr(doctor, "diagnose", lambda: iter(diagnoses))
    assert doctor.main() == (0 if effect is Effect.NONE else 1)
    assert capsys.readouterr().out == f"OK       one\nWRONG    two\nOK       three\n\n{doctor.SUMMARY[effect]}\n"


def test_a_notebook_in_the_environment_is_told_the_same_on_every_machine(capsys):
    doctor.this_notebook()
    told = capsys.readouterr().out
    assert re.fullmatch(r"This notebook runs in the course's environment: [a-zA-Z ]+\.\n", told)


def test_a_notebook_elsewhere_is_told_what_to_do(monkeypatch, capsys):
    installed = doctor._installed
    monkeypatch.setattr(doctor, "_installed", lambda name: "1.0" if name == "numpy" else installed(name))
    doctor.this_notebook()
    told = capsys.readouterr().out
    assert told.startswith(
        f"This notebook runs in {sys.executable}, which is not ready for the course:\nWRONG    numpy 1.0"
    )
    assert told.endswith("menu Kernel, Change Kernel.\n")


def test_a_file_that_hides_a_package_is_named(tmp_path, monkeypatch, capsys):
    for name in ("torch.py", "random.py", "mine.py", "notes.txt"):
        (tmp_path / name).touch()
    (tmp_path / "numpy").mkdir()
    (tmp_path / "helpers").mkdir()
    (tmp_path / "helpers" / "__init__.py").touch()
    found = [*doctor.hidden_packages([tmp_path])]
    assert [diagnosis.text.partition(":")[0] for diagnosis in found] == ["helpers", "random.py", "torch.py"]
    assert all(str(tmp_path) in diagnosis.text and diagnosis.effect is Effect.DOUBT for diagnosis in found)
    monkeypatch.chdir(tmp_path)
    doctor.this_notebook()
    assert "torch.py: it hides the package torch" in capsys.readouterr().out


def test_a_report_names_no_path_and_no_person(tmp_path, monkeypatch, capsys):
    home = tmp_path / "Ada Lovelace"
    texts = [
        f"a kernel in {home / 'share' / 'kernels'} starts {sys.executable}",
        r"C:\\Users\\ada\\course is not this Python of /usr/lib/python3.12. ada may not write.",
        "numpy 2.4: the course needs numpy<3,>=2.2 (or/and 1/2)",
    ]
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setattr(doctor.getpass, "getuser", lambda: "ada")
    monkeypatch.setattr(doctor, "diagnose", lambda: (doctor.Diagnosis("WRONG", text) for text in texts))
    assert doctor.main(["--report"]) == 0
    first, *said = capsys.readouterr().out.splitlines()
    assert re.match(r"downhill \S+, Python 3\.\d+\.\d+, \w+ \S+, \w+, \d+ processors$", first)
    assert not re.search(r"ada|Ada|[\\]|/usr|/share", "\n".join(said))
    assert said[2].endswith(texts[2])
