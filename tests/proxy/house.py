"""A proxy without its HTTP: real store, gate, vault and desk over fake venues and a set clock.

May import: accounts, desk, paper, parts, stopgate, store, tables, vault, wire.
"""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from migrations.database import Door, open_database
from proxy.accounts import Accounts
from proxy.desk import Desk
from proxy.paper import PaperVenue
from proxy.parts import LiveRules, Parts
from proxy.records import KeyRow
from proxy.stopgate import StopGate
from proxy.store import Store
from proxy.tables import metadata
from proxy.vault import Vault
from proxy.wire import Limits, Mode, ModeIn, Permissions, RegisterIn, Side, TradeIn
from tests.databases import address
from tests.proxy.fake_venue import FakeVenue

D = Decimal
LIMITS = Limits(
    minTradeUsd=D(2),
    maxTradeUsd=D(50),
    maxTradeShare=D("0.01"),
    maxTradesPerDay=20,
    maxDailyLossShare=D("0.05"),
    symbols=["BTC/USDT", "ETH/USDT"],
)
NOON = datetime(2026, 3, 1, 12, 0, tzinfo=UTC)


class House:
    """One proxy, and what is around it: the venue and the clock outlive a crash of it."""

    def __init__(self, folder: Path, *, limits: Limits = LIMITS, token: str | None = None) -> None:
        self.now = NOON
        self.passed = 0.0
        self.folder = folder
        self.limits = limits
        self.live = LiveRules(True, token)
        self.venue = FakeVenue(self.clock)
        self._built: list[tuple] = []
        self._address = address(folder, "proxy", metadata)
        self.build()

    def clock(self) -> datetime:
        return self.now

    def after(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)
        self.passed += seconds

    def set_clock(self, seconds: float) -> None:
        """The wall clock is set forward or back; no time passes."""
        self.now += timedelta(seconds=seconds)

    def monotonic(self) -> float:
        return self.passed

    def build(self) -> None:
        if not self._address.startswith("sqlite"):
            self.close()  # there the database itself lets only one in
        engine = open_database(self._address, "proxy")
        door = Door()
        self._built.append((engine, door))
        self.engine = engine
        self.store = Store(engine)
        self.gate = StopGate(self.folder / "STOP", self.monotonic)
        self.vault = Vault(self.folder / "proxy")
        paper = PaperVenue(self.venue, self.store, door, self.clock)
        venues, papers = {"binanceus": self.venue}, {"binanceus": paper}
        self.parts = Parts(
            store=self.store,
            door=door,
            gate=self.gate,
            venues=venues,
            paper=papers,
            vault=self.vault,
            limits=self.limits,
            live=self.live,
            clock=self.clock,
            monotonic=self.monotonic,
        )
        self.paper = paper
        self.accounts = Accounts(self.parts)
        self.desk = Desk(self.parts, self.accounts)

    async def restart(self) -> None:
        """The old process is gone, with all that it knew; a new one starts on its data."""
        self.build()
        await self.desk.recover()

    def close(self) -> None:
        for engine, door in self._built:
            door.close()
            engine.dispose()
        self._built.clear()

    async def open(self, *users: str) -> None:
        await self.desk.recover()
        for user in users:
            await self.accounts.register(RegisterIn(userId=user))

    async def go_live(self, user: str, token: str | None = None) -> None:
        key = KeyRow(user, "binanceus", "sealed", "sealed", Permissions(trade=True), self.now)
        self.store.keys.replace(key, None)
        await self.accounts.set_mode(ModeIn(userId=user, mode=Mode.LIVE, confirmToken=token))

    async def lose(self, user: str) -> None:
        """Live, with more of its small account lost today than it may lose: the price halves."""
        self.venue.cash = D(150)
        await self.open(user)
        await self.go_live(user)
        for number in range(12):
            await self.desk.place(trade(user, usd=2), f"pg-order-{number:04}")
        self.venue.prices["BTC/USDT"] = D(25000)
        self.after(61)
        self.accounts.touched()

    async def mode(self, user: str) -> Mode:
        return (await self.accounts.account(user)).mode

    async def settle(self, rounds: int = 40) -> None:
        """Let the resolver work, half a second a round."""
        for _ in range(rounds):
            self.after(0.5)
            await self.desk.resolve_once()


def trade(user: str = "ann", usd: object = 10, **more: object) -> TradeIn:
    """A buy of 10 USD of bitcoin, unless said otherwise."""
    fields: dict[str, object] = {
        "userId": user,
        "exchange": "binanceus",
        "side": Side.BUY,
        "symbol": "BTC/USDT",
    }
    fields["amountUsd"] = None if usd is None else D(str(usd))
    return TradeIn(**(fields | more))
