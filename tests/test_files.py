"""Folders that are written whole: what a killed call has moved away is put back by the next."""

import pytest

from grader import files


class Killed(Exception):
    """The process ends here."""


def write(folder, text):
    """Write a folder as one of several that have one name, as each student's of an exercise."""
    with files.writing_folder(folder, {"a/b.txt": text}, folder.parents[1] / "scratch", mode=0o600):
        pass


@pytest.fixture
def moved_away(tmp_path, monkeypatch):
    """Ada's folder, which a call has moved away when it was killed."""
    folder = tmp_path / "ada" / "01"

    def killed(old, new):
        if old.name == "new":
            raise Killed
        rename(old, new)

    write(folder, b"old")
    rename = files.Path.rename
    with monkeypatch.context() as patched:
        patched.setattr(files.Path, "rename", killed)
        patched.setattr(files.shutil, "rmtree", lambda *_, **__: None)  # nothing is tidied up either
        with pytest.raises(Killed):
            write(folder, b"new")
    assert not folder.exists()
    return folder


def test_what_a_killed_call_had_moved_away_is_put_back_before_anything_else(moved_away):
    scratch = moved_away.parents[1] / "scratch"
    with pytest.raises(Killed), files.writing_folder(moved_away, {}, scratch, mode=0o600):
        assert (moved_away / "a" / "b.txt").read_bytes() == b"old"
        raise Killed
    assert (moved_away / "a" / "b.txt").read_bytes() == b"old"
    assert not list(scratch.iterdir())


def test_what_a_killed_call_had_moved_away_becomes_nobody_elses(moved_away):
    other = moved_away.parents[1] / "bob" / "01"
    with pytest.raises(Killed), files.writing_folder(other, {}, other.parents[1] / "scratch", mode=0o600):
        assert not other.exists()
        raise Killed
    assert not other.exists()
    write(other, b"Bob's")
    write(moved_away, b"new")
    assert [(folder / "a" / "b.txt").read_bytes() for folder in (other, moved_away)] == [b"Bob's", b"new"]
