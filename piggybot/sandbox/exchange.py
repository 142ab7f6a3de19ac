"""An exchange on loopback that speaks Binance's spot REST, keeps books, and can misbehave.

`ExchangeSandbox` is the exchange: `meet` answers requests, its Python side is for tests of the same
process, and `/sandbox/…` (control.py) offers that side over HTTP. exchange_server.py puts it on a
socket, which the fault `refused` needs. Nothing is written to disk: it is the outside world.

May import: nothing of ours.
"""

import asyncio
import contextlib
import secrets
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path

from piggybot.sandbox.books import Account, Balance, Books
from piggybot.sandbox.faults import (
    DEFAULT_TARGET,
    NAMES,
    ORDER,
    Answer,
    Fault,
    Faults,
    Garbled,
    as_json,
)
from piggybot.sandbox.holds import Hold
from piggybot.sandbox.market import DATA, Clock, Market
from piggybot.sandbox.orders import Trading
from piggybot.sandbox.public import Reading
from piggybot.sandbox.requests import Request, account_of
from piggybot.sandbox.rules import ApiError
from piggybot.sandbox.serve import Server

DEMO_BALANCES = {"USDT": "10000"}
SLOW_SECONDS = 3.0
NOT_FOUND = 404


def utc_now() -> datetime:
    return datetime.now(UTC)


class ExchangeSandbox:
    """The exchange. `requests` holds every call but those to `/sandbox/…`, oldest first."""

    def __init__(self, clock: Clock = utc_now, data: Path = DATA) -> None:
        self.clock = clock
        self._skew = timedelta()
        self._news = asyncio.Event()
        self._freed = asyncio.Event()
        self._holds: list[Hold] = []
        self.market = Market(clock, data)
        self.books = Books(self.market, self.now)
        self.faults = Faults()
        self.requests: list[Request] = []
        self.executed: list[Request] = []
        self.server: Server | None = None
        trading, reading = Trading(self.books), Reading(self.market, self.milliseconds)
        self._public = reading.routes()
        self._signed = trading.routes() | reading.signed_routes()

    # What tests and the demo's player do.

    def add_key(  # noqa: PLR0913
        self,
        api_key: str | None = None,
        secret: str | None = None,
        *,
        can_trade: bool = True,
        can_withdraw: bool = False,
        ip_restricted: bool = False,
        ip_refused: bool = False,
        balances: dict[str, str] | None = None,
    ) -> Account:
        """A key with an account of its own. Without names, a random pair in Binance's form."""
        owned = DEMO_BALANCES if balances is None else balances
        account = Account(
            api_key or secrets.token_hex(32),
            secret or secrets.token_hex(32),
            can_trade,
            can_withdraw,
            ip_restricted,
            ip_refused,
            {asset: Balance(Decimal(held)) for asset, held in owned.items()},
        )
        self.books.accounts[account.api_key] = account
        return account

    async def misbehave(  # noqa: PLR0913
        self,
        name: str,
        *,
        count: int | None = None,
        method: str | None = None,
        path: str | None = None,
        seconds: float = SLOW_SECONDS,
        at: int | None = None,
    ) -> None:
        """Meet matching requests with this fault: `count` of them, or all until `ok`.

        `ok` ends every fault, lets waiting requests go on, and listens again. `seconds` is how
        slow `slow` is and how far `clock-skew` puts the exchange's clock ahead; `at` (ms) is the
        open time of the candle that a lie is about, or of the first one with `candles-young`.
        """
        if name not in NAMES:
            raise ValueError(f"no fault is called {name!r}; there are: {', '.join(NAMES)}")
        if name == "ok":
            return await self._behave()
        if name == "clock-skew":
            self._skew = timedelta(seconds=seconds)
            return None
        if name == "candles-young":
            self.market.begins = self.milliseconds() if at is None else at
            return None
        if name == "refused":
            if self.server is None:
                raise ValueError("only an ExchangeServer can refuse connections")
            return await self.server.close_listener()
        usual = DEFAULT_TARGET.get(name, ("POST", ORDER))
        self.faults.add(Fault(name, count, method or usual[0], path or usual[1], seconds, at))
        return None

    @property
    def misbehaving(self) -> list[str]:
        """The names of all that stands until `ok`, or until it has counted down."""
        standing = [fault.name for fault in self.faults.standing]
        if self._skew:
            standing.append("clock-skew")
        if self.market.begins:
            standing.append("candles-young")
        if self.server is not None and not self.server.listening:
            standing.append("refused")
        return standing

    def hold(self, point: str, method: str = "POST", path: str = ORDER) -> Hold:
        """Let matching requests wait `before` or `after` they are executed, until released."""
        if point not in ("before", "after"):
            raise ValueError("a request can be held before or after it is executed")
        hold = Hold(point, method, path)
        self._holds.append(hold)
        return hold

    async def arrived(self, method: str = "POST", path: str = ORDER, times: int = 1) -> None:
        """Wait until so many such requests have come in, executed or not."""
        await self._until(self.requests, method, path, times)

    async def done(self, method: str = "POST", path: str = ORDER, times: int = 1) -> None:
        """Wait until so many such requests have been executed, answered or not."""
        await self._until(self.executed, method, path, times)

    def count(self, method: str = "POST", path: str = ORDER) -> int:
        """How many such requests have come in."""
        return sum(
            1 for request in self.requests if (request.method, request.path) == (method, path)
        )

    def now(self) -> datetime:
        """The exchange's own time, its skew included."""
        return self.clock() + self._skew

    def milliseconds(self) -> int:
        return int(self.now().timestamp() * 1000)

    # What the wire does.

    async def meet(self, request: Request) -> Answer | Garbled:
        """One request from arrival to answer, with whatever stands in its way."""
        self.requests.append(request)
        self._tell()
        fault = self.faults.take(request)
        await self._pause("before", request)
        if fault is None:
            answer = self._execute(request)
            await self._pause("after", request)
            return answer
        if fault.name == "slow-before":
            await self._wait(fault.seconds)
        answer = as_json({})
        if fault.executes:
            answer = self._execute(request)
            await self._pause("after", request)
        return await self._spoilt(fault, answer, request)

    def answer(self, request: Request) -> Answer:
        """Execute a request and return Binance's answer to it."""
        self.books.match()
        route = (request.method, request.path)
        try:
            if route in self._public:
                return as_json(self._public[route](request))
            if route not in self._signed:
                return Answer(NOT_FOUND, b"<html>404 Not found</html>")
            account = account_of(request, self.books.accounts, self.milliseconds())
            return as_json(self._signed[route](account, request))
        except ApiError as refusal:
            return as_json(refusal.body, refusal.status)

    async def _spoilt(self, fault: Fault, answer: Answer, request: Request) -> Answer | Garbled:
        if fault.name == "not-found":
            return as_json({"code": -2013, "msg": "Order does not exist."}, 400)
        if fault.name == "trades-empty":
            return as_json([])
        if fault.name == "slow-after":
            await self._wait(fault.seconds)
        if fault.kind == "timeout":
            await self._freed.wait()
        if fault.name == "timeout-before":
            return Garbled(b"")
        return fault.spoil(answer, request) if fault.spoil else answer

    def _execute(self, request: Request) -> Answer:
        answer = self.answer(request)
        self.executed.append(request)
        self._tell()
        return answer

    async def _behave(self) -> None:
        self.faults.clear()
        self._skew = timedelta()
        self.market.begins = 0
        for hold in self._holds:
            hold.release()
        self._holds.clear()
        self._freed.set()
        self._freed = asyncio.Event()
        if self.server is not None:
            await self.server.open_listener()

    async def _pause(self, point: str, request: Request) -> None:
        for hold in list(self._holds):
            if hold.meets(point, request):
                await hold.wait()

    async def _wait(self, seconds: float) -> None:
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._freed.wait(), seconds)

    def _tell(self) -> None:
        self._news.set()
        self._news = asyncio.Event()

    async def _until(self, log: list[Request], method: str, path: str, times: int) -> None:
        while sum(1 for seen in log if (seen.method, seen.path) == (method, path)) < times:
            await self._news.wait()
