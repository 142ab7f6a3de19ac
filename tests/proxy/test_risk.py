"""The limits: each says no with its numbers, at its edge, and fails closed."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from unittest.mock import AsyncMock

import pytest

from proxy.admission import Asked
from proxy.errors import Denied
from proxy.fills import Cash, Position
from proxy.records import Account, Book, Books, ChatLimits, DayStart, Entry, Held
from proxy.risk import Valuation, World, day_pnl, effective, judge, until_midnight
from proxy.tally import Tally
from proxy.venue import Holdings
from proxy.wire import Mode, Side, Status
from tests.proxy.fake_venue import MARKETS
from tests.proxy.house import LIMITS, House

D = Decimal
NOW = datetime(2026, 3, 1, 20, 48, tzinfo=UTC)
BELOW, SELL_ALL = "below_venue_minimum", "/sell all BTC/USDT sells all of it."
MARK = "binanceus BTC/USDT"
ACCOUNT = Account("ann", "binanceus", Mode.PAPER, 1, "", NOW)
BOOKS = Books(
    account=ACCOUNT,
    stopped=False,
    trades_today=0,
    spent_today=D(0),
    free_units=D("0.001999"),
    held=(),
    moved={},
    day_start=DayStart(D(10000), {MARK: D(50000)}),
)


def entry(usd: str | None = "10", side: Side = Side.BUY, units: str | None = None) -> Entry:
    return Entry(
        "pg-order-0001",
        "ann",
        "binanceus",
        Mode.PAPER,
        side,
        symbol="BTC/USDT",
        contents="",
        epoch=1,
        created=NOW,
        status=Status.SENDING,
        asked_usd=None if usd is None else D(usd),
        asked_units=None if units is None else D(units),
    )


def units(sold: str) -> Entry:
    return entry(None, Side.SELL, sold)


def world(symbol: str = "BTC/USDT", value: str = "10000") -> World:
    price = D(50000) if symbol == "BTC/USDT" else D(2000)
    valuation = Valuation(D(value), {MARK: D(50000)}, NOW)
    return World("Binance.US", MARKETS[symbol], price, NOW, valuation)


def decide(one: Entry, where: World | None = None, books: Books = BOOKS, **more: object) -> Entry:
    asked = Asked(one, None, None, bool(more.get("typed", True)), None, True, False, 0)
    return judge(asked, where or world(), books, LIMITS, NOW)


def no(one: Entry, where: World | None = None, books: Books = BOOKS, **more: object) -> Denied:
    with pytest.raises(Denied) as caught:
        decide(one, where, books, **more)
    return caught.value


def test_the_least_is_two_dollars():
    assert decide(entry("2"))
    assert no(entry("1.99")).message == "$1.99 is below the least, $2.00."


def test_below_the_venues_minimum_names_venue_symbol_and_minimum():
    denied = no(entry("2"), world("ETH/USDT"))
    assert denied.code == "below_venue_minimum"
    assert denied.message == "$2.00 is below Binance.US's smallest order for ETH/USDT, $10.00."


def test_the_most_is_fifty_dollars():
    assert decide(entry("50"))
    assert no(entry("50.01")).code == "above_trade_limit"


def test_one_per_cent_of_the_value_but_a_typed_order_may_be_the_smallest():
    assert decide(entry("20"), world(value="2000"))
    denied = no(entry("20.01"), world(value="2000"))
    assert denied.code == "above_share_limit"
    assert "1% of the account's $2,000.00, $20.00" in denied.message
    assert decide(entry("2"), world(value="100"))
    assert decide(entry("10"), world("ETH/USDT", value="100"))
    assert no(entry("2"), world(value="100"), typed=False).code == "above_share_limit"


def test_the_21st_trade_is_told_when_it_may_come():
    assert decide(entry(), books=replace(BOOKS, trades_today=19))
    denied = no(entry(), books=replace(BOOKS, trades_today=20))
    assert denied.message == "20 of 20 trades used today; again at 00:00 UTC, in 3 h 12 min."


def test_other_symbols_may_not_be_bought():
    other = replace(world(), market=replace(MARKETS["BTC/USDT"], symbol="XRP/USDT"))
    assert no(entry(), other).code == "symbol_not_allowed"


def test_what_is_not_priced_in_dollars_may_not_be_bought():
    coins = replace(MARKETS["BTC/USDT"], symbol="ETH/BTC", base="ETH", quote="BTC")
    limits = LIMITS.model_copy(update={"symbols": ["ETH/BTC"]})
    asked = Asked(entry(), None, None, True, None, True, False, 0)
    with pytest.raises(Denied) as caught:
        judge(asked, replace(world(), market=coins), BOOKS, limits, NOW)
    assert caught.value.code == "symbol_not_allowed"
    assert "not priced in dollars" in caught.value.message


@pytest.mark.parametrize(("seconds", "good"), [(-2, False), (-1, True), (60, True), (61, False)])
def test_what_is_old_or_from_the_future_denies(seconds, good):
    at = NOW - timedelta(seconds=seconds)
    for where in (
        replace(world(), price_at=at),
        replace(world(), valuation=Valuation(D(10000), {MARK: D(50000)}, at)),
    ):
        if good:
            assert decide(entry(), where)
        else:
            assert no(entry(), where).code == "valuation_stale"


@pytest.mark.anyio
async def test_two_pairs_of_one_coin_do_not_count_it_twice(tmp_path):
    pairs = LIMITS.model_copy(update={"symbols": ["BTC/USDT", "BTC/USDC"]})
    values = []
    for name, limits in (("one", LIMITS), ("two", pairs)):
        house = House(tmp_path / name, limits=limits)
        house.venue.prices |= {"BTC/USDT": D(50000), "BTC/USDC": D(50000)}
        held = {"BTC": Holdings(D(2), D(0)), "USDT": Holdings(D(10), D(0))}
        house.venue.balances = AsyncMock(return_value=held)
        valued = await house.accounts.valuer.value("ann", Book.LIVE, "binanceus", ())
        values.append(valued.value)
        house.close()
    assert values == [D(100010), D(100010)]


def test_a_valuation_older_than_a_minute_denies():
    old = Valuation(D(10000), {MARK: D(50000)}, NOW - timedelta(seconds=61))
    assert no(entry(), replace(world(), valuation=old)).code == "valuation_stale"
    assert no(entry(), replace(world(), valuation=None)).code == "valuation_stale"
    assert no(entry(), books=replace(BOOKS, day_start=None)).code == "valuation_stale"
    old_price = replace(world(), price_at=NOW - timedelta(seconds=61))
    assert no(entry(), old_price).code == "valuation_stale"


def test_five_per_cent_lost_ends_the_day():
    held = Held("binanceus", "BTC/USDT", Position(D("0.1"), D(5500)))
    books = replace(BOOKS, held=(held,), day_start=DayStart(D(10000), {MARK: D(55000)}))
    assert day_pnl(books, {MARK: D(50000)}) == D(-500)
    assert no(entry(), books=books).code == "daily_loss_reached"
    better = replace(books, day_start=DayStart(D(10001), {MARK: D(55000)}))
    assert decide(entry(), books=better)


def test_the_days_profit_counts_what_was_sold_and_what_is_left():
    tally = Tally(NOW.date())
    for bought in (Cash(D(2), D(-200)), Cash(D(-1), D(130))):
        tally = tally.with_cash(MARK, bought)
    books = replace(
        BOOKS,
        held=(Held("binanceus", "BTC/USDT", Position(D(1), D(100))),),
        moved=tally.moved,
        day_start=DayStart(D(1000), {}),
    )
    assert day_pnl(books, {MARK: D(110)}) == D(40)
    assert day_pnl(books, {}) is None


def test_a_sell_is_bounded_by_our_own_fills_and_the_venue_only():
    sold = decide(entry(None, Side.SELL, "0.001999"), books=replace(BOOKS, trades_today=99))
    assert sold.units == D("0.00199")
    assert decide(entry("60", Side.SELL)).units == D("0.0012")
    assert no(entry(None, Side.SELL, "0.002")).code == "nothing_held"


@pytest.mark.parametrize(
    ("sold", "free", "code", "message", "hint"),
    [
        (entry("0.4", Side.SELL), "0.001999", BELOW, "$0.40 is below", SELL_ALL),
        (units("0.000001"), "0.001999", BELOW, "$0.05 is below", SELL_ALL),
        (
            units("0.00001"),
            "0.00001",
            BELOW,
            "$0.50 is below Binance.US's smallest order for BTC/USDT, $1.00.",
            "All of it, 0.00001 BTC, is too small: it goes with a later sell",
        ),
        (
            units("0.000009"),
            "0.000009",
            "nothing_held",
            "The bot holds 0.000009 BTC, too little to sell: one step is 0.00001.",
            "All of it, 0.000009 BTC, is too small",
        ),
        (
            units("0.00002"),
            "0.00001",
            "nothing_held",
            "The bot holds 0.00001 BTC, less than 0.00002.",
            "All of it, 0.00001 BTC, is too small",
        ),
        (units("0.00002"), "0", "nothing_held", "The bot holds 0 BTC, so there", "It only sells"),
        (units("0.002"), "0.001999", "nothing_held", "The bot holds 0.001999 BTC, less", SELL_ALL),
    ],
)
def test_too_small_a_sell_is_told_what_could_be_sold(
    sold: Entry, free: str, code: str, message: str, hint: str
) -> None:
    denied = no(sold, books=replace(BOOKS, free_units=D(free)))
    assert denied.code == code
    assert denied.message.startswith(message)
    assert denied.hint.startswith(hint)


def test_the_tighter_limit_holds():
    limits = effective(LIMITS, ChatLimits(D(10), 99, D("0.01")))
    assert (limits.maxTradeUsd, limits.maxTradesPerDay) == (D(10), 20)
    assert limits.maxDailyLossShare == D("0.01")


def test_the_way_to_midnight():
    assert until_midnight(NOW) == "3 h 12 min"
    assert until_midnight(NOW.replace(hour=23, minute=59, second=30)) == "0 h 1 min"


def test_a_price_may_move_by_one_per_cent_and_no_more():
    def confirmed(price: str) -> Entry:
        asked = Asked(entry(), None, None, True, D(price), True, False, 0)
        return judge(asked, replace(world(), price=D(50500)), BOOKS, LIMITS, NOW)

    assert confirmed("50000")
    with pytest.raises(Denied) as caught:
        confirmed("49999")
    assert caught.value.code == "price_moved"


def test_an_account_that_went_live_since_it_was_looked_at_buys_nothing_on_the_paper_world():
    live = replace(BOOKS, account=replace(ACCOUNT, mode=Mode.LIVE))
    denied = no(entry(), books=live)
    assert (denied.code, denied.message) == ("mode_mismatch", "The account just changed to LIVE.")


def test_no_profit_is_known_of_what_was_held_at_midnight_without_a_price_from_then():
    held = (Held("binanceus", "BTC/USDT", Position(D("0.2"), D(10000))),)
    books = replace(BOOKS, held=held, day_start=DayStart(D(10000), {}))
    assert day_pnl(books, {MARK: D(50000)}) is None
    denied = no(entry(), books=books)
    assert denied.code == "valuation_stale"
    assert denied.message == "Today's profit or loss is not known."


def test_a_sell_of_a_part_of_a_step_more_than_is_held_sells_what_is_held():
    held = replace(BOOKS, free_units=D("0.001"))
    assert decide(units("0.0010099"), books=held).units == D("0.001")
    assert no(units("0.00101"), books=held).code == "nothing_held"
