"""Who sits at which tab: a name in the address, and the id that Telegram knows it by.

The id comes from the name, so that Bob is the same Bob after a reload and in another demo with the
same data; the person without a name is the one of the terminal.

May import: page.
"""

import zlib

from piggybot.page.border import Who

LONGEST_NAME = 32
FIRST_ID, IDS = 100_000, 900_000


class BadName(ValueError):
    """A name that nobody can have; the text is a sentence."""


class People:
    """Names and ids; `you` is who the tab without a name belongs to."""

    def __init__(self, you: Who) -> None:
        self._you = you

    def called(self, name: str) -> Who:
        """The person of that name."""
        name = " ".join(name.split())
        if name in ("", self._you.name):
            return self._you
        if len(name) > LONGEST_NAME or not name.isprintable():
            raise BadName(f"A name has up to {LONGEST_NAME} letters that can be read.")
        return Who(FIRST_ID + zlib.crc32(name.encode()) % IDS, name)
