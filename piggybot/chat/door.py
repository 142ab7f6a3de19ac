"""The door: listening, speaking, and the start and end of all that stands behind it.

Alone because the order of start and end is a promise of its own: what the last run left is taken up
before anything new is heard, and whoever hears ends before those who still work.

May import: nothing of ours.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING

from piggybot.chat.ask import House
from piggybot.chat.border import Letter, Line, WireError
from piggybot.chat.busy import Busy
from piggybot.chat.commands import COMMANDS
from piggybot.chat.guard import Errands
from piggybot.chat.hearing import Ear, Polling, Timing
from piggybot.chat.intake import Intake
from piggybot.chat.lanes import Lanes
from piggybot.chat.outgoing import Bell, Office, Sender
from piggybot.chat.secret import Reader
from piggybot.chat.wipes import Wipes
from piggybot.chat.work import Worker

if TYPE_CHECKING:
    from piggybot.chat.hooked import Hooked


class ChatDoor:
    """Starts and ends with the bot. `wrong_token` is set where the token is refused."""

    def __init__(self, house: House, bell: Bell, line: Line, timing: Timing) -> None:
        self._house = house
        self._timing = timing
        self._line = line
        self._errands = Errands()
        self._wipes = Wipes(house, line)
        self._worker = Worker(house, self._wipes, Busy(line, timing.busy, timing.still))
        self._lanes = Lanes(self._worker.work)
        reader = Reader(COMMANDS)
        intake = Intake(house, line, reader, self._lanes, self._wipes, self._errands)
        self._ear = Ear(house, intake)
        self._hearing = _way(house)(house, line, self._ear, timing)
        office = Office(house.store, house.door, house.clock, bell, self._timing.pace)
        self._sender = Sender(office, line)
        self._tasks: list[asyncio.Task[None]] = []

    @property
    def wrong_token(self) -> asyncio.Event:
        """Set where Telegram refuses the token."""
        return self._ear.wrong_token

    @property
    def polling_down(self) -> datetime | None:
        """Since when Telegram has not been heard, by whichever way; None while it is."""
        return self._ear.down

    async def start(self) -> None:
        """Take up what the last run left unfinished, then listen and speak. Needs no Telegram."""
        for row in await self._house.door(self._house.store.inbox.unfinished):
            await self._worker.interrupted(row)
            self._lanes.put(row)
        await self._hearing.open()
        for work in (self._hearing.run(), self._sender.run(), self._menu()):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """Stop listening, let handlers finish for a moment, then end all."""
        await self._end(self._tasks[:1])
        await self._hearing.close()
        await self._lanes.stop(self._timing.grace)
        await self._worker.close()
        await self._end(self._tasks[1:])
        await self._sender.stop()
        await self._wipes.close()
        await self._errands.close()
        await self._line.close()

    async def tell(self, chat_id: int, text: str) -> bool:
        """Say it at once, past the outbox; whether Telegram took it."""
        try:
            await self._line.send(chat_id, Letter(text))
        except WireError:
            return False
        return True

    async def idle(self) -> None:
        """Return when no handler runs."""
        await self._lanes.idle()

    @staticmethod
    async def _end(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _menu(self) -> None:
        """Show the commands in Telegram's menu; tried until it worked."""
        menu = {name: one.help for name, one in COMMANDS.items() if one.menu}
        tries = 0
        while not await self._shown(menu):
            tries += 1
            await asyncio.sleep(self._timing.backoff(tries))

    async def _shown(self, menu: dict[str, str]) -> bool:
        try:
            await self._line.menu(menu)
        except WireError:
            return False
        return True


def _way(house: House) -> "type[Polling | Hooked]":
    """How Telegram is heard."""
    if not house.settings.telegram_webhook_url:
        return Polling
    from piggybot.chat.hooked import Hooked  # late: a server that only this way needs

    return Hooked
