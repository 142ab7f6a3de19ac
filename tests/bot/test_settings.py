"""Settings are taken whole or refused in a sentence that shows no value.

May import: errors, settings.
"""

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from piggybot.errors import BadSettings
from piggybot.settings import Settings, load, token_in

TOKEN = "123456789:AAF-abcdefghijklmnopqrstuvwxyz012345"
LONG = "k3JxQ8vLz0WmT5bR" * 3


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no .env, reaches these stories."""
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def settings(**other: Any) -> Settings:
    return load(**({"telegram_bot_token": TOKEN} | other))


def refusal(**given: Any) -> str:
    with pytest.raises(BadSettings) as refused:
        settings(**given)
    return str(refused.value)


def test_without_a_bot_token_it_says_where_to_get_one() -> None:
    with pytest.raises(BadSettings) as refused:
        load()
    assert "TELEGRAM_BOT_TOKEN is missing" in refused.value.message
    assert "@BotFather" in refused.value.message
    assert refused.value.message.count("\n") == 0


def test_with_a_bot_token_all_else_has_the_guides_defaults() -> None:
    got = settings()
    assert got.telegram_bot_token.get_secret_value() == TOKEN
    assert (got.telegram_chat_id, got.member_ids) == (None, ())
    assert got.backend_api_url == "http://localhost:8000"
    assert got.backend_timeout == 15
    assert got.telegram_api_url == "https://api.telegram.org"
    assert (got.health_seconds, got.default_exchange, got.user_id) == (15, "binanceus", "")
    assert got.database_url == "sqlite:///data/bot/bot.db"


def test_the_environment_and_the_env_file_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    Path(".env").write_text(f"TELEGRAM_BOT_TOKEN={TOKEN}\nTELEGRAM_CHAT_ID=42\nUNKNOWN=1\n")
    monkeypatch.setenv("MEMBER_IDS", "7, 8,")
    monkeypatch.setenv("TELEGRAM_CHAT_ID", "43")
    monkeypatch.setenv("PROXY_TOKEN", "")

    got = load()
    assert (got.telegram_chat_id, got.member_ids, got.proxy_token) == (43, (7, 8), None)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("telegram_bot_token", "changeme"),
        ("telegram_bot_token", "123456789:short"),
        ("telegram_bot_token", "your-token-from-BotFather-goes-here-123"),
        ("proxy_token", "changeme"),
        ("proxy_token", "k3Jx" * 7),
        ("proxy_token", "x" * 40),
        ("proxy_token", "changeme" * 5),
        ("proxy_token", "please-change-me-please-change-me-1234"),
        ("member_ids", "seven,8"),
        ("telegram_chat_id", "@anna"),
        ("backend_timeout", "0"),
        ("backend_timeout", "soon"),
        ("health_seconds", "-1"),
        ("backend_api_url", "proxyhost:8000"),
        ("backend_api_url", "ftp://localhost"),
        ("backend_api_url", "http://proxy.example.org:8000"),
        ("backend_api_url", "http://piggy:k3Jxk3Jx@10.0.0.5:8000"),
        ("telegram_api_url", "http://api.telegram.org"),
        ("user_id", "a|b"),
    ],
)
def test_a_bad_value_is_named_and_never_shown(name: str, value: str) -> None:
    said = refusal(**{name: value})
    assert said.startswith(name.upper())
    assert value not in said or len(value) < 3
    assert "\n" not in said


@pytest.mark.parametrize(
    "url",
    [
        "http://127.0.0.1:8000",
        "http://[::1]:8000",
        "http://localhost:8000/",
        "https://proxy.example.org",
        "https://piggy:k3Jxk3Jx@proxy.example.org",
    ],
)
def test_the_proxy_is_reached_on_this_machine_or_over_tls(url: str) -> None:
    assert settings(backend_api_url=url).backend_api_url == url.rstrip("/")


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://bot.example.org/telegram", "must be an address like https://bot.example.org"),
        ("bot.example.org", "must be an address like https://bot.example.org"),
        ("https://bot.example.org:8080/x", "a port that Telegram does not deliver to"),
    ],
)
def test_telegram_delivers_over_tls_and_to_its_own_ports(url: str, words: str) -> None:
    assert words in refusal(telegram_webhook_url=url)
    for good in ("https://bot.example.org:8443/x", "http://127.0.0.1:1234/x", ""):
        assert settings(telegram_webhook_url=good).telegram_webhook_url == good


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = refusal(proxy_token="short", backend_timeout="soon")
    assert [line.split(":")[0] for line in said.split("\n")] == ["BACKEND_TIMEOUT", "PROXY_TOKEN"]


def test_printing_the_settings_shows_no_secret() -> None:
    got = settings(
        proxy_token=LONG,
        backend_api_url="https://piggy:hunter2hunter2@proxy.example.org",
        bot_database_url="postgresql+psycopg://piggy:hunter3@db/bot",
    )
    shown = repr(got) + str(got)
    for secret in (TOKEN, LONG, "hunter2", "hunter3"):
        assert secret not in shown


def test_settings_do_not_change() -> None:
    with pytest.raises(ValidationError):
        settings().health_seconds = 1  # type: ignore[misc]


def test_every_setting_says_what_it_is_for() -> None:
    assert [name for name, field in Settings.model_fields.items() if not field.description] == []


def test_a_missing_token_file_is_made_private_and_both_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "data" / "proxy.token"
    made = settings(piggy_data=tmp_path / "data").token()

    assert len(made) >= 43
    assert path.stat().st_mode & 0o777 == 0o600
    assert token_in(path) == made


def test_a_token_file_that_others_can_read_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "proxy.token"
    path.write_text(LONG)
    path.chmod(0o644)
    with pytest.raises(BadSettings) as refused:
        token_in(path)
    assert "chmod 600" in refused.value.hint
    assert LONG not in str(refused.value)


def test_a_given_token_is_used_before_any_file() -> None:
    assert settings(proxy_token=LONG).token() == LONG
