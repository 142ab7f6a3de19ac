"""Silence about deaths that a test asked for; every other fault is still heard.

Alone because a house that ends in the middle of everything leaves a traceback for each piece of its
work, and writing hundreds of them takes longer than the restarts.

May import: boundaries.
"""

import asyncio
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any
from unittest.mock import patch

import structlog

from tests.restart.boundaries import Dead

MOURNERS = ("proxy.parts", "apscheduler.executors.default", "asyncio")


def quiet(loop: asyncio.AbstractEventLoop, context: dict[str, Any]) -> None:
    """The loop's handler of exceptions that nobody took."""
    if not isinstance(context.get("exception"), Dead):
        loop.default_exception_handler(context)


@contextmanager
def no_obituaries() -> Iterator[None]:
    processors = structlog.get_config()["processors"]
    loggers = [logging.getLogger(name) for name in MOURNERS]
    for logger in loggers:
        logger.addFilter(_is_news)
    try:
        # uvicorn writes its own as plain text.
        with patch.object(logging.getLogger("uvicorn.error"), "disabled", True):
            structlog.configure(processors=[_drop_obituary, *processors])
            yield
    finally:
        structlog.configure(processors=processors)
        for logger in loggers:
            logger.removeFilter(_is_news)


def _drop_obituary(logger: Any, method: str, event: Any) -> Any:
    if isinstance(event.get("exc_info"), Dead | asyncio.CancelledError):
        raise structlog.DropEvent
    return event


def _is_news(record: logging.LogRecord) -> bool:
    failure = record.exc_info[1] if record.exc_info else None
    return not isinstance(failure, Dead | asyncio.CancelledError)
