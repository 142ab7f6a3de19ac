"""Every fault of the exchange against one order: the right verdict, and its books counted.

The rule that money depends on: a verdict of NOT_SENT or REJECTED only where the books hold no
order, DONE only where they hold it; where an answer proves nothing, UNKNOWN, and a question finds
out. The exceptions are the answers that Binance documents as "not executed": there the sandbox's
`-after` variant is a venue that lies, and no client can know better.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

import pytest

from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.exchange_server import ExchangeServer
from piggybot.sandbox.faults import NAMES
from proxy.exchange import CcxtVenue
from proxy.venue import Placement, Report, Verdict
from proxy.wire import Side
from tests.proxy.loopback_venue import now, venue_at

pytestmark = pytest.mark.anyio

ID = "pg-AAAAAAAAAAAAAAAAAAAAAA"
DOCUMENTED_AS_NOT_EXECUTED = {"418", "429", "code-1003", "code-1015", "code-1021", "code-1022"} | {
    "code-2015"
}
HARMLESS = {"slow", "duplicated"}
SIDED = [name for name in NAMES if name.endswith(("-before", "-after"))]
TIMEOUT = 0.3


@dataclass
class Bench:
    exchange: ExchangeServer
    venue: CcxtVenue
    order: Placement
    started: datetime

    @property
    def posts(self) -> int:
        return self.exchange.sandbox.count()

    @property
    def books(self) -> list[str]:
        return [one.wanted.client_id for one in self.exchange.sandbox.books.orders]

    async def send(self) -> Report:
        return await self.venue.send(self.order, lambda: None)

    async def ask(self) -> Report:
        return await self.venue.ask(self.order, self.started)


@pytest.fixture
async def bench() -> AsyncIterator[Bench]:
    exchange = ExchangeServer(ExchangeSandbox())
    await exchange.start()
    account = exchange.sandbox.add_key()
    venue = venue_at(exchange.url, keys=lambda: (account.api_key, account.secret), timeout=TIMEOUT)
    await venue.refresh()
    market = await venue.market("BTC/USDT")
    order = Placement(ID, "u1", market, Side.BUY, Decimal(20), None)
    yield Bench(exchange, venue, order, now())
    await exchange.sandbox.misbehave("ok")
    await venue.close()
    await exchange.stop()


def expected(name: str) -> Verdict:
    kind, _, side = name.rpartition("-")
    if kind in DOCUMENTED_AS_NOT_EXECUTED:
        return Verdict.NOT_SENT
    executed = side == "after" or kind == "slow"
    return Verdict.DONE if kind in HARMLESS and executed else Verdict.UNKNOWN


@pytest.mark.parametrize("name", SIDED)
async def test_each_fault_gets_its_verdict_and_a_question_finds_the_truth(
    bench: Bench, name: str
) -> None:
    await bench.exchange.sandbox.misbehave(name, count=1, seconds=0.05)

    report = await bench.send()

    assert bench.posts == 1
    assert report.verdict is expected(name)
    if report.verdict is Verdict.DONE:
        assert bench.books == [ID]
    if report.verdict is not Verdict.UNKNOWN:
        return
    await bench.exchange.sandbox.misbehave("ok")
    bench.venue._line._banned_until = 0.0
    found = await bench.ask()
    assert found.verdict is (Verdict.DONE if bench.books else Verdict.NOT_FOUND)
    assert bench.posts == 1


async def test_a_refused_connection_sends_nothing(bench: Bench) -> None:
    await bench.exchange.sandbox.misbehave("refused")

    report = await bench.send()

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "venue_unreachable")
    assert (bench.posts, bench.books) == (0, [])


async def test_a_wrong_clock_is_measured_and_the_next_order_goes_through(bench: Bench) -> None:
    await bench.exchange.sandbox.misbehave("clock-skew", seconds=120)

    first = await bench.send()
    assert (first.verdict, first.code) == (Verdict.NOT_SENT, "clock_off")
    assert "120.0 s behind" in first.message or "119.9 s behind" in first.message
    assert bench.books == []

    second = await bench.send()
    assert second.verdict is Verdict.DONE
    assert bench.books == [ID]


async def test_a_question_survives_a_wrong_clock(bench: Bench) -> None:
    await bench.exchange.sandbox.misbehave("clock-skew", seconds=-30)

    held = await bench.venue.balances("u1")

    assert held["USDT"].free == 10000


async def test_a_second_witness_finds_what_the_first_denies(bench: Bench) -> None:
    await bench.send()
    await bench.exchange.sandbox.misbehave("not-found", count=1)

    found = await bench.ask()

    assert found.verdict is Verdict.DONE
    assert sum(fill.qty for fill in found.fills) == found.executed


async def test_our_own_other_orders_do_not_keep_absence_from_being_proven(bench: Bench) -> None:
    absent = bench.order
    for number in range(7):
        bench.order = replace(absent, client_id=f"pg-other-{number}")
        assert (await bench.send()).verdict is Verdict.DONE
    ids = {str(one.order_id) for one in bench.exchange.sandbox.books.orders}
    assert (await bench.venue.ask(absent, bench.started)).verdict is Verdict.UNKNOWN
    assert (await bench.venue.ask(absent, bench.started, ids)).verdict is Verdict.NOT_FOUND


async def test_absence_is_not_claimed_where_a_page_of_trades_may_hide_it(bench: Bench) -> None:
    ours = bench.order
    bench.order = replace(ours, client_id="pg-other")
    await bench.send()
    books = bench.exchange.sandbox.books
    known = {str(one.order_id) for one in books.orders}
    books.trades[:] = [replace(books.trades[0], trade_id=number) for number in range(1, 1001)]
    bench.order = ours
    await bench.send()
    await bench.exchange.sandbox.misbehave("not-found", count=1)
    assert (await bench.venue.ask(ours, bench.started, known)).verdict is Verdict.UNKNOWN


async def test_absence_is_not_claimed_while_the_second_witness_is_silent(bench: Bench) -> None:
    await bench.exchange.sandbox.misbehave("500-before", method="GET", path="/api/v3/myTrades")

    assert (await bench.ask()).verdict is Verdict.UNKNOWN


async def test_an_order_left_open_is_cancelled_with_what_was_filled(bench: Bench) -> None:
    bench.exchange.sandbox.books.fill_next("half")

    sent = await bench.send()
    assert sent.verdict is Verdict.OPEN

    over = await bench.venue.cancel(bench.order)
    assert over.verdict is Verdict.DONE
    assert 0 < over.executed == sum(fill.qty for fill in over.fills)
    again = await bench.venue.cancel(bench.order)
    assert again == over


async def test_fills_are_complete_with_their_fees(bench: Bench) -> None:
    bench.exchange.sandbox.books.fill_next("split")

    report = await bench.send()
    found = await bench.ask()

    trades = bench.exchange.sandbox.books.trades
    assert len(report.fills) == len(found.fills) == len(trades) == 2
    assert sum(fill.qty for fill in found.fills) == found.executed == report.executed
    assert [fill.fee for fill in found.fills] == [one.commission for one in trades]


async def test_too_little_money_is_a_rejection(bench: Bench) -> None:
    poor = bench.exchange.sandbox.add_key(balances={"USDT": "1"})
    venue = venue_at(bench.exchange.url, keys=lambda: (poor.api_key, poor.secret))
    await venue.refresh()

    report = await venue.send(bench.order, lambda: None)

    assert (report.verdict, report.code) == (Verdict.REJECTED, "insufficient_funds")
    await venue.close()


@pytest.mark.parametrize(
    ("name", "rights", "told"),
    [
        ("binance", {}, (True, False, False)),
        ("binance", {"can_withdraw": True}, (True, True, False)),
        ("binance", {"can_trade": False, "ip_restricted": True}, (False, False, True)),
        ("binanceus", {}, (True, None, None)),
        ("binanceus", {"can_trade": False}, (False, None, None)),
        ("binanceus", {"can_withdraw": True}, (True, None, None)),
    ],
)
async def test_what_a_key_may_do(
    bench: Bench, name: str, rights: dict[str, bool], told: tuple[bool | None, ...]
) -> None:
    key = bench.exchange.sandbox.add_key(**rights)  # type: ignore[arg-type]
    venue = venue_at(bench.exchange.url, name, keys=lambda: (key.api_key, key.secret))

    found = await venue.permissions("u1")

    assert (found.trade, found.withdraw, found.ipRestricted) == told
    assert bench.books == []
    await venue.close()
