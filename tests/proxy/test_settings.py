"""Settings: the defaults are safe, and each mistake gets one sentence with the way out."""

from pathlib import Path
from typing import Any

import pytest

from proxy.settings import BadSettings, load, token_in


def clean(**given: Any) -> Any:
    return load(_env_file=None, **given)


def test_the_defaults_are_safe() -> None:
    settings = clean()

    assert settings.allow_live is False
    assert settings.proxy_host == "127.0.0.1"
    assert settings.hosts == ("127.0.0.1", "localhost")
    assert settings.exchange_origin == ""
    assert settings.allow_withdraw_keys is False
    assert settings.limits().model_dump(mode="json") == {
        "minTradeUsd": "2",
        "maxTradeUsd": "50",
        "maxTradeShare": "0.01",
        "maxTradesPerDay": 20,
        "maxDailyLossShare": "0.05",
        "symbols": ["BTC/USDT", "ETH/USDT"],
    }


def test_the_environment_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALLOW_LIVE", "1")
    monkeypatch.setenv("SYMBOLS", "BTC/USDT, SOL/USDT")
    monkeypatch.setenv("PROXY_HOSTS", "a.example,b.example")
    monkeypatch.setenv("MAX_TRADE_USD", "12.50")
    settings = clean()

    assert settings.allow_live is True
    assert settings.symbols == ("BTC/USDT", "SOL/USDT")
    assert settings.hosts == ("a.example", "b.example", "127.0.0.1")
    assert str(settings.max_trade_usd) == "12.50"


def test_an_env_file_is_read(tmp_path: Path) -> None:
    (tmp_path / ".env").write_text("ALLOW_LIVE=true\nTELEGRAM_BOT_TOKEN=for-the-bot\n")

    assert load(_env_file=tmp_path / ".env").allow_live is True


WRONG = [
    ({"allow_live": "perhaps"}, "ALLOW_LIVE"),
    ({"proxy_port": 70000}, "PROXY_PORT"),
    ({"max_trade_share": "1.5"}, "MAX_TRADE_SHARE"),
    ({"max_trade_share": "0"}, "MAX_TRADE_SHARE"),
    ({"min_trade_usd": "-1"}, "MIN_TRADE_USD"),
    ({"max_trades_per_day": "many"}, "MAX_TRADES_PER_DAY"),
    ({"symbols": "BTCUSDT"}, "write pairs like BTC/USDT"),
    ({"symbols": ""}, "write pairs like BTC/USDT"),
    ({"symbols": "BTC/USDT,ETH/BTC"}, "SYMBOLS: the limits are in dollars, and ETH/BTC is not"),
    ({"proxy_hosts": "*"}, "name the hosts one by one"),
    ({"proxy_token": "short"}, "32 characters"),
    ({"proxy_token": " " * 40}, "blank"),
    ({"live_confirm_token": " "}, "blank"),
    ({"exchange_origin": "https://evil.example"}, "EXCHANGE_ORIGIN"),
    ({"exchange_origin": "http://10.0.0.1:80"}, "EXCHANGE_ORIGIN"),
    ({"exchange_origin": "http://127.0.0.1:80/path"}, "EXCHANGE_ORIGIN"),
    ({"exchange_origin": "http://127.0.0.1@evil.example"}, "EXCHANGE_ORIGIN"),
    ({"exchange_timeout": 0}, "EXCHANGE_TIMEOUT"),
    ({"proxy_tls": "yes"}, "PROXY_TLS"),
    ({"proxy_tls_cert": "cert.pem"}, "belong together"),
    ({"min_trade_usd": "6", "max_trade_usd": "5"}, "nothing could be bought"),
    ({"proxy_host": "0.0.0.0"}, "TLS is needed"),
    ({"proxy_host": "192.168.1.5"}, "TLS is needed"),
    ({"proxy_host": "::"}, "TLS is needed"),
    ({"proxy_host": "::ffff:8.8.8.8"}, "TLS is needed"),
    ({"proxy_host": "127.1"}, "TLS is needed"),
    ({"proxy_host": "0.0.0.0", "proxy_tls": "terminated"}, "needs PROXY_HOSTS"),
]


@pytest.mark.parametrize(("given", "words"), WRONG)
def test_a_mistake_gets_one_sentence(given: dict[str, Any], words: str) -> None:
    with pytest.raises(BadSettings) as raised:
        clean(**given)

    assert words in raised.value.message
    assert "\n" not in raised.value.message
    assert raised.value.message.endswith(".")


@pytest.mark.parametrize(
    "given",
    [
        {"proxy_host": "0.0.0.0", "proxy_tls": "terminated", "proxy_hosts": "bot.example"},
        {"proxy_host": "0.0.0.0", "proxy_tls_cert": "cert.pem", "proxy_tls_key": "key.pem"},
        {"proxy_host": "::1"},
        {"exchange_origin": "testnet"},
        {"exchange_origin": "http://localhost:8001/"},
    ],
)
def test_what_is_safe_is_accepted(given: dict[str, Any]) -> None:
    assert clean(**given)


def test_secrets_are_never_shown() -> None:
    word, token = "a-word-to-go-live", "t" * 40
    settings = clean(
        live_confirm_token=word,
        proxy_token=token,
        proxy_database_url="postgresql://me:the-password@db/x",
    )
    with pytest.raises(BadSettings) as raised:
        clean(proxy_token="tooshort-s3cret", max_trade_usd="s3cret")

    for shown in (repr(settings), str(settings)):
        assert word not in shown
        assert token not in shown
        assert "the-password" not in shown
    assert "s3cret" not in raised.value.message + repr(raised.value)


def test_a_token_is_made_once_and_kept_private(tmp_path: Path) -> None:
    settings = clean(piggy_data=tmp_path / "data")

    token = settings.token()

    assert len(token) >= 43
    assert settings.token() == token
    assert (tmp_path / "data" / "proxy.token").stat().st_mode & 0o777 == 0o600


def test_a_token_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "proxy.token"
    path.write_text("t" * 43)
    path.chmod(0o644)
    with pytest.raises(BadSettings, match="chmod 600"):
        token_in(path)

    path.chmod(0o600)
    path.write_text("short")
    with pytest.raises(BadSettings, match="too short"):
        token_in(path)
