"""How things stand for a run: its account's mode, stops, latches, orders that are not settled.

Alone because the runner, the watcher and the chat must see the same. One look at the store serves
a whole tick; accounts are as they were seen last, and the proxy judges every order anew.

May import: core, desk, errands, errors, latches, parts, store, wire.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from piggybot.core.decisions import Standing
from piggybot.core.orders import Unsettled
from piggybot.core.runs import Run
from piggybot.desk import Desk
from piggybot.errands import STOP_ALL
from piggybot.errors import NotAllowed
from piggybot.latches import HELD, NO_ENTRIES, NO_LIVE_ENTRIES, UNDECIDED, latches_of
from piggybot.parts import Parts
from piggybot.store import Person
from proxy.wire import AccountOut

STOPS = "stop:"


@dataclass(frozen=True, slots=True)
class Scene:
    """What was seen at one moment, for all."""

    now: datetime
    day: str
    """Today, as accounts name it."""
    people: Mapping[int, Person]
    stops: frozenset[str]
    latches: Mapping[str, str]
    unsettled: Mapping[str, Unsettled]
    """Runs with an order that is not over."""
    undecided: frozenset[str]
    """Runs whose candles could not be used when they were asked for last."""

    def chat_of(self, person_id: int) -> int:
        """Where this person is told things; a private chat has its person's id."""
        person = self.people.get(person_id)
        return person_id if person is None else person.chat_id


class Standings:
    """Looks once, then tells for each run."""

    def __init__(self, parts: Parts, desk: Desk) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._desk = desk

    async def scene(self) -> Scene:
        """One look at what all runs have in common."""
        return await self._door(self._look)

    async def of(self, run: Run, scene: Scene) -> Standing:
        """The standing of one run. PiggyError where its account cannot be had."""
        person = scene.people.get(run.person_id)
        if person is None:
            raise NotAllowed("Its person is not there any more.")
        account = await self._desk.accounts.known(person)
        stopped = account.stopped or bool(scene.stops & {STOP_ALL, f"{STOPS}{run.user_id}"})
        return Standing(
            mode=account.mode,
            epoch=account.epoch,
            sandbox=account.sandbox,
            stopped=stopped,
            latch=_latch(account, scene),
            unsettled=scene.unsettled.get(run.id),
            limits=account.limits,
            trades_today=_trades(account, scene),
        )

    def _look(self) -> Scene:
        """In the store's thread: a few short questions."""
        flags = self._store.flags
        latches = flags.beginning(HELD) | flags.those((NO_ENTRIES, NO_LIVE_ENTRIES))
        now = self._clock()
        return Scene(
            now=now,
            day=f"{now:%Y-%m-%d}",
            people={one.id: one for one in self._store.people.everyone()},
            stops=frozenset(flags.beginning(STOPS)),
            latches=latches,
            unsettled=self._store.orders.unsettled(),
            undecided=frozenset(
                name.removeprefix(UNDECIDED) for name in flags.beginning(UNDECIDED)
            ),
        )


def _latch(account: AccountOut, scene: Scene) -> str:
    names = latches_of(account.userId, account.mode)
    return next((scene.latches[name] for name in names if name in scene.latches), "")


def _trades(account: AccountOut, scene: Scene) -> int:
    """Today's; what was seen yesterday says nothing."""
    return account.today.trades if account.today.day == scene.day else 0
