"""Folders that are written whole: what a killed call has moved away is put back by the next."""

import pytest

from grader import files


class Killed(Exception):
    """The process ends here."""


def test_what_a_killed_call_had_moved_away_is_put_back_before_anything_else(tmp_path, monkeypatch):
    folder, scratch = tmp_path / "ada", tmp_path / "scratch"

    def write(text):
        with files.writing_folder(folder, {"a/b.txt": text}, scratch, mode=0o600):
            pass

    def killed(old, new):
        if old.name == "new":
            raise Killed
        rename(old, new)

    write(b"old")
    rename = files.Path.rename
    with monkeypatch.context() as patched:
        patched.setattr(files.Path, "rename", killed)
        patched.setattr(files.shutil, "rmtree", lambda *_, **__: None)  # nothing is tidied up either
        with pytest.raises(Killed):
            write(b"new")
    assert not folder.exists()
    with pytest.raises(Killed), files.writing_folder(folder, {}, scratch, mode=0o600):
        assert (folder / "a" / "b.txt").read_bytes() == b"old"
        raise Killed
    assert (folder / "a" / "b.txt").read_bytes() == b"old"
    assert not list(scratch.iterdir())
