"""What holds a run back now: the runner's own gates, asked in their order, and none left out.

Alone because it must never disagree with what decides: every gate here is one of
core/decisions.py, the signal is the panel's, and the last word on limits is the proxy's own.

May import: core, deciding, errors, market, parts, standings, strategies, wire.
"""

from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal

from piggybot.core import decisions
from piggybot.core.decisions import Gate, Hold, Moment, Standing
from piggybot.core.positions import Position
from piggybot.core.runs import Run, Slot
from piggybot.core.slots import boundary
from piggybot.deciding import FAILED, Deciding, Quote, position_of, trouble_of
from piggybot.errors import PiggyError
from piggybot.parts import Parts
from piggybot.standings import Standings
from piggybot.strategies.panel import Opinion
from piggybot.strategies.registry import Registry
from proxy.wire import MarketOut, Mode, Problem, Side, TradeIn


@dataclass(frozen=True, slots=True)
class Findings:
    """Everything about one run that could hold it back. What could not be learned is None."""

    run: Run
    now: datetime
    holds: tuple[Hold, ...]
    """The gates that are closed, in the runner's order."""
    standing: Standing | None = None
    position: Position | None = None
    price: Decimal | None = None
    rules: MarketOut | None = None
    opinion: Opinion | None = None
    adds: bool = False
    denial: Problem | None = None
    """What the proxy says to its buy now."""
    last: Slot | None = None

    @property
    def next_slot(self) -> datetime:
        return boundary(self.now, self.run.timeframe) + self.run.timeframe.step


class WhyNot:
    """Looks at one run as the runner would look at it now, and changes nothing."""

    def __init__(
        self, parts: Parts, standings: Standings, deciding: Deciding, registry: Registry
    ) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock = parts.clock
        self._standings = standings
        self._deciding = deciding
        self._registry = registry

    async def of(self, run: Run) -> Findings:
        """All that holds this run back, as far as it can be learned now."""
        found = Findings(run, self._clock(), ())
        found = replace(found, last=await self._door(self._store.slots.last, run.id))
        try:
            standing = await self._standings.of(run, await self._standings.scene())
        except PiggyError as trouble:
            return _and(found, trouble_of(trouble))
        barred = decisions.barred(standing)
        found = replace(found, standing=standing, holds=(barred,) if barred else ())
        quote = await self._deciding.quote(run)
        if not isinstance(quote, Quote):
            return _and(found, quote)
        [due] = await self._door(self._store.slots.load, [run.id])
        position = position_of(due, standing)
        found = replace(found, position=position, price=quote.price, rules=quote.rules)
        slot = boundary(found.now, run.timeframe)
        moment = Moment(run, position, standing, slot, quote.price, quote.rules)
        found = await self._asked(found, moment)
        found = _and(found, *decisions.entry_holds(moment))
        return replace(found, denial=await self._denial(run, standing))

    async def _asked(self, found: Findings, moment: Moment) -> Findings:
        """Guards, then the strategy: what it says of the candles up to the last close."""
        run, position = moment.run, moment.position
        try:
            adds = self._registry.find(run.strategy).adds
            stake = decisions.stake_of(run, position, adds=adds)
            halts = decisions.guard(moment, stake)
            found = replace(found, adds=adds, holds=found.holds + ((halts,) if halts else ()))
            return replace(found, opinion=await self._deciding.opinion(run, moment.slot))
        except FAILED as failed:
            return _and(found, Hold(Gate.STRATEGY, f"{failed.message} {failed.hint}".strip()))
        except PiggyError as trouble:
            return _and(found, trouble_of(trouble))

    async def _denial(self, run: Run, standing: Standing) -> Problem | None:
        """What the proxy would say to its buy now; what is known without it is not asked."""
        if standing.stopped or standing.mode in {Mode.HALTED, Mode.REDUCING}:
            return None
        order = TradeIn(
            userId=run.user_id,
            exchange=run.exchange,
            side=Side.BUY,
            symbol=run.symbol,
            amountUsd=run.amount_usd,
            mode=standing.mode,
            epoch=standing.epoch,
            typed=False,
        )
        try:
            return (await self._broker.check(order)).error
        except PiggyError as trouble:
            return Problem(code="unknown", message=trouble.message, hint=trouble.hint)


def _and(found: Findings, *more: Hold) -> Findings:
    return replace(found, holds=(*found.holds, *more))
