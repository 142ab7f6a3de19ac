"""The handler of /export: every order, and every lot with its gain, as CSV files.

Alone because files are read by spreadsheets, not by people: no number is rounded. A history may be
long: it is read and written page by page, and nothing waits behind it.

May import: core, store, wire.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from functools import partial
from typing import TypeVar

from piggybot.chat import texts_look as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.sheets import Sheet
from piggybot.core.lots import Disposal, Lot, Lots
from piggybot.core.money import plain
from piggybot.core.orders import Order
from piggybot.core.positions import Filled

T = TypeVar("T")

PAGE = 500
"""Rows that one visit to the store reads: whatever else waits there has its turn between two."""
ORDERS = (
    *("time_utc", "mode", "sandbox", "exchange", "side", "symbol", "asked_usd", "asked_units"),
    *("executed", "price", "quote", "fee", "status", "order_id", "client_order_id", "problem"),
    "run",
)
"""`run` is the number of the run that decided it, as in /runs; empty where a person did."""
LOTS = (
    *("book", "exchange", "symbol", "acquired_utc", "disposed_utc", "units", "cost", "proceeds"),
    *("gain", "bought_by", "sold_by"),
)


async def export(ask: Ask) -> None:
    """Send your whole trade log and your lots (first in, first out) as CSV files."""
    day = f"{ask.house.clock():%Y-%m-%d}"
    log, matched = Sheet(f"piggybot-trades-{day}", ORDERS), Sheet(f"piggybot-lots-{day}", LOTS)
    count = await _write_orders(ask, log)
    await _write_lots(ask, matched)
    files = await asyncio.to_thread(log.file), await asyncio.to_thread(matched.file)
    await ask.say(
        Reply(texts.export_caption(count), document=files[0]),
        Reply(texts.LOTS_CAPTION, document=files[1]),
    )


async def _write_orders(ask: Ask, log: Sheet) -> int:
    """One row an order; how many they are."""
    door, orders, count = ask.house.door, ask.house.store.orders, 0
    runs = await door(ask.house.store.runs.of_person, ask.person.id)
    numbers = {one.id: str(one.number) for one in runs}
    async for page in _pages(partial(door, orders.all_of, ask.person.user_id, PAGE)):
        await asyncio.to_thread(log.add, [_order_cells(one, numbers) for one in page])
        count += len(page)
    return count


async def _write_lots(ask: Ask, sheet: Sheet) -> None:
    """For each market a row for each lot that a sell gave back; then its lots that are held."""
    door, ledger = ask.house.door, ask.house.store.ledger
    for market in await door(ledger.markets, ask.person.user_id):
        lots = Lots()
        async for page in _pages(partial(door, ledger.of_market, market, PAGE)):
            await asyncio.to_thread(_given_back, lots, page, sheet)
        await asyncio.to_thread(sheet.add, map(_lot_cells, lots.held))


def _given_back(lots: Lots, fills: Sequence[Filled], sheet: Sheet) -> None:
    sheet.add(map(_disposal_cells, lots.take(fills)))


async def _pages(read: Callable[[T | None], Awaitable[list[T]]]) -> AsyncIterator[list[T]]:
    """Page after page, each read after the last row of the one before."""
    last: T | None = None
    while page := await read(last):
        yield page
        last = page[-1]


def _order_cells(order: Order, runs: Mapping[str, str]) -> list[str]:
    intent = order.intent
    numbers = (intent.amount_usd, intent.units, order.executed, order.price, order.quote, order.fee)
    return [
        _time(intent.placed),
        intent.mode.value,
        "yes" if order.sandbox else "no",
        intent.exchange,
        intent.side.value,
        intent.symbol,
        *(_number(each) for each in numbers),
        order.status.value,
        order.order_id or "",
        intent.client_id,
        "" if order.problem is None else f"{order.problem.code}: {order.problem.message}",
        runs.get(intent.run_id, intent.run_id),
    ]


def _disposal_cells(one: Disposal) -> list[str]:
    bought = one.bought
    return [
        *_market(one.sold),
        "unknown" if bought is None else _time(bought.at),
        _time(one.sold.at),
        *(_number(each) for each in (one.units, one.cost, one.proceeds, one.gain)),
        "" if bought is None else bought.client_id,
        one.sold.client_id,
    ]


def _lot_cells(one: Lot) -> list[str]:
    numbers = [_number(one.units), _number(one.cost), "", ""]
    return [*_market(one.fill), _time(one.fill.at), "", *numbers, one.fill.client_id, ""]


def _market(fill: Filled) -> list[str]:
    return [fill.key.book.value, fill.key.exchange, fill.key.symbol]


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
