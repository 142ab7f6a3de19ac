"""Runs at a slot: asks what is to be known, lets the pure rules decide, and says it in words.

Alone because a decision must read as one: exits first, then guards, then the strategy. What it
comes to is a value; acting.py writes it down and sends.

May import: acting, chat, core, errors, market, standings, strategies, undecided, wire.
"""

import asyncio
from collections.abc import Awaitable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from typing import TypeVar

from piggybot.acting import Acting, Seen
from piggybot.chat import texts_ticks
from piggybot.core import decisions
from piggybot.core.decisions import Decision, Gate, Hold, Moment, Standing, held_back
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.market import Candles
from piggybot.core.positions import Book, Key, Position
from piggybot.core.runs import Halt, Run, Slot
from piggybot.core.slots import Due, Mark, SlotWork
from piggybot.errors import BadInput, BrokerRefused, PiggyError, StrategyFailed, StrategySlow
from piggybot.market import MarketData
from piggybot.standings import Scene, Standings
from piggybot.strategies.panel import Opinion, Panel, Question
from piggybot.strategies.registry import Registry
from piggybot.undecided import with_news
from proxy.wire import MarketOut

FAILED = (StrategyFailed, StrategySlow, BadInput)
HALTS = {
    Gate.LOSSES: Halt.LOSSES,
    Gate.DRAWDOWN: Halt.DRAWDOWN,
    Gate.STRATEGY: Halt.STRATEGY,
}
SILENT = Opinion(0, "")
T = TypeVar("T")
BREATH = 10
"""Runs looked at without a pause: between them everything else has its turn."""
LEAST_SHARED = 64
"""Candles. Then 128, 256, and so on: a market has few lengths, however many its strategies have."""


@dataclass(frozen=True, slots=True)
class Quote:
    """A market as it is at a slot, for all runs on it."""

    price: Decimal
    rules: MarketOut


@dataclass(frozen=True, slots=True)
class At:
    """Where a decision is made: the look that all share, the slot, and the market if it is had."""

    scene: Scene
    slot: datetime
    quote: Quote | Hold
    standings: Mapping[str, Standing | PiggyError]
    """By run: how things stand for it, or why that is not known."""
    questions: Mapping[str, Question | PiggyError]
    """By run: what its strategy is to be asked, or why it cannot be."""


@dataclass(frozen=True, slots=True)
class Waiting:
    """A run that nothing has held back so far: it is its strategy's turn."""

    moment: Moment
    adds: bool


class Deciding:
    """Makes a slot's work out of a due run."""

    def __init__(
        self,
        acting: Acting,
        standings: Standings,
        market: MarketData,
        panel: Panel,
        registry: Registry,
    ) -> None:
        self._acting = acting
        self._standings = standings
        self._market = market
        self._panel = panel
        self._registry = registry

    async def quote(self, run: Run) -> Quote | Hold:
        """The run's market now, or why there is none."""
        try:
            price = await self._market.price(run.exchange, run.symbol)
            return Quote(price.price, await self._market.rules(run.exchange, run.symbol))
        except PiggyError as trouble:
            return trouble_of(trouble)

    def guest(self, run: Run) -> str:
        """Whose strategy it is: somebody else's may take its time; empty: ours."""
        return run.strategy if self._registry.is_guest(run.strategy) else ""

    async def at(self, dues: Sequence[Due], scene: Scene, slot: datetime) -> At:
        """All that these runs, on one market, need of others to decide at this slot."""
        quote = await self.quote(dues[0].run)
        series: dict[int, Candles] = {}
        standings: dict[str, Standing | PiggyError] = {}
        questions: dict[str, Question | PiggyError] = {}
        for number, due in enumerate(dues):
            run = due.run
            standings[run.id] = await _tried(self._standings.of(run, scene))
            questions[run.id] = await _tried(self._question(run, slot, series))
            if number % BREATH == 0:
                await asyncio.sleep(0)
        return At(scene, slot, quote, standings, questions)

    async def works(self, dues: Sequence[Due], at: At) -> list[SlotWork]:
        """What these runs, all on one market, do at this slot."""
        begun = [self._begun(due, at) for due in dues]
        waiting = [one for one in begun if isinstance(one, Waiting)]
        asked = [at.questions[one.moment.run.id] for one in waiting]
        opinions = await self._opinions(asked)
        decided = {
            one.moment.run.id: self._answered(one, opinion)
            for one, opinion in zip(waiting, opinions, strict=True)
        }
        works = [
            self._written(one.moment, at, *decided[one.moment.run.id])
            if isinstance(one, Waiting)
            else one
            for one in begun
        ]
        return [self._told(one, at) for one in works]

    def _told(self, work: SlotWork, at: At) -> SlotWork:
        name = work.run.id
        return with_news(work, at.questions[name], at.standings[name], at.scene)

    def _begun(self, due: Due, at: At) -> "SlotWork | Waiting":
        """All that comes before the strategy: stops, data, exits, guards."""
        run, standing = due.run, at.standings[due.run.id]
        if isinstance(standing, PiggyError):
            return _held(run, at, trouble_of(standing))
        hold = decisions.barred(standing)
        hold = at.quote if hold is None and isinstance(at.quote, Hold) else hold
        if hold is not None:
            return _held(run, at, hold)
        assert isinstance(at.quote, Quote)
        position = position_of(due, standing)
        price, rules = at.quote.price, at.quote.rules
        moment = Moment(run, position, standing, at.slot, price, rules)
        out = decisions.way_out(run, position, price, rules, at.slot)
        if out is not None and not self._acting.patience.has(run.id, position, at.scene.now):
            self._acting.patience.tried(run.id, position, at.scene.now)
            return self._written(moment, at, out, SILENT)
        try:
            adds = self._registry.find(run.strategy).adds
        except BadInput as gone:
            return self._written(moment, at, _failed(gone), SILENT)
        halts = decisions.guard(moment, decisions.stake_of(run, position, adds=adds))
        if halts is not None:
            return self._written(moment, at, held_back(halts), SILENT)
        return Waiting(moment, adds)

    async def _opinions(self, asked: Sequence[Question | PiggyError]) -> list[Opinion | PiggyError]:
        """What each strategy says, or why it could not be asked, in the same order."""
        there = [one for one in asked if isinstance(one, Question)]
        answers = iter(await self._panel.opinions(there))
        return [next(answers) if isinstance(one, Question) else one for one in asked]

    async def opinion(self, run: Run, slot: datetime) -> Opinion:
        """What its strategy says of the candles up to the slot."""
        asked = await self._question(run, slot, {})
        return await self._panel.opinion(asked.name, asked.params, asked.candles)

    async def _question(self, run: Run, slot: datetime, series: dict[int, Candles]) -> Question:
        """Its strategy and the candles: more than it needs, so that many runs share one series.

        Just what it needs, where the market has no more. `series` are those had already, by length.
        """
        needed = await self._panel.warmup(run.strategy, run.params)
        shared = max(LEAST_SHARED, 1 << (needed - 1).bit_length())
        if shared not in series:
            market = (run.exchange, run.symbol, run.timeframe)
            try:
                series[shared] = await self._market.candles(*market, shared, end=slot)
            except BrokerRefused as refused:
                if shared == needed or refused.whole_since is None:
                    raise
                exact = await self._market.candles(*market, needed, end=slot)
                return Question(run.strategy, run.params, exact)
        return Question(run.strategy, run.params, series[shared])

    def _answered(self, one: "Waiting", opinion: Opinion | PiggyError) -> tuple[Decision, Opinion]:
        if isinstance(opinion, FAILED):
            return _failed(opinion), SILENT
        if isinstance(opinion, PiggyError):
            return held_back(trouble_of(opinion)), SILENT
        return decisions.decide(one.moment, opinion.signal, adds=one.adds), opinion

    def _written(self, moment: Moment, at: At, decision: Decision, opinion: Opinion) -> SlotWork:
        """The decision as rows: slot, order, halt with its notice, and what was seen."""
        run = moment.run
        work = SlotWork(
            run,
            replace(
                _slot(run, at, decision),
                signal=opinion.signal,
                why=opinion.why,
                price=moment.price,
            ),
            marks=marks(moment.position, moment.price),
        )
        if decision.hold is not None and decision.hold.gate in HALTS:
            chat_id = at.scene.chat_of(run.person_id)
            small = decisions.too_small(moment.position, moment.price, moment.rules)
            left = texts_ticks.left_by(run, moment.position, small)
            return halting(work, decision.hold, chat_id, left)
        if decision.act is None or work.slot is None:
            return work
        why = why_of(decision, moment, opinion)
        seen = Seen(moment.slot, moment.price, why)
        intent = self._acting.intent(run, decision.act, moment.standing, seen)
        slot = replace(work.slot, client_id=intent.client_id, why=why)
        return replace(work, slot=slot, intent=intent)


async def _tried(asked: Awaitable[T]) -> T | PiggyError:
    try:
        return await asked
    except PiggyError as trouble:
        return trouble


def position_of(due: Due, standing: Standing) -> Position:
    """What the run holds in the account's present book; another book's holding rests."""
    run = due.run
    key = Key(run.user_id, Book.of(standing.mode), run.exchange, run.symbol, run.id)
    return next((one for one in due.positions if one.key == key), Position(key))


def trouble_of(trouble: PiggyError) -> Hold:
    """Market data, or the proxy itself, out of reach: by its name."""
    name = f" ({trouble.problem.code})" if isinstance(trouble, BrokerRefused) else ""
    return Hold(Gate.DATA, f"{trouble.message.rstrip('.')}{name}.")


def marks(position: Position, price: Decimal) -> tuple[Mark, ...]:
    """The peak and the best, where this price beats them."""
    earned = decisions.earned(position, price)
    peak = price if position.entries and price > (position.peak or price) else None
    best = earned if position.best is None or earned > position.best else None
    if peak is None and best is None:
        return ()
    return (Mark(position.key, peak, best),)


def why_of(decision: Decision, moment: Moment, opinion: Opinion) -> str:
    """Why an order is made: the strategy's words, or the numbers of the exit."""
    held = decisions.holding(moment.run, moment.position, moment.rules)
    if decision.what is not decisions.What.EXITS or held is None or decision.act is None:
        return opinion.why
    return texts_ticks.exit_why(decision.act.cause, moment.run, held, moment.price)


def halting(work: SlotWork, hold: Hold, chat_id: int, left: str) -> SlotWork:
    """The same work, which also halts the run and tells so; `left` tells of what it holds."""
    run, halt, slot = work.run, HALTS[hold.gate], work.slot
    why = texts_ticks.hold(hold, run)
    assert slot is not None
    body = {
        "text": texts_ticks.halted(run, halt, why, left),
        "line": texts_ticks.halted_line(run, why),
    }
    letter = outgoing(
        *(chat_id, body, f"halt:{run.id}:{slot.at.isoformat()}", slot.decided),
        priority=WARNING,
        reply_to=run.reply_to,
    )
    return replace(work, halt=halt, halt_why=why, notices=(letter,))


def _failed(failure: PiggyError) -> Decision:
    return held_back(Hold(Gate.STRATEGY, f"{failure.message} {failure.hint}".strip()))


def _held(run: Run, at: At, hold: Hold) -> SlotWork:
    price = at.quote.price if isinstance(at.quote, Quote) else None
    slot = _slot(run, at, held_back(hold))
    return SlotWork(run, replace(slot, price=price))


def _slot(run: Run, at: At, decision: Decision) -> Slot:
    reason = texts_ticks.decision(decision, run)
    return Slot(run.id, at.slot, decision.outcome, reason, at.scene.now)
