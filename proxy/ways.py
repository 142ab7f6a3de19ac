"""A way out of a stop: these sells of one account, under one fresh epoch, for a minute. Pure.

Alone because admission and the gate must mean the same by it. It is kept in memory only: in the
database the account is HALTED all the while, so a proxy that ends in the middle comes back stopped.

May import: records, wire.
"""

from dataclasses import dataclass, replace

from proxy.records import Account
from proxy.wire import Mode, Side

LONGEST = 60.0
"""Seconds, by a clock that cannot be set, after which it is closed whatever has become of it."""


@dataclass(frozen=True, slots=True)
class Way:
    """What a person has confirmed: only orders with these ids may pass, and each once."""

    user_id: str
    epoch: int
    mode: Mode
    """REDUCING or PAPER: whose book is sold."""
    ids: frozenset[str]
    until: float

    def leads(self, client_id: str, side: Side, mode: Mode | None, epoch: int | None) -> bool:
        """Whether it is for this order: a sell that it names, decided for it and nothing else."""
        named = side is Side.SELL and client_id in self.ids
        return named and (mode, epoch) == (self.mode, self.epoch)

    def begins_at(self, account: Account) -> bool:
        """Whether the account is stopped still as it was when this was opened."""
        return (account.mode, account.epoch) == (Mode.HALTED, self.epoch)


def seen_on(way: Way | None, account: Account) -> Account:
    """The account as an order on this way meets it: not stopped, in the way's mode."""
    if way is None or not way.begins_at(account):
        return account
    return replace(account, mode=way.mode)
