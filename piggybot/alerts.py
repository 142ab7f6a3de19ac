"""Looks whether a price alert is due, and tells it once.

Alone because it watches prices for people, not for runs: nothing is ever traded here.

May import: chat, core, errors, market, ports, store, wire.
"""

import structlog

from migrations.database import Door
from piggybot.chat import texts_prices
from piggybot.chat.ask import WARNING, Reply, letter
from piggybot.core.runs import Alert
from piggybot.errors import PiggyError
from piggybot.market import MarketData
from piggybot.ports import Clock, Ids, Notifier
from piggybot.store import Store
from proxy.wire import PriceOut

log = structlog.get_logger(__name__)


class AlertWatch:
    """Checks all alerts against the prices that everybody shares."""

    def __init__(  # noqa: PLR0913, PLR0917
        self,
        store: Store,
        door: Door,
        market: MarketData,
        clock: Clock,
        ids: Ids,
        notifier: Notifier,
    ) -> None:
        self._store = store
        self._door = door
        self._market = market
        self._clock = clock
        self._ids = ids
        self._notifier = notifier

    async def check(self) -> None:
        """Ask for each price once. A market without a price holds up no other."""
        waiting = await self._door(self._store.alerts.waiting)
        for exchange, symbol in dict.fromkeys((one.exchange, one.symbol) for one in waiting):
            try:
                price = await self._market.price(exchange, symbol)
            except PiggyError as error:
                log.warning("no price for alerts", symbol=symbol, why=error.message)
                continue
            for alert in waiting:
                same = (alert.exchange, alert.symbol) == (exchange, symbol)
                if same and alert.reached(price.price):
                    await self._tell(alert, price)

    async def _tell(self, alert: Alert, price: PriceOut) -> None:
        now = self._clock()
        person = await self._door(self._store.people.find, alert.person_id)
        if person is None:
            return
        text = texts_prices.alert_reached(alert, price)
        reply = Reply(text, priority=WARNING, reply_to=alert.reply_to)
        row, _ = letter(person, f"alert:{alert.id}", reply, now, self._ids)
        if await self._door(self._store.alerts.fire, alert.id, now, [row]):
            self._notifier.wake()
