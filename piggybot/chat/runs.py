"""Handlers of runs that are at work: their cards, and the buttons on them.

Alone because a card stays in the chat and is pressed again and again: each press changes one run,
once, and then the card shows how it stands, in the same message.

May import: core, desk, errors, pricing, runs, wire.
"""

import re
from dataclasses import replace
from datetime import timedelta

from piggybot.chat import texts_cards as texts
from piggybot.chat import why
from piggybot.chat.ask import Ask, Button, Keyboard, Reply
from piggybot.chat.texts_positions import dust
from piggybot.core.positions import Book
from piggybot.core.runs import RunState
from piggybot.errors import BadInput, PiggyError
from piggybot.pricing import dust_of, prices_of
from piggybot.runs import Card, Ended
from proxy.wire import AccountOut

CARD_LIFE = timedelta(days=7)
MOST_CARDS = 8
NUMBER = re.compile(r"#?(?P<number>[0-9]{1,6})", re.ASCII)


async def runs(ask: Ask) -> None:
    """Show your runs: what each holds, earned and decided, with buttons."""
    account = await ask.house.desk.accounts.look(ask.person)
    if ask.words:
        named = await _shown(ask, await _named(ask), account)
        await ask.say(_card(named, _key(ask, named)))
        return
    cards = await ask.house.runs.cards(ask.person)
    if not cards:
        await ask.say(Reply(texts.NO_RUNS))
        return
    shown = [await _shown(ask, card, account) for card in cards]
    if len(shown) > MOST_CARDS:
        await ask.say(Reply(texts.many([texts.listed(one) for one in shown])))
        return
    await ask.say(*[_card(one, _key(ask, one)) for one in shown])


async def looked(ask: Ask) -> None:
    """Refresh the card."""
    await _again(ask)


async def paused(ask: Ask) -> None:
    """Tightens: at once. What it holds keeps its exits."""
    await ask.house.runs.pause(ask.person, _number(ask))
    await _again(ask)


async def resumed(ask: Ask) -> None:
    """At once on paper; where real money is about, one more press."""
    account = await ask.house.desk.accounts.look(ask.person)
    card = await ask.house.runs.card(ask.person, _number(ask))
    if Book.of(account.mode) is Book.PAPER:
        await resume_confirmed(ask)
        return
    yes = Button(texts.RESUME_LIVE, "run_resume_live", ask.params)
    question = texts.resume_question(await _shown(ask, card, account))
    await ask.say(Reply(question, ((yes, _go_on(ask)),), edits=ask.params["card"]))


async def resume_confirmed(ask: Ask) -> None:
    """Obey signals from the next slot on."""
    await ask.house.runs.resume(ask.person, _number(ask))
    await _again(ask)


async def why_asked(ask: Ask) -> None:
    """Its last decision, below the card."""
    run = await ask.house.runs.find(ask.person, _number(ask))
    await why.tell_run(ask, run)
    await _again(ask)


async def end(ask: Ask) -> None:
    """Ends at once what holds nothing and waits for nothing; asks about what does."""
    account = await ask.house.desk.accounts.look(ask.person)
    card = await ask.house.runs.card(ask.person, _number(ask))
    if not card.position.entries and card.waits_for is None:
        await end_keeping(ask)
        return
    sell = Button(texts.SELL_AND_END, "run_end_sell", ask.params)
    keep = Button(texts.KEEP_AND_END, "run_end_keep", ask.params, CARD_LIFE)
    ways = (sell, keep) if card.waits_for is None else (keep,)
    question = texts.end_question(await _shown(ask, card, account))
    await ask.say(Reply(question, (ways, (_go_on(ask),)), edits=ask.params["card"]))


async def end_keeping(ask: Ask) -> None:
    """End it; what it holds is the person's own from then on."""
    await _ended(ask, await ask.house.runs.end_keeping(ask.person, _number(ask)))


async def end_selling(ask: Ask) -> None:
    """Sell what it holds, then end it; the order tells its own end."""
    await _ended(ask, await ask.house.runs.end_selling(ask.person, _number(ask)))


async def _ended(ask: Ask, done: Ended) -> None:
    market, sandbox, lines = ask.house.market, ask.person.sandbox, [texts.ended(done)]
    for rest in await dust_of(market, done.rest):
        lines.append(dust(rest.key.book, sandbox, [rest], await prices_of(market, [rest])))
    await ask.say(Reply("\n".join(lines), edits=ask.params["card"]))


async def _named(ask: Ask) -> Card:
    found = NUMBER.fullmatch(ask.words[0]) if len(ask.words) == 1 else None
    if found is None:
        raise BadInput("I need the number of one run.", f"Type it like this: {texts.USAGE}")
    return await ask.house.runs.card(ask.person, int(found["number"]))


async def _again(ask: Ask) -> None:
    """The card as it stands now, in its own message."""
    account = await ask.house.desk.accounts.look(ask.person)
    card = await ask.house.runs.card(ask.person, _number(ask))
    key = ask.params["card"]
    await ask.say(replace(_card(await _shown(ask, card, account), key), key=None, edits=key))


async def _shown(ask: Ask, card: Card, account: AccountOut) -> texts.Shown:
    """With the price where there is something to value, and where it can be had."""
    shown = texts.Shown(card, account, ask.house.clock())
    market, where = ask.house.market, (card.run.exchange, card.run.symbol)
    try:
        if card.position.units:
            shown = replace(shown, rules=await market.rules(*where))
        if card.position.entries:
            shown = replace(shown, price=(await market.price(*where)).price)
    except PiggyError:
        return shown
    return shown


def _card(shown: texts.Shown, key: str) -> Reply:
    return Reply(texts.card(shown), _buttons(shown, key), key=key)


def _key(ask: Ask, shown: texts.Shown) -> str:
    return f"{ask.origin}:run{shown.run.number}"


def _buttons(shown: texts.Shown, key: str) -> Keyboard:
    """What may follow its state. The key is the card's own, so that a press finds it again."""
    run = shown.run
    params = {"number": str(run.number), "card": key}
    if run.state is RunState.ENDED:
        return ()
    turn = Button(texts.RESUME, "run_resume", params, CARD_LIFE)
    if run.state is RunState.ACTIVE:
        turn = Button(texts.PAUSE, "run_pause", params, CARD_LIFE)
    ask_why = Button(texts.WHY, "run_why", params, CARD_LIFE)
    look = Button(texts.LOOK, "run_look", params, CARD_LIFE)
    end_it = Button(texts.END, "run_end", params, CARD_LIFE)
    return (turn, ask_why), (look, end_it)


def _go_on(ask: Ask) -> Button:
    return Button(texts.GO_ON, "run_look", ask.params, CARD_LIFE)


def _number(ask: Ask) -> int:
    return int(ask.params["number"])
