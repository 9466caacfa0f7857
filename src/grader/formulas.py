"""Formulas in Markdown as MathML, which a browser shows without a script and without a network."""

import re
from html import unescape
from xml.etree.ElementTree import tostring

from latex2mathml.converter import Converter
from nbconvert.filters.markdown_mistune import IPythonRenderer

_LONGEST = 1000  # characters of a formula; the course's have under 300
# What defines a macro: a short formula could grow without limit.
_DEFINITIONS = ("\\def", "\\newcommand", "\\renewcommand", "\\newenvironment", "\\DeclareMathOperator")

# What a formula's MathML consists of.
TAGS = {
    "math", "mrow", "mi", "mo", "mn", "mtext", "mspace", "msup", "msub", "msubsup", "mover", "munder", "munderover",
    "mfrac", "msqrt", "mroot", "mtable", "mtr", "mtd", "mstyle", "mpadded", "mphantom",
}  # fmt: skip
_SWITCH, _LENGTH = re.compile("true|false"), re.compile(r"-?\d?(\.\d{1,3})?em")
VALUES = {  # attribute → its permitted values
    "display": re.compile("block|inline"),
    "form": re.compile("prefix|infix|postfix"),
    "mathvariant": re.compile("[a-z-]{1,30}"),
    "columnalign": re.compile("left|center|right"),
    "scriptlevel": re.compile("[0-3]"),
    **dict.fromkeys(("stretchy", "fence", "accent", "largeop", "movablelimits", "displaystyle"), _SWITCH),
    **dict.fromkeys(("width", "minsize", "maxsize"), _LENGTH),
}


def mathml(formula: str, display: str = "inline") -> str:
    """A formula as MathML. Raises ValueError if it cannot be converted, or could take long."""
    if len(formula) > _LONGEST or any(word in formula for word in _DEFINITIONS):
        raise ValueError("The formula is too long, or defines macros.")
    try:
        tree = Converter(display=display).convert_to_element(formula)
        for element in tree.iter():  # the converter writes characters as entities, and would leave "<" as it is
            element.text = element.text and unescape(element.text)
        return tostring(tree, encoding="unicode")
    except Exception as error:  # it raises whatever occurs where it meets something unexpected
        raise ValueError("The formula cannot be converted.") from error


class WithMathML(IPythonRenderer):
    """Markdown as HTML, with formulas as MathML; one that cannot be converted stays as it was written."""

    def inline_math(self, body: str) -> str:
        return _converted(body, "inline") or super().inline_math(body)

    def block_math(self, body: str) -> str:
        return _converted(body, "block") or super().block_math(body)

    def latex_environment(self, name: str, body: str) -> str:
        formula = rf"\begin{{{name}}}{body}\end{{{name}}}"
        return _converted(formula, "block") or super().latex_environment(name, body)


def _converted(formula: str, display: str) -> str | None:
    try:
        return mathml(formula, display)
    except ValueError:
        return None
