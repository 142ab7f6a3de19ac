"""The errors of Telegram's library as ours.

Alone because texts of errors are Telegram's own sentences of refusal; those of the network, which
may hold the token, are not passed on.

May import: nothing of ours.
"""

from collections.abc import Awaitable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import TypeVar

from telegram.error import BadRequest, Conflict, Forbidden, InvalidToken, RetryAfter, TelegramError

from piggybot.chat.border import (
    Blocked,
    Flood,
    Gone,
    NoText,
    Rejected,
    SecondPoller,
    Unchanged,
    Unparsable,
    Unreachable,
    WireError,
    WrongToken,
)

R = TypeVar("R")
SENTENCES: tuple[tuple[str, type[WireError]], ...] = (
    ("can't parse entities", Unparsable),
    ("can't parse", Unparsable),
    ("message is not modified", Unchanged),
    ("no text in the message to edit", NoText),
    ("message to edit not found", Gone),
    ("message can't be edited", Gone),
    ("message to delete not found", Gone),
    ("message to pin not found", Gone),
    ("message_id_invalid", Gone),
)


async def ours(call: Awaitable[R]) -> R:
    with translated():
        return await call


@contextmanager
def translated() -> Iterator[None]:
    """Telegram's errors as ours."""
    try:
        yield
    except RetryAfter as flood:
        raise Flood(_seconds(flood.retry_after)) from None
    except Forbidden as refusal:
        raise Blocked(str(refusal)) from None
    except BadRequest as refusal:
        raise _refused(str(refusal)) from None
    except InvalidToken:
        raise WrongToken("the token is refused") from None
    except Conflict as refusal:
        raise SecondPoller(str(refusal)) from None
    except TelegramError as error:
        raise Unreachable(type(error).__name__) from None


def _seconds(patience: int | timedelta) -> float:
    return patience.total_seconds() if isinstance(patience, timedelta) else patience


def _refused(sentence: str) -> WireError:
    lower = sentence.lower()
    for part, kind in SENTENCES:
        if part in lower:
            return kind(sentence)
    return Rejected(sentence)
