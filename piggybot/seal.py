"""Seals a secret to the proxy's public key; nothing in this house can open it again.

HPKE (RFC 9180), base mode: X25519, HKDF-SHA256, AES-256-GCM. The `info` binds a secret to its
user, exchange and field, so that a sealed text moved to another row does not open.

May import: nothing of ours.
"""

import base64

from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PublicKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

MARK = "hpke1"
SUITE = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)


def info(user_id: str, exchange: str, field: str) -> str:
    """What a sealed text is bound to; `exchange` is empty for what belongs to none."""
    return f"v1|{user_id}|{exchange}|{field}"


def seal(text: str, public_key: str, key_id: str, about: str) -> str:
    """Seal `text` to the key (base64, 32 bytes): "hpke1:<key id>:<base64>"."""
    key = X25519PublicKey.from_public_bytes(base64.b64decode(public_key, validate=True))
    sealed = SUITE.encrypt(text.encode(), key, about.encode())
    return f"{MARK}:{key_id}:{base64.b64encode(sealed).decode()}"
