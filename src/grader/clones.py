"""Clones of students' git repositories: the exercise's notebook in each, and when it was committed.

In a clone, git would run what the clone's configuration, hooks and attributes name. So the notebook is read as a file,
and for the time git works in an empty repository of ours, into which only the clone's objects are put: none of these
names a program, no setting of the clone is read, and what is missing is not fetched.

The time of a commit is what the student's own computer said. It can be set to anything.
"""

import contextlib
import os
import re
import stat
import subprocess
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from grader import submissions

# Where the notebook may be, the likeliest first: a repository for each exercise, or one laid out like the course.
PLACES = ("{0}.ipynb", "{0}/{0}.ipynb", "work/exercises/{0}/{0}.ipynb", "exercises/{0}/{0}.ipynb")
_SECONDS = 10  # for a clone; the course's own history takes a fraction of one
_MEMORY = "16m"  # that git may ask for at once, for each of several folders: some kilobytes can unpack to gigabytes
_COMMIT = re.compile(r"[0-9a-f]{40}|[0-9a-f]{64}")


def is_clone(folder: Path) -> bool:
    """Whether this is the working tree of a repository."""
    return not folder.is_symlink() and os.path.lexists(folder / ".git")


def student(folder: str, exercise: str) -> str:
    """Whose clone it is, by its folder's name: ada, or EXERCISE-ada as GitHub Classroom names it, with - for _."""
    return re.sub(rf"\A{re.escape(exercise).replace('_', '[-_]')}[-_]", "", folder, flags=re.IGNORECASE)


def notebook(clone: Path, exercise: str) -> str | None:
    """The place of the exercise's notebook in a clone, without following a link; None if it is at none."""
    for place in (form.format(exercise) for form in PLACES):
        path = clone / place
        above = path.parents[: len(Path(place).parts) - 1]
        if os.path.lexists(path) and not any(folder.is_symlink() for folder in above):
            return place
    return None


def committed(clone: Path, file: str) -> str:
    """When the last commit that changed a file says that it was made, in UTC; "" if that cannot be found out."""
    git, objects = clone / ".git", clone / ".git" / "objects"
    commit = _head(git)
    if not commit or git.is_symlink() or objects.is_symlink() or os.path.lexists(objects / "info" / "alternates"):
        return ""
    unknown = OSError, ValueError, OverflowError, subprocess.SubprocessError
    with tempfile.TemporaryDirectory() as ours, contextlib.suppress(*unknown):
        for name in ("objects", "refs"):
            Path(ours, name).mkdir()
        contents = {"HEAD": "ref: refs/heads/main", "shallow": _text(git / "shallow")}
        if len(commit) == 64:
            contents["config"] = "[core]\nrepositoryformatversion = 1\n[extensions]\nobjectformat = sha256"
        for name, content in contents.items():
            Path(ours, name).write_text(f"{content}\n" if content else "", encoding="utf-8")
        environment = {name: value for name, value in os.environ.items() if not name.startswith("GIT_")} | {
            "GIT_DIR": ours,
            "GIT_OBJECT_DIRECTORY": os.path.abspath(objects),
            "GIT_CONFIG_NOSYSTEM": "1",
            "GIT_CONFIG_GLOBAL": os.devnull,
            "GIT_ALLOC_LIMIT": _MEMORY,
        }
        said = subprocess.run(
            ["git", "rev-list", "-1", "--timestamp", commit, "--", file],  # `git log` would keep all messages in memory
            cwd=ours, env=environment, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
            timeout=_SECONDS, check=True,
        )  # fmt: skip
        time, name = said.stdout.decode().split()
        if name not in contents["shallow"].split():  # where a shallow clone begins, every file seems to be new
            return datetime.fromtimestamp(int(time), UTC).isoformat()
    return ""


def _head(git: Path) -> str:
    """The commit that is checked out; "" if that is not said in files, as in a repository with reftable."""
    said = _text(git / "HEAD")
    if said.startswith("ref: refs/heads/"):
        name = said.removeprefix("ref: ")
        packed = (line.split(" ", 1) for line in _text(git / "packed-refs").split("\n") if line.endswith(f" {name}"))
        said = _text(git / name) or next((commit for commit, _ in packed), "")
    return said if _COMMIT.fullmatch(said) else ""


def _text(path: Path) -> str:
    """What a file says, if it is a file; "" otherwise."""
    with contextlib.suppress(OSError, ValueError):
        if stat.S_ISREG(path.lstat().st_mode):
            return submissions.content(path).decode(errors="replace").strip()
    return ""
