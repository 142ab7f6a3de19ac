"""A start that cannot succeed says why in a sentence, with what to do, and ends with 2.

Each row is a real start of a house: its settings, what stands in its data folder, all its words.
"""

import fcntl
import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
BOT = {"TELEGRAM_BOT_TOKEN": f"123456:{'x' * 35}", "TELEGRAM_API_URL": "http://127.0.0.1:9"}
PROXY = {"EXCHANGE_ORIGIN": "http://127.0.0.1:9", "PROXY_PORT": "0"}
CHANGE = "Change it in the environment or in .env."
OTHER_FOLDER = "Make it writable for this user, or set PIGGY_DATA to another folder."
DAMAGED = (
    "If it is damaged, restore it from your backup; it holds what was traded, so do not delete it."
)
NEWER = (
    "was made by a newer version than this one. Start the newer version again, or restore the "
    "database from the backup of that time."
)
ADDRESS = (
    "The database's address is not understood. Write it like sqlite:////folder/file.db or "
    "postgresql://user:password@host/name, or leave the setting out."
)
NOT_WRITTEN = b"This is a letter, and no database. " * 100

Prepare = Callable[[Path], object]


@dataclass(frozen=True, slots=True)
class Start:
    """One start: what is set, what it says (DATA is its data folder), what stands there before."""

    given: dict[str, str]
    words: str
    before: Prepare = lambda data: None


def file(name: str, content: bytes, mode: int = 0o600) -> Prepare:
    def prepare(data: Path) -> None:
        path = data / name
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.write_bytes(content)
        path.chmod(mode)

    return prepare


def newer(name: str) -> Prepare:
    """A database whose last migration is of the future."""

    def prepare(data: Path) -> None:
        file(name, b"")(data)
        code = (
            "import sqlite3, sys\ndb = sqlite3.connect(sys.argv[1])\n"
            "db.executescript('create table alembic_version (version_num varchar(32));"
            "insert into alembic_version values (9999)')\ndb.close()"
        )
        subprocess.run([sys.executable, "-c", code, str(data / name)], check=True)

    return prepare


def held(name: str) -> Prepare:
    """Another instance holds this lock."""

    def prepare(data: Path) -> object:
        file(name, b"")(data)
        lock = (data / name).open("w")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock

    return prepare


def no_folder(data: Path) -> None:
    data.rmdir()
    data.write_text("a file, where a folder should be")


BOTS = {
    "no token": Start(
        {"TELEGRAM_BOT_TOKEN": ""},
        "TELEGRAM_BOT_TOKEN is missing: talk to @BotFather in Telegram, send /newbot, and put the "
        "token that it gives you into .env as TELEGRAM_BOT_TOKEN=…",
    ),
    "no bot's token": Start(
        {"TELEGRAM_BOT_TOKEN": "hello"},
        "TELEGRAM_BOT_TOKEN: does not look like a bot's token (digits, a colon, letters); copy it "
        f"again from @BotFather. {CHANGE}",
    ),
    "names for ids": Start(
        {"MEMBER_IDS": "1001, bob"}, f"MEMBER_IDS: must be a whole number. {CHANGE}"
    ),
    "a name for an id": Start(
        {"TELEGRAM_CHAT_ID": "@ann"}, f"TELEGRAM_CHAT_ID: must be a whole number. {CHANGE}"
    ),
    "no address": Start(
        {"BACKEND_API_URL": "localhost"},
        f"BACKEND_API_URL: must be an address like http://localhost:8000. {CHANGE}",
    ),
    "no time": Start(
        {"BACKEND_TIMEOUT": "0"}, f"BACKEND_TIMEOUT: must be greater than 0. {CHANGE}"
    ),
    "no number": Start({"BACKEND_TIMEOUT": "soon"}, f"BACKEND_TIMEOUT: must be a number. {CHANGE}"),
    "an odd id": Start(
        {"USER_ID": "a b"}, f"USER_ID: must be at most 64 letters, digits, - or _. {CHANGE}"
    ),
    "a short token": Start(
        {"PROXY_TOKEN": "s3cret"},
        "PROXY_TOKEN: is shorter than 32 characters; leave it out, and a good one is made. "
        f"{CHANGE}",
    ),
    "a token that others may read": Start(
        {},
        "DATA/proxy.token can be read by others. Run: chmod 600 DATA/proxy.token",
        file("proxy.token", b"y" * 40, 0o644),
    ),
    "a short token in the file": Start(
        {},
        "The token in DATA/proxy.token is too short. Delete the file; a good one is made.",
        file("proxy.token", b"y"),
    ),
    "a second bot": Start(
        {},
        "Another bot is using DATA/bot. Stop it, or give this one its own PIGGY_DATA.",
        held("bot/lock"),
    ),
    "a damaged database": Start(
        {},
        f"The database DATA/bot/bot.db cannot be used (file is not a database). {DAMAGED}",
        file("bot/bot.db", NOT_WRITTEN),
    ),
    "a newer database": Start({}, f"The database DATA/bot/bot.db {NEWER}", newer("bot/bot.db")),
    "no address of a database": Start({"BOT_DATABASE_URL": "nonsense"}, ADDRESS),
    "a database in memory": Start(
        {"BOT_DATABASE_URL": "sqlite://"}, "A database in memory forgets its orders. Give a file."
    ),
    "no folder": Start({}, f"DATA cannot be used: File exists. {OTHER_FOLDER}", no_folder),
    "a folder that cannot be made": Start(
        {"PIGGY_DATA": "/proc/piggy"},
        f"/proc/piggy cannot be used: No such file or directory. {OTHER_FOLDER}",
    ),
}
PROXIES = {
    "a short token": Start(
        {"PROXY_TOKEN": "s3cret"},
        "PROXY_TOKEN: is shorter than 32 characters; leave it out, and a good one is made. "
        f"{CHANGE}",
    ),
    "open to all without TLS": Start(
        {"PROXY_HOST": "0.0.0.0"},
        "PROXY_HOST=0.0.0.0 can be reached from other machines, so TLS is needed: set "
        "PROXY_TLS_CERT and PROXY_TLS_KEY, or PROXY_TLS=terminated behind a platform that speaks "
        "TLS, or PROXY_HOST=127.0.0.1.",
    ),
    "no names of hosts": Start(
        {"PROXY_HOST": "0.0.0.0", "PROXY_TLS": "terminated"},
        "PROXY_TLS=terminated needs PROXY_HOSTS, the host names that callers use.",
    ),
    "any host": Start(
        {"PROXY_HOSTS": "*"}, f"PROXY_HOSTS: name the hosts one by one, without *. {CHANGE}"
    ),
    "a blank word": Start(
        {"LIVE_CONFIRM_TOKEN": " "},
        f"LIVE_CONFIRM_TOKEN: is blank; give a value, or leave it out. {CHANGE}",
    ),
    "half a certificate": Start(
        {"PROXY_TLS_CERT": "cert.pem"},
        "PROXY_TLS_CERT and PROXY_TLS_KEY belong together; give both.",
    ),
    "no pair": Start(
        {"SYMBOLS": "bitcoin"},
        f"SYMBOLS: write pairs like BTC/USDT, with commas between them. {CHANGE}",
    ),
    "below nothing": Start(
        {"MIN_TRADE_USD": "-1"}, f"MIN_TRADE_USD: must be greater than 0. {CHANGE}"
    ),
    "more than all": Start(
        {"MAX_TRADE_SHARE": "2"}, f"MAX_TRADE_SHARE: must be less than or equal to 1. {CHANGE}"
    ),
    "no number": Start(
        {"MAX_TRADES_PER_DAY": "many"}, f"MAX_TRADES_PER_DAY: must be a whole number. {CHANGE}"
    ),
    "neither yes nor no": Start(
        {"ALLOW_LIVE": "perhaps"}, f"ALLOW_LIVE: must be 1 for yes or 0 for no. {CHANGE}"
    ),
    "a foreign exchange": Start(
        {"EXCHANGE_ORIGIN": "https://evil.example"},
        f"EXCHANGE_ORIGIN: must be empty, `testnet`, or like http://127.0.0.1:1234. {CHANGE}",
    ),
    "a token that others may read": Start(
        {},
        "DATA/proxy.token can be read by others. Run: chmod 600 DATA/proxy.token",
        file("proxy.token", b"y" * 40, 0o644),
    ),
    "a master key that others may read": Start(
        {},
        "DATA/proxy/master.key can be read by others on this machine. Run: chmod go-rwx "
        "DATA/proxy/master.key",
        file("proxy/master.key", b"k" * 32, 0o644),
    ),
    "a damaged master key": Start(
        {},
        "DATA/proxy/master.key has 3 bytes, not 32. Restore it from your backup; without it every "
        "key must be entered again.",
        file("proxy/master.key", b"kkk"),
    ),
    "a second proxy": Start(
        {},
        "Another proxy is using DATA/proxy. Stop it, or give this one its own PIGGY_DATA.",
        held("proxy/lock"),
    ),
    "a damaged database": Start(
        {},
        f"The database DATA/proxy/proxy.db cannot be used (file is not a database). {DAMAGED}",
        file("proxy/proxy.db", NOT_WRITTEN),
    ),
    "a newer database": Start(
        {}, f"The database DATA/proxy/proxy.db {NEWER}", newer("proxy/proxy.db")
    ),
    "no address of a database": Start({"PROXY_DATABASE_URL": "nonsense"}, ADDRESS),
    "a folder that cannot be made": Start(
        {"PIGGY_DATA": "/proc/piggy"},
        f"/proc/piggy cannot be used: No such file or directory. {OTHER_FOLDER}",
    ),
}
ROWS = {**{f"bot: {name}": row for name, row in BOTS.items()}} | {
    f"proxy: {name}": row for name, row in PROXIES.items()
}


@pytest.fixture(scope="module")
def endings(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, tuple[int, str]]]:
    """How every row ended, started one after the other by one process."""
    with ExitStack() as locks:
        asked, folders = [], []
        for name, row in ROWS.items():
            folder = tmp_path_factory.mktemp("start")
            data = folder / "data"
            data.mkdir(mode=0o700)
            before = row.before(data)
            if hasattr(before, "close"):
                locks.enter_context(before)
            house = name.partition(":")[0]
            usual = {"PATH": os.environ["PATH"], "TERM": "dumb", "COLUMNS": "80"}
            mine = usual | (BOT if house == "bot" else PROXY) | {"PIGGY_DATA": str(data)}
            asked.append([house, str(folder), mine | row.given])
            folders.append(str(data))
        told = told_by_forks(asked, tmp_path_factory.mktemp("asked") / "starts.json")
        yield {
            name: (code, words.replace(data, "DATA").strip())
            for name, data, (code, words) in zip(ROWS, folders, told, strict=True)
        }


def told_by_forks(asked: list[list[object]], path: Path) -> list[tuple[int, str]]:
    path.write_text(json.dumps(asked))
    ran = subprocess.run(
        [sys.executable, "-m", "tests.stories.starting", str(path)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    answers: list[tuple[int, str]] = json.loads(ran.stdout)
    return answers


@pytest.mark.parametrize("name", ROWS)
def test_a_start_that_cannot_be_says_why_and_what_to_do(
    endings: dict[str, tuple[int, str]], name: str
) -> None:
    assert endings[name] == (2, ROWS[name].words)
