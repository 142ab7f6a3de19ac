"""What became of an order: asked by our id, with its fills, and a second witness for absence.

Alone, because these are the questions that decide an UNKNOWN, and nothing here can send an order.

May import: ccxt_line, outcome, questions, venue.
"""

from collections.abc import Collection
from dataclasses import replace
from datetime import datetime
from typing import Any

from proxy.ccxt_line import Opener
from proxy.outcome import OK, judge_ask, read_order, read_trade
from proxy.questions import Questions
from proxy.venue import Placement, Report, Verdict

STRANGERS = 5
MOST_TRADES = 1000
"""What a venue shows at once, the oldest first; where it shows so many there may be more."""


async def look_up(questions: Questions, key: Opener, order: Placement) -> Report:
    """The order by its client id, with its fills where there are any."""
    answer = await questions.tried(key, questions.ccxt.privateGetOrder, named(order))
    report = judge_ask(answer, order.client_id, questions.about())
    return await _with_fills(questions, key, order, report)


async def witness(
    questions: Questions,
    key: Opener,
    order: Placement,
    since: datetime,
    known: Collection[str],
) -> Report | None:
    """Among the trades since then: one of an order with our id? None: there is none.

    `known` are the orders of ours that need not be looked at: they are others.
    """
    symbol = order.market.venue_symbol
    begin = questions.venue_ms(since)
    params = {"symbol": symbol, "startTime": begin, "limit": MOST_TRADES}
    answer = await questions.tried(key, questions.ccxt.privateGetMyTrades, params)
    rows = answer.json() if answer.status == OK else None
    if not isinstance(rows, list):
        return _unsure(f"{questions.title} did not show its trades.")
    ids = {row.get("orderId") if isinstance(row, dict) else None for row in rows}
    ids = {one for one in ids if str(one) not in known}
    if None in ids or len(ids) > STRANGERS or len(rows) >= MOST_TRADES:
        return _unsure("There are too many other trades to be sure.")
    for order_id in ids:
        params = {"symbol": symbol, "orderId": order_id}
        found = await questions.tried(key, questions.ccxt.privateGetOrder, params)
        if found.status != OK:
            return _unsure(f"{questions.title} did not show the order of a trade.")
        report = read_order(found.json(), order.client_id)
        if report is not None:
            return await _with_fills(questions, key, order, report)
    return None


def named(order: Placement) -> dict[str, Any]:
    """How a question or a cancel names the order."""
    return {"symbol": order.market.venue_symbol, "origClientOrderId": order.client_id}


async def _with_fills(
    questions: Questions, key: Opener, order: Placement, report: Report
) -> Report:
    if not report.executed or report.order_id is None:
        return report
    params = {"symbol": order.market.venue_symbol, "orderId": report.order_id}
    answer = await questions.tried(key, questions.ccxt.privateGetMyTrades, params)
    rows = answer.json() if answer.status == OK else None
    mine = [row for row in rows if _belongs(row, report.order_id)] if isinstance(rows, list) else []
    fills = [read_trade(row) for row in mine]
    whole = tuple(fill for fill in fills if fill is not None)
    return replace(report, fills=whole if len(whole) == len(fills) else ())


def _belongs(row: Any, order_id: str) -> bool:
    return isinstance(row, dict) and str(row.get("orderId")) == order_id


def _unsure(why: str) -> Report:
    return Report(Verdict.UNKNOWN, "unknown", why, "Its outcome is being looked up.")
