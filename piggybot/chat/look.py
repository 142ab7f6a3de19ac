"""Handlers that look and change nothing: balance, status, trades, export.

Alone because they are safe at any time and at any age of the message.

May import: core, errors, health, store, wire.
"""

import csv
import io
from collections.abc import Sequence

from piggybot.chat import texts_look as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.parse import whole
from piggybot.core.mail import File
from piggybot.core.money import plain
from piggybot.core.orders import Order
from piggybot.errors import BadInput, PiggyError
from piggybot.health import last_health

SHOWN, MOST = 10, 50
FORMULA = ("=", "+", "-", "@", "\t", "\r", "\n")
COLUMNS = (
    *("time_utc", "mode", "sandbox", "exchange", "side", "symbol", "asked_usd", "asked_units"),
    *("executed", "price", "quote", "fee", "status", "order_id", "client_order_id", "problem"),
)


async def balance(ask: Ask) -> None:
    """Show your balances and their worth in USD."""
    await ask.house.desk.accounts.look(ask.person)
    out = await ask.house.broker.balance(ask.person.user_id, None)
    await ask.say(Reply(texts.balance(out)))


async def status(ask: Ask) -> None:
    """Show mode, proxy, keys, limits used and open questions."""
    house, person = ask.house, ask.person
    rows = await house.door(house.store.keys.all_of, person.user_id)
    keys = [
        texts.key_state(row.exchange, row.hint, validated=row.validated is not None) for row in rows
    ]
    last = await last_health(house.store, house.door, house.clock())
    try:
        account = await house.desk.accounts.look(person)
    except PiggyError as error:
        text = texts.status_without_proxy(error, last, keys, person.user_id)
        await ask.say(Reply(text))
        return
    mine = await house.door(house.store.orders.open)
    waiting = sum(order.intent.user_id == person.user_id for order in mine)
    await ask.say(Reply(texts.status(account, last, keys, waiting)))


async def trades(ask: Ask) -> None:
    """Show your last trades."""
    count = whole(ask.words[0], "/trades 10") if ask.words else SHOWN
    if not 1 <= count <= MOST:
        raise BadInput(f"I show 1 to {MOST} trades, not {count}.", "/export sends you all of them.")
    orders = await ask.house.door(ask.house.store.orders.recent, ask.person.user_id, count)
    await ask.say(Reply(texts.trades(orders) if orders else texts.NO_TRADES))


async def export(ask: Ask) -> None:
    """Send your whole trade log as a CSV file."""
    orders = await ask.house.door(ask.house.store.orders.all_of, ask.person.user_id)
    name = f"piggybot-trades-{ask.house.clock():%Y-%m-%d}.csv"
    document = File(name, to_csv(orders))
    await ask.say(Reply(texts.export_caption(len(orders)), document=document))


def to_csv(orders: Sequence[Order]) -> bytes:
    """The log as CSV; no cell can act as a formula in a spreadsheet."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow(COLUMNS)
    for order in orders:
        writer.writerow([_harmless(cell) for cell in _cells(order)])
    return out.getvalue().encode("utf-8-sig")


def _harmless(cell: str) -> str:
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _cells(order: Order) -> list[str]:
    intent = order.intent
    numbers = [
        "" if each is None else plain(each)
        for each in (
            intent.amount_usd,
            intent.units,
            order.executed,
            order.price,
            order.quote,
            order.fee,
        )
    ]
    return [
        f"{intent.placed:%Y-%m-%dT%H:%M:%SZ}",
        intent.mode.value,
        "yes" if order.sandbox else "no",
        intent.exchange,
        intent.side.value,
        intent.symbol,
        *numbers,
        order.status.value,
        order.order_id or "",
        intent.client_id,
        "" if order.problem is None else f"{order.problem.code}: {order.problem.message}",
    ]
