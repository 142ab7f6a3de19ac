"""What each SQLite mode costs: acknowledged commits a second, in one go, with the ratio.

Run: python -m bench.commits. WAL with FULL is what the houses use where the library is
fixed; DELETE with EXTRA is what they fall back to; WAL with NORMAL loses acknowledged commits at a
power cut and stands here only to show what safety costs.

May import: tables.
"""

import tempfile
import time
from pathlib import Path

from bench.tables import Table, median, publish
from migrations.database import bundled

MODES = (("wal", "FULL"), ("delete", "EXTRA"), ("wal", "NORMAL"))
ROUNDS = 5
SECONDS = 0.3


def measure(folder: Path, journal: str, synchronous: str, seconds: float) -> float:
    """Commits a second of one small row each."""
    db = bundled.connect(folder / "bench.db", isolation_level=None)
    db.execute(f"PRAGMA journal_mode={journal}")
    db.execute(f"PRAGMA synchronous={synchronous}")
    db.execute("CREATE TABLE IF NOT EXISTS t (id INTEGER PRIMARY KEY, text TEXT)")
    done, begun = 0, time.perf_counter()
    while time.perf_counter() - begun < seconds:
        db.execute("BEGIN IMMEDIATE")
        db.execute("INSERT INTO t (text) VALUES (?)", ("x" * 200,))
        db.execute("COMMIT")
        done += 1
    spent = time.perf_counter() - begun
    db.close()
    return done / spent


def main() -> None:
    """Measure all modes in turn, several rounds, so that a noisy moment hits each alike."""
    found: dict[tuple[str, str], list[float]] = {mode: [] for mode in MODES}
    for _ in range(ROUNDS):
        for mode in MODES:
            with tempfile.TemporaryDirectory(dir=".") as folder:
                found[mode].append(measure(Path(folder), *mode, SECONDS))
    base = median(found[MODES[0]])
    rows = []
    for mode in MODES:
        rate = median(found[mode])
        rows.append(("/".join(mode), f"{rate:,.0f}", f"{rate / base:.2f}"))
    version = bundled.sqlite_version
    title = f"SQLite {version}: commits a second of one small row, median of {ROUNDS}."
    publish(Table("commits", title, ("mode", "commits/s", "of WAL/FULL"), rows))


if __name__ == "__main__":
    main()
