"""`python -m tests.restart.crashing_proxy`: the real proxy, which can kill itself at a boundary.

Alone because it is a process, and loads no more than the proxy does.

May import: __main__, crashing, hooks, hooks_proxy.
"""

import sys

from proxy.__main__ import main
from tests.restart.crashing import Suicide
from tests.restart.hooks import commits
from tests.restart.hooks_proxy import proxys_wire

if __name__ == "__main__":
    fate = Suicide()
    with commits(fate), proxys_wire(fate):
        sys.exit(main())
