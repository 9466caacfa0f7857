"""JupyterLab in Chromium, driven by Playwright: the course as a student sees it.

    with browser.course(folder) as lab:
        with lab.opened("notebooks/01_update_rule.ipynb") as notebook:
            notebook.run()
            notebook.cells(), notebook.panel, lab.complaints()

Both programs, their folders and every kernel end with the block, however it ends. Nothing of the user's own Jupyter
or browser is read or written.
"""

import contextlib
import os
import secrets
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.parse
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import nbformat
from playwright.sync_api import Error, Locator, Page, sync_playwright

from helpers import lab as course_lab
from helpers import layout

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome")
MISSING = (
    "needs Chromium or Chrome: install one (Debian and Ubuntu: apt install chromium), "
    "or name its program in the environment variable CHROMIUM"
)
SECONDS = 120  # for a notebook to run, or for JupyterLab to start; only a machine in trouble needs so long
ARGUMENTS = [
    "--no-sandbox",  # which Chromium refuses to do without as root, as in a container
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--host-resolver-rules=MAP * ~NOTFOUND, EXCLUDE 127.0.0.1",
]
SETTINGS = {
    "@jupyterlab/notebook-extension:tracker": {"windowingMode": "none"},  # all cells are in the page
    "@jupyterlab/docmanager-extension:plugin": {"autosave": False},
}
WIDGET = "application/vnd.jupyter.widget-view+json"

# window.course holds the open notebook's panel and the errors that its kernel sent.
_HELPERS = """
const until = async (what, holds, seconds) => {
  for (const end = Date.now() + 1000 * seconds; !holds(); await new Promise(r => setTimeout(r, 20)))
    if (Date.now() > end) throw new Error(`not within ${seconds} seconds: ${what}`);
};
const idle = seconds => until('the kernel is idle',
  () => course.panel.sessionContext.session?.kernel?.status === 'idle', seconds);
"""
_OPEN = """async ([path, kernel, seconds]) => {
  const app = window.jupyterapp;
  const panel = await app.commands.execute('docmanager:open', {path, factory: 'Notebook',
    kernelPreference: kernel ? undefined : {shouldStart: false, canStart: false, autoStartDefault: false}});
  window.course = {panel, errors: []};
  await panel.revealed;
  await panel.context.ready;
  await panel.sessionContext.ready;
  panel.sessionContext.iopubMessage.connect((_, message) => {
    if (message.header.msg_type === 'error') course.errors.push(`${message.content.ename}: ${message.content.evalue}`);
  });
  app.shell.collapseLeft();
  app.shell.collapseRight();
  app.shell.activateById(panel.id);
  if (kernel) await idle(seconds);
}"""
_RUN = """async seconds => {
  let ran = false;
  const running = window.jupyterapp.commands.execute('notebook:run-all-cells').finally(() => { ran = true; });
  await until('all cells have run', () => ran, seconds);
  await running;
  await idle(seconds);
}"""
_RUN_CELL = """async ([index, seconds]) => {
  course.panel.content.activeCellIndex = index;
  course.panel.content.deselectAll();
  await window.jupyterapp.commands.execute('notebook:run-cell');
  await idle(seconds);
}"""
_CLOSE = """async () => {
  await course.panel.sessionContext.shutdown();
  course.panel.context.model.dirty = false;  // or JupyterLab asks whether to save
  course.panel.dispose();
}"""
_THEME = """async ([theme, seconds]) => {
  await window.jupyterapp.commands.execute('apputils:change-theme', {theme});
  await until('the theme is on', () => document.body.dataset.jpThemeName === theme &&
    !document.getElementById('jupyterlab-splash'), seconds);
}"""
_CELLS = """() => [...course.panel.content.model.cells].map(cell => cell.toJSON())"""
_SET_SOURCE = """([index, source]) => course.panel.content.model.cells.get(index).sharedModel.setSource(source)"""
_DRAWN = """() => ['.jp-OutputArea-output', '.jp-OutputArea img'].every(kind =>
  [...course.panel.node.querySelectorAll(kind)].every(one => one.childNodes.length || one.naturalWidth))"""
_WIDGETS = "() => [...course.panel.node.querySelectorAll('.jp-OutputArea-output.lm-Panel')]"
_ALIVE = f"() => ({_WIDGETS})().every(one => one.querySelector(':scope > .lm-Widget')?.hasChildNodes())"
_HEIGHT = """() => Math.ceil(Math.max(...[...course.panel.node.querySelectorAll('.jp-Cell')]
  .map(cell => cell.offsetTop + cell.offsetHeight)))"""


def _evaluate(page, function, argument):
    """page.evaluate, for a function that waits: it can use what `_HELPERS` defines."""
    return page.evaluate(f"argument => {{ {_HELPERS} return ({function})(argument) }}", argument)


def chromium() -> str | None:
    """The browser's program: the one that CHROMIUM names, or the first found under its usual names; None for none."""
    return shutil.which(os.environ.get("CHROMIUM") or "") or next(filter(None, map(shutil.which, PROGRAMS)), None)


def write_notebook(file: Path, sources: list[str]) -> Path:
    """A notebook of these code cells, with the kernel it is for, so that JupyterLab need not ask."""
    notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source) for source in sources])
    notebook.metadata.kernelspec = {"display_name": "Python 3", "language": "python", "name": "python3"}
    nbformat.write(notebook, file)
    return file


@contextlib.contextmanager
def course(folder: Path, with_nbgrader: bool = False) -> Iterator["Lab"]:
    """JupyterLab on the folder, set up as `make lab` does it, or as for instructors, in a separate Chromium."""
    with contextlib.ExitStack() as started:
        scratch = Path(started.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True)))
        address = started.enter_context(_jupyterlab(folder, scratch, with_nbgrader))
        yield Lab(folder, scratch, started.enter_context(_page(scratch)), address)


class Lab:
    """JupyterLab in a page of the browser, and what the two complain of."""

    def __init__(self, folder: Path, scratch: Path, page: Page, address: str):
        self.folder, self.page = folder, page
        self.data = scratch / "data"  # Jupyter's own, with its memory of which notebooks are trusted
        self._log, self._said = scratch / "log", []
        page.on("pageerror", lambda error: self._said.append(f"page error: {error}"))
        page.on("console", lambda line: self._said.append(f"console: {line.text}") if line.type == "error" else None)
        page.on("request", self._local_only)
        page.goto(address, timeout=1000 * SECONDS)
        page.wait_for_function("() => window.jupyterapp !== undefined", timeout=1000 * SECONDS)
        page.evaluate("() => window.jupyterapp.restored")

    def _local_only(self, request):
        address = urllib.parse.urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            self._said.append(f"asked another host: {request.url[:200]}")

    def complaints(self) -> list[str]:
        """What the browser and JupyterLab's server have complained of since the last call."""
        log = self._log.read_text(encoding="utf-8", errors="replace")
        self._log.write_text("")
        said = [*self._said, *(["server: " + log[log.index("Traceback") :]] if "Traceback" in log else [])]
        self._said.clear()
        return said

    def theme(self, name: str) -> None:
        """Show JupyterLab in its theme "Light" or "Dark"."""
        _evaluate(self.page, _THEME, [f"JupyterLab {name}", SECONDS])

    @contextlib.contextmanager
    def opened(self, path: str, kernel: bool = True) -> Iterator["Notebook"]:
        """A notebook of the folder, open and idle. Its kernel is shut down at the end; nothing is saved."""
        self.complaints()
        _evaluate(self.page, _OPEN, [path, kernel, SECONDS])
        try:
            yield Notebook(self)
        finally:
            self.page.evaluate(_CLOSE)


class Notebook:
    """The notebook that is open: its cells as JupyterLab holds them, and its part of the page."""

    def __init__(self, lab: Lab):
        self.lab, self.page = lab, lab.page
        self.panel: Locator = lab.page.locator(".jp-NotebookPanel:not(.lm-mod-hidden)")

    def run(self) -> None:
        """Run all cells by JupyterLab's own command, and wait until the kernel is idle."""
        _evaluate(self.page, _RUN, SECONDS)

    def run_cells(self, indices: list[int]) -> None:
        """Run these cells, one after the other."""
        for index in indices:
            _evaluate(self.page, _RUN_CELL, [index, SECONDS])

    def cells(self) -> list[dict]:
        """The cells with their outputs, as they would be saved."""
        return self.page.evaluate(_CELLS)

    def write(self, index: int, source: str) -> None:
        """Give the cell another source."""
        self.page.evaluate(_SET_SOURCE, [index, source])

    def errors_sent(self) -> list[str]:
        """All errors the kernel has sent, those of a widget's callback too, which reach no cell."""
        return self.page.evaluate("() => course.errors")

    def pictures(self) -> list[str]:
        """The alt texts of all pictures in the outputs, as they stand in the page, once all are drawn."""
        self.page.wait_for_function(_DRAWN)
        return self.page.evaluate("() => [...course.panel.node.querySelectorAll('.jp-OutputArea img')].map(i => i.alt)")

    def widgets(self) -> int:
        """How many widgets are in the outputs, once each is drawn. Raises where one cannot be."""
        self.page.wait_for_function(_ALIVE)
        if broken := self.panel.locator(".jupyter-widgets-error-widget").all_inner_texts():
            raise AssertionError(f"a widget is not drawn: {broken}")
        return self.page.evaluate(f"() => ({_WIDGETS})().length")

    def screenshot(self, file: Path) -> None:
        """Keep the whole notebook as a picture, in a window that is tall enough for it."""
        file.parent.mkdir(parents=True, exist_ok=True)
        before = self.page.viewport_size
        self.page.set_viewport_size({**before, "height": min(30_000, self.page.evaluate(_HEIGHT) + 200)})
        self.page.evaluate("() => course.panel.node.querySelectorAll('*').forEach(e => { e.scrollTop = 0 })")
        self.panel.screenshot(path=file, animations="disabled")
        self.page.set_viewport_size(before)


@contextlib.contextmanager
def _jupyterlab(folder, scratch, with_nbgrader):
    """The address of a JupyterLab of our own, which keeps all it keeps in the scratch folder, and logs there."""
    token = secrets.token_hex(16)
    files = course_lab.settings(folder, layout.START, with_nbgrader)
    overrides = files["labconfig/default_setting_overrides.json"]
    overrides |= {plugin: overrides.get(plugin, {}) | ours for plugin, ours in SETTINGS.items()}
    course_lab.write_settings(files, scratch / "config")
    own = {f"JUPYTER_{name.upper()}_DIR": str(scratch / name) for name in ("config", "data", "runtime")}
    own |= {f"JUPYTERLAB_{name.upper()}_DIR": str(scratch / name) for name in ("workspaces", "settings")}
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    options = ["--no-browser", "--ip=127.0.0.1", f"--port={port}", "--ServerApp.port_retries=0"]
    options += [f"--IdentityProvider.token={token}", "--LabApp.expose_app_in_browser=True"]
    # Should this very program be killed, so that nothing below ends the server, it ends itself.
    options += ["--MappingKernelManager.cull_idle_timeout=300", "--ServerApp.shutdown_no_activity_timeout=300"]
    options += ["--KernelManager.shutdown_wait_time=0.2"]  # nothing in a kernel is worth waiting for at its end
    log = scratch / "log"
    with open(log, "a", encoding="utf-8") as out:
        server = subprocess.Popen(
            [sys.executable, "-m", "jupyterlab", *options],
            cwd=folder,
            env=os.environ | own | {"IPYTHONDIR": str(scratch / "ipython"), "JUPYTER_PREFER_ENV_PATH": "1"},
            stdout=out,
            stderr=subprocess.STDOUT,
            start_new_session=True,
        )
    try:
        _wait_for(f"http://127.0.0.1:{port}/api/status?token={token}", server, log)
        yield f"http://127.0.0.1:{port}/lab/workspaces/test?reset&token={token}"
    finally:
        server.terminate()  # it ends its kernels
        with contextlib.suppress(subprocess.TimeoutExpired):
            server.wait(15)
        server.kill()
        server.wait()


def _wait_for(address, server, log):
    for _ in range(10 * SECONDS):
        with contextlib.suppress(OSError), urllib.request.urlopen(address, timeout=2):
            return
        if server.poll() is not None:
            break
        time.sleep(0.1)
    raise RuntimeError(f"JupyterLab did not start:\n{log.read_text(encoding='utf-8', errors='replace')}")


@contextlib.contextmanager
def _page(scratch):
    """A page of a Chromium of our own."""
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch_persistent_context(
            scratch / "profile",
            executable_path=chromium(),
            args=ARGUMENTS,
            viewport={"width": 1000, "height": 800},
        )
        try:
            page = browser.new_page()
            yield page
        finally:
            with contextlib.suppress(Error):  # it may be gone already
                browser.close()
