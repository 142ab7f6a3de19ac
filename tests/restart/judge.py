"""What must hold after every cut, whatever was cut and when.

Alone because restarts in process and by `kill -9` are judged by the same rules, and from outside:
the exchange's own books first, then both databases as files, then what the person has read.

May import: boundaries, memory, sandbox.
"""

import re
from dataclasses import dataclass

from piggybot.sandbox.exchange import ExchangeSandbox
from piggybot.sandbox.telegram_people import Person
from tests.restart.boundaries import BOT, PROXY
from tests.restart.memory import Memory, Row, SlotRow

NOTHING = re.compile(r"[Nn]othing was (sent|bought)")
OVER_WITHOUT = {"DENIED", "NOT_SENT", "REJECTED", "ABSENT"}


@dataclass(frozen=True, slots=True)
class Marks:
    """Where everything stood before the path to an order began."""

    orders: int
    posts: int
    event: int
    bot: frozenset[str]
    proxy: frozenset[str]
    slots: frozenset[SlotRow]


class Judge:
    """Looks at one world, between and after walks."""

    words = ("bought once", "nothing bought, and told so")
    """Of a verdict that something was done, and that nothing was."""

    def __init__(self, memory: Memory, exchange: ExchangeSandbox, person: Person) -> None:
        self._memory = memory
        self._exchange = exchange
        self._person = person

    def marks(self) -> Marks:
        return Marks(
            len(self._exchange.books.orders),
            self._exchange.count(),
            self._person.now(),
            frozenset(self._memory.orders(BOT)),
            frozenset(self._memory.orders(PROXY)),
            frozenset(self._memory.slots()),
        )

    def told(self, since: Marks) -> list[str]:
        """What the bot has shown since then."""
        events = self._person.events(since.event)
        return [one.shown.text for one in events if one.by_bot and one.shown]

    def verdict(self, since: Marks) -> bool:
        """Whether one order was bought; AssertionError where anything is not as promised."""
        bought = self._exchange.books.orders[since.orders :]
        assert len(bought) <= 1, f"bought {len(bought)} times: {bought}"
        posts = self._exchange.count() - since.posts
        assert posts <= 1, f"{posts} orders were sent"
        ours = self._new(BOT, since.bot)
        theirs = self._new(PROXY, since.proxy)
        assert len(ours) <= 1, f"one command made {len(ours)} intents: {ours}"
        assert set(theirs) <= set(ours), f"the bot does not know {set(theirs) - set(ours)}"
        texts = self.told(since)
        if not bought:
            for row in (*ours.values(), *theirs.values()):
                assert row.status in OVER_WITHOUT and not row.executed, row
            assert any(NOTHING.search(text) for text in texts), f"not told of nothing: {texts}"
            return False
        [order] = bought
        here = {order.wanted.client_id: Row("FILLED", str(order.order_id), order.executed)}
        assert ours == here, f"bot {ours}, exchange {here}"
        assert theirs == here, f"proxy {theirs}, exchange {here}"
        receipts = [text for text in texts if f"Order ID: {order.order_id}" in text]
        assert receipts and all("Bought" in text for text in receipts), f"not told: {texts}"
        return True

    def _new(self, house: str, known: frozenset[str]) -> dict[str, Row]:
        orders = self._memory.orders(house)
        return {name: row for name, row in orders.items() if name not in known}
