"""People whom the settings list no longer: their runs are paused at a start, and it is told.

Alone because it is about those who may not ask any more: a run that they cannot stop must not go on
buying. What it holds stays theirs, guarded by its exits. Nobody else begins or ends a run unasked.

May import: chat, core, parts, settings, store.
"""

from collections.abc import Sequence
from datetime import datetime

from piggybot.chat import texts_setup
from piggybot.core.mail import WARNING, outgoing
from piggybot.core.runs import Run, RunState
from piggybot.parts import Parts
from piggybot.settings import Settings
from piggybot.store import Outgoing, Person


class Unlisted:
    """Looks at each start, before any run decides: the settings are read then, and never later."""

    def __init__(self, settings: Settings, parts: Parts) -> None:
        self._store, self._door, self._clock = parts.store, parts.door, parts.clock
        self._notifier = parts.notifier
        self._settings = settings

    async def pause(self) -> None:
        """Pause what is at work for them; where nothing is, there is nothing to say."""
        people = await self._door(self._store.people.everyone)
        listed = [one for one in people if self._settings.lists(one.id, owner=one.owner)]
        owner = next((one for one in listed if one.owner), None)
        for person in people:
            if person not in listed:
                await self._pause(person, owner)

    async def _pause(self, person: Person, owner: Person | None) -> None:
        await self._door(self._store.mismatches.go_on_paused, person.id)
        runs = await self._door(self._store.runs.of_person, person.id)
        active = [run for run in runs if run.state is RunState.ACTIVE]
        notices = _notices(person, owner, active, self._clock()) if active else []
        for run in active:
            set_state = self._store.runs.set_state
            await self._door(set_state, run.id, RunState.PAUSED, notices=notices)
            notices = []  # said with the first
        if active:
            self._notifier.wake()


def _notices(
    person: Person, owner: Person | None, runs: Sequence[Run], now: datetime
) -> list[Outgoing]:
    texts = {person.chat_id: texts_setup.unlisted(runs)}
    if owner is not None:
        texts[owner.chat_id] = texts_setup.unlisted_member(person, runs)
    key = f"unlisted:{person.id}:{now.isoformat()}"
    return [
        outgoing(chat_id, {"text": text}, f"{key}:{chat_id}", now, priority=WARNING)
        for chat_id, text in texts.items()
    ]
