"""Where the course runs without being installed by hand: what those places are told is right, as far as it can be seen.

None of them can be run here: Binder, Codespaces, Colab, Docker, Kubernetes and the site's publication are unproven but
for this. A JupyterHub on one machine can: test_hub.py runs it.
"""

import json
import os
import re
import shlex
import shutil
import subprocess
import sys
from pathlib import Path

import nbformat
import pytest
import yaml
from jupyter_client import KernelManager
from traitlets.config import Config

from helpers import lab

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "website"))
import course_site  # noqa: E402

HUB = ROOT / "deploy/jupyterhub_config.py"
WORKFLOWS = sorted((ROOT / ".github" / "workflows").glob("*.yml"))


def targets():
    return {*re.findall(r"^([a-z-]+):(?!=)", (ROOT / "Makefile").read_text(encoding="utf-8"), re.MULTILINE)}


def makes(command):
    """The targets that a command line asks make for."""
    for part in re.split(r"&&|\n|;", command):
        words = shlex.split(part, comments=True)
        if words[:1] == ["make"]:
            yield from (word for word in words[1:] if "=" not in word)


@pytest.mark.parametrize("path", WORKFLOWS, ids=lambda path: path.name)
def test_a_workflow_calls_only_what_there_is(path):
    workflow = yaml.safe_load(path.read_text(encoding="utf-8"))
    jobs = workflow["jobs"]
    for job in jobs.values():
        needs = job.get("needs", [])
        assert {*([needs] if isinstance(needs, str) else needs)} <= {*jobs}
        for step in job["steps"]:
            assert ("uses" in step) != ("run" in step)
            assert re.fullmatch(r"[\w-]+/[\w-]+@v\d+", step.get("uses", "actions/checkout@v4"))
            assert {*makes(step.get("run", ""))} <= targets()


def test_the_site_is_published_from_where_it_is_built():
    workflow = yaml.safe_load((ROOT / ".github/workflows/site.yml").read_text(encoding="utf-8"))
    assert workflow["permissions"]["pages"] == "write" and workflow["permissions"]["id-token"] == "write"
    (upload,) = [one for one in workflow["jobs"]["build"]["steps"] if "upload-pages-artifact" in one.get("uses", "")]
    assert upload["with"]["path"] == "build/site"


def test_binder_gets_a_python_that_the_course_supports_and_what_is_locked():
    python = (ROOT / ".binder/runtime.txt").read_text().strip()
    assert python in ("python-3.11", "python-3.12", "python-3.13")
    lines = (ROOT / ".binder/requirements.txt").read_text().splitlines()
    assert "-c ../requirements.txt" in lines and "-e ..[frameworks]" in lines
    post_build = ROOT / ".binder/postBuild"
    assert post_build.read_text().startswith("#!") and post_build.stat().st_mode & 0o111
    subprocess.run(["bash", "-n", post_build], check=True)


def test_the_dev_container_calls_only_what_there_is():
    container = json.loads((ROOT / ".devcontainer/devcontainer.json").read_text(encoding="utf-8"))
    assert re.search(r":3\.1[123]$", container["image"])
    assert [*makes(container["postCreateCommand"])] == ["environment"] and "environment" in targets()


# Stands for pip: makes the package as pip would and installs it, without what it depends on.
PIP = """
import os, subprocess, sys, zipfile
assert sys.argv[1:] == ["install", "--quiet", "./downhill[frameworks]"], sys.argv
build = "from setuptools import build_meta; build_meta.build_wheel('..')"
subprocess.run([sys.executable, "-c", build], cwd="downhill", check=True, capture_output=True)
[wheel] = [name for name in os.listdir() if name.endswith(".whl")]
zipfile.ZipFile(wheel).extractall(os.environ["PYTHONPATH"].split(os.pathsep)[0])
os.remove(wheel)
"""
# Stands for a fresh kernel in which the course is not installed.
KERNEL = """
import importlib.util, json, pathlib, sys
sys.path[:] = [folder for folder in sys.path if not pathlib.Path(folder, "helpers").is_dir()]
assert importlib.util.find_spec("helpers") is None
assert importlib.util.find_spec("pip").origin.startswith(sys.argv[2]), "the real pip must not be run"
from IPython.core.interactiveshell import InteractiveShell
shell = InteractiveShell.instance()
for source in json.loads(sys.argv[1]):
    importlib.invalidate_caches()
    shell.run_cell(source).raise_error()
"""
RIGHT_STEP = "def step(theta, gradient, lr):\n    return theta - lr * gradient"


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="the commands of the cell are Linux's, as Colab is")
@pytest.mark.parametrize(
    ("notebook", "more", "printed"),
    [
        ("notebooks/03_linear_regression.ipynb", ["print(data.points()[0].shape)"], "(100,)"),
        ("exercises/01_update_rule/01_update_rule.ipynb", [RIGHT_STEP, "check(step)"], "passed"),
    ],
)
def test_the_cell_for_colab_makes_a_page_run_in_an_empty_folder(tmp_path, notebook, more, printed):
    empty, installed, programs = (tmp_path / name for name in ("empty", "installed", "programs"))
    for folder in (empty, installed, programs / "pip"):
        folder.mkdir(parents=True)
    (programs / "pip" / "__init__.py").touch()  # or the real pip, a package too, would come first
    (programs / "pip" / "__main__.py").write_text(PIP)
    cloned = tmp_path / "cloned"
    for name in ("src", "notebooks", "exercises"):
        shutil.copytree(ROOT / name, cloned / name, ignore=shutil.ignore_patterns("__pycache__", "*.egg-info"))
    for name in ("pyproject.toml", "README.md", "LICENSE", "LICENSE-TEXT"):
        shutil.copy(ROOT / name, cloned / name)
    (programs / "git").write_text(
        f'#!/bin/sh\n[ "$1 $2 $3 $4 $5" = "clone --quiet --depth 1 {course_site.REPOSITORY}" ] && cp -r {cloned} "$6"\n'
    )
    (programs / "git").chmod(0o755)
    cell = "\n".join(course_site.cell_for_colab(notebook))
    first = next(cell for cell in nbformat.read(ROOT / notebook, as_version=4).cells if cell.cell_type == "code")
    where = "import helpers; print(helpers.__file__)"
    done = subprocess.run(
        [sys.executable, "-c", KERNEL, json.dumps([cell, first.source, *more, where]), str(programs)],
        cwd=empty,
        env=os.environ
        | {"PYTHONPATH": f"{installed}{os.pathsep}{programs}", "PATH": f"{programs}{os.pathsep}{os.environ['PATH']}"}
        | {"IPYTHONDIR": str(tmp_path / "ipython"), "PIP_DRY_RUN": "1"},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert printed in done.stdout and f"{installed}{os.sep}helpers" in done.stdout
    assert {path.name for path in empty.iterdir()} == {"downhill"}


def test_only_an_address_that_colab_can_open_is_given_to_it(monkeypatch):
    for address, opened in [("https://github.com/somebody/downhill", True), ("https://example.org/downhill", False)]:
        monkeypatch.setattr(course_site, "REPOSITORY", address)
        assert ("Open in Colab" in course_site.where_to_run("notebooks/01_update_rule.ipynb")) == opened


def test_the_image_copies_what_there_is_and_leaves_answers_out():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in line.split()[2:-1]]
    assert copied and all((ROOT / name).exists() for name in copied)
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {name for name in copied if name != "src"} | {"src/helpers", "src/checks"} == let_in
    assert not any(re.search(r"solutions|grader|gradebook|tests", name) for name in let_in)
    assert json.loads(lines[-1].removeprefix("CMD "))[:3] == ["python", "-m", "helpers.lab"]


def test_the_hub_starts_the_lab_for_each_student():
    config, umask = Config(), os.umask(0o022)
    try:
        exec(compile(HUB.read_text(encoding="utf-8"), HUB, "exec"), {"get_config": lambda: config})
        assert os.umask(umask) == 0o077
    finally:
        os.umask(umask)
    assert config.Spawner.cmd == [sys.executable, "-m", lab.__name__, lab.HUB]
    (option,) = config.Spawner.args
    trait, _, value = option.removeprefix("--KernelManager.").partition("=")
    assert value in KernelManager.class_traits(config=True)[trait].values


def test_on_kubernetes_a_student_starts_the_same_in_an_image_that_has_the_hub():
    values = yaml.safe_load((ROOT / "deploy/values.yaml").read_text(encoding="utf-8"))["singleuser"]
    assert values["cmd"] == ["python", "-m", lab.__name__, lab.HUB]
    base = (ROOT / "Dockerfile").read_text(encoding="utf-8")
    assert f"useradd --create-home {Path(values['storage']['homeMountPath']).name} " in base
    image = (ROOT / "deploy/Dockerfile").read_text(encoding="utf-8")
    version = re.search(r"pip install .* jupyterhub==(\S+)", image)[1]
    assert f"JupyterHub, {version}," in (ROOT / "deploy/values.yaml").read_text(encoding="utf-8")
    assert image.splitlines()[-1] == "USER student" and "rmdir work && chown root ." in image  # or work/ would be lost


def test_the_citation_states_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{citation["version"]}"' in project
    assert f"## {citation['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_bug_report_asks_for_what_the_doctor_can_say():
    assert "helpers.doctor --report" in (ROOT / ".github/ISSUE_TEMPLATE/bug.md").read_text(encoding="utf-8")
