"""The paper venue's own books: balances and orders, as a real venue would keep them.

May import: tables, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from sqlalchemy import Connection, Engine, RowMapping, delete, insert, select

from proxy.tables import paper_balances, paper_orders
from proxy.wire import Side

START_ASSET = "USDT"
START_UNITS = Decimal(10000)


class Insufficient(Exception):
    """The paper balance does not carry this trade."""

    def __init__(self, asset: str, free: Decimal) -> None:
        super().__init__(f"{free} {asset}")
        self.asset = asset
        self.free = free


@dataclass(frozen=True, slots=True)
class PaperTrade:
    """One paper order, which is one trade."""

    client_id: str
    user_id: str
    exchange: str
    symbol: str
    side: Side
    price: Decimal
    qty: Decimal
    fee: Decimal
    fee_asset: str
    at: int


class PaperRows:
    """Paper money and paper orders."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def balances(self, user_id: str, exchange: str) -> dict[str, Decimal]:
        """The balances; a newcomer is given the starting sum."""
        with self._engine.begin() as db:
            return _balances(db, user_id, exchange)

    def find(self, user_id: str, client_id: str) -> PaperTrade | None:
        with self._engine.connect() as db:
            found = _find(db, client_id)
        return found if found is not None and found.user_id == user_id else None

    def since(self, user_id: str, exchange: str, symbol: str, at: int) -> list[PaperTrade]:
        """This user's orders of one market since then, oldest first."""
        query = select(paper_orders).where(
            paper_orders.c.user_id == user_id,
            paper_orders.c.exchange == exchange,
            paper_orders.c.symbol == symbol,
            paper_orders.c.at >= at,
        )
        with self._engine.connect() as db:
            rows = db.execute(query.order_by(paper_orders.c.at)).mappings()
            return [_trade(row) for row in rows]

    def execute(self, trade: PaperTrade, changes: Mapping[str, Decimal]) -> PaperTrade:
        """Move the balances and write the order, together and once; Insufficient."""
        with self._engine.begin() as db:
            known = _find(db, trade.client_id)
            if known is not None:
                return known
            units = _balances(db, trade.user_id, trade.exchange)
            for asset, change in changes.items():
                free = units.get(asset, Decimal(0))
                if free + change < 0:
                    raise Insufficient(asset, free)
                _put(db, trade, asset, free + change)
            values = {name: getattr(trade, name) for name in PaperTrade.__slots__}
            db.execute(insert(paper_orders).values(values | {"side": trade.side.value}))
            return trade


def _balances(db: Connection, user_id: str, exchange: str) -> dict[str, Decimal]:
    mine = (paper_balances.c.user_id == user_id, paper_balances.c.exchange == exchange)
    rows = db.execute(select(paper_balances).where(*mine).with_for_update()).all()
    if rows:
        return {row.asset: row.units for row in rows}
    start = {"user_id": user_id, "exchange": exchange, "asset": START_ASSET, "units": START_UNITS}
    db.execute(insert(paper_balances).values(start))
    return {START_ASSET: START_UNITS}


def _find(db: Connection, client_id: str) -> PaperTrade | None:
    query = select(paper_orders).where(paper_orders.c.client_id == client_id)
    row = db.execute(query).mappings().one_or_none()
    return None if row is None else _trade(row)


def _trade(row: RowMapping) -> PaperTrade:
    return PaperTrade(**{**row, "side": Side(row["side"])})


def _put(db: Connection, trade: PaperTrade, asset: str, units: Decimal) -> None:
    where = (
        paper_balances.c.user_id == trade.user_id,
        paper_balances.c.exchange == trade.exchange,
        paper_balances.c.asset == asset,
    )
    db.execute(delete(paper_balances).where(*where))
    values = {"user_id": trade.user_id, "exchange": trade.exchange, "asset": asset, "units": units}
    db.execute(insert(paper_balances).values(values))
