"""What both houses have committed, as somebody else sees it: read from their files.

Alone because a house that is ended cannot be asked, and one that is about to be must not be
touched: these connections only read, wait for nobody and hold nobody up.

May import: boundaries.
"""

from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from migrations.database import bundled
from tests.restart.boundaries import BOT

PATIENCE = 30
OVER = "('DENIED', 'NOT_SENT', 'REJECTED', 'ABSENT', 'CANCELED', 'FILLED')"
OPEN = f"SELECT count(*) FROM orders WHERE status NOT IN {OVER}"
UNREAD = "SELECT count(*) FROM inbox WHERE NOT done"
UNSENT = "SELECT min(not_before) FROM outbox WHERE state = 'due'"


@dataclass(frozen=True, slots=True)
class Row:
    """An order as one of our journals has it."""

    status: str
    order_id: str | None
    executed: Decimal


@dataclass(frozen=True, slots=True)
class SlotRow:
    """How a slot of a run is accounted for."""

    at: int
    outcome: str
    reason: str
    client_id: str | None


class Memory:
    """Both databases."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._connections: dict[str, Any] = {}

    def orders(self, house: str) -> dict[str, Row]:
        """Every order that this house has ever written down, by its client id."""
        found = self._ask(house, "SELECT client_id, status, order_id, executed FROM orders")
        return {row[0]: Row(row[1], row[2], Decimal(row[3])) for row in found}

    def open_orders(self, house: str) -> int:
        """How many orders this house still asks about."""
        return int(self._ask(house, OPEN)[0][0])

    def unread(self) -> int:
        """How many messages no handler of the bot has finished."""
        return int(self._ask(BOT, UNREAD)[0][0])

    def next_letter(self) -> int | None:
        """When the next letter may leave, in milliseconds since 1970; None: there is none."""
        due = self._ask(BOT, UNSENT)[0][0]
        return None if due is None else int(due)

    def slots(self) -> list[SlotRow]:
        """Every slot of every run."""
        found = self._ask(BOT, "SELECT at, outcome, reason, client_id FROM slots")
        return [SlotRow(*row) for row in found]

    def held(self) -> int:
        """How many entries the runs hold."""
        return int(self._ask(BOT, "SELECT total(entries) FROM positions WHERE run_id != ''")[0][0])

    def units(self) -> Decimal:
        """How much the runs hold, to the last unit."""
        found = self._ask(BOT, "SELECT units FROM positions WHERE run_id != ''")
        return sum((Decimal(row[0]) for row in found), Decimal(0))

    def of_runs(self) -> set[str]:
        """The client ids of all orders that runs have made."""
        return {row[0] for row in self._ask(BOT, "SELECT client_id FROM orders WHERE run_id != ''")}

    def close(self) -> None:
        for connection in self._connections.values():
            connection.close()
        self._connections.clear()

    def _ask(self, house: str, query: str) -> list[Any]:
        if house not in self._connections:
            file = self._folder / house / f"{house}.db"
            self._connections[house] = bundled.connect(file, timeout=PATIENCE)
        return list(self._connections[house].execute(query))
