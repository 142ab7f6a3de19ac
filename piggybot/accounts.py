"""The account as the proxy has it, and telling its person whenever its mode is another.

Alone because the desk, the handlers and the clock all look at accounts, and a change that one of
them sees must be told exactly as if another had seen it.

May import: chat, core, errors, parts, store, wire.
"""

import asyncio
from collections import defaultdict
from dataclasses import dataclass
from http import HTTPStatus

from piggybot.chat import texts, texts_fold
from piggybot.core.mail import INFO, WARNING, outgoing
from piggybot.errors import BrokerRefused
from piggybot.parts import Parts
from piggybot.store import Person
from proxy.wire import AccountOut, LimitsIn, ModeIn, RegisterIn

UNKNOWN_ACCOUNT = "unknown_account"


@dataclass(frozen=True, slots=True)
class _Word:
    kind: str
    text: str
    priority: int
    line: str = ""

    @property
    def body(self) -> dict[str, str]:
        return {"text": self.text, "line": self.line} if self.line else {"text": self.text}


class Accounts:
    """Asks the proxy for accounts; notes and tells changes of mode.

    One lane a person: an answer that was overtaken by a change must not be noted after it.
    """

    def __init__(self, parts: Parts) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids, self._notifier = parts.clock, parts.ids, parts.notifier
        self._lanes: defaultdict[int, asyncio.Lock] = defaultdict(asyncio.Lock)
        self._last: dict[int, AccountOut] = {}

    async def look(self, person: Person) -> AccountOut:
        """The account now, made if the proxy has none; a mode nobody asked for is told."""
        async with self._lanes[person.id]:
            account = await self._get(person)
            await self._note(person, account, unasked=[_changed(account)])
        return account

    async def known(self, person: Person) -> AccountOut:
        """The account as it was seen last, which is seconds ago while the proxy is well.

        For what the proxy judges again: it knows better, and says so.
        """
        last = self._last.get(person.id)
        return await self.look(person) if last is None else last

    async def change_mode(self, person: Person, wanted: ModeIn) -> AccountOut:
        """Ask for a mode; the pinned message follows, the words are the asker's."""
        async with self._lanes[person.id]:
            await self._get(person)
            account = await self._broker.mode(wanted)
            await self._note(person, account, unasked=[])
        return account

    async def change_limits(self, person: Person, wanted: LimitsIn) -> AccountOut:
        """Ask for limits; the proxy keeps them within the operator's."""
        async with self._lanes[person.id]:
            await self._get(person)
            account = await self._broker.limits(wanted)
            await self._note(person, account, unasked=[])
        return account

    async def expect(self, person: Person) -> None:
        """Look after a change that the person asked for: pinned, and no notice."""
        async with self._lanes[person.id]:
            account = await self._get(person)
            await self._note(person, account, unasked=[])

    async def _get(self, person: Person) -> AccountOut:
        try:
            return await self._broker.account(person.user_id)
        except BrokerRefused as refused:
            absent = refused.http_status == HTTPStatus.NOT_FOUND
            if not absent and refused.problem.code != UNKNOWN_ACCOUNT:
                raise
        return await self._broker.register(
            RegisterIn(userId=person.user_id, exchange=person.exchange)
        )

    async def _note(self, person: Person, account: AccountOut, unasked: list[_Word]) -> None:
        """Tell first, then note: a crash between tells twice rather than never."""
        self._last[person.id] = account
        known = await self._door(self._store.people.find, person.id)
        seen = (account.mode, account.epoch, account.sandbox)
        if known is None or (known.mode, known.epoch, known.sandbox) == seen:
            return
        if (known.mode, known.sandbox) != (account.mode, account.sandbox):
            words = [_Word("mode", texts.pinned(account), INFO)]
            if known.mode not in {None, account.mode}:
                words += unasked
            await self._tell(known, words)
        await self._door(self._store.people.saw, person.id, *seen)

    async def _tell(self, person: Person, words: list[_Word]) -> None:
        now = self._clock()
        rows = [
            outgoing(
                *(person.chat_id, word.body, f"mode:{self._ids()}", now),
                kind=word.kind,
                priority=word.priority,
            )
            for word in words
        ]
        await self._door(self._store.outbox.add, rows, [])
        self._notifier.wake()


def _changed(account: AccountOut) -> _Word:
    return _Word("text", texts.mode_changed(account), WARNING, texts_fold.mode_line(account))
