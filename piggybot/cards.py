"""Keeps the cards of positions true for a while: edited in place, at a calm pace.

Alone because it speaks unasked and often: so it may edit only, and few cards at a time.

May import: chat, core, errors, store, unasked.
"""

from itertools import groupby
from operator import attrgetter

import structlog

from piggybot.chat import position_card
from piggybot.chat.ask import Keyboard, Reply, letter
from piggybot.core import cards
from piggybot.core.cards import Card
from piggybot.errors import PiggyError
from piggybot.store import ButtonRow, Outgoing, Person
from piggybot.unasked import Unasked

AT_ONCE = 2
"""Cards of one person that one look may change: a chat takes about one message a second."""
log = structlog.get_logger(__name__)


class Cards:
    """Looks at every card that is alive."""

    def __init__(self, parts: Unasked) -> None:
        self._parts = parts

    async def refresh(self) -> None:
        """Change those that have news; one that cannot be looked at holds up no other."""
        parts = self._parts
        alive = await parts.door(parts.store.cards.all)
        person_id = attrgetter("person_id")
        for one, group in groupby(sorted(alive, key=person_id), person_id):
            person = await parts.door(parts.store.people.find, one)
            if person is not None:
                await self._of_person(person, list(group))

    async def _of_person(self, person: Person, found: list[Card]) -> None:
        changed = 0
        for card in found:
            if changed >= AT_ONCE:
                return
            if cards.rests(card, self._parts.clock()):
                continue
            try:
                changed += await self._look(person, card)
            except PiggyError as error:
                log.info("card not refreshed", letter=card.letter, why=error.message)

    async def _look(self, person: Person, card: Card) -> bool:
        """Whether it was changed."""
        parts, now = self._parts, self._parts.clock()
        view = await position_card.view(parts, person, card.position)
        if not view.held:
            return await self._end(person, card, view.text, ())
        if cards.over(card, now):
            return await self._end(person, card, view.text, position_card.again(card))
        if not cards.is_news(card, view.text, now):
            return False
        row, minted = self._letter(person, card, view.text, view.buttons)
        done = await parts.door(parts.store.cards.edited, card, view.text, now, row, minted)
        parts.notifier.wake()
        return done

    async def _end(self, person: Person, card: Card, text: str, buttons: Keyboard) -> bool:
        parts = self._parts
        row, minted = self._letter(person, card, text, buttons)
        done = await parts.door(parts.store.cards.end, card, row, minted)
        parts.notifier.wake()
        return done

    def _letter(
        self, person: Person, card: Card, text: str, buttons: Keyboard
    ) -> tuple[Outgoing, list[ButtonRow]]:
        parts, now = self._parts, self._parts.clock()
        reply = Reply(position_card.stamped(text, now), buttons, edits=card.letter)
        return letter(person, f"{card.letter}:{parts.ids()}", reply, now, parts.ids)
