"""The way of the sandbox's price inside a minute, and the moments at which it meets an exit.

Alone because a test that waits for real moments would be slow, and one that guesses them wrong: the
moments are found by the pure rule, on the very path that the exchange will show.

May import: core, sandbox.
"""

from bisect import bisect_left
from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from decimal import Decimal

from piggybot.core import decisions, exits
from piggybot.core.positions import Position
from piggybot.core.runs import Run
from piggybot.sandbox.market import Market
from proxy.wire import MarketOut

LEG = 20_000
HIGH, END = 2 * LEG, 3 * LEG
"""Milliseconds: a minute goes open, low, high, close, twenty seconds each."""
MS = timedelta(milliseconds=1)
Watched = tuple[Run, Position]


class Path:
    """A second replay that began with the exchange's, and may be asked of any moment."""

    def __init__(self, begin: datetime) -> None:
        self._at = begin
        self._market = Market(lambda: self._at)

    def price(self, symbol: str, at: datetime) -> Decimal:
        self._at = at
        return self._market.price(symbol.replace("/", ""))

    def next(
        self, watched: Sequence[Watched], rules: MarketOut, minute: datetime, after: int
    ) -> int | None:
        """The first moment (ms) of this minute after `after` that changes anything for these."""
        moments = [each for one in watched for each in self._moments(one, rules, minute)]
        return min((each for each in moments if each > after), default=None)

    def _moments(self, one: Watched, rules: MarketOut, minute: datetime) -> Iterator[int]:
        """Where each leg first meets an exit of this holding, and where its peak rises."""
        run, position = one
        held = decisions.holding(run, position, rules)
        assert held is not None, "only open holdings are watched"
        high = self.price(run.symbol, minute + HIGH * MS)
        risen = replace(held, peak=max(held.peak, high))
        for first, peak in ((0, held), (LEG, held), (HIGH, risen)):

            def met(into: int, seen: exits.Holding = peak) -> bool:
                at = minute + into * MS
                return exits.due(run.exits, seen, self.price(run.symbol, at), at) is not None

            # Both ends: the high itself is where the second leg ends and the third begins.
            moments = range(first, min(first + LEG + 1, END))
            found = bisect_left(moments, True, key=met)
            if found < len(moments):
                yield moments[found]
        if run.exits.trailing_stop is not None and high > held.peak:
            yield HIGH
