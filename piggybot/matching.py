"""Books match: once a day, after each start and each key, our fills against the venue's.

Alone because it believes neither side: what differs is shown, the runs on that market are halted
with their exits, and its person decides. The owner's other coins and orders are on no list of it.

May import: chat, choosing, core, errors, parts, store, wire.
"""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import structlog

from piggybot.chat import texts_books as texts
from piggybot.chat.ask import Reply, letter
from piggybot.chat.books import choices
from piggybot.choosing import Choosing, Whose
from piggybot.core.mail import WARNING
from piggybot.core.matching import Difference, How, Mismatch, compare
from piggybot.core.positions import Book
from piggybot.core.runs import Run, RunState
from piggybot.errors import PiggyError
from piggybot.parts import Parts
from piggybot.store import Outgoing, Person
from proxy.wire import BooksOut, Mode

START_PAUSE = timedelta(seconds=30)
"""What was on its way at the start is asked after first."""
EVERY = timedelta(days=1)
AGAIN = timedelta(minutes=10)
SETTLING = timedelta(seconds=60)
"""Trades younger than this may still be on their way to our books."""
BACK = timedelta(days=30)
LONG = timedelta(hours=1)
EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Account:
    """One book of one person at one venue."""

    person: Person
    exchange: str
    book: Book

    @property
    def whose(self) -> Whose:
        return self.person.user_id, self.book, self.exchange

    @property
    def flag(self) -> str:
        """Under which it is kept up to when (ms) all was alike."""
        return f"matched:{self.person.user_id}:{self.book}:{self.exchange}"


class Matching:
    """Compares, tells, and does what a person chose."""

    def __init__(self, parts: Parts, choosing: Choosing) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids, self._notifier = parts.clock, parts.ids, parts.notifier
        self._choosing = choosing
        self._turn = asyncio.Lock()
        self._first = parts.clock() + START_PAUSE
        self._due: dict[Whose, datetime] = {}
        self._failing: dict[Whose, datetime] = {}

    async def hasten(self) -> None:
        """Match at once where somebody has just chosen, or a key is new (of another account?)."""
        if self._choosing.soon:
            await self.tick()

    async def idle(self) -> None:
        """Return when nothing is to be matched at once, and nothing is being matched."""
        await self.hasten()
        async with self._turn:
            pass

    async def tick(self) -> None:
        """Match every book that is due. One that cannot be matched holds up no other."""
        async with self._turn:
            await self._all()

    async def _all(self) -> None:
        for person in await self._door(self._store.people.everyone):
            alike = [
                found
                for account in await self._accounts(person)
                if (found := await self._in_turn(account)) is not None
            ]
            if any(one.fills for one in alike):
                await self._tell(
                    person, f"books:{person.user_id}:{self._day()}", texts.alike(alike)
                )

    async def match(self, account: Account) -> texts.Alike | None:
        """Compare one book now; what it came to where all is alike. BrokerRefused, BrokerDown."""
        until = self._clock() - SETTLING
        busy = await self._open()
        since = await self._since(account)
        mode, user_id = Mode(account.book.value), account.person.user_id
        there = await self._broker.books(user_id, account.exchange, mode, since)
        busy |= await self._open()
        start = EPOCH + timedelta(milliseconds=since)
        here = await self._door(self._store.ledger.fills, user_id, account.book, start)
        here = [one for one in here if one.key.exchange == account.exchange]
        last = int(until.timestamp() * 1000)
        accepted = await self._door(self._store.mismatches.ignored, *account.whose)
        found = [one for one in compare(here, there.orders, busy, last) if one.key not in accepted]
        await self._sort(account, there, found)
        if found:
            return None
        await self._door(self._store.flags.put, account.flag, str(last))
        symbols = {one.key.symbol for one in here}
        trades = {(one.client_id, one.trade_id) for one in here}
        return texts.Alike(account.book, there.sandbox, there.title, len(trades), len(symbols))

    async def _accounts(self, person: Person) -> list[Account]:
        books = set(await self._door(self._store.mismatches.books, person.user_id))
        key = await self._door(self._store.keys.get, person.user_id, person.exchange)
        if key is not None and key.validated is not None:
            books.add((person.exchange, Book.LIVE))
        soon = [one for one in self._choosing.soon if one[0] == person.user_id]
        books.update((exchange, book) for _, book, exchange in soon)
        return [Account(person, exchange, book) for exchange, book in sorted(books)]

    async def _in_turn(self, account: Account) -> texts.Alike | None:
        now = self._clock()
        soon = account.whose in self._choosing.soon
        if now < self._due.get(account.whose, self._first) and not soon:
            return None
        self._choosing.soon.discard(account.whose)
        self._due[account.whose] = now + AGAIN
        try:
            found = await self.match(account)
        except PiggyError as error:
            log.warning("books not matched", user=account.person.user_id, why=error.message)
            await self._unmatched(account, error)
            return None
        self._due[account.whose] = now + EVERY
        self._failing.pop(account.whose, None)
        return found

    async def _since(self, account: Account) -> int:
        """From when on (ms): as far back as was never matched, and some weeks at least."""
        kept = await self._door(self._store.flags.get, account.flag)
        back = self._clock() - BACK
        return 0 if kept is None else min(int(kept), int(back.timestamp() * 1000))

    async def _open(self) -> set[str]:
        orders = await self._door(self._store.orders.open)
        return {one.intent.client_id for one in orders}

    async def _sort(self, account: Account, there: BooksOut, found: Sequence[Difference]) -> None:
        """Market by market: what is new is told and halts its runs, what is gone is settled."""
        waiting = await self._door(self._store.mismatches.open_of, *account.whose)
        before = {one.symbol: one for one in waiting}
        for symbol in sorted({one.symbol for one in found}):
            here = tuple(one for one in found if one.symbol == symbol)
            known = before.pop(symbol, None)
            if known is None or (known.differences, known.told) != (here, self._day()):
                await self._note(account, self._mismatch(account, there, here, known))
        for one in before.values():
            told = self._letter(account.person, f"{one.id}:gone", texts.gone(one))
            settle, now = self._store.mismatches.settle, self._clock()
            await self._door(settle, one.id, How.GONE, now, ((told,), ()))
            self._notifier.wake()

    def _mismatch(
        self,
        account: Account,
        there: BooksOut,
        here: tuple[Difference, ...],
        known: Mismatch | None,
    ) -> Mismatch:
        fresh = Mismatch(
            id=self._ids(),
            person_id=account.person.id,
            user_id=account.person.user_id,
            book=account.book,
            exchange=account.exchange,
            title=there.title,
            sandbox=there.sandbox,
            symbol=here[0].symbol,
            found=self._clock(),
            since=there.since,
            differences=here,
            told=self._day(),
        )
        if known is None:
            return fresh
        return replace(fresh, id=known.id, found=known.found, halted=known.halted)

    async def _note(self, account: Account, mismatch: Mismatch) -> None:
        runs = await self._runs(mismatch)
        reply = Reply(
            texts.different(mismatch, runs),
            choices(mismatch),
            priority=WARNING,
        )
        now = self._clock()
        row, minted = letter(account.person, f"{mismatch.id}:{self._ids()}", reply, now, self._ids)
        note, why = self._store.mismatches.note, texts.why_halted(mismatch)
        await self._door(note, mismatch, [run.id for run in runs], why, ([row], minted))
        self._notifier.wake()

    async def _runs(self, mismatch: Mismatch) -> list[Run]:
        mine = await self._door(self._store.runs.of_person, mismatch.person_id)
        market = (mismatch.exchange, mismatch.symbol)
        living = [one for one in mine if one.state is not RunState.ENDED]
        return [one for one in living if (one.exchange, one.symbol) == market]

    async def _unmatched(self, account: Account, error: PiggyError) -> None:
        """Said once for each time that it stays impossible for long."""
        now = self._clock()
        since = self._failing.setdefault(account.whose, now)
        if now - since < LONG:
            return
        kept = await self._door(self._store.flags.get, account.flag)
        text = texts.unmatched(account.book, account.exchange, error)
        await self._tell(account.person, f"un{account.flag}:{kept}", text)

    async def _tell(self, person: Person, key: str, text: str) -> None:
        await self._door(self._store.outbox.add, [self._letter(person, key, text)], [])
        self._notifier.wake()

    def _letter(self, person: Person, key: str, text: str) -> Outgoing:
        return letter(person, key, Reply(text), self._clock(), self._ids)[0]

    def _day(self) -> str:
        return self._clock().date().isoformat()
