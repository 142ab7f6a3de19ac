"""A venue's own lists of orders and trades, read for those that carry our ids.

Alone because these are the venue's books, which ours are held against. The account owner's other
orders are on the same lists; they are passed over, and nothing is counted of them.

May import: ccxt_line, errors, outcome, questions, venue, wire.
"""

from decimal import Decimal
from typing import Any

from proxy.ccxt_line import Opener
from proxy.errors import VenueUnavailable
from proxy.outcome import decimal, read_order, read_trade
from proxy.questions import Questions
from proxy.venue import Anchor, Market, Mine, Traded, Verdict
from proxy.wire import Fill, Side

ROWS = 1000
MOST_PAGES = 50
Row = dict[str, Any]


async def traded_at(
    questions: Questions, key: Opener, market: Market, after: Anchor, mine: Mine
) -> list[Traded]:
    """Our orders of one market with all their fills, from the anchor on; VenueUnavailable."""
    reader = _Reader(questions, key, market)
    method = questions.ccxt.privateGetAllOrders
    rows = await reader.pages(method, "orderId", "orderId", after.order)
    ids = await mine([reader.text(row, "clientOrderId") for row in rows])
    ours = [row for row in rows if row["clientOrderId"] in ids]
    if not ours:
        return []
    trades: dict[str, list[Row]] = {}
    if any(decimal(row.get("executedQty")) for row in ours):
        method = questions.ccxt.privateGetMyTrades
        for trade in await reader.pages(method, "fromId", "id", after.trade):
            trades.setdefault(str(trade.get("orderId")), []).append(trade)
    return [await reader.order(row, trades.get(str(row.get("orderId")), [])) for row in ours]


class _Reader:
    """Reads one market's lists; what it cannot read whole is an error, never left out."""

    def __init__(self, questions: Questions, key: Opener, market: Market) -> None:
        self._questions = questions
        self._key = key
        self._market = market

    async def pages(self, method: Any, start: str, number: str, first: int | None) -> list[Row]:
        """All rows from the number `first` on; the newest page where no number is known."""
        found: list[Row] = []
        for _ in range(MOST_PAGES):
            named = {} if first is None else {start: first}
            rows = await self._rows(method, named | {"limit": ROWS})
            found += rows
            if first is None or len(rows) < ROWS:
                return found
            first = max(self._number(row, number) for row in rows) + 1
        raise VenueUnavailable(
            "books_too_long",
            f"{self._questions.title} lists over {MOST_PAGES * ROWS:,} orders or trades of "
            f"{self._market.symbol} since then.",
            "Ask for a later time.",
        )

    async def order(self, row: Row, trades: list[Row]) -> Traded:
        """One order with fills that add up to what it executed."""
        client_id = self.text(row, "clientOrderId")
        report, side = read_order(row, client_id), row.get("side")
        if report is None or report.at is None or side not in set(Side):
            raise self._unreadable()
        fills = self._fills(trades)
        if _sum(fills) != report.executed:
            params = {"orderId": self._number(row, "orderId")}
            fills = self._fills(await self._rows(self._questions.ccxt.privateGetMyTrades, params))
        if _sum(fills) != report.executed or report.order_id is None:
            raise self._unreadable()
        return Traded(
            client_id,
            report.order_id,
            self._market,
            Side(side),
            report.at,
            report.verdict is Verdict.OPEN,
            fills,
        )

    def text(self, row: Row, name: str) -> str:
        value = row.get(name)
        if not isinstance(value, str):
            raise self._unreadable()
        return value

    async def _rows(self, method: Any, params: dict[str, Any]) -> list[Row]:
        asked = params | {"symbol": self._market.venue_symbol}
        rows = await self._questions.signed(self._key, method, asked)
        if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
            raise self._unreadable()
        return rows

    def _fills(self, rows: list[Row]) -> tuple[Fill, ...]:
        fills = [read_trade(row) for row in rows]
        whole = [fill for fill in fills if fill is not None]
        if len(whole) < len(fills):
            raise self._unreadable()
        return tuple(whole)

    def _number(self, row: Row, name: str) -> int:
        value = row.get(name)
        if type(value) is not int:
            raise self._unreadable()
        return value

    def _unreadable(self) -> VenueUnavailable:
        title = self._questions.title
        return VenueUnavailable(
            "books_unreadable",
            f"{title}'s lists of {self._market.symbol} orders and trades cannot be read whole.",
            "They are read again by themselves.",
        )


def _sum(fills: tuple[Fill, ...]) -> Decimal:
    return sum((fill.qty for fill in fills), Decimal(0))
