"""Handlers of /why: what was decided, by what numbers, and what became of it.

Alone because it explains and changes nothing: it is safe at any time.

May import: core, errors, store, wire.
"""

import re

from piggybot.chat import texts_why as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.core.money import quoted
from piggybot.core.orders import Order
from piggybot.core.positions import Book
from piggybot.core.runs import Run
from piggybot.errors import BadInput, PiggyError
from proxy.wire import AccountOut

RUN = re.compile(r"#(?P<run>[0-9]{1,6})(?:[./](?P<order>[0-9]{1,6}))?", re.ASCII)


async def why(ask: Ask) -> None:
    """Tell why: the last trade, an order by its id, or a run (#2), with all numbers."""
    if not ask.words:
        await _tell(ask, await _last(ask))
        return
    if len(ask.words) > 1:
        raise BadInput("I need one order or one run.", f"Type it like this: {texts.USAGE}")
    found = RUN.fullmatch(ask.words[0])
    if found is None:
        await _tell(ask, await _named(ask, ask.words[0]))
        return
    run = await run_called(ask, int(found["run"]))
    if found["order"] is None:
        await tell_run(ask, run)
        return
    number = int(found["order"])
    order = await ask.house.door(ask.house.store.orders.of_run, run.id, number)
    if order is None:
        raise BadInput(*texts.no_trade(run, number))
    await _tell(ask, order)


async def run_called(ask: Ask, number: int) -> Run:
    """The person's run of that number, ended or not."""
    for run in await ask.house.door(ask.house.store.runs.of_person, ask.person.id):
        if run.number == number:
            return run
    raise BadInput(*texts.no_run(f"#{number}"))


async def _tell(ask: Ask, order: Order) -> None:
    run = None
    if order.intent.run_id:
        run = await ask.house.door(ask.house.store.runs.get, order.intent.run_id)
    await ask.say(Reply(texts.order(order, run, await _account(ask))))


async def tell_run(ask: Ask, run: Run) -> None:
    """Its last decision, and its last order below."""
    house = ask.house
    slot = await house.door(house.store.slots.last, run.id)
    said = [texts.decision(run, slot)]
    order = await house.door(house.store.orders.of_run, run.id, run.orders)
    if order is not None:
        said.append(texts.order(order, run, await _account(ask)))
    await ask.say(Reply("\n\n".join(said)))


async def _account(ask: Ask) -> AccountOut | None:
    """As it stands; without the proxy the rest is told all the same."""
    try:
        return await ask.house.desk.accounts.look(ask.person)
    except PiggyError:
        return None


async def _last(ask: Ask) -> Order:
    newest = await ask.house.door(ask.house.store.orders.recent, ask.person.user_id, 1)
    if not newest:
        raise BadInput(*texts.NO_TRADES)
    return newest[0]


async def _named(ask: Ask, name: str) -> Order:
    """By the exchange's id or ours. Paper and live count apart: the book of now comes first."""
    orders = await ask.house.door(ask.house.store.orders.named, ask.person.user_id, name)
    if not orders:
        raise BadInput(*texts.no_order(quoted(name)))
    mode = ask.person.mode
    mine = [one for one in orders if mode and Book.of(one.intent.mode) is Book.of(mode)]
    return (mine or orders)[0]
