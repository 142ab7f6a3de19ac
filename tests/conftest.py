"""What every test shares: the event loop's kind, that nothing is skipped in CI, and less waste.

May import: nothing of ours.
"""

import gc
import sys

import pytest

from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# httpcore looks for it at each lock, and under pytest a search that fails takes 0.1 ms.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]


def pytest_collection_finish() -> None:
    """Modules and collected tests live to the end: no need to look through them for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
