"""A backtest for the chat: within bounds, with progress, and its picture. Off the loop throughout.

Alone because /backtest, /optimize and the summary of a new run all test a line in the same way.

May import: backtest, core, errors, wire.
"""

import asyncio
from dataclasses import dataclass, replace
from datetime import timedelta

from piggybot.backtest.engine import Result
from piggybot.backtest.picture import chart_of
from piggybot.backtest.report import Report, report
from piggybot.backtest.trial import (
    DAY_MS,
    DAYS,
    Progress,
    Trial,
    Workshop,
    count_of,
    try_out,
)
from piggybot.chat import texts_backtest as texts
from piggybot.chat.ask import Ask
from piggybot.chat.run_line import Line
from piggybot.core.mail import File
from piggybot.errors import BadInput, BrokerRefused, PiggyError
from proxy.wire import AccountOut, Timeframe

MOST_DAYS = 3650
MOST_CANDLES = 50_000
LEAST_CANDLES = 24
AT_ONCE = timedelta(seconds=1)
MONTH = (30, 14, 7, 3, 1)
"""Days of a new run's test: the first for which there is enough history."""
SOON_THERE = 10_080
"""Candles that a person can wait for: seven days by the minute."""
TOO_YOUNG = "too_little_history"
MONTHS_PATIENCE = 20.0
"""Seconds that a new run's summary waits for its test."""


@dataclass(frozen=True, slots=True)
class Tested:
    """What came of it."""

    trial: Trial
    result: Result
    report: Report
    picture: File


@dataclass(frozen=True, slots=True)
class Month:
    """How the last 30 days would have gone, or why that cannot be said."""

    words: str
    picture: File | None = None


async def last_month(ask: Ask, account: AccountOut, line: Line) -> Month:
    """For the summary of a new run, which does not fail because of it."""
    try:
        async with asyncio.timeout(MONTHS_PATIENCE):
            return await _as_far_back(ask, account, line)
    except TimeoutError:
        return Month(texts.not_tested(texts.TOO_SLOW))
    except PiggyError as error:
        return Month(texts.not_tested(error.message))


async def _as_far_back(ask: Ask, account: AccountOut, line: Line) -> Month:
    """A month; less where that takes long to fetch, or where a young market has less."""
    assert line.timeframe is not None
    for days in MONTH:
        if count_of(days, line.timeframe) > SOON_THERE:
            continue
        trial = trial_of(replace(line, days=days), account, MOST_CANDLES)
        try:
            done = await tested(ask, trial)
        except BrokerRefused as refused:
            if refused.problem.code != TOO_YOUNG or days == MONTH[-1]:
                raise
        else:
            return Month(texts.month(days, done.report), done.picture)
    raise AssertionError("the last one returns or raises")


def trial_of(line: Line, account: AccountOut, most: int) -> Trial:
    """The line as it is to be tested, on at most so many candles; BadInput."""
    assert line.timeframe is not None
    longest = min(MOST_DAYS, most * line.timeframe.ms // DAY_MS)
    days = min(DAYS, longest) if line.days is None else line.days
    if days > longest:
        raise BadInput(*texts.too_long(days, line.timeframe, longest))
    count = count_of(days, line.timeframe)
    if count < LEAST_CANDLES:
        raise BadInput(*texts.too_short(count, line.timeframe, _days_for(line.timeframe)))
    return Trial(
        exchange=account.exchange,
        symbol=line.symbol,
        timeframe=line.timeframe,
        count=count,
        strategy=line.strategy,
        params=line.params,
        amount_usd=texts.AMOUNT if line.amount is None else line.amount,
        exits=line.exits,
        guards=line.guards,
    )


def _days_for(timeframe: Timeframe) -> int:
    return -(-LEAST_CANDLES * timeframe.ms // DAY_MS)


def fetching(ask: Ask) -> Progress:
    """Tells how many candles are there, once it takes longer than a moment."""
    began = ask.house.clock()

    async def tell(done: int, of: int) -> None:
        if ask.house.clock() - began > AT_ONCE:
            await ask.progress(texts.fetching(done, of))

    return tell


def shop_of(ask: Ask) -> Workshop:
    """Who knows strategies and candles, here."""
    return Workshop(ask.house.market, ask.house.registry, ask.house.panel)


async def tested(ask: Ask, trial: Trial) -> Tested:
    """Try it out and draw it; a PiggyError where it cannot be said."""
    result = await try_out(trial, shop_of(ask), fetching(ask))
    told = await asyncio.to_thread(report, result)
    chart = await asyncio.to_thread(chart_of, trial, result, told)
    picture = File(texts.file_name(trial, "png"), await ask.house.studio.draw(chart))
    return Tested(trial, result, told, picture)
