"""What the world says of an order, asked before it is judged: the key, the market, price and value.

Alone because the desk should read as the path of an order, and this is what it asks on the way.
Whoever trades again soon finds all of it at hand, and nobody is asked.

May import: errors, journal, parts, records, risk, valuation, wire.
"""

import asyncio

from proxy.errors import NoKey
from proxy.journal import Known
from proxy.parts import Parts
from proxy.records import Book, Entry, KeyRow
from proxy.risk import Valuation, World
from proxy.valuation import Valuer
from proxy.wire import Side, TradeIn


async def world_of(
    parts: Parts, valuer: Valuer, order: TradeIn, draft: Entry, known: Known
) -> World:
    """What the venue says; ProxyError where it says nothing, or there is no key for it."""
    venue = parts.venue(order.exchange, draft.book)
    named = parts.venues.get(order.exchange, venue)
    if draft.book is Book.LIVE:
        await _check_key(parts, order.userId, order.exchange, named.title)
    market = await venue.market(order.symbolCcxt or order.symbol)
    valuing = asyncio.create_task(_value(parts, valuer, draft, known))
    try:
        quote = await venue.quote(market.symbol)
        valuation = await valuing
    finally:
        valuing.cancel()
    return World(named.title, market, quote.price, quote.at, valuation)


def at_hand(parts: Parts, valuer: Valuer, order: TradeIn, known: Known | None) -> World | None:
    """The same, in the book of the account, where it is all fresh in memory: nothing waits."""
    venue = parts.venues.get(order.exchange)
    if known is None or known.account is None or venue is None:
        return None
    book, user_id, valuation = known.account.book, order.userId, None
    if book is Book.LIVE and not _is_valid(parts.store.keys.kept(user_id, order.exchange)):
        return None
    priced = venue.at_hand(order.symbolCcxt or order.symbol)
    if order.side is Side.BUY:
        valuation = valuer.at_hand(user_id, book, order.exchange, known.held)
        if valuation is None or known.begun is None:
            return None
    if priced is None:
        return None
    market, quote = priced
    return World(venue.title, market, quote.price, quote.at, valuation)


async def _value(parts: Parts, valuer: Valuer, draft: Entry, known: Known) -> Valuation | None:
    """The account's value, from which a day begins; only a buy needs it."""
    if draft.side is not Side.BUY:
        return None
    valuation = await valuer.value(draft.user_id, draft.book, draft.exchange, known.held)
    begun = known.begun == parts.clock().date()
    if not begun and valuation is not None and valuer.fresh(valuation):
        await valuer.begin_day(draft.user_id, draft.book, valuation)
    return valuation


async def _check_key(parts: Parts, user_id: str, exchange: str, title: str) -> None:
    keys = parts.store.keys
    key = keys.kept(user_id, exchange) or await parts.door(keys.find, user_id, exchange)
    if not _is_valid(key):
        raise NoKey("no_key", f"There is no validated key for {title}.", "/setkeys stores one.")


def _is_valid(key: KeyRow | None) -> bool:
    return key is not None and key.validated_at is not None
