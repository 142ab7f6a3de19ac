"""In CI a test that skips is a failure: what nobody runs, nobody knows.

Alone so that its own test can load it as a plugin; conftest.py gives it to all other tests.

May import: nothing of ours.
"""

import os
from collections.abc import Generator
from typing import Any

import pytest

IN_CI = os.environ.get("CI") == "true"
Reports = Generator[None, Any, Any]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Reports:
    return _no_skip((yield))


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report() -> Reports:
    return _no_skip((yield))


def _no_skip(report: Any) -> Any:
    """The report; a failure where it would be a skip. An expected failure is none."""
    if IN_CI and report.skipped and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped, which CI does not allow: {report.longrepr}"
    return report
