"""What nearly all of the bot is made of, as one value: store, proxy, time, chance, and the outbox.

Alone because whoever needs one of them mostly needs them all, and tests put it together once.

May import: ports, store.
"""

from dataclasses import dataclass

from migrations.database import Door
from piggybot.ports import Broker, Clock, Ids, Notifier
from piggybot.store import Store


@dataclass(frozen=True, slots=True)
class Parts:
    store: Store
    door: Door
    broker: Broker
    clock: Clock
    ids: Ids
    notifier: Notifier
