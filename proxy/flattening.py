"""Selling all that our fills hold: what there is to sell, and the one way out of a stop.

A person's confirmed act opens it, for sells that it names one by one. It closes when all of them
have ended, after a minute, or with the next stop; closing is itself a stop of the account, so that
nothing stays open at a venue. A stop file of the host is never passed: only /resume ends that.

May import: errors, fills, modes, parts, records, stopping, venue, ways, wire.
"""

import asyncio
from decimal import Decimal

from proxy.errors import Denied, ProxyError
from proxy.fills import round_down, sellable
from proxy.modes import Modes
from proxy.parts import Parts
from proxy.records import Account, Book, Held
from proxy.stopping import Stopping
from proxy.ways import LONGEST, Way
from proxy.wire import FlattenIn, FlattenOut, Mode, Problem, Sellable, SellableOut

NOTHING = Decimal(0)


class Flattening:
    """Opens ways out of a stop, and sees to it that each is closed."""

    def __init__(self, parts: Parts, modes: Modes, stopping: Stopping) -> None:
        self._parts = parts
        self._modes = modes
        self._stopping = stopping

    async def sellable(self, user_id: str, wanted: Mode | None, all_accounts: bool) -> SellableOut:
        """What is held in the book of that mode (None: the one that is sold now); NotFound."""
        account = await self._modes.find(user_id)
        halted, mode = account.mode is Mode.HALTED, wanted or account.mode
        if halted and wanted is None:
            mode = await self._left_in(user_id)
        book = Book.of(mode)
        held = await self._parts.door(self._parts.store.journal.free, user_id, book)
        return SellableOut(
            userId=user_id,
            mode=mode,
            epoch=account.epoch,
            halted=halted,
            sandbox=self._parts.venue(account.exchange, book).sandbox,
            items=await asyncio.gather(*(self._item(one, free, book) for one, free in held)),
            barred=await self._barred(account, all_accounts) if halted else None,
        )

    async def open(self, ask: FlattenIn) -> FlattenOut:
        """Open the way, under a fresh epoch; Denied where the person saw another stop than this."""
        gate, user_id = self._parts.gate, ask.userId
        await self._stopping.watch_file()
        times_shut = gate.times_shut(user_id)
        account = await self._modes.find(user_id)
        if account.epoch != ask.epoch or gate.is_ahead_of(account):
            raise _stale()
        if account.mode is not Mode.HALTED:
            raise Denied(
                "not_stopped", "This account is not stopped.", "Its sells pass as they are."
            )
        barred = await self._barred(account, ask.allAccounts)
        if barred is not None:
            raise Denied(barred.code, barred.message, barred.hint)
        renewed = await self._parts.door(self._parts.store.accounts.renew, account)
        if renewed is None:
            raise _stale()
        until = self._parts.monotonic() + LONGEST
        mode = Mode.PAPER if ask.mode is Mode.PAPER else Mode.REDUCING
        way = Way(user_id, renewed.epoch, mode, frozenset(ask.clientOrderIds), until)
        if not gate.open_way(renewed, way, times_shut):
            raise _stale()
        return FlattenOut(epoch=way.epoch, seconds=int(LONGEST))

    async def review(self, user_id: str) -> None:
        """Close this account's way, if its time is over or all its sells have ended."""
        way = self._parts.gate.way(user_id)
        if way is not None and await self._is_done(way):
            account = await self._modes.find(user_id)
            await self._stopping.stop(user_id, account.reason)

    async def watch(self) -> None:
        """One look at every way that stands open."""
        for way in self._parts.gate.ways:
            await self.review(way.user_id)

    async def _left_in(self, user_id: str) -> Mode:
        """Of a halted account: the real book first; its dust only where paper holds nothing."""
        if await self._modes.holds_real(user_id):
            return Mode.REDUCING
        held = self._parts.store.journal.held
        on_paper = await self._parts.door(held, user_id, Book.PAPER)
        dust = () if on_paper else await self._parts.door(held, user_id, Book.LIVE)
        return Mode.REDUCING if dust else Mode.PAPER

    async def _is_done(self, way: Way) -> bool:
        are_over = self._parts.store.journal.are_over
        return self._parts.gate.is_over(way) or await self._parts.door(
            are_over, way.user_id, way.ids
        )

    async def _barred(self, account: Account, all_accounts: bool) -> Problem | None:
        gate = self._parts.gate
        if gate.stop_file.exists():
            return Problem(
                code="stopped_on_host",
                message="There is a stop file on the host, and nothing passes it.",
                hint="The owner's /resume takes it away; then /flatten.",
            )
        if gate.stopped and not all_accounts:
            return Problem(
                code="stopped",
                message="A stop for all accounts is in force, and only its owner passes it.",
                hint="It works after the owner's /resume.",
            )
        if self._modes.recovering or not (await self._stopping.state(account.user_id)).settled:
            return Problem(
                code="stop_not_settled",
                message="The stop is still looking after what was on its way.",
                hint="Try again in a moment.",
            )
        return None

    async def _item(self, one: Held, free: Decimal, book: Book) -> Sellable:
        units, price = free, None
        try:
            venue = self._parts.venue(one.exchange, book)
            market = await venue.market(one.symbol)
            units = round_down(free, market.step)
            price = (await venue.quote(one.symbol)).price
            units = sellable(free, price, market.sizes)
        except ProxyError:
            pass  # told as a holding without a price; the order itself will be judged
        return Sellable(
            exchange=one.exchange,
            symbol=one.symbol,
            held=one.position.units,
            free=free,
            units=max(units, NOTHING),
            price=price,
        )


def _stale() -> Denied:
    return Denied("stale_epoch", "A newer stop came after you were asked.", "/flatten again.")
