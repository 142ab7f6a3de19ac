"""Where real processes are killed: at least ten places, each a boundary of /testbuy.

Alone because the places are looked for among the discovered ones before anything is killed there.

May import: boundaries.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from tests.restart.boundaries import AFTER, BEFORE, BOT, BOTH, PROXY, Point

INTENT, OUTCOME = (
    "commit of INSERT orders",
    ("commit of UPDATE orders, INSERT fills, INSERT positions, INSERT days, INSERT outbox"),
)
FILLED = "commit of INSERT fills, INSERT positions, UPDATE orders"
TRADE, ORDER = "proxy POST /api/trade", "exchange POST /api/v3/order"


@dataclass(frozen=True, slots=True)
class Kill:
    """Where a house kills itself (None: both wait for the exchange's answer), and who dies."""

    point: Point | None
    victims: Sequence[str]

    def __str__(self) -> str:
        where = self.point or "proxy: done, not answered exchange POST /api/v3/order"
        return f"{' and '.join(self.victims)} at {where}"


KILLS = (
    (
        Kill(Point(BOT, INTENT, AFTER, 1), (BOT,)),
        Kill(Point(BOT, TRADE, AFTER, 1), (BOT,)),
        Kill(Point(BOT, OUTCOME, BEFORE, 1), (BOT,)),
        Kill(Point(BOT, "Telegram sendMessage", AFTER, 1), (BOT,)),
        Kill(Point(BOT, TRADE, BEFORE, 1), BOTH),
    ),
    (
        Kill(None, (PROXY,)),
        Kill(Point(PROXY, ORDER, AFTER, 1), (PROXY,)),
        Kill(Point(PROXY, FILLED, BEFORE, 1), BOTH),
        Kill(None, BOTH),
    ),
    # Alone, as its absence takes 20 s to prove.
    (Kill(Point(PROXY, ORDER, BEFORE, 1), (PROXY,)),),
)
"""One world a line: they run at the same time."""
