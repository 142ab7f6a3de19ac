"""Tells each person the day before, at their own hour.

Alone because it speaks unasked: once a local day, whatever restarts or clocks do in between.

May import: chat, core, errors, pricing, store, unasked, wire.
"""

from datetime import date

import structlog

from piggybot.chat import texts_summary as texts
from piggybot.chat.ask import Reply, letter
from piggybot.core import profit, summary
from piggybot.core.mail import INFO
from piggybot.core.positions import ZERO, Book
from piggybot.core.runs import RunState, Summary
from piggybot.errors import PiggyError
from piggybot.pricing import dust_of, prices_of
from piggybot.store import Person
from piggybot.unasked import Unasked
from proxy.wire import AccountOut

log = structlog.get_logger(__name__)


class Summaries:
    """Looks who is to be told."""

    def __init__(self, parts: Unasked) -> None:
        self._parts = parts

    async def check(self) -> None:
        """Tell what is due; one that cannot be told holds up no other."""
        parts = self._parts
        for wanted in await parts.door(parts.store.summaries.all):
            day = summary.due(wanted, parts.clock())
            if day is None:
                continue
            try:
                await self._tell(wanted, day)
            except PiggyError as error:
                log.warning("no summary", person=wanted.person_id, why=error.message)

    async def _tell(self, wanted: Summary, day: date) -> None:
        parts = self._parts
        person = await parts.door(parts.store.people.find, wanted.person_id)
        if person is None:
            return
        text = await self.of_day(person, wanted, day)
        key = f"summary:{person.id}:{day}:{parts.ids()}"
        row, _ = letter(person, key, Reply(text, priority=INFO), parts.clock(), parts.ids)
        if await parts.door(parts.store.summaries.told, wanted, day.isoformat(), [row]):
            parts.notifier.wake()

    async def of_day(self, person: Person, wanted: Summary, day: date) -> str:
        """The words for the local day before `day`."""
        parts = self._parts
        books = [await self._book(person, book, wanted, day) for book in Book]
        waiting = await parts.door(parts.store.orders.open)
        runs = await parts.door(parts.store.runs.of_person, person.id)
        return texts.summary(
            texts.Told(
                day - summary.DAY,
                wanted.zone,
                [one for one in books if one is not None],
                [run for run in runs if run.state is not RunState.ENDED],
                [one for one in waiting if one.intent.person_id == person.id],
                await self._account(person),
                person.sandbox,
            )
        )

    async def _book(
        self, person: Person, book: Book, wanted: Summary, day: date
    ) -> texts.OneBook | None:
        """What happened in one book, and what is open in it; None: nothing at all."""
        parts, ledger = self._parts, self._parts.store.ledger
        since, until = summary.day_before(day, wanted.zone)
        fills = await parts.door(ledger.fills, person.user_id, book, since)
        yesterday = [one for one in fills if one.at < until]
        held = await parts.door(ledger.positions, person.user_id, book)
        if not yesterday and not held:
            return None
        dust = await dust_of(parts.market, await parts.door(ledger.dust, person.user_id, book))
        prices = await prices_of(parts.market, [*held, *dust])
        return texts.OneBook(
            book,
            len({one.client_id for one in yesterday}),
            sum((one.realised for one in yesterday), ZERO),
            sum((one.fee_quote for one in yesterday), ZERO),
            profit.open_now([*held, *dust], prices),
        )

    async def _account(self, person: Person) -> AccountOut | None:
        try:
            return await self._parts.desk.accounts.look(person)
        except PiggyError:
            return None
