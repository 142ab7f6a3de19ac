"""The door: listening, speaking, and the start and end of all that stands behind it.

Alone because its loop is a promise of its own. The offset goes up when an update is in the inbox,
and not before; polling, like everything here, is tried again for ever.

May import: store.
"""

import asyncio
from collections import Counter
from dataclasses import dataclass, field, replace
from datetime import datetime

import structlog

from piggybot.chat import refusals
from piggybot.chat.ask import WARNING, House
from piggybot.chat.border import Arrival, Flood, Line, SecondPoller, WireError, WrongToken
from piggybot.chat.busy import Busy
from piggybot.chat.commands import COMMANDS
from piggybot.chat.guard import Errands, unbroken
from piggybot.chat.intake import Intake
from piggybot.chat.lanes import Lanes
from piggybot.chat.outgoing import Bell, Office, Sender
from piggybot.chat.pace import Pace
from piggybot.chat.secret import Reader
from piggybot.chat.wipes import Wipes
from piggybot.chat.work import Worker
from piggybot.store import Outgoing

STUMBLES = 3
log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Timing:
    """How patient the door is, in seconds."""

    poll: int = 20
    answer: float = 15.0
    connect: float = 10.0
    first_retry: float = 0.5
    longest_retry: float = 30.0
    grace: float = 5.0
    busy: float = 1.0
    pace: Pace = field(default_factory=Pace)


class ChatDoor:
    """Starts and ends with the bot. `wrong_token` is set where the token is refused."""

    def __init__(self, house: House, bell: Bell, line: Line, timing: Timing) -> None:
        self._house = house
        self._timing = timing
        self._line = line
        self.wrong_token = asyncio.Event()
        self.polling_down: datetime | None = house.clock()
        """Since when Telegram has not been heard; None while it is."""
        self._errands = Errands()
        self._wipes = Wipes(house, line)
        self._lanes = Lanes(Worker(house, self._wipes, Busy(line, timing.busy)).work)
        reader = Reader(COMMANDS)
        self._intake = Intake(house, line, reader, self._lanes, self._wipes, self._errands)
        office = Office(house.store, house.door, house.clock, bell, self._timing.pace)
        self._sender = Sender(office, line)
        self._tasks: list[asyncio.Task[None]] = []
        self._offset: int | None = None
        self._ready = False
        self._failures = 0
        self._told: set[str] = set()
        self._stumbles: Counter[int] = Counter()

    async def start(self) -> None:
        """Take up what the last run left unfinished, then listen and speak. Needs no Telegram."""
        for row in await self._house.door(self._house.store.inbox.unfinished):
            self._lanes.put(row)
        for work in (self._poll(), self._sender.run(), self._menu()):
            self._tasks.append(asyncio.create_task(work))

    async def stop(self) -> None:
        """Stop listening, let handlers finish for a moment, then end all."""
        await self._end(self._tasks[:1])
        await self._lanes.stop(self._timing.grace)
        await self._end(self._tasks[1:])
        await self._sender.stop()
        await self._wipes.close()
        await self._errands.close()
        await self._line.close()

    async def idle(self) -> None:
        """Return when no handler runs."""
        await self._lanes.idle()

    @staticmethod
    async def _end(tasks: list[asyncio.Task[None]]) -> None:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _poll(self) -> None:
        while True:
            if await unbroken("polling", self._once()) is not None:
                self._failures += 1
            if self._failures:
                await asyncio.sleep(self._backoff(self._failures))

    async def _once(self) -> None:
        """One long poll; nothing is confirmed that is not in the inbox."""
        try:
            if not self._ready:
                await self._look_around()
            updates = await self._line.fetch(self._offset, self._timing.poll)
        except WireError as error:
            self._failures += 1
            self.polling_down = self.polling_down or self._house.clock()
            await self._trouble(error)
            return
        self._failures = 0
        self.polling_down = None
        for number, arrival in updates:
            if arrival is not None:
                await self._take(number, arrival)
            self._offset = number + 1

    async def _take(self, number: int, arrival: Arrival) -> None:
        """Into the inbox. What cannot be read is passed over in the end: a /stop may be behind it.

        A database that fails is not the update's fault, so that is tried for ever.
        """
        try:
            await self._intake.take(arrival)
        except (ValueError, TypeError, LookupError, AttributeError, AssertionError):
            self._stumbles[number] += 1
            if self._stumbles[number] < STUMBLES:
                raise
            log.critical("an update cannot be read and is passed over", update=number)

    async def _look_around(self) -> None:
        """A webhook, which we never set, would keep every message from us."""
        host = await self._line.webhook()
        if host:
            log.error("unexpected webhook", host=host)
            await self._warn("webhook", refusals.WEBHOOK)
            await self._line.unhook()
        self._ready = True

    async def _trouble(self, error: WireError) -> None:
        if isinstance(error, WrongToken):
            if not self.wrong_token.is_set():
                log.error(
                    "Telegram refuses TELEGRAM_BOT_TOKEN. Copy it again from @BotFather into .env, "
                    "then start again."
                )
            self.wrong_token.set()
        elif isinstance(error, SecondPoller):
            self._ready = False  # it may be a webhook
            log.error("another poller, or a webhook, has this token")
            await self._warn("conflict", refusals.SECOND_POLLER)
        elif isinstance(error, Flood):
            await asyncio.sleep(error.seconds)
        else:
            log.warning("telegram unreachable", why=str(error), tries=self._failures)

    async def _warn(self, what: str, text: str) -> None:
        """Tell the owner, once a run."""
        if what in self._told:
            return
        self._told.add(what)
        store, door, now = self._house.store, self._house.door, self._house.clock()
        owners = [one.chat_id for one in await door(store.people.everyone) if one.owner]
        letter = Outgoing(
            id=0,
            chat_id=0,
            kind="text",
            body={"text": text},
            priority=WARNING,
            dedupe=f"{what}:{self._house.ids()}",
            reply_to=None,
            created=now,
            not_before=now,
        )
        await door(
            store.outbox.add,
            [replace(letter, chat_id=one, dedupe=f"{letter.dedupe}:{one}") for one in owners],
        )
        self._house.notifier.wake()

    async def _menu(self) -> None:
        """Show the commands in Telegram's menu; tried until it worked."""
        menu = {name: one.help for name, one in COMMANDS.items() if one.menu}
        tries = 0
        while not await self._shown(menu):
            tries += 1
            await asyncio.sleep(self._backoff(tries))

    async def _shown(self, menu: dict[str, str]) -> bool:
        try:
            await self._line.menu(menu)
        except WireError:
            return False
        return True

    def _backoff(self, failures: int) -> float:
        doubled = self._timing.first_retry * 2 ** min(failures - 1, 10)
        return float(min(self._timing.longest_retry, doubled))
