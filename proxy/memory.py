"""What the journal remembers of its rows, so that an order need not read again what stands there.

One process alone writes them. Whatever may have gone wrong in a transaction, or a new connection,
makes it forget, and the rows are read anew; what is judged by and then changed is always a row.
Written by the thread of the store alone, and read from anywhere: its values are frozen.

May import: fills, records, tally, wire.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from proxy.fills import Position, cash_of
from proxy.records import Account, Book, DayStart, Entry, Held, mark_of, milliseconds
from proxy.tally import NO_BUYS, Tally
from proxy.wire import Fill


@dataclass(frozen=True, slots=True)
class Day:
    """One book on one day: its totals, what our fills hold, and the day's first check."""

    tally: Tally
    held: tuple[Held, ...]
    start: DayStart | None


class Memory:
    """Accounts, days, and the orders that are being sent, as they were committed."""

    def __init__(self) -> None:
        self._accounts: dict[str, Account] = {}
        self._days: dict[tuple[str, Book], Day] = {}
        self._sending: dict[str, Entry] = {}

    def forget(self) -> None:
        """Keep nothing."""
        self._accounts.clear()
        self._days.clear()
        self._sending.clear()

    def forget_accounts(self) -> None:
        """Keep no account: one of them is about to change."""
        self._accounts.clear()

    def account(self, user_id: str) -> Account | None:
        return self._accounts.get(user_id)

    def keep_account(self, account: Account) -> None:
        self._accounts[account.user_id] = account

    def day(self, user_id: str, book: Book, today: date) -> Day | None:
        """The book as it is on that very day; None where that is not kept."""
        known = self._days.get((user_id, book))
        return known if known is not None and known.tally.day == today else None

    def keep_day(self, user_id: str, book: Book, day: Day) -> None:
        self._days[user_id, book] = day

    def begin_day(self, user_id: str, book: Book, today: date, start: DayStart) -> None:
        """The day's first check was written down."""
        known = self.day(user_id, book, today)
        if known is not None:
            self._days[user_id, book] = replace(known, start=start)

    def take(self, client_id: str) -> Entry | None:
        """The order that was written down to be sent, once: whoever takes it changes its row."""
        return self._sending.pop(client_id, None)

    def reserved(self, entry: Entry) -> None:
        """A new order was written down."""
        self._sending[entry.client_id] = entry
        self.count(None, entry, ())

    def count(self, before: Entry | None, after: Entry, new: Iterable[Fill]) -> None:
        """Take a change of an order into the totals of its day."""
        known = self._days.get((after.user_id, after.book))
        if known is None:
            return
        tally = known.tally
        if after.created.date() >= tally.day:
            tally = tally.with_buys(after.buys - (NO_BUYS if before is None else before.buys))
        begun = milliseconds(datetime(tally.day.year, tally.day.month, tally.day.day, tzinfo=UTC))
        for fill in new:
            if fill.at >= begun:
                assert after.market is not None
                cash = cash_of(after.side, fill, after.market.base, after.market.quote)
                tally = tally.with_cash(mark_of(after.exchange, after.symbol), cash)
        self._days[after.user_id, after.book] = replace(known, tally=tally)

    def hold(self, entry: Entry, position: Position) -> None:
        """What is held of the order's symbol now."""
        known = self._days.get((entry.user_id, entry.book))
        if known is None:
            return
        where = entry.exchange, entry.symbol
        held = [one for one in known.held if (one.exchange, one.symbol) != where]
        if position.units:
            held.append(Held(*where, position))
        held.sort(key=lambda one: (one.symbol, one.exchange))
        self._days[entry.user_id, entry.book] = replace(known, held=tuple(held))
