"""Handlers of trading: testbuy, buy, sell, and the priced button that asks first in LIVE.

Alone because these are the only handlers that begin orders; each goes down the desk's one path.

May import: core, errors, store, wire.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from decimal import Decimal
from http import HTTPStatus

from piggybot.chat import texts_trade as texts
from piggybot.chat.ask import Ask, Button, Reply
from piggybot.chat.parse import resolve_symbol
from piggybot.core.holdings import held_at
from piggybot.core.money import parse_amount, plain
from piggybot.core.orders import Decided, Want
from piggybot.errors import BadInput, BrokerDown, BrokerRefused
from proxy.wire import AccountOut, Mode, Side, TradeIn

TEST_USAGE = "/testbuy 2"
TEST_MOST = Decimal(10)
"""The most USD of a test that is bought without being asked: the venue's own minimum for ETH."""
BUY_USAGE = "/buy 10 BTC/USDT"
SELL_USAGE = "/sell 10 BTC/USDT, or /sell all BTC/USDT"
ALL = "all"
MOST_WORDS = 2


async def testbuy(ask: Ask) -> None:
    """Buy for 2 USD, to see that everything works; above 10 USD live asks first."""
    if await ask.house.desk.seen(ask.origin):
        return
    spend = parse_amount(ask.params.get("amount") or _first(ask, TEST_USAGE), _like(TEST_USAGE))
    account = await ask.house.desk.account(ask.person)
    _enough(spend, account)
    want = _want(ask, Side.BUY, _symbol(ask, account), amount_usd=spend)
    if "mode" in ask.params:  # what the pressed button showed
        decided = Decided(Mode(ask.params["mode"]), int(ask.params["epoch"]))
        want = replace(want, decided=decided)
    if spend > TEST_MOST:
        await _place_or_ask(ask, account, want)
        return
    await ask.house.desk.place(want)


def test_button(account: AccountOut) -> Button:
    """A test buy in the mode that its label shows, or none."""
    mode = {"mode": account.mode.value, "epoch": str(account.epoch)}
    return Button(texts.test_label(account.mode), "testbuy", {"amount": "2", **mode})


async def buy(ask: Ask) -> None:
    """Buy for an amount in USD."""
    if await ask.house.desk.seen(ask.origin):
        return
    spend = parse_amount(_first(ask, BUY_USAGE), _like(BUY_USAGE))
    account = await ask.house.desk.account(ask.person)
    _enough(spend, account)
    want = _want(ask, Side.BUY, _symbol(ask, account), amount_usd=spend)
    await _place_or_ask(ask, account, want)


async def sell(ask: Ask) -> None:
    """Sell for an amount in USD, or all that the bot has bought."""
    if await ask.house.desk.seen(ask.origin):
        return
    what = _first(ask, SELL_USAGE)
    if what.lower() != ALL:
        amount = parse_amount(what, _like(SELL_USAGE))
        account = await ask.house.desk.account(ask.person)
        want = _want(ask, Side.SELL, _symbol(ask, account), amount_usd=amount)
        await _place_or_ask(ask, account, want)
        return
    account = await ask.house.desk.account(ask.person)
    symbol = _held_symbol(ask, account)
    units = _held(ask, account, symbol)
    await _place_or_ask(ask, account, _want(ask, Side.SELL, symbol, units=units))


async def order_confirmed(ask: Ask) -> None:
    """Place the order that the pressed button showed, at its price or not at all."""
    given = ask.params
    want = Want(
        person=ask.person,
        side=Side(given["side"]),
        symbol=given["symbol"],
        origin=ask.origin,
        reply_to=ask.message_id,
        amount_usd=_decimal(given.get("amount")),
        units=_decimal(given.get("units")),
        quoted_price=Decimal(given["price"]),
        decided=Decided(Mode(given["mode"]), int(given["epoch"])),
        exchange=given.get("exchange", ""),
        run_id=given.get("run", ""),
    )
    await ask.house.desk.place(want)


async def _place_or_ask(ask: Ask, account: AccountOut, want: Want) -> None:
    """Real money asks first; paper goes at once. What the proxy would refuse is not asked."""
    real = account.mode is Mode.LIVE or (account.mode is Mode.REDUCING and want.side is Side.SELL)
    if not real:
        decided = Decided(account.mode, account.epoch)
        await ask.house.desk.place(replace(want, decided=decided))
        return
    with _nothing_sent():
        price = (await ask.house.broker.price(ask.person.exchange, want.symbol)).price
        want = replace(want, quoted_price=price)
        want = await _checked(ask, account, want)
    params = {
        "side": want.side.value,
        "symbol": want.symbol,
        "price": plain(price),
        "mode": account.mode.value,
        "epoch": str(account.epoch),
    }
    if want.amount_usd is not None:
        params["amount"] = plain(want.amount_usd)
    if want.units is not None:
        params["units"] = plain(want.units)
    question = texts.order_question(want, account)
    button = Button(texts.order_label(want, account), "order", params)
    await ask.say(Reply(question, ((button,),)))


async def _checked(ask: Ask, account: AccountOut, want: Want) -> Want:
    """The order as the proxy would send it now, units in whole steps of the exchange.

    BrokerRefused where it would refuse: above a limit, dust, what is not held.
    """
    order = TradeIn(
        userId=account.userId,
        exchange=want.exchange or ask.person.exchange,
        side=want.side,
        symbol=want.symbol,
        amountUsd=want.amount_usd,
        units=want.units,
        mode=account.mode,
        epoch=account.epoch,
        typed=True,
        quotedPrice=want.quoted_price,
    )
    found = await ask.house.broker.check(order)
    if found.error is not None:
        raise BrokerRefused(found.error, HTTPStatus.CONFLICT)
    return want if want.units is None else replace(want, units=found.units)


@contextmanager
def _nothing_sent() -> Iterator[None]:
    """Where it breaks off before the question, the person hears that nothing was sent."""
    try:
        yield
    except BrokerDown as down:
        raise BrokerDown(f"Nothing was sent. {down.message}", down.hint, sent=False) from down
    except BrokerRefused as refused:
        problem = refused.problem
        said = problem.model_copy(update={"message": f"Nothing was sent. {problem.message}"})
        raise BrokerRefused(said, refused.http_status) from refused


def _want(
    ask: Ask,
    side: Side,
    symbol: str,
    *,
    amount_usd: Decimal | None = None,
    units: Decimal | None = None,
) -> Want:
    return Want(
        person=ask.person,
        side=side,
        symbol=symbol,
        origin=ask.origin,
        reply_to=ask.message_id,
        amount_usd=amount_usd,
        units=units,
    )


def _first(ask: Ask, usage: str) -> str:
    """The amount; at most a symbol follows, for what is not understood may not be left out."""
    first = ask.first(usage)
    if len(ask.words) > MOST_WORDS:
        raise BadInput(*texts.too_much_typed(ask.words[MOST_WORDS:], usage))
    return first


def _like(usage: str) -> str:
    return f"Type it like this: {usage}"


def _enough(spend: Decimal, account: AccountOut) -> None:
    least = account.limits.minTradeUsd
    if spend < least:
        raise BadInput(*texts.too_little(spend, least))


def _symbol(ask: Ask, account: AccountOut) -> str:
    """The second word, or bitcoin (the first allowed symbol)."""
    symbols = account.limits.symbols
    if len(ask.words) > 1:
        return resolve_symbol(ask.words[1], symbols)
    if not symbols:
        raise BadInput("The operator allows no symbol.", "SYMBOLS in .env adds one.")
    return symbols[0]


def _held_symbol(ask: Ask, account: AccountOut) -> str:
    held = [each.symbol for each in held_at(account, ask.person.exchange)]
    if len(ask.words) > 1:
        return resolve_symbol(ask.words[1], list(dict.fromkeys([*account.limits.symbols, *held])))
    if len(held) == 1:
        return held[0]
    if not held:
        raise BadInput(*texts.nothing_held("nothing"))
    raise BadInput("The bot holds more than one coin.", f"Say which: {', '.join(held)}.")


def _held(ask: Ask, account: AccountOut, symbol: str) -> Decimal:
    here = held_at(account, ask.person.exchange)
    units = sum((each.units for each in here if each.symbol == symbol), Decimal(0))
    if not units:
        raise BadInput(*texts.nothing_held(f"no {symbol.split('/', maxsplit=1)[0]}"))
    return units


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
