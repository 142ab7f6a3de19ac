"""The stop gate: the last thing before the wire, asked after every queue and limiter.

It lives in memory, so that closing it takes no time; it starts closed and opens only to what the
database has committed. The host's stop file is looked at before each send. A stop leaves one way
out: the sells that a person has confirmed since (ways.py).

May import: errors, records, ways, wire.
"""

import time
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from proxy.errors import GateClosed
from proxy.records import Account
from proxy.ways import Way
from proxy.wire import Mode, Side

_File = tuple[int, int, int]
"""Which stop file: its device, its number there, and when it was written."""


@dataclass(frozen=True, slots=True)
class Ticket:
    """What an order must show at the gate."""

    user_id: str
    epoch: int
    mode: Mode
    side: Side
    not_after: datetime | None
    client_id: str


@dataclass(frozen=True, slots=True)
class _State:
    epoch: int
    mode: Mode


class StopGate:
    """Who may pass. Closing is at once; opening is for the newest epoch only."""

    def __init__(self, stop_file: Path, monotonic: Callable[[], float] = time.monotonic) -> None:
        self.stop_file = stop_file
        self._monotonic = monotonic
        self._states: dict[str, _State] = {}
        self._all_stopped = True
        self._loaded = False
        self._closings = 0
        self._obeyed: _File | None = None
        self._ways: dict[str, Way] = {}
        self._shut: Counter[str] = Counter()

    @property
    def closings(self) -> int:
        """How many stops for all this process has seen: what `lift` must name."""
        return self._closings

    @property
    def has_new_file(self) -> bool:
        """Whether the host left a stop file that no stop for all has answered yet."""
        return self._file() not in {None, self._obeyed}

    @property
    def stopped(self) -> bool:
        """Whether a stop for all is in force: the owner's, or the host's file."""
        return (self._loaded and self._all_stopped) or self.stop_file.exists()

    def load(self, accounts: Iterable[Account], stopped: bool) -> None:
        """Take over what the database holds, at start."""
        for account in accounts:
            self.put(account)
        self._all_stopped = stopped
        self._loaded = True

    def put(self, account: Account) -> None:
        """Take over one account's committed state, unless memory is already past its epoch."""
        known = self._states.get(account.user_id)
        if known is None or account.epoch >= known.epoch:
            self._states[account.user_id] = _State(account.epoch, account.mode)
            way = self._ways.get(account.user_id)
            if way is not None and not way.begins_at(account):
                del self._ways[account.user_id]

    def admit(self, account: Account) -> None:
        """Take over a newcomer; whoever is known stays as he is."""
        if account.user_id not in self._states:
            self.put(account)

    def narrow(self, user_id: str, mode: Mode) -> None:
        """Take a tighter mode at once, before it is committed."""
        known = self._states.get(user_id)
        if known is not None and known.mode is not Mode.HALTED:
            self._states[user_id] = _State(known.epoch, mode)

    def close(self, user_id: str) -> int:
        """Shut the gate for one account; the epoch that the stop must at least have."""
        self._ways.pop(user_id, None)
        self._shut[user_id] += 1
        known = self._states.get(user_id)
        epoch = 1 if known is None else known.epoch + 1
        if known is not None:
            self._states[user_id] = _State(epoch, Mode.HALTED)
        return epoch

    def mode(self, user_id: str) -> Mode | None:
        """The account's mode as it is in force here; None for one that nobody has heard of."""
        state = self._states.get(user_id)
        return None if state is None else state.mode

    def times_shut(self, user_id: str) -> int:
        """How many stops of this account this process has seen: what `open_way` must name."""
        return self._shut[user_id]

    def open_way(self, account: Account, way: Way, times_shut: int) -> bool:
        """Let what the way names pass a stop; False where a newer stop came meanwhile."""
        if times_shut != self._shut[way.user_id] or not way.begins_at(account):
            return False
        self.put(account)
        self._ways[way.user_id] = way
        return True

    def way(self, user_id: str) -> Way | None:
        """The way out that stands for this account, also where its time is over."""
        return self._ways.get(user_id)

    @property
    def ways(self) -> list[Way]:
        return list(self._ways.values())

    def is_over(self, way: Way) -> bool:
        """Whether its time is over: nothing passes by it any more."""
        return self._monotonic() >= way.until

    def is_ahead_of(self, account: Account) -> bool:
        """Whether a stop of this account is already in force here, and not committed yet."""
        known = self._states.get(account.user_id)
        return known is not None and known.epoch > account.epoch

    def close_all(self) -> dict[str, int]:
        """Shut the gate for everyone; the epochs that the stop must at least have."""
        self._all_stopped = True
        self._closings += 1
        self._obeyed = self._file()
        return {user_id: self.close(user_id) for user_id in list(self._states)}

    def hold_all(self, accounts: Iterable[Account]) -> None:
        """Take over a committed stop for all."""
        self._all_stopped = True
        for account in accounts:
            self.put(account)

    def lift(self, closings: int) -> None:
        """End the stop for all and remove its file, where none came after `closings` of them.

        A file that was left since stays, and keeps the gate shut. Accounts stay as they are.
        """
        if closings != self._closings:
            return
        if not self.has_new_file:
            self.stop_file.unlink(missing_ok=True)
        self._all_stopped = False

    def _file(self) -> _File | None:
        try:
            found = self.stop_file.stat()
        except FileNotFoundError:
            return None
        return found.st_dev, found.st_ino, found.st_mtime_ns

    def check(self, ticket: Ticket, now: datetime) -> None:
        """Raise GateClosed unless this order may leave now."""
        state = self._states.get(ticket.user_id)
        if not self._loaded or state is None:
            raise GateClosed("recovering", "The start is not finished yet.", "Try again.")
        if self.stop_file.exists():
            raise _stopped()
        if not self._leads_out(ticket, state):
            self._check_state(ticket, state)
        if ticket.not_after is not None and now > ticket.not_after:
            raise GateClosed("too_late", "The order waited longer than it may.", "Ask anew.")

    def _check_state(self, ticket: Ticket, state: _State) -> None:
        if self._all_stopped:
            raise _stopped()
        if state.mode is Mode.HALTED:
            raise GateClosed("account_halted", "This account is stopped.", "/resume ends it.")
        if ticket.epoch < state.epoch:
            raise GateClosed("stale_epoch", "This order was decided before a stop.", "Ask anew.")
        if ticket.side is Side.BUY and ticket.mode is Mode.LIVE and state.mode is not Mode.LIVE:
            raise GateClosed("reducing", "Live was turned off before this order left.")

    def _leads_out(self, ticket: Ticket, state: _State) -> bool:
        """Whether a way out of the stop that is in force leads this order through."""
        way = self._ways.get(ticket.user_id)
        if way is None or self.is_over(way):
            return False
        stopped = (state.mode, state.epoch) == (Mode.HALTED, way.epoch)
        return stopped and way.leads(ticket.client_id, ticket.side, ticket.mode, ticket.epoch)


def _stopped() -> GateClosed:
    return GateClosed("stopped", "A stop for all accounts is in force.", "/resume ends it.")
