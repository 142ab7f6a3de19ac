"""A proxy in memory: the one fake at the border of ports.Broker, with books of its own.

Its faults are set by name: `down` (nothing arrives), `lost` (arrives, the answer does not),
`unseen` (sent, never arrives), `refuse` (denied), `unkept` (a stop is not written down). What was
bought is counted in `books`.

May import: errors, wire.
"""

from collections.abc import Awaitable, Callable
from decimal import Decimal

from piggybot.errors import BrokerDown, BrokerRefused
from proxy.wire import (
    AccountOut,
    AccountsOut,
    Balance,
    BalanceOut,
    CheckOut,
    CredentialsIn,
    CredentialsOut,
    Exchange,
    ForgetIn,
    ForgetOut,
    HealthOut,
    Holding,
    KeyState,
    Limits,
    LimitsIn,
    Mode,
    ModeIn,
    OrderOut,
    PendingOut,
    Permissions,
    PriceOut,
    Problem,
    RegisterIn,
    Side,
    Sizes,
    Status,
    StopIn,
    StopOut,
    Today,
    TradeIn,
    TradeOut,
)
from tests.bot.fake_account import OPERATOR, FakeAccount
from tests.bot.values import traded

PRICE = Decimal(64000)


class FakeBroker:
    price_now = PRICE
    step = Decimal("0.00000001")

    def __init__(self) -> None:
        self.accounts: dict[str, FakeAccount] = {}
        self.books: dict[str, OrderOut] = {}
        self.posts: list[str] = []
        self.checked: list[TradeIn] = []
        self.calls: list[str] = []
        self.down = False
        self.traces = False
        self.broken: set[str] = set()
        self.forget_refused: BrokerRefused | None = None
        self.lost = False
        self.unseen = False
        self.refuse: BrokerRefused | None = None
        self.priceless: BrokerRefused | BrokerDown | None = None
        self.outcome: Status | None = None
        self.key_refused: Problem | None = None
        self.live_allowed = True
        self.token_required = False
        self.settled = True
        self.unkept: Problem | None = None
        self.sandbox = True
        self.during_forget: list[Callable[[], Awaitable[None]]] = []
        """What happens meanwhile, once each, while a removal is on its way."""

    def _arrive(self, call: str) -> None:
        self.calls.append(call)
        if self.down:
            raise BrokerDown("The trading service cannot be reached.", "Is it running?", sent=False)

    def _account(self, user_id: str) -> FakeAccount:
        if user_id in self.broken:
            raise BrokerDown("It answered with error 500.", "Is it running?", sent=True)
        if user_id not in self.accounts:
            raise BrokerRefused(Problem(code="unknown_account", message="No account."), 404)
        return self.accounts[user_id]

    async def health(self) -> HealthOut:
        self._arrive("health")
        return HealthOut(
            version="1",
            keyId="abcd1234",
            publicKey="cHVibGlj",
            liveAllowed=self.live_allowed,
            liveTokenRequired=self.token_required,
            exchanges=[
                Exchange(name="binanceus", title="Binance.US", supported=True),
                Exchange(name="kraken", title="Kraken", supported=False),
            ],
            sandbox=self.sandbox,
            stopped=False,
            recovering=False,
        )

    async def register(self, request: RegisterIn) -> AccountOut:
        self._arrive("register")
        self.accounts.setdefault(request.userId, FakeAccount(request.userId))
        return self._out(self.accounts[request.userId])

    async def everyone(self) -> AccountsOut:
        self._arrive("everyone")
        return AccountsOut(userIds=list(self.accounts))

    async def account(self, user_id: str) -> AccountOut:
        self._arrive("account")
        return self._out(self._account(user_id))

    async def credentials(self, request: CredentialsIn) -> CredentialsOut:
        self._arrive("credentials")
        if self.key_refused is not None:
            raise BrokerRefused(self.key_refused, 401)
        self._account(request.userId).keys.append(request.exchange)
        return CredentialsOut(
            canTrade=True,
            userId=request.userId,
            exchange=request.exchange,
            permissions=Permissions(trade=True, withdraw=False),
            warnings=["No IP allow-list."],
        )

    async def forget(self, request: ForgetIn) -> ForgetOut:
        self._arrive("forget")
        while self.during_forget:
            await self.during_forget.pop()()
        if self.forget_refused is not None:
            raise self.forget_refused
        account = self._account(request.userId)
        gone = [each for each in account.keys if request.exchange in {None, each}]
        account.keys = [each for each in account.keys if each not in gone]
        return ForgetOut(forgotten=gone, traces=self.traces)

    async def mode(self, request: ModeIn) -> AccountOut:
        self._arrive(f"mode {request.mode}")
        account = self._account(request.userId)
        if account.mode is Mode.HALTED and not request.resume:
            raise BrokerRefused(Problem(code="account_halted", message="Stopped."), 409)
        real = account.mode is not Mode.PAPER and account.held and request.mode is Mode.PAPER
        account.mode = Mode.REDUCING if real else request.mode
        account.epoch += 1
        return self._out(account)

    async def limits(self, request: LimitsIn) -> AccountOut:
        self._arrive("limits")
        account = self._account(request.userId)
        asked = request.model_dump(exclude_none=True, exclude={"userId"})
        account.limits = Limits.model_validate({**account.limits.model_dump(), **asked})
        return self._out(account)

    async def stop(self, request: StopIn) -> StopOut:
        self._arrive("stop")
        whose = [request.userId] if request.userId else list(self.accounts)
        for user_id in whose:
            account = self._account(user_id)
            account.mode, account.epoch = Mode.HALTED, account.epoch + 1
        return await self._stop_out()

    async def stop_state(self, user_id: str | None) -> StopOut:
        self._arrive("stop_state")
        return await self._stop_out()

    async def _stop_out(self) -> StopOut:
        counts = {"epoch": 2, "inFlight": 0, "cancelled": 1, "unknown": 0}
        return StopOut(closed=True, settled=self.settled, problem=self.unkept, **counts)

    async def place(self, order: TradeIn, client_id: str) -> TradeOut | PendingOut:
        self._arrive("place")
        self.posts.append(client_id)
        if self.refuse is not None:
            raise self.refuse
        if self.unseen:
            raise BrokerDown("No answer in time.", "I ask again.", sent=True)
        self.books[client_id] = self._fill(order, client_id)
        if self.lost:
            raise BrokerDown("No answer in time.", "I ask again.", sent=True)
        if self.outcome in {Status.UNKNOWN, Status.OPEN, Status.QUARANTINED}:
            return PendingOut(status=self.outcome.value, clientOrderId=client_id)  # type: ignore[arg-type]
        out = self.books[client_id]
        shared = TradeOut.model_fields.keys() & out.model_dump().keys()
        return TradeOut.model_validate({name: getattr(out, name) for name in shared})

    async def check(self, order: TradeIn) -> CheckOut:
        self._arrive("check")
        self.checked.append(order)
        if self.refuse is not None:
            return CheckOut(allowed=False, error=self.refuse.problem)
        return CheckOut(allowed=True, units=order.units and order.units // self.step * self.step)

    def sizes(self) -> Sizes:
        return Sizes(minNotional=Decimal(0), minQty=Decimal(0), step=self.step)

    def _fill(self, order: TradeIn, client_id: str) -> OrderOut:
        units = order.units or (order.amountUsd or Decimal(0)) / self.price_now
        account = self._account(order.userId)
        account.held += units if order.side is Side.BUY else -units
        return OrderOut(
            clientOrderId=client_id,
            userId=order.userId,
            exchange=order.exchange,
            status=self.outcome or Status.FILLED,
            mode=order.mode or Mode.PAPER,
            symbol=order.symbol,
            side=order.side,
            createdAt=0,
            orderId="777",
            price=self.price_now,
            executedQty=units,
            cummulativeQuoteQty=units * self.price_now,
            fee=Decimal("0.002"),
            transactTime=1_700_000_000_000,
            sandbox=self.sandbox,
            fills=[traded(str(units), str(self.price_now), f"t-{client_id}", fee=Decimal("0.002"))],
            sizes=self.sizes(),
        )

    async def order(self, user_id: str, client_id: str) -> OrderOut:
        self._arrive("order")
        out = self.books.get(client_id)
        if out is None or out.userId != user_id:
            raise BrokerRefused(Problem(code="unknown_order", message="No such order."), 404)
        return out.model_copy(update={"status": self.outcome or out.status})

    async def void(self, user_id: str, client_id: str) -> OrderOut:
        self._arrive("void")
        known = self.books.get(client_id)
        if known is not None:
            return known
        self.books[client_id] = OrderOut(
            clientOrderId=client_id,
            userId=user_id,
            exchange="binanceus",
            status=Status.NOT_SENT,
            mode=Mode.PAPER,
            symbol="",
            side=Side.BUY,
            createdAt=0,
            error=Problem(code="voided", message="The order never arrived."),
        )
        return self.books[client_id]

    async def price(self, exchange: str, symbol: str) -> PriceOut:
        self._arrive("price")
        if self.priceless is not None:
            raise self.priceless
        return PriceOut(
            exchange=exchange, symbol=symbol, price=self.price_now, at=0, sandbox=self.sandbox
        )

    async def balance(self, user_id: str, exchange: str) -> BalanceOut:
        self._arrive("balance")
        account = self._account(user_id)

        def coins(amount: Decimal) -> Balance:
            return Balance(free=amount, locked=Decimal(0), total=amount)

        held = {"USDT": coins(Decimal("9998")), "BTC": coins(account.held)}
        return BalanceOut(
            balances=held, totalUsd=Decimal(10000), mode=account.mode, sandbox=self.sandbox
        )

    @property
    def bought(self) -> list[OrderOut]:
        return [order for order in self.books.values() if order.executedQty]

    def _out(self, account: FakeAccount) -> AccountOut:
        names, units = {"exchange": "binanceus", "symbol": "BTC/USDT"}, account.held
        held = [Holding(**names, units=units, costUsd=Decimal(2)), *account.elsewhere]
        return AccountOut(
            userId=account.user_id,
            exchange="binanceus",
            mode=account.mode,
            epoch=account.epoch,
            stopped=account.stopped,
            reason=account.reason,
            limits=account.limits,
            operatorLimits=OPERATOR,
            today=Today(day="2026-01-01", trades=len(self.bought), spentUsd=Decimal(0)),
            keys=[
                KeyState(exchange=each, validated=True, permissions=Permissions())
                for each in account.keys
            ],
            holdings=[one for one in held if one.units],
            unresolved=[],
            sandbox=self.sandbox,
        )
