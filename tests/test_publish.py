"""Answers are published when nobody can hand in any more, and on a page that needs no network."""

import re
import shutil
from datetime import UTC, datetime

import nbformat
import pytest
from nbformat.v4 import new_markdown_cell, new_notebook

from classroom import NAME, ROOT
from grader import publish

LAST = datetime(2026, 10, 26, 22, 59, tzinfo=UTC)
FILE = f"""
zone = "Europe/Berlin"
[{NAME}]
deadline = 2026-10-19T23:59:00
extensions = {{ Ada = 2026-10-26T23:59:00, Blaise = 2026-10-20T23:59:00 }}
"""


@pytest.fixture
def course(tmp_path):
    for kind in ("solutions", "exercises"):
        shutil.copytree(ROOT / kind / NAME, tmp_path / kind / NAME)
    (tmp_path / "gradebook").mkdir()
    (tmp_path / "gradebook/deadlines.toml").write_text(FILE, encoding="utf-8")
    return tmp_path


@pytest.mark.slow
def test_the_folder_holds_the_answers_run_and_a_page_without_a_network(course):
    folder = publish.publish(course, NAME, LAST)
    name = f"{NAME}_answers"
    assert sorted(path.name for path in folder.iterdir()) == [f"{name}.html", f"{name}.ipynb", "checks.json"]
    notebook = nbformat.read(folder / f"{name}.ipynb", as_version=4)
    source = "\n".join(cell.source for cell in notebook.cells)
    assert "return theta - lr * gradient" in source and "*Rubric.*" in source and "SOLUTION" not in source
    passed = [cell for cell in notebook.cells if "visible checks passed" in str(cell.get("outputs"))]
    assert len(passed) >= 5
    page = (folder / f"{name}.html").read_text(encoding="utf-8")
    assert not re.search(r"<script|<link|(?:src|href)=|url\(", page)
    assert "<math" in page and "visible checks passed" in page and "eigvalsh" in page


@pytest.mark.slow
def test_answers_that_fail_their_own_checks_are_not_published(course):
    path = course / "solutions" / NAME / f"{NAME}.ipynb"
    path.write_text(path.read_text(encoding="utf-8").replace("theta - lr * gradient", "theta + lr * gradient"))
    with pytest.raises(ValueError, match="do not pass their own checks"):
        publish.publish(course, NAME, LAST)
    assert list((course / "build").rglob("*.*")) == []


def test_it_refuses_until_the_last_extension_has_passed(course, monkeypatch):
    with pytest.raises(ValueError, match=r"may hand in until 2026-10-26 23:59 \(Europe/Berlin\): publish after that"):
        publish.publish(course, NAME, LAST.replace(minute=58, second=59))
    monkeypatch.setattr(publish, "answered", lambda *_: new_notebook())
    assert publish.publish(course, NAME, LAST).is_dir()


def test_it_refuses_what_has_no_deadline_or_solution(course, monkeypatch):
    monkeypatch.chdir(course)
    with pytest.raises(SystemExit, match="solutions/ has no exercise 02_learning_rate"):
        publish.main(["02_learning_rate"])
    (course / "gradebook/deadlines.toml").write_text("", encoding="utf-8")
    with pytest.raises(SystemExit, match=r"has no deadline for 01_update_rule\. Enter one"):
        publish.main([NAME])
    (course / "gradebook/deadlines.toml").unlink()
    with pytest.raises(SystemExit, match=r"has no deadline for 01_update_rule\. Enter one"):
        publish.main([NAME])


def test_a_page_shows_formulas_as_mathml_and_no_link_into_the_course():
    cell = new_markdown_cell(
        r"[Lesson](../../notebooks/01.ipynb), [web](https://example.org): $a < b$ and"
        "\n\n$$\\frac{1}{2}$$\n\n\\begin{matrix}a & b\\end{matrix}"
    )
    page = publish.page(new_notebook(cells=[cell]), "a <b>")
    assert page.count("<math") == 3 and "<mfrac>" in page and "<mtable" in page and "<title>a &lt;b&gt;" in page
    assert re.findall(r'href="(.*?)"', page) == ["https://example.org"] and "Lesson" in page and "$" not in page
