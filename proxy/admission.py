"""Who may place an order at all: stop, mode, epoch and time, before any limit is looked at.

Pure, and asked twice: before the venue is troubled, and inside the transaction that reserves.

May import: errors, records, ways, wire.
"""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from proxy.errors import Denied
from proxy.records import Account, Book, Entry
from proxy.ways import Way, seen_on
from proxy.wire import Mode, Side


@dataclass(frozen=True, slots=True)
class Asked:
    """An order that someone asks for, with what the world says of it."""

    entry: Entry
    mode: Mode | None
    epoch: int | None
    typed: bool
    quoted_price: Decimal | None
    live_allowed: bool
    recovering: bool
    unasked: int
    """Orders from before the start that the venue has not answered about; they hold buys back."""
    way: Way | None = None
    """The way out of a stop that names this very order."""


def still_asking(unasked: int) -> Denied:
    """Live waits for the answers about the orders from before a start."""
    return Denied(
        "recovering",
        f"The exchange has not answered yet about {unasked} of the orders from before the restart.",
        "Live waits for that. It is asked again by itself; try again in a minute.",
    )


def check_account(asked: Asked, account: Account, stopped: bool, now: datetime) -> Account:
    """The account as this order meets it; Denied where it may not place such an order at all."""
    entry, found = asked.entry, account
    account = seen_on(asked.way, found)
    if stopped and account is found:
        raise Denied(
            "stopped", "A stop for all accounts is in force.", "The owner's /resume ends it."
        )
    if account.mode is Mode.HALTED:
        raise Denied("account_halted", "This account is stopped.", "/resume ends the stop.")
    _check_mode(asked, account)
    if asked.epoch is not None and asked.epoch < account.epoch:
        raise Denied(
            "stale_epoch",
            "This order was decided before a stop.",
            "Ask for it anew.",
        )
    if asked.epoch is not None and asked.epoch > account.epoch:
        raise Denied(
            "stale_epoch",
            "This order was decided on an account that is not as it says.",
            "/status shows how it is; then ask for it anew.",
        )
    if entry.not_after is not None and now > entry.not_after:
        late = int((now - entry.not_after).total_seconds())
        raise Denied("too_late", f"The order came {late} s after its time.", "Ask for it anew.")
    if account.book is Book.LIVE:
        _check_real(asked)
    return account


def _check_real(asked: Asked) -> None:
    """What holds back real orders only."""
    if asked.recovering:
        raise Denied(
            "recovering",
            "Orders from before the restart are still being checked.",
            "Try again in a moment.",
        )
    if asked.entry.side is Side.BUY and asked.unasked:
        raise still_asking(asked.unasked)
    if asked.entry.side is Side.BUY and not asked.live_allowed:
        hint = "Set ALLOW_LIVE=1 in .env, and start the trading service again."
        raise Denied("live_not_allowed", "The operator has not allowed live trading.", hint)


def _check_mode(asked: Asked, account: Account) -> None:
    mode, side = asked.mode, asked.entry.side
    if account.mode is Mode.REDUCING and side is Side.BUY and mode is not Mode.PAPER:
        raise Denied(
            "reducing",
            "Live is being wound down: only sells of what the bot bought are allowed.",
            "/live on lets you buy again.",
        )
    if mode is None or mode is account.mode:
        return
    # An exit that was decided under LIVE goes to the same book, and only makes the risk smaller.
    if account.mode is Mode.REDUCING and mode is Mode.LIVE:
        return
    raise Denied(
        "mode_mismatch",
        f"The order is for {mode}, the account is in {account.mode}.",
        "/status shows the mode; then ask anew.",
    )
