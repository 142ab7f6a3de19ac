"""Rules of fill, fee and rounding: what an order becomes at a price, and a position after it.

Pure and shared, so that paper and backtest pay what a real order would. Fees as at Binance: in
base on a buy, in quote on a sell. The stated assumptions: a fee of 0.1%, a slippage of 0.05%.

Prices lie on ticks, sizes on steps, fees on 1e-8. So each rule is written once, on whole numbers
(`worse_ticks`, `whole_steps`, `fee_steps`): ints, or whole numpy arrays of them, where a backtest
needs thousands. One order's Decimals are brought to whole numbers and back, exactly. Ints have no
end; who gives int64 arrays sees to it that nothing reaches 2**63.

May import: wire.
"""

from dataclasses import dataclass
from decimal import Decimal
from math import gcd
from typing import Protocol, Self, TypeVar

from proxy.wire import Fill, Side, Sizes

FEE = Decimal("0.001")
SLIPPAGE = Decimal("0.0005")
FEE_STEP = Decimal("0.00000001")
ONE = Decimal(1)
SLACK = Decimal("1.02")
Ratio = tuple[int, int]
"""A number as a numerator and a denominator."""
DEARER: Ratio = (ONE + SLIPPAGE).as_integer_ratio()
CHEAPER: Ratio = (ONE - SLIPPAGE).as_integer_ratio()


class Whole(Protocol):
    """A whole number, or an array of them; `//` rounds down in both."""

    def __mul__(self, other: int, /) -> Self: ...

    def __floordiv__(self, other: Self | int, /) -> Self: ...

    def __neg__(self) -> Self: ...


W = TypeVar("W", bound=Whole)


@dataclass(frozen=True, slots=True)
class Position:
    """What our fills hold, and what it cost in quote, fees included."""

    units: Decimal = Decimal(0)
    cost: Decimal = Decimal(0)


@dataclass(frozen=True, slots=True)
class Execution:
    """What a market order becomes at one price. `fee` is in base on a buy, in quote on a sell."""

    price: Decimal
    units: Decimal
    quote: Decimal
    fee: Decimal


@dataclass(frozen=True, slots=True)
class Cash:
    """What one fill did to an account: units that came (+) or went (-), and quote likewise."""

    units: Decimal
    quote: Decimal


def worse_ticks(price: W, side: Side, tick: int) -> W:
    """The ticks that a market order pays or gets. `price` and `tick` are in one unit."""
    if side is Side.BUY:
        return -(-price * DEARER[0] // (tick * DEARER[1]))
    return price * CHEAPER[0] // (tick * CHEAPER[1])


def whole_steps(amount: W, step: W | int) -> W:
    """The whole steps in `amount`: of units, or of money where `step` is what one costs."""
    return amount // step


def fee_steps(amount: W, rate: Ratio) -> W:
    """The fee in steps of 1e-8, rounded up; `rate` is `fee_rate` of the amount's unit."""
    top, bottom = rate
    return -(-amount * top // bottom)


def fee_rate(unit: Decimal) -> Ratio:
    """The fee on one `unit` (base or quote), in steps of 1e-8."""
    return _ratio(unit, FEE, 1 / FEE_STEP)


def round_down(units: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `units`."""
    if step <= 0:
        return units
    whole, one = _in_one_unit(_ratio(units), _ratio(step))
    return whole_steps(whole, one) * step


def slipped(price: Decimal, side: Side, tick: Decimal) -> Decimal:
    """The price that a market order gets: a little worse than the quote, on the tick."""
    if tick <= 0:
        return price * (ONE + SLIPPAGE if side is Side.BUY else ONE - SLIPPAGE)
    whole, one = _in_one_unit(_ratio(price), _ratio(tick))
    return worse_ticks(whole, side, one) * tick


def buy(cost: Decimal, price: Decimal, step: Decimal) -> Execution:
    """Spend at most `cost`: whole steps, the fee taken from what was bought."""
    if step <= 0:
        units = cost / price
    else:
        money, one = _in_one_unit(_ratio(cost), _ratio(price, step))
        units = whole_steps(money, one) * step
    return Execution(price, units, units * price, _fee(units))


def sell(units: Decimal, price: Decimal, step: Decimal) -> Execution:
    """Sell at most `units`: whole steps, the fee taken from the proceeds."""
    units = round_down(units, step)
    return Execution(price, units, units * price, _fee(units * price))


def sellable(units: Decimal, price: Decimal, sizes: Sizes) -> Decimal:
    """The whole steps of it, or 0 where that is less than the venue takes: such a rest is dust."""
    whole = round_down(units, sizes.step)
    enough = whole >= sizes.minQty and whole * price >= sizes.minNotional
    return whole if enough else Decimal(0)


def smallest(price: Decimal, sizes: Sizes) -> Decimal:
    """What the smallest order that the venue takes is worth at this price, in quote."""
    return max(sizes.minNotional, max(sizes.minQty, sizes.step) * price)


def cash_of(side: Side, fill: Fill, base: str, quote: str) -> Cash:
    """What a fill moved, fee included. A fee in a third asset counts as if paid in quote."""
    in_base = fill.feeAsset == base
    paid_base = fill.fee if in_base else Decimal(0)
    paid_quote = Decimal(0) if in_base else fee_in_quote(fill, base, quote)
    value = fill.qty * fill.price
    if side is Side.BUY:
        return Cash(fill.qty - paid_base, -value - paid_quote)
    return Cash(-fill.qty - paid_base, value - paid_quote)


def apply_cash(position: Position, cash: Cash) -> Position:
    """The position after a fill. Selling keeps the average price; it never goes below nothing."""
    if cash.units >= 0:
        return Position(position.units + cash.units, position.cost - cash.quote)
    left = position.units + cash.units
    if left <= 0:
        return Position()
    return Position(left, position.cost * left / position.units)


def fee_in_quote(fill: Fill, base: str, quote: str) -> Decimal:
    """The fee in quote: in base at the fill's price, in a third asset at its own, or 0 without."""
    if fill.feeAsset == quote:
        return fill.fee
    if fill.feeAsset == base:
        return fill.fee * fill.price
    return fill.feeQuote or Decimal(0)


def has_price(fill: Fill, base: str, quote: str) -> bool:
    """Whether the fee's worth in quote is known."""
    return not fill.fee or fill.feeAsset in {base, quote} or fill.feeQuote is not None


def is_whole(cost: Decimal, spent: Decimal, step_value: Decimal) -> bool:
    """Whether a buy of `cost` is filled: what is left would not buy one more step."""
    return cost - spent < step_value * SLACK


def _fee(amount: Decimal) -> Decimal:
    top, bottom = _ratio(amount)
    rate, per = fee_rate(ONE)
    return fee_steps(top, (rate, per * bottom)) * FEE_STEP


def _ratio(*factors: Decimal) -> Ratio:
    """Their product, exactly, in lowest terms: an array's room is not wasted."""
    top = bottom = 1
    for factor in factors:
        over, under = factor.as_integer_ratio()
        top, bottom = top * over, bottom * under
    common = gcd(top, bottom)
    return top // common, bottom // common


def _in_one_unit(one: Ratio, other: Ratio) -> tuple[int, int]:
    """Two numbers as whole numbers of their largest common unit, or of a part of it."""
    return one[0] * other[1], other[0] * one[1]
