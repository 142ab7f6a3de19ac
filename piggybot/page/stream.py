"""What goes to an open tab by itself: the chat as it happens, and the stage as it changes.

Server-sent events. Each piece of the chat carries the number after which the next begins, so a tab
whose connection broke asks for what it has not seen: nothing is lost, nothing comes twice.

May import: page, sandbox, stage.
"""

import asyncio
import contextlib
import json
from collections.abc import AsyncIterator, Callable
from typing import Any

from piggybot.page import shapes
from piggybot.page.border import House, Json, Telegram, Who
from piggybot.sandbox.telegram_shown import Bell
from piggybot.stage import StageError

BEAT_SECONDS = 15.0
"""A tab that has heard nothing for much longer connects anew."""
LOOK_SECONDS = 1.0
"""How often the stage is looked at while a tab is open."""


class Streams:
    """Feeds every open tab; `bell` makes all of them look at the stage at once."""

    def __init__(self, telegram: Telegram, house: House, run: str) -> None:
        self.bell = Bell()
        self._telegram = telegram
        self._house = house
        self._run = run

    async def open(self, who: Who, since: int) -> AsyncIterator[bytes]:
        """The pieces for one tab, until it closes."""
        queue = asyncio.Queue[bytes]()
        feeds = [self._chat(who, since, queue.put_nowait), self._world(queue.put_nowait)]
        tasks = [asyncio.create_task(one) for one in feeds]
        try:
            yield piece("hello", {"run": self._run})
            while True:
                yield await queue.get()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)

    async def world(self) -> Json:
        """The stage as the panel shows it."""
        values, telegram = self._house.values(), await self._telegram.state()
        return {
            "setup": dict(values),
            "running": {**self._house.running(), "telegram": not telegram["down"]},
            "trouble": self._house.trouble(),
            "commands": telegram["commands"],
            "bot": telegram["bot"]["first_name"],
            "exchange": await self._house.glance(),
        }

    async def _chat(self, who: Who, since: int, put: Callable[[bytes], None]) -> None:
        while True:
            try:
                found = await self._telegram.events(who, since, BEAT_SECONDS)
            except StageError:
                await asyncio.sleep(LOOK_SECONDS)
                continue
            since = found["seq"]
            put(piece("chat", {"seq": since, "events": shapes.events(found["events"])}))
            if found["events"]:
                self.bell.ring()

    async def _world(self, put: Callable[[bytes], None]) -> None:
        shown: Json = {}
        while True:
            with contextlib.suppress(StageError):
                world = await self.world()
                if world != shown:
                    shown = world
                    put(piece("world", world))
            await self.bell.wait(LOOK_SECONDS)


def piece(name: str, data: Any) -> bytes:
    """One server-sent event. JSON has no line breaks of its own."""
    return f"event: {name}\ndata: {json.dumps(data)}\n\n".encode()
