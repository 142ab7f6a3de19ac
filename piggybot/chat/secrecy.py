"""Telling what became of a message that carried a secret, also where the handler had to refuse.

Alone because /setkeys and /live share it, and forgetting it once leaves a secret in a chat.

May import: errors.
"""

from collections.abc import Awaitable, Callable
from functools import wraps

from piggybot.chat.ask import Ask, Reply
from piggybot.chat.texts_setup import deletion
from piggybot.errors import PiggyError

Handler = Callable[[Ask], Awaitable[None]]


def tells_deletion(handler: Handler) -> Handler:
    """The handler, which says before a refusal whether the secret message was deleted."""

    @wraps(handler)
    async def careful(ask: Ask) -> None:
        try:
            await handler(ask)
        except PiggyError:
            if ask.deleted is not None:
                await ask.say(Reply(deletion(ask.deleted)))
            raise

    return careful


def with_deletion(ask: Ask, text: str) -> str:
    """The text, after what became of the message, where there was something to delete."""
    return text if ask.deleted is None else f"{deletion(ask.deleted)}\n{text}"
