"""The one-time code that makes somebody the owner: salted and hashed, with few tries.

May import: core, store.
"""

import hashlib
import hmac
import secrets
from datetime import datetime

from sqlalchemy import Engine, delete, insert, select, update

from piggybot.core.people import Pairing, PairingResult
from piggybot.store.tables import pairing

TRIES = 5


class PairingCodes:
    """At most one code is open; opening another burns it."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def open_code(self, code: str, expires: datetime) -> None:
        salt = secrets.token_hex(16)
        with self._engine.begin() as db:
            db.execute(delete(pairing))
            values = {"id": 1, "salt": salt, "code_hash": _hash(salt, code)}
            db.execute(insert(pairing).values(**values, expires=expires, left=TRIES))

    def is_open(self, now: datetime) -> bool:
        with self._engine.connect() as db:
            expires = db.execute(select(pairing.c.expires)).scalar_one_or_none()
        return expires is not None and now < expires

    def try_code(self, code: str, now: datetime) -> PairingResult:
        """Compare in constant time; the right code and the last wrong try both burn it."""
        with self._engine.begin() as db:
            row = db.execute(select(pairing).with_for_update()).one_or_none()
            if row is None or now >= row.expires:
                db.execute(delete(pairing))
                return PairingResult(Pairing.BURNT)
            if hmac.compare_digest(row.code_hash, _hash(row.salt, code)):
                db.execute(delete(pairing))
                return PairingResult(Pairing.OK)
            left = row.left - 1
            if left <= 0:
                db.execute(delete(pairing))
                return PairingResult(Pairing.BURNT)
            db.execute(update(pairing).values(left=left))
            return PairingResult(Pairing.WRONG, left)


def _hash(salt: str, code: str) -> str:
    return hashlib.scrypt(code.encode(), salt=salt.encode(), n=2**12, r=8, p=1).hex()
