"""Which run is being acted for right now: the runner, the watcher and the chat take turns.

Alone because two of them acting for one run at once would sell the same holding twice.

May import: nothing of ours.
"""

import asyncio
from collections.abc import Iterable


class Claims:
    """One holder a run, in this process; between processes the slot's row decides."""

    def __init__(self) -> None:
        self._held: dict[str, asyncio.Event | None] = {}
        """Runs that are acted for, with what those wait for who wait."""

    def take(self, run_ids: Iterable[str]) -> list[str]:
        """Claim those that are free; never waits."""
        free = [run_id for run_id in run_ids if run_id not in self._held]
        self._held |= dict.fromkeys(free)
        return free

    async def wait(self, run_id: str) -> None:
        """Claim one, as soon as it is free."""
        while run_id in self._held:
            freed = self._held[run_id] = self._held[run_id] or asyncio.Event()
            await freed.wait()
        self._held[run_id] = None

    def free(self, run_ids: Iterable[str]) -> None:
        for run_id in run_ids:
            freed = self._held.pop(run_id)
            if freed is not None:
                freed.set()
