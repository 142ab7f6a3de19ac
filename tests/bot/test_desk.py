"""The path of an order, as the bot walks it: one POST, whatever happens, and a person told.

May import: core, desk, errors, wire.
"""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from piggybot.chat.texts import error_text
from piggybot.core.orders import Decided, Want
from piggybot.errors import BrokerDown, BrokerRefused, NotAllowed, Stale
from piggybot.latches import NO_ENTRIES, NO_LIVE_ENTRIES
from proxy.wire import Mode, Problem, Side, Status
from tests.bot.bench import OWNER, Bench

pytestmark = pytest.mark.anyio


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    made = Bench(tmp_path)
    yield made
    made.close()


def two_dollars(bench: Bench, origin: str = "m7:1") -> Want:
    return Want(bench.person(), Side.BUY, "BTC/USDT", origin, reply_to=1, amount_usd=Decimal(2))


async def test_a_filled_order_is_written_down_and_told_with_price_fee_and_id(bench: Bench) -> None:
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))

    assert told == (
        "📝 PAPER 🧪\n✅ Bought 0.00003125 BTC/USDT at 64,000.00 for $2.00, fee $0.002.\n"
        "Paper order filled. Order ID: <code>777</code>"
    )
    [order] = bench.store.orders.all_of("user-7")
    assert (order.status, order.executed) == (Status.FILLED, Decimal("0.00003125"))
    assert bench.letters()[-1].reply_to == 1
    assert bench.broker.posts == [order.intent.client_id]


async def test_the_intent_is_written_down_before_it_leaves(bench: Bench) -> None:
    seen: list[str] = []
    place = bench.broker.place

    async def look_first(order, client_id):  # type: ignore[no-untyped-def]
        seen.append(bench.store.orders.get(client_id).status)
        return await place(order, client_id)

    bench.broker.place = look_first  # type: ignore[method-assign]
    await bench.desk.place(two_dollars(bench))
    assert seen == [Status.SENDING]


async def test_a_message_handled_twice_buys_once(bench: Bench) -> None:
    await bench.desk.place(two_dollars(bench))
    again = await bench.heard(bench.desk.place(two_dollars(bench)))

    assert again == []
    assert len(bench.broker.posts) == 1


async def test_no_answer_waits_then_settles_without_buying_twice(bench: Bench) -> None:
    bench.broker.lost = True
    [waiting] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "⏳ BTC/USDT: no answer yet. I will keep asking." in waiting

    [settled] = await bench.heard(bench.desk.settle())
    assert "✅ Bought 0.00003125 BTC/USDT" in settled
    assert "Settled" in settled
    assert await bench.heard(bench.desk.settle()) == []
    assert len(bench.broker.posts) == len(bench.broker.bought) == 1


async def test_an_order_that_never_arrived_is_voided_and_told_as_never_sent(bench: Bench) -> None:
    bench.broker.unseen = True
    await bench.desk.place(two_dollars(bench))

    [settled] = await bench.heard(bench.desk.settle())
    assert "The order was not placed. Nothing was bought ($2.00 of BTC/USDT)." in settled
    assert bench.broker.bought == []
    [order] = bench.store.orders.all_of("user-7")
    assert order.status is Status.NOT_SENT


async def test_nothing_listens_at_the_proxy_so_nothing_was_sent(bench: Bench) -> None:
    place, refused = bench.broker.place, BrokerDown("Connection refused.", "Start it.", sent=False)

    async def nobody(order, client_id):  # type: ignore[no-untyped-def]
        raise refused

    bench.broker.place = nobody  # type: ignore[method-assign]
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "not placed. Nothing was bought" in told
    assert "Connection refused.\nStart it." in told
    bench.broker.place = place  # type: ignore[method-assign]
    assert await bench.heard(bench.desk.settle()) == []
    assert bench.broker.posts == []


async def test_without_the_proxy_no_order_is_begun(bench: Bench) -> None:
    bench.broker.down = True
    with pytest.raises(BrokerDown) as caught:
        await bench.desk.place(two_dollars(bench))
    told = error_text(caught.value)
    assert told.startswith("❌ Nothing was sent. The trading service cannot be reached.")
    assert bench.store.orders.all_of("user-7") == []


@pytest.mark.parametrize(
    ("status", "word"), [(Status.DENIED, "✋ Denied."), (Status.REJECTED, "❌ binanceus rejected")]
)
async def test_a_refusal_is_told_with_its_reason_and_way_out(
    bench: Bench, status: Status, word: str
) -> None:
    problem = Problem(code="above_trade_limit", message="$2 < min & max.", hint="Type less.")
    bench.broker.refuse = BrokerRefused(problem, 409, status)
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert word in told
    assert "$2 &lt; min &amp; max.\nType less." in told
    assert bench.store.orders.open() == []


async def test_a_refusal_that_says_nothing_of_the_order_is_asked_after(bench: Bench) -> None:
    bench.broker.refuse = BrokerRefused(Problem(code="invalid_request", message="Odd."), 422)
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "not placed" in told
    assert bench.broker.calls[-2:] == ["order", "void"]


async def test_a_crash_between_writing_down_and_sending_is_never_sent_again(bench: Bench) -> None:
    async def dies(order, client_id):  # type: ignore[no-untyped-def]
        raise KeyboardInterrupt

    place = bench.broker.place
    bench.broker.place = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await bench.desk.place(two_dollars(bench))
    bench.broker.place = place  # type: ignore[method-assign]
    bench.restart()

    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "not placed. Nothing was bought" in told
    assert bench.broker.posts == []


async def test_a_crash_after_the_fill_is_told_once_after_the_restart(bench: Bench) -> None:
    place = bench.broker.place

    async def dies(order, client_id):  # type: ignore[no-untyped-def]
        await place(order, client_id)
        raise KeyboardInterrupt

    bench.broker.place = dies  # type: ignore[method-assign]
    with pytest.raises(KeyboardInterrupt):
        await bench.desk.place(two_dollars(bench))
    bench.restart()

    [told] = await bench.heard(bench.desk.settle())
    assert "✅ Bought 0.00003125 BTC/USDT" in told
    assert len(bench.broker.posts) == 1


async def test_what_cannot_be_found_out_is_told_once_and_stays_open(bench: Bench) -> None:
    bench.broker.outcome = Status.UNKNOWN
    await bench.desk.place(two_dollars(bench))
    bench.broker.outcome = Status.QUARANTINED

    [told] = await bench.heard(bench.desk.settle())
    [order] = bench.store.orders.open()
    assert order.intent.client_id in told
    assert "never sent again" in told.replace("\n", " ")
    assert await bench.heard(bench.desk.settle()) == []


async def test_an_order_taken_for_absent_that_turns_up_is_told(bench: Bench) -> None:
    bench.broker.outcome = Status.UNKNOWN
    await bench.desk.place(two_dollars(bench))
    bench.broker.outcome = Status.ABSENT
    await bench.desk.settle()
    assert await bench.heard(bench.desk.recheck()) == []
    bench.broker.outcome = Status.FILLED

    [told] = await bench.heard(bench.desk.recheck())
    [order] = bench.store.orders.recent(two_dollars(bench).person.user_id, 1)

    assert "✅ Bought" in told and "I was wrong before" in told
    assert order.status is Status.FILLED
    assert await bench.heard(bench.desk.recheck()) == []
    assert len(bench.broker.posts) == 1


async def test_an_order_on_its_way_is_not_called_off_by_the_clock(bench: Bench) -> None:
    place = bench.broker.place

    async def slow(order, client_id):  # type: ignore[no-untyped-def]
        await bench.desk.settle()
        return await place(order, client_id)

    bench.broker.place = slow  # type: ignore[method-assign]
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "✅ Bought" in told
    assert "void" not in bench.broker.calls


async def test_the_health_latch_refuses_buys_and_lets_sells_go(bench: Bench) -> None:
    await bench.desk.place(two_dollars(bench))
    bench.store.flags.put(NO_ENTRIES, "the trading service does not answer")
    with pytest.raises(NotAllowed, match="the trading service does not answer"):
        await bench.desk.place(two_dollars(bench, "m7:2"))
    sell = replace(two_dollars(bench, "m7:3"), side=Side.SELL)
    [told] = await bench.heard(bench.desk.place(sell))
    assert "✅ Sold" in told


async def test_without_telegram_only_live_buys_wait(bench: Bench) -> None:
    bench.store.flags.put(NO_LIVE_ENTRIES, "Telegram is away")
    await bench.desk.place(two_dollars(bench))
    bench.broker.accounts["user-7"].mode = Mode.LIVE
    with pytest.raises(NotAllowed, match="Telegram is away"):
        await bench.desk.place(two_dollars(bench, "m7:2"))
    assert len(bench.broker.posts) == 1


async def test_a_local_stop_refuses_everything_even_if_the_proxy_has_not_got_it(
    bench: Bench,
) -> None:
    bench.broker.down = True
    await bench.desk.errands.stop(bench.person(), "m7:9", 9)
    bench.broker.down = False
    with pytest.raises(NotAllowed, match="A stop is in force"):
        await bench.desk.place(replace(two_dollars(bench), side=Side.SELL))
    assert bench.broker.posts == []


async def test_a_stop_between_writing_down_and_sending_keeps_the_order_here(bench: Bench) -> None:
    add = bench.store.orders.add

    def add_then_stop(intent):  # type: ignore[no-untyped-def]
        bench.store.flags.put("stop:all", '{"state": "pending"}')
        return add(intent)

    bench.store.orders.add = add_then_stop  # type: ignore[method-assign]
    [told] = await bench.heard(bench.desk.place(two_dollars(bench)))
    assert "not placed" in told
    assert "A stop came first." in told
    assert bench.broker.posts == []


async def test_a_confirmed_order_is_refused_when_the_epoch_moved(bench: Bench) -> None:
    account = await bench.desk.account(bench.person())
    decided = Decided(account.mode, account.epoch - 1)
    with pytest.raises(Stale, match="nothing was sent"):
        await bench.desk.place(replace(two_dollars(bench), decided=decided))
    assert bench.broker.posts == []


async def test_the_order_carries_its_mode_epoch_and_deadline(bench: Bench) -> None:
    sent = []
    place = bench.broker.place

    async def keep(order, client_id):  # type: ignore[no-untyped-def]
        sent.append(order)
        return await place(order, client_id)

    bench.broker.place = keep  # type: ignore[method-assign]
    await bench.desk.place(two_dollars(bench))
    [order] = sent
    assert (order.mode, order.epoch, order.typed) == (Mode.PAPER, 1, True)
    assert order.notAfter == int(bench.now.timestamp() * 1000) + 30_000


async def test_two_people_have_their_own_orders(bench: Bench) -> None:
    bench.join(8, owner=False)
    await bench.desk.place(two_dollars(bench))
    other = replace(two_dollars(bench, "m8:1"), person=bench.person(8))
    await bench.desk.place(other)
    assert [each.chat_id for each in bench.letters() if each.kind == "text"] == [OWNER, 8]
    assert len(bench.store.orders.all_of("user-8")) == 1
