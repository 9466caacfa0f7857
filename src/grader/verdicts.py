"""Whether a task is done, judged from what came of its cases outside of the process that ran them.

Points are given on positive proof alone: an outcome for every case, visible and hidden, and each of them right.
"""

from typing import NamedTuple

from helpers import checks
from helpers.findings import examine
from helpers.outcomes import raised
from helpers.timelimit import TimeLimit

DONE, WRONG, NOT_DONE, STOPPED = "done", "wrong", "not done", "stopped"


class Verdict(NamedTuple):
    """kind: one of the four above. said: what the student reads under the check."""

    kind: str
    said: str


def cases(visible: dict, hidden: dict) -> tuple[list, ...]:
    """The arguments to call a task's function with: the visible cases as in `checks.run`, then the hidden ones."""
    shown = [*visible["cases"], visible["cases"][0]]
    return tuple(case["arguments"] for case in [*shown, *hidden["cases"]])


def verdict(name: str, visible: dict, hidden: dict, outcomes: list | None, stopped: str) -> Verdict:
    """What to say of a task, of `cases` and what came of them.

    outcomes   in the form of helpers.outcomes, one for each of the cases; None where the function is not there
    stopped    why the calls could not be brought to their end, in a sentence; "" where they could
    """
    too_late = outcomes and raised(outcomes[-1]) == TimeLimit.__name__  # for this, findings has a sentence of its own
    if stopped and not too_late:
        return Verdict(STOPPED, f"{name}: {stopped}")
    if outcomes is None:
        return Verdict(
            NOT_DONE,
            f"{name}: there is no function of this name. It is missing, spelt in another way, or the cell that defines "
            "it stopped with an error.",
        )
    try:
        found = _judged(name, visible, hidden, outcomes)
    except Exception as error:  # whatever the outcomes hold, it is no proof
        return Verdict(WRONG, f"{name}: its results could not be compared ({type(error).__name__}).")
    return found._replace(kind=STOPPED) if stopped else found


def _judged(name: str, visible: dict, hidden: dict, outcomes: list) -> Verdict:
    shown = len(visible["cases"]) + 1
    if complaint := checks.complaint_of(name, visible, outcomes[:shown]):
        undone = any(raised(o) == "NotImplementedError" and not o["raised"].get("message") for o in outcomes[:shown])
        return Verdict(NOT_DONE if undone else WRONG, complaint)
    if finding := examine(hidden, outcomes[shown:]):
        return Verdict(WRONG, f"{name}: a hidden case failed: {finding.sentence}")
    if len(outcomes) != len(cases(visible, hidden)):
        return Verdict(STOPPED, f"{name}: it was not called on every case.")
    return Verdict(DONE, f"{checks.passed(name, visible)}, hidden ones too ({len(hidden['cases'])} cases)")
