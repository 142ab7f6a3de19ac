"""Handlers of /live: the checklist, the token, the warning with its one button, and live off.

Alone because this is the only way from paper to real money, and each step of it loosens.

May import: core, desk, errors, latches, store, wire.
"""

from datetime import timedelta

from piggybot.chat import texts_safety as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.secrecy import tells_deletion, with_deletion
from piggybot.chat.texts import e
from piggybot.chat.trade import test_button
from piggybot.core.runs import Run, RunState
from piggybot.errors import BadInput, BrokerDown, PiggyError, Stale
from piggybot.latches import latches_of
from proxy.wire import AccountOut, HealthOut, Mode, ModeIn

NAME = "live"
TOKEN = "confirmToken"
TOKEN_PATIENCE = timedelta(minutes=5)
USAGE = "/live on, or /live off"


@tells_deletion
async def live(ask: Ask) -> None:
    """Turn live trading on (asks first) or off (at once)."""
    word = ask.first(USAGE).lower()
    if word == "on":
        await live_on(ask)
        return
    if word == "off":
        await live_off(ask)
        return
    raise BadInput("I need the word on or off after /live.", f"Type it like this: {USAGE}")


async def live_on(ask: Ask) -> None:
    """Say what is missing, or ask for the token, or ask for the confirmation."""
    try:
        health = await ask.house.broker.health()
        account = await ask.house.desk.accounts.look(ask.person)
    except PiggyError as error:
        missing = [f"❌ A healthy trading service: {e(error.message)} {e(error.hint)}"]
        await ask.say(_said(ask, texts.live_missing(missing + await _key_missing(ask))))
        return
    if account.mode is Mode.LIVE:
        await ask.say(_said(ask, texts.live_already(account)))
        return
    missing = [*_proxy_missing(health, account), *await _key_missing(ask, account)]
    missing = list(dict.fromkeys(missing + await _latched(ask)))
    if missing:
        await ask.say(_said(ask, texts.live_missing(missing)))
        return
    if not health.liveTokenRequired:
        await _warn(ask, account, {})
        return
    if TOKEN in ask.secrets:
        await _warn(ask, account, {TOKEN: ask.secrets[TOKEN]})
        return
    await ask.await_answer(NAME, "token", {}, TOKEN_PATIENCE)
    await ask.say(Reply(texts.TOKEN_QUESTION))


@tells_deletion
async def token_typed(ask: Ask) -> None:
    """LIVE_CONFIRM_TOKEN came, sealed; the proxy checks it when the button is pressed."""
    if TOKEN not in ask.secrets:
        raise BadInput("I need the token as text.", "Send it again, or /cancel.")
    account = await ask.house.desk.accounts.look(ask.person)
    await _warn(ask, account, {TOKEN: ask.secrets[TOKEN]})


async def live_confirmed(ask: Ask) -> None:
    """The red button: ask the proxy for LIVE, which checks everything once more."""
    house, person = ask.house, ask.person
    token = await _take_token(ask)
    missing = await _latched(ask)
    if missing:
        await ask.say(Reply(texts.live_missing(missing)))
        return
    before = await house.desk.accounts.look(person)
    if str(before.epoch) != ask.params["epoch"]:
        raise Stale("Something changed after you were asked.", "Type /live on again.")
    named = ask.params["runs"].split()
    if any(run.id not in named for run in await _at_work(ask)):
        raise Stale(*texts.LIVE_UNNAMED)
    wanted = ModeIn(userId=person.user_id, mode=Mode.LIVE, confirmToken=token)
    try:
        account = await house.desk.accounts.change_mode(person, wanted)
    except BrokerDown as down:
        raise BrokerDown(*texts.live_unsure(down), down.sent) from down
    await ask.say(
        Reply(texts.live_on(account), ((test_button(account),),), reply_to=ask.message_id)
    )


async def live_off(ask: Ask) -> None:
    """Tightens: at once, and nothing is asked."""
    wanted = ModeIn(userId=ask.person.user_id, mode=Mode.PAPER)
    try:
        account = await ask.house.desk.accounts.change_mode(ask.person, wanted)
    except BrokerDown as down:
        raise BrokerDown(*texts.live_off_unsure(down), down.sent) from down
    await ask.say(Reply(texts.live_off(account), reply_to=ask.message_id))


def _said(ask: Ask, text: str, *buttons: Button) -> Reply:
    return Reply(with_deletion(ask, text), (buttons,) if buttons else ())


async def _take_token(ask: Ask) -> str | None:
    """The sealed token that waits for the button, once; None where there is none any more."""
    house = ask.house
    kept = await house.door(house.store.dialogues.get, ask.person.id)
    if kept is None or kept.name != NAME:
        return None
    await house.door(house.store.dialogues.drop, ask.person.id)
    return kept.data.get(TOKEN)


async def _warn(ask: Ask, account: AccountOut, data: dict[str, str]) -> None:
    if data:
        await ask.await_answer(NAME, "confirm", data, TOKEN_PATIENCE)
    at_work = await _at_work(ask)
    params = {"epoch": str(account.epoch), "runs": " ".join(run.id for run in at_work)}
    button = Button(texts.CONFIRM_LIVE, "live_confirm", params)
    await ask.say(_said(ask, texts.live_warning(account, at_work), button))


async def _at_work(ask: Ask) -> list[Run]:
    """The runs that would spend real money."""
    mine = await ask.house.door(ask.house.store.runs.of_person, ask.person.id)
    return [run for run in mine if run.state is RunState.ACTIVE]


def _proxy_missing(health: HealthOut, account: AccountOut) -> list[str]:
    missing = []
    if not health.liveAllowed:
        missing.append(
            "❌ Set the <code>ALLOW_LIVE=1</code> environment variable (or put it into .env), and "
            "start the trading service again"
        )
    if health.recovering:
        missing.append("❌ The last orders are still being looked after: wait a moment")
    if account.unasked:
        missing.append(texts.still_asking(account))
    if health.stopped or account.stopped or account.mode is Mode.HALTED:
        missing.append("❌ No stop in force: /resume ends it")
    return missing


async def _key_missing(ask: Ask, account: AccountOut | None = None) -> list[str]:
    """Validated both here and at the proxy."""
    house, person = ask.house, ask.person
    row = await house.door(house.store.keys.get, person.user_id, person.exchange)
    if row is None:
        return [f"❌ A key for {e(person.exchange)}: /setkeys, then /validate"]
    there = account is None or any(
        key.exchange == person.exchange and key.validated for key in account.keys
    )
    if row.validated is None or not there:
        return [f"❌ Validate &amp; Sync credentials of {e(person.exchange)}: /validate"]
    return []


async def _latched(ask: Ask) -> list[str]:
    missing = []
    for latch in latches_of(ask.person.user_id, Mode.LIVE):
        why = await ask.house.door(ask.house.store.flags.get, latch)
        if why is not None:
            missing.append(f"❌ Buys are suspended: {e(why)}. It ends by itself; I tell you")
    if await ask.house.desk.errands.stopped(ask.person):
        missing.append("❌ No stop in force: /resume ends it")
    return missing
