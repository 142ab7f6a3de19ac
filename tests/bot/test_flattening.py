"""Selling everything, as the bot does it: sent once each, and told, wherever it ends in between.

May import: core, errands, errors, flattening, wire.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from migrations.database import Door
from piggybot.core.runs import Cause, RunState
from piggybot.errands import STOP_ALL
from piggybot.flattening import Flattening
from piggybot.store import ButtonRow
from proxy.wire import Mode, Side, Status
from tests.bot.bench import Bench
from tests.bot.running import begin
from tests.bot.selling_broker import SellingBroker

pytestmark = pytest.mark.anyio
BTC, ETH = "BTC/USDT", "ETH/USDT"
REQUESTS = ("account", "sellable", "flatten", "place")
BOUNDARIES = 50


class Dead(BaseException):
    """The bot is gone: no handler of ours may see this."""


class Fuse(Door):
    """Counts every visit to the store and every request, on both sides; ends the bot at one."""

    def __init__(self) -> None:
        super().__init__()
        self.passed = self.at = 0
        self.dead = False

    async def __call__(self, method, *args, **kwargs):  # type: ignore[no-untyped-def]
        self.burn()
        result = await super().__call__(method, *args, **kwargs)
        self.burn()
        return result

    def burn(self) -> None:
        self.passed += 1
        self.dead = self.dead or self.passed == self.at
        if self.dead:
            raise Dead


@pytest.fixture
async def bench(tmp_path: Path) -> AsyncIterator[Bench]:
    made = await selling(tmp_path, Door())
    yield made
    made.close()


async def selling(folder: Path, door: Door) -> Bench:
    """Bitcoin and ether are held with real money, and everything is stopped."""
    made = Bench(folder)
    made.door = door
    made.broker = SellingBroker()
    made.restart()
    await made.say("/start")
    made.broker.accounts["user-7"].mode = Mode.LIVE
    made.broker.held = {BTC: Decimal("0.0505"), ETH: Decimal("1.5")}
    await made.say("/stop")
    return made


async def asked(bench: Bench) -> ButtonRow:
    """The confirming button, pressed; nothing was done with the press yet."""
    assert "Sell everything" in (await bench.say("/flatten"))[-1]
    nonce = bench.nonce("🟠 Sell everything now")
    pressed = bench.store.buttons.press(nonce, bench.person().id, bench.now)
    assert pressed.row is not None
    return pressed.row


async def test_each_market_is_one_order_past_the_stop_by_its_id(bench: Bench) -> None:
    row = await asked(bench)
    [told] = await bench.handle_press(row)
    assert "🛑 HALTED → 🟠 REDUCING → 🛑 HALTED 🧪" in told
    assert "✅ ETH/USDT: sold 1.5 for $150.00, fee $0.002. ID <code>777</code>" in told
    assert "✅ BTC/USDT: sold 0.05 for $5.00" in told
    assert (
        "Dust, less than the exchange takes, stays: 0.0005 BTC ($0.05). It goes with a later sell."
        in told
    )
    orders = bench.store.orders.all_of("user-7")
    [way] = bench.broker.ways
    assert [one.intent.client_id for one in orders] == bench.broker.posts == way.clientOrderIds
    assert way.allAccounts, "the owner passes the stop for all"
    for one in orders:
        intent = one.intent
        assert (intent.side, intent.cause, intent.mode) == (Side.SELL, Cause.FLATTEN, Mode.REDUCING)
        assert (intent.epoch, intent.quoted_price) == (bench.broker.accounts["user-7"].epoch, None)


async def walked(folder: Path, at: int) -> tuple[Bench, Fuse, ButtonRow]:
    """Press, with the bot ending at this boundary (0: nowhere)."""
    fuse = Fuse()
    bench = await selling(folder, fuse)
    row = await asked(bench)
    wire = {name: getattr(bench.broker, name) for name in REQUESTS}
    for name, request in wire.items():
        setattr(bench.broker, name, cut(request, fuse))
    fuse.passed, fuse.at = 0, at
    try:
        await bench.handle_press(row)
    except Dead:
        assert at
    for name in wire:
        delattr(bench.broker, name)
    return bench, fuse, row


def cut(request: Callable[..., Awaitable[Any]], fuse: Fuse) -> Callable[..., Awaitable[Any]]:
    """The same request; the bot may end before it leaves, or before its answer is heard."""

    async def one(*given: Any) -> Any:
        fuse.burn()
        answer = await request(*given)
        fuse.burn()
        return answer

    return one


async def test_the_boundaries_are_known(tmp_path: Path) -> None:
    bench, fuse, _ = await walked(tmp_path, 0)
    bench.close()
    assert fuse.passed == BOUNDARIES


@pytest.mark.parametrize("at", range(1, BOUNDARIES + 1))
async def test_a_bot_that_ends_anywhere_sells_each_once_and_tells_it(
    tmp_path: Path, at: int
) -> None:
    bench, fuse, row = await walked(tmp_path, at)
    assert fuse.passed >= at
    await asyncio.sleep(0)
    posts = list(bench.broker.posts)
    fuse.at, fuse.dead = 0, False
    bench.restart()
    begun = bool(bench.store.orders.all_of("user-7"))
    told = "\n".join(await bench.handle_press(row))
    assert begun or "❌ A stop or the mode changed" in told or bench.broker.sold
    if begun:
        assert bench.broker.posts == posts, "what was begun is only asked after"
        assert "🏁 <b>Flatten</b>" in "\n".join(str(one.body["text"]) for one in bench.letters())
    await bench.ticks.settle()
    assert bench.store.orders.open() == []
    assert len(bench.broker.posts) == len(set(bench.broker.posts))
    ended = {one.intent.symbol: one for one in bench.store.orders.all_of("user-7")}
    for symbol, order in ended.items():
        there = symbol in bench.broker.sold
        assert order.status is (Status.FILLED if there else Status.NOT_SENT)
    bench.close()


async def test_one_that_breaks_off_holds_up_no_other_and_is_told_later(bench: Bench) -> None:
    row = await asked(bench)
    place = bench.broker.place

    async def broken(order, client_id):  # type: ignore[no-untyped-def]
        if order.symbol == BTC:
            raise RuntimeError("nobody thought of this")
        return await place(order, client_id)

    bench.broker.place = broken  # type: ignore[method-assign]
    [told] = await bench.handle_press(row)
    assert "⏳ BTC/USDT: unknown, checking." in told and "✅ ETH/USDT: sold 1.5" in told
    [late] = await bench.heard(bench.ticks.settle())
    assert "The order was not placed. Nothing was sold (0.05 BTC)." in late


async def test_a_newer_stop_of_this_house_holds_what_has_not_left(bench: Bench) -> None:
    row = await asked(bench)
    bench.broker.held |= {f"C{number}/USDT": Decimal(1) for number in range(6)}
    place = bench.broker.place

    async def stopped_then(order, client_id):  # type: ignore[no-untyped-def]
        if not bench.broker.sold:
            kept = '{"state": "pending", "person_id": 7, "origin": "newer", "reply_to": null}'
            bench.store.flags.put(STOP_ALL, kept)
        return await place(order, client_id)

    bench.broker.place = stopped_then  # type: ignore[method-assign]
    [told] = await bench.handle_press(row)
    assert 1 <= told.count("✅") <= 4
    assert told.count("not placed: A stop came first.") == 8 - told.count("✅") >= 4
    assert len(bench.broker.posts) == told.count("✅")


async def test_an_order_of_a_run_that_is_on_its_way_is_waited_for(bench: Bench) -> None:
    run = begin(bench)
    row = await asked(bench)
    claims = bench.trading.acting.claims
    assert claims.take([run.id]) == [run.id]
    press = asyncio.create_task(bench.handle_press(row))
    for _ in range(50):
        await asyncio.sleep(0.002)
    assert bench.broker.posts == []
    found = bench.store.runs.get(run.id)
    assert found is not None and found.state is RunState.PAUSED, "it begins nothing more"
    bench.broker.held[BTC] += 1
    claims.free([run.id])
    [told] = await press
    assert "✅ BTC/USDT: sold 1.05 " in told, "what it bought meanwhile goes too"
    assert "⏸ Paused until you resume them (/runs): #1" in told
    assert claims.take([run.id]) == [run.id], "and it may act again"


async def test_runs_that_were_paused_in_vain_are_told(bench: Bench) -> None:
    begin(bench)
    row = await asked(bench)
    flatten = bench.broker.flatten

    async def stopped_first(request):  # type: ignore[no-untyped-def]
        bench.broker.accounts["user-7"].epoch += 1
        return await flatten(request)

    bench.broker.flatten = stopped_first  # type: ignore[method-assign]
    [told] = await bench.handle_press(row)
    assert "Nothing was sold. A newer stop came." in told
    assert "Paused all the same, until you resume them (/runs): #1." in told
    assert bench.broker.posts == []


async def test_who_cannot_be_waited_for_does_not_hold_up_the_way_out(bench: Bench) -> None:
    run = begin(bench)
    row = await asked(bench)
    bench.trading.acting.claims.take([run.id])
    hasty = Flattening(bench.parts, bench.desk, bench.trading.acting, patience=0.01)
    bench.house = replace(bench.house, flattening=hasty)
    [told] = await bench.handle_press(row)
    assert told.count("✅") == 2
    assert bench.trading.acting.claims.take([run.id]) == [], "its claim is still its own"


@pytest.mark.parametrize(
    ("way", "said"),
    [
        (Status.OPEN, "the order is open at the exchange"),
        (Status.UNKNOWN, "unknown, checking. I tell you, and do not send it again."),
    ],
)
async def test_what_was_not_over_with_the_rest_is_told_when_it_is(
    bench: Bench, way: Status, said: str
) -> None:
    await bench.say("/flatten")
    bench.broker.outcome = way
    [together] = await bench.press("🟠 Sell everything now")
    assert together.count(said) == 2
    bench.broker.outcome = None
    for client_id, order in bench.broker.books.items():
        bench.broker.books[client_id] = order.model_copy(update={"status": Status.FILLED})
    told = await bench.heard(bench.ticks.settle())
    assert [("✅ Sold 1.5 ETH" in one, "✅ Sold 0.05 BTC" in one) for one in told] == [
        (True, False),
        (False, True),
    ]
    assert await bench.heard(bench.ticks.settle()) == []
