"""An account as the fake proxy keeps it, and the limits of its operator.

May import: wire.
"""

from dataclasses import dataclass, field
from decimal import Decimal

from proxy.wire import Holding, Limits, Mode

OPERATOR = Limits(
    minTradeUsd=Decimal(2),
    maxTradeUsd=Decimal(50),
    maxTradeShare=Decimal("0.01"),
    maxTradesPerDay=20,
    maxDailyLossShare=Decimal("0.05"),
    symbols=["BTC/USDT", "ETH/USDT"],
)


@dataclass(slots=True)
class FakeAccount:
    user_id: str
    mode: Mode = Mode.PAPER
    epoch: int = 1
    reason: str = ""
    limits: Limits = OPERATOR
    keys: list[str] = field(default_factory=list)
    held: Decimal = Decimal(0)
    elsewhere: list[Holding] = field(default_factory=list)
    stopped: bool = False
