"""The vault opens what was sealed for it, and for nothing else."""

import base64

import pytest

from proxy.errors import ProxyError
from proxy.vault import Vault, info_of

INFO = info_of("ann", "binanceus", "apiSecret")
SECRET = "-----BEGIN\nline two ü\n-----END"


def test_a_secret_comes_back_also_after_a_restart(tmp_path):
    sealed = Vault(tmp_path / "keys").seal(SECRET, INFO)
    assert "line two" not in sealed
    assert Vault(tmp_path / "keys").open(sealed, INFO) == SECRET


def test_the_key_file_is_private(tmp_path):
    Vault(tmp_path / "keys")
    assert (tmp_path / "keys").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "keys" / "master.key").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["keys", "keys/master.key"])
def test_a_key_that_others_can_read_is_refused(tmp_path, name):
    Vault(tmp_path / "keys")
    (tmp_path / name).chmod(0o750 if name == "keys" else 0o640)
    with pytest.raises(ProxyError, match="master_key_exposed"):
        Vault(tmp_path / "keys")


def test_a_damaged_key_is_refused_not_replaced(tmp_path):
    Vault(tmp_path / "keys")
    (tmp_path / "keys" / "master.key").write_bytes(b"short")
    with pytest.raises(ProxyError, match="master_key_damaged"):
        Vault(tmp_path / "keys")
    assert (tmp_path / "keys" / "master.key").read_bytes() == b"short"


@pytest.mark.parametrize(
    "info",
    [
        info_of("bob", "binanceus", "apiSecret"),
        info_of("ann", "binance", "apiSecret"),
        info_of("ann", "binanceus", "apiKey"),
    ],
)
def test_another_users_place_or_field_does_not_open_it(tmp_path, info):
    vault = Vault(tmp_path / "keys")
    with pytest.raises(ProxyError, match="sealed_text_refused"):
        vault.open(vault.seal(SECRET, INFO), info)


def test_every_changed_byte_is_seen(tmp_path):
    vault = Vault(tmp_path / "keys")
    mark, key_id, body = vault.seal(SECRET, INFO).split(":")
    raw = base64.b64decode(body)
    for at in range(len(raw)):
        changed = bytearray(raw)
        changed[at] ^= 1
        text = f"{mark}:{key_id}:{base64.b64encode(changed).decode()}"
        with pytest.raises(ProxyError) as caught:
            vault.open(text, INFO)
        assert "line two" not in str(caught.value)


@pytest.mark.parametrize("text", ["", "hpke1:", "hpke1:00000000:AAAA", "clear text", "hpke2:a:b"])
def test_what_is_not_sealed_to_this_key_is_refused(tmp_path, text):
    with pytest.raises(ProxyError, match="sealed_text_refused"):
        Vault(tmp_path / "keys").open(text, INFO)


def test_garbage_under_the_right_key_is_refused(tmp_path):
    vault = Vault(tmp_path / "keys")
    for body in ("AAAA", "%%%", "é"):
        with pytest.raises(ProxyError, match="sealed_text_refused"):
            vault.open(f"hpke1:{vault.key_id}:{body}", INFO)


def test_what_was_sealed_for_another_proxy_is_told_as_that(tmp_path):
    other = Vault(tmp_path / "other")
    with pytest.raises(ProxyError) as caught:
        Vault(tmp_path / "keys").open(other.seal(SECRET, INFO), INFO)
    told = f"sealed for another trading service ({other.key_id}), so this one cannot open it."
    assert told in caught.value.message
