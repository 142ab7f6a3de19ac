"""One bot without Telegram: a real store, the real desk and handlers, a fake proxy, a set clock.

May import: charts, chat, choosing, core, desk, market, parts, store, strategies, ticks, wire.
"""

import asyncio
import itertools
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import cast

from migrations.database import Door
from piggybot.charts import Studio
from piggybot.chat.ask import Ask, House
from piggybot.chat.commands import ACTIONS, COMMANDS, STEPS
from piggybot.chat.texts import error_text
from piggybot.choosing import Choosing
from piggybot.desk import Desk
from piggybot.errors import PiggyError
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.settings import Settings
from piggybot.store import ButtonRow, Outgoing, Person, Press, Store
from piggybot.strategies.panel import Panel
from piggybot.strategies.registry import Registry
from piggybot.ticks import Ticks
from piggybot.trading import Needs, trading
from tests.bot.market_broker import MarketBroker
from tests.databases import opened

NOON = datetime(2026, 1, 1, 12, 0, tzinfo=UTC)
OWNER = 7


class Bench:
    def __init__(self, folder: Path) -> None:
        self.engine = opened(folder / "bot.db", "bot")
        self.door = Door()
        self.broker = MarketBroker()
        self.now = NOON
        self.woken = 0
        self.polling_down: datetime | None = None
        self._numbers = itertools.count(1)
        self.store = Store(self.engine)
        self.studio = Studio(folder / "matplotlib")
        self.restart()
        self.join(OWNER, owner=True)

    def restart(self) -> None:
        """A new process over the same database."""
        self.store = Store(self.engine)
        self.parts = Parts(self.store, self.door, self.broker, self.clock, self.ids, self)
        self.desk = Desk(self.parts)
        self.registry = Registry()
        self.market = MarketData(self.broker, self.clock, asyncio.sleep)
        self.panel = Panel(self.registry)
        self.needs = Needs(self.parts, self.desk, self.market, self.panel, self.registry)
        self.trading = trading(self.needs)
        polling = lambda: self.polling_down  # noqa: E731
        self.ticks = Ticks(self.parts, self.desk, polling, 15, self.trading)
        self.house = House(
            desk=self.desk,
            broker=self.broker,
            store=self.store,
            door=self.door,
            clock=self.clock,
            ids=self.ids,
            settings=cast(Settings, None),
            notifier=self,
            registry=self.registry,
            panel=self.panel,
            market=self.market,
            choosing=Choosing(self.parts, self.market),
            studio=self.studio,
            runs=self.trading.runs,
            whynot=self.trading.whynot,
            flattening=self.trading.flattening,
        )

    def clock(self) -> datetime:
        return self.now

    def ids(self) -> str:
        return f"{next(self._numbers):022d}"

    def wake(self, letters: Sequence[Outgoing] = ()) -> None:
        self.woken += 1

    def later(self, **amount: float) -> None:
        self.now += timedelta(**amount)

    def join(self, person_id: int, *, owner: bool) -> None:
        self.store.people.join(
            Person(person_id, person_id, "Ann <b>", owner, f"user-{person_id}", "binanceus")
        )

    def person(self, person_id: int = OWNER) -> Person:
        found = self.store.people.find(person_id)
        assert found is not None
        return found

    async def say(
        self,
        text: str,
        *,
        by: int = OWNER,
        secrets: Mapping[str, str] | None = None,
        origin: str | None = None,
    ) -> list[str]:
        """Type a command; what is newly said to anyone, as the door would send it."""
        command, *words = text.removeprefix("/").split()
        ask = self._ask(by, origin, command=command, words=tuple(words), secrets=secrets or {})
        return await self._run(COMMANDS[command].handler, ask)

    async def answer(self, secrets: Mapping[str, str], *, by: int = OWNER) -> list[str]:
        """Answer the open question with a message that the door has sealed and deleted."""
        dialogue = self.store.dialogues.get(by)
        assert dialogue is not None
        handler = STEPS[(dialogue.name, dialogue.step)]
        return await self._run(handler, self._ask(by, None, secrets=secrets))

    async def answer_typed(self, text: str, *, by: int = OWNER) -> list[str]:
        """Answer the open question in words."""
        dialogue = self.store.dialogues.get(by)
        assert dialogue is not None
        handler = STEPS[(dialogue.name, dialogue.step)]
        return await self._run(handler, self._ask(by, None, words=tuple(text.split())))

    async def press(self, label: str, *, by: int = OWNER) -> list[str]:
        """Press the newest button whose label begins so."""
        nonce = self.nonce(label)
        pressed = self.store.buttons.press(nonce, by, self.now)
        if pressed.outcome is not Press.OK or pressed.row is None:
            return [pressed.outcome.value]
        return await self.handle_press(pressed.row)

    async def handle_press(self, row: ButtonRow) -> list[str]:
        """What a used button does; also once more, as after a crash."""
        ask = self._ask(row.person_id, f"b{row.nonce}", params=row.params)
        return await self._run(ACTIONS[row.action], ask)

    def nonce(self, label: str) -> str:
        found = [
            button["data"]
            for letter in self.letters()
            for line in letter.body.get("buttons", [])
            for button in line
            if button["label"].startswith(label)
        ]
        assert found, f"no button {label}: {self.labels()}"
        return str(found[-1])

    def labels(self) -> list[str]:
        return [
            button["label"]
            for letter in self.letters()
            for line in letter.body.get("buttons", [])
            for button in line
        ]

    def letters(self) -> list[Outgoing]:
        far = self.now + timedelta(days=1)
        return sorted(self.store.outbox.due(far, 10_000), key=lambda letter: letter.id)

    async def heard(self, job: object) -> list[str]:
        """What a job of the clock newly said."""
        before = {letter.id for letter in self.letters()}
        await job  # type: ignore[misc]
        return self._news(before)

    def _news(self, before: set[int]) -> list[str]:
        kinds = {"text", "photo", "document", "edit"}
        fresh = [each for each in self.letters() if each.id not in before and each.kind in kinds]
        return [str(letter.body["text"]) for letter in fresh]

    async def _run(self, handler: object, ask: Ask) -> list[str]:
        before = {letter.id for letter in self.letters()}
        try:
            await handler(ask)  # type: ignore[operator]
        except PiggyError as error:
            return [*self._news(before), error_text(error)]
        return self._news(before)

    def _ask(
        self,
        by: int,
        origin: str | None,
        *,
        command: str = "",
        words: tuple[str, ...] = (),
        secrets: Mapping[str, str] | None = None,
        params: Mapping[str, str] | None = None,
    ) -> Ask:
        number = next(self._numbers)
        return Ask(
            person=self.person(by),
            command=command,
            words=words,
            origin=origin or f"m{by}:{number}",
            message_id=number,
            sent_at=self.now,
            house=self.house,
            params=params or {},
            secrets=secrets or {},
            deleted=True if secrets else None,
        )

    def close(self) -> None:
        self.studio.close()
        self.door.close()
        self.engine.dispose()
