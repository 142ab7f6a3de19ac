"""Handlers of prices: /price in words, /chart as a picture.

Alone because they look at a market, not at an account, and change nothing.

May import: core, errors, wire.
"""

from collections.abc import Sequence
from decimal import Decimal

from piggybot.chat import texts_prices as texts
from piggybot.chat.ask import Ask, Reply
from piggybot.chat.parse import resolve_symbol
from piggybot.errors import BadInput, PiggyError
from proxy.wire import PriceOut, Timeframe

PRICE_USAGE = "/price BTC/USDT"
DAY = 24
NO_SYMBOLS = (
    "The operator allows no symbol.",
    "SYMBOLS in .env adds one.",
)


async def price(ask: Ask) -> None:
    """Show the price of what you may trade, or of one symbol with its day."""
    if len(ask.words) > 1:
        raise BadInput(*texts.one_symbol_only(PRICE_USAGE))
    symbols = await known_symbols(ask)
    if not symbols:
        raise BadInput(*NO_SYMBOLS)
    if ask.words:
        await _one(ask, resolve_symbol(ask.words[0], symbols))
        return
    found, without, why = [], [], None
    for symbol in symbols:
        try:
            found.append(await ask.house.market.price(ask.person.exchange, symbol))
        except PiggyError as error:
            without.append(symbol)
            why = error
    if why is not None and not found:
        raise why
    await ask.say(Reply(texts.prices(found, without)))


async def known_symbols(ask: Ask) -> Sequence[str]:
    """What may be bought, and what is held."""
    account = await ask.house.desk.accounts.look(ask.person)
    held = [each.symbol for each in account.holdings if each.units]
    return list(dict.fromkeys([*account.limits.symbols, *held]))


async def _one(ask: Ask, symbol: str) -> None:
    now = await ask.house.market.price(ask.person.exchange, symbol)
    await ask.say(Reply(texts.price(now, await _day(ask, now))))


async def _day(ask: Ask, now: PriceOut) -> texts.Day | None:
    """The last day's candles in three numbers; a price is worth telling without them."""
    market, exchange = ask.house.market, ask.person.exchange
    try:
        candles = await market.candles(exchange, now.symbol, Timeframe.H1, DAY)
    except PiggyError:
        return None
    began, high, low = candles.open[0], candles.high.max(), candles.low.min()
    return texts.Day(*(Decimal(str(each)) for each in (began, high, low)))
