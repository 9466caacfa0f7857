"""Makes the zip that students are given, with all they need and no answer in it: `make student`.

    python -m grader.bundle          writes build/downhill.zip

Exercises are taken as they stand in exercises/; the zip is refused where one of them shows a line of its answer.
"""

import re
import subprocess
import sys
import time
import zipfile
from pathlib import Path

from grader.release import leaks, names
from grader.solution import read

ZIP = Path("build", "downhill.zip")
FILES = ("LICENSE", "LICENSE-TEXT", "environment.yml", "pyproject.toml", "requirements.txt")
FOLDERS = ("notebooks", "exercises", "src/helpers", "src/checks")
LEFT_OUT = ("__pycache__", "ruff.toml")
TARGETS = ("help", "lab", "clean", ".venv/made", "$(FOR_LAB)")  # of the Makefile
README = Path(__file__).with_name("student_readme.md")


def contents(root: Path) -> dict[str, bytes]:
    """What goes into the zip: name → bytes, in order of the names."""
    found = {name: (root / name).read_bytes() for name in FILES}
    for folder in FOLDERS:
        for path in (root / folder).rglob("*"):
            parts = path.relative_to(root).parts
            if path.is_file() and not any(part.startswith(".") or part in LEFT_OUT for part in parts):
                found["/".join(parts)] = path.read_bytes()
    found["Makefile"] = student_makefile((root / "Makefile").read_text(encoding="utf-8")).encode()
    found["README.md"] = README.read_bytes()
    return dict(sorted(found.items()))


def problems(root: Path) -> list[str]:
    """Why students must not be given exercises/ as it stands, one sentence each."""
    solved = names(root)
    found = [
        f"exercises/{folder.name} belongs to no solution, so nobody knows whether it shows an answer: remove it."
        for folder in sorted((root / "exercises").iterdir())
        if folder.is_dir() and folder.name not in solved
    ]
    for name in solved:
        if (root / "exercises" / name).is_dir():
            found += leaks(read(root / "solutions" / name), root / "exercises" / name)
        else:
            found.append(f"exercises/{name} is missing: run `make exercises`.")
    return found


def make(root: Path, path: Path) -> None:
    """Write the zip. Its bytes depend on the release alone. Raises ValueError where `problems` finds any.

    Its files have the date of the release: a student who unpacks a newer zip over an older one has newer files, which
    Python's compiled copies of the old ones do not outlive.
    """
    if found := problems(root):
        raise ValueError("\n".join(found))
    date = released(root)
    path.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(path, "w") as bundle:
        for name, content in contents(root).items():
            entry = zipfile.ZipInfo(f"downhill/{name}", date_time=date)
            entry.compress_type = zipfile.ZIP_DEFLATED
            entry.create_system = 3  # as on Linux, so that the line below means the same everywhere
            entry.external_attr = 0o100644 << 16
            bundle.writestr(entry, content)


def released(root: Path) -> tuple[int, ...]:
    """When the course was released, as a zip writes it: its last commit, or outside of git its newest file."""
    git = ["git", "log", "-1", "--format=%ct"]
    try:
        seconds = int(subprocess.run(git, cwd=root, capture_output=True, text=True, check=True).stdout)
    except (OSError, subprocess.CalledProcessError, ValueError):
        seconds = max((root / name).stat().st_mtime for name in contents(root) if (root / name).is_file())
    return time.gmtime(seconds)[:6]


def student_makefile(makefile: str) -> str:
    """The Makefile with the targets for students alone; what stands between blank lines stays or goes together."""
    kept = ["# The course's commands. One is enough: `make lab`."]
    for block in makefile.strip().split("\n\n")[1:]:
        rule = re.search(r"^([\w./$()-]+):(?!=)", block, re.MULTILINE)
        if rule and rule[1] == ".PHONY":
            kept.append(f".PHONY: {' '.join(name for name in TARGETS if name in block.split())}")
        elif not rule or rule[1] in TARGETS:
            kept.append(block)
    return "\n\n".join(kept) + "\n"


def main() -> None:
    try:
        make(Path.cwd(), ZIP)
    except ValueError as error:
        sys.exit(str(error))
    print(f"{ZIP.as_posix()} ({ZIP.stat().st_size / 1e6:.1f} MB)")


if __name__ == "__main__":
    main()
