"""What strategies say of candles, asked from the event loop without holding it up.

Built-in ones answer in a worker thread, one after the other. Who asks the same of the same
strategy, parameters and candles shares one answer; a failure is shared for a minute only.

May import: core, errors.
"""

import asyncio
import hashlib
from collections.abc import Callable, Hashable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from functools import partial
from typing import TypeAlias, TypeVar, cast
from weakref import WeakKeyDictionary

from piggybot.core.market import Candles
from piggybot.errors import BadInput, PiggyError, StrategyFailed
from piggybot.strategies import Drawn, Signals, Strategy
from piggybot.strategies.answers import (
    Lines,
    WrongAnswer,
    checked_lines,
    checked_signals,
    checked_warmup,
    checked_words,
)
from piggybot.strategies.failures import told
from piggybot.strategies.memo import Memo
from piggybot.strategies.registry import Registry
from piggybot.strategies.words import too_short

OURS = "built-in"
OPINIONS = 20_000
SERIES = 64
FAILED_FOR = 60.0
"""Seconds. A guest that was slow once, as at a start, is asked again; a thousand runs are not made
to wait for it a thousand times meanwhile."""
HINT = "Look into the strategy, or choose another one."

T = TypeVar("T")
Params: TypeAlias = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Opinion:
    """What a strategy says of the last candle, and why."""

    signal: int
    why: str


@dataclass(frozen=True, slots=True)
class Question:
    """Of whom an opinion is wanted, on what."""

    name: str
    params: Params
    candles: Candles


class Panel:
    """All strategies as one body that is asked. Raises StrategyFailed or StrategySlow."""

    def __init__(self, registry: Registry, failed_for: float = FAILED_FOR) -> None:
        self._registry = registry
        self._failed_for = failed_for
        self._lanes: dict[str, ThreadPoolExecutor] = {}
        self._opinions: Memo[object] = Memo(OPINIONS)
        self._series: Memo[object] = Memo(SERIES)
        self._rules: dict[Hashable, Strategy] = {}
        self._prints: WeakKeyDictionary[Candles, bytes] = WeakKeyDictionary()

    async def opinion(self, name: str, params: Params, candles: Candles) -> Opinion:
        """What it says of the last candle."""
        return await self._ask(self._opinions, _opinion, name, params, candles)

    async def opinions(self, asked: Sequence[Question]) -> list[Opinion | PiggyError]:
        """What each says of its last candle, several at once; a failure stands in its own place.

        Ours say it here and now: ten take less than a millisecond, and a thread takes more. So who
        has thousands to ask, asks for few of them at a time.
        """
        futures = [self._said(one) for one in asked]
        waiting = [one for one in futures if not one.done()]
        if waiting:
            await asyncio.wait(waiting)
        return [cast(Opinion | PiggyError, one.result()) for one in futures]

    async def signals(self, name: str, params: Params, candles: Candles) -> Signals:
        """What it says of each candle; nothing of the first ones, up to its warmup.

        Of those a recursive rule may say what it would not with more history, as it has live.
        """
        return await self._ask(self._series, _signals, name, params, candles)

    async def lines(self, name: str, params: Params, candles: Candles) -> Lines:
        """What it would draw on a chart, on the scale of prices; often nothing."""
        return await self._ask(self._series, _lines, name, params, candles)

    async def warmup(self, name: str, params: Params) -> int:
        """How many candles it needs to be shown, so that more would change nothing."""
        if self._registry.is_guest(name):
            return await self._ask(self._opinions, _warmup, name, params, None)
        answer = self._answer(_warmup, name, params, None)  # a number: no work for a thread
        if isinstance(answer, PiggyError):
            raise answer
        return cast(int, answer)

    def close(self) -> None:
        for lane in self._lanes.values():
            lane.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        memo: Memo[object],
        question: Callable[[Strategy, Candles], T] | Callable[[Strategy, None], T],
        name: str,
        params: Params,
        candles: Candles | None,
    ) -> T:
        """The answer. Whoever stops waiting leaves it to the others."""
        future = self._started(memo, question, name, params, candles)
        answer = future.result() if future.done() else await asyncio.shield(future)
        if isinstance(answer, PiggyError):
            raise type(answer)(answer.message, answer.hint)
        return cast(T, answer)

    def _started(
        self,
        memo: Memo[object],
        question: Callable[..., object],
        name: str,
        params: Params,
        candles: Candles | None,
    ) -> asyncio.Future[object]:
        """The answer, or the work for it, which begins where nobody has begun it yet."""
        key = self._key(question, name, params, candles)
        future = memo.find(key)
        if future is None:
            loop, lane = asyncio.get_running_loop(), self._lane(name)
            given = dict(params)
            future = loop.run_in_executor(lane, self._answer, question, name, given, candles)
            memo.keep(key, future)
            future.add_done_callback(partial(self._judged, memo, key))
        return future

    def _judged(self, memo: Memo[object], key: Hashable, done: asyncio.Future[object]) -> None:
        if done.cancelled() or isinstance(done.result(), PiggyError):
            loop = asyncio.get_running_loop()
            loop.call_later(self._failed_for, memo.drop, key, done)

    def _said(self, one: Question) -> asyncio.Future[object]:
        """The answer of one of ours, which is there already; or the work of a guest."""
        key = self._key(_opinion, one.name, one.params, one.candles)
        future = self._opinions.find(key)
        if future is None and self._registry.is_guest(one.name):
            return self._started(self._opinions, _opinion, one.name, one.params, one.candles)
        if future is None:
            future = asyncio.get_running_loop().create_future()
            future.set_result(self._answer(_opinion, one.name, one.params, one.candles))
            self._opinions.keep(key, future)
        return future

    def _key(
        self, question: Callable[..., object], name: str, params: Params, candles: Candles | None
    ) -> Hashable:
        return (question, name, tuple(sorted(params.items())), self._print(candles))

    def _answer(
        self, question: Callable[..., object], name: str, params: Params, candles: Candles | None
    ) -> object:
        """In a lane's thread: the answer, or the PiggyError that whoever asked is to be told."""
        try:
            return question(self._rule(name, params), candles)
        except BadInput as gone:
            return StrategyFailed(gone.message, gone.hint)
        except PiggyError as failure:
            return failure
        except WrongAnswer as wrong:
            return StrategyFailed(f"The strategy {name} failed: {wrong}.", HINT)
        except Exception as error:  # noqa: BLE001 - a rule may raise anything; it halts one run
            return StrategyFailed(f"The strategy {name} failed: {told(error)}.", HINT)

    def _rule(self, name: str, params: Params) -> Strategy:
        """Made once for all who ask the same: a rule holds no state."""
        key = (name, tuple(sorted(params.items())))
        found = self._rules.get(key)
        if found is None:
            found = self._registry.build(name, params)
            if len(self._rules) >= OPINIONS:
                self._rules.clear()
            self._rules[key] = found
        return found

    def _lane(self, name: str) -> ThreadPoolExecutor:
        """One thread for all of ours, and one for each guest: who is slow holds up nobody else."""
        return self._thread(name if self._registry.is_guest(name) else OURS)

    def _thread(self, lane: str) -> ThreadPoolExecutor:
        if lane not in self._lanes:
            self._lanes[lane] = ThreadPoolExecutor(1, f"strategies-{lane}")
        return self._lanes[lane]

    def _print(self, candles: Candles | None) -> bytes:
        """What tells these candles from all others, computed once for each object."""
        if candles is None:
            return b""
        found = self._prints.get(candles)
        if found is None:
            found = self._prints[candles] = _fingerprint(candles)
        return found


def _opinion(strategy: Strategy, candles: Candles) -> Opinion:
    needed, there = checked_warmup(strategy.warmup), len(candles)
    if there < needed:
        return Opinion(0, too_short(needed, there))
    signals = checked_signals(strategy.signals(candles), there)
    return Opinion(int(signals[-1]), checked_words(strategy.explain(candles, there - 1)))


def _signals(strategy: Strategy, candles: Candles) -> Signals:
    signals = checked_signals(strategy.signals(candles), len(candles)).copy()
    signals[: checked_warmup(strategy.warmup) - 1] = 0
    signals.flags.writeable = False
    return signals


def _lines(strategy: Strategy, candles: Candles) -> Lines:
    if not isinstance(strategy, Drawn):
        return {}
    return checked_lines(strategy.lines(candles), len(candles))


def _warmup(strategy: Strategy, _: None) -> int:
    return checked_warmup(strategy.warmup)


def _fingerprint(candles: Candles) -> bytes:
    mark = hashlib.blake2b(digest_size=16)
    mark.update(f"{candles.symbol} {candles.timeframe} {len(candles)}".encode())
    for line in (candles.opened, candles.open, candles.high, candles.low, candles.close):
        mark.update(line.tobytes())
    mark.update(candles.volume.tobytes())
    return mark.digest()
