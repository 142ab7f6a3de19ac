"""What leaves for an exchange: to the letter, once, signed, gated, and nowhere else."""

import asyncio
import hashlib
import hmac
import socket
import time
from decimal import Decimal
from urllib.parse import urlencode

import pytest

from proxy.ccxt_line import Call, Line, calling
from proxy.errors import GateClosed, VenueUnavailable
from proxy.exchange import CcxtVenue
from proxy.venue import Placement, Report, Verdict
from proxy.wire import Side
from tests.proxy.loopback_venue import (
    ID,
    ORDER,
    SECRET,
    LoopbackVenue,
    Seen,
    budget,
    buy,
    open_gate,
    told,
    venue_at,
)

pytestmark = pytest.mark.anyio


async def sell(venue: CcxtVenue, units: str) -> Report:
    market = await venue.market("BTC/USDT")
    return await venue.send(Placement(ID, "u1", market, Side.SELL, None, Decimal(units)), open_gate)


async def test_a_buy_is_one_post_by_cost_under_our_id(
    fake: LoopbackVenue, venue: CcxtVenue
) -> None:
    report = await buy(venue)

    [sent] = fake.orders
    assert report.verdict is Verdict.DONE
    assert sent.params[1:-2] == [
        ("symbol", "BTCUSDT"),
        ("side", "BUY"),
        ("newClientOrderId", ID),
        ("newOrderRespType", "FULL"),
        ("type", "MARKET"),
        ("quoteOrderQty", "2.05"),
    ]
    assert sent.names[0] == "timestamp"
    assert sent.params[-2] == ("recvWindow", "5000")
    assert sent.headers["x-mbx-apikey"] == "key-of-u1"
    assert sent.headers["content-type"] == "application/x-www-form-urlencoded"


async def test_a_sell_is_one_post_by_size_in_whole_steps(
    fake: LoopbackVenue, venue: CcxtVenue
) -> None:
    await sell(venue, "0.000039999")

    [sent] = fake.orders
    assert sent.dict["side"] == "SELL"
    assert sent.dict["quantity"] == "0.00003"
    assert "quoteOrderQty" not in sent.dict
    assert "price" not in sent.dict


async def test_a_signature_holds_over_what_was_sent(fake: LoopbackVenue, venue: CcxtVenue) -> None:
    await buy(venue)

    [sent] = fake.orders
    signed = urlencode(sent.params[:-1])
    right = hmac.new(SECRET.encode(), signed.encode(), hashlib.sha256).hexdigest()
    assert sent.params[-1] == ("signature", right)


async def test_loading_markets_is_one_request(fake: LoopbackVenue, venue: CcxtVenue) -> None:
    rules = await venue.market("btcusdt")

    assert [(one.method, one.path) for one in fake.seen] == [("GET", "/api/v3/exchangeInfo")]
    assert (rules.symbol, rules.step, rules.min_notional) == (
        "BTC/USDT",
        Decimal("0.00001"),
        Decimal(1),
    )


async def test_cancel_and_question_name_the_order_by_our_id(
    fake: LoopbackVenue, venue: CcxtVenue
) -> None:
    order = Placement(ID, "u1", await venue.market("BTC/USDT"), Side.BUY, Decimal(2), None)
    await venue.cancel(order)

    cancel, question = fake.seen[-2:]
    assert (cancel.method, cancel.path) == ("DELETE", "/api/v3/order")
    assert (question.method, question.path) == ("GET", "/api/v3/order")
    for one in (cancel, question):
        assert one.dict["origClientOrderId"] == ID
        assert one.dict["symbol"] == "BTCUSDT"
        assert "newClientOrderId" not in one.dict


async def test_a_redirect_is_not_followed(fake: LoopbackVenue, venue: CcxtVenue) -> None:
    for status in (301, 302, 303, 307, 308):
        fake.answers[ORDER] = told(b"", status, location=f"{fake.server.url}/elsewhere")
        assert (await buy(venue)).verdict is Verdict.UNKNOWN

    assert len(fake.orders) == 5
    assert not [one for one in fake.seen if one.path == "/elsewhere"]


async def test_an_order_that_its_gate_holds_back_leaves_no_byte(
    fake: LoopbackVenue, venue: CcxtVenue
) -> None:
    """That the gate is asked after the connection stands is shown where nobody accepts one."""
    asked: list[int] = []

    def gate() -> None:
        asked.append(len(fake.seen))
        raise GateClosed("stopped", "A stop is in force.")

    market = await venue.market("BTC/USDT")
    before = len(fake.seen)
    report = await venue.send(Placement(ID, "u1", market, Side.BUY, Decimal(2), None), gate)
    await venue.clocks()

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "stopped")
    assert asked == [before], "once, and nothing else was sent for it"
    assert [one.path for one in fake.seen[before:]] == ["/api/v3/time"], "it hears us still"


async def test_a_stop_while_the_limiter_waits_holds_the_order_back(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    market = await venue.market("BTC/USDT")
    venue._ccxt.enableRateLimit = True
    waiting, go_on, stopped = asyncio.Event(), asyncio.Event(), []

    async def slow(_cost: object) -> None:
        waiting.set()
        await go_on.wait()

    def gate() -> None:
        if stopped:
            raise GateClosed("stopped", "A stop is in force.")

    venue._ccxt.throttle = slow
    order = Placement(ID, "u1", market, Side.BUY, Decimal(2), None)
    sending = asyncio.create_task(venue.send(order, gate))
    await waiting.wait()
    stopped.append(True)
    go_on.set()

    assert (await sending).code == "stopped"
    assert fake.orders == []
    await venue.close()


async def test_a_ban_that_comes_while_the_limiter_waits_holds_the_order_back(
    fake: LoopbackVenue,
) -> None:
    venue = venue_at(fake.server.url)
    market = await venue.market("BTC/USDT")
    venue._ccxt.enableRateLimit = True

    async def banned_meanwhile(_cost: object) -> None:
        fake.answers["GET", "/api/v3/time"] = told({}, 418, retry_after="30")
        with calling(Call()):  # somebody else's question
            await venue._line.exchange("GET", "https://api.binance.us/api/v3/time", {}, None)

    venue._ccxt.throttle = banned_meanwhile
    report = await venue.send(Placement(ID, "u1", market, Side.BUY, Decimal(2), None), open_gate)

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "venue_busy")
    assert fake.orders == []
    await venue.close()


async def test_whatever_breaks_after_the_gate_leaves_the_order_unknown(
    fake: LoopbackVenue, venue: CcxtVenue
) -> None:
    market = await venue.market("BTC/USDT")
    [origin] = venue._line.expected

    async def broken(*_: object) -> None:
        await venue._line.exchange("POST", f"{origin}/api/v3/order", {}, f"newClientOrderId={ID}")
        raise ValueError("nobody thought of this")

    venue._ccxt.create_market_buy_order_with_cost = broken
    report = await venue.send(Placement(ID, "u1", market, Side.BUY, Decimal(2), None), open_gate)

    assert (report.verdict, len(fake.orders)) == (Verdict.UNKNOWN, 1)


async def test_a_gate_lets_one_order_through_and_no_second(fake: LoopbackVenue) -> None:
    line = Line("binanceus", fake.server.url, 2.0, time.monotonic, budget())
    url, body = "https://api.binance.us/api/v3/order", "symbol=BTCUSDT&newClientOrderId=pg-1"
    with calling(Call(gate=open_gate)):
        await line.exchange("POST", url, {}, body)
        with pytest.raises(GateClosed):
            await line.exchange("POST", url, {}, body)
    await line.close()

    assert len(fake.orders) == 1


async def test_an_order_without_a_gate_cannot_leave(fake: LoopbackVenue) -> None:
    line = Line("binanceus", fake.server.url, 2.0, time.monotonic, budget())
    for url in ("https://api.binance.us/api/v3/order", "https://api.binance.us/api/v3/order?x=1"):
        with pytest.raises(GateClosed):
            await line.exchange("POST", url, {}, "symbol=BTCUSDT")
    await line.close()

    assert fake.seen == []


@pytest.mark.parametrize(
    "url",
    [
        "https://api.binance.com/api/v3/time",
        "https://fapi.binance.com/fapi/v1/time",
        "http://api.binance.us/api/v3/time",
        "https://api.binance.us.evil.example/api/v3/time",
        "https://api.binance.us@evil.example/api/v3/time",
        "https://api.binance.us:8443/api/v3/time",
    ],
)
async def test_another_host_than_the_official_one_is_refused(fake: LoopbackVenue, url: str) -> None:
    line = Line("binanceus", fake.server.url, 2.0, time.monotonic, budget())

    with pytest.raises(VenueUnavailable) as refused:
        await line.exchange("GET", url, {}, None)

    assert refused.value.code == "unexpected_host"
    assert fake.seen == []


@pytest.mark.parametrize(
    ("name", "origin", "target"),
    [
        ("binanceus", "", "https://api.binance.us/api/v3/time?a=1"),
        ("binanceus", "testnet", "https://testnet.binance.vision/api/v3/time?a=1"),
        ("binanceus", "http://127.0.0.1:9", "http://127.0.0.1:9/api/v3/time?a=1"),
    ],
)
def test_the_origin_is_rewritten_after_signing(name: str, origin: str, target: str) -> None:
    line = Line(name, origin, 2.0, time.monotonic, budget())

    assert line.rewritten("https://api.binance.us/api/v3/time?a=1") == target
    assert line.sandbox is bool(origin)


async def test_a_refused_connection_is_provably_unsent(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    await venue.market("BTC/USDT")
    await fake.server.close_listener()

    report = await buy(venue)

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "venue_unreachable")
    await venue.close()


async def test_a_silent_venue_leaves_the_order_unknown(fake: LoopbackVenue) -> None:
    silent = asyncio.Event()

    async def wait(_: Seen) -> None:
        await silent.wait()

    venue = venue_at(fake.server.url, timeout=0.2)
    await venue.market("BTC/USDT")
    fake.before_answer = wait

    assert (await buy(venue)).verdict is Verdict.UNKNOWN
    assert len(fake.orders) == 1
    silent.set()
    await venue.close()


async def test_a_connection_that_nobody_accepts_is_provably_unsent(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url, timeout=0.2)
    market = await venue.market("BTC/USDT")
    passed: list[bool] = []
    with socket.socket() as full, socket.socket() as first, socket.socket() as second:
        full.bind(("127.0.0.1", 0))
        full.listen(0)
        for one in (first, second):
            one.setblocking(False)
            one.connect_ex(full.getsockname())
        venue._line.origin = f"http://127.0.0.1:{full.getsockname()[1]}"
        order = Placement(ID, "u1", market, Side.BUY, Decimal(2), None)
        report = await venue.send(order, lambda: passed.append(True))
    await venue.close()

    assert passed == []
    assert report.verdict is Verdict.NOT_SENT
