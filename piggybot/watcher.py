"""Exits: every few seconds the price of all that is held is looked at, and who must leave leaves.

Alone because a stop that is only looked at when a candle closes is no stop. The rules are those
of the slots (core/decisions.py), and so is the path of the order.

May import: acting, chat, core, deciding, errors, latches, parts, standings, store.
"""

import asyncio
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

import structlog

from piggybot.acting import Acting, Seen
from piggybot.chat import texts_ticks
from piggybot.core import decisions
from piggybot.core.decisions import Hold, Standing
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.positions import Book, Position
from piggybot.core.runs import Run
from piggybot.core.slots import SlotWork
from piggybot.deciding import Deciding, Quote
from piggybot.errors import PiggyError
from piggybot.latches import NO_ENTRIES
from piggybot.parts import Parts
from piggybot.standings import Scene, Standings
from piggybot.store import Outgoing

PAGE = 100
AT_ONCE = 10
"""Holdings looked at without a pause: between them everything else has its turn."""
BLIND = timedelta(minutes=1)
log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Watched:
    """A holding with exits."""

    run: Run
    position: Position


class Watcher:
    """Looks at every holding with exits, once a call."""

    def __init__(
        self, parts: Parts, acting: Acting, standings: Standings, deciding: Deciding
    ) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._notifier = parts.notifier
        self._acting = acting
        self._standings = standings
        self._deciding = deciding
        self._unseen: dict[tuple[str, str], datetime] = {}
        """Markets whose price cannot be had, and since when."""

    async def look(self) -> None:
        """Raise peaks, and sell what is due; what is being sold then may go on."""
        armed = await self._door(self._store.ledger.armed)
        self._acting.patience.keep(set(armed))
        if not armed:
            return
        scene = await self._standings.scene()
        markets: defaultdict[tuple[str, str], list[Watched]] = defaultdict(list)
        for first in range(0, len(armed), PAGE):
            page = armed[first : first + PAGE]
            for due in await self._door(self._store.slots.load, page):
                held = [Watched(due.run, one) for one in due.positions if one.entries]
                markets[due.run.exchange, due.run.symbol] += held
        ends = await asyncio.gather(
            *(self._market(each, scene) for each in markets.values()), return_exceptions=True
        )
        for market, end in zip(markets, ends, strict=True):
            if isinstance(end, BaseException):
                log.error("watching a market failed", market=market[1], exc_info=end)

    async def _market(self, watched: Sequence[Watched], scene: Scene) -> None:
        if not watched:
            return
        quote = await self._deciding.quote(watched[0].run)
        if not isinstance(quote, Quote):
            log.warning("no price to watch by", market=watched[0].run.symbol, why=quote.detail)
            await self._blind(watched, scene, quote)
            return
        self._unseen.pop((watched[0].run.exchange, watched[0].run.symbol), None)
        for first in range(0, len(watched), AT_ONCE):
            await self._look_at(watched[first : first + AT_ONCE], quote, scene)
            await asyncio.sleep(0)

    async def _look_at(self, watched: Sequence[Watched], quote: Quote, scene: Scene) -> None:
        ours = [one for one in watched if await self._in_book(one, scene)]
        risen = [
            (one.position.key, quote.price)
            for one in ours
            if one.position.peak is None or quote.price > one.position.peak
        ]
        if risen:
            await self._door(self._store.ledger.raise_peaks, risen)
        for one in ours:
            if self._due(one, quote):
                await self._leave(one, quote, scene)

    async def _blind(self, watched: Sequence[Watched], scene: Scene, why: Hold) -> None:
        """No price for long: each run's person hears once that its exits are not watched.

        Where the proxy is lost, they have heard that already.
        """
        market = (watched[0].run.exchange, watched[0].run.symbol)
        now = self._clock()
        since = self._unseen.setdefault(market, now)
        if now - since < BLIND or NO_ENTRIES in scene.latches:
            return
        letters = [_letter(one.run, scene, since, why.detail, now) for one in watched]
        await self._door(self._store.outbox.add, letters, [])
        self._notifier.wake()

    async def _in_book(self, one: Watched, scene: Scene) -> bool:
        """Whether it is its turn; a paper holding rests while live is on."""
        try:
            standing = await self._standings.of(one.run, scene)
        except PiggyError:
            return False
        return _may_sell(one, standing)

    def _due(self, one: Watched, quote: Quote) -> decisions.Decision | None:
        now = self._clock()
        if self._acting.patience.has(one.run.id, one.position, now):
            return None
        return decisions.way_out(one.run, one.position, quote.price, quote.rules, now)

    async def _leave(self, one: Watched, quote: Quote, scene: Scene) -> None:
        """Sell it, if it is nobody else's turn, and if it is due still as it stands now."""
        mine = self._acting.claims.take([one.run.id])
        kept: set[str] = set()
        try:
            for due in await self._door(self._store.slots.load, mine):
                held = [each for each in due.positions if each.key == one.position.key]
                fresh = Watched(due.run, held[0] if held else Position(one.position.key))
                kept |= await self._sell(fresh, quote, scene)
        finally:
            self._acting.claims.free(run_id for run_id in mine if run_id not in kept)

    async def _sell(self, one: Watched, quote: Quote, scene: Scene) -> set[str]:
        decision = self._due(one, quote)
        held = decisions.holding(one.run, one.position, quote.rules)
        if decision is None or decision.act is None or held is None:
            return set()
        standing = await self._standings.of(one.run, scene)
        if not _may_sell(one, standing):  # the mode or a stop changed since the look began
            return set()
        self._acting.patience.tried(one.run.id, one.position, self._clock())
        why = texts_ticks.exit_why(decision.act.cause, one.run, held, quote.price)
        seen = Seen(None, quote.price, why)
        intent = self._acting.intent(one.run, decision.act, standing, seen)
        return await self._acting.do([SlotWork(one.run, None, intent=intent)])


def _letter(run: Run, scene: Scene, since: datetime, why: str, now: datetime) -> Outgoing:
    """Told once for each time that the price is lost: by its dedupe."""
    body = {
        "text": texts_ticks.unwatched(run, since, why),
        "line": texts_ticks.unwatched_line(run, since),
    }
    key = f"unwatched:{run.id}:{since.isoformat()}"
    chat_id = scene.chat_of(run.person_id)
    return outgoing(chat_id, body, key, now, priority=WARNING, reply_to=run.reply_to)


def _may_sell(one: Watched, standing: Standing) -> bool:
    """No stop, nothing unsettled, and of the account's present book: another book's rests."""
    here = one.position.key.book is Book.of(standing.mode)
    return here and decisions.barred(standing) is None
