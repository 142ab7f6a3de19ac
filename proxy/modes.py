"""Modes, and what leads from one to the next. Live never turns to paper over a real position.

Tightening closes the gate in memory first and is committed then; loosening is committed first.

May import: admission, errors, fills, parts, records, vault, wire.
"""

import hmac
import logging
from collections.abc import Awaitable, Callable

from proxy.admission import still_asking
from proxy.errors import Denied, NoKey, NotFound, ProxyError
from proxy.fills import sellable
from proxy.parts import Parts
from proxy.records import Account, Book, Held
from proxy.vault import info_of, is_sealed
from proxy.wire import Mode, ModeIn

log = logging.getLogger(__name__)

SILENCE = 60.0
"""Seconds, by a clock that cannot be set."""
TRIES = 5
CONFIRM_FIELD = "confirmToken"


class Modes:
    """The mode of each account. `recovering` holds live back until the start's first pass.

    `watch_file` obeys a stop file that the host has just left, `unasked` counts an account's
    orders from before the start without an answer; the desk gives both.
    """

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._touched = parts.monotonic()
        self.recovering = True
        self.watch_file: Callable[[], Awaitable[None]] = _unwatched
        self.unasked: Callable[[str], Awaitable[int]] = _none_unasked

    async def find(self, user_id: str) -> Account:
        """The account; NotFound."""
        return found(await self._parts.door(self._parts.store.accounts.find, user_id))

    async def ask(self, ask: ModeIn) -> None:
        """Do what a person asked for, where it is allowed."""
        account = await self.find(ask.userId)
        if ask.mode is Mode.LIVE:
            await self._go_live(account, ask.confirmToken)
        elif ask.resume:
            await self._resume(account, ask)
        elif account.mode is Mode.HALTED:
            raise Denied("account_halted", "This account is stopped.", "/resume ends the stop.")
        else:
            await self.reduce(ask.userId, "")

    async def reduce(self, user_id: str, reason: str) -> None:
        """Live off: REDUCING while something real is held or unresolved, otherwise PAPER."""
        self._parts.gate.narrow(user_id, Mode.REDUCING)
        for _ in range(TRIES):
            account = await self.find(user_id)
            if account.mode not in {Mode.LIVE, Mode.REDUCING}:
                self._parts.gate.put(account)
                return
            mode = Mode.REDUCING if await self.holds_real(user_id) else Mode.PAPER
            if account.mode is mode:
                return
            if await self._change(account, mode, reason):
                return
        raise Denied("mode_mismatch", "The account's mode keeps changing.", "Try again.")

    async def review(self, user_id: str) -> None:
        """REDUCING ends by itself when the real position is closed."""
        account = await self.find(user_id)
        if account.mode is Mode.REDUCING and not await self.holds_real(user_id):
            await self._change(account, Mode.PAPER, "The real position is closed.")

    async def watch(self) -> None:
        """One look: live ends after a minute without a word from the bot."""
        accounts = await self._parts.door(self._parts.store.accounts.everyone)
        silent = self._parts.monotonic() - self._touched > SILENCE
        for account in accounts:
            try:
                await self._look_at(account, silent)
            except Exception:
                # Whatever broke for one account, the others are looked at.
                log.exception("looking at the mode of account %s failed", account.user_id)

    async def _look_at(self, account: Account, silent: bool) -> None:
        if account.mode is Mode.LIVE and not self._parts.live.allowed:
            await self.reduce(account.user_id, "The operator does not allow live trading.")
        elif account.mode is Mode.LIVE and silent:
            await self.reduce(account.user_id, f"No word from the bot for {SILENCE:.0f} s.")
        elif account.mode is Mode.REDUCING:
            await self.review(account.user_id)

    def touched(self) -> None:
        """An authenticated call was seen."""
        self._touched = self._parts.monotonic()

    async def holds_real(self, user_id: str) -> bool:
        """Whether a real order is unresolved, or our fills hold what the venue would still buy."""
        journal = self._parts.store.journal
        unresolved = await self._parts.door(journal.open, user_id)
        if any(entry.book is Book.LIVE for entry in unresolved):
            return True
        for one in await self._parts.door(journal.held, user_id, Book.LIVE):
            if await self._is_real(one):
                return True
        return False

    async def _is_real(self, one: Held) -> bool:
        try:
            venue = self._parts.venue(one.exchange, Book.LIVE)
            market = await venue.market(one.symbol)
            price = (await venue.quote(one.symbol)).price
        except ProxyError:
            return True
        return bool(sellable(one.position.units, price, market.sizes))

    async def _go_live(self, account: Account, token: str | None) -> None:
        rules = self._parts.live
        if not rules.allowed:
            hint = "Set ALLOW_LIVE=1 in .env, and start the trading service again."
            raise Denied("live_not_allowed", "The operator has not allowed live trading.", hint)
        if self._parts.gate.stopped:
            raise Denied(
                "stopped", "A stop for all accounts is in force.", "The owner's /resume ends it."
            )
        if account.mode is Mode.HALTED:
            raise Denied("account_halted", "This account is stopped.", "/resume, then /live on.")
        if self.recovering:
            raise Denied("recovering", "Orders from before the restart are still being checked.")
        unasked = await self.unasked(account.user_id)
        if unasked:
            raise still_asking(unasked)
        self._parts.venue(account.exchange, Book.LIVE)
        keys = self._parts.store.keys
        key = await self._parts.door(keys.find, account.user_id, account.exchange)
        if key is None or key.validated_at is None:
            raise NoKey(
                "no_key",
                f"There is no validated key for {account.exchange}.",
                "/setkeys saves one, then /validate.",
            )
        self._check_token(account.user_id, token)
        if not await self._change(account, Mode.LIVE, ""):
            raise Denied(
                "mode_mismatch",
                "The account's mode just changed.",
                "/status shows it; then ask anew.",
            )

    def _check_token(self, user_id: str, token: str | None) -> None:
        wanted = self._parts.live.confirm_token
        if wanted is None:
            return
        given = token or ""
        if is_sealed(given):
            given = self._parts.vault.open(given, info_of(user_id, "", CONFIRM_FIELD))
        if not hmac.compare_digest(given.encode(), wanted.encode()):
            hint = "It is LIVE_CONFIRM_TOKEN in .env."
            raise Denied("wrong_confirm_token", "The confirmation token is not right.", hint)

    async def _resume(self, first: Account, ask: ModeIn) -> None:
        """End the stop that the person saw, or else the one that `first` shows; no newer one."""
        gate, seen = self._parts.gate, first.epoch if ask.epoch is None else ask.epoch
        await self.watch_file()
        for _ in range(TRIES):
            closings = gate.closings
            account = await self.find(ask.userId)
            if gate.stopped and not ask.allAccounts:
                hint = "The owner's /resume ends it."
                raise Denied("stopped", "A stop for all accounts is in force.", hint)
            if account.epoch != seen or gate.is_ahead_of(account):
                message = "A newer stop came after you were asked."
                raise Denied("stale_epoch", message, "/resume again.")
            if await self._end_stop(account, closings):
                return
        raise Denied("mode_mismatch", "The account's mode keeps changing.", "Try again.")

    async def _end_stop(self, account: Account, closings: int) -> bool:
        """Commit the end of the account's stop, and of one for all; False if anything changed."""
        mode, gate = account.mode, self._parts.gate
        if mode is Mode.HALTED:
            mode = Mode.REDUCING if await self.holds_real(account.user_id) else Mode.PAPER
        if not gate.stopped:
            return mode is account.mode or await self._change(account, mode, "")
        lift = self._parts.store.accounts.lift_stop
        changed = await self._parts.door(lift, account, mode)
        if changed is None:
            return False
        gate.lift(closings)
        gate.put(changed)
        return True

    async def _change(self, seen: Account, mode: Mode, reason: str) -> bool:
        """Commit the change, if the account still is as it was seen; then tell the gate."""
        change = self._parts.store.accounts.change_mode
        changed = await self._parts.door(change, seen, mode, reason)
        if changed is None:
            return False
        self._parts.gate.put(changed)
        return True


def found(account: Account | None) -> Account:
    """The account; NotFound."""
    if account is None:
        hint = "POST /api/account makes it."
        raise NotFound("unknown_account", "There is no such account.", hint)
    return account


async def _unwatched() -> None:
    """Nobody watches a stop file: a house without a desk."""


async def _none_unasked(_user_id: str) -> int:
    """Nobody asks about orders: a house without a desk."""
    return 0
