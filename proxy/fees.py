"""What a fee in a third asset (BNB, say) is worth in quote: asked when an order is concluded.

Alone because the rules of fill and fee are pure, and this asks a venue. The price is that of the
moment of the asking: the fill's own, unless its order was unknown for a while.

May import: errors, fills, venue.
"""

import logging
from dataclasses import replace
from decimal import Decimal

from proxy.errors import ProxyError
from proxy.fills import has_price
from proxy.venue import Market, Report, Venue

log = logging.getLogger(__name__)


async def valued(report: Report, market: Market, venue: Venue) -> Report:
    """The report with such fees valued, where the venue has a price for their asset."""
    prices = {
        fill.feeAsset: await _price(f"{fill.feeAsset}/{market.quote}", venue)
        for fill in report.fills
        if not has_price(fill, market.base, market.quote)
    }
    if not prices:
        return report
    fills = []
    for fill in report.fills:
        price = prices.get(fill.feeAsset)
        worth = None if price is None else fill.fee * price
        fills.append(fill if worth is None else fill.model_copy(update={"feeQuote": worth}))
    return replace(report, fills=tuple(fills))


async def _price(symbol: str, venue: Venue) -> Decimal | None:
    """The price, or None: no trouble with it may keep an executed order from being written down."""
    try:
        return (await venue.quote(symbol)).price
    except ProxyError:
        return None
    except Exception as failure:  # noqa: BLE001 - see above
        log.error("asking for %s failed: %s", symbol, type(failure).__name__)
        return None
