"""What a start does not load: it is there when it is wanted, and costs nothing before."""

import subprocess
import sys

LATE = (
    *("alembic", "ccxt", "cryptography", "matplotlib", "numpy", "optuna", "sqlite3", "starlette"),
    *("talib", "uvicorn"),
)
SCRIPT = """
import gc, sys
import piggybot.__main__
from piggybot.processes import uncollected, without
assert "piggybot.app" not in sys.modules, "a stop loads the bot"
with uncollected(), without("cryptography"):
    assert not gc.isenabled()
    import piggybot.app
assert gc.isenabled() and gc.get_freeze_count() > 10_000, "what was loaded is looked through"
from piggybot.strategies.registry import Registry
print(*Registry().names())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
print(Registry().find("sma_crossover").summary)
assert "talib" in sys.modules
"""

UNUSED = ("anyio", "h11", "h2", "httpcore", "sniffio", "socksio")
"""What httpx would send by: Telegram's library loads httpx itself, and nothing of it is used."""
SPEAKING = """
import asyncio, sys
import piggybot.__main__, piggybot.app
from piggybot.chat.border import Letter
from piggybot.chat.hearing import Timing
from piggybot.chat.telegram import TelegramLine
from piggybot.core.mail import File
from piggybot.proxy_client import ProxyClient
from piggybot.settings import Settings

WELL = b'{"status":"ok"}'
SENT = b'{"ok":true,"result":{"message_id":7,"date":1,"chat":{"id":1,"type":"private"}}}'

async def serve(reader, writer):
    head = await reader.readuntil(b"\\r\\n\\r\\n")
    length = head.lower().partition(b"content-length: ")[2].partition(b"\\r\\n")[0]
    await reader.readexactly(int(length or b"0"))
    body = WELL if b"/api/health" in head else SENT
    writer.write(b"HTTP/1.1 200 OK\\r\\nContent-Length: %d\\r\\n\\r\\n" % len(body) + body)
    writer.close()

async def speak():
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    url = f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    settings = Settings(_env_file=None, telegram_bot_token=f"1234:{'x' * 35}", telegram_api_url=url)
    line, client = TelegramLine(settings, Timing()), ProxyClient(url, "a token", 5)
    print((await client.health()).status, await line.send(1, Letter("words")))
    print(await line.document(1, File("a.txt", b"a file"), Letter("")))
    await line.close()
    await client.close()
    server.close()

asyncio.run(speak())
print(*sorted({name.partition(".")[0] for name in sys.modules}))
"""


def test_a_bot_that_speaks_with_both_sides_has_one_way_of_http():
    done = _run(SPEAKING)
    assert done.returncode == 0, done.stderr
    *said, loaded = done.stdout.splitlines()
    assert said == ["ok 7", "7"]
    assert {"aiohttp", "httpx"} <= set(loaded.split())
    assert not set(UNUSED) & set(loaded.split())


def _run(script: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", script]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


def test_a_bot_starts_without_what_only_runs_pictures_and_new_tables_need():
    done = _run(SCRIPT)
    assert done.returncode == 0, done.stderr
    names, loaded, summary = done.stdout.splitlines()
    assert names.startswith("sma_crossover rsi macd bollinger breakout dca")
    assert {"telegram", "sqlalchemy"} <= set(loaded.split()), "it is the real start"
    assert not set(LATE) & set(loaded.split())
    assert summary.startswith("Enter when")
