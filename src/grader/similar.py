"""Which submissions of an exercise look alike: `python -m grader.similar 01_update_rule`.

It compares the code that students have written, on this machine alone, and writes the pairs that are more alike than
independent answers are, equal ones first, to gradebook/grading/01_update_rule_similar.html and …_similar.csv. What they
say is a hint, not a proof.

copydetect turns code into a string in which names, comments and layout no longer show, and counts the characters that
lie in stretches of K or more which another has as well. What the released notebook or the solution contains is taken
out first. A pair is as alike as the mean of both shares. Left out are tasks whose solution is shorter than SHORT such
characters, since they can hardly be done in two ways. Submissions of which fewer than LEFT are left are listed only if
they are equal.

The settings are measured on generated classes (tests/test_similar.py). With those that copydetect comes with (K = 25,
some of the stretches, listed from 33 %) a quarter of the independent pairs are listed: in answers of five lines, most
of what is that long is what anybody would write.
"""

import csv
import io
import itertools
import re
import sys
from collections.abc import Iterable
from html import escape
from pathlib import Path
from typing import NamedTuple

import nbformat
import numpy as np
from copydetect import CodeFingerprint, compare_files
from copydetect.utils import get_token_coverage

from checks.timelimit import TimeLimit, limited
from grader import files, report, submissions
from grader.cells import is_answer
from grader.names import plain

K = 5
SHORT = 30
LEFT = 60
ALIKE = 0.85  # from here on a pair is listed
HINT = "a hint, not a proof"
_LONGEST = 50_000  # characters of a student's code that are compared
_SECONDS = 5.0  # for a student's code: libraries that colour code can take minutes for a text that was made to that end
_SHOWN = 100  # pairs with their code
_NOTHING = np.zeros((2, 0))
_DEFINED = re.compile(r"^(?:async )?def (\w+)", re.MULTILINE)
_DOCSTRING = re.compile(r'"""(?:[^"]|"(?!""))*"""')
_STYLE = (
    "body{font:16px/1.5 system-ui,sans-serif;margin:2rem auto;max-width:80rem;padding:0 1rem}"
    "table{border-collapse:collapse}td,th{padding:.2rem .8rem;text-align:left;border-bottom:1px solid #ccc}"
    "pre{white-space:pre-wrap;overflow-wrap:anywhere;background:#f4f4f4;padding:.6rem;margin:0}"
    ".two{display:grid;grid-template-columns:1fr 1fr;gap:1rem}mark{background:#ffd54f}"
)


class Pair(NamedTuple):
    """Two students whose code is alike.

    alike   the share of their code that they have in common, from 0 to 1
    equal   whether it is the same to the letter
    codes   of both the text, and where it has what they have in common: starts and ends, as two rows of numbers
    """

    one: str
    other: str
    alike: float
    equal: bool
    codes: tuple[tuple[str, np.ndarray], ...]


class Found(NamedTuple):
    """What comparing a class has shown.

    short        tasks that were left out
    too_little   submissions of which too little is left
    too_much     submissions of which only the beginning was compared, or nothing, as it would have taken too long
    """

    pairs: list[Pair]
    compared: int
    short: list[str]
    too_little: list[str]
    too_much: list[str]


def look(root: Path, exercise: str) -> Found:
    """Compare the submissions of an exercise. Raises FileNotFoundError, with a sentence, if there are none."""
    released, solved = (root / kind / exercise / f"{exercise}.ipynb" for kind in ("exercises", "solutions"))
    places = sorted((root / "gradebook" / "submitted").glob(f"*/{exercise}"))
    if not released.is_file() or not solved.is_file() or not places:
        raise FileNotFoundError(f"There are no submissions of {plain(exercise)} to compare.")
    handed_in = {}
    for place in places:
        try:
            notebook = submissions.read(place, exercise).notebook
        except (submissions.Missing, submissions.Unreadable):
            continue
        notebook.cells = [cell for cell in notebook.cells if cell.cell_type == "code"]  # pictures fill memory
        handed_in[place.parent.name] = notebook
    return compare(handed_in, nbformat.read(released, as_version=4), nbformat.read(solved, as_version=4))


def compare(handed_in: dict, released, solved) -> Found:
    """Compare notebooks, student → notebook, from which what was released and what solves it are taken out."""
    stub = {cell.source for cell in released.cells}
    short = sorted(name for name, answer in _answers(solved) if len(_fingerprint(answer).filtered_code) < SHORT)
    known = _fingerprint(
        "\n".join(cell.source for cell in [*released.cells, *solved.cells] if cell.cell_type == "code")
    )
    codes, too_little, too_much = {}, [], []
    for student, notebook in handed_in.items():
        source = "\n\n".join(_own(notebook, stub, set(short)))
        if len(source) > _LONGEST:
            too_much.append(student)
        try:
            code = limited(lambda source=source[:_LONGEST]: _fingerprint(source, known.hashes), _SECONDS)
        except TimeLimit:
            too_much += [student] * (student not in too_much)
            continue
        if code.token_coverage < LEFT:
            too_little.append(student)
        if len(code.filtered_code) >= LEFT:  # enough to see whether it is equal
            codes[student] = code
    pairs = [_pair(one, other, codes) for one, other in itertools.combinations(codes, 2)]
    found = sorted((pair for pair in pairs if pair), key=lambda pair: (not pair.equal, -pair.alike, pair[:2]))
    return Found(found, len(codes), short, too_little, too_much)


def _answers(solved) -> Iterable[tuple[str, str]]:
    """The tasks of a solution, each with its code without what the stub has."""
    for cell in solved.cells:
        if is_answer(cell):
            for name in _DEFINED.findall(cell.source)[-1:]:
                yield name, _DOCSTRING.sub("", cell.source)


def _own(notebook, stub: set[str], short: set[str]) -> Iterable[str]:
    """The code that a student has written, cell by cell, without tasks that are too short."""
    for cell in notebook.cells:
        defined = set(_DEFINED.findall(cell.source))
        if cell.cell_type == "code" and cell.source not in stub and not (defined and defined <= short):
            yield cell.source


def _fingerprint(source: str, known: set[int] = frozenset()) -> CodeFingerprint:
    """A code's stretches of K characters, all of them, without those that are known.

    copydetect can leave known ones out itself, but takes with them whatever a code contains twice.
    """
    code = CodeFingerprint("code.py", K, 1, fp=io.StringIO(source), language="python")
    code.hashes -= known
    code.hash_idx = {value: places for value, places in code.hash_idx.items() if value in code.hashes}
    code.token_coverage = get_token_coverage(code.hash_idx, K, len(code.filtered_code))
    return code


def _pair(one: str, other: str, codes: dict[str, CodeFingerprint]) -> Pair | None:
    """Two students, if their code is so alike that they are to be listed."""
    both = codes[one], codes[other]
    equal, alike, common = both[0].raw_code == both[1].raw_code, 0.0, [_NOTHING, _NOTHING]
    if min(code.token_coverage for code in both) >= LEFT:
        _, shares, common = compare_files(*both)
        alike = float(sum(shares) / 2)
    if not equal and alike < ALIKE:
        return None
    codes = tuple((code.raw_code, places) for code, places in zip(both, common, strict=True))
    return Pair(one, other, 1.0 if equal else alike, equal, codes)


def _marked(text: str, common: np.ndarray) -> str:
    """A code as HTML, with what it has in common with another marked.

    The places overlap where copydetect has miscounted, as it does behind the name of a class; no text appears twice.
    """
    parts, end = [], 0
    for begins, ends in common.T.astype(int):
        begins, last = max(begins, end), end
        end = max(begins, ends)
        parts += [escape(text[last:begins]), f"<mark>{escape(text[begins:end])}</mark>"]
    return "".join([*parts, escape(text[end:])])


def page(found: Found, exercise: str) -> str:
    """The pairs as a page."""
    about = [
        f"This is {HINT}: it says that the code of two students is alike, not why. Read both, and talk to them.",
        f"{found.compared} submissions were compared. What the exercise or its solution contains was taken out.",
        f"Left out are tasks that are too short to tell, with under {SHORT} characters besides names and comments: "
        f"{', '.join(found.short) or 'none'}.",
        f"Submissions of which under {LEFT} such characters are left, so that only equal ones are listed: "
        f"{', '.join(map(plain, found.too_little)) or 'none'}.",
        f"Submissions of more than {_LONGEST:,} characters, of which the rest was not compared, and those of which "
        "nothing was, because it would have taken too long: read them yourself: "
        f"{', '.join(map(plain, found.too_much)) or 'none'}.",
    ]
    parts = [f"<h1>{escape(exercise)}: similar submissions</h1>", *(f"<p>{escape(said)}</p>" for said in about)]
    if not found.pairs:
        parts.append("<p>No two submissions are more alike than independent ones are.</p>")
    for pair in found.pairs:
        share = "equal to the letter" if pair.equal else f"{pair.alike:.0%} alike"
        parts.append(f"<h2>{escape(plain(pair.one))} and {escape(plain(pair.other))}: {share}</h2>")
        if len(parts) < 2 * _SHOWN:
            columns = "".join(f"<pre>{_marked(*code)}</pre>" for code in pair.codes)
            parts.append(f"<details><summary>Both codes</summary><div class='two'>{columns}</div></details>")
    head = f"<meta charset='utf-8'><title>{escape(exercise)}: similar</title><style>{_STYLE}</style>"
    return f"<!doctype html><html lang='en'><head>{head}</head><body>{''.join(parts)}</body></html>\n"


def write(found: Found, exercise: str, gradebook: Path) -> list[Path]:
    """Write the page and the table; their paths."""
    place = gradebook / "grading"
    place.mkdir(mode=0o700, parents=True, exist_ok=True)
    html, table = (place / f"{exercise}_similar.{ending}" for ending in ("html", "csv"))
    with files.writing(html) as file:
        file.write(page(found, exercise))
    with files.writing(table) as file:
        out = csv.writer(file)
        out.writerow(["student", "other", "alike", "equal", "this is"])
        for pair in found.pairs:
            row = pair.one, pair.other, f"{pair.alike:.2f}", "yes" if pair.equal else "no", HINT
            out.writerow(map(report.harmless, row))
    return [html, table]


def main(arguments: list[str]) -> None:
    """The command line. Exits with a sentence if there is nothing to compare."""
    if len(arguments) != 1:
        sys.exit("Usage: python -m grader.similar EXERCISE")
    root = Path.cwd()
    try:
        found = look(root, arguments[0])
    except FileNotFoundError as error:
        sys.exit(str(error))
    written = write(found, arguments[0], root / "gradebook")
    print(f"{len(found.pairs)} pairs are alike ({HINT}), of {found.compared} submissions:")
    print("\n".join(path.relative_to(root).as_posix() for path in written))


if __name__ == "__main__":
    main(sys.argv[1:])
