"""What several test files need."""

import os
import shutil
from pathlib import Path

import pytest

import browser
from helpers import layout


@pytest.fixture(scope="module")
def lab(tmp_path_factory):
    """JupyterLab in a browser, on the course laid out as for a student."""
    demand_browser()
    work = tmp_path_factory.mktemp("course") / layout.WORK
    layout.lay_out(Path(__file__).parents[1], work)
    with browser.course(work) as lab:
        yield lab


@pytest.fixture
def course(tmp_path, gradebook):
    """A course's folder with the `gradebook` that the test file makes."""
    (tmp_path / "gradebook").mkdir()
    shutil.copy(gradebook, tmp_path / "gradebook")
    shutil.copy(Path(__file__).parents[1] / "nbgrader_config.py", tmp_path)
    return tmp_path


def demand_browser():
    """Skip where there is no browser; but fail where all must be there."""
    if browser.chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(browser.MISSING)
