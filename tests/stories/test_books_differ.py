"""Differences of books: what each one says, how it is looked at and settled, and what is none.

May import: core, store.
"""

import csv
import io

import pytest
from sqlalchemy import update

from piggybot.core.money import plain
from piggybot.core.runs import Halt, RunState
from piggybot.store.tables_runs import fills
from tests.stories.book_steps import (
    DIFFER,
    D,
    begin,
    by_hand,
    exact,
    held,
    hidden_for_a_while,
    kept,
    match,
    state_of,
)
from tests.stories.steps import buy_asked, heard
from tests.world import World

pytestmark = pytest.mark.anyio


async def test_a_trade_that_the_exchange_does_not_have_goes_out_of_our_books(live: World) -> None:
    """As after a test net was reset."""
    await buy_asked(live, "20")
    await buy_asked(live, "10")
    first = kept(live)[0]
    books = live.exchange.books
    lost = books.orders.pop()
    books.trades[:] = [one for one in books.trades if one.order_id != lost.order_id]
    await match(live)
    told = await live.ann.expect(DIFFER)
    assert "• Not at Binance.US: bought " in told.text
    assert " less than I." in told.text

    await live.ann.press("Adopt")
    await live.ann.expect("adopted.")
    assert kept(live) == [first]
    assert held(live) == first.qty - first.fee
    await match(live)
    await live.ann.expect("1 trade on 1 market, as Binance.US has them")


async def test_what_only_the_list_leaves_out_stays_in_our_books_and_the_choice_is_back(
    live: World,
) -> None:
    """The exchange itself, asked for the order, says that it is there."""
    await buy_asked(live, "20")
    begin(live, "active", 1, RunState.ACTIVE)
    before = kept(live)
    for path in ("/api/v3/allOrders", "/api/v3/myTrades"):
        await live.exchange.misbehave("empty-list-after", method="GET", path=path)
    await match(live)
    await live.ann.expect(DIFFER)
    await live.ann.press("Adopt")
    told = await live.ann.expect("not adopted. Binance.US has the order pg-")
    assert "🛑 What was halted still is, exits too." in told.text
    assert kept(live) == before

    await live.ann.press("Ignore")
    await live.ann.expect("left as it is")
    assert kept(live) == before


async def test_one_unit_of_fee_is_a_difference(live: World) -> None:
    await buy_asked(live, "20")
    assert live.bot.bot is not None
    [fill] = kept(live)
    wrong = fill.fee + D("0.00000001")
    with live.bot.bot._engine.begin() as db:
        db.execute(update(fills).values(fee=wrong))
    await match(live)
    told = await live.ann.expect(DIFFER)
    assert f"• Here bought {plain(fill.qty)} BTC" in told.text
    assert f"fee {plain(wrong)} BTC" in told.text
    assert ", but at Binance.US bought " in told.text

    await live.ann.press("Adopt")
    await live.ann.expect("adopted.")
    assert exact(live)


async def test_both_lists_can_be_looked_at_and_the_choice_is_still_there(live: World) -> None:
    await buy_asked(live, "20")
    by_hand(live, "pg-of-another-bot-001")
    await match(live)
    await live.ann.expect(DIFFER)
    await live.ann.press("Look")

    sent = await live.ann.expect("0 trades here and 1 trade at Binance.US")
    assert sent.document is not None
    [row] = csv.DictReader(io.StringIO(sent.document.decode("utf-8-sig")))
    trade = live.exchange.books.trades[-1]
    assert (row["where"], row["tradeId"]) == ("Binance.US", str(trade.trade_id))
    assert D(row["qty"]) == trade.quantity
    await live.ann.press("Ignore")
    await live.ann.expect("left as it is")
    await live.ann.press_again("Adopt")
    await live.ann.expect("That difference is settled already.")
    assert len(kept(live)) == 1


async def test_a_difference_that_nobody_settled_is_told_again_the_next_day_only(
    live: World,
) -> None:
    await buy_asked(live, "20")
    by_hand(live, "pg-of-another-bot-001")
    await match(live)
    await match(live)
    assert await heard(live.ann, DIFFER) == 1
    live.clock.jump(86_400)
    await match(live)
    assert await heard(live.ann, DIFFER) == 2
    await live.ann.press("Adopt")
    await live.ann.expect("adopted.")


async def test_a_difference_that_went_away_lets_the_runs_go_on(live: World) -> None:
    await buy_asked(live, "20")
    begin(live, "active", 1, RunState.ACTIVE)
    async with hidden_for_a_while(live):
        assert state_of(live, "active") == (RunState.HALTED, Halt.BOOKS)

    told = await live.ann.expect("the books match again.")
    assert "Run #1: as before." in told.text
    assert state_of(live, "active") == (RunState.ACTIVE, None)


async def test_an_order_that_is_not_settled_yet_is_no_difference(live: World) -> None:
    await live.exchange.misbehave("500-after", count=1)
    await live.exchange.misbehave("500-before", method="GET", path="/api/v3/order")
    await live.ann.say("/testbuy 2")
    await live.ann.expect("no answer yet")
    await match(live)
    assert await heard(live.ann, DIFFER) == 0
    assert len(live.exchange.books.trades) == 1


async def test_books_that_cannot_be_read_for_long_are_told_once(live: World) -> None:
    await buy_asked(live, "20")
    await live.exchange.misbehave("500-before", method="GET", path="/api/v3/allOrders")
    await match(live)
    assert await heard(live.ann, "I cannot compare") == 0
    live.clock.jump(3_700)
    for _ in range(3):
        await match(live)
    told = await live.ann.expect("I cannot compare my books with binanceus's", since=0)
    assert "Binance.US answered with error 500." in told.text
    assert await heard(live.ann, "I cannot compare") == 1

    await live.exchange.misbehave("ok")
    await match(live)
    await live.ann.expect("Books match")
