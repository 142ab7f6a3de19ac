"""The limits: pure rules that say yes by returning and no by raising Denied, with the numbers.

They fail closed: what is not known is denied. They bound buys; sells are bounded by the mode, the
stop, the venue's minimums and what our own fills hold.

May import: admission, errors, fills, known, records, venue, wire.
"""

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from decimal import ROUND_DOWN, ROUND_HALF_EVEN, ROUND_UP, Decimal

from proxy.admission import Asked, check_account
from proxy.errors import Denied
from proxy.fills import round_down, sellable, smallest
from proxy.known import DOLLARS
from proxy.records import Books, ChatLimits, DayStart, Entry, mark_of
from proxy.venue import Market
from proxy.wire import Limits, Side

MAX_DRIFT = Decimal("0.01")
FRESH = timedelta(seconds=60)
AHEAD = timedelta(seconds=1)
MINUTE = timedelta(minutes=1)
CENT = Decimal("0.01")
SELLS_ITS_OWN = "It only sells what it has bought itself, never your other coins."
LOSS_CODE = "daily_loss_reached"


@dataclass(frozen=True, slots=True)
class Valuation:
    """What a book was worth in USD, with what prices (by mark), and when."""

    value: Decimal
    prices: dict[str, Decimal]
    at: datetime


@dataclass(frozen=True, slots=True)
class World:
    """The venue's word: its name for people, its rules, its price, the account's value there."""

    title: str
    market: Market
    price: Decimal
    price_at: datetime
    valuation: Valuation | None
    """None where none can be had; sells need none."""


def is_fresh(at: datetime, now: datetime) -> bool:
    """Whether it is of the last minute; of the future, as after a clock's step, is not."""
    return -AHEAD <= now - at <= FRESH


def effective(operator: Limits, chat: ChatLimits) -> Limits:
    """The tighter of the operator's and the chat's, one by one."""
    trade, count, loss = (
        operator.maxTradeUsd,
        operator.maxTradesPerDay,
        operator.maxDailyLossShare,
    )
    return operator.model_copy(
        update={
            "maxTradeUsd": trade if chat.max_trade_usd is None else min(trade, chat.max_trade_usd),
            "maxTradesPerDay": count
            if chat.max_trades_per_day is None
            else min(count, chat.max_trades_per_day),
            "maxDailyLossShare": loss
            if chat.max_daily_loss_share is None
            else min(loss, chat.max_daily_loss_share),
        }
    )


def judge(asked: Asked, world: World, books: Books, operator: Limits, now: datetime) -> Entry:
    """The entry as it will be sent, or Denied. Runs inside the transaction that reserves."""
    limits = effective(operator, books.account.chat)
    account = check_account(asked, books.account, books.stopped, now)
    entry = replace(
        asked.entry,
        mode=account.mode,
        epoch=account.epoch,
        market=world.market,
        symbol=world.market.symbol,
    )
    if entry.book is not asked.entry.book:
        raise Denied("mode_mismatch", f"The account just changed to {account.mode}.")
    _check_price(asked, world, now)
    if entry.side is Side.SELL:
        return _judge_sell(entry, world, books)
    _judge_buy(asked, entry, world, limits)
    _check_share(asked, entry, world, limits, now)
    _check_day(entry, world, books, limits, now)
    return entry


def day_pnl(books: Books, prices: dict[str, Decimal]) -> Decimal | None:
    """Realised and unrealised P&L of our fills since 00:00 UTC; None where a price is missing."""
    if books.day_start is None:
        return None
    start = books.day_start.marks
    held = {mark_of(one.exchange, one.symbol): one.position.units for one in books.held}
    begun = dict(held)
    total = Decimal(0)
    for mark, cash in books.moved.items():
        begun[mark] = begun.get(mark, Decimal(0)) - cash.units
        total += cash.quote
    for mark, units in begun.items():
        now_units = held.get(mark, Decimal(0))
        if (now_units and mark not in prices) or (units and mark not in start):
            return None
        total += now_units * prices.get(mark, Decimal(0)) - units * start.get(mark, Decimal(0))
    return total


def check_loss(pnl: Decimal, start: DayStart, limits: Limits, now: datetime) -> None:
    """Denied, once the day has lost as much as it may."""
    most = start.value * limits.maxDailyLossShare
    if pnl < 0 and -pnl >= most:
        share = f"{(limits.maxDailyLossShare * 100).normalize():f}%"
        raise Denied(
            LOSS_CODE,
            f"Lost {usd(-pnl)} today; the limit is {share} of {usd(start.value)}, "
            f"{usd(most)}. Again at 00:00 UTC, in {until_midnight(now)}.",
        )


def usd(amount: Decimal, rounding: str = ROUND_HALF_EVEN) -> str:
    """Dollars for people."""
    return f"${amount.quantize(CENT, rounding):,}"


def exact(amount: Decimal) -> str:
    """Dollars with every digit that was asked for: $1.999 is not $2.00."""
    text = f"{amount:,f}"
    whole, _, cents = text.partition(".")
    return f"${whole}.{cents.rstrip('0').ljust(2, '0')}"


def until_midnight(now: datetime) -> str:
    """How long the UTC day still is, for people."""
    midnight = datetime.combine(now.date() + timedelta(days=1), time(), tzinfo=UTC)
    minutes = -((now - midnight) // MINUTE)
    return f"{minutes // 60} h {minutes % 60} min"


def _check_price(asked: Asked, world: World, now: datetime) -> None:
    if not is_fresh(world.price_at, now):
        raise _stale("The newest price", now - world.price_at)
    quoted = asked.quoted_price
    if quoted is None:
        return
    if quoted <= 0 or abs(world.price - quoted) > quoted * MAX_DRIFT:
        raise Denied(
            "price_moved",
            f"The price is {exact(world.price)}, over 1% from the {exact(quoted)} that was "
            "confirmed.",
            "Ask anew for a new price.",
        )


def _judge_buy(asked: Asked, entry: Entry, world: World, limits: Limits) -> None:
    market, cost = world.market, entry.asked_usd
    if cost is None:
        raise Denied("bad_amount", "A buy is asked for in USD.", "Give amountUsd, not units.")
    if market.symbol not in limits.symbols:
        names = ", ".join(limits.symbols)
        raise Denied(
            "symbol_not_allowed", f"{market.symbol} may not be bought.", f"Allowed: {names}."
        )
    if market.quote not in DOLLARS:
        raise Denied(
            "symbol_not_allowed",
            f"{market.symbol} is not priced in dollars, and the limits are.",
            f"Choose a pair with {', '.join(sorted(DOLLARS))}.",
        )
    if cost < limits.minTradeUsd:
        least = usd(limits.minTradeUsd)
        hint = f"Ask for {least} or more."
        raise Denied("below_minimum", f"{exact(cost)} is below the least, {least}.", hint)
    venue_least = smallest(world.price, market.sizes)
    if cost < venue_least:
        raise _too_small(world, exact(cost), f"Ask for {usd(venue_least, ROUND_UP)} or more.")
    if cost > limits.maxTradeUsd:
        most = usd(limits.maxTradeUsd)
        raise Denied(
            "above_trade_limit",
            f"{exact(cost)} is above the limit of {most} a trade.",
            f"Ask for {most} or less.",
        )


def _too_small(world: World, shown: str, hint: str) -> Denied:
    least = usd(smallest(world.price, world.market.sizes), ROUND_UP)
    return Denied(
        "below_venue_minimum",
        f"{shown} is below {world.title}'s smallest order for {world.market.symbol}, {least}.",
        hint,
    )


def _check_share(asked: Asked, entry: Entry, world: World, limits: Limits, now: datetime) -> None:
    value = _fresh(world, now).value
    most = value * limits.maxTradeShare
    if asked.typed:
        most = max(most, smallest(world.price, world.market.sizes), limits.minTradeUsd)
    assert entry.asked_usd is not None
    if entry.asked_usd > most:
        share = f"{(limits.maxTradeShare * 100).normalize():f}%"
        raise Denied(
            "above_share_limit",
            f"{exact(entry.asked_usd)} is above {share} of the account's {usd(value)}, "
            f"{usd(most, ROUND_DOWN)}.",
            f"Ask for {usd(most, ROUND_DOWN)} or less.",
        )


def _check_day(entry: Entry, world: World, books: Books, limits: Limits, now: datetime) -> None:
    if books.trades_today >= limits.maxTradesPerDay:
        raise Denied(
            "daily_trades_used",
            f"{books.trades_today} of {limits.maxTradesPerDay} trades used today; "
            f"again at 00:00 UTC, in {until_midnight(now)}.",
        )
    pnl = day_pnl(books, _fresh(world, now).prices)
    if pnl is None or books.day_start is None:
        raise Denied("valuation_stale", "Today's profit or loss is not known.", "Try again.")
    check_loss(pnl, books.day_start, limits, now)


def _fresh(world: World, now: datetime) -> Valuation:
    if world.valuation is None:
        raise Denied("valuation_stale", "The account's value is not known.", "Try again.")
    if not is_fresh(world.valuation.at, now):
        raise _stale("The account's value", now - world.valuation.at)
    return world.valuation


def _stale(what: str, age: timedelta) -> Denied:
    seconds = int(age.total_seconds())
    if seconds >= 0:
        return Denied("valuation_stale", f"{what} is {seconds} s old.", "Try again.")
    said = f"{what} is from {-seconds} s ahead: the clock was set back."
    return Denied("valuation_stale", said, "Try again.")


def _judge_sell(entry: Entry, world: World, books: Books) -> Entry:
    market, price = world.market, world.price
    asked = entry.asked_units
    if asked is None:
        assert entry.asked_usd is not None
        asked = entry.asked_usd / price
    units = round_down(asked, market.step)
    held = f"{books.free_units.normalize():f} {market.base}"
    if books.free_units <= 0:
        said = f"The bot holds {held}, so there is nothing to sell."
        raise Denied("nothing_held", said, SELLS_ITS_OWN)
    hint = f"All of it, {held}, is too small: it goes with a later sell, once there is more."
    if sellable(books.free_units, price, market.sizes):
        hint = f"/sell all {market.symbol} sells all of it."
    if books.free_units < market.step:
        step = f"one step is {market.step.normalize():f}"
        raise Denied("nothing_held", f"The bot holds {held}, too little to sell: {step}.", hint)
    if units > books.free_units:
        said = f"The bot holds {held}, less than {units.normalize():f}."
        raise Denied("nothing_held", said, hint)
    if not sellable(units, price, market.sizes):
        raise _too_small(world, usd((units or asked) * price, ROUND_DOWN), hint)
    return replace(entry, units=units)
