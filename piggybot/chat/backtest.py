"""Handlers of /backtest and /optimize: a line is tested on the past, and what came of it is shown.

Alone because they take long: they have a lane of their own (lanes.py), and tell how far they are.

May import: backtest, core, errors, wire.
"""

import asyncio

from piggybot.backtest.search import Search, Wanted, search
from piggybot.backtest.table import trades_csv
from piggybot.backtest.trial import Trial
from piggybot.chat import run_known
from piggybot.chat import texts_backtest as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.run_line import Line, read_line
from piggybot.chat.testing import MOST_CANDLES, fetching, shop_of, tested, trial_of
from piggybot.chat.texts import error_text
from piggybot.core.mail import File
from piggybot.errors import BadInput, PiggyError

MOST_SEARCHED = 20_000


async def backtest(ask: Ask) -> None:
    """Of /backtest."""
    trial = await _trial(ask, texts.BACKTEST, MOST_CANDLES)
    try:
        done = await tested(ask, trial)
    except PiggyError as error:
        await _failed(ask, error)
        return
    params = ask.house.registry.settled(trial.strategy, trial.params)
    said = texts.backtest(trial, params, done.report)
    replies = [Reply(said, photo=done.picture, edits=ask.progress_key)]
    if done.report.trades or done.report.open:
        content = (await asyncio.to_thread(trades_csv, done.result)).encode()
        document = File(texts.file_name(trial, "csv"), content)
        replies.append(Reply(texts.trades(done.report), document=document))
    await ask.say(*replies)


async def optimize(ask: Ask) -> None:
    """Of /optimize."""
    trial = await _trial(ask, texts.OPTIMIZE, MOST_SEARCHED)
    try:
        found = await _searched(ask, trial)
    except PiggyError as error:
        await _failed(ask, error)
        return
    await ask.say(Reply(texts.found(trial, found), edits=ask.progress_key))


async def _searched(ask: Ask, trial: Trial) -> Search:
    async def tried(done: int, of: int) -> None:
        await ask.progress(texts.trying(done, of))

    return await search(trial, shop_of(ask), Wanted(), fetching(ask), tried)


async def _trial(ask: Ask, usage: str, most: int) -> Trial:
    """What is to be tested; BadInput for what is missing or cannot be."""
    account = await ask.house.desk.accounts.look(ask.person)
    line = read_line(ask.words, run_known.vocabulary(ask.house.registry, account), usage)
    _whole(line, usage)
    ask.house.registry.build(line.strategy, line.params)
    return trial_of(line, account, most)


def _whole(line: Line, usage: str) -> None:
    if not line.strategy:
        raise BadInput(*texts.missing("strategy", usage))
    if not line.symbol:
        raise BadInput(*texts.missing("symbol", usage))
    if line.timeframe is None:
        raise BadInput(*texts.missing("timeframe", usage))


async def _failed(ask: Ask, error: PiggyError) -> None:
    """In the place of the progress, if there was any."""
    await ask.say(Reply(error_text(error), edits=ask.progress_key))
