"""`python -m tests.restart.crashing_bot bot`: the real bot, which can kill itself at a boundary.

Alone because it is a process, and loads no more than the bot does.

May import: __main__, crashing, hooks, hooks_bot.
"""

from piggybot.__main__ import main
from tests.restart.crashing import Suicide
from tests.restart.hooks import commits
from tests.restart.hooks_bot import bots_wire

if __name__ == "__main__":
    fate = Suicide()
    with commits(fate), bots_wire(fate):
        main()
