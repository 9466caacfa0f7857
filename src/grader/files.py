"""Files that are written whole or not at all: an interruption leaves the old ones as they were."""

import contextlib
import os
import shutil
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


@contextlib.contextmanager
def writing_folder(folder: Path, contents: Mapping[str, bytes], scratch: Path, mode: int) -> Iterator[None]:
    """`with writing_folder(…):` a folder of files that takes its place only when the block has ended without an error.

    It is written before the block begins, and then has only to be moved.

    contents   name, "/" between its parts → bytes
    scratch    a folder on the same file system, in which the new folder is prepared
    mode       permissions of the files
    """
    unfinished = scratch / f"{folder.name}.new" / folder.parent.name  # students have folders of one name
    new, old = unfinished / "new", unfinished / "old"
    if old.exists() and not folder.exists():  # an earlier call was killed between its two moves
        folder.parent.mkdir(parents=True, exist_ok=True)
        old.rename(folder)
    shutil.rmtree(unfinished, ignore_errors=True)
    try:
        new.mkdir(parents=True)
        for name, content in contents.items():
            path = new / name
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(content)
            path.chmod(mode)
        folder.parent.mkdir(parents=True, exist_ok=True)
        yield
        if os.path.lexists(folder):
            folder.rename(old)
        new.rename(folder)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)
        with contextlib.suppress(OSError):  # what a killed call has left of another folder stays for that one
            unfinished.parent.rmdir()
