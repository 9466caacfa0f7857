"""Which names a student may have: a name becomes a folder, a line in tables and terminals, and a part of web pages."""

import unicodedata

_LONGEST = 100  # characters; file systems allow 255 bytes
_FORBIDDEN = {"/", "\\", "<", ">", "&", '"', ":", "|"}  # separators of paths, markup, and what Windows refuses
_INVISIBLE = ("Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp")  # Unicode's controls, formats, halves, and line separators


def plain(text: str) -> str:
    """The text in one line, without what would move a terminal's cursor or reverse the direction of text."""
    return "".join(" " if unicodedata.category(c) in _INVISIBLE else c for c in text)


def problem(name: str) -> str:
    """Why a student cannot have this name, a clause; "" if one can."""
    if not name.strip():
        return "the name is empty"
    if len(name) > _LONGEST or len(name.encode(errors="replace")) > 240:
        return f"the name has more than {_LONGEST} characters"
    if any(unicodedata.category(c) in _INVISIBLE for c in name):
        return "the name contains characters that cannot be seen"
    if found := sorted(_FORBIDDEN & set(name)):
        return f"the name contains {' '.join(found)}"
    if name != name.strip() or name.startswith((".", "-")) or name.endswith("."):
        return "the name begins or ends with a dot, a hyphen or a space"
    return ""


def folded(name: str) -> str:
    """The same string for names that differ only by case or Unicode form: some file systems confuse these."""
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", name).casefold())
