"""The stop gate: the last thing before the wire, asked after every queue and limiter.

It lives in memory, so that closing it takes no time; it starts closed and opens only to what the
database has committed. The host's stop file is looked at before each send.

May import: errors, records, wire.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from proxy.errors import GateClosed
from proxy.records import Account
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


@dataclass(frozen=True, slots=True)
class _State:
    epoch: int
    mode: Mode


class StopGate:
    """Who may pass. Closing is at once; opening is for the newest epoch only."""

    def __init__(self, stop_file: Path) -> None:
        self.stop_file = stop_file
        self._states: dict[str, _State] = {}
        self._all_stopped = True
        self._loaded = False
        self._closings = 0
        self._obeyed: _File | None = None

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
        known = self._states.get(user_id)
        epoch = 1 if known is None else known.epoch + 1
        if known is not None:
            self._states[user_id] = _State(epoch, Mode.HALTED)
        return epoch

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
            raise GateClosed("recovering", "The proxy has not finished its start.", "Try again.")
        if self._all_stopped or self.stop_file.exists():
            raise GateClosed("stopped", "A stop for all accounts is in force.", "/resume ends it.")
        if state.mode is Mode.HALTED:
            raise GateClosed("account_halted", "This account is stopped.", "/resume ends it.")
        if ticket.epoch < state.epoch:
            raise GateClosed("stale_epoch", "This order was decided before a stop.", "Ask anew.")
        if ticket.side is Side.BUY and ticket.mode is Mode.LIVE and state.mode is not Mode.LIVE:
            raise GateClosed("reducing", "Live was turned off before this order left.")
        if ticket.not_after is not None and now > ticket.not_after:
            raise GateClosed("too_late", "The order waited longer than it may.", "Ask anew.")
