"""What the bot holds, as the proxy tells it: where it can be sold, and whether it is real money.

Alone because selling and the questions about keys must mean the same by "held".

May import: wire.
"""

from collections.abc import Collection

from proxy.wire import AccountOut, Holding, Mode


def held_at(account: AccountOut, exchange: str) -> list[Holding]:
    """What is held at the exchange that an order would go to: only that can be sold there."""
    return [one for one in account.holdings if one.units and one.exchange == exchange]


def really_held(account: AccountOut, exchanges: Collection[str]) -> list[Holding]:
    """What was bought at these exchanges with real money and is not sold yet."""
    if account.mode not in {Mode.LIVE, Mode.REDUCING}:
        return []
    return [one for one in account.holdings if one.units and one.exchange in exchanges]
