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


def test_a_bot_starts_without_what_only_runs_pictures_and_new_tables_need():
    command = [sys.executable, "-c", SCRIPT]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 0, done.stderr
    names, loaded, summary = done.stdout.splitlines()
    assert names.startswith("sma_crossover rsi macd bollinger breakout dca")
    assert {"telegram", "sqlalchemy"} <= set(loaded.split()), "it is the real start"
    assert not set(LATE) & set(loaded.split())
    assert summary.startswith("Enter when")
