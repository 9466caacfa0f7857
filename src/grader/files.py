"""Files that are written whole or not at all: an interruption leaves the old ones as they were."""

import contextlib
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import IO


@contextlib.contextmanager
def writing(path: Path, mode: int = 0o666, binary: bool = False) -> Iterator[IO]:
    """`with writing(path) as file:` a file that takes its place only when the block has ended without an error.

    mode     permissions of the file, less the umask
    binary   whether it takes bytes; otherwise it takes text, and line ends as they are written
    """
    unfinished = path.with_name(f"{path.name}.new")
    unfinished.unlink(missing_ok=True)
    try:
        descriptor = os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with open(descriptor, "wb") if binary else open(descriptor, "w", encoding="utf-8", newline="") as file:
            yield file
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_folder(folder: Path, contents: Mapping[str, bytes], scratch: Path, mode: int) -> None:
    """Write a folder of files, in place of one that may exist.

    contents   name, "/" between its parts → bytes
    scratch    a folder on the same file system, in which the new folder is prepared
    mode       permissions of the files
    """
    folder.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory(dir=scratch) as prepared:
        new = Path(prepared) / "new"
        new.mkdir()
        for name, content in contents.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        if os.path.lexists(folder):
            folder.rename(Path(prepared) / "old")
        new.rename(folder)
