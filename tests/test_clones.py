"""Collecting from clones of git repositories takes each student's notebook and runs nothing that a clone names."""

import functools
import os
import shutil
import subprocess
import sys
import zlib
from hashlib import sha1

import pytest

from classroom import NAME
from grader import clones, collect

pytestmark = [
    pytest.mark.skipif(shutil.which("git") is None, reason="needs git"),
    pytest.mark.skipif(sys.platform == "win32", reason="the traps are shell scripts"),
]
FILE = f"exercises/{NAME}/{NAME}.ipynb"
FIRST, LAST = "2026-10-19T21:58:00+00:00", "2026-10-25T08:00:00+00:00"
STUDENTS = {"ada": "ada", f"{NAME}-blaise": "blaise", "01-update-rule-cara-L": "cara-L", "Émilie": "Émilie"}


def git(folder, *arguments, date=FIRST, **more):
    """Run git as a student does."""
    own = {"GIT_CONFIG_NOSYSTEM": "1", "GIT_CONFIG_GLOBAL": os.devnull, "GIT_COMMITTER_DATE": date}
    who = ["-c", "user.name=a", "-c", "user.email=a@example.org"]
    done = subprocess.run(
        ["git", "-C", folder, *who, *arguments], env=os.environ | own, capture_output=True, text=True, **more
    )
    return done.stdout.strip()


def clone(folder, file=FILE, content="1", last=None, **how):
    """A repository in which a notebook was committed, and then, at `last`, something else."""
    path = folder / file
    path.parent.mkdir(parents=True)
    git(folder, "init", "--quiet", *(f"--{option}={value}" for option, value in how.items()))
    for name, text, date in [(path, content, FIRST), (folder / "notes.txt", "x", last)]:
        if date:
            name.write_text(text, encoding="utf-8")
            git(folder, "add", "--all")
            git(folder, "commit", "--quiet", "--message=x", date=date)
    return folder


@pytest.fixture
def course(tmp_path):
    """A course's folder, beside which is a folder of clones."""
    (tmp_path / "clones").mkdir()
    return tmp_path / "course"


def collected(course):
    """Student → (what happened to the notebook, and why or when)."""
    found = collect.collect(course, NAME, [course.parent / "clones"])
    return {one.student: (one.what, one.reason) for one in found}


def times(course):
    return {name: said["handed_in"] for name, said in collect.said_by_platforms(course, NAME).items()}


def said(time):
    return f"committed {time} by the student's own clock"


def test_each_clones_notebook_is_taken_with_the_time_of_the_commit_that_changed_it(course):
    for folder in STUDENTS:
        clone(course.parent / "clones" / folder, content=folder, last=LAST)
    assert collected(course) == dict.fromkeys(STUDENTS.values(), ("taken", said(FIRST)))
    for folder, student in STUDENTS.items():
        notebook = course / "gradebook/submitted" / student / NAME / f"{NAME}.ipynb"
        assert notebook.read_text(encoding="utf-8") == folder
    assert times(course) == dict.fromkeys(STUDENTS.values(), FIRST)
    ada = course.parent / "clones" / "ada"
    (ada / FILE).write_text("2")
    git(ada, "commit", "--quiet", "--all", "--message=x", date=LAST)
    git(ada, "pack-refs", "--all")
    git(ada, "gc", "--quiet")
    found = collected(course)
    assert found["ada"] == ("newer", said(LAST)) and found["blaise"] == ("unchanged", said(FIRST))


def test_no_login_makes_a_clone_that_of_another_student(course):
    """A student chooses a login, after which the clone is named."""
    for folder, date in [("ada", FIRST), (f"{NAME}-ada", LAST), (f"{NAME}-bob", FIRST), (f"x-{NAME}-bob", LAST)]:
        clone(course.parent / "clones" / folder, content=folder)
        git(course.parent / "clones" / folder, "commit", "--quiet", "--amend", "--no-edit", date=date)
    found = collected(course)
    assert found["ada"][0] == "left out" and "(01_update_rule-ada and ada)" in found["ada"][1]
    assert found["bob"] == ("taken", said(FIRST)) and found[f"x-{NAME}-bob"] == ("taken", said(LAST))
    for one in ("ada", f"{NAME}-ada"):
        shutil.rmtree(course.parent / "clones" / one)
    assert set(collected(course)) == {"bob", f"x-{NAME}-bob"}


def test_the_notebook_is_found_at_the_top_or_in_the_courses_folders(course):
    for k, place in enumerate(clones.PLACES):
        clone(course.parent / "clones" / f"s{k}", place.format(NAME))
    both = clone(course.parent / "clones" / "both", content="as given out")
    (both / "work" / FILE).parent.mkdir(parents=True)
    (both / "work" / FILE).write_text("solved")
    clone(course.parent / "clones" / "none", f"deep/down/{NAME}.ipynb")
    found = collected(course)
    assert {found[f"s{k}"][0] for k in range(len(clones.PLACES))} == {"taken"}
    assert found["none"][0] == "left out" and f"at one of these places: {NAME}.ipynb, " in found["none"][1]
    assert found["both"] == ("taken", "its time is unknown")  # it is not committed
    assert (course / "gradebook/submitted/both" / NAME / f"{NAME}.ipynb").read_text() == "solved"


@pytest.mark.parametrize("how", [{"object-format": "sha256"}, {"initial-branch": "zweig/ä"}])
def test_other_forms_of_a_repository_are_read(course, how):
    clone(course.parent / "clones" / "ada", **how)
    assert collected(course) == {"ada": ("taken", said(FIRST))}


@pytest.mark.parametrize("depth, time", [(1, "its time is unknown"), (3, said(FIRST))])
def test_a_shallow_clone_has_a_time_if_it_reaches_back_to_before_the_change(course, depth, time):
    whole = clone(course.parent / "whole", last=FIRST)
    for file, date in [(FILE, FIRST), ("notes.txt", LAST)]:
        (whole / file).write_text("2")
        git(whole, "commit", "--quiet", "--all", "--message=x", date=date)
    git(course.parent, "clone", "--quiet", f"--depth={depth}", f"file://{whole}", "clones/ada")
    assert collected(course) == {"ada": ("taken", time)}


def test_a_clone_of_any_kind_is_taken_or_left_out_with_a_sentence(course):
    ada = clone(course.parent / "ada", last=LAST)
    place = course.parent / "clones"
    git(place, "clone", "--quiet", ada, "detached")
    git(place / "detached", "checkout", "--quiet", "--detach", "HEAD~1")
    git(ada, "worktree", "add", "--quiet", place / "worktree")
    git(place, "clone", "--quiet", "--shared", ada, "shared")
    git(place, "clone", "--quiet", "--bare", ada, "bare")
    git(place, "clone", "--quiet", "--no-checkout", ada, "empty")
    git(place, "clone", "--quiet", ada, "reftable")
    (place / "reftable/.git/HEAD").write_text("ref: refs/heads/.invalid\n")  # as git writes it there
    with_another = clone(place / "with another", last=LAST)
    git(with_another, "-c", "protocol.file.allow=always", "submodule", "--quiet", "add", ada, "another")
    found = {one.file.partition("/")[0]: one.reason for one in collect.collect(course, NAME, [place])}
    assert found.pop("bare").startswith("it is a folder that no platform has named, and not a clone with its files")
    assert found.pop("empty").startswith("this clone has no notebook at one of these places")
    assert found == dict.fromkeys(("detached", "with another"), said(FIRST)) | dict.fromkeys(
        ("worktree", "shared", "reftable"), "its time is unknown"
    )


# ---- hostile clones


def store(folder, kind, content):
    """Write an object as given; its name."""
    data = b"%s %d\0" % (kind, len(content)) + content
    name = sha1(data).hexdigest()
    path = folder / ".git/objects" / name[:2] / name[2:]
    path.parent.mkdir(exist_ok=True)
    path.write_bytes(zlib.compress(data))
    return name


def commit(folder, text):
    """Write a commit's object as given, and make it the one that is checked out."""
    (folder / ".git/HEAD").write_text(f"{store(folder, b'commit', text.encode())}\n")


def trapped(folder, mark):
    """A clone in which git would run a program that writes `mark`, wherever that can be asked for."""
    clone(folder)
    trap = folder / "trap"
    trap.write_text(f"#!/bin/sh\necho caught >> {mark}\nexit 1\n")
    trap.chmod(0o755)
    (folder / ".gitattributes").write_text("* filter=x diff=x merge=x\n")
    (folder / ".gitmodules").write_text(f'[submodule "x"]\npath = x\nurl = ext::{trap}\nupdate = !{trap}\n')
    for hook in ("post-checkout", "pre-commit", "post-index-change", "reference-transaction", "fsmonitor-watchman"):
        shutil.copy(trap, folder / ".git/hooks" / hook)
    (folder / ".git/more").write_text(f"[core]\nfsmonitor = {trap}\n")
    with open(folder / ".git/config", "a") as config:
        config.write(
            f"[include]\npath = more\n[core]\npager = {trap}\nsshCommand = {trap}\neditor = {trap}\naskPass = {trap}\n"
            f"gitProxy = {trap}\nalternateRefsCommand = {trap}\n[alias]\nlog = !{trap}\n[pager]\nlog = {trap}\n"
            f'[log]\nshowSignature = true\n[gpg]\nprogram = {trap}\n[diff]\nexternal = {trap}\n[diff "x"]\n'
            f'textconv = {trap}\n[filter "x"]\nclean = {trap}\nsmudge = {trap}\nprocess = {trap}\nrequired = true\n'
            f'[credential]\nhelper = !{trap}\n[uploadpack]\npackObjectsHook = {trap}\n[remote "origin"]\n'
            f"url = .\nuploadpack = {trap}\npromisor = true\npartialclonefilter = blob:none\n"
        )
    return folder


def signed(folder):
    """A commit with something like a signature, which `log.showSignature` has checked by a program."""
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    person = "a <a@example.org> 1792447080 +0000"
    lines = [f"tree {tree}", f"author {person}", f"committer {person}", "gpgsig -----BEGIN PGP SIGNATURE-----", " x"]
    commit(folder, "\n".join([*lines, " -----END PGP SIGNATURE-----", "", "signed", ""]))


def lost(folder):
    """Its tree is missing, which git fetches from a "promisor", by a program that the configuration names."""
    tree = git(folder, "rev-parse", "HEAD^{tree}")
    (folder / ".git/objects" / tree[:2] / tree[2:]).unlink()


def content_of(folder):
    return {
        str(path): (path.lstat().st_mode, path.lstat().st_mtime_ns, path.is_file() and path.read_bytes())
        for path in folder.rglob("*")
    }


@pytest.mark.parametrize("bait", [signed, lost])
def test_nothing_that_a_clone_names_is_run(course, tmp_path, bait):
    mark = tmp_path / "mark"
    eve = trapped(course.parent / "clones" / "eve", mark)
    bait(eve)
    before = content_of(eve)
    found = collected(course)
    assert found == {"eve": ("taken", said(FIRST) if bait is signed else "its time is unknown")}
    assert not mark.exists() and content_of(eve) == before
    git(eve, "log", "-1", "--", FILE)
    assert mark.exists()  # the trap is one


def a_link_to_git(eve, ada):
    shutil.rmtree(eve / ".git")
    (eve / ".git").symlink_to(ada / ".git")


def a_file_that_leads_to_git(eve, ada):
    shutil.rmtree(eve / ".git")
    (eve / ".git").write_text(f"gitdir: {ada / '.git'}\n")


def anothers_objects(eve, ada):
    (eve / ".git/objects/info/alternates").write_text(f"{ada / '.git/objects'}\n")


def a_pipe_for_a_head(eve, ada):
    (eve / ".git/HEAD").unlink()
    os.mkfifo(eve / ".git/HEAD")


def a_head_elsewhere(eve, ada):
    (eve / ".git/HEAD").write_text("ref: refs/heads/../../../../secret\n")


def an_option_for_a_head(eve, ada):
    (eve / ".git/HEAD").write_text("--output=/tmp/x\n")


def no_commit(eve, ada):
    shutil.rmtree(eve / ".git/refs/heads")


def a_time_beyond_all_years(eve, ada):
    tree = git(eve, "rev-parse", "HEAD^{tree}")
    commit(eve, f"tree {tree}\nauthor a <a> 1 +0000\ncommitter a <a> 99999999999999999 +0000\n\nx\n")


def a_time_beyond_all_numbers(eve, ada):
    tree = git(eve, "rev-parse", "HEAD^{tree}")
    commit(eve, f"tree {tree}\nauthor a <a> 1 +0000\ncommitter a <a> {10**30} +0000\n\nx\n")


def a_bomb(eve, ada):
    tree = git(eve, "rev-parse", "HEAD^{tree}")
    person = "a <a> 1792447080 +0000"
    commit(eve, f"tree {tree}\nauthor {person}\ncommitter {person}\n\n" + " " * 30_000_000)


def a_bomb_of_a_folder(eve, ada):
    """Git unpacks every folder above the notebook, of this commit and of the one before, and holds them all."""
    exercises = bytes.fromhex(git(eve, "rev-parse", "HEAD:exercises"))
    tree = store(eve, b"tree", b"40000 exercises\0" + exercises + (b"100644 x\0" + bytes(20)) * 700_000)
    person = "a <a> 1792447080 +0000"
    commit(eve, f"tree {tree}\nauthor {person}\ncommitter {person}\n\nx\n")


def a_pipe_for_a_commit(eve, ada):
    name = git(eve, "rev-parse", "HEAD")
    path = eve / ".git/objects" / name[:2] / name[2:]
    path.unlink()
    os.mkfifo(path)


@pytest.mark.parametrize(
    "spoil",
    [
        a_link_to_git, a_file_that_leads_to_git, anothers_objects, a_pipe_for_a_head, a_head_elsewhere,
        an_option_for_a_head, no_commit, a_time_beyond_all_years, a_time_beyond_all_numbers, a_bomb,
        a_bomb_of_a_folder, a_pipe_for_a_commit,
    ],
)  # fmt: skip
def test_a_spoilt_repository_costs_its_owner_the_time_alone(course, monkeypatch, spoil):
    monkeypatch.setattr(clones, "_SECONDS", 1 if spoil is a_pipe_for_a_commit else 10)
    folder = course.parent / "clones"
    ada, eve = clone(folder / "ada"), clone(folder / "eve")
    spoil(eve, ada)
    assert collected(course) == {"ada": ("taken", said(FIRST)), "eve": ("taken", "its time is unknown")}


@pytest.mark.skipif(sys.platform != "linux", reason="elsewhere the limit does not hold")
def test_a_history_of_long_messages_is_not_kept_in_memory(course, monkeypatch):
    """Some kilobytes each, which git unpacks to 15 MB."""
    import resource

    eve = clone(course.parent / "clones" / "eve")
    tree, person = git(eve, "rev-parse", "HEAD^{tree}"), "a <a> 1792447080 +0000"
    for _ in range(8):
        parent = git(eve, "rev-parse", "HEAD")
        lines = [f"tree {tree}", f"parent {parent}", f"author {person}", f"committer {person}", ""]
        commit(eve, "\n".join(lines) + "\n" + " " * 15_000_000)
    limited = functools.partial(
        subprocess.run, preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_DATA, (80 << 20, 80 << 20))
    )
    monkeypatch.setattr(clones.subprocess, "run", limited)
    assert collected(course) == {"eve": ("taken", said(FIRST))}


def test_links_in_a_clone_are_not_followed(course):
    folder = course.parent / "clones"
    ada = clone(folder / "ada")
    for name, place in [("eve", "exercises"), ("fay", f"exercises/{NAME}"), ("gil", FILE)]:
        path = clone(folder / name) / place
        path.unlink() if path.is_file() else shutil.rmtree(path)
        path.symlink_to(ada / place)
    (folder / "hal").symlink_to(ada)
    found = collected(course)
    assert {name: what for name, (what, _) in found.items()} == {"ada": "taken"} | dict.fromkeys(
        ("", "eve", "fay", "gil"), "left out"
    )


@pytest.mark.parametrize("name", [f"{NAME}-", f"{NAME}-.ada", "a:b", "eve\u202ecilbup", f"{NAME}-<b>"])
def test_a_folder_with_a_bad_name_is_left_out(course, name):
    clone(course.parent / "clones" / name)
    ((what, _),) = collected(course).values()
    assert what == "left out" and not (course / "gradebook/submitted").exists()
