"""Handlers that look and change nothing: balance, status, trades.

Alone because they are safe at any time and at any age of the message.

May import: core, errors, health, store, wire.
"""

from piggybot.chat import texts_look as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.parse import whole
from piggybot.errors import BadInput, PiggyError
from piggybot.health import last_health

SHOWN, MOST = 10, 50


async def balance(ask: Ask) -> None:
    """Show your balances and their worth in USD."""
    await ask.house.desk.accounts.look(ask.person)
    out = await ask.house.broker.balance(ask.person.user_id, ask.person.exchange)
    await ask.say(Reply(texts.balance(out)))


async def status(ask: Ask) -> None:
    """Show mode, health, keys, limits used and open questions."""
    house, person = ask.house, ask.person
    rows = await house.door(house.store.keys.all_of, person.user_id)
    keys = [
        texts.key_state(row.exchange, row.hint, validated=row.validated is not None) for row in rows
    ]
    last = await last_health(house.store, house.door, house.clock())
    try:
        account = await house.desk.accounts.look(person)
    except PiggyError as error:
        stopped = await house.desk.errands.stopped(person)
        known = texts.Known(person, last, stopped)
        await ask.say(Reply(texts.status_without_proxy(error, known, keys)))
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
