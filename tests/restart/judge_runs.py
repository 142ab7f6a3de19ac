"""What must hold after every cut on a run's own path, from the same three sides as by hand.

Alone because nobody has asked: a slot may come to nothing, if it is accounted for and says why; an
exit may not, as it is tried until it has sold. And the run's books must be the exchange's.

May import: boundaries, judge, memory, sandbox.
"""

from decimal import Decimal

from piggybot.sandbox.books import Order
from tests.restart.boundaries import BOT, PROXY
from tests.restart.judge import NOTHING, OVER_WITHOUT, Judge, Marks
from tests.restart.memory import Row

COIN = "BTC"
STEP = Decimal("0.00001")


class SlotJudge(Judge):
    """The slot came once, and bought once, or nothing."""

    side, word = "BUY", "Bought"
    words = ("bought once", "nothing bought, and accounted for")

    def verdict(self, since: Marks) -> bool:
        made = self._made(since)
        fresh = [one for one in self._memory.slots() if one not in since.slots]
        assert len(fresh) == 1, f"the slot is accounted for {len(fresh)} times: {fresh}"
        [slot] = fresh
        if made is None:
            ours = self._new(BOT, since.bot)
            assert ours or (slot.outcome == "DENIED" and slot.reason), slot
            told = any(NOTHING.search(text) for text in self.told(since))
            assert told or not ours, f"not told of nothing: {self.told(since)}"
            return False
        assert (slot.outcome, slot.client_id) == ("RUN", made.wanted.client_id), slot
        return True

    def _made(self, since: Marks) -> Order | None:
        """The one order that came through; AssertionError where anything is not as promised."""
        made = self._exchange.books.orders[since.orders :]
        assert len(made) <= 1, f"{len(made)} orders were executed: {made}"
        posts = self._exchange.count() - since.posts
        assert posts <= 1, f"{posts} orders were sent"
        ours, theirs = self._new(BOT, since.bot), self._new(PROXY, since.proxy)
        assert set(theirs) <= set(ours), f"the bot does not know {set(theirs) - set(ours)}"
        for order in made:
            assert order.wanted.side == self.side, order
            here = Row("FILLED", str(order.order_id), order.executed)
            for house, rows in ((BOT, ours), (PROXY, theirs)):
                row = rows.pop(order.wanted.client_id, None)
                assert row == here, f"{house} {row}, exchange {here}"
            texts = [one for one in self.told(since) if f"Order ID: {order.order_id}" in one]
            assert texts and all(self.word in one for one in texts), f"told {self.told(since)}"
        for row in (*ours.values(), *theirs.values()):
            assert row.status in OVER_WITHOUT and not row.executed, row
        assert self._memory.units() == self._executed(), "the run's books are not the exchange's"
        return made[0] if made else None

    def _executed(self) -> Decimal:
        """What the run's orders have left it, by the exchange's own trades."""
        mine, left = self._memory.of_runs(), Decimal(0)
        for trade in self._exchange.books.trades:
            if trade.client_id in mine:
                left += trade.quantity if trade.side == "BUY" else -trade.quantity
                left -= trade.commission if trade.commission_asset == COIN else Decimal(0)
        return left


class ExitJudge(SlotJudge):
    """What was held was sold, once and whole."""

    side, word = "SELL", "Sold"
    words = ("sold once", "nothing sold")

    def verdict(self, since: Marks) -> bool:
        sale = self._made(since)
        assert sale is not None, "its exit was due, and has not sold"
        assert not self._memory.held()
        assert Decimal(0) <= self._memory.units() < STEP, "more is left than cannot be sold"
        return True
