"""What the bot raises on purpose. Only these texts ever reach a person.

    PiggyError              message (the cause), hint (the next step)
    ├── BadInput            what was typed cannot be understood or accepted
    ├── NotAllowed          this person may not do this
    ├── Stale               too old to be acted on: a late command, a late press
    ├── BrokerRefused       the proxy (or the venue behind it) said no: problem, http_status, status
    ├── BrokerDown          the proxy gave no usable answer; `sent` tells whether anything left us
    ├── StrategyFailed      a strategy raised, or gave what is no answer
    ├── StrategySlow        a strategy took longer than its budget
    └── BadSettings         the environment cannot be started with

Alone because every room raises from it and none may be imported by it.

May import: wire.
"""

from proxy.wire import Problem, Status


class PiggyError(Exception):
    """The base: a sentence with the cause, and one with the next step."""

    def __init__(self, message: str, hint: str = "") -> None:
        super().__init__(f"{message} {hint}".strip())
        self.message = message
        self.hint = hint


class BadInput(PiggyError):
    """What was typed cannot be understood or accepted."""


class NotAllowed(PiggyError):
    """This person may not do this."""


class Stale(PiggyError):
    """Too old to be acted on."""


class BadSettings(PiggyError):
    """The environment cannot be started with. Never shows a value."""


class StrategyFailed(PiggyError):
    """A strategy raised, gave what is no answer, ended its process, or is not there any more."""


class StrategySlow(PiggyError):
    """A strategy took longer than its budget; its process was ended."""


class BrokerRefused(PiggyError):
    """The proxy said no, in its own words; `status` is there where an order was refused.

    `whole_since` (ms) is there where candles are gapped or too few: from then on they are whole.
    """

    def __init__(
        self,
        problem: Problem,
        http_status: int,
        status: Status | None = None,
        whole_since: int | None = None,
    ) -> None:
        super().__init__(problem.message, problem.hint)
        self.problem = problem
        self.http_status = http_status
        self.status = status
        self.whole_since = whole_since


class BrokerDown(PiggyError):
    """No usable answer. `sent` is False only where provably nothing left: connection refused."""

    def __init__(self, message: str, hint: str, sent: bool) -> None:
        super().__init__(message, hint)
        self.sent = sent
