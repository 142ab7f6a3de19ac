"""What every test shares: the event loop's kind, and that nothing is skipped in CI.

May import: nothing of ours.
"""

import pytest

from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
