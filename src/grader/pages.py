"""How Formgrader and feedback show a student's text: as text, never as a program.

The grader opens a page with a submission, and a script in it could give points. Outputs are made safe before they are
stored (received.py) and code is shown as code. Markdown may contain any HTML, so it is cleaned as it is rendered.
nbgrader_config.py puts this in place of nbconvert's filter of the same name.
"""

import re

import bleach
from jinja2 import pass_context
from nbconvert.filters.markdown_mistune import IPythonRenderer, MarkdownWithMath

_TAGS = bleach.ALLOWED_TAGS | {
    "p", "br", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "pre", "span", "div", "del", "s", "sub", "sup", "img",
    "details", "summary", "table", "thead", "tbody", "tr", "th", "td",
}  # fmt: skip
_VALUES = {  # attribute → its permitted values: colours of code, pictures from the cell itself, plain links
    "class": re.compile(r"highlight( hl-\w+)?|[a-z][a-z0-9]?"),
    "src": re.compile(r"data:image/(?:png|jpeg|gif);base64,[A-Za-z0-9+/=\s]*"),
    "href": re.compile(r"(?:https?://|mailto:|\.{1,2}/|#)\S*"),
    "alt": re.compile(r"[^<>]*"),
    "align": re.compile(r"left|right|center"),
}


@pass_context
def markdown2html(context, source: str) -> str:
    """Markdown as HTML of harmless tags. Pictures come from the cell itself: others could reveal who opens the page."""
    renderer = IPythonRenderer(escape=False, attachments=context.get("cell", {}).get("attachments", {}))
    html = MarkdownWithMath(renderer=renderer).render(source)
    return bleach.clean(html, _TAGS, _is_harmless, protocols=["http", "https", "mailto", "data"])


def _is_harmless(tag: str, name: str, value: str) -> bool:
    return name in _VALUES and _VALUES[name].fullmatch(value) is not None
