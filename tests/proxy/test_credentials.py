"""Keys on their way in and out: what is refused, what is warned of, and what is never shown."""

import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from proxy.vault import info_of
from tests.proxy.edges import Proxy, running

pytestmark = pytest.mark.anyio


@pytest.fixture
async def proxy(tmp_path: Path) -> AsyncIterator[Proxy]:
    async with running(tmp_path) as proxy:
        yield proxy


def all_bytes(folder: Path) -> bytes:
    return b"".join(one.read_bytes() for one in folder.rglob("*") if one.is_file())


async def keys_of(proxy: Proxy, user: str = "u1") -> list[str]:
    account = (await proxy.call("GET", f"/api/account/{user}")).json()
    return [one["exchange"] for one in account.get("keys", [])]


async def test_a_good_key_is_kept_sealed_with_its_warnings(proxy: Proxy, tmp_path: Path) -> None:
    key = proxy.exchange.sandbox.add_key()

    answer = await proxy.save(key)

    assert answer.status_code == 200
    assert answer.json() == {
        "ok": True,
        "canTrade": True,
        "validated": True,
        "userId": "u1",
        "exchange": "binance",
        "permissions": {"trade": True, "withdraw": False, "ipRestricted": False},
        "warnings": [
            "The key works from any address. At Binance, limit it to this computer's IP address."
        ],
    }
    assert await keys_of(proxy) == ["binance"]
    kept = all_bytes(tmp_path)
    assert key.secret.encode() not in kept
    assert key.api_key.encode() not in kept


async def test_binance_us_does_not_tell_of_withdrawals_and_that_is_said(proxy: Proxy) -> None:
    answer = await proxy.save(proxy.exchange.sandbox.add_key(can_withdraw=True), "binanceus")

    assert answer.status_code == 200
    assert answer.json()["permissions"]["withdraw"] is None
    assert "check there that it cannot" in answer.json()["warnings"][0]


@pytest.mark.parametrize(
    ("rights", "exchange", "code"),
    [
        ({"can_withdraw": True}, "binance", "withdrawal_permitted"),
        ({"can_trade": False}, "binance", "no_spot_permission"),
        ({"can_trade": False}, "binanceus", "no_spot_permission"),
        ({"ip_refused": True}, "binance", "ip_not_allowed_or_no_permission"),
    ],
)
async def test_a_dangerous_or_useless_key_is_refused_and_not_kept(
    proxy: Proxy, rights: dict[str, bool], exchange: str, code: str
) -> None:
    key = proxy.exchange.sandbox.add_key(**rights)  # type: ignore[arg-type]

    answer = await proxy.save(key, exchange)

    assert answer.status_code == 401
    assert answer.json() | {"message": "", "hint": ""} == {
        "ok": False,
        "validated": False,
        "error": code,
        "message": "",
        "hint": "",
    }
    assert answer.json()["message"]
    assert answer.json()["hint"]
    assert await keys_of(proxy) == []


async def test_a_key_that_can_withdraw_is_accepted_where_the_operator_says_so(
    tmp_path: Path,
) -> None:
    async with running(tmp_path, allow_withdraw_keys=True) as proxy:
        answer = await proxy.save(proxy.exchange.sandbox.add_key(can_withdraw=True))

    assert answer.status_code == 200
    assert "can withdraw money" in answer.json()["warnings"][0]


async def test_a_wrong_secret_and_a_wrong_key_are_told_apart(proxy: Proxy) -> None:
    key = proxy.exchange.sandbox.add_key()
    body = {"userId": "u1", "exchange": "binance", "apiKey": key.api_key}

    secret = await proxy.call("POST", "/api/credentials", json=body | {"apiSecret": "wrong" * 9})
    form = {"userId": "u1", "exchange": "binance", "apiKey": "short", "apiSecret": key.secret}
    malformed = await proxy.call("POST", "/api/credentials", json=form)
    pem = {"apiSecret": "-----BEGIN PRIVATE KEY-----\nnot base64"}
    broken = await proxy.call("POST", "/api/credentials", json=body | pem)

    assert (secret.status_code, secret.json()["error"]) == (401, "invalid_signature")
    assert (malformed.status_code, malformed.json()["error"]) == (401, "invalid_key")
    assert (broken.status_code, broken.json()["error"]) == (401, "invalid_signature")


async def test_sealed_texts_are_opened_for_their_owner_only(proxy: Proxy) -> None:
    key = proxy.exchange.sandbox.add_key()
    vault = proxy.vault
    sealed = {
        "apiKey": vault.seal(key.api_key, info_of("u1", "binance", "apiKey")),
        "sealed": vault.seal(key.secret, info_of("u1", "binance", "apiSecret")),
    }

    mine = await proxy.call(
        "POST", "/api/credentials", json={"userId": "u1", "exchange": "binance", **sealed}
    )
    thief = await proxy.call(
        "POST", "/api/credentials", json={"userId": "u2", "exchange": "binance", **sealed}
    )

    assert mine.status_code == 200
    assert (thief.status_code, thief.json()["error"]) == (409, "sealed_text_refused")


@pytest.mark.parametrize(
    "secrets",
    [
        {},
        {"apiSecret": "s", "sealed": "hpke1:00000000:AAAA"},
        {"sealed": "clear"},
        {"apiSecret": ""},
    ],
)
async def test_exactly_one_secret_is_needed(proxy: Proxy, secrets: dict[str, str]) -> None:
    body = {"userId": "u1", "exchange": "binance", "apiKey": "k" * 64} | secrets

    answer = await proxy.call("POST", "/api/credentials", json=body)

    assert answer.status_code == 409
    assert answer.json()["error"] in {"no_secret", "sealed_text_refused"}


async def test_a_venue_that_is_away_refuses_no_key(proxy: Proxy) -> None:
    await proxy.exchange.sandbox.misbehave("refused")

    answer = await proxy.save(proxy.exchange.sandbox.add_key())

    assert (answer.status_code, answer.json()["ok"]) == (503, False)
    assert await keys_of(proxy) == []


async def test_another_key_ends_live_and_the_same_one_does_not(proxy: Proxy) -> None:
    key = proxy.exchange.sandbox.add_key()
    await proxy.save(key)
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})

    await proxy.save(key)
    same = (await proxy.call("GET", "/api/account/u1")).json()["mode"]
    await proxy.save(proxy.exchange.sandbox.add_key())
    other = (await proxy.call("GET", "/api/account/u1")).json()

    assert same == "LIVE"
    assert (other["mode"], other["reason"]) == ("PAPER", "The key was replaced.")


async def test_a_key_with_open_questions_is_not_replaced(proxy: Proxy) -> None:
    await proxy.save(proxy.exchange.sandbox.add_key())
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    await proxy.exchange.sandbox.misbehave("500-after", count=1)
    await proxy.exchange.sandbox.misbehave("500-before", method="GET", path="/api/v3/order")
    assert (await proxy.buy()).status_code == 202

    answer = await proxy.save(proxy.exchange.sandbox.add_key())

    assert (answer.status_code, answer.json()["error"]) == (409, "orders_unresolved")


async def test_an_order_reserved_while_a_key_is_being_replaced_keeps_its_key(proxy: Proxy) -> None:
    """The last moment: after the first look at the orders, before the new key is kept."""
    await proxy.save(proxy.exchange.sandbox.add_key())
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    keys = proxy.house.credentials._parts.store.keys
    before = keys.find("u1", "binance")
    modes = proxy.house.credentials._modes
    reduce = modes.reduce
    await proxy.exchange.sandbox.misbehave("500-after", count=1)
    await proxy.exchange.sandbox.misbehave("500-before", method="GET", path="/api/v3/order")

    async def with_an_order(user_id: str, reason: str) -> None:
        assert (await proxy.buy()).status_code == 202
        await reduce(user_id, reason)

    modes.reduce = with_an_order  # type: ignore[method-assign]
    answer = await proxy.save(proxy.exchange.sandbox.add_key())

    assert (answer.status_code, answer.json()["error"]) == (409, "orders_unresolved")
    assert keys.find("u1", "binance") == before


async def test_a_key_with_open_questions_is_not_forgotten_before_they_are_answered(
    proxy: Proxy,
) -> None:
    await proxy.save(proxy.exchange.sandbox.add_key())
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    await proxy.exchange.sandbox.misbehave("500-after", count=1)
    await proxy.exchange.sandbox.misbehave("500-before", method="GET", path="/api/v3/order")
    assert (await proxy.buy()).status_code == 202

    answer = await proxy.call("POST", "/api/forget", json={"userId": "u1"})

    account = (await proxy.call("GET", "/api/account/u1")).json()
    assert (answer.status_code, answer.json()["error"]["code"]) == (409, "orders_unresolved")
    assert (account["mode"], len(account["keys"])) == ("REDUCING", 1)


async def test_a_forgotten_key_is_gone_from_the_files(proxy: Proxy, tmp_path: Path) -> None:
    await proxy.save(proxy.exchange.sandbox.add_key())
    await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
    sealed_before = all_bytes(tmp_path / "proxy").count(b"hpke1:")

    answer = await proxy.call("POST", "/api/forget", json={"userId": "u1", "exchange": "binance"})

    assert answer.json() == {"forgotten": ["binance"], "traces": False}
    assert sealed_before > 0
    assert all_bytes(tmp_path / "proxy").count(b"hpke1:") == 0
    assert (await proxy.call("GET", "/api/account/u1")).json()["mode"] == "PAPER"
    again = await proxy.call("POST", "/api/forget", json={"userId": "u1"})
    assert again.json() == {"forgotten": [], "traces": False}


async def test_people_do_not_share_keys(proxy: Proxy) -> None:
    await proxy.save(proxy.exchange.sandbox.add_key(balances={"USDT": "111"}), user="ann")
    await proxy.save(proxy.exchange.sandbox.add_key(balances={"USDT": "222"}), user="bob")

    ann = await proxy.call("GET", "/api/balance/ann?mode=LIVE")
    bob = await proxy.call("GET", "/api/balance/bob?mode=LIVE")
    await proxy.call("POST", "/api/forget", json={"userId": "ann"})

    assert ann.json()["totalUsd"].startswith("111")
    assert bob.json()["totalUsd"].startswith("222")
    assert await keys_of(proxy, "bob") == ["binance"]


async def test_no_answer_and_no_log_ever_shows_a_key(
    proxy: Proxy, caplog: pytest.LogCaptureFixture
) -> None:
    key = proxy.exchange.sandbox.add_key()
    with caplog.at_level(logging.DEBUG):
        said = [(await proxy.save(key)).text]
        await proxy.call("POST", "/api/mode", json={"userId": "u1", "mode": "LIVE"})
        said += [(await proxy.buy()).text]
        for path in ("/api/account/u1", "/api/balance/u1", "/api/health"):
            said.append((await proxy.call("GET", path)).text)
        await proxy.exchange.sandbox.misbehave("500-after", count=1)
        said += [(await proxy.buy()).text]

    for secret in (key.secret, key.api_key):
        assert secret not in "".join(said)
        assert secret not in caplog.text
        assert proxy.secrets.hide(f"<{secret}>") == "<[hidden]>"
