"""Handlers of price alerts: set one, list them, remove one.

Alone because an alert only tells: it never trades, and needs no mode.

May import: core, errors, store, wire.
"""

import re
from dataclasses import dataclass, replace
from datetime import timedelta
from decimal import Decimal

from piggybot.chat import texts_prices as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.parse import resolve_symbol
from piggybot.chat.prices import known_symbols
from piggybot.core.money import parse_amount, quoted
from piggybot.core.runs import Alert
from piggybot.errors import BadInput, NotAllowed

USAGE = "/alert BTC/USDT > 70000"
MOST = 20
LISTED_FOR = timedelta(days=7)
SIGN = re.compile(r"\s*(>=|<=|=>|=<|>|<|\b(?:above|over|below|under)\b)\s*", re.IGNORECASE)
ABOVE = frozenset({">", ">=", "=>", "above", "over"})


@dataclass(frozen=True, slots=True)
class Typed:
    """What was typed, in parts. Without a sign the price of now decides which side is meant."""

    symbol: str
    above: bool | None
    price: Decimal


async def alert(ask: Ask) -> None:
    """Tell you once when a price is reached."""
    ask.first(USAGE)
    typed = read(" ".join(ask.words))
    house, person = ask.house, ask.person
    symbol = resolve_symbol(typed.symbol, await known_symbols(ask))
    now = await house.market.price(person.exchange, symbol)
    above = typed.price > now.price if typed.above is None else typed.above
    wanted = Alert(
        id=house.ids(),
        person_id=person.id,
        exchange=person.exchange,
        symbol=symbol,
        above=above,
        price=typed.price,
        created=house.clock(),
        reply_to=ask.message_id,
    )
    if wanted.reached(now.price):
        raise BadInput(*texts.reached_already(wanted, now))
    waiting = await house.door(house.store.alerts.of_person, person.id)
    if len(waiting) >= MOST:
        raise NotAllowed(*texts.too_many_alerts(MOST))
    await house.door(house.store.alerts.add, wanted)
    await ask.say(Reply(texts.alert_set(wanted, now)))


async def alerts(ask: Ask) -> None:
    """List your price alerts, each with a button to remove it."""
    key = f"{ask.origin}:list"
    await ask.say(replace(await _listed(ask, key), key=key))


async def removed(ask: Ask) -> None:
    """The button on the list: one fewer, and the list follows."""
    house, key = ask.house, ask.params["list"]
    await house.door(house.store.alerts.remove, ask.person.id, ask.params["alert"])
    await ask.say(replace(await _listed(ask, key), edits=key))


async def _listed(ask: Ask, key: str) -> Reply:
    house = ask.house
    waiting = await house.door(house.store.alerts.of_person, ask.person.id)
    buttons = tuple(
        (Button(texts.remove_label(one), "alert_remove", _params(one, key), LISTED_FOR),)
        for one in waiting
    )
    return Reply(texts.alert_list(waiting), buttons)


def _params(one: Alert, key: str) -> dict[str, str]:
    return {"alert": one.id, "list": key}


def read(text: str) -> Typed:
    """The symbol, the sign and the price of what was typed."""
    if "=" in SIGN.sub(" ", text):
        raise BadInput("An alert needs > or <, not =.", f"Type it like this: {USAGE}")
    parts = SIGN.split(text, maxsplit=1)
    if len(parts) == 1:
        symbol, _, price = text.strip().partition(" ")
        sign = ""
    else:
        symbol, sign, price = parts
    if not symbol.strip():
        raise BadInput("A symbol is missing, like BTC.", f"Type it like this: {USAGE}")
    if not price.strip():
        raise BadInput(f"A price is missing after {quoted(symbol)}.", f"Type it like this: {USAGE}")
    amount = parse_amount(price.strip(), f"Type it like this: {USAGE}")
    return Typed(symbol.strip(), sign.lower() in ABOVE if sign else None, amount)
