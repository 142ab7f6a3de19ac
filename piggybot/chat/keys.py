"""Handlers of /setkeys: the dialogue that takes a key, exchange → key → secret, one message each.

Alone because it is the one conversation with steps. What arrives here is sealed already; the
dialogue lives in the store, so it survives a restart.

May import: core, errors, store, wire.
"""

from collections.abc import Mapping
from datetime import timedelta

from piggybot.chat import texts_setup as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.parse import named_exchange
from piggybot.chat.secrecy import tells_deletion
from piggybot.core.holdings import really_held
from piggybot.errors import BadInput
from piggybot.store import Dialogue, KeyRow
from proxy.wire import Exchange, Mode, ModeIn

NAME = "setkeys"
PATIENCE = timedelta(minutes=30)
USAGE = "/setkeys, and answer one question at a time"
KEY, SECRET = "apiKey", "apiSecret"


@tells_deletion
async def setkeys(ask: Ask) -> None:
    """Save the API key of an exchange; asks step by step."""
    venues = await venues_of(ask)
    if not ask.words:
        await ask.house.door(ask.house.store.dialogues.drop, ask.person.id)
        await ask.say(Reply(texts.choose_exchange(venues), _choices(venues)))
        return
    venue = named_exchange(ask.words[0], venues)
    if KEY in ask.secrets and SECRET in ask.secrets:
        await _take(ask, venue, {**_key_data(ask), SECRET: ask.secrets[SECRET]})
        return
    if ask.secrets or len(ask.words) > 1:
        raise BadInput("A key and its secret belong together. Nothing was saved.", f"Type {USAGE}.")
    await _begin(ask, venue)


async def exchange_chosen(ask: Ask) -> None:
    """The exchange button of /setkeys was pressed."""
    await _begin(ask, named_exchange(ask.params["exchange"], await venues_of(ask)))


async def replace_confirmed(ask: Ask) -> None:
    """Live off first, then go on with the new key."""
    venue = named_exchange(ask.params["exchange"], await venues_of(ask))
    await _live_off(ask)
    kept = await ask.house.door(ask.house.store.dialogues.get, ask.person.id)
    if kept is not None and kept.name == NAME and SECRET in kept.data:
        await _save(ask, venue, kept.data, ask.deleted)
        return
    await _ask_key(ask, venue)


@tells_deletion
async def key_typed(ask: Ask) -> None:
    """The API key came, sealed."""
    dialogue = await _dialogue(ask)
    if KEY not in ask.secrets:
        raise BadInput(*texts.OVERLONG)
    data = {**dialogue.data, **_key_data(ask)}
    await ask.await_answer(NAME, "secret", data, PATIENCE)
    await ask.say(Reply(texts.ask_secret(str(data["title"]), ask.deleted)))


@tells_deletion
async def secret_typed(ask: Ask) -> None:
    """The API secret came, sealed: both are saved."""
    dialogue = await _dialogue(ask)
    if SECRET not in ask.secrets:
        raise BadInput("I need the API secret as text.", "Send it again, or type /cancel.")
    data = {**dialogue.data, SECRET: ask.secrets[SECRET]}
    venue = Exchange(name=str(data["exchange"]), title=str(data["title"]), supported=True)
    await _save(ask, venue, data, ask.deleted)


async def button_awaited(ask: Ask) -> None:
    """Something was typed where a button is to be pressed."""
    raise BadInput("I am waiting for the button above.", "Press it, or type /cancel.")


async def _begin(ask: Ask, venue: Exchange) -> None:
    """Ask for the key; a validated one is replaced only after a button."""
    await _may_move(ask, venue)
    if await _asked_to_replace(ask, venue):
        await ask.await_answer(
            NAME, "confirm", {"exchange": venue.name, "title": venue.title}, PATIENCE
        )
        return
    await _ask_key(ask, venue)


async def _take(ask: Ask, venue: Exchange, data: dict[str, str]) -> None:
    """Everything came in one line."""
    await _may_move(ask, venue)
    if await _asked_to_replace(ask, venue):
        whole = {**data, "exchange": venue.name, "title": venue.title}
        await ask.await_answer(NAME, "confirm", whole, PATIENCE)
        await ask.say(Reply(texts.deletion(ask.deleted)))
        return
    await _save(ask, venue, data, ask.deleted)


async def _may_move(ask: Ask, venue: Exchange) -> None:
    """Another exchange only on paper: what is held at the first could not be sold from there."""
    if venue.name == ask.person.exchange:
        return
    account = await ask.house.desk.accounts.look(ask.person)
    if account.mode is not Mode.PAPER:
        raise BadInput(
            f"This account is {account.mode.value} at {account.exchange}, so it cannot change its "
            "exchange now. Nothing was saved.",
            "Bring it back to PAPER first (/resume, /live off, /sell all), then /setkeys again.",
        )


async def _asked_to_replace(ask: Ask, venue: Exchange) -> bool:
    """Whether there is a validated key; if so the question has been put."""
    store = ask.house.store
    row = await ask.house.door(store.keys.get, ask.person.user_id, venue.name)
    if row is None or row.validated is None:
        return False
    account = await ask.house.desk.accounts.look(ask.person)
    real = really_held(account, [venue.name])
    button = Button(texts.SAVE_AGAIN, "setkeys_replace", {"exchange": venue.name})
    await ask.say(Reply(texts.replace_question(venue.name, row.hint, real), ((button,),)))
    return True


async def _ask_key(ask: Ask, venue: Exchange) -> None:
    await ask.await_answer(NAME, "key", {"exchange": venue.name, "title": venue.title}, PATIENCE)
    await ask.say(Reply(texts.ask_key(venue.title)))


async def _save(ask: Ask, venue: Exchange, data: Mapping[str, str], deleted: bool | None) -> None:
    house, person = ask.house, ask.person
    sealed = data[KEY]
    row = KeyRow(
        user_id=person.user_id,
        exchange=venue.name,
        sealed_key=sealed,
        sealed_secret=data[SECRET],
        hint=data.get("hint", ""),
        key_id=sealed.split(":", maxsplit=2)[1] if sealed.count(":") else "",
        saved=house.clock(),
        validated=None,
    )
    await house.door(house.store.keys.put, row)
    await house.door(house.store.people.choose_exchange, person.id, venue.name)
    await house.door(house.store.dialogues.drop, person.id)
    button = Button("✅ Validate & Sync", "validate", {"exchange": venue.name}, PATIENCE)
    await ask.say(Reply(texts.keys_saved(venue.name, row.hint, deleted), ((button,),)))


async def _live_off(ask: Ask) -> None:
    accounts = ask.house.desk.accounts
    account = await accounts.look(ask.person)
    if account.mode is Mode.LIVE:
        await accounts.change_mode(ask.person, ModeIn(userId=ask.person.user_id, mode=Mode.PAPER))


def _key_data(ask: Ask) -> dict[str, str]:
    return {KEY: ask.secrets[KEY], "hint": ask.secrets.get("hint", "")}


async def _dialogue(ask: Ask) -> Dialogue:
    found = await ask.house.door(ask.house.store.dialogues.get, ask.person.id)
    if found is None or found.name != NAME:
        raise BadInput("I was not asking for a key.", "/setkeys begins. Nothing was saved.")
    return found


async def venues_of(ask: Ask) -> list[Exchange]:
    """The exchanges that the proxy knows, supported or not."""
    return list((await ask.house.broker.health()).exchanges or [])


def _choices(venues: list[Exchange]) -> tuple[tuple[Button, ...], ...]:
    return tuple(
        (Button(venue.title, "setkeys_exchange", {"exchange": venue.name}, PATIENCE),)
        for venue in venues
        if venue.supported
    )
