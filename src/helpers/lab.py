"""Lay out a student's own copies of the course in work/ and open JupyterLab there.

    python -m helpers.lab [any option of JupyterLab]
    python -m helpers.lab --check 03       run your exercise 3 as a grader would, before you hand it in
    python -m helpers.lab --reset 03       take a fresh copy of exercise 3; yours is kept, under a name with the date
    python -m helpers.lab --reset notebooks/03       the same for lesson 3
    python -m helpers.lab --with-nbgrader  for instructors: open the course folder, with nbgrader's panels
    python -m helpers.lab --hub            for JupyterHub, which starts it as the server of each user

What work/ lacks is copied there, what you have not changed is brought up to date, and what you have changed is never
overwritten. If you may not write in the course's folder, because many people share it, your work/ is in ~/downhill.
"""

from __future__ import annotations

import datetime
import json
import os
import shutil
import sys
import tempfile
from pathlib import Path

from helpers import doctor, layout, record, rehearsal
from helpers.layout import COPIED, START, WORK

WITH_NBGRADER, HUB, RESET, CHECK = "--with-nbgrader", "--hub", "--reset", "--check"
TABS = Path(__file__).with_name("tabs.js")


def settings(root: Path, start: str, with_nbgrader: bool) -> dict[str, dict]:
    """JupyterLab's settings, file name → content: all are defaults, which command-line options override."""
    # The file browser begins at the top, where the folders have whole names.
    address = f"/lab/tree/{start}?file-browser-path=/"
    files = {
        "jupyter_server_config.json": {
            "ServerApp": {
                "root_dir": str(root),
                "answer_yes": True,  # one Ctrl-C stops it, without asking
                "allow_root": hasattr(os, "geteuid") and os.geteuid() == 0,  # as in a container
                "log_level": "WARN",  # so that the address is the last line in the terminal
                "default_url": address,  # for JupyterHub, which does not look at LabApp's
            },
            # Encrypted where the kernel can be: otherwise each kernel warns in the terminal that it is not.
            "KernelManager": {"transport_encryption": "auto"},
            # Beside what is hidden anyway, the record, which only the start page reads.
            "ContentsManager": {"hide_globs": ["__pycache__", "*.pyc", "*.pyo", ".DS_Store", "*~", record.FILE]},
        },
        "jupyter_lab_config.json": {
            "LabApp": {
                "log_level": "WARN",
                "default_url": address,
                # The tabs that were open belong to this folder: another course, and the instructor's view of this
                # one, have their own.
                "workspaces_dir": str(root / ".jupyterlab" / "workspaces"),
                # No question about news, no check for updates, no list of extensions to install: each contacts
                # another host, and only the lock may change the environment.
                "news_url": None,
                "check_for_updates_class": "jupyterlab.NeverCheckForUpdate",
                "extension_manager": "readonly",
            }
        },
        "labconfig/page_config.json": {"disabledExtensions": {"@jupyterlab/apputils-extension:announcements": True}},
        "labconfig/default_setting_overrides.json": {
            "@jupyterlab/filebrowser-extension:browser": {"showLastModifiedColumn": False},
            "@jupyterlab/notebook-extension:tracker": {"codeCellConfig": {"lineNumbers": False, "lineWrap": True}},
        },
    }
    if not with_nbgrader:
        files["labconfig/page_config.json"]["disabledExtensions"]["@jupyter/nbgrader"] = True
        parts = ("formgrader", "validate_assignment", "assignment_list", "course_list")
        files["jupyter_server_config.d/nbgrader.json"] = {
            "ServerApp": {"jpserver_extensions": {f"nbgrader.server_extensions.{part}": False for part in parts}}
        }
    return files


def write_settings(files: dict[str, dict], folder: Path) -> None:
    """Write settings into a folder of JupyterLab's configuration, with the extension that names the tabs."""
    files["jupyter_lab_config.json"]["LabApp"]["extra_labextensions_path"] = [str(folder / "labextensions")]
    extension = {"load": f"static/{TABS.name}", "extension": "./extension"}
    package = {"name": TABS.stem, "version": "1.0.0", "jupyterlab": {"extension": True, "_build": extension}}
    for name, content in (files | {f"labextensions/{TABS.stem}/package.json": package}).items():
        file = folder / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps(content), encoding="utf-8")
    (folder / "labextensions" / TABS.stem / "static").mkdir()
    shutil.copy(TABS, folder / "labextensions" / TABS.stem / "static")


# Half of what the server needs to start is this package's import: it compiles a grammar of international addresses,
# which jsonschema checks where the package is there, and no schema of JupyterLab's has any.
NOT_IMPORTED = "rfc3987_syntax"


def main(arguments: list[str] | None = None) -> int:
    """Lay out work/, check that the machine is ready, and run JupyterLab until it is stopped."""
    arguments = sys.argv[1:] if arguments is None else arguments
    if "-h" in arguments or "--help" in arguments:
        print(__doc__)
        return 0
    course = doctor.COURSE
    if not (course / COPIED[0]).is_dir():
        print(f"There is no folder {COPIED[0]} in {course}, so this is not the course's folder.")
        print("Get the whole course, then run this in its folder: make lab (without make: see README.md).")
        return 1
    sys.modules.setdefault(NOT_IMPORTED, None)
    # Prefer this Python's kernels and settings to those that another Python has left in the home folder.
    os.environ.setdefault("JUPYTER_PREFER_ENV_PATH", "1")
    troubles = [diagnosis for diagnosis in doctor.diagnose(quick=True) if diagnosis.verdict != "OK"]
    for trouble in troubles:
        print(trouble)
    if any(trouble.effect is doctor.Effect.STOPS for trouble in troubles):
        print(doctor.SUMMARY[doctor.Effect.STOPS])
        return 1
    work = _work(course)
    if arguments[:1] in ([RESET], [CHECK]):
        return _one_file(course, work, *arguments)
    with_nbgrader, on_hub = WITH_NBGRADER in arguments, HUB in arguments
    root, start = (course, f"{WORK}/{START}") if with_nbgrader else (work, START)
    if not on_hub and (address := _running(root)):
        print(f"The course is already running. Open this address in your browser:\n    {address}")
        return 0
    try:
        done = layout.lay_out(course, work)
    except OSError as error:
        print(f"A file could not be written in {work}: {error}")
        print("Nothing that you have changed was touched. Fix the cause and start the lab again.")
        return 1
    print(_report(done, work), flush=True)
    options = [argument for argument in arguments if argument not in (WITH_NBGRADER, HUB)]
    _run_jupyterlab(settings(root, start, with_nbgrader), root, options, on_hub)
    return 0


def _work(course: Path) -> Path:
    """Where this user's own copies are."""
    work = course / WORK
    return work if os.access(work if work.exists() else course, os.W_OK) else Path.home() / doctor.DISTRIBUTION / WORK


def _running(root: Path) -> str:
    """The address of a lab that serves this folder already; "" if there is none."""
    from jupyter_server.serverapp import list_running_servers  # may fail, so the doctor reports first

    for server in list_running_servers():
        if os.path.realpath(server["root_dir"]) == os.path.realpath(root):
            token = f"?token={server['token']}" if server["token"] else ""
            return f"{server['url']}{token}"
    return ""


def _one_file(course: Path, work: Path, option: str, which: str = "", *more: str) -> int:
    """`--reset` or `--check` of the file that `which` begins: a number means the exercise."""
    folder, _, beginning = which.rpartition("/")
    if beginning in [*"123456789"]:
        beginning = f"0{beginning}"
    names = layout.notebooks(course, folder or "exercises", beginning)
    if more or not beginning or len(names) != 1:
        lesson = f", or {RESET} notebooks/03 for a lesson" if option == RESET else ""
        fits = f" {which} fits {', '.join(names)}." if beginning and names else ""
        print(f"{option} needs the number of one exercise, such as {option} 03{lesson}.{fits}")
        return 1
    (name,) = names
    if option == CHECK:
        if not (work / name).is_file():
            print(f"There is no {WORK}/{name}. Start the lab once, by `make lab`: that puts your copies there.")
            return 1
        return rehearsal.main(work / name)
    put_by = layout.reset(course, work, name, datetime.date.today().isoformat())
    print(f"{WORK}/{name} is a fresh copy." + (f" Yours is kept as {WORK}/{put_by}." if put_by else ""))
    print("If it is open in the lab, close its tab without saving and open it again.")
    return 0


def _run_jupyterlab(files, folder, options, on_hub):
    """Run JupyterLab in this process: a signal or Ctrl-C reaches it directly, on Windows too."""
    if on_hub:
        from jupyterhub.singleuser.extension import main as jupyterlab
    else:
        from jupyterlab.labapp import LabApp  # may fail, so the doctor reports first

        LabApp.serverapp_class = _server()
        jupyterlab = LabApp.launch_instance

    with tempfile.TemporaryDirectory(prefix="downhill-") as config:
        write_settings(files, Path(config))
        before = os.environ.get("JUPYTER_CONFIG_PATH")
        os.environ["JUPYTER_CONFIG_PATH"] = f"{config}{os.pathsep}{before}" if before else config
        os.chdir(folder)
        jupyterlab(options)


def _server():
    """JupyterLab's server, but the addresses that it prints work: it would add the token by ? even after a query."""
    from jupyter_server.serverapp import ServerApp

    class CourseServer(ServerApp):
        def _get_urlparts(self, *arguments, **options):
            parts = super()._get_urlparts(*arguments, **options)
            path, _, query = parts.path.partition("?")
            return parts._replace(path=path, query="&".join(filter(None, [query, parts.query])))

    return CourseServer


def _report(done, work):
    """What was laid out, as lines for the terminal."""
    lines = [f"Your own copies of the course are in {work}."]
    if done.copied:
        lines.append(f"New there: {len(done.copied)} files.")
    if done.replaced:
        lines.append(f"Brought up to date: {len(done.replaced)} files that you had not changed.")
    if done.kept:
        lines.append("You have changed these, and they stay as they are. The new version is beside yours:")
        lines += [f"    {name}  →  {beside}" for name, beside in done.kept.items()]
    lines.append("JupyterLab opens in your browser. Ctrl-C in this window stops it.")
    return "\n".join(lines)


if __name__ == "__main__":
    try:
        sys.exit(main())
    except KeyboardInterrupt:  # before JupyterLab listens for it
        sys.exit(130)
