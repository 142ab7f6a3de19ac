"""Accounts that the proxy keeps and the bot's database does not know: told to the owner, each once.

Alone because only a database that was lost, or another program, makes them: all else in the bot
begins with the people that it knows. Nothing is done with them here.

May import: chat, core, errors, parts, store, wire.
"""

from piggybot.chat import texts_setup
from piggybot.core.mail import WARNING, outgoing
from piggybot.errors import PiggyError
from piggybot.parts import Parts
from piggybot.store import Person
from proxy.wire import AccountOut, Mode


class LeftBehind:
    """Looks once for each set of people that it knows: at a start, and when one has joined."""

    def __init__(self, parts: Parts) -> None:
        self._store, self._door, self._broker = parts.store, parts.door, parts.broker
        self._clock, self._notifier = parts.clock, parts.notifier
        self._looked: frozenset[str] = frozenset()

    async def check(self) -> None:
        """Ask for all accounts; where the proxy is silent, the next look asks again."""
        people = await self._door(self._store.people.everyone)
        known = frozenset(one.user_id for one in people)
        owner = next((one for one in people if one.owner), None)
        if owner is None or known == self._looked:
            return
        try:
            for user_id in (await self._broker.everyone()).userIds:
                if user_id not in known:
                    await self._tell(owner, await self._broker.account(user_id))
        except PiggyError:
            return
        self._looked = known

    async def _tell(self, owner: Person, account: AccountOut) -> None:
        flag = f"left_behind:{account.userId}"
        if not _matters(account) or await self._door(self._store.flags.get, flag) is not None:
            return
        text = texts_setup.left_behind(account)
        row = outgoing(owner.chat_id, {"text": text}, flag, self._clock(), priority=WARNING)
        await self._door(self._store.outbox.add, [row])
        await self._door(self._store.flags.put, flag, "told")
        self._notifier.wake()


def _matters(account: AccountOut) -> bool:
    """Play money that nobody misses is not worth a word."""
    real = account.mode is not Mode.PAPER and account.holdings
    return bool(real or account.keys or account.unresolved)
