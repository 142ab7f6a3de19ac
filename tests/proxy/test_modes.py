"""Modes: live is asked for and checked, never comes back by itself."""

from dataclasses import replace
from decimal import Decimal

import pytest

from proxy.errors import Denied, NoKey
from proxy.intake import draft_of
from proxy.parts import LiveRules
from proxy.records import KeyRow
from proxy.vault import info_of
from proxy.wire import (
    LimitsIn,
    Mode,
    ModeIn,
    Permissions,
    RegisterIn,
    Side,
    Status,
    StopIn,
    TradeOut,
)
from tests.proxy.house import House, trade

pytestmark = pytest.mark.anyio
D = Decimal


async def ask(house, mode=Mode.PAPER, **more):
    return (await house.accounts.set_mode(ModeIn(userId="ann", mode=mode, **more))).mode


async def refused(house, mode=Mode.PAPER, **more) -> str:
    with pytest.raises((Denied, NoKey)) as caught:
        await ask(house, mode, **more)
    return caught.value.code


def sell_all(units="0.0001998"):
    return trade(usd=None, units=D(units), side=Side.SELL)


async def test_live_needs_a_validated_key_and_the_operators_word(house):
    await house.open("ann")
    assert await refused(house, Mode.LIVE) == "no_key"
    unseen = KeyRow("ann", "binanceus", "sealed", "sealed", Permissions(trade=True), None)
    house.store.keys.replace(unseen, None)
    assert await refused(house, Mode.LIVE) == "no_key"
    house.live = LiveRules(False)
    await house.restart()
    assert await refused(house, Mode.LIVE) == "live_not_allowed"


async def test_live_needs_the_token_clear_or_sealed(tmp_path):
    house = House(tmp_path, token="open sesame")
    await house.open("ann")
    with pytest.raises(Denied):
        await house.go_live("ann")
    assert await refused(house, Mode.LIVE, confirmToken="sesame") == "wrong_confirm_token"
    sealed = house.vault.seal("open sesame", info_of("ann", "", "confirmToken"))
    assert await ask(house, Mode.LIVE, confirmToken=sealed) is Mode.LIVE
    assert await ask(house) is Mode.PAPER
    assert await ask(house, Mode.LIVE, confirmToken="open sesame") is Mode.LIVE
    house.close()


async def test_live_off_over_a_position_reduces_until_it_is_sold(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    assert await ask(house) is Mode.REDUCING
    with pytest.raises(Denied) as caught:
        await house.desk.place(trade(), "pg-order-0002")
    assert caught.value.code == "reducing"
    assert isinstance(await house.desk.place(sell_all(), "pg-order-0003"), TradeOut)
    assert await house.mode("ann") is Mode.PAPER


async def test_live_off_with_an_unresolved_real_order_reduces(house):
    await house.open("ann")
    await house.go_live("ann")
    house.venue.fault = "before"
    await house.desk.place(trade(), "pg-order-0001")
    assert await ask(house) is Mode.REDUCING
    await house.settle(60)
    assert await house.mode("ann") is Mode.PAPER


async def test_a_silent_bot_ends_live_after_a_minute(house):
    await house.open("ann")
    await house.go_live("ann")
    house.after(59)
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.LIVE
    house.after(2)
    await house.desk.watch_once()
    account = await house.accounts.account("ann")
    assert (account.mode, account.reason) == (Mode.PAPER, "No word from the bot for 60 s.")


async def test_a_clock_that_is_set_back_hides_no_silence(house):
    await house.open("ann")
    await house.go_live("ann")
    house.set_clock(-3600)
    house.after(61)
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.PAPER


async def test_a_clock_that_is_set_forward_is_no_silence(house):
    await house.open("ann")
    await house.go_live("ann")
    house.set_clock(3600)
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.LIVE


async def test_a_venue_out_of_reach_counts_as_a_position(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    house.venue.down = True
    assert await ask(house) is Mode.REDUCING


async def test_resume_goes_to_paper_or_reducing_and_never_to_live(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.stop(StopIn(userId="ann"))
    assert await refused(house) == "account_halted"
    assert await refused(house, Mode.LIVE) == "account_halted"
    assert await ask(house, resume=True) is Mode.PAPER
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    await house.desk.stop(StopIn(userId="ann"))
    assert await ask(house, resume=True) is Mode.REDUCING


async def test_a_stop_for_all_is_lifted_by_the_owner_only_and_each_resumes_alone(house):
    await house.open("ann", "bob")
    house.gate.stop_file.touch()
    await house.desk.stop(StopIn())
    assert await refused(house, resume=True) == "stopped"
    assert await ask(house, resume=True, allAccounts=True) is Mode.PAPER
    assert not house.gate.stop_file.exists()
    assert await house.mode("bob") is Mode.HALTED
    assert isinstance(await house.desk.place(trade(), "pg-order-0001"), TradeOut)


async def test_mode_and_counters_survive_a_restart(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    await house.restart()
    account = await house.accounts.account("ann")
    assert (account.mode, account.today.trades) == (Mode.LIVE, 1)


async def test_live_ends_at_start_when_the_operator_no_longer_allows_it(house):
    await house.open("ann")
    await house.go_live("ann")
    house.live = LiveRules(False)
    await house.restart()
    assert await house.mode("ann") is Mode.PAPER


async def test_the_chat_can_only_tighten(house):
    await house.open("ann")
    loose = LimitsIn(userId="ann", maxTradeUsd=D(500), maxTradesPerDay=3)
    limits = (await house.accounts.limits(loose)).limits
    assert (limits.maxTradeUsd, limits.maxTradesPerDay) == (D(50), 3)
    for n in range(3):
        await house.desk.place(trade(), f"pg-order-{n:04}")
    with pytest.raises(Denied) as caught:
        await house.desk.place(trade(), "pg-order-0009")
    assert "3 of 3 trades used today" in caught.value.message


async def test_tightening_one_limit_leaves_the_others_as_they_are(house):
    await house.open("ann")
    for field, value in (("maxTradeUsd", D(20)), ("maxTradesPerDay", 3)):
        await house.accounts.limits(LimitsIn(userId="ann", **{field: value}))
    limits = (await house.accounts.limits(LimitsIn(userId="ann"))).limits
    assert (limits.maxTradeUsd, limits.maxTradesPerDay) == (D(20), 3)
    limits = (await house.accounts.limits(LimitsIn(userId="ann", maxTradeUsd=D(0)))).limits
    assert (limits.maxTradeUsd, limits.maxTradesPerDay) == (D(0), 3)


async def test_two_people_see_and_spend_only_their_own(house):
    await house.open("ann", "bob")
    await house.desk.place(trade("ann"), "pg-order-0001")
    assert (await house.accounts.account("bob")).today.trades == 0
    assert (await house.accounts.account("bob")).holdings == []
    assert (await house.accounts.balance("bob")).totalUsd == D(10000)
    with pytest.raises(Exception, match="unknown_order"):
        await house.desk.order("bob", "pg-order-0001")
    with pytest.raises(Exception, match="unknown_order"):
        await house.desk.void("bob", "pg-order-0001")


async def test_a_position_that_loses_too_much_ends_live_without_an_order(house):
    await house.lose("ann")
    await house.desk.watch_once()
    account = await house.accounts.account("ann")
    assert account.mode is Mode.REDUCING
    assert account.reason.startswith("Lost $")


async def test_the_day_begins_soon_after_midnight_for_who_holds_something(house):
    await house.open("ann")
    await house.desk.place(trade(), "pg-order-0001")
    house.after(12 * 3600 + 30)
    await house.desk.watch_once()
    account = house.store.accounts.find("ann")
    books = house.store.journal.books(account, account.book, house.now.date())
    assert books.day_start.marks["binanceus BTC/USDT"] == D(50000)
    assert (books.trades_today, books.moved) == (0, {})


async def test_nobody_goes_live_before_a_start_is_through(house):
    await house.accounts.register(RegisterIn(userId="ann"))
    with pytest.raises(Denied) as denied:
        await house.go_live("ann")
    assert denied.value.code == "recovering"
    await house.desk.recover()
    await house.go_live("ann")
    assert await house.mode("ann") is Mode.LIVE


async def test_live_ends_after_a_minute_of_silence_and_not_at_its_end(house):
    await house.open("ann")
    await house.go_live("ann")
    house.accounts.touched()
    house.after(60)
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.LIVE
    house.after(0.001)
    await house.desk.watch_once()
    assert await house.mode("ann") is Mode.PAPER


async def test_an_order_on_paper_that_is_not_over_is_nothing_real(house):
    await house.open("ann")
    draft = draft_of(trade(), "pg-order-0001", house.now)
    house.store.journal.add(replace(draft, mode=Mode.PAPER, status=Status.UNKNOWN))
    assert not await house.accounts.modes.holds_real("ann")
    house.store.journal.add(
        replace(draft, client_id="pg-order-0002", mode=Mode.LIVE, status=Status.UNKNOWN)
    )
    assert await house.accounts.modes.holds_real("ann")


async def test_the_day_of_an_account_is_looked_at_once_a_minute_not_at_each_look(house):
    await house.open("ann")
    await house.go_live("ann")
    await house.desk.place(trade(), "pg-order-0001")
    house.after(61)
    looks, balances = [], house.venue.balances

    async def counted(user_id):
        looks.append(house.passed)
        return await balances(user_id)

    house.venue.balances = counted
    for _ in range(13):
        house.accounts.touched()
        await house.desk.watch_once()
        house.after(6)
    assert looks == [61.0, 121.0]
