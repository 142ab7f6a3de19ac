"""What a benchmark has found: printed for whoever ran it, and kept for the pages that quote it.

`publish` writes bench/results/NAME.md; `make docs` puts every result into docs/performance.md, and
the goals of all of them into README.md, so that no figure there is typed by hand. `show` only
prints: for a run that was cut short.

May import: nothing of ours.
"""

import os
import platform
import statistics
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

RESULTS = Path(__file__).parent / "results"
GOAL_HEADS = ("what", "goal", "measured", "met")
YES, NO = "yes", "NO"
SHARE = 0.99


@dataclass(frozen=True, slots=True)
class Goal:
    """What should hold: in words, with the bar and what was measured as people read them."""

    what: str
    bar: str
    found: str
    met: bool


@dataclass(frozen=True, slots=True)
class Table:
    """One benchmark's result. `title` says in a sentence what the rows are and of how many rounds.

    `name` is that of the benchmark's file, without .py.
    """

    name: str
    title: str
    heads: Sequence[str]
    rows: Sequence[Sequence[str]]
    goals: Sequence[Goal] = ()


def show(table: Table) -> None:
    """Print it, in columns."""
    lines = [table.title, machine(), "", *_columns([table.heads, *table.rows])]
    if table.goals:
        lines += ["", *_columns([GOAL_HEADS, *map(_cells, table.goals)])]
    sys.stdout.write("\n".join(lines) + "\n")
    sys.stdout.flush()


def publish(table: Table, folder: Path = RESULTS) -> None:
    """Print it, and keep it for the pages."""
    show(table)
    folder.mkdir(exist_ok=True)
    (folder / f"{table.name}.md").write_text(markdown(table), encoding="utf-8")
    sys.stdout.write("Kept. `make docs` puts it into the pages.\n")


def markdown(table: Table) -> str:
    """The result as it is kept: what was run, on what, the rows, the goals."""
    when = datetime.now(UTC).date()
    lines = [f"`python -m bench.{table.name}` · {machine()} · {when}", "", table.title, ""]
    lines += _marked(table.heads, table.rows)
    if table.goals:
        lines += ["", *_marked(GOAL_HEADS, [_cells(one) for one in table.goals])]
    return "\n".join(lines) + "\n"


def kept(folder: Path = RESULTS) -> dict[str, str]:
    """All results that are kept, by name."""
    return {path.stem: path.read_text(encoding="utf-8") for path in sorted(folder.glob("*.md"))}


def goals_of(results: dict[str, str]) -> str:
    """The goals of all results, as one table."""
    head = _marked(GOAL_HEADS, [])
    rows: list[str] = []
    for text in results.values():
        before, found, goals = text.partition("\n".join(head) + "\n")
        assert before
        rows += goals.splitlines() if found else []
    return "\n".join([*head, *rows])


def machine() -> str:
    """What it ran on, as far as it matters to whoever compares."""
    return f"{os.cpu_count()} cores, Python {platform.python_version()}"


def median(values: Sequence[float]) -> float:
    return statistics.median(values)


def p99(values: Sequence[float]) -> float:
    """The value that one in a hundred is above."""
    ranked = sorted(values)
    return ranked[min(len(ranked) - 1, int(len(ranked) * SHARE))]


def at_most(what: str, found: float, bar: float, unit: str) -> Goal:
    """A goal that is met at or below its bar."""
    return Goal(what, f"≤ {bar:g}{unit}", f"{found:.3g}{unit}", found <= bar)


def at_least(what: str, found: float, bar: float, unit: str) -> Goal:
    """A goal that is met at or above its bar."""
    return Goal(what, f"≥ {bar:g}{unit}", f"{found:.3g}{unit}", found >= bar)


def _cells(goal: Goal) -> tuple[str, ...]:
    return goal.what, goal.bar, goal.found, YES if goal.met else NO


def _columns(rows: Sequence[Sequence[str]]) -> list[str]:
    """The first column to the left, as it holds words; the others to the right."""
    widths = [max(map(len, column)) for column in zip(*rows, strict=True)]
    return [
        f"{row[0]:<{widths[0]}}"
        + "".join(f"  {cell:>{width}}" for cell, width in zip(row[1:], widths[1:], strict=True))
        for row in rows
    ]


def _marked(heads: Sequence[str], rows: Sequence[Sequence[str]]) -> list[str]:
    rules = ["---", *["---:"] * (len(heads) - 1)]
    return [f"| {' | '.join(one)} |" for one in [heads, rules, *rows]]
