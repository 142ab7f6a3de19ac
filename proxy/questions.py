"""Questions to a venue: asked once, answered raw, and the venue's clock kept beside ours.

Alone, because whatever only reads may be asked again and in any order; orders may not, and are
sent by `exchange.py` alone.

May import: budget, ccxt_line, ccxt_wire, errors, outcome, outcome_binance.
"""

from datetime import datetime, timedelta
from typing import Any

from proxy.budget import Purpose, asking
from proxy.ccxt_line import Answered, Call, Clock, Line, Opener, calling
from proxy.ccxt_wire import RECV_WINDOW_MS, CcxtError, connect
from proxy.errors import ProxyError, VenueUnavailable
from proxy.outcome import EPOCH, OK, About, Answer, error_of, refusal
from proxy.outcome_binance import STALE


class Questions:
    """What may be asked of a venue, over one line. Holds no secret."""

    def __init__(self, name: str, title: str, line: Line, clock: Clock) -> None:
        self.name = name
        self.title = title
        self.line = line
        self.clock = clock
        self.ccxt = connect(name, title, line, clock)
        self._ahead = 0.0

    async def public(self, method: Any, params: dict[str, Any]) -> Any:
        answer = await self.raw(None, method, params)
        if answer.status != OK or answer.json() is None:
            raise refusal(answer, self.about())
        return answer.json()

    async def signed(self, key: Opener, method: Any, params: dict[str, Any]) -> Any:
        """A signed question; asked once more where only our clock was wrong."""
        answer = await self.raw(key, method, params)
        if error_of(answer)[0] == STALE:
            await self.measure_quietly()
            answer = await self.raw(key, method, params)
        if answer.status != OK or answer.json() is None:
            raise refusal(answer, self.about())
        return answer.json()

    async def tried(self, key: Opener, method: Any, params: dict[str, Any]) -> Answer:
        """A signed question; an empty answer, which proves nothing, where it cannot be asked."""
        try:
            answer = await self.raw(key, method, params)
        except ProxyError:
            return Answer()
        if error_of(answer)[0] == STALE:
            await self.measure_quietly()
        return answer

    async def raw(self, key: Opener | None, method: Any, params: dict[str, Any]) -> Answer:
        self.line.check_free(self.title)
        try:
            with calling(Call(key)):
                await method(dict(params))
        except Answered as answered:
            return answered.answer
        except CcxtError as error:
            raise VenueUnavailable(
                "venue_unavailable", f"{self.title}: {type(error).__name__}."
            ) from None
        raise VenueUnavailable("venue_unavailable", f"{self.title} was not asked.")

    async def measure_clock(self) -> int:
        """How many ms our clock is ahead, by the middle of the question's way, without a wait."""
        before = self._ms()
        with asking(Purpose.ACT):
            body = await self.public(self.ccxt.publicGetTime, {})
        server = body.get("serverTime") if isinstance(body, dict) else None
        if not isinstance(server, int):
            raise VenueUnavailable("no_time", f"{self.title} did not tell its time.")
        ahead = (before + self._ms()) // 2 - server
        self._ahead = ahead / 1000
        self.ccxt.options["timeDifference"] = ahead
        return ahead

    async def measure_quietly(self) -> None:
        try:
            await self.measure_clock()
        except VenueUnavailable:
            return

    def about(self) -> About:
        return About(self.title, self._ahead)

    def _ms(self) -> int:
        return int(self.clock().timestamp() * 1000)

    def venue_time(self) -> datetime:
        return self.clock() - timedelta(seconds=self._ahead)

    def venue_ms(self, moment: datetime) -> int:
        own = (moment - EPOCH) // timedelta(milliseconds=1)
        return own - round(self._ahead * 1000) - RECV_WINDOW_MS
