"""A backtest as anybody would write it down: candle by candle, in Decimals, by the rules of a run.

Slow and obvious. It knows nothing of the engine: levels come from core/exits.py, positions from
core/positions.py, what the venue takes from proxy/fills.py. What it is told to walk through inside
a candle is either the moments that matter (`Moments`), or each price step on the way (`EveryStep`).
"""

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime
from decimal import Decimal
from itertools import pairwise
from typing import Protocol

from piggybot.backtest.orders import Made
from piggybot.backtest.setup import Setup
from piggybot.core import exits
from piggybot.core.market import Candles
from piggybot.core.positions import Book, Key, Position, apply_fill, carried, closed, opened
from piggybot.core.runs import Cause, Halt
from proxy import fills
from proxy.venue import Market
from proxy.wire import Fill, Side
from tests.backtest.candles import moment, price_of

ZERO = Decimal(0)
KEY = Key("ann", Book.PAPER, "binanceus", "BTC/USDT", "run")


class Way(Protocol):
    """The prices that are seen inside a candle after its open, in turn."""

    def prices(self, run: "Reference", at: int) -> Iterator[Decimal]: ...


class Moments:
    """The stop's level on the way to the low, the target on the way to the high, and so on."""

    def prices(self, run: "Reference", at: int) -> Iterator[Decimal]:
        first, low, high, last = run.row(at)
        yield first
        if (level := run.floor()) is not None and low <= level:
            yield min(level, first)
        if (target := run.target()) is not None and high >= target:
            yield max(target, first)
        run.see(high)
        if (level := run.trail()) is not None and last <= level:
            yield min(level, high)


class EveryStep:
    """Each price step from the open to the low, to the high, to the close."""

    def prices(self, run: "Reference", at: int) -> Iterator[Decimal]:
        tick = run.setup.market.tick
        stations = run.row(at)
        for start, end in pairwise(stations):
            step = tick if end > start else -tick
            for number in range(int(abs(end - start) / tick) + 1):
                run.see(start + number * step)
                yield start + number * step


class Reference:
    """One run from the first candle to the last."""

    def __init__(self, candles: Candles, signals: list[int], setup: Setup, way: Way) -> None:
        self.candles = candles
        self.signals = signals
        self.setup = setup
        self.way = way
        self.position = Position(KEY)
        self.best = ZERO
        self.halt: Halt | None = None
        self.halted: int | None = None
        self.made: list[Made] = []

    def run(self) -> list[Made]:
        """All orders."""
        for at in range(len(self.candles)):
            self.slot(at)
            self.inside(at)
        return self.made

    def slot(self, at: int) -> None:
        """At a candle's open: the guards, then the exits, then the signal of the one before."""
        price, now = self.row(at)[0], moment(self.candles, at)
        earned = self.position.realised + self.position.units * price - self.position.cost
        self.best = max(self.best, earned)
        self.see(price)
        if self.leave_if_due(price, at, inside=False):
            return
        self.look_at_the_drawdown(earned, at)
        if not at or self.halt is not None:
            return
        signal = self.signals[at - 1]
        if signal > 0 and (not self.position.entries or self.setup.adds) and self.may_enter(now):
            self.buy(price, at)
        if signal < 0 and self.position.entries:
            self.sell(price, at, Cause.SIGNAL, inside=False)

    def inside(self, at: int) -> None:
        """From the open to the close: the time is over at opens only."""
        for price in self.way.prices(self, at):
            if self.leave_if_due(price, at, inside=True):
                return
        self.see(self.row(at)[1 + 1])

    def may_enter(self, now: datetime) -> bool:
        closed_at, lost, guards = self.position.closed, self.position.lost, self.setup.guards
        if closed_at is not None and now <= closed_at:
            return False
        step = self.candles.timeframe.step
        return lost is None or now >= lost + guards.cooldown * step

    def leave_if_due(self, price: Decimal, at: int, inside: bool) -> bool:
        """Sell, where an exit is due at this price. Whether it was sold."""
        if not self.position.entries:
            return False
        limits = replace(self.setup.exits, time_limit=None) if inside else self.setup.exits
        cause = exits.due(limits, self.holding(), price, moment(self.candles, at))
        return cause is not None and self.sell(price, at, cause, inside)

    def buy(self, price: Decimal, at: int) -> None:
        amount = self.setup.amount_usd
        if amount < fills.smallest(price, self.market().sizes):
            return
        rules = self.setup.market
        done = fills.buy(amount, fills.slipped(price, Side.BUY, rules.tick), rules.step)
        if done.units <= 0:
            return
        self.fill(Side.BUY, done, "BTC")
        enough = fills.sellable(self.position.units, done.price, self.market().sizes)
        if enough or self.position.entries:
            self.position = opened(self.position, moment(self.candles, at), done.price)
        else:
            self.position = carried(self.position)
        self.note(at, False, Side.BUY, Cause.SIGNAL, price, done)

    def sell(self, price: Decimal, at: int, cause: Cause, inside: bool) -> bool:
        """Whether the venue took it."""
        if not fills.sellable(self.position.units, price, self.market().sizes):
            return False
        rules = self.setup.market
        worse = fills.slipped(price, Side.SELL, rules.tick)
        done = fills.sell(self.position.units, worse, rules.step)
        self.fill(Side.SELL, done, "USDT")
        half = self.candles.timeframe.step / 2 if inside else None
        now = moment(self.candles, at)
        self.position = closed(self.position, now + half if half else now)
        self.best = max(self.best, self.position.realised)
        self.note(at, inside, Side.SELL, cause, price, done)
        if self.halt is None and 0 < self.setup.guards.losses <= self.position.losses:
            self.halt, self.halted = Halt.LOSSES, at + 1
        return True

    def look_at_the_drawdown(self, earned: Decimal, at: int) -> None:
        share, amount = self.setup.guards.drawdown, self.setup.amount_usd
        best = self.best + (max(amount, self.position.most) if self.setup.adds else amount)
        if self.halt is None and share and best - self.best + earned <= best * (1 - share):
            self.halt, self.halted = Halt.DRAWDOWN, at

    def fill(self, side: Side, done: fills.Execution, asset: str) -> None:
        told = Fill(
            tradeId="1", price=done.price, qty=done.units, fee=done.fee, feeAsset=asset, at=0
        )
        self.position = apply_fill(self.position, side, told, "BTC", "USDT").position

    def note(
        self, at: int, inside: bool, side: Side, cause: Cause, seen: Decimal, done: fills.Execution
    ) -> None:
        self.made.append(Made(at, inside, side, cause, seen, done.price, done.units, done.fee))

    def see(self, price: Decimal) -> None:
        """The peak follows what is seen while something is held."""
        if self.position.entries:
            self.position = replace(self.position, peak=max(self.position.peak or price, price))

    def row(self, at: int) -> tuple[Decimal, Decimal, Decimal, Decimal]:
        """Open, low, high and close: the way that the price walks."""
        columns = (self.candles.open, self.candles.low, self.candles.high, self.candles.close)
        first, low, high, last = (price_of(column[at]) for column in columns)
        return first, low, high, last

    def market(self) -> Market:
        rules = self.setup.market
        sizes = (rules.min_notional, rules.min_qty, rules.step, rules.tick)
        return Market("binanceus", "BTC/USDT", "BTCUSDT", "BTC", "USDT", *sizes)

    def holding(self) -> exits.Holding:
        held = self.position
        assert held.peak is not None and held.opened is not None
        return exits.Holding(
            held.bought,
            held.paid,
            held.peak,
            held.opened,
            self.setup.market.tick,
            self.candles.timeframe,
        )

    def floor(self) -> Decimal | None:
        """The highest level at which a stop is met."""
        levels = [self.trail()]
        if self.position.entries and (share := self.setup.exits.stop_loss) is not None:
            levels.append(exits.stop_level(self.holding(), share))
        return max((level for level in levels if level is not None), default=None)

    def trail(self) -> Decimal | None:
        share = self.setup.exits.trailing_stop
        held = share is not None and self.position.entries
        return exits.trail_level(self.holding(), share) if share and held else None

    def target(self) -> Decimal | None:
        share = self.setup.exits.take_profit
        held = share is not None and self.position.entries
        return exits.target_level(self.holding(), share) if share and held else None
