"""Accounts in the database: their modes and epochs, and the stop for all.

One public method is one transaction. Rows stay inside; values of `records.py` come out.

May import: memory, queries, records, rows, tables, wire.
"""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Engine, delete, insert, select, update

from proxy import queries
from proxy.memory import Memory
from proxy.queries import STOP_ALL, is_stopped
from proxy.records import Account, ChatLimits
from proxy.rows import account_of
from proxy.tables import accounts, flags
from proxy.wire import Mode


class AccountRows:
    """Accounts, their modes and epochs, and the stop for all."""

    def __init__(self, engine: Engine, memory: Memory) -> None:
        self._engine = engine
        self._memory = memory

    def register(self, user_id: str, exchange: str, now: datetime) -> Account:
        """The account of `user_id`, made in PAPER where there is none."""
        with self._engine.begin() as db:
            known = queries.account(db, user_id)
            if known is not None:
                return known
            fresh = Account(user_id, exchange, Mode.PAPER, 1, "", now)
            values = {name: getattr(fresh, name) for name in ("user_id", "exchange", "epoch")}
            db.execute(
                insert(accounts).values(mode=fresh.mode.value, reason="", created=now, **values)
            )
            return fresh

    def find(self, user_id: str) -> Account | None:
        with self._engine.connect() as db:
            return queries.account(db, user_id)

    def everyone(self) -> list[Account]:
        with self._engine.connect() as db:
            return [account_of(row) for row in db.execute(select(accounts))]

    def change_mode(self, seen: Account, mode: Mode, reason: str) -> Account | None:
        """Change the mode of the account as it was `seen`; None where it has changed since."""
        with self._changing() as db:
            return _change(db, seen, mode, reason)

    def move(self, user_id: str, exchange: str) -> None:
        """The account trades at this exchange from now on; only in PAPER, else it stays."""
        with self._changing() as db:
            known = queries.account(db, user_id)
            if known is not None and known.mode is Mode.PAPER:
                _set(db, user_id, {"exchange": exchange})

    def halt(self, user_id: str, at_least: int, reason: str) -> Account | None:
        """Halt one account under a new epoch, not below `at_least`."""
        with self._changing() as db:
            known = queries.account(db, user_id)
            return None if known is None else _halt(db, known, at_least, reason)

    def renew(self, seen: Account) -> Account | None:
        """A fresh epoch for a halted account as it was `seen`; None where it has changed since."""
        with self._changing() as db:
            known = queries.account(db, seen.user_id)
            if known is None or (known.mode, known.epoch) != (Mode.HALTED, seen.epoch):
                return None
            return _halt(db, known, 0, known.reason)

    def halt_all(self, at_least: Mapping[str, int], reason: str) -> list[Account]:
        """The stop for all: the flag, and every account halted under a new epoch."""
        with self._changing() as db:
            db.execute(delete(flags).where(flags.c.name == STOP_ALL))
            db.execute(insert(flags).values(name=STOP_ALL, value=reason))
            every = [account_of(row) for row in db.execute(select(accounts).with_for_update())]
            return [_halt(db, one, at_least.get(one.user_id, 0), reason) for one in every]

    def stopped(self) -> bool:
        """Whether the stop for all stands."""
        with self._engine.connect() as db:
            return is_stopped(db)

    def lift_stop(self, seen: Account, mode: Mode) -> Account | None:
        """End the stop for all, and that of the account as it was `seen`; None where it changed.

        A newer stop gives each account a new epoch, so it is never lifted. Every other account
        stays halted until its own person resumes it.
        """
        with self._changing() as db:
            changed = _change(db, seen, mode, "")
            if changed is not None:
                db.execute(delete(flags).where(flags.c.name == STOP_ALL))
            return changed

    def tighten(self, user_id: str, chat: ChatLimits) -> Account | None:
        """Keep the chat's own bounds; None leaves one as it is."""
        values = {name: value for name, value in asdict(chat).items() if value is not None}
        with self._changing() as db:
            if values:
                _set(db, user_id, values)
            return queries.account(db, user_id)

    @contextmanager
    def _changing(self) -> Iterator[Connection]:
        """A transaction that changes accounts: none is remembered that may not stand any more."""
        self._memory.forget_accounts()
        with self._engine.begin() as db:
            yield db


def _set(db: Connection, user_id: str, values: dict[str, Any]) -> None:
    db.execute(update(accounts).where(accounts.c.user_id == user_id).values(values))


def _change(db: Connection, seen: Account, mode: Mode, reason: str) -> Account | None:
    known = queries.account(db, seen.user_id)
    if known is None or (known.mode, known.epoch) != (seen.mode, seen.epoch):
        return None
    _set(db, seen.user_id, {"mode": mode.value, "reason": reason})
    return replace(known, mode=mode, reason=reason)


def _halt(db: Connection, known: Account, at_least: int, reason: str) -> Account:
    epoch = max(known.epoch + 1, at_least)
    _set(db, known.user_id, {"mode": Mode.HALTED.value, "epoch": epoch, "reason": reason})
    return replace(known, mode=Mode.HALTED, epoch=epoch, reason=reason)
