"""The summary of a run before it begins, and its one button: what it showed is what is started.

Alone because this press puts a program to work that spends without asking again: it names the mode
and the epoch under which it was shown, and starts nothing under another.

May import: core, errors, runs, wire.
"""

from datetime import timedelta

from piggybot.chat import run_known
from piggybot.chat import texts_run as texts
from piggybot.chat.ask import BUTTON_LIFE, Ask, Button, Keyboard, Reply
from piggybot.chat.run_line import Line, read_line
from piggybot.core.runs import Run, RunState
from piggybot.errors import BadInput, Stale
from piggybot.runs import Spec
from proxy.wire import AccountOut, Mode, Problem, Side, TradeIn

NAME = "run"
"""Of the dialogue."""
PATIENCE = timedelta(minutes=10)
WOUND_DOWN = frozenset({Mode.REDUCING, Mode.HALTED})


async def drafted(ask: Ask, account: AccountOut, line: Line) -> texts.Draft:
    """The run as it would be, checked, with what would hold it back; BadInput."""
    house = ask.house
    spec = await house.runs.check(ask.person, spec_of(line))
    mine = await house.door(house.store.runs.of_person, ask.person.id)
    return texts.Draft(
        line=line,
        params=spec.params,
        account=account,
        adds=house.registry.find(line.strategy).adds,
        denial=await _denial(ask, account, line),
        same=[one for one in mine if _does_the_same(one, spec)],
    )


async def show(ask: Ask, draft: texts.Draft) -> None:
    """All that the run will do, and how its last month would have gone, before the button."""
    from piggybot.chat.testing import last_month  # late: the engine, and numpy with it

    month = await last_month(ask, draft.account, draft.line)
    buttons = _buttons(draft.account, draft.line)
    said = texts.summary(draft, month.words)
    await ask.say(Reply(said, buttons, photo=month.picture, edits=ask.progress_key))


async def started(ask: Ask) -> None:
    """Start what the summary showed, in the mode that it showed, once."""
    house, person = ask.house, ask.person
    account = await house.desk.accounts.look(person)
    run = await house.runs.begun(ask.origin)
    if run is None:
        line = await _confirmed(ask, account)
        run = await house.runs.start(person, spec_of(line, ask.message_id), ask.origin)
    now = house.clock()
    first = house.runs.next_slot(run, now) or now
    await ask.say(Reply(texts.started(run, account, first, now), reply_to=ask.message_id))
    await house.door(house.store.dialogues.drop, person.id)


async def _confirmed(ask: Ask, account: AccountOut) -> Line:
    """The line, if it is the one that was asked about last, and nothing changed since."""
    given, house = ask.params, ask.house
    dialogue = await house.door(house.store.dialogues.get, ask.person.id)
    if dialogue is None or dialogue.name != NAME or dialogue.data["line"] != given["line"]:
        raise BadInput(*texts.OVER)
    if (account.mode.value, str(account.epoch)) != (given["mode"], given["epoch"]):
        raise Stale(*texts.CHANGED)
    if account.mode is Mode.HALTED or account.stopped:
        raise BadInput(*texts.HALTED)
    known = run_known.vocabulary(house.registry, account)
    return read_line(given["line"].split(), known, texts.USAGE)


def spec_of(line: Line, reply_to: int | None = None) -> Spec:
    """A whole line as what is to be run."""
    assert line.timeframe is not None and line.amount is not None
    return Spec(
        strategy=line.strategy,
        params=line.params,
        symbol=line.symbol,
        timeframe=line.timeframe,
        amount_usd=line.amount,
        exits=line.exits,
        guards=line.guards,
        reply_to=reply_to,
    )


async def _denial(ask: Ask, account: AccountOut, line: Line) -> Problem | None:
    """What the proxy would say to the first buy now."""
    if account.mode in WOUND_DOWN:
        return None
    order = TradeIn(
        userId=account.userId,
        exchange=account.exchange,
        side=Side.BUY,
        symbol=line.symbol,
        amountUsd=line.amount,
        mode=account.mode,
        epoch=account.epoch,
        typed=False,
    )
    return (await ask.house.broker.check(order)).error


def _does_the_same(one: Run, spec: Spec) -> bool:
    mine = (one.strategy, one.symbol, one.timeframe, dict(one.params))
    asked = (spec.strategy, spec.symbol, spec.timeframe, dict(spec.params))
    return one.state is not RunState.ENDED and mine == asked


def _buttons(account: AccountOut, line: Line) -> Keyboard:
    """Real money: a button for a minute, obeyed at once or not at all."""
    params = {"line": line.text, "mode": account.mode.value, "epoch": str(account.epoch)}
    cancel = Button(texts.CANCEL, "run_cancel", {}, PATIENCE)
    if account.mode is Mode.PAPER:
        return ((Button(texts.START_PAPER, "run_start", params, PATIENCE), cancel),)
    return ((Button(texts.START_LIVE, "run_start_live", params, BUTTON_LIFE), cancel),)
