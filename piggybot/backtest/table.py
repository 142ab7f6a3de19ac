"""Trades as CSV, for a spreadsheet: one row a holding, exact where money is.

May import: backtest, core, fills, wire.
"""

import csv
import io
from collections.abc import Iterator, Sequence
from decimal import Decimal

from piggybot.backtest.engine import Result
from piggybot.backtest.orders import Made
from piggybot.backtest.prices import utc
from piggybot.core.money import plain
from proxy.wire import Side

COLUMNS = (
    "trade",
    "opened_utc",
    "closed_utc",
    "closed_within_candle",
    "cause",
    "buys",
    "units_bought",
    "average_price_in",
    "price_out",
    "units_sold",
    "paid",
    "received",
    "fees",
    "profit",
    "return",
)
PLACES = Decimal("0.00000001")
SHARE = Decimal("0.000001")


def trades_csv(result: Result) -> str:
    """One row a trade; the last one may still be open. Money in quote; times are of candles."""
    text = io.StringIO()
    rows = csv.writer(text, lineterminator="\n")
    rows.writerow(COLUMNS)
    for number, made in enumerate(_holdings(result)):
        rows.writerow([number + 1, *_row(result, number, made)])
    return text.getvalue()


def _holdings(result: Result) -> Iterator[list[Made]]:
    made: list[Made] = []
    for order in result.orders:
        made.append(order)
        if order.side is Side.SELL:
            yield made
            made = []
    if made:
        yield made


def _row(result: Result, number: int, made: Sequence[Made]) -> list[str | int]:
    buys = [one for one in made if one.side is Side.BUY]
    sells = [one for one in made if one.side is Side.SELL]
    units = sum((one.units for one in buys), Decimal(0))
    paid = sum((one.units * one.price for one in buys), Decimal(0))
    fees = sum((one.fee * one.price for one in buys), Decimal(0))
    fees += sum((one.fee for one in sells), Decimal(0))
    profit = result.trades.profit[number]
    end = sells[0] if sells else None
    return [
        _moment(result, buys[0].candle),
        "" if end is None else _moment(result, end.candle),
        "" if end is None else ("yes" if end.inside else "no"),
        "open" if end is None else end.cause.value,
        len(buys),
        plain(units),
        plain((paid / units).quantize(PLACES)),
        "" if end is None else plain(end.price),
        "" if end is None else plain(end.units),
        plain(paid),
        "" if end is None else plain(end.units * end.price),
        plain(fees),
        plain(Decimal(str(profit)).quantize(PLACES)),
        plain((Decimal(str(profit)) / paid).quantize(SHARE)),
    ]


def _moment(result: Result, candle: int) -> str:
    return f"{utc(result.candles.opened[candle]):%Y-%m-%d %H:%M}"
