"""What several test files need."""

import os
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


def demand_browser():
    """Skip where there is no browser; but fail where all must be there."""
    if browser.chromium() is None:
        (pytest.fail if os.environ.get("CI") else pytest.skip)(browser.MISSING)
