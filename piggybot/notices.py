"""What a person is told of an order, as a row of the outbox: once, under the message that began it.

Alone because the desk writes an outcome and its notice in one transaction, and should read as the
path of an order, not as the making of letters.

May import: chat, core, errands, ports, store.
"""

from collections.abc import Callable
from dataclasses import dataclass

from migrations.database import Door
from piggybot.chat import texts, texts_fold, texts_ticks
from piggybot.core.mail import FILL, outgoing
from piggybot.core.orders import Order
from piggybot.core.retries import Failed, is_told
from piggybot.core.runs import EXITS, Cause, Run
from piggybot.errands import Errands
from piggybot.ports import Clock
from piggybot.store import Outgoing, Store


class Notices:
    """Makes the letters; whoever writes the outcome puts them into the outbox with it."""

    def __init__(self, store: Store, door: Door, clock: Clock, errands: Errands) -> None:
        self._store = store
        self._door = door
        self._clock = clock
        self._errands = errands

    async def concluded(self, order: Order) -> list[Outgoing]:
        """The order is over."""
        return await self._over(order, texts.concluded(order))

    async def settled(self, order: Order) -> list[Outgoing]:
        """The order is over, and its outcome had not been known for a while."""
        return await self._over(order, texts.settled(order))

    async def pending(self, order: Order) -> list[Outgoing]:
        """There is no answer yet."""
        if not is_told(await self._failed_before(order), order.intent.placed):
            return []
        return [await self.of(order, "pending", texts.pending(order))]

    async def still_open(self, order: Order) -> list[Outgoing]:
        """The exchange has not finished it."""
        if not is_told(await self._failed_before(order), order.intent.placed):
            return []
        return [await self.of(order, "open", texts.still_open(order))]

    async def stuck(self, order: Order) -> list[Outgoing]:
        """It should have been cancelled by now: always told."""
        return [await self.of(order, "stuck", texts.stuck(order))]

    async def quarantined(self, order: Order) -> list[Outgoing]:
        """What became of the order cannot be found out: always told."""
        return [await self.of(order, "quarantined", texts.quarantined(order))]

    async def corrected(self, order: Order) -> list[Outgoing]:
        """The order had been taken for absent."""
        return [await self.of(order, "corrected", texts.corrected(order))]

    async def _over(self, order: Order, text: str) -> list[Outgoing]:
        """Nothing, where an exit has failed once more: it is tried each minute."""
        before = await self._failed_before(order)
        if not order.executed and not is_told(before, order.intent.placed):
            return []
        if order.intent.cause in EXITS:
            text += texts_ticks.tries(order, before)
        return [await self.of(order, "done", text, texts_fold.order_line)]

    async def _failed_before(self, order: Order) -> Failed:
        """Of an exit: its tries before this one, that came to nothing."""
        intent = order.intent
        if intent.cause not in EXITS or intent.number is None:
            return Failed()
        return await self._door(self._store.orders.failed, intent.run_id, intent.number)

    async def of(
        self, order: Order, kind: str, text: str, line: Callable[..., str] | None = None
    ) -> Outgoing:
        """Replies to the message that began the order; told once, by its dedupe.

        With a line it may be folded, where many wait.
        """
        about = await self._door(self._about, order)
        body = {"text": text + (texts.SENT_BEFORE_STOP if about.before_stop else "")}
        if line is not None:
            body["line"] = line(order, before_stop=about.before_stop)
        if about.run is not None:
            head = texts_ticks.order_head(about.run, order.intent)
            body["text"] = head + body["text"] + texts_ticks.order_tail(about.run, order)
            body |= {"line": texts_ticks.order_sign(about.run) + body["line"]} if line else {}
        return outgoing(
            *(about.chat_id, body, f"{order.intent.client_id}:{kind}", self._clock()),
            priority=FILL,
            reply_to=order.intent.reply_to,
        )

    def _about(self, order: Order) -> "_About":
        """At the store: whom to tell, whose run it was, and whether it left before a stop.

        What is told after a stop, and was executed, must not look as if it left after it. What is
        sold by /flatten may well have: that was confirmed, and said so.
        """
        intent = order.intent
        run = self._store.runs.get(intent.run_id) if intent.run_id else None
        person = self._store.people.find(intent.person_id)
        if person is None or not order.executed or intent.cause is Cause.FLATTEN:
            chat_id = intent.person_id if person is None else person.chat_id
            return _About(chat_id, run, before_stop=False)
        stopped = person.epoch > intent.epoch or self._errands.stands(person)
        return _About(person.chat_id, run, before_stop=stopped)


@dataclass(frozen=True, slots=True)
class _About:
    chat_id: int
    run: Run | None
    before_stop: bool
