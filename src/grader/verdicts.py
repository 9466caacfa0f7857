"""Whether a task is done, judged from the outcomes of its cases, outside the process that ran them.

Points are given on positive proof alone: an outcome for every case, visible and hidden, and each of them right.
"""

from typing import NamedTuple

import checks
from checks.findings import Kind, examine
from checks.outcomes import timed_out

DONE, WRONG, NOT_DONE, STOPPED = "done", "wrong", "not done", "stopped"


class Verdict(NamedTuple):
    """kind: one of the four above. said: what the student reads under the check."""

    kind: str
    said: str


def cases(visible: dict, hidden: dict) -> tuple[list, ...]:
    """The arguments of each call: those of the visible cases as in `checks.run`, then those of the hidden ones."""
    shown = [*visible["cases"], visible["cases"][0]]
    return tuple(case["arguments"] for case in [*shown, *hidden["cases"]])


def verdict(name: str, visible: dict, hidden: dict, outcomes: list | None, stopped: str) -> Verdict:
    """What to say of a task, given the outcomes of `cases`.

    outcomes   in the form of checks.outcomes, one for each of the cases; None if the function is missing
    stopped    why the calls did not come to an end, in a sentence; "" if they did
    """
    if stopped and not (outcomes and timed_out(outcomes[-1])):  # for a time-out, findings has its own sentence
        return Verdict(STOPPED, f"{name}: {stopped}")
    if outcomes is None:
        return Verdict(
            NOT_DONE,
            f"{name}: there is no function of this name. It is missing or spelled differently, or the cell that "
            "defines it stopped with an error.",
        )
    try:
        found = _judged(name, visible, hidden, outcomes)
    except Exception as error:  # whatever the outcomes hold, they prove nothing
        return Verdict(WRONG, f"{name}: its results could not be compared ({type(error).__name__}).")
    return found._replace(kind=STOPPED) if stopped else found


def _judged(name: str, visible: dict, hidden: dict, outcomes: list) -> Verdict:
    shown = len(visible["cases"]) + 1
    if finding := examine(visible, outcomes[:shown]):
        kind = NOT_DONE if finding.kind is Kind.NOT_DONE else WRONG
        return Verdict(kind, checks.complaint(name, visible, finding, outcomes[:shown]))
    # What is said of a hidden case must hold in the visible ones too, so all are examined together.
    everything = {**hidden, "cases": [*visible["cases"], *hidden["cases"]]}
    if finding := examine(everything, [*outcomes[: shown - 1], *outcomes[shown:]]):
        return Verdict(WRONG, f"{name}: a hidden case failed: {finding.sentence}")
    if len(outcomes) != len(cases(visible, hidden)):
        return Verdict(STOPPED, f"{name}: it was not called on every case.")
    return Verdict(DONE, f"{checks.passed(name, visible)}, hidden ones too ({len(hidden['cases'])} cases)")
