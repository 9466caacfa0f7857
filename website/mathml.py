"""Formulas as MathML, which browsers, e-book readers and screen readers understand without a script or a font."""

import re

from docutils import nodes
from latex2mathml.converter import convert

CARET, CIRCUMFLEX = "&#x0005E;", "&#x002C6;"  # the second is the accent; the first, over a letter, runs into it

# After a relation, an opening bracket, a comma or a dot, a minus is a sign: no space on its right.
SIGN = re.compile(
    "(<mo[^>]*>(?:&#x0003[CDE];|&#x02190;|&#x0226[45];|&#x02248;|&#x00028;|&#x0007B;|\\[|&#x0002C;|&#x000B7;)</mo>)"
    "<mo>(?=&#x02212;</mo>)"
)
# What MathML takes for operators and TeX sets close: the slash, ∇, ∂, …, ∞, | and ‖.
CLOSE = re.compile(
    '<mo( stretchy="false")?>(?=(?:&#x0002F;|&#x02207;|&#x02202;|&#x02026;|&#x0221E;|&#x0007C;|&#x02016;)</mo>)'
)
# MathML stretches | and ‖ to the height of the line, and shrinks them below an exponent; TeX does neither.
BAR = re.compile('<mo(?= lspace="0" rspace="0">(?:&#x0007C;|&#x02016;)</mo>)')
# A thin space sets a function apart from the factor before it, and from its argument if that has no bracket.
FUNCTION = re.compile("(</(?:mi|mn|mfrac|mstyle)>)(?=<mi>(?:ln|log|sin|cos)</mi>)")
ARGUMENT = re.compile("(<mi>(?:ln|log|sin|cos)</mi>)(?=<m[infs])")
NAMED = re.compile("<mo>(?=[A-Za-z]{2,}</mo>)")
BRACKETED = re.compile(r' rspace="\S+">([A-Za-z]{2,}</mo>(?:<mrow>)?<mo[^>]*>&#x00028;)')
PRIME = re.compile("<msup>(<mi>[^<]*</mi>)<mi>(&#x0203[234];)</mi></msup>")  # it is raised already
THIN = '<mspace width="0.167em"/>'


def _inline(translator, node):
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def _displayed(translator, node):
    translator.body.append(f'<div class="math-block">{_mathml(node, "block")}</div>')
    raise nodes.SkipNode


def _mathml(node, display):
    mathml = convert(node.astext(), display=display).replace(CARET, CIRCUMFLEX)
    mathml = SIGN.sub(r'\1<mo form="prefix">', mathml)
    mathml = CLOSE.sub(r'<mo\1 lspace="0" rspace="0">', mathml)
    mathml = BAR.sub('<mo stretchy="false"', mathml)
    mathml = FUNCTION.sub(rf"\1{THIN}", mathml)
    mathml = ARGUMENT.sub(rf"\1{THIN}", mathml)
    mathml = NAMED.sub('<mo lspace="0.167em" rspace="0.167em">', mathml)
    mathml = BRACKETED.sub(r' rspace="0">\1', mathml)
    return PRIME.sub(r'\1<mo form="postfix" lspace="0" rspace="0">\2</mo>', mathml)


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
