"""A student's files are never lost, and what a student did not change is kept up to date."""

import json
import os
import re
import shutil
import urllib.parse
from pathlib import Path

import nbformat
import pytest

from helpers import layout

ROOT = Path(__file__).parents[1]
LESSON, EXERCISE, CHECKS = "notebooks/01_rule.ipynb", "exercises/01_rule/01_rule.ipynb", "exercises/01_rule/checks.json"
READ = "with_outputs/01_rule.ipynb"
NOT_COPIED = (
    "notebooks/.ipynb_checkpoints/01_rule-checkpoint.ipynb",
    "exercises/01_rule/.ipynb_checkpoints/01_rule-checkpoint.ipynb",
    "exercises/01_rule/__pycache__/tasks.pyc",
    "notebooks/.DS_Store",
    "notebooks/ruff.toml",
)


def notebook(*sources, outputs=(), **metadata):
    """The bytes of a notebook: a heading, then code cells, the first of which has these outputs."""
    cells = [nbformat.v4.new_markdown_cell("# Lesson [two](02_rate.ipynb)", id="title")]
    cells += [nbformat.v4.new_code_cell(source, id=f"cell{k}") for k, source in enumerate(sources)]
    for text in outputs:
        cells[1].outputs.append(nbformat.v4.new_output("stream", name="stdout", text=text))
        cells[1].execution_count = 1
    made = nbformat.v4.new_notebook(cells=cells, metadata=metadata)
    return (json.dumps(made, indent=1, ensure_ascii=False) + "\n").encode()


ORIGINALS = {
    "notebooks/00_start_here.ipynb": notebook("print('start')", outputs=["start"]),
    LESSON: notebook("print('θ')", "1 + 1", outputs=["θ"]),
    "notebooks/pictures/bowl.png": bytes(range(256)),
    EXERCISE: notebook("raise NotImplementedError()"),
    CHECKS: b"{}",
}


@pytest.fixture
def course(tmp_path):
    folder = tmp_path / "the course"
    for name, content in ORIGINALS.items():
        put(folder / name, content)
    for name in NOT_COPIED:
        put(folder / name, b"not for students")
    return folder


@pytest.fixture
def work(course):
    return course / "work"


def put(path, content):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)


def contents(folder):
    """Every file's bytes and time of change, but for the lab's own memory."""
    return {
        path.relative_to(folder).as_posix(): (path.read_bytes(), path.stat().st_mtime_ns)
        for path in folder.rglob("*")
        if path.is_file() and path.name != layout.MEMORY
    }


def texts(folder):
    return {name: content for name, (content, _) in contents(folder).items()}


def sources(content):
    return ["".join(cell["source"]) for cell in json.loads(content)["cells"]]


def saved(path, change=None, outputs=("seen",)):
    """The notebook run and saved by Jupyter, after a change of its last cell or none."""
    opened = nbformat.read(path, as_version=4)
    opened.metadata.language_info = {"name": "python", "version": "3.12.1"}
    opened.metadata.widgets = {"state": {}}
    for cell in opened.cells:
        cell.metadata["collapsed"] = False
        if cell.cell_type == "code":
            cell.execution_count = 7
            cell.outputs = [nbformat.v4.new_output("stream", name="stdout", text=text) for text in outputs]
    if change is not None:
        opened.cells[-1].source = change
    nbformat.write(opened, path)


def test_lessons_and_exercises_are_laid_out_and_nothing_else(course, work):
    done = layout.lay_out(course, work)
    assert done == (sorted([*ORIGINALS, READ]), [], {})
    assert {*texts(work)} == {*ORIGINALS, READ}
    for name in (CHECKS, EXERCISE, "notebooks/pictures/bowl.png"):
        assert (work / name).read_bytes() == ORIGINALS[name]


def test_a_lesson_is_laid_out_without_outputs_and_once_with_them_to_be_read(course, work):
    layout.lay_out(course, work)
    own, to_read = (json.loads((work / name).read_bytes()) for name in (LESSON, READ))
    assert sources((work / LESSON).read_bytes()) == sources(ORIGINALS[LESSON])
    assert [cell.get("outputs", []) for cell in own["cells"]] == [[], [], []]
    assert [cell.get("execution_count") for cell in own["cells"]] == [None] * 3
    assert to_read["cells"][1:] == json.loads(ORIGINALS[LESSON])["cells"]
    assert "(../notebooks/01_rule.ipynb)" in to_read["cells"][0]["source"][0]
    assert not (work / READ).stat().st_mode & 0o222
    for name in (LESSON, READ):
        nbformat.validate(nbformat.read(work / name, as_version=4))


def test_the_start_page_leads_to_each_lesson_with_its_outputs(course, work):
    layout.lay_out(course, work)
    title, _ = sources((work / layout.START).read_bytes())
    assert title == "# Lesson [two](02_rate.ipynb) ([with outputs](../with_outputs/02_rate.ipynb))"


def test_a_course_without_exercises_is_laid_out(course, work):
    shutil.rmtree(course / "exercises")
    assert not any(name.startswith("exercises") for name in layout.lay_out(course, work).copied)


def test_the_originals_are_only_read(course, work):
    before = contents(course)
    layout.lay_out(course, work)
    after = {name: content for name, content in contents(course).items() if not name.startswith("work/")}
    assert after == before


def test_a_second_run_writes_nothing(course, work):
    layout.lay_out(course, work)
    before = contents(work)
    assert layout.lay_out(course, work) == ([], [], {})
    assert contents(work) == before


def edition(course, *names, word="second edition"):
    """A new edition of these originals."""
    for name in names:
        put(course / name, notebook(word, outputs=[word]) if name.endswith(".ipynb") else word.encode())


class TestAnUpdate:
    """An old work/, and a newer course."""

    @pytest.fixture(autouse=True)
    def old(self, course, work):
        layout.lay_out(course, work)

    @pytest.mark.parametrize("then", ["never opened", "opened and saved", "run and saved"])
    def test_replaces_what_was_not_changed(self, course, work, then):
        for name in (LESSON, EXERCISE):
            if then != "never opened":
                saved(work / name, outputs=["seen"] if then.startswith("run") else [])
        edition(course, LESSON, EXERCISE, CHECKS)
        assert layout.lay_out(course, work) == ([], sorted([LESSON, EXERCISE, CHECKS, READ]), {})
        assert (
            sources((work / LESSON).read_bytes())[1] == sources((work / EXERCISE).read_bytes())[1] == "second edition"
        )
        assert (work / CHECKS).read_bytes() == b"second edition"
        assert layout.lay_out(course, work) == ([], [], {})

    def test_keeps_what_was_changed_and_puts_the_new_one_beside_it(self, course, work):
        saved(work / EXERCISE, "theta - lr * gradient")
        put(work / "notebooks/my notes.txt", b"mine")
        before = texts(work)
        edition(course, EXERCISE, CHECKS)
        beside = "exercises/01_rule/01_rule_new.ipynb"
        assert layout.lay_out(course, work) == ([], [CHECKS], {EXERCISE: beside})
        after = texts(work)
        assert after.pop(beside) == (course / EXERCISE).read_bytes()
        assert after == before | {CHECKS: b"second edition"}  # which nobody edits, and old ones are of no use
        assert layout.lay_out(course, work) == ([], [], {})

    def test_after_another_replaces_what_it_put_beside_but_not_if_the_student_works_in_it(self, course, work):
        saved(work / EXERCISE, "mine")
        edition(course, EXERCISE)
        layout.lay_out(course, work)
        edition(course, EXERCISE, word="third edition")
        beside, another = (f"exercises/01_rule/01_rule_new{number}.ipynb" for number in ("", "2"))
        assert layout.lay_out(course, work).kept == {EXERCISE: beside}
        assert sources((work / beside).read_bytes())[1] == "third edition"
        saved(work / beside, "mine, in the third")
        edition(course, EXERCISE, word="fourth edition")
        assert layout.lay_out(course, work).kept == {EXERCISE: another}
        assert sources((work / beside).read_bytes())[1] == "mine, in the third"
        assert sources((work / another).read_bytes())[1] == "fourth edition"

    def test_says_nothing_of_an_original_that_the_student_already_has(self, course, work):
        edition(course, EXERCISE)
        put(work / EXERCISE, (course / EXERCISE).read_bytes())
        layout.lay_out(course, work)
        assert not list(work.rglob("*_new*"))
        saved(work / EXERCISE, "solved")
        assert layout.lay_out(course, work) == ([], [], {})

    @pytest.mark.parametrize("memory", ["lost", "damaged", "not a table", "of strings", "half a table"])
    def test_without_its_memory_overwrites_nothing_that_was_changed(self, course, work, memory):
        saved(work / EXERCISE, "solved")
        saved(work / LESSON, "played with")
        before = texts(work)
        edition(course, EXERCISE, LESSON)
        (work / layout.MEMORY).unlink()
        if memory != "lost":
            said = {"damaged": "\xff{", "not a table": "[]", "of strings": '{"originals": "x", "news": 3}'}
            half = json.dumps({"originals": {EXERCISE: {"laid": "x"}}, "news": {}})
            (work / layout.MEMORY).write_text(said.get(memory, half), encoding="utf-8")
        layout.lay_out(course, work)
        assert {name: texts(work)[name] for name in (EXERCISE, LESSON)} == {n: before[n] for n in (EXERCISE, LESSON)}

    def test_of_a_work_folder_from_before_the_course_kept_sources(self, course, work):
        """Its lessons have outputs, and its memory holds one hash for each file, of all its bytes."""
        for name in (LESSON, EXERCISE):
            put(work / name, ORIGINALS[name])
        hashes = {name: layout._hash(content) for name, content in ORIGINALS.items()}
        (work / layout.MEMORY).write_text(json.dumps(hashes), encoding="utf-8")
        saved(work / EXERCISE, "solved")
        edition(course, LESSON, EXERCISE)
        done = layout.lay_out(course, work)
        assert LESSON in done.replaced and [*done.kept] == [EXERCISE]

    def test_is_told_until_the_next(self, course, work):
        assert layout.news(work) == ([], [], {})
        saved(work / EXERCISE, "solved")
        edition(course, EXERCISE, LESSON, CHECKS)
        put(course / "notebooks/02_rate.ipynb", notebook("2"))
        layout.lay_out(course, work)
        layout.lay_out(course, work)
        beside = "exercises/01_rule/01_rule_new.ipynb"
        assert layout.news(work) == (["notebooks/02_rate.ipynb"], [LESSON], {EXERCISE: beside})
        (work / beside).unlink()  # dealt with
        assert layout.news(work).kept == {}

    def test_never_stops_for_a_folder_or_a_link_in_the_place_of_a_file(self, course, work):
        (work / EXERCISE).unlink()
        (work / EXERCISE).mkdir()
        if os.name != "nt":
            (work / CHECKS).unlink()
            (work / CHECKS).symlink_to("/nowhere/at all")
        edition(course, EXERCISE, CHECKS)
        layout.lay_out(course, work)
        assert (work / EXERCISE).is_dir()
        assert os.name == "nt" or os.readlink(work / CHECKS) == "/nowhere/at all"


def test_a_deleted_copy_comes_back(course, work):
    layout.lay_out(course, work)
    before = texts(work)
    (work / LESSON).unlink()
    shutil.rmtree(work / "exercises")
    assert layout.lay_out(course, work).copied == [EXERCISE, CHECKS, LESSON]
    assert texts(work) == before


def test_a_new_lesson_comes_beside_those_that_are_there(course, work):
    layout.lay_out(course, work)
    put(course / "notebooks/02_rate.ipynb", notebook("2"))
    assert layout.lay_out(course, work).copied == ["notebooks/02_rate.ipynb", "with_outputs/02_rate.ipynb"]


def test_a_fresh_copy_is_put_in_place_and_the_old_one_kept(course, work):
    layout.lay_out(course, work)
    assert layout.reset(course, work, EXERCISE, "2026-11-27") is None
    for number, word in [("", "first try"), ("_2", "second try")]:
        saved(work / EXERCISE, word)
        kept = f"exercises/01_rule/01_rule_before_2026-11-27{number}.ipynb"
        assert layout.reset(course, work, EXERCISE, "2026-11-27") == kept
        assert sources((work / kept).read_bytes())[-1] == word
        assert (work / EXERCISE).read_bytes() == ORIGINALS[EXERCISE]
    (work / EXERCISE).unlink()
    assert layout.reset(course, work, EXERCISE, "2026-11-27") is None
    assert (work / EXERCISE).read_bytes() == ORIGINALS[EXERCISE]
    with pytest.raises(KeyError):
        layout.reset(course, work, "exercises/99.ipynb", "2026-11-27")


def test_what_belongs_to_a_work_folder_finds_it(course, work):
    layout.lay_out(course, work)
    assert layout.find_work(work / "exercises/01_rule") == layout.find_work(work) == work
    assert layout.find_work(course / "notebooks") is None


@pytest.mark.parametrize("fault", ["write", "rename"])
def test_a_copy_that_fails_halfway_leaves_no_half_file(course, work, monkeypatch, fault):
    replace = os.replace

    def is_lesson(path):
        return "01_rule.ipynb" in path.name and path.parent.name == "notebooks"

    def write_half(path, content):
        whole = not is_lesson(path)
        with open(path, "wb") as file:
            file.write(content if whole else content[: len(content) // 2])
        if not whole:
            raise OSError(28, "No space left on device")

    def refuse(part, path):
        if is_lesson(path):
            raise OSError(28, "No space left on device")
        replace(part, path)

    with monkeypatch.context() as patch:
        patch.setattr(*((Path, "write_bytes", write_half) if fault == "write" else (os, "replace", refuse)))
        with pytest.raises(OSError, match="No space"):
            layout.lay_out(course, work)
    half = texts(work)
    assert layout.lay_out(course, work).copied == [LESSON, "notebooks/pictures/bowl.png", READ]
    whole = texts(work)
    assert {*whole} == {*ORIGINALS, READ} and half.items() < whole.items()
    assert whole[EXERCISE] == ORIGINALS[EXERCISE]
    put(course / LESSON, b"second edition")
    assert layout.lay_out(course, work).replaced == [LESSON]


def relative_links(file):
    """The targets of a notebook's Markdown links that lead to another file of the course."""
    cells = json.loads(file.read_text(encoding="utf-8"))["cells"]
    text = "\n".join("".join(cell["source"]) for cell in cells if cell["cell_type"] == "markdown")
    targets = re.findall(r"\]\(([^)#\s]+)", text)
    return [urllib.parse.unquote(target) for target in targets if not re.match(r"[a-z]+:", target)]


def broken_links(course, work):
    """The links of the lessons and exercises that hold in the course's folder and not in work/."""
    return [
        f"{file.relative_to(work).as_posix()}: {target}"
        for file in sorted(work.rglob("*.ipynb"))
        for target in relative_links(file)
        if (course / file.relative_to(work)).parent.joinpath(target).exists() and not (file.parent / target).exists()
    ]


def test_links_that_hold_in_the_course_hold_in_work(tmp_path):
    layout.lay_out(ROOT, tmp_path / "work")
    assert broken_links(ROOT, tmp_path / "work") == []


def test_a_link_out_of_the_copied_folders_would_be_found(tmp_path):
    links = "[a](../exercises/1/1.ipynb) [b](02.ipynb#part) [c](../README.md) [d](https://example.org)"
    lesson = json.dumps({"cells": [{"cell_type": "markdown", "source": [links]}]}).encode()
    other = json.dumps({"cells": []}).encode()
    for name in ("notebooks/01.ipynb", "notebooks/02.ipynb", "exercises/1/1.ipynb", "README.md"):
        put(tmp_path / name, lesson if name == "notebooks/01.ipynb" else other)
    layout.lay_out(tmp_path, tmp_path / "work")
    assert broken_links(tmp_path, tmp_path / "work") == ["notebooks/01.ipynb: ../README.md"]
