"""Anchors of headings, spelled as JupyterLab spells them: links within the course hold in both."""


def jupyterlab(title: str) -> str:
    """The anchor of a heading: spaces become dashes, and nothing else changes."""
    return title.replace(" ", "-")
