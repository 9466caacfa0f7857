"""Where the course runs without being installed by hand: what those places are told is right, as far as it can be seen.

None of them can be run here: Binder, Codespaces, Docker and the site's publication are unproven but for this.
"""

import json
import re
import shlex
import subprocess
from pathlib import Path

import pytest
import yaml

ROOT = Path(__file__).parents[1]
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


def test_the_image_copies_what_there_is_and_leaves_answers_out():
    lines = (ROOT / "Dockerfile").read_text(encoding="utf-8").splitlines()
    copied = [name for line in lines if line.startswith("COPY") for name in line.split()[2:-1]]
    assert copied and all((ROOT / name).exists() for name in copied)
    let_in = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert {name for name in copied if name != "src"} | {"src/helpers", "src/checks"} == let_in
    assert not any(re.search(r"solutions|grader|gradebook|tests", name) for name in let_in)
    assert json.loads(lines[-1].removeprefix("CMD "))[:3] == ["python", "-m", "helpers.lab"]


def test_the_citation_states_the_version():
    citation = yaml.safe_load((ROOT / "CITATION.cff").read_text(encoding="utf-8"))
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    assert f'version = "{citation["version"]}"' in project
    assert f"## {citation['version']}" in (ROOT / "CHANGELOG.md").read_text(encoding="utf-8")


def test_a_bug_report_asks_for_what_the_doctor_can_say():
    assert "helpers.doctor --report" in (ROOT / ".github/ISSUE_TEMPLATE/bug.md").read_text(encoding="utf-8")
