"""Handlers of one's account: start, validate, forget, cancel. The key itself comes by keys.py.

Alone because these set an account up and take it down, and begin no order.

May import: core, errors, store, wire.
"""

from datetime import timedelta

from piggybot.chat import texts_safety
from piggybot.chat import texts_setup as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.keys import venues_of
from piggybot.chat.parse import named_exchange
from piggybot.chat.trade import test_button
from piggybot.core.holdings import really_held
from piggybot.core.positions import Book
from piggybot.errors import BadInput, BrokerDown, BrokerRefused, NotAllowed, PiggyError
from piggybot.store import Removed
from proxy.wire import AccountOut, CredentialsIn, Mode

CALM = timedelta(hours=1)


async def start(ask: Ask) -> None:
    """Greet, and show where you are and what comes next."""
    house, person = ask.house, ask.person
    try:
        health = await house.broker.health()
        account = await house.desk.accounts.look(person)
    except PiggyError as error:
        button = Button("🔄 Try again", "start", {}, CALM)
        text = texts.welcome_without_proxy(person.name, error)
        await ask.say(Reply(text, ((button,),)))
        return
    keys = await house.door(house.store.keys.all_of, person.user_id)
    text = texts.welcome(person.name, account, texts_safety.health(health))
    validated = any(key.validated is not None for key in keys)
    await ask.say(Reply(text, (_next_step(len(keys), account, validated=validated),)))


def _next_step(keys: int, account: AccountOut, *, validated: bool) -> tuple[Button, ...]:
    """The one next thing of the guide; a test buy is possible from the beginning."""
    test = test_button(account)
    if not keys:
        return Button("🔑 Save keys", "setkeys", {}, CALM), test
    if not validated:
        return Button("✅ Validate & Sync", "validate", {}, CALM), test
    if account.mode is Mode.PAPER:
        return Button("🔴 Enable live", "live_on", {}, CALM), test
    return (test,)


async def validate(ask: Ask) -> None:
    """Let the exchange check the saved key."""
    house, person = ask.house, ask.person
    exchange = ask.params.get("exchange") or person.exchange
    if ask.words:
        exchange = named_exchange(ask.words[0], await venues_of(ask)).name
    row = await house.door(house.store.keys.get, person.user_id, exchange)
    if row is None:
        raise BadInput(texts.no_key(exchange), "")
    await house.desk.errands.deliver_forgets(person)
    await house.desk.accounts.look(person)
    wanted = CredentialsIn(
        userId=person.user_id, exchange=exchange, apiKey=row.sealed_key, sealed=row.sealed_secret
    )
    try:
        out = await house.broker.credentials(wanted)
    except BrokerRefused as refused:
        button = Button("🔑 Save keys again", "setkeys", {}, CALM)
        await ask.say(Reply(texts.refused(exchange, refused.problem), ((button,),)))
        return
    await house.door(house.store.keys.validated, person.user_id, exchange, house.clock())
    house.choosing.soon.add((person.user_id, Book.LIVE, exchange))  # it may be another account's
    account = await house.desk.accounts.look(person)
    button = Button("🔴 Enable live", "live_on", {}, CALM)
    await ask.say(Reply(texts.validated(out, sandbox=account.sandbox), ((button,),)))


async def forget(ask: Ask) -> None:
    """Remove a key from this bot and from the trading service."""
    keys = await ask.house.door(ask.house.store.keys.all_of, ask.person.user_id)
    asked = ask.words[0].lower() if ask.words else ""
    kept, account = [key.exchange for key in keys], None
    try:
        account = await ask.house.desk.accounts.look(ask.person)
        kept += [key.exchange for key in account.keys]
    except PiggyError:
        kept.append(asked or ask.person.exchange)  # the proxy cannot say, so it may have one
    names = sorted({name for name in kept if asked in {"", name}})
    if not names and not asked:
        await _clear_traces(ask)
    if not names:
        raise BadInput(texts.nothing_to_forget(asked), "/status shows your keys.")
    params = {"exchange": asked} if asked else {}
    button = Button(texts.CONFIRM_FORGET, "forget", params)
    real = [] if account is None else really_held(account, names)
    await ask.say(Reply(texts.forget_question(names, real), ((button,),)))


async def forget_confirmed(ask: Ask) -> None:
    """Remove the key here at once, then at the proxy, as soon as it answers."""
    errands, person = ask.house.desk.errands, ask.person
    keys = await ask.house.door(ask.house.store.keys.all_of, person.user_id)
    exchange = ask.params.get("exchange")
    here = [key.exchange for key in keys if exchange in {None, key.exchange}]
    await ask.house.door(ask.house.store.dialogues.drop, person.id)
    with errands.forgetting(person):
        mine = await errands.forget(person, exchange)
        try:
            there = await errands.deliver_forgets(person)
        except (BrokerDown, BrokerRefused) as error:
            await ask.say(Reply(texts.forgotten_here(error, mine)))
            return
    gone = Removed((*here, *there.exchanges), mine.traces or there.traces)
    await ask.say(Reply(texts.forgotten(gone)))


async def _clear_traces(ask: Ask) -> None:
    """No key is left: what an earlier removal could not empty is emptied now, if it can be."""
    errands = ask.house.desk.errands
    with errands.forgetting(ask.person):
        mine = await errands.forget(ask.person, None)
        there = await errands.deliver_forgets(ask.person)
    if mine.traces or there.traces:
        raise NotAllowed(*texts.STILL_TRACES)


async def cancel(ask: Ask) -> None:
    """End the question that I am asking."""
    found = await ask.house.door(ask.house.store.dialogues.get, ask.person.id)
    await ask.house.door(ask.house.store.dialogues.drop, ask.person.id)
    await ask.say(Reply(texts.CANCELLED if found else texts.NOTHING_TO_CANCEL))
