"""What the page needs of the world: Telegram as people see it, and the stage that can be shaken.

Alone, so that the page knows no process, port or path, and its tests none either.

May import: nothing of ours.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Protocol

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Who:
    """The person of one tab."""

    id: int
    name: str


class Telegram(Protocol):
    """The people's side of Telegram; StageError where it does not answer, or refuses."""

    async def chat(self, who: Who) -> Json:
        """{seq, messages}: the chat as it is now."""

    async def events(self, who: Who, since: int, wait: float) -> Json:
        """{seq, events} after `since`; waits up to `wait` seconds for the first."""

    async def state(self) -> Json:
        """{down, bot, commands}"""

    async def file(self, name: str) -> bytes:
        """The bytes of a file."""

    async def act(self, who: Who, what: str, body: Json) -> Json:
        """Say, edit or press."""


class House(Protocol):
    """Everything behind the chat."""

    def values(self) -> Mapping[str, str]:
        """The pairing code, the exchange's key and its secret."""

    def running(self) -> Mapping[str, bool]:
        """Whether the proxy and the bot run."""

    def trouble(self) -> str:
        """What has died that nobody killed; empty where all is well."""

    async def glance(self) -> Json:
        """The exchange's own books in short, and what misbehaves there."""

    async def misbehave(self, who: str, what: str) -> None:
        """Make one of them fail, or mend it; StageError says why not."""
