"""The one broad except of the bot, and the tasks that run beside a lane.

Alone because whatever nobody thought of must end here: logged under an id, and nothing else stops.

May import: nothing of ours.
"""

import asyncio
import secrets
from collections.abc import Coroutine
from typing import Any

import structlog

log = structlog.get_logger()


async def unbroken(what: str, work: Coroutine[Any, Any, object]) -> str | None:
    """Do the work; None, or the id under which its failure is in the log. Cancelling passes."""
    try:
        await work
    except Exception as error:
        trouble = secrets.token_hex(4)
        log.error("unexpected", what=what, id=trouble, kind=type(error).__name__, exc_info=error)
        return trouble
    return None


class Errands:
    """Small tasks that nobody waits for, kept so that they can be ended."""

    def __init__(self) -> None:
        self._tasks: set[asyncio.Task[str | None]] = set()

    def spawn(self, what: str, work: Coroutine[Any, Any, object]) -> None:
        task = asyncio.create_task(unbroken(what, work))
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)
        # One that is cancelled before its first step has never begun its work.
        task.add_done_callback(lambda _: work.close())

    async def close(self) -> None:
        tasks = list(self._tasks)
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)
