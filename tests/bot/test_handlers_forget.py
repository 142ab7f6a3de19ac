"""/forget, as a person reads it: removed here and there, later where the proxy is away, wholly.

May import: errors, store, wire.
"""

from collections.abc import Iterator
from pathlib import Path

import pytest

from piggybot.errors import BrokerRefused
from proxy.wire import Problem
from tests.bot.bench import Bench

pytestmark = pytest.mark.anyio
KEY, SECRET = "hpke1:abcd1234:S0VZ", "hpke1:abcd1234:U0VDUkVU"


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


async def save_keys(bench: Bench) -> None:
    await bench.say("/setkeys binanceus", secrets={"apiKey": KEY, "apiSecret": SECRET})


async def test_forget_asks_and_removes_here_and_there(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget")
    assert len(bench.store.keys.all_of("user-7")) == 1
    [told] = await bench.press("🗑 Remove the key")
    assert "Removed here and at the trading service: binanceus." in told
    assert bench.store.keys.all_of("user-7") == []
    assert bench.broker.accounts["user-7"].keys == []


async def test_the_clock_leaves_a_removal_to_the_person_who_asks_for_it(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget")
    bench.broker.during_forget.append(bench.ticks.errands)
    [told] = await bench.press("🗑 Remove the key")
    assert "here and at the trading service: binanceus." in told, "told once, by the command"
    assert bench.broker.calls.count("forget") == 1


async def test_forget_without_the_proxy_removes_here_and_keeps_trying(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget binanceus")
    bench.broker.down = True
    [told] = await bench.press("🗑 Remove the key")
    assert "Removed from this bot." in told
    assert "The trading service still has its copy" in told
    assert bench.store.keys.all_of("user-7") == []
    assert await bench.heard(bench.ticks.errands()) == []

    bench.restart()
    bench.broker.down = False
    [late] = await bench.heard(bench.ticks.errands())
    assert "The trading service has removed its copy now: binanceus." in late
    assert bench.broker.accounts["user-7"].keys == []
    assert await bench.heard(bench.ticks.errands()) == []


async def test_a_refused_removal_at_the_proxy_still_says_what_is_gone_here(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget")
    problem = Problem(code="orders_unresolved", message="Orders not resolved yet: 1.")
    bench.broker.forget_refused = BrokerRefused(problem, 409)
    [told] = await bench.press("🗑 Remove the key")
    assert "Removed from this bot." in told
    assert "The trading service still has its copy: Orders not resolved yet: 1." in told
    bench.broker.forget_refused = None
    [late] = await bench.heard(bench.ticks.errands())
    assert "The trading service has removed its copy now: binanceus." in late


async def test_a_copy_that_may_be_left_at_the_proxy_is_told_until_it_is_gone(
    bench: Bench,
) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget")
    bench.broker.traces = True
    [told] = await bench.press("🗑 Remove the key")
    assert "Removed here and at the trading service: binanceus." in told
    assert "A sealed copy may still be on the disk" in told
    [again] = await bench.say("/forget")
    assert "A sealed copy may still be on the disk" in again
    bench.broker.traces = False
    assert await bench.say("/forget") == [
        "❌ No key is saved, so there is nothing to remove.\n/status shows your keys."
    ]


async def test_a_key_saved_after_forget_is_not_removed_by_the_late_errand(bench: Bench) -> None:
    await save_keys(bench)
    await bench.say("/validate")
    await bench.say("/forget")
    bench.broker.down = True
    await bench.press("🗑 Remove the key")
    bench.broker.down = False
    await save_keys(bench)
    await bench.say("/validate")
    await bench.ticks.errands()
    assert bench.broker.accounts["user-7"].keys == ["binanceus"]
