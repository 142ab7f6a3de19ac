"""What is sealed opens with the proxy's private key, for its own row, and in no other way.

May import: seal.
"""

import base64

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.asymmetric.x25519 import X25519PrivateKey
from cryptography.hazmat.primitives.hpke import AEAD, KDF, KEM, Suite

from piggybot.seal import info, seal

PRIVATE = X25519PrivateKey.from_private_bytes(bytes(range(32)))
PUBLIC = base64.b64encode(PRIVATE.public_key().public_bytes_raw()).decode()
ABOUT = info("user-anna", "binance", "apiSecret")
PEM = "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VwBCIEI\n-----END PRIVATE KEY-----\n"


def opened(sealed: str, about: str, key: X25519PrivateKey = PRIVATE) -> str:
    suite = Suite(KEM.X25519, KDF.HKDF_SHA256, AEAD.AES_256_GCM)
    return suite.decrypt(base64.b64decode(sealed.split(":")[2]), key, about.encode()).decode()


@pytest.mark.parametrize("text", ["s", PEM, "ключ 🔑", "x" * 8000])
def test_a_sealed_text_opens_to_the_letter(text: str) -> None:
    sealed = seal(text, PUBLIC, "0011aabb", ABOUT)
    assert sealed.startswith("hpke1:0011aabb:")
    assert text not in sealed or len(text) == 1
    assert opened(sealed, ABOUT) == text


@pytest.mark.parametrize(
    "elsewhere",
    [
        info("user-ben", "binance", "apiSecret"),
        info("user-anna", "binanceus", "apiSecret"),
        info("user-anna", "binance", "apiKey"),
    ],
)
def test_moved_to_another_row_it_does_not_open(elsewhere: str) -> None:
    sealed = seal("secret", PUBLIC, "0011aabb", ABOUT)
    with pytest.raises(InvalidTag):
        opened(sealed, elsewhere)


def test_another_key_does_not_open_it() -> None:
    with pytest.raises(InvalidTag):
        opened(seal("secret", PUBLIC, "0011aabb", ABOUT), ABOUT, X25519PrivateKey.generate())


def test_a_changed_letter_does_not_open() -> None:
    raw = bytearray(base64.b64decode(seal("secret", PUBLIC, "k", ABOUT).split(":")[2]))
    raw[-1] ^= 1
    with pytest.raises(InvalidTag):
        opened("hpke1:k:" + base64.b64encode(raw).decode(), ABOUT)


def test_the_same_text_is_never_sealed_the_same() -> None:
    assert seal("secret", PUBLIC, "k", ABOUT) != seal("secret", PUBLIC, "k", ABOUT)


def test_the_row_is_named_as_the_contract_says() -> None:
    assert ABOUT == "v1|user-anna|binance|apiSecret"
    assert info("user-anna", "", "confirmToken") == "v1|user-anna||confirmToken"


@pytest.mark.parametrize("key", ["", "not base64!", base64.b64encode(b"short").decode()])
def test_a_key_that_is_none_seals_nothing(key: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        seal("secret", key, "k", ABOUT)
