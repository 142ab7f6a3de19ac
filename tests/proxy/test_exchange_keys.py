"""Bans and secrets on the way to an exchange: kept to, and kept."""

import asyncio
import logging
import time
from datetime import timedelta

import pytest

from proxy.ccxt_line import Line
from proxy.ccxt_wire import check_never_repeats, connect
from proxy.errors import KeyRefused, VenueUnavailable
from proxy.exchange import CcxtVenue
from proxy.venue import Verdict
from tests.proxy.loopback_venue import (
    ORDER,
    SECRET,
    LoopbackVenue,
    budget,
    buy,
    filled,
    now,
    told,
    venue_at,
)

pytestmark = pytest.mark.anyio


async def test_a_ban_holds_everything_back_until_it_ends(fake: LoopbackVenue) -> None:
    passed, clock = [0.0], [now()]
    venue = venue_at(fake.server.url, clock=lambda: clock[0], monotonic=lambda: passed[0])
    fake.answers[ORDER] = told({"code": -1003, "msg": "Way too much."}, 418, retry_after="30")
    first = await buy(venue)
    seen = len(fake.seen)

    second = await buy(venue)
    with pytest.raises(VenueUnavailable) as refused:
        await venue.balances("u1")

    assert (first.verdict, first.code) == (Verdict.NOT_SENT, "venue_busy")
    assert (second.verdict, second.code) == (Verdict.NOT_SENT, "venue_busy")
    assert "30 s" in second.message
    assert refused.value.code == "venue_busy"
    assert len(fake.seen) == seen

    passed[0] += 31
    clock[0] -= timedelta(hours=1)  # a clock that is set back prolongs nothing
    fake.answers[ORDER] = filled
    assert (await buy(venue)).verdict is Verdict.DONE
    await venue.close()


@pytest.mark.parametrize(
    ("said", "left"), [(("600", "5"), 600), (("5", "600"), 600), (("9999999",), 3 * 24 * 3600)]
)
async def test_a_ban_lasts_as_long_as_the_longest_that_was_said_and_three_days_at_most(
    fake: LoopbackVenue, said: tuple[str, ...], left: int
) -> None:
    line = Line("binanceus", fake.server.url, 2.0, lambda: 100.0, budget())
    for seconds in said:
        fake.answers["GET", "/api/v3/time"] = told({}, 429, retry_after=seconds)
        await line.exchange("GET", "https://api.binance.us/api/v3/time", {}, None)
    with pytest.raises(VenueUnavailable, match=f"pause; {left} s are left"):
        line.check_free("Binance.US")
    await line.close()


async def test_secrets_are_opened_for_signing_only_and_never_mixed(fake: LoopbackVenue) -> None:
    opened: list[str] = []

    def opener() -> tuple[str, str]:
        opened.append("opened")
        return "a-key", SECRET

    venue = venue_at(fake.server.url, keys=opener)
    await venue.market("BTC/USDT")
    assert opened == []

    await asyncio.gather(*(buy(venue) for _ in range(5)))

    assert len(opened) == 5
    assert SECRET not in str(vars(venue._ccxt)) and "a-key" not in str(vars(venue._ccxt))
    assert not venue._ccxt.apiKey and not venue._ccxt.secret
    await venue.close()


async def test_two_users_at_once_sign_with_their_own_keys(fake: LoopbackVenue) -> None:
    venue = venue_at(fake.server.url)
    await venue.market("BTC/USDT")

    await asyncio.gather(*(buy(venue, user=user) for user in ("ann", "bob", "cy") * 3))

    used = sorted(one.headers["x-mbx-apikey"] for one in fake.orders)
    assert used == sorted(["key-of-ann", "key-of-bob", "key-of-cy"] * 3)
    await venue.close()


@pytest.mark.parametrize("secret", ["-----BEGIN PRIVATE KEY-----\nxx", "PRIVATE KEY" + "x" * 200])
async def test_a_secret_that_cannot_sign_is_refused_in_words(
    fake: LoopbackVenue, secret: str
) -> None:
    venue = venue_at(fake.server.url, keys=lambda: ("a-key", secret))

    report = await buy(venue)
    with pytest.raises(KeyRefused) as refused:
        await venue.balances("u1")

    assert (report.verdict, report.code) == (Verdict.NOT_SENT, "invalid_signature")
    assert secret not in str(refused.value) + report.message
    assert fake.orders == []
    await venue.close()


async def test_no_log_line_carries_a_key_even_at_debug(
    fake: LoopbackVenue, venue: CcxtVenue, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await buy(venue)
        with pytest.raises(VenueUnavailable):
            await venue.balances("u1")

    assert SECRET not in caplog.text
    assert "key-of-u1" not in caplog.text


def test_an_instance_that_would_repeat_requests_is_refused() -> None:
    line = Line("binance", "", 2.0, time.monotonic, budget())
    exchange = connect("binance", "Binance", line, now)
    exchange.options["createOrder"] = {"maxRetriesOnFailure": 2}

    with pytest.raises(RuntimeError):
        check_never_repeats(exchange)
    assert exchange.enableLastHttpResponse is False
    assert exchange.enableRateLimit is True
