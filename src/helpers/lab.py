"""Lay out a student's own copies of the course in work/ and open JupyterLab there.

    python -m helpers.lab [--with-nbgrader] [any option of JupyterLab]

Lessons and exercises that work/ lacks are copied there, and nothing in work/ is ever overwritten.
With --with-nbgrader, for instructors, JupyterLab opens in the course folder and shows nbgrader's panels.
"""

from __future__ import annotations

import hashlib
import json
import os
import sys
import tempfile
from pathlib import Path
from typing import NamedTuple

from helpers import doctor

COPIED = ("notebooks", "exercises")
LEFT_OUT = ("__pycache__", "ruff.toml")  # useful to authors, not to students
WORK = "work"
START = "notebooks/00_start_here.ipynb"
MEMORY = ".originals.json"
WITH_NBGRADER = "--with-nbgrader"


class Layout(NamedTuple):
    """What `lay_out` did and found: paths relative to work/, with forward slashes, sorted."""

    copied: list[str]
    newer: list[str]


def lay_out(course: Path, work: Path) -> Layout:
    """Copy each lesson and exercise that `work` lacks, and name those that have a newer original.

    A file that exists in `work` is left alone, whatever it contains. An original is newer if it has changed since it
    was copied and differs from the student's file. Raises OSError if a file cannot be copied; no incomplete file is
    left behind, and a second call continues from there.
    """
    work.mkdir(exist_ok=True)
    known = _remembered(work)
    missing, newer = [], []
    for name in _originals(course):
        original, own = _hash(course / name), work / name
        if not os.path.lexists(own):
            missing.append(name)
            known[name] = original
        elif _hash(own) == original:
            known[name] = original
        elif known.setdefault(name, original) != original:
            newer.append(name)
    # Written before anything is copied: without its hash, a copy could never be recognised as old.
    _write(work / MEMORY, json.dumps(known, indent=1, sort_keys=True).encode())
    for name in missing:
        (work / name).parent.mkdir(parents=True, exist_ok=True)
        _write(work / name, (course / name).read_bytes())
    return Layout(missing, newer)


def settings(root: Path, start: str, with_nbgrader: bool) -> dict[str, dict]:
    """JupyterLab's settings, file name → content: all are defaults, which command-line options override."""
    files = {
        "jupyter_server_config.json": {
            "ServerApp": {
                "root_dir": str(root),
                "answer_yes": True,  # one Ctrl-C stops it, without asking
                "allow_root": hasattr(os, "geteuid") and os.geteuid() == 0,  # as in a container
            }
        },
        "jupyter_lab_config.json": {
            "LabApp": {
                "default_url": f"/lab/tree/{start}",
                # No question about news, no check for updates, no list of extensions to install: each contacts
                # another host, and only the lock may change the environment.
                "news_url": None,
                "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
                "extension_manager": "readonly",
            }
        },
        "labconfig/page_config.json": {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
    }
    if not with_nbgrader:
        files["labconfig/page_config.json"]["disabledExtensions"]["@jupyter/nbgrader"] = True
        parts = ("formgrader", "validate_assignment", "assignment_list", "course_list")
        files["jupyter_server_config.d/nbgrader.json"] = {
            "ServerApp": {"jpserver_extensions": {f"nbgrader.server_extensions.{part}": False for part in parts}}
        }
    return files


def main(arguments: list[str] | None = None) -> int:
    """Lay out work/, check that the machine is ready, and run JupyterLab until it is stopped."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if "-h" in arguments or "--help" in arguments:
        print(__doc__)
        return 0
    course = doctor.COURSE
    if not (course / COPIED[0]).is_dir():
        print(f"There is no folder {COPIED[0]} in {course}, so this is not the course's folder.")
        print("Get the whole course, then run this in its folder: make lab (without make: see README.md).")
        return 1
    # Prefer this Python's kernels and settings to those that another Python has left in the home folder.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    troubles = [diagnosis for diagnosis in doctor.diagnose(quick=True) if diagnosis.verdict != "OK"]
    for trouble in troubles:
        print(trouble)
    if any(trouble.effect is doctor.Effect.STOPS for trouble in troubles):
        print(doctor.SUMMARY[doctor.Effect.STOPS])
        return 1
    work = course / WORK
    if not work.exists() and not os.access(course, os.W_OK):
        print(f"Your own copies of the course belong in {work}, but you may not write in {course}.")
        print("Copy that folder, without .venv, to a place of your own and start the lab there.")
        return 1
    try:
        layout = lay_out(course, work)
    except OSError as error:
        print(f"A file could not be copied into {work}: {error}")
        print("None of your files has been changed. Fix the cause and start the lab again.")
        return 1
    print(_report(layout, work), flush=True)
    with_nbgrader = WITH_NBGRADER in arguments
    root, start = (course, f"{WORK}/{START}") if with_nbgrader else (work, START)
    _run_jupyterlab(settings(root, start, with_nbgrader), root, [a for a in arguments if a != WITH_NBGRADER])
    return 0


def _run_jupyterlab(files, folder, options):
    """Run JupyterLab in this process: a signal or Ctrl-C reaches it directly, on Windows too."""
    from jupyterlab.labapp import main as jupyterlab  # may fail, so the doctor reports first

    with tempfile.TemporaryDirectory(prefix="downhill-") as config:
        for name, content in files.items():
            file = Path(config, name)
            file.parent.mkdir(exist_ok=True)
            file.write_text(json.dumps(content), encoding="utf-8")
        before = os.environ.get("JUPYTER_CONFIG_PATH")
        os.environ["JUPYTER_CONFIG_PATH"] = f"{config}{os.pathsep}{before}" if before else config
        os.chdir(folder)
        jupyterlab(options)


def _report(layout, work):
    """What was laid out, as lines for the terminal."""
    lines = [f"Your own copies of the course are in {work}."]
    if layout.copied:
        lines.append(f"New there: {len(layout.copied)} files.")
    if layout.newer:
        lines.append("These have a newer original; your files stay as they are:")
        lines += [f"    {name}" for name in layout.newer]
        lines.append("To get the new version, rename or move your file and start the lab again.")
    lines.append("JupyterLab opens in your browser. Ctrl-C in this window stops it.")
    return "\n".join(lines)


def _originals(course):
    """The files to copy, relative to the course folder, without hidden ones such as Jupyter's checkpoints."""
    names = []
    for folder in COPIED:
        for path in (course / folder).rglob("*"):
            parts = path.relative_to(course).parts
            if path.is_file() and not any(part.startswith(".") or part in LEFT_OUT for part in parts):
                names.append("/".join(parts))
    return sorted(names)


def _remembered(work):
    """{name: hash of the original when it was copied}; empty if the file is absent or damaged."""
    try:
        known = json.loads((work / MEMORY).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return known if isinstance(known, dict) else {}


def _hash(path):
    """The file's SHA-256; None if it is not a file, which no original equals."""
    return hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else None


def _write(path, content):
    """Write the whole file or nothing."""
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        part.write_bytes(content)
        os.replace(part, path)
    finally:
        part.unlink(missing_ok=True)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before JupyterLab listens for it
        sys.exit(130)
