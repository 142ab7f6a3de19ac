"""What the world says of an order, asked before it is judged: the key, the market, price and value.

Alone because the desk should read as the path of an order, and this is what it asks on the way.

May import: errors, parts, records, risk, valuation, wire.
"""

from proxy.errors import NoKey
from proxy.parts import Parts
from proxy.records import Book, Entry
from proxy.risk import World
from proxy.valuation import Valuer
from proxy.wire import Side, TradeIn


async def world_of(parts: Parts, valuer: Valuer, order: TradeIn, draft: Entry) -> World:
    """What the venue says; ProxyError where it says nothing, or there is no key for it."""
    venue = parts.venue(order.exchange, draft.book)
    named = parts.venues.get(order.exchange, venue)
    if draft.book is Book.LIVE:
        await _check_key(parts, order.userId, order.exchange, named.title)
    market = await venue.market(order.symbolCcxt or order.symbol)
    quote = await venue.quote(market.symbol)
    valuation = None
    if draft.side is Side.BUY:
        valuation = await valuer.value(order.userId, draft.book, order.exchange)
        if valuation is not None and valuer.fresh(valuation):
            await valuer.begin_day(order.userId, draft.book, valuation)
    return World(named.title, market, quote.price, quote.at, valuation)


async def _check_key(parts: Parts, user_id: str, exchange: str, title: str) -> None:
    key = await parts.door(parts.store.keys.find, user_id, exchange)
    if key is None or key.validated_at is None:
        raise NoKey("no_key", f"There is no validated key for {title}.", "/setkeys stores one.")
