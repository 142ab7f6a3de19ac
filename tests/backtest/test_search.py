"""A search finds what fits the first part, never looks at the rest, and says what became of it.

May import: backtest, core, errors, strategies.
"""

import subprocess
import sys
from dataclasses import replace
from decimal import Decimal

import pytest

from piggybot.backtest.search import Search, Tried, Wanted, search
from piggybot.backtest.trial import Trial, Workshop
from piggybot.core.market import Candles
from piggybot.core.runs import Exits, Guards
from piggybot.errors import BadInput
from piggybot.strategies.panel import Panel
from proxy.wire import MarketOut, Timeframe
from tests.bot.packages import ours_only
from tests.candles import hourly

pytestmark = pytest.mark.anyio
D = Decimal
FEW = Wanted(tries=25)


class Still:
    """Candles that are simply there."""

    def __init__(self, candles: Candles) -> None:
        self.all = candles

    async def candles(self, _exchange, _symbol, _timeframe, count, end=None, progress=None):
        return self.all.part(len(self.all) - count, len(self.all))

    async def rules(self, exchange, symbol):
        sizes = {"minNotional": D(1), "minQty": D(0), "step": D("0.00001"), "tick": D("0.01")}
        return MarketOut(exchange=exchange, symbol=symbol, base="BTC", quote="USDT", **sizes)


@pytest.fixture
def shop():
    registry = ours_only()
    panel = Panel(registry)
    yield Workshop(Still(hourly()), registry, panel)
    panel.close()
    registry.close()


def trial(strategy="sma_crossover", count=1200, **params):
    guards = Guards(cooldown=0, losses=0, drawdown=D(0))
    where = ("binanceus", "BTC/USDT", Timeframe.H1)
    return Trial(*where, count, strategy, params, D(100), Exits(), guards)


async def quiet(_done, _of):
    """Nobody watches."""


async def found(shop, asked, wanted=FEW) -> Search:
    return await search(asked, shop, wanted, quiet, quiet)


async def test_the_same_question_has_the_same_answer(shop):
    first = await found(shop, trial())
    assert await found(shop, trial()) == first
    assert first.tries == 25
    assert first.refused > 0, "some are faster than slow; they do not count"


async def test_the_best_is_no_worse_than_the_usual_where_it_was_chosen(shop):
    """And it has the figures that a backtest of it has."""
    result = await found(shop, trial())
    assert result.best.chosen.ours.sharpe >= result.usual.chosen.ours.sharpe
    assert result.usual.params == {"fast": "10", "slow": "30"}
    assert int(result.best.params["fast"]) < int(result.best.params["slow"])
    assert result.best.chosen.ends == result.best.kept.begins == result.since
    assert result.best.chosen.candles + result.best.kept.candles == 1200
    assert result.best.kept.candles == 360


async def test_what_is_held_back_is_not_looked_at(shop):
    """Another end of the series, and the choice stays the same."""
    first = await found(shop, trial())
    candles = shop.source.all
    cut = len(candles) - 360
    columns = {}
    for name in ("open", "high", "low", "close"):
        columns[name] = getattr(candles, name).copy()
        columns[name][cut:] = candles.close[cut - 1]
    other = replace(shop, source=Still(replace(candles, **columns)))
    second = await found(other, trial())
    assert (first.best.params, first.best.chosen) == (second.best.params, second.best.chosen)
    assert first.best.kept != second.best.kept


async def test_a_parameter_that_is_set_stays_and_progress_is_told(shop):
    told = []

    async def tell(done, of):
        told.append((done, of))

    result = await search(trial(fast="7"), shop, Wanted(tries=9), quiet, tell)
    assert result.best.params["fast"] == "7"
    assert told == [(number, 9) for number in range(1, 10)]


async def test_shares_are_searched_as_a_person_would_type_them(shop):
    result = await found(shop, trial("rsi", count=1000))
    build = shop.registry.build("rsi", result.best.params)
    assert shop.registry.settled("rsi", result.best.params) == result.best.params
    assert build.warmup > 1


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        (trial(fast="7", slow="20"), "There is nothing to search"),
        (trial(count=80), "80 candles are too few to search on"),
        (trial("dca"), "No parameters made 5 trades"),
        (trial(fast="30", slow="20"), "must be below slow"),
        (trial("nothing"), "There is no strategy"),
    ],
)
async def test_what_cannot_be_searched_is_refused_in_a_sentence(asked, words, shop):
    with pytest.raises(BadInput, match=words):
        await found(shop, asked)


async def test_a_choice_that_fails_on_what_was_held_back_is_told(shop):
    result = await found(shop, trial())

    def with_kept(tried: Tried, change: float) -> Tried:
        ours = replace(tried.kept.ours, change=change)
        return replace(tried, kept=replace(tried.kept, ours=ours))

    def judged(best: float, usual: float) -> bool:
        one, other = with_kept(result.best, best), with_kept(result.usual, usual)
        return replace(result, best=one, usual=other).fits_the_past

    assert judged(-0.01, -0.02)
    assert judged(0.01, 0.02)
    assert not judged(0.02, 0.01)


def test_without_optuna_it_says_how_to_install_it():
    program = (
        "import sys, asyncio; sys.modules['optuna'] = None\n"
        "from piggybot.backtest.search import search\n"
        "from piggybot.errors import PiggyError\n"
        "try: asyncio.run(search(None, None, None, None, None))\n"
        "except PiggyError as said: print(said)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert "pip install optuna" in done.stdout
