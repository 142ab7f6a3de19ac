"""The exchange misbehaves while an order is on its way: one order in its books, or none and told.

Times are faster than life once the order has left, because a proof of absence takes its time.

May import: nothing of ours.
"""

from datetime import datetime, timedelta

import pytest

from proxy.wire import Mode
from tests.stories.conftest import MakeWorld
from tests.stories.steps import (
    account,
    free,
    heard,
    nothing_sent,
    one_order,
    orders,
    settled,
    silence,
)
from tests.world import World

pytestmark = pytest.mark.anyio

AFTER = (
    ("timeout-after", "reset-after", "closed-after", "garbage-after", "bad-gzip-after"),
    ("500-after", "502-after", "503-after", "504-after", "code-1006-after", "code-1007-after"),
    ("html-after", "half-json-after", "truncated-after", "empty-after", "empty-object-after"),
    ("redirect-after", "redirect-302-after"),
)
BEFORE = (
    ("timeout-before", "reset-before", "closed-before", "redirect-before"),
    ("500-before", "code-1007-before", "html-before", "half-json-before"),
)


@pytest.fixture
async def hasty(make_world: MakeWorld) -> World:
    """Live, with a proxy that waits a third of a second for an answer."""
    world = await make_world(exchange_timeout=0.3)
    await world.pair()
    await world.keys()
    await world.live()
    return world


def asked_past_the_deadline(world: World) -> list[datetime]:
    """When the last order was asked for after the exchange could not take it any more.

    The proxy counts from its own first question, so that a clock set forward proves nothing.
    """
    requests = world.exchange.requests
    sent = [one for one in requests if one.method == "POST"][-1]
    window = timedelta(milliseconds=int(sent.params["recvWindow"]))
    asked = [
        one.at
        for one in requests
        if (one.method, one.path) == ("GET", "/api/v3/order") and one.at > sent.at
    ]
    return [at for at in asked if at > asked[0] + window + timedelta(seconds=1)]


@pytest.mark.parametrize("faults", AFTER)
async def test_an_order_that_was_executed_unheard_is_found_and_told_once(
    hasty: World, faults: tuple[str, ...]
) -> None:
    for number, fault in enumerate(faults, 1):
        await hasty.exchange.misbehave(fault, count=1)
        await hasty.ann.say("/testbuy 2")
        told = await settled(hasty, "✅ Bought")
        assert len(orders(hasty)) == hasty.posts == number, fault
        order = orders(hasty)[-1]
        assert f"Order ID: {order.order_id}\n" in told.text + "\n"
        assert f"Bought {order.executed.normalize():f} BTC/USDT" in told.text
    assert hasty.exchange.faults.met == list(faults)
    assert free(hasty, "USDT") == 10000 - sum(one.quote for one in orders(hasty))
    assert await heard(hasty.ann, "Order ID:") == len(faults), "each is told once"
    assert (await account(hasty)).unresolved == []


@pytest.mark.parametrize("faults", BEFORE)
async def test_an_order_that_never_arrived_is_proven_absent_and_not_sent_again(
    hasty: World, faults: tuple[str, ...]
) -> None:
    for number, fault in enumerate(faults, 1):
        await hasty.exchange.misbehave(fault, count=1)
        await hasty.ann.say("/testbuy 2")
        waiting = await hasty.ann.expect("no answer yet. I will keep asking.")
        assert "may or may not have happened" in waiting.text
        assert "I will not send it again" in waiting.text
        hasty.clock.run(30)
        told = await settled(hasty, "Nothing was bought")
        hasty.clock.run(1)
        assert "The exchange does not have the order." in told.text
        assert orders(hasty) == [], fault
        assert hasty.posts == number
        assert len(asked_past_the_deadline(hasty)) >= 3, "absence is proven by several answers"
    assert hasty.exchange.faults.met == list(faults)


@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("code-1003-before", "too many requests"),
        ("code-1015-before", "too many orders"),
        ("code-1021-before", "this computer's clock"),
        ("code-1022-before", "the signature is not valid"),
        ("code-2015-before", "refuses this API key"),
    ],
)
async def test_a_refusal_that_proves_that_nothing_was_executed(
    hasty: World, fault: str, words: str
) -> None:
    await hasty.exchange.misbehave(fault, count=1)
    await hasty.ann.say("/testbuy 2")
    told = await hasty.ann.expect("Nothing was bought")
    assert words in told.text
    assert orders(hasty) == []
    assert hasty.posts == 1
    hasty.clock.jump(8)  # where a pause was asked for, it is kept
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("Live order submitted")
    assert len(orders(hasty)) == 1


async def test_an_exchange_that_refuses_connections_gets_nothing(hasty: World) -> None:
    await hasty.exchange.misbehave("refused")
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("Binance.US")
    await hasty.exchange.misbehave("ok")
    await silence(hasty.ann)
    assert nothing_sent(hasty)
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("Live order submitted")
    one_order(hasty)


async def test_a_not_found_that_is_not_true_never_leads_to_a_second_order(hasty: World) -> None:
    await hasty.exchange.misbehave("timeout-after", count=1)
    await hasty.exchange.misbehave("not-found", count=2)
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("I will keep asking.")
    hasty.clock.run(20)
    await settled(hasty, "✅ Bought")
    one_order(hasty)


async def test_an_order_without_any_answer_is_quarantined_and_counts_as_spent(
    hasty: World,
) -> None:
    await hasty.exchange.misbehave("html-after")
    await hasty.exchange.misbehave("html-before", method="GET", path="/api/v3/order")
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("I will keep asking.")
    assert hasty.proxy.app is not None
    await hasty.proxy.app.state.house.desk.resolve_once()  # the ten minutes begin
    hasty.clock.run(30)
    hasty.clock.jump(601)
    told = await settled(hasty, "I cannot find out what became of your order")
    order = one_order(hasty)
    assert order.wanted.client_id in told.text
    assert "It counts as spent and is never sent again." in told.text
    found = await account(hasty)
    assert found.today.trades == 1
    assert found.mode in {Mode.LIVE, Mode.REDUCING}, "never paper over what may be a position"

    await hasty.exchange.misbehave("ok")
    hasty.clock.jump(61)
    await settled(hasty, "✅ Bought")
    one_order(hasty)


async def test_a_slow_answer_is_waited_for(hasty: World) -> None:
    await hasty.exchange.misbehave("slow-before", count=1, seconds=0.15)
    await hasty.ann.say("/testbuy 2")
    await hasty.ann.expect("Live order submitted")
    one_order(hasty)
