"""What every test shares: the event loop's kind, that nothing is skipped in CI, and less waste.

May import: nothing of ours.
"""

import gc
import sys
from typing import Any

import pytest
import structlog
from sqlalchemy import Connection, Engine, event

from tests.no_skips import pytest_make_collect_report, pytest_runtest_makereport

__all__ = ["pytest_make_collect_report", "pytest_runtest_makereport"]

# httpcore, of the sandbox's people, looks for it at each lock; a search that fails takes 0.1 ms.
sys.modules.setdefault("sniffio", None)  # type: ignore[arg-type]

# As it comes, structlog draws each traceback in colours and boxes: half a second of work.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(
            colors=False, exception_formatter=structlog.dev.plain_traceback
        ),
    ]
)


class _Statements(dict[tuple[Any, ...], Any]):
    """SQLAlchemy's compiled statements, known by all but the dialect that compiled them first."""

    def get(self, key: tuple[Any, ...], default: Any = None) -> Any:
        return super().get(key[1:], default)

    def __setitem__(self, key: tuple[Any, ...], compiled: Any) -> None:
        super().__setitem__(key[1:], compiled)


_STATEMENTS: dict[str, _Statements] = {}


@event.listens_for(Engine, "engine_connect")
def _compile_once(connection: Connection) -> None:
    """A thousand databases that are opened one after another are asked the same things."""
    kept = _STATEMENTS.setdefault(connection.dialect.name, _Statements())
    connection.execution_options(compiled_cache=kept)


def pytest_collection_finish() -> None:
    """Modules and collected tests live to the end: no need to look through them for garbage."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
