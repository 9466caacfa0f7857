"""Guesses that are taken before a surprise.

    guess = predict.number("Where will ten steps end?")
    guess = predict.choice("Which rate ends lowest?", ["0.01", "0.1", "1"])

The cell that computes the answer ends with `guess.compare(value)`. Without a guess it says that none was made and goes
on: a lesson runs from top to bottom as it is. Guesses are kept where `record` keeps them, and nowhere else.
"""

import math
import re
from collections.abc import Sequence
from html import escape
from pathlib import Path

import anywidget
import traitlets

from helpers import layout, record
from helpers.numerals import number as in_words

_POWER = re.compile(r"[x×*·]\s*10\s*(?:\^|\*\*)\s*")
_NEAR, _FAR = 0.1, 10.0


class Guess(anywidget.AnyWidget):
    """A question with a place for its answer.

    question   what is asked
    choices    what can be chosen; empty if a number is asked for
    guess      the guess as it was written or chosen; "" while there is none
    note       what there is to say about where the notebook runs
    """

    _esm = Path(__file__).with_name("predict.js")
    _css = Path(__file__).with_name("widget.css")
    question = traitlets.Unicode().tag(sync=True)
    choices = traitlets.List(traitlets.Unicode()).tag(sync=True)
    guess = traitlets.Unicode().tag(sync=True)
    note = traitlets.Unicode().tag(sync=True)

    def __init__(self, question: str, choices: Sequence[str] = ()):
        self._lesson = record.lesson()
        kept = record.read()["guesses"].get(self._lesson, {}).get(question, {}).get("guess")
        known = isinstance(kept, str) and (kept in choices if choices else _value(kept) is not None)
        note = layout.ORIGINAL if self._lesson and layout.find_work() is None else ""
        super().__init__(question=question, choices=list(choices), guess=kept if known else "", note=note)
        self.observe(self._keep, "guess")

    def _keep(self, change):
        record.guessed(self._lesson, self.question, change["new"])

    def compare(self, value, digits: int = 4) -> None:
        """Print the guess beside the answer, and what a guess as near or far as this means.

        value    the answer: a number, or one of the choices
        digits   how many significant digits of a number to print
        """
        if self.choices and value not in self.choices:
            raise ValueError(f"the answer {value!r} is not one of the choices: {', '.join(self.choices)}.")
        answer = value if self.choices else in_words(float(f"{float(value):.{digits}g}"))
        if not self.guess:
            print(f"No guess was made. The answer: {answer}.")
            return
        verdict, said = self._verdict(value)
        record.guessed(self._lesson, self.question, verdict=verdict)
        print(f"You guessed {self.guess}. The answer: {answer}. {said}")

    def _verdict(self, value):
        """How the guess compares, in a word for the record and in a sentence."""
        if self.choices:
            return ("right", "Right.") if self.guess == value else ("other", "Not this time: find out why below.")
        return nearness(_value(self.guess), float(value))

    def _repr_mimebundle_(self, **kwargs):
        """The live view; without a kernel, the question."""
        shown, metadata = super()._repr_mimebundle_(**kwargs)
        choices = "".join(f"<li>{escape(choice)}</li>" for choice in self.choices)
        page = f"<p><strong>Predict.</strong> {escape(self.question)}</p>" + (f"<ul>{choices}</ul>" if choices else "")
        text = f"Predict. {self.question}" + "".join(f"\n- {choice}" for choice in self.choices)
        return shown | {"text/html": page, "text/plain": text}, metadata


def number(question: str) -> Guess:
    """Ask for a number, and show where to write it."""
    return _shown(Guess(question))


def choice(question: str, choices: Sequence[str]) -> Guess:
    """Ask for one of at least two choices, and show them."""
    if len(choices) < 2 or len({*choices}) < len(choices):
        raise ValueError("a question needs at least two choices, all different.")
    return _shown(Guess(question, choices))


def _shown(guess):
    from IPython.display import display

    display(guess)
    return guess


def nearness(guess: float, value: float) -> tuple[str, str]:
    """How near a guess is: a word, "right", "near", "scale" or "far", and a sentence."""
    if guess == value or math.isclose(guess, value, rel_tol=0.005):
        return "right", "That is it."
    if guess * value < 0:
        return "far", "The sign differs: that is worth finding out."
    off = abs(guess - value)
    if off <= _NEAR * abs(value):
        return "near", "Close: within 10 %."
    if value == 0 or guess == 0:
        return "far", "One of the two is zero: that is worth finding out."
    factor = max(guess / value, value / guess)
    if factor < 2:
        return "scale", "The right size, less than a factor of 2 away."
    if factor <= _FAR:
        return "scale", f"The right order of magnitude: a factor of {factor:.2g} away."
    times = f"{factor:.0f}" if factor < 1000 else f"10^{math.log10(factor):.0f}"
    return "far", f"A factor of {times} away: this is the surprise to remember."


def _value(text: str) -> float | None:
    """The number that a person has written: 0.25, −3, 1e-3, 2 × 10^5, 1/3, or with a decimal comma; None if none."""
    text = _POWER.sub("e", text.strip().replace("−", "-").replace(" ", " "))
    text = text.replace(" ", "").replace(",", ".")
    try:
        above, slash, below = text.partition("/")
        value = float(above) / float(below) if slash else float(above)
    except (ValueError, ZeroDivisionError):
        return None
    return value if math.isfinite(value) else None
