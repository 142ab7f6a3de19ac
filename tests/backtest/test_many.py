"""Many seeded markets with all settings mixed: what a search by examples would rarely come upon.

Short ones against the plain reference. Long ones, where holdings are followed in many waves and to
the end of far looks, against the walk, which itself is held against the reference.

May import: backtest, core.
"""

import random
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest

from piggybot.backtest.engine import Rules, Setup
from piggybot.backtest.leap import leap
from piggybot.backtest.levels import Course
from piggybot.backtest.prices import whole
from piggybot.backtest.walk import Walk
from piggybot.core.runs import Exits, Guards, Halt
from tests.backtest.candles import candles_of
from tests.backtest.reference import EveryStep, Moments
from tests.backtest.test_engine import agree, alike

D = Decimal
MARKETS, LONG = 150, 10


def series(chance: random.Random) -> tuple[list[tuple[int, int, int, int]], np.ndarray]:
    """Candles in whole price steps, with gaps between some, and signals."""
    count, close, rows = chance.choice([5, 30, 80]), chance.randint(30, 150), []
    for _ in range(count):
        first = max(9, close + chance.choice([0, 0, 0, chance.randint(-6, 6)]))
        low, high = first - chance.randint(0, 8), first + chance.randint(0, 8)
        close = chance.randint(low, high)
        rows.append((first, low, high, close))
    said = [0] * chance.choice([1, 3, 8]) + [1, -1] + [1] * chance.choice([0, 3])
    return rows, np.array([chance.choice(said) for _ in rows], np.int8)


def setup(chance: random.Random, rules: Rules) -> Setup:
    def sometimes(often: float, *values: str) -> Decimal | None:
        return D(chance.choice(values)) if chance.random() < often else None

    limit = sometimes(0.4, "1", "2", "5", "20")
    exits = Exits(
        stop_loss=sometimes(0.5, "0.0003", "0.03", "0.1"),
        take_profit=sometimes(0.5, "0.02", "0.1"),
        trailing_stop=sometimes(0.5, "0.0004", "0.03", "0.08"),
        time_limit=None if limit is None else int(limit),
    )
    guards = Guards(
        cooldown=chance.choice([0, 0, 0, 1, 3]),
        losses=chance.choice([0, 0, 2, 5]),
        drawdown=D(chance.choice(["0", "0", "0.02", "0.05", "0.2"])),
    )
    amount = D(chance.choice(["10", "99.5", "250"]))
    return Setup(amount, rules, exits, guards, adds=chance.random() < 0.3)


def rules(chance: random.Random, *minimums: str) -> Rules:
    step = D(chance.choice(["0.00001", "0.001", "0.03", "0.00000001", "0.5", "1"]))
    return Rules(step, D(1), D(chance.choice(minimums)), D(chance.choice(["0", "0.1"])))


@pytest.mark.parametrize("block", range(5))
def test_many_markets_are_traded_as_if_each_price_step_had_been_seen(block):
    for seed in range(block * MARKETS, (block + 1) * MARKETS):
        chance = random.Random(seed)
        rows, signals = series(chance)
        asked = setup(chance, rules(chance, "0"))
        free = replace(asked, market=Rules(asked.market.step, D(1)))
        agree(candles_of(rows), signals, free, EveryStep())


@pytest.mark.parametrize("block", range(5))
def test_many_markets_with_minimums_are_traded_as_by_the_reference(block):
    for seed in range(block * MARKETS, (block + 1) * MARKETS):
        chance = random.Random(seed)
        rows, signals = series(chance)
        agree(
            candles_of(rows),
            signals,
            setup(chance, rules(chance, "0", "5", "9.9", "10")),
            Moments(),
        )


def long_series(chance: random.Random) -> tuple[list[tuple[int, int, int, int]], np.ndarray]:
    """Thousands of candles in fine steps, with signals as seldom as strategies give them."""
    close, rows = 100_000, []
    for _ in range(chance.choice([2000, 4000])):
        first = max(5000, close + chance.choice([0, 0, chance.randint(-300, 300)]))
        low, high = first - chance.randint(0, 700), first + chance.randint(0, 700)
        close = chance.randint(low, high)
        rows.append((first, low, high, close))
    said = (
        [0] * chance.choice([0, 5, 30]) + [1] * chance.choice([1, 3]) + [-1] * chance.choice([0, 1])
    )
    return rows, np.array([chance.choice(said) for _ in rows], np.int8)


@pytest.mark.parametrize("block", range(2))
def test_long_markets_are_leapt_through_as_they_are_walked_through(block):
    halts = set()
    for seed in range(block * LONG, (block + 1) * LONG):
        chance = random.Random(seed)
        rows, signals = long_series(chance)
        candles = candles_of(rows)
        asked = setup(chance, Rules(D("0.00000001"), D(1)))
        course = Course.of(whole(candles, D(1)), asked.exits)
        leapt = leap(course, candles, signals, asked)
        alike(leapt, Walk(course, signals, asked).walk())
        halts.add(leapt.halt)
    assert {None, Halt.LOSSES, Halt.DRAWDOWN} <= halts
