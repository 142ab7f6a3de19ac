"""What those are made of who speak unasked: alerts, summaries, cards.

Alone because all three need the same, and none of them may need more.

May import: desk, market, ports, store.
"""

from dataclasses import dataclass

from migrations.database import Door
from piggybot.desk import Desk
from piggybot.market import MarketData
from piggybot.ports import Clock, Ids, Notifier
from piggybot.store import Store


@dataclass(frozen=True, slots=True)
class Unasked:
    store: Store
    door: Door
    clock: Clock
    ids: Ids
    notifier: Notifier
    desk: Desk
    market: MarketData
