"""The site: built without a warning, whole without a kernel, and asking no other host for anything."""

import html
import os
import re
import subprocess
import sys
import unicodedata
from pathlib import Path
from urllib.parse import quote

import nbformat
import numpy as np
import pypdf
import pytest
from conftest import demand_browser
from docutils import nodes
from playwright.sync_api import expect, sync_playwright
from test_browser import DAILY, alt_texts
from test_browser_explorers import CELLS, Shown

import browser
import page_weight
from helpers import layout, numerals

ROOT = Path(__file__).parents[1]
sys.path.append(str(ROOT / "website"))
import course_site  # noqa: E402
import mathml  # noqa: E402
import tables  # noqa: E402

PAGES = [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sorted(ROOT.glob("notebooks/*.ipynb"))]
PAGES += [path.relative_to(ROOT).with_suffix(".html").as_posix() for path in sorted(ROOT.glob("exercises/*/*.ipynb"))]

REPOSITORY = "https://github.com/somebody/downhill"  # as a fork's workflow sets it

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def address():
    """Where the site is served, built from the notebooks as they are stored."""
    demand_browser()
    done = subprocess.run(
        [sys.executable, "website/course_site.py"],
        cwd=ROOT,
        env=os.environ | {"COURSE_REPOSITORY": REPOSITORY},
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    with page_weight.served(course_site.SITE) as address:
        yield address


@pytest.fixture(scope="module")
def chromium(address):
    with sync_playwright() as playwright, page_weight.without_mathjax_fonts() as environment:
        program = playwright.chromium.launch(
            executable_path=browser.chromium(), args=browser.ARGUMENTS, env=environment
        )
        yield program
        program.close()


@pytest.fixture(scope="module")
def page(chromium):
    with chromium.new_page(viewport={"width": 1366, "height": 900}) as page:
        page.complaints = []
        page.on("pageerror", lambda error: page.complaints.append(f"page error: {error}"))
        page.on("console", lambda line: page.complaints.append(line.text) if line.type == "error" else None)
        page.on("request", lambda one: None if local(one.url) else page.complaints.append(f"asked for {one.url}"))
        yield page


def local(url):
    return url.startswith(("http://127.0.0.1:", "data:", "blob:"))


# What a small laptop's screen does not show whole: tables, formulas, code and what it prints.
SCROLLS = """() => [...document.querySelectorAll('.table-wrapper, article table, article pre, .math-block')]
  .filter(one => one.scrollWidth > one.clientWidth + 1).map(one => one.innerText.slice(0, 80))"""


@pytest.mark.parametrize("name", ["index.html", "sheet.html", *PAGES])
def test_a_page_opens_without_a_complaint_and_shows_its_pictures(page, address, name):
    page.complaints.clear()
    page.goto(address + name)
    page.wait_for_function("() => [...document.images].every(one => one.complete)")
    assert page.complaints == []
    assert page.locator("h1").count() == 1
    assert page.evaluate(SCROLLS) == []
    if name.startswith("notebooks/"):
        stored = alt_texts(nbformat.read(ROOT / Path(name).with_suffix(".ipynb"), as_version=4).cells)
        assert page.evaluate("() => [...document.querySelectorAll('article img')].map(i => i.alt)") == stored
        assert page.evaluate("() => [...document.images].every(one => one.naturalWidth)")
    assert page.evaluate("() => document.cookie") == ""


@pytest.mark.parametrize(
    ("formula", "is_sign"),
    [("z = -1000", True), (r"(1, -0.5)", True), (r"(-1 \cdot 2)", True), (r"x \leftarrow -x", True), ("a - b", False),
     ("(a) - b", False), ("1 - x", False)],
)  # fmt: skip
def test_a_minus_that_is_a_sign_is_set_close_to_its_number(formula, is_sign):
    assert ('<mo form="prefix">&#x02212;' in mathml._mathml(nodes.math("", formula), "inline")) == is_sign


@pytest.mark.parametrize(
    ("formula", "sign", "is_close"),
    [("a/b", "/", True), (r"\nabla J", "∇", True), ("|x|", "|", True), (r"0, \dots", "…", True), ("f'(x)", "′", True),
     (r"\sum_t \alpha_t = \infty", "∞", True), ("a = b", "=", False)],
)  # fmt: skip
def test_a_sign_that_is_no_operator_is_set_close(formula, sign, is_close):
    mo = re.search(f"<mo[^>]*>{re.escape(sign)}</mo>", html.unescape(mathml._mathml(nodes.math("", formula), "inline")))
    assert ('lspace="0" rspace="0"' in mo[0]) == is_close


@pytest.mark.parametrize(
    ("formula", "gaps"), [(r"\log p", 1), (r"x \cos x", 2), (r"\frac{1}{2} \ln 100", 2), (r"\log(1 + x)", 0)]
)
def test_a_function_is_set_apart_from_its_neighbours(formula, gaps):
    assert mathml._mathml(nodes.math("", formula), "inline").count("<mspace") == gaps


@pytest.mark.parametrize(
    ("formula", "apart"),
    [(r"\max_i |x_i|", True), (r"\max(0, z)", False), (r"\operatorname{tr} M", True), (r"\operatorname{tr}(M)", False)],
)
def test_a_named_operator_is_set_close_to_a_bracket_alone(formula, apart):
    mo = re.search("<mo[^>]*>[a-z]+</mo>", mathml._mathml(nodes.math("", formula), "inline"))
    assert 'lspace="0.167em"' in mo[0]
    assert ('rspace="0"' not in mo[0]) == apart


@pytest.mark.parametrize("formula", ["|x|^2", r"\lVert x \rVert^2", r"\lVert \tfrac{1}{2} x \rVert"])
def test_a_bar_is_neither_stretched_nor_shrunk(formula):
    bars = re.findall("<mo[^>]*>[|‖]</mo>", html.unescape(mathml._mathml(nodes.math("", formula), "inline")))
    assert len(bars) == 2
    assert all('stretchy="false"' in bar for bar in bars)


def test_a_formula_stays_with_the_comma_and_the_bracket_beside_it(page, address):
    page.goto(f"{address}notebooks/09_momentum.html")
    split = """() => { const found = [];
      for (const one of document.querySelectorAll('article math[display=inline]')) {
        const next = one.nextSibling, range = document.createRange();
        if (next?.nodeType !== Node.TEXT_NODE || /^\\s/.test(next.data)) continue;
        range.setStart(next, 0); range.setEnd(next, 1);
        if (range.getBoundingClientRect().left < one.getBoundingClientRect().left) found.push(next.data);
      } return found; }"""
    for width in (390, 600, 1366):
        page.set_viewport_size({"width": width, "height": 900})
        assert page.evaluate(split) == []


@pytest.mark.parametrize("cell", CELLS, ids=str)
def test_an_explorer_draws_what_numpy_computes_without_a_kernel(page, address, cell):
    page.goto(f"{address}notebooks/{cell.lesson}.html")
    place = page.locator(f'[data-explorer="{cell}"]')
    place.scroll_into_view_if_needed()
    place.locator(".downhill").wait_for()
    shown = Shown(place.locator(".downhill"), cell)
    shown.assert_right()
    for name, dial in shown.dials.items():
        last = int(dial.get_attribute("max"))
        dial.focus()
        for key, expected in [("End", last), ("ArrowLeft", max(0, last - 1)), ("Home", 0)]:
            page.keyboard.press(key)
            assert shown.state[name] == expected
            shown.assert_right()
        shown.drag(dial, [(0.5, 0.5), (1.1, 0.5)])
        assert shown.state[name] == last
        shown.assert_right()


def test_an_explorers_data_is_small_once_compressed(address):
    import gzip

    for cell in CELLS:
        parts = [course_site.SITE / "_static" / "explorers" / f"{cell}{suffix}" for suffix in (".json", ".bin")]
        assert sum(len(gzip.compress(part.read_bytes())) for part in parts) <= 250_000, cell


def test_tables_are_packed_exactly(chromium, address):
    rng = np.random.default_rng(0)
    given = {
        "path": rng.normal(size=(3, 2, 11, 4)).astype("<f4"),
        "line": np.array([[np.nan, np.nan], [1, 2], [-3e38, 1e-45], [np.inf, -0.0]], "<f4"),
    }
    given["path"][1, 0, 5:] = np.nan
    shapes = {name: {"shape": table.shape} for name, table in given.items()}
    packed = tables.pack({name: table.tobytes() for name, table in given.items()}, shapes)
    source = (ROOT / "website/static/course.js").read_text(encoding="utf-8")
    unpack = source[source.index("function unpack") : source.index("async function explore")]
    with chromium.new_page() as page:
        got = page.evaluate(
            f"([bytes, shapes]) => {{ {unpack}; const found = unpack(new Uint8Array(bytes), shapes);"
            "return Object.fromEntries(Object.entries(found).map(([k, v]) => [k, [...new Uint8Array(v.buffer)]])) }",
            [list(packed), {name: {"shape": list(table.shape)} for name, table in given.items()}],
        )
    assert {name: bytes(numbers) for name, numbers in got.items()} == {k: t.tobytes() for k, t in given.items()}


def test_an_explorer_writes_numbers_as_the_sentences_do(chromium):
    source = (ROOT / "src/helpers/explorer.js").read_text(encoding="utf-8")
    function = source[source.index("function written") : source.index("/** The tables as arrays")]
    values = [0.0, 0.3, -2.0, 1234.6, 28540.9, 1e7, 1.5e9, -2.5e12, 1e-4, 9.99999e-5, 1.394e-5, 2.996e-6, -1e-10]
    with chromium.new_page() as page:
        written = page.evaluate(f"values => {{ {function}; return values.map(written) }}", values)
    assert written == [numerals.number(value) for value in values]


def test_without_javascript_a_page_shows_all_its_text_and_pictures(chromium, address):
    with chromium.new_context(java_script_enabled=False) as context, context.new_page() as page:
        page.goto(f"{address}notebooks/01_update_rule.html")
        assert page.locator("[data-explorer] img").first.is_visible()
        assert page.locator("math").count() > 10


@pytest.mark.parametrize("name", ["notebooks/03_linear_regression", "exercises/09_momentum/09_momentum"])
def test_a_page_links_to_where_its_notebook_runs(page, address, name):
    page.goto(f"{address}{name}.html")
    ways = page.locator(".run-it")
    assert not ways.get_by_role("link").first.is_visible()
    ways.locator("summary").click()
    binder, colab, home = (link.get_attribute("href") for link in ways.get_by_role("link").all())
    lab = quote(f"lab/tree/{layout.WORK}/{name}.ipynb", safe="")
    assert binder == f"https://mybinder.org/v2/git/{quote(REPOSITORY, safe='')}/HEAD?urlpath={lab}"
    assert colab == f"https://colab.research.google.com/github/somebody/downhill/blob/HEAD/{name}.ipynb"
    assert home == f"{REPOSITORY}#readme"


def test_every_page_takes_the_repositorys_address_from_one_place(address):
    pages = [(course_site.SITE / name).read_text(encoding="utf-8") for name in PAGES]
    assert all(REPOSITORY in page and "example.org" not in page for page in pages)


def test_a_cells_code_is_copied_by_its_button(chromium, address):
    with chromium.new_context(permissions=["clipboard-read", "clipboard-write"]) as context, context.new_page() as page:
        page.goto(f"{address}notebooks/01_update_rule.html")
        cell = page.locator(".cell_input").first
        cell.hover()
        cell.get_by_role("button", name="Copy this code").click()
        page.get_by_text("Copied").wait_for()
        copied = page.evaluate("() => navigator.clipboard.readText()")
    cells = nbformat.read(ROOT / "notebooks/01_update_rule.ipynb", as_version=4).cells
    assert copied == next(cell.source for cell in cells if cell.cell_type == "code")


def test_search_finds_what_a_lesson_teaches(page, address):
    page.goto(f"{address}search.html?q=Nesterov")
    page.locator("#search-results li").first.wait_for()
    assert "Momentum" in page.locator("#search-results").inner_text()


@pytest.mark.parametrize("asked", ["condition number", "κ", "kappa"])
def test_search_leads_to_the_square_root_of_the_condition_number(page, address, asked):
    page.goto(f"{address}search.html?q={quote(asked)}")
    page.locator("#search-results a[href*='09_momentum.html#']").click()
    expect(page.locator("h2", has_text="From condition number κ to √κ")).to_be_in_viewport()


@pytest.mark.parametrize(
    ("name", "theme", "width"),
    [
        ("index.html", "light", 1366),
        ("index.html", "dark", 390),
        ("notebooks/01_update_rule.html", "dark", 1366),
        ("notebooks/00_start_here.html", "light", 390),
        ("notebooks/01_update_rule.html", "light", 390),
        ("exercises/01_update_rule/01_update_rule.html", "dark", 390),
        ("exercises/01_update_rule/01_update_rule.html", "light", 1366),
    ],
)
def test_axe_finds_nothing(chromium, address, name, theme, width):
    from axe_playwright_python.sync_playwright import Axe

    size = {"width": width, "height": 900}
    with (
        chromium.new_context(color_scheme=theme, viewport=size, bypass_csp=True) as context,
        context.new_page() as page,
    ):
        page.goto(address + name)
        rules = {"runOnly": {"type": "tag", "values": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]}}
        found = Axe().run(page, options=rules).response["violations"]
        assert [(one["id"], one["nodes"][0]["html"][:150]) for one in found] == []
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width


def test_the_first_lesson_is_light_before_its_explorers(chromium, address):
    received = []
    with chromium.new_page(viewport={"width": 1366, "height": 900}) as page:
        page.on("response", lambda one: received.append((one.url, len(one.body()))))
        page.goto(f"{address}notebooks/01_update_rule.html", wait_until="networkidle")
    assert sum(size for url, size in received if "/explorers/" not in url) <= 600_000, received


def squeezed(text):
    """The text without what printing may change: spaces, the form of letters and quotation marks."""
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", text)).translate(str.maketrans("’‘“”", "''\"\""))


def text_of(printed):
    return squeezed("".join(page.extract_text() for page in printed.pages))


def test_the_sheet_of_rules_is_one_page_of_a4(chromium, address, tmp_path):
    (file,) = course_site.print_pages(chromium, ["sheet"], tmp_path)
    (page,) = pypdf.PdfReader(file).pages
    assert [round(float(side) * 25.4 / 72) for side in page.mediabox[2:]] == [210, 297]
    cells = nbformat.read(ROOT / course_site.LESSON_OF_RULES, as_version=4).cells
    (tables,) = (cell.source for cell in cells if cell.source.startswith("## The sheet"))
    rules = re.findall(r"^\| \*\*(.+?)\*\*", tables, re.MULTILINE)
    (calls,) = (cell.source for cell in cells if cell.source.startswith("keras = {"))
    rules += re.findall(r'^    "(.+?)": tf\.', calls, re.MULTILINE)
    assert len(rules) > 10 and [rule for rule in rules if squeezed(rule) not in text_of(pypdf.PdfReader(file))] == []


PRINTED = [
    pytest.param(path, marks=[] if path.stem in DAILY else pytest.mark.long, id=path.stem)
    for path in sorted(ROOT.glob("notebooks/*.ipynb"))
]


@pytest.mark.parametrize("path", PRINTED)
def test_a_printed_lesson_keeps_its_text_code_and_pictures(chromium, page, address, tmp_path, path):
    (file,) = course_site.print_pages(chromium, [f"notebooks/{path.stem}"], tmp_path)
    printed = pypdf.PdfReader(file)
    text = text_of(printed)
    cells = nbformat.read(path, as_version=4).cells
    said, shown = [cell.source for cell in cells if cell.cell_type == "markdown"], []
    for cell in (cell for cell in cells if cell.cell_type == "code"):
        guess = re.match(r"\w+ = predict\.", cell.source)
        shown += [cell.outputs[0].data["text/plain"]] if guess else [cell.source]
        shown += [output.text for output in cell.outputs if output.output_type == "stream"]
    lines = [line.removeprefix("- ").removeprefix("Predict. ") for part in shown for line in part.splitlines()]
    assert [line for line in lines if squeezed(line) not in text] == []
    assert sum(len(page.images) for page in printed.pages) == len(alt_texts(cells))
    sentences = [sentence for source in said for sentence in plain_sentences(source)]
    assert plain_sentences(said[0]) and [one for one in sentences if squeezed(one) not in text] == []
    page.goto(f"{address}notebooks/{path.stem}.html")
    formulas = page.evaluate(f"() => [...document.querySelectorAll('{FORMULA}')].map(one => one.textContent)")
    assert [formula for formula in formulas if squeezed(formula) not in text] == []


# Formulas whose signs are printed in their order; a root, a fraction and what is above another sign are drawn apart.
FORMULA = "article math:not(:has(msqrt, mroot, mfrac, mover, munder, munderover, mtable))"


def plain_sentences(source):
    """The sentences without a formula, as they are shown: links, code and emphasis without their marks."""
    text = re.sub(r"\[([^\]]+)\]\([^)]+\)", r"\1", source)
    text = re.sub(r"`([^`]*)`", r"\1", re.sub(r"\*\*(\S[^*]*)\*\*", r"\1", text))
    return re.findall(r"(?:^|(?<=[.?] ))[A-Z][^.|<>$*_#\n]+[.?](?= |$)", text, re.MULTILINE)


def test_a_wide_picture_is_moved_sideways_on_a_phone_rather_than_shrunk(chromium, address):
    with chromium.new_page(viewport={"width": 390, "height": 900}) as page:
        page.goto(f"{address}notebooks/01_update_rule.html")
        widths = page.evaluate(
            "() => [...document.querySelectorAll('.output > img')].map(i => [i.width, i.naturalWidth])"
        )
        assert widths and all(shown >= min(natural, 540) for shown, natural in widths)
        assert page.evaluate("() => document.documentElement.scrollWidth") <= 390


# How far a heading reaches below its last line of text, in lines.
BELOW = """heading => {
  const text = document.createRange();
  text.selectNodeContents(heading);
  text.setEndBefore(heading.querySelector('.headerlink'));
  const below = heading.getBoundingClientRect().bottom - text.getBoundingClientRect().bottom;
  return below / parseFloat(getComputedStyle(heading).lineHeight);
}"""


@pytest.mark.parametrize("name", ["06_minimize", "12_train_a_classifier"])
def test_a_heading_that_fills_its_line_on_a_phone_leaves_none_empty(chromium, address, name):
    with chromium.new_page(viewport={"width": 390, "height": 900}) as page:
        page.goto(f"{address}notebooks/{name}.html")
        assert all(heading.evaluate(BELOW) < 0.5 for heading in page.locator("article :is(h1, h2, h3)").all())


def test_a_tables_columns_are_apart_and_code_has_no_underlines_in_the_dark(chromium, address):
    with chromium.new_page(viewport={"width": 1366, "height": 900}, color_scheme="dark") as page:
        page.goto(f"{address}notebooks/08_side_by_side.html")
        cell = page.locator(".cell_output td").first
        assert cell.evaluate("one => parseFloat(getComputedStyle(one).paddingLeft)") >= 4
        page.goto(f"{address}notebooks/07_pytorch_sgd.html")
        for kind in (".nn", ".nc"):
            name = page.locator(f".highlight {kind}").first
            assert name.evaluate("one => getComputedStyle(one).textDecorationLine") == "none"


@pytest.mark.parametrize("name", ["index", "search", "notebooks/01_update_rule"])
def test_a_page_is_painted_without_waiting_for_a_style_sheet(page, address, name):
    page.goto(f"{address}{name}.html")
    waits_for = """() => performance.getEntriesByType('resource')
      .filter(one => one.renderBlockingStatus === 'blocking' && !one.name.includes('.js')).map(one => one.name)"""
    assert page.evaluate(waits_for) == []


@pytest.mark.skipif(not page_weight.scripts_are_here(), reason=page_weight.MISSING)
def test_a_lesson_is_at_most_half_the_bytes_of_nbconverts_page(chromium, address, tmp_path):
    lesson = page_weight.write(ROOT / "notebooks/01_update_rule.ipynb", tmp_path)
    with page_weight.served(tmp_path) as nbconverts:
        theirs = page_weight.opened(chromium, nbconverts + lesson.name)
    ours = page_weight.opened(chromium, f"{address}notebooks/01_update_rule.html")
    assert 0 < ours.bytes <= theirs.bytes / 2


class TestAProblem:
    """Pages that must not be published are refused."""

    @pytest.mark.parametrize(
        ("name", "content", "complaint"),
        [
            ("a.html", '<a href="b.html">b</a>', "leads nowhere"),
            ("a.html", '<a href="#there">b</a>', "anchor"),
            ("a.html", '<script src="https://example.org/x.js"></script>', "another host"),
            ("a.html", '<link rel="stylesheet" href="https://example.org/x.css">', "another host"),
            ("a.html", "### BEGIN SOLUTION", "shows a solution"),
            ("checks.json", "{}", "must not be published"),
        ],
    )
    def test_is_named(self, tmp_path, name, content, complaint):
        (tmp_path / name).write_text(content)
        (found,) = course_site.problems(tmp_path)
        assert complaint in found

    def test_a_page_as_it_should_be_has_none(self, tmp_path):
        (tmp_path / "a.html").write_text('<p id="x"><a href="#x">x</a> <a href="https://example.org">y</a></p>')
        assert course_site.problems(tmp_path) == []

    def test_a_page_allows_its_own_scripts_and_no_others(self, tmp_path):
        (tmp_path / "a.html").write_text("<html><head><script>let a = 1</script></head></html>")
        course_site.finish(tmp_path)
        page = (tmp_path / "a.html").read_text()
        assert "script-src 'self' 'sha256-" in page and page.index("Content-Security-Policy") < page.index("let a")


def asking():
    """The pages that ask for a guess, with how many they ask for; most of them only for the long tests."""
    for name in PAGES:
        cells = nbformat.read(ROOT / Path(name).with_suffix(".ipynb"), as_version=4).cells
        if asked := sum(cell.cell_type == "code" and "= predict." in cell.source for cell in cells):
            yield pytest.param(name, asked, marks=[] if Path(name).stem in DAILY else pytest.mark.long)


@pytest.mark.parametrize(("name", "asked"), asking())
def test_an_answer_is_folded_until_its_guess_is_made(chromium, address, name, asked):
    with chromium.new_context() as context, context.new_page() as page:
        page.goto(address + name)
        assert page.locator(".dh-predict").count() == asked
        assert page.locator(".tag_hide-output details").count() == asked
        assert page.locator(".tag_hide-output details[open]").count() == 0
        card, answer = page.locator(".dh-predict").first, page.locator(".tag_hide-output details").first
        assert answer.locator("summary").inner_text().strip().startswith("Show the answer")
        if card.get_by_role("radio").count():
            card.get_by_role("radio").first.check()
        else:
            card.get_by_role("textbox").fill("0.5")
        card.get_by_role("button").click()
        assert "You guessed" in answer.inner_text()
        page.reload()  # it is kept in this browser
        assert "Your guess:" in page.locator(".dh-predict .dh-said").first.inner_text()


EPUBCHECK = Path("/usr/share/java/epubcheck.jar")  # where Debian and Ubuntu put it


@pytest.mark.long
@pytest.mark.skipif(not EPUBCHECK.exists(), reason="needs epubcheck (Debian and Ubuntu: apt install epubcheck)")
def test_the_book_is_one():
    made = subprocess.run(
        [sys.executable, "website/course_site.py", "--epub"], cwd=ROOT, capture_output=True, text=True
    )
    assert made.returncode == 0, made.stdout + made.stderr
    checked = subprocess.run(["java", "-jar", EPUBCHECK, course_site.EPUB], capture_output=True, text=True)
    assert "0 fatals / 0 errors / 0 warnings" in checked.stdout, checked.stdout + checked.stderr
