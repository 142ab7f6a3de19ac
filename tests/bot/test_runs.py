"""Runs as their people know them: begun within the limits, paused, resumed, ended, and whose.

May import: core, errors, runs, wire.
"""

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest

from piggybot.chat import texts_cards
from piggybot.core.positions import BY_HAND, Book, Key
from piggybot.core.runs import Cause, Exits, Guards, Halt, Outcome, Run, RunState
from piggybot.errors import BadInput, BrokerRefused, NotAllowed
from piggybot.runs import MOST_RUNS, Spec
from proxy.wire import Mode, Problem, Status, Timeframe
from tests.bot.bench import NOON, Bench
from tests.bot.market_broker import DOWN, UP

pytestmark = pytest.mark.anyio

HOUR = timedelta(hours=1)
SPEC = Spec(
    strategy="sma_crossover",
    params={"fast": "2", "slow": "3"},
    symbol="BTC/USDT",
    timeframe=Timeframe.H1,
    amount_usd=Decimal(10),
    exits=Exits(),
    guards=Guards(),
    reply_to=55,
)


async def start(trader: Bench, origin: str = "m7:1", **other: Any) -> Run:
    return await trader.trading.runs.start(trader.person(), replace(SPEC, **other), origin)


async def tick(trader: Bench, closes: tuple[int, ...] = ()) -> None:
    trader.later(hours=1)
    trader.broker.draw(trader.now, closes)
    await trader.ticks.slots()
    await trader.trading.acting.idle()


def key(run: Run, run_id: str | None = None) -> Key:
    mine = run.id if run_id is None else run_id
    return Key("user-7", Book.PAPER, "binanceus", "BTC/USDT", mine)


async def test_a_run_begins_with_all_its_settings_and_a_number(trader: Bench) -> None:
    run = await start(trader, params={"fast": "2"})
    assert (run.number, run.state, run.created) == (1, RunState.ACTIVE, NOON)
    assert run.params == {"fast": "2", "slow": "30"}
    assert (run.user_id, run.exchange, run.reply_to) == ("user-7", "binanceus", 55)
    assert (await start(trader, "m7:2")).number == 2
    [first, second] = await trader.trading.runs.cards(trader.person())
    assert (first.run, first.next, first.last) == (run, NOON + HOUR, None)
    assert first.position.entries == 0
    assert second.resting is None


async def test_a_handler_that_runs_again_begins_no_second_run(trader: Bench) -> None:
    assert await start(trader) == await start(trader)
    assert len(trader.store.runs.of_person(7)) == 1


@pytest.mark.parametrize(
    ("wrong", "said"),
    [
        ({"strategy": "sma"}, "There is no strategy “sma”."),
        ({"params": {"fsat": "2"}}, "Did you mean fast?"),
        ({"params": {"fast": "40"}}, "fast (40) must be below slow (30)."),
        ({"symbol": "DOGE/USDT"}, "DOGE/USDT may not be bought. Allowed: BTC/USDT, ETH/USDT"),
        ({"amount_usd": Decimal(51)}, "$51.00 is above the limit of $50.00 a trade."),
        ({"amount_usd": Decimal("1.99")}, "Give $2.00 or more."),
    ],
)
async def test_what_cannot_be_run_is_refused_with_the_next_step(
    trader: Bench, wrong: dict[str, Any], said: str
) -> None:
    with pytest.raises(BadInput) as refused:
        await start(trader, **wrong)
    assert said in str(refused.value)
    assert trader.store.runs.of_person(7) == []


async def test_an_amount_that_could_not_be_sold_again_is_refused(trader: Bench) -> None:
    trader.broker.min_notional = Decimal(10)
    with pytest.raises(BadInput) as refused:
        await start(trader, exits=Exits(stop_loss=Decimal("0.2")))
    assert "after a fall it could not be sold again" in refused.value.message
    assert refused.value.hint == "Give $12.51 or more."
    assert (await start(trader, amount_usd=Decimal("12.51"))).amount_usd == Decimal("12.51")


async def test_nobody_has_more_than_so_many_runs(trader: Bench) -> None:
    for number in range(MOST_RUNS):
        await start(trader, f"m7:{number}")
    with pytest.raises(BadInput):
        await start(trader, "m7:more")
    await trader.trading.runs.end_keeping(trader.person(), 1)
    assert (await start(trader, "m7:more")).number == MOST_RUNS + 1


async def test_a_paused_run_decides_nothing_and_what_passed_is_accounted_for(trader: Bench) -> None:
    runs, ann = trader.trading.runs, trader.person()
    run = await start(trader)
    await tick(trader)
    assert (await runs.pause(ann, 1)).state is RunState.PAUSED
    assert (await runs.card(ann, 1)).next is None
    with pytest.raises(NotAllowed) as refused:
        await runs.pause(ann, 1)
    assert refused.value.message == "Run #1 is paused, so it cannot be paused."
    for _ in range(3):
        await tick(trader, UP)
    assert trader.broker.posts == []
    assert (await runs.resume(ann, 1)).state is RunState.ACTIVE
    skipped = trader.store.slots.last(run.id)
    assert skipped is not None
    assert (skipped.since, skipped.at) == (NOON + 2 * HOUR, NOON + 4 * HOUR)
    assert (skipped.outcome, skipped.reason) == (Outcome.SKIPPED, "The run was not active.")
    await tick(trader, UP)
    assert len(trader.broker.posts) == 1


async def test_ended_and_kept_is_bought_by_hand_from_then_on(trader: Bench) -> None:
    run = await start(trader)
    await tick(trader, UP)
    ended = await trader.trading.runs.end_keeping(trader.person(), 1)
    assert (ended.run.state, ended.kept) == (RunState.ENDED, True)
    assert trader.store.ledger.position(key(run)).units == 0
    assert trader.store.ledger.position(key(run, BY_HAND)).units == Decimal("0.1")
    assert await trader.trading.runs.cards(trader.person()) == []
    await tick(trader, DOWN)
    assert len(trader.broker.posts) == 1
    with pytest.raises(NotAllowed):
        await trader.trading.runs.resume(trader.person(), 1)


async def test_ended_and_sold_sells_first_and_tells(trader: Bench) -> None:
    run = await start(trader)
    await tick(trader, UP)
    told = await trader.heard(trader.trading.runs.end_selling(trader.person(), 1))
    assert "✅ Sold 0.1 BTC/USDT" in told[0]
    sale = trader.store.orders.all_of("user-7")[-1].intent
    assert (sale.run_id, sale.number, sale.cause) == (run.id, 2, Cause.HAND)
    now = trader.store.runs.get(run.id)
    assert now is not None
    assert now.state is RunState.ENDED
    assert trader.store.ledger.position(key(run)).trades == 1
    assert trader.store.ledger.position(key(run, BY_HAND)).units == 0


async def test_a_run_whose_sell_is_refused_is_paused_and_not_ended(trader: Bench) -> None:
    run = await start(trader)
    await tick(trader, UP)
    problem = Problem(code="nothing_held", message="The bot holds 0 BTC.")
    trader.broker.refuse = BrokerRefused(problem, 409, Status.DENIED)
    with pytest.raises(NotAllowed) as refused:
        await trader.trading.runs.end_selling(trader.person(), 1)
    assert "paused and not ended" in refused.value.message
    now = trader.store.runs.get(run.id)
    assert now is not None
    assert now.state is RunState.PAUSED
    trader.broker.refuse = None
    assert not (await trader.trading.runs.end_selling(trader.person(), 1)).kept


async def test_a_run_whose_books_are_in_doubt_is_not_ended_as_if_it_had_sold(
    trader: Bench,
) -> None:
    run = await start(trader)
    await tick(trader, UP)
    trader.store.runs.set_state(run.id, RunState.HALTED, "The books differ.", Halt.BOOKS)
    with pytest.raises(NotAllowed) as refused:
        await trader.trading.runs.end_selling(trader.person(), 1)
    assert "Nothing was sold" in refused.value.message
    now = trader.store.runs.get(run.id)
    assert now is not None
    assert now.state is RunState.HALTED
    assert trader.store.ledger.position(key(run)).units == Decimal("0.1")
    assert len(trader.broker.posts) == 1


async def test_what_was_too_little_to_sell_is_told_to_be_the_persons(trader: Bench) -> None:
    await start(trader)
    await tick(trader, UP)
    trader.later(seconds=10)
    trader.broker.price_now = Decimal("0.01")
    ended = await trader.trading.runs.end_selling(trader.person(), 1)
    assert (ended.run.state, ended.kept) == (RunState.ENDED, True)
    told = texts_cards.ended(ended)
    assert "What it holds is worth $0.001, and the exchange takes no sell below $1.00." in told
    assert told.endswith("What it held is yours by hand now: /positions shows it.")
    assert len(trader.broker.posts) == 1


async def test_a_stop_keeps_what_is_held_and_says_what_to_do(trader: Bench) -> None:
    await start(trader)
    await tick(trader, UP)
    await trader.say("/stop")
    with pytest.raises(NotAllowed) as refused:
        await trader.trading.runs.end_selling(trader.person(), 1)
    assert "A stop is in force. /resume ends it." in refused.value.message
    assert len(trader.broker.posts) == 1
    await trader.trading.runs.end_keeping(trader.person(), 1)


async def test_a_flat_run_is_ended_without_an_order(trader: Bench) -> None:
    await start(trader)
    assert not (await trader.trading.runs.end_selling(trader.person(), 1)).kept
    assert trader.broker.posts == []


async def test_nobody_moves_the_runs_of_another(trader: Bench) -> None:
    trader.join(8, owner=False)
    await start(trader)
    for act in ("pause", "resume", "end_keeping", "end_selling", "card"):
        with pytest.raises(BadInput) as refused:
            await getattr(trader.trading.runs, act)(trader.person(8), 1)
        assert refused.value.message == "You have no run #1."
    assert await trader.trading.runs.cards(trader.person(8)) == []


async def test_the_card_shows_what_rests_in_the_other_book(trader: Bench) -> None:
    await start(trader)
    await tick(trader, UP)
    trader.broker.accounts["user-7"].mode = Mode.LIVE
    await trader.ticks.health()
    card = await trader.trading.runs.card(trader.person(), 1)
    assert card.position.entries == 0
    assert card.resting is not None
    assert card.resting.units == Decimal("0.1")
