"""Handlers of safety: stop, resume, limits, health.

Alone because these must work when little else does. What tightens is instant; what loosens asks.

May import: core, desk, errors, latches, store, wire.
"""

from dataclasses import dataclass
from decimal import Decimal

from piggybot.chat import texts_safety as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.parse import whole
from piggybot.chat.texts_rules import share
from piggybot.core.money import parse_amount, plain, quoted, usd
from piggybot.errors import BadInput, BrokerDown, NotAllowed, PiggyError
from piggybot.latches import latches_of
from proxy.wire import AccountOut, LimitsIn, Mode, ModeIn

LIMITS_USAGE = "/limits trade 20, /limits day 5 or /limits loss 2"
LIKE_THIS = f"Type it like this: {LIMITS_USAGE}"
HUNDRED = Decimal(100)
PAIR = 2


async def stop(ask: Ask) -> None:
    """Emergency: nothing leaves any more, open orders are cancelled."""
    house = ask.house
    await house.desk.errands.stop(ask.person, ask.origin, ask.message_id)
    try:
        await house.desk.accounts.expect(ask.person)
    except PiggyError:
        return  # the clock looks again; what matters of the stop has been said


async def resume(ask: Ask) -> None:
    """End a stop; asks first, and never goes straight into live."""
    everyone = ask.person.owner
    if not await _is_stopped(ask):
        await ask.say(Reply(texts.NOT_STOPPED))
        return
    button = Button(texts.CONFIRM_RESUME, "resume", await _seen_epoch(ask))
    await ask.say(Reply(texts.resume_question(everyone=everyone), ((button,),)))


async def _is_stopped(ask: Ask) -> bool:
    if await ask.house.desk.errands.stopped(ask.person):
        return True
    account = await ask.house.desk.accounts.look(ask.person)
    return account.stopped or account.mode is Mode.HALTED


async def _seen_epoch(ask: Ask) -> dict[str, str]:
    """The epoch that the question is about; none while the stop itself is still on its way."""
    try:
        await ask.house.desk.errands.deliver_stop(ask.person)
        account = await ask.house.desk.accounts.look(ask.person)
    except PiggyError:
        return {}
    return {"epoch": str(account.epoch)}


async def resume_confirmed(ask: Ask) -> None:
    """Deliver a stop that is still on its way, then end it there and here."""
    try:
        await _resume(ask)
    except BrokerDown as down:
        raise BrokerDown(
            f"The stop still holds here. {down.message}", down.hint, down.sent
        ) from down


async def _resume(ask: Ask) -> None:
    house, person = ask.house, ask.person
    ended = await house.desk.errands.standing(person)
    await house.desk.errands.deliver_stop(person)
    seen = ask.params.get("epoch") or str((await house.desk.accounts.look(person)).epoch)
    wanted = ModeIn(
        userId=person.user_id,
        mode=Mode.PAPER,
        resume=True,
        allAccounts=person.owner,
        epoch=int(seen),
    )
    account = await house.desk.accounts.change_mode(person, wanted)
    if not account.stopped and account.mode is not Mode.HALTED:
        await house.desk.errands.resumed(ended)
    await ask.say(Reply(texts.resumed(account), reply_to=ask.message_id))


async def limits(ask: Ask) -> None:
    """Show the limits on buys, or tighten one."""
    account = await ask.house.desk.accounts.look(ask.person)
    if not ask.words:
        await ask.say(Reply(texts.limits(account)))
        return
    if len(ask.words) != PAIR:
        raise BadInput("I need one limit and its new value.", LIKE_THIS)
    change = _change(ask.words[0].lower(), ask.words[1], account)
    if change.value > change.highest:
        raise NotAllowed(
            f"{change.what}: the operator allows at most {change.show(change.highest)}.",
            "Choose less. The operator can change that in .env.",
        )
    if change.value <= change.current:
        await _set_limits(ask, {change.field: change.value})
        return
    question = texts.raise_question(
        change.what, change.show(change.current), change.show(change.value)
    )
    params = {"field": change.field, "value": plain(change.value)}
    await ask.say(Reply(question, ((Button(texts.CONFIRM_LIMITS, "limits", params),),)))


async def limits_confirmed(ask: Ask) -> None:
    """Raise the limit that the button showed."""
    await _set_limits(ask, {ask.params["field"]: Decimal(ask.params["value"])})


async def health(ask: Ask) -> None:
    """Show whether the trading service answers, and what it allows."""
    try:
        text = texts.health(await ask.house.broker.health())
    except PiggyError as error:
        text = texts.health_bad(error)
    for latch in latches_of(ask.person.user_id, Mode.LIVE):
        why = await ask.house.door(ask.house.store.flags.get, latch)
        if why is not None:
            text += "\n" + texts.latched(why)
    await ask.say(Reply(text))


@dataclass(frozen=True, slots=True)
class _Change:
    field: str
    what: str
    value: Decimal
    current: Decimal
    highest: Decimal

    def show(self, value: Decimal) -> str:
        if self.field == "maxTradeUsd":
            return usd(value)
        return share(value) if self.field == "maxDailyLossShare" else plain(value)


def _change(kind: str, typed: str, account: AccountOut) -> _Change:
    mine, operator = account.limits, account.operatorLimits
    if kind == "trade":
        value = parse_amount(typed, LIKE_THIS)
        if value < mine.minTradeUsd:
            raise BadInput(
                f"{usd(value)} is below the smallest trade, {usd(mine.minTradeUsd)}.",
                "/limits day 0 forbids buys; /stop stops everything.",
            )
        return _Change("maxTradeUsd", "Max trade", value, mine.maxTradeUsd, operator.maxTradeUsd)
    if kind == "day":
        return _Change(
            "maxTradesPerDay",
            "Daily trades",
            Decimal(whole(typed, LIMITS_USAGE)),
            Decimal(mine.maxTradesPerDay),
            Decimal(operator.maxTradesPerDay),
        )
    if kind == "loss":
        share = parse_amount(typed.removesuffix("%"), LIKE_THIS) / HUNDRED
        return _Change(
            "maxDailyLossShare",
            "Max daily loss",
            share,
            mine.maxDailyLossShare,
            operator.maxDailyLossShare,
        )
    raise BadInput(f"There is no limit called {quoted(kind)}.", LIKE_THIS)


async def _set_limits(ask: Ask, fields: dict[str, Decimal]) -> None:
    wanted = LimitsIn.model_validate({"userId": ask.person.user_id, **fields})
    account = await ask.house.desk.accounts.change_limits(ask.person, wanted)
    await ask.say(Reply(texts.limits_changed(account)))
