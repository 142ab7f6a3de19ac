"""Handlers of /chart: candles with our trades on them, and what a run's strategy sees in them.

Alone because it gathers from everywhere (market, strategy, ledger) and decides nothing.

May import: charts, core, errors, store, strategies, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from piggybot.charts.values import CandleChart, Head, Mark
from piggybot.chat import texts_chart as texts
from piggybot.chat.ask import Ask, Button, Keyboard, Reply
from piggybot.chat.levels import levels_of
from piggybot.chat.parse import resolve_symbol
from piggybot.chat.prices import NO_SYMBOLS, known_symbols
from piggybot.chat.run_line import SPAN, no_timeframe
from piggybot.chat.why import RUN, run_called
from piggybot.core.mail import File
from piggybot.core.market import Candles
from piggybot.core.money import quoted
from piggybot.core.positions import Book, Filled
from piggybot.core.runs import Run, RunState
from piggybot.errors import BadInput, StrategyFailed
from piggybot.strategies.answers import Lines
from proxy.wire import AccountOut, PriceOut, Timeframe

USAGE = "/chart BTC/USDT 1h, or /chart #1"
SHOWN = 90
OFFERED = (Timeframe.M15, Timeframe.H1, Timeframe.H4, Timeframe.D1)
OFFERED_FOR = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class View:
    """What is to be drawn. `only` narrows the trades to the run's own."""

    symbol: str
    timeframe: Timeframe
    run: Run | None = None
    only: bool = False


@dataclass(frozen=True, slots=True)
class Seen:
    """What was gathered for it."""

    account: AccountOut
    candles: Candles
    price: PriceOut
    trades: list[Filled]
    lines: Lines = field(default_factory=dict)
    below: bool = False
    why: str = ""
    levels: Mapping[str, Decimal] = field(default_factory=dict)


async def chart(ask: Ask) -> None:
    """Draw candles with your trades on them, or what a run (#1) sees."""
    key = f"{ask.origin}:chart"
    await ask.say(replace(await _drawn(ask, await _read(ask), key), key=key))


async def redrawn(ask: Ask) -> None:
    """A button under a chart: another timeframe, or the same one now."""
    given = ask.params
    run = await ask.house.door(ask.house.store.runs.get, given["run"]) if given["run"] else None
    view = View(given["symbol"], Timeframe(given["timeframe"]), run, bool(run))
    if run is None:
        view = replace(view, run=await _at_work(ask, view))
    await ask.say(replace(await _drawn(ask, view, given["key"]), edits=given["key"]))


async def _read(ask: Ask) -> View:
    """The words in any order; what is not said is what the newest run looks at."""
    symbols, timeframe, symbol = await known_symbols(ask), None, ""
    for word in ask.words:
        found = RUN.fullmatch(word)
        if found is not None:
            return await _of_run(ask, int(found["run"]))
        if SPAN.fullmatch(word):
            if word.lower() not in set(Timeframe):
                raise no_timeframe(word)
            if timeframe is not None:
                raise BadInput(f"I draw {timeframe} or {quoted(word)}.", "Leave one of them out.")
            timeframe = Timeframe(word.lower())
        elif symbol:
            raise BadInput("I draw one symbol at a time.", f"Type it like this: {USAGE}")
        else:
            symbol = resolve_symbol(word, symbols)
    if not symbols:
        raise BadInput(*NO_SYMBOLS)
    view = View(symbol or symbols[0], timeframe or Timeframe.H1)
    run = await _newest(ask, symbol, timeframe)
    return view if run is None else View(run.symbol, run.timeframe, run)


async def _of_run(ask: Ask, number: int) -> View:
    if len(ask.words) > 1:
        raise BadInput("A run is drawn as it is.", f"Type it like this: {USAGE}")
    run = await run_called(ask, number)
    return View(run.symbol, run.timeframe, run, only=True)


async def _newest(ask: Ask, symbol: str, timeframe: Timeframe | None) -> Run | None:
    """The newest run that has not ended and looks at this; anything where nothing is said."""
    for run in reversed(await ask.house.door(ask.house.store.runs.of_person, ask.person.id)):
        same = symbol in {"", run.symbol} and timeframe in {None, run.timeframe}
        if same and run.state is not RunState.ENDED and run.exchange == ask.person.exchange:
            return run
    return None


async def _at_work(ask: Ask, view: View) -> Run | None:
    return await _newest(ask, view.symbol, view.timeframe)


async def _drawn(ask: Ask, view: View, key: str) -> Reply:
    seen = await _gathered(ask, view)
    head = Head(
        f"{view.symbol} {view.timeframe}",
        texts.note(view.run, ask.person.exchange),
        texts.badge(seen.account.mode, sandbox=seen.account.sandbox),
        texts.number(seen.price),
    )
    marks = tuple(Mark(int(one.at.timestamp() * 1000), one.side, one.price) for one in seen.trades)
    drawn = CandleChart(
        head,
        seen.candles,
        lines={} if seen.below else seen.lines,
        below=seen.lines if seen.below else {},
        trades=marks,
        levels=seen.levels,
        price=seen.price.price,
        shown=SHOWN,
    )
    picture = File(texts.file_name(view.symbol, view.timeframe), await ask.house.studio.draw(drawn))
    text = texts.caption(view.run, seen.price, seen.account, len(marks), seen.why)
    return Reply(text, _buttons(view, key), photo=picture)


async def _gathered(ask: Ask, view: View) -> Seen:
    house, person, run = ask.house, ask.person, view.run
    exchange = person.exchange if run is None else run.exchange
    account = await house.desk.accounts.look(person)
    price = await house.market.price(exchange, view.symbol)
    lines: Lines = {}
    why, before, below = "", 0, False
    try:
        if run is not None:
            before = await house.panel.warmup(run.strategy, run.params)
        candles = await house.market.candles(exchange, view.symbol, view.timeframe, SHOWN + before)
        if run is not None:
            lines = await house.panel.lines(run.strategy, run.params, candles)
            below = house.registry.find(run.strategy).below
            why = (await house.panel.opinion(run.strategy, run.params, candles)).why
    except StrategyFailed as failed:
        candles = await house.market.candles(exchange, view.symbol, view.timeframe, SHOWN)
        why = failed.message
    trades = await _trades(ask, view, account, int(candles.opened[-SHOWN]))
    levels = {} if run is None else await _levels(ask, run, account)
    return Seen(account, candles, price, trades, lines, below, why, levels)


async def _trades(ask: Ask, view: View, account: AccountOut, since: int) -> list[Filled]:
    """One for each order of the book that the account is in."""
    house = ask.house
    run_id = view.run.id if view.run is not None and view.only else None
    fills = await house.door(
        house.store.ledger.fills,
        ask.person.user_id,
        Book.of(account.mode),
        datetime.fromtimestamp(since / 1000, UTC),
        view.symbol,
        run_id,
    )
    return list({one.client_id: one for one in reversed(fills)}.values())


async def _levels(ask: Ask, run: Run, account: AccountOut) -> Mapping[str, Decimal]:
    house = ask.house
    held = await house.door(house.store.ledger.of_run, run.id)
    mine = (one for one in held if one.key.book is Book.of(account.mode))
    position = next(mine, None)
    if position is None or not position.entries or position.average is None:
        return {}
    rules = await house.market.rules(run.exchange, run.symbol)
    found = {texts.CAUSES[cause]: at for cause, at in levels_of(run, position, rules).items()}
    return {"average cost": position.average, **found}


def _buttons(view: View, key: str) -> Keyboard:
    """Another timeframe of a market; a run has its own, so that it can only be drawn anew."""
    run = view.run.id if view.run is not None and view.only else ""
    offered = (view.timeframe,) if run else OFFERED
    given = {"symbol": view.symbol, "run": run, "key": key}
    row = [
        Button(
            texts.button_label(one, view.timeframe),
            "chart",
            given | {"timeframe": one.value},
            OFFERED_FOR,
        )
        for one in offered
    ]
    return (tuple(row),)
