"""Handlers of /run: one line, or a question at a time, until a run could be started with it.

Alone because all of it is one line that grows (run_line.py): each answer is read as if it had been
typed there, so the dialogue is only a text, and survives a restart. What follows is the summary.

May import: core, errors, store, wire.
"""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from piggybot.chat import run_known, run_summary
from piggybot.chat import texts_run as texts
from piggybot.chat.ask import Ask, Button, Keyboard, Reply
from piggybot.chat.run_line import Line, amended, no_timeframe
from piggybot.chat.run_summary import NAME
from piggybot.errors import BadInput
from piggybot.store import Dialogue
from proxy.wire import AccountOut, Mode, Timeframe

STEP = "line"
PATIENCE = timedelta(minutes=30)
AMOUNTS = tuple(map(Decimal, (2, 5, 10, 25, 50)))
BESIDE, MOST = 3, 12
"""Buttons in a row, and in all; what has none can be typed."""
LONG = 10
"""Letters from which a phone cuts a word on one of three buttons."""


async def run(ask: Ask) -> None:
    """Put a strategy to work; asks step by step, and starts after one button."""
    account = await ask.house.desk.accounts.look(ask.person)
    await _go_on(ask, account, _read(ask, account, Line(), ask.words))


async def picked(ask: Ask) -> None:
    """A button of a question was pressed; that of an older question does nothing."""
    account = await ask.house.desk.accounts.look(ask.person)
    asked = _read(ask, account, Line(), ask.params["line"].split())
    line = _read(ask, account, asked, [ask.params["word"]])
    # A press that is handled anew after a crash has moved the question on already.
    if (await _open(ask)).data["line"] not in {asked.text, line.text}:
        raise BadInput(*texts.MOVED_ON)
    await _go_on(ask, account, line)


async def typed(ask: Ask) -> None:
    """An answer was typed; what cannot be read leaves the question open."""
    account = await ask.house.desk.accounts.look(ask.person)
    asked = _read(ask, account, Line(), (await _open(ask)).data["line"].split())
    await _go_on(ask, account, _read(ask, account, asked, ask.words))


async def cancelled(ask: Ask) -> None:
    """The button that ends the question."""
    await ask.house.door(ask.house.store.dialogues.drop, ask.person.id)
    await ask.say(Reply(texts.CANCELLED))


async def _open(ask: Ask) -> Dialogue:
    found = await ask.house.door(ask.house.store.dialogues.get, ask.person.id)
    if found is None or found.name != NAME:
        raise BadInput(*texts.OVER)
    return found


def _read(ask: Ask, account: AccountOut, base: Line, words: Sequence[str]) -> Line:
    """The line with these words in it, if a run may look like that."""
    known = run_known.vocabulary(ask.house.registry, account)
    line = amended(base, words, known, texts.USAGE)
    if account.mode is Mode.HALTED or account.stopped:
        raise BadInput(*texts.HALTED)
    if line.days is not None and line.timeframe is None:
        raise no_timeframe(f"{line.days}d")
    if line.days is not None:
        raise BadInput(*texts.no_end(line.days))
    if line.strategy:
        ask.house.registry.build(line.strategy, line.params)
    return line


async def _go_on(ask: Ask, account: AccountOut, line: Line) -> None:
    """Ask for what is missing, or show all of it; what cannot be is not remembered."""
    draft = await run_summary.drafted(ask, account, line) if line.complete else None
    await ask.await_answer(NAME, STEP, {"line": line.text}, PATIENCE)
    if draft is not None:
        await run_summary.show(ask, draft)
        return
    await ask.say(await _question(ask, account, line))


async def _question(ask: Ask, account: AccountOut, line: Line) -> Reply:
    """The first thing that is missing, with what may be pressed."""
    if not line.strategy:
        about = run_known.about(ask.house.registry)
        return Reply(texts.ask_strategy(about), _choices(line, list(about)))
    if not line.symbol:
        return Reply(texts.ask_symbol(line), _choices(line, account.limits.symbols[:MOST]))
    if line.timeframe is None:
        return Reply(texts.ask_timeframe(line), _choices(line, list(Timeframe)))
    least = await ask.house.runs.least(ask.person, line.symbol, line.exits)
    most = account.limits.maxTradeUsd
    fit = [f"${amount}" for amount in AMOUNTS if least <= amount <= most]
    return Reply(texts.ask_amount(line, least, most), _choices(line, fit))


def _choices(line: Line, words: Sequence[str]) -> Keyboard:
    """A button for each word, a few in a row, and one that ends the question."""
    buttons = [_choice(line, word) for word in words]
    beside = BESIDE - 1 if any(len(word) >= LONG for word in words) else BESIDE
    rows = [tuple(buttons[at : at + beside]) for at in range(0, len(buttons), beside)]
    return (*rows, (Button(texts.CANCEL, "run_cancel", {}, PATIENCE),))


def _choice(line: Line, word: str) -> Button:
    return Button(word, "run_picked", {"line": line.text, "word": word}, PATIENCE)
