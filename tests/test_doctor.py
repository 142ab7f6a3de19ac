"""`piggybot doctor`: each line once well and once not, nothing secret shown, nothing written.

May import: doctor, sandbox, settings, trust.
"""

import io
import sqlite3
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from shutil import disk_usage

import pytest
from rich.console import Console

from migrations.database import open_database
from migrations.look import files
from piggybot.doctor import tell
from piggybot.settings import Settings
from piggybot.trust import trusted
from proxy.settings import Settings as ProxySettings
from tests.proxy.edges import TOKEN as PROXY_TOKEN
from tests.proxy.edges import Proxy
from tests.proxy.edges import running as proxy_running
from tests.sandbox.telegram_world import TOKEN, World, running

pytestmark = pytest.mark.anyio
NAMES = (
    *("Settings", "Files", "Database", "Proxy settings", "Proxy files", "Proxy database"),
    "Proxy key",
    *("Telegram", "Webhook", "Proxy", "Exchange", "Clock"),
)
HOOK = "https://bot.example.org/a-secret-path-a1b2c3"
PASSWORD = "pass-word-9f8e7d6c5b4a"
SECRETS = (TOKEN, TOKEN.split(":")[1], PROXY_TOKEN, PASSWORD, "a-secret-path-a1b2c3")


@dataclass
class Place:
    """A whole set-up, but for the bot's own process."""

    data: Path
    telegram: World
    proxy: Proxy
    env: Callable[[str, str], None]
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    async def told(self) -> tuple[int, dict[str, str]]:
        """The exit status, and each line by its name: its mark and its words."""
        status, lines = await said(self.clock)
        found = dict(line.removeprefix("✅ ").removeprefix("❌ ").split(": ", 1) for line in lines)
        marks = {name: line[0] for name, line in zip(found, lines, strict=True)}
        return status, {name: f"{marks[name]} {words}" for name, words in found.items()}


async def said(clock: Callable[[], datetime] = lambda: datetime.now(UTC)) -> tuple[int, list[str]]:
    out = io.StringIO()
    status = await tell(clock, Console(file=out, soft_wrap=True, highlight=False))
    for secret in SECRETS:
        assert secret not in out.getvalue()
    return status, out.getvalue().splitlines()


@pytest.fixture(autouse=True)
def clean(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No setting of this machine, and no .env, reaches these stories."""
    (tmp_path / "here").mkdir()
    monkeypatch.chdir(tmp_path / "here")
    monkeypatch.setenv("PYTHONPATH", str(Path(__file__).parent.parent))
    for name in {*Settings.model_fields, *ProxySettings.model_fields}:
        monkeypatch.delenv(name.upper(), raising=False)


@pytest.fixture
async def place(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Place]:
    data = tmp_path / "data"
    open_database(f"sqlite:///{data / 'bot' / 'bot.db'}", "bot").dispose()
    async with running() as telegram, proxy_running(data, lambda: datetime.now(UTC)) as proxy:
        given = {
            "TELEGRAM_BOT_TOKEN": TOKEN,
            "TELEGRAM_API_URL": telegram.server.url,
            "BACKEND_API_URL": proxy.server.url,
            "PROXY_TOKEN": PROXY_TOKEN,
            "PIGGY_DATA": str(data),
            "EXCHANGE_ORIGIN": proxy.exchange.url,
            "DEFAULT_EXCHANGE": "binance",
        }
        for name, value in given.items():
            monkeypatch.setenv(name, value)
        yield Place(data, telegram, proxy, monkeypatch.setenv)


async def test_where_all_is_well_each_line_says_so_and_nothing_is_written(place: Place) -> None:
    before = {one: one.read_bytes() for one in place.data.rglob("bot/*")}
    status, lines = await place.told()
    assert status == 0
    assert tuple(lines) == NAMES
    assert all(line.startswith("✅ ") for line in lines.values()), lines
    assert "WAL, migration 000" in lines["Database"] and "WAL" in lines["Proxy database"]
    me = await place.telegram.bot.get_me()
    assert lines["Telegram"] == f"✅ It knows the token, as that of @{me.username}."
    assert lines["Exchange"] == "✅ Binance (a sandbox) answers the proxy."
    assert {one: one.read_bytes() for one in place.data.rglob("bot/*")} == before


async def test_what_is_wrong_on_the_disk_and_at_the_clock_is_told_beside_what_is_not(
    place: Place,
) -> None:
    (place.data / "bot" / "bot.db").chmod(0o644)
    with sqlite3.connect(place.data / "bot" / "bot.db") as db:
        db.execute("UPDATE alembic_version SET version_num = '0001'")
    (place.data / "proxy" / "master.key").chmod(0o640)
    place.env("PROXY_DATABASE_URL", f"sqlite:///{place.data}/lost.db")
    await place.telegram.bot.set_webhook(HOOK)
    await place.proxy.exchange.sandbox.misbehave("clock-skew", seconds=-30)
    status, lines = await place.told()
    assert status == 1
    assert f"Run: chmod go-rwx {place.data}/bot/bot.db" in lines["Files"]
    assert "migration 0001; this version has 000" in lines["Database"]
    assert f"Run: chmod go-rwx {place.data}/proxy/master.key" in lines["Proxy files"]
    assert lines["Proxy database"].startswith(
        f"❌ There is no {place.data}/lost.db, and this house ran here before. Stop it where"
    )
    assert "first start" not in lines["Proxy database"]
    assert "delivers to bot.example.org, but TELEGRAM_WEBHOOK_URL is empty." in lines["Webhook"]
    assert "30.0 s ahead of that of Binance. Let the system keep the time" in lines["Clock"]
    well = [name for name, line in lines.items() if line.startswith("✅")]
    assert well == ["Settings", "Proxy settings", "Proxy key", "Telegram", "Proxy", "Exchange"]


async def test_what_is_out_of_reach_or_refused_is_told_and_no_password_of_it(place: Place) -> None:
    place.env("TELEGRAM_BOT_TOKEN", "1234567891:another_token_of_the_real_shape")
    place.env("BOT_DATABASE_URL", f"postgresql://bot:{PASSWORD}@127.0.0.1:1/bot")
    place.env("BACKEND_API_URL", place.proxy.server.url.replace("//", f"//piggy:{PASSWORD}@"))
    place.env("PROXY_PORT", "many")
    place.env("PROXY_DATABASE_URL", f"postgresql://proxy:{PASSWORD}@127.0.0.1:1/proxy")
    status, lines = await place.told()
    assert status == 1
    assert "The database bot cannot be reached" in lines["Database"]
    assert lines["Proxy settings"].startswith("❌ PROXY_PORT: must be a whole number.")
    assert lines["Telegram"].startswith("❌ Telegram refuses TELEGRAM_BOT_TOKEN. Copy it again")
    assert "Both must read the same PROXY_TOKEN" in lines["Proxy"]
    assert not {"Webhook", "Exchange", "Clock", "Proxy database"} & set(lines)


async def test_a_proxy_to_telegram_that_the_bot_cannot_use_is_told_with_what_to_set(
    place: Place,
) -> None:
    place.env("ALL_PROXY", f"socks5://piggy:{PASSWORD}@127.0.0.1:1")
    status, lines = await place.told()
    assert status == 1
    assert lines["Telegram"].startswith("❌ The environment names a proxy for Telegram that")
    assert "Set HTTPS_PROXY to an HTTP proxy" in lines["Telegram"]
    assert lines["Proxy"].startswith("✅"), "that line takes no proxy"


async def test_an_outage_of_telegram_and_of_the_exchange_is_told(place: Place) -> None:
    place.telegram.telegram.down()
    await place.proxy.exchange.sandbox.misbehave("refused")
    status, lines = await place.told()
    await place.proxy.exchange.sandbox.misbehave("ok")
    assert status == 1
    assert lines["Telegram"].startswith(
        "❌ Telegram cannot be reached (Unreachable). Is this machine online?"
    )
    assert lines["Proxy"].startswith("✅")
    assert lines["Exchange"].startswith("❌ Binance")


async def test_with_nothing_set_up_each_line_says_what_to_do_and_nothing_is_made() -> None:
    status, lines = await said()
    assert status == 1
    assert lines[0].startswith("❌ Settings: TELEGRAM_BOT_TOKEN is missing: talk to @BotFather")
    assert sum("It is made at the first start: piggybot up" in line for line in lines) == 5
    assert lines[-1] == "❌ Proxy: There is no token in data/proxy.token yet. piggybot up makes it."
    assert list(Path().iterdir()) == []


async def test_files_beside_the_data_are_looked_at_too(place: Place) -> None:
    for one in (Path(".env"), place.data / "proxy.token", place.data / "elsewhere.token"):
        one.touch(0o604)
    assert "❌ .env and 1 more" in (await place.told())[1]["Files"]
    place.env("PROXY_TOKEN_FILE", str(place.data / "elsewhere.token"))
    Path(".env").chmod(0o600)
    lines = (await place.told())[1]
    assert f"Run: chmod go-rwx {place.data}/elsewhere.token" in lines["Files"]
    assert f"Run: chmod go-rwx {place.data}/elsewhere.token" in lines["Proxy files"]


async def test_a_key_that_is_lost_or_damaged_is_told_with_the_way_back(place: Place) -> None:
    key = place.data / "proxy" / "master.key"
    kept = key.read_bytes()
    key.write_bytes(kept[:-1])
    damaged = (await place.told())[1]["Proxy key"]
    assert damaged.startswith(f"❌ {key} is damaged. Put it back from its backup")
    key.unlink()
    lost = (await place.told())[1]["Proxy key"]
    assert lost.startswith(f"❌ There is no {key}, and this house ran here before. Put it back")
    assert not key.exists()


async def test_a_proxy_elsewhere_or_in_another_folder_is_asked_about_there(place: Place) -> None:
    there = "✅ Not on this data folder. Ask there too: python -m proxy doctor"
    place.env("BACKEND_API_URL", "https://proxy.example.org")
    assert (await place.told())[1]["Proxy's house"] == there
    place.env("BACKEND_API_URL", place.proxy.server.url)
    other = place.data.parent / "other"
    open_database(f"sqlite:///{other / 'bot' / 'bot.db'}", "bot").dispose()
    place.env("PIGGY_DATA", str(other))
    lines = (await place.told())[1]
    assert (lines["Proxy's house"], "Proxy settings" in lines) == (there, False)


async def test_a_proxy_s_doctor_that_cannot_even_begin_is_told(place: Place) -> None:
    place.env("PYTHONHOME", str(place.data))
    assert "It gave no answer. Look yourself" in (await place.told())[1]["Proxy's house"]


async def test_certificates_that_are_not_there_are_told(place: Place) -> None:
    place.env("SSL_CERT_FILE", "/no/such.pem")
    trusted.cache_clear()
    lines = (await place.told())[1]
    trusted.cache_clear()
    told = "❌ The certificates cannot be read: no such file or directory. Check SSL_CERT_FILE."
    assert (lines["Telegram"], lines["Proxy"]) == (told, told)


async def test_a_token_in_the_proxy_s_address_is_enough(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("PROXY_TOKEN")
    place.env("BACKEND_API_URL", place.proxy.server.url.replace("//", f"//piggy:{PROXY_TOKEN}@"))
    status, lines = await place.told()
    assert (status, lines["Proxy"][0]) == (0, "✅")


async def test_what_may_go_live_is_told_and_a_certificate_that_is_missing(place: Place) -> None:
    assert "not allowed (ALLOW_LIVE=0)" in (await place.told())[1]["Proxy settings"]
    place.env("ALLOW_LIVE", "1")
    assert "Live may be turned on." in (await place.told())[1]["Proxy settings"]
    place.env("PROXY_TLS_CERT", "/no/such.pem")
    place.env("PROXY_TLS_KEY", str(place.data / "tls.key"))
    assert "There is no file /no/such.pem" in (await place.told())[1]["Proxy settings"]
    (place.data / "tls.key").touch(0o604)
    place.env("PROXY_TLS_CERT", str(place.data / "tls.key"))
    assert "tls.key can be read by others" in (await place.told())[1]["Proxy files"]


async def test_on_a_terminal_it_comes_in_columns() -> None:
    out = io.StringIO()
    console = Console(file=out, width=80, soft_wrap=True, force_terminal=True)
    await tell(lambda: datetime.now(UTC), console)
    assert "❌ Proxy database \x1b[1mThere is no data/proxy/proxy.db yet." in out.getvalue()
    assert "Looking …" in out.getvalue(), "some of it takes seconds"


async def test_settings_that_cannot_be_read_are_all_there_is_to_say(place: Place) -> None:
    place.env("MEMBER_IDS", "ann")
    status, lines = await place.told()
    assert (status, list(lines)) == (1, ["Settings"])


def test_a_disk_with_no_room_left_is_not_well(tmp_path: Path) -> None:
    (tmp_path / "bot").mkdir(mode=0o700)
    free = disk_usage(tmp_path).free
    assert files("Files", tmp_path / "bot", least=free // 2).good
    found = files("Files", tmp_path / "bot", least=free * 2)
    assert not found.good
    assert "MB are free on the disk of" in found.said
    assert "Free some of it" in found.todo
