"""Journal rows to values and back: the one place that knows how an order lies in its table.

May import: records, venue, wire.
"""

import json
from dataclasses import asdict
from decimal import Decimal
from functools import lru_cache
from typing import Any

from sqlalchemy import Row

from proxy.records import Account, ChatLimits, Entry
from proxy.venue import Market
from proxy.wire import Fill, Mode, Problem, Side, Status

MARKETS_KEPT = 256
MARKET_AMOUNTS = ("min_notional", "min_qty", "step", "tick")
PLAIN = (
    "client_id",
    "user_id",
    "exchange",
    "symbol",
    "contents",
    "epoch",
    "created",
    "asked_usd",
    "asked_units",
    "units",
    "not_after",
    "sandbox",
)
CHANGING = ("sent_at", "order_id", "executed", "quote", "fee", "transact_time", "concluded")
"""What is learnt of an order, beside its status and problem; all else stands as it was sent."""


def order_values(entry: Entry) -> dict[str, Any]:
    """The columns of an order."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in PLAIN}
    values["book"] = entry.book.value
    values["mode"] = entry.mode.value
    values["side"] = entry.side.value
    values["market"] = None if entry.market is None else _market_text(entry.market)
    return values | changing_values(entry)


def changing_values(entry: Entry) -> dict[str, Any]:
    """The columns of an order that change after it was written down."""
    values: dict[str, Any] = {name: getattr(entry, name) for name in CHANGING}
    values["status"] = entry.status.value
    values["problem"] = None if entry.problem is None else entry.problem.model_dump_json()
    return values


def entry_of(row: Row[Any], fills: tuple[Fill, ...]) -> Entry:
    """The order that lies in `row`."""
    values = {name: getattr(row, name) for name in PLAIN + CHANGING}
    return Entry(
        **values,
        mode=Mode(row.mode),
        side=Side(row.side),
        status=Status(row.status),
        market=None if row.market is None else _market(row.market),
        problem=None if row.problem is None else Problem.model_validate_json(row.problem),
        fills=fills,
    )


def fill_values(entry: Entry, fill: Fill) -> dict[str, Any]:
    """The columns of one fill of `entry`."""
    assert entry.market is not None
    return {
        "exchange": entry.exchange,
        "book": entry.book.value,
        "symbol": entry.symbol,
        "trade_id": fill.tradeId,
        "client_id": entry.client_id,
        "user_id": entry.user_id,
        "side": entry.side.value,
        "base": entry.market.base,
        "quote": entry.market.quote,
        "price": fill.price,
        "qty": fill.qty,
        "fee": fill.fee,
        "fee_asset": fill.feeAsset,
        "fee_quote": fill.feeQuote,
        "at": fill.at,
    }


def fill_of(row: Row[Any]) -> Fill:
    return Fill(
        tradeId=row.trade_id,
        price=row.price,
        qty=row.qty,
        fee=row.fee,
        feeAsset=row.fee_asset,
        at=row.at,
        feeQuote=row.fee_quote,
    )


def account_of(row: Row[Any]) -> Account:
    chat = ChatLimits(row.max_trade_usd, row.max_trades_per_day, row.max_daily_loss_share)
    mode = Mode(row.mode)
    return Account(row.user_id, row.exchange, mode, row.epoch, row.reason, row.created, chat)


@lru_cache(maxsize=MARKETS_KEPT)
def _market_text(market: Market) -> str:
    return json.dumps(asdict(market), default=str)


@lru_cache(maxsize=MARKETS_KEPT)
def _market(text: str) -> Market:
    values: dict[str, Any] = json.loads(text)
    for name in MARKET_AMOUNTS:
        values[name] = Decimal(values[name])
    return Market(**values)
