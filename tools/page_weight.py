"""What a browser receives of a page, and when it first paints: of the site's, and of one that nbconvert makes.

Pages are served as hosts do it, compressed. nbconvert's page takes its scripts from other hosts. Here they come from
this machine, where Debian and Ubuntu put them: apt install libjs-mathjax libjs-requirejs
"""

import contextlib
import functools
import gzip
import http.server
import os
import tempfile
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from nbconvert import HTMLExporter
from playwright.sync_api import Browser

SCRIPTS = Path("/usr/share/javascript")
MISSING = "needs MathJax 2 and require.js (Debian and Ubuntu: apt install libjs-mathjax libjs-requirejs)"
# A slow mobile connection, in bytes a second and milliseconds.
SLOW = {"offline": False, "latency": 150, "downloadThroughput": 200_000, "uploadThroughput": 100_000}
_NO_MATHJAX_FONTS = """<?xml version="1.0"?>
<fontconfig>
  <include>/etc/fonts/fonts.conf</include>
  <selectfont><rejectfont><glob>*/MathJax_*</glob></rejectfont></selectfont>
</fontconfig>
"""
# MathJax asks for its fonts as it comes to need them, on a busy machine with long pauses.
_TYPESET = """() => window.MathJax?.Hub && new Promise(done =>
  MathJax.Hub.Register.StartupHook('End', () =>
    MathJax.Hub.Queue(() => document.fonts.ready.then(() => done(true)))))
"""
_MEASURE = """() => [
  [...performance.getEntriesByType('navigation'), ...performance.getEntriesByType('resource')]
    .reduce((sum, entry) => sum + entry.transferSize, 0),
  performance.getEntriesByName('first-contentful-paint')[0].startTime,
]"""


class Opened(NamedTuple):
    """What the browser's Performance API says of a page: bytes received, and milliseconds to its first content."""

    bytes: int
    painted: float


def scripts_are_here() -> bool:
    """Are the scripts that nbconvert's page asks for on this machine?"""
    return all((SCRIPTS / name).exists() for name in ("mathjax/MathJax.js", "requirejs/require.min.js"))


def write(lesson: Path, folder: Path) -> Path:
    """The lesson as nbconvert's HTML in the folder, from which its scripts can be served too."""
    exporter = HTMLExporter(
        mathjax_url="javascript/mathjax/MathJax.js?config=TeX-AMS_CHTML-full,Safe",
        require_js_url="javascript/requirejs/require.min.js",
    )
    (folder / "javascript").symlink_to(SCRIPTS)
    file = folder / f"{lesson.stem}.html"
    file.write_text(exporter.from_filename(str(lesson))[0], encoding="utf-8")
    return file


@contextlib.contextmanager
def served(folder: Path) -> Iterator[str]:
    """The address under which the folder's files are served on this machine, text compressed."""
    handler = functools.partial(_Compressed, directory=str(folder))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        server.server_close()


class _Compressed(http.server.SimpleHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        file = Path(self.translate_path(self.path))
        if file.suffix not in (".html", ".css", ".js", ".json", ".svg") or not file.is_file():
            super().do_GET()
            return
        content = gzip.compress(file.read_bytes())
        self.send_response(200)
        self.send_header("Content-Type", self.guess_type(str(file)))
        self.send_header("Content-Encoding", "gzip")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *arguments):
        pass


@contextlib.contextmanager
def without_mathjax_fonts() -> Iterator[dict[str, str]]:
    """The environment in which a browser starts that has no fonts of MathJax's, as nearly all readers' have none."""
    with tempfile.TemporaryDirectory() as folder:
        fonts = Path(folder, "fonts.conf")
        fonts.write_text(_NO_MATHJAX_FONTS, encoding="utf-8")
        yield {**os.environ, "FONTCONFIG_FILE": str(fonts)}


def opened(program: Browser, address: str, slow: bool = False) -> Opened:
    """Open a page with an empty cache, wait until it has loaded all that it asks for, and measure."""
    with program.new_context(viewport={"width": 1366, "height": 900}) as context, context.new_page() as page:
        if slow:
            context.new_cdp_session(page).send("Network.emulateNetworkConditions", SLOW)
        page.goto(address, wait_until="networkidle")
        page.evaluate(_TYPESET)
        page.wait_for_load_state("networkidle")
        return Opened(*page.evaluate(_MEASURE))
