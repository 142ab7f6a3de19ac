"""What crosses between the door and its helpers: arrivals, letters, and Telegram's ways to say no.

Alone so that the rules of the gate, the inbox and the outbox know no Telegram.

May import: core.
"""

import html
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol
from urllib.parse import urlsplit

from piggybot.core.mail import File

TAG = re.compile(r"<[^>]*>")
BEFORE_UNIT = re.compile(r"(?<=\d) (?=(?:s|min|h|d|USD)\b)")
NO_BREAK = "\N{NO-BREAK SPACE}"
LONGEST = 4096
LONGEST_CAPTION = 1024
Keyboard = Sequence[Sequence[Mapping[str, str]]]


@dataclass(frozen=True, slots=True)
class Arrival:
    """One update, as far as it matters. `odd` names what makes it inadmissible whoever sent it."""

    chat_id: int
    person_id: int
    name: str
    message_id: int
    sent_at: datetime
    odd: str = ""
    text: str = field(default="", repr=False)
    query_id: str = ""
    data: str = ""

    @property
    def is_press(self) -> bool:
        return bool(self.query_id)


@dataclass(frozen=True, slots=True)
class Letter:
    """One message to a person. `buttons` are rows of {label, data}."""

    text: str
    buttons: Keyboard = ()
    reply_to: int | None = None
    html: bool = True

    def plain(self) -> "Letter":
        """The same without formatting, for when Telegram cannot read it."""
        return replace(self, text=bare(self.text), html=False)

    @property
    def too_long(self) -> bool:
        return self._length > LONGEST

    @property
    def too_long_for_caption(self) -> bool:
        """A picture or a file may have fewer words than a message."""
        return self._length > LONGEST_CAPTION

    @property
    def _length(self) -> int:
        return len(bare(self.text).encode("utf-16-le")) // 2


def bare(text: str) -> str:
    """Telegram HTML as it reads without its tags."""
    return html.unescape(TAG.sub("", text))


def tied(text: str) -> str:
    """A number stays on the line of its unit, however narrow the phone."""
    return BEFORE_UNIT.sub(NO_BREAK, text)


class WireError(Exception):
    """Telegram did not do it. Texts never contain the token."""


class Flood(WireError):
    """Too many requests; try again after `seconds`."""

    def __init__(self, seconds: float) -> None:
        super().__init__(f"flood, {seconds:g} s")
        self.seconds = seconds


class Unparsable(WireError):
    """The formatting cannot be read."""


class Unchanged(WireError):
    """The edit changes nothing."""


class Gone(WireError):
    """The message is not there, or not ours to change."""


class NoText(WireError):
    """The message is a picture or a file: its words are a caption."""


class TooEarly(WireError):
    """What this letter changes has not gone yet."""


class Blocked(WireError):
    """The person does not want to hear from us."""


class Rejected(WireError):
    """It will never work."""


class Unreachable(WireError):
    """No usable answer: it may or may not have been done."""


class WrongToken(WireError):
    """The token is refused."""


class Undelivered(WireError):
    """Telegram does not reach our webhook; its own words why."""


class SecondPoller(WireError):
    """Somebody else, or a webhook, takes our updates."""


@dataclass(frozen=True, slots=True)
class HookState:
    """Where Telegram delivers, or nothing; and why it could not, while something waits."""

    url: str = field(repr=False)
    trouble: str = ""

    @property
    def host(self) -> str:
        """What may be logged of the address."""
        return urlsplit(self.url).hostname or "unknown"


class Wire(Protocol):
    """What the bot does at Telegram; every method raises WireError where it did not work."""

    async def send(self, chat_id: int, letter: Letter) -> int: ...

    async def edit(self, chat_id: int, message_id: int, letter: Letter) -> None: ...

    async def edit_caption(self, chat_id: int, message_id: int, letter: Letter) -> None: ...

    async def edit_photo(
        self, chat_id: int, message_id: int, picture: File, caption: Letter
    ) -> None: ...

    async def photo(self, chat_id: int, picture: File, caption: Letter) -> int: ...

    async def document(self, chat_id: int, file: File, caption: Letter) -> int: ...

    async def action(self, chat_id: int, action: str) -> None: ...

    async def unbutton(self, chat_id: int, message_id: int) -> None: ...

    async def delete(self, chat_id: int, message_id: int) -> None: ...

    async def pin(self, chat_id: int, message_id: int) -> None: ...

    async def answer(self, query_id: str, alert: str) -> None: ...


class Line(Wire, Protocol):
    """The Wire, and what only the door needs."""

    async def fetch(self, offset: int | None, seconds: int) -> list[tuple[int, Arrival | None]]:
        """Long poll: (update id, what matters of it), oldest first. Confirms all below offset."""

    def read(self, body: bytes) -> tuple[int, Arrival | None]:
        """The same of one update that was delivered; ValueError and the like where it is none."""

    async def hook_state(self) -> HookState:
        """The webhook that Telegram knows."""

    async def hook(self, url: str, secret: str) -> None:
        """Have updates delivered there, one at a time; no update is dropped."""

    async def unhook(self) -> None:
        """Remove a webhook; no update is dropped."""

    async def menu(self, commands: Mapping[str, str]) -> None: ...

    async def close(self) -> None: ...
