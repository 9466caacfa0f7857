"""Points are given to every right answer and to no wrong one, and on nothing but proof."""

import json
import time

import numpy as np
import pytest

from checks.outcomes import PRINTED, call, decode, encode
from classroom import ROOT, judged, random_runs, visible_tasks
from grader import hidden, received, release, solution, verdicts
from grader.verdicts import DONE, NOT_DONE, STOPPED, WRONG

MODEL = "01_update_rule"
EXERCISES = release.names(ROOT)


@pytest.mark.slow
def test_in_random_runs_no_right_answer_loses_and_no_wrong_one_gains_a_point():
    assert random_runs(60, seed=8) == []


# ---- one task, in detail


@pytest.fixture(scope="module")
def task():
    """(visible, hidden, the answer) of a task with arrays."""
    model = solution.read(ROOT / "solutions" / MODEL)
    return visible_tasks(MODEL)["step"], hidden.draw(model.tasks[0], model, "secret"), model.answers["step"]


@pytest.fixture
def outcomes(task):
    """What the answer makes of all cases."""
    visible, unseen, answer = task
    return [call(answer, case, visible["parameters"]) for case in verdicts.cases(visible, unseen)]


def test_an_outcome_that_is_missing_or_one_too_many_is_no_proof(task, outcomes):
    visible, unseen, _ = task
    assert verdicts.verdict("step", visible, unseen, outcomes, "").kind == DONE
    for some in ([], outcomes[:1], outcomes[: len(visible["cases"]) + 1], outcomes[:-1], [*outcomes, outcomes[0]]):
        assert verdicts.verdict("step", visible, unseen, some, "").kind != DONE


def test_one_wrong_outcome_anywhere_costs_the_points(task, outcomes):
    visible, unseen, _ = task
    for k, outcome in enumerate(outcomes):
        off = json.loads(json.dumps(outcome))
        off["value"]["array"][-1] += 1e-3
        wrong = [*outcomes[:k], off, *outcomes[k + 1 :]]
        found = verdicts.verdict("step", visible, unseen, wrong, "")
        assert found.kind == WRONG
        assert ("a hidden case failed: " in found.said) == (k > len(visible["cases"]))


@pytest.mark.slow
@pytest.mark.parametrize(
    "large",
    [
        [0.5] * 9990, [{"list": [0]}] * 3300, [{"list": []}] * 4990, ["a"] * 9990, [{"tensor": "PyTorch"}] * 4990,
        [{"array": [], "shape": [9999, 0], "dtype": "bool"}] * 900,
    ],
)  # fmt: skip
def test_the_largest_results_take_no_longer_to_judge_than_they_have_entries(large):
    """Of every call of the task with the most cases; and the right ones among them, but for the last."""
    name, visible = max(
        ((name, task) for exercise in EXERCISES for name, task in visible_tasks(exercise).items()),
        key=lambda one: len(one[1]["cases"]) * (1 + len(one[1]["mistakes"])),
    )
    answers = [case["answer"] for case in [*visible["cases"], visible["cases"][0], *visible["cases"]]]
    for last in ([], ["z"]):
        value = received.outcome({"value": {"list": [*large[: len(large) - len(last)], *last]}}, ())
        nearly = [{"value": {"list": [answer["value"], answer["value"], *large[2:]]}} for answer in answers]
        for outcomes in ([value] * len(answers), [*answers[:-1], value], nearly):
            start = time.process_time()
            assert verdicts.verdict(name, visible, visible, outcomes, "").kind == WRONG
            assert time.process_time() - start < 3


@pytest.mark.parametrize(
    "nonsense",
    [
        {}, {"value": None}, {"value": {"list": []}}, {"value": {"dict": {}}}, {"value": {"other": "generator"}},
        {"value": {"array": [], "shape": [0], "dtype": "float64"}}, {"value": "step"}, {"value": {"unknown": 1}},
        {"raised": {"type": "SystemExit", "message": "", "line": ""}}, {"value": True}, {"value": 10**400},
        {"value": {"float": "NaN"}}, {"value": {"array": ["x"], "shape": [1], "dtype": "float64"}}, {"passed": True},
    ],
)  # fmt: skip
def test_no_outcome_but_the_right_one_is_proof(task, nonsense):
    visible, unseen, _ = task
    count = len(verdicts.cases(visible, unseen))
    assert verdicts.verdict("step", visible, unseen, [nonsense] * count, "").kind in (WRONG, NOT_DONE)


def test_what_was_stopped_gets_no_points_whatever_it_returned_before(task, outcomes):
    visible, unseen, _ = task
    found = verdicts.verdict("step", visible, unseen, outcomes, "Its process was killed.")
    assert found == (STOPPED, "step: Its process was killed.")


def test_a_call_that_takes_too_long_is_told_as_in_the_lesson(task, outcomes):
    visible, unseen, _ = task
    late = {"raised": {"type": "TimeLimit", "message": "10 seconds", "line": ""}}
    found = verdicts.verdict("step", visible, unseen, [late], "step gave no answer within 10 seconds.")
    assert found.kind == STOPPED and found.said.startswith("step: no answer within 10 seconds. Look for a loop")
    seen = outcomes[: len(visible["cases"]) + 1]
    found = verdicts.verdict("step", visible, unseen, [*seen, late], "step gave no answer within 10 seconds.")
    assert found.kind == STOPPED and found.said.startswith("step: a hidden case failed: no answer within 10 seconds.")


def test_a_hidden_case_is_told_without_its_numbers(task, outcomes):
    visible, unseen, _ = task
    wrong = [*outcomes[: len(visible["cases"]) + 1], *[{"value": encode(np.zeros(3))} for _ in unseen["cases"]]]
    said = verdicts.verdict("step", visible, unseen, wrong, "").said
    expected = {f"{x:.3g}" for case in unseen["cases"] for x in case["answer"]["value"]["array"]}
    assert "hidden" in said and not any(number in said for number in expected - {"0", "1", "2", "3"})


def test_a_function_that_is_not_there_or_not_done_says_so(task):
    visible, unseen, _ = task

    def step(theta, gradient, lr):
        raise NotImplementedError()

    assert verdicts.verdict("step", visible, unseen, None, "").kind == NOT_DONE
    found = judged("step", visible, unseen, step)
    assert found.kind == NOT_DONE and "not done yet" in found.said


def test_an_answer_that_remembers_its_calls_is_found_out(task):
    visible, unseen, answer = task
    calls = []

    def step(theta, gradient, lr):
        calls.append(1)
        return answer(theta, gradient, lr) + (len(calls) > len(visible["cases"]))

    assert "called twice with the same arguments" in judged("step", visible, unseen, step).said


# ---- what a call printed


@pytest.mark.parametrize("printed", [True, 1, "", "x" * (PRINTED + 1), ["x"], None])
def test_printed_text_of_another_form_is_refused(printed):
    with pytest.raises(received.Improper):
        received.outcome({"value": 1, "printed": printed}, ("x",))


def test_printed_text_does_nothing_to_a_terminal():
    got = received.outcome({"value": 1, "printed": "a\x1b[31mb\x00\n" + "x" * 900}, ("x",))
    assert got["printed"].startswith("a�[31mb�\nx")


def test_what_was_printed_is_shown_for_visible_cases_and_not_for_hidden_ones(task, outcomes):
    visible, unseen, _ = task
    chatty = [{"value": None, "printed": "theta is 7"} for _ in outcomes]
    shown = len(visible["cases"]) + 1
    assert "It printed:\n    theta is 7" in verdicts.verdict("step", visible, unseen, chatty, "").said
    said = verdicts.verdict("step", visible, unseen, [*outcomes[:shown], *chatty[shown:]], "").said
    assert "a hidden case failed" in said and "theta is 7" not in said


def test_what_is_said_of_a_hidden_case_holds_in_the_visible_ones_too(task, outcomes):
    visible, unseen, _ = task
    shown = len(visible["cases"]) + 1
    doubled = [{"value": encode(2 * decode(outcome["value"]))} for outcome in outcomes[shown:]]
    said = verdicts.verdict("step", visible, unseen, [*outcomes[:shown], *doubled], "").said
    assert "a hidden case failed" in said and "twice" not in said and "in every case" not in said
