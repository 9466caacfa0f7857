"""Similarity: copies are found behind other names, comments and orders; independent answers are hardly ever listed."""

import csv
import itertools
import re
from html import unescape

import nbformat
import numpy as np
import pytest
from nbformat.v4 import new_code_cell

import generated_class
from classroom import NAME, ROOT, submit
from grader import release, similar, solution

SIZE, COPIES = 14, 3


def the_class(name, pool, seed):
    """student → notebook, and the pairs of which one has copied."""
    rng = np.random.default_rng(seed)
    answers = [pool.answers(rng) for _ in range(SIZE)]
    copied = [int(k) for k in rng.choice(SIZE, COPIES, replace=False)]
    answers += [generated_class.copied(answers[k], rng) for k in copied]
    notebooks = {f"s{k}": generated_class.notebook(ROOT, name, mine) for k, mine in enumerate(answers)}
    return notebooks, {frozenset((f"s{k}", f"s{SIZE + i}")) for i, k in enumerate(copied)}


def compared(name, seeds):
    """(copies found, copies that are long enough, independent pairs listed, independent pairs) of some classes."""
    pool = generated_class.Pool(solution.read(ROOT / "solutions" / name))
    sheets = [nbformat.read(ROOT / kind / name / f"{name}.ipynb", as_version=4) for kind in ("exercises", "solutions")]
    counts = np.zeros(4, dtype=int)
    for seed in seeds:
        notebooks, copies = the_class(name, pool, seed)
        found = similar.compare(notebooks, *sheets)
        listed = {frozenset(pair[:2]) for pair in found.pairs}
        told = {pair for pair in copies if not pair & {*found.too_little}}
        pairs = {frozenset(pair) for pair in itertools.combinations(notebooks, 2)}
        counts += len(listed & told), len(told), len(listed - copies), len(pairs - copies)
    return counts


def test_copies_are_found_and_hardly_an_independent_pair_is_listed():
    found, told, listed, pairs = compared(NAME, range(6))
    assert found == told >= 0.9 * 6 * COPIES
    assert listed <= pairs / 100


@pytest.mark.long
def test_in_52_classes_all_copies_are_found_and_at_most_one_independent_pair_in_a_hundred_is_listed():
    counts = np.sum([compared(name, range(50, 54)) for name in release.names(ROOT)], axis=0)
    found, told, listed, pairs = counts
    print(f"{found} of {told} copies found; {listed} of {pairs} independent pairs listed")
    assert found == told >= 0.97 * 52 * COPIES
    assert listed <= pairs / 100


# ---- a single class


@pytest.fixture
def course(tmp_path):
    """Ada, Blaise and Cara have written answers of their own; Copy has Ada's in disguise, Equal to the letter."""
    for kind in ("solutions", "exercises"):
        (tmp_path / kind).mkdir()
        (tmp_path / kind / NAME).symlink_to(ROOT / kind / NAME)
    pool, rng = generated_class.Pool(solution.read(ROOT / "solutions" / NAME)), np.random.default_rng(7)
    answers = {student: pool.answers(rng) for student in ("Ada", "Blaise", "Cara")}
    answers |= {"Copy": generated_class.copied(answers["Ada"], rng), "Equal": answers["Ada"]}
    for student, mine in answers.items():
        submit(tmp_path, student, generated_class.notebook(ROOT, NAME, mine))
    return tmp_path


def test_equal_files_come_first_and_the_report_says_that_it_is_a_hint(course, monkeypatch, capsys):
    monkeypatch.chdir(course)
    similar.main([NAME])
    assert capsys.readouterr().out.startswith("3 pairs are alike (a hint, not a proof), of 5 submissions:")
    place = course / "gradebook/grading"
    with open(place / f"{NAME}_similar.csv", encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    assert [(row["student"], row["other"], row["equal"]) for row in rows] == [
        ("Ada", "Equal", "yes"),
        ("Ada", "Copy", "no"),
        ("Copy", "Equal", "no"),
    ]
    assert {row["this is"] for row in rows} == {"a hint, not a proof"}
    page = (place / f"{NAME}_similar.html").read_text(encoding="utf-8")
    assert page.index("Ada and Equal: equal to the letter") < page.index("Ada and Copy: ")
    assert "a hint, not a proof" in page and "<mark>" in page and "under 30 characters" in page and "step." in page
    assert not re.search(r"<script|<link|(?:src|href)=|url\(", page)


def test_what_was_given_out_and_what_was_not_done_is_not_alike(course):
    solved = nbformat.read(ROOT / "solutions" / NAME / f"{NAME}.ipynb", as_version=4)
    blank = nbformat.read(ROOT / "exercises" / NAME / f"{NAME}.ipynb", as_version=4)
    other = nbformat.from_dict({**solved, "cells": [*solved.cells, new_code_cell("print('tried')")]})
    found = similar.compare({"a": blank, "b": blank, "c": solved, "d": other}, blank, solved)
    assert found.pairs == [] and found.too_little == ["a", "b", "c", "d"]


def test_what_a_student_wrote_is_shown_as_text_and_costs_its_owner_alone(course):
    hostile = "<script>alert(1)</script> = '<b>'\n" * 30
    for student in ("Eve", "Mallory"):
        submit(course, student, nbformat.v4.new_notebook(cells=[new_code_cell(hostile)]))
    submit(course, "Nobody", b"{")
    found = similar.look(course, NAME)
    assert found.pairs[0][:2] == ("Ada", "Equal") and ("Eve", "Mallory") in [pair[:2] for pair in found.pairs]
    page = similar.page(found, NAME)
    assert "<script" not in page and "<b>" not in page and "alert(1)" in page


def test_a_page_holds_a_code_once_however_its_parts_are_counted(course):
    """copydetect loses count at the name of a class: a part that ends there seems to end before it begins."""
    unit = "class {}:b=[1,2,3,4]*8+[4*5]-[9*9]+[7,7,7]#" + "&" * 40 + "\n"
    for student, name in (("Eve", "A"), ("Mallory", "1")):
        cells = [new_code_cell(unit.format(name) * 40)]
        submit(course, student, nbformat.v4.new_notebook(cells=cells))
    (pair,) = (pair for pair in similar.look(course, NAME).pairs if pair[:2] == ("Eve", "Mallory"))
    for text, common in pair.codes:
        html = similar._marked(text, common)
        assert unescape(re.sub("</?mark>", "", html)) == text and html.count("<mark>") > 40


def test_who_hides_a_copy_behind_a_long_comment_is_named(course):
    path = course / "gradebook" / "submitted" / "Copy" / NAME / f"{NAME}.ipynb"
    notebook = nbformat.read(path, as_version=4)
    notebook.cells.insert(0, new_code_cell("# " + "x" * similar._LONGEST))
    nbformat.write(notebook, path)
    found = similar.look(course, NAME)
    assert found.too_much == ["Copy"]
    assert "read them yourself: Copy." in similar.page(found, NAME)


def test_who_hides_a_copy_behind_a_text_that_takes_long_is_named(course, monkeypatch):
    monkeypatch.setattr(similar, "_SECONDS", 2.0)
    for student in ("Ada", "Equal"):
        path = course / "gradebook" / "submitted" / student / NAME / f"{NAME}.ipynb"
        notebook = nbformat.read(path, as_version=4)
        notebook.cells.insert(0, new_code_cell("x = 1\n" + " \n" * 20_000 + "x = 2"))
        nbformat.write(notebook, path)
    found = similar.look(course, NAME)
    assert found.too_much == ["Ada", "Equal"] and not {"Ada", "Equal"} & {*found.too_little}
    assert "read them yourself: Ada, Equal." in similar.page(found, NAME)


def test_of_a_whole_class_only_code_is_held(course, monkeypatch):
    """Each notebook may hold 10 MB of pictures."""
    held = []
    monkeypatch.setattr(similar, "compare", lambda handed_in, *_: held.extend(handed_in.values()))
    similar.look(course, NAME)
    assert len(held) == 5 and {cell.cell_type for notebook in held for cell in notebook.cells} == {"code"}


def test_without_submissions_it_says_so(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(SystemExit, match="There are no submissions of 01_update_rule to compare"):
        similar.main([NAME])
