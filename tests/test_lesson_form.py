"""The lint measures a lesson's minutes and its code in sight, and compares them with what lesson and tables say.

Each lesson here is small enough to be measured by hand.
"""

import nbformat
import pytest

import lesson_form
import lint
from grader import notebook as form
from lesson_form import minutes

NEW = nbformat.v4
PICTURE = {"output_type": "display_data", "data": {"text/html": '<img alt="a curve" src="data:,">'}}


def text(source):
    return NEW.new_markdown_cell(source)


def code(lines=1, *tags, source=None, picture=False):
    cell = NEW.new_code_cell(source or "\n".join(["1 + 1"] * lines), metadata={"tags": list(tags)} if tags else {})
    cell.outputs = [NEW.new_output(**PICTURE)] if picture else []
    return cell


def formulas(count):
    return [text("$$a$$") for _ in range(count)]


def drawing(source="plots.show(fig, alt='a curve')"):
    return code(1, "hide-input", source=source, picture=True)


def lesson(*cells, time="10 minutes."):
    """A lesson of ten minutes before its cells: 599 words in all with its title, which is 9.98 minutes."""
    opening = f"# 1. A lesson\n\n**Time:** {time}\n\n"
    words = 599 - sum(any(map(str.isalnum, word)) for word in opening.split())
    return NEW.new_notebook(cells=[text(opening + "word " * words), *cells])


@pytest.fixture
def found(tmp_path, monkeypatch):
    """What the lint says of a lesson in a course whose tables give it `minutes` and its exercise 45."""
    monkeypatch.setattr(lint, "ROOT", tmp_path)

    def look(nb, minutes="10", name="01_lesson", practice="45"):
        for folder in [f"solutions/{name}", "notebooks"]:
            (tmp_path / folder).mkdir(parents=True)
        row = f"| 1 | [A lesson]({{}}{name}.ipynb) | {minutes} | {practice} | see |\n"
        start = NEW.new_notebook(cells=[text("# Start\n\n" + row.format(""))])
        exercise = NEW.new_notebook(cells=[text("# Exercise\n\n**20 points** · about 45 minutes · after the lesson")])
        nbformat.write(start, tmp_path / "notebooks" / "00_start_here.ipynb")
        nbformat.write(exercise, tmp_path / "solutions" / name / f"{name}.ipynb")
        (tmp_path / "README.md").write_text(row.format("notebooks/"), encoding="utf-8")
        for number, cell in enumerate([cell for cell in nb.cells if cell.cell_type == "code"], 1):
            cell.execution_count = number
        form.normalise(nb)
        path = tmp_path / "notebooks" / f"{name}.ipynb"
        path.write_text(form.text(nb), encoding="utf-8")
        return lint.findings(path)

    return look


# ---- minutes


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        (text("word " * 120), 2),
        (text("| a | b |\n|---|---|\n| c – d | e |"), 5 / 60),  # rules and dashes are not words
        (text("$$a = b + c$$"), 1),
        (text("$$\na\n$$\nor\n$$b$$"), 2 + 1 / 60),
        (text("the $a$ of $b + c$"), 5 / 60),  # the + alone is not a word
        (text("**Predict.** Which?"), 1 + 2 / 60),
        (text("**Predict, then turn.** Which?"), 1 + 4 / 60),
        (text("![a](b.png)"), 1 + 1 / 60),
        (text("```\nx = 1\n\ny = 2\n```"), 2 / 8),
        (code(16), 2),
        (code(source="a = 1\n\n\nb = 2"), 2 / 8),
        (code(8, picture=True), 2),
        (code(8, "hide-input", picture=True), 1),  # its picture is seen, its code is not
        (code(8, "experiment"), 1),
    ],
)
def test_minutes_are_words_lines_formulas_pictures_and_guesses(cell, expected):
    assert minutes([cell]) == pytest.approx(expected)
    assert minutes([cell, cell]) == pytest.approx(2 * expected)


def test_a_lesson_in_its_form_has_no_findings(found):
    deeper = [text("## Going deeper (optional)\n\n" + "word " * 290), text("### A part"), code(3)]  # 5.3 minutes
    nb = lesson(code(7), code(7), code(17, "experiment"), drawing(), *deeper, time="15 minutes, and 10 more for "
                "Going deeper (optional).")  # fmt: skip
    assert found(nb, minutes="15 + 10") == []


@pytest.mark.parametrize(
    ("stated", "cells", "right"),
    [
        (5, [], True),
        (10, [], True),
        (15, [], False),  # 5.02 more than it takes
        (0, [], False),
        (12, [], False),  # not a multiple of five
        (15, formulas(1), True),
        (10, formulas(5), True),
        (10, formulas(6), False),
    ],
)
def test_stated_minutes_are_a_multiple_of_five_within_five_of_those_measured(found, stated, cells, right):
    said = found(lesson(*cells, time=f"{stated} minutes."), minutes=f"{stated}")
    assert [line for line in said if "the core is said to take" in line] == said
    assert (said == []) == right


def test_minutes_of_core_and_going_deeper_are_measured_apart(found):
    nb = lesson(text("## Going deeper (optional)"), *formulas(20), time="30 minutes.")
    said = found(nb, minutes="30")
    assert said == [
        "the core is said to take 30 minutes and takes 10.0: say 10",
        "Going deeper is said to take 0 minutes and takes 20.1: say 25",
    ]


def test_a_core_of_more_than_ninety_minutes_is_found(found):
    assert "the core takes 91 minutes, over 90" in found(lesson(*formulas(81), time="95 minutes."), "95")[0]


def test_a_lesson_that_states_no_time_is_found(found):
    assert "states no time" in found(lesson(time="soon."))[0]


def test_a_section_after_going_deeper_is_found(found):
    nb = lesson(text("## Going deeper (optional)"), text("## Summary"), time="10 minutes.")
    assert found(nb) == ["a section follows 'Going deeper (optional)', which is to be the last one: ## Summary"]


# ---- the code in sight


@pytest.mark.parametrize(
    ("cells", "said"),
    [
        ([code(1), code(1), code(17)], "cell 4: shows 17 lines of code, over 16"),
        ([code(8)], "its cells show 8 lines of code in the median, over 7"),
        ([code(8, "experiment")], "its cells show 8 lines of code in the median, over 7"),
        ([code(source="plots.show(fig, alt='a')")], "cell 2: draws, and is not folded"),
        ([code(source="plots.animate(fig, draw, 2, alt='a')")], "cell 2: draws, and is not folded"),
        ([code(1, "hide-input")], "cell 2: is folded, and draws nothing"),
        ([drawing("plots.show(fig, alt='a')\nprint(1)")], "cell 2: is folded, and prints"),
        ([drawing("x = 1\nplots.show(x, alt='a')"), code(source="x + 1")], "cell 3: uses x, which only a folded cell"),
        ([drawing("def f():\n    pass\nplots.show(f, alt='a')"), code(source="f()")], "cell 3: uses f, which only"),
    ],
)
def test_each_slip_in_sight_is_found(found, cells, said):
    assert said in "\n".join(found(lesson(*cells)))


def test_a_name_that_a_cell_in_sight_makes_as_well_is_no_slip(found):
    cells = [code(source="x = 1"), drawing("x = 2\nplots.show(x, alt='a')"), code(source="x + 1")]
    local = [drawing("y = 2\nplots.show(y, alt='a')"), code(source="y = 3\ny + 1")]
    assert found(lesson(*cells, *local)) == []


def test_an_explorer_may_be_folded(found):
    assert found(lesson(drawing("explorer.curve(square, rates=[1], starts=[1], steps=1, alt='a')"))) == []


# ---- the tables


def test_both_tables_give_the_minutes_of_lesson_and_exercise(found):
    assert found(lesson(), minutes="15") == [
        "notebooks/00_start_here.ipynb has no row that begins | 1 | […](01_lesson.ipynb) | 10 | 45 |",
        "README.md has no row that begins | 1 | […](notebooks/01_lesson.ipynb) | 10 | 45 |",
    ]


def test_the_tables_give_the_exercise_its_own_minutes(found):
    assert len(found(lesson(), practice="60")) == 2


# ---- guesses

ASKS, COMPARES = "guess = predict.number('How many?')", "guess.compare(len('abc'))"


def test_a_guess_takes_a_minute_and_its_line():
    assert minutes([code(source=ASKS)]) == 1 + 1 / 8


@pytest.mark.parametrize(
    ("sources", "unanswered"),
    [
        ([ASKS, COMPARES], 0),
        ([ASKS, COMPARES, ASKS, COMPARES], 0),
        ([ASKS], 1),
        ([ASKS, ASKS, COMPARES], 1),
        ([COMPARES, ASKS], 1),
    ],
)
def test_a_guess_is_compared_with_the_answer(sources, unanswered):
    nb = NEW.new_notebook(cells=[code(source=source) for source in sources])
    assert len([*lesson_form._guesses(nb)]) == unanswered
