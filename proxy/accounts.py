"""Accounts: their modes, and what leads from one to the next; limits, balance, and the view.

What tightens is instant; what loosens is checked here, and nothing turns live on but a person.

May import: errors, modes, parts, records, risk, valuation, wire.
"""

from decimal import Decimal

from proxy.errors import Denied
from proxy.modes import Modes
from proxy.parts import Parts
from proxy.records import Account, Book, ChatLimits, KeyRow
from proxy.risk import effective
from proxy.valuation import Valuer, in_dollars
from proxy.wire import (
    AccountOut,
    AccountsOut,
    Balance,
    BalanceOut,
    Holding,
    KeyState,
    LimitsIn,
    Mode,
    ModeIn,
    RegisterIn,
    Today,
)


class Accounts:
    """The accounts, as the routes need them."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.valuer = Valuer(parts)
        self.modes = Modes(parts)

    async def register(self, ask: RegisterIn) -> AccountOut:
        """The account of this user, made in PAPER where there is none."""
        self._parts.venue(ask.exchange, Book.LIVE)
        store, now = self._parts.store, self._parts.clock()
        account = await self._parts.door(store.accounts.register, ask.userId, ask.exchange, now)
        self._parts.gate.admit(account)
        return await self.account(ask.userId)

    async def set_mode(self, ask: ModeIn) -> AccountOut:
        """LIVE on, live off, or the end of a stop."""
        await self.modes.ask(ask)
        return await self.account(ask.userId)

    async def limits(self, ask: LimitsIn) -> AccountOut:
        """Set the chat's own bounds, within the operator's."""
        await self.modes.find(ask.userId)
        given = (ask.maxTradeUsd, ask.maxTradesPerDay, ask.maxDailyLossShare)
        if any(value is not None and value < 0 for value in given):
            raise Denied("bad_limit", "A limit cannot be below zero.", "Give 0 or more.")
        await self._parts.door(self._parts.store.accounts.tighten, ask.userId, ChatLimits(*given))
        return await self.account(ask.userId)

    async def everyone(self) -> AccountsOut:
        """Who has an account here."""
        found = await self._parts.door(self._parts.store.accounts.everyone)
        return AccountsOut(userIds=[one.user_id for one in found])

    async def account(self, user_id: str) -> AccountOut:
        """All about one account; NotFound.

        Valuing it may wait for the venue: a stop that comes meanwhile, or cannot be written down,
        is in the answer.
        """
        account = await self.modes.find(user_id)
        parts = self._parts
        book = await self._shown_book(account)
        held = await parts.door(parts.store.journal.held, user_id, book)
        keys = await parts.door(parts.store.keys.of, user_id)
        unresolved = await parts.door(parts.store.journal.open, user_id)
        today, unasked = await self._today(account, book), await self.modes.unasked(user_id)
        return AccountOut(
            userId=user_id,
            exchange=account.exchange,
            mode=Mode.HALTED if parts.gate.is_ahead_of(account) else account.mode,
            epoch=account.epoch,
            stopped=parts.gate.stopped,
            reason=account.reason,
            limits=effective(parts.limits, account.chat),
            operatorLimits=parts.limits,
            today=today,
            keys=[_state_of(key) for key in keys],
            holdings=[
                Holding(
                    exchange=one.exchange,
                    symbol=one.symbol,
                    units=one.position.units,
                    costUsd=one.position.cost,
                )
                for one in held
            ],
            unresolved=[entry.out() for entry in unresolved],
            sandbox=parts.venue(account.exchange, book).sandbox,
            unasked=unasked,
        )

    async def balance(
        self, user_id: str, mode: Mode | None = None, exchange: str | None = None
    ) -> BalanceOut:
        """The balances of a book, and their total in USD where prices are known."""
        account = await self.modes.find(user_id)
        shown = account.mode if mode is None else mode
        book = await self._shown_book(account) if mode is None else Book.of(mode)
        venue = self._parts.venue(exchange or account.exchange, book)
        balances: dict[str, Balance] = {}
        unpriced: list[str] = []
        total = Decimal(0)
        for asset, held in sorted((await venue.balances(user_id)).items()):
            units = held.free + held.locked
            if not units:
                continue
            balances[asset] = Balance(free=held.free, locked=held.locked, total=units)
            price = await in_dollars(venue, asset)
            if price is None:
                unpriced.append(asset)
            else:
                total += units * price
        return BalanceOut(
            balances=balances,
            totalUsd=total,
            mode=shown,
            sandbox=venue.sandbox,
            unpriced=unpriced,
        )

    def touched(self) -> None:
        """An authenticated call was seen."""
        self.modes.touched()

    async def _shown_book(self, account: Account) -> Book:
        """A halted account shows the real book where it holds something real."""
        if account.mode is not Mode.HALTED:
            return account.book
        held = await self._parts.door(self._parts.store.journal.held, account.user_id, Book.LIVE)
        return Book.LIVE if held else Book.PAPER

    async def _today(self, account: Account, book: Book) -> Today:
        day = self._parts.clock().date()
        books = await self._parts.door(self._parts.store.journal.books, account, book, day)
        pnl = await self.valuer.pnl(books, book)
        books = await self._parts.door(self._parts.store.journal.books, account, book, day)
        return Today(
            day=day.isoformat(),
            trades=books.trades_today,
            spentUsd=books.spent_today,
            pnlUsd=pnl,
            startValueUsd=None if books.day_start is None else books.day_start.value,
        )


def _state_of(key: KeyRow) -> KeyState:
    return KeyState(
        exchange=key.exchange,
        validated=key.validated_at is not None,
        permissions=key.permissions,
    )
