"""The lint finds each slip that a reader would see, and nothing in a page that has none."""

import nbformat
import pytest

import lint
from grader import notebook as form

GOOD_PICTURE = '<img alt="a curve" src="data:image/png;base64,AAAA">'


def lesson(*cells):
    title = nbformat.v4.new_markdown_cell("# A lesson\n\n## A section")
    return nbformat.v4.new_notebook(cells=[title, *cells])


def code(source="1 + 1", count=1, **output):
    outputs = [nbformat.v4.new_output(**output)] if output else []
    return nbformat.v4.new_code_cell(source, outputs=outputs, execution_count=count)


def shown(**data):
    return code(
        "show()", output_type="display_data", data={kind.replace("_", "/"): text for kind, text in data.items()}
    )


def findings(tmp_path, nb, monkeypatch):
    """The findings in a lesson stored in its normal form."""
    monkeypatch.setattr(lint, "ROOT", tmp_path)
    path = tmp_path / "notebooks" / "00_page.ipynb"  # what is asked of lessons alone: test_lesson_form.py
    path.parent.mkdir()
    form.normalise(nb)
    path.write_text(form.text(nb), encoding="utf-8")
    return lint.findings(path)


def test_a_good_lesson_has_no_findings(tmp_path, monkeypatch):
    nb = lesson(
        code(output_type="stream", name="stdout", text="2\n"), shown(text_html=GOOD_PICTURE, text_plain="a figure")
    )
    nb.cells[-1].execution_count = 2
    assert findings(tmp_path, nb, monkeypatch) == []


TEMPORARY = "/tmp"  # where a kernel says that its cells stand


@pytest.mark.parametrize(
    ("cell", "said"),
    [
        (code(""), "is empty"),
        (code(output_type="error", ename="ValueError", evalue="", traceback=[]), "stores an error: ValueError"),
        (code(output_type="stream", name="stderr", text="warning"), "stores lines on stderr"),
        (
            code(output_type="stream", name="stdout", text="saved in /home/ann/x.csv"),
            "a path of some machine: /home/ann",
        ),
        (code(output_type="stream", name="stdout", text=r"C:\\Users\\ann"), "a path of some machine"),
        (shown(text_plain=f"<Figure at {TEMPORARY}/ipykernel_1/2.py>"), "a path of some machine"),
        (shown(text_html='<img src="data:image/png;base64,AAAA">'), "a picture without alt text"),
        (shown(text_html='<img alt=" " src="data:image/png;base64,AAAA">'), "a picture without alt text"),
        (shown(image_png="AAAA"), "a picture without alt text (image/png)"),
        (code('"""' + 90 * "x" + '"""'), "a line of 96 columns, over 88"),
        (code(count=None), "was not run from top to bottom"),
        (code(count=2), "was not run from top to bottom"),
        (nbformat.v4.new_markdown_cell("#### Deep"), "a heading of level 4 follows one of level 2"),
        (nbformat.v4.new_markdown_cell("see [there](02_nowhere.ipynb)"), "a link leads nowhere: 02_nowhere.ipynb"),
        (nbformat.v4.new_markdown_cell("![](picture.png)"), "a picture without alt text"),
        (nbformat.v4.new_markdown_cell("text " * 50_000), "is 250 kB"),
    ],
)
def test_each_slip_is_found(tmp_path, monkeypatch, cell, said):
    assert said in "\n".join(findings(tmp_path, lesson(cell), monkeypatch))


def test_a_lesson_without_a_title_is_found(tmp_path, monkeypatch):
    nb = nbformat.v4.new_notebook(cells=[code()])
    assert findings(tmp_path, nb, monkeypatch) == ["does not begin with a title"]


def test_a_notebook_out_of_its_normal_form_is_found(tmp_path):
    path = tmp_path / "a.ipynb"
    nb = lesson()
    form.normalise(nb)
    nb.metadata["kernelspec"]["name"] = "my-env"
    path.write_text(form.text(nb), encoding="utf-8")
    assert lint.findings(path) == ["is not stored in its normal form: make notebooks"]


def test_a_file_that_is_no_notebook_is_a_finding(tmp_path):
    path = tmp_path / "a.ipynb"
    path.write_text("{", encoding="utf-8")
    assert "cannot be read" in lint.findings(path)[0]


def test_links_of_a_page_are_followed(tmp_path):
    page = tmp_path / "README.md"
    page.write_text("[a](a.md) [b](b.md#part) [c](https://example.org/x.md) `[d](d.md)` [e](#part)", encoding="utf-8")
    (tmp_path / "a.md").write_text("", encoding="utf-8")
    assert lint.findings(page) == ["a link leads nowhere: b.md#part"]
