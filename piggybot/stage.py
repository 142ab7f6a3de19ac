"""What a demo is played on: the border between who plays and what is played with.

Alone, so that the player and the line chat know no process, port or address, and their tests none
either.

May import: sandbox, script.
"""

from collections.abc import Callable, Mapping
from enum import Enum
from pathlib import Path
from typing import Protocol

from piggybot.sandbox.telegram_shown import Event
from piggybot.script import Books


class Tone(Enum):
    """How a printed line is meant; __main__.py gives each its colour."""

    YOU = "you"
    BOT = "bot"
    NOTE = "note"
    BAD = "bad"


Printer = Callable[[str, Tone], None]


class StageError(Exception):
    """The stage cannot do what was asked; the text is a sentence."""


class Phone(Protocol):
    """One person's Telegram: piggybot/sandbox/person.py, or a test's own."""

    async def say(self, text: str) -> int: ...

    async def press(self, label: str) -> None: ...

    async def events(self, since: int, wait: float = 0.0) -> tuple[int, list[Event]]: ...


class Stage(Protocol):
    """The world of a demo: a phone, the exchange's books, and what can be made to fail."""

    @property
    def phone(self) -> Phone: ...

    @property
    def files(self) -> Path:
        """Where the files and pictures are put that the bot sends."""

    def values(self) -> Mapping[str, str]:
        """What {code}, {key} and {secret} stand for now."""

    async def books(self) -> Books:
        """The exchange's own books, of the demo's account."""

    async def misbehave(self, who: str, what: str) -> None:
        """Do one `!` line; StageError says why not."""

    def trouble(self) -> str:
        """What has died that nobody killed, with its last words; empty where all is well."""
