"""The paper venue keeps books as a real one: once, never below nothing, askable after a crash."""

from decimal import Decimal

import pytest

from proxy.errors import GateClosed
from proxy.venue import Placement, Verdict
from proxy.wire import Side
from tests.proxy.fake_venue import MARKETS

pytestmark = pytest.mark.anyio
D = Decimal


def placement(client_id="pg-paper-001", cost="100", side=Side.BUY, units=None) -> Placement:
    market = MARKETS["BTC/USDT"]
    amount = D(cost) if side is Side.BUY else None
    return Placement(client_id, "ann", market, side, amount, units)


def passed() -> None:
    """The gate is open."""


async def free(house, asset) -> Decimal:
    held = (await house.paper.balances("ann")).get(asset)
    return D(0) if held is None else held.free


async def test_a_buy_pays_slippage_and_fee(house):
    report = await house.paper.send(placement(), passed)
    assert (report.verdict, report.fills[0].price) == (Verdict.DONE, D("50025.00"))
    assert report.fills[0].fee == D("0.00000199")
    assert report.fills[0].feeAsset == "BTC"
    assert await free(house, "BTC") == D("0.00199") - D("0.00000199")
    assert await free(house, "USDT") == 10000 - D("0.00199") * 50025


async def test_the_same_id_fills_once(house):
    first = await house.paper.send(placement(), passed)
    assert await house.paper.send(placement(), passed) == first
    assert await house.paper.ask(placement(), house.now) == first
    assert await house.paper.cancel(placement()) == first
    assert await free(house, "USDT") == 10000 - D("0.00199") * 50025


async def test_what_the_account_does_not_hold_is_rejected(house):
    poor = await house.paper.send(placement(cost="20000"), passed)
    assert (poor.verdict, poor.code) == (Verdict.REJECTED, "insufficient_funds")
    none = await house.paper.send(placement(side=Side.SELL, units=D("0.1")), passed)
    assert none.verdict is Verdict.REJECTED
    assert await free(house, "USDT") == 10000


async def test_a_closed_gate_leaves_the_books_alone(house):
    def shut() -> None:
        raise GateClosed("stopped", "Stopped.")

    report = await house.paper.send(placement(), shut)
    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "stopped")
    assert (await house.paper.ask(placement(), house.now)).verdict is Verdict.NOT_FOUND


async def test_books_survive_a_restart(house):
    await house.paper.send(placement(), passed)
    before = await house.paper.balances("ann")
    await house.restart()
    assert await house.paper.balances("ann") == before
    assert (await house.paper.ask(placement(), house.now)).verdict is Verdict.DONE


async def test_no_price_means_not_sent(house):
    house.venue.down = True
    assert (await house.paper.send(placement(), passed)).verdict is Verdict.NOT_SENT
