"""Handlers of /positions: a card for each, and its buttons that sell a share of it.

Alone because these buttons sell one holding and no other: a run's own, or what is by hand.

May import: core, errors, pricing, store, wire.
"""

from contextlib import nullcontext
from dataclasses import replace
from decimal import Decimal

from piggybot.chat import position_card, trade
from piggybot.chat import texts_positions as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.core.cards import LIFE, Card
from piggybot.core.positions import Book, Key, Position
from piggybot.errors import BadInput, NotAllowed, Stale
from piggybot.pricing import dust_of, prices_of

MOST = 8
USAGE = "/positions"


async def positions(ask: Ask) -> None:
    """Show what is open, each with buttons to sell a part; refreshed for 15 minutes."""
    if ask.words:
        raise BadInput("Nothing follows /positions.", f"Type it like this: {USAGE}")
    held, waiting, dust = await _held(ask), await _waiting(ask), await _dust(ask)
    if not held:
        await ask.say(Reply("\n".join([*(waiting or [texts.NOTHING]), *dust])))
        return
    before = await ask.house.door(ask.house.store.cards.of_person, ask.person.id)
    for at, position in enumerate(held[:MOST]):
        letter = f"{ask.origin}:card{at}"
        await _show(ask, position.key, letter, Reply("", key=letter))
    if held[MOST:]:
        await ask.say(Reply(texts.more(len(held) - MOST)))
    if waiting or dust:
        await ask.say(Reply("\n".join([*waiting, *dust])))
    for card in before:
        if await ask.house.door(ask.house.store.cards.end, card):
            await ask.say(Reply(f"{card.shown}\n{texts.REPLACED}", edits=card.letter))


async def again(ask: Ask) -> None:
    """The button under a card that rests: it is alive once more."""
    letter = ask.params["letter"]
    await _show(ask, position_card.key_of(ask.params, ask.person), letter, Reply("", edits=letter))


async def sell(ask: Ask) -> None:
    """Sell the share that the pressed button showed, at its price or not at all."""
    house, given = ask.house, ask.params
    if await house.desk.seen(ask.origin):
        return
    key = position_card.key_of(given, ask.person)
    async with house.runs.alone(key.run_id) if key.run_id else nullcontext():
        position = await house.door(house.store.ledger.position, key)
        if position.units < Decimal(given["units"]):
            raise Stale(*texts.SMALLER)
        if await position_card.unsettled(house, key):
            raise NotAllowed(*texts.WAITS)
        await trade.order_confirmed(ask)


async def _show(ask: Ask, key: Key, letter: str, how: Reply) -> None:
    """Say the card, and have it refreshed from now on."""
    house, now = ask.house, ask.house.clock()
    view = await position_card.view(house, ask.person, key)
    await ask.say(replace(how, text=position_card.stamped(view.text, now), buttons=view.buttons))
    if view.held:
        card = Card(letter, ask.person.id, key, view.text, now, now + LIFE)
        await house.door(house.store.cards.put, [card])


async def _held(ask: Ask) -> list[Position]:
    """Of the book that the account is in first; the other one's rest."""
    house = ask.house
    return [
        one
        for book in await _books(ask)
        for one in await house.door(house.store.ledger.positions, ask.person.user_id, book)
    ]


async def _waiting(ask: Ask) -> list[str]:
    """A line for each order that is not over: what it comes to is no position yet."""
    orders = await ask.house.door(ask.house.store.orders.open)
    return [texts.waiting(one) for one in orders if one.intent.user_id == ask.person.user_id]


async def _dust(ask: Ask) -> list[str]:
    """A line for each book in which something is left over."""
    house, lines = ask.house, []
    for book in await _books(ask):
        left = await house.door(house.store.ledger.dust, ask.person.user_id, book)
        dust = await dust_of(house.market, left)
        if dust:
            prices = await prices_of(house.market, dust)
            lines.append(texts.dust(book, ask.person.sandbox, dust, prices))
    return lines


async def _books(ask: Ask) -> list[Book]:
    own = Book.of((await ask.house.desk.accounts.look(ask.person)).mode)
    return [own, *(book for book in Book if book is not own)]
