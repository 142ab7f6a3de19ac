"""The real proxy, which can kill itself at a boundary.

Alone because the two houses share nothing that runs.

May import: __main__, app, crashing, hooks, hooks_proxy.
"""

import sys

import proxy.app  # noqa: F401 - loaded once, before the forks
from proxy.__main__ import main
from tests.restart.crashing import Suicide
from tests.restart.hooks import commits
from tests.restart.hooks_proxy import proxys_wire


def run() -> None:
    """`python -m proxy`, in this process, to its end."""
    sys.argv = ["proxy"]
    fate = Suicide()
    with commits(fate), proxys_wire(fate):
        sys.exit(main())
