"""The vault: opens what was sealed to the proxy's public key, one secret a call.

HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, AES-256-GCM. The `info` binds a secret to its
user, exchange and field, so that a ciphertext moved to another row does not open. Nothing that
was opened is kept.

May import: errors.
"""

import base64
import binascii
import hashlib
import os
import stat
from pathlib import Path

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from proxy.errors import ProxyError

MARK = "hpke1"
KEY_FILE = "master.key"
KEY_BYTES = 32
KEY_ID_LENGTH = 8
OTHERS = stat.S_IRWXG | stat.S_IRWXO
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def info_of(user_id: str, exchange: str, field: str) -> str:
    """What a sealed text is bound to."""
    return f"v1|{user_id}|{exchange}|{field}"


def is_sealed(text: str) -> bool:
    """Whether `text` claims to be a sealed one."""
    return text.startswith(MARK + ":")


class Vault:
    """The proxy's key pair, from `master.key` in `key_dir`; made there where it is missing."""

    def __init__(self, key_dir: Path) -> None:
        self._key = X25519PrivateKey.from_private_bytes(_load(key_dir))
        public = self._key.public_key().public_bytes_raw()
        self.public_key = base64.b64encode(public).decode()
        self.key_id = hashlib.sha256(public).hexdigest()[:KEY_ID_LENGTH]

    def seal(self, text: str, info: str) -> str:
        """Seal `text`, bound to `info`."""
        sealed = SUITE.encrypt(text.encode(), self._key.public_key(), info.encode())
        return f"{MARK}:{self.key_id}:{base64.b64encode(sealed).decode()}"

    def open(self, sealed: str, info: str) -> str:
        """The text that was sealed for `info`; ProxyError where it is not that."""
        mark, _, rest = sealed.partition(":")
        key_id, _, body = rest.partition(":")
        if mark != MARK or not body:
            raise _refusal("The key or secret is not a sealed text.")
        if key_id != self.key_id:
            raise _refusal(
                f"The key or secret was sealed for another trading service "
                f"({key_id[:KEY_ID_LENGTH]}), so this one cannot open it."
            )
        try:
            raw = base64.b64decode(body, validate=True)
            return SUITE.decrypt(raw, self._key, info.encode()).decode()
        except (InvalidTag, ValueError, binascii.Error):
            # The cause may carry bytes of the secret: it goes no further.
            raise _refusal(
                "The key or secret was changed on its way, or sealed for another user or field."
            ) from None


def _refusal(message: str) -> ProxyError:
    return ProxyError("sealed_text_refused", message, "Enter the key again with /setkeys.")


def _load(key_dir: Path) -> bytes:
    key_dir.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = key_dir / KEY_FILE
    if not path.exists():
        _create(path)
    for place in (key_dir, path):
        if place.stat().st_mode & OTHERS:
            raise ProxyError(
                "master_key_exposed",
                f"{place} can be read by others on this machine.",
                f"Run: chmod go-rwx {place}",
            )
    raw = path.read_bytes()
    if len(raw) != KEY_BYTES:
        raise ProxyError(
            "master_key_damaged",
            f"{path} has {len(raw)} bytes, not {KEY_BYTES}.",
            "Restore it from your backup; without it every key must be entered again.",
        )
    return raw


def _create(path: Path) -> None:
    """Whole or not at all: written aside, synced, then linked into place."""
    key = X25519PrivateKey.generate().private_bytes_raw()
    aside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(aside, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600)
    with os.fdopen(handle, "wb") as file:
        file.write(key)
        file.flush()
        os.fsync(file.fileno())
    aside.rename(path)
