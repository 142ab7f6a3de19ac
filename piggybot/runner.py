"""Slots: at each candle's close every active run decides once, and each slot is accounted for.

Alone because this is what makes the bot trade by itself. Late slots are skipped and told, never
made up for. Runs on one market are decided together, in small batches; whatever breaks there is met
again at the next call, until the slot is late.

May import: acting, chat, core, deciding, parts, standings, store, wire.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from datetime import datetime

import structlog

from piggybot.acting import BATCH, Acting
from piggybot.chat import texts_ticks
from piggybot.chat.texts_ticks import Skipped
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.runs import Outcome, Slot
from piggybot.core.slots import Due, SlotWork, boundary, late_after
from piggybot.deciding import At, Deciding
from piggybot.parts import Parts
from piggybot.standings import Scene, Standings
from piggybot.store import Outgoing
from proxy.wire import Timeframe

PAGE = 100
AT_ONCE = 10
"""Runs decided without a pause: between them everything else has its turn, a stop above all."""
Market = tuple[str, str, Timeframe, str]
"""Exchange, symbol, timeframe, and a guest's strategy apart from ours."""
log = structlog.get_logger(__name__)


class Runner:
    """Runs what is due. One call at a time; another process is kept apart by the slots' rows."""

    def __init__(
        self, parts: Parts, acting: Acting, standings: Standings, deciding: Deciding
    ) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._acting = acting
        self._standings = standings
        self._deciding = deciding
        self._turn = asyncio.Lock()

    async def tick(self) -> None:
        """Account for every slot that is not yet; what is being sent then may go on.

        A market's runs are free as soon as it is through: their exits wait for no other market.
        """
        now = self._clock()
        closes = {one: boundary(now, one) for one in Timeframe}
        waiting = await self._door(self._store.slots.due, closes)
        mine = set(self._acting.claims.take(waiting))
        try:
            scene = await self._standings.scene()
            on_time = await self._skip(await self._loaded(sorted(mine)), scene)
            mine -= {due.run.id for due in on_time}  # each market frees its own
        finally:
            self._acting.claims.free(mine)
        await self._run(self._by_market(on_time), scene, closes)

    async def _loaded(self, run_ids: Sequence[str]) -> list[Due]:
        dues: list[Due] = []
        for first in range(0, len(run_ids), PAGE):
            dues += await self._door(self._store.slots.load, run_ids[first : first + PAGE])
        return dues

    async def _skip(self, dues: Sequence[Due], scene: Scene) -> list[Due]:
        """Account for what passed while nobody was there. Whose present slot is in time?"""
        on_time, skips, now = [], defaultdict(list), scene.now
        for due in dues:
            step = due.run.timeframe.step
            slot = boundary(now, due.run.timeframe)
            late = now - slot > late_after(due.run.timeframe)
            missed = slot if late else slot - step
            if due.next <= missed:
                skips[due.run.person_id].append(_skipped(due, missed, now))
            if not late:
                on_time.append(due)
        work: list[SlotWork] = []
        for person_id, each in skips.items():
            told = replace(each[0], notices=(_letter(each, scene.chat_of(person_id), now),))
            work += [told, *each[1:]]
        await self._acting.do(work)
        return on_time

    def _by_market(self, dues: Iterable[Due]) -> Mapping[Market, list[Due]]:
        markets: defaultdict[Market, list[Due]] = defaultdict(list)
        for due in dues:
            run, guest = due.run, self._deciding.guest(due.run)
            markets[run.exchange, run.symbol, run.timeframe, guest].append(due)
        return markets

    async def _run(
        self,
        markets: Mapping[Market, Sequence[Due]],
        scene: Scene,
        closes: Mapping[Timeframe, datetime],
    ) -> None:
        """Each market on its own: one that keeps us waiting holds up no other."""
        ends = await asyncio.gather(
            *(self._market(each, scene, closes[key[2]]) for key, each in markets.items()),
            return_exceptions=True,
        )
        for market, end in zip(markets, ends, strict=True):
            if isinstance(end, BaseException):
                log.error("deciding for a market failed", market=market[1], exc_info=end)

    async def _market(self, dues: Sequence[Due], scene: Scene, slot: datetime) -> None:
        kept: set[str] = set()
        try:
            at = await self._deciding.at(dues, scene, slot)
            # A guest may take its time; ours are quickest one after the other: all else is there.
            turn = nullcontext() if self._deciding.guest(dues[0].run) else self._turn
            for first in range(0, len(dues), BATCH):
                async with turn:
                    kept |= await self._batch(dues[first : first + BATCH], at)
        finally:
            self._acting.claims.free({due.run.id for due in dues} - kept)

    async def _batch(self, batch: Sequence[Due], at: At) -> set[str]:
        """Decide and write down; the runs that are being sent for keep their claims."""
        work: list[SlotWork] = []
        for start in range(0, len(batch), AT_ONCE):
            work += await self._deciding.works(batch[start : start + AT_ONCE], at)
            await asyncio.sleep(0)
        return await self._acting.do(work)


def _skipped(due: Due, last: datetime, now: datetime) -> SlotWork:
    since = None if due.next == last else due.next
    slot = Slot(due.run.id, last, Outcome.SKIPPED, texts_ticks.SKIPPED, now, since=since)
    return SlotWork(due.run, slot)


def _letter(works: Sequence[SlotWork], chat_id: int, now: datetime) -> Outgoing:
    """One line for one person, however many slots of however many runs."""
    first = min(one.slot.since or one.slot.at for one in works if one.slot is not None)
    last = max(one.slot.at for one in works if one.slot is not None)
    count = sum(_count(one) for one in works)
    text = texts_ticks.skipped(Skipped(count, len(works), first, last))
    key = f"skipped:{works[0].run.id}:{last.isoformat()}"
    return outgoing(chat_id, {"text": text, "line": text}, key, now, priority=WARNING)


def _count(work: SlotWork) -> int:
    slot = work.slot
    if slot is None or slot.since is None:
        return 1
    return (slot.at - slot.since) // work.run.timeframe.step + 1
