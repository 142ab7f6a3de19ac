"""The one path of an order: write it down, send it, write the outcome, tell the person.

Commands, buttons and restarts all come through here, so there is nowhere else to look. An intent
leaves once; whatever happens then, only questions are asked about it. What people read is in
chat/texts.py.

May import: accounts, answers, chat, core, errands, errors, latches, notices, parts, store, wire.
"""

from dataclasses import replace
from datetime import timedelta
from http import HTTPStatus

from piggybot.accounts import Accounts
from piggybot.answers import Answer, fresh, learned, trade
from piggybot.chat import texts
from piggybot.core.orders import Intent, Order, Want
from piggybot.core.runs import Cause
from piggybot.errands import NONE, Errands, Stops
from piggybot.errors import BrokerDown, BrokerRefused, NotAllowed, Stale
from piggybot.latches import latches_of
from piggybot.notices import Notices
from piggybot.parts import Parts
from piggybot.store import Outgoing, Person
from proxy.wire import OPEN_FOR, AccountOut, Mode, PendingOut, Problem, Side, Status

LIFE = timedelta(seconds=30)
LATE = timedelta(minutes=30)
STUCK = OPEN_FOR + timedelta(minutes=2)
"""When a person hears that an open order could not be cancelled."""


class Desk:
    """Places orders and settles those whose outcome is not known."""

    def __init__(self, parts: Parts) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._ids, self._notifier = parts.clock, parts.ids, parts.notifier
        self.accounts = Accounts(parts)
        self.errands = Errands(parts, self.accounts)
        self._notices = Notices(parts.store, parts.door, parts.clock, self.errands)
        self.sending: set[str] = set()
        """Orders about to be sent, also by others: nobody asks after them."""
        self._stuck: set[str] = set()
        """Orders that were told to be open for too long."""

    async def place(self, want: Want) -> None:
        """Send this order once and tell its outcome; a want seen before is only asked after."""
        if await self.seen(want.origin):
            return
        account = await self.account(want.person)
        await self._allow(want, account)
        intent = self._intent(want, account)
        self.sending.add(intent.client_id)
        try:
            if await self._door(self._store.orders.add, intent):
                await self._send(intent)
        finally:
            self.sending.discard(intent.client_id)

    async def send(self, intent: Intent, seen: Stops = NONE) -> None:
        """Send an intent that is written down, once; in `sending` since before it was.

        A stop holds it, unless its person had `seen` it and decided all the same.
        """
        try:
            await self._send(intent, seen)
        finally:
            self.sending.discard(intent.client_id)

    async def account(self, person: Person) -> AccountOut:
        """The account right before an order; where the proxy is silent, nothing was sent."""
        try:
            return await self.accounts.look(person)
        except BrokerDown as down:
            raise BrokerDown(f"Nothing was sent. {down.message}", down.hint, sent=False) from down

    async def seen(self, origin: str) -> bool:
        """Whether this message or press began an order already; if so it is asked after."""
        known = await self._door(self._store.orders.by_origin, origin)
        if known is None:
            return False
        await self._again(known)
        return True

    async def settle(self) -> None:
        """Ask after every order that is not over, and tell what became of it. Never sends one."""
        for order in await self._door(self._store.orders.open):
            if order.intent.client_id in self.sending:
                continue
            try:
                await self._ask_after(await self._marked(order))
            except BrokerDown as down:
                if not down.sent:
                    return
            except BrokerRefused:
                continue

    async def recheck(self) -> None:
        """Ask once more about orders taken for absent: what turns up after all is told."""
        since = self._clock() - LATE
        for order in await self._door(self._store.orders.absent_since, since):
            try:
                answer = await self._broker.order(order.intent.user_id, order.intent.client_id)
            except BrokerRefused:
                continue
            found = learned(order, answer)
            if not found.status.terminal or found.status is Status.ABSENT:
                continue
            done = replace(found, concluded=self._clock())
            notices = await self._notices.corrected(done)
            if await self._door(self._store.orders.correct, done, notices):
                self._notifier.wake()

    async def _again(self, order: Order) -> None:
        if order.status.terminal or order.intent.client_id in self.sending:
            return
        order = await self._marked(order)
        try:
            await self._ask_after(order)
        except (BrokerDown, BrokerRefused):
            await self._pending(order)

    async def _marked(self, order: Order) -> Order:
        """An order of which nothing is known yet carries the mark of the account it is of."""
        person = await self._door(self._store.people.find, order.intent.person_id)
        sandbox = order.sandbox or (person is not None and person.sandbox)
        return replace(order, sandbox=sandbox)

    async def _allow(self, want: Want, account: AccountOut) -> None:
        """Refuse what this house already knows must not leave; the proxy's limits come after."""
        decided = want.decided
        if decided is not None and (decided.mode, decided.epoch) != (account.mode, account.epoch):
            raise Stale(
                "The mode or a stop changed after you were asked, so nothing was sent.",
                "Give the command again to be asked again.",
            )
        halted = account.stopped or account.mode is Mode.HALTED
        if halted or await self.errands.stopped(want.person):
            done = texts.verb(want.side).lower()
            raise NotAllowed(
                f"A stop is in force: nothing is sent. Nothing was {done}.", "/resume ends it."
            )
        if want.side is Side.SELL:
            return
        await self._allow_entry(account)

    async def _allow_entry(self, account: AccountOut) -> None:
        for latch in latches_of(account.userId, account.mode):
            why = await self._door(self._store.flags.get, latch)
            if why is not None:
                raise NotAllowed(
                    f"No buys for now: {why}.",
                    "Nothing was bought. I tell you as soon as that is over. /health shows more.",
                )

    def _intent(self, want: Want, account: AccountOut) -> Intent:
        now = self._clock()
        return Intent(
            client_id=f"pg-{self._ids()}",
            origin=want.origin,
            person_id=want.person.id,
            user_id=want.person.user_id,
            exchange=want.exchange or want.person.exchange,
            mode=account.mode,
            epoch=account.epoch,
            side=want.side,
            symbol=want.symbol,
            amount_usd=want.amount_usd,
            units=want.units,
            quoted_price=want.quoted_price,
            placed=now,
            not_after=now + LIFE,
            reply_to=want.reply_to,
            run_id=want.run_id,
        )

    async def _send(self, intent: Intent, seen: Stops = NONE) -> None:
        """The one POST of this intent, and what its answer proves."""
        person = await self._door(self._store.people.find, intent.person_id)
        order = replace(fresh(intent), sandbox=person is not None and person.sandbox)
        if person is None or await self.errands.stopped(person, seen):
            why = Problem(code="stopped", message="A stop came first.", hint="/resume ends it.")
            await self._conclude(order, Status.NOT_SENT, why)
            return
        try:
            answer: Answer = await self._broker.place(trade(intent), intent.client_id)
        except BrokerDown as down:
            if down.sent:
                await self._pending(order)
                return
            why = Problem(code="proxy_down", message=down.message, hint=down.hint)
            await self._conclude(order, Status.NOT_SENT, why)
            return
        except BrokerRefused as refused:
            if refused.status is None or not refused.status.terminal:
                await self._unclear(order)
                return
            await self._conclude(order, refused.status, refused.problem)
            return
        await self._take(order, answer)

    async def _unclear(self, order: Order) -> None:
        """An answer that does not say what became of the order so far: ask at once."""
        try:
            await self._ask_after(order)
        except (BrokerDown, BrokerRefused):
            await self._pending(order)

    async def _ask_after(self, order: Order) -> None:
        """GET the order; one that the proxy never saw is voided there, so it can never be late."""
        user_id, client_id = order.intent.user_id, order.intent.client_id
        try:
            answer = await self._broker.order(user_id, client_id)
        except BrokerRefused as refused:
            if refused.http_status != HTTPStatus.NOT_FOUND:
                raise
            answer = await self._broker.void(user_id, client_id)
        await self._take(order, answer)

    async def _take(self, order: Order, answer: Answer) -> None:
        """Write down what the proxy knows, and tell it where it is news."""
        if isinstance(answer, PendingOut):
            at_once = {Status.QUARANTINED: self._quarantined, Status.OPEN: self._unclear}
            await at_once.get(Status(answer.status), self._pending)(order)
            return
        now = learned(order, answer)
        if now.status.terminal:
            await self._finish(order, replace(now, concluded=self._clock()))
            return
        if now.status is Status.QUARANTINED:
            await self._quarantined(now)
        elif now.status is Status.OPEN:
            await self._open(now)
        else:
            await self._pending(now)

    async def _conclude(self, order: Order, status: Status, why: Problem) -> None:
        done = replace(order, status=status, problem=why, concluded=self._clock())
        await self._finish(order, done)

    async def _finish(self, before: Order, done: Order) -> None:
        """The outcome and its notice, in one transaction."""
        at_once = before.status is Status.SENDING
        tell = self._notices.concluded if at_once else self._notices.settled
        notices = [] if self._is_told_together(done) else await tell(done)
        if await self._door(self._store.orders.conclude, done, notices):
            self._notifier.wake()

    def _is_told_together(self, order: Order) -> bool:
        """Whoever sends many at once, and will tell them in one message, has no need of ours."""
        intent = order.intent
        return intent.cause is Cause.FLATTEN and intent.client_id in self.sending

    async def _pending(self, order: Order) -> None:
        """Not known yet: told once, then asked after by settle()."""
        kept = replace(order, status=Status.OPEN if order.status is Status.OPEN else Status.UNKNOWN)
        if await self._is_news(kept):
            notices = [] if self._is_told_together(kept) else await self._notices.pending(kept)
            await self._update(kept, notices)

    async def _open(self, order: Order) -> None:
        """At the exchange, and not finished: told once, and once more where it is for too long."""
        client_id = order.intent.client_id
        if await self._is_news(order):
            together = self._is_told_together(order)
            await self._update(order, [] if together else await self._notices.still_open(order))
        if self._clock() - order.intent.placed >= STUCK and client_id not in self._stuck:
            self._stuck.add(client_id)
            await self._update(order, await self._notices.stuck(order))

    async def _quarantined(self, order: Order) -> None:
        kept = replace(order, status=Status.QUARANTINED)
        if await self._is_news(kept):
            await self._update(kept, await self._notices.quarantined(kept))

    async def _is_news(self, order: Order) -> bool:
        stored = await self._door(self._store.orders.get, order.intent.client_id)
        known = None if stored is None else (stored.status, stored.executed)
        return known != (order.status, order.executed)

    async def _update(self, order: Order, notices: list[Outgoing]) -> None:
        await self._door(self._store.orders.update, order, notices)
        self._notifier.wake()
