"""Guesses: taken, compared, kept in work/ alone, and never in the way of a lesson that runs from top to bottom."""

import json

import pytest

from helpers import layout, predict, record

QUESTION = "Where will ten steps end?"


@pytest.fixture
def work(tmp_path, monkeypatch):
    """The kernel of work/notebooks/01_rule.ipynb."""
    lessons = tmp_path / "work" / "notebooks"
    lessons.mkdir(parents=True)
    (tmp_path / "work" / layout.MEMORY).write_text("{}", encoding="utf-8")
    monkeypatch.chdir(lessons)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/01_rule.ipynb")
    return tmp_path / "work"


def said(capsys):
    return capsys.readouterr().out.splitlines()[-1]


def asked(capsys, guess="", choices=()):
    question = predict.choice(QUESTION, choices) if choices else predict.number(QUESTION)
    question.guess = guess
    capsys.readouterr()
    return question


def test_without_a_guess_the_answer_is_printed_calmly(work, capsys):
    asked(capsys).compare(0.3221)
    assert said(capsys) == "No guess was made. The answer: 0.3221."
    asked(capsys, choices=["up", "down"]).compare("up")
    assert said(capsys) == "No guess was made. The answer: up."
    assert not (work / record.FILE).exists()


@pytest.mark.parametrize(
    ("written", "value", "verdict", "sentence"),
    [
        ("0.25", 0.25, "right", "That is it."),
        ("23", 22.99, "right", "That is it."),
        ("0", 0.0, "right", "That is it."),
        ("0.95", 1.0, "near", "Close: within 10 %."),
        ("-2", -1.9, "near", "Close: within 10 %."),
        ("9", 10.0, "near", "Close: within 10 %."),
        ("1.5", 1.0, "scale", "The right size, less than a factor of 2 away."),
        ("2", 1.0, "scale", "The right order of magnitude: a factor of 2 away."),
        ("10", 1.0, "scale", "The right order of magnitude: a factor of 10 away."),
        ("100", 20.0, "scale", "The right order of magnitude: a factor of 5 away."),
        ("1", 44.0, "far", "A factor of 44 away: this is the surprise to remember."),
        ("20", 1.1e6, "far", "A factor of 10^5 away: this is the surprise to remember."),
        ("-1", 1.0, "far", "The sign differs: that is worth finding out."),
        ("0", 2.0, "far", "One of the two is zero: that is worth finding out."),
    ],
)
def test_a_number_is_told_how_near_it_is(work, capsys, written, value, verdict, sentence):
    asked(capsys, written).compare(value)
    line = said(capsys)
    assert line.startswith(f"You guessed {written}. The answer: ") and line.endswith(f" {sentence}")
    kept = json.loads((work / record.FILE).read_text(encoding="utf-8"))["guesses"]
    assert kept == {"01_rule": {QUESTION: {"guess": written, "verdict": verdict}}}


@pytest.mark.parametrize(
    ("written", "value"),
    [
        ("0,25", 0.25),
        ("−3", -3),
        ("1/4", 0.25),
        ("2 × 10^5", 2e5),
        ("2*10**5", 2e5),
        ("1e-3", 1e-3),
        (" .5 ", 0.5),
        ("1 100 000", 1.1e6),
        ("", None),
        ("many", None),
        ("1/0", None),
        ("nan", None),
        ("1e999", None),
        ("1/2/3", None),
    ],
)
def test_numbers_are_read_as_people_write_them(written, value):
    assert predict._value(written) == value


def test_a_choice_is_right_or_not_and_another_answer_is_a_mistake_of_the_lesson(work, capsys):
    question = asked(capsys, "down", ["up", "down"])
    question.compare("down")
    assert said(capsys) == "You guessed down. The answer: down. Right."
    question.compare("up")
    assert said(capsys) == "You guessed down. The answer: up. Not this time: find out why below."
    with pytest.raises(ValueError, match="'left' is not one of the choices: up, down"):
        question.compare("left")
    with pytest.raises(ValueError, match="at least two choices"):
        predict.choice("?", ["up", "up"])


def test_a_guess_is_there_again_in_the_next_session(work, capsys):
    asked(capsys, "0.5")
    assert predict.number(QUESTION).guess == "0.5"
    assert predict.number("Another question?").guess == ""
    (work / record.FILE).write_text(json.dumps({"guesses": {"01_rule": {QUESTION: {"guess": ["no"]}}}}))
    assert predict.number(QUESTION).guess == ""


def test_the_first_verdict_stays_and_the_last_guess(work, capsys):
    question = asked(capsys, "100")
    question.compare(1.0)
    question.guess = "1"
    question.compare(1.0)
    assert record.read(work)["guesses"]["01_rule"][QUESTION] == {"guess": "1", "verdict": "far"}


def test_outside_of_work_nothing_is_kept_and_the_question_says_so(tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("JPY_SESSION_NAME", "notebooks/01_rule.ipynb")
    assert asked(capsys, "0.5").note == layout.ORIGINAL
    assert not [*tmp_path.iterdir()]
    monkeypatch.delenv("JPY_SESSION_NAME")  # where no server runs, as in a test
    assert predict.number(QUESTION).note == ""


def test_without_a_kernel_the_question_can_be_read(work):
    shown, _ = predict.Guess("Is 1 < 2?", ["<yes>", "no"])._repr_mimebundle_()
    assert shown["text/html"] == "<p><strong>Predict.</strong> Is 1 &lt; 2?</p><ul><li>&lt;yes&gt;</li><li>no</li></ul>"
    assert shown["text/plain"] == "Predict. Is 1 < 2?\n- <yes>\n- no"
