"""What a person chose about a difference between our books and a venue's: adopt it, or ignore it.

Alone because the buttons' handlers need it, and the comparison itself needs the chat.

May import: chat, core, errors, market, parts, store, wire.
"""

from typing import TypeAlias

from piggybot.chat import texts_books as texts
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.matching import How, Mismatch
from piggybot.core.positions import Book
from piggybot.errors import NotAllowed
from piggybot.market import MarketData
from piggybot.parts import Parts
from piggybot.store import Person
from piggybot.store.mismatches import Letters
from proxy.wire import AdoptIn, Mode

AT_ONCE, ASKED_AT_ONCE = 200, 20
"""Orders that the proxy takes over in one request; those that it has to ask after one by one."""
Whose: TypeAlias = tuple[str, Book, str]
"""User id, book, exchange."""


class Choosing:
    """Each choice once: the books, the runs and the letter change together."""

    def __init__(self, parts: Parts, market: MarketData) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._notifier = parts.clock, parts.notifier
        self._market = market
        self.soon: set[Whose] = set()
        """Books to be compared in a moment, and not in a day."""

    async def adopt(self, person: Person, mismatch_id: str) -> Mismatch:
        """Take the venue's fills for ours; the runs go on as they stood. NotAllowed."""
        found = await self.waiting(person, mismatch_id)
        there = {one.client_id for one in found.differences if one.theirs or not one.ours}
        lost = {one.client_id for one in found.differences} - there
        for ids, at_once in ((sorted(there), AT_ONCE), (sorted(lost), ASKED_AT_ONCE)):
            for first in range(0, len(ids), at_once):
                await self._broker.adopt(
                    AdoptIn(
                        userId=found.user_id,
                        exchange=found.exchange,
                        mode=Mode(found.book.value),
                        since=found.since,
                        clientOrderIds=ids[first : first + at_once],
                    )
                )
        rules = await self._market.rules(found.exchange, found.symbol)
        letters = self._letters(person, f"{found.id}:adopted", texts.adopted(found))
        mismatches, now = self._store.mismatches, self._clock()
        if not await self._door(mismatches.adopt, found.id, now, rules, letters):
            raise _settled()
        self._again(found)
        return found

    async def ignore(self, person: Person, mismatch_id: str) -> Mismatch:
        """Leave both as they are, and tell these differences no more. NotAllowed."""
        found = await self.waiting(person, mismatch_id)
        letters = self._letters(person, f"{found.id}:ignored", texts.ignored(found))
        settle, now = self._store.mismatches.settle, self._clock()
        if not await self._door(settle, found.id, How.IGNORED, now, letters):
            raise _settled()
        self._again(found)
        return found

    async def waiting(self, person: Person, mismatch_id: str) -> Mismatch:
        """This person's difference, which nobody has decided about yet. NotAllowed."""
        found = await self._door(self._store.mismatches.get, mismatch_id)
        if found is None or found.person_id != person.id or found.how is not None:
            raise _settled()
        return found

    def _letters(self, person: Person, key: str, text: str) -> Letters:
        now = self._clock()
        return [outgoing(person.chat_id, {"text": text}, key, now, priority=WARNING)], []

    def _again(self, found: Mismatch) -> None:
        self.soon.add((found.user_id, found.book, found.exchange))
        self._notifier.wake()


def _settled() -> NotAllowed:
    return NotAllowed(
        "That difference is settled already.", "A new one would be told with its own buttons."
    )
