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
FUNCTION = re.compile(r"(<mi>(?:ln|log)</mi>)(?=<m[infs])")  # and no bracket after it, which would set it apart


def _inline(translator, node):
    translator.body.append(_mathml(node, "inline"))
    raise nodes.SkipNode


def _displayed(translator, node):
    translator.body.append(f'<div class="math-block">{_mathml(node, "block")}</div>')
    raise nodes.SkipNode


def _mathml(node, display):
    mathml = convert(node.astext(), display=display).replace(CARET, CIRCUMFLEX)
    mathml = SIGN.sub(r'\1<mo form="prefix">', mathml)
    return FUNCTION.sub(r'\1<mspace width="0.167em"/>', mathml)


def setup(app):
    app.add_html_math_renderer("mathml", (_inline, None), (_displayed, None))
    return {"parallel_read_safe": True, "parallel_write_safe": True}
