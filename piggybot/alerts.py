"""Looks whether a price alert is due, and tells it once.

Alone because it watches prices for people, not for runs: nothing is ever traded here.

May import: chat, core, errors, unasked, wire.
"""

import structlog

from piggybot.chat import texts_prices
from piggybot.chat.ask import Reply, letter
from piggybot.core.mail import WARNING
from piggybot.core.runs import Alert
from piggybot.errors import PiggyError
from piggybot.unasked import Unasked
from proxy.wire import PriceOut

log = structlog.get_logger(__name__)


class AlertWatch:
    """Checks all alerts against the prices that everybody shares."""

    def __init__(self, parts: Unasked) -> None:
        self._parts = parts

    async def check(self) -> None:
        """Ask for each price once. A market without a price holds up no other."""
        parts = self._parts
        waiting = await parts.door(parts.store.alerts.waiting)
        for exchange, symbol in dict.fromkeys((one.exchange, one.symbol) for one in waiting):
            try:
                price = await parts.market.price(exchange, symbol)
            except PiggyError as error:
                log.warning("no price for alerts", symbol=symbol, why=error.message)
                continue
            for alert in waiting:
                same = (alert.exchange, alert.symbol) == (exchange, symbol)
                if same and alert.reached(price.price):
                    await self._tell(alert, price)

    async def _tell(self, alert: Alert, price: PriceOut) -> None:
        parts, now = self._parts, self._parts.clock()
        person = await parts.door(parts.store.people.find, alert.person_id)
        if person is None:
            return
        text = texts_prices.alert_reached(alert, price)
        line = texts_prices.alert_line(alert, price)
        reply = Reply(text, priority=WARNING, reply_to=alert.reply_to, line=line)
        row, _ = letter(person, f"alert:{alert.id}", reply, now, parts.ids)
        if await parts.door(parts.store.alerts.fire, alert.id, now, [row]):
            parts.notifier.wake()
