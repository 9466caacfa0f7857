"""Whose turn it is to run, when some are to run once more and alone."""

import queue
import threading

import pytest
from hostile import submission

import grader.turns
from grader.turns import Turns


def test_what_is_to_run_again_waits_for_all_others_and_runs_alone():
    turns = Turns(submission(key) for key in "abc")
    first, second = turns.take(), turns.take()
    assert not turns.give_back(second, again=False)
    assert turns.give_back(first, again=True)  # it was not alone
    third = turns.take()
    assert third.submission.key == "c" and third.alone
    found = queue.Queue()
    threading.Thread(target=lambda: found.put(turns.take()), daemon=True).start()
    with pytest.raises(queue.Empty):
        found.get(timeout=0.3)
    assert not turns.give_back(third, again=True)  # nothing ran beside it
    again = found.get(timeout=5)
    assert (again.submission.key, again.exclusive) == ("a", True)
    threading.Thread(target=lambda: found.put(turns.take()), daemon=True).start()
    with pytest.raises(queue.Empty):
        found.get(timeout=0.3)
    assert not turns.give_back(again, again=True)  # once more only
    assert found.get(timeout=5) is None


def test_those_that_are_to_run_again_are_not_all_held_until_the_end(monkeypatch):
    monkeypatch.setattr(grader.turns, "_HELD", 100)
    turns = Turns(submission(key, files={"large": bytes(200)}) for key in "abc")
    first, second = turns.take(), turns.take()
    turns.give_back(first, again=True)
    turns.give_back(second, again=False)
    again = turns.take()
    assert (again.submission.key, again.exclusive) == ("a", True)
    found = queue.Queue()
    threading.Thread(target=lambda: found.put(turns.take()), daemon=True).start()
    with pytest.raises(queue.Empty):
        found.get(timeout=0.3)
    turns.give_back(again, again=False)
    assert found.get(timeout=5).submission.key == "c"
