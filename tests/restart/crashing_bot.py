"""The real bot, which can kill itself at a boundary.

Alone because the two houses share nothing that runs.

May import: __main__, app, crashing, hooks, hooks_bot.
"""

import sys

import piggybot.app  # noqa: F401 - loaded once, before the forks
from piggybot.__main__ import main
from tests.restart.crashing import Suicide
from tests.restart.hooks import commits
from tests.restart.hooks_bot import bots_wire


def run() -> None:
    """`piggybot bot`, in this process, to its end."""
    sys.argv = ["piggybot", "bot"]
    fate = Suicide()
    with commits(fate), bots_wire(fate):
        main()
