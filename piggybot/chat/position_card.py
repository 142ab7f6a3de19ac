"""One position as a card: gathered from ledger, market and account, for the asker and the clock.

Alone because /positions shows it first and the clock refreshes it: both must show the same.

May import: core, desk, errors, fills, market, store, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Protocol

from migrations.database import Door
from piggybot.chat import texts_positions as texts
from piggybot.chat.ask import Button, Keyboard
from piggybot.chat.levels import levels_of
from piggybot.core.cards import Card, sellable
from piggybot.core.decisions import too_small
from piggybot.core.money import plain
from piggybot.core.positions import BY_HAND, Book, Key, Position
from piggybot.desk import Desk
from piggybot.errors import PiggyError
from piggybot.market import MarketData
from piggybot.store import Person, Store
from proxy.fills import round_down
from proxy.wire import AccountOut, MarketOut, Mode, Side

AGAIN_FOR = timedelta(days=7)


class Sources(Protocol):
    """Where a card comes from: the handlers' house, or the clock's parts."""

    @property
    def store(self) -> Store: ...

    @property
    def door(self) -> Door: ...

    @property
    def market(self) -> MarketData: ...

    @property
    def desk(self) -> Desk: ...


@dataclass(frozen=True, slots=True)
class View:
    """A card's words, without the time, and its buttons. `held`: it is open still."""

    text: str
    buttons: Keyboard
    held: bool


@dataclass(frozen=True, slots=True)
class Market:
    """What is known of it now."""

    price: Decimal
    rules: MarketOut


async def view(sources: Sources, person: Person, key: Key) -> View:
    """The card as it is to be now."""
    store, door = sources.store, sources.door
    position = await door(store.ledger.position, key)
    run = None if key.run_id == BY_HAND else await door(store.runs.get, key.run_id)
    account = await sources.desk.accounts.known(person)
    market = await _market(sources, key)
    if not position.entries:
        said = texts.closed(position, run, _mode(key, account), account.sandbox)
        if market is not None and round_down(position.units, market.rules.step):
            said = f"{said}\n{texts.left_over(position, market.price)}"
        return View(said, (), False)
    waits = await unsettled(sources, key)
    shown = texts.Shown(
        position,
        run,
        _mode(key, account),
        account.sandbox,
        None if market is None else market.price,
        _average(position, market),
        {} if run is None or market is None else levels_of(run, position, market.rules),
        key.exchange if key.exchange != person.exchange else "",
    )
    notes = texts.Notes(
        resting=key.book is not Book.of(account.mode),
        stopped=await _stopped(sources, person, account),
        waits=waits,
        least=None if market is None else _least(position, market),
    )
    can = market is not None and not notes.any
    buttons = _buttons(shown, account, market.rules) if market is not None and can else ()
    return View(texts.card(shown, notes, offered=bool(buttons)), buttons, True)


def again(card: Card) -> Keyboard:
    """Under a card that rests now."""
    params = {**params_of(card.position), "letter": card.letter}
    return ((Button(texts.AGAIN, "position_again", params, AGAIN_FOR),),)


def params_of(key: Key) -> dict[str, str]:
    """Which position a button is about."""
    return {
        "book": key.book.value,
        "exchange": key.exchange,
        "symbol": key.symbol,
        "run": key.run_id,
    }


def key_of(params: Mapping[str, str], person: Person) -> Key:
    """The position that a button is about; always the presser's own."""
    book, exchange = Book(params["book"]), params["exchange"]
    return Key(person.user_id, book, exchange, params["symbol"], params["run"])


def stamped(text: str, now: datetime) -> str:
    return f"{text}\n{texts.as_of(now)}"


async def _market(sources: Sources, key: Key) -> Market | None:
    """Price and rules; None where one of them cannot be had now."""
    try:
        price = await sources.market.price(key.exchange, key.symbol)
        return Market(price.price, await sources.market.rules(key.exchange, key.symbol))
    except PiggyError:
        return None


async def _stopped(sources: Sources, person: Person, account: AccountOut) -> bool:
    """Also where the proxy has not said so yet."""
    halted = account.stopped or account.mode is Mode.HALTED
    return halted or await sources.desk.errands.stopped(person)


async def unsettled(sources: Sources, key: Key) -> bool:
    """Whether an order for it is on its way, or its end is not known."""
    for order in await sources.door(sources.store.orders.open):
        mine = order.intent
        place = (mine.user_id, Book.of(mine.mode), mine.exchange, mine.symbol, mine.run_id)
        if place == (key.user_id, key.book, key.exchange, key.symbol, key.run_id):
            return True
    return False


def _mode(key: Key, account: AccountOut) -> Mode:
    """The account's own where the card is of its book; otherwise the book's."""
    if Book.of(account.mode) is key.book:
        return account.mode
    return Mode.PAPER if key.book is Book.PAPER else Mode.LIVE


def _average(position: Position, market: Market | None) -> Decimal:
    average = position.average or Decimal(0)
    if market is None or market.rules.tick <= 0:
        return average.quantize(Decimal("0.00000001"))
    return (average / market.rules.tick).quantize(Decimal(1)) * market.rules.tick


def _least(position: Position, market: Market) -> Decimal | None:
    """The smallest order, where this is less."""
    small = too_small(position, market.price, market.rules)
    return None if small is None else small.bound


def _buttons(shown: texts.Shown, account: AccountOut, rules: MarketOut) -> Keyboard:
    """Each sells a share at the price that the card shows, or nothing."""
    price, key = shown.price, shown.position.key
    assert price is not None
    row = [
        Button(
            texts.sell_label(share, units * price, account.mode),
            "position_sell",
            {
                **params_of(key),
                "side": Side.SELL.value,
                "units": plain(units),
                "price": plain(price),
                "mode": account.mode.value,
                "epoch": str(account.epoch),
            },
        )
        for share, units in sellable(shown.position.units, price, rules).items()
    ]
    return (tuple(row),) if row else ()
