"""Steps of the stories about matching books: tamper with either side, compare, look at both.

May import: core, sandbox, wire.
"""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

from piggybot.core.positions import Book, Filled
from piggybot.core.runs import Halt, RunState
from piggybot.sandbox.books import Wanted
from piggybot.sandbox.rules import SYMBOLS
from proxy.wire import Side, Timeframe, TradeIn
from tests.bot.values import run
from tests.stories.steps import account
from tests.world import World

D = Decimal
DIFFER = "my books and Binance.US's differ."


async def match(world: World) -> None:
    """The clock's job after a start, once all that was on its way is settled."""
    assert world.bot.bot is not None
    matching = world.bot.bot.matching
    matching._due.clear()
    world.clock.jump(61)
    await matching.tick()


@asynccontextmanager
async def hidden_for_a_while(world: World) -> AsyncIterator[None]:
    """The exchange does not show the last order meanwhile: a difference, which then goes away."""
    books = world.exchange.books
    order, trade = books.orders.pop(), books.trades.pop()
    await match(world)
    await world.ann.expect(DIFFER)
    yield
    books.orders.append(order)
    books.trades.append(trade)
    await match(world)


def by_hand(world: World, client_id: str, qty: str = "0.001", side: str = "BUY") -> None:
    """Somebody trades with Ann's key at the exchange itself."""
    wanted = Wanted(client_id, SYMBOLS["BTCUSDT"], side, "MARKET", "GTC", D(qty), None, None)
    world.exchange.books.place(world.key, wanted)


def user_of(world: World) -> str:
    assert world.bot.bot is not None
    person = world.bot.bot.store.people.find(world.ann.id)
    assert person is not None
    return person.user_id


def kept(world: World, book: Book = Book.LIVE) -> list[Filled]:
    """The fills that the bot has."""
    assert world.bot.bot is not None
    return world.bot.bot.store.ledger.fills(user_of(world), book)


def held(world: World) -> Decimal:
    """The units that the bot takes for its own."""
    assert world.bot.bot is not None
    positions = world.bot.bot.store.ledger.positions(user_of(world), Book.LIVE)
    return sum((one.units for one in positions), D(0))


async def held_by_proxy(world: World) -> Decimal:
    return sum((one.units for one in (await account(world)).holdings), D(0))


def exact(world: World) -> bool:
    """Whether the bot's fills are the exchange's own trades with our ids, to the last unit."""
    ours = [(one.trade_id, one.qty, one.price, one.fee) for one in kept(world)]
    theirs = [
        (str(one.trade_id), one.quantity, one.price, one.commission)
        for one in world.exchange.books.trades
        if one.client_id.startswith("pg-")
    ]
    return sorted(ours) == sorted(theirs)


def begin(world: World, name: str, number: int, state: RunState, **other: object) -> None:
    """A run of Ann's, in this state."""
    assert world.bot.bot is not None
    runs = world.bot.bot.store.runs
    mine = run(
        name,
        person_id=world.ann.id,
        user_id=user_of(world),
        timeframe=Timeframe.D1,
        created=world.clock(),
        reply_to=None,
        **other,
    )
    assert runs.add(mine).number == number
    if state is not RunState.ACTIVE:
        runs.set_state(name, state, "", Halt.LOSSES if state is RunState.HALTED else None)


def state_of(world: World, name: str) -> tuple[RunState, Halt | None]:
    assert world.bot.bot is not None
    found = world.bot.bot.store.runs.get(name)
    assert found is not None
    return found.state, found.halt


async def buy_behind_its_back(world: World, client_id: str) -> None:
    """The proxy buys for Ann's account, and the bot does not know."""
    assert world.bot.bot is not None
    order = TradeIn(
        userId=user_of(world),
        exchange="binanceus",
        side=Side.BUY,
        symbol="BTC/USDT",
        amountUsd=D(10),
    )
    await world.bot.bot._broker.place(order, client_id)
