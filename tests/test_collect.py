"""Collecting takes what is a submission, says of everything else why it was left out, and lets no download do harm."""

import io
import itertools
import os
import random
import stat
import struct
import subprocess
import sys
import threading
import time
import unicodedata
import warnings
import zipfile
import zlib

import pytest

from grader import collect, names

NAME = "01_update_rule"
NOTEBOOK = b'{"cells": []}'


@pytest.fixture
def course(tmp_path):
    """A course folder with one released exercise."""
    folder = tmp_path / "course" / "exercises" / NAME
    folder.mkdir(parents=True)
    (folder / f"{NAME}.ipynb").write_bytes(NOTEBOOK)
    (folder / "checks.json").write_bytes(b"{}")
    return tmp_path / "course"


def archive(path, contents, **how):
    """A zip with these contents: name → bytes, or pairs of them."""
    with zipfile.ZipFile(path, "w", **how) as out:
        for name, content in contents.items() if isinstance(contents, dict) else contents:
            info = name if isinstance(name, zipfile.ZipInfo) else zipfile.ZipInfo(name)
            info.compress_type = zipfile.ZIP_DEFLATED if not isinstance(name, zipfile.ZipInfo) else info.compress_type
            out.writestr(info, content)
    return path


def collected(course, *downloads):
    """File → (what happened to it, why)."""
    return {one.file: (one.what, one.reason) for one in collect.collect(course, NAME, list(downloads))}


def submitted(course):
    """Everything under gradebook/ but what platforms have said, file → bytes."""
    return {
        path.relative_to(course / "gradebook").as_posix().removeprefix("submitted/"): path.read_bytes()
        for path in (course / "gradebook").rglob("*")
        if path.is_file() and path.parent.name != "collected"
    }


def written(*students):
    return {f"{student}/{NAME}/{NAME}.ipynb": NOTEBOOK for student in students}


def left_out(course, download, file, reason):
    """That this file of a download was left out for this reason, while ada's beside it was taken."""
    found = collected(course, download)
    assert found.pop(f"ada_{NAME}.ipynb") == ("taken", "")
    assert list(found) == [file] and found[file][0] == "left out" and reason in found[file][1], found
    assert submitted(course) == written("ada")


def test_notebooks_are_taken_from_zips_folders_and_as_they_are(course, tmp_path):
    folder = tmp_path / "unpacked"
    folder.mkdir()
    (folder / f"blaise_12345_67890_{NAME}.ipynb").write_bytes(NOTEBOOK)
    single = tmp_path / f"o'Neill ünï_{NAME}.ipynb"
    single.write_bytes(NOTEBOOK)
    found = collected(course, archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK}), folder, single)
    assert set(found.values()) == {("taken", "")} and len(found) == 3
    assert submitted(course) == written("ada", "blaise", "o'Neill ünï")


def test_a_newer_notebook_replaces_the_older_and_the_same_one_changes_nothing(course, tmp_path):
    first = archive(tmp_path / "1.zip", {f"ada_{NAME}.ipynb": NOTEBOOK})
    second = archive(tmp_path / "2.zip", {f"ada_{NAME}.ipynb": NOTEBOOK + b" "})
    assert [collected(course, path)[f"ada_{NAME}.ipynb"][0] for path in (first, first, second)] == [
        "taken", "unchanged", "newer",
    ]  # fmt: skip
    assert submitted(course) == {f"ada/{NAME}/{NAME}.ipynb": NOTEBOOK + b" "}


def test_the_command_lists_what_was_taken_and_what_was_left_out(course, tmp_path):
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, "essay\x1b[2J.docx": b"x"})
    command = [sys.executable, "-m", "grader.collect"]
    done = subprocess.run([*command, NAME, str(path)], cwd=course, capture_output=True, text=True)
    assert done.returncode == 0 and "\x1b" not in done.stdout
    left, taken, counts = done.stdout.splitlines()
    assert left.startswith("left out") and left.endswith("essay [2J.docx: it is not a notebook")
    assert taken.split() == ["taken", "ada", f"ada_{NAME}.ipynb"]
    assert counts == "1 taken, 0 newer, 0 unchanged, 1 left out"
    unknown = subprocess.run([*command, "01_update_rul", str(path)], cwd=course, capture_output=True, text=True)
    assert unknown.returncode == 1 and f"released are: {NAME}." in unknown.stderr


def test_an_archive_in_an_archive_is_not_opened(course, tmp_path):
    """It could hold a notebook under another student's name."""
    inner = archive(tmp_path / "inner.zip", {f"blaise_{NAME}.ipynb": NOTEBOOK}).read_bytes()
    eve = f"eve_1_2_{NAME}.zip"
    left_out(course, archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, eve: inner}), eve, "not a notebook")


def test_a_students_own_archive_is_not_opened_even_if_it_is_named_on_the_command_line(course, tmp_path):
    path = archive(tmp_path / f"eve_1_2_{NAME}.zip", {f"blaise_{NAME}.ipynb": NOTEBOOK})
    assert collected(course, path) == {path.name: ("left out", "it is a student's own archive: ask for the notebook")}
    assert not (course / "gradebook").exists()


@pytest.mark.parametrize(
    ("file", "reason"),
    [
        (f"../eve_{NAME}.ipynb", "only the top level"),
        (f"/tmp/eve_{NAME}.ipynb", "only the top level"),
        (f"folder/eve_{NAME}.ipynb", "only the top level"),
        (f"..\\eve_{NAME}.ipynb", "only the top level"),
        (f".._{NAME}.ipynb", "begins or ends with a dot"),
        (f"._{NAME}.ipynb", "begins or ends with a dot"),
        (f"_{NAME}.ipynb", "the name is empty"),
        (f" _{NAME}.ipynb", "the name is empty"),
        (f"-rf_{NAME}.ipynb", "begins or ends with"),
        (f"eve\n_{NAME}.ipynb", "cannot be seen"),
        (f"eve\x1b[2J_{NAME}.ipynb", "cannot be seen"),
        (f"eve\u202ecilbup_{NAME}.ipynb", "cannot be seen"),
        (f"<b>eve_{NAME}.ipynb", "contains < >"),
        (f"{'e' * 101}_{NAME}.ipynb", "more than 100 characters"),
        (f"eve_{NAME}.ipynb\x00.txt", "not a notebook"),
        ("eve_02_learning_rate.ipynb", "not named like"),
        (f"eve{NAME}.ipynb", "not named like"),
        (f"{NAME}.ipynb", "not named like"),
        ("\x00", "not a notebook"),
        ("essay.docx", "not a notebook"),
    ],
)
def test_a_bad_name_costs_its_owner_alone(course, tmp_path, file, reason):
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, "placeholder": NOTEBOOK})
    raw = file.encode()
    if "\x00" in file:  # zipfile cuts a name there as it writes: so it is put in afterwards
        path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, file.replace("\x00", "#"): NOTEBOOK})
        path.write_bytes(path.read_bytes().replace(file.replace("\x00", "#").encode(), raw))
    else:
        path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, file: NOTEBOOK})
    left_out(course, path, file, reason)


def test_a_very_long_name_is_refused_unread(course, tmp_path):
    """Some marks above a character are sorted as a name is brought into one Unicode form, which takes seconds."""
    file = "a" + "\u0301\u0316" * 15_000 + f"_{NAME}.ipynb"
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, file: NOTEBOOK})
    start = time.process_time()
    left_out(course, path, file, "its name has more than 300 characters")
    assert time.process_time() - start < 1


def test_a_file_that_an_earlier_download_holds_in_ruins_is_taken_from_a_later_one(course, tmp_path):
    good = archive(tmp_path / "good.zip", {f"ada_{NAME}.ipynb": NOTEBOOK})
    broken = tmp_path / "broken.zip"
    broken.write_bytes(good.read_bytes()[30:])
    found = collect.collect(course, NAME, [broken, good, good])
    assert sorted(one.what for one in found) == ["left out", "taken", "taken"] and submitted(course) == written("ada")


def test_one_student_with_two_files_gets_neither_and_stops_nobody(course, tmp_path):
    twice = [(f"ada_{NAME}.ipynb", NOTEBOOK), (f"eve_1_{NAME}.ipynb", b"1"), (f"eve_2_{NAME}.ipynb", b"2")]
    found = collected(course, archive(tmp_path / "a.zip", twice))
    assert [found[f"eve_{k}_{NAME}.ipynb"] for k in (1, 2)] == [
        ("left out", "there are 2 files of this student, and they differ")
    ] * 2
    assert submitted(course) == written("ada")


@pytest.mark.parametrize("twin", ["ADÉLE", unicodedata.normalize("NFD", "Adéle"), "adéLe"])
def test_names_that_differ_by_case_or_unicode_form_are_not_mixed_up(course, tmp_path, twin):
    honest = f"Adéle_{NAME}.ipynb"
    both = archive(tmp_path / "a.zip", {honest: NOTEBOOK, f"{twin}_1_{NAME}.ipynb": b"hers?"})
    assert {what for what, _ in collected(course, both).values()} == {"left out"}
    collected(course, archive(tmp_path / "b.zip", {honest: NOTEBOOK}))
    assert submitted(course) == written("Adéle")
    again = collected(course, archive(tmp_path / "c.zip", {f"{twin}_1_{NAME}.ipynb": b"hers?"}))
    if unicodedata.normalize("NFC", twin) != "Adéle":  # otherwise it is her own name, in another form
        assert again[f"{twin}_1_{NAME}.ipynb"][0] == "left out" and submitted(course) == written("Adéle")
        assert collected(course, both)[honest] == ("unchanged", "")  # she was known before


def test_thousands_of_files_of_one_student_or_of_alike_names_cost_little(course, tmp_path, monkeypatch):
    alike = sorted(map("".join, itertools.product(*zip("abcdefghij", "ABCDEFGHIJ", strict=True))))
    files = [f"{name}_{NAME}.ipynb" for name in alike]
    files += [f"Ada_7_assignsubmission_file/{NAME} ({k}).ipynb" for k in range(len(alike))]
    asked = []
    monkeypatch.setattr(collect, "_refuse_namesakes", lambda student, *_: asked.append(student))
    found = collected(course, archive(tmp_path / "a.zip", dict.fromkeys(files, b"x")))
    assert asked == ["Ada"]  # once, since each time all her files are looked at
    shown = " and ".join([*alike[:3], f"{len(alike) - 3} more"])
    assert {found[file] for file in files[: len(alike)]} == {
        ("left out", f"{shown} differ only by case or Unicode form")
    }
    assert [file for file, (what, _) in found.items() if what == "taken"] == files[-1:]


def test_links_are_refused_wherever_they_are(course, tmp_path):
    info = zipfile.ZipInfo(f"eve_{NAME}.ipynb")
    info.external_attr = (stat.S_IFLNK | 0o777) << 16
    left_out(course, archive(tmp_path / "a.zip", [(f"ada_{NAME}.ipynb", NOTEBOOK), (info, b"/etc/passwd")]),
             f"eve_{NAME}.ipynb", "a link")  # fmt: skip
    folder = tmp_path / "folder"
    folder.mkdir()
    (folder / f"eve_{NAME}.ipynb").symlink_to("/etc/passwd")
    (tmp_path / "linked.zip").symlink_to(tmp_path / "a.zip")
    assert collected(course, folder, tmp_path / "linked.zip").keys() == {f"eve_{NAME}.ipynb", "linked.zip"}
    (course / "gradebook" / "submitted" / "eve").symlink_to(tmp_path)
    found = collected(course, archive(tmp_path / "b.zip", {f"eve_{NAME}.ipynb": NOTEBOOK}))
    assert "by a link" in found[f"eve_{NAME}.ipynb"][1] and not (tmp_path / NAME).exists()
    assert submitted(course) == written("ada")


def test_a_bomb_is_left_out_and_nothing_of_it_is_written(course, tmp_path):
    content = bytes(600_000_000)
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, f"eve_{NAME}.ipynb": content})
    assert path.stat().st_size < 1_000_000
    left_out(course, path, f"eve_{NAME}.ipynb", "larger than 10 MB")


def test_a_bomb_that_declares_to_be_small_is_left_out(course, tmp_path):
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, f"eve_{NAME}.ipynb": bytes(30_000_000)})
    path.write_bytes(path.read_bytes().replace(struct.pack("<I", 30_000_000), struct.pack("<I", 1000)))
    left_out(course, path, f"eve_{NAME}.ipynb", "cannot be unpacked")


def test_what_a_download_unpacks_to_is_bounded_in_all(course, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "_MOST_BYTES", 2_500_000)
    path = archive(tmp_path / "a.zip", {f"s{k}_{NAME}.ipynb": bytes(1_000_000) for k in range(5)})
    whats = [one.what for one in collect.collect(course, NAME, [path])]
    assert whats == ["taken"] * 3 + ["left out"] * 2


def test_what_is_unpacked_in_vain_counts_too(course, tmp_path, monkeypatch):
    monkeypatch.setattr(collect, "_MOST_BYTES", 2_500_000)
    path = archive(tmp_path / "a.zip", {f"s{k}_{NAME}.ipynb": bytes(900_000) for k in range(5)})
    checksum = struct.pack("<I", zlib.crc32(bytes(900_000)))
    path.write_bytes(path.read_bytes().replace(checksum, bytes(4)))
    reasons = [one.reason for one in collect.collect(course, NAME, [path])]
    assert ["cannot be unpacked" in reason for reason in reasons] == [True] * 3 + [False] * 2
    assert reasons[-1].startswith("the archive unpacks to too much")


def test_a_table_of_contents_that_is_too_long_is_not_read(course, tmp_path):
    path = tmp_path / "a.zip"
    with zipfile.ZipFile(path, "w") as out:
        for k in range(20_000):
            out.writestr(f"{k:0200}", b"")
    good = archive(tmp_path / "b.zip", {f"ada_{NAME}.ipynb": NOTEBOOK})
    found = collected(course, path, good)
    assert "holds too many files" in found["a.zip"][1] and submitted(course) == written("ada")
    few = archive(tmp_path / "c.zip", {str(k): b"" for k in range(10_001)})
    assert "holds 10001 files" in collected(course, few)["c.zip"][1]


def test_a_corrupt_archive_stops_no_other(course, tmp_path):
    good = archive(tmp_path / "good.zip", {f"ada_{NAME}.ipynb": NOTEBOOK})
    broken = tmp_path / "broken.zip"
    for content in (b"", b"PK", good.read_bytes()[:-30], b"\x1f\x8b" * 100):
        broken.write_bytes(content)
        found = collected(course, broken, tmp_path / "absent.zip", good)
        assert found[f"ada_{NAME}.ipynb"][0] in ("taken", "unchanged") and submitted(course) == written("ada")
        assert "cannot be read as a zip" in found["broken.zip"][1] and "cannot be read" in found["absent.zip"][1]


@pytest.mark.parametrize("kind", [zipfile.ZIP_LZMA, zipfile.ZIP_BZIP2])
def test_an_entry_that_is_packed_in_a_costly_way_is_left_out(course, tmp_path, kind):
    info = zipfile.ZipInfo(f"eve_{NAME}.ipynb")
    info.compress_type = kind
    contents = [(f"ada_{NAME}.ipynb", NOTEBOOK), (info, NOTEBOOK)]
    left_out(course, archive(tmp_path / "a.zip", contents), f"eve_{NAME}.ipynb", "packed in an unusual way")


def test_an_encrypted_or_damaged_entry_costs_its_owner_alone(course, tmp_path):
    ada, eve = f"ada_{NAME}.ipynb", f"eve_{NAME}.ipynb"
    path = archive(tmp_path / "a.zip", {ada: NOTEBOOK, eve: os.urandom(1000)})
    content = bytearray(path.read_bytes())
    at = content.rindex(eve.encode()) - 46 + 8  # the flags in its entry of the table of contents
    content[at] |= 1
    path.write_bytes(content)
    left_out(course, path, eve, "encrypted")
    path = archive(tmp_path / "b.zip", {ada: NOTEBOOK, eve: os.urandom(1000)})
    content = bytearray(path.read_bytes())
    content[content.index(eve.encode()) + len(eve) + 500] ^= 255
    path.write_bytes(content)
    found = collected(course, path)
    assert found[ada][0] == "unchanged" and "cannot be unpacked" in found[eve][1]


# ---- platforms


@pytest.mark.parametrize(
    ("file", "student", "says"),
    [
        (f"Ada Lovelace_98765_assignsubmission_file_/{NAME}.ipynb", "Ada Lovelace", ("Moodle", "98765", False)),
        (f"Ada Lovelace_98765_assignsubmission_file/{NAME}.ipynb", "Ada Lovelace", ("Moodle", "98765", False)),
        (f"Ada Lovelace_98765_assignsubmission_file_{NAME}.ipynb", "Ada Lovelace", ("Moodle", "98765", False)),
        (f"lovelaceada_12345_67890_{NAME}.ipynb", "lovelaceada", ("Canvas", "12345", False)),
        (f"lovelaceada_LATE_12345_67890_{NAME}-2.ipynb", "lovelaceada", ("Canvas", "12345", True)),
        (f"Lovelace_Ada_alovelace_4711/{NAME}.ipynb", "alovelace", ("ILIAS", "4711", False)),
        (f"Exercise 1/Lovelace_Ada_alovelace_4711/{NAME} (1).ipynb", "alovelace", ("ILIAS", "4711", False)),
    ],
)
@pytest.mark.parametrize("unpacked", [False, True])
def test_what_a_platform_has_named_is_taken_and_its_number_kept(course, tmp_path, file, student, says, unpacked):
    download = archive(tmp_path / "a.zip", {file: NOTEBOOK})
    if unpacked:
        if file.startswith("Exercise 1/"):
            pytest.skip("then the inner folder is given")
        with zipfile.ZipFile(download) as zipped:
            zipped.extractall(tmp_path / "unpacked")
        download = tmp_path / "unpacked"
    assert collected(course, download) == {file: ("taken", "")}
    assert submitted(course) == written(student)
    (known,) = collect.said_by_platforms(course, NAME).values()
    assert (known["platform"], known["id"], known["late"]) == says


def test_of_several_by_one_student_the_newest_is_taken(course, tmp_path):
    late, early = (zipfile.ZipInfo(f"Ada_7_assignsubmission_file_/{NAME}{ending}.ipynb", time) for ending, time in [
        ("", (2026, 11, 27, 23, 0, 0)), (" (1)", (2026, 11, 26, 8, 0, 0)),
    ])  # fmt: skip
    canvas = {f"blaise_1_{k}_{NAME}{ending}.ipynb": NOTEBOOK + b" " * k for k, ending in enumerate(["", "-1", "-2"])}
    early.filename = early.filename.replace(" (1)", "")
    path = archive(tmp_path / "a.zip", canvas)
    found = collected(course, path)
    assert found.pop(f"blaise_1_2_{NAME}-2.ipynb") == ("taken", "")
    assert {*found.values()} == {("left out", "there is a newer one of this student")}
    assert submitted(course) == {f"blaise/{NAME}/{NAME}.ipynb": NOTEBOOK + b"  "}
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # two files of one name
        path = archive(tmp_path / "b.zip", [(early, b"early"), (late, b"late")])
    collected(course, path)
    assert submitted(course)[f"Ada/{NAME}/{NAME}.ipynb"] == b"late"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such locks")
def test_of_two_who_collect_at_once_neither_forgets_what_the_other_was_told(course, tmp_path, monkeypatch):
    first, second = (archive(tmp_path / f"{who}.zip", {f"{who}_LATE_1_2_{NAME}.ipynb": b"x"}) for who in ("ada", "bo"))
    other = threading.Thread(target=collect.collect, args=(course, NAME, [second]))
    read = collect.said_by_platforms

    def read_while_the_other_begins(*arguments):
        found = read(*arguments)
        if not other.ident:
            other.start()
            other.join(0.3)
        return found

    monkeypatch.setattr(collect, "said_by_platforms", read_while_the_other_begins)
    collected(course, first)
    other.join()
    assert {student: said["late"] for student, said in read(course, NAME).items()} == {"ada": True, "bo": True}


def test_two_people_of_one_name_are_not_mixed_up(course, tmp_path):
    files = {f"Ada_{number}_assignsubmission_file_/{NAME}.ipynb": NOTEBOOK for number in (7, 8)}
    found = collected(course, archive(tmp_path / "a.zip", files | {f"Bo_9_assignsubmission_file_/{NAME}.ipynb": b"x"}))
    assert sorted(what for what, _ in found.values()) == ["left out", "left out", "taken"]
    assert sum("several students of this name (7 and 8)" in why for _, why in found.values()) == 2
    again = archive(tmp_path / "b.zip", {f"Bo_10_assignsubmission_file_/{NAME}.ipynb": b"another Bo"})
    assert "(10 and 9)" in collected(course, again)[f"Bo_10_assignsubmission_file_/{NAME}.ipynb"][1]
    assert submitted(course) == {f"Bo/{NAME}/{NAME}.ipynb": b"x"}


@pytest.mark.parametrize(
    "file",
    [
        f"../Ada_7_assignsubmission_file_/{NAME}.ipynb",
        f"/Ada_7_assignsubmission_file_/{NAME}.ipynb",
        f"a/Ada_7_assignsubmission_file_/{NAME}.ipynb",
        f"Ada_7_assignsubmission_file_/../{NAME}.ipynb",
        f"Ada_7_assignsubmission_file_/inner/{NAME}.ipynb",
        f"Ada_7_assignsubmission_file_\\{NAME}.ipynb",
        f".._7_assignsubmission_file_/{NAME}.ipynb",
        f"_7_assignsubmission_file_/{NAME}.ipynb",
        "Ada_7_assignsubmission_file_/homework.ipynb",
        f"A_B_.._7/{NAME}.ipynb",
        # folders of her own, in which a student names another
        f"Eve_8_assignsubmission_file_/x_x_Ada Lovelace_9/{NAME}.ipynb",
        f"Eve_8_assignsubmission_file/x_x_Ada Lovelace_9/{NAME}.ipynb",
        f"E_ve_8_assignsubmission_file_/x_x_Ada Lovelace_9/{NAME}.ipynb",
        f"Eve_8_assignsubmission_file_/Ada Lovelace_9_assignsubmission_file_/{NAME}.ipynb",
        f"E_E_eve_8/x_x_ada_9/{NAME}.ipynb",
    ],
)
def test_what_only_looks_like_a_platforms_is_left_out(course, tmp_path, file):
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, file: b"x"})
    left_out(course, path, file, "")


def test_a_student_hands_in_nothing_under_the_name_of_one_who_has_before(course, tmp_path):
    """Moodle's download holds the folders that a student has made."""
    collected(course, archive(tmp_path / "a.zip", {f"Ada_7_assignsubmission_file_/{NAME}.ipynb": NOTEBOOK}))
    ada, eve = f"Ada_17_assignsubmission_file_/{NAME}.ipynb", f"Eve_8_assignsubmission_file_/x_x_Ada_9/{NAME}.ipynb"
    assert collected(course, archive(tmp_path / "b.zip", {eve: b"x"}))[eve][0] == "left out"
    assert submitted(course) == written("Ada")
    fresh = course.parent / "another"
    fresh.mkdir()
    assert collected(fresh, archive(tmp_path / "c.zip", {ada: NOTEBOOK, eve: b"x"}))[ada] == ("taken", "")


def test_a_repository_in_a_students_folder_is_not_the_clone_of_another(course, tmp_path):
    """Moodle's download holds the folders that a student has made, and their names."""
    collected(course, archive(tmp_path / "a.zip", {f"Ada_7_assignsubmission_file_/{NAME}.ipynb": NOTEBOOK}))
    folder = tmp_path / "unpacked" / "Eve_8_assignsubmission_file_" / "Ada"
    folder.mkdir(parents=True)
    (folder / ".git").touch()
    (folder / f"{NAME}.ipynb").write_bytes(b"x")
    ((what, _),) = collected(course, tmp_path / "unpacked").values()
    assert what == "left out" and submitted(course) == written("Ada")


@pytest.mark.parametrize(
    "file",
    [
        # A student chooses the name of the file,
        f"Eve_8_assignsubmission_file_/x_{NAME}.ipynb",
        f"Eve_8_assignsubmission_file_x_{NAME}.ipynb",
        f"E_E_eve_8/x_{NAME}.ipynb",
        f"eve_LATE_1_2_x_{NAME}.ipynb",
        # and at some places the student's own.
        f"ada_x_8_assignsubmission_file_{NAME}.ipynb",
        f"ada_7_assignsubmission_file_x_8_assignsubmission_file_{NAME}.ipynb",
        f"ada_x_LATE_1_2_{NAME}.ipynb",
        f"ada_x_1_2_y_{NAME}.ipynb",
    ],
)
def test_no_name_hides_from_a_platform_whose_a_file_is_and_that_it_was_late(course, tmp_path, file):
    path = archive(tmp_path / "a.zip", {f"ada_{NAME}.ipynb": NOTEBOOK, file: b"x"})
    left_out(course, path, file, "named it")


@pytest.mark.skipif(sys.platform != "linux", reason="other file systems refuse such a name")
def test_a_folder_whose_name_is_of_another_encoding_stops_nobody(course, tmp_path):
    """As an old program unpacks it; its login can be read."""
    folder = os.path.join(os.fsencode(tmp_path), b"unpacked", "Müller_Jörg_jmueller_4711".encode("latin-1"))
    os.makedirs(folder)
    with open(os.path.join(folder, f"{NAME}.ipynb".encode()), "wb") as file:
        file.write(NOTEBOOK)
    found = collect.collect(course, NAME, [tmp_path / "unpacked"])
    assert [(one.what, one.student) for one in found] == [("taken", "jmueller")]
    assert collect.said_by_platforms(course, NAME)["jmueller"]["id"] == "4711"
    collect.table(found).encode()


# ---- random downloads


def random_download(rng, path):
    """A zip of a few files under random names, some of them of ada's kind, with random damage."""
    files = []
    for _ in range(rng.randrange(6)):
        alphabet = rng.choice(
            ["abcé", "ab/\\.._-", "a\x00\n\x1b\u202e<>&", "éE\u0301ſKß", "".join(map(chr, range(32, 300)))]
        )
        student = "".join(rng.choice(alphabet) for _ in range(rng.randrange(12)))
        ending = rng.choice([f"_{NAME}.ipynb"] * 6 + [".zip", f"_1_{NAME}.ipynb", "_02_other.ipynb", ""])
        files.append(rng.choice(["", "", "", "x/", "../", "/"]) + student + ending)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as zipped, warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # a name may occur twice
        for name in files:
            info = zipfile.ZipInfo(name or "x")
            info.compress_type = rng.choice([zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED, zipfile.ZIP_LZMA])
            info.external_attr = rng.choice([0o644, stat.S_IFLNK | 0o777]) << 16
            zipped.writestr(info, rng.randbytes(rng.randrange(60)))
    content = bytearray(out.getvalue())
    for _ in range(rng.choice([0, 0, 1, 5])):
        content[rng.randrange(len(content))] = rng.randrange(256)
    path.write_bytes(content[: rng.choice([len(content), len(content), rng.randrange(len(content))])])


def random_collections(course, scratch, count, seed):
    """Collect from so many random downloads, each beside a good one; what was wrong with any."""
    rng, failures = random.Random(seed), []
    good = archive(scratch / "good.zip", {f"zoë_{NAME}.ipynb": NOTEBOOK})
    outside = {path for path in course.parent.rglob("*") if "gradebook" not in path.parts}
    for k in range(count):
        path = scratch / "random.zip"
        random_download(rng, path)
        found = collected(course, path, good)
        taken = [one for one in (course / "gradebook" / "submitted").rglob("*") if not one.is_dir()]
        right = all(one.name == f"{NAME}.ipynb" and len(one.relative_to(course).parts) == 5 for one in taken)
        students = [one.name for one in (course / "gradebook" / "submitted").iterdir()]
        if (
            found[f"zoë_{NAME}.ipynb"][0] not in ("taken", "unchanged")
            or not right
            or any(names.problem(student) for student in students)
            or len({names.folded(student) for student in students}) < len(students)
            or {one for one in course.parent.rglob("*") if "gradebook" not in one.parts} - {path} != outside
        ):
            failures.append(k)
    return failures


def test_no_random_download_is_taken_wrongly_or_stops_another(course, tmp_path):
    assert random_collections(course, tmp_path, 150, seed=8) == []


@pytest.mark.long
@pytest.mark.slow
def test_no_random_download_is_taken_wrongly_or_stops_another_in_ten_thousand(course, tmp_path):
    assert random_collections(course, tmp_path, 10_000, seed=15) == []


# ---- times of handing in

WORKSHEET = (
    "\ufeffIdentifier,Full name,Status,Grade,Last modified (submission),Last modified (grade)\n"
    'Participant 7,Ada,Submitted,,"Monday, 19 October 2026, 11:58 PM",-\n'
    'Participant 8,Blaise,Submitted,,"Tuesday, 20 October 2026, 12:05 AM",-\n'
    "Participant 9,Cara,No submission,,-,-\n"
)


def times(course):
    return {student: said["handed_in"] for student, said in collect.said_by_platforms(course, NAME).items()}


def test_moodles_worksheet_says_when_each_was_handed_in(course, tmp_path):
    moodle = {f"{who}_assignsubmission_file_/{NAME}.ipynb": NOTEBOOK for who in ("Ada_7", "Blaise_8", "Zoe_10")}
    zipped, worksheet = archive(tmp_path / "a.zip", moodle), tmp_path / "grades.csv"
    worksheet.write_text(WORKSHEET, encoding="utf-8")
    assert collected(course, zipped, worksheet)["grades.csv"] == ("times", "of 2 students")
    known = {"Ada": "2026-10-19T23:58:00", "Blaise": "2026-10-20T00:05:00", "Zoe": ""}
    assert times(course) == known
    collected(course, zipped)  # nothing new
    assert times(course) == known
    newer = archive(tmp_path / "b.zip", {f"Ada_7_assignsubmission_file_/{NAME}.ipynb": NOTEBOOK + b" "})
    collected(course, newer)  # the time was that of the older file
    assert times(course) == known | {"Ada": ""}
    collected(course, worksheet)
    assert times(course) == known


def test_a_time_is_never_that_of_another_file_though_collecting_was_killed(course, tmp_path, monkeypatch):
    """Killed when the newer file is in place and what is known of it is not written yet."""
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(WORKSHEET, encoding="utf-8")
    name = f"Ada_7_assignsubmission_file_/{NAME}.ipynb"
    collected(course, archive(tmp_path / "a.zip", {name: NOTEBOOK}), worksheet)
    assert times(course) == {"Ada": "2026-10-19T23:58:00"}
    newer = archive(tmp_path / "b.zip", {name: NOTEBOOK + b" "})
    with monkeypatch.context() as patched:
        patched.setattr(collect, "_keep", lambda *_: None)
        collected(course, newer)
    collected(course, newer)
    assert times(course) == {"Ada": ""}


def test_a_students_long_text_hides_no_time(course, tmp_path):
    worksheet = tmp_path / "grades.csv"
    worksheet.write_text(WORKSHEET.replace("No submission", "x" * 200_000), encoding="utf-8")
    assert collected(course, worksheet)["grades.csv"] == ("times", "of 0 students")


@pytest.mark.parametrize(
    ("change", "reason"),
    [
        (
            ("Last modified (submission)", "Laatst gewijzigd (inzending)"),
            "in English, German, French or Spanish; its columns are: Identifier, Full name, Status, Grade, Laatst",
        ),
        (("Monday, 19 October 2026, 11:58 PM", "Montag, 19. Oktober 2026, 23:58"), "not written as Moodle does in Eng"),
        (("19 October", "19 Octember"), "not written as Moodle does in English: Monday, 19 Octember"),
        (("19 October", "39 October"), "day is out of range"),
    ],
)
def test_a_worksheet_that_cannot_be_read_is_left_out(course, tmp_path, change, reason):
    (tmp_path / "grades.csv").write_text(WORKSHEET.replace(*change), encoding="utf-8")
    what, why = collected(course, tmp_path / "grades.csv")["grades.csv"]
    assert what == "left out" and reason in why
