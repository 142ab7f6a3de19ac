"""Which exchanges there are, by the names that clients use, and which assets count as dollars.

May import: errors, wire.
"""

from proxy.errors import Denied
from proxy.wire import Exchange

EXCHANGES = (
    Exchange(name="binanceus", title="Binance.US", supported=True),
    Exchange(name="binance", title="Binance", supported=True),
    Exchange(name="kraken", title="Kraken", supported=False),
    Exchange(name="coinbase", title="Coinbase", supported=False),
    Exchange(name="coinbasepro", title="Coinbase Pro", supported=False),
)
SUPPORTED = tuple(one.name for one in EXCHANGES if one.supported)
DOLLARS = frozenset({"USD", "USDT", "USDC"})
HINT = "Choose binanceus or binance."


def checked(name: str) -> str:
    """The name of a supported exchange; Denied with a clear sentence for any other."""
    lower = name.strip().lower()
    if lower in SUPPORTED:
        return lower
    if lower == "coinbasepro":
        message = "Coinbase Pro no longer exists; its heir is coinbase, which is not supported yet."
        raise Denied("unsupported_exchange", message, HINT)
    titles = {one.name: one.title for one in EXCHANGES}
    if lower in titles:
        raise Denied("unsupported_exchange", f"{titles[lower]} is not supported yet.", HINT)
    raise Denied("unsupported_exchange", "There is no exchange of that name here.", HINT)
