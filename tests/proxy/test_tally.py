"""The day's totals in memory are those of its rows, whatever becomes of an order, and with whom."""

import asyncio
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest
from sqlalchemy import event

from proxy.errors import ProxyError
from proxy.journal import Journal
from proxy.records import Book, Books, Entry
from proxy.venue import Report, Verdict
from proxy.wire import Side, Status
from tests.proxy.house import LIMITS, House, trade

pytestmark = pytest.mark.anyio

FATES = ("", "reject", "after", "before", "open", "no_fills", "silent")
"""What the venue does with an order (fake_venue.py), each twice: the second is settled later."""


def both(house: House) -> tuple[Books, Books]:
    """As they are kept, and as they are summed anew from the rows."""
    account = house.store.accounts.find("ann")
    asked = account, Book.LIVE, house.now.date()
    return house.store.journal.books(*asked), Journal(house.engine).books(*asked)


async def bought(house: House, number: int, usd: int = 10) -> None:
    try:
        await house.desk.place(trade(usd=usd), f"pg-order-{number:04}")
    except ProxyError as refused:
        assert refused.code in {"insufficient_funds", "above_trade_limit"}


async def test_the_totals_are_those_of_the_rows_after_every_step(house):
    await house.open("ann")
    await house.go_live("ann")
    seen = set()
    for number, fate in enumerate(2 * FATES):
        house.venue.fault = fate
        await bought(house, number, usd=51 if number == len(FATES) else 10)
        kept, summed = both(house)
        assert kept == summed, fate
        house.venue.fault = ""
        if number >= len(FATES):
            await house.settle(20)
        kept, summed = both(house)
        assert kept == summed, fate
        seen.add((kept.trades_today, kept.spent_today))
    sold = trade(usd=None, side=Side.SELL, units=Decimal("0.0001"))
    await house.desk.place(sold, "pg-order-0099")
    kept, summed = both(house)
    assert kept == summed
    assert len(seen) > len(FATES), "where nothing moves, nothing is shown"
    assert kept.moved["binanceus BTC/USDT"].units > 0


async def test_a_new_day_begins_with_nothing_and_an_old_order_does_not_count(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "after"
    await bought(house, 1)
    assert both(house)[0].trades_today == 1
    house.now += timedelta(days=1)
    kept, summed = both(house)
    assert kept == summed
    assert (kept.trades_today, kept.moved) == (0, {})
    await house.settle(20)
    kept, summed = both(house)
    assert kept == summed
    assert kept.trades_today == 0


async def test_after_a_commit_that_failed_the_rows_decide(house):
    await house.open("ann")
    await house.go_live("ann")
    await bought(house, 1)

    def cut(_db: object) -> None:
        raise OSError("the disk is gone")

    event.listen(house.engine, "commit", cut)
    with pytest.raises(OSError, match="the disk is gone"):
        await house.desk.place(trade(), "pg-order-0002")
    event.remove(house.engine, "commit", cut)
    kept, summed = both(house)
    assert kept == summed
    assert kept.trades_today == 1


async def test_a_connection_that_was_lost_takes_along_what_was_kept_beside_the_rows(house):
    await house.open("ann")
    await house.go_live("ann")
    await bought(house, 1)
    mine = house.store
    assert mine.keys.find("ann", "binanceus") is not None
    house.engine.dispose()
    await house.restart()  # another process, while ours could not write
    await bought(house, 2)
    house.store.keys.forget("ann")
    account = mine.accounts.find("ann")
    assert mine.journal.books(account, Book.LIVE, house.now.date()).trades_today == 2
    assert mine.keys.kept("ann", "binanceus") is None


async def test_orders_that_come_together_share_commits_and_keep_their_limits(tmp_path):
    house = House(tmp_path, limits=LIMITS.model_copy(update={"maxTradesPerDay": 5}))
    await house.open("ann")
    await house.go_live("ann")
    commits = []
    event.listen(house.engine, "commit", commits.append)
    posts = [house.desk.place(trade(), f"pg-order-{n:04}") for n in range(12)]
    told = await asyncio.gather(*posts, return_exceptions=True)
    kept, summed = both(house)
    assert kept == summed
    assert kept.trades_today == len(house.venue.bought) == 5
    assert sorted(getattr(one, "code", "done") for one in told) == 7 * ["daily_trades_used"] + (
        5 * ["done"]
    )
    assert len(commits) < 3 * 12, "each order has looked, reserved and settled for itself"
    house.close()


async def test_a_change_that_fails_takes_none_of_those_that_came_with_it(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "silent"
    for number in (1, 2, 3):
        await bought(house, number)
    journal = house.store.journal

    def ended(known: Entry) -> Entry:
        return replace(known, status=Status.ABSENT, concluded=house.now)

    def broken(_: Entry) -> Entry:
        raise RuntimeError("the second rule is broken")

    rules = (ended, broken, ended)
    jobs = [partial(journal.settle, f"pg-order-{n:04}", one) for n, one in enumerate(rules, 1)]
    outcomes = journal.together(jobs)
    assert [type(failed) for _, failed in outcomes] == [type(None), RuntimeError, type(None)]
    found = [journal.get(f"pg-order-{n:04}").status for n in (1, 2, 3)]
    assert found == [Status.ABSENT, Status.UNKNOWN, Status.ABSENT]
    kept, summed = both(house)
    assert kept == summed
    assert kept.trades_today == 1


async def test_changes_whose_commit_fails_are_counted_once_when_they_are_made_again(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "silent"
    for number in (1, 2):
        await bought(house, number)
    fails = [OSError("the disk is full")]

    def commit(_: object) -> None:
        if fails:
            raise fails.pop()

    event.listen(house.engine, "commit", commit)
    ended = lambda known: replace(known, status=Status.ABSENT, concluded=house.now)  # noqa: E731
    journal = house.store.journal
    jobs = [partial(journal.settle, f"pg-order-{number:04}", ended) for number in (1, 2)]
    assert [failed for _, failed in journal.together(jobs)] == [None, None]
    assert fails == []
    kept, summed = both(house)
    assert kept == summed
    assert (kept.trades_today, kept.spent_today) == (0, 0)


async def test_an_order_is_over_for_its_own_user_only_and_others_know_of_it_the_moment_it_ends(
    house,
):
    await house.open("ann", "bob")
    await bought(house, 1)
    journal, order_id = house.store.journal, "pg-order-0001"
    assert journal.are_over("ann", [order_id])
    assert not journal.are_over("bob", [order_id])
    done = journal.get(order_id)
    at_once = replace(done, client_id="pg-order-0002", created=done.concluded)
    assert journal.others(at_once) == {done.order_id}
    later = replace(at_once, created=done.concluded + timedelta(seconds=1))
    assert journal.others(later) == frozenset()


async def test_of_a_sell_that_is_filled_in_part_only_the_rest_is_reserved(house):
    await house.open("ann")
    await house.go_live("ann")
    for number in range(4):
        await bought(house, number, usd=50)
    [before] = house.store.journal.held("ann", Book.LIVE)
    house.venue.fault = "open"
    sale = trade(usd=None, side=Side.SELL, units=Decimal("0.001"))
    await house.desk.place(sale, "pg-order-0009")
    first = house.venue.books["pg-order-0000"].fills[0]
    new = {"tradeId": "part", "qty": Decimal("0.0004"), "fee": Decimal(0)}
    fill = first.model_copy(update=new)
    part = Report(Verdict.OPEN, order_id="9", executed=fill.qty, fills=(fill,))
    house.venue.books["pg-order-0009"] = part
    await house.settle(2)
    [(now, free)] = house.store.journal.free("ann", Book.LIVE)
    assert now.position.units == before.position.units - fill.qty
    assert free == now.position.units - Decimal("0.0006")


async def test_a_clock_that_is_set_back_over_midnight_opens_no_day_again(tmp_path):
    house = House(tmp_path, limits=LIMITS.model_copy(update={"maxTradesPerDay": 2}))
    await house.open("ann")
    await house.go_live("ann")
    house.after(12.5 * 3600)
    for number in range(4):
        await asked_for(house, number)
    for seconds in (-3600, -5 * 3600, 6 * 3600):
        house.set_clock(seconds)
        await asked_for(house, abs(seconds))
        kept, summed = both(house)
        assert kept == summed
        assert kept.trades_today == 2
    assert len(house.venue.sends) == 2
    house.close()


async def asked_for(house: House, number: int) -> None:
    with suppress(ProxyError):
        await house.desk.place(trade(), f"pg-asked-{number:04}")
