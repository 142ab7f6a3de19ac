"""The handler of /export: every order, and every lot with its gain, as CSV files.

Alone because files are read by spreadsheets, not by people: no cell may act there, and no number is
rounded.

May import: core, store, wire.
"""

import asyncio
import io
import zipfile
from collections.abc import Sequence
from datetime import datetime
from decimal import Decimal
from itertools import groupby
from operator import attrgetter

from piggybot.chat import texts_look as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.sheets import sheet
from piggybot.core import lots
from piggybot.core.mail import File
from piggybot.core.money import plain
from piggybot.core.orders import Order
from piggybot.core.positions import Book, Filled

PACKED_FROM = 20_000_000
"""Bytes; Telegram takes 50 MB, and a phone would rather have less."""
ORDERS = (
    *("time_utc", "mode", "sandbox", "exchange", "side", "symbol", "asked_usd", "asked_units"),
    *("executed", "price", "quote", "fee", "status", "order_id", "client_order_id", "problem"),
)
LOTS = (
    *("book", "exchange", "symbol", "acquired_utc", "disposed_utc", "units", "cost", "proceeds"),
    *("gain", "bought_by", "sold_by"),
)


async def export(ask: Ask) -> None:
    """Send your whole trade log and your lots (first in, first out) as CSV files."""
    house, user_id = ask.house, ask.person.user_id
    orders = await house.door(house.store.orders.all_of, user_id)
    fills = [
        one for book in Book for one in await house.door(house.store.ledger.fills, user_id, book)
    ]
    day = f"{house.clock():%Y-%m-%d}"
    log = await asyncio.to_thread(orders_csv, orders)
    matched = await asyncio.to_thread(lots_csv, fills)
    await ask.say(
        Reply(texts.export_caption(len(orders)), document=_file(f"piggybot-trades-{day}", log)),
        Reply(texts.LOTS_CAPTION, document=_file(f"piggybot-lots-{day}", matched)),
    )


def orders_csv(orders: Sequence[Order]) -> bytes:
    """One row an order."""
    return sheet(ORDERS, (_order_cells(order) for order in orders))


def lots_csv(fills: Sequence[Filled]) -> bytes:
    """One row for each lot that a sell gave back; lots that are held still come last, open."""
    market = attrgetter("key.book", "key.exchange", "key.symbol")
    rows: list[list[str]] = []
    for _, group in groupby(sorted(fills, key=market), market):
        found = lots.report(group)
        rows += [_disposal_cells(one) for one in found.disposals]
        rows += [_lot_cells(one) for one in found.left]
    return sheet(LOTS, rows)


def _file(name: str, content: bytes) -> File:
    if len(content) < PACKED_FROM:
        return File(f"{name}.csv", content)
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr(f"{name}.csv", content)
    return File(f"{name}.zip", out.getvalue())


def _order_cells(order: Order) -> list[str]:
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
    ]


def _disposal_cells(one: lots.Disposal) -> list[str]:
    bought = one.bought
    return [
        *_market(one.sold),
        "unknown" if bought is None else _time(bought.at),
        _time(one.sold.at),
        *(_number(each) for each in (one.units, one.cost, one.proceeds, one.gain)),
        "" if bought is None else bought.client_id,
        one.sold.client_id,
    ]


def _lot_cells(one: lots.Lot) -> list[str]:
    numbers = [_number(one.units), _number(one.cost), "", ""]
    return [*_market(one.fill), _time(one.fill.at), "", *numbers, one.fill.client_id, ""]


def _market(fill: Filled) -> list[str]:
    return [fill.key.book.value, fill.key.exchange, fill.key.symbol]


def _number(value: Decimal | None) -> str:
    return "" if value is None else plain(value)


def _time(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%SZ}"
