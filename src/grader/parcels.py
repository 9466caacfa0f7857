"""What travels between the grader and the workers of a cluster: a submission there, what came of it back, as JSON.

    packed(submission, limits, libraries)   the parcel that goes to a worker
    run(parcel)                             on the worker: run the submission in the sandbox, and what goes back
    unpacked(key, answer)                   what came of it, as from sandbox.run

A parcel holds the submission and the arguments of the calls, never the secret or the expected value of a hidden case:
judging is left to the grader. An answer holds what `received` has made of what the sandbox said, so a worker sends on
nothing as it came.
"""

import base64
import functools
import hashlib
import json
import platform

from grader import sandbox
from grader.forker import WITHIN, Forker, SandboxError

_forkers: dict[tuple, Forker] = {}  # libraries → the process that has imported them and forks a child a submission


def packed(submission: sandbox.Submission, limits: sandbox.Limits, libraries: tuple[str, ...]) -> str:
    """The parcel of a submission."""
    files = {name: base64.b64encode(content).decode() for name, content in submission.files.items()}
    steps = [step._asdict() for step in submission.steps]
    order = {"version": version(), "limits": limits._asdict(), "libraries": libraries, "steps": steps, "files": files}
    return json.dumps(order)


def run(parcel: str) -> str:
    """Run the submission in this parcel, and say what came of it, or why this machine cannot run any."""
    order = json.loads(parcel)
    if order["version"] != version():
        return _refused("its copy of the course differs from the grader's.")
    if missing := sandbox.missing():
        return _refused(missing)
    libraries = tuple(order["libraries"])
    forker = _forkers.setdefault(libraries, Forker(True, libraries))
    files = {name: base64.b64decode(content) for name, content in order["files"].items()}
    submission = sandbox.Submission("", tuple(sandbox.Step(**step) for step in order["steps"]), files)
    try:
        found, disputed = sandbox.run_one(forker, submission, sandbox.Limits(**order["limits"]))
    except SandboxError as error:
        return _refused(str(error))
    steps = [done._asdict() for done in found.steps]
    return json.dumps({"steps": steps, "stopped": found.stopped, "disputed": disputed}, allow_nan=False)


def unpacked(key: str, answer: str) -> tuple[sandbox.Run, bool]:
    """What came of a submission, as from sandbox.run_one. Raises SandboxError if the worker could not run it."""
    found = json.loads(answer)
    if "refused" in found:
        raise SandboxError(found["refused"])
    return sandbox.Run(key, [sandbox.Done(**done) for done in found["steps"]], found["stopped"]), found["disputed"]


def _refused(reason: str) -> str:
    return json.dumps({"refused": f"The worker {platform.node()} cannot run submissions: {reason}"})


def report_every_death(dask_scheduler) -> None:
    """On the scheduler: let a task fail when its worker dies, since the grader decides what is run again, and how."""
    dask_scheduler.allowed_failures = 0


@functools.cache
def version() -> str:
    """A digest of the course's code that a worker runs."""
    paths = [path for folder in WITHIN for path in folder.rglob("*.py")]
    paths += [WITHIN[-1].parent / f"{name}.py" for name in ("forker", "parcels", "received", "sandbox")]
    return hashlib.sha256(b"".join(path.read_bytes() for path in sorted(paths))).hexdigest()
