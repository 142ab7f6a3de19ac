"""Rules of fill, fee and rounding: what an order becomes at a price, and a position after it.

Pure and shared, so that paper and backtest pay what a real order would. Fees as at Binance: in
base on a buy, in quote on a sell. The stated assumptions: a fee of 0.1 %, a slippage of 0.05 %.

May import: wire.
"""

from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_UP, Decimal

from proxy.wire import Fill, Side

FEE = Decimal("0.001")
SLIPPAGE = Decimal("0.0005")
FEE_STEP = Decimal("0.00000001")
ONE = Decimal(1)
SLACK = Decimal("1.02")


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


def round_down(units: Decimal, step: Decimal) -> Decimal:
    """The largest multiple of `step` that is not above `units`."""
    if step <= 0:
        return units
    return (units / step).to_integral_value(rounding=ROUND_DOWN) * step


def slipped(price: Decimal, side: Side, tick: Decimal) -> Decimal:
    """The price that a market order gets: a little worse than the quote, on the tick."""
    worse = price * (ONE + SLIPPAGE if side is Side.BUY else ONE - SLIPPAGE)
    if tick <= 0:
        return worse
    rounding = ROUND_UP if side is Side.BUY else ROUND_DOWN
    return (worse / tick).to_integral_value(rounding=rounding) * tick


def buy(cost: Decimal, price: Decimal, step: Decimal) -> Execution:
    """Spend at most `cost`: whole steps, the fee taken from what was bought."""
    units = round_down(cost / price, step)
    return Execution(price, units, units * price, _fee(units))


def sell(units: Decimal, price: Decimal, step: Decimal) -> Execution:
    """Sell at most `units`: whole steps, the fee taken from the proceeds."""
    units = round_down(units, step)
    return Execution(price, units, units * price, _fee(units * price))


def cash_of(side: Side, fill: Fill, base: str, quote: str) -> Cash:
    """What a fill moved, fee included. A fee in a third asset moves neither."""
    paid_base = fill.fee if fill.feeAsset == base else Decimal(0)
    paid_quote = fill.fee if fill.feeAsset == quote else Decimal(0)
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
    """The fee in quote; in base it is valued at the fill's price, in a third asset unknown: 0."""
    if fill.feeAsset == quote:
        return fill.fee
    return fill.fee * fill.price if fill.feeAsset == base else Decimal(0)


def is_whole(cost: Decimal, spent: Decimal, step_value: Decimal) -> bool:
    """Whether a buy of `cost` is filled: what is left would not buy one more step."""
    return cost - spent < step_value * SLACK


def _fee(amount: Decimal) -> Decimal:
    return (amount * FEE).quantize(FEE_STEP, rounding=ROUND_UP)
