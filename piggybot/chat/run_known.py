"""What can be said in a run's line: the strategies that there are, and the account's symbols.

Alone because the rule that reads a line is pure, and somebody must tell it what there is.

May import: strategies, wire.
"""

from collections.abc import Mapping

from piggybot.chat.run_line import Vocabulary
from piggybot.strategies.registry import Registry
from proxy.wire import AccountOut


def vocabulary(registry: Registry, account: AccountOut) -> Vocabulary:
    """All names of strategies with their parameters, and what may be bought."""
    return Vocabulary(
        strategies={
            name: tuple(one.name for one in registry.parameters(name)) for name in registry.names()
        },
        symbols=account.limits.symbols,
        failed=registry.failed(),
    )


def about(registry: Registry) -> Mapping[str, str]:
    """Each strategy in one line: when it enters and when it leaves."""
    return {name: registry.find(name).summary for name in registry.names()}
