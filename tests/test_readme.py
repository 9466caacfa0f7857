"""The README's picture is the one that the lesson shows."""

from pathlib import Path

import readme_picture

README = Path(__file__).parents[1] / "README.md"


def test_the_picture_is_the_lessons_own_with_its_alt_text():
    alt, picture = readme_picture.picture()
    assert (README.parent / "picture.png").read_bytes() == picture
    assert f"![{alt}](picture.png)" in README.read_text(encoding="utf-8")
