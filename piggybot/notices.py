"""What a person is told of an order, as a row of the outbox: once, under the message that began it.

Alone because the desk writes an outcome and its notice in one transaction, and should read as the
path of an order, not as the making of letters.

May import: chat, core, errands, ports, store.
"""

from migrations.database import Door
from piggybot.chat import texts, texts_fold, texts_ticks
from piggybot.core.orders import Order
from piggybot.core.runs import Cause, Run
from piggybot.errands import Errands
from piggybot.ports import Clock
from piggybot.store import Outgoing, Store

FILL = 1


class Notices:
    """Makes the letters; whoever writes the outcome puts them into the outbox with it."""

    def __init__(self, store: Store, door: Door, clock: Clock, errands: Errands) -> None:
        self._store = store
        self._door = door
        self._clock = clock
        self._errands = errands

    async def concluded(self, order: Order) -> Outgoing:
        """The order is over."""
        return await self._over(order, texts.concluded(order))

    async def settled(self, order: Order) -> Outgoing:
        """The order is over, and its outcome had not been known for a while."""
        return await self._over(order, texts.settled(order))

    async def corrected(self, order: Order) -> Outgoing:
        """The order had been taken for absent."""
        text = texts.corrected(order) + await self._before_a_stop(order)
        return await self.of(order, "corrected", text)

    async def _over(self, order: Order, text: str) -> Outgoing:
        before = await self._before_a_stop(order)
        line = texts_fold.order_line(order, before_stop=bool(before))
        run = await self._run(order)
        if run is not None:
            text = texts_ticks.order_head(run, order.intent) + text
            line = texts_ticks.order_sign(run) + line
        return await self.of(order, "done", text + before, line)

    async def _run(self, order: Order) -> Run | None:
        """The run that began it."""
        if not order.intent.run_id:
            return None
        return await self._door(self._store.runs.get, order.intent.run_id)

    async def of(self, order: Order, kind: str, text: str, line: str = "") -> Outgoing:
        """Replies to the message that began the order; told once, by its dedupe.

        With a line it may be folded, where many wait.
        """
        person = await self._door(self._store.people.find, order.intent.person_id)
        chat_id = order.intent.person_id if person is None else person.chat_id
        return Outgoing(
            id=0,
            chat_id=chat_id,
            kind="text",
            body={"text": text, "line": line} if line else {"text": text},
            priority=FILL,
            dedupe=f"{order.intent.client_id}:{kind}",
            reply_to=order.intent.reply_to,
            created=self._clock(),
            not_before=self._clock(),
            tries=0,
        )

    async def _before_a_stop(self, order: Order) -> str:
        """What is told after a stop, and was executed, must not look as if it left after it.

        What is sold by /flatten may well have: that was confirmed, and said so.
        """
        person = await self._door(self._store.people.find, order.intent.person_id)
        if person is None or not order.executed or order.intent.cause is Cause.FLATTEN:
            return ""
        stopped = person.epoch > order.intent.epoch or await self._errands.stopped(person)
        return texts.SENT_BEFORE_STOP if stopped else ""
