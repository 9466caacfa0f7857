"""Take the README's picture out of its lesson: `python tools/readme_picture.py`, part of `make notebooks`.

picture.png is the stored output of a cell of lesson 3, byte for byte; a test compares the two.
"""

import base64
import html
import re
from pathlib import Path

import nbformat

ROOT = Path(__file__).parents[1]
LESSON, BEGINS = ROOT / "notebooks" / "03_linear_regression.ipynb", "The data points with three lines"


def picture() -> tuple[str, bytes]:
    """(alt text, PNG) of the picture in the lesson whose alt text begins as it should."""
    for cell in nbformat.read(LESSON, as_version=4).cells:
        for output in cell.get("outputs", []):
            shown = output.get("data", {}).get("text/html", "")
            found = re.fullmatch(r'<img alt="([^"]*)" src="data:image/png;base64,([^"]*)">', shown)
            if found and (alt := html.unescape(found[1])).startswith(BEGINS):
                return alt, base64.b64decode(found[2])
    raise LookupError(f"{LESSON.name} has no picture whose alt text begins {BEGINS!r}: name another here.")


if __name__ == "__main__":
    (ROOT / "picture.png").write_bytes(picture()[1])
