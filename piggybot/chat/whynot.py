"""The handler of /whynot: what keeps a market's runs from buying now.

Alone because it asks everything and changes nothing.

May import: core, errors, runs, whynot, wire.
"""

from piggybot.chat import texts_whynot as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.parse import resolve_symbol
from piggybot.chat.runs import NUMBER
from piggybot.core.runs import Run, RunState
from piggybot.errors import BadInput

MOST = 8
"""Answers at once."""


async def whynot(ask: Ask) -> None:
    """Tell what holds a run back now, and what would change it."""
    runs = await _meant(ask)
    if len(runs) > MOST:
        raise BadInput(f"You have {len(runs)} runs.", f"Say which: {texts.USAGE}")
    await ask.say(*[Reply(texts.answer(await ask.house.whynot.of(run))) for run in runs])


async def _meant(ask: Ask) -> list[Run]:
    """The runs of a market, one by its number, or all; says itself that there is none."""
    if len(ask.words) > 1:
        raise BadInput("I need one market or one run.", f"Type it like this: {texts.USAGE}")
    word = ask.words[0] if ask.words else ""
    number = NUMBER.fullmatch(word)
    if number is not None:
        return [await ask.house.runs.find(ask.person, int(number["number"]))]
    mine = await ask.house.door(ask.house.store.runs.of_person, ask.person.id)
    living = [run for run in mine if run.state is not RunState.ENDED]
    if not word:
        if not living:
            await ask.say(Reply(texts.nothing_at_all()))
        return living
    account = await ask.house.desk.accounts.look(ask.person)
    names = dict.fromkeys([*account.limits.symbols, *(run.symbol for run in mine)])
    symbol = resolve_symbol(word, list(names))
    found = [run for run in living if run.symbol == symbol]
    if not found:
        await ask.say(Reply(texts.no_run(symbol)))
    return found
