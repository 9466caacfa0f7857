"""Words and numbers for what a function returned: `describe` and `show`."""

from collections.abc import Iterable

import numpy as np

from checks.outcomes import Foreign, function_name

WIDTH = 90  # characters of a line that shows a value
ONE_SLIP = (  # what stands before and after the slips in their sentence
    "A correct function with one slip gives exactly these results: ",
    ". Your code may look different and do the same.",
)


def describe(value) -> str:
    """What kind of thing a decoded value is, with its article."""
    if isinstance(value, Foreign):
        kind = f"{value.kind} tensor" if value.tensor else value.kind
        return f"a `{kind}`" if kind.isidentifier() else f"{article(kind)} {kind}"
    if value is None:
        return "None"
    if isinstance(value, bool):
        return f"the truth value {value}"
    if isinstance(value, str):
        return "a string"
    if isinstance(value, list):
        return f"a tuple or list of {len(value)}"
    if isinstance(value, dict):
        return "a dict"
    if callable(value):
        return "a function"
    return f"an array of shape {np.shape(value)}" if np.ndim(value) else "a plain number"


def show(value, digits: int = 6) -> str:
    """A decoded value in one line, numbers to so many digits."""
    if isinstance(value, Foreign):
        return describe(value)
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float):
        text = f"{value:.{digits}g}"
        return f"{text}.0" if text.lstrip("-").isdigit() else text
    if isinstance(value, np.ndarray):
        shown = np.array2string(
            value,
            separator=", ",
            threshold=16,
            edgeitems=2,
            formatter={"float_kind": lambda x: show(float(x), digits)},
        )
        return " ".join(shown.split())
    if isinstance(value, (list, tuple)):
        shown = [show(item, digits) for item in value[:6]]
        return f"({', '.join(shown)}{',' if len(value) == 1 else ', …' if len(value) > 6 else ''})"
    if isinstance(value, dict):
        shown = [f"{shorten(repr(key))}: {show(item, digits)}" for key, item in list(value.items())[:6]]
        return f"{{{', '.join(shown)}{', …' if len(value) > 6 else ''}}}"
    if callable(value):
        return function_name(value)
    return shorten(repr(value))


def gave_and_expected(got, expected, digits: int = 6) -> str | None:
    """Both values in a line each; None if they look the same to so many digits."""
    a, b = show(got, digits), show(expected, digits)
    return f"gave      {a}\nexpected  {b}" if a != b else None


def shorten(text: str, width: int = WIDTH) -> str:
    """A text, or its beginning if it is too long for a line."""
    return text if len(text) <= width else f"{text[:width].rstrip()} …"


def article(noun: str) -> str:
    """ "a" or "an", as the noun asks for."""
    return "an" if noun[:1] in "aeiou" else "a"


def enumerate_words(words: list[str]) -> str:
    """ "x", "x and y", "x, y and z" """
    return " and ".join(filter(None, [", ".join(words[:-1]), words[-1]]))


def alternatives(slips: Iterable[str]) -> str:
    """ "x, or y", in order; what a longer one begins with is not said beside it."""
    said = sorted(set(slips))
    return ", or ".join(one for one in said if not any(other.startswith(f"{one} ") for other in said))


def entry_of(array) -> str:
    """What an array is made of along its first axis: rows or entries."""
    return "row" if np.ndim(array) > 1 else "entry"
