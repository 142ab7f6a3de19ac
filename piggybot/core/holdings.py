"""What the bot holds, as the proxy tells it: where it can be sold, and whether it is real money.

Alone because selling and the questions about keys must mean the same by "held".

May import: wire.
"""

from collections.abc import Collection

from proxy.wire import AccountOut, Holding, Mode


def held_here(account: AccountOut) -> list[Holding]:
    """What is held at the account's own exchange: only that can be sold from there."""
    return [one for one in account.holdings if one.units and one.exchange == account.exchange]


def really_held(account: AccountOut, exchanges: Collection[str]) -> list[Holding]:
    """What was bought at these exchanges with real money and is not sold yet."""
    if account.mode not in {Mode.LIVE, Mode.REDUCING}:
        return []
    return [one for one in account.holdings if one.units and one.exchange in exchanges]
